/** The dialog that reconnects an integration by OAuth. */
import { useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { isChoosing } from "../logic/health";
import { accountName } from "../logic/names";
import { t } from "../text/all";
import { OauthAppStep } from "./app-step";
import { ChooseDialog } from "./choose";
import { useNexus } from "./context";
import { Check } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { FlowView } from "./flow-view";
import { Hold } from "./guard";
import { Alert, Button } from "./parts";
import { Scopes } from "./scopes";
import { useConnected } from "./use-connected";
import { useFlow } from "./use-flow";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  onClose(): void;
}

export function ReconnectDialog({ integration, manifest, onChanged, onClose }: Props) {
  const nexus = useNexus();
  const flow = useFlow();
  const { phase } = flow;
  const { requested } = integration.scopes;
  const initial = requested.length > 0 ? requested : (manifest.oauth2?.scopes?.default ?? []);
  const [scopes, setScopes] = useState<readonly string[]>(initial);
  const [acceptsOther, setAcceptsOther] = useState(false);
  const [choosing, setChoosing] = useState<Integration | null>(null);
  useConnected(flow, (changed) => {
    onChanged(changed);
    if (isChoosing(changed)) return setChoosing(changed);
    nexus.announce(t.reconnect.done(changed.name));
    onClose();
  });
  const start = (force?: boolean) =>
    flow.start({
      path: `${integrationPath(integration.id)}/authorize${force === undefined ? "" : `?force=${force}`}`,
      body: { scopes, ...(acceptsOther && { accept_account_change: true }) },
      id: integration.id,
    });
  const account = accountName(integration);
  const shared = phase.at === "rejected" && phase.problem.code === "grant_shared";
  const missing = phase.at === "rejected" && phase.problem.code === "oauth_client_missing" ? phase.problem : null;
  const showsForm = phase.at === "idle" || phase.at === "rejected" || phase.at === "failed";
  if (choosing) return <ChooseDialog integration={choosing} provider={manifest.name} onChanged={onChanged} onClose={onClose} />;
  return (
    <Dialog title={t.reconnect.title(integration.name)} onClose={onClose}>
      <Hold when={showsForm && scopes.join() !== initial.join()} />
      {missing ? (
        <OauthAppStep
          manifest={manifest}
          redirectUri={missing.body.redirect_uri ?? ""}
          onSaved={() => flow.reset()}
        />
      ) : showsForm ? (
        <>
          {phase.at === "failed" && <Alert title={t.flow.failedTitle}>{t.flow.failedLead}</Alert>}
          {phase.at === "rejected" && <Alert problem={phase.problem} />}
          {integration.credential && <p>{t.reconnect.lead}</p>}
          {account && <p>{t.reconnect.account(account)}</p>}
          <Scopes manifest={manifest} chosen={scopes} onChange={setScopes} />
          {account && (
            <Check label={t.reconnect.acceptOther} hint={t.reconnect.acceptOtherHint} checked={acceptsOther} onChange={setAcceptsOther} />
          )}
          <div class="actions">
            <Button tone="primary" icon="out" onClick={() => start(shared ? false : undefined)}>
              {shared ? t.reconnect.keep : t.add.continueTo(manifest.name)}
            </Button>
            {shared && (
              <Button tone="danger" icon="out" onClick={() => start(true)}>
                {t.reconnect.force}
              </Button>
            )}
            <CancelButton />
          </div>
        </>
      ) : (
        <FlowView phase={phase} provider={manifest.name} onAgain={() => start()}>
          <Button tone="quiet" onClick={() => flow.reset()}>
            {t.cancel}
          </Button>
        </FlowView>
      )}
    </Dialog>
  );
}
