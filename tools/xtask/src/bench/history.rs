//! Agents and history in a grown database: agents with keys, the usage and the calls of months, events, and audit records.
//!
//! The rows have the form that the application writes, so that every endpoint can read them. No key works, because only
//! random digests of the secrets are stored.

use anyhow::{Context, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// How much is stored for each workspace: the measured workspace has more than another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerWorkspace {
    /// Agents, each with a key.
    pub(crate) agents: u32,
    /// Minutes with usage for each integration. Each has one recorded call, too.
    pub(crate) minutes: u32,
}

/// The rows that are stored before a measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct History {
    /// In the measured workspace.
    pub(crate) here: PerWorkspace,
    /// In each other workspace.
    pub(crate) elsewhere: PerWorkspace,
}

impl History {
    /// Among 99 other workspaces with 1,000 integrations each: 10,000 agents, and more than a million rows of usage and
    /// calls. A quarter of the rows belongs to the measured workspace, and half of the agents.
    pub(crate) const FULL: Self = Self {
        here: PerWorkspace { agents: 5_050, minutes: 250 },
        elsewhere: PerWorkspace { agents: 50, minutes: 3 },
    };
}

/// Stores agents and history for all workspaces that have integrations. `source` is the measured workspace.
pub(crate) fn store(connection: &Connection, source: &str, history: History) -> Result<()> {
    // The triggers would note the use of each integration, and the measured lists would differ from those before.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    store_agents(connection, source, history).context("storing agents")?;
    store_calls(connection, source, history).context("storing usage and calls")?;
    copy_audit(connection, source).context("copying the audit record")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
    Ok(())
}

fn store_agents(connection: &Connection, source: &str, history: History) -> Result<()> {
    connection.execute_batch(
        "create temp table callers (
           workspace text not null, number integer not null, id text not null,
           primary key (workspace, number)) without rowid",
    )?;
    // An id has the time of an integration's. Hexadecimal digits are also digits of a ULID.
    connection.execute(
        "insert into temp.callers (workspace, number, id)
           with recursive counter(number) as (
             select 0 union all select number + 1 from counter where number + 1 < max(?2, ?3))
           select w.workspace, c.number, 'agt_' || w.time || hex(randomblob(8))
           from counter c join (select workspace, substr(min(id), 5, 10) as time from main.integrations group by workspace) w
             on c.number < iif(w.workspace = ?1, ?2, ?3)",
        params![source, history.here.agents, history.elsewhere.agents],
    )?;
    connection.execute_batch(
        "insert into main.agents (id, workspace, name, name_key, kind, created_at, created_by)
           select id, workspace, 'Agent ' || number, 'agent ' || number, 'registered', unixepoch() * 1000, 'bench'
           from temp.callers;
         insert into main.agent_keys (id, agent_id, workspace, secret_hash, created_at, created_by, expires_at)
           select substr(lower(hex(randomblob(3))), 1, 5) || printf('%05d', row_number() over (order by id)), id, workspace,
             randomblob(32), unixepoch() * 1000, 'bench', (unixepoch() + 90 * 86400) * 1000
           from temp.callers;",
    )?;
    Ok(())
}

/// Usage and calls of the last minutes. The agents of a workspace take turns.
fn store_calls(connection: &Connection, source: &str, history: History) -> Result<()> {
    connection.execute(
        "create temp table used as
           with recursive counter(number) as (
             select 1 union all select number + 1 from counter where number < max(?2, ?3))
           select i.workspace, i.id as integration_id, (unixepoch() / 60 - c.number) * 60000 as minute, c.number,
             iif(i.workspace = ?1, ?4, ?5) as agents, row_number() over (partition by i.workspace order by i.id) as turn
           from main.integrations i join counter c on c.number <= iif(i.workspace = ?1, ?2, ?3)",
        params![
            source,
            history.here.minutes,
            history.elsewhere.minutes,
            history.here.agents,
            history.elsewhere.agents
        ],
    )?;
    connection.execute_batch(
        "insert into main.usage (workspace, integration_id, minute, agent, calls, errors, bytes)
           select u.workspace, u.integration_id, u.minute, c.id, 12, 1, 34567
           from temp.used u join temp.callers c on c.workspace = u.workspace and c.number = u.turn % u.agents
           order by u.minute;
         insert into main.agent_calls (workspace, number, integration_id, at, sent, call)
           select u.workspace, row_number() over (partition by u.workspace order by u.minute), u.integration_id,
             u.minute + 1, 1, json_array(
             c.id, 'GET', null, '/v1/things/{id}', '/v1/things/' || u.turn, 'succeeded', 200, null, 12, 345, null,
             'req_' || substr(u.integration_id, 5, 10) || hex(randomblob(8)), 0, 0)
           from temp.used u join temp.callers c on c.workspace = u.workspace and c.number = u.turn % u.agents
           order by u.minute;
         insert or replace into main.call_numbers (workspace, last)
           select workspace, max(number) from main.agent_calls group by workspace;",
    )?;
    Ok(())
}

/// Gives each other workspace a copy of the audit record of `source`, as a valid chain of its own.
fn copy_audit(connection: &Connection, source: &str) -> Result<()> {
    let mut rows = connection
        .prepare("select seq, at, record from main.audit where workspace = ?1 order by seq")?;
    let records = rows
        .query_map([source], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, i64, String)>, _>>()?;
    let mut others = connection.prepare(
        "select distinct workspace from main.integrations where workspace <> ?1 order by workspace",
    )?;
    let others =
        others.query_map([source], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut insert = connection.prepare(
        "insert into main.audit (workspace, seq, at, record, hash) values (?1, ?2, ?3, ?4, ?5)",
    )?;
    for workspace in &others {
        let mut previous = None;
        for (seq, at, record) in &records {
            let mut record: Map<String, Value> =
                serde_json::from_str(record).context("an audit record is not a JSON object")?;
            record.insert("workspace".to_owned(), json!(workspace));
            if let Some(previous) = previous {
                record.insert("prev".to_owned(), json!(previous));
            }
            let record = Value::Object(record).to_string();
            let hash = sha256_hex(&record);
            insert.execute(params![workspace, seq, at, record, hash])?;
            previous = Some(hash);
        }
    }
    Ok(())
}

/// The SHA-256 of `text`, in hexadecimal digits.
pub(crate) fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
