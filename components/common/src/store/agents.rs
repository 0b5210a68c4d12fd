//! The agents of a workspace. `keys` has their keys, and `seen` notes agents that call.
//!
//! This module must not decide who may do what.

mod keys;
mod seen;

use serde_json::json;

use super::read::page_by_id;
use super::{RequestContext, Transaction, read, read_row};
use crate::domain::{AccountStatus, AgentKind};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value};
pub use keys::{KeyProof, MOST_KEYS, NewAgentKey, StoredKey, find_key};
pub use seen::{OutsideIdentity, note_addresses, note_outside_agents};

/// The agents of one workspace.
pub struct Agents<'a> {
    workspace: &'a str,
}

/// A new agent.
pub struct NewAgent<'a> {
    /// The id: `agt_…`.
    pub id: &'a str,
    /// The name. No other agent of the workspace has it.
    pub name: &'a str,
    /// The purpose of the agent.
    pub description: &'a str,
    /// The person who answers for the agent.
    pub owner: Option<&'a str>,
    /// Where the agent comes from.
    pub kind: AgentKind,
}

/// The new values of an agent. A member that is `None` stays as it is.
#[derive(Default)]
pub struct AgentChange<'a> {
    /// The name.
    pub name: Option<&'a str>,
    /// The purpose of the agent.
    pub description: Option<&'a str>,
    /// Whether the agent may sign in.
    pub status: Option<AccountStatus>,
    /// The person who answers for the agent.
    pub owner: Option<&'a str>,
}

/// The agent that a word names.
#[derive(Debug, PartialEq, Eq)]
pub enum NamedAgent {
    /// The agent with this id.
    One(String),
    /// The word names several agents: two issuers may use one subject, and an agent may have it as its name.
    Several,
    /// No agent that is known.
    Nobody,
}

/// The API's JSON of an agent, from the row `a`.
const DOC: &str = "json_object(
    'id', a.id, 'name', a.name, 'description', a.description, 'owner', a.owner, 'kind', a.kind,
    'status', a.status, 'issuer', a.issuer, 'subject', a.subject,
    'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', a.created_at / 1000.0, 'unixepoch'),
    'created_by', a.created_by,
    'last_used_at', strftime('%Y-%m-%dT%H:%M:%fZ', a.last_used_at / 1000.0, 'unixepoch'),
    'last_used_from', a.last_used_from,
    'keys', json((select json_group_array(json_object(
       'id', k.id, 'name', k.name, 'kind', iif(k.public_key is null, 'secret', 'public_key'),
       'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', k.created_at / 1000.0, 'unixepoch'),
       'created_by', k.created_by,
       'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', k.expires_at / 1000.0, 'unixepoch')))
     from (select * from agent_keys where agent_id = a.id order by created_at, id) k)))";

