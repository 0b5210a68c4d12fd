/** The programs that people let in (OAuth): what each may do, and ending it. */
import { useState } from "preact/hooks";

import { pages } from "../api/pages";
import type { ConnectedApp, ConnectedAppPage, Integration, IntegrationPage } from "../api/types";
import { mayDo } from "../logic/identity";
import { hostOf } from "../logic/names";
import { moment } from "../logic/time";
import { t } from "../text/all";
import { useLoad, useNexus, useNow } from "./context";
import { Loaded } from "./loaded";
import { More } from "./more";
import { Button, CopyField, EmptyState, Fact, Mark, RouteLink } from "./parts";
import { RemoveDialog } from "./remove";
import { useFresh } from "./use-fresh";
import { usePages } from "./use-pages";

interface AppsAndIntegrations {
  readonly apps: ConnectedAppPage;
  /** Null if the person may not see the integrations. */
  readonly integrations: readonly Integration[] | null;
}

export function ConnectedApps() {
  const { client, identity } = useNexus();
  const mayRead = mayDo(identity.role, "MANAGER");
  const [first, reload] = useLoad(async (signal): Promise<AppsAndIntegrations> => {
    const [apps, integrations] = await Promise.all([
      client.get<ConnectedAppPage>("/api/connected-apps", { limit: 50 }, signal),
      mayRead ? pages((cursor) => client.get<IntegrationPage>("/api/integrations", { limit: 100, cursor }, signal), 500) : null,
    ]);
    return { apps, integrations: integrations?.items ?? null };
  }, client);
  const [ending, setEnding] = useState<ConnectedApp | null>(null);
  useFresh(identity.workspace, () => reload(), ending === null);
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.connectedApps.title}</h1>
          <p class="soft">{identity.role === "ADMIN" ? t.connectedApps.leadAll : t.connectedApps.lead}</p>
          {!mayRead && <p class="soft">{t.connectedApps.onlyThis}</p>}
        </div>
      </div>
      <section class="box address">
        <h2 class="label">{t.connectedApps.url}</h2>
        <CopyField text={`${client.origin}/mcp`} what={t.connectedApps.url} />
        <p class="hint">{t.connectedApps.urlHint}</p>
      </section>
      <Loaded
        of={first}
        onRetry={() => reload()}
        isEmpty={({ apps }) => apps.items.length === 0}
        empty={<EmptyState icon="link" title={t.connectedApps.emptyTitle} lead={t.connectedApps.emptyLead} />}
      >
        {(first) => <Apps {...first} onEnd={setEnding} />}
      </Loaded>
      {ending && (
        <RemoveDialog
          title={t.connectedApps.endTitle(ending.name)}
          lead={t.connectedApps.endLead(ending.integrations?.length ?? null)}
          done={t.connectedApps.ended(ending.name)}
          path={`/api/connected-apps/${ending.id}`}
          yes={t.connectedApps.end}
          onClose={(isEnded) => {
            setEnding((now) => (now === ending ? null : now));
            if (isEnded) reload();
          }}
        />
      )}
    </>
  );
}

function Apps({ apps, integrations, onEnd }: AppsAndIntegrations & { onEnd(app: ConnectedApp): void }) {
  const { client, identity, go } = useNexus();
  const now = useNow();
  const { items, action, more } = usePages(apps, (cursor) => client.get<ConnectedAppPage>("/api/connected-apps", { limit: 50, cursor }));
  const { facts } = t.connectedApps;
  const names = (app: ConnectedApp) => {
    if (app.integrations === null) return t.connectedApps.allIntegrations;
    if (integrations === null) return t.connectedApps.someIntegrations(app.integrations.length);
    const known = integrations.filter((one) => app.integrations?.includes(one.id));
    if (known.length === 0) return t.connectedApps.noIntegrations;
    return known.map((one, index) => (
      <>
        {index > 0 && ", "}
        <RouteLink origin={client.origin} route={{ page: "integration", id: one.slug, tab: "overview" }} go={go}>
          {one.name}
        </RouteLink>
      </>
    ));
  };
  return (
    <>
      <ul class="lines">
        {items.map((app) => (
          <li key={app.id} class={app.status === "active" ? "card" : "card off"}>
            <div class="top">
              <Mark name={app.name} brand={undefined} />
              <div class="names">
                <h2>{app.name}</h2>
                <p class="soft wraps">
                  {hostOf(app.client_id) ?? t.connectedApps.noHost}{" "}
                  <span class="tag warn" title={t.connectedApps.unverifiedWhy}>
                    {t.connectedApps.unverified}
                  </span>
                  {app.status !== "active" && <span class="tag">{t.connectedApps.off}</span>}
                </p>
              </div>
              <div class="actions">
                <Button tone="danger" aria-label={`${t.connectedApps.end}: ${app.name}`} onClick={() => onEnd(app)}>
                  {t.connectedApps.end}
                </Button>
              </div>
            </div>
            <dl class="columns-of-facts">
              {identity.role === "ADMIN" && <Fact name={facts.person}>{app.person.name}</Fact>}
              <Fact name={facts.integrations}>{names(app)}</Fact>
              <Fact name={facts.mayDo}>{app.read_only ? t.connectedApps.readOnly : t.connectedApps.readWrite}</Fact>
              <Fact name={facts.used}>
                <span title={app.last_used_at ? moment(app.last_used_at) : undefined}>{t.connectedApps.used(app.last_used_at, now)}</span>
              </Fact>
              <Fact name={facts.until}>{t.connectedApps.until(app.expires_at, now)}</Fact>
            </dl>
          </li>
        ))}
      </ul>
      <More action={action} more={more} />
    </>
  );
}
