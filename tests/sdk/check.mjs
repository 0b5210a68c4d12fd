// The vendors' own SDKs in Node.js, unmodified: a base URL, and the agent's token as their key. Arguments:
// the application's origin, an agent's token. Each line of output is a successful call.
import assert from "node:assert/strict";

import Anthropic from "@anthropic-ai/sdk";
import { Octokit } from "@octokit/rest";
import { WebClient } from "@slack/web-api";
import { google } from "googleapis";
import OpenAI from "openai";
import Stripe from "stripe";

import { runAll } from "./run.mjs";

const [origin, token] = process.argv.slice(2);
const base = (slug) => `${origin}/api/proxy/${slug}`;

const calls = {
  async "@slack/web-api"() {
    const slack = new WebClient(token, { slackApiUrl: `${base("slack")}/` });
    assert.equal((await slack.auth.test()).ok, true);
    const sent = await slack.chat.postMessage({ channel: "C0SIMULGEN", text: "Hello & <goodbye>" });
    assert.equal(sent.message.text, "Hello & <goodbye>");
    await assert.rejects(slack.chat.postMessage({ channel: "C0NOWHERE", text: "x" }), /channel_not_found/);
  },
  async stripe() {
    // The SDK has no option for a path before /v1, so its HTTP client adds the path.
    const httpClient = Stripe.createFetchHttpClient((url, init) =>
      fetch(String(url).replace("https://api.stripe.com", base("stripe")), init),
    );
    const stripe = new Stripe(token, { httpClient, maxNetworkRetries: 0 });
    assert.equal((await stripe.balance.retrieve()).object, "balance");
    const charges = await stripe.charges.list({ limit: 2 });
    assert.equal(charges.data.length, 2);
    await assert.rejects(stripe.charges.retrieve("ch_nothing"), /No such charge/);
  },
  async "@octokit/rest"() {
    const github = new Octokit({ auth: token, baseUrl: base("github") });
    assert.ok((await github.users.getAuthenticated()).data.login);
  },
  async googleapis() {
    const auth = new google.auth.OAuth2();
    auth.setCredentials({ access_token: token });
    // The SDK drops a path in its rootUrl, so the supplied fetch adds the path.
    const fetchImplementation = (url, init) =>
      fetch(String(url).replace("https://gmail.googleapis.com", base("gmail")), init);
    const gmail = google.gmail({ version: "v1", auth, fetchImplementation });
    const profile = await gmail.users.getProfile({ userId: "me" });
    assert.ok(profile.data.emailAddress.includes("@"));
  },
  async openai() {
    const openai = new OpenAI({ apiKey: token, baseURL: base("openai"), maxRetries: 0 });
    const models = await openai.models.list();
    assert.ok(models.data.length > 0);
    await assert.rejects(openai.models.retrieve("nothing"), { status: 404 });
  },
  async "@anthropic-ai/sdk"() {
    const anthropic = new Anthropic({ apiKey: token, baseURL: base("anthropic"), maxRetries: 0 });
    const message = await anthropic.messages.create({
      model: "claude-sonnet-4-5",
      max_tokens: 16,
      messages: [{ role: "user", content: "Hello" }],
    });
    assert.equal(message.type, "message");
  },
};

await runAll(calls);
