//! A credential: the fields that were entered, and the pins, which are the origins that they may be sent to.
//!
//! The pins are sealed with the fields. A later change of a manifest, a parameter or a row cannot make the
//! broker send the fields to another host. This module must not return a plaintext to another component.

use std::collections::BTreeMap;

use nexus_common::broker::{Account, SealedCredential};
use nexus_common::platform::sqlite::{self, Value, text};
use nexus_common::store::read_row;
use nexus_common::{Error, FieldError, Result, encoding};
use nexus_manifests::{Finding, Manifest, Pins, Verify};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use zeroize::{Zeroize, Zeroizing};

use crate::source::{self, Sourced};
use crate::vault::digest::{self, Digester};
use crate::vault::keys;
use crate::vault::oauth_app::ClientRef;
use crate::vault::seal::{self, Place};

/// The plaintext of a sealed credential. It cannot be printed, and is zeroised when it is dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    /// The manifest that it was entered for.
    pub(crate) manifest_id: String,
    /// The version of the manifest, if it is a workspace's own: its author decides what `verify` does.
    pub(crate) manifest_hash: Option<String>,
    /// The origins that it may be sent to, and the places in a request.
    pub(crate) pins: Pins,
    /// The fields by name. For OAuth 2.0, the tokens.
    pub(crate) fields: BTreeMap<String, String>,
    /// The OAuth app that the tokens were obtained with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<ClientRef>,
}

impl Drop for Credential {
    fn drop(&mut self) {
        self.fields.values_mut().for_each(Zeroize::zeroize);
    }
}

/// An opened credential, with its manifest and its parameters.
#[derive(Clone)]
pub(crate) struct Usable {
    /// The workspace of the integration.
    pub(crate) workspace: String,
    /// The manifest and its version.
    pub(crate) sourced: Sourced,
    /// The parameters.
    pub(crate) params: BTreeMap<String, String>,
    /// The credential itself.
    pub(crate) credential: Credential,
    /// The version of the stored credential.
    pub(crate) version: i64,
    /// When the access token expires and when to refresh it, as stored.
    pub(crate) times: Times,
    /// The account at the provider, as far as it is known.
    pub(crate) account: Account,
}

/// When an access token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// This many seconds after it was requested.
    After(i64),
    /// At this time, in milliseconds since the Unix epoch.
    At(i64),
}

/// The times of an access token, in milliseconds since the Unix epoch by the database's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// When it expires. `None` if the provider does not say.
    pub(crate) expires_at: Option<i64>,
    /// The time from which it is refreshed.
    pub(crate) refresh_at: Option<i64>,
}

impl Times {
    /// The times of a token that was requested at `begun_ms`. It is refreshed early by a minute or a tenth of
    /// its lifetime, whichever is less. An expiry in the past is ignored, because one of the clocks is wrong.
    pub(crate) fn new(begun_ms: i64, end: Option<End>) -> Self {
        let lifetime_ms = match end {
            Some(End::After(seconds)) => seconds.saturating_mul(1000),
            Some(End::At(ms)) => ms.saturating_sub(begun_ms),
            None => 0,
        };
        if lifetime_ms <= 0 {
            return Self::default();
        }
        let expires_at = begun_ms.saturating_add(lifetime_ms);
        let margin = (lifetime_ms / 10).min(60_000);
        Self { expires_at: Some(expires_at), refresh_at: Some(expires_at - margin) }
    }
}

impl Usable {
    /// Whether the manifest has a request that proves the credential.
    pub(crate) fn can_be_verified(&self) -> bool {
        matches!(self.sourced.manifest.verify, Verify::Request { .. })
    }

