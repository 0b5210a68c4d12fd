//! A credential: the fields that were entered, and the pins, which are the origins that they may be sent to.
//!
//! The pins are sealed with the fields. A later change of a manifest, a parameter or a row cannot make the
//! broker send the fields to another host. This module must not return a plaintext to another component.

use std::collections::BTreeMap;

use nexus_common::domain::{Account, IntegrationKey, SealedCredential, manifest_id};
use nexus_common::secret::Secret;
use nexus_common::{Error, FieldError, Result, encoding};
use nexus_manifests::{Finding, Manifest, Pins, Verify};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::digest::{self, Digester};
use crate::keys;
use crate::plaintext;
pub use crate::rows::credentials::{Admission, CALL_MS, Callable, StoredCredential, Times};
use crate::seal::{self, Place};
use crate::source::{self, Sourced};

/// The plaintext of a sealed credential. It cannot be printed, and is zeroised when it is dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The manifest that it was entered for.
    pub manifest_id: String,
    /// The version of the manifest, if it is a workspace's own: its author decides what `verify` does.
    pub manifest_hash: Option<String>,
    /// The origins that it may be sent to, and the places in a request.
    pub pins: Pins,
    /// The fields by name. For OAuth 2.0, the tokens.
    #[serde(with = "plaintext")]
    pub fields: BTreeMap<String, Secret>,
    /// The OAuth app that the tokens were obtained with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientRef>,
}

/// The OAuth app that a connection was made with. It is sealed with the tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRef {
    /// The client id at the provider.
    pub client_id: String,
    /// The exact redirect URI of the flow.
    pub redirect_uri: String,
}

/// An opened credential, with its manifest and its parameters.
#[derive(Clone)]
pub struct Usable {
    /// The workspace of the integration.
    pub workspace: String,
    /// The manifest and its version.
    pub sourced: Sourced,
    /// The parameters.
    pub params: BTreeMap<String, String>,
    /// The credential itself.
    pub credential: Credential,
    /// The version of the stored credential.
    pub version: i64,
    /// When the access token expires and when to refresh it, as stored.
    pub times: Times,
    /// The account at the provider, as far as it is known.
    pub account: Account,
}

/// When an access token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// This many seconds after it was requested.
    After(i64),
    /// At this time, in milliseconds since the Unix epoch.
    At(i64),
}

impl Times {
    /// The times of a token that was requested at `begun_ms`. It is refreshed early by [`CALL_MS`] or a tenth of
    /// its lifetime, whichever is less. An expiry in the past is ignored, because one of the clocks is wrong.
    pub fn new(begun_ms: i64, expiry: Option<Expiry>) -> Self {
        let lifetime_ms = match expiry {
            Some(Expiry::After(seconds)) => seconds.saturating_mul(1000),
            Some(Expiry::At(ms)) => ms.saturating_sub(begun_ms),
            None => 0,
        };
        if lifetime_ms <= 0 {
            return Self::default();
        }
        let expires_at = begun_ms.saturating_add(lifetime_ms);
        let margin = (lifetime_ms / 10).min(CALL_MS);
        Self { expires_at: Some(expires_at), refresh_at: Some(expires_at - margin) }
    }
}

impl Usable {
    /// Whether the manifest has a request that proves the credential.
    pub fn can_be_verified(&self) -> bool {
        matches!(self.sourced.manifest.verify, Verify::Request { .. })
    }

    /// Seals the credential for the integration.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
    pub async fn seal(&self, key: IntegrationKey<'_>) -> Result<SealedCredential> {
        let ring = keys::ring().await?;
        let plain = plaintext::to_json(&self.credential, "a credential")?;
        let (sealed, key_id) = seal::seal(&ring, place(key.workspace, key.id), &plain)?;
        Ok(SealedCredential {
            sealed: encoding::to_base64(&sealed),
            key_id,
            hint: self.secrets().next().and_then(hint),
            expires_at: self.times.expires_at,
            refresh_at: self.times.refresh_at,
            client_id: self.credential.client.as_ref().map(|client| client.client_id.clone()),
            authorization_server: self.authorization_server(),
            revocation_server: self.revocation_server(),
            digests: self.digests(&*digest::digester().await?),
        })
    }

    /// The server where its OAuth client is registered: the origin of the token endpoint.
    pub fn authorization_server(&self) -> Option<String> {
        self.credential.client.as_ref().map(|_| self.credential.pins.token.join(" "))
    }

    /// The pinned origin of the revocation request. `None` if the manifest has no revocation request.
    pub fn revocation_server(&self) -> Option<String> {
        let origins = &self.credential.pins.revoke;
        (!origins.is_empty()).then(|| origins.join(" "))
    }

