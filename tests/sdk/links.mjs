// Vendors' SDKs that follow links, add a base path of their own, or keep only the host of a base URL:
// unmodified, with documented options. Arguments: the application's origin, an agent's token, the proxy's
// domain. Each line of output is an SDK whose calls all succeeded. The simulated vendors check that no token
// left the proxy.
import assert from "node:assert/strict";
import dns from "node:dns";
import { Readable } from "node:stream";

import { REST } from "@discordjs/rest";
import { Gitlab } from "@gitbeaker/rest";
import graph from "@microsoft/microsoft-graph-client";
import { Octokit } from "@octokit/rest";
import Airtable from "airtable";
import { google } from "googleapis";
import Stripe from "stripe";

import { runAll } from "./run.mjs";

const [origin, token, domain] = process.argv.slice(2);
/** As clients are told it; the SDKs with a transport of their own talk to `origin`. */
const hub = (slug) => `https://hub.${domain}/api/proxy/${slug}`;
const direct = (slug) => `${origin}/api/proxy/${slug}`;
const host = (slug) => `${slug}--acme.${domain}`;
const { port } = new URL(origin);

// DNS has this wildcard entry for the domain.
const { lookup } = dns;
dns.lookup = (name, options, done) =>
  name.endsWith(`.${domain}`) ? lookup("127.0.0.1", options, done) : lookup(name, options, done);

// This is what the TLS proxy in front of the application does.
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const url = new URL(input.url ?? input);
  if (!url.hostname.endsWith(`.${domain}`)) return fetch(input, init);
  Object.assign(url, { protocol: "http:", port });
  return fetch(input instanceof Request ? new Request(url, input) : url, init);
};

const calls = {
  async "@octokit/rest"() {
    const github = new Octokit({ auth: token, baseUrl: hub("github") });
    const all = await github.paginate(github.rest.repos.listForAuthenticatedUser, { per_page: 1 });
    assert.deepEqual(all.map((repo) => repo.name), ["page-1", "page-2", "page-3"]);
  },
  async "@microsoft/microsoft-graph-client"() {
    const client = graph.Client.init({
      baseUrl: `${hub("graph")}/`,
      customHosts: new Set([`hub.${domain}`]),
      authProvider: (done) => done(null, token),
    });
    const found = [];
    const pages = new graph.PageIterator(client, await client.api("/me/messages").get(), (message) => {
      found.push(message.subject);
      return true;
    });
    await pages.iterate();
    assert.deepEqual(found, ["page-1", "page-2", "page-3"]);
  },
  async "@gitbeaker/rest"() {
    const gitlab = new Gitlab({ host: hub("gitlab"), oauthToken: token });
    const all = await gitlab.Projects.all({ perPage: 1 });
    assert.deepEqual(all.map((project) => project.name), ["page-1", "page-2", "page-3"]);
  },
  async airtable() {
    const airtable = new Airtable({ apiKey: token, endpointUrl: direct("airtable") });
    const records = await airtable.base("appSimulated00001")("Tasks").select().all();
    assert.deepEqual(records.map((record) => record.get("Name")), ["page-1"]);
  },
  async "@discordjs/rest"() {
    const discord = new REST({ version: "10", api: direct("discord"), authPrefix: "Bearer" }).setToken(token);
    assert.equal((await discord.get("/users/@me")).username, "page-1");
  },
  async googleapis() {
    const auth = new google.auth.OAuth2();
    auth.setCredentials({ access_token: token });
    const drive = google.drive({ version: "v3", auth });
    const media = { mimeType: "text/plain", body: Readable.from(["what is ", "uploaded"]) };
    // Uploads use only the root URL in the call's own options.
    const rootUrl = `http://${host("drive")}:${port}/`;
    const made = await drive.files.create({ requestBody: { name: "notes.txt" }, media }, { rootUrl });
    assert.equal(made.data.name, "notes.txt");
  },
  async stripe() {
    const stripe = new Stripe(token, { host: host("stripe"), port, protocol: "http", maxNetworkRetries: 0 });
    assert.equal((await stripe.balance.retrieve()).object, "balance");
  },
};

await runAll(calls);
