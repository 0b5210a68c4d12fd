//! The way to the broker: which operations there are, and what they take and return.
//!
//! Callers say *which* integration, never *what* its credential is. No answer holds a plaintext.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::auth::Caller;
use crate::error::{Error, Problem, Result};
use crate::http::{PASSED_ID, RequestId, answered, request_to};
use crate::platform::http::{call, full};
use crate::secret::SecretJson;
use crate::store::OutboxEntry;
use crate::{config, encoding};

/// The header in which a caller names itself to the broker.
pub const CALLER: &str = "x-nexus-caller";
/// Longer than the broker's own deadlines, so that its answer is heard.
const LIMIT: Duration = Duration::from_secs(60);
const MAX_ANSWER: usize = 256 * 1024;

/// A component that may call the broker.
pub struct Broker {
    caller: &'static str,
    request_id: RequestId,
}

/// `seal` and `verify`: credentials that are not stored yet.
#[derive(Deserialize)]
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
    pub credentials: SecretJson,
    /// Whether they are tried at the provider.
    pub verify: bool,
    /// Who enters them, for events.
    pub actor: String,
    /// Whether the credential that they replace ends although another workspace uses it; `None`:
    /// that was not said, so where one does it is asked.
    pub force: Option<bool>,
}

/// What `seal` returns: everything the caller writes.
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
    /// `healthy` after a verification, else `unknown`.
    pub health: String,
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
}

/// What `check` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checked {
    /// `healthy`, `failing`, `reauthorize` or `unknown`.
    pub health: String,
    /// Why, in words without secrets.
    pub detail: Option<String>,
}

/// What becomes of one token when its integration is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which token: the name of the credential field.
    pub token: String,
    /// `not_revocable`, `unsupported`, …
    pub state: String,
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

/// `revoke`: plan what becomes of a stored credential, or do what the outbox has of an integration.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revoke {
    /// Nothing is changed.
    Plan {
        /// Of which integration.
        #[serde(flatten)]
        stored: Stored,
        /// Whether all is to end, other connections too.
        #[serde(default)]
        force: bool,
    },
    /// What is new of the integration is done now.
    Run {
        /// Of which integration.
        #[serde(flatten)]
        stored: Stored,
        /// Entries that have waited and are to be done as well.
        #[serde(default)]
        kept: Vec<String>,
    },
}

/// `seal-client`: an OAuth app that an admin entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// The workspace.
    pub workspace: String,
    /// The manifest it is for.
    pub manifest_id: String,
    /// The client id at the provider.
    pub client_id: String,
    /// Its secret, a text.
    pub client_secret: SecretJson,
    /// The values that parameters may have where it is used; one that is missing may have any.
    #[serde(default)]
    pub params: BTreeMap<String, Vec<String>>,
}

/// What `seal-client` returns.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedClient {
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// What is to be registered at the provider.
    pub redirect_uri: String,
}

/// `authorize-url`: an authorization that begins.
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

/// What `authorize-url` returns.
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

/// `exchange`: a browser that came back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// What `authorize-url` sealed, in base64.
    pub sealed: String,
    /// The callback's query, decoded.
    pub query: SecretJson,
    /// The manifest whose own callback address it came to; `None`: the common one.
    pub callback: Option<String>,
}

/// What `exchange` returns: everything the caller writes.
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
    /// `healthy`, or `unknown` where the provider could not be asked.
    pub health: String,
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

/// `describe`: what an agent has to know of an integration's provider.
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

/// What one `tick` of the broker did.
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

/// `verify-heads`: whose record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfWorkspace {
    /// The workspace.
    pub workspace: String,
}

/// What `verify-heads` found: all signed heads of a workspace's audit record, compared with it.
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

/// What `health` returns.
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

impl Broker {
    /// The broker as `caller` reaches it, for the request `request_id`.
    pub fn new(caller: &'static str, request_id: &RequestId) -> Self {
        Self { caller, request_id: request_id.clone() }
    }

    /// Checks, verifies and seals new credentials.
    ///
    /// # Errors
    /// What the broker says: `invalid`, `credential_refused`, `provider_error`, `provider_timeout`.
    pub async fn seal(&self, new: &NewCredentials) -> Result<Sealed> {
        self.operate(
            "seal",
            &json!({
                "workspace": new.workspace,
                "integration_id": new.integration_id,
                "manifest_id": new.manifest_id,
                "params": new.params,
                "credentials": new.credentials.expose(),
                "verify": new.verify,
                "actor": new.actor,
                "force": new.force,
            }),
        )
        .await
    }

