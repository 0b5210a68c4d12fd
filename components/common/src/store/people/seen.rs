//! The people of outside issuers, as their tokens show them.

use serde_json::json;

use crate::domain::Role;
use crate::error::Result;
use crate::id;
use crate::platform::sqlite::Value;
use crate::store::{read_row, write_relaxed};

/// A person of an outside issuer, as a token names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsidePerson {
    /// The workspace.
    pub workspace: String,
    /// The issuer of the token.
    pub issuer: String,
    /// The subject of the token.
    pub subject: String,
    /// The role that the token gives.
    pub role: Role,
}

/// Stores the people of outside issuers that are not stored yet, or whose role has changed, and when they were
/// last seen, to the hour. A person who is first seen after their agent was switched off is switched off as well.
///
/// # Errors
/// [`Error::Storage`].
pub async fn note_outside_people(seen: &[OutsidePerson]) -> Result<()> {
    let rows: Vec<_> = seen
        .iter()
        .map(|OutsidePerson { workspace, issuer, subject, role }| {
            json!([
                id::outside_person(workspace, issuer, subject),
                workspace,
                subject,
                issuer,
                role.name()
            ])
        })
        .collect();
    let rows = Value::text(json!(rows).to_string());
    let is_known = "exists(select 1 from people p where p.id = value ->> 0
        and (p.source <> 'issuer' or p.role = value ->> 4)
        and p.last_seen_at > unixepoch() * 1000 - 3600000)";
    let any = format!("select 1 from json_each(?1) where not {is_known} limit 1");
    if read_row(&any, [rows.clone()]).await?.is_none() {
        return Ok(());
    }
    let sql = format!(
        "insert into people (id, workspace, name, role, source, issuer, subject, status, created_at,
           last_seen_at)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 4, 'issuer', value ->> 3, value ->> 2,
           coalesce((select status from agents where id = 'agt_' || substr(value ->> 0, 5)), 'active'),
           cast(unixepoch('subsec') * 1000 as integer), cast(unixepoch('subsec') * 1000 as integer)
         from json_each(?1) where not {is_known}
         on conflict do update set last_seen_at = excluded.last_seen_at,
           role = iif(source = 'issuer', excluded.role, role)"
    );
    write_relaxed(&sql, [rows]).await.map(drop)
}
