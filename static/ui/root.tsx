/** Whether somebody is signed in, by what token, and what happens when it ends. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Problem } from "../api/client";
import { HOME, formatRoute, parseRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { identify, isLoopback, nameOf, store, stored, takenFromAddress } from "../logic/session";
import type { ClaimNames, Identity } from "../logic/session";
import { t } from "../text";
import { App } from "./app";
import { ConfirmToken, SignInAgain, SignInPage } from "./sign-in";

interface Props {
  origin: string;
  names: ClaimNames;
  /** The token of the page around the element. */
  hosted: string | null;
  /** Whether the element is a page of its own: its place is in the address, `#token=` is taken. */
  ownPage: boolean;
  onExpired(): void;
}

/** A call that waits for another token. */
interface Waiting {
  readonly who: string;
  go(): void;
  stop(problem: Problem): void;
}

export function Root({ origin, names, hosted, ownPage, onExpired }: Props) {
  const [offered, setOffered] = useOffered(ownPage);
  const [own, setOwn] = useState(stored);
  const [route, go] = useRoute(ownPage);
  const [refused, setRefused] = useState<string | null>(null);
  const waiting = useRef<Waiting[]>([]);
  const token = hosted ?? own;
  const identity = known(token, names);
  const fromLink = known(offered, names);

  const keep = useCallback((token: string | null) => {
    store(token);
    setOwn(token);
  }, []);
  const giveUp = useCallback(() => {
    for (const { stop } of waiting.current.splice(0)) stop(new Problem("session_changed", 0, t.signIn.changed));
  }, []);
  useEffect(() => giveUp, []);

  // A link signs in at once only on one's own machine, and never in place of another session.
  const silent = fromLink !== null && own === null && isLoopback(location.hostname);
  const ended = fromLink !== null && fromLink.expires <= Date.now();
  const asks = offered !== null && fromLink !== null && !ended && !silent && offered !== own;
  useEffect(() => {
    if (offered === null || asks) return;
    if (silent && !ended) keep(offered);
    if (!ended) setOffered(null);
  }, [offered, asks]);

  // Whoever waits for another token goes on when there is one, of the same person: what somebody
  // began is not done in another's name.
  useEffect(() => {
    if (!token || token === refused) return;
    setRefused(null);
    const who = nameOf(identity);
    const same = waiting.current.filter((one) => one.who === who);
    waiting.current = waiting.current.filter((one) => one.who !== who);
    giveUp();
    for (const { go } of same) go();
  }, [token, refused]);
  const renew = useCallback(
    (old: string) =>
      new Promise<void>((go, stop) => {
        const first = waiting.current.length === 0;
        waiting.current.push({ who: nameOf(known(old, names)), go, stop });
        setRefused(old);
        if (first) onExpired();
      }),
    [onExpired],
  );
  const signOut = () => {
    giveUp();
    keep(null);
    setRefused(null);
    go(HOME);
  };

  if (asks && offered !== null && fromLink) {
    const answer = (yes: boolean) => {
      if (yes) keep(offered);
      setOffered(null);
    };
    return <ConfirmToken identity={fromLink} present={identity} onAnswer={answer} />;
  }
  if (!token || !identity) {
    if (silent && !ended) return null;
    return <SignInPage origin={origin} names={names} notice={ended ? t.signIn.linkExpired : ""} onToken={keep} />;
  }
  return (
    <>
      <App origin={origin} token={token} identity={identity} route={route} go={go} renew={renew} onSignOut={hosted ? null : signOut} />
      {refused === token && (
        <SignInAgain origin={origin} names={names} hosted={hosted !== null} onToken={keep} onSignOut={signOut} />
      )}
    </>
  );
}

function known(token: string | null, names: ClaimNames): Identity | null {
  const identity = token ? identify(token, names) : null;
  return typeof identity === "object" ? identity : null;
}

/** The token of a link, also of one that is opened where the page is open already. */
function useOffered(ownPage: boolean): [string | null, (token: string | null) => void] {
  const [offered, set] = useState(() => (ownPage ? takenFromAddress(location, history) : null));
  useEffect(() => {
    if (!ownPage) return;
    const look = () => {
      const token = takenFromAddress(location, history);
      if (token !== null) set(token);
    };
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, [ownPage]);
  return [offered, set];
}

/** Where we are; what is closed or narrowed is no step of the history. */
function useRoute(inAddress: boolean): [Route, (route: Route) => void] {
  const [route, set] = useState<Route>(() => (inAddress ? parseRoute(location.hash) : HOME));
  useEffect(() => {
    if (!inAddress) return;
    const look = () => set(parseRoute(location.hash));
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, [inAddress]);
  const go = useCallback(
    (next: Route) => {
      if (inAddress) {
        const { page } = parseRoute(location.hash);
        const closes = page === "integration" && next.page === "integrations";
        history[page === next.page || closes ? "replaceState" : "pushState"](null, "", formatRoute(next));
      }
      set(next);
    },
    [inAddress],
  );
  return [route, go];
}
