/** The pages of the navigation. A new page is one entry here. */
import type { ComponentChildren } from "preact";

import type { ManifestSummary } from "../api/types";
import { mayDo } from "../logic/identity";
import type { Identity, Role } from "../logic/identity";
import { HOME, partsOf } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text";
import type { LoadState } from "./context";
import type { IconName } from "./icons";
import { Lazy } from "./lazy";
import { IntegrationList } from "./list";
import type { ListProps } from "./list";

/** The data that the pages share. They are loaded once for all of them. */
export interface Shared extends ListProps {
  readonly loadedCatalogue: LoadState<readonly ManifestSummary[]>;
  reloadCatalogue(): void;
  /** Reports the name of what a page is about, for the title of the window. */
  onName(id: string, name: string): void;
}

interface Page {
  /** Its name in the navigation and in the title of the window. */
  title(): string;
  readonly route: Route;
  readonly icon: IconName;
  /** The role with the fewest rights that may open it. */
  readonly role: Role;
  /** Whether its link stands with the person who is signed in, and not in the navigation. */
  readonly isOfPerson?: true;
  view(shared: Shared): ComponentChildren;
  /** The page of one item, whose id is in the address after the name of this page. */
  item?(id: string, shared: Shared): ComponentChildren;
}

const section = (name: string): Route => ({ page: "section", name });

export const PAGES: readonly Page[] = [
  {
    title: () => t.nav.overview,
    route: section("overview"),
    icon: "home",
    role: "MANAGER",
    view: (shared) => <Lazy isPage>{({ Home }) => <Home {...shared} />}</Lazy>,
  },
  {
    title: () => t.nav.integrations,
    route: HOME,
    icon: "grid",
    role: "MANAGER",
    view: (shared) => <IntegrationList {...shared} />,
  },
  {
    title: () => t.nav.agents,
    route: section("agents"),
    icon: "plug",
    role: "MANAGER",
    view: () => <Lazy isPage>{({ Agents }) => <Agents />}</Lazy>,
    item: (id, { onName }) => <Lazy isPage>{({ AgentPage }) => <AgentPage key={id} id={id} onName={onName} />}</Lazy>,
  },
  {
    title: () => t.nav.connectedApps,
    route: section("connected-apps"),
    icon: "link",
    role: "AGENT",
    view: () => <Lazy isPage>{({ ConnectedApps }) => <ConnectedApps />}</Lazy>,
  },
  {
    title: () => t.nav.people,
    route: section("people"),
    icon: "people",
    role: "ADMIN",
    view: () => <Lazy isPage>{({ People }) => <People />}</Lazy>,
  },
  {
    title: () => t.nav.oauthApps,
    route: section("oauth-apps"),
    icon: "key",
    role: "ADMIN",
    view: ({ catalogue }) => <Lazy isPage>{({ OauthApps }) => <OauthApps catalogue={catalogue} />}</Lazy>,
  },
  {
    title: () => t.nav.providers,
    route: section("providers"),
    icon: "box",
    role: "ADMIN",
    view: (shared) => (
      <Lazy isPage>
        {({ Providers }) => <Providers catalogue={shared.loadedCatalogue} onChanged={shared.reloadCatalogue} />}
      </Lazy>
    ),
  },
  {
    title: () => t.nav.audit,
    route: section("audit"),
    icon: "log",
    role: "ADMIN",
    view: () => <Lazy isPage>{({ Audit }) => <Audit />}</Lazy>,
  },
  {
    title: () => t.nav.receipts,
    route: section("receipts"),
    icon: "receipt",
    role: "MANAGER",
    view: ({ catalogue }) => <Lazy isPage>{({ Receipts }) => <Receipts catalogue={catalogue} />}</Lazy>,
    item: (id, { catalogue, onName }) => (
      <Lazy isPage>{({ ReceiptPage }) => <ReceiptPage key={id} id={id} catalogue={catalogue} onName={onName} />}</Lazy>
    ),
  },
  {
    title: () => t.nav.stops,
    route: section("emergency-stop"),
    icon: "stop",
    role: "ADMIN",
    view: ({ catalogue }) => <Lazy isPage>{({ Stops }) => <Stops catalogue={catalogue} />}</Lazy>,
  },
  {
    title: () => t.nav.account,
    route: section("account"),
    icon: "person",
    role: "AGENT",
    isOfPerson: true,
    view: () => <Lazy isPage>{({ Account }) => <Account />}</Lazy>,
  },
];

/** The pages that a person may open, by name. A surrounding page that signs people in has their account, too. */
export const entriesFor = ({ role }: Identity, isHosted: boolean) =>
  PAGES.filter((page) => mayDo(role, page.role) && !(isHosted && page.isOfPerson)).map(({ title, route, icon }) => ({ name: title(), route, icon }));

/** The page of the navigation that a route belongs to. An integration belongs to the list. */
export function pageOf(route: Route): Page | undefined {
  if (route.page !== "section") return PAGES.find((page) => page.route === HOME);
  const [name, item] = partsOf(route.name);
  return PAGES.find(
    (page) => page.route.page === "section" && page.route.name === name && (item === null || page.item !== undefined),
  );
}
