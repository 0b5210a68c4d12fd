/** The UI of a person who is signed in: the frame, the current page, and the dialogs over it. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Client, Problem } from "../api/client";
import { tellTabs } from "../api/tabs";
import type { Integration, ManifestSummary } from "../api/types";
import { IntegrationManifests } from "../config/integration-manifests";
import type { Action } from "../logic/health";
import { hasCommandKey, opensPalette } from "../logic/palette-key";
import { identityKey, mayDo, standsForCookie } from "../logic/identity";
import type { Identity, Role } from "../logic/identity";
import { HOME, NO_FILTERS, formatRoute, partsOf, surfaceOf } from "../logic/route";
import type { Filters, Route } from "../logic/route";
import { t } from "../text";
import { NexusProvider, NoticeContext, NoticeText, useLoad } from "./context";
import type { Nexus, Notice } from "./context";
import { Frame } from "./frame";
import { Icon } from "./icons";
import { Lazy, loadLater, startOf } from "./lazy";
import { entriesFor, pageOf } from "./pages";
import { Button, EmptyState } from "./parts";
import type { Router } from "./router";
import { useList } from "./use-list";
import { useStops } from "./use-stops";

interface Props {
  origin: string;
  token: string;
  identity: Identity;
  route: Route;
  router: Router;
  ownPage: boolean;
  /** Waits for a token other than the one that was rejected. */
  renew(rejected: string): Promise<void>;
  /** Null if the surrounding page signs people in and out. */
  onSignOut: (() => void) | null;
}

export function App({ token, renew, ...props }: Props) {
  const { origin, identity, route, router, ownPage, onSignOut } = props;
  const person = identityKey(identity);
  const { workspace } = identity;
  const latest = useRef({ token, person, renew });
  latest.current = { token, person, renew };
  // A request that is still under way after unmounting must not be sent for anybody.
  useEffect(() => () => void (latest.current = { ...latest.current, person: "" }), []);
  // Each person in each workspace has a client of their own.
  const client = useMemo(() => {
    const tokenOfPerson = () => {
      if (latest.current.person !== person) throw new Problem("session_changed", 0, t.signIn.changed);
      return latest.current.token;
    };
    const credentials = { token: tokenOfPerson, renew: (rejected: string) => latest.current.renew(rejected) };
    return new Client(origin, credentials, () => tellTabs({ type: "nexus:changed", workspace }));
  }, [origin, person]);
  const manifests = useMemo(() => new IntegrationManifests(client), [client]);
  const isManager = mayDo(identity.role, "MANAGER");
  // A token of this role belongs to an agent. A person of this role, who has a session, may let programs in.
  if (!isManager && !(identity.role && standsForCookie(token))) {
    return (
      <Frame {...{ identity, route, origin, ownPage, onSignOut }} pages={[]} go={(route) => router.go(route)} content={null}>
        {identity.role ? (
          <EmptyState icon="plug" title={t.agent.title} lead={t.agent.lead} />
        ) : (
          <EmptyState icon="unknown" title={t.agent.noRole} lead={t.agent.noRoleLead} />
        )}
      </Frame>
    );
  }
  const shown = isManager || route.page === "section" ? route : CONNECTED_APPS;
  return <Shell key={person} {...props} {...{ client, manifests }} route={shown} />;
}

interface ShellProps extends Omit<Props, "token" | "renew"> {
  client: Client;
  manifests: IntegrationManifests;
}

const NONE: readonly ManifestSummary[] = [];
/** The first page of a person who may not see the integrations. */
const CONNECTED_APPS: Route = { page: "section", name: "connected-apps" };

