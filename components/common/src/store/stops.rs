//! Emergency stops: nothing in scope is used or signed in, until an ADMIN lifts the stop. `standing` reads those of
//! callers. The broker reads those of integrations before it uses a credential, except to revoke it.

use serde_json::json;

use super::people::Person;
use super::{RequestContext, Transaction, aggregated, read, read_row, returned};
use crate::domain::{IntegrationKey, StopScope};
use crate::error::{Error, Result};
use crate::platform::sqlite::Value;

/// SQL: the reason of a stop that covers the integration `i` (workspace, id, `manifest_id`), or null.
pub const STOP_OF_INTEGRATION: &str = "(select reason from stops s where s.workspace = i.workspace
    and (s.scope = 'workspace' or (s.scope = 'integration' and s.target = i.id)
      or (s.scope = 'provider' and s.target = i.manifest_id)) limit 1)";

/// The error for an integration that is stopped for `reason`.
#[must_use]
pub fn stopped_integration(reason: &str) -> Error {
    Error::Stopped(format!(
        "an ADMIN has stopped this integration: {reason}. An ADMIN can lift the stop"
    ))
}

/// Checks that no stop covers an integration, its provider or its workspace. `manifest_id` names the provider if
/// the integration is not stored yet.
///
/// # Errors
/// [`Error::Stopped`], [`Error::Storage`].
pub async fn require_integration_not_stopped(
    key: IntegrationKey<'_>,
    manifest_id: Option<&str>,
) -> Result<()> {
    let sql = format!(
        "select {STOP_OF_INTEGRATION} as stopped from (select ?1 as workspace, ?2 as id,
           coalesce(?3, (select manifest_id from integrations where workspace = ?1 and id = ?2))
             as manifest_id) i"
    );
    let row = read_row(&sql, key.and([Value::from(manifest_id)])).await?;
    match row.map(|row| row.text_or_null("stopped")).transpose()?.flatten() {
        None => Ok(()),
        Some(reason) => Err(stopped_integration(&reason)),
    }
}

/// The emergency stops of one workspace.
pub struct Stops<'a> {
    workspace: &'a str,
}

/// A new stop.
pub struct NewStop<'a> {
    /// The id: `stp_…`.
    pub id: &'a str,
    /// The scope of the stop.
    pub scope: StopScope,
    /// The agent, person, integration or manifest. `None` for the workspace.
    pub target: Option<&'a str>,
    /// Why, in words.
    pub reason: &'a str,
}

/// The API's JSON of a stop.
const DOC: &str = "json_object('id', id, 'scope', scope, 'target', target, 'reason', reason,
    'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'),
    'created_by', created_by)";