    /// Seals the credential for the integration `id`.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
    pub(crate) async fn seal(&self, workspace: &str, id: &str) -> Result<SealedCredential> {
        let ring = keys::ring().await?;
        let (sealed, key_id) = seal::seal(&ring, place(workspace, id), &self.plaintext()?)?;
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
    pub(crate) fn authorization_server(&self) -> Option<String> {
        self.credential.client.as_ref().map(|_| self.credential.pins.token.join(" "))
    }

    /// The pinned origin of the revocation request. `None` if the manifest has no revocation request.
    pub(crate) fn revocation_server(&self) -> Option<String> {
        let origins = &self.credential.pins.revoke;
        (!origins.is_empty()).then(|| origins.join(" "))
    }

    /// The digests of the secrets: the secret fields and the tokens.
    fn digests(&self, digester: &Digester) -> Vec<String> {
        let tokens = ["access_token", "refresh_token"].into_iter();
        let mut names: Vec<&str> = secret_fields(&self.sourced.manifest).chain(tokens).collect();
        names.dedup();
        let values = names.into_iter().filter_map(|name| self.credential.fields.get(name));
        values.map(|value| digester.digest(value)).collect()
    }

    fn plaintext(&self) -> Result<Zeroizing<Vec<u8>>> {
        serde_json::to_vec(&self.credential)
            .map(Zeroizing::new)
            .map_err(|_| Error::Internal("a credential cannot be encoded".into()))
    }

    /// The value for a template's placeholder: a field, a parameter, or the client id.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let client = self.credential.client.as_ref();
        let client_id = || client.filter(|_| name == "client_id").map(|one| &one.client_id);
        let Credential { fields, .. } = &self.credential;
        let value = fields.get(name).or_else(|| self.params.get(name)).or_else(client_id);
        value.map(String::as_str)
    }

    /// The values of the secret fields, in the manifest's order.
    fn secrets(&self) -> impl Iterator<Item = &str> {
        secret_fields(&self.sourced.manifest)
            .filter_map(|name| self.credential.fields.get(name).map(String::as_str))
    }
}

/// The names of a manifest's secret fields, in its order.
pub(crate) fn secret_fields(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.credentials.iter().filter(|field| field.secret).map(|field| field.name.as_str())
}

/// Parameters as a JSON object.
pub(crate) fn params_json(params: &BTreeMap<String, String>) -> Map<String, Json> {
    params.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
}

/// The last four characters of a secret. `None` if the secret is so short that they would help to guess it.
fn hint(secret: &str) -> Option<String> {
    let count = secret.chars().count();
    (count >= 20).then(|| format!("…{}", secret.chars().skip(count - 4).collect::<String>()))
}

/// The place of an integration's ciphertext, which is part of the sealing.
pub(crate) fn place<'a>(workspace: &'a str, integration_id: &'a str) -> Place<'a> {
    Place { kind: "credential", workspace, row: integration_id, field: "sealed" }
}

/// The columns that decide whether an integration may be called, except its credential.
pub(crate) struct Gate {
    /// The integration's id. The call may name it by its slug.
    pub(crate) id: String,
    /// The integration's name, for error messages.
    pub(crate) name: String,
    /// Whether the integration is switched on.
    pub(crate) is_active: bool,
    /// The integration's health.
    pub(crate) health: String,
    /// The integration's policy, as JSON.
    pub(crate) policy: String,
}

/// An integration that an agent wants to call. Its credential is not opened yet.
pub(crate) struct Callable {
    /// The columns that decide whether it may be called.
    pub(crate) gate: Gate,
    /// The workspace.
    pub(crate) workspace: String,
    row: Option<Row>,
}

impl Callable {
    /// Reads the integration with this id or slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub(crate) async fn find(workspace: &str, id_or_slug: &str) -> Result<Self> {
        // The `+` hides the values from SQLite's planner. Otherwise SQLite would prepare the statement again
        // for each call.
        let sql = "select i.manifest_id, i.manifest_hash, i.params, c.sealed, c.version,
               c.expires_at, c.refresh_at, i.account_id, i.account_label, i.id, i.name,
               i.status = 'active', i.health, i.policy
             from integrations i left join credentials c on c.integration_id = i.id
             where i.workspace = +?1 and (i.id = +?2 or i.slug = +?2)";
        let row = read_row(sql, [Value::text(workspace), Value::text(id_or_slug)])
            .await?
            .ok_or_else(|| {
                let shown = nexus_printable::shortened(id_or_slug);
                Error::NotFound(format!("there is no integration {shown:?} in this workspace"))
            })?;
        Ok(Self {
            gate: Gate {
                id: text(&row, 9).to_owned(),
                name: text(&row, 10).to_owned(),
                is_active: row.get(11).unwrap_or(false),
                health: text(&row, 12).to_owned(),
                policy: text(&row, 13).to_owned(),
            },
            workspace: workspace.to_owned(),
            row: row.get::<&[u8]>(3).is_some().then(|| Row::of(&row)),
        })
    }

    /// Whether both have the same bytes in every column with which a credential is opened and used.
    pub(crate) fn is_stored_as(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || (self.workspace == other.workspace
                && self.row == other.row
                && self.gate.policy == other.gate.policy)
    }

    /// The stored credential.
    ///
    /// # Errors
    /// [`Error::ReauthorizationRequired`] if the integration was never connected.
    pub(crate) fn row(&self) -> Result<&Row> {
        self.row.as_ref().ok_or_else(|| {
            Error::ReauthorizationRequired("the authorization was never finished".into())
        })
    }
}