impl<'a> Agents<'a> {
    /// The agents of `workspace`.
    #[must_use]
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// A page as JSON, `{"items":[…],"next_cursor":…}`, newest id first. `cursor` is the id of the last agent
    /// of the previous page.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn page(&self, limit: u32, cursor: Option<&str>) -> Result<String> {
        let sql = format!(
            "select {DOC} as item, a.id from agents a
             where a.workspace = ?1 and (?2 is null or a.id < ?2) order by a.id desc"
        );
        let values = [Value::text(self.workspace), Value::from(cursor)];
        page_by_id(&sql, values.into(), limit).await
    }

    /// The agent `id` as the API's JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(&self, id: &str) -> Result<String> {
        let sql =
            format!("select {DOC} as item from agents a where a.workspace = ?1 and a.id = ?2");
        let row = read_row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Ok(row.ok_or_else(|| Error::no_such("agent", id))?.into_text()?)
    }

    /// The agents that `words` name, in their order: by id, by name, or by the subject of an outside issuer's
    /// tokens. A word that has the form of an id is nothing else. The id of a person names the person's connected
    /// apps.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn resolve(&self, words: &[String]) -> Result<Vec<NamedAgent>> {
        let form = |word: &String| match id::is_of_account(word) {
            true => json!({ "id": word }),
            false => json!({"name": id::fold(word), "subject": word}),
        };
        let forms: Vec<_> = words.iter().map(form).collect();
        let sql =
            "with words as materialized (
                     select key, value ->> 'id' as id, value ->> 'name' as name, value ->> 'subject' as subject
                       from json_each(?2)),
                   found as (
                     select w.key, a.id from words w join agents a on a.id = w.id and a.workspace = ?1
                     union select w.key, p.id from words w
                       join people p on p.id = w.id and p.workspace = ?1
                     union select w.key, a.id from words w
                       join agents a on a.workspace = ?1 and a.name_key = w.name
                     union select w.key, a.id from words w
                       join agents a on a.workspace = ?1 and a.subject = w.subject)
                   select w.key, min(f.id) as id, count(f.id) as count
                   from words w left join found f on f.key = w.key group by w.key order by w.key";
        let values = [Value::text(self.workspace), Value::text(json!(forms).to_string())];
        let named = |row: &Row| {
            Ok(match (row.get::<i64>("count")?, row.text_or_null("id")?) {
                (1, Some(id)) => NamedAgent::One(id),
                (0, _) => NamedAgent::Nobody,
                _ => NamedAgent::Several,
            })
        };
        read(sql, values).await?.iter().map(named).collect()
    }

    /// Writes a new agent, and returns the API's JSON.
    ///
    /// # Errors
    /// [`Error::Conflict`] (`agent_name_taken`), [`Error::Storage`].
    pub async fn insert(
        &self,
        tx: &Transaction,
        new: &NewAgent<'_>,
        by: &RequestContext<'_>,
    ) -> Result<String> {
        self.require_free_name(tx, new.name, new.id).await?;
        tx.query(
            "insert into agents (id, workspace, name, name_key, description, owner, kind, created_at,
               created_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            [
                Value::text(new.id),
                Value::text(self.workspace),
                Value::text(new.name),
                Value::text(id::fold(new.name)),
                Value::text(new.description),
                Value::from(new.owner),
                Value::from(new.kind),
                Value::integer(tx.now_ms),
                Value::text(by.caller.subject.as_str()),
            ],
        )
        .await?;
        let detail = json!({"name": new.name, "kind": new.kind, "owner": new.owner});
        tx.audit(&by.entry("agent.create", new.id, detail)).await?;
        self.doc(tx, new.id).await
    }

    /// Applies `change` to the agent `id`, and returns the API's JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`agent_name_taken`), [`Error::Storage`].
    pub async fn change(
        &self,
        tx: &Transaction,
        id: &str,
        change: &AgentChange<'_>,
        by: &RequestContext<'_>,
    ) -> Result<String> {
        if let Some(name) = change.name {
            self.require_free_name(tx, name, id).await?;
        }
        let sql = "update agents set name = coalesce(?3, name), name_key = coalesce(?4, name_key),
                     description = coalesce(?5, description), status = coalesce(?6, status),
                     owner = coalesce(?7, owner)
                   where workspace = ?1 and id = ?2 returning 1";
        let values = [
            Value::text(self.workspace),
            Value::text(id),
            Value::from(change.name),
            Value::from(change.name.map(id::fold)),
            Value::from(change.description),
            Value::from(change.status.map(AccountStatus::as_str)),
            Value::from(change.owner),
        ];
        tx.row(sql, values).await?.ok_or_else(|| Error::no_such("agent", id))?;
        let detail = json!({"name": change.name, "description": change.description,
            "status": change.status, "owner": change.owner});
        tx.audit(&by.entry("agent.update", id, detail)).await?;
        self.doc(tx, id).await
    }

    /// Deletes the agent `id` with all its keys. Its name stays in the records. An agent of an outside issuer
    /// cannot be deleted, because its next call would bring it back: it is switched off instead.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`outside_agent`), [`Error::Storage`].
    pub async fn delete(&self, id: &str, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "delete from agents where workspace = ?1 and id = ?2 returning name, kind";
        let row = tx.row(sql, [Value::text(self.workspace), Value::text(id)]).await?;
        let row = row.ok_or_else(|| Error::no_such("agent", id))?;
        if row.get::<AgentKind>("kind")? == AgentKind::Outside {
            let detail = format!(
                "an outside issuer vouches for {id}, so its next call would bring it back. Switch it \
                 off instead: PUT {{\"status\":\"disabled\"}}"
            );
            return Err(Error::Conflict { code: "outside_agent", detail });
        }
        tx.audit(&by.entry("agent.delete", id, json!({"name": row.text("name")?}))).await?;
        tx.commit().await
    }

    async fn doc(&self, tx: &Transaction, id: &str) -> Result<String> {
        let sql =
            format!("select {DOC} as item from agents a where a.workspace = ?1 and a.id = ?2");
        let row = tx.row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Ok(row.ok_or_else(|| Error::no_such("agent", id))?.into_text()?)
    }

    /// Checks, inside a transaction, that no agent except `own` has `name`.
    async fn require_free_name(&self, tx: &Transaction, name: &str, own: &str) -> Result<()> {
        let sql = "select id from agents where workspace = ?1 and name_key = ?2 and id <> ?3";
        let values = [Value::text(self.workspace), Value::text(id::fold(name)), Value::text(own)];
        match tx.row(sql, values).await? {
            Some(row) => {
                let other: &str = row.get("id")?;
                let detail = format!("the agent {other} has the name {name:?}. Use another name");
                Err(Error::Conflict { code: "agent_name_taken", detail })
            }
            None => Ok(()),
        }
    }
}
