/** The head of an integration's page: its name, its state in one sentence, and its actions. */
import type { ComponentChildren } from "preact";

import type { Integration } from "../api/types";
import { hasTypedCredentials, isCutOff, nextAction } from "../logic/health";
import { t } from "../text/all";
import { check, setActive } from "./changes";
import { useAction, useNexus, useNow } from "./context";
import { Switch } from "./controls";
import { Alert, Button } from "./parts";
import { StateLine } from "./state-line";

/** The dialogs that the page of an integration opens. */
export type ManageDialog = "delete" | "reconnect" | "replace" | "choose";

interface Props {
  integration: Integration;
  mark: ComponentChildren;
  /** The provider and the account. */
  about: string;
  /** Whether the provider may offer several sites or accounts to connect. */
  offersChoice: boolean;
  onChanged(integration: Integration): void;
  onOpen(dialog: ManageDialog): void;
}

export function IntegrationHead({ integration, mark, about, offersChoice, onChanged, onOpen }: Props) {
  const nexus = useNexus();
  const now = useNow();
  const checking = useAction();
  const change = useAction();
  const { health, status, name } = integration;
  const action = nextAction(integration);
  const isPending = health.state === "pending";
  const checkNow = () => void checking.run(async () => onChanged(await check(nexus, integration)));
  const setStatus = (on: boolean) => void change.run(async () => onChanged(await setActive(nexus, integration, on)));
  return (
    <div class="integration-head">
      {mark}
      <div class="names">
        <h1 tabIndex={-1}>{name}</h1>
        <p class="soft">{about}</p>
      </div>
      <StateLine integration={integration} now={now} isLong />
      <div class="actions">
        {!isPending && (
          <Switch label={t.list.switchOf(name)} on={status === "active"} isMoot={isCutOff(integration)} busy={change.busy} onChange={setStatus}>
            {status === "active" ? t.list.active : t.list.inactive}
          </Switch>
        )}
        {offersChoice && (
          <Button tone={action === "choose" ? "primary" : "plain"} onClick={() => onOpen("choose")}>
            {action === "choose" ? t.list.action["choose"] : t.choose.change}
          </Button>
        )}
        {hasTypedCredentials(integration) ? (
          <Button tone={action === "replace_key" ? "primary" : "plain"} onClick={() => onOpen("replace")}>
            {t.list.action["replace_key"]}
          </Button>
        ) : (
          <Button tone={action === "reconnect" || action === "finish" ? "primary" : "plain"} icon="out" onClick={() => onOpen("reconnect")}>
            {action === "finish" ? t.list.action["finish"] : t.list.action["reconnect"]}
          </Button>
        )}
        {!isPending && (
          <Button busy={checking.busy} onClick={checkNow}>
            {checking.busy ? t.manage.checking : t.list.check}
          </Button>
        )}
      </div>
      <Alert problem={checking.problem ?? change.problem} />
    </div>
  );
}
