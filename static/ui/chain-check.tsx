/** The button that checks the audit chain in this browser, and its result in words. */
import { canCheck } from "../logic/chain";
import { t } from "../text/all";
import { Icon } from "./icons";
import { Alert, Button } from "./parts";
import { useChain } from "./use-chain";

export function ChainCheck({ label = t.audit.verify }: { label?: string }) {
  const { action, loaded, result, head, start } = useChain();
  // More records may have been written since the head was read.
  const isWhole = result?.holds && head && result.count >= head.count;
  return (
    <>
      <Button icon="shield" busy={action.busy} onClick={start} disabled={!canCheck()} title={canCheck() ? undefined : t.audit.cannotVerify}>
        {action.busy ? t.audit.verifying(loaded) : label}
      </Button>
      <div class="chain-result" role="status">
        {result && (
          <p class={`health ${isWhole ? "good" : "bad"}`}>
            <Icon name={isWhole ? "good" : "bad"} />
            <span>
              {isWhole
                ? t.audit.holds(result.count)
                : result.holds
                  ? t.audit.isShort(result.count, head?.count ?? 0)
                  : t.audit.broken(result.seq, result.why)}
            </span>
          </p>
        )}
      </div>
      <Alert problem={action.problem} />
    </>
  );
}
