//! Invitations: one-time links with which a person joins a workspace.
//!
//! An invitation is known by the SHA-256 of the secret in its link, and is deleted when it is used. It counts only
//! while the person who made it is an ADMIN whom nobody has switched off or stopped. This module must not see the
//! secret itself.

use serde_json::json;

use super::{RequestContext, Transaction, read, read_row};
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};

/// How long an invitation is valid, in milliseconds: 7 days.
pub const INVITATION_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A new invitation.
pub struct NewInvitation<'a> {
    /// The id: `inv_…`.
    pub id: &'a str,
    /// The SHA-256 of the secret in the link.
    pub secret_hash: [u8; 32],
    /// The workspace.
    pub workspace: &'a str,
    /// The role that the person gets.
    pub role: Role,
    /// The person's name.
    pub name: Option<&'a str>,
    /// The person's address.
    pub email: Option<&'a str>,
}

/// An invitation that is valid now.
#[derive(Debug)]
pub struct Invitation {
    /// The id: `inv_…`.
    pub id: String,
    /// The workspace.
    pub workspace: String,
    /// The role that the person gets.
    pub role: Role,
    /// The person's name.
    pub name: Option<String>,
    /// The person's address.
    pub email: Option<String>,
}

/// The condition for a row of `invitations` to be valid. A person of an outside issuer has a row a moment after the
/// first token, so that a missing row does not count against the invitation.
const IS_VALID: &str = "expires_at > unixepoch('subsec') * 1000
  and not exists(select 1 from people p where p.id = person_id
    and (p.status <> 'active' or p.role <> 'ADMIN'))
  and not exists(select 1 from stops s where s.workspace = invitations.workspace
    and s.scope = 'person' and s.target = person_id)";

impl Invitation {
    fn of(row: &Row) -> Result<Self> {
        let role = Role::parse(row.get("role")?);
        Ok(Self {
            id: row.text("id")?,
            workspace: row.text("workspace")?,
            role: role.ok_or_else(|| Error::Unreadable("the role of an invitation".into()))?,
            name: row.text_or_null("name")?,
            email: row.text_or_null("email")?,
        })
    }
}

/// Writes a new invitation. Invitations of the workspace that have expired are deleted. Returns when it expires
/// (RFC 3339, UTC).
///
/// # Errors
/// [`Error::Storage`].
pub async fn insert_invitation(new: &NewInvitation<'_>, by: &RequestContext<'_>) -> Result<String> {
    let missing = || Error::Internal("an ADMIN without a person".into());
    let made_by = by.caller.basis.person.as_deref().ok_or_else(missing)?;
    let tx = Transaction::begin().await?;
    let sql = "delete from invitations where workspace = ?1 and expires_at <= ?2";
    tx.query(sql, [Value::text(new.workspace), Value::integer(tx.now_ms)]).await?;
    let sql = "insert into invitations (id, secret_hash, workspace, role, name, email, created_by,
                 person_id, created_at, expires_at)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?10, ?8, ?8 + ?9)
               returning strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') as at";
    let values = [
        Value::text(new.id),
        Value::from(new.secret_hash.as_slice()),
        Value::text(new.workspace),
        Value::text(new.role.name()),
        Value::from(new.name),
        Value::from(new.email),
        Value::text(by.caller.subject.as_str()),
        Value::integer(tx.now_ms),
        Value::integer(INVITATION_MS),
        Value::text(made_by),
    ];
    let row = tx.row(sql, values).await?;
    let row = row.ok_or_else(|| Error::Internal("an insert returned no row".into()))?;
    let at = row.text("at")?;
    let detail = json!({"role": new.role.name(), "name": new.name, "email": new.email});
    tx.audit(&by.entry("person.invite", new.id, detail)).await?;
    tx.commit().await?;
    Ok(at)
}

impl Transaction {
    /// Uses an invitation up. `None` if it is not valid, or was used before.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn use_invitation(&self, secret_hash: [u8; 32]) -> Result<Option<Invitation>> {
        let sql = format!(
            "delete from invitations where secret_hash = ?1 and {IS_VALID}
             returning id, workspace, role, name, email"
        );
        let row = self.row(&sql, [Value::from(secret_hash.as_slice())]).await?;
        row.as_ref().map(Invitation::of).transpose()
    }
}

/// The valid invitation with this secret, which is not used up by that.
///
/// # Errors
/// [`Error::Storage`].
pub async fn find_invitation(secret_hash: [u8; 32]) -> Result<Option<Invitation>> {
    let sql = format!(
        "select id, workspace, role, name, email from invitations where secret_hash = ?1 and {IS_VALID}"
    );
    let row = read_row(&sql, [Value::from(secret_hash.as_slice())]).await?;
    row.as_ref().map(Invitation::of).transpose()
}

/// The open invitations of a workspace, newest first, as JSON, `{"items":[…]}`.
///
/// # Errors
/// [`Error::Storage`].
pub async fn open_invitations(workspace: &str) -> Result<String> {
    let sql = "select json_object('id', id, 'role', role, 'name', name, 'email', email,
                 'created_by', created_by,
                 'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch')) as item
               from invitations where workspace = ?1 and expires_at > unixepoch('subsec') * 1000
               order by id desc limit 100";
    let rows = read(sql, [Value::text(workspace)]).await?;
    let items: Vec<&str> = rows.iter().map(|row| row.get("item")).collect::<Result<_, _>>()?;
    Ok(format!("{{\"items\":[{}]}}", items.join(",")))
}

/// Deletes an open invitation.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Storage`].
pub async fn delete_invitation(workspace: &str, id: &str, by: &RequestContext<'_>) -> Result<()> {
    let tx = Transaction::begin().await?;
    let sql = "delete from invitations where workspace = ?1 and id = ?2 returning 1";
    if tx.row(sql, [Value::text(workspace), Value::text(id)]).await?.is_none() {
        let shown = nexus_printable::shortened(id);
        return Err(Error::NotFound(format!("there is no open invitation {shown:?}")));
    }
    tx.audit(&by.entry("person.invitation_delete", id, json!({}))).await?;
    tx.commit().await
}
