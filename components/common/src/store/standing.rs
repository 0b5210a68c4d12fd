//! Whether a caller may still act: its agent or person is active, its key or session is not revoked, and no ADMIN
//! has stopped it.
//!
//! The signature of a token names the caller at the time when the token was made. This module checks, for every
//! call, whether that caller is still active, and that the schema is still the one that this version knows. It reads again
//! if a row that counts was changed since, and after a second, because keys and sessions expire. It must not verify a
//! proof, which only `auth` does.

use std::cell::RefCell;

use super::{Revision, Watched, read_row, revision, schema};
use crate::domain::{Basis, CredentialRow};
use crate::error::{Error, Result};
use crate::id;
use crate::kept::Recent;
use crate::platform::clock;
use crate::platform::sqlite::{Row, Value};

/// How long a session may be idle, in milliseconds: 12 hours.
pub const SESSION_IDLE_MS: i64 = 12 * 60 * 60 * 1000;
/// How long a session lasts at most, in milliseconds: 30 days.
pub const SESSION_MOST_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How long a caller counts as active without another look while no row changes, in milliseconds. It is limited
/// because keys, tokens and sessions expire.
const GOOD_MS: u64 = 1_000;

/// When a caller was found to be active.
#[derive(Clone, Copy)]
struct FoundGood {
    revision: Revision,
    at: u64,
}

thread_local! {
    static GOOD: RefCell<Recent<(String, Basis), FoundGood>> = RefCell::default();
}

// Callers of an outside issuer have both ids. If the person is switched off, so is the agent. If only the
// agent is switched off, a person with a row of their own stays active: a MANAGER may switch off agents, but
// not an ADMIN. An emergency stop, which only an ADMIN makes, counts for both.
/// The statement that decides whether a caller may act. A test finds in it the rows on which a cache of its result
/// depends.
pub const STANDING: &str = "select
    (select reason from stops where workspace = +?1 and ((scope = 'workspace' and ?9)
       or (scope = 'agent' and target = ?2)
       or (scope = 'person' and target in (?3,
         (select owner from agents where id = ?2 and kind = 'connected_app'),
         (select person_id from app_grants where agent_id = ?2)))) limit 1) as caller_stopped,
    coalesce((select status from agents where id = +?2 and workspace = +?1
        and not (?10 and exists(select 1 from people where id = +?3 and workspace = +?1))),
      iif(?2 is null or ?4, 'active', 'deleted')) as agent,
    coalesce((select status from people where id = +?3 and workspace = +?1),
      iif(?3 is null or ?4, 'active', 'deleted')) as person,
    coalesce((select p.status from agents a join people p on p.id = a.owner
       where a.id = +?2 and a.kind = 'connected_app'), 'active') as owner,
    case ?5
      when 'agent_key' then exists(select 1 from agent_keys where id = +?6 and agent_id = ?2
        and (expires_at is null or expires_at > unixepoch('subsec') * 1000))
      when 'session' then exists(select 1 from sessions where id = +?6 and person_id = ?3
        and used_at > unixepoch('subsec') * 1000 - ?7
        and created_at > unixepoch('subsec') * 1000 - ?8)
      when 'access_token' then exists(select 1 from app_tokens t
        join app_grants g on g.agent_id = t.agent_id join people p on p.id = g.person_id
        where t.id = +?6 and t.agent_id = ?2 and t.kind = 'access'
          and t.expires_at > unixepoch('subsec') * 1000
          and p.status = 'active' and (p.role <> 'AGENT' or g.person_subject is not null))
      else 1 end as has_credential,
    (select user_version from pragma_user_version) as schema";

/// Checks that a caller of `workspace` may still act.
///
/// # Errors
/// [`Error::InvalidToken`] if the agent, person, key or session was switched off or ended.
/// [`Error::Stopped`] if an admin has stopped it. [`Error::DatabaseNewer`] or [`Error::SchemaBehind`] if another version
/// of the application has migrated the database since this instance began. [`Error::Storage`].
pub async fn require_standing(workspace: &str, basis: &Basis) -> Result<()> {
    require_standing_at(revision(Watched::Rights).await?, workspace, basis).await
}

