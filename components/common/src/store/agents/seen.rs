//! What is noted of agents that call: their network addresses, and the agents of outside issuers.

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Result;
use crate::id;
use crate::platform::sqlite::Value;
use crate::store::{read_row, write_relaxed};

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
