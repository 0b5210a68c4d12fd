//! Invitations: one-time links with which a new person joins a workspace, or a person who has lost every passkey
//! signs in again.
//!
//! An invitation is known by the SHA-256 of the secret in its link, and is deleted when it is used. It counts only
//! while the person who made it is an ADMIN whom nobody has switched off or stopped. The same goes for the person
//! who signs in again. This module must not see the secret itself.

use serde_json::json;

use super::{People, RequestContext, Transaction, read, read_row, returned};
use crate::domain::{AccountStatus, PersonSource, Role};
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};

/// How long an invitation is valid, in milliseconds: 7 days.
pub const INVITATION_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Whom an invitation lets in.
#[derive(Debug)]
pub enum Admits {
    /// A new person.
    New {
        /// The role that the person gets.
        role: Role,
        /// The person's name.
        name: Option<String>,
        /// The person's address.
        email: Option<String>,
    },
    /// The person with this id, who signs in again and stays as they are.
    Again(String),
}

/// A new invitation.
pub struct NewInvitation<'a> {
    /// The id: `inv_…`.
    pub id: &'a str,
    /// The SHA-256 of the secret in the link.
    pub secret_hash: [u8; 32],
    /// The workspace.
    pub workspace: &'a str,
    /// Whom it lets in.
    pub admits: &'a Admits,
}

/// An invitation that is valid now.
#[derive(Debug)]
pub struct Invitation {
    /// The id: `inv_…`.
    pub id: String,
    /// The workspace.
    pub workspace: String,
    /// Whom it lets in.
    pub admits: Admits,
}

/// The condition for a row of `invitations` to be valid. A person of an outside issuer has a row a moment after the
/// first token, so that a missing row does not count against the invitation. The person who signs in again must
/// still be one who signs in here.
const IS_VALID: &str = "expires_at > unixepoch('subsec') * 1000
  and not exists(select 1 from people p where p.id = person_id
    and (p.status <> 'active' or p.role <> 'ADMIN'))
  and not exists(select 1 from stops s where s.workspace = invitations.workspace
    and s.scope = 'person' and s.target in (person_id, for_person))
  and (for_person is null or exists(select 1 from people p where p.id = for_person
    and p.workspace = invitations.workspace and p.status = 'active' and p.source = 'local'
    and p.subject is null))";

const COLUMNS: &str = "id, workspace, for_person, role, name, email";

impl Invitation {
    fn of(row: &Row) -> Result<Self> {
        let admits = match row.text_or_null("for_person")? {
            Some(person) => Admits::Again(person),
            None => {
                let role = Role::parse(row.get("role")?);
                Admits::New {
                    role: role
                        .ok_or_else(|| Error::Unreadable("the role of an invitation".into()))?,
                    name: row.text_or_null("name")?,
                    email: row.text_or_null("email")?,
                }
            }
        };
        Ok(Self { id: row.text("id")?, workspace: row.text("workspace")?, admits })
    }
}