    /// The digests of the secrets: the secret fields and the tokens.
    fn digests(&self, digester: &Digester) -> Vec<String> {
        let tokens = ["access_token", "refresh_token"].into_iter();
        let mut names: Vec<&str> = secret_fields(&self.sourced.manifest).chain(tokens).collect();
        names.dedup();
        let values = names.into_iter().filter_map(|name| self.credential.fields.get(name));
        values.map(|value| digester.digest(value.expose())).collect()
    }

    /// The value for a template's placeholder: a field, a parameter, or the client id.
    pub fn value(&self, name: &str) -> Option<&str> {
        let client = self.credential.client.as_ref();
        let client_id = || client.filter(|_| name == "client_id").map(|one| &one.client_id);
        let field = self.credential.fields.get(name).map(Secret::expose);
        let other = || self.params.get(name).or_else(client_id).map(String::as_str);
        field.or_else(other)
    }

    /// The values of the secret fields, in the manifest's order, without a private key, whose end says nothing.
    fn secrets(&self) -> impl Iterator<Item = &str> {
        let key = self.sourced.manifest.signing_key();
        secret_fields(&self.sourced.manifest)
            .filter(move |name| Some(*name) != key)
            .filter_map(|name| self.credential.fields.get(name).map(Secret::expose))
    }
}

/// The names of a manifest's secret fields, in its order.
pub fn secret_fields(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.fields().filter(|(_, is_secret)| *is_secret).map(|(name, _)| name)
}

/// Parameters as a JSON object.
pub fn params_json(params: &BTreeMap<String, String>) -> Map<String, Json> {
    params.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
}

/// The last four characters of a secret. `None` if the secret is so short that they would help to guess it.
fn hint(secret: &str) -> Option<String> {
    let count = secret.chars().count();
    (count >= 20).then(|| format!("…{}", secret.chars().skip(count - 4).collect::<String>()))
}

/// The place of an integration's ciphertext, which is part of the sealing.
pub fn place<'a>(workspace: &'a str, integration_id: &'a str) -> Place<'a> {
    Place { kind: "credential", workspace, row: integration_id, field: "sealed" }
}

/// Loads and opens the credential of an integration.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unreadable`], [`Error::Misconfigured`], [`Error::Storage`].
pub async fn load(key: IntegrationKey<'_>) -> Result<Usable> {
    StoredCredential::find(key).await?.open(key).await
}

impl StoredCredential {
    /// Opens the ciphertext.
    ///
    /// # Errors
    /// The errors of [`load`].
    pub async fn open(&self, key: IntegrationKey<'_>) -> Result<Usable> {
        let sourced = source::of_stored(&self.manifest_id, &self.manifest_hash).await?;
        let unreadable = |what: &str| Error::Unreadable(format!("{what} of {}", key.id));
        let params = self.params_of(key)?;
        let ring = keys::ring().await?;
        let plaintext = seal::open(&ring, place(key.workspace, key.id), &self.sealed)?;
        let credential: Credential =
            serde_json::from_slice(&plaintext).map_err(|_| unreadable("the plaintext's form"))?;
        // The row names the manifest, but rows can be changed from outside. The sealed name decides.
        let entered_for = (&credential.manifest_id, &credential.manifest_hash);
        if entered_for != (&sourced.manifest.id, &own_version(&sourced)) {
            return Err(unreadable(
                "the manifest (not the one that the credential was entered for)",
            ));
        }
        let (version, times, account) = (self.version, self.times, self.account.clone());
        let workspace = key.workspace.to_owned();
        Ok(Usable { workspace, sourced, params, credential, version, times, account })
    }

    /// The parameters of the integration `key`, whose columns these are.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn params_of<T: DeserializeOwned>(&self, key: IntegrationKey<'_>) -> Result<T> {
        serde_json::from_str(&self.params)
            .map_err(|_| Error::Unreadable(format!("the parameters of {}", key.id)))
    }
}

/// The version of a workspace's own manifest. A built-in manifest may change, because the pins alone bind the
/// credential.
pub fn own_version(sourced: &Sourced) -> Option<String> {
    manifest_id::is_own(&sourced.manifest.id).then(|| sourced.hash.clone())
}

/// A rule that a request breaks, in the API's form.
pub fn field_error(finding: Finding) -> FieldError {
    FieldError { pointer: finding.pointer, detail: finding.detail }
}

/// The error for a rule that a manifest breaks with these parameters.
pub fn broken(finding: Finding) -> Error {
    Error::Invalid(vec![field_error(finding)])
}
