/** The whole UI: who is signed in, where we are, and what is shown over it. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Client, Problem } from "../api/client";
import type { Integration, ManifestSummary } from "../api/types";
import { Manifests } from "../config/integration-manifests";
import type { Action } from "../logic/health";
import { HOME, NO_FILTERS } from "../logic/route";
import type { Filters, Route } from "../logic/route";
import { nameOf } from "../logic/session";
import type { Identity } from "../logic/session";
import { t } from "../text";
import { AddDialog } from "./add";
import { Audit } from "./audit";
import { NexusProvider, SaidContext, SaidText, useLoaded } from "./context";
import type { Nexus, Said } from "./context";
import { Header } from "./header";
import { Icon } from "./icons";
import { IntegrationList } from "./list";
import { ManageDrawer } from "./manage";
import { OauthApps } from "./oauth-apps";
import { OverFor } from "./over-for";
import { Empty } from "./parts";
import { Providers } from "./providers";
import { useList } from "./use-list";

interface Props {
  origin: string;
  token: string;
  identity: Identity;
  route: Route;
  go(route: Route): void;
  /** Asks for another token than the one that was refused. */
  renew(refused: string): Promise<void>;
  /** Null where the page around the element signs people in and out. */
  onSignOut: (() => void) | null;
}

export function App({ origin, token, identity, route, go, renew, onSignOut }: Props) {
  const who = nameOf(identity);
  const present = useRef({ token, who, renew, go });
  present.current = { token, who, renew, go };
  // A call that outlives what began it is nobody's.
  useEffect(() => () => void (present.current = { ...present.current, who: "" }), []);
  // What is shown, and what is begun, belongs to one person in one workspace.
  const client = useMemo(() => {
    const mine = () => {
      if (present.current.who !== who) throw new Problem("session_changed", 0, t.signIn.changed);
      return present.current.token;
    };
    return new Client(origin, { token: mine, renew: (refused) => present.current.renew(refused) });
  }, [origin, who]);
  const manifests = useMemo(() => new Manifests(client), [client]);
  if (identity.role === "AGENT" || identity.role === null) {
    return (
      <>
        <Header {...{ identity, route, origin, go, onSignOut }} />
        <main>
          {identity.role ? (
            <Empty icon="plug" title={t.agent.title} lead={t.agent.lead} />
          ) : (
            <Empty icon="unknown" title={t.agent.noRole} lead={t.agent.noRoleLead} />
          )}
        </main>
      </>
    );
  }
  return <Shell key={who} {...{ client, manifests, identity, route, onSignOut, present }} />;
}

interface ShellProps extends Pick<Props, "identity" | "route" | "onSignOut"> {
  client: Client;
  manifests: Manifests;
  present: { current: Pick<Props, "token" | "renew" | "go"> };
}

const NONE: readonly ManifestSummary[] = [];

function Shell({ client, manifests, identity, route, onSignOut, present }: ShellProps) {
  const filters = useFilters(route);
  const list = useList(client, filters);
  // In the list it is for names and marks only: without it the ids are shown.
  const [loaded, reload] = useLoaded(() => manifests.catalogue(), manifests);
  const catalogue = loaded.state === "ready" ? loaded.value : NONE;
  const [adding, setAdding] = useState(false);
  const [over, setOver] = useState<{ integration: Integration; action: Action } | null>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const online = useOnline();
  const main = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!said) return;
    // What went wrong takes longer to read, and stands nowhere else.
    const timer = setTimeout(() => setSaid(null), said.tone === "good" ? 6_000 : 15_000);
    return () => clearTimeout(timer);
  }, [said]);

  const go = useCallback((route: Route) => present.current.go(route), []);
  const announce = useCallback(
    (text: string, tone: Said["tone"] = "good") => setSaid((before) => ({ text, tone, id: (before?.id ?? 0) + 1 })),
    [],
  );
  const nexus: Nexus = {
    client,
    manifests,
    identity,
    route,
    go,
    announce,
    changed: list.changed,
  };
  const closeManage = () => {
    go({ page: "integrations", filters });
    // The card may be gone: then the focus goes to the top of the list.
    requestAnimationFrame(() => {
      const root = main.current?.getRootNode() as Document | ShadowRoot | undefined;
      if (!root?.activeElement) main.current?.querySelector<HTMLElement>("h1")?.focus();
    });
  };
  const onAction = useCallback((integration: Integration, action: Action) => setOver({ integration, action }), []);
  const admin = identity.role === "ADMIN";
  const page = !admin && (route.page === "oauth-apps" || route.page === "providers" || route.page === "audit") ? HOME.page : route.page;
  return (
    <NexusProvider value={nexus}>
      <SaidContext.Provider value={said}>
      <Header {...{ identity, route, origin: client.origin, go, onSignOut }} />
      {!online && (
        <p class="banner" role="status">
          <Icon name="offline" />
          <span>{t.problem.offline}</span>
        </p>
      )}
      <main ref={main}>
        {(page === "integrations" || page === "integration") && (
          <IntegrationList list={list} filters={filters} catalogue={catalogue} onAdd={() => setAdding(true)} onAction={onAction} />
        )}
        {page === "oauth-apps" && <OauthApps catalogue={catalogue} />}
        {page === "providers" && <Providers catalogue={loaded} onChanged={() => reload()} />}
        {page === "audit" && <Audit />}
      </main>
      {route.page === "integration" && <ManageDrawer key={route.id} id={route.id} tab={route.tab} onClose={closeManage} />}
      {adding && <AddDialog taken={list.items?.map((one) => one.name) ?? []} onClose={() => setAdding(false)} />}
      {over && (
        <OverFor
          key={over.integration.id}
          integration={over.integration}
          action={over.action}
          // Only itself: something else may be open by then.
          onClose={() => setOver((now) => (now === over ? null : now))}
        />
      )}
        <SaidText />
      </SaidContext.Provider>
      <div class="toasts" aria-hidden="true" popover="manual" ref={onTop(said)}>
        {said && (
          <p key={said.id} class={`toast ${said.tone}`}>
            <Icon name={said.tone} />
            <span>{said.text}</span>
          </p>
        )}
      </div>
    </NexusProvider>
  );
}

/** What is said stands over dialogs, which are in the browser's top layer. */
function onTop(said: Said | null) {
  return (element: HTMLElement | null) => {
    if (!element?.isConnected) return;
    const open = element.matches(":popover-open");
    if (said && open) element.hidePopover();
    if (said) element.showPopover();
    else if (open) element.hidePopover();
  };
}

/** The filters stay while an integration is looked at. */
function useFilters(route: Route): Filters {
  const last = useRef(NO_FILTERS);
  if (route.page === "integrations") last.current = route.filters;
  return last.current;
}

function useOnline(): boolean {
  const [online, set] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => set(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return online;
}
