/** The session: who is signed in, how people sign in, and what happens when the session has ended. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Problem } from "../api/client";
import { keepReturn, takeReturn } from "../api/return";
import { session } from "../api/session";
import { identify, identityKey, isLoopback, standsForCookie } from "../logic/identity";
import type { ClaimNames, Identity } from "../logic/identity";
import { HOME, parseRoute } from "../logic/route";
import { t } from "../text";
import { App } from "./app";
import { Guard } from "./guard";
import { GuardRoot } from "./guard-root";
import { EmptyState } from "./parts";
import { useRouter } from "./router";
import { ConfirmToken, NotKnown, SignInAgain, SignInPage } from "./sign-in";

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

/** The page that signs people in, which is not a page of this element. */
const SIGN_IN = "/sign-in";
/** The address of the form for a token. */
const TOKEN_FORM = "#use-token";

const personChanged = () => new Problem("session_changed", 0, t.signIn.changed);

export function Root({ origin, names, host, link, ownPage }: Props) {
  const [offered, setOffered] = useState(link);
  const [own, setOwn] = useState(() => session.authorization());
  const guard = useMemo(() => new Guard(), []);
  const [route, router] = useRouter(ownPage, guard, setOffered);
  const [rejected, setRejected] = useState<string | null>(null);
  const [usesToken, setUsesToken] = useState(() => ownPage && location.hash === TOKEN_FORM);
  const signInPage = useRef(SIGN_IN);
  const pending = useRef<PendingRequest[]>([]);
  const token = host ? host.token : own;
  const identity = identityOf(token, names);
  const person = identityKey(identity);
  const fromLink = identityOf(offered, names);
  const now = useRef({ token, person });
  now.current = { token, person };

  const cancelPending = useCallback(() => {
    for (const { cancel } of pending.current.splice(0)) cancel(personChanged());
  }, []);
  useEffect(() => cancelPending, []);
  useEffect(
    () =>
      session.onChange((where) => {
        // Signed out in another tab: whatever is typed here stays, under the question to sign in again.
        if (where === "another tab" && guard.isHolding) return setRejected(now.current.token);
        setOwn(session.authorization());
      }),
    [],
  );

  // A link signs in without a question only on this machine, and only if nobody is signed in.
  const isSilent = own === null && isLoopback(location.hostname);
  const isUsable = fromLink !== null && fromLink.expires > Date.now();
  const asks = isUsable && !isSilent && offered !== own;
  useEffect(() => {
    if (offered === null || asks) return;
    if (isUsable && isSilent) session.signIn(offered);
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
  const signIn = (token: string) => {
    setRejected(null);
    session.signIn(token);
    if (usesToken) router.replace(parseRoute(takeReturn() ?? ""));
    setUsesToken(false);
  };
  const signOut = async () => {
    cancelPending();
    // The page offers to sign out at the identity provider too.
    if (!token || standsForCookie(token)) signInPage.current = `${SIGN_IN}#signed-out`;
    await session.signOut();
    // Not earlier: the page that is left must not make way for one that loads its data without a session.
    router.replace(HOME);
    if (failure) return location.replace(signInPage.current);
    setOwn(null);
    setRejected(null);
  };
  // A frame of another site must not show the page that signs people in.
  const failure = ownPage && host === null ? session.failure() : null;
  const leaves = !failure && ownPage && host === null && !(token && identity) && offered === null && !usesToken && window.top === window;
  useEffect(() => {
    if (!leaves) return;
    // Whoever has signed out begins anew.
    if (signInPage.current === SIGN_IN) keepReturn(`/${location.hash}`);
    location.replace(signInPage.current);
  }, [leaves]);
  useEffect(() => {
    if (!identity || !ownPage || host) return;
    const hash = takeReturn();
    if (hash || usesToken) router.replace(parseRoute(hash ?? ""));
  }, []);

  const question = asks && offered !== null && fromLink && (
    <ConfirmToken
      identity={fromLink}
      present={identity}
      onAnswer={(yes) => {
        if (yes) signIn(offered);
        setOffered(null);
      }}
    />
  );
  if (!token || !identity) {
    if ((isUsable && isSilent) || leaves) return null;
    if (host) return (
      <main>
        <EmptyState icon="plug" title={t.signIn.hostSignedOut} />
      </main>
    );
    if (failure && offered === null && !usesToken) return <NotKnown problem={failure} onSignOut={() => void signOut()} />;
    const notice = offered === null ? "" : fromLink ? t.signIn.linkExpired : t.signIn.linkBroken;
    return question || <SignInPage origin={origin} names={names} notice={notice} isOpen={usesToken} onToken={signIn} />;
  }
  return (
    <GuardRoot guard={guard}>
      <App
        {...{ origin, token, identity, route, router, ownPage, renew }}
        onSignOut={host ? null : () => guard.ask(() => void signOut())}
      />
      {rejected === token && (
        <SignInAgain origin={origin} names={names} hosted={host !== null} hasCookie={standsForCookie(token)} onToken={signIn} onSignOut={() => void signOut()} />
      )}
      {question}
    </GuardRoot>
  );
}

function identityOf(token: string | null, names: ClaimNames): Identity | null {
  const identity = token ? identify(token, names) : null;
  return typeof identity === "object" ? identity : null;
}
