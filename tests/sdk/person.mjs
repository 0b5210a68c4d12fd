// A person in a browser, whom a program asks for access: looks at the page, and agrees. It is a module for
// the scripts here, and a program that other programs start as their browser, with the URL as its only
// argument and the person's cookie in NEXUS_COOKIE.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

/**
 * @param {string | URL} url where the program sends the browser
 * @param {string} cookie
 * @returns {Promise<URL>} where the browser is sent back
 */
export async function agree(url, cookie) {
  const page = await fetch(url, { headers: { cookie }, redirect: "manual" });
  const text = await page.text();
  assert.equal(page.status, 200, text);
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1];
  assert.ok(token, text);
  const { origin } = new URL(url);
  const body = new URLSearchParams({ token, decision: "allow", access: "read", which: "all", days: "30" });
  const headers = { cookie, origin };
  const answer = await fetch(`${origin}/oauth/authorize`, { method: "POST", headers, body, redirect: "manual" });
  assert.equal(answer.status, 303, await answer.text());
  return new URL(answer.headers.get("location"));
}

/**
 * Fetches `url`. The program may begin to listen only after it has started its browser: a person is slower than this.
 *
 * @param {URL} url
 */
async function reach(url) {
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      return await fetch(url);
    } catch (error) {
      if (error.cause?.code !== "ECONNREFUSED" || Date.now() > until) throw error;
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const back = await reach(await agree(process.argv[2], process.env.NEXUS_COOKIE));
  assert.ok(back.ok, await back.text());
}