impl<'a> Stops<'a> {
    /// The stops of `workspace`.
    #[must_use]
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// All stops as JSON, `{"items":[…]}`, newest first.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn all(&self) -> Result<String> {
        let sql = format!("select {DOC} as item from stops where workspace = ?1 order by id desc");
        let rows = read(&sql, [Value::text(self.workspace)]).await?;
        let items: Vec<&str> = rows.iter().map(|row| row.get("item")).collect::<Result<_, _>>()?;
        Ok(format!("{{\"items\":[{}]}}", items.join(",")))
    }

    /// The id of the target as it is stored. An integration may be named by its slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn resolve(&self, scope: StopScope, target: Option<&str>) -> Result<Option<String>> {
        let Some(target) = target else { return Ok(None) };
        let sql = match scope {
            StopScope::Agent => "select id from agents where workspace = ?1 and id = ?2",
            StopScope::Person => "select id from people where workspace = ?1 and id = ?2",
            StopScope::Integration => {
                "select id from integrations where workspace = ?1 and (id = ?2 or slug = ?2)"
            }
            StopScope::Provider => {
                "select manifest_id as id from integrations where workspace = ?1 and manifest_id = ?2
                 limit 1"
            }
            StopScope::Workspace => return Ok(None),
        };
        let row = read_row(sql, [Value::text(self.workspace), Value::text(target)]).await?;
        let row = row.ok_or_else(|| {
            let shown = nexus_printable::shortened(target);
            Error::NotFound(format!("there is no {scope} {shown:?} in use in this workspace"))
        })?;
        Ok(Some(row.text("id")?))
    }

    /// The numbers of agents, keys, sessions and integrations that a stop would cover, as JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn preview(&self, scope: StopScope, target: Option<&str>) -> Result<String> {
        let target = self.resolve(scope, target).await?;
        let sql = "select json_object(
             'agents', (select count(*) from agents where workspace = ?1 and status = 'active'
               and (?2 = 'workspace' or (?2 = 'agent' and id = ?3)
                 or (?2 = 'person' and kind = 'connected_app' and owner = ?3))),
             'keys', (select count(*) from agent_keys where workspace = ?1
               and (?2 = 'workspace' or (?2 = 'agent' and agent_id = ?3))),
             'sessions', (select count(*) from sessions where workspace = ?1
               and (?2 = 'workspace' or (?2 = 'person' and person_id = ?3))),
             'integrations', (select count(*) from integrations where workspace = ?1
               and (?2 = 'workspace' or (?2 = 'integration' and id = ?3)
                 or (?2 = 'provider' and manifest_id = ?3)))) as item";
        let values =
            [Value::text(self.workspace), Value::from(scope), Value::from(target.as_deref())];
        let row = read_row(sql, values).await?;
        Ok(aggregated(row)?.into_text()?)
    }

    /// Writes a new stop. It counts from the next call on, on every instance. Returns the API's JSON.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn insert(&self, new: &NewStop<'_>, by: &RequestContext<'_>) -> Result<String> {
        let tx = Transaction::begin().await?;
        let sql = format!(
            "insert into stops (id, workspace, scope, target, reason, created_at, created_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning {DOC} as item"
        );
        let values = [
            Value::text(new.id),
            Value::text(self.workspace),
            Value::from(new.scope),
            Value::from(new.target),
            Value::text(new.reason),
            Value::integer(tx.now_ms),
            Value::text(by.caller.subject.as_str()),
        ];
        let row = tx.row(&sql, values).await?;
        let doc = returned(row)?.into_text()?;
        let detail = json!({"scope": new.scope, "target": new.target, "reason": new.reason});
        tx.audit(&by.entry("panic.stop", new.id, detail)).await?;
        tx.commit().await?;
        Ok(doc)
    }

    /// Lifts the stop `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn delete(&self, id: &str, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "delete from stops where workspace = ?1 and id = ?2 returning scope, target";
        let row = tx.row(sql, [Value::text(self.workspace), Value::text(id)]).await?;
        let Some(row) = row else {
            return Err(Error::no_such("stop", id));
        };
        let (scope, target) = (row.get::<StopScope>("scope")?, row.text_or_null("target")?);
        tx.audit(&by.entry("panic.lift", id, json!({"scope": scope, "target": target}))).await?;
        tx.commit().await
    }
}

impl Transaction {
    /// Checks that no stop covers a person who signs in, or the whole workspace.
    ///
    /// # Errors
    /// [`Error::Stopped`], [`Error::Storage`].
    pub async fn require_not_stopped(&self, person: &Person) -> Result<()> {
        self.require_no_stop("(scope = 'workspace' or (scope = 'person' and target = ?2))", person)
            .await
    }

    /// As [`Self::require_not_stopped`], but a stop of the whole workspace does not count. Only a link from
    /// the machine may use this, because its holder must be able to lift such a stop when no ADMIN is signed
    /// in.
    ///
    /// # Errors
    /// The errors of [`Self::require_not_stopped`].
    pub async fn require_lifter_not_stopped(&self, person: &Person) -> Result<()> {
        self.require_no_stop("scope = 'person' and target = ?2", person).await
    }

    async fn require_no_stop(&self, scope: &str, person: &Person) -> Result<()> {
        let sql = format!("select reason from stops where workspace = ?1 and {scope} limit 1");
        let values = [Value::text(person.workspace.as_str()), Value::text(person.id.as_str())];
        let Some(row) = self.row(&sql, values).await? else { return Ok(()) };
        let reason = row.text("reason")?;
        Err(Error::Stopped(format!(
            "an ADMIN has stopped this: {reason}. An ADMIN who is signed in can lift the stop, and a link from \
             the machine signs one in"
        )))
    }
}
