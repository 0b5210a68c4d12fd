//! Changes of a person's role and status by ADMINs.
//!
//! The last active ADMIN of a workspace stays one: each change that could lower or switch off an ADMIN is
//! checked under the write lock.

use serde_json::json;

use super::{COLUMNS, DOC, People, Person};
use crate::domain::{AccountStatus, PersonSource, Role};
use crate::error::{Error, Result};
use crate::platform::sqlite::Value;
use crate::store::{RequestContext, Transaction};

/// How long after their last token or sign-in an ADMIN of an issuer or identity provider counts as one, in
/// milliseconds: 30 days.
const OUTSIDE_ADMIN_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The new values of a person. A member that is `None` stays as it is.
#[derive(Default)]
pub struct PersonChange {
    /// The role.
    pub role: Option<Role>,
    /// Whether the person may sign in.
    pub status: Option<AccountStatus>,
}

impl People<'_> {
    /// Applies `change` to the person `id`, and returns the API's JSON. Sessions of a person who is switched
    /// off end.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`role_managed_elsewhere`, `last_admin`), [`Error::Storage`].
    pub async fn change(
        &self,
        id: &str,
        change: &PersonChange,
        by: &RequestContext<'_>,
    ) -> Result<String> {
        let tx = Transaction::begin().await?;
        let sql = format!("select {COLUMNS} from people p where p.workspace = ?1 and p.id = ?2");
        let key = || [Value::text(self.workspace), Value::text(id)];
        let row = tx.row(&sql, key()).await?.ok_or_else(|| Error::no_such("person", id))?;
        let person = Person::of(&row)?;
        if change.role.is_some_and(|role| role != person.role)
            && person.source != PersonSource::Local
        {
            let detail = "the role comes from the identity provider, and can be changed there only";
            return Err(Error::Conflict { code: "role_managed_elsewhere", detail: detail.into() });
        }
        let stays_admin = change.role.unwrap_or(person.role) == Role::Admin
            && change.status.unwrap_or(person.status) == AccountStatus::Active;
        let is_admin = person.role == Role::Admin && person.status == AccountStatus::Active;
        if is_admin && !stays_admin && !self.has_other_admin(&tx, id).await? {
            let detail =
                "this is the last active ADMIN of the workspace. Make another person ADMIN first";
            return Err(Error::Conflict { code: "last_admin", detail: detail.into() });
        }
        let sql = "update people set role = coalesce(?3, role), status = coalesce(?4, status)
                   where workspace = ?1 and id = ?2";
        let values = [
            Value::from(change.role.map(Role::name)),
            Value::from(change.status.map(AccountStatus::as_str)),
        ];
        tx.query(sql, key().into_iter().chain(values)).await?;
        if change.status == Some(AccountStatus::Disabled) {
            let sql = "delete from sessions where workspace = ?1 and person_id = ?2";
            tx.query(sql, key()).await?;
        }
        let detail = json!({"role": change.role.map(Role::name), "status": change.status});
        tx.audit(&by.entry("person.update", id, detail)).await?;
        let sql =
            format!("select {DOC} as item from people p where p.workspace = ?1 and p.id = ?2");
        let row = tx.row(&sql, key()).await?.ok_or_else(|| Error::no_such("person", id))?;
        let doc = row.into_text()?;
        tx.commit().await?;
        Ok(doc)
    }

    /// Whether another person is an active ADMIN. The row of an outside person has the role of the last token
    /// or sign-in, which the issuer may have taken away since. So an outside person counts for a month.
    async fn has_other_admin(&self, tx: &Transaction, id: &str) -> Result<bool> {
        let sql = "select 1 from people where workspace = ?1 and id <> ?2 and role = 'ADMIN'
                   and status = 'active' and (source = 'local' or last_seen_at > ?3) limit 1";
        let seen_since = tx.now_ms - OUTSIDE_ADMIN_MS;
        let values = [Value::text(self.workspace), Value::text(id), Value::integer(seen_since)];
        Ok(tx.row(sql, values).await?.is_some())
    }
}
