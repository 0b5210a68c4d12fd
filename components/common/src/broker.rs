//! The operations of the broker: what each takes and returns, and which components may call it.
//!
//! A caller says *which* integration, never *what* its credential is. No response holds a plaintext.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{
    Account, Caller, Exchanged, GivenUp, Health, IntegrationKey, OutboxEntry, Receipt,
    SealedCredential,
};
use crate::error::Problem;
use crate::reads::Reads;
use crate::rpc::{Component, Entry, Nothing, bodies_with_secrets, operations};
use crate::secret::{SecretJson, expose_to};

operations! {
    /// The operations with JSON in their bodies, as the table in ARCHITECTURE.md has them.
    JSON_OPERATIONS at Broker;

    /// Checks, verifies and seals new credentials. Refuses with `stopped`, `invalid`, `credential_refused`,
    /// `grant_shared`, `provider_error`, `provider_timeout`.
    Seal("seal", "verifies credentials, and returns them sealed")
        for [Create, Update]: NewCredentials => Sealed, or Problem;
    /// Verifies a stored credential at the provider, and stores the result. Refuses with `stopped`, `not_found`,
    /// `credential_unreadable`.
    Check("check", "checks a stored credential now") for [Upkeep]: Stored => Checked, or Problem;
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

/// The request of [`FetchClientMetadata`]: which document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientDocument {
    /// The URL, which anybody may have chosen.
    pub url: String,
}

/// The response of [`FetchClientMetadata`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// The document: a JSON object.
    pub document: Map<String, Value>,
    /// For how many seconds it may be cached, by HTTP's rules.
    pub fresh_seconds: u32,
}

/// The request of [`Seal`]: credentials that are not stored yet.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct NewCredentials {
    /// The workspace.
    pub workspace: String,
    /// The integration that the credentials are for. The ciphertext is bound to it.
    pub integration_id: String,
    /// The manifest. `None` for an existing integration, which keeps the version of the manifest that it was
    /// created with.
    pub manifest_id: Option<String>,
    /// Unchecked parameters. For an existing integration, the parameters to change.
    pub params: Map<String, Value>,
    /// Unchecked credential fields.
    #[serde(serialize_with = "expose_to")]
    pub credentials: SecretJson,
    /// Whether the credentials are verified at the provider.
    pub verify: bool,
    /// The subject that enters the credentials, for events.
    pub actor: String,
    /// Whether to revoke the replaced credential even if another workspace uses it. `None` if the caller has
    /// not decided. Then the operation fails with `grant_shared` if another workspace uses it.
    pub force: Option<bool>,
}

impl NewCredentials {
    /// The integration.
    #[must_use]
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }
}

/// The response of [`Seal`]: everything that the caller stores.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sealed {
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
    /// The manifest's method.
    pub auth_method: String,
    /// Checked parameters.
    pub params: Map<String, Value>,
    /// The new credential. `None` if the stored credential stays in use.
    pub credential: Option<SealedCredential>,
    /// Healthy after a verification, otherwise unknown.
    pub health: Health,
    /// The account at the provider.
    pub account: Account,
    /// The version of the stored credential that the new one replaces. 0 if there is none.
    pub replaces: i64,
    /// The tokens that were obtained for the new credential. They are revoked if it cannot be stored.
    pub lost: GivenUp,
    /// The tokens that the new credential replaces.
    pub replaced: GivenUp,
    /// The calls of the provider that only read.
    pub reads: Reads,
}

/// A stored credential. The broker loads everything else itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// The subject that asks, for events.
    pub actor: String,
}

impl Stored {
    /// The integration `id` in the workspace of `caller`.
    pub fn of(caller: &Caller, id: &str) -> Self {
        Self {
            workspace: caller.workspace.clone(),
            integration_id: id.to_owned(),
            actor: caller.subject.clone(),
        }
    }

    /// The integration.
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }
}

/// The response of [`Check`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Checked {
    /// The health.
    pub health: Health,
    /// The reason, in words without secrets.
    pub detail: Option<String>,
}

/// The request of [`PlanRevocation`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationScope {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// The subject that asks, for events.
    pub actor: String,
    /// Whether to revoke all tokens even if other connections may end with them.
    #[serde(default)]
    pub force: bool,
}

impl RevocationScope {
    /// All tokens of an integration.
    #[must_use]
    pub fn new(stored: Stored, force: bool) -> Self {
        let Stored { workspace, integration_id, actor } = stored;
        Self { workspace, integration_id, actor, force }
    }

    /// The integration, and whether to revoke its tokens even if other connections may end with them.
    #[must_use]
    pub fn into_parts(self) -> (Stored, bool) {
        let Self { workspace, integration_id, actor, force } = self;
        (Stored { workspace, integration_id, actor }, force)
    }
}

/// The request of [`Revoke`]: entries of the outbox.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueRevocations {
    /// The workspace.
    pub workspace: String,
    /// The integration whose new entries are sent.
    pub integration_id: String,
    /// The subject that asks, for events.
    pub actor: String,
    /// Entries that were kept, and are sent as well.
    #[serde(default)]
    pub kept: Vec<String>,
}

impl DueRevocations {
    /// The new entries of an integration, and the entries `kept`.
    #[must_use]
    pub fn new(stored: Stored, kept: Vec<String>) -> Self {
        let Stored { workspace, integration_id, actor } = stored;
        Self { workspace, integration_id, actor, kept }
    }

    /// The integration, and the entries that were kept.
    #[must_use]
    pub fn into_parts(self) -> (Stored, Vec<String>) {
        let Self { workspace, integration_id, actor, kept } = self;
        (Stored { workspace, integration_id, actor }, kept)
    }
}