/// As [`require_standing`], with the `now` that [`revision`] has just returned for [`Watched::Rights`]. A call that also
/// reads its own row asks for it once.
///
/// # Errors
/// The errors of [`require_standing`].
pub async fn require_standing_at(
    now: Option<Revision>,
    workspace: &str,
    basis: &Basis,
) -> Result<()> {
    let key = (workspace.to_owned(), basis.clone());
    let at = clock::now_ms();
    let is_known = GOOD.with_borrow_mut(|good| good.get(&key).copied()).is_some_and(|found| {
        Some(found.revision) == now && at.saturating_sub(found.at) < GOOD_MS && at >= found.at
    });
    if is_known {
        return Ok(());
    }
    check(workspace, basis, true).await?;
    if let Some(revision) = now {
        GOOD.with_borrow_mut(|good| good.insert(key, FoundGood { revision, at }));
    }
    Ok(())
}

/// As [`require_standing`], but a stop of the whole workspace does not count, so that an ADMIN can lift it.
///
/// # Errors
/// The errors of [`require_standing`].
pub async fn require_standing_of_lifter(workspace: &str, basis: &Basis) -> Result<()> {
    check(workspace, basis, false).await
}

async fn check(workspace: &str, basis: &Basis, whole_workspace: bool) -> Result<()> {
    let row = read_row(STANDING, parameters(workspace, basis, whole_workspace)).await?;
    judge(&row.ok_or_else(no_row)?)
}

/// The parameter after those of [`STANDING`].
pub const ROW_PARAMETER: &str = "?11";

/// Reads whether a caller may still act, together with a row that the caller wants, by one statement: on a server, each
/// statement costs a way there and back. `sql` selects at most one row, and has `value` as its parameter [`ROW_PARAMETER`] and the
/// workspace as `?1`. No column of it may have the name of one of [`STANDING`].
///
/// Returns the result of [`require_standing`], and the row. All columns of a missing row are null.
///
/// # Errors
/// [`Error::Storage`].
pub async fn standing_and_row(
    workspace: &str,
    basis: &Basis,
    sql: &str,
    value: &str,
) -> Result<(Result<()>, Row)> {
    let mut values = parameters(workspace, basis, true).to_vec();
    values.push(Value::text(value));
    let sql = format!("select * from ({STANDING}) left join ({sql})");
    let row = read_row(&sql, values).await?.ok_or_else(no_row)?;
    Ok((judge(&row), row))
}

fn no_row() -> Error {
    Error::Internal("a select without a table gave no row".into())
}

/// The parameters of [`STANDING`].
fn parameters(workspace: &str, basis: &Basis, whole_workspace: bool) -> [Value; 10] {
    let outside = basis.outside.as_deref();
    let agent = outside.map(id::agent_of).or_else(|| basis.agent.clone());
    let person = outside.map(id::person_of).or_else(|| basis.person.clone());
    [
        Value::text(workspace),
        Value::from(agent),
        Value::from(person),
        Value::integer(i64::from(outside.is_some())),
        Value::from(basis.credential.as_ref().map(CredentialRow::kind)),
        Value::from(basis.credential.as_ref().map(CredentialRow::id)),
        Value::integer(SESSION_IDLE_MS),
        Value::integer(SESSION_MOST_MS),
        Value::integer(i64::from(whole_workspace)),
        Value::integer(i64::from(basis.person.is_some())),
    ]
}

/// Whether the caller of a row of [`STANDING`] may act.
fn judge(row: &Row) -> Result<()> {
    if let Some(reason) = row.text_or_null("caller_stopped")? {
        return Err(Error::Stopped(format!(
            "an ADMIN has stopped this caller: {reason}. An ADMIN can lift the stop"
        )));
    }
    let is_active = |column| Ok::<_, Error>(row.get::<&str>(column)? == "active");
    let refused = |why: &str| Err(Error::InvalidToken(why.to_owned()));
    if !is_active("agent")? {
        return refused("the agent was switched off or deleted. Ask an admin of the workspace");
    }
    if !is_active("person")? || !is_active("owner")? {
        return refused("the person was switched off. Ask an admin of the workspace");
    }
    if !row.get::<bool>("has_credential")? {
        return refused("the key, token or session was revoked, or has expired. Use a new one");
    }
    // Each request reads this row, so none is answered from a schema that this version does not know. It comes last: a
    // call that has begun ends with its right to it on any schema.
    schema::require_current(row.get("schema")?)
}
