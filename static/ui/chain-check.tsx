/** The button that checks the audit chain in this browser, and its result in words. */
import { canCheck } from "../logic/chain";
import { t } from "../text/all";
import { Icon } from "./icons";
import { Alert, Button } from "./parts";
import { useChain } from "./use-chain";
import type { ChainCheck as Check, RecordMark } from "./use-chain";

/** `contains` are records that the chain must contain, for a slip that shows them. */
export function ChainCheck({ contains = [] }: { contains?: readonly RecordMark[] }) {
  const { action, loaded, result, start } = useChain(contains);
  const isGood = result !== null && result.chain.holds && result.hasHead && result.hasRecords;
  return (
    <>
      <Button icon="shield" busy={action.busy} onClick={start} disabled={!canCheck()} title={canCheck() ? undefined : t.audit.cannotVerify}>
        {action.busy ? t.audit.verifying(loaded) : t.audit.verify}
      </Button>
      <div class="chain-result" role="status">
        {result && (
          <p class={`health ${isGood ? "good" : "bad"}`}>
            <Icon name={isGood ? "good" : "bad"} />
            <span>
              {inWords(result)}
              {isGood && contains.length > 0 && ` ${t.audit.contains(contains.length)}`}
            </span>
          </p>
        )}
      </div>
      <Alert problem={action.problem} />
    </>
  );
}

function inWords({ chain, expected, hasHead, hasRecords }: NonNullable<Check["result"]>): string {
  if (!chain.holds) return t.audit.broken(chain.seq, chain.why);
  // More records may have been written since the head was read, but none fewer.
  if (chain.count < expected) return t.audit.isShort(chain.count, expected);
  if (!hasHead) return t.audit.otherHead(expected);
  return hasRecords ? t.audit.holds(chain.count) : t.audit.lacksRecord;
}
