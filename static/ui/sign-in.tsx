/** Signing in with a token: the first time, again when it has expired, and by a link after a confirmation. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Problem, problemOf, send } from "../api/client";
import { session } from "../api/session";
import { identify } from "../logic/identity";
import type { ClaimNames, Identity } from "../logic/identity";
import { ago } from "../logic/time";
import { roleName, t } from "../text";
import { Field, Form } from "./controls";
import { Dialog } from "./dialog";
import { Icon, Logo } from "./icons";
import { Alert, Button, LoadError } from "./parts";

interface SignInProps {
  origin: string;
  names: ClaimNames;
  onToken(token: string): void;
}

/** In place of every page, while it is not known who is signed in, or while nothing may be shown to them. */
export function NotKnown({ problem, onSignOut }: { problem: Problem; onSignOut(): void }) {
  return (
    <main class="sign-in">
      <div class="panel">
        <Logo />
        <h1>{t.signIn.notKnown}</h1>
        <LoadError problem={problem} onRetry={() => location.reload()} />
        <div class="actions">
          <Button tone="quiet" icon="leave" onClick={onSignOut}>
            {t.signIn.signOut}
          </Button>
        </div>
      </div>
    </main>
  );
}

/** The form for a token. The token must be readable and not expired, and the server must accept it. */
function TokenForm({ origin, names, onToken, id, children }: SignInProps & { id: string; children?: ComponentChildren }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<string>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    const text = token.trim().replace(/^bearer\s+/i, "");
    const identity = identify(text, names);
    setProblem(null);
    if (identity === "form") return setError(t.signIn.notToken);
    if (identity === "claims") return setError(t.signIn.noClaims);
    if (identity.expires <= Date.now()) return setError(t.signIn.expired);
    setError(undefined);
    setBusy(true);
    try {
      // An agent's token is valid, but it may not list integrations. The page explains what it is for.
      if (identity.role !== "AGENT") await send(origin, text, "GET", "/api/integrations", { query: { limit: 1 } });
      onToken(text);
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (problem.status === 401 || problem.status === 403) setError(t.signIn.rejected(problem.message));
      else setProblem(problem);
      setBusy(false);
    }
  };
  return (
    <Form id={id} unsaved={false} onSubmit={() => !busy && void submit()}>
      <Field label={t.signIn.token} value={token} onInput={setToken} error={error} hint={t.signIn.hint} secret focus />
      <Alert problem={problem} />
      <div class="actions">
        <Button type="submit" tone="primary" busy={busy}>
          {busy ? t.signIn.checking : t.signIn.submit}
        </Button>
        {children}
      </div>
    </Form>
  );
}

/**
 * The page that asks for a token. `notice` explains why, if a link did not work. It is for those who have one;
 * `/sign-in` is for everybody.
 */
export function SignInPage({ notice, isOpen, ...props }: SignInProps & { notice: string; isOpen: boolean }) {
  return (
    <main class="sign-in">
      <div class="panel">
        <Logo />
        <h1>{t.signIn.title}</h1>
        <p class="soft">{t.signIn.lead}</p>
        {notice && <Alert title={notice} />}
        <details open={isOpen || notice !== ""}>
          <summary>{t.signIn.useToken}</summary>
          <p class="soft">{t.signIn.tokenLead}</p>
          <TokenForm {...props} id="sign-in" />
        </details>
        {window.top === window && (
          <p>
            <a href={`${props.origin}/sign-in`}>{t.signIn.otherWays}</a>
          </p>
        )}
      </div>
    </main>
  );
}

interface AgainProps extends SignInProps {
  hosted: boolean;
  /** Whether the session was that of a cookie, which people get on another page. */
  hasCookie: boolean;
  onSignOut(): void;
}

/** The dialog that asks to sign in again. Everything below stays as it is. */
export function SignInAgain({ hosted, hasCookie, onSignOut, ...props }: AgainProps) {
  const signOut = (
    <Button tone="quiet" onClick={onSignOut}>
      {t.signIn.signOut}
    </Button>
  );
  return (
    <Dialog kind="question" title={t.signIn.again}>
      <p>{hosted ? t.signIn.hostLead : t.signIn.againLead}</p>
      {!hosted && hasCookie && <Elsewhere origin={props.origin}>{signOut}</Elsewhere>}
      {!hosted && !hasCookie && (
        <TokenForm {...props} id="sign-in-again">
          {signOut}
        </TokenForm>
      )}
    </Dialog>
  );
}

/** Signing in on a page of its own, in another tab. This one notices when somebody comes back. */
function Elsewhere({ origin, children }: { origin: string; children: ComponentChildren }) {
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && void session.askAgain();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return (
    <div class="actions">
      <a class="button primary" href={`${origin}/sign-in`} target="_blank" rel="noreferrer">
        <Icon name="out" />
        <span>{t.signIn.inNewTab}</span>
      </a>
      {children}
    </div>
  );
}

interface ConfirmProps {
  identity: Identity;
  /** The identity that is signed in now, if any. Its work stays open under the question. */
  present: Identity | null;
  onAnswer(yes: boolean): void;
}

/** The question before a link signs somebody in, because the link may come from somebody else. */
export function ConfirmToken({ identity, present, onAnswer }: ConfirmProps) {
  const question = (
    <>
      <p class="soft">{t.signIn.confirmLead}</p>
      <IdentityFacts identity={identity} />
      {present && <p>{t.signIn.confirmReplaces(present.workspace, present.subject)}</p>}
      <div class="actions">
        <Button tone="primary" onClick={() => onAnswer(true)}>
          {t.signIn.confirmYes}
        </Button>
        <Button onClick={() => onAnswer(false)}>{t.signIn.confirmNo}</Button>
      </div>
    </>
  );
  if (present) {
    return (
      <Dialog kind="question" title={t.signIn.confirmTitle} onClose={() => onAnswer(false)}>
        {question}
      </Dialog>
    );
  }
  return (
    <main class="sign-in">
      <div class="panel">
        <h1>{t.signIn.confirmTitle}</h1>
        {question}
      </div>
    </main>
  );
}

function IdentityFacts({ identity }: { identity: Identity }) {
  const facts = [
    [t.signIn.workspace, identity.workspace],
    [t.signIn.subject, identity.subject],
    [t.signIn.role, roleName(identity)],
    [t.signIn.expires, ago(new Date(identity.expires).toISOString(), Date.now())],
  ] as const;
  return (
    <dl class="rows">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
