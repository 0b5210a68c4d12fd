//! The agents of a workspace and their keys.
//!
//! A key's secret part is stored as its SHA-256 only. This module must not return it, and must not decide who
//! may do what.

use std::collections::BTreeMap;

use serde_json::json;

use super::{RequestContext, Transaction, read, read_row, write_relaxed};
use crate::domain::{AccountStatus, AgentKind};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value};

/// The maximum number of keys of an agent.
pub const MOST_KEYS: i64 = 20;

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
    /// What the agent is for.
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
    /// What the agent is for.
    pub description: Option<&'a str>,
    /// Whether the agent may sign in.
    pub status: Option<AccountStatus>,
    /// The person who answers for the agent.
    pub owner: Option<&'a str>,
}

/// A new key of an agent.
pub struct NewAgentKey<'a> {
    /// The id: 10 characters.
    pub id: &'a str,
    /// The agent.
    pub agent_id: &'a str,
    /// The key's name.
    pub name: &'a str,
    /// The key itself.
    pub proof: KeyProof<'a>,
    /// The lifetime in milliseconds. `None`: the key does not expire.
    pub lifetime_ms: Option<i64>,
}

/// What proves that somebody has a key.
pub enum KeyProof<'a> {
    /// The SHA-256 of the secret part of a key of ours.
    SecretHash([u8; 32]),
    /// The public key, a JWK, of the agent's own pair.
    PublicKey(&'a str),
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

/// A stored key, for `auth`.
pub struct StoredKey {
    /// The workspace of the agent.
    pub workspace: String,
    /// The agent.
    pub agent_id: String,
    /// The SHA-256 of the secret part, if the key is ours.
    pub secret_hash: Option<Vec<u8>>,
    /// The public JWK, if the key is the agent's own.
    pub public_key: Option<String>,
    /// When the key expires, in milliseconds since the Unix epoch.
    pub expires_at: Option<i64>,
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
             where a.workspace = ?1 and (?2 is null or a.id < ?2) order by a.id desc limit ?3"
        );
        let values = [Value::text(self.workspace), Value::from(cursor), Value::from(limit + 1)];
        let rows = read(&sql, values).await?;
        let shown = rows.len().min(limit as usize);
        let (page, rest) = rows.split_at_checked(shown).unwrap_or((&rows, &[]));
        let items: Vec<&str> = page.iter().map(|row| row.get("item")).collect::<Result<_, _>>()?;
        let next = match (page.last(), rest) {
            (Some(last), [_, ..]) => json!(last.get::<&str>("id")?).to_string(),
            _ => "null".to_owned(),
        };
        Ok(format!("{{\"items\":[{}],\"next_cursor\":{next}}}", items.join(",")))
    }

    /// The agent `id` as the API's JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(&self, id: &str) -> Result<String> {
        let sql =
            format!("select {DOC} as item from agents a where a.workspace = ?1 and a.id = ?2");
        let row = read_row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Ok(row.ok_or_else(|| not_found(id))?.into_text()?)
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
        tx.row(sql, values).await?.ok_or_else(|| not_found(id))?;
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
        let row = row.ok_or_else(|| not_found(id))?;
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

    /// Writes a new key of an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`too_many_keys`, `outside_agent`), [`Error::Storage`].
    pub async fn insert_key(&self, new: &NewAgentKey<'_>, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "select kind, (select count(*) from agent_keys where agent_id = a.id) as count
                   from agents a where workspace = ?1 and id = ?2";
        let row = tx.row(sql, [Value::text(self.workspace), Value::text(new.agent_id)]).await?;
        let row = row.ok_or_else(|| not_found(new.agent_id))?;
        if row.get::<AgentKind>("kind")? != AgentKind::Registered {
            let detail =
                "only a registered agent has keys. Register an agent for this program".into();
            return Err(Error::Conflict { code: "outside_agent", detail });
        }
        if row.get::<i64>("count")? >= MOST_KEYS {
            let detail = format!("an agent may have at most {MOST_KEYS} keys. Revoke one first");
            return Err(Error::Conflict { code: "too_many_keys", detail });
        }
        let (secret_hash, public_key) = match &new.proof {
            KeyProof::SecretHash(hash) => (Value::from(hash.as_slice()), Value::Null),
            KeyProof::PublicKey(jwk) => (Value::Null, Value::text(*jwk)),
        };
        let expires_at = new.lifetime_ms.map(|lifetime| tx.now_ms.saturating_add(lifetime));
        tx.query(
            "insert into agent_keys (id, agent_id, workspace, name, secret_hash, public_key,
               created_at, created_by, expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            [
                Value::text(new.id),
                Value::text(new.agent_id),
                Value::text(self.workspace),
                Value::text(new.name),
                secret_hash,
                public_key,
                Value::integer(tx.now_ms),
                Value::text(by.caller.subject.as_str()),
                Value::from(expires_at),
            ],
        )
        .await?;
        let detail = json!({"key": new.id, "name": new.name});
        tx.audit(&by.entry("agent.key_create", new.agent_id, detail)).await?;
        tx.commit().await
    }

    /// Deletes a key of an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn delete_key(
        &self,
        agent_id: &str,
        key_id: &str,
        by: &RequestContext<'_>,
    ) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql =
            "delete from agent_keys where workspace = ?1 and agent_id = ?2 and id = ?3 returning 1";
        let values = [Value::text(self.workspace), Value::text(agent_id), Value::text(key_id)];
        if tx.row(sql, values).await?.is_none() {
            let (agent, key) =
                (nexus_printable::shortened(agent_id), nexus_printable::shortened(key_id));
            return Err(Error::NotFound(format!("the agent {agent:?} has no key {key:?}")));
        }
        tx.audit(&by.entry("agent.key_delete", agent_id, json!({"key": key_id}))).await?;
        tx.commit().await
    }

    async fn doc(&self, tx: &Transaction, id: &str) -> Result<String> {
        let sql =
            format!("select {DOC} as item from agents a where a.workspace = ?1 and a.id = ?2");
        let row = tx.row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Ok(row.ok_or_else(|| not_found(id))?.into_text()?)
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

/// The key with this id, of any workspace.
///
/// # Errors
/// [`Error::Storage`].
pub async fn find_key(id: &str) -> Result<Option<StoredKey>> {
    let sql = "select workspace, agent_id, secret_hash, public_key, expires_at
               from agent_keys where id = +?1";
    let key = |row: Row| {
        Ok(StoredKey {
            workspace: row.text("workspace")?,
            agent_id: row.text("agent_id")?,
            secret_hash: row.get::<Option<&[u8]>>("secret_hash")?.map(<[u8]>::to_vec),
            public_key: row.text_or_null("public_key")?,
            expires_at: row.get("expires_at")?,
        })
    };
    read_row(sql, [Value::text(id)]).await?.map(key).transpose()
}

/// Stores the network addresses from which agents were used last, by the agents' ids.
///
/// # Errors
/// [`Error::Storage`].
pub async fn note_addresses(addresses: &BTreeMap<String, String>) -> Result<()> {
    let addresses = Value::text(json!(addresses).to_string());
    // A read waits for nobody, and agents seldom move.
    let moved = "id in (select key from json_each(?1)) and last_used_from is not ?1 ->> id";
    let any = format!("select 1 from agents where {moved} limit 1");
    if read_row(&any, [addresses.clone()]).await?.is_none() {
        return Ok(());
    }
    let sql = format!("update agents set last_used_from = ?1 ->> id where {moved}");
    write_relaxed(&sql, [addresses]).await.map(drop)
}

/// An agent or person of an outside issuer, as its token names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideIdentity {
    /// The workspace.
    pub workspace: String,
    /// The issuer of the token.
    pub issuer: String,
    /// The subject of the token.
    pub subject: String,
}

