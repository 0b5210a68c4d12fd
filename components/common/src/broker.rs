//! The operations of the broker: what each takes and returns, and which components may call it.
//!
//! A caller says *which* integration, never *what* its credential is. No response holds a plaintext.

mod credentials;
mod documents;
mod oauth;
mod revocation;
mod upkeep;

use crate::domain::{Exchanged, Receipt, RegisteredClient};
use crate::error::Problem;
use crate::rpc::{Component, Entry, Nothing, bodies_with_secrets, operations};
pub use credentials::{Checked, Choice, Choices, NewCredentials, Sealed, Stored};
pub use documents::{ClientDocument, ClientMetadata, Denied, Described, Discovered, ServerAddress};
pub use oauth::{AppScope, Authorization, Authorize, Begun, Exchange, NewClient, SealedClient};
pub use revocation::{DueRevocations, Plan, RevocationScope};
pub use upkeep::{
    BrokerHealth, HeadBroken, HeadsVerified, Ticked, VariableProblem, WorkspaceScope,
};

operations! {
    /// The operations with JSON in their bodies, as the table in ARCHITECTURE.md has them.
    JSON_OPERATIONS at Broker;

    /// Checks, verifies and seals new credentials. Refuses with `stopped`, `invalid`, `credential_refused`,
    /// `nothing_found`, `grant_shared`, `provider_error`, `provider_timeout`.
    Seal("seal", "verifies credentials, and returns them sealed")
        for [Create, Update]: NewCredentials => Sealed, or Problem;
    /// Verifies a stored credential at the provider, and stores the result. Refuses with `stopped`, `not_found`,
    /// `credential_unreadable`.
    Check("check", "checks a stored credential now") for [Upkeep]: Stored => Checked, or Problem;
    /// Asks the provider what a stored credential can be connected to. Changes nothing. Refuses with `stopped`,
    /// `not_found`, `nothing_to_choose`, `nothing_found`, `credential_refused`, `provider_error`, `provider_timeout`.
    ListChoices("choices", "lists what a connection can be made to") for [Upkeep]: Stored => Choices, or Problem;
    /// Plans the revocation of a stored credential. Changes nothing. Refuses with `not_found`.
    PlanRevocation("plan-revocation", "plans the revocation of an integration's tokens")
        for [Delete]: RevocationScope => Plan, or Problem;
    /// Sends the new revocations in the outbox of one integration, and returns a receipt for each token.
    Revoke("revoke", "revokes the tokens of an integration that are in the outbox")
        for [Update, Delete, OauthCallback]: DueRevocations => Vec<Receipt>, or Problem;
    /// Reports the malformed variables among those that only the broker has.
    ReportHealth("health", "reports malformed variables and the key ids")
        for [Status]: Nothing => BrokerHealth, or Problem;
    /// Seals an OAuth app. Refuses with `invalid`, `not_found`.
    SealClient("seal-client", "seals the secret of an OAuth app")
        for [Catalog]: NewClient => SealedClient, or Problem;
    /// Registers an OAuth app at a provider that lets everybody do that. `None` at any other provider. Refuses with
    /// `invalid`, `not_found`, `provider_error`, `provider_timeout`, `egress_denied`.
    RegisterClient("register-client", "registers an OAuth app at a provider that allows it")
        for [Create]: AppScope => Option<RegisteredClient>, or Problem;
    /// Begins an OAuth flow. Refuses with `stopped`, `invalid`, `oauth_client_missing`, `grant_shared`.
    BeginAuthorization("authorize-url", "begins an OAuth flow")
        for [Create]: Authorize => Begun, or Problem;
    /// Finishes an OAuth flow. Refuses with `stopped`, `flow_invalid`, `credential_refused`, `provider_error`,
    /// `provider_timeout`.
    FinishAuthorization("exchange", "finishes an OAuth flow")
        for [OauthCallback]: Exchange => Exchanged, or Problem;
    /// Does a limited amount of the work that is due.
    Tick("tick", "does the background work that is due") for [Upkeep]: Nothing => Ticked, or Problem;
    /// Signs the heads of the audit records that have new entries. Returns how many records no longer match
    /// their last signed head.
    SignHeads("sign-heads", "authenticates the heads of the audit records")
        for [Upkeep]: Nothing => u32, or Problem;
    /// Compares the signed heads of a workspace's audit record with the record.
    VerifyHeads("verify-heads", "compares the signed heads of an audit record with it")
        for [Upkeep]: WorkspaceScope => HeadsVerified, or Problem;
    /// Describes an integration's provider for an agent. Refuses with `not_found`.
    Describe("describe", "describes an integration's provider for an agent")
        for [Mcp]: Stored => Described, or Problem;
    /// Makes the draft of a manifest from what an MCP server says of its authorization. Sends no credential, and stores
    /// nothing. Refuses with `invalid`, `egress_denied` or `provider_error`.
    Discover("discover", "reads how an MCP server authorizes its clients")
        for [Catalog]: ServerAddress => Discovered, or Problem;
    /// Fetches the metadata document of an OAuth client, whose id is the document's URL. Sends no credential.
    /// Refuses with `egress_denied` or `provider_error`.
    FetchClientMetadata("fetch-client-metadata", "fetches the metadata document of an OAuth client")
        for [OauthServer]: ClientDocument => ClientMetadata, or Problem;
}

/// The operation that makes an agent's call. Its body is the body of the call, so it is not in
/// [`JSON_OPERATIONS`].
pub const FORWARD: Entry = Entry {
    name: "forward",
    callers: &[Component::Proxy, Component::Mcp],
    purpose: "makes an agent's call, and passes the response on",
};

bodies_with_secrets!(NewCredentials, NewClient, Exchange);

/// All operations of the broker.
pub fn operations() -> impl Iterator<Item = Entry> {
    JSON_OPERATIONS.iter().copied().chain([FORWARD])
}
