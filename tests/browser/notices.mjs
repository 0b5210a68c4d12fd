// A test of the harness itself: it must notice each problem that it is for.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import { ask, connect, scenario } from "./harness.mjs";

await scenario(async ({ page, problems, allow, look }) => {
  const elsewhere = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
  await new Promise((ready) => elsewhere.once("listening", ready));
  const { port } = elsewhere.address();

  // This page stays where it is.
  await page.goto("/#use-token");
  const noticed = async (pattern, make) => {
    await make();
    // Messages of a page arrive in order. When this one has arrived, all earlier ones have.
    const said = page.waitForEvent("console", (message) => message.text() === "done");
    await page.evaluate(() => console.log("done"));
    await said;
    assert.ok(problems.some((problem) => pattern.test(problem)), `${pattern} in ${JSON.stringify(problems)}`);
    problems.length = 0;
  };
  await noticed(/^console: told so/, () => page.evaluate(() => console.error("told so")));
  await noticed(/^uncaught: Error: thrown/, async () => {
    const thrown = page.waitForEvent("pageerror");
    await page.evaluate(() => void setTimeout(() => { throw new Error("thrown"); }));
    await thrown;
  });
  await noticed(/policy forbids style-src-attr/, () =>
    page.evaluate(() => document.body.setAttribute("style", "color: red")),
  );
  await noticed(/policy forbids connect-src/, () =>
    page.evaluate((url) => fetch(url).catch(() => {}), `http://127.0.0.1:${port}/`),
  );
  await noticed(/^request to another origin/, () => page.goto(`http://127.0.0.1:${port}/`));

  // This page stays where it is.
  await page.goto("/#use-token");
  await assert.rejects(async () => {
    await page.evaluate(() => {
      const host = document.body.appendChild(document.createElement("div"));
      host.attachShadow({ mode: "open" }).append(document.createElement("button"));
    });
    await look("a button without a name");
  }, /button-name/);

  // An allowed request is not reported, and the stage does what it is asked.
  allow(/^console: expected/);
  await page.evaluate(() => console.error("expected"));
  await connect("Sandbox");
  const { requests } = await ask("requests");
  assert.deepEqual(requests.at(-1), { method: "GET", path: "/v1/me" });
  await assert.rejects(ask("stop"), /unknown variant `stop`/);
  await ask("stop_app");
  await assert.rejects(connect("Too late"));
  await ask("start_app");
  await connect("In time");
  elsewhere.close();
});
