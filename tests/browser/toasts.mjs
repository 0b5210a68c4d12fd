// A notice covers nothing, on whatever screen: it has a place of its own in the rail, in the bar, or in a dialog.

import assert from "node:assert/strict";

import { call, connect, facts, said, scenario } from "./harness.mjs";

/** The notices that are seen, each with what it lies over. */
const noticesOf = (page) =>
  page.evaluate(() => {
    const root = document.querySelector("integration-nexus").shadowRoot;
    const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
    const meets = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    // What is scrolled out of sight in its own area is not covered.
    const clipped = (one) => {
      const [box, area] = [one.getBoundingClientRect(), one.closest("nav, .body")?.getBoundingClientRect()];
      return area ? { left: box.left, right: box.right, top: Math.max(box.top, area.top), bottom: Math.min(box.bottom, area.bottom) } : box;
    };
    const others = [...root.querySelectorAll("a, button, select, input, h1, h2, h3, .who p")].filter(isSeen);
    return [...root.querySelectorAll(".toast")].filter(isSeen).map((toast) => {
      const box = toast.getBoundingClientRect();
      // Behind a dialog, everything is out of reach.
      const near = others.filter((one) => one.closest("dialog") === toast.closest("dialog"));
      return { text: toast.innerText, isInside: box.top >= 0 && box.bottom <= innerHeight, over: near.filter((one) => meets(clipped(one), box)).map((one) => one.outerHTML) };
    });
  });

await scenario(async ({ page, signedIn, look, allow }) => {
  // An app is missing before it is set up.
  allow(/status of 422/);
  await connect("Alpha");
  await signedIn("ADMIN");
  let isOn = true;
  for (const [width, height] of [[1440, 900], [1440, 560], [768, 1024], [320, 640]]) {
    await page.setViewportSize({ width, height });
    await page.getByRole("switch", { name: "Alpha: available to agents" }).click();
    isOn = !isOn;
    const text = isOn ? "Alpha is active. Agents can use it." : "Alpha is inactive. Agents cannot use it.";
    await said(page, text);
    assert.deepEqual(await noticesOf(page), [{ text, isInside: true, over: [] }], `${width} × ${height}`);
    await look(`toast-${width}-${height}`);
  }

  // Over a dialog that stays open, the dialog has the notice, and no other place has.
  for (const [width, height] of [[320, 640], [1440, 900]]) {
    await page.setViewportSize({ width, height });
    await page.goto("about:blank");
    await call("DELETE", `/api/oauth-clients/${facts.by_oauth}`);
    await page.goto(`/#/add/${facts.by_oauth}`);
    const form = page.getByRole("dialog", { name: "Connect Sandbox (OAuth)" });
    await form.getByRole("button", { name: "Continue to Sandbox" }).click();
    await form.getByLabel("Client ID").fill("sandbox-demo-client");
    await form.getByLabel("Client secret", { exact: true }).fill("sandbox-demo-secret-000000000001");
    await form.getByRole("button", { name: "Save and continue" }).click();
    const text = "The OAuth app of Sandbox (OAuth) was saved.";
    await said(page, text);
    assert.deepEqual(await noticesOf(page), [{ text, isInside: true, over: [] }]);
    await look(`toast-dialog-${width}`);
  }

  // The title of a dialog says what is connected. No notice repeats it.
  await page.goto("about:blank");
  await page.goto(`/#/add/${facts.by_key}`);
  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  await form.getByLabel("API key", { exact: true }).fill(facts.key);
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("Beta");
  await form.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("dialog", { name: "Beta is connected" }).waitFor();
  assert.deepEqual(await noticesOf(page), []);
});