/// Writes a new invitation. Invitations of the workspace that have expired are deleted, and so is an earlier one
/// for the same person. Returns when it expires (RFC 3339, UTC).
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Conflict`] (`signs_in_elsewhere`, `person_inactive`) for a person who cannot
/// sign in again by a link. [`Error::Storage`].
pub async fn insert_invitation(new: &NewInvitation<'_>, by: &RequestContext<'_>) -> Result<String> {
    let missing = || Error::Internal("an ADMIN without a person".into());
    let made_by = by.caller.basis.person.as_deref().ok_or_else(missing)?;
    let tx = Transaction::begin().await?;
    let (person, role, name, email) = match new.admits {
        Admits::Again(person) => (Some(person.as_str()), None, None, None),
        Admits::New { role, name, email } => (None, Some(*role), name.as_deref(), email.as_deref()),
    };
    if let Some(id) = person {
        require_may_sign_in_again(&tx, new.workspace, id).await?;
    }
    let sql =
        "delete from invitations where workspace = ?1 and (expires_at <= ?2 or for_person = ?3)";
    let values = [Value::text(new.workspace), Value::integer(tx.now_ms), Value::from(person)];
    tx.query(sql, values).await?;
    let sql = "insert into invitations (id, secret_hash, workspace, role, name, email, created_by,
                 person_id, created_at, expires_at, for_person)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?10, ?8, ?8 + ?9, ?11)
               returning strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') as at";
    let values = [
        Value::text(new.id),
        Value::from(new.secret_hash.as_slice()),
        Value::text(new.workspace),
        Value::from(role.map(Role::name)),
        Value::from(name),
        Value::from(email),
        Value::text(by.caller.subject.as_str()),
        Value::integer(tx.now_ms),
        Value::integer(INVITATION_MS),
        Value::text(made_by),
        Value::from(person),
    ];
    let row = tx.row(sql, values).await?;
    let at = returned(row)?.text("at")?;
    let entry = match person {
        Some(person) => by.entry("person.sign_in_link", person, json!({"invitation": new.id})),
        None => {
            let detail = json!({"role": role.map(Role::name), "name": name, "email": email});
            by.entry("person.invite", new.id, detail)
        }
    };
    tx.audit(&entry).await?;
    tx.commit().await?;
    Ok(at)
}

/// Checks that the person `id` may get a link to sign in again: an active person who signs in here, and not at an
/// identity provider.
async fn require_may_sign_in_again(tx: &Transaction, workspace: &str, id: &str) -> Result<()> {
    let person = People::of(workspace).find_in(tx, id).await?;
    let conflict = |code, detail: &str| Err(Error::Conflict { code, detail: detail.into() });
    if person.source != PersonSource::Local || person.subject.is_some() {
        let detail = "this person signs in at an identity provider or by its tokens, so a link cannot sign them in";
        return conflict("signs_in_elsewhere", detail);
    }
    if person.status != AccountStatus::Active {
        let detail = "this person is switched off. Switch them on first";
        return conflict("person_inactive", detail);
    }
    match tx.require_not_stopped(&person).await {
        Err(Error::Stopped(_)) => {
            conflict("person_inactive", "an emergency stop covers this person. Lift it first")
        }
        other => other,
    }
}

impl Transaction {
    /// Uses an invitation up. `None` if it is not valid, or was used before.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn use_invitation(&self, secret_hash: [u8; 32]) -> Result<Option<Invitation>> {
        let sql = format!(
            "delete from invitations where secret_hash = ?1 and {IS_VALID}
             returning {COLUMNS}"
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
    let sql = format!("select {COLUMNS} from invitations where secret_hash = ?1 and {IS_VALID}");
    let row = read_row(&sql, [Value::from(secret_hash.as_slice())]).await?;
    row.as_ref().map(Invitation::of).transpose()
}

/// The open invitations of a workspace, newest first, as JSON, `{"items":[…]}`. One with which a person signs in
/// again shows that person as they are now.
///
/// # Errors
/// [`Error::Storage`].
pub async fn open_invitations(workspace: &str) -> Result<String> {
    let sql = "select json_object('id', i.id, 'person_id', i.for_person,
                 'role', coalesce(i.role, p.role), 'name', coalesce(i.name, p.name),
                 'email', coalesce(i.email, p.email), 'created_by', i.created_by,
                 'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', i.expires_at / 1000.0, 'unixepoch')) as item
               from invitations i left join people p on p.id = i.for_person
               where i.workspace = ?1 and i.expires_at > unixepoch('subsec') * 1000
               order by i.id desc limit 100";
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
    let sql = "delete from invitations where workspace = ?1 and id = ?2 returning for_person";
    let Some(row) = tx.row(sql, [Value::text(workspace), Value::text(id)]).await? else {
        return Err(Error::no_such("open invitation", id));
    };
    let detail = match row.text_or_null("for_person")? {
        Some(person) => json!({ "person": person }),
        None => json!({}),
    };
    tx.audit(&by.entry("person.invitation_delete", id, detail)).await?;
    tx.commit().await
}
