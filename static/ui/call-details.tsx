/** One call of an agent: the button that opens it, and its details. */
import type { Call } from "../api/types";
import { exact } from "../logic/time";
import { t } from "../text/all";
import { formatValue } from "./activity";
import { Dialog } from "./dialog";
import { CopyField, Fact } from "./parts";

/** The button that opens a call, with the kind of the call. */
export function OpenCall({ call, onOpen }: { call: Call; onOpen(call: Call): void }) {
  return (
    <button type="button" class="opens" aria-label={t.calls.open(nameOfCall(call))} onClick={() => onOpen(call)}>
      <code>{nameOfCall(call)}</code>
    </button>
  );
}

interface DetailsProps {
  call: Call;
  nameOf(subject: string): string;
  /** The integration, where the page around does not name it. */
  integration?: string;
  onClose(): void;
}

/** One call, with the facts that a list leaves out. */
export function CallDetails({ call, nameOf, integration, onClose }: DetailsProps) {
  const { columns } = t.calls;
  return (
    <Dialog title={<code>{nameOfCall(call)}</code>} onClose={onClose}>
      <div class="stack">
        <div class="field">
          <span class="label">{t.calls.path}</span>
          <CopyField text={call.path || "/"} what={t.calls.path} />
        </div>
        <dl class="columns-of-facts">
          <Fact name={columns.at}>{exact(call.at)}</Fact>
          <Fact name={columns.agent}>{nameOf(call.agent)}</Fact>
          {integration && <Fact name={t.calls.integration}>{integration}</Fact>}
          <Fact name={columns.status}>{resultOf(call)}</Fact>
          {call.code && (
            <Fact name={t.calls.code}>
              <code>{call.code}</code>
            </Fact>
          )}
          <Fact name={columns.rule}>{call.rule ? formatValue(call.rule) : t.calls.noRule}</Fact>
          {call.host && <Fact name={t.calls.host}>{call.host}</Fact>}
          <Fact name={columns.ms}>{t.calls.ms(call.ms)}</Fact>
          <Fact name={columns.size}>{t.calls.size(call.bytes)}</Fact>
        </dl>
        {call.refreshed && <p class="hint">{call.replayed ? t.calls.replayedHint : t.calls.refreshedHint}</p>}
        <div class="field">
          <span class="label">{t.calls.requestId}</span>
          <CopyField text={call.request_id} what={t.calls.requestId} />
        </div>
      </div>
    </Dialog>
  );
}

/** "GET /v1/customers/{id}" */
function nameOfCall({ method, template }: Call): string {
  return `${method} ${template || "/"}`;
}

/** The status and what it means. */
export function resultOf({ status, outcome }: Call): string {
  return `${status} ${t.calls.outcomes[outcome] ?? outcome}`;
}

/** Whether a call got no response, or one that the provider did not intend. */
export function isFailed({ outcome }: Call): boolean {
  return outcome !== "succeeded" && outcome !== "client_error";
}

/** The colour of a call's result. A request that the provider rejects is the agent's to mend. */
export function toneOf(call: Call): string {
  if (isFailed(call)) return "bad";
  return call.outcome === "succeeded" ? "good" : "warn";
}
