/**
 * The frame around every page: the rail with the navigation, the workspace and the identity. Where there
 * is little room, the rail is a menu under a bar.
 */
import type { ComponentChildren, Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { mayDo } from "../logic/identity";
import { hasCommandKey } from "../logic/palette-key";
import type { Identity } from "../logic/identity";
import { HOME } from "../logic/route";
import type { Route } from "../logic/route";
import { LANGUAGES, chooseLanguage, presentLanguage } from "../language";
import type { Language } from "../language";
import { roleName, t } from "../text";
import { THEMES, chooseTheme, onThemeElsewhere, presentTheme, showTheme, themeFor } from "../theme";
import type { Theme } from "../theme";
import { useGuard } from "./guard";
import { Icon, Logo } from "./icons";
import { PAGES, pageOf } from "./pages";
import { Button, RouteLink } from "./parts";
import { Toast } from "./toast";

interface Props {
  identity: Identity;
  route: Route;
  origin: string;
  /** Whether the frame is a whole page of ours, or a part of another page. */
  ownPage: boolean;
  go(route: Route): void;
  /** The pages of the navigation. Without it, all that the role may open. */
  pages?: typeof PAGES;
  /** Opens the command palette. */
  onFind?: () => void;
  /** Null if the surrounding page signs people in and out. */
  onSignOut: (() => void) | null;
  /** The main area. */
  content: Ref<HTMLElement>;
  /** The content above the main area, across it. */
  banner?: ComponentChildren;
  children: ComponentChildren;
}

export function Frame(props: Props) {
  const { identity, route, origin, ownPage, go, onFind, onSignOut, content, banner, children } = props;
  const rail = useRef<HTMLElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const closeMenu = () => rail.current?.matches(":popover-open") && rail.current.hidePopover();
  // Where there is room, there is no bar, and the rail is not a menu any more.
  useEffect(() => {
    const onResize = () => bar.current?.offsetHeight === 0 && closeMenu();
    addEventListener("resize", onResize);
    return () => removeEventListener("resize", onResize);
  }, []);
  const open = (route: Route) => {
    closeMenu();
    go(route);
  };
  const find = () => {
    closeMenu();
    onFind?.();
  };
  const guard = useGuard();
  // The page begins again in the other language.
  const changeLanguage = (select: HTMLSelectElement) => {
    const chosen = select.value as Language;
    select.value = presentLanguage();
    guard.ask(() => {
      chooseLanguage(chosen);
      location.reload();
    });
  };
  const pages = props.pages ?? PAGES.filter((page) => mayDo(identity.role, page.role));
  const present = pageOf(route);
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    const root = (event.currentTarget as HTMLElement).getRootNode() as ShadowRoot;
    root.querySelector("main")?.focus();
  };
  return (
    <div class={ownPage ? "frame own" : "frame"}>
      <a class="skip button primary" href="#main" onClick={skip}>
        {t.nav.skip}
      </a>
      <div class="bar" ref={bar}>
        <button type="button" class="icon-button" aria-label={t.nav.menu} popovertarget="rail">
          <Icon name="menu" />
        </button>
        <Home origin={origin} go={open} />
        <Toast />
      </div>
      <header class="rail" id="rail" popover="auto" ref={rail}>
        <Home origin={origin} go={open} />
        {onFind && <Find onFind={find} hasKey={ownPage} />}
        {pages.length > 0 && (
          <nav aria-label={t.nav.label}>
            {pages.filter((page) => !page.isOfPerson).map((page) => (
              <RouteLink key={page.icon} origin={origin} route={page.route} go={open} current={page === present}>
                <Icon name={page.icon} />
                <span>{page.title()}</span>
              </RouteLink>
            ))}
          </nav>
        )}
        <Toast />
        <div class="who">
          <p>
            <span class="unseen">{t.signIn.workspace} </span>
            <strong>{identity.workspace}</strong>
            <span class="soft" title={identity.subject}>
              <span class="unseen"> {t.signIn.subject} </span>
              {identity.subject} · {roleName(identity)}
            </span>
          </p>
          {onSignOut &&
            pages.filter((page) => page.isOfPerson).map((page) => (
              <RouteLink key={page.icon} class="button quiet" origin={origin} route={page.route} go={open} current={page === present}>
                <Icon name={page.icon} />
                <span>{page.title()}</span>
              </RouteLink>
            ))}
          {ownPage && (
            <div class="choices">
              <label class="labelled">
                <Icon name="globe" />
                <span class="unseen">{t.nav.language}</span>
                <select value={presentLanguage()} onChange={(event) => changeLanguage(event.currentTarget)}>
                  {Object.entries(LANGUAGES).map(([id, name]) => (
                    <option value={id} lang={id}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
              <ThemeChoice />
            </div>
          )}
          {onSignOut && (
            <Button tone="quiet" icon="leave" onClick={onSignOut}>
              {t.signIn.signOut}
            </Button>
          )}
        </div>
      </header>
      <div class="content">
        {banner}
        <main id="main" tabIndex={-1} ref={content}>
          {children}
        </main>
      </div>
    </div>
  );
}

/** The button that opens the command palette, with the key that does so too. */
function Find({ onFind, hasKey }: { onFind(): void; hasKey: boolean }) {
  const isMac = hasCommandKey(navigator.platform);
  return (
    <button type="button" class="find" aria-keyshortcuts={hasKey ? (isMac ? "Meta+K" : "Control+K") : undefined} onClick={onFind}>
      <Icon name="search" />
      <span>{t.nav.find}</span>
      {hasKey && <kbd aria-hidden="true">{isMac ? "⌘K" : t.nav.findKey}</kbd>}
    </button>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useState(presentTheme);
  useEffect(
    () =>
      onThemeElsewhere((theme) => {
        showTheme(theme);
        setTheme(theme);
      }),
    [],
  );
  const choose = (theme: Theme) => {
    chooseTheme(theme);
    setTheme(theme);
  };
  return (
    <label class="labelled">
      <Icon name="theme" />
      <span class="unseen">{t.nav.theme}</span>
      <select value={theme} onChange={(event) => choose(themeFor(event.currentTarget.value))}>
        {THEMES.map((one) => (
          <option value={one}>{t.nav.themes[one]}</option>
        ))}
      </select>
    </label>
  );
}

function Home({ origin, go }: Pick<Props, "origin" | "go">) {
  return (
    <RouteLink class="home" origin={origin} route={HOME} go={go}>
      <Logo />
      <strong>{t.product}</strong>
    </RouteLink>
  );
}
