/**
 * The route and the browser's history. Back and Forward work everywhere: they close dialogs that have an
 * address, restore how far a page was scrolled, and ask before something typed is lost.
 *
 * On another page, the route is kept in memory: the address and the history are not ours.
 */
import { useEffect, useMemo, useState } from "preact/hooks";

import { takeTokenFromAddress } from "../logic/identity";
import { HOME, formatRoute, parseRoute, surfaceOf } from "../logic/route";
import type { Route } from "../logic/route";
import type { Guard } from "./guard";

/** The state in an entry of the history. */
interface Entry {
  /** The place of the entry in the history. */
  readonly index: number;
  /** For a dialog with an address: the place of the page below. */
  readonly below?: number | undefined;
}

/** Where the page was scrolled when it was left, for a reload. */
const SCROLL = "nexus.scroll";

/** How long a page may take to grow to where it was scrolled, in milliseconds. */
const SCROLL_PATIENCE = 2_000;

export class Router {
  route: Route;
  #entry: Entry = { index: 0 };
  readonly #scrolled = new Map<number, number>();
  /** The next move of the history brings the address back to the route that is shown. */
  #isReverting = false;
  /** The next move of the history was confirmed. */
  #isConfirmed = false;
  /** The route to open when a dialog has closed. */
  #after: Route | null = null;
  #stopScrolling = () => {};

  constructor(
    private readonly inAddress: boolean,
    private readonly guard: Guard,
    private readonly onRoute: (route: Route) => void,
    private readonly onToken: (token: string) => void,
  ) {
    this.route = inAddress ? parseRoute(location.hash) : HOME;
  }

  /** Opens a page or a dialog. Asks first if something would be lost. */
  go(route: Route): void {
    if (formatRoute(route) === formatRoute(this.route)) return this.#show(route);
    this.guard.ask(() => this.#push(route));
  }

  /** Shows this route in place of the present one, without asking. */
  replace(route: Route): void {
    const { index, below } = this.#entry;
    this.#write("replaceState", { index, below: isAdd(route) ? below : undefined }, route);
    this.#show(route);
  }

  /** Closes the dialog that has an address, without asking. `page` is what to show if it was opened by a link. */
  close(page: Route): void {
    const { index, below } = this.#entry;
    if (!this.inAddress || below === undefined) return this.replace(page);
    this.#isConfirmed = true;
    history.go(below - index);
  }

  /** Closes the dialog that has an address, then opens `route`. */
  leave(route: Route): void {
    const { below } = this.#entry;
    if (!this.inAddress || below === undefined) return this.replace(route);
    this.#after = route;
    this.close(route);
  }

  /** Follows the browser's history until the result is called. */
  listen(): () => void {
    if (!this.inAddress) return () => undefined;
    history.scrollRestoration = "manual";
    this.#entry = (history.state as Entry | null) ?? this.#entry;
    if (formatRoute(parseRoute(location.hash)) === formatRoute(this.route)) {
      this.#write("replaceState", this.#entry, this.route, location.hash);
      this.#scrollTo(takeScroll(this.#entry.index));
    } else {
      // The address has changed since the first rendering, when nobody listened.
      this.#moved();
    }
    const onMove = () => this.#moved();
    const onHide = () => keepScroll(this.#entry.index);
    addEventListener("popstate", onMove);
    addEventListener("pagehide", onHide);
    return () => {
      removeEventListener("popstate", onMove);
      removeEventListener("pagehide", onHide);
      this.#stopScrolling();
    };
  }

  #push(route: Route): void {
    const { index, below } = this.#entry;
    const isDialog = isAdd(route);
    const from = this.route;
    this.#leave();
    this.#write("pushState", { index: index + 1, below: isDialog ? (isAdd(from) ? below : index) : undefined }, route);
    this.#show(route);
    if (surfaceOf(from) !== surfaceOf(route)) this.#scrollTo(0);
  }

  /** The browser has moved in its history, or somebody has changed the address. */
  #moved(): void {
    if (this.#isReverting) {
      this.#isReverting = false;
      return;
    }
    // A sign-in link that is opened in an open page does not change the route.
    const token = takeTokenFromAddress(location, history);
    if (token !== null) {
      this.#write("replaceState", { index: this.#entry.index + 1 }, this.route);
      return this.onToken(token);
    }
    const isNew = history.state === null;
    const next: Entry = isNew ? { index: this.#entry.index + 1 } : (history.state as Entry);
    const distance = next.index - this.#entry.index;
    if (this.guard.isHolding && !this.#isConfirmed && distance !== 0) {
      this.#isReverting = true;
      history.go(-distance);
      return this.guard.ask(() => {
        this.#isConfirmed = true;
        history.go(distance);
      });
    }
    this.#isConfirmed = false;
    this.#leave();
    const from = this.route;
    const route = parseRoute(location.hash);
    this.#entry = next;
    if (isNew) history.replaceState(next, "");
    const after = this.#after;
    this.#after = null;
    if (after) {
      this.route = route;
      return this.#push(after);
    }
    this.#show(route);
    const isSamePlace = isNew && surfaceOf(from) === surfaceOf(route);
    if (!isSamePlace) this.#scrollTo(isNew ? 0 : (this.#scrolled.get(next.index) ?? 0));
  }

  #show(route: Route): void {
    this.route = route;
    this.onRoute(route);
  }

  #write(how: "pushState" | "replaceState", entry: Entry, route: Route, address = formatRoute(route)): void {
    this.#entry = entry;
    if (this.inAddress) history[how](entry, "", address || location.pathname + location.search);
  }

  /** Remembers how far the present entry was scrolled. */
  #leave(): void {
    if (this.inAddress) this.#scrolled.set(this.#entry.index, scrollY);
  }

  /** Scrolls as soon as the page is tall enough, unless somebody scrolls before. */
  #scrollTo(y: number): void {
    if (!this.inAddress) return;
    this.#stopScrolling();
    if (y === 0) return scrollTo(0, 0);
    const until = performance.now() + SCROLL_PATIENCE;
    const stopped = new AbortController();
    const { signal } = stopped;
    this.#stopScrolling = () => stopped.abort();
    for (const sign of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(sign, () => stopped.abort(), { signal, passive: true });
    }
    const attempt = () => {
      if (signal.aborted) return;
      scrollTo(0, y);
      if (Math.abs(scrollY - y) < 2 || performance.now() > until) stopped.abort();
      else requestAnimationFrame(attempt);
    };
    // By the next frame, the new page is rendered.
    requestAnimationFrame(attempt);
  }
}

/** Whether a route is the dialog that adds an integration. */
function isAdd(route: Route): boolean {
  return route.page === "add" && route.manifest !== null;
}

function keepScroll(index: number): void {
  try {
    sessionStorage.setItem(SCROLL, `${index} ${scrollY}`);
  } catch {
    // Storage is optional.
  }
}

function takeScroll(index: number): number {
  try {
    const [of, y] = (sessionStorage.getItem(SCROLL) ?? "").split(" ").map(Number);
    return of === index ? (y ?? 0) : 0;
  } catch {
    return 0;
  }
}

/** The router of the UI, and the route that it shows. */
export function useRouter(inAddress: boolean, guard: Guard, onToken: (token: string) => void): [Route, Router] {
  const [, update] = useState<Route | null>(null);
  const router = useMemo(() => new Router(inAddress, guard, update, onToken), [inAddress, guard]);
  useEffect(() => router.listen(), [router]);
  return [router.route, router];
}
