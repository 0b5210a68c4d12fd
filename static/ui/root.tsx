/** Whether somebody is signed in, by what token, and what happens when it ends. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Problem } from "../api/client";
import { HOME, formatRoute, parseRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { identify, isLoopback, nameOf, store, stored, takenFromAddress } from "../logic/session";
import type { ClaimNames, Identity } from "../logic/session";
import { t } from "../text";
import { App } from "./app";
import { Empty } from "./parts";
import { ConfirmToken, SignInAgain, SignInPage } from "./sign-in";

interface Props {
  origin: string;
  names: ClaimNames;
  /** The page around the element, where it signs people in and out: its token, and how to ask for
   * another. */
  host: { token: string | null; onExpired(): void } | null;
  /** The token of the link that opened the page. */
  link: string | null;
  /** Whether the element is a page of its own: its place is in the address, `#token=` is taken. */
  ownPage: boolean;
}

/** A call that waits for another token. */
interface Waiting {
  readonly who: string;
  go(): void;
  stop(problem: Problem): void;
}

const changed = () => new Problem("session_changed", 0, t.signIn.changed);

export function Root({ origin, names, host, link, ownPage }: Props) {
  const [offered, setOffered] = useState(link);
  const [own, setOwn] = useState(stored);
  const [route, go] = useRoute(ownPage, setOffered);
  const [refused, setRefused] = useState<string | null>(null);
  const waiting = useRef<Waiting[]>([]);
  const token = host ? host.token : own;
  const identity = known(token, names);
  const who = nameOf(identity);
  const fromLink = known(offered, names);
  const now = useRef({ token, who });
  now.current = { token, who };

  const keep = useCallback((token: string | null) => {
    store(token);
    setOwn(token);
  }, []);
  const giveUp = useCallback(() => {
    for (const { stop } of waiting.current.splice(0)) stop(changed());
  }, []);
  useEffect(() => giveUp, []);

  // A link signs in at once only on one's own machine, and never in place of another session.
  const silent = own === null && isLoopback(location.hostname);
  const usable = fromLink !== null && fromLink.expires > Date.now();
  const asks = usable && !silent && offered !== own;
  useEffect(() => {
    if (offered === null || asks) return;
    if (usable && silent) keep(offered);
    // What is of no use is told where nobody is signed in.
    if (usable || identity) setOffered(null);
  }, [offered, asks, usable, identity !== null]);

  // Whoever waits for another token goes on when there is one, of the same person: what somebody
  // began is not done in another's name.
  useEffect(() => {
    if (!token || token === refused) return;
    setRefused(null);
    const same = waiting.current.filter((one) => one.who === who);
    waiting.current = waiting.current.filter((one) => one.who !== who);
    giveUp();
    for (const { go } of same) go();
  }, [token, refused]);
  const renew = useCallback(
    (old: string) =>
      new Promise<void>((go, stop) => {
        const whose = nameOf(known(old, names));
        if (whose !== now.current.who) return stop(changed());
        // There is another by now.
        if (old !== now.current.token) return go();
        const first = waiting.current.length === 0;
        waiting.current.push({ who: whose, go, stop });
        setRefused(old);
        if (first) host?.onExpired();
      }),
    [host?.onExpired],
  );
  const signOut = () => {
    giveUp();
    keep(null);
    setRefused(null);
    go(HOME);
  };

  const question = asks && offered !== null && fromLink && (
    <ConfirmToken
      identity={fromLink}
      present={identity}
      onAnswer={(yes) => {
        if (yes) keep(offered);
        setOffered(null);
      }}
    />
  );
  if (!token || !identity) {
    if (usable && silent) return null;
    if (host) return (
      <main>
        <Empty icon="plug" title={t.signIn.hostSignedOut} />
      </main>
    );
    const notice = offered === null ? "" : fromLink ? t.signIn.linkExpired : t.signIn.linkBroken;
    return question || <SignInPage origin={origin} names={names} notice={notice} onToken={keep} />;
  }
  return (
    <>
      <App origin={origin} token={token} identity={identity} route={route} go={go} renew={renew} onSignOut={host ? null : signOut} />
      {refused === token && (
        <SignInAgain origin={origin} names={names} hosted={host !== null} onToken={keep} onSignOut={signOut} />
      )}
      {question}
    </>
  );
}

function known(token: string | null, names: ClaimNames): Identity | null {
  const identity = token ? identify(token, names) : null;
  return typeof identity === "object" ? identity : null;
}

/** Where we are; what is closed or narrowed is no step of the history. */
function useRoute(inAddress: boolean, onToken: (token: string) => void): [Route, (route: Route) => void] {
  const [route, set] = useState<Route>(() => (inAddress ? parseRoute(location.hash) : HOME));
  const present = useRef(route);
  present.current = route;
  useEffect(() => {
    if (!inAddress) return;
    const look = () => {
      // A link that signs in, opened where the page is open already, leads nowhere else.
      const token = takenFromAddress(location, history);
      if (token === null) return set(parseRoute(location.hash));
      history.replaceState(null, "", formatRoute(present.current));
      onToken(token);
    };
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
