// A token may reach several spaces: the person chooses one after the sign-in, at once or later from the list, and another
// one afterwards.

import assert from "node:assert/strict";

import { ask, call, consent, pick, said, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await ask("consent", { as: "page" });
  await ask("spaces", { spaces: { north: "North office", south: "South office" } });
  await signedIn("ADMIN");
  // The form says it before anybody signs in.
  await pick(page, "Sandbox (OAuth)");
  await page.getByText(/^After you have connected, choose the space that agents will use\./).waitFor();
  await consent(page, page.getByRole("button", { name: "Continue to Sandbox" }));
  const dialog = page.getByRole("dialog", { name: /: choose what to connect/ });
  const connect = dialog.getByRole("button", { name: "Connect", exact: true });
  const north = dialog.getByRole("radio", { name: /North office/ });
  const south = dialog.getByRole("radio", { name: /South office/ });
  await north.waitFor();
  assert.ok(await connect.isDisabled(), "nothing is chosen for the person");
  await look("choose");

  // The person leaves. The list says what is missing, and leads back.
  await dialog.getByRole("button", { name: "Cancel" }).click();
  const [made] = (await call("GET", "/api/integrations")).items;
  assert.deepEqual([made.health.state, made.health.next_action], ["pending", "choose"]);
  await page.getByRole("listitem").getByText("Choice needed").waitFor();
  await look("list-choose");
  await page.getByRole("button", { name: `Choose: ${made.name}` }).click();

  // A space that is gone by then is not chosen, and the list is read again on the next opening.
  await south.check();
  await ask("spaces", { spaces: { north: "North office", west: "West office" } });
  allow(/status of 422/);
  await connect.click();
  await dialog.getByRole("alert").waitFor();
  await look("choose-gone");
  await ask("spaces", { spaces: { north: "North office", south: "South office" } });
  await connect.click();
  await said(page, `${made.name} is connected to South office.`);
  const now = await call("GET", `/api/integrations/${made.id}`);
  assert.deepEqual([now.health.state, now.params], ["healthy", { space: "south" }]);

  // Another one, from the page of the integration.
  await page.getByRole("link", { name: made.name, exact: true }).click();
  await page.getByRole("button", { name: "Connect another" }).click();
  await north.waitFor();
  assert.ok(await south.isChecked(), "the space that is connected now");
  await north.check();
  await connect.click();
  await said(page, `${made.name} is connected to North office.`);
  assert.deepEqual((await call("GET", `/api/integrations/${made.id}`)).params, { space: "north" });
});
