// Passkeys, with Chromium's own authenticator: added after a link, used to sign in, renamed and removed.

import assert from "node:assert/strict";

import { ask, facts, said, scenario, signOut } from "./harness.mjs";

// Browsers keep passkeys for names, not for addresses.
facts.url = facts.url.replace("127.0.0.1", "localhost");

/** Gives the page a device that verifies its user, and returns how to take it away. */
async function device(cdp) {
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    verifies: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    remove: () => cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
  };
}

await scenario(async ({ page, context, look }) => {
  await ask("configure", { variables: { public_url: facts.url } });
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const laptop = await device(cdp);

  // After a link, the page offers one.
  const { url } = await ask("sign_in_link", { role: "ADMIN", name: "Ann" });
  await page.goto(url);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Add a passkey" }).waitFor();
  await look("passkey-offered");
  await laptop.verifies(false);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("No passkey was added.").waitFor();
  await laptop.verifies(true);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("Ann · Administrator").waitFor();
  const [made] = await laptop.credentials();
  assert.equal(made.rpId, "localhost");
  assert.ok(made.isResidentCredential, "it is found without a name");

  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  const rows = page.getByRole("main").getByRole("listitem");
  await rows.getByText("never used").waitFor();
  await look("account");
  await signOut(page);
  await look("sign-in-passkey");

  // Without the user's approval there is no signature. With it, the person types nothing.
  const signIn = page.getByRole("button", { name: "Sign in with a passkey" });
  await laptop.verifies(false);
  await signIn.click();
  await page.getByText("No passkey was used.").waitFor();
  await laptop.verifies(true);
  await signIn.click();
  await page.getByText("Ann · Administrator").waitFor();

  // A device has one passkey of a person. A second device has another one.
  await page.getByRole("link", { name: "Your account" }).click();
  const add = page.getByRole("button", { name: "Add a passkey" });
  await add.click();
  await page.getByRole("alert").getByText("has a passkey of yours already").waitFor();
  await laptop.remove();
  const phone = await device(cdp);
  await add.click();
  await said(page, "The passkey Passkey was added.");
  await rows.nth(1).waitFor();
  await rows.nth(1).getByRole("button", { name: /^Rename/ }).click();
  const rename = page.getByRole("dialog", { name: "Rename Passkey" });
  await rename.getByLabel("Name").fill("Phone");
  await look("passkey-rename");
  await rename.getByRole("button", { name: "Save" }).click();
  await said(page, "The passkey was renamed.");
  await rows.nth(1).getByText("Phone").waitFor();
  await look("account-two");

  await page.getByRole("button", { name: "Delete: Passkey" }).click();
  const remove = page.getByRole("dialog", { name: "Delete Passkey?" });
  await remove.getByRole("button", { name: "Delete" }).click();
  await said(page, "The passkey Passkey was deleted.");
  await page.getByRole("button", { name: "Delete: Phone" }).click();
  const last = page.getByRole("dialog", { name: "Delete Phone?" });
  await last.getByRole("button", { name: "Delete" }).click();
  await last.getByRole("alert").getByText("Add another one first").waitFor();
  await last.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await phone.credentials()).length, 1);

  await page.getByRole("navigation").getByRole("link", { name: "People" }).click();
  await page.getByText("1 passkey").waitFor();

  // A person who signs in again by a link is offered a passkey, because the known ones may be lost.
  await page.getByRole("button", { name: "Actions for Ann" }).click();
  await page.getByRole("menuitem", { name: "Sign-in link" }).click();
  const again = page.getByRole("dialog", { name: "Sign-in link for Ann" });
  await again.getByRole("button", { name: "Make the link" }).click();
  await page.goto(await again.locator("code").innerText());
  await page.getByRole("heading", { name: "Sign in again as Ann" }).waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Add a passkey" }).waitFor();
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByText("Ann · Administrator").waitFor();
  await signOut(page);
  await signIn.click();
  await page.getByText("Ann · Administrator").waitFor();
}, {
  // The message of a failed request in the console. Here it is about the last passkey.
  allow: [/status of 409/],
});
