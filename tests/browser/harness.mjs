// The base of every scenario: Chromium with a fresh profile, watched for problems that must never happen in
// any scenario: errors, violations of the page's own policy, and requests to other origins.

import { mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { CHROMIUM_ARGS, ask, executablePath, facts, packages } from "./stage.mjs";

export { ask, call, connect, facts, fill } from "./stage.mjs";

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** The rules of WCAG 2.2, levels A and AA. */
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** How long one step of a page may take, in ms. */
const PATIENCE = 15_000;

/**
 * Runs `act` with a stage, and ends the process. The exit status is 1 if `act` throws, or if the browser reports a
 * problem that no regular expression in `allow` matches.
 *
 * The stage has `page`, `context` and `browser`. `signedIn(role)` opens the UI with a token. `look(name, page?)`
 * throws if the page violates WCAG 2.2 AA, in light or dark, and saves screenshots if they are requested.
 * `allow(pattern)` allows a problem from now on. `problems` are the problems so far. `context` has more options of the
 * browser context.
 */
export async function scenario(act, { allow = [], context: options = {} } = {}) {
  const { chromium } = packages("playwright-core");
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  let failure;
  try {
    const context = await browser.newContext({
      baseURL: facts.url,
      viewport: SIZES.wide,
      colorScheme: "light",
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "UTC",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    const allowed = [...allow];
    const problems = await watch(context, allowed);
    const page = await context.newPage();
    const stage = {
      browser,
      context,
      page,
      problems,
      allow: (pattern) => allowed.push(pattern),
      signedIn: (role = "ADMIN") => signedIn(page, role),
      look: (name, target = page) => look(name, target),
    };
    try {
      await act(stage);
    } catch (error) {
      await keep(page);
      throw error;
    }
    if (problems.length > 0) {
      throw new Error(`in the browser:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    }
  } catch (error) {
    failure = error;
    console.error(error.stack ?? error);
  }
  await browser.close();
  process.exit(failure ? 1 : 0);
}

/** Collects what must not happen in any page of `context`. */
async function watch(context, allowed) {
  const problems = [];
  const note = (problem) => {
    if (!allowed.some((pattern) => pattern.test(problem))) {
      problems.push(problem);
    }
  };
  const ours = (url) => new URL(url).origin === facts.url || !/^(https?|wss?):/.test(url);
  context.on("console", (message) => {
    const { url } = message.location();
    // A page cannot see the session's cookie, so it asks the server. If nobody is signed in, the response is
    // 401.
    const isAnonymous = url.endsWith("/api/me") && message.text().includes("status of 401");
    // Only the requests of the provider's pages matter here.
    if (message.type() === "error" && ours(url || facts.url) && !isAnonymous) {
      note(`console: ${message.text()} (${url})`);
    }
  });
  context.on("weberror", (error) => note(`uncaught: ${error.error().stack ?? error.error()}`));
  context.on("request", (request) => {
    const { origin } = new URL(request.url());
    // The browser visits the provider. Pages of ours load nothing from it.
    if (!ours(request.url()) && !(request.isNavigationRequest() && origin === facts.provider)) {
      note(`request to another origin: ${request.url()}`);
    }
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`the page's policy forbids ${event.effectiveDirective}: ${event.blockedURI}`);
    });
  });
  return problems;
}

/** Opens the UI with a token of `role` in its URL, as `cargo xtask up` prints it. */
async function signedIn(page, role) {
  const token = facts.tokens[role];
  if (!token) {
    throw new Error(`no token of the role ${role}; there are ${Object.keys(facts.tokens).join(", ")}`);
  }
  // Loads the page anew, even if only the fragment differs.
  await page.goto("about:blank");
  await page.goto(`/#token=${token}`);
  return page;
}

/**
 * Signs out, and waits for the page that signs people in. Without that, the way to this page ends whatever
 * navigation the script begins next.
 */
export async function signOut(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: /^(Sign in|You are signed out)$/ }).waitFor();
}

/** In the gallery of services, in `page` or a frame: opens the form of the provider `name`. */
export async function pick(page, name) {
  const search = page.getByRole("searchbox", { name: "Search providers" });
  const add = page.getByRole("button", { name: "Add integration" }).first();
  await add.or(search).first().waitFor();
  if (!(await search.isVisible())) await add.click();
  await search.fill(name);
  await search.press("Enter");
  await page.getByRole("dialog", { name: `Connect ${name}` }).waitFor();
}

