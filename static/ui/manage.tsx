/** One integration in a drawer: what it is, who may use it, what happened, and how to use it. */
import { useEffect, useState } from "preact/hooks";

import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { accountName } from "../logic/names";
import type { ManageTab } from "../logic/route";
import { snippets } from "../logic/snippets";
import { t } from "../text";
import { Access } from "./access";
import { Activity } from "./activity";
import { useLoaded, useNexus } from "./context";
import { DeleteDialog } from "./delete";
import { Dialog } from "./dialog";
import { useLeave } from "./leave";
import { Overview } from "./overview";
import type { ManageDialog } from "./overview";
import { Copied, Mark, NotLoaded, Out, Skeleton } from "./parts";
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

interface Both {
  integration: Integration;
  manifest: IntegrationManifest;
}

export function ManageDrawer({ id, tab, onClose }: Props) {
  const nexus = useNexus();
  const [dialog, setDialog] = useState<ManageDialog | null>(null);
  const [dirty, setDirty] = useState(false);
  const leave = useLeave(dirty);
  const [loaded, set] = useLoaded<Both>(async (signal) => {
    const integration = await nexus.client.get<Integration>(`/api/integrations/${encodeURIComponent(id)}`, {}, signal);
    return { integration, manifest: await nexus.manifests.one(integration.manifest_id) };
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
        {loaded.state === "failed" && !gone && <NotLoaded problem={loaded.problem} onAgain={() => set()} />}
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
      {loaded.stale && <NotLoaded problem={loaded.stale} onAgain={() => set()} />}
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
        {tab === "use" && <UseIt integration={integration} manifest={manifest} />}
      </Tabs>
      {dialog === "delete" && (
        <DeleteDialog
          integration={integration}
          manifest={manifest}
          onClose={(gone) => {
            close("delete");
            if (gone) onClose();
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

function UseIt({ integration, manifest }: Both) {
  const { client } = useNexus();
  return (
    <div class="stack">
      <p>{t.use.lead}</p>
      <SnippetTabs snippets={snippets(client.origin, integration, manifest)} />
      <div class="field">
        <span class="label">{t.use.base}</span>
        <Copied text={`${client.origin}/api/proxy/${integration.slug}`} what={t.use.base} />
      </div>
      {manifest.docs_url && (
        <p>
          <Out href={manifest.docs_url}>{t.use.docs}</Out>
        </p>
      )}
    </div>
  );
}
