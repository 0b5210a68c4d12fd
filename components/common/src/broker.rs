//! The operations of the broker: what each takes and returns, and which components may call it.
//!
//! A caller says *which* integration, never *what* its credential is. No response holds a plaintext.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::Caller;
use crate::domain::{Health, IntegrationKey, TokenState};
use crate::encoding;
use crate::error::{Error, Problem, Result};
use crate::rpc::{Component, Entry, Nothing, operations};
use crate::secret::{SecretJson, expose_to};
use crate::store::OutboxEntry;

operations! {
    /// The operations with JSON in their bodies, as the table in ARCHITECTURE.md has them.
    JSON_OPERATIONS at Broker;

    /// Checks, verifies and seals new credentials. Refuses by `invalid`, `credential_refused`, `grant_shared`,
    /// `provider_error`, `provider_timeout`.
    Seal("seal", "verifies credentials, and returns them sealed")
        for [Create, Update]: NewCredentials => Sealed, or Problem;
    /// Tries a stored credential at the provider, and stores the result. Refuses by `not_found`,
    /// `credential_unreadable`.
    Check("check", "checks a stored credential now") for [Upkeep]: Stored => Checked, or Problem;
    /// Finds out what a revocation of a stored credential would do. Changes nothing. Refuses by `not_found`.
    PlanRevocation("plan-revocation", "plans the revocation of an integration's tokens")
        for [Delete]: RevocationScope => Plan, or Problem;
    /// Works off what is new in the outbox for one integration, and returns what became of each token.
    Revoke("revoke", "revokes the tokens of an integration that are in the outbox")
        for [Update, Delete, OauthCallback]: DueRevocations => Vec<Receipt>, or Problem;
    /// Reports malformed variables that only the broker has.
    ReportHealth("health", "reports malformed variables and the key ids")
        for [Status]: Nothing => BrokerHealth, or Problem;
    /// Seals an OAuth app. Refuses by `invalid`, `not_found`.
    SealClient("seal-client", "seals the secret of an OAuth app")
        for [Catalog]: NewClient => SealedClient, or Problem;
    /// Begins an OAuth flow. Refuses by `invalid`, `oauth_client_missing`, `grant_shared`.
    BeginAuthorization("authorize-url", "begins an OAuth flow")
        for [Create]: Authorize => Begun, or Problem;
    /// Finishes an OAuth flow. Refuses by `flow_invalid`, `credential_refused`, `provider_error`,
    /// `provider_timeout`.
    FinishAuthorization("exchange", "finishes an OAuth flow")
        for [OauthCallback]: Exchange => Exchanged, or Problem;
    /// Does a bounded part of the work that is due.
    Tick("tick", "does the background work that is due") for [Upkeep]: Nothing => Ticked, or Problem;
    /// Signs the heads of the audit records that have new entries. Returns how many records no longer have
    /// their last head.
    SignHeads("sign-heads", "authenticates the heads of the audit records")
        for [Upkeep]: Nothing => u32, or Problem;
    /// Compares the signed heads of a workspace's audit record with the record.
    VerifyHeads("verify-heads", "compares the signed heads of an audit record with it")
        for [Upkeep]: OfWorkspace => HeadsVerified, or Problem;
    /// Says what an agent has to know of an integration's provider. Refuses by `not_found`.
    Describe("describe", "says what an agent has to know of an integration's provider")
        for [Mcp]: Stored => Described, or Problem;
}

/// The components that may have a call made, and the operation's name: its body is the call's own.
pub const FORWARD: Entry = Entry {
    name: "forward",
    callers: &[Component::Proxy, Component::Mcp],
    purpose: "makes an agent's call, and passes the response on",
};

/// All operations of the broker.
pub fn operations() -> impl Iterator<Item = Entry> {
    JSON_OPERATIONS.iter().copied().chain([FORWARD])
}

/// [`Seal`]: credentials that are not stored yet.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCredentials {
    /// The workspace.
    pub workspace: String,
    /// The integration they are for; the ciphertext is bound to it.
    pub integration_id: String,
    /// Which manifest. `None`: the integration is there, and keeps the version of its manifest that
    /// it was made with.
    pub manifest_id: Option<String>,
    /// Parameters, unchecked. For an integration that is there: those to change.
    pub params: Map<String, Value>,
    /// Credential fields, unchecked.
    #[serde(serialize_with = "expose_to")]
    pub credentials: SecretJson,
    /// Whether they are tried at the provider.
    pub verify: bool,
    /// Who enters them, for events.
    pub actor: String,
    /// Whether the credential that they replace ends although another workspace uses it; `None`:
    /// that was not said, so where one does it is asked.
    pub force: Option<bool>,
}

impl NewCredentials {
    /// The integration.
    #[must_use]
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }
}

