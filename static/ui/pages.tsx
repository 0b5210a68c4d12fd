/** The pages of the navigation. A new page is one entry here. */
import type { ComponentChildren } from "preact";

import type { ManifestSummary } from "../api/types";
import type { Role } from "../logic/identity";
import { HOME } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text";
import { Agents } from "./agents";
import { Audit } from "./audit";
import type { LoadState } from "./context";
import type { IconName } from "./icons";
import { IntegrationList } from "./list";
import type { ListProps } from "./list";
import { OauthApps } from "./oauth-apps";
import { People } from "./people";
import { Providers } from "./providers";

/** What the pages share: it is loaded once for all of them. */
export interface Shared extends ListProps {
  readonly loadedCatalogue: LoadState<readonly ManifestSummary[]>;
  reloadCatalogue(): void;
}

interface Page {
  /** Its name in the navigation and in the title of the window. */
  readonly title: string;
  readonly route: Route;
  readonly icon: IconName;
  /** The role with the fewest rights that may open it. */
  readonly role: Role;
  view(shared: Shared): ComponentChildren;
}

const section = (name: string): Route => ({ page: "section", name });

export const PAGES: readonly Page[] = [
  {
    title: t.nav.integrations,
    route: HOME,
    icon: "grid",
    role: "MANAGER",
    view: (shared) => <IntegrationList {...shared} />,
  },
  {
    title: t.agents.title,
    route: section("agents"),
    icon: "plug",
    role: "MANAGER",
    view: () => <Agents />,
  },
  {
    title: t.people.title,
    route: section("people"),
    icon: "people",
    role: "ADMIN",
    view: () => <People />,
  },
  {
    title: t.nav.oauthApps,
    route: section("oauth-apps"),
    icon: "key",
    role: "ADMIN",
    view: ({ catalogue }) => <OauthApps catalogue={catalogue} />,
  },
  {
    title: t.nav.providers,
    route: section("providers"),
    icon: "box",
    role: "ADMIN",
    view: (shared) => <Providers catalogue={shared.loadedCatalogue} onChanged={shared.reloadCatalogue} />,
  },
  {
    title: t.nav.audit,
    route: section("audit"),
    icon: "log",
    role: "ADMIN",
    view: () => <Audit />,
  },
];

/** The page of the navigation that a route belongs to. An integration belongs to the list. */
export function pageOf(route: Route): Page | undefined {
  if (route.page !== "section") return PAGES.find((page) => page.route === HOME);
  return PAGES.find((page) => page.route.page === "section" && page.route.name === route.name);
}
