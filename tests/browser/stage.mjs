// The script's end of the conversation with the Rust side (tests/tests/it/browser), which describes the stage
// and changes it on request.
//
// stdout is only for this conversation. All other output goes to stderr.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

function need(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: these scripts are run by \`cargo xtask test\``);
  }
  return value;
}

/** Finds the packages, which are not installed beside these scripts. */
export const packages = createRequire(`${need("NEXUS_BROWSER")}/`);

/** Where Chromium is. */
export const executablePath = need("NEXUS_CHROMIUM");

/** No network but our own, and nothing that differs from run to run. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * The `url` of the application. `tokens` by role, each for `subject` in `workspace`. The `provider`'s origin,
 * the `key` that it accepts, and the ids of its manifests: `by_key` and `by_oauth`.
 */
export const facts = JSON.parse(need("NEXUS_FACTS"));

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let asked = Promise.resolve();

/** Asks for what `tests/tests/it/browser/request.rs` lists, one after the other, e.g. `ask("consent", { as: "deny" })`. */
export function ask(what, more = {}) {
  const answer = asked.then(async () => {
    process.stdout.write(`${JSON.stringify({ do: what, ...more })}\n`);
    const { value } = await answers.next();
    const { ok, error, ...members } = JSON.parse(value ?? '{"error":"the stage is gone"}');
    if (!ok) {
      throw new Error(`${what}: ${error}`);
    }
    return members;
  });
  asked = answer.catch(() => {});
  return answer;
}

/** Calls the API past the browser; throws where the status is none of success. */
export async function call(method, path, body, role = "ADMIN") {
  const response = await fetch(new URL(path, facts.url), {
    method,
    headers: { authorization: `Bearer ${facts.tokens[role]}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return text && JSON.parse(text);
}

/** Connects the provider by key as `name`, and returns the integration. */
export const connect = (name, more = {}) =>
  call("POST", "/api/integrations", { manifest_id: facts.by_key, name, credentials: { api_key: facts.key }, ...more });

/** So many integrations, one after the other: the list shows the last one first. */
export async function fill(count) {
  for (let number = 1; number <= count; number += 1) {
    await connect(`Service ${String(number).padStart(3, "0")}`);
  }
}
