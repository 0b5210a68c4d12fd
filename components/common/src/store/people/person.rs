//! A person, and what a sign-in records about them.

use serde_json::json;

use crate::domain::{AccountStatus, Basis, Caller, CallerKind, PersonSource, Role, Via};
use crate::error::{Error, Result};
use crate::platform::sqlite::Row;
use crate::request_id::RequestId;
use crate::store::{RequestContext, Transaction};

/// The columns of the row `p` that a [`Person`] is read from.
pub(in crate::store) const COLUMNS: &str =
    "p.id, p.workspace, p.name, p.email, p.role, p.source, p.subject, p.status";

/// A person who signs in here.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id: `per_…`.
    pub id: String,
    /// The workspace.
    pub workspace: String,
    /// The name.
    pub name: String,
    /// The address, if it is known.
    pub email: Option<String>,
    /// The role.
    pub role: Role,
    /// Where the person comes from.
    pub source: PersonSource,
    /// The subject at the issuer, for a person of an issuer or identity provider.
    pub subject: Option<String>,
    /// Whether the person may sign in.
    pub status: AccountStatus,
}

impl Person {
    pub(in crate::store) fn of(row: &Row) -> Result<Self> {
        let role = Role::parse(row.get("role")?);
        Ok(Self {
            id: row.text("id")?,
            workspace: row.text("workspace")?,
            name: row.text("name")?,
            email: row.text_or_null("email")?,
            role: role.ok_or_else(|| Error::Unreadable("the role of a person".into()))?,
            source: row.get("source")?,
            subject: row.text_or_null("subject")?,
            status: row.get("status")?,
        })
    }

    /// Checks that the person may sign in: an ADMIN has not switched the person off.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require_active(&self) -> Result<()> {
        match self.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::Disabled => Err(Error::Forbidden(
                "an ADMIN has switched you off. Ask an ADMIN of your workspace".into(),
            )),
        }
    }

    /// Checks that the person signs in here, and not by what an identity provider says each time.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require_local(&self) -> Result<()> {
        match self.source {
            PersonSource::Local => Ok(()),
            PersonSource::Oidc | PersonSource::Issuer => Err(Error::Forbidden(
                "your identity provider gives you your role, so a passkey cannot sign you in. Sign in there"
                    .into(),
            )),
        }
    }

    /// The subject that records name: the issuer's, or the id.
    #[must_use]
    pub fn actor(&self) -> &str {
        self.subject.as_deref().unwrap_or(&self.id)
    }

    /// The person as the caller of a sign-in, for records.
    #[must_use]
    pub fn as_caller(&self) -> Caller {
        Caller {
            workspace: self.workspace.clone(),
            subject: self.actor().to_owned(),
            kind: CallerKind::Person,
            role: Some(self.role),
            role_source: None,
            expires_at: 0,
            via: Via::Session,
            basis: Basis { person: Some(self.id.clone()), ..Basis::default() },
        }
    }

    /// Records what a sign-in has changed about a person who was known `before` it.
    pub(super) async fn record_change(
        &self,
        before: Option<&Self>,
        (tx, method): (&Transaction, &str),
        request_id: &RequestId,
    ) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let role = (before.role != self.role).then(|| self.role.name());
        let status = (before.status != self.status).then_some(self.status);
        if role.is_none() && status.is_none() {
            return Ok(());
        }
        let caller = self.as_caller();
        let by = RequestContext { caller: &caller, request_id };
        let detail = json!({"role": role, "status": status, "method": method});
        tx.audit(&by.entry("person.update", &self.id, detail)).await
    }
}
