// Signs in with the secret in the address: `#link=…` from the machine, or `#invitation=…`. The part of an
// address after `#` is sent to no server, and is removed from the address at once.
"use strict";

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};
const element = (id) => document.getElementById(id);

const secrets = new URLSearchParams(location.hash.slice(1));
const query = new URLSearchParams(location.search);
const hasSignedOut = secrets.has("signed-out");
const link = secrets.get("link");
const invitation = secrets.get("invitation") ?? query.get("invitation");
// Where to go afterwards: the consent page of a program that signs in. The UI goes there once somebody is
// signed in, whichever way. Any other address could be a trap.
const back = query.get("return_to");
if (back?.startsWith("/oauth/authorize?")) sessionStorage.setItem("nexus.return", back);
history.replaceState(null, "", "/sign-in");
// A link that is opened where this page is already open changes nothing but the part after `#`.
addEventListener("hashchange", () => location.reload());

const post = async (path, body) => {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status}.`);
  return answer;
};

const failed = (error) => {
  show("title", "You are not signed in");
  show("text", `${error.message.replace(/\.$/, "")}.`);
  element("form").hidden = true;
};

/** Offers a button, because a page that signs in by itself could be opened by another site. */
const offer = (title, text, path, body, asksName) => {
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
      await post(path, asksName ? { ...body, name: element("name").value } : body);
      location.replace("/");
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

/** Offers the identity provider, if the deployment has one. */
const offerProvider = async (options, body) => {
  const { identity_provider: issuer } = await options;
  if (typeof issuer !== "string") return;
  const button = document.createElement("button");
  button.type = "button";
  button.id = "provider";
  button.textContent = `Sign in with ${new URL(issuer).host}`;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const { url } = await post("/sign-in/oidc", body);
      location.assign(url);
    } catch (error) {
      failed(error);
    }
  });
  more(button);
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
    offer(`Sign in to ${workspace}`, text, "/sign-in/link", { link }, false);
  } else if (invitation !== null) {
    const shown = await post("/sign-in/invitation/show", { invitation });
    const text = `You are invited to the workspace ${shown.workspace} as ${roleName[shown.role] ?? shown.role}.`;
    const asksName = shown.name === null && shown.email === null;
    offer(`Join ${shown.workspace}`, text, "/sign-in/invitation", { invitation }, asksName);
    await offerProvider(options, { invitation });
  } else {
    show("title", hasSignedOut ? "You are signed out" : "Sign in");
    show("text", "Open the link that an administrator sent you. On the machine that runs Integration Nexus, this prints a link:");
    element("text").append(document.createElement("br"), code("nexus sign-in"), " or ", code("cargo xtask sign-in"));
    await offerProvider(options, {});
    const { sign_out: hasSignOut } = await options;
    if (hasSignedOut && hasSignOut) more(anchor("/sign-in/oidc/sign-out", "Sign out at the identity provider too"));
    more(anchor("/#use-token", "Use a token"));
  }
};

// Somebody may sign in by a link in another tab, and come back to this one.
const lookAgain = async () => {
  const response = await fetch("/api/me").catch(() => null);
  if (response?.ok) location.replace("/");
};
if (link === null && invitation === null) addEventListener("focus", lookAgain);

begin().catch(failed);
