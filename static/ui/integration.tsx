/** The page of one integration: what it is, its state, its actions, and its tabs. */
import { useEffect, useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { accountName } from "../logic/names";
import { formatRoute } from "../logic/route";
import type { ManageTab, Route } from "../logic/route";
import { t } from "../text/all";
import { Access } from "./access";
import { Activity } from "./activity";
import { CallsPanel } from "./calls";
import { ChooseDialog } from "./choose";
import { ConnectIntegration } from "./connect-integration";
import { useLoad, useNexus } from "./context";
import { Crumb } from "./crumb";
import { DeleteDialog } from "./delete";
import { EndsNote } from "./ends";
import { useGuard } from "./guard";
import { IntegrationHead } from "./integration-head";
import type { ManageDialog } from "./integration-head";
import { Unloaded } from "./loaded";
import { Overview } from "./overview";
import { CopyField, EmptyState, ExternalLink, LoadError, Mark } from "./parts";
import { ReconnectDialog } from "./reconnect";
import { ReplaceDialog } from "./replace";
import { Tabs } from "./tabs";
import { UsagePanel } from "./usage-panel";
import { useFresh } from "./use-fresh";

interface Props {
  /** The id or the slug. */
  id: string;
  tab: ManageTab;
  /** The list that the person came from, with its filters. */
  list: Route;
  /** Reports the name, for the title of the window. */
  onName(id: string, name: string): void;
}

/** An integration with its manifest. */
interface IntegrationDetails {
  integration: Integration;
  manifest: IntegrationManifest;
}

export function IntegrationPage({ id, tab, list, onName }: Props) {
  const nexus = useNexus();
  const guard = useGuard();
  const [dialog, setDialog] = useState<ManageDialog | null>(null);
  const [loaded, set] = useLoad<IntegrationDetails>(async (signal) => {
    const integration = await nexus.client.get<Integration>(integrationPath(id), {}, signal);
    return { integration, manifest: await nexus.manifests.get(integration.manifest_id) };
  }, id);
  // A reload must not replace what somebody is working on.
  useFresh(nexus.identity.workspace, () => !guard.isHolding && set(), dialog === null);
  /** Cancels a reload that is under way, because it would replace the dialog that opens. */
  const open = (dialog: ManageDialog) => {
    if (loaded.state === "ready") set(loaded.value);
    setDialog(dialog);
  };
  const close = (closed: ManageDialog) => setDialog((now) => (now === closed ? null : now));
  const name = loaded.state === "ready" ? loaded.value.integration.name : "";
  useEffect(() => onName(id, name || t.nav.integrations), [id, name]);
  const back = <Crumb route={list}>{t.nav.integrations}</Crumb>;

  if (loaded.state !== "ready") {
    const gone = (
      <>
        <EmptyState icon="unknown" title={t.manage.goneTitle} lead={t.manage.goneLead} isPage />
        {id.startsWith("int_") && <Activity id={id} />}
      </>
    );
    return (
      <>
        {back}
        <Unloaded of={loaded} onRetry={() => set()} rows={8} title={t.manage.errorTitle} gone={gone} />
      </>
    );
  }

  const { integration, manifest } = loaded.value;
  const changed = (integration: Integration) => {
    set({ integration, manifest });
    nexus.changed(integration.id, integration);
  };
  const tabRoute = (tab: string): Route => ({ page: "integration", id, tab: tab as ManageTab });
  return (
    <div class="integration">
      {back}
      <IntegrationHead
        integration={integration}
        mark={<Mark name={manifest.name} brand={manifest.brand} />}
        about={[manifest.name, accountName(integration)].filter(Boolean).join(" · ")}
        offersChoice={manifest.find != null && integration.credential !== null}
        onChanged={changed}
        onOpen={open}
      />
      {loaded.stale && <LoadError problem={loaded.stale} onRetry={() => set()} />}
      <EndsNote ends={manifest.ends} />
      <Tabs
        label={t.manage.tabsLabel}
        tabs={Object.entries(t.manage.tabs)}
        chosen={tab}
        href={(tab) => `${nexus.client.origin}/${formatRoute(tabRoute(tab))}`}
        onChoose={(tab) => nexus.go(tabRoute(tab))}
      >
        {tab === "overview" && <Overview integration={integration} manifest={manifest} onChanged={changed} onOpen={open} />}
        {tab === "access" && <Access integration={integration} manifest={manifest} onChanged={changed} onReload={() => set()} />}
        {tab === "calls" && <CallsPanel integration={integration} />}
        {tab === "activity" && <Activity id={integration.id} />}
        {tab === "usage" && <UsagePanel integration={integration} />}
        {tab === "use" && <ConnectAgent integration={integration} manifest={manifest} onChanged={changed} />}
      </Tabs>
      {dialog === "delete" && (
        <DeleteDialog
          integration={integration}
          manifest={manifest}
          onClose={(isDeleted) => {
            close("delete");
            if (isDeleted) nexus.replace(list);
          }}
        />
      )}
      {dialog === "reconnect" && (
        <ReconnectDialog integration={integration} manifest={manifest} onChanged={changed} onClose={() => close("reconnect")} />
      )}
      {dialog === "choose" && (
        <ChooseDialog integration={integration} provider={manifest.name} onChanged={changed} onClose={() => close("choose")} />
      )}
      {dialog === "replace" && (
        <ReplaceDialog integration={integration} manifest={manifest} onChanged={changed} onClose={() => close("replace")} />
      )}
    </div>
  );
}

function ConnectAgent({ integration, manifest, onChanged }: IntegrationDetails & { onChanged(integration: Integration): void }) {
  const { client, go } = useNexus();
  return (
    <div class="stack text">
      <p>{t.use.lead}</p>
      <ConnectIntegration integration={integration} manifest={manifest} onChanged={onChanged} go={go} />
      <div class="field">
        <span class="label">{t.use.base}</span>
        <CopyField text={`${client.origin}/api/proxy/${integration.slug}`} what={t.use.base} />
      </div>
      {manifest.docs_url && (
        <p>
          <ExternalLink href={manifest.docs_url}>{t.use.docs}</ExternalLink>
        </p>
      )}
    </div>
  );
}