/// The request of [`SealClient`]: an OAuth app that an admin entered.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct NewClient {
    /// The workspace.
    pub workspace: String,
    /// The manifest that the app is for.
    pub manifest_id: String,
    /// The client id at the provider.
    pub client_id: String,
    /// The client secret, a text.
    #[serde(serialize_with = "expose_to")]
    pub client_secret: SecretJson,
    /// The values that parameters may have if this app is used. A parameter that is not listed may have any
    /// value.
    #[serde(default)]
    pub params: BTreeMap<String, Vec<String>>,
}

/// The response of [`SealClient`].
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedClient {
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// The redirect URI to register at the provider.
    pub redirect_uri: String,
}

/// The request of [`BeginAuthorization`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The manifest. `None` for an existing integration, which keeps its version of the manifest and its
    /// parameters.
    pub manifest_id: Option<String>,
    /// Unchecked parameters. Empty for an existing integration.
    pub params: Map<String, Value>,
    /// The scopes to request. `None` for the manifest's default, or for the scopes that were requested before.
    pub scopes: Option<Vec<String>>,
    /// Whether a different account than before may be connected.
    pub accept_account_change: bool,
    /// Whether to revoke the replaced tokens even if another workspace uses them. `None` if the caller has
    /// not decided. Then the operation fails with `grant_shared` if another workspace uses them.
    pub force: Option<bool>,
}

/// The response of [`BeginAuthorization`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// The browser continues at the provider.
    Flow(Authorization),
    /// The provider is not connected by OAuth. A person enters its credentials.
    NotOauth,
}

/// An authorization in progress.
#[derive(Debug, Serialize, Deserialize)]
pub struct Authorization {
    /// The URL at which the browser continues.
    pub authorization_url: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// The data with which the broker finishes the flow: sealed, in base64.
    pub sealed: String,
    /// Checked parameters.
    pub params: Map<String, Value>,
    /// The requested scopes.
    pub scopes: Vec<String>,
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
    /// The calls of the provider that only read.
    pub reads: Reads,
}

/// The request of [`FinishAuthorization`]: a browser has come back.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Exchange {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// The data that [`BeginAuthorization`] sealed, in base64.
    pub sealed: String,
    /// The decoded query of the callback.
    #[serde(serialize_with = "expose_to")]
    pub query: SecretJson,
    /// The manifest whose own callback address the browser came to. `None` for the common address.
    pub callback: Option<String>,
}

/// The plan for the revocation of an integration's tokens.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// A receipt for each token. It is `pending` if an entry revokes the token.
    pub receipts: Vec<Receipt>,
    /// Entries for the outbox.
    pub entries: Vec<OutboxEntry>,
    /// Receipts of tokens that were given up earlier and kept, and are revoked now. Each names its entry.
    #[serde(default)]
    pub kept: Vec<Receipt>,
    /// Other integrations of the workspace that use, or may use, the tokens.
    pub shared: Vec<String>,
    /// The version of the credential. 0 if there is none.
    pub version: i64,
}

/// The response of [`Describe`]: an integration's provider, for an agent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Described {
    /// The provider's name.
    pub provider: String,
    /// The purpose of the provider.
    pub description: String,
    /// The documentation of its API.
    pub docs_url: Option<String>,
    /// The URL at the provider that paths are relative to.
    pub base_url: String,
    /// All hosts that can be called.
    pub hosts: Vec<String>,
    /// Headers that are sent unless the agent sends its own.
    pub headers: BTreeMap<String, String>,
    /// Calls that agents may not make.
    pub deny: Vec<Denied>,
}

/// A call that a manifest denies to agents.
#[derive(Debug, Serialize, Deserialize)]
pub struct Denied {
    /// The method, or `*`.
    pub method: String,
    /// The path.
    pub path: String,
    /// The reason.
    pub why: String,
}

/// The response of [`Tick`]: the work that was done.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Ticked {
    /// The number of credentials that were checked at their providers.
    pub checked: u32,
    /// The number of tokens that were refreshed because nobody uses them.
    pub refreshed: u32,
    /// The number of tokens in the outbox that were revoked, or whose revocation has failed for good.
    pub revoked: u32,
    /// The number of ciphertexts that were sealed again with the first key.
    pub resealed: u32,
    /// The number of unused documents of manifests that were deleted.
    pub forgotten: u32,
    /// The number of failures. The log has the reasons.
    pub failed: u32,
}

/// The request of [`VerifyHeads`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceScope {
    /// The workspace.
    pub workspace: String,
}

/// The response of [`VerifyHeads`]: the signed heads of a workspace's audit record, compared with the record.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct HeadsVerified {
    /// The number of heads.
    pub heads: u64,
    /// When the oldest head was signed (RFC 3339, UTC).
    pub since: Option<String>,
    /// The number of the last record whose hash is the signed one.
    pub up_to: i64,
    /// The number of heads that do not match the record.
    pub broken: u64,
    /// The oldest heads that do not match.
    pub first_broken: Vec<HeadBroken>,
}

/// A head that does not match the record.
#[derive(Debug, Serialize, Deserialize)]
pub struct HeadBroken {
    /// The number of the record's last entry when the head was signed.
    pub count: i64,
    /// The reason, in words.
    pub why: String,
}

/// The response of [`ReportHealth`].
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct BrokerHealth {
    /// The malformed variables.
    pub problems: Vec<VariableProblem>,
    /// The ids of the encryption keys, the sealing key first.
    pub keys: Vec<String>,
}

/// A malformed variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableProblem {
    /// The name of the variable.
    pub variable: String,
    /// The rule that it breaks. Never its value.
    pub rule: String,
}
