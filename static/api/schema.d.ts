// Made by `npm run types` from the OpenAPI document of `openapi/`; not to be edited.

export interface paths {
    readonly "/.well-known/oauth-protected-resource": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Who issues this API's tokens
         * @description RFC 9728.
         */
        readonly get: operations["getProtectedResource"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/oauth-protected-resource/mcp": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Who issues the tokens of `/mcp`
         * @description RFC 9728.
         */
        readonly get: operations["getProtectedMcp"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The record, newest first
         * @description A chain: each record holds the hash of the one before it. Without `hash` and `count`, members sorted and without white space (RFC 8785), its SHA-256 is `hash`. Role: ADMIN.
         */
        readonly get: operations["listAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/audit/head": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The head of the record
         * @description Whoever keeps it elsewhere can tell later whether anything before it was changed, or the record cut short. `signed` is the last head that the tick had authenticated, under a key that only the broker has. With `verify=true` all of those are compared with the record. Role: ADMIN.
         */
        readonly get: operations["getAuditHead"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/audit/heads": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The authenticated heads of the record, newest first
         * @description One for each tick before which the record had grown. Role: ADMIN.
         */
        readonly get: operations["listAuditHeads"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether the deployment can work
         * @description Anybody learns whether; an ADMIN and the holder of the tick secret learn why not.
         */
        readonly get: operations["getHealth"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The integrations, newest first
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listIntegrations"];
        readonly put?: never;
        /**
         * Connect a provider
         * @description The credentials are tried at the provider, sealed and saved, in that order; where one fails nothing is saved. By OAuth 2.0 it is saved as `pending`, and the answer has the `authorization_url` for the browser that made the call. Roles: MANAGER, ADMIN.
         */
        readonly post: operations["createIntegration"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One integration
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getIntegration"];
        /**
         * Change an integration
         * @description What is left out stays. `params` are merged, `policy` is replaced; new credentials are tried at the provider first. What changes nothing makes no version. The credential that is replaced ends at the provider, unless a connection in use could end with it. Roles: MANAGER, ADMIN.
         */
        readonly put: operations["updateIntegration"];
        readonly post?: never;
        /**
         * Delete an integration
         * @description The answer says of each token what became of it at the provider, also of tokens that were given up earlier, have waited because revoking them could have ended a connection in use, and end now with the last of them. A token that waits on is `superseded`, and its detail begins with `kept:`; an event of this integration tells when it is revoked, however much later that is. Roles: MANAGER, ADMIN.
         */
        readonly delete: operations["deleteIntegration"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}/authorize": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Connect again by OAuth
         * @description The old credential works until the new one is stored. Another account than before is refused when the browser comes back, unless it is accepted here. Roles: MANAGER, ADMIN.
         */
        readonly post: operations["authorizeIntegration"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Try the credential at the provider, now
         * @description A provider that is down is no error: it is the health `failing`. Roles: MANAGER, ADMIN.
         */
        readonly post: operations["checkIntegration"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What happened to an integration, newest first
         * @description For 90 days; of one that is deleted by its id. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listIntegrationEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}/usage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What agents did with an integration, newest first
         * @description By agent and minute, hour or day (UTC), for 90 days; of one that is deleted by its id. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listIntegrationUsage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/manifests": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The providers there are
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listManifests"];
        readonly put?: never;
        /**
         * Add a provider of the workspace's own
         * @description Role: ADMIN.
         */
        readonly post: operations["createManifest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/manifests/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One provider, whole
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getManifest"];
        /**
         * Save a new version
         * @description For new connections: live ones keep the version they were made with. Role: ADMIN.
         */
        readonly put: operations["replaceManifest"];
        readonly post?: never;
        /**
         * Delete a provider of the workspace's own
         * @description Role: ADMIN.
         */
        readonly delete: operations["deleteManifest"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/manifests/{id}/findings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What revocations were found to end
         * @description Where a manifest says that a revocation ends one token alone, and the provider refused another connection right after one that this workspace made, although it had accepted it right before. From then on such a token waits until no connection in use may end with it. Of a built-in manifest that counts for every workspace when two have found it. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listFindings"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Believe the manifest again
         * @description For the case that the connections had ended for another reason. It concerns this workspace's findings alone. Role: ADMIN.
         */
        readonly delete: operations["clearFindings"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/oauth-clients": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The workspace's OAuth apps
         * @description Never with a secret. Role: ADMIN.
         */
        readonly get: operations["listOauthClients"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/oauth-clients/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Set up the OAuth app for a manifest
         * @description The secret goes in and never comes out. Register `redirect_uri` at the provider. Role: ADMIN.
         */
        readonly put: operations["saveOauthClient"];
        readonly post?: never;
        /**
         * Delete the OAuth app for a manifest
         * @description Connections that were made with it can no longer be refreshed. Role: ADMIN.
         */
        readonly delete: operations["deleteOauthClient"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/oauth/callback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Come back from a provider
         * @description For the browser that began, which has the cookie; the page tells the window that opened it. `state` counts once. Any other parameter is the provider's own.
         */
        readonly get: operations["finishAuthorization"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/oauth/callback/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Come back from a provider of the workspace's own
         * @description For the browser that began, which has the cookie; the page tells the window that opened it. `state` counts once. Any other parameter is the provider's own.
         */
        readonly get: operations["finishOwnAuthorization"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This document */
        readonly get: operations["getOpenApi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/proxy": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What this caller may use
         * @description The connected, active integrations whose policy names the caller, by name. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly get: operations["listUsable"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/proxy/{id}/{path}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly get: operations["proxyGet"];
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly put: operations["proxyPut"];
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly post: operations["proxyPost"];
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly delete: operations["proxyDelete"];
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly options: operations["proxyOptions"];
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly head: operations["proxyHead"];
        /**
         * Call the provider's API
         * @description The path goes below the API's base URL byte for byte, slashes and all, and may be empty; so does the query. The integration's credential is put in, the caller's token goes no further: it may come as `Bearer`, as user or password of `Basic`, or where the provider's own key goes. Methods that have no name here are passed on too, `TRACE` and `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, which may have the same status. An answer that breaks off before 64 KiB of it were passed on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one that breaks off later ends in an error of the connection, never as if it were whole. Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly patch: operations["proxyPatch"];
        readonly trace?: never;
    };
    readonly "/api/tick": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Do a bounded part of the work that is due
         * @description For a timer. Ticks may run at the same time.
         */
        readonly post: operations["tick"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/mcp": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * The Model Context Protocol, over Streamable HTTP
         * @description Without sessions and streams: one message, one answer. The versions are 2026-07-28, where headers repeat what the message says, 2025-11-25, 2025-06-18, 2025-03-26 and 2024-11-05; with the last two, and without a version, up to 50 messages may come as a list. Before 2026-07-28 an error that answers a request is a 200. `/mcp/` is the same. The tools are `list_integrations`, `describe_integration` and `call_api`, which is a call of `/api/proxy`. At most 1 MiB, whatever its media type. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly post: operations["sendMcpMessage"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly AuditHead: {
            readonly at: components["schemas"]["Time"] | null;
            readonly count: number;
            readonly hash: string;
            readonly signed: components["schemas"]["AuthenticatedHead"] | null;
            readonly verified?: components["schemas"]["HeadsVerified"];
        };
        readonly AuditHeadPage: {
            readonly items: readonly components["schemas"]["AuthenticatedHead"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly AuditPage: {
            readonly items: readonly components["schemas"]["AuditRecord"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly AuditRecord: {
            readonly action: string;
            readonly actor: string;
            readonly at: components["schemas"]["Time"];
            /** @description The client's `X-Request-Id`, where one came */
            readonly client_request_id?: string;
            /** @description Of a denied attempt: how often in its minute */
            readonly count: number;
            /** @description Facts, by action */
            readonly detail: Record<string, never>;
            readonly hash: string;
            /** @enum {string} */
            readonly outcome: "done" | "denied";
            readonly prev: string;
            /** @description Ours; of a denied attempt the first one's */
            readonly request_id: string;
            /** @enum {string} */
            readonly role: "ADMIN" | "MANAGER" | "AGENT" | "none" | "SYSTEM";
            readonly seq: number;
            readonly target: string | null;
            readonly workspace: string;
        };
        readonly AuthenticatedHead: {
            readonly at: components["schemas"]["Time"];
            readonly count: number;
            readonly hash: string;
            /** @description HMAC-SHA256 under a key that only the broker has */
            readonly mac: string;
        };
        readonly Authorization: {
            /** Format: uri */
            readonly authorization_url: string;
        };
        readonly AuthorizeInput: {
            /** @default false */
            readonly accept_account_change: boolean;
            readonly scopes?: readonly string[];
        };
        readonly Deleted: {
            readonly id: components["schemas"]["IntegrationId"];
            readonly revocation: readonly {
                readonly at: components["schemas"]["Time"];
                readonly detail: string;
                /**
                 * @description What is true now. `superseded`: not ended, because a connection in use could end with it; where the detail begins with `kept:` it waits, and ends with the last of them
                 * @enum {string}
                 */
                readonly state: "revoked" | "pending" | "failed" | "unsupported" | "not_revocable" | "superseded";
                /** @description The credential field */
                readonly token: string;
            }[];
        };
        readonly Event: {
            /** @description The subject of a token, or `tick` */
            readonly actor: string;
            readonly at: components["schemas"]["Time"];
            /** @description Facts, by kind */
            readonly detail: Record<string, never>;
            /** @description `integration.` with `created`, `updated`, `connected`, `reconnected`, `health`, `revocation`, `ended_by_revocation` (the provider refused it right after another token of its account was revoked) or `deleted`; or `call.denied`: once per subject, rule, method and minute */
            readonly kind: string;
            readonly request_id: string;
        };
        readonly EventPage: {
            readonly items: readonly components["schemas"]["Event"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly FindingList: {
            readonly items: readonly {
                /** Format: date-time */
                readonly at: string;
                /** @description Of the OAuth app */
                readonly client_id: string | null;
                /** @description What the provider said of the other */
                readonly detail: string;
                /** @description Which had given its token up; it may be gone */
                readonly integration_id: string;
                /** @description The origin of the token endpoint */
                readonly server: string;
            }[];
        };
        readonly HeadsVerified: {
            readonly broken: number;
            readonly first_broken: readonly {
                readonly count: number;
                readonly why: string;
            }[];
            readonly heads: number;
            readonly since: components["schemas"]["Time"] | null;
            /** @description The hashes are those that were signed, up to this number; that each record has its hash, an export shows */
            readonly up_to: number;
        };
        readonly Health: {
            readonly failures?: readonly string[];
            /** @description The ids of the encryption keys, the sealing one first */
            readonly keys?: readonly string[];
            readonly problems?: readonly {
                readonly rule: string;
                readonly variable: string;
            }[];
            /** @description Of the database */
            readonly schema?: number | null;
            /** @enum {string} */
            readonly status: "ok";
        };
        readonly Ill: {
            readonly failures?: readonly string[];
            /** @description The ids of the encryption keys, the sealing one first */
            readonly keys?: readonly string[];
            readonly problems?: readonly {
                readonly rule: string;
                readonly variable: string;
            }[];
            /** @description Of the database */
            readonly schema?: number | null;
            /** @enum {string} */
            readonly status: "misconfigured" | "failing";
        };
        readonly Integration: {
            /** @description Whose credential it is, as the provider says */
            readonly account: {
                readonly id: string | null;
                readonly label: string | null;
            } | null;
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            readonly created_at: components["schemas"]["Time"];
            /** @description The subject of a token */
            readonly created_by: string;
            /** @description What may be known of it: the last four characters of a long secret */
            readonly credential: {
                readonly expires_at: components["schemas"]["Time"] | null;
                readonly hint: string | null;
                readonly key_id: string;
            } | null;
            readonly health: components["schemas"]["IntegrationHealth"];
            readonly id: components["schemas"]["IntegrationId"];
            readonly last_used_at: components["schemas"]["Time"] | null;
            readonly manifest_id: string;
            readonly name: string;
            readonly params: {
                readonly [key: string]: string;
            };
            readonly policy: components["schemas"]["Policy"];
            readonly scopes: {
                readonly granted: readonly string[];
                readonly missing: readonly string[];
                readonly requested: readonly string[];
            };
            /** @description Serves wherever an id does; stays when the name changes */
            readonly slug: string;
            readonly status: components["schemas"]["Status"];
            readonly updated_at: components["schemas"]["Time"];
            /** @description Counts admins' changes */
            readonly version: number;
        };
        readonly IntegrationCreated: {
            /** @description Whose credential it is, as the provider says */
            readonly account: {
                readonly id: string | null;
                readonly label: string | null;
            } | null;
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            /** Format: uri */
            readonly authorization_url?: string;
            readonly created_at: components["schemas"]["Time"];
            /** @description The subject of a token */
            readonly created_by: string;
            /** @description What may be known of it: the last four characters of a long secret */
            readonly credential: {
                readonly expires_at: components["schemas"]["Time"] | null;
                readonly hint: string | null;
                readonly key_id: string;
            } | null;
            readonly health: components["schemas"]["IntegrationHealth"];
            readonly id: components["schemas"]["IntegrationId"];
            readonly last_used_at: components["schemas"]["Time"] | null;
            readonly manifest_id: string;
            readonly name: string;
            readonly params: {
                readonly [key: string]: string;
            };
            readonly policy: components["schemas"]["Policy"];
            readonly scopes: {
                readonly granted: readonly string[];
                readonly missing: readonly string[];
                readonly requested: readonly string[];
            };
            /** @description Serves wherever an id does; stays when the name changes */
            readonly slug: string;
            readonly status: components["schemas"]["Status"];
            readonly updated_at: components["schemas"]["Time"];
            /** @description Counts admins' changes */
            readonly version: number;
        };
        readonly IntegrationHealth: {
            readonly checked_at: components["schemas"]["Time"] | null;
            readonly detail: string | null;
            /** @enum {unknown} */
            readonly next_action: "reconnect" | "replace_key" | "retry" | null;
            /**
             * @description What is true at the provider
             * @enum {string}
             */
            readonly state: "pending" | "unknown" | "healthy" | "failing" | "reauthorize";
        };
        readonly IntegrationId: string;
        readonly IntegrationInput: {
            /** @description The manifest's credential fields by name, all of them */
            readonly credentials?: {
                readonly [key: string]: string;
            };
            readonly manifest_id: string;
            /** @description Unique in the workspace; letter case and white space do not tell names apart */
            readonly name: string;
            /** @description The manifest's parameters by name */
            readonly params?: {
                readonly [key: string]: string;
            };
            readonly policy?: components["schemas"]["PolicyInput"];
            /** @description OAuth 2.0 only, whose credentials are not typed in */
            readonly scopes?: readonly string[];
            /**
             * @description Whether the credentials are tried at the provider before they are saved
             * @default true
             */
            readonly verify: boolean;
        };
        readonly IntegrationPage: {
            readonly items: readonly components["schemas"]["Integration"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly IntegrationPatch: {
            /** @description The manifest's credential fields by name, all of them */
            readonly credentials?: {
                readonly [key: string]: string;
            };
            /** @description Unique in the workspace; letter case and white space do not tell names apart */
            readonly name?: string;
            /** @description The manifest's parameters by name */
            readonly params?: {
                readonly [key: string]: string;
            };
            readonly policy?: components["schemas"]["PolicyInput"];
            readonly status?: components["schemas"]["Status"];
        };
        /** @description One provider, and one way to authenticate to it.  Members that a workspace's own manifest may leave out have a default; a built-in manifest must have them all, which [`crate::lint::check`] sees to. */
        readonly Manifest: {
            /** @description What agents may reach. */
            readonly api: components["schemas"]["ManifestApi"];
            /** @description How a caller proves itself to the provider. */
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            /**
             * @description How the catalogue shows it.
             * @default {
             *       "color": "",
             *       "icon": ""
             *     }
             */
            readonly brand: components["schemas"]["ManifestBrand"];
            /**
             * @description Lower-case words to browse by: `communication`, `payments`.
             * @default []
             */
            readonly categories: readonly string[];
            /**
             * @description What the admin enters. Empty for `oauth2`.
             * @default []
             */
            readonly credentials: readonly components["schemas"]["ManifestCredentialField"][];
            /**
             * @description One sentence: what an agent can do with it.
             * @default
             */
            readonly description: string;
            /** @description The provider's API documentation, for people. */
            readonly docs_url?: string;
            /**
             * @description Groups the manifests of one vendor (`google-calendar` and `google-drive` are `google`).
             * @default
             */
            readonly family: string;
            /** @description Built in: `[a-z0-9-]{1,64}`, not starting with `custom-`. A workspace's own: `custom-[a-z0-9-]{1,57}`. */
            readonly id: string;
            /** @description Where the credential goes in each request. */
            readonly inject: readonly components["schemas"]["ManifestInject"][];
            /**
             * @description What people call it: `Slack`, `Stripe`.
             * @default
             */
            readonly name: string;
            /** @description Present exactly for the two OAuth methods. */
            readonly oauth2?: components["schemas"]["ManifestOAuth2"] | null;
            /**
             * @description What is not secret and differs per connection, such as a subdomain.
             * @default []
             */
            readonly params: readonly components["schemas"]["ManifestParam"][];
            /** @description How a credential is ended at the provider. */
            readonly revoke: components["schemas"]["ManifestRevoke"];
            /**
             * @description The provider's own documentation pages that the facts above are from.
             * @default []
             */
            readonly sources: readonly string[];
            /** @description The call that tells whether a credential is live. */
            readonly verify: components["schemas"]["ManifestVerify"];
        };
        /** @description Whose credential it is: JSON pointers (RFC 6901) into the answer of `verify`. */
        readonly ManifestAccount: {
            /** @description What the provider calls the account: stable, a string or a number. */
            readonly id: string;
            /** @description What people call it. */
            readonly label?: string | null;
            /** @description The parameter whose value is the account, where what `id` points at is the same for several; `id` must be there all the same. One that the flow finds. */
            readonly param?: string | null;
        };
        /** @description What agents may reach with the credential. */
        readonly ManifestApi: {
            /** @description A template. What an agent's path is appended to; without a trailing `/`, query or fragment. */
            readonly base_url: string;
            /**
             * @description Calls that mint credentials or end sessions.
             * @default []
             */
            readonly deny: readonly components["schemas"]["ManifestDenyRule"][];
            /** @description What of that kind `deny` cannot name, told to whoever connects: GraphQL calls that share one path, or that there is no such call at all. */
            readonly deny_gap?: string | null;
            /**
             * Format: uint16
             * @description How long an agent's call waits for the first byte of an answer after it was sent whole, in seconds: 1 to 600, 120 where it is absent. Only for a provider that documents a longer time for what it computes before it answers.
             */
            readonly first_byte_seconds?: number | null;
            /** @description Headers sent with a call unless the caller sent that header: a required API version, say. Not templates, and none that is injected. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @description Templates of `host` or `host:port`, reached with the scheme of `base_url`. A port is written exactly where it is not the scheme's own. `base_url`'s is one of them. */
            readonly hosts: readonly string[];
            /** @description Where a request may name another method than its own. What stands there is held against policies and `deny` like the method itself. In every other place it is not sent, or refused. */
            readonly method_override?: components["schemas"]["ManifestMethodOverride"] | null;
            /** @description Whether the provider documents that files are downloaded in parts. Then one `Range` of 256 KiB or more is passed on, and what a part shows of a secret at its ends is masked; else `Range` and `If-Range` are left out, and the provider answers with the whole. */
            readonly ranges?: boolean;
            /** @description Whether links to this API in an answer (`Location`, `Link`, URLs in JSON) become addresses of the proxy, so that whoever follows them stays there. `false` where such a URL is sent back to the provider as an identifier. */
            readonly rewrite_links?: boolean;
        };
        /** @description How a caller proves itself to the provider. */
        readonly ManifestAuthMethod: "api_key" | "basic" | "oauth2" | "oauth2_client_credentials";
        /** @description A status, and what stands in the body. */
        readonly ManifestBodySign: {
            /** @description What stands there: a string, a number or a boolean. */
            readonly equals: unknown;
            /** @description A JSON pointer (RFC 6901) into the body. */
            readonly pointer: string;
            /**
             * Format: uint16
             * @description The status.
             */
            readonly status: number;
        };
        /** @description How the catalogue shows a provider. Both members may be empty in a workspace's own manifest. */
        readonly ManifestBrand: {
            /** @description `#RRGGBB`. */
            readonly color: string;
            /** @description The name of an icon that the UI has, `[a-z0-9-]{1,64}`; an unknown one shows the initial. */
            readonly icon: string;
        };
        /** @description How a client proves itself (RFC 6749 section 2.3.1). */
        readonly ManifestClientAuth: "post" | "basic" | "none";
        /** @description One field of the form in which an admin enters a credential. */
        readonly ManifestCredentialField: {
            /** @description Shown in the empty field; never a real credential. Need not match `pattern`. */
            readonly example?: string | null;
            /** @description Where the provider hands out such a credential. */
            readonly help_url?: string | null;
            /** @description What the form calls it. */
            readonly label: string;
            /** @description `[a-z][a-z0-9_]{0,63}`: what templates call it. */
            readonly name: string;
            /** @description A regular expression for the whole value (`\A(?:…)\z`): it catches a pasted mistake, and must not be stricter than the provider's documentation. */
            readonly pattern?: string | null;
            /** @description Whether the form hides it and a hint of it is kept. */
            readonly secret: boolean;
        };
        /** @description A call refused to agents unless a policy rule names exactly its path. Holds on every one of `hosts`, and without regard to the case of ASCII letters: some providers route that way. */
        readonly ManifestDenyRule: {
            /** @description GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, or `*` for every one. */
            readonly method: string;
            /** @description Below `base_url`, on another host below its root; starts with `/`, `*` is a segment, `**` the rest. */
            readonly path: string;
            /** @description The reason, told to the agent. */
            readonly why: string;
        };
        /** @description Where a credential goes in a request to the provider. Values are templates: parameters, credential fields, and for OAuth `access_token` and `client_id`. */
        readonly ManifestInject: {
            /** @constant */
            readonly in: "header";
            /** @description Never hop-by-hop, `host`, `content-*` or `x-nexus-*`. */
            readonly name: string;
            /** @description A template, such as `Bearer {api_key}`. */
            readonly value: string;
        } | {
            /** @constant */
            readonly in: "query";
            /** @description The parameter's name. */
            readonly name: string;
            /** @description A template; percent-encoded after expansion. */
            readonly value: string;
        } | {
            /** @constant */
            readonly in: "basic";
            /** @description A template; may be empty. */
            readonly password: string;
            /** @description A template. */
            readonly username: string;
        };
        /** @description A scope that the form offers. */
        readonly ManifestKnownScope: {
            /** @description What it permits, in a few words. */
            readonly description: string;
            /** @description As the provider spells it. */
            readonly name: string;
        };
        readonly ManifestList: {
            readonly items: readonly components["schemas"]["ManifestSummary"][];
        };
        /** @description The places in which a provider reads a method that replaces the request's own. Compared without regard to case. */
        readonly ManifestMethodOverride: {
            /** @description Request headers: `X-HTTP-Method-Override`. */
            readonly headers?: readonly string[];
            /** @description Query parameters: `_HttpMethod`. */
            readonly query?: readonly string[];
        };
        /** @description A provider's OAuth 2.0 endpoints (RFC 6749 section 3) and its departures from the standard. */
        readonly ManifestOAuth2: {
            /** @description Where the browser is sent (RFC 6749 section 3.1). Absent for client credentials. */
            readonly authorization_url?: string | null;
            /**
             * @description Added to the authorization request. Templates: parameters and `client_id`.
             * @default {}
             */
            readonly authorize_params: {
                readonly [key: string]: string;
            };
            /** @description How the client proves itself at the token endpoint (RFC 6749 section 2.3.1). */
            readonly client_auth: components["schemas"]["ManifestClientAuth"];
            /** @description The issuer that the callback's `iss` must equal (RFC 9207); null where the provider sends none. */
            readonly issuer?: string | null;
            /**
             * @description Whether PKCE with S256 is used (RFC 7636; RFC 9700, 2.1.1). A server that does not know it ignores it (RFC 6749, 3.1); false is for one that refuses it. Built-in manifests say which it is.
             * @default true
             */
            readonly pkce: boolean;
            /** @description How tokens are refreshed (RFC 6749 section 6); absent where the provider issues no refresh tokens. */
            readonly refresh?: components["schemas"]["ManifestRefresh"] | null;
            /**
             * @description Between the scopes of a request, and of an answer unless `token_response` says otherwise; a space in the standard.
             * @default
             */
            readonly scope_separator: string;
            /**
             * @description What is asked for, and what may be.
             * @default {
             *       "default": [],
             *       "known": []
             *     }
             */
            readonly scopes: components["schemas"]["ManifestScopes"];
            /** @description What success is where a 2xx alone does not say it. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /** @description Headers of every token request beside the authentication and the content type, where the provider wants some: `Accept`, or an API version. Not templates. */
            readonly token_headers?: {
                readonly [key: string]: string;
            };
            /**
             * @description Added to every token request. Templates: parameters, `client_id`, `client_secret`.
             * @default {}
             */
            readonly token_params: {
                readonly [key: string]: string;
            };
            /**
             * @description How the token request's body is written.
             * @default form
             */
            readonly token_request: components["schemas"]["ManifestTokenRequest"];
            /**
             * @description Where the token answer has what (RFC 6749 section 5.1).
             * @default {
             *       "access_token": "/access_token",
             *       "expires_in": "/expires_in",
             *       "refresh_token": "/refresh_token",
             *       "scope": "/scope"
             *     }
             */
            readonly token_response: components["schemas"]["ManifestTokenResponse"];
            /** @description Where codes and refresh tokens are exchanged (RFC 6749 section 3.2). */
            readonly token_url: string;
        };
        /** @description A value that is not secret and differs per connection. */
        readonly ManifestParam: {
            /** @description Every value there is, in place of `pattern`. Only such a parameter may end a host, with dots in it: where a provider's sites have domains of their own, the manifest names them all. */
            readonly choices?: readonly string[];
            /** @description A value that matches `pattern`, or one of `choices`; shown in the empty field. */
            readonly example: string;
            /** @description Where the OAuth flow finds the value. Absent: an admin enters it. A value that is found is kept with the connection like one that was entered; nobody can enter or change it. */
            readonly from?: components["schemas"]["ManifestParamSource"] | null;
            /** @description Where the provider says what to enter. */
            readonly help_url?: string | null;
            /** @description What the form calls it. */
            readonly label: string;
            /** @description `[a-z][a-z0-9_]{0,63}`: what templates call it. */
            readonly name: string;
            /** @description A regular expression for the whole value (`\A(?:…)\z`). For a parameter in a host: lower-case letters, digits and `-` only. */
            readonly pattern?: string | null;
        };
        /** @description Where the OAuth flow finds the value of a parameter that is only known when it has ended, such as the number of the account that was connected. Such a parameter stands in no host and in nothing that is needed before: the authorization URL, the token URL and their parameters. */
        readonly ManifestParamSource: {
            readonly token_response: string;
        } | {
            readonly callback: string;
        };
        /** @description How tokens are refreshed. */
        readonly ManifestRefresh: {
            /** @description What the provider's `error` is, beside `invalid_grant`, where the refresh token is no longer good and only a person can connect again. */
            readonly invalid_grant?: readonly string[];
            /**
             * @description Added to the refresh request. Templates: parameters, `client_id`, `client_secret`, `access_token`, `refresh_token`, and `redirect_uri`, the one of the authorization request, for providers that want it again.
             * @default {}
             */
            readonly params: {
                readonly [key: string]: string;
            };
            /**
             * @description Whether each refresh answers with a new refresh token and ends the old one.
             * @default false
             */
            readonly rotates: boolean;
            /**
             * Format: uint16
             * @description How long a call waits for a refresh that is on its way, in seconds, 1 to 60; ten where it is absent. More is for a provider whose token endpoint is known to be slow. The refresh itself goes on.
             */
            readonly wait_seconds?: number | null;
        };
        /** @description How a credential is ended at the provider. */
        readonly ManifestRevoke: {
            /** @description What one call ends. */
            readonly effect: components["schemas"]["ManifestRevokeEffect"];
            /** @description The provider's documentation that says so, where `effect` is `token`: the `https` URL of the page on which the provider says that this call ends this one token (and what was made of it), and no other of the same account and client. Without it `token` is not believed: RFC 7009, 2.1 lets a server end the whole grant, so the token waits until no connection in use may end with it. Of a workspace's own manifest it counts where an ADMIN has confirmed it (`?believe_effect=true`). */
            readonly effect_source?: string | null;
            /** @description The endpoint. */
            readonly rfc7009: components["schemas"]["ManifestRfc7009"];
            /** @description Which tokens: `access_token`, `refresh_token`. */
            readonly tokens: readonly string[];
        } | {
            /** @description What one call ends. */
            readonly effect: components["schemas"]["ManifestRevokeEffect"];
            /** @description The provider's documentation that says so, where `effect` is `token`: the `https` URL of the page on which the provider says that this call ends this one token (and what was made of it), and no other of the same account and client. Without it `token` is not believed: RFC 7009, 2.1 lets a server end the whole grant, so the token waits until no connection in use may end with it. Of a workspace's own manifest it counts where an ADMIN has confirmed it (`?believe_effect=true`). */
            readonly effect_source?: string | null;
            /** @description The call. */
            readonly request: components["schemas"]["ManifestRevokeRequest"];
            /** @description Which tokens: `access_token`, `refresh_token`, or names of secret credential fields. */
            readonly tokens: readonly string[];
        } | {
            /** @description Where a person can see what there is. */
            readonly manage_url?: string | null;
            /** @description Why, for people. */
            readonly unsupported: string;
        } | {
            /** @description Where. */
            readonly manage_url: string;
            /** @description Why, for people. */
            readonly not_revocable: string;
        };
        /** @description How a revocation call proves itself. */
        readonly ManifestRevokeAuth: "token" | "client_basic" | "client_bearer" | "none";
        /** @description What one revocation call ends. */
        readonly ManifestRevokeEffect: "token" | "grant";
        /** @description A revocation call of the provider's own, made once for each of `tokens`, in their order. Templates: parameters, `token` (the one being revoked), `access_token`, `client_id`, `client_secret`, credential fields. */
        readonly ManifestRevokeRequest: {
            /** @description How the call proves itself. */
            readonly auth: components["schemas"]["ManifestRevokeAuth"];
            /** @description A form body; its values are templates. */
            readonly form?: {
                readonly [key: string]: string;
            } | null;
            /** @description What says that the provider does not know the token, or no longer: it has ended, as RFC 7009, 2.2 has it. */
            readonly gone_on?: readonly components["schemas"]["ManifestSign"][];
            /** @description Headers beside the authentication, such as a required API version; not templates. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @description A JSON body, in place of `form`; its strings are templates. */
            readonly json?: unknown;
            /** @description An upper-case method. */
            readonly method: string;
            /** @description What success is where a 2xx alone does not say it. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /** @description A template; secrets only after the host, percent-encoded. */
            readonly url: string;
        };
        /** @description A token revocation endpoint (RFC 7009 section 2). */
        readonly ManifestRfc7009: {
            /** @description How the client proves itself there. */
            readonly client_auth: components["schemas"]["ManifestClientAuth"];
            /** @description A template of parameters. */
            readonly url: string;
        };
        /** @description The scopes of a provider (RFC 6749 section 3.3). */
        readonly ManifestScopes: {
            /**
             * @description Asked for where the admin chooses none; where there are none, the request has no `scope`.
             * @default []
             */
            readonly default: readonly string[];
            /**
             * @description Offered in the form; others may be typed.
             * @default []
             */
            readonly known: readonly components["schemas"]["ManifestKnownScope"][];
            /** @description What the provider never names among the scopes it granted, so that it is not missing where it is not there (Microsoft's `offline_access`). */
            readonly unreported?: readonly string[];
        };
        /** @description What an answer is known by: its status alone, or its status and a word in its JSON body. */
        readonly ManifestSign: number | components["schemas"]["ManifestBodySign"];
        /** @description What an answer must say, beside a 2xx status, to be a success. */
        readonly ManifestSuccess: {
            /** @description What must be there: a string, a number, a boolean, or null, which is met too where there is nothing. Left out: anything but null. */
            readonly equals?: unknown;
            /** @description A JSON pointer to the provider's own word for what went wrong. */
            readonly error?: string | null;
            /** @description A JSON pointer (RFC 6901) into the answer. */
            readonly pointer: string;
        };
        readonly ManifestSummary: {
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            readonly brand: components["schemas"]["ManifestBrand"];
            readonly categories: readonly string[];
            readonly description: string;
            readonly docs_url?: string;
            readonly family: string;
            readonly id: string;
            readonly name: string;
        };
        /** @description How the body of a token request is written. */
        readonly ManifestTokenRequest: "form" | "json";
        /** @description Where the token answer has what: JSON pointers (RFC 6901). */
        readonly ManifestTokenResponse: {
            /** @description The access token. */
            readonly access_token: string;
            /** @description The moment at which the access token ends, where the provider names that and not a lifetime: seconds or milliseconds since the Unix epoch, as a number or in a string, or RFC 3339. Where the answer has both, the lifetime counts. */
            readonly expires_at?: string | null;
            /** @description The lifetime in seconds; a number, or one in a string. */
            readonly expires_in?: string | null;
            /** @description The refresh token, where there is one. */
            readonly refresh_token?: string | null;
            /** @description The granted scopes: a string to split at the separator, or an array. Where it is absent, or the answer has none, what was asked for was granted (RFC 6749 section 5.1). */
            readonly scope?: string | null;
            /** @description Between the scopes of an answer, where it is not what stands between those of a request. */
            readonly scope_separator?: string | null;
        };
        /** @description The call that tells whether a credential is live, or why there is none.  A 2xx answer (and `success`, where given) is a live credential; an answer of `live_on` too. 401, and any other 4xx that is about the credential (not 404, 405, 408, 425, 429, nor an answer of `trouble_on`), is a refusal. The rest says nothing. */
        readonly ManifestVerify: {
            /** @description Where the answer says whose credential it is. */
            readonly account?: components["schemas"]["ManifestAccount"] | null;
            /** @description A template used in place of `api.base_url`: for providers that tell who you are at a host that agents have no business with. */
            readonly base_url?: string | null;
            /** @description A form body, in place of `json`; its values are templates of parameters. */
            readonly form?: {
                readonly [key: string]: string;
            } | null;
            /** @description Headers beside the injected ones and `api.headers`, which they replace; not templates. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @description A JSON body, such as a GraphQL query; sent as it stands, not a template. */
            readonly json?: unknown;
            /** @description 4xx answers that prove the credential live although the call is refused: 403 where a key without the permission for this call is told apart from a dead one. */
            readonly live_on?: readonly components["schemas"]["ManifestSign"][];
            /** @description An upper-case method. */
            readonly method: string;
            /** @description A template, appended to the base URL; starts with `/`, may have a query. */
            readonly path: string;
            /** @description What success is where a 2xx alone does not say it. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /** @description 4xx answers that say nothing about the credential: a rate limit told by 400 or 403. */
            readonly trouble_on?: readonly components["schemas"]["ManifestSign"][];
        } | {
            /** @description Why, for people. */
            readonly unsupported: string;
        };
        readonly McpAnswer: components["schemas"]["McpResult"] | components["schemas"]["McpFailure"] | readonly (components["schemas"]["McpResult"] | components["schemas"]["McpFailure"])[];
        readonly McpFailure: {
            readonly error: {
                readonly code: number;
                readonly data?: Record<string, never>;
                readonly message: string;
            };
            readonly id?: string | number;
            /** @constant */
            readonly jsonrpc: "2.0";
        };
        readonly McpMessage: components["schemas"]["McpOne"] | readonly components["schemas"]["McpOne"][];
        /** @description JSON-RPC 2.0: a request, a notification, or an answer, which is ignored */
        readonly McpOne: {
            readonly error?: unknown;
            readonly id?: string | number | null;
            /** @constant */
            readonly jsonrpc: "2.0";
            readonly method?: string;
            readonly params?: Record<string, never>;
            readonly result?: unknown;
        } | unknown | unknown | unknown;
        readonly McpResult: {
            readonly id: string | number;
            /** @constant */
            readonly jsonrpc: "2.0";
            readonly result: Record<string, never>;
        };
        readonly OauthClientInput: {
            readonly client_id: string;
            readonly client_secret: string;
            /** @description The values of the manifest's parameters that the app may be used with. A manifest of the workspace's own that has a parameter in the host of its token or revocation URL needs them */
            readonly params?: {
                readonly [key: string]: readonly string[];
            };
        };
        readonly OauthClientList: {
            readonly items: readonly {
                readonly client_id: string;
                readonly created_at: components["schemas"]["Time"];
                readonly manifest_id: string;
                /** Format: uri */
                readonly redirect_uri: string;
                readonly updated_at: components["schemas"]["Time"];
            }[];
        };
        readonly OauthClientSaved: {
            readonly client_id: string;
            readonly manifest_id: string;
            /** Format: uri */
            readonly redirect_uri: string;
        };
        readonly OpenApi: Record<string, never>;
        /** @description At most 32 KiB */
        readonly OwnManifest: {
            readonly id?: unknown;
        } & components["schemas"]["Manifest"];
        readonly Policy: {
            readonly agents: readonly string[];
            /** @description Whether links to the provider's API in its answers (`Location`, `Link`, URLs in JSON) become addresses of the proxy; they do where it is missing */
            readonly rewrite_links?: boolean;
            readonly rules: readonly components["schemas"]["Rule"][];
        };
        readonly PolicyInput: {
            /**
             * @description Subjects of agents, or `*`
             * @default [
             *       "*"
             *     ]
             */
            readonly agents: readonly string[];
            /** @description Whether links to the provider's API in its answers (`Location`, `Link`, URLs in JSON) become addresses of the proxy; they do where it is missing */
            readonly rewrite_links?: boolean;
            /**
             * @description Deny wins; if any allow exists, what matches none is denied
             * @default []
             */
            readonly rules: readonly components["schemas"]["Rule"][];
        };
        readonly Problem: {
            readonly code: string;
            readonly detail: string;
            readonly errors?: readonly {
                readonly detail: string;
                /** @description A JSON pointer (RFC 6901) into the body, or `?name` of a parameter */
                readonly pointer: string;
            }[];
            readonly existing_id?: components["schemas"]["IntegrationId"];
            /**
             * Format: uri
             * @description Where a person can mend it
             */
            readonly link?: string;
            /** @description To register at the provider */
            readonly redirect_uri?: string;
            readonly request_id: string;
            readonly status: number;
            readonly title: string;
            readonly type: string;
            readonly variable?: string;
        };
        readonly ProtectedResource: {
            readonly authorization_servers: readonly string[];
            /** @constant */
            readonly bearer_methods_supported: [
                "header"
            ];
            /** Format: uri */
            readonly resource: string;
            readonly resource_name: string;
        };
        readonly Rule: {
            /** @enum {string} */
            readonly effect: "allow" | "deny";
            /** @description One of the manifest's hosts; all where it is missing */
            readonly host?: string;
            readonly methods: readonly string[];
            /** @description `*` is one segment, `**` the rest */
            readonly path: string;
        };
        /**
         * @description What an admin wants: whether agents may use it
         * @enum {string}
         */
        readonly Status: "active" | "inactive";
        readonly Ticked: {
            readonly checked: number;
            readonly failed: number;
            readonly flows: number;
            readonly pruned: number;
            readonly refreshed: number;
            readonly resealed: number;
            readonly revoked: number;
        };
        /** Format: date-time */
        readonly Time: string;
        readonly Usable: {
            /** @description Whose credential it is, as the provider says */
            readonly account: {
                readonly id: string | null;
                readonly label: string | null;
            } | null;
            /**
             * Format: uri
             * @description In place of the provider's own: what an SDK is told
             */
            readonly base_url: string;
            readonly id: components["schemas"]["IntegrationId"];
            readonly manifest_id: string;
            readonly name: string;
            readonly policy: components["schemas"]["Policy"];
            readonly slug: string;
        };
        readonly UsableList: {
            readonly items: readonly components["schemas"]["Usable"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly Usage: {
            readonly agent: string;
            readonly at: components["schemas"]["Time"];
            readonly bytes: number;
            readonly calls: number;
            readonly errors: number;
        };
        readonly UsagePage: {
            readonly items: readonly components["schemas"]["Usage"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
    };
    responses: {
        /** @description `broken_body`: the body of the request broke off, or one of its chunks is malformed: send it again, whole */
        readonly "400.broken_body": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "broken_body";
                    /** @constant */
                    readonly status?: 400;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `missing_token`: no `Authorization` header came; `invalid_token`: what came proves nothing */
        readonly "401.missing_token.invalid_token": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "www-authenticate": components["headers"]["challenge"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "missing_token" | "invalid_token";
                    /** @constant */
                    readonly status?: 401;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `missing_token`: no `Authorization` header came; `invalid_token`: what came proves nothing; `token_expired`: the token is past its `exp` */
        readonly "401.missing_token.invalid_token.token_expired": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "www-authenticate": components["headers"]["challenge"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "missing_token" | "invalid_token" | "token_expired";
                    /** @constant */
                    readonly status?: 401;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: the role does not allow it, or the manifest is built in */
        readonly "403.forbidden": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "forbidden";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `not_found`: there is no such thing in the workspace */
        readonly "404.not_found": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "not_found";
                    /** @constant */
                    readonly status?: 404;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `method_not_allowed`: the path has other methods, those in `Allow` */
        readonly "405.method_not_allowed": {
            headers: {
                readonly allow: components["headers"]["allow"];
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "method_not_allowed";
                    /** @constant */
                    readonly status?: 405;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `request_timeout`: the body did not come whole within 30 s, or an upload came too slowly: send it again */
        readonly "408.request_timeout": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "request_timeout";
                    /** @constant */
                    readonly status?: 408;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `effect_unconfirmed`: the manifest says that a revocation ends one token alone: `believe_effect=true` vouches for that, `believe_effect=false` saves it without; `quota_exceeded`: the workspace has as many as the variable `variable` allows */
        readonly "409.effect_unconfirmed.quota_exceeded": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "effect_unconfirmed" | "quota_exceeded";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `grant_shared`: other connections use what would end: `force=true` ends it, `force=false` keeps it; `changed_meanwhile`: somebody else was faster: read it again */
        readonly "409.grant_shared.changed_meanwhile": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "grant_shared" | "changed_meanwhile";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `manifest_exists`: there is one of that id: PUT replaces it; `too_many_manifests`: the workspace has 100 of its own; `quota_exceeded`: the workspace has as many as the variable `variable` allows; `effect_unconfirmed`: the manifest says that a revocation ends one token alone: `believe_effect=true` vouches for that, `believe_effect=false` saves it without */
        readonly "409.manifest_exists.too_many_manifests.quota_exceeded.effect_unconfirmed": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "manifest_exists" | "too_many_manifests" | "quota_exceeded" | "effect_unconfirmed";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `manifest_in_use`: integrations use it */
        readonly "409.manifest_in_use": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "manifest_in_use";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `name_taken`: the name belongs to the integration `existing_id`; `changed_meanwhile`: somebody else was faster: read it again; `grant_shared`: other connections use what would end: `force=true` ends it, `force=false` keeps it */
        readonly "409.name_taken.changed_meanwhile.grant_shared": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "name_taken" | "changed_meanwhile" | "grant_shared";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `name_taken`: the name belongs to the integration `existing_id`; `quota_exceeded`: the workspace has as many as the variable `variable` allows */
        readonly "409.name_taken.quota_exceeded": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "name_taken" | "quota_exceeded";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `not_oauth`: it is not connected by OAuth: PUT its credentials; `grant_shared`: other connections use what would end: `force=true` ends it, `force=false` keeps it */
        readonly "409.not_oauth.grant_shared": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "not_oauth" | "grant_shared";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `version_mismatch`: `If-Match` names another version than there is */
        readonly "412.version_mismatch": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "version_mismatch";
                    /** @constant */
                    readonly status?: 412;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `too_large`: the body is larger than 64 KiB, a manifest than 32 KiB, a message than 1 MiB */
        readonly "413.too_large": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "too_large";
                    /** @constant */
                    readonly status?: 413;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: the content type is not `application/json` */
        readonly "415.unsupported_media_type": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "unsupported_media_type";
                    /** @constant */
                    readonly status?: 415;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters break rules, which `errors` names */
        readonly "422.invalid": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters break rules, which `errors` names; `credential_refused`: the provider does not accept the credential; `credentials_required`: the parameters would send the stored credential elsewhere: enter it again */
        readonly "422.invalid.credential_refused.credentials_required": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid" | "credential_refused" | "credentials_required";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters break rules, which `errors` names; `credential_refused`: the provider does not accept the credential; `oauth_client_missing`: no OAuth app is set up; register one with `redirect_uri` */
        readonly "422.invalid.credential_refused.oauth_client_missing": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid" | "credential_refused" | "oauth_client_missing";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters break rules, which `errors` names; `oauth_client_missing`: no OAuth app is set up; register one with `redirect_uri` */
        readonly "422.invalid.oauth_client_missing": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid" | "oauth_client_missing";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `misconfigured`: the variable `variable` of the deployment is malformed; `internal`: a fault of ours, which the log has; `credential_unreadable`: what is stored was changed outside, or its key is gone */
        readonly "500.misconfigured.internal.credential_unreadable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "misconfigured" | "internal" | "credential_unreadable";
                    /** @constant */
                    readonly status?: 500;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `provider_error`: the provider is down, answers something that is not its API or a status that HTTP does not have, or its answer broke off; `egress_denied`: the egress guard refuses the provider's host */
        readonly "502.provider_error.egress_denied": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "provider_error" | "egress_denied";
                    /** @constant */
                    readonly status?: 502;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `storage_unavailable`: storage is busy, full or out of reach; nothing was changed; `database_newer`: a later version has written the database; `jwks_unavailable`: the issuer's keys cannot be fetched, and the token's was never seen; `refresh_pending`: the token is being refreshed; the provider has not answered yet: `Retry-After` says when that is over at the latest; `unavailable`: a part of the application has no room for the request now, or failed: try again */
        readonly "503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "retry-after": components["headers"]["retry_after"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "storage_unavailable" | "database_newer" | "jwks_unavailable" | "refresh_pending" | "unavailable";
                    /** @constant */
                    readonly status?: 503;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `provider_timeout`: the provider did not answer completely in time */
        readonly "504.provider_timeout": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "provider_timeout";
                    /** @constant */
                    readonly status?: 504;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `broken_body`: the body of the request broke off, or one of its chunks is malformed: send it again, whole */
        readonly "proxy.400.broken_body": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "broken_body";
                    /** @constant */
                    readonly status?: 400;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `missing_token`: no `Authorization` header came; `invalid_token`: what came proves nothing; `token_expired`: the token is past its `exp` */
        readonly "proxy.401.missing_token.invalid_token.token_expired": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "www-authenticate": components["headers"]["challenge"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "missing_token" | "invalid_token" | "token_expired";
                    /** @constant */
                    readonly status?: 401;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: the role does not allow it, or the manifest is built in */
        readonly "proxy.403.forbidden": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "forbidden";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: the role does not allow it, or the manifest is built in; `policy_denied`: a rule of the integration's policy, or of its manifest, which `detail` names; `link` is where a person can change it */
        readonly "proxy.403.forbidden.policy_denied": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "forbidden" | "policy_denied";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `not_found`: there is no such thing in the workspace */
        readonly "proxy.404.not_found": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "not_found";
                    /** @constant */
                    readonly status?: 404;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `request_timeout`: the body did not come whole within 30 s, or an upload came too slowly: send it again */
        readonly "proxy.408.request_timeout": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "request_timeout";
                    /** @constant */
                    readonly status?: 408;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `integration_inactive`: it was switched off; `link` is where a person can switch it on; `reauthorization_required`: the provider no longer accepts the credential; `link` is where a person can connect again */
        readonly "proxy.409.integration_inactive.reauthorization_required": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "integration_inactive" | "reauthorization_required";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters break rules, which `errors` names */
        readonly "proxy.422.invalid": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters break rules, which `errors` names; `oauth_client_missing`: no OAuth app is set up; register one with `redirect_uri` */
        readonly "proxy.422.invalid.oauth_client_missing": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid" | "oauth_client_missing";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_calls`: as many calls of this agent, to this integration or of this workspace are at work as may be; try again when one has ended */
        readonly "proxy.429.too_many_calls": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "retry-after": components["headers"]["retry_after"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "too_many_calls";
                    /** @constant */
                    readonly status?: 429;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `misconfigured`: the variable `variable` of the deployment is malformed; `internal`: a fault of ours, which the log has; `credential_unreadable`: what is stored was changed outside, or its key is gone */
        readonly "proxy.500.misconfigured.internal.credential_unreadable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "misconfigured" | "internal" | "credential_unreadable";
                    /** @constant */
                    readonly status?: 500;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `upgrade_unsupported`: the request asks for a WebSocket, which is not passed on; server-sent events are */
        readonly "proxy.501.upgrade_unsupported": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "upgrade_unsupported";
                    /** @constant */
                    readonly status?: 501;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `provider_error`: the provider is down, answers something that is not its API or a status that HTTP does not have, or its answer broke off; `egress_denied`: the egress guard refuses the provider's host */
        readonly "proxy.502.provider_error.egress_denied": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "provider_error" | "egress_denied";
                    /** @constant */
                    readonly status?: 502;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `storage_unavailable`: storage is busy, full or out of reach; nothing was changed; `database_newer`: a later version has written the database; `jwks_unavailable`: the issuer's keys cannot be fetched, and the token's was never seen; `refresh_pending`: the token is being refreshed; the provider has not answered yet: `Retry-After` says when that is over at the latest; `unavailable`: a part of the application has no room for the request now, or failed: try again */
        readonly "proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "retry-after": components["headers"]["retry_after"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "storage_unavailable" | "database_newer" | "jwks_unavailable" | "refresh_pending" | "unavailable";
                    /** @constant */
                    readonly status?: 503;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `provider_timeout`: the provider did not answer completely in time */
        readonly "proxy.504.provider_timeout": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "provider_timeout";
                    /** @constant */
                    readonly status?: 504;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `loop_detected`: an integration's base URL leads to the application itself */
        readonly "proxy.508.loop_detected": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "loop_detected";
                    /** @constant */
                    readonly status?: 508;
                } & components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description `next_cursor` of the page before */
        readonly after_integration: string;
        /** @description `next_cursor` of the page before */
        readonly after_name: string;
        /** @description `next_cursor` of the page before */
        readonly after_row: string;
        /** @description Exactly this method */
        readonly auth_method: components["schemas"]["ManifestAuthMethod"];
        /** @description Whether an ADMIN vouches for `revoke.effect_source`: that a revocation ends one token alone. Where that is wrong, a reconnect or a deletion ends other connections of the same account while they are used. `false` saves the manifest and does not believe it. Without it a manifest with `effect_source` is 409 `effect_unconfirmed` */
        readonly believe_effect: boolean;
        /** @description Exactly this category */
        readonly category: string;
        /** @description RFC 6749, 4.1.2 */
        readonly code: string;
        /**
         * @description The id of one of the workspace's own
         * @example custom-sandbox-oauth
         */
        readonly custom_manifest: string;
        /** @description `true` checks the form alone (names, policy, members) and changes nothing: the answer is the integration as it is. The provider is not asked, so credentials and `params` are not judged */
        readonly dry_run: boolean;
        /** @description RFC 6749, 4.1.2.1 */
        readonly error: string;
        /** @description RFC 6749, 4.1.2.1 */
        readonly error_description: string;
        /** @description Where other connections use what would end: `true` ends it all the same, `false` deletes and keeps the tokens until the last of those connections is deleted. Without it that is 409 `grant_shared` */
        readonly force: boolean;
        /** @description Where a connection of another workspace uses what is replaced: `true` ends it all the same, as it must be where it has leaked, `false` keeps it until the last connection that uses it is deleted. Without it that is 409 `grant_shared` */
        readonly force_replaced: boolean;
        /** @description From this time on */
        readonly from: string;
        /** @description Exactly this health */
        readonly health: "pending" | "unknown" | "healthy" | "failing" | "reauthorize";
        /** @description Another of the manifest's hosts than that of the API's base URL */
        readonly host: string;
        /** @description Only while the integration has one of these versions (RFC 9110, 13.1.1), or `*` */
        readonly if_match: string;
        /** @description Only where it is none of these (RFC 9110, 13.1.2) */
        readonly if_none_match: string;
        /**
         * @description The integration's id or slug
         * @example sandbox
         */
        readonly integration: string;
        /**
         * @description The integration's id or slug
         * @example sandbox-oauth
         */
        readonly integration_by_oauth: string;
        /**
         * @description The integration's id or slug
         * @example second-sandbox
         */
        readonly integration_to_delete: string;
        /** @description RFC 9207 */
        readonly iss: string;
        /** @description At most this many */
        readonly limit: number;
        /**
         * @description The manifest's id
         * @example stripe
         */
        readonly manifest: string;
        /** @description A part of id, name or description; letter case does not matter */
        readonly manifest_part: string;
        /** @description The version that was negotiated, or that the message names */
        readonly mcp_version: string;
        /** @description A part of the name; letter case does not matter */
        readonly name_part: string;
        /**
         * @description The id of a manifest connected by OAuth
         * @example slack
         */
        readonly oauth_manifest: string;
        /** @description Exactly this manifest */
        readonly of_manifest: string;
        /**
         * @description The id of one of the workspace's own
         * @example custom-example
         */
        readonly own_manifest: string;
        /** @description What one row sums up */
        readonly per: "minute" | "hour" | "day";
        /**
         * @description What goes below the API's base URL, slashes and all
         * @example me
         */
        readonly provider_path: string;
        /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
        readonly request_id: string;
        /** @description As it was sent to the provider */
        readonly state: string;
        /** @description Exactly this status */
        readonly status: "active" | "inactive";
        /** @description Before this time */
        readonly to: string;
        /** @description At most this many */
        readonly usable_limit: number;
        /** @description Compare the authenticated heads with the record */
        readonly verify: boolean;
    };
    requestBodies: never;
    headers: {
        /** @description The methods of the path */
        readonly allow: string;
        /** @description RFC 6750, section 3 */
        readonly challenge: "Bearer" | "Bearer error=\"invalid_token\"";
        /** @description What went wrong, as in `Problem` */
        readonly error_code: string;
        /** @description The browser that may finish this; the same for flows beside it */
        readonly flow_cookie: string;
        /** @description Where `auth_method` is `oauth2`: the browser that may finish this */
        readonly flow_cookie_by_oauth: string;
        /** @description The SHA-256 of what is shown; for `If-None-Match` */
        readonly hash: string;
        /** @description Never kept */
        readonly kept_by_nobody: "no-store, private";
        /** @description Where it is from now on */
        readonly location: string;
        /** @description RFC 9728, section 5.1 */
        readonly mcp_challenge: string;
        /** @description Kept by the client alone, and asked for again */
        readonly no_cache: "private, no-cache";
        /** @description Never kept */
        readonly no_store: "no-store";
        /** @description The provider's own, or where it has none the request's */
        readonly provider_request_id: string;
        /** @description The request, as in the log */
        readonly request_id: string;
        /** @description When to try again, in seconds */
        readonly retry_after: number;
        /** @description A page of a provider can do nothing in our origin */
        readonly sandbox: "sandbox; default-src 'none'";
        /** @description The version, which counts admins' changes; for `If-Match` */
        readonly version: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly getProtectedResource: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The document */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProtectedResource"];
                };
            };
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getProtectedMcp: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The document */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProtectedResource"];
                };
            };
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listAudit: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the page before */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description At most this many */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getAuditHead: {
        readonly parameters: {
            readonly query?: {
                /** @description Compare the authenticated heads with the record */
                readonly verify?: components["parameters"]["verify"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The head */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditHead"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listAuditHeads: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the page before */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description At most this many */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditHeadPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It can */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            /** @description It cannot */
            readonly 503: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "retry-after": components["headers"]["retry_after"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ill"];
                };
            };
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrations: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the page before */
                readonly cursor?: components["parameters"]["after_integration"];
                /** @description Exactly this health */
                readonly health?: components["parameters"]["health"];
                /** @description At most this many */
                readonly limit?: components["parameters"]["limit"];
                /** @description Exactly this manifest */
                readonly manifest?: components["parameters"]["of_manifest"];
                /** @description A part of the name; letter case does not matter */
                readonly q?: components["parameters"]["name_part"];
                /** @description Exactly this status */
                readonly status?: components["parameters"]["status"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["IntegrationPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly createIntegration: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["IntegrationInput"];
            };
        };
        readonly responses: {
            /** @description Connected, or by OAuth begun to be */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly etag: components["headers"]["version"];
                    readonly location: components["headers"]["location"];
                    readonly "set-cookie": components["headers"]["flow_cookie_by_oauth"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["IntegrationCreated"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.name_taken.quota_exceeded"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid.credential_refused.oauth_client_missing"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getIntegration: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The integration */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly etag: components["headers"]["version"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Integration"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly updateIntegration: {
        readonly parameters: {
            readonly query?: {
                /** @description `true` checks the form alone (names, policy, members) and changes nothing: the answer is the integration as it is. The provider is not asked, so credentials and `params` are not judged */
                readonly dry_run?: components["parameters"]["dry_run"];
                /** @description Where a connection of another workspace uses what is replaced: `true` ends it all the same, as it must be where it has leaked, `false` keeps it until the last connection that uses it is deleted. Without it that is 409 `grant_shared` */
                readonly force?: components["parameters"]["force_replaced"];
            };
            readonly header?: {
                /** @description Only while the integration has one of these versions (RFC 9110, 13.1.1), or `*` */
                readonly "If-Match"?: components["parameters"]["if_match"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["IntegrationPatch"];
            };
        };
        readonly responses: {
            /** @description As it is now */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly etag: components["headers"]["version"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Integration"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.name_taken.changed_meanwhile.grant_shared"];
            readonly 412: components["responses"]["412.version_mismatch"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid.credential_refused.credentials_required"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteIntegration: {
        readonly parameters: {
            readonly query?: {
                /** @description Where other connections use what would end: `true` ends it all the same, `false` deletes and keeps the tokens until the last of those connections is deleted. Without it that is 409 `grant_shared` */
                readonly force?: components["parameters"]["force"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example second-sandbox
                 */
                readonly id: components["parameters"]["integration_to_delete"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Deleted */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description Deleted; the provider is still being told */
            readonly 202: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Deleted"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.grant_shared.changed_meanwhile"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly authorizeIntegration: {
        readonly parameters: {
            readonly query?: {
                /** @description Where a connection of another workspace uses what is replaced: `true` ends it all the same, as it must be where it has leaked, `false` keeps it until the last connection that uses it is deleted. Without it that is 409 `grant_shared` */
                readonly force?: components["parameters"]["force_replaced"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox-oauth
                 */
                readonly id: components["parameters"]["integration_by_oauth"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AuthorizeInput"];
            };
        };
        readonly responses: {
            /** @description Where the browser goes */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "set-cookie": components["headers"]["flow_cookie"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Authorization"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.not_oauth.grant_shared"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid.oauth_client_missing"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly checkIntegration: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description With the health that was found */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly etag: components["headers"]["version"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Integration"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrationEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the page before */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description At most this many */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EventPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrationUsage: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the page before */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description From this time on */
                readonly from?: components["parameters"]["from"];
                /** @description At most this many */
                readonly limit?: components["parameters"]["limit"];
                /** @description What one row sums up */
                readonly per?: components["parameters"]["per"];
                /** @description Before this time */
                readonly to?: components["parameters"]["to"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UsagePage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listManifests: {
        readonly parameters: {
            readonly query?: {
                /** @description Exactly this method */
                readonly auth_method?: components["parameters"]["auth_method"];
                /** @description Exactly this category */
                readonly category?: components["parameters"]["category"];
                /** @description A part of id, name or description; letter case does not matter */
                readonly q?: components["parameters"]["manifest_part"];
            };
            readonly header?: {
                /** @description Only where it is none of these (RFC 9110, 13.1.2) */
                readonly "If-None-Match"?: components["parameters"]["if_none_match"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All that match */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_cache"];
                    readonly etag: components["headers"]["hash"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ManifestList"];
                };
            };
            /** @description The client has it already */
            readonly 304: {
                headers: {
                    readonly "cache-control": components["headers"]["no_cache"];
                    readonly etag: components["headers"]["hash"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly createManifest: {
        readonly parameters: {
            readonly query?: {
                /** @description Whether an ADMIN vouches for `revoke.effect_source`: that a revocation ends one token alone. Where that is wrong, a reconnect or a deletion ends other connections of the same account while they are used. `false` saves the manifest and does not believe it. Without it a manifest with `effect_source` is 409 `effect_unconfirmed` */
                readonly believe_effect?: components["parameters"]["believe_effect"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OwnManifest"];
            };
        };
        readonly responses: {
            /** @description Added */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly etag: components["headers"]["hash"];
                    readonly location: components["headers"]["location"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Manifest"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.manifest_exists.too_many_manifests.quota_exceeded.effect_unconfirmed"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getManifest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Only where it is none of these (RFC 9110, 13.1.2) */
                readonly "If-None-Match"?: components["parameters"]["if_none_match"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The manifest's id
                 * @example stripe
                 */
                readonly id: components["parameters"]["manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The manifest */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_cache"];
                    readonly etag: components["headers"]["hash"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Manifest"];
                };
            };
            /** @description The client has it already */
            readonly 304: {
                headers: {
                    readonly "cache-control": components["headers"]["no_cache"];
                    readonly etag: components["headers"]["hash"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly replaceManifest: {
        readonly parameters: {
            readonly query?: {
                /** @description Whether an ADMIN vouches for `revoke.effect_source`: that a revocation ends one token alone. Where that is wrong, a reconnect or a deletion ends other connections of the same account while they are used. `false` saves the manifest and does not believe it. Without it a manifest with `effect_source` is 409 `effect_unconfirmed` */
                readonly believe_effect?: components["parameters"]["believe_effect"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own
                 * @example custom-example
                 */
                readonly id: components["parameters"]["own_manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OwnManifest"];
            };
        };
        readonly responses: {
            /** @description Saved */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly etag: components["headers"]["hash"];
                    readonly location: components["headers"]["location"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Manifest"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.effect_unconfirmed.quota_exceeded"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteManifest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own
                 * @example custom-example
                 */
                readonly id: components["parameters"]["own_manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Deleted */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.manifest_in_use"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listFindings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The manifest's id
                 * @example stripe
                 */
                readonly id: components["parameters"]["manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was found */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FindingList"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly clearFindings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The manifest's id
                 * @example stripe
                 */
                readonly id: components["parameters"]["manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Cleared */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listOauthClients: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All of them */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OauthClientList"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly saveOauthClient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of a manifest connected by OAuth
                 * @example slack
                 */
                readonly id: components["parameters"]["oauth_manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OauthClientInput"];
            };
        };
        readonly responses: {
            /** @description Saved */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OauthClientSaved"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteOauthClient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of a manifest connected by OAuth
                 * @example slack
                 */
                readonly id: components["parameters"]["oauth_manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Deleted */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly finishAuthorization: {
        readonly parameters: {
            readonly query?: {
                /** @description RFC 6749, 4.1.2 */
                readonly code?: components["parameters"]["code"];
                /** @description RFC 6749, 4.1.2.1 */
                readonly error?: components["parameters"]["error"];
                /** @description RFC 6749, 4.1.2.1 */
                readonly error_description?: components["parameters"]["error_description"];
                /** @description RFC 9207 */
                readonly iss?: components["parameters"]["iss"];
                /** @description As it was sent to the provider */
                readonly state?: components["parameters"]["state"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Connected */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description `flow_invalid`: this browser has not begun; or `access_denied` */
            readonly 400: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description `account_mismatch`: another account than before */
            readonly 403: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The integration changed meanwhile */
            readonly 409: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The OAuth app is gone */
            readonly 422: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description A fault of ours or of the deployment */
            readonly 500: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                    readonly "text/html": string;
                };
            };
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            /** @description The provider refused, or is in trouble */
            readonly 502: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description Storage does not answer now */
            readonly 503: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The provider is too slow */
            readonly 504: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly finishOwnAuthorization: {
        readonly parameters: {
            readonly query?: {
                /** @description RFC 6749, 4.1.2 */
                readonly code?: components["parameters"]["code"];
                /** @description RFC 6749, 4.1.2.1 */
                readonly error?: components["parameters"]["error"];
                /** @description RFC 6749, 4.1.2.1 */
                readonly error_description?: components["parameters"]["error_description"];
                /** @description RFC 9207 */
                readonly iss?: components["parameters"]["iss"];
                /** @description As it was sent to the provider */
                readonly state?: components["parameters"]["state"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own
                 * @example custom-sandbox-oauth
                 */
                readonly id: components["parameters"]["custom_manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Connected */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description `flow_invalid`: this browser has not begun; or `access_denied` */
            readonly 400: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description `account_mismatch`: another account than before */
            readonly 403: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly 404: components["responses"]["404.not_found"];
            /** @description The integration changed meanwhile */
            readonly 409: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The OAuth app is gone */
            readonly 422: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description A fault of ours or of the deployment */
            readonly 500: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                    readonly "text/html": string;
                };
            };
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            /** @description The provider refused, or is in trouble */
            readonly 502: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description Storage does not answer now */
            readonly 503: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The provider is too slow */
            readonly 504: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-nexus-error": components["headers"]["error_code"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getOpenApi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Only where it is none of these (RFC 9110, 13.1.2) */
                readonly "If-None-Match"?: components["parameters"]["if_none_match"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OpenAPI 3.1 */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_cache"];
                    readonly etag: components["headers"]["hash"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OpenApi"];
                };
            };
            /** @description The client has it already */
            readonly 304: {
                headers: {
                    readonly "cache-control": components["headers"]["no_cache"];
                    readonly etag: components["headers"]["hash"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listUsable: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the page before */
                readonly cursor?: components["parameters"]["after_name"];
                /** @description At most this many */
                readonly limit?: components["parameters"]["usable_limit"];
            };
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UsableList"];
                };
            };
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden"];
            readonly 422: components["responses"]["proxy.422.invalid"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly proxyGet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly proxyPut: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "*/*": unknown;
            };
        };
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly proxyPost: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "*/*": unknown;
            };
        };
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly proxyDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "*/*": unknown;
            };
        };
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly proxyOptions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly proxyHead: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly proxyPatch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Another of the manifest's hosts than that of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description What goes below the API's base URL, slashes and all
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "*/*": unknown;
            };
        };
        readonly responses: {
            /** @description The provider's answer */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            readonly 400: components["responses"]["proxy.400.broken_body"];
            readonly 401: components["responses"]["proxy.401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's answer, redirects among them */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["kept_by_nobody"];
                    readonly "content-security-policy": components["headers"]["sandbox"];
                    readonly "x-request-id": components["headers"]["provider_request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
        };
    };
    readonly tick: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was done */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ticked"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly sendMcpMessage: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The version that was negotiated, or that the message names */
                readonly "MCP-Protocol-Version"?: components["parameters"]["mcp_version"];
                /** @description Comes back, and stands in the log and beside our own in the audit record, where it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["McpMessage"];
            };
        };
        readonly responses: {
            /** @description The answer, an error of the protocol too */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpAnswer"];
                };
            };
            /** @description What needs no answer */
            readonly 202: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not a message, one without an `id` to answer it by, a version that is not spoken, in 2026-07-28 any error; as a problem, `broken_body`: the body is not whole */
            readonly 400: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpFailure"];
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or proves nothing; the header says who issues them */
            readonly 401: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "www-authenticate": components["headers"]["mcp_challenge"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: the role does not do; or another origin's page sent it (`Origin`) */
            readonly 403: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpFailure"];
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such method, in 2026-07-28 */
            readonly 404: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpFailure"];
                };
            };
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
}