    /// Tries a stored credential at the provider, now, and stores what was found.
    ///
    /// # Errors
    /// `not_found`, `credential_unreadable`, storage.
    pub async fn check(&self, stored: &Stored) -> Result<Checked> {
        self.operate("check", &json!(stored)).await
    }

    /// What an agent has to know of an integration's provider.
    ///
    /// # Errors
    /// `not_found`, storage.
    pub async fn describe(&self, stored: &Stored) -> Result<Described> {
        self.operate("describe", &json!(stored)).await
    }

    /// What will become of the tokens of an integration; with `force` other connections may end too.
    ///
    /// # Errors
    /// `not_found`, storage.
    pub async fn plan_revocation(&self, stored: Stored, force: bool) -> Result<Plan> {
        self.operate("revoke", &json!(Revoke::Plan { stored, force })).await
    }

    /// Ends the tokens of an integration that are new in the outbox, and the entries `kept`, which
    /// have waited; returns what became of each.
    ///
    /// # Errors
    /// Storage.
    pub async fn revoke(&self, stored: Stored, kept: Vec<String>) -> Result<Vec<Receipt>> {
        self.operate("revoke", &json!(Revoke::Run { stored, kept })).await
    }

    /// Seals an OAuth app.
    ///
    /// # Errors
    /// `invalid`, `not_found`.
    pub async fn seal_client(&self, new: &NewClient) -> Result<SealedClient> {
        let body = json!({
            "workspace": new.workspace, "manifest_id": new.manifest_id,
            "client_id": new.client_id, "client_secret": new.client_secret.expose(),
            "params": new.params,
        });
        self.operate("seal-client", &body).await
    }

    /// Begins an authorization.
    ///
    /// # Errors
    /// `invalid`, `oauth_client_missing`.
    pub async fn authorize(&self, authorize: &Authorize) -> Result<Authorization> {
        self.operate("authorize-url", &json!(authorize)).await
    }

    /// Finishes an authorization.
    ///
    /// # Errors
    /// `flow_invalid`, `provider_error`, `provider_timeout`, `credential_refused`.
    pub async fn exchange(&self, exchange: &Exchange) -> Result<Exchanged> {
        let body = json!({
            "workspace": exchange.workspace, "integration_id": exchange.integration_id,
            "state_hash": exchange.state_hash, "sealed": exchange.sealed,
            "query": exchange.query.expose(), "callback": exchange.callback,
        });
        self.operate("exchange", &body).await
    }

    /// Does work that is due: a bounded part of it.
    ///
    /// # Errors
    /// Storage, or variables that are malformed.
    pub async fn tick(&self) -> Result<Ticked> {
        self.operate("tick", &json!({})).await
    }

    /// The state of the broker's own variables.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn health(&self) -> Result<BrokerHealth> {
        self.operate("health", &json!({})).await
    }

    /// Signs the heads of the audit records that were added to. Returns how many records do not have
    /// their last head any more.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn sign_heads(&self) -> Result<u32> {
        self.operate("sign-heads", &json!({})).await
    }

    /// Compares the signed heads of a workspace's audit record with it.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn verify_heads(&self, workspace: &str) -> Result<HeadsVerified> {
        self.operate("verify-heads", &json!({ "workspace": workspace })).await
    }

    async fn operate<T: DeserializeOwned>(&self, operation: &str, body: &Value) -> Result<T> {
        let answer = self.ask(operation, body).await?;
        serde_json::from_slice(&answer)
            .map_err(|_| Error::Internal(format!("broker {operation}: not the answer to that")))
    }

    /// The broker's answer, as it is written: the code that waits is the same for all of them.
    async fn ask(&self, operation: &str, body: &Value) -> Result<Bytes> {
        let secret = config::broker_secret().await?;
        let body = body.to_string();
        let fault = |why: &dyn Display| Error::Internal(format!("broker {operation}: {why}"));
        let length = HeaderValue::from(body.len());
        let mut request =
            request_to("broker", Method::POST, &format!("/v1/{operation}"), full(body))?;
        let text = |text: &str| HeaderValue::from_str(text).map_err(|error| fault(&error));
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, text(&format!("Bearer {}", secret.expose()))?);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_LENGTH, length);
        headers.insert(CALLER, HeaderValue::from_static(self.caller));
        headers.insert(PASSED_ID, text(&self.request_id.passed_on())?);
        let response = answered("broker", call(request, LIMIT, MAX_ANSWER).await)?;
        if response.status().is_success() {
            return Ok(response.into_body());
        }
        let problem: Problem =
            serde_json::from_slice(response.body()).map_err(|_| fault(&response.status()))?;
        Err(Error::Passed(Box::new(problem)))
    }
}
