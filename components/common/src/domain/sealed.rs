//! Sealed credentials, as the broker returns them and the store keeps them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{GivenUp, Health};
use crate::encoding;
use crate::error::{Error, Result};

/// A ciphertext, and the facts about it that are not secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedCredential {
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// The last characters of the secret (`…9f2a`), if the secret is long enough.
    pub hint: Option<String>,
    /// When the access token expires, in milliseconds since the Unix epoch.
    pub expires_at: Option<i64>,
    /// The time from which the access token is refreshed, in milliseconds since the Unix epoch.
    pub refresh_at: Option<i64>,
    /// The OAuth client of the tokens.
    pub client_id: Option<String>,
    /// The server where that client is registered: the origin of the token endpoint.
    pub authorization_server: Option<String>,
    /// The origin of the revocation request.
    pub revocation_server: Option<String>,
    /// Keyed digests of the secrets.
    pub digests: Vec<String>,
}

impl SealedCredential {
    /// The ciphertext.
    ///
    /// # Errors
    /// [`Error::Internal`] if the text is not base64, and so does not come from the broker.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        encoding::from_base64(&self.sealed)
            .ok_or_else(|| Error::Internal("the broker's ciphertext is not base64".into()))
    }
}

/// An account at a provider.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id of the account at the provider.
    pub id: Option<String>,
    /// The name of the account, for people.
    pub label: Option<String>,
}

/// The result of a finished authorization: everything that is stored of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Exchanged {
    /// The connection to store. `None` if the tokens must not be stored. Then `refused` has the reason.
    pub stored: Option<Connected>,
    /// The reason why the tokens must not be stored: a code, and words.
    pub refused: Option<(String, String)>,
    /// The new tokens. They are revoked if they cannot be stored.
    pub lost: GivenUp,
    /// The tokens that the new tokens replace.
    pub replaced: GivenUp,
}

/// A new connection.
#[derive(Debug, Serialize, Deserialize)]
pub struct Connected {
    /// The credential.
    pub credential: SealedCredential,
    /// The version of the credential that it replaces. 0 if there is none.
    pub replaces: i64,
    /// Healthy, or unknown if the provider could not be asked. Pending if a person has still to choose what the
    /// integration is connected to.
    pub health: Health,
    /// The account.
    pub account: Account,
    /// All parameters, with those that the flow found.
    pub params: Map<String, Value>,
    /// The scopes as the API shows them: requested, granted, missing.
    pub scopes: Value,
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
}

/// An OAuth app that the provider has registered by itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct RegisteredClient {
    /// The manifest that the app is for.
    pub manifest_id: String,
    /// The client id at the provider.
    pub client_id: String,
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// The client id of the stored app that no longer fits the manifest, if there is one. The new app replaces it.
    pub replaces: Option<String>,
}