/** Presses `button` in `page`, which opens the provider's page in a window. Returns the window when it shows that page. */
export async function toProvider(page, button) {
  const [popup] = await Promise.all([page.waitForEvent("popup"), button.click()]);
  await popup.waitForURL(`${facts.provider}/**`);
  return popup;
}

/** Consents on the provider's page. */
export const allowIn = (popup) => popup.getByRole("button", { name: /allow/i }).click();

/** Presses `button` in `page`, and consents on the provider's page in the window that it opens. Returns the window. */
export async function consent(page, button) {
  const popup = await toProvider(page, button);
  await allowIn(popup);
  return popup;
}

/** Holds back the requests of a page or context to `url`, those of `method` only where that is given. */
export async function hold(target, url, method) {
  let release;
  const held = new Promise((resolve) => void (release = resolve));
  const handler = async (route) => {
    if (!method || route.request().method() === method) await held;
    await route.continue();
  };
  await target.route(url, handler);
  return { release, end: () => target.unroute(url, handler) };
}

/**
 * Makes the calls of `page` with `method` with `token`, whatever token the page sends. Other calls are left alone,
 * because what the page loads by itself would fail first. Returns a function that stops this.
 */
export async function callAs(page, token, method) {
  const url = "**/api/**";
  const handler = (route) => {
    const request = route.request();
    if (request.method() !== method) return route.continue();
    return route.continue({ headers: { ...request.headers(), authorization: `Bearer ${token}` } });
  };
  await page.route(url, handler);
  return () => page.unroute(url, handler);
}

/** Waits until the UI says `text`, to eyes and, over whatever dialog is open, to screen readers. */
export async function said(page, text) {
  await page.locator(".toast:visible").getByText(text).waitFor();
  const isHeard = (text) => {
    const root = document.querySelector("integration-nexus").shadowRoot;
    // Everything outside the topmost dialog is inert.
    const within = [...root.querySelectorAll("dialog:modal")].at(-1) ?? root;
    return [...within.querySelectorAll("[role=status]")].some((one) => one.textContent.includes(text));
  };
  // An older notice with the same text may still be visible behind the dialog.
  await page.waitForFunction(isHeard, text).catch((error) => {
    throw new Error(`no screen reader says ${JSON.stringify(text)}`, { cause: error });
  });
}

/** Waits until the window of `page` has this title. */
export const titled = (page, title) => page.waitForFunction((title) => document.title === title, title);

async function look(name, page) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    await axe(page, `${name}, ${colorScheme}`);
  }
  await shot(name, page);
}

/** Waits for what is still appearing: half shown, everything has too little contrast. */
async function settled(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const roots = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
    const moving = roots.flatMap((root) => root.getAnimations()).filter(
      ({ effect }) => effect.getComputedTiming().endTime !== Infinity,
    );
    await Promise.allSettled(moving.map(({ finished }) => finished));
  });
}

/** Throws what axe finds in `page`, open shadow roots included. */
async function axe(page, what) {
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    await page.evaluate(readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8"));
  }
  const found = await page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: "tag", values } });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}\n    ${target.flat().join(" >>> ")}\n    ${failureSummary}`),
    );
  }, WCAG);
  if (found.length > 0) {
    throw new Error(`axe, ${what}:\n  ${found.join("\n  ")}`);
  }
}

/** `NAME-{light,dark}-{wide,narrow}.png` in `NEXUS_SHOTS`, where that is set. */
async function shot(name, page) {
  const folder = process.env.NEXUS_SHOTS;
  if (!folder) {
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, size] of Object.entries(SIZES)) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), animations: "disabled" });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(SIZES.wide);
}

/** What the page looked like when a scenario failed. */
async function keep(page) {
  const path = join(process.env.NEXUS_BROWSER, "failures", `${process.argv[1].split("/").at(-1)}.png`);
  await page.screenshot({ path }).then(() => console.error(`what it looked like: ${path}`), () => {});
}

/** Shows people a line, whether the test passes or not. */
export const say = (text) => ask("say", { text });
