/** The UI of a person who is signed in: the header, the current page, and the dialogs over it. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Client, Problem } from "../api/client";
import type { Integration, ManifestSummary } from "../api/types";
import { IntegrationManifests } from "../config/integration-manifests";
import type { Action } from "../logic/health";
import { HOME, NO_FILTERS } from "../logic/route";
import type { Filters, Route } from "../logic/route";
import { identityKey } from "../logic/session";
import type { Identity } from "../logic/session";
import { t } from "../text";
import { ActionDialog } from "./action-dialog";
import { AddDialog } from "./add";
import { Audit } from "./audit";
import { NexusProvider, NoticeContext, NoticeText, useLoad } from "./context";
import type { Nexus, Notice } from "./context";
import { Header } from "./header";
import { Icon } from "./icons";
import { IntegrationList } from "./list";
import { ManageDrawer } from "./manage";
import { OauthApps } from "./oauth-apps";
import { EmptyState } from "./parts";
import { Providers } from "./providers";
import { useList } from "./use-list";

interface Props {
  origin: string;
  token: string;
  identity: Identity;
  route: Route;
  go(route: Route): void;
  /** Waits for a token other than the one that was rejected. */
  renew(rejected: string): Promise<void>;
  /** Null if the surrounding page signs people in and out. */
  onSignOut: (() => void) | null;
}

export function App({ origin, token, identity, route, go, renew, onSignOut }: Props) {
  const person = identityKey(identity);
  const latest = useRef({ token, person, renew, go });
  latest.current = { token, person, renew, go };
  // A request that is still under way after unmounting must not be sent for anybody.
  useEffect(() => () => void (latest.current = { ...latest.current, person: "" }), []);
  // Each person in each workspace has a client of their own.
  const client = useMemo(() => {
    const tokenOfPerson = () => {
      if (latest.current.person !== person) throw new Problem("session_changed", 0, t.signIn.changed);
      return latest.current.token;
    };
    return new Client(origin, { token: tokenOfPerson, renew: (rejected) => latest.current.renew(rejected) });
  }, [origin, person]);
  const manifests = useMemo(() => new IntegrationManifests(client), [client]);
  if (identity.role === "AGENT" || identity.role === null) {
    return (
      <>
        <Header {...{ identity, route, origin, go, onSignOut }} />
        <main>
          {identity.role ? (
            <EmptyState icon="plug" title={t.agent.title} lead={t.agent.lead} />
          ) : (
            <EmptyState icon="unknown" title={t.agent.noRole} lead={t.agent.noRoleLead} />
          )}
        </main>
      </>
    );
  }
  return <Shell key={person} {...{ client, manifests, identity, route, onSignOut, latest }} />;
}

interface ShellProps extends Pick<Props, "identity" | "route" | "onSignOut"> {
  client: Client;
  manifests: IntegrationManifests;
  latest: { current: Pick<Props, "token" | "renew" | "go"> };
}

const NONE: readonly ManifestSummary[] = [];

function Shell({ client, manifests, identity, route, onSignOut, latest }: ShellProps) {
  const filters = useFilters(route);
  const list = useList(client, filters);
  // The list needs the catalogue only for names and marks. Without it, the ids are shown.
  const [loaded, reload] = useLoad(() => manifests.catalogue(), manifests);
  const catalogue = loaded.state === "ready" ? loaded.value : NONE;
  const [adding, setAdding] = useState(false);
  const [cardAction, setCardAction] = useState<{ integration: Integration; action: Action } | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);
  const online = useOnline();
  const main = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!notice) return;
    // An error takes longer to read, and is shown nowhere else.
    const timer = setTimeout(() => setNotice(null), notice.tone === "good" ? 6_000 : 15_000);
    return () => clearTimeout(timer);
  }, [notice]);

  const go = useCallback((route: Route) => latest.current.go(route), []);
  const announce = useCallback(
    (text: string, tone: Notice["tone"] = "good") => setNotice((before) => ({ text, tone, id: (before?.id ?? 0) + 1 })),
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
    // If the card is gone, the focus goes to the top of the list.
    requestAnimationFrame(() => {
      const root = main.current?.getRootNode() as Document | ShadowRoot | undefined;
      if (!root?.activeElement) main.current?.querySelector<HTMLElement>("h1")?.focus();
    });
  };
  const onAction = useCallback((integration: Integration, action: Action) => setCardAction({ integration, action }), []);
  const admin = identity.role === "ADMIN";
  const page = !admin && (route.page === "oauth-apps" || route.page === "providers" || route.page === "audit") ? HOME.page : route.page;
  return (
    <NexusProvider value={nexus}>
      <NoticeContext.Provider value={notice}>
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
      {adding && <AddDialog usedNames={list.items?.map((one) => one.name) ?? []} onClose={() => setAdding(false)} />}
      {cardAction && (
        <ActionDialog
          key={cardAction.integration.id}
          integration={cardAction.integration}
          action={cardAction.action}
          // Another dialog may be open by then. It stays open.
          onClose={() => setCardAction((now) => (now === cardAction ? null : now))}
        />
      )}
        <NoticeText />
      </NoticeContext.Provider>
      <div class="toasts" aria-hidden="true" popover="manual" ref={showOnTop(notice)}>
        {notice && (
          <p key={notice.id} class={`toast ${notice.tone}`}>
            <Icon name={notice.tone} />
            <span>{notice.text}</span>
          </p>
        )}
      </div>
    </NexusProvider>
  );
}

/** Shows the notice above dialogs, which are in the browser's top layer. */
function showOnTop(notice: Notice | null) {
  return (element: HTMLElement | null) => {
    if (!element?.isConnected) return;
    const open = element.matches(":popover-open");
    if (notice && open) element.hidePopover();
    if (notice) element.showPopover();
    else if (open) element.hidePopover();
  };
}

/** The filters of the list. They stay while an integration is open. */
function useFilters(route: Route): Filters {
  const last = useRef(NO_FILTERS);
  if (route.page === "integrations") last.current = route.filters;
  return last.current;
}

function useOnline(): boolean {
  const [online, set] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => set(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
}
