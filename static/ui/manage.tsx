/** The drawer of one integration, with its tabs and the dialogs over them. */
import { useEffect, useState } from "preact/hooks";

import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { accountName } from "../logic/names";
import type { ManageTab } from "../logic/route";
import { snippets } from "../logic/snippets";
import { t } from "../text";
import { Access } from "./access";
import { Activity } from "./activity";
import { useLoad, useNexus } from "./context";
import { DeleteDialog } from "./delete";
import { Dialog } from "./dialog";
import { useLeaveGuard } from "./leave-guard";
import { Overview } from "./overview";
import type { ManageDialog } from "./overview";
import { CopyField, ExternalLink, LoadError, Mark, Skeleton } from "./parts";
import { ReconnectDialog } from "./reconnect";
import { ReplaceDialog } from "./replace";
import { SnippetTabs } from "./snippet-tabs";
import { Tabs } from "./tabs";
import { UsagePanel } from "./usage-panel";

interface Props {
  id: string;
  tab: ManageTab;
  onClose(): void;
}

/** An integration with its manifest. */
interface IntegrationDetails {
  integration: Integration;
  manifest: IntegrationManifest;
}

export function ManageDrawer({ id, tab, onClose }: Props) {
  const nexus = useNexus();
  const [dialog, setDialog] = useState<ManageDialog | null>(null);
  const [dirty, setDirty] = useState(false);
  const leave = useLeaveGuard(dirty);
  const [loaded, set] = useLoad<IntegrationDetails>(async (signal) => {
    const integration = await nexus.client.get<Integration>(`/api/integrations/${encodeURIComponent(id)}`, {}, signal);
    return { integration, manifest: await nexus.manifests.get(integration.manifest_id) };
  }, id);
  // A reload must not replace what somebody is working on.
  const idle = dialog === null && !dirty;
  useEffect(() => {
    if (!idle) return;
    const again = () => set();
    addEventListener("focus", again);
    return () => removeEventListener("focus", again);
  }, [idle]);
  const reload = () => {
    setDirty(false);
    set();
  };
  /** Cancels a reload that is under way, because it would replace the dialog that opens. */
  const open = (dialog: ManageDialog) => {
    if (loaded.state === "ready") set(loaded.value);
    setDialog(dialog);
  };
  const close = (closed: ManageDialog) => setDialog((now) => (now === closed ? null : now));

  if (loaded.state !== "ready") {
    const failed = loaded.state === "failed";
    const gone = failed && loaded.problem.status === 404;
    const title = gone ? t.manage.goneTitle : failed ? t.manage.errorTitle : t.manage.loading;
    return (
      <Dialog kind="drawer" title={title} onClose={onClose}>
        {loaded.state === "loading" && <Skeleton rows={8} />}
        {gone && (
          <>
            <p>{t.manage.goneLead}</p>
            {id.startsWith("int_") && <Activity id={id} />}
          </>
        )}
        {loaded.state === "failed" && !gone && <LoadError problem={loaded.problem} onRetry={() => set()} />}
      </Dialog>
    );
  }

  const { integration, manifest } = loaded.value;
  const changed = (integration: Integration) => {
    set({ integration, manifest });
    nexus.changed(integration.id, integration);
  };
  return (
    <Dialog
      kind="drawer"
      title={integration.name}
      onClose={() => leave.ask(onClose)}
      lead={<Mark name={manifest.name} color={manifest.brand?.color} />}
      head={<p class="soft">{[manifest.name, accountName(integration)].filter(Boolean).join(" · ")}</p>}
    >
      {loaded.stale && <LoadError problem={loaded.stale} onRetry={() => set()} />}
      <Tabs
        label={t.manage.tabsLabel}
        tabs={Object.entries(t.manage.tabs)}
        chosen={tab}
        onChoose={(tab) => leave.ask(() => nexus.go({ page: "integration", id, tab: tab as ManageTab }))}
      >
        {tab === "overview" && <Overview integration={integration} manifest={manifest} onChanged={changed} onOpen={open} />}
        {tab === "access" && <Access key={integration.version} integration={integration} manifest={manifest} onChanged={changed} onDirty={setDirty} onReload={reload} />}
        {tab === "activity" && <Activity id={integration.id} />}
        {tab === "usage" && <UsagePanel integration={integration} />}
        {tab === "use" && <ConnectAgent integration={integration} manifest={manifest} />}
      </Tabs>
      {dialog === "delete" && (
        <DeleteDialog
          integration={integration}
          manifest={manifest}
          onClose={(isDeleted) => {
            close("delete");
            if (isDeleted) onClose();
          }}
        />
      )}
      {dialog === "reconnect" && (
        <ReconnectDialog integration={integration} manifest={manifest} onChanged={changed} onClose={() => close("reconnect")} />
      )}
      {dialog === "replace" && (
        <ReplaceDialog integration={integration} manifest={manifest} onChanged={changed} onClose={() => close("replace")} />
      )}
      {leave.question}
    </Dialog>
  );
}

function ConnectAgent({ integration, manifest }: IntegrationDetails) {
  const { client } = useNexus();
  return (
    <div class="stack">
      <p>{t.use.lead}</p>
      <SnippetTabs snippets={snippets(client.origin, integration, manifest)} />
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
