/** The state of an OAuth sign-in. */
import type { ComponentChildren } from "preact";

import { t } from "../text/all";
import { Icon } from "./icons";
import { Alert, Button, useFocus } from "./parts";
import type { Phase } from "./use-flow";

interface Props {
  phase: Phase;
  provider: string;
  /** Opens the window again. */
  onAgain(): void;
  children?: ComponentChildren;
}

export function FlowView({ phase, provider, onAgain, children }: Props) {
  const title = useFocus<HTMLHeadingElement>();
  const view = describe(phase, provider);
  return (
    <div class="flow" role="status">
      <span class={`badge ${view.tone}`}>{view.tone === "wait" ? <span class="spinner" /> : <Icon name="warn" />}</span>
      <h3 ref={title} tabIndex={-1}>
        {view.title}
      </h3>
      <p class="soft">{view.lead}</p>
      {phase.at === "blocked" && phase.url && (
        <a class="button primary" href={phase.url} target="_blank" rel="noreferrer">
          <span>{t.add.continueTo(provider)}</span>
          <Icon name="out" />
        </a>
      )}
      {phase.at === "rejected" && <Alert problem={phase.problem} />}
      <div class="actions">
        {phase.at !== "opening" && !(phase.at === "blocked" && phase.url) && (
          <Button tone={phase.at === "waiting" ? "plain" : "primary"} onClick={onAgain}>
            {phase.at === "waiting" ? t.flow.again : t.tryAgain}
          </Button>
        )}
        {children}
      </div>
    </div>
  );
}

function describe(phase: Phase, provider: string): { title: string; lead: string; tone: "wait" | "warn" } {
  switch (phase.at) {
    case "blocked":
      return { title: t.flow.blockedTitle, lead: phase.url ? t.flow.blockedLead : t.flow.blockedFramed, tone: "warn" };
    case "denied":
      return { title: t.flow.deniedTitle, lead: t.flow.deniedLead(provider), tone: "warn" };
    case "failed":
    case "rejected":
      return { title: t.flow.failedTitle, lead: t.flow.failedLead, tone: "warn" };
    case "opening":
      return { title: t.flow.opening, lead: t.flow.waitingLead, tone: "wait" };
    default:
      return { title: t.flow.waitingTitle(provider), lead: t.flow.waitingLead, tone: "wait" };
  }
}