function Shell({ client, manifests, identity, route, router, ownPage, onSignOut }: ShellProps) {
  const filters = useFilters(route);
  const isManager = mayDo(identity.role, "MANAGER");
  const list = useList(client, identity.workspace, filters, isManager);
  // The list needs the catalogue only for names and marks. Without it, the ids are shown.
  const [loadedCatalogue, reloadCatalogue] = useLoad(async () => (isManager ? manifests.catalogue() : NONE), manifests);
  const catalogue = loadedCatalogue.state === "ready" ? loadedCatalogue.value : NONE;
  const [cardAction, setCardAction] = useState<{ integration: Integration; action: Action } | null>(null);
  const [notice, announce] = useNotice(route);
  const [named, setName] = useState({ id: "", name: "" });
  const online = useOnline();
  const [isFinding, setFinding] = useState(false);
  const find = useCallback(() => setFinding(true), []);
  const content = useRef<HTMLElement>(null);

  const nexus: Nexus = {
    client,
    manifests,
    identity,
    route,
    go: useCallback((route: Route) => router.go(route), [router]),
    replace: useCallback((route: Route) => router.replace(route), [router]),
    announce,
    changed: list.changed,
    stops: useStops(client, identity.workspace, mayDo(identity.role, "ADMIN")),
  };
  const listRoute: Route = { page: "integrations", filters };
  const onAction = useCallback((integration: Integration, action: Action) => setCardAction({ integration, action }), []);
  const onName = useCallback((id: string, name: string) => setName({ id, name }), []);
  const page = pageOf(route);
  const item = route.page === "integration" ? route.id : route.page === "section" ? partsOf(route.name)[1] : null;
  const isAllowed = !page || mayDo(identity.role, page.role);
  const title = !page
    ? t.notFound.title
    : route.page === "add"
      ? t.list.add
      : item !== null && named.id === item
        ? named.name
        : page.title();
  useEffect(() => {
    if (!ownPage) return;
    document.title = `${title} · ${t.product}`;
    return () => void (document.title = t.product);
  }, [ownPage, title]);
  useFocusOnPage(content, route, ownPage);
  usePaletteKey(content, ownPage, find);
  useEffect(() => {
    // The page that needs it reports a failure.
    void loadLater().catch(() => undefined);
  }, []);
  const shared = { list, filters, catalogue, onAction, loadedCatalogue, reloadCatalogue: () => reloadCatalogue(), onName };
  const banner = (
    <>
      {!online && <Offline />}
      {nexus.stops.items.length > 0 && <Lazy>{({ StopBanner }) => <StopBanner />}</Lazy>}
    </>
  );
  const closeAdd = () => router.close({ page: "add", manifest: null });
  // Another dialog may be open by then. It stays open.
  const closeAction = () => setCardAction((now) => (now === cardAction ? null : now));

  return (
    <NexusProvider value={nexus}>
      <NoticeContext.Provider value={notice}>
        <Frame {...{ identity, route, ownPage, onSignOut, content, banner }} onFind={find} origin={client.origin} go={nexus.go}>
          {route.page === "integration" ? (
            <Lazy isPage>
              {({ IntegrationPage }) => <IntegrationPage key={route.id} id={route.id} tab={route.tab} list={listRoute} onName={onName} />}
            </Lazy>
          ) : route.page === "add" ? (
            <Lazy isPage>{({ Gallery }) => <Gallery catalogue={loadedCatalogue} onRetry={() => reloadCatalogue()} />}</Lazy>
          ) : !page || !isAllowed ? (
            <NoPage needed={isAllowed ? null : (page?.role ?? null)} {...{ isManager }} onHome={() => nexus.go(HOME)} />
          ) : item !== null && page.item ? (
            page.item(item, shared)
          ) : (
            page.view(shared)
          )}
        </Frame>
        {route.page === "add" && route.manifest !== null && (
          <Lazy dialog={{ title: t.list.add, onClose: closeAdd }}>
            {({ AddDialog }) => (
              <AddDialog
                manifest={route.manifest ?? ""}
                catalogue={loadedCatalogue}
                onRetry={() => reloadCatalogue()}
                usedNames={list.items?.map((one) => one.name) ?? []}
                onClose={closeAdd}
                onLeave={(route) => router.leave(route)}
              />
            )}
          </Lazy>
        )}
        {cardAction && (
          <Lazy dialog={{ title: t.list.menuOf(cardAction.integration.name), onClose: closeAction }}>
            {({ ActionDialog }) => (
              <ActionDialog
                key={cardAction.integration.id}
                integration={cardAction.integration}
                action={cardAction.action}
                onClose={closeAction}
              />
            )}
          </Lazy>
        )}
        {isFinding && (
          <Lazy dialog={{ title: t.nav.find, onClose: () => setFinding(false) }}>
            {({ Palette }) => <Palette pages={entriesFor(identity, onSignOut === null)} catalogue={catalogue} onClose={() => setFinding(false)} />}
          </Lazy>
        )}
        <NoticeText />
      </NoticeContext.Provider>
    </NexusProvider>
  );
}