/// Stores the agents of outside issuers that are not stored yet, so that each can be switched off by itself.
///
/// # Errors
/// [`Error::Storage`].
pub async fn note_outside_agents(seen: &[OutsideIdentity]) -> Result<()> {
    let rows: Vec<_> = seen
        .iter()
        .map(|OutsideIdentity { workspace, issuer, subject }| {
            let id = id::outside_agent(workspace, issuer, subject);
            let key = format!("{} {id}", id::fold(subject));
            json!([id, workspace, subject, key, issuer])
        })
        .collect();
    let rows = Value::text(json!(rows).to_string());
    let is_new = "not exists(select 1 from agents where id = value ->> 0)";
    let any = format!("select 1 from json_each(?1) where {is_new} limit 1");
    if read_row(&any, [rows.clone()]).await?.is_none() {
        return Ok(());
    }
    // The name key has the id in it, because several issuers may use the same subject.
    let sql = format!(
        "insert into agents (id, workspace, name, name_key, kind, issuer, subject, created_at, created_by)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3, 'outside', value ->> 4, value ->> 2,
           cast(unixepoch('subsec') * 1000 as integer), value ->> 2
         from json_each(?1) where {is_new} on conflict do nothing"
    );
    write_relaxed(&sql, [rows]).await.map(drop)
}

fn not_found(id: &str) -> Error {
    let shown = nexus_printable::shortened(id);
    Error::NotFound(format!("there is no agent {shown:?} in this workspace"))
}
