// Signs in by a passkey, at the identity provider, or with the secret in the address: `#link=…` from the machine, or
// `#invitation=…`. The part of an address after `#` is sent to no server, and is removed from the address at once. Afterwards, the person goes on to
// the request of an app that sent them here (`?return_to=…`), or to `/`.
"use strict";

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};
const element = (id) => document.getElementById(id);

const secrets = new URLSearchParams(location.hash.slice(1));
const hasSignedOut = secrets.has("signed-out");
const link = secrets.get("link");
const invitation = secrets.get("invitation");
const asked = new URLSearchParams(location.search).getAll("return_to");
history.replaceState(null, "", "/sign-in");
// A link that is opened where this page is already open changes nothing but the part after `#`.
addEventListener("hashchange", () => location.reload());

const post = async (path, body) => {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, { method: "POST", ...(body && json) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status}.`);
  return answer;
};

/** The request of an app that `text` names. Nothing else counts: see return_to.rs, which has the same rule. */
const request = (text) => {
  if (!/^\/oauth\/authorize\?[\w.~!$&'()*+,;=:@/?%-]{1,3300}$/.test(text)) return null;
  const { origin, pathname } = new URL(text, location.origin);
  return origin === location.origin && pathname === "/oauth/authorize" ? text : null;
};

/** For this tab, while other pages are open in it: a link from the machine, or the identity provider. */
const kept = {
  name: "nexus-return-to",
  read() {
    try {
      const { text, until } = JSON.parse(sessionStorage.getItem(this.name));
      return Date.now() < until ? request(text) : null;
    } catch {
      return null;
    }
  },
  write(text) {
    try {
      if (text === null) sessionStorage.removeItem(this.name);
      else sessionStorage.setItem(this.name, JSON.stringify({ text, until: Date.now() + 600_000 }));
    } catch {
      // Without storage, the person comes back in a tab of its own only.
    }
  },
};

/** The request of an app that sent the person here. */
const returnTo = (asked.length === 1 ? request(asked[0]) : null) ?? kept.read();
kept.write(returnTo);

/** Leaves the page for where the person was going. */
const leave = () => {
  kept.write(null);
  location.replace(returnTo ?? "/");
};

/** The sign-in pages in other tabs: one may wait for a sign-in in another. */
const tabs = new BroadcastChannel("nexus-sign-in");
let isAwaited = false;

/** Goes on if the person is signed in, by another tab. */
const leaveIfSignedIn = async () => {
  const response = await fetch("/api/me").catch(() => null);
  if (response?.ok) leave();
};

/** The person is signed in by this page. */
const arrive = () => {
  tabs.postMessage("signed in");
  if (returnTo !== null || !isAwaited) return leave();
  show("title", "You are signed in");
  show("text", "An app is waiting in another window of this browser. Go back to that window.");
  element("form").hidden = true;
  element("more").replaceChildren();
  more(anchor("/", "Open Integration Nexus"));
};

if (returnTo === null) {
  tabs.addEventListener("message", ({ data }) => {
    if (data === "waiting") isAwaited = true;
  });
  tabs.postMessage("who is waiting?");
} else {
  tabs.addEventListener("message", ({ data }) => {
    if (data === "who is waiting?") tabs.postMessage("waiting");
    else if (data === "signed in") leaveIfSignedIn();
  });
  // The server has looked already if the address names the request.
  if (asked.length === 0 && link === null && invitation === null) leaveIfSignedIn();
}
// Somebody may sign in in another tab, and come back to this one.
if (link === null && invitation === null) addEventListener("focus", leaveIfSignedIn);

const failed = (error) => {
  show("title", "You are not signed in");
  show("text", `${error.message.replace(/\.$/, "")}.`);
  element("form").hidden = true;
};

/** Offers a button, because a page that signs in by itself could be opened by another site. */
const offer = (title, text, path, body, asksName, options, isAgain = false) => {
  show("title", title);
  show("text", text);
  element("form").hidden = false;
  element("name").hidden = element("label").hidden = !asksName;
  element("name").required = asksName;
  (asksName ? element("name") : element("go")).focus();
  element("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    element("go").disabled = true;
    try {
      const { passkeys } = await post(path, asksName ? { ...body, name: element("name").value } : body);
      // A person whom an app sent here wants to go on.
      const isFree = returnTo === null && !isAwaited;
      // Passkeys that are known here may be lost.
      const needsPasskey = passkeys === 0 || isAgain;
      if (needsPasskey && isFree && (await canUsePasskeys(options))) offerNewPasskey();
      else arrive();
    } catch (error) {
      failed(error);
    }
  });
};

/** The claims of a link, to show them. The server verifies them. */
const claims = (token) => {
  const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
};

const roleName = { ADMIN: "an administrator", MANAGER: "a manager" };

const anchor = (href, text) => {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
};

const code = (text) => {
  const made = document.createElement("code");
  made.textContent = text;
  return made;
};

/** Adds a line below the form. */
const more = (child) => {
  const line = document.createElement("p");
  line.append(child);
  element("more").append(line);
};

/** Adds a button below the form. While its work is going on, it cannot be pressed again. */
const moreButton = (id, text, work) => {
  const button = document.createElement("button");
  button.type = "button";
  button.id = id;
  button.textContent = text;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      failed(error);
    }
    button.disabled = false;
  });
  more(button);
  return button;
};

/** Offers the identity provider, if the deployment has one. */
const offerProvider = async (options, body) => {
  const { identity_provider: issuer } = await options;
  if (typeof issuer !== "string") return;
  moreButton("provider", `Sign in with ${new URL(issuer).host}`, async () => {
    const { url } = await post("/sign-in/oidc", { ...body, return_to: returnTo });
    location.assign(url);
  });
};

/** Whether this browser can use passkeys, and the application has an address for which it may. */
const canUsePasskeys = async (options) =>
  (await options).passkeys === true &&
  typeof PublicKeyCredential === "function" &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** Asks the browser for a credential. Null if the person does not go on. The browser does not say why. */
const credential = async (kind, publicKey) => {
  try {
    return await navigator.credentials[kind]({ publicKey });
  } catch (error) {
    if (error.name === "NotAllowedError" || error.name === "AbortError") return null;
    throw error;
  }
};

const offerPasskey = async (options) => {
  if (!(await canUsePasskeys(options))) return;
  moreButton("passkey", "Sign in with a passkey", async () => {
    const { public_key: wanted } = await post("/sign-in/passkey/options");
    const found = await credential("get", PublicKeyCredential.parseRequestOptionsFromJSON(wanted));
    if (found === null) return show("text", "No passkey was used. Try again, or sign in another way.");
    await post("/sign-in/passkey", { credential: found.toJSON() });
    arrive();
  });
};

/** Offers a person who has just signed in a way to sign in next time. */
const offerNewPasskey = () => {
  show("title", "Add a passkey");
  show(
    "text",
    "A passkey signs you in next time, with your fingerprint, your face or the screen lock of your device. " +
      "You need no link then.",
  );
  element("form").hidden = true;
  element("more").replaceChildren();
  const add = moreButton("add-passkey", "Add a passkey", async () => {
    try {
      const { public_key: wanted } = await post("/api/me/passkeys/options");
      const made = await credential("create", PublicKeyCredential.parseCreationOptionsFromJSON(wanted));
      if (made === null) return show("text", "No passkey was added. You can try again now, or later in your account.");
      await post("/api/me/passkeys", { credential: made.toJSON() });
      arrive();
    } catch (error) {
      // The person is signed in all the same.
      show("text", `No passkey was added: ${error.message.replace(/\.$/, "")}. You can try again later in your account.`);
    }
  });
  moreButton("later", "Not now", arrive).className = "quiet";
  add.focus();
};

/** How people can sign in here. Without an answer, the other ways still work. */
const askOptions = async () => {
  const response = await fetch("/sign-in/options").catch(() => null);
  return response?.ok ? response.json() : {};
};

const begin = async () => {
  const options = askOptions();
  if (link !== null) {
    const { workspace, name, role } = claims(link);
    const text = `You are going to be signed in to the workspace ${workspace} as ${name}, ${roleName[role] ?? role}.`;
    offer(`Sign in to ${workspace}`, text, "/sign-in/link", { link }, false, options);
  } else if (invitation !== null) {
    const shown = await post("/sign-in/invitation/show", { invitation });
    const role = roleName[shown.role] ?? shown.role;
    // The identity provider would sign somebody else in.
    if (shown.person_id !== null) {
      const text = `An administrator of the workspace ${shown.workspace} made this link for you. You are ${role} there.`;
      return offer(`Sign in again as ${shown.name}`, text, "/sign-in/invitation", { invitation }, false, options, true);
    }
    const text = `You are invited to the workspace ${shown.workspace} as ${role}.`;
    const asksName = shown.name === null && shown.email === null;
    offer(`Join ${shown.workspace}`, text, "/sign-in/invitation", { invitation }, asksName, options);
    await offerProvider(options, { invitation });
  } else {
    show("title", hasSignedOut ? "You are signed out" : "Sign in");
    show(
      "text",
      (returnTo === null ? "" : "An app wants to connect. Sign in first: then you see what it asks for. ") +
        "Open the link that an administrator sent you. On the machine that runs Integration Nexus, this prints a link:",
    );
    element("text").append(document.createElement("br"), code("nexus sign-in"), " or ", code("cargo xtask sign-in"));
    await offerPasskey(options);
    await offerProvider(options, {});
    const { sign_out: hasSignOut } = await options;
    if (hasSignedOut && hasSignOut) more(anchor("/sign-in/oidc/sign-out", "Sign out at the identity provider too"));
    // A token is not a session, and only a person with a session is asked about an app.
    if (returnTo === null) more(anchor("/#use-token", "Use a token"));
  }
};

begin().catch(failed);
