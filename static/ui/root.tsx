/** Whether somebody is signed in, by what token, and what happens when it ends. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Problem } from "../api/client";
import { HOME, formatRoute, parseRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { STANDARD, identify, isLoopback, store, stored, takenFromAddress } from "../logic/session";
import type { ClaimNames, Identity } from "../logic/session";
import { t } from "../text";
import { App } from "./app";
import { ConfirmToken, SignInAgain, SignInPage } from "./sign-in";

interface Props {
  origin: string;
  /** The token of the page around the element. */
  hosted: string | null;
  /** Whether the element is a page of its own: its place is in the address, `#token=` is taken. */
  ownPage: boolean;
  onExpired(): void;
}

export function Root({ origin, hosted, ownPage, onExpired }: Props) {
  const [offered, setOffered] = useState(() => (ownPage ? takenFromAddress(location, history) : null));
  useEffect(() => {
    if (!ownPage) return;
    // The same link, opened where the page is open already.
    const look = () => {
      const token = takenFromAddress(location, history);
      if (token) setOffered(token);
    };
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, [ownPage]);
  const [own, setOwn] = useState(stored);
  const [names, setNames] = useState(STANDARD);
  const [route, go] = useRoute(ownPage);
  const [refused, setRefused] = useState<string | null>(null);
  const waiting = useRef<Waiting[]>([]);
  const token = hosted ?? own;

  const identity = known(token, names);
  const fromLink = known(offered, names);
  useClaimNames(origin, (token !== null && !identity) || (offered !== null && !fromLink), names, setNames);

  const keep = useCallback((token: string | null) => {
    store(token);
    setOwn(token);
  }, []);
  // A link signs in at once only on one's own machine, and never in place of another session.
  const silent = fromLink !== null && own === null && isLoopback(location.hostname);
  useEffect(() => {
    if (!offered || !(silent || offered === own)) return;
    keep(offered);
    setOffered(null);
  }, [offered, silent]);
  // Whoever waits for another token goes on when there is one, of the same person: what somebody
  // began is not done in another's name.
  useEffect(() => {
    if (!token || token === refused) return;
    setRefused(null);
    for (const { who, go, stop } of waiting.current.splice(0)) {
      if (who === nameOf(identity)) go();
      else stop(new Problem("session_changed", 401, t.signIn.changed));
    }
  }, [token, refused]);

  const renew = useCallback(
    (old: string | null) =>
      new Promise<void>((go, stop) => {
        waiting.current.push({ who: nameOf(known(old, names)), go, stop });
        setRefused(old);
        onExpired();
      }),
    [onExpired, names],
  );
  const signOut = () => {
    keep(null);
    setRefused(null);
    go(HOME);
  };

  if (offered && fromLink && !silent && offered !== own) {
    const answer = (yes: boolean) => {
      if (yes) keep(offered);
      setOffered(null);
    };
    return <ConfirmToken identity={fromLink} present={identity} onAnswer={answer} />;
  }
  if (!token || !identity) {
    if (offered && silent) return null;
    return <SignInPage origin={origin} names={names} onToken={keep} />;
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

interface Waiting {
  readonly who: string;
  go(): void;
  stop(problem: Problem): void;
}

function nameOf(identity: Identity | null): string {
  return identity ? `${identity.workspace} ${identity.subject}` : "";
}

function known(token: string | null, names: ClaimNames): Identity | null {
  const identity = token ? identify(token, names) : null;
  return typeof identity === "object" ? identity : null;
}

/** Where the deployment has other claims than the usual ones, the server says which. */
function useClaimNames(origin: string, needed: boolean, names: ClaimNames, set: (names: ClaimNames) => void): void {
  useEffect(() => {
    if (!needed || names !== STANDARD) return;
    fetch(new URL("/config.json", origin))
      .then((answer) => answer.json())
      .then(({ workspace_claim: workspace, role_claim: role }) => set({ workspace, role }), () => undefined);
  }, [needed]);
}

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
      // Typing in a search is no step of the history.
      if (inAddress) {
        const same = parseRoute(location.hash).page === next.page;
        history[same ? "replaceState" : "pushState"](null, "", formatRoute(next));
      }
      set(next);
    },
    [inAddress],
  );
  return [route, go];
}
