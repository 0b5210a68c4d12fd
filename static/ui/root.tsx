/** The session: which token is used, how people sign in, and what happens when the token has expired. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Problem } from "../api/client";
import { HOME, formatRoute, parseRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { identify, identityKey, isLoopback, loadToken, saveToken, takeTokenFromAddress } from "../logic/session";
import type { ClaimNames, Identity } from "../logic/session";
import { t } from "../text";
import { App } from "./app";
import { EmptyState } from "./parts";
import { ConfirmToken, SignInAgain, SignInPage } from "./sign-in";

interface Props {
  origin: string;
  names: ClaimNames;
  /** The surrounding page, if it signs people in and out: its token, and how to ask it for a new one. */
  host: { token: string | null; onExpired(): void } | null;
  /** The token in the link that opened the page. */
  link: string | null;
  /** Whether this is our own page. If so, the route is in the address, and `#token=` signs in. */
  ownPage: boolean;
}

/** A request that waits for a new token. */
interface PendingRequest {
  readonly person: string;
  resume(): void;
  cancel(problem: Problem): void;
}

const personChanged = () => new Problem("session_changed", 0, t.signIn.changed);

export function Root({ origin, names, host, link, ownPage }: Props) {
  const [offered, setOffered] = useState(link);
  const [own, setOwn] = useState(loadToken);
  const [route, go] = useRoute(ownPage, setOffered);
  const [rejected, setRejected] = useState<string | null>(null);
  const pending = useRef<PendingRequest[]>([]);
  const token = host ? host.token : own;
  const identity = identityOf(token, names);
  const person = identityKey(identity);
  const fromLink = identityOf(offered, names);
  const now = useRef({ token, person });
  now.current = { token, person };

  const keep = useCallback((token: string | null) => {
    saveToken(token);
    setOwn(token);
  }, []);
  const cancelPending = useCallback(() => {
    for (const { cancel } of pending.current.splice(0)) cancel(personChanged());
  }, []);
  useEffect(() => cancelPending, []);

  // A link signs in without a question only on this machine, and only if nobody is signed in.
  const isSilent = own === null && isLoopback(location.hostname);
  const isUsable = fromLink !== null && fromLink.expires > Date.now();
  const asks = isUsable && !isSilent && offered !== own;
  useEffect(() => {
    if (offered === null || asks) return;
    if (isUsable && isSilent) keep(offered);
    // An unusable token stays if nobody is signed in, so that the sign-in form can explain it.
    if (isUsable || identity) setOffered(null);
  }, [offered, asks, isUsable, identity !== null]);

  // With a new token of the same person, pending requests are sent again. With another person's token they
  // are cancelled, so that nothing is done in that person's name.
  useEffect(() => {
    if (!token || token === rejected) return;
    setRejected(null);
    const same = pending.current.filter((request) => request.person === person);
    pending.current = pending.current.filter((request) => request.person !== person);
    cancelPending();
    for (const { resume } of same) resume();
  }, [token, rejected]);
  const renew = useCallback(
    (old: string) =>
      new Promise<void>((resume, cancel) => {
        const owner = identityKey(identityOf(old, names));
        if (owner !== now.current.person) return cancel(personChanged());
        // There is a new token already.
        if (old !== now.current.token) return resume();
        const first = pending.current.length === 0;
        pending.current.push({ person: owner, resume, cancel });
        setRejected(old);
        if (first) host?.onExpired();
      }),
    [host?.onExpired],
  );
  const signOut = () => {
    cancelPending();
    keep(null);
    setRejected(null);
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
    if (isUsable && isSilent) return null;
    if (host) return (
      <main>
        <EmptyState icon="plug" title={t.signIn.hostSignedOut} />
      </main>
    );
    const notice = offered === null ? "" : fromLink ? t.signIn.linkExpired : t.signIn.linkBroken;
    return question || <SignInPage origin={origin} names={names} notice={notice} onToken={keep} />;
  }
  return (
    <>
      <App origin={origin} token={token} identity={identity} route={route} go={go} renew={renew} onSignOut={host ? null : signOut} />
      {rejected === token && (
        <SignInAgain origin={origin} names={names} hosted={host !== null} onToken={keep} onSignOut={signOut} />
      )}
      {question}
    </>
  );
}

function identityOf(token: string | null, names: ClaimNames): Identity | null {
  const identity = token ? identify(token, names) : null;
  return typeof identity === "object" ? identity : null;
}

/** The current route. Closing an integration and changes within a page do not add to the history. */
function useRoute(inAddress: boolean, onToken: (token: string) => void): [Route, (route: Route) => void] {
  const [route, set] = useState<Route>(() => (inAddress ? parseRoute(location.hash) : HOME));
  const present = useRef(route);
  present.current = route;
  useEffect(() => {
    if (!inAddress) return;
    const onHashChange = () => {
      // A sign-in link that is opened in an open page does not change the route.
      const token = takeTokenFromAddress(location, history);
      if (token === null) return set(parseRoute(location.hash));
      history.replaceState(null, "", formatRoute(present.current));
      onToken(token);
    };
    addEventListener("hashchange", onHashChange);
    return () => removeEventListener("hashchange", onHashChange);
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