function Offline() {
  return (
    <p class="banner" role="status">
      <Icon name="offline" />
      <span>{t.problem.offline}</span>
    </p>
  );
}

/** The page for an address that is unknown, or that needs another role. */
function NoPage({ needed, isManager, onHome }: { needed: Role | null; isManager: boolean; onHome(): void }) {
  const { title, lead, deniedTitle, deniedToAgent, deniedLead, home, toApps } = t.notFound;
  const denied = needed === "ADMIN" ? deniedTitle : deniedToAgent;
  return (
    <EmptyState icon="unknown" title={needed ? denied : title} lead={needed ? deniedLead : lead} isPage>
      <Button onClick={onHome}>{isManager ? home : toApps}</Button>
    </EmptyState>
  );
}

/** The latest notice. It is gone after some seconds, and as soon as another page is opened. */
function useNotice(route: Route): [Notice | null, Nexus["announce"]] {
  const [notice, set] = useState<(Notice & { at: number }) | null>(null);
  const announce = useCallback(
    (text: string, tone: Notice["tone"] = "good") =>
      set((before) => ({ text, tone, id: (before?.id ?? 0) + 1, at: performance.now() })),
    [],
  );
  useEffect(() => {
    if (!notice) return;
    // An error takes longer to read, and is shown nowhere else.
    const timer = setTimeout(() => set(null), notice.tone === "good" ? 4_000 : 15_000);
    return () => clearTimeout(timer);
  }, [notice]);
  const surface = surfaceOf(route);
  useEffect(() => {
    // A notice about what has led to this page stays.
    set((now) => (now && performance.now() - now.at > 1_000 ? null : now));
  }, [surface]);
  return [notice, announce];
}

/**
 * Moves the focus to a page when it is opened: to where it starts, or back to the link that had led away from it.
 * On our own page, the router scrolls. On another page, the browser scrolls to the focus.
 */
function useFocusOnPage(content: { current: HTMLElement | null }, route: Route, ownPage: boolean): void {
  const surface = surfaceOf(route);
  const before = useRef({ surface, route });
  useEffect(() => {
    const from = before.current;
    before.current = { surface, route };
    if (from.surface === surface) return;
    const main = content.current;
    const link = main?.querySelector<HTMLElement>(`a[href$="${CSS.escape(formatRoute(from.route))}"]`);
    (link ?? (main && startOf(main)) ?? main)?.focus({ preventScroll: ownPage });
  });
}

/** The key of the command palette, on our own page. While a dialog is open, the key is the browser's. */
function usePaletteKey(content: { current: HTMLElement | null }, ownPage: boolean, open: () => void): void {
  useEffect(() => {
    if (!ownPage) return;
    const isMac = hasCommandKey(navigator.platform);
    const onKey = (event: KeyboardEvent) => {
      const root = content.current?.getRootNode() as ShadowRoot | undefined;
      if (!opensPalette(event, isMac) || root?.querySelector("dialog[open]")) return;
      event.preventDefault();
      open();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [ownPage]);
}

/** The filters of the list. They stay while another page is open. */
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