/// Loads and opens the credential of an integration.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unreadable`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn load(workspace: &str, integration_id: &str) -> Result<Usable> {
    Row::find(workspace, integration_id).await?.open(workspace, integration_id).await
}

/// The stored columns of an integration and its ciphertext.
#[derive(PartialEq)]
pub(crate) struct Row {
    /// The manifest.
    pub(crate) manifest_id: String,
    /// The SHA-256 of its document.
    pub(crate) manifest_hash: String,
    params: String,
    sealed: Vec<u8>,
    /// The version of the credential.
    pub(crate) version: i64,
    times: Times,
    account: Account,
}

impl Row {
    /// Reads the columns of an integration.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub(crate) async fn find(workspace: &str, integration_id: &str) -> Result<Self> {
        let row = read_row(
            "select i.manifest_id, i.manifest_hash, i.params, c.sealed, c.version, c.expires_at,
               c.refresh_at, i.account_id, i.account_label
             from integrations i join credentials c on c.integration_id = i.id
             where i.workspace = ?1 and i.id = ?2",
            [Value::text(workspace), Value::text(integration_id)],
        )
        .await?
        .ok_or_else(|| Error::NotFound(format!("there is no integration {integration_id}")))?;
        Ok(Self::of(&row))
    }

    /// Reads the columns, in the order of [`Self::find`].
    fn of(row: &sqlite::Row) -> Self {
        Self {
            manifest_id: text(row, 0).to_owned(),
            manifest_hash: text(row, 1).to_owned(),
            params: text(row, 2).to_owned(),
            sealed: row.get::<&[u8]>(3).unwrap_or_default().to_vec(),
            version: row.get(4).unwrap_or(0),
            times: Times { expires_at: row.get(5), refresh_at: row.get(6) },
            account: Account {
                id: row.get::<&str>(7).map(str::to_owned),
                label: row.get::<&str>(8).map(str::to_owned),
            },
        }
    }

    /// Opens the ciphertext.
    ///
    /// # Errors
    /// The errors of [`load`].
    pub(crate) async fn open(&self, workspace: &str, integration_id: &str) -> Result<Usable> {
        let sourced = source::of_stored(&self.manifest_id, &self.manifest_hash).await?;
        let unreadable = |what: &str| Error::Unreadable(format!("{what} of {integration_id}"));
        let params =
            serde_json::from_str(&self.params).map_err(|_| unreadable("the parameters"))?;
        let ring = keys::ring().await?;
        let plaintext = seal::open(&ring, place(workspace, integration_id), &self.sealed)?;
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
        let workspace = workspace.to_owned();
        Ok(Usable { workspace, sourced, params, credential, version, times, account })
    }

    /// The parameters as a JSON object.
    pub(crate) fn params_json(&self) -> Map<String, Json> {
        serde_json::from_str(&self.params).unwrap_or_default()
    }
}

/// The version of a workspace's own manifest. A built-in manifest may change, because the pins alone bind the
/// credential.
pub(crate) fn own_version(sourced: &Sourced) -> Option<String> {
    sourced.manifest.id.starts_with("custom-").then(|| sourced.hash.clone())
}

/// A rule that a request breaks, in the API's form.
pub(crate) fn field_error(finding: Finding) -> FieldError {
    FieldError { pointer: finding.pointer, detail: finding.detail }
}

/// The error for a rule that a manifest breaks with these parameters.
pub(crate) fn broken(finding: Finding) -> Error {
    Error::Invalid(vec![field_error(finding)])
}