/// What [`Seal`] returns: everything the caller writes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sealed {
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
    /// The manifest's method.
    pub auth_method: String,
    /// Parameters, checked.
    pub params: Map<String, Value>,
    /// The new credential; `None` where the stored one goes on being used.
    pub credential: Option<SealedCredential>,
    /// Healthy after a verification, otherwise unknown.
    pub health: Health,
    /// The account at the provider.
    pub account: Account,
    /// The version of the stored credential that the new one replaces; 0 where there is none.
    pub replaces: i64,
    /// What was obtained for the new credential, for where it cannot be stored.
    pub lost: GivenUp,
    /// What the new credential replaces.
    pub replaced: GivenUp,
}

/// A ciphertext and what may be known of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedCredential {
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// `…9f2a`, where the secret is long enough.
    pub hint: Option<String>,
    /// When the access token ends, in milliseconds since the Unix epoch.
    pub expires_at: Option<i64>,
    /// From when on it is refreshed.
    pub refresh_at: Option<i64>,
    /// The OAuth client of the tokens.
    pub client_id: Option<String>,
    /// Where that client is registered: the origin of the token endpoint.
    pub authorization_server: Option<String>,
    /// The origin of the call that ends it.
    pub revocation_server: Option<String>,
    /// Keyed digests of its secrets.
    pub digests: Vec<String>,
}

impl SealedCredential {
    /// The ciphertext.
    ///
    /// # Errors
    /// [`Error::Internal`] where it is no base64: not from our broker.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        encoding::from_base64(&self.sealed)
            .ok_or_else(|| Error::Internal("the broker's ciphertext is not base64".into()))
    }
}

/// An account at a provider.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id there.
    pub id: Option<String>,
    /// What people call it.
    pub label: Option<String>,
}

/// An operation on a stored credential: the broker loads everything itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// Who asks, for the event.
    pub actor: String,
}

impl Stored {
    /// The integration `id` of the workspace of `caller`, who asks.
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

/// What [`Check`] found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checked {
    /// The health.
    pub health: Health,
    /// Why, in words without secrets.
    pub detail: Option<String>,
}

/// What becomes of one token when its integration is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which token: the name of the credential field.
    pub token: String,
    /// What has become of it.
    pub state: TokenState,
    /// Why, and where a person can end it.
    pub detail: String,
    /// The entry of the outbox that it is of, where there is one.
    pub entry_id: Option<String>,
}

/// Tokens that nobody is going to use.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct GivenUp {
    /// The calls that end them, for the outbox.
    pub entries: Vec<OutboxEntry>,
    /// Receipts of those for which no call can be made.
    pub failed: Vec<Receipt>,
    /// Whether they end although other connections may end with them.
    #[serde(default)]
    pub forced: bool,
}

impl GivenUp {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.failed.is_empty()
    }
}

/// [`PlanRevocation`]: of which credential.
#[derive(Debug, Serialize, Deserialize)]
pub struct RevocationScope {
    /// The integration.
    #[serde(flatten)]
    pub stored: Stored,
    /// Whether all is revoked, although other connections may end too.
    #[serde(default)]
    pub force: bool,
}

/// [`Revoke`]: which entries of the outbox.
#[derive(Debug, Serialize, Deserialize)]
pub struct DueRevocations {
    /// The integration whose new entries are worked off.
    #[serde(flatten)]
    pub stored: Stored,
    /// Entries that have waited, and are worked off as well.
    #[serde(default)]
    pub kept: Vec<String>,
}

impl DueRevocations {
    /// What is new in the outbox for an integration.
    #[must_use]
    pub const fn new(stored: Stored) -> Self {
        Self { stored, kept: Vec::new() }
    }
}

/// [`SealClient`]: an OAuth app that an admin entered.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// The workspace.
    pub workspace: String,
    /// The manifest it is for.
    pub manifest_id: String,
    /// The client id at the provider.
    pub client_id: String,
    /// Its secret, a text.
    #[serde(serialize_with = "expose_to")]
    pub client_secret: SecretJson,
    /// The values that parameters may have where it is used; one that is missing may have any.
    #[serde(default)]
    pub params: BTreeMap<String, Vec<String>>,
}

/// What [`SealClient`] returns.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedClient {
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// What is to be registered at the provider.
    pub redirect_uri: String,
}

/// [`BeginAuthorization`]: an authorization that begins.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// Which manifest. `None`: the integration is there, and keeps its version and parameters.
    pub manifest_id: Option<String>,
    /// Parameters, unchecked; of an integration that is there none.
    pub params: Map<String, Value>,
    /// What to ask for; `None`: the manifest's default, or what was asked for before.
    pub scopes: Option<Vec<String>>,
    /// Whether another account than before may be connected.
    pub accept_account_change: bool,
    /// Whether the tokens that are replaced end although another workspace uses them; `None`: that
    /// was not said, so where one does it is asked.
    pub force: Option<bool>,
}

/// What [`BeginAuthorization`] returns.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// The browser goes to the provider.
    Flow(Authorization),
    /// The provider is not connected by OAuth: its credentials are entered.
    NotOauth,
}

