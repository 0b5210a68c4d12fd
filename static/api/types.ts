/**
 * Names for what the API takes and answers. The shapes are generated from the OpenAPI document
 * (`npm run types`); nothing is described by hand here.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Integration = Schemas["Integration"];
export type IntegrationCreated = Schemas["IntegrationCreated"];
/** What has a default may be left out; the generated types are of what has been read. */
export type IntegrationInput = Omit<Schemas["IntegrationInput"], "verify"> & { verify?: boolean };
export type IntegrationPatch = Schemas["IntegrationPatch"];
export type IntegrationPage = Schemas["IntegrationPage"];
export type Health = Schemas["IntegrationHealth"];
export type Policy = Schemas["Policy"];
export type Rule = Schemas["Rule"];
export type Authorization = Schemas["Authorization"];
export type Deleted = Schemas["Deleted"];
export type Receipt = Deleted["revocation"][number];
export type Event = Schemas["Event"];
export type EventPage = Schemas["EventPage"];
export type Usage = Schemas["Usage"];
export type UsagePage = Schemas["UsagePage"];
export type OauthClientList = Schemas["OauthClientList"];
export type OauthClient = OauthClientList["items"][number];
export type OauthClientSaved = Schemas["OauthClientSaved"];
export type ManifestSummary = Schemas["ManifestSummary"];
export type ManifestList = Schemas["ManifestList"];
export type AuditPage = Schemas["AuditPage"];
export type AuditRecord = Schemas["AuditRecord"];
export type AuditHead = Schemas["AuditHead"];
export type ProblemBody = Schemas["Problem"];
export type Manifest = Schemas["Manifest"];
