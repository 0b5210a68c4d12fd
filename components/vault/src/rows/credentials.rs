//! Reads an integration with its ciphertext. This module must not open the ciphertext.

use nexus_common::domain::{Account, Basis, Health, IntegrationKey, Status};
use nexus_common::platform::sqlite::{Row, Value};
use nexus_common::store::{
    ROW_PARAMETER, STOP_OF_INTEGRATION, read_row, standing_and_row, stopped_integration,
};
use nexus_common::{Error, Result};

/// How long a call that has begun may still use an access token, in milliseconds. A token is renewed this long before it
/// expires, and a token that is replaced earlier is not revoked sooner than this after that.
pub const CALL_MS: i64 = 60_000;

/// The times of an access token, in milliseconds since the Unix epoch by the database's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When it expires. `None` if the provider does not say.
    pub expires_at: Option<i64>,
    /// The time from which it is refreshed.
    pub refresh_at: Option<i64>,
}

/// The stored columns of an integration with which its credential is opened and used.
#[derive(PartialEq)]
pub struct StoredCredential {
    /// The manifest.
    pub manifest_id: String,
    /// The SHA-256 of its document.
    pub manifest_hash: String,
    /// The parameters, a JSON object.
    pub params: String,
    /// The ciphertext.
    pub sealed: Vec<u8>,
    /// The version of the credential.
    pub version: i64,
    /// The times of the access token.
    pub times: Times,
    /// The account at the provider.
    pub account: Account,
}

impl StoredCredential {
    /// Reads the columns of an integration.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(key: IntegrationKey<'_>) -> Result<Self> {
        let sql = "select i.manifest_id, i.manifest_hash, i.params, i.account_id, i.account_label,
                     c.sealed, c.version, c.expires_at, c.refresh_at
                   from integrations i join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let row = read_row(sql, key.values()).await?;
        let not_connected = || {
            Error::NotFound(format!(
                "the integration {} has no credential yet. Connect it first",
                key.id
            ))
        };
        Self::of(&row.ok_or_else(not_connected)?)
    }

    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            manifest_id: row.text("manifest_id")?,
            manifest_hash: row.text("manifest_hash")?,
            params: row.text("params")?,
            sealed: row.get::<&[u8]>("sealed")?.to_vec(),
            version: row.get("version")?,
            times: Times { expires_at: row.get("expires_at")?, refresh_at: row.get("refresh_at")? },
            account: Account {
                id: row.text_or_null("account_id")?,
                label: row.text_or_null("account_label")?,
            },
        })
    }
}

/// The columns that decide whether an integration may be called, except its credential.
pub struct Admission {
    /// The integration's id. The call may name it by its slug.
    pub id: String,
    /// The integration's name, for error messages.
    pub name: String,
    /// Whether the integration is switched on.
    pub status: Status,
    /// The integration's health.
    pub health: Health,
    /// The integration's policy, as JSON.
    pub policy: String,
    /// Why an ADMIN has stopped the integration, its provider or its workspace. `None` if nobody has.
    pub stopped: Option<String>,
}

impl Admission {
    /// Checks that no ADMIN has stopped the integration, its provider or its workspace.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn require_not_stopped(&self) -> Result<()> {
        match &self.stopped {
            None => Ok(()),
            Some(reason) => Err(stopped_integration(reason)),
        }
    }
}

/// The statement that reads a [`Callable`] by its workspace `?1` and its id or slug, which is the parameter `named`. A cache of
/// the row depends on all that the statement reads (`watched`).
pub(super) fn callable_sql(named: &str) -> String {
    // The `+` hides the values from SQLite's planner. Otherwise SQLite would prepare the statement again
    // for each call.
    format!(
        "select i.manifest_id, i.manifest_hash, i.params, i.account_id, i.account_label,
           c.sealed, c.version, c.expires_at, c.refresh_at,
           i.id, i.name, i.status, i.health, i.policy, {STOP_OF_INTEGRATION} as stopped,
           cast(unixepoch('subsec') * 1000 as integer) as read_at
         from integrations i left join credentials c on c.integration_id = i.id
         where i.workspace = +?1 and (i.id = +{named} or i.slug = +{named})"
    )
}

/// An integration that an agent wants to call. Its credential is not opened yet.
pub struct Callable {
    /// The columns that decide whether it may be called.
    pub admission: Admission,
    /// The workspace.
    pub workspace: String,
    /// When the row was read, by the database's clock, in milliseconds since the Unix epoch.
    pub read_at: i64,
    stored: Option<StoredCredential>,
}

impl Callable {
    /// The manifest. `None` if the integration was never connected.
    #[must_use]
    pub fn manifest_id(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.manifest_id.as_str())
    }

    /// Reads the integration with this id or slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(workspace: &str, id_or_slug: &str) -> Result<Self> {
        let values = [Value::text(workspace), Value::text(id_or_slug)];
        let row = read_row(&callable_sql("?2"), values).await?;
        Self::of(&row.ok_or_else(|| Error::no_such("integration", id_or_slug))?, workspace)
    }

    /// As [`Self::find`], by one statement that also reads whether the caller of `basis` may still act. The first result is
    /// that of [`nexus_common::store::require_standing`].
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn find_with_standing(
        workspace: &str,
        basis: &Basis,
        id_or_slug: &str,
    ) -> Result<(Result<()>, Result<Self>)> {
        let sql = callable_sql(ROW_PARAMETER);
        let (standing, row) = standing_and_row(workspace, basis, &sql, id_or_slug).await?;
        let callable = match row.get::<Option<&str>>("id")? {
            Some(_) => Self::of(&row, workspace),
            None => Err(Error::no_such("integration", id_or_slug)),
        };
        Ok((standing, callable))
    }

    fn of(row: &Row, workspace: &str) -> Result<Self> {
        let stored = match row.get::<Option<&[u8]>>("sealed")? {
            Some(_) => Some(StoredCredential::of(row)?),
            None => None,
        };
        Ok(Self {
            admission: Admission {
                id: row.text("id")?,
                name: row.text("name")?,
                status: row.get("status")?,
                health: row.get("health")?,
                policy: row.text("policy")?,
                stopped: row.text_or_null("stopped")?,
            },
            workspace: workspace.to_owned(),
            read_at: row.get("read_at")?,
            stored,
        })
    }

    /// The integration.
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.admission.id)
    }

    /// Whether both have the same bytes in every column with which a credential is opened and used.
    pub fn is_stored_as(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || (self.workspace == other.workspace
                && self.stored == other.stored
                && self.admission.policy == other.admission.policy)
    }

    /// The stored credential.
    ///
    /// # Errors
    /// [`Error::ReauthorizationRequired`] if the integration was never connected.
    pub fn require_stored(&self) -> Result<&StoredCredential> {
        self.stored.as_ref().ok_or_else(|| {
            Error::ReauthorizationRequired("the authorization was never finished".into())
        })
    }
}