/// An authorization that has begun.
#[derive(Debug, Serialize, Deserialize)]
pub struct Authorization {
    /// Where the browser goes.
    pub authorization_url: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// What the broker needs to finish, sealed, in base64.
    pub sealed: String,
    /// Parameters, checked.
    pub params: Map<String, Value>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
}

/// [`FinishAuthorization`]: a browser that came back.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// What [`BeginAuthorization`] sealed, in base64.
    pub sealed: String,
    /// The callback's query, decoded.
    #[serde(serialize_with = "expose_to")]
    pub query: SecretJson,
    /// The manifest whose own callback address it came to; `None`: the common one.
    pub callback: Option<String>,
}

/// What [`FinishAuthorization`] returns: everything the caller writes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Exchanged {
    /// What to store; `None` where the tokens must not be, and `refused` says why.
    pub stored: Option<Connected>,
    /// Why the tokens must not be stored: code and words.
    pub refused: Option<(String, String)>,
    /// The new tokens, for where they cannot be stored.
    pub lost: GivenUp,
    /// The tokens which the new ones replace.
    pub replaced: GivenUp,
}

/// A connection that came about.
#[derive(Debug, Serialize, Deserialize)]
pub struct Connected {
    /// The credential.
    pub credential: SealedCredential,
    /// The version of the credential that it replaces; 0 where there is none.
    pub replaces: i64,
    /// Healthy, or unknown if the provider could not be asked.
    pub health: Health,
    /// The account.
    pub account: Account,
    /// All parameters, those that were found too.
    pub params: Map<String, Value>,
    /// The scopes as the API shows them: requested, granted, missing.
    pub scopes: Value,
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
}

/// What is to become of an integration's tokens.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// One per token; `pending` where an entry ends it.
    pub receipts: Vec<Receipt>,
    /// Entries for the outbox.
    pub entries: Vec<OutboxEntry>,
    /// Tokens that were given up earlier, wait, and end with this one; each names its entry.
    #[serde(default)]
    pub kept: Vec<Receipt>,
    /// Other integrations of the workspace that use, or may use, what would end.
    pub shared: Vec<String>,
    /// The version of the credential that this is of; 0 where there is none.
    pub version: i64,
}

/// [`Describe`]: what an agent has to know of an integration's provider.
#[derive(Debug, Serialize, Deserialize)]
pub struct Described {
    /// The provider's name.
    pub provider: String,
    /// What it is for.
    pub description: String,
    /// The documentation of its API.
    pub docs_url: Option<String>,
    /// What paths are relative to, at the provider.
    pub base_url: String,
    /// All hosts that can be called.
    pub hosts: Vec<String>,
    /// Headers that are sent unless the agent sends its own.
    pub headers: BTreeMap<String, String>,
    /// Calls that agents are refused.
    pub deny: Vec<Denied>,
}

/// A call that a manifest refuses to agents.
#[derive(Debug, Serialize, Deserialize)]
pub struct Denied {
    /// The method, or `*`.
    pub method: String,
    /// The path.
    pub path: String,
    /// Why.
    pub why: String,
}

/// What one [`Tick`] did.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Ticked {
    /// Credentials that were tried at their providers.
    pub checked: u32,
    /// Tokens refreshed so that they do not die of disuse.
    pub refreshed: u32,
    /// Tokens of the outbox that ended at their providers, or were given up.
    pub revoked: u32,
    /// Ciphertexts that were sealed anew with the first key.
    pub resealed: u32,
    /// Documents of manifests that nothing uses any more.
    pub forgotten: u32,
    /// What did not work; the log has the reasons.
    pub failed: u32,
}

/// [`VerifyHeads`]: whose record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfWorkspace {
    /// The workspace.
    pub workspace: String,
}

/// What [`VerifyHeads`] found: all signed heads of a workspace's audit record, compared with it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct HeadsVerified {
    /// How many heads there are.
    pub heads: u64,
    /// When the oldest was signed: RFC 3339, UTC.
    pub since: Option<String>,
    /// The hashes are as they were when they were signed, up to this number.
    pub up_to: i64,
    /// How many of the heads the record does not have.
    pub broken: u64,
    /// The oldest of those, and why.
    pub first_broken: Vec<HeadBroken>,
}

/// A head that the record does not have.
#[derive(Debug, Serialize, Deserialize)]
pub struct HeadBroken {
    /// The number of the record's last entry when it was signed.
    pub count: i64,
    /// Why, in words.
    pub why: String,
}

/// What [`ReportHealth`] returns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct BrokerHealth {
    /// Malformed variables that only the broker has: name and rule.
    pub problems: Vec<VariableProblem>,
    /// The ids of the encryption keys, the sealing one first.
    pub keys: Vec<String>,
}

/// A malformed variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableProblem {
    /// Its name.
    pub variable: String,
    /// The rule it breaks; never its value.
    pub rule: String,
}
