//! The keys of agents.
//!
//! A key's secret part is stored as its SHA-256 only. This module must not return it to anybody but `auth`.

use serde_json::json;

use super::Agents;
use crate::domain::AgentKind;
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};
use crate::store::{RequestContext, Transaction, read_row};

/// The maximum number of keys of an agent.
pub const MOST_KEYS: i64 = 20;

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

/// The proof that a caller has a key.
pub enum KeyProof<'a> {
    /// The SHA-256 of the secret part of a key of ours.
    SecretHash([u8; 32]),
    /// The public key, a JWK, of the agent's own pair.
    PublicKey(&'a str),
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

impl Agents<'_> {
    /// Writes a new key of an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`too_many_keys`, `outside_agent`), [`Error::Storage`].
    pub async fn insert_key(&self, new: &NewAgentKey<'_>, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "select kind, (select count(*) from agent_keys where agent_id = a.id) as count
                   from agents a where workspace = ?1 and id = ?2";
        let row = tx.row(sql, [Value::text(self.workspace), Value::text(new.agent_id)]).await?;
        let row = row.ok_or_else(|| Error::no_such("agent", new.agent_id))?;
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
