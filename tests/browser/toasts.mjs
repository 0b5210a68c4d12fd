// A notice covers nothing, on whatever screen: it has a place of its own in the rail, in the bar, or in a dialog.

import assert from "node:assert/strict";

import { connect, facts, said, scenario } from "./harness.mjs";

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

await scenario(async ({ page, signedIn, look }) => {
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
    await page.goto(`/#/add/${facts.by_key}`);
    const form = page.getByRole("dialog", { name: "Connect Sandbox" });
    await form.getByLabel("API key", { exact: true }).fill(facts.key);
    await form.getByRole("textbox", { name: "Name", exact: true }).fill(`Wide ${width}`);
    await form.getByRole("button", { name: "Connect", exact: true }).click();
    await said(page, `Wide ${width} is connected`);
    assert.deepEqual(await noticesOf(page), [{ text: `Wide ${width} is connected`, isInside: true, over: [] }]);
    await look(`toast-dialog-${width}`);
  }
});
