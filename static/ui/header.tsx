/** The header of every page: the navigation, the workspace and the identity. */
import { HOME } from "../logic/route";
import type { Route } from "../logic/route";
import type { Identity } from "../logic/session";
import { roleName, t } from "../text";
import { Button, RouteLink } from "./parts";

interface Props {
  identity: Identity;
  route: Route;
  origin: string;
  go(route: Route): void;
  onSignOut: (() => void) | null;
}

export function Header({ identity, route, origin, go, onSignOut }: Props) {
  const pages: [Route, string][] = [
    [HOME, t.nav.integrations],
    [{ page: "oauth-apps" }, t.nav.oauthApps],
    [{ page: "providers" }, t.nav.providers],
    [{ page: "audit" }, t.nav.audit],
  ];
  const here = route.page === "integration" ? "integrations" : route.page;
  return (
    <header class="header">
      <RouteLink class="home" origin={origin} route={HOME} go={go}>
        <span class="logo" aria-hidden="true" />
        <strong>{t.product}</strong>
      </RouteLink>
      {identity.role === "ADMIN" && (
        <nav aria-label={t.nav.label}>
          {pages.map(([page, name]) => (
            <RouteLink origin={origin} route={page} go={go} current={page.page === here}>
              {name}
            </RouteLink>
          ))}
        </nav>
      )}
      <div class="who">
        <p>
          <span class="unseen">{t.signIn.workspace} </span>
          <strong>{identity.workspace}</strong>
          <span class="soft">
            <span class="unseen"> {t.signIn.subject} </span>
            {identity.subject} · {roleName(identity)}
          </span>
        </p>
        {onSignOut && (
          <Button tone="quiet" onClick={onSignOut}>
            {t.signIn.signOut}
          </Button>
        )}
      </div>
    </header>
  );
}
