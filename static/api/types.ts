/**
 * Names for the types of the API's requests and responses. They are generated from the OpenAPI document
 * (`npm run types`). Do not write a type by hand here.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Integration = Schemas["Integration"];
export type IntegrationCreated = Schemas["IntegrationCreated"];
/** A request may omit members with a default. The generated type has them, as the server reads them. */
export type IntegrationInput = Omit<Schemas["IntegrationInput"], "verify"> & { verify?: boolean };
export type IntegrationPatch = Schemas["IntegrationPatch"];
export type IntegrationPage = Schemas["IntegrationPage"];
export type IntegrationCounts = Schemas["IntegrationCounts"];
export type Health = Schemas["IntegrationHealth"];
export type Choices = Schemas["Choices"];
export type Policy = Schemas["Policy"];
export type Rule = Schemas["Rule"];
export type Authorization = Schemas["Authorization"];
export type Deletion = Schemas["Deleted"];
export type Receipt = Schemas["Receipt"];
export type DeletedIntegration = Schemas["DeletedIntegration"];
export type DeletedIntegrationPage = Schemas["DeletedIntegrationPage"];
export type Event = Schemas["Event"];
export type EventPage = Schemas["EventPage"];
export type Usage = Schemas["Usage"];
export type UsagePage = Schemas["UsagePage"];
export type WorkspaceUsage = Schemas["WorkspaceUsage"];
export type WorkspaceUsagePage = Schemas["WorkspaceUsagePage"];
export type Call = Schemas["Call"];
export type CallPage = Schemas["CallPage"];
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
export type ManifestDraft = Schemas["ManifestDraft"];
export type Me = Schemas["Me"];
export type Agent = Schemas["Agent"];
export type AgentPage = Schemas["AgentPage"];
export type AgentKeyCreated = Schemas["AgentKeyCreated"];
export type Person = Schemas["Person"];
export type PersonPage = Schemas["PersonPage"];
export type Passkey = Schemas["Passkey"];
export type PasskeyList = Schemas["PasskeyList"];
export type PasskeyOptions = Schemas["PasskeyOptions"];
export type InvitationList = Schemas["InvitationList"];
export type InvitationCreated = Schemas["InvitationCreated"];
export type AgentAccess = Schemas["AgentAccess"];
export type ConnectedApp = Schemas["ConnectedApp"];
export type ConnectedAppPage = Schemas["ConnectedAppPage"];
export type Preset = NonNullable<Schemas["IntegrationInput"]["preset"]>;
export type Stop = Schemas["Stop"];
export type StopList = Schemas["StopList"];
export type StopPreview = Schemas["StopPreview"];
