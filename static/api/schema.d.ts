// Made by `npm run types` from the OpenAPI document of `openapi/`; not to be edited.

export interface paths {
    readonly "/.well-known/oauth-authorization-server": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the metadata of the authorization server
         * @description RFC 8414. Programs read it to find the endpoints below `/oauth`.
         */
        readonly get: operations["getAuthorizationServer"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/oauth-authorization-server/mcp": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the same metadata, for clients of `/mcp`
         * @description RFC 8414. Programs read it to find the endpoints below `/oauth`.
         */
        readonly get: operations["getMcpAuthorizationServer"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/oauth-protected-resource": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the issuer of this API's tokens
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
         * Get the issuer of the tokens for `/mcp`
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
    readonly "/api/agents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the workspace's agents
         * @description An agent of an outside issuer appears a moment after its first call. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listAgents"];
        readonly put?: never;
        /**
         * Register an agent
         * @description Roles: MANAGER, ADMIN.
         */
        readonly post: operations["createAgent"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agents/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Show an agent
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getAgent"];
        /**
         * Change an agent, or switch it off
         * @description A missing member stays as it is. An agent that is `disabled` is rejected from the next request on. Roles: MANAGER, ADMIN.
         */
        readonly put: operations["changeAgent"];
        readonly post?: never;
        /**
         * Delete an agent with all its keys
         * @description The agent's name stays in the records. Roles: MANAGER, ADMIN.
         */
        readonly delete: operations["deleteAgent"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agents/{id}/access": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the integrations that an agent may call, and by which rule
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getAgentAccess"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agents/{id}/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a key for an agent
         * @description The response is the only place where the key is ever shown. With `public_key`, the agent signs its own tokens (RFC 7523) with its private key, and no secret exists here. Roles: MANAGER, ADMIN.
         */
        readonly post: operations["createAgentKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agents/{id}/keys/{key_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke a key of an agent
         * @description The key is rejected from the next request on. Roles: MANAGER, ADMIN.
         */
        readonly delete: operations["deleteAgentKey"];
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
         * List the audit record, newest first
         * @description The record is a chain: each record holds the hash of the previous one. `hash` is the SHA-256 of the record without `hash` and `count`, with sorted members and no white space (RFC 8785). Role: ADMIN.
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
         * Get the head of the audit record
         * @description Keep a copy of the head elsewhere to detect later whether an earlier record was changed, or the end of the chain removed. `signed` is the last head that the tick had authenticated, with a key that only the broker has. `verify=true` compares all authenticated heads with the record. Role: ADMIN.
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
         * List the authenticated heads of the audit record, newest first
         * @description There is one head for each tick that found new records. Role: ADMIN.
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
    readonly "/api/calls": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List agents' last calls in the workspace, newest first
         * @description One record per call of an agent, without query, headers and bodies. The last 1,000 calls to an integration that were sent to the provider are kept for 7 days, and the last 200 that were not, because they were denied or limited, say. A call is listed about a second after it has ended. Of many calls a second that are not sent, some are only counted in the log. To follow, read again with `after` set to `latest`. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listCalls"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/connected-apps": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List your connected apps, newest first
         * @description An ADMIN gets the apps of everybody in the workspace. An agent has no connected apps, so it gets an empty list. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly get: operations["listConnectedApps"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/connected-apps/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * End a connected app
         * @description All its tokens are rejected from the next request on. You can end your own apps. An ADMIN can end every app of the workspace. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly delete: operations["endConnectedApp"];
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
         * Get the health of the deployment
         * @description Everyone gets the status. An ADMIN and the holder of the tick secret also get the reasons.
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
         * List the integrations, newest first unless `sort` says otherwise
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listIntegrations"];
        readonly put?: never;
        /**
         * Connect a provider
         * @description The credentials are tried at the provider, then sealed and saved. If a step fails, nothing is saved. With OAuth 2.0 the integration is saved as `pending`, and the response has the `authorization_url` for the browser that made the call. Until the provider's consent comes back, the integration is a draft: it is listed for `health=pending` only, and it is deleted when its last sign-in can no longer be finished, eleven minutes after that began. A request with the name or the slug of the caller's own draft replaces that draft, unless another person signs in to it. If the provider lists several sites or accounts for the credential, the integration is saved as `pending`, with the next action `choose`. Roles: MANAGER, ADMIN.
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
         * Get an integration
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getIntegration"];
        /**
         * Change an integration
         * @description Members that are left out stay unchanged. `params` are merged, `policy` is replaced, and `limits` replace those of the policy. New credentials are first tried at the provider. A request that changes nothing creates no new version. `choice` connects the integration to one of its choices, which the provider must still offer. The replaced credential is revoked at the provider, unless that could end a connection in use. Roles: MANAGER, ADMIN.
         */
        readonly put: operations["updateIntegration"];
        readonly post?: never;
        /**
         * Delete an integration
         * @description The response says for each token what happened to it at the provider. That includes tokens that were given up earlier: those that still wait to be revoked, and those that were kept because revoking them could have ended a connection in use, and are revoked now with the last of those connections. A token that is still kept is `superseded`, and its detail begins with `kept:`. An event of this integration reports when it is revoked, even much later. Roles: MANAGER, ADMIN.
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
         * @description The old credential works until the new one is stored. If the new account differs from the old one, it is rejected when the browser returns, unless it is accepted here. Roles: MANAGER, ADMIN.
         */
        readonly post: operations["authorizeIntegration"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}/calls": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List agents' last calls to an integration, newest first
         * @description One record per call of an agent, without query, headers and bodies. The last 1,000 calls to an integration that were sent to the provider are kept for 7 days, and the last 200 that were not, because they were denied or limited, say. A call is listed about a second after it has ended. Of many calls a second that are not sent, some are only counted in the log. To follow, read again with `after` set to `latest`. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listIntegrationCalls"];
        readonly put?: never;
        readonly post?: never;
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
         * Check the credential at the provider now
         * @description If the provider is down, the call succeeds, and the health is `failing`. Roles: MANAGER, ADMIN.
         */
        readonly post: operations["checkIntegration"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/integrations/{id}/choices": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List what an integration can be connected to
         * @description For a provider whose account may reach several sites, tenants or accounts. The provider is asked now. `PUT` with `choice` connects the integration to one of them. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listIntegrationChoices"];
        readonly put?: never;
        readonly post?: never;
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
         * List the events of an integration, newest first
         * @description Events are kept for 90 days. Use the id for a deleted integration. Roles: MANAGER, ADMIN.
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
    readonly "/api/integrations/{id}/receipts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get what became of the tokens of a deleted integration
         * @description Kept for 90 days after the deletion, and for as long as a token waits to be revoked. Each receipt is what is true now. `audit` is the record of the deletion, which was written before the provider was asked. `settled` is the record of what became of the tokens. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getReceipts"];
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
         * List agents' usage of an integration, newest first
         * @description By agent and minute, hour or day (UTC), kept for 90 days. Use the id for a deleted integration. Roles: MANAGER, ADMIN.
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
         * List the available providers
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listManifests"];
        readonly put?: never;
        /**
         * Add a manifest of the workspace's own
         * @description Members with a default can be left out. Without `api.hosts`, the host of `api.base_url` is meant. The response has the manifest as it is stored. A rejection lists every fault, each with its JSON pointer. Role: ADMIN.
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
         * Get a manifest
         * @description Roles: MANAGER, ADMIN.
         */
        readonly get: operations["getManifest"];
        /**
         * Save a new version of a manifest
         * @description New connections use the new version. Existing connections keep the version that they were made with. Role: ADMIN.
         */
        readonly put: operations["replaceManifest"];
        readonly post?: never;
        /**
         * Delete a manifest of the workspace's own
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
         * List the findings about revocations
         * @description There is a finding where a manifest says that a revocation affects one token alone, but the provider refused another connection right after a revocation that this workspace made, although it had accepted that connection right before. From then on, such a token is kept until revoking it can no longer end a connection in use. For a built-in manifest, this applies to every workspace once two workspaces have a finding. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listFindings"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Delete the findings about revocations
         * @description Trusts the manifest again, if the connections ended for another reason. Deletes only this workspace's findings. Role: ADMIN.
         */
        readonly delete: operations["clearFindings"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/manifests/draft": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Draft a manifest for an MCP server
         * @description Reads what the server says of its authorization (RFC 9728, RFC 8414). Nothing is saved: read the draft, and send it to `POST /api/manifests`. An authorization server of another domain must be confirmed: the problem at `/authorization_server` names it. Role: ADMIN.
         */
        readonly post: operations["draftManifest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/me": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the caller, and what the caller may do */
        readonly get: operations["getMe"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/me/passkeys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List your passkeys, oldest first
         * @description Roles: AGENT, MANAGER, ADMIN. Only for a person who is signed in in the browser.
         */
        readonly get: operations["listPasskeys"];
        readonly put?: never;
        /**
         * Add a passkey
         * @description `credential` is the browser's JSON of the new credential. Roles: AGENT, MANAGER, ADMIN. Only for a person who is signed in in the browser.
         */
        readonly post: operations["addPasskey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/me/passkeys/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Rename a passkey
         * @description Roles: AGENT, MANAGER, ADMIN. Only for a person who is signed in in the browser.
         */
        readonly put: operations["renamePasskey"];
        readonly post?: never;
        /**
         * Remove a passkey
         * @description It counts from the next sign-in on; sessions stay. The last passkey stays, unless the identity provider signs you in as well. Roles: AGENT, MANAGER, ADMIN. Only for a person who is signed in in the browser.
         */
        readonly delete: operations["deletePasskey"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/me/passkeys/options": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Begin to add a passkey
         * @description The response sets a cookie from which the challenge follows. Both are valid once, for five minutes, and for this browser. Roles: AGENT, MANAGER, ADMIN. Only for a person who is signed in in the browser.
         */
        readonly post: operations["getPasskeyOptions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get metrics for Prometheus
         * @description Role: ADMIN. The holder of the tick secret gets the metrics of the deployment. An ADMIN gets those of the workspace: its integrations by provider and health, its tokens that wait to be revoked, and its emergency stops.
         */
        readonly get: operations["getMetrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
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
         * List the workspace's OAuth apps
         * @description The secrets are not returned. Role: ADMIN.
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
         * Save the OAuth app for a manifest
         * @description The secret is stored and never returned. Register `redirect_uri` at the provider. A provider with a `registration_url` needs no app: it is registered with the first connection. Role: ADMIN.
         */
        readonly put: operations["saveOauthClient"];
        readonly post?: never;
        /**
         * Delete the OAuth app for a manifest
         * @description Connections that were made with the app can no longer be refreshed. Role: ADMIN.
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
         * Return from a provider
         * @description For the browser that began the flow, which has the cookie. The page notifies the window that opened it. `state` can be used once. Any other parameter is the provider's own.
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
         * Return from a provider of the workspace's own manifest
         * @description For the browser that began the flow, which has the cookie. The page notifies the window that opened it. `state` can be used once. Any other parameter is the provider's own.
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
    readonly "/api/oauth/callback/{id}/client.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Describe the application as an OAuth client
         * @description The URL of this document is the client id at providers that take one (OAuth Client ID Metadata Document). It needs no token, and is the same for every workspace.
         */
        readonly get: operations["getOwnClientMetadata"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/oauth/callback/client.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Describe the application as an OAuth client
         * @description The URL of this document is the client id at providers that take one (OAuth Client ID Metadata Document). It needs no token, and is the same for every workspace.
         */
        readonly get: operations["getClientMetadata"];
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
        /** Get this document */
        readonly get: operations["getOpenApi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/panic": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the emergency stops
         * @description Role: ADMIN.
         */
        readonly get: operations["listStops"];
        readonly put?: never;
        /**
         * Stop an agent, a person, an integration, a provider or the workspace at once
         * @description From the response on, nothing in scope is used or signed in, on any instance. Open streams end within seconds. Role: ADMIN.
         */
        readonly post: operations["stop"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/panic/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Lift an emergency stop
         * @description Role: ADMIN.
         */
        readonly delete: operations["liftStop"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/panic/preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Count what an emergency stop would cover
         * @description Role: ADMIN.
         */
        readonly get: operations["previewStop"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/people": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the people of the workspace
         * @description Role: ADMIN.
         */
        readonly get: operations["listPeople"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/people/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Change a person's role, or switch a person off
         * @description Only an identity provider can give a person the role AGENT. A role that comes from an identity provider is changed there. Role: ADMIN.
         */
        readonly put: operations["changePerson"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/people/{id}/passkeys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Remove all passkeys of a person, and end all sessions
         * @description For a person who has lost a device. Role: ADMIN.
         */
        readonly delete: operations["deletePasskeysOfPerson"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/people/{id}/sessions/end": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * End all sessions of a person
         * @description Role: ADMIN.
         */
        readonly post: operations["endSessionsOfPerson"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/people/invitations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the open invitations
         * @description Role: ADMIN.
         */
        readonly get: operations["listInvitations"];
        readonly put?: never;
        /**
         * Invite a person, or let a person sign in again
         * @description The response is the only place where the link is ever shown. It is valid once, for 7 days. With `person_id`, exactly that person signs in by it, for example after losing every passkey. That person must be active and must not sign in at an identity provider. A new link replaces the person's earlier one. Role: ADMIN.
         */
        readonly post: operations["invitePerson"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/people/invitations/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Delete an open invitation
         * @description Role: ADMIN.
         */
        readonly delete: operations["deleteInvitation"];
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
         * List the integrations that the caller may use
         * @description The connected, active integrations whose policy allows the caller, sorted by name. Roles: AGENT, MANAGER, ADMIN.
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
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly get: operations["proxyGet"];
        /**
         * Call the provider's API
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly put: operations["proxyPut"];
        /**
         * Call the provider's API
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly post: operations["proxyPost"];
        /**
         * Call the provider's API
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly delete: operations["proxyDelete"];
        /**
         * Call the provider's API
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly options: operations["proxyOptions"];
        /**
         * Call the provider's API
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly head: operations["proxyHead"];
        /**
         * Call the provider's API
         * @description The path is appended to the API's base URL unchanged, including slashes, and may be empty. The query is passed on unchanged, too. The integration's credential is added, and the caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or where the provider's own key would be. Methods that are not listed here are passed on too, except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other is the provider's, which may have the same status. A response that breaks off within its first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 `provider_error`. If a response breaks off later, the connection ends with an error, so that it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC does not work. WebSockets are rejected with 501. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly patch: operations["proxyPatch"];
        readonly trace?: never;
    };
    readonly "/api/sessions/end": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** End the caller's session, or all sessions of the caller */
        readonly post: operations["endSession"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
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
         * Do a limited amount of the work that is due
         * @description Call it from a timer. Ticks may run concurrently.
         */
        readonly post: operations["tick"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/usage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the usage of the workspace, newest first
         * @description By hour or day (UTC), for the last 30 days unless `from` says otherwise. Usage is kept for 90 days. Roles: MANAGER, ADMIN.
         */
        readonly get: operations["listUsage"];
        readonly put?: never;
        readonly post?: never;
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
         * Send a message of the Model Context Protocol, over Streamable HTTP
         * @description Without sessions and streams: one message, one response. The supported versions are 2026-07-28, in which headers repeat members of the message, 2025-11-25, 2025-06-18, 2025-03-26 and 2024-11-05. With the last two, and without a version, up to 50 messages may be sent as a list. Before 2026-07-28 an error that responds to a request has the status 200. `/mcp/` is the same endpoint. The tools are `list_integrations`, `describe_integration` and `call_api`, which makes a call of `/api/proxy`. At most 1 MiB, with any media type. Roles: AGENT, MANAGER, ADMIN.
         */
        readonly post: operations["sendMcpMessage"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/invitation": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accept an invitation, and sign in
         * @description `name` is for a new person only. Only for pages of the application: the request must be same-origin.
         */
        readonly post: operations["acceptInvitation"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/invitation/show": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Show the workspace, the person and the role of an invitation
         * @description Only for pages of the application: the request must be same-origin.
         */
        readonly post: operations["showInvitation"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/link": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Sign in by a link from the machine
         * @description Only for pages of the application: the request must be same-origin.
         */
        readonly post: operations["signInByLink"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/oidc": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Begin a sign-in at the identity provider
         * @description The response sets the cookie that the browser needs to come back. Only for pages of the application: the request must be same-origin.
         */
        readonly post: operations["beginOidc"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/oidc/callback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Return from the identity provider
         * @description For the browser that began the sign-in, which has the cookie. `state` can be used once. A successful sign-in sets the session cookie and continues at `/`, or at the `return_to` with which it began.
         */
        readonly get: operations["finishOidc"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/options": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show how people can sign in */
        readonly get: operations["getSignInOptions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/passkey": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Sign in by a passkey
         * @description `credential` is the browser's JSON of the credential. Only for pages of the application: the request must be same-origin.
         */
        readonly post: operations["signInByPasskey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sign-in/passkey/options": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Begin to sign in by a passkey
         * @description The response sets a cookie from which the challenge follows. Both are valid once, for five minutes, and for this browser. Only for pages of the application: the request must be same-origin.
         */
        readonly post: operations["getSignInPasskeyOptions"];
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
        readonly Agent: {
            readonly created_at: components["schemas"]["Time"];
            readonly created_by: string;
            readonly description: string;
            readonly id: components["schemas"]["AgentId"];
            /** @description The outside issuer of its tokens */
            readonly issuer: string | null;
            readonly keys: readonly components["schemas"]["AgentKey"][];
            /** @enum {string} */
            readonly kind: "registered" | "connected_app" | "outside";
            readonly last_used_at: components["schemas"]["Time"] | null;
            /** @description The network address of the client of the last use, at most ten seconds old: IPv4, or the first 64 bits of an IPv6 address */
            readonly last_used_from: string | null;
            readonly name: string;
            /** @description The person who answers for the agent */
            readonly owner: string | null;
            /** @enum {string} */
            readonly status: "active" | "disabled";
            /** @description The subject of its tokens */
            readonly subject: string | null;
        };
        readonly AgentAccess: {
            readonly items: readonly {
                /** @description The entry that admits the agent */
                readonly by: string | null;
                readonly id: components["schemas"]["IntegrationId"];
                readonly manifest_id: string;
                /** @description Whether `policy.agents` admits the agent */
                readonly may: boolean;
                readonly name: string;
                readonly rules: readonly {
                    readonly by: string;
                    readonly rule: components["schemas"]["Rule"];
                }[];
                readonly slug: string;
            }[];
        };
        readonly AgentChange: {
            readonly description?: string;
            /** @description Unique in the workspace; names are compared without regard to case and white space */
            readonly name?: string;
            readonly owner?: string;
            /** @enum {string} */
            readonly status?: "active" | "disabled";
        };
        readonly AgentId: string;
        readonly AgentInput: {
            readonly description?: string;
            /** @description Unique in the workspace; names are compared without regard to case and white space */
            readonly name: string;
            readonly owner?: string | null;
        };
        readonly AgentKey: {
            readonly created_at: components["schemas"]["Time"];
            readonly created_by: string;
            readonly expires_at: components["schemas"]["Time"] | null;
            readonly id: string;
            /** @enum {string} */
            readonly kind: "secret" | "public_key";
            readonly name: string;
        };
        readonly AgentKeyCreated: {
            readonly id: string;
            /** @description The key. It is never shown again. Missing for a public key */
            readonly key?: string;
        };
        readonly AgentKeyInput: {
            /** @description Seconds; 90 days by default, and without a limit for a public key */
            readonly expires_in?: number | null;
            readonly name?: string;
            /** @description A public JWK: P-256 for ES256, or Ed25519 for EdDSA */
            readonly public_key?: Record<string, never> | null;
        };
        readonly AgentPage: {
            readonly items: readonly components["schemas"]["Agent"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
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
            /** @description The client's `X-Request-Id`, if it sent one */
            readonly client_request_id?: string;
            /** @description For a denied attempt: how often it happened in its minute */
            readonly count: number;
            /** @description Facts, by action */
            readonly detail: Record<string, never>;
            readonly hash: string;
            /** @enum {string} */
            readonly outcome: "done" | "denied";
            readonly prev: string;
            /** @description The application's own id; for denied attempts, that of the first one */
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
            /** @description HMAC-SHA256 with a key that only the broker has */
            readonly mac: string;
        };
        readonly Authorization: {
            /** Format: uri */
            readonly authorization_url: string;
        };
        readonly AuthorizationServer: {
            /** Format: uri */
            readonly authorization_endpoint: string;
            /** @constant */
            readonly authorization_response_iss_parameter_supported: true;
            /** @constant */
            readonly client_id_metadata_document_supported: true;
            /** @constant */
            readonly code_challenge_methods_supported: [
                "S256"
            ];
            readonly grant_types_supported: readonly string[];
            /** Format: uri */
            readonly issuer: string;
            readonly protected_resources: readonly string[];
            /** Format: uri */
            readonly registration_endpoint: string;
            readonly response_modes_supported: readonly string[];
            readonly response_types_supported: readonly string[];
            /** Format: uri */
            readonly revocation_endpoint: string;
            readonly revocation_endpoint_auth_methods_supported: readonly string[];
            readonly scopes_supported: readonly string[];
            /** Format: uri */
            readonly token_endpoint: string;
            readonly token_endpoint_auth_methods_supported: readonly string[];
        };
        readonly AuthorizeInput: {
            /** @default false */
            readonly accept_account_change: boolean;
            readonly scopes?: readonly string[];
        };
        readonly Call: {
            /** @description The subject of the agent's token */
            readonly agent: string;
            /**
             * Format: date-time
             * @description When it arrived
             */
            readonly at: string;
            readonly bytes: number;
            /** @description The code of the problem, if the response was not the provider's */
            readonly code: string | null;
            /** @description The host, if it is not that of the provider's base URL */
            readonly host: string | null;
            /** @description The position of the call */
            readonly id: string;
            readonly integration_id: string;
            readonly method: string;
            readonly ms: number;
            /**
             * @description `succeeded`; `client_error` and `server_error` of the provider; `timeout` and `unreachable`; `denied` by a policy, the manifest or a stop; `limited`; `unusable` until a person has done something; `invalid`; `failed` in this application
             * @enum {string}
             */
            readonly outcome: "succeeded" | "client_error" | "server_error" | "timeout" | "unreachable" | "denied" | "limited" | "unusable" | "invalid" | "failed";
            /** @description The path below the base URL, without a query, at most 1024 bytes of it. The template, if the call was rejected before its target was known */
            readonly path: string;
            /** @description Whether it waited for a new token */
            readonly refreshed: boolean;
            /** @description Whether it was sent again with a new token, after the provider's 401 */
            readonly replayed: boolean;
            /** @description Our id of the request, as events and audit records have it */
            readonly request_id: string;
            /** @description The rule that decided: `policy.rules[0] denies DELETE /v1/**` */
            readonly rule: string | null;
            /** @description The status that the agent got */
            readonly status: number;
            /** @description The path with its ids folded: `/v1/customers/{id}` */
            readonly template: string;
        };
        readonly CallPage: {
            readonly items: readonly components["schemas"]["Call"][];
            /** @description The position of the newest call, whatever the filters select. `after` it, a later request finds the calls that came since */
            readonly latest: string;
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly Choices: {
            readonly items: readonly {
                /** @description Whether the integration is connected to it */
                readonly chosen: boolean;
                /** @description The name that people know it by */
                readonly label: string;
                /** @description What `choice` names */
                readonly value: string;
            }[];
            /** @description What is chosen, such as `Site` */
            readonly label: string;
        };
        readonly ClientDocument: {
            /** Format: uri */
            readonly client_id: string;
            readonly client_name: string;
            /** Format: uri */
            readonly client_uri: string;
            readonly grant_types: readonly string[];
            readonly redirect_uris: readonly string[];
            readonly response_types: readonly string[];
            /** @constant */
            readonly token_endpoint_auth_method: "none";
        };
        readonly ConnectedApp: {
            /** @description The id of a registration, or the URL of the app's metadata document */
            readonly client_id: string;
            readonly created_at: components["schemas"]["Time"];
            readonly expires_at: components["schemas"]["Time"];
            readonly id: components["schemas"]["AgentId"];
            /** @description The integrations that the person chose; null: all */
            readonly integrations: readonly components["schemas"]["IntegrationId"][] | null;
            readonly last_used_at: components["schemas"]["Time"] | null;
            /** @description The name that the app gave itself, with its person's */
            readonly name: string;
            readonly person: {
                readonly id: string;
                readonly name: string;
            };
            readonly read_only: boolean;
            /** @enum {string} */
            readonly status: "active" | "disabled";
        };
        readonly ConnectedAppPage: {
            readonly items: readonly components["schemas"]["ConnectedApp"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly Deleted: {
            readonly id: components["schemas"]["IntegrationId"];
            readonly revocation: readonly components["schemas"]["Receipt"][];
        };
        readonly DeletedIntegration: {
            readonly account: string | null;
            readonly audit: {
                readonly hash: string;
                readonly seq: number;
            };
            readonly deleted_at: components["schemas"]["Time"];
            /** @description The subject of a token */
            readonly deleted_by: string;
            readonly id: components["schemas"]["IntegrationId"];
            readonly manifest_id: string;
            readonly name: string;
            readonly revocation: readonly components["schemas"]["Receipt"][];
            readonly settled: {
                readonly at: components["schemas"]["Time"];
                readonly hash: string;
                readonly seq: number;
            } | null;
            readonly slug: string | null;
        };
        readonly DeletedIntegrationPage: {
            readonly items: readonly components["schemas"]["DeletedIntegration"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly DraftInput: {
            /** @description The authorization server that the server names, to confirm it. Required if it belongs to another domain than the server */
            readonly authorization_server?: string;
            /**
             * Format: uri
             * @description The https address of an MCP server
             */
            readonly url: string;
        };
        readonly Event: {
            /** @description The subject of a token, or `tick` */
            readonly actor: string;
            readonly at: components["schemas"]["Time"];
            /** @description Facts; their form depends on the kind */
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
                /** @description The client id of the OAuth app */
                readonly client_id: string | null;
                /** @description What the provider said about the other connection */
                readonly detail: string;
                /** @description The integration whose token was revoked; it may be deleted */
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
            /** @description Up to this record number, the hashes equal the signed ones. Only an export shows that each record matches its hash */
            readonly up_to: number;
        };
        readonly Health: {
            readonly failures?: readonly string[];
            /** @description The ids of the encryption keys; the first one seals */
            readonly keys?: readonly string[];
            /**
             * Format: date-time
             * @description When the last tick was completed
             */
            readonly last_tick?: string | null;
            readonly problems?: readonly {
                readonly rule: string;
                readonly variable: string;
            }[];
            /** @description The version of the database schema */
            readonly schema?: number | null;
            /** @enum {string} */
            readonly status: "ok";
        };
        readonly Ill: {
            readonly failures?: readonly string[];
            /** @description The ids of the encryption keys; the first one seals */
            readonly keys?: readonly string[];
            /**
             * Format: date-time
             * @description When the last tick was completed
             */
            readonly last_tick?: string | null;
            readonly problems?: readonly {
                readonly rule: string;
                readonly variable: string;
            }[];
            /** @description The version of the database schema */
            readonly schema?: number | null;
            /** @enum {string} */
            readonly status: "misconfigured" | "failing";
        };
        readonly Integration: {
            /** @description The credential's account, as the provider reports it */
            readonly account: {
                readonly id: string | null;
                readonly label: string | null;
            } | null;
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            readonly created_at: components["schemas"]["Time"];
            /** @description The subject of a token */
            readonly created_by: string;
            /** @description What may be shown of the credential; the hint is the last four characters of a long secret */
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
            /** @description Can be used in place of the id; does not change with the name */
            readonly slug: string;
            readonly status: components["schemas"]["Status"];
            readonly updated_at: components["schemas"]["Time"];
            /** @description Counts admins' changes */
            readonly version: number;
        };
        readonly IntegrationCounts: {
            /** @description Those that need a person: `failing`, `reauthorize`, and those that wait for a choice */
            readonly attention: number;
            readonly by_health: {
                readonly failing: number;
                readonly healthy: number;
                readonly pending: number;
                readonly reauthorize: number;
                readonly unknown: number;
            };
            /** @description By the id of the manifest. A manifest without integrations is not a member */
            readonly by_manifest: {
                readonly [key: string]: number;
            };
            readonly by_status: {
                readonly active: number;
                readonly inactive: number;
            };
            readonly total: number;
        };
        readonly IntegrationCreated: {
            /** @description The credential's account, as the provider reports it */
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
            /** @description What may be shown of the credential; the hint is the last four characters of a long secret */
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
            /** @description Can be used in place of the id; does not change with the name */
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
            readonly next_action: "reconnect" | "replace_key" | "retry" | "choose" | null;
            /**
             * @description The state of the connection at the provider. `pending`: the sign-in was not finished, or, if there is a credential, a person has still to choose what it is connected to
             * @enum {string}
             */
            readonly state: "pending" | "unknown" | "healthy" | "failing" | "reauthorize";
        };
        readonly IntegrationId: string;
        readonly IntegrationInput: {
            /** @description All of the manifest's credential fields, by name */
            readonly credentials?: {
                readonly [key: string]: string;
            };
            /** @description In place of `policy.limits`, where they are stored and shown. The rest of the policy stays */
            readonly limits?: {
                readonly calls_per_minute: number;
            };
            readonly manifest_id: string;
            /** @description Unique in the workspace; names are compared without regard to case and white space */
            readonly name: string;
            /** @description The manifest's parameters, by name. Only an ADMIN enters the host of a provider that customers run themselves */
            readonly params?: {
                readonly [key: string]: string;
            };
            readonly policy?: components["schemas"]["PolicyInput"];
            /**
             * @description Rules by one word, in place of `policy.rules`. `read_only` allows requests that only read: GET, HEAD and OPTIONS, and the requests that the manifest lists under `api.reads`. If the manifest has `api.get_may_write`, GET and HEAD are allowed on the listed paths only. `no_deletes` denies DELETE. `all` has no rules. The integration stores the rules, not the word
             * @enum {string}
             */
            readonly preset?: "read_only" | "no_deletes" | "all";
            /** @description Only for OAuth 2.0, where nobody enters credentials */
            readonly scopes?: readonly string[];
            /** @description Stands for the id in paths, and never changes. If it is missing, it is made from the name */
            readonly slug?: string;
            /**
             * @description Whether the credentials are tried at the provider before they are saved
             * @default true
             */
            readonly verify: boolean;
        };
        readonly IntegrationOrDeletedPage: components["schemas"]["IntegrationPage"] | components["schemas"]["DeletedIntegrationPage"];
        readonly IntegrationPage: {
            readonly counts?: components["schemas"]["IntegrationCounts"];
            readonly items: readonly components["schemas"]["Integration"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly IntegrationPatch: {
            /** @description The `value` of one of the integration's choices. Sent without `credentials` and `params` */
            readonly choice?: string;
            /** @description All of the manifest's credential fields, by name */
            readonly credentials?: {
                readonly [key: string]: string;
            };
            /** @description In place of `policy.limits`, where they are stored and shown. The rest of the policy stays */
            readonly limits?: {
                readonly calls_per_minute: number;
            };
            /** @description Unique in the workspace; names are compared without regard to case and white space */
            readonly name?: string;
            /** @description The manifest's parameters, by name. Only an ADMIN enters the host of a provider that customers run themselves */
            readonly params?: {
                readonly [key: string]: string;
            };
            readonly policy?: components["schemas"]["PolicyInput"];
            readonly status?: components["schemas"]["Status"];
        };
        readonly InvitationAnswer: {
            readonly invitation: string;
            readonly name?: string | null;
        };
        readonly InvitationCreated: {
            readonly expires_at: components["schemas"]["Time"];
            readonly id: string;
            /**
             * Format: uri
             * @description The link. It is never shown again
             */
            readonly url: string;
        };
        readonly InvitationInput: {
            /** Format: email */
            readonly email?: string;
            readonly name?: string;
            /** @enum {string} */
            readonly role: "ADMIN" | "MANAGER";
        } | {
            /** @description The person who signs in again with the link, and keeps role, name and status */
            readonly person_id: string;
        };
        readonly InvitationList: {
            readonly items: readonly {
                readonly created_by: string;
                readonly email: string | null;
                readonly expires_at: components["schemas"]["Time"];
                readonly id: string;
                readonly name: string | null;
                /** @description The person who signs in again; `null` for a new person */
                readonly person_id: string | null;
                /** @enum {string} */
                readonly role: "ADMIN" | "MANAGER";
            }[];
        };
        readonly InvitationSecret: {
            readonly invitation: string;
        };
        readonly InvitationShown: {
            readonly email: string | null;
            readonly name: string | null;
            /** @description The person who signs in again; `null` for a new person */
            readonly person_id: string | null;
            /** @enum {string} */
            readonly role: "ADMIN" | "MANAGER";
            readonly workspace: string;
        };
        readonly LinkInput: {
            readonly link: string;
        };
        /** @description One provider, and one way to authenticate to it.  Members that a workspace's own manifest may leave out have a default. A built-in manifest must have them all; [`crate::lint::check`] enforces this. */
        readonly Manifest: {
            /** @description The part of the provider's API that agents may reach. */
            readonly api: components["schemas"]["ManifestApi"];
            /** @description How a caller authenticates to the provider. */
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            /**
             * @description How the catalogue shows the provider.
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
             * @description The fields of the credential that the admin enters. Empty for `oauth2`.
             * @default []
             */
            readonly credentials: readonly components["schemas"]["ManifestCredentialField"][];
            /**
             * @description One sentence that says what an agent can do with the provider.
             * @default
             */
            readonly description: string;
            /** @description The provider's API documentation, for people. */
            readonly docs_url?: string;
            /** @description When and why this way to connect ends, if the provider has announced that. */
            readonly ends?: components["schemas"]["ManifestEnds"] | null;
            /**
             * @description The group of one vendor's manifests (`google-calendar` and `google-drive` are in `google`).
             * @default
             */
            readonly family: string;
            /** @description The call that finds parameters with a new credential, such as the sites that it may reach. */
            readonly find?: components["schemas"]["ManifestFind"] | null;
            /** @description The manifest's id. Built-in: `[a-z0-9-]{1,64}`, not starting with `custom-`. A workspace's own: `custom-[a-z0-9-]{1,57}`. */
            readonly id: string;
            /** @description Where the credential is placed in each request. */
            readonly inject: readonly components["schemas"]["ManifestInject"][];
            /** @description Present exactly for the method `login`. */
            readonly login?: components["schemas"]["ManifestLogin"] | null;
            /**
             * @description The name that people use: `Slack`, `Stripe`.
             * @default
             */
            readonly name: string;
            /** @description Present exactly for the two OAuth methods. */
            readonly oauth2?: components["schemas"]["ManifestOAuth2"] | null;
            /**
             * @description Values that are not secret and differ per connection, such as a subdomain.
             * @default []
             */
            readonly params: readonly components["schemas"]["ManifestParam"][];
            /** @description How a credential is revoked at the provider. */
            readonly revoke: components["schemas"]["ManifestRevoke"];
            /**
             * @description The pages of the provider's own documentation that are the source of these facts. In a built-in manifest, each is below the day on which it was read.
             * @default []
             */
            readonly sources: readonly components["schemas"]["ManifestSource"][];
            /** @description The call that tells whether a credential is live. */
            readonly verify: components["schemas"]["ManifestVerify"];
        };
        /** @description The account of a credential: JSON pointers (RFC 6901) into the response of `verify`. */
        readonly ManifestAccount: {
            /** @description The provider's identifier for the account: stable, a string or a number. */
            readonly id: string;
            /** @description The name that people use for the account. */
            readonly label?: string | null;
            /** @description The parameter whose value identifies the account, for providers where the value at `id` is the same for several accounts. The value at `id` must still be present. The parameter must be one that the OAuth flow supplies (`from`). */
            readonly param?: string | null;
        };
        /** @description The part of the provider's API that agents may reach with the credential. */
        readonly ManifestApi: {
            /** @description A template: the URL that an agent's path is appended to, without a trailing `/`, query or fragment. */
            readonly base_url: string;
            /** @description The content types that agents may send: `application/json`, or all of one kind, `image/*`. Every type if the list is empty. For a provider that reads from a form what `deny_query` denies in the query. */
            readonly body_types?: readonly string[];
            /**
             * @description Calls that create credentials or end sessions.
             * @default []
             */
            readonly deny: readonly components["schemas"]["ManifestDenyRule"][];
            /** @description Members of request bodies with which a call does what `deny` must not allow: one that selects another method (`cmd`), or that sends results elsewhere (`webhook`). */
            readonly deny_body?: readonly components["schemas"]["ManifestDenyBody"][];
            /** @description A note to the admin who connects the provider: calls of this kind that `deny` cannot name, such as GraphQL calls that share one path, or that no such call exists. */
            readonly deny_gap?: string | null;
            /** @description Query parameters with which a call does what `deny` must not allow: one that selects another route (`rest_route`), or that adds secrets to a response (`decrypt`). */
            readonly deny_query?: readonly components["schemas"]["ManifestDenyQuery"][];
            /**
             * Format: uint16
             * @description How long an agent's call waits for the first byte of the response after the request was sent completely, in seconds: 1 to 600, default 120. Set it only for a provider that documents a longer computation before its response.
             */
            readonly first_byte_seconds?: number | null;
            /** @description Whether the provider documents that calls which write can be made with GET. Then the preset `read_only` allows GET and HEAD on the paths of `reads` only. */
            readonly get_may_write?: boolean;
            /** @description Headers that are sent with a call unless the caller sets them, such as a required API version. They are not templates, and an injected header must not be among them. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /**
             * @description Templates of `host` or `host:port`, reached with the scheme of `base_url`. The port is written only where it is not the scheme's default. The list contains the host of `base_url`. A workspace's own manifest may leave it out if that is the only host.
             * @default []
             */
            readonly hosts: readonly string[];
            /** @description Where a request may name a method that overrides its own. The named method is checked against policies and `deny` like the request's method. An override in any other place is not sent, or is rejected. */
            readonly method_override?: components["schemas"]["ManifestMethodOverride"] | null;
            /** @description Whether the provider documents that files can be downloaded in parts. If `true`, one `Range` of 256 KiB or more is passed on, and the part of a secret at the ends of a range is masked. Otherwise `Range` and `If-Range` are removed, and the provider answers with the whole file. */
            readonly ranges?: boolean;
            /** @description Calls that only read although their method is not GET. The preset `read_only` allows them beside GET, HEAD and OPTIONS. */
            readonly reads?: readonly components["schemas"]["ManifestReadCall"][];
            /** @description Whether links to this API in a response (`Location`, `Link`, URLs in JSON) are rewritten to addresses of the proxy, so that a client that follows them stays there. Set `false` where such a URL is sent back to the provider as an identifier. */
            readonly rewrite_links?: boolean;
        };
        /** @description A JWT (RFC 7519) that proves that the caller has the private key (RFC 7523). The application sets `iat`, one minute before the present because of clocks that differ, and `exp`. */
        readonly ManifestAssertion: {
            /** @description The algorithm of the signature. */
            readonly algorithm: components["schemas"]["ManifestSigningAlgorithm"];
            /** @description The claims besides `iat` and `exp`. Templates: parameters, credential fields that are not secret, and `key_sha256`, the base64 of the SHA-256 of the public key (its `SubjectPublicKeyInfo` in DER). The audience (`aud`) is fixed by the manifest: it has no template, or is the URL of `request`. */
            readonly claims: {
                readonly [key: string]: string;
            };
            /** @description The name of the secret field that holds the private key in PEM: PKCS#8, or PKCS#1 (`BEGIN RSA PRIVATE KEY`), without a passphrase. No template may name this field. */
            readonly key: string;
            /** @description A template: the `kid` of the header, where the provider requires one. */
            readonly key_id?: string | null;
            /**
             * Format: uint16
             * @description The time between `iat` and `exp` in seconds: 120 to 3600.
             */
            readonly lifetime_seconds: number;
        };
        /** @description How a caller authenticates to the provider. */
        readonly ManifestAuthMethod: "api_key" | "basic" | "oauth2" | "oauth2_client_credentials" | "login";
        /** @description A status, and a value in the body. */
        readonly ManifestBodySign: {
            /** @description The value at `pointer`: a string, a number or a boolean. */
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
            /**
             * @description `#RRGGBB`.
             * @default
             */
            readonly color: string;
            /**
             * @description The name of one of the UI's icons, `[a-z0-9-]{1,64}`. For an unknown name, the UI shows the provider's initial.
             * @default
             */
            readonly icon: string;
        };
        /** @description How a client authenticates (RFC 6749 section 2.3.1). */
        readonly ManifestClientAuth: "post" | "basic" | "none";
        /** @description One field of the form in which an admin enters a credential. */
        readonly ManifestCredentialField: {
            /** @description Shown in the empty field; never a real credential. It does not need to match `pattern`. */
            readonly example?: string | null;
            /** @description The format of the value, which decides how the form shows it. */
            readonly format?: components["schemas"]["ManifestFieldFormat"];
            /** @description The provider's page where such a credential is created. */
            readonly help_url?: string | null;
            /** @description The label in the form. */
            readonly label: string;
            /** @description The members of a file of the format `json` that are stored. The rest of the file is neither stored nor used. */
            readonly members?: readonly components["schemas"]["ManifestFileMember"][];
            /** @description The name in templates: `[a-z][a-z0-9_]{0,63}`. */
            readonly name: string;
            /** @description A regular expression for the whole value (`\A(?:…)\z`). It catches paste errors, and must not be stricter than the provider's documentation. */
            readonly pattern?: string | null;
            /** @description Whether the form hides the value. A hint of a secret value is stored. */
            readonly secret: boolean;
        };
        /** @description A member of a request's body that agents may not send: a member of a JSON object, or a parameter of a form. No rule of a policy lifts this, because policies do not see bodies. Members within members are not looked at. Where such a rule holds, agents may send JSON and forms of at most 64 KiB, and nothing else: a body that cannot be read is denied. So do not use it for calls that take files or large bodies. */
        readonly ManifestDenyBody: {
            /** @description The methods of `DenyRule`. Every method if it is missing. */
            readonly method?: string;
            /** @description The member's name, as the provider documents it. It is found in every spelling in which `deny_query` finds a name. */
            readonly name: string;
            /** @description The paths of `DenyRule`. Every path if it is missing. */
            readonly path?: string;
            /** @description The reason, which the agent receives. */
            readonly why: string;
        };
        /** @description A query parameter that agents may not send. No rule of a policy lifts this, because policies do not see queries. The parameter is found in every spelling that a server may accept: encoded up to three times, repeated, as a list (`name[]`), in another case, after `;`, or behind an encoded `?` in the path. Bodies are not looked at: if a provider reads the same parameter from bodies, `deny_body` must have it too, or `body_types` must not list forms, and `deny_gap` must say what is left. */
        readonly ManifestDenyQuery: {
            /** @description The methods of `DenyRule`. Every method if it is missing. */
            readonly method?: string;
            /** @description The parameter's name, as the provider documents it. */
            readonly name: string;
            /** @description The paths of `DenyRule`. Every path if it is missing. */
            readonly path?: string;
            /** @description The values that are denied, compared case-insensitively with the whole value and with each item of a list that is separated by commas. Every value if the list is empty. */
            readonly values?: readonly string[];
            /** @description The reason, which the agent receives. */
            readonly why: string;
        };
        /** @description A call that agents may not make unless a policy rule names exactly its path. The rule applies to every one of `hosts`. ASCII letters are compared case-insensitively, because some providers route that way. */
        readonly ManifestDenyRule: {
            /** @description GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, or `*` for all of them. */
            readonly method: string;
            /** @description The path below `base_url`, or on another host below its root. It starts with `/`; `*` is one segment, and `**` is the rest. */
            readonly path: string;
            /** @description The reason, which the agent receives. */
            readonly why: string;
        };
        /** @description A manifest as `POST /api/manifests` takes it. It may break rules, which that call reports */
        readonly ManifestDraft: Record<string, never>;
        /** @description The announced end of a way to connect. */
        readonly ManifestEnds: {
            /** @description The last day on which it works, `YYYY-MM-DD`. */
            readonly on: string;
            /** @description The provider's page that says so. */
            readonly source: string;
            /** @description The way to connect that ends, and its replacement. */
            readonly why: string;
        };
        /** @description The format of the value of a credential field. */
        readonly ManifestFieldFormat: "text" | "pem" | "json";
        /** @description A member of a JSON file that is stored as a field of the credential. */
        readonly ManifestFileMember: {
            /** @description The name in templates: `[a-z][a-z0-9_]{0,63}`. */
            readonly name: string;
            /** @description A regular expression for the whole value (`\A(?:…)\z`). It catches a file of another kind. */
            readonly pattern?: string | null;
            /** @description A JSON pointer (RFC 6901) into the file, to a string. */
            readonly pointer: string;
            /** @description Whether the value is secret. */
            readonly secret: boolean;
        };
        /** @description A GET request with the new credential, whose response lists what a connection can be made to: sites, tenants, accounts. Of one entry, the parameters are read at once. Of several, a person chooses one before the connection can be used. A parameter reads its value from the entry with `"from": {"found": "/id"}`. */
        readonly ManifestFind: {
            /** @description A JSON pointer into an entry, to the name that people know it by. */
            readonly label?: string | null;
            /** @description A JSON pointer (RFC 6901) to the list of entries, or to the only entry. Empty for the whole response. */
            readonly list?: string;
            /** @description Which entries are offered. Absent for all of them. */
            readonly only?: components["schemas"]["ManifestOnly"] | null;
            /** @description A template of entered parameters. Its host gets the credential anyway: it is one of `api.hosts`, the host of `verify`, or that of `oauth2.token_url`. The request has the headers of `api.headers` and the credential. An entry of `inject` that names a parameter from this call is left out. */
            readonly url: string;
        };
        /** @description The provider's names for parameters of the flow, by the names of RFC 6749 and RFC 7636. A parameter whose name is null is not sent. The names in the token response are pointers in `token_response`. */
        readonly ManifestFlowNames: {
            /** @description The authorization request: `client_id`, `redirect_uri`, `response_type` and `scope`. `response_type` may be null. */
            readonly authorize?: {
                readonly [key: string]: string | null;
            };
            /** @description The query parameter of the callback that has the authorization code, where that is not `code`. */
            readonly code?: string | null;
            /** @description Every token request: `grant_type`, `code`, `redirect_uri`, `code_verifier`, `refresh_token`, `scope`, and, if they are in the body, `client_id` and `client_secret`. `grant_type` and `redirect_uri` may be null. */
            readonly token?: {
                readonly [key: string]: string | null;
            };
        };
        /** @description Where a credential is placed in a request to the provider. Values are templates: parameters, credential fields, for OAuth `access_token` and `client_id`, and for a login `access_token`. */
        readonly ManifestInject: {
            /** @constant */
            readonly in: "header";
            /** @description The name of the header. It must not be a hop-by-hop header, `host`, `content-*` or `x-nexus-*`. */
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
            /** @description Paths that the segment follows, for calls below them, such as `/file`. */
            readonly below?: readonly string[];
            /** @constant */
            readonly in: "path";
            /** @description A template, such as `bot{bot_token}`: one secret field, and at least one letter or digit beside it. It is percent-encoded after expansion, so that a value cannot begin another segment. */
            readonly value: string;
        } | {
            /** @constant */
            readonly in: "basic";
            /** @description A template; may be empty. */
            readonly password: string;
            /** @description A template. */
            readonly username: string;
        };
        /** @description The end of a credential field. */
        readonly ManifestKeyEnd: {
            /** @description The text whose last occurrence stands before the value, such as `-` in `…-us19`: 1 to 8 visible ASCII characters. */
            readonly after: string;
            /** @description The name of the field. */
            readonly field: string;
        };
        /** @description A scope that the form offers. */
        readonly ManifestKnownScope: {
            /** @description The calls or data that the scope permits, in a few words. */
            readonly description: string;
            /** @description The scope, as the provider spells it. */
            readonly name: string;
        };
        readonly ManifestList: {
            readonly items: readonly components["schemas"]["ManifestSummary"][];
        };
        /** @description How the application obtains a token with the credential that an admin entered. It obtains a new one whenever the token expires. `inject` places the token in calls as `access_token`. */
        readonly ManifestLogin: {
            /** @description A JWT that the application signs with an entered private key. The templates of `request` name it `assertion`. Without `request`, it is the token itself. */
            readonly assertion?: components["schemas"]["ManifestAssertion"] | null;
            /** @description The provider's page where a person revokes the entered credential, which outlives its tokens. A template of parameters. A built-in manifest has it. */
            readonly manage_url?: string | null;
            /** @description The request that returns a token. Absent only where the provider accepts the assertion as a token. */
            readonly request?: components["schemas"]["ManifestLoginRequest"] | null;
            /**
             * Format: uint16
             * @description How long a call waits for a new token that another request is obtaining, in seconds: 1 to 60, default 10. The request itself continues after that time.
             */
            readonly wait_seconds?: number | null;
        };
        /** @description The request that returns a token. The templates of `inject`, `form` and `json` may name parameters, credential fields, and `assertion` if there is one. */
        readonly ManifestLoginRequest: {
            /** @description A form body; its values are templates. */
            readonly form?: {
                readonly [key: string]: string;
            } | null;
            /** @description Other headers that the provider requires, such as an API version. Not templates. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @description Where the entered credential is placed, unless it is in the body. */
            readonly inject?: readonly components["schemas"]["ManifestInject"][];
            /** @description A JSON body, in place of `form`; its strings are templates. */
            readonly json?: unknown;
            /** @description GET, POST or PUT. */
            readonly method: string;
            /** @description Responses that say that the entered credential is not valid, so that a person must enter another. Besides these, a 401 says so, and an error code of RFC 6749 such as `invalid_client`. Any other failure says nothing about the credential. */
            readonly refused_on?: readonly components["schemas"]["ManifestSign"][];
            /** @description How a success is recognized where a 2xx status alone is not enough. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /**
             * @description Where the response has the token, and how long the token lives.
             * @default {
             *       "access_token": "/access_token",
             *       "expires_in": "/expires_in"
             *     }
             */
            readonly token_response: components["schemas"]["ManifestLoginResponse"];
            /** @description A template of parameters. Its origin is pinned with the credential. */
            readonly url: string;
        };
        /** @description Where the response of the login has its members: JSON pointers (RFC 6901). */
        readonly ManifestLoginResponse: {
            /** @description The token. */
            readonly access_token: string;
            /** @description The time at which the token expires: seconds or milliseconds since the Unix epoch, as a number or in a string, or RFC 3339. If a response has both, the lifetime is used. */
            readonly expires_at?: string | null;
            /** @description The lifetime in seconds: a number, or a number in a string. */
            readonly expires_in?: string | null;
            /**
             * Format: uint32
             * @description The lifetime in seconds of a token whose response says nothing about it: 60 to 31,536,000. Without it, such a token is used until the provider rejects it.
             */
            readonly lifetime_seconds?: number | null;
        };
        /** @description The places where a provider reads a method that overrides the request's own. Names are compared case-insensitively. */
        readonly ManifestMethodOverride: {
            /** @description Names of request headers: `X-HTTP-Method-Override`. */
            readonly headers?: readonly string[];
            /** @description Names of query parameters: `_HttpMethod`. */
            readonly query?: readonly string[];
        };
        /** @description A provider's OAuth 2.0 endpoints (RFC 6749 section 3) and its deviations from the standard. */
        readonly ManifestOAuth2: {
            /** @description The URL that the browser is sent to (RFC 6749 section 3.1). Absent for client credentials. */
            readonly authorization_url?: string | null;
            /**
             * @description Parameters added to the authorization request. Templates: parameters and `client_id`.
             * @default {}
             */
            readonly authorize_params: {
                readonly [key: string]: string;
            };
            /** @description How the client authenticates at the token endpoint (RFC 6749 section 2.3.1). */
            readonly client_auth: components["schemas"]["ManifestClientAuth"];
            /** @description Whether the provider takes the URL of a metadata document as client id (OAuth Client ID Metadata Document), which this application serves. Then no OAuth app is needed, if the application is reached by https. Needs the `client_auth` `none`. */
            readonly client_metadata?: boolean;
            /** @description The issuer that the callback's `iss` must equal (RFC 9207); null where the provider sends no `iss`. */
            readonly issuer?: string | null;
            /** @description The provider's names for parameters of the flow, where they are not those of the standard. */
            readonly names?: components["schemas"]["ManifestFlowNames"] | null;
            /**
             * @description Whether PKCE with S256 is used (RFC 7636; RFC 9700, 2.1.1). A server that does not support PKCE ignores it (RFC 6749, 3.1). Set `false` for a server that rejects it. Built-in manifests must set this member.
             * @default true
             */
            readonly pkce: boolean;
            /** @description How tokens are refreshed (RFC 6749 section 6). Absent where the provider issues no refresh tokens. */
            readonly refresh?: components["schemas"]["ManifestRefresh"] | null;
            /** @description The values to choose or enter on that page besides the redirect URI: the kind of app, permissions that are set there and not requested. */
            readonly register_note?: string | null;
            /** @description The provider's page where a person registers the OAuth app. A built-in manifest with a browser flow has it. */
            readonly register_url?: string | null;
            /** @description The URL at which this application registers its own OAuth app (RFC 7591 section 3.1), where the provider lets everybody do that, as servers of the Model Context Protocol do. A template of parameters. The app is registered with the first connection of a workspace, unless an ADMIN has entered one. */
            readonly registration_url?: string | null;
            /**
             * @description The separator between the scopes of a request, and of a response unless `token_response` says otherwise. The standard is a space.
             * @default
             */
            readonly scope_separator: string;
            /**
             * @description The scopes that are requested, and those that may be.
             * @default {
             *       "default": [],
             *       "known": []
             *     }
             */
            readonly scopes: components["schemas"]["ManifestScopes"];
            /** @description How a success is recognized where a 2xx status alone is not enough. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /** @description Headers that the provider requires on every token request in addition to the authentication and the content type, such as `Accept` or an API version. Not templates. */
            readonly token_headers?: {
                readonly [key: string]: string;
            };
            /**
             * @description Parameters added to every token request. Templates: parameters, `client_id`, `client_secret`.
             * @default {}
             */
            readonly token_params: {
                readonly [key: string]: string;
            };
            /**
             * @description The format of the token request's body.
             * @default form
             */
            readonly token_request: components["schemas"]["ManifestTokenRequest"];
            /**
             * @description Where the members of the token response are (RFC 6749 section 5.1).
             * @default {
             *       "access_token": "/access_token",
             *       "expires_in": "/expires_in",
             *       "refresh_token": "/refresh_token",
             *       "scope": "/scope"
             *     }
             */
            readonly token_response: components["schemas"]["ManifestTokenResponse"];
            /** @description The URL at which codes and refresh tokens are exchanged (RFC 6749 section 3.2). */
            readonly token_url: string;
        };
        /** @description Entries with a certain value. */
        readonly ManifestOnly: {
            /** @description The value there: a string, a number or a boolean. */
            readonly equals: unknown;
            /** @description A JSON pointer (RFC 6901) into an entry. */
            readonly pointer: string;
        };
        /** @description A value that is not secret and differs per connection. */
        readonly ManifestParam: {
            /** @description The list of allowed values, in place of `pattern`. A parameter with choices may end a host. Then its values may contain dots: where a provider's sites have domains of their own, the manifest lists them all. */
            readonly choices?: readonly string[];
            /** @description A value that matches `pattern`, or one of `choices`, or a host name. The form shows it in the empty field. */
            readonly example: string;
            /** @description Where the value is read. If this is absent, an admin enters the value. A value from the provider is stored with the connection like an entered one, but nobody can enter it. Of the entries that the call of `find` returns, a person chooses one. */
            readonly from?: components["schemas"]["ManifestParamSource"] | null;
            /** @description The provider's page that says what to enter. */
            readonly help_url?: string | null;
            /** @description The label in the form. */
            readonly label: string;
            /** @description The name in templates: `[a-z][a-z0-9_]{0,63}`. */
            readonly name: string;
            /** @description A regular expression for the whole value (`\A(?:…)\z`). For a parameter in a host, it may match lower-case letters, digits and `-` only. */
            readonly pattern?: string | null;
            /** @description Whether the value is a whole host name, such as `forum.acme.com`, in place of `pattern` and `choices`: for software that customers run on hosts of their own. It is lower-case, with at least one dot and without a port, and stands for the whole host of a URL. The egress guard applies to it as to any host. */
            readonly whole_host?: boolean;
            /** @description The domains of the provider within which the host lies, in place of `pattern` and `choices`: for a host that the token response or the call of `find` names, as a host name or as an `https` URL (`{"token_response": "/api_domain"}`). The value is the host name, and stands for the whole host of `api` and `verify`. It is pinned when it is known. */
            readonly within?: readonly string[];
        };
        /** @description Where the value of a parameter is read that is known only after connecting, such as the number of the connected account. Such a parameter must not be part of anything that is needed earlier: the authorization URL, the token URL and their parameters. If the OAuth flow supplies it, it must not be part of a host either, unless the manifest lists the domains of the host (`within`). */
        readonly ManifestParamSource: {
            readonly token_response: string;
        } | {
            readonly callback: string;
        } | {
            readonly found: string;
        } | {
            readonly credential: components["schemas"]["ManifestKeyEnd"];
        };
        /** @description A call that only reads. */
        readonly ManifestReadCall: {
            /** @description One of `hosts`. If it is missing, the host of `base_url`. */
            readonly host?: string | null;
            /** @description POST, PUT or PATCH. With `get_may_write`, also GET. */
            readonly method: string;
            /** @description The path, as the path of a policy's rule: it starts with `/`; `*` is one segment, and `**` is the rest. It is compared case-sensitively. */
            readonly path: string;
        };
        /** @description Pages, and the day on which they were read. */
        readonly ManifestReadOn: {
            /** @description The addresses of the pages. */
            readonly pages: readonly string[];
            /** @description The day, `YYYY-MM-DD`. */
            readonly read: string;
        };
        /** @description How tokens are refreshed. */
        readonly ManifestRefresh: {
            /** @description The values of the provider's `error`, in addition to `invalid_grant`, that mean the refresh token is no longer valid and a person must connect again. */
            readonly invalid_grant?: readonly string[];
            /**
             * @description Parameters added to the refresh request. Templates: parameters, `client_id`, `client_secret`, `access_token`, `refresh_token`, and `redirect_uri`, the one of the authorization request, for providers that require it again.
             * @default {}
             */
            readonly params: {
                readonly [key: string]: string;
            };
            /**
             * @description Whether each refresh returns a new refresh token and invalidates the old one. This informs operators: after an older backup is restored, a person may have to connect again. A refresh is the same in both cases: it stores the refresh token of the response, or keeps the old one if the response has none.
             * @default false
             */
            readonly rotates: boolean;
            /** @description A template of parameters: the URL of the refresh request, where it is not `token_url`. */
            readonly url?: string | null;
            /**
             * Format: uint16
             * @description How long a call waits for a refresh in progress, in seconds: 1 to 60, default 10. Set a longer time for a provider whose token endpoint is known to be slow. The refresh itself continues after that time.
             */
            readonly wait_seconds?: number | null;
        };
        /** @description How a credential is revoked at the provider. */
        readonly ManifestRevoke: {
            /** @description The extent of one revocation. */
            readonly effect: components["schemas"]["ManifestRevokeEffect"];
            /** @description The evidence for `effect: "token"`: the `https` URL of the page of the provider's documentation that says that this call revokes this one token (and tokens derived from it), and no other token of the same account and client. Without it `token` is not trusted: RFC 7009, 2.1 lets a server revoke the whole grant, so the revocation waits until it cannot affect a connection in use. In a workspace's own manifest it counts only after an ADMIN has confirmed it (`?believe_effect=true`). */
            readonly effect_source?: string | null;
            /** @description The endpoint. */
            readonly rfc7009: components["schemas"]["ManifestRfc7009"];
            /** @description The tokens to revoke: `access_token`, `refresh_token`. */
            readonly tokens: readonly string[];
        } | {
            /** @description The extent of one revocation. */
            readonly effect: components["schemas"]["ManifestRevokeEffect"];
            /** @description The evidence for `effect: "token"`: the `https` URL of the page of the provider's documentation that says that this call revokes this one token (and tokens derived from it), and no other token of the same account and client. Without it `token` is not trusted: RFC 7009, 2.1 lets a server revoke the whole grant, so the revocation waits until it cannot affect a connection in use. In a workspace's own manifest it counts only after an ADMIN has confirmed it (`?believe_effect=true`). */
            readonly effect_source?: string | null;
            /** @description The call. */
            readonly request: components["schemas"]["ManifestRevokeRequest"];
            /** @description The tokens to revoke: `access_token`, `refresh_token`, or names of secret credential fields. */
            readonly tokens: readonly string[];
        } | {
            /** @description The provider's page where a person can see the credential or the connection. */
            readonly manage_url?: string | null;
            /** @description The reason, for people. */
            readonly unsupported: string;
        } | {
            /** @description The provider's page where a person can revoke it. */
            readonly manage_url: string;
            /** @description The reason, for people. */
            readonly not_revocable: string;
        };
        /** @description How a revocation call authenticates. */
        readonly ManifestRevokeAuth: "token" | "client_basic" | "client_bearer" | "none";
        /** @description The extent of one revocation. */
        readonly ManifestRevokeEffect: "token" | "grant";
        /** @description A revocation call that the provider defines itself, made once for each of `tokens`, in their order. Templates: parameters, `token` (the one to revoke), `access_token`, `client_id`, `client_secret`, credential fields. */
        readonly ManifestRevokeRequest: {
            /** @description How the call authenticates. */
            readonly auth: components["schemas"]["ManifestRevokeAuth"];
            /** @description A form body; its values are templates. */
            readonly form?: {
                readonly [key: string]: string;
            } | null;
            /** @description Responses that say that the provider does not know the token, or no longer knows it. Then the token counts as revoked, as in RFC 7009, 2.2. */
            readonly gone_on?: readonly components["schemas"]["ManifestSign"][];
            /** @description Headers in addition to the authentication, such as a required API version. Not templates. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @description A JSON body, in place of `form`; its strings are templates. */
            readonly json?: unknown;
            /** @description An upper-case method. */
            readonly method: string;
            /** @description How a success is recognized where a 2xx status alone is not enough. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /** @description A template. Secrets are allowed only after the host, and are percent-encoded. */
            readonly url: string;
        };
        /** @description A token revocation endpoint (RFC 7009 section 2). */
        readonly ManifestRfc7009: {
            /** @description How the client authenticates at the endpoint. */
            readonly client_auth: components["schemas"]["ManifestClientAuth"];
            /** @description A template of parameters. */
            readonly url: string;
        };
        /** @description The scopes of a provider (RFC 6749 section 3.3). */
        readonly ManifestScopes: {
            /**
             * @description The scopes that are requested if the admin chooses none. If the list is empty, the request has no `scope`.
             * @default []
             */
            readonly default: readonly string[];
            /**
             * @description The scopes that the form offers. The admin may enter others.
             * @default []
             */
            readonly known: readonly components["schemas"]["ManifestKnownScope"][];
            /** @description Scopes that the provider never lists among the granted scopes, so that they do not count as missing (Microsoft's `offline_access`). */
            readonly unreported?: readonly string[];
        };
        /** @description How a response is recognized: by its status alone, or by its status and a value in its JSON body. */
        readonly ManifestSign: number | components["schemas"]["ManifestBodySign"];
        /** @description An algorithm of RFC 7518 section 3.1. */
        readonly ManifestSigningAlgorithm: "RS256";
        /** @description A page of the provider's documentation, or pages that were read on the same day. */
        readonly ManifestSource: string | components["schemas"]["ManifestReadOn"];
        /** @description The sign of success that a response must have besides a 2xx status. */
        readonly ManifestSuccess: {
            /** @description The value that must be there: a string, a number, a boolean, or null. A missing value also matches null. If this member is absent, any value except null matches. */
            readonly equals?: unknown;
            /** @description A JSON pointer to the provider's own description of the error. */
            readonly error?: string | null;
            /** @description A JSON pointer (RFC 6901) into the response. */
            readonly pointer: string;
        };
        readonly ManifestSummary: {
            readonly auth_method: components["schemas"]["ManifestAuthMethod"];
            readonly brand: components["schemas"]["ManifestBrand"];
            readonly categories: readonly string[];
            readonly description: string;
            readonly docs_url?: string;
            readonly ends?: components["schemas"]["ManifestEnds"];
            readonly family: string;
            readonly id: string;
            readonly name: string;
            /** @description What connecting asks of a person beyond the authentication method. Missing if that is nothing, and for own manifests that were saved by an earlier version */
            readonly needs?: {
                /** @description What a person chooses after connecting, if the credential reaches several: `Site` */
                readonly choice?: string;
                /**
                 * @description A private key, or the content of a JSON file, is entered
                 * @enum {string}
                 */
                readonly paste?: "pem" | "json";
                /**
                 * @description No OAuth app has to be registered: the application does so at the provider's endpoint, or is known by the URL of a document, which works only over https
                 * @enum {string}
                 */
                readonly registration?: "endpoint" | "document";
            };
        };
        /** @description The format of the body of a token request. */
        readonly ManifestTokenRequest: "form" | "json";
        /** @description Where the members of the token response are: JSON pointers (RFC 6901). */
        readonly ManifestTokenResponse: {
            /** @description The access token. */
            readonly access_token: string;
            /** @description The response as the provider's page documents it, where it is unusual: members and types of the page, and invented values. The pointers and `success` must fit it. Tests answer with it. The application does not hold the examples of built-in manifests. */
            readonly example?: unknown;
            /** @description The time at which the access token expires, for a provider that sends a time instead of a lifetime: seconds or milliseconds since the Unix epoch, as a number or in a string, or RFC 3339. If a response has both, the lifetime is used. */
            readonly expires_at?: string | null;
            /** @description The lifetime in seconds: a number, or a number in a string. */
            readonly expires_in?: string | null;
            /** @description The refresh token, if the response has one. */
            readonly refresh_token?: string | null;
            /** @description The granted scopes: a string to split at the separator, or an array. If this member is absent, or the response has no scopes, all requested scopes were granted (RFC 6749 section 5.1). */
            readonly scope?: string | null;
            /** @description The separator between the scopes of a response, where it differs from the separator of a request. */
            readonly scope_separator?: string | null;
        };
        /** @description The call that tells whether a credential is live, or the reason why there is no such call.  A credential is live if the response is 2xx (and meets `success`, if given) or matches `live_on`. It is refused if the response is 401, or another 4xx about the credential (not 404, 405, 408, 425, 429, nor a response that matches `trouble_on`). Any other response says nothing about the credential. */
        readonly ManifestVerify: {
            /** @description Where the response identifies the credential's account. */
            readonly account?: components["schemas"]["ManifestAccount"] | null;
            /** @description A template used in place of `api.base_url`, for providers that identify the account at a host that agents do not need. */
            readonly base_url?: string | null;
            /** @description The response for a live credential, as the provider's page documents it: members and types of the page, and invented values. `success` and `account` must fit it. Tests answer with it. The application does not hold the examples of built-in manifests. */
            readonly example?: unknown;
            /** @description A form body, in place of `json`. Its values are templates of parameters. */
            readonly form?: {
                readonly [key: string]: string;
            } | null;
            /** @description Headers in addition to the injected ones and `api.headers`. They override `api.headers`. Not templates. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @description A JSON body, such as a GraphQL query. It is sent unchanged and is not a template. */
            readonly json?: unknown;
            /** @description 4xx responses that prove the credential live although the call is refused: for example a 403 that distinguishes a key without the permission for this call from a dead key. */
            readonly live_on?: readonly components["schemas"]["ManifestSign"][];
            /** @description An upper-case method. */
            readonly method: string;
            /** @description A template that is appended to the base URL. It starts with `/` and may have a query. */
            readonly path: string;
            /** @description How a success is recognized where a 2xx status alone is not enough. */
            readonly success?: components["schemas"]["ManifestSuccess"] | null;
            /** @description 4xx responses that say nothing about the credential: for example a rate limit reported as 400 or 403. */
            readonly trouble_on?: readonly components["schemas"]["ManifestSign"][];
        } | {
            /** @description The reason, for people. */
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
        /** @description JSON-RPC 2.0: a request, a notification, or a response, which is ignored */
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
        readonly Me: {
            readonly agent: string | null;
            /** @description When the proof expires; `null` if it does not */
            readonly expires_at: components["schemas"]["Time"] | null;
            /** @enum {string} */
            readonly kind: "person" | "agent" | "service";
            readonly may: {
                readonly call: boolean;
                readonly manage_agents: boolean;
                readonly manage_integrations: boolean;
                readonly manage_manifests: boolean;
                readonly manage_oauth_clients: boolean;
                readonly manage_people: boolean;
                readonly read_audit: boolean;
                readonly stop: boolean;
            };
            readonly name: string | null;
            readonly person: string | null;
            readonly role: ("ADMIN" | "MANAGER" | "AGENT") | null;
            /** @description The name that records use */
            readonly subject: string;
            /** @enum {string} */
            readonly via: "issuer_token" | "agent_key" | "access_token" | "signed_token" | "session";
            readonly workspace: string;
        };
        readonly OauthClientInput: {
            readonly client_id: string;
            /** @description Required, unless the manifest says that apps of the provider are public clients */
            readonly client_secret?: string;
            /** @description The values of the manifest's parameters that the app may be used with. Required for a manifest of the workspace's own that has a parameter in the host of its token or revocation URL */
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
        readonly OidcBegin: {
            /** @description The secret of an invitation that is open in the browser */
            readonly invitation?: string | null;
            /** @description The request of an OAuth client, to which the person goes on */
            readonly return_to?: string | null;
        };
        readonly OidcBegun: {
            /** Format: uri */
            readonly url: string;
        };
        readonly OpenApi: Record<string, never>;
        /** @description At most 32 KiB */
        readonly OwnManifest: {
            readonly id?: unknown;
        } & components["schemas"]["Manifest"];
        readonly Passkey: {
            /** @description Whether its authenticator has copied it to other devices */
            readonly backed_up: boolean;
            readonly created_at: components["schemas"]["Time"];
            readonly id: string;
            readonly last_used_at: components["schemas"]["Time"] | null;
            readonly name: string;
        };
        readonly PasskeyAnswer: {
            /** @description The JSON of the credential, as the browser makes it */
            readonly credential: {
                readonly [key: string]: unknown;
            };
        };
        readonly PasskeyChange: {
            readonly name: string;
        };
        readonly PasskeyInput: {
            /** @description The JSON of the credential, as the browser makes it */
            readonly credential: {
                readonly [key: string]: unknown;
            };
            readonly name?: string | null;
        };
        readonly PasskeyList: {
            readonly items: readonly components["schemas"]["Passkey"][];
        };
        readonly PasskeyOptions: {
            /** @description The options for `navigator.credentials`, in the JSON form of Web Authentication */
            readonly public_key: {
                readonly [key: string]: unknown;
            };
        };
        readonly Person: {
            readonly created_at: components["schemas"]["Time"];
            readonly email: string | null;
            readonly id: string;
            readonly issuer: string | null;
            readonly last_seen_at: components["schemas"]["Time"] | null;
            readonly name: string;
            readonly passkeys: number;
            /** @enum {string} */
            readonly role: "ADMIN" | "MANAGER" | "AGENT";
            readonly sessions: readonly {
                readonly created_at: components["schemas"]["Time"];
                readonly id: string;
                readonly method: string;
                readonly used_at: components["schemas"]["Time"];
            }[];
            /** @enum {string} */
            readonly source: "oidc" | "local" | "issuer";
            /** @enum {string} */
            readonly status: "active" | "disabled";
        };
        readonly PersonChange: {
            /** @enum {string} */
            readonly role?: "ADMIN" | "MANAGER";
            /** @enum {string} */
            readonly status?: "active" | "disabled";
        };
        readonly PersonPage: {
            readonly items: readonly components["schemas"]["Person"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
        readonly Policy: {
            readonly agents: readonly string[];
            /** @description The most calls per minute of each agent to this integration. The deployment's limit per agent stays in force */
            readonly limits?: {
                readonly calls_per_minute: number;
            };
            /** @description Whether links to the provider's API in its responses (`Location`, `Link`, URLs in JSON) are rewritten to addresses of the proxy; the default is `true` */
            readonly rewrite_links?: boolean;
            readonly rules: readonly components["schemas"]["Rule"][];
        };
        readonly PolicyInput: {
            /**
             * @description Agents by id, by name, or by the subject of an outside issuer's tokens; `*` is everybody. A word that names one agent becomes its id. A word that names several is 422. A word that names none is 422 too, unless an outside issuer has tokens for this workspace. Then it stays, as a subject that was not seen yet
             * @default [
             *       "*"
             *     ]
             */
            readonly agents: readonly string[];
            /** @description The most calls per minute of each agent to this integration. The deployment's limit per agent stays in force */
            readonly limits?: {
                readonly calls_per_minute: number;
            };
            /** @description Whether links to the provider's API in its responses (`Location`, `Link`, URLs in JSON) are rewritten to addresses of the proxy; the default is `true` */
            readonly rewrite_links?: boolean;
            /**
             * @description `deny` wins. If any `allow` rule exists, a call that matches none of them is denied
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
             * @description Where a person can fix the problem
             */
            readonly link?: string;
            /** @description The URI to register at the provider */
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
            readonly scopes_supported: readonly string[];
        };
        readonly Receipt: {
            readonly at: components["schemas"]["Time"];
            readonly detail: string;
            /**
             * @description The current state. `superseded`: not revoked, because that could end a connection in use. If the detail begins with `kept:`, the token is kept, and is revoked with the last of those connections
             * @enum {string}
             */
            readonly state: "revoked" | "pending" | "failed" | "unsupported" | "not_revocable" | "superseded";
            /** @description The credential field */
            readonly token: string;
        };
        readonly Rule: {
            /** @description The agents that the rule is for, by id, name or subject, which become ids; by default all that the policy admits. Each must be known */
            readonly agents?: readonly string[];
            /** @enum {string} */
            readonly effect: "allow" | "deny";
            /** @description One of the manifest's hosts; by default all of them */
            readonly host?: string;
            readonly methods: readonly string[];
            /** @description `*` is one segment, `**` is the rest */
            readonly path: string;
        };
        readonly SessionEnd: {
            /** @default false */
            readonly all: boolean;
        };
        readonly SessionsEnded: {
            readonly ended: number;
        };
        readonly SignedIn: {
            readonly name: string;
            /** @description How many passkeys the person has */
            readonly passkeys: number;
            /** @enum {string} */
            readonly role: "ADMIN" | "MANAGER";
            readonly workspace: string;
        };
        readonly SignInOptions: {
            /** @description The issuer, if the deployment has an identity provider */
            readonly identity_provider: string | null;
            /** @description Whether browsers can keep passkeys for this address */
            readonly passkeys: boolean;
            /** @description Whether a person can sign out at the provider too */
            readonly sign_out: boolean;
        };
        /**
         * @description Set by an admin: whether agents may use the integration
         * @enum {string}
         */
        readonly Status: "active" | "inactive";
        readonly Stop: {
            readonly created_at: components["schemas"]["Time"];
            readonly created_by: string;
            readonly id: string;
            readonly reason: string;
            /** @enum {string} */
            readonly scope: "agent" | "person" | "integration" | "provider" | "workspace";
            readonly target: string | null;
        };
        readonly StopInput: {
            /** @description The agent, person, integration (id or slug) or manifest; missing for the workspace */
            readonly id?: string | null;
            readonly reason: string;
            /** @enum {string} */
            readonly scope: "agent" | "person" | "integration" | "provider" | "workspace";
        };
        readonly StopList: {
            readonly items: readonly components["schemas"]["Stop"][];
        };
        readonly StopPreview: {
            readonly agents: number;
            readonly integrations: number;
            readonly keys: number;
            readonly sessions: number;
        };
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
            /** @description The credential's account, as the provider reports it */
            readonly account: {
                readonly id: string | null;
                readonly label: string | null;
            } | null;
            /**
             * Format: uri
             * @description The base URL to configure in an SDK, in place of the provider's own
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
        readonly WorkspaceUsage: {
            /** @description With `by=agent` */
            readonly agent?: string;
            readonly at: components["schemas"]["Time"];
            readonly bytes: number;
            readonly calls: number;
            readonly errors: number;
            /** @description With `by=integration`; it may be deleted */
            readonly integration_id?: string;
        };
        readonly WorkspaceUsagePage: {
            readonly items: readonly components["schemas"]["WorkspaceUsage"][];
            /** @description `cursor` of the next page */
            readonly next_cursor: string | null;
        };
    };
    responses: {
        /** @description `broken_body`: the body of the request is incomplete, or one of its chunks is malformed; send it again */
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
        /** @description `invalid_token`: the token or secret is not valid */
        readonly "401.invalid_token": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "www-authenticate": components["headers"]["challenge"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid_token";
                    /** @constant */
                    readonly status?: 401;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid_token`: the token or secret is not valid; `token_expired`: the token is past its `exp` */
        readonly "401.invalid_token.token_expired": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "www-authenticate": components["headers"]["challenge"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid_token" | "token_expired";
                    /** @constant */
                    readonly status?: 401;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `missing_token`: the `Authorization` header is missing; `invalid_token`: the token or secret is not valid */
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
        /** @description `missing_token`: the `Authorization` header is missing; `invalid_token`: the token or secret is not valid; `token_expired`: the token is past its `exp` */
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
        /** @description `cross_site`: a session cookie counts only for requests from pages of the application; send a token; `stopped`: an ADMIN has stopped the caller, the integration or the workspace */
        readonly "403.cross_site.stopped": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "cross_site" | "stopped";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: the role does not allow the call, or the manifest is built in; `cross_site`: a session cookie counts only for requests from pages of the application; send a token; `stopped`: an ADMIN has stopped the caller, the integration or the workspace */
        readonly "403.forbidden.cross_site.stopped": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "forbidden" | "cross_site" | "stopped";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `not_found`: the resource does not exist in the workspace */
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
        /** @description `method_not_allowed`: the path supports only the methods in `Allow` */
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
        /** @description `request_timeout`: the body was not complete within 30 s, or an upload was too slow; send it again */
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
        /** @description `agent_name_taken`: another agent of the workspace has the name */
        readonly "409.agent_name_taken": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "agent_name_taken";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `effect_unconfirmed`: the manifest says that a revocation affects one token alone; `believe_effect=true` confirms that, `believe_effect=false` saves the manifest without; `quota_exceeded`: the workspace has as many as the deployment's variable `variable` allows */
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
        /** @description `grant_shared`: other connections use the tokens; `force=true` revokes them, `force=false` keeps them; `changed_meanwhile`: another request changed the resource; read it again */
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
        /** @description `last_passkey`: the passkey is the person's only way to sign in; add another one first */
        readonly "409.last_passkey": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "last_passkey";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `manifest_exists`: a manifest with that id exists; use PUT to replace it; `too_many_manifests`: the workspace already has 100 manifests of its own; `quota_exceeded`: the workspace has as many as the deployment's variable `variable` allows; `effect_unconfirmed`: the manifest says that a revocation affects one token alone; `believe_effect=true` confirms that, `believe_effect=false` saves the manifest without */
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
        /** @description `manifest_in_use`: integrations use the manifest; delete them first */
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
        /** @description `name_taken`: the name belongs to the integration `existing_id`; `changed_meanwhile`: another request changed the resource; read it again; `grant_shared`: other connections use the tokens; `force=true` revokes them, `force=false` keeps them; `nothing_to_choose`: the integration's provider offers no choice; `reauthorization_required`: the provider no longer accepts the credential; `link` is where a person can connect again */
        readonly "409.name_taken.changed_meanwhile.grant_shared.nothing_to_choose.reauthorization_required": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "name_taken" | "changed_meanwhile" | "grant_shared" | "nothing_to_choose" | "reauthorization_required";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `name_taken`: the name belongs to the integration `existing_id`; `quota_exceeded`: the workspace has as many as the deployment's variable `variable` allows */
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
        /** @description `not_oauth`: the integration is not connected by OAuth; PUT its credentials; `grant_shared`: other connections use the tokens; `force=true` revokes them, `force=false` keeps them */
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
        /** @description `nothing_to_choose`: the integration's provider offers no choice; `reauthorization_required`: the provider no longer accepts the credential; `link` is where a person can connect again */
        readonly "409.nothing_to_choose.reauthorization_required": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "nothing_to_choose" | "reauthorization_required";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `outside_agent`: an outside issuer vouches for the agent; switch it off instead */
        readonly "409.outside_agent": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "outside_agent";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `outside_agent`: an outside issuer vouches for the agent; switch it off instead; `too_many_keys`: the agent has as many keys as it may; revoke one */
        readonly "409.outside_agent.too_many_keys": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "outside_agent" | "too_many_keys";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `passkeys_unavailable`: browsers keep passkeys for a domain name only; `public_url` has an address */
        readonly "409.passkeys_unavailable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "passkeys_unavailable";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `passkeys_unavailable`: browsers keep passkeys for a domain name only; `public_url` has an address; `passkey_exists`: the passkey is known here already; use another authenticator; `too_many_passkeys`: the person has as many passkeys as a person may; remove one */
        readonly "409.passkeys_unavailable.passkey_exists.too_many_passkeys": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "passkeys_unavailable" | "passkey_exists" | "too_many_passkeys";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `role_managed_elsewhere`: the role comes from the identity provider; change it there; `last_admin`: the person is the last active ADMIN of the workspace */
        readonly "409.role_managed_elsewhere.last_admin": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "role_managed_elsewhere" | "last_admin";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `signs_in_elsewhere`: the person signs in at an identity provider, or by tokens of an outside issuer, and not by a link; `person_inactive`: the person is switched off or stopped; switch the person on, or lift the stop, first */
        readonly "409.signs_in_elsewhere.person_inactive": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "signs_in_elsewhere" | "person_inactive";
                    /** @constant */
                    readonly status?: 409;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `gone`: the link was used or deleted, or has expired; ask for a new one */
        readonly "410.gone": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "gone";
                    /** @constant */
                    readonly status?: 410;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `version_mismatch`: `If-Match` does not name the current version */
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
        /** @description `too_large`: the body exceeds 64 KiB, or 32 KiB for a manifest, or 1 MiB for a message */
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
        /** @description `credential_refused`: the provider rejects the credential; `nothing_found`: the provider accepts the credential, but lists nothing that the integration could be connected to; `credentials_required`: the parameters would send the stored credential to another host; enter it again */
        readonly "422.credential_refused.nothing_found.credentials_required": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "credential_refused" | "nothing_found" | "credentials_required";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters are invalid; see `errors` */
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
        /** @description `invalid`: members or parameters are invalid; see `errors`; `credential_refused`: the provider rejects the credential; `nothing_found`: the provider accepts the credential, but lists nothing that the integration could be connected to; `credentials_required`: the parameters would send the stored credential to another host; enter it again */
        readonly "422.invalid.credential_refused.nothing_found.credentials_required": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid" | "credential_refused" | "nothing_found" | "credentials_required";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters are invalid; see `errors`; `credential_refused`: the provider rejects the credential; `nothing_found`: the provider accepts the credential, but lists nothing that the integration could be connected to; `oauth_client_missing`: no OAuth app is set up; register one with `redirect_uri` at the provider */
        readonly "422.invalid.credential_refused.nothing_found.oauth_client_missing": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "invalid" | "credential_refused" | "nothing_found" | "oauth_client_missing";
                    /** @constant */
                    readonly status?: 422;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `invalid`: members or parameters are invalid; see `errors`; `oauth_client_missing`: no OAuth app is set up; register one with `redirect_uri` at the provider */
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
        /** @description `rate_limited`: a limit per minute is reached: of the agent's calls, of the workspace's requests, or of wrong proofs from this address; `Retry-After` says when the next minute begins */
        readonly "429.rate_limited": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly ratelimit: components["headers"]["rate_limit"];
                readonly "ratelimit-policy": components["headers"]["rate_limit_policy"];
                readonly "retry-after": components["headers"]["retry_after"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "rate_limited";
                    /** @constant */
                    readonly status?: 429;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `misconfigured`: the variable `variable` of the deployment is malformed; `internal`: an internal error; see the log; `credential_unreadable`: the stored credential was changed outside the application, or its encryption key is missing */
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
        /** @description `provider_error`: the provider is down, its response is not from its API or has a status that HTTP does not define, or the response is incomplete; `egress_denied`: the egress guard refuses the provider's host */
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
        /** @description `storage_unavailable`: storage is busy, full or unreachable; nothing was changed; `write_unconfirmed`: the database server did not confirm the change, which may have been made or not; look before a retry. The response to a POST has no `Retry-After` then; `schema_behind`: the database on a server has the schema of an earlier version; an operator runs `nexus migrate`; `database_newer`: a later version of the application has migrated the database; `jwks_unavailable`: the issuer's keys cannot be fetched, and the token's key is not cached; `refresh_pending`: the token is being refreshed, and the provider has not responded yet; `Retry-After` is the longest that the refresh can still take; `unavailable`: a part of the application is overloaded or failed; retry */
        readonly "503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "retry-after": components["headers"]["retry_after_if_repeatable"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "storage_unavailable" | "write_unconfirmed" | "schema_behind" | "database_newer" | "jwks_unavailable" | "refresh_pending" | "unavailable";
                    /** @constant */
                    readonly status?: 503;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `provider_timeout`: the provider's response was not complete in time */
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
        /** @description `broken_body`: the body of the request is incomplete, or one of its chunks is malformed; send it again */
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
        /** @description `missing_token`: the `Authorization` header is missing; `invalid_token`: the token or secret is not valid; `token_expired`: the token is past its `exp` */
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
        /** @description `forbidden`: the role does not allow the call, or the manifest is built in; `cross_site`: a session cookie counts only for requests from pages of the application; send a token; `stopped`: an ADMIN has stopped the caller, the integration or the workspace */
        readonly "proxy.403.forbidden.cross_site.stopped": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "forbidden" | "cross_site" | "stopped";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: the role does not allow the call, or the manifest is built in; `policy_denied`: a rule of the integration's policy or of its manifest denies the call; `detail` names the rule, and `link` is where a person can change it; `stopped`: an ADMIN has stopped the caller, the integration or the workspace */
        readonly "proxy.403.forbidden.policy_denied.stopped": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "forbidden" | "policy_denied" | "stopped";
                    /** @constant */
                    readonly status?: 403;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `not_found`: the resource does not exist in the workspace */
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
        /** @description `request_timeout`: the body was not complete within 30 s, or an upload was too slow; send it again */
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
        /** @description `integration_inactive`: the integration is switched off; `link` is where a person can switch it on; `reauthorization_required`: the provider no longer accepts the credential; `link` is where a person can connect again */
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
        /** @description `invalid`: members or parameters are invalid; see `errors` */
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
        /** @description `invalid`: members or parameters are invalid; see `errors`; `oauth_client_missing`: no OAuth app is set up; register one with `redirect_uri` at the provider */
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
        /** @description `rate_limited`: a limit per minute is reached: of the agent's calls, of the workspace's requests, or of wrong proofs from this address; `Retry-After` says when the next minute begins */
        readonly "proxy.429.rate_limited": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly ratelimit: components["headers"]["rate_limit"];
                readonly "ratelimit-policy": components["headers"]["rate_limit_policy"];
                readonly "retry-after": components["headers"]["retry_after"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "rate_limited";
                    /** @constant */
                    readonly status?: 429;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_calls`: the limit of concurrent calls of this agent, to this integration or of this workspace is reached; retry when a call has finished; `rate_limited`: a limit per minute is reached: of the agent's calls, of the workspace's requests, or of wrong proofs from this address; `Retry-After` says when the next minute begins */
        readonly "proxy.429.too_many_calls.rate_limited": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly ratelimit: components["headers"]["rate_limit"];
                readonly "ratelimit-policy": components["headers"]["rate_limit_policy"];
                readonly "retry-after": components["headers"]["retry_after"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "too_many_calls" | "rate_limited";
                    /** @constant */
                    readonly status?: 429;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `misconfigured`: the variable `variable` of the deployment is malformed; `internal`: an internal error; see the log; `credential_unreadable`: the stored credential was changed outside the application, or its encryption key is missing */
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
        /** @description `upgrade_unsupported`: the request asks for a WebSocket, which is not supported; server-sent events are */
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
        /** @description `provider_error`: the provider is down, its response is not from its API or has a status that HTTP does not define, or the response is incomplete; `egress_denied`: the egress guard refuses the provider's host */
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
        /** @description `storage_unavailable`: storage is busy, full or unreachable; nothing was changed; `write_unconfirmed`: the database server did not confirm the change, which may have been made or not; look before a retry. The response to a POST has no `Retry-After` then; `schema_behind`: the database on a server has the schema of an earlier version; an operator runs `nexus migrate`; `database_newer`: a later version of the application has migrated the database; `jwks_unavailable`: the issuer's keys cannot be fetched, and the token's key is not cached; `refresh_pending`: the token is being refreshed, and the provider has not responded yet; `Retry-After` is the longest that the refresh can still take; `unavailable`: a part of the application is overloaded or failed; retry */
        readonly "proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable": {
            headers: {
                readonly "cache-control": components["headers"]["no_store"];
                readonly "retry-after": components["headers"]["retry_after_if_repeatable"];
                readonly "x-nexus-error": components["headers"]["error_code"];
                readonly "x-request-id": components["headers"]["request_id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": {
                    /** @enum {unknown} */
                    readonly code?: "storage_unavailable" | "write_unconfirmed" | "schema_behind" | "database_newer" | "jwks_unavailable" | "refresh_pending" | "unavailable";
                    /** @constant */
                    readonly status?: 503;
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `provider_timeout`: the provider's response was not complete in time */
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
        /** @description Exactly this action */
        readonly action: string;
        /** @description Exactly this actor */
        readonly actor: string;
        /** @description `next_cursor` of the previous page */
        readonly after_agent: string;
        /** @description `next_cursor` of the previous page */
        readonly after_integration: string;
        /** @description `next_cursor` of the previous page */
        readonly after_name: string;
        /** @description `next_cursor` of the previous page */
        readonly after_person: string;
        /** @description `next_cursor` of the previous page */
        readonly after_row: string;
        /**
         * @description The agent's id
         * @example agt_01J00000000000000000000000
         */
        readonly agent: string;
        /**
         * @description The key's id: the ten characters after `nxa_`
         * @example 0123456789
         */
        readonly agent_key: string;
        /** @description Exactly this method */
        readonly auth_method: components["schemas"]["ManifestAuthMethod"];
        /** @description Whether an ADMIN vouches for `revoke.effect_source`: that a revocation ends one token alone. Where that is wrong, a reconnect or a deletion ends other connections of the same account while they are used. `false` saves the manifest and does not believe it. Without it a manifest with `effect_source` is 409 `effect_unconfirmed` */
        readonly believe_effect: boolean;
        /** @description What one row is about. Without it, a row has all calls of its period */
        readonly by: "integration" | "agent";
        /** @description Only calls that were recorded after this position, the `latest` of an earlier page */
        readonly call_after: string;
        /** @description Exactly this agent, by the subject of its token */
        readonly call_agent: string;
        /** @description Exactly this integration, by its id */
        readonly call_integration: string;
        /** @description Exactly this method */
        readonly call_method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
        /** @description Exactly this outcome */
        readonly call_outcome: "succeeded" | "client_error" | "server_error" | "timeout" | "unreachable" | "denied" | "limited" | "unusable" | "invalid" | "failed";
        /** @description A class of statuses such as `4xx`, or one status such as `404` */
        readonly call_status: string;
        /** @description Exactly this category */
        readonly category: string;
        /** @description RFC 6749, 4.1.2 */
        readonly code: string;
        /**
         * @description The id of the connected app, which is an agent
         * @example agt_01J00000000000000000000001
         */
        readonly connected_app: string;
        /** @description Whether the response counts all integrations of the workspace, whatever the filters */
        readonly counts: boolean;
        /**
         * @description The id of one of the workspace's own manifests
         * @example custom-sandbox-oauth
         */
        readonly custom_manifest: string;
        /** @description `true` lists the integrations that were deleted within 90 days, the last deletion first. Of the other parameters, only `manifest`, `q`, `limit` and `cursor` apply */
        readonly deleted: boolean;
        /**
         * @description The id of a deleted integration
         * @example int_01J00000000000000000000000
         */
        readonly deleted_integration: string;
        /** @description `true` checks the form alone (names, policy, members) and changes nothing: the answer is the integration as it is. The provider is not asked, so credentials and `params` are not judged */
        readonly dry_run: boolean;
        /** @description RFC 6749, 4.1.2.1 */
        readonly error: string;
        /** @description RFC 6749, 4.1.2.1 */
        readonly error_description: string;
        /** @description What to do with tokens if revoking them would also end other connections. `true` revokes them nevertheless. `false` deletes the integration and keeps the tokens until the last of those connections is deleted. Without `force` the response is 409 `grant_shared` */
        readonly force: boolean;
        /** @description What to do with the replaced credential if a connection of another workspace uses it. `true` revokes it nevertheless, which is necessary if it has leaked. `false` keeps it until the last connection that uses it is deleted. Without `force` the response is 409 `grant_shared` */
        readonly force_replaced: boolean;
        /** @description From this time on */
        readonly from: string;
        /** @description Exactly this health. Integrations whose OAuth sign-in is not finished are listed for `pending` only */
        readonly health: "pending" | "unknown" | "healthy" | "failing" | "reauthorize";
        /** @description One of the manifest's hosts, instead of the host of the API's base URL */
        readonly host: string;
        /** @description Change the integration only if it has one of these versions, or `*` (RFC 9110, 13.1.1) */
        readonly if_match: string;
        /** @description Return the content only if its hash is not one of these (RFC 9110, 13.1.2) */
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
        /** @description A part of the name, the slug, the account or the id of the manifest, case-insensitive */
        readonly integration_part: string;
        /**
         * @description The integration's id or slug
         * @example second-sandbox
         */
        readonly integration_to_delete: string;
        /**
         * @description The invitation's id
         * @example inv_01J00000000000000000000000
         */
        readonly invitation: string;
        /** @description RFC 9207 */
        readonly iss: string;
        /** @description The maximum number of items */
        readonly limit: number;
        /**
         * @description The manifest's id
         * @example stripe
         */
        readonly manifest: string;
        /** @description A part of the id, name or description, case-insensitive */
        readonly manifest_part: string;
        /** @description The version that was negotiated, or the one that the message names */
        readonly mcp_version: string;
        /**
         * @description The id of a manifest that connects by OAuth
         * @example slack
         */
        readonly oauth_manifest: string;
        /** @description Exactly this manifest */
        readonly of_manifest: string;
        /** @description Exactly this outcome */
        readonly outcome: "done" | "denied";
        /**
         * @description The id of one of the workspace's own manifests
         * @example custom-example
         */
        readonly own_manifest: string;
        /**
         * @description The passkey's id
         * @example pky_01J00000000000000000000000
         */
        readonly passkey: string;
        /** @description The period that one row sums up */
        readonly per: "minute" | "hour" | "day";
        /** @description The period that one row sums up */
        readonly per_long: "hour" | "day";
        /**
         * @description The person's id
         * @example per_01J00000000000000000000000
         */
        readonly person: string;
        /**
         * @description The path below the API's base URL, including slashes
         * @example me
         */
        readonly provider_path: string;
        /** @description Actions whose records match `q` too, separated by commas: for a client whose words for them are others */
        readonly record_actions: string;
        /** @description Words that are all in the record (actor, action, target, request id, detail) or in the name of its actor or its target, case-insensitive. Of more than eight words, the first eight count. A page reads at most 20,000 records, so it may have few items or none, and a cursor to go on from */
        readonly record_words: string;
        /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
        readonly request_id: string;
        /** @description The order, after `-` if the greatest value comes first. `used` is the time of the last call: an integration that was never called comes before all others. `health` goes from `healthy` over `unknown`, `pending` and `failing` to `reauthorize`. `expires` is the time at which the credential expires: one that does not expire comes last. Equal values are sorted by id. A cursor is good for its own order only */
        readonly sort: "created" | "-created" | "updated" | "-updated" | "used" | "-used" | "name" | "-name" | "provider" | "-provider" | "status" | "-status" | "health" | "-health" | "expires" | "-expires";
        /** @description The value that was sent to the provider */
        readonly state: string;
        /** @description Exactly this status */
        readonly status: "active" | "inactive";
        /**
         * @description The stop's id
         * @example stp_01J00000000000000000000000
         */
        readonly stop: string;
        /**
         * @description What the stop would cover
         * @example workspace
         */
        readonly stop_scope: "agent" | "person" | "integration" | "provider" | "workspace";
        /** @description The agent, person, integration or manifest; missing for the workspace */
        readonly stop_target: string;
        /** @description Exactly this target */
        readonly target: string;
        /** @description Before this time */
        readonly to: string;
        /** @description The maximum number of items */
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
        /** @description The error code, as in `Problem` */
        readonly error_code: string;
        /** @description Identifies the browser that may finish the flow; parallel flows of a browser share it */
        readonly flow_cookie: string;
        /** @description Only if `auth_method` is `oauth2`. Identifies the browser that may finish the flow */
        readonly flow_cookie_by_oauth: string;
        /** @description The SHA-256 of the content. Use it in `If-None-Match` */
        readonly hash: string;
        /** @description The path of the new resource */
        readonly location: string;
        /** @description RFC 9728, section 5.1 */
        readonly mcp_challenge: string;
        /** @description Cached by the client alone, and revalidated */
        readonly no_cache: "private, no-cache";
        /** @description Never cached */
        readonly no_store: "no-store";
        /** @description Never cached */
        readonly no_store_private: "no-store, private";
        /** @description The provider's own request id; if it sends none, the id of the request */
        readonly provider_request_id: string;
        /** @description What is left in this minute, and in how many seconds the next begins (draft-ietf-httpapi-ratelimit-headers) */
        readonly rate_limit: string;
        /** @description The limit per minute (draft-ietf-httpapi-ratelimit-headers) */
        readonly rate_limit_policy: string;
        /** @description The request's id, as in the log */
        readonly request_id: string;
        /** @description How many seconds to wait before a retry */
        readonly retry_after: number;
        /** @description How many seconds to wait before a retry. It is missing if the change may have been made (`write_unconfirmed`) and the method is not idempotent (RFC 9110, 9.2.2) */
        readonly retry_after_if_repeatable: number;
        /** @description Keeps a provider's page from acting in the application's origin */
        readonly sandbox: "sandbox; default-src 'none'";
        /** @description The version, which counts admins' changes. Use it in `If-Match` */
        readonly version: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly getAuthorizationServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The metadata */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuthorizationServer"];
                };
            };
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getMcpAuthorizationServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The metadata */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuthorizationServer"];
                };
            };
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getProtectedResource: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
    readonly listAgents: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_agent"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of agents */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly createAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AgentInput"];
            };
        };
        readonly responses: {
            /** @description Registered */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly location: components["headers"]["location"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Agent"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.agent_name_taken"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The agent's id
                 * @example agt_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["agent"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The agent */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Agent"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly changeAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The agent's id
                 * @example agt_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["agent"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AgentChange"];
            };
        };
        readonly responses: {
            /** @description Changed */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Agent"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.agent_name_taken"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The agent's id
                 * @example agt_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["agent"];
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.outside_agent"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getAgentAccess: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The agent's id
                 * @example agt_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["agent"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All active integrations */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentAccess"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly createAgentKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The agent's id
                 * @example agt_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["agent"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AgentKeyInput"];
            };
        };
        readonly responses: {
            /** @description Made */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentKeyCreated"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.outside_agent.too_many_keys"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteAgentKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The agent's id
                 * @example agt_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["agent"];
                /**
                 * @description The key's id: the ten characters after `nxa_`
                 * @example 0123456789
                 */
                readonly key_id: components["parameters"]["agent_key"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Revoked */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listAudit: {
        readonly parameters: {
            readonly query?: {
                /** @description Exactly this action */
                readonly action?: components["parameters"]["action"];
                /** @description Exactly this actor */
                readonly actor?: components["parameters"]["actor"];
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description From this time on */
                readonly from?: components["parameters"]["from"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
                /** @description Exactly this outcome */
                readonly outcome?: components["parameters"]["outcome"];
                /** @description Words that are all in the record (actor, action, target, request id, detail) or in the name of its actor or its target, case-insensitive. Of more than eight words, the first eight count. A page reads at most 20,000 records, so it may have few items or none, and a cursor to go on from */
                readonly q?: components["parameters"]["record_words"];
                /** @description Actions whose records match `q` too, separated by commas: for a client whose words for them are others */
                readonly q_actions?: components["parameters"]["record_actions"];
                /** @description Exactly this target */
                readonly target?: components["parameters"]["target"];
                /** @description Before this time */
                readonly to?: components["parameters"]["to"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
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
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listAuditHeads: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listCalls: {
        readonly parameters: {
            readonly query?: {
                /** @description Only calls that were recorded after this position, the `latest` of an earlier page */
                readonly after?: components["parameters"]["call_after"];
                /** @description Exactly this agent, by the subject of its token */
                readonly agent?: components["parameters"]["call_agent"];
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description From this time on */
                readonly from?: components["parameters"]["from"];
                /** @description Exactly this integration, by its id */
                readonly integration_id?: components["parameters"]["call_integration"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
                /** @description Exactly this method */
                readonly method?: components["parameters"]["call_method"];
                /** @description Exactly this outcome */
                readonly outcome?: components["parameters"]["call_outcome"];
                /** @description A class of statuses such as `4xx`, or one status such as `404` */
                readonly status?: components["parameters"]["call_status"];
                /** @description Before this time */
                readonly to?: components["parameters"]["to"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
                    readonly "application/json": components["schemas"]["CallPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listConnectedApps: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_agent"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of connected apps */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConnectedAppPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly endConnectedApp: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of the connected app, which is an agent
                 * @example agt_01J00000000000000000000001
                 */
                readonly id: components["parameters"]["connected_app"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Ended */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The deployment works */
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
            /** @description The deployment does not work */
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
                /** @description Whether the response counts all integrations of the workspace, whatever the filters */
                readonly counts?: components["parameters"]["counts"];
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_integration"];
                /** @description `true` lists the integrations that were deleted within 90 days, the last deletion first. Of the other parameters, only `manifest`, `q`, `limit` and `cursor` apply */
                readonly deleted?: components["parameters"]["deleted"];
                /** @description Exactly this health. Integrations whose OAuth sign-in is not finished are listed for `pending` only */
                readonly health?: components["parameters"]["health"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
                /** @description Exactly this manifest */
                readonly manifest?: components["parameters"]["of_manifest"];
                /** @description A part of the name, the slug, the account or the id of the manifest, case-insensitive */
                readonly q?: components["parameters"]["integration_part"];
                /** @description The order, after `-` if the greatest value comes first. `used` is the time of the last call: an integration that was never called comes before all others. `health` goes from `healthy` over `unknown`, `pending` and `failing` to `reauthorize`. `expires` is the time at which the credential expires: one that does not expire comes last. Equal values are sorted by id. A cursor is good for its own order only */
                readonly sort?: components["parameters"]["sort"];
                /** @description Exactly this status */
                readonly status?: components["parameters"]["status"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page, of deleted integrations with `deleted=true` */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["IntegrationOrDeletedPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly createIntegration: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description Connected, or with OAuth: the flow has begun */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.name_taken.quota_exceeded"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid.credential_refused.nothing_found.oauth_client_missing"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getIntegration: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly updateIntegration: {
        readonly parameters: {
            readonly query?: {
                /** @description `true` checks the form alone (names, policy, members) and changes nothing: the answer is the integration as it is. The provider is not asked, so credentials and `params` are not judged */
                readonly dry_run?: components["parameters"]["dry_run"];
                /** @description What to do with the replaced credential if a connection of another workspace uses it. `true` revokes it nevertheless, which is necessary if it has leaked. `false` keeps it until the last connection that uses it is deleted. Without `force` the response is 409 `grant_shared` */
                readonly force?: components["parameters"]["force_replaced"];
            };
            readonly header?: {
                /** @description Change the integration only if it has one of these versions, or `*` (RFC 9110, 13.1.1) */
                readonly "If-Match"?: components["parameters"]["if_match"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The integration after the change */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.name_taken.changed_meanwhile.grant_shared.nothing_to_choose.reauthorization_required"];
            readonly 412: components["responses"]["412.version_mismatch"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid.credential_refused.nothing_found.credentials_required"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteIntegration: {
        readonly parameters: {
            readonly query?: {
                /** @description What to do with tokens if revoking them would also end other connections. `true` revokes them nevertheless. `false` deletes the integration and keeps the tokens until the last of those connections is deleted. Without `force` the response is 409 `grant_shared` */
                readonly force?: components["parameters"]["force"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description Deleted; the revocation at the provider is still pending */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.grant_shared.changed_meanwhile"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly authorizeIntegration: {
        readonly parameters: {
            readonly query?: {
                /** @description What to do with the replaced credential if a connection of another workspace uses it. `true` revokes it nevertheless, which is necessary if it has leaked. `false` keeps it until the last connection that uses it is deleted. Without `force` the response is 409 `grant_shared` */
                readonly force?: components["parameters"]["force_replaced"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The URL that the browser must open */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.not_oauth.grant_shared"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrationCalls: {
        readonly parameters: {
            readonly query?: {
                /** @description Only calls that were recorded after this position, the `latest` of an earlier page */
                readonly after?: components["parameters"]["call_after"];
                /** @description Exactly this agent, by the subject of its token */
                readonly agent?: components["parameters"]["call_agent"];
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description From this time on */
                readonly from?: components["parameters"]["from"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
                /** @description Exactly this method */
                readonly method?: components["parameters"]["call_method"];
                /** @description Exactly this outcome */
                readonly outcome?: components["parameters"]["call_outcome"];
                /** @description A class of statuses such as `4xx`, or one status such as `404` */
                readonly status?: components["parameters"]["call_status"];
                /** @description Before this time */
                readonly to?: components["parameters"]["to"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
                    readonly "application/json": components["schemas"]["CallPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly checkIntegration: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The integration with its new health */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrationChoices: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The choices */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Choices"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.nothing_to_choose.reauthorization_required"];
            readonly 422: components["responses"]["422.credential_refused.nothing_found.credentials_required"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrationEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getReceipts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of a deleted integration
                 * @example int_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["deleted_integration"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The deleted integration */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeletedIntegration"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listIntegrationUsage: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description From this time on */
                readonly from?: components["parameters"]["from"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
                /** @description The period that one row sums up */
                readonly per?: components["parameters"]["per"];
                /** @description Before this time */
                readonly to?: components["parameters"]["to"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
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
                /** @description A part of the id, name or description, case-insensitive */
                readonly q?: components["parameters"]["manifest_part"];
            };
            readonly header?: {
                /** @description Return the content only if its hash is not one of these (RFC 9110, 13.1.2) */
                readonly "If-None-Match"?: components["parameters"]["if_none_match"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All matching manifests */
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
            /** @description The client's copy is current */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
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
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.manifest_exists.too_many_manifests.quota_exceeded.effect_unconfirmed"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getManifest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Return the content only if its hash is not one of these (RFC 9110, 13.1.2) */
                readonly "If-None-Match"?: components["parameters"]["if_none_match"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The client's copy is current */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
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
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own manifests
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.effect_unconfirmed.quota_exceeded"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteManifest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own manifests
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.manifest_in_use"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listFindings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The findings */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly clearFindings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly draftManifest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DraftInput"];
            };
        };
        readonly responses: {
            /** @description The draft */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ManifestDraft"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["502.provider_error.egress_denied"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getMe: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The caller */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Me"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listPasskeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Your passkeys */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PasskeyList"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly addPasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PasskeyInput"];
            };
        };
        readonly responses: {
            /** @description Added */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly location: components["headers"]["location"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Passkey"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.passkeys_unavailable.passkey_exists.too_many_passkeys"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly renamePasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The passkey's id
                 * @example pky_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["passkey"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PasskeyChange"];
            };
        };
        readonly responses: {
            /** @description Renamed */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Passkey"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deletePasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The passkey's id
                 * @example pky_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["passkey"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Removed */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.last_passkey"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getPasskeyOptions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Give `public_key` to the browser */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 409: components["responses"]["409.passkeys_unavailable"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getMetrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The metrics, in the text format of Prometheus 0.0.4 */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listOauthClients: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All OAuth apps */
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly saveOauthClient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of a manifest that connects by OAuth
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteOauthClient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of a manifest that connects by OAuth
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
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
                /** @description The value that was sent to the provider */
                readonly state?: components["parameters"]["state"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Connected, or connected but for a choice: see the integration's `health.next_action` */
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
            /** @description `flow_invalid`: this browser did not begin the flow, or `access_denied` */
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
            /** @description `account_mismatch`: the account is not the one that was connected before. `stopped`, `invalid_token`: an ADMIN has stopped this, or has switched off whoever began it */
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
            /** @description The integration was changed in the meantime */
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
            /** @description The OAuth app was deleted. `nothing_found`: the provider lists nothing that the integration could be connected to */
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
            /** @description An internal error, or a misconfigured deployment */
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
            /** @description The provider refused, or failed */
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
            /** @description Storage is unavailable */
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
            /** @description The provider did not respond in time */
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
                /** @description The value that was sent to the provider */
                readonly state?: components["parameters"]["state"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own manifests
                 * @example custom-sandbox-oauth
                 */
                readonly id: components["parameters"]["custom_manifest"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Connected, or connected but for a choice: see the integration's `health.next_action` */
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
            /** @description `flow_invalid`: this browser did not begin the flow, or `access_denied` */
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
            /** @description `account_mismatch`: the account is not the one that was connected before. `stopped`, `invalid_token`: an ADMIN has stopped this, or has switched off whoever began it */
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
            /** @description The integration was changed in the meantime */
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
            /** @description The OAuth app was deleted. `nothing_found`: the provider lists nothing that the integration could be connected to */
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
            /** @description An internal error, or a misconfigured deployment */
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
            /** @description The provider refused, or failed */
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
            /** @description Storage is unavailable */
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
            /** @description The provider did not respond in time */
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
    readonly getOwnClientMetadata: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The id of one of the workspace's own manifests
                 * @example custom-sandbox-oauth
                 */
                readonly id: components["parameters"]["custom_manifest"];
            };
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
                    readonly "application/json": components["schemas"]["ClientDocument"];
                };
            };
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getClientMetadata: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
                    readonly "application/json": components["schemas"]["ClientDocument"];
                };
            };
            readonly 422: components["responses"]["422.invalid"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getOpenApi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Return the content only if its hash is not one of these (RFC 9110, 13.1.2) */
                readonly "If-None-Match"?: components["parameters"]["if_none_match"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The client's copy is current */
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
    readonly listStops: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All stops, newest first */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StopList"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly stop: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["StopInput"];
            };
        };
        readonly responses: {
            /** @description Stopped */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Stop"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly liftStop: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The stop's id
                 * @example stp_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["stop"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Lifted */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly previewStop: {
        readonly parameters: {
            readonly query: {
                /** @description The agent, person, integration or manifest; missing for the workspace */
                readonly id?: components["parameters"]["stop_target"];
                /**
                 * @description What the stop would cover
                 * @example workspace
                 */
                readonly scope: components["parameters"]["stop_scope"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The numbers */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StopPreview"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listPeople: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_person"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of people */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PersonPage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly changePerson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The person's id
                 * @example per_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["person"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PersonChange"];
            };
        };
        readonly responses: {
            /** @description Changed */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Person"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.role_managed_elsewhere.last_admin"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deletePasskeysOfPerson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The person's id
                 * @example per_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["person"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Removed */
            readonly 204: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly endSessionsOfPerson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The person's id
                 * @example per_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["person"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Ended */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SessionsEnded"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listInvitations: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Open invitations, newest first */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InvitationList"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly invitePerson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["InvitationInput"];
            };
        };
        readonly responses: {
            /** @description Invited */
            readonly 201: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InvitationCreated"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 409: components["responses"]["409.signs_in_elsewhere.person_inactive"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly deleteInvitation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The invitation's id
                 * @example inv_01J00000000000000000000000
                 */
                readonly id: components["parameters"]["invitation"];
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
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listUsable: {
        readonly parameters: {
            readonly query?: {
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_name"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["usable_limit"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            readonly 403: components["responses"]["proxy.403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["proxy.422.invalid"];
            readonly 429: components["responses"]["proxy.429.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly proxyGet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
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
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
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
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
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
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
                 * @example me
                 */
                readonly path: components["parameters"]["provider_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
                /** @description One of the manifest's hosts, instead of the host of the API's base URL */
                readonly "X-Nexus-Host"?: components["parameters"]["host"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path: {
                /**
                 * @description The integration's id or slug
                 * @example sandbox
                 */
                readonly id: components["parameters"]["integration"];
                /**
                 * @description The path below the API's base URL, including slashes
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
            /** @description The provider's response */
            readonly "2XX": {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
            readonly 403: components["responses"]["proxy.403.forbidden.policy_denied.stopped"];
            readonly 404: components["responses"]["proxy.404.not_found"];
            readonly 408: components["responses"]["proxy.408.request_timeout"];
            readonly 409: components["responses"]["proxy.409.integration_inactive.reauthorization_required"];
            readonly 422: components["responses"]["proxy.422.invalid.oauth_client_missing"];
            readonly 429: components["responses"]["proxy.429.too_many_calls.rate_limited"];
            readonly 500: components["responses"]["proxy.500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 502: components["responses"]["proxy.502.provider_error.egress_denied"];
            readonly 503: components["responses"]["proxy.503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 504: components["responses"]["proxy.504.provider_timeout"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
            /** @description The provider's response, including redirects */
            readonly default: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store_private"];
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
    readonly endSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SessionEnd"];
            };
        };
        readonly responses: {
            /** @description Ended */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SessionsEnded"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly tick: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The work that was done */
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
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly listUsage: {
        readonly parameters: {
            readonly query?: {
                /** @description What one row is about. Without it, a row has all calls of its period */
                readonly by?: components["parameters"]["by"];
                /** @description `next_cursor` of the previous page */
                readonly cursor?: components["parameters"]["after_row"];
                /** @description From this time on */
                readonly from?: components["parameters"]["from"];
                /** @description The maximum number of items */
                readonly limit?: components["parameters"]["limit"];
                /** @description The period that one row sums up */
                readonly per?: components["parameters"]["per_long"];
                /** @description Before this time */
                readonly to?: components["parameters"]["to"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
                    readonly "application/json": components["schemas"]["WorkspaceUsagePage"];
                };
            };
            readonly 401: components["responses"]["401.missing_token.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly sendMcpMessage: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The version that was negotiated, or the one that the message names */
                readonly "MCP-Protocol-Version"?: components["parameters"]["mcp_version"];
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
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
            /** @description The response, or an error of the protocol */
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
            /** @description The message needs no response */
            readonly 202: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not a message, a message without an `id`, an unsupported version, or in 2026-07-28 any error. As a problem, `broken_body`: the body is incomplete */
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
            /** @description The token is missing or not valid; the header names the issuer */
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
            /** @description `forbidden`: the role does not allow the call, or a page of another origin sent it (`Origin`) */
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
            /** @description The method does not exist, in 2026-07-28 */
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
            /** @description `rate_limited`: too many wrong proofs came from this address */
            readonly 429: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly ratelimit: components["headers"]["rate_limit"];
                    readonly "ratelimit-policy": components["headers"]["rate_limit_policy"];
                    readonly "retry-after": components["headers"]["retry_after"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly acceptInvitation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["InvitationAnswer"];
            };
        };
        readonly responses: {
            /** @description Signed in; the cookie is set */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SignedIn"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 403: components["responses"]["403.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 410: components["responses"]["410.gone"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly showInvitation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["InvitationSecret"];
            };
        };
        readonly responses: {
            /** @description The invitation, which stays valid */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["InvitationShown"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 403: components["responses"]["403.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 410: components["responses"]["410.gone"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly signInByLink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["LinkInput"];
            };
        };
        readonly responses: {
            /** @description Signed in; the cookie is set */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SignedIn"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.invalid_token.token_expired"];
            readonly 403: components["responses"]["403.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly beginOidc: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OidcBegin"];
            };
        };
        readonly responses: {
            /** @description The URL to which the page sends the browser */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OidcBegun"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 403: components["responses"]["403.cross_site.stopped"];
            readonly 404: components["responses"]["404.not_found"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly finishOidc: {
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
                /** @description The value that was sent to the provider */
                readonly state?: components["parameters"]["state"];
            };
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Signed in */
            readonly 303: {
                headers: {
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description This browser did not begin the sign-in */
            readonly 400: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The provider or this application does not let the person in */
            readonly 403: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description An internal error, or a misconfigured deployment */
            readonly 500: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            /** @description The identity provider failed, or its id token is not good */
            readonly 502: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description Storage or the identity provider's keys are unavailable */
            readonly 503: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
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
    readonly getSignInOptions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The ways to sign in */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SignInOptions"];
                };
            };
            readonly 422: components["responses"]["422.invalid"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly signInByPasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PasskeyAnswer"];
            };
        };
        readonly responses: {
            /** @description Signed in; the cookie is set */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SignedIn"];
                };
            };
            readonly 400: components["responses"]["400.broken_body"];
            readonly 401: components["responses"]["401.invalid_token"];
            readonly 403: components["responses"]["403.forbidden.cross_site.stopped"];
            readonly 408: components["responses"]["408.request_timeout"];
            readonly 413: components["responses"]["413.too_large"];
            readonly 415: components["responses"]["415.unsupported_media_type"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
    readonly getSignInPasskeyOptions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Is returned, and written to the log and, beside the application's own id, to the audit record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which marks the application's own ids */
                readonly "X-Request-Id"?: components["parameters"]["request_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Give `public_key` to the browser */
            readonly 200: {
                headers: {
                    readonly "cache-control": components["headers"]["no_store"];
                    readonly "x-request-id": components["headers"]["request_id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            readonly 403: components["responses"]["403.cross_site.stopped"];
            readonly 409: components["responses"]["409.passkeys_unavailable"];
            readonly 422: components["responses"]["422.invalid"];
            readonly 429: components["responses"]["429.rate_limited"];
            readonly 500: components["responses"]["500.misconfigured.internal.credential_unreadable"];
            readonly 501: components["responses"]["proxy.501.upgrade_unsupported"];
            readonly 503: components["responses"]["503.storage_unavailable.write_unconfirmed.schema_behind.database_newer.jwks_unavailable.refresh_pending.unavailable"];
            readonly 508: components["responses"]["proxy.508.loop_detected"];
        };
    };
}
