/** The top of every page: where one may go, and in whose name. */
import { formatRoute } from "../logic/route";
import type { Route } from "../logic/route";
import type { Identity } from "../logic/session";
import { HOME } from "../logic/route";
import { t } from "../text";
import { Button } from "./parts";

interface Props {
  identity: Identity;
  route: Route;
  onSignOut: (() => void) | null;
}

export function Header({ identity, route, onSignOut }: Props) {
  const pages: [Route, string][] = [
    [HOME, t.nav.integrations],
    [{ page: "oauth-apps" }, t.nav.oauthApps],
    [{ page: "providers" }, t.nav.providers],
    [{ page: "audit" }, t.nav.audit],
  ];
  const here = route.page === "integration" ? "integrations" : route.page;
  const role = identity.role ? (t.signIn.roleName[identity.role] ?? identity.role) : t.signIn.noRole;
  return (
    <header class="header">
      <a class="home" href={formatRoute(HOME)}>
        <span class="logo" aria-hidden="true" />
        <strong>{t.product}</strong>
      </a>
      {identity.role === "ADMIN" && (
        <nav aria-label={t.nav.label}>
          {pages.map(([page, name]) => (
            <a href={formatRoute(page)} aria-current={page.page === here ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      )}
      <div class="who">
        <p>
          <span class="unseen">{t.signIn.workspace} </span>
          <strong>{identity.workspace}</strong>
          <span class="soft">
            <span class="unseen"> {t.signIn.subject} </span>
            {identity.subject} · {role}
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
