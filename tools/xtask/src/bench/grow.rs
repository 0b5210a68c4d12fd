//! A database with a hundred times the integrations, and with the agents and the history that belong to them (`history`).
//! The workspace's rows are copied in SQL, because creating 100,000 integrations over HTTP would take many minutes.
//!
//! The copies exist to be listed. Their ciphertexts are bound to the original rows and cannot be opened. No
//! application may have the database open meanwhile.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use rusqlite::Connection;

use super::history::{self, History};

/// The number of other workspaces afterwards.
pub(crate) const OTHERS: usize = 99;

/// Copies each integration with its credential and its events to each of `others` new workspaces, and stores `history`
/// for all of them.
pub(crate) fn grow(database: &Path, others: usize, history: History) -> Result<()> {
    multiply(database, others, history).with_context(|| format!("growing {}", database.display()))
}

fn multiply(database: &Path, others: usize, history: History) -> Result<()> {
    let mut connection = Connection::open(database)?;
    // A failed benchmark starts over, so nothing here needs to survive a crash.
    connection.execute_batch("pragma synchronous = off; pragma cache_size = -65536;")?;
    let transaction = connection.transaction()?;
    let source = "select min(workspace) from main.integrations";
    let source: Option<String> = transaction.query_row(source, [], |row| row.get(0))?;
    let source = source.context("the database has no integrations")?;
    // The new ids have the form and age of the originals: four bytes of prefix, ten of time, then sixteen
    // random ones; hexadecimal digits are also digits of a ULID. The copies of an integration are neighbours,
    // as if the workspaces had grown in parallel.
    transaction.execute_batch(&format!(
        "create temp table copies as
           with recursive other(number) as (
             select 1 union all select number + 1 from other where number < {others})
           select id as source, substr(id, 1, 14) || hex(randomblob(8)) as id,
             workspace || '-' || number as workspace
           from main.integrations cross join other"
    ))?;
    for (table, key) in
        [("integrations", "id"), ("credentials", "integration_id"), ("events", "integration_id")]
    {
        copy(&transaction, table, key)?;
    }
    history::store(&transaction, &source, history)?;
    transaction.commit()?;
    // The measured application must not find the new rows in its write-ahead log.
    let busy: bool =
        connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
    ensure!(!busy, "another program has the database open");
    Ok(())
}

/// Copies the rows of `table` once for each copy. `key` and `workspace` are new; all other columns are the
/// source's, including columns that later migrations add.
fn copy(connection: &Connection, table: &str, key: &str) -> Result<()> {
    // Excludes generated columns, which cannot be written, and a number that SQLite gives to each row.
    let mut columns = connection.prepare(
        "select name from pragma_table_xinfo(?1) where hidden = 0
           and not (pk = 1 and upper(type) = 'INTEGER')",
    )?;
    let columns: Vec<String> =
        columns.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let values: Vec<String> = columns
        .iter()
        .map(|column| match column.as_str() {
            "workspace" => "copies.workspace".to_owned(),
            column if column == key => "copies.id".to_owned(),
            column => format!("old.\"{column}\""),
        })
        .collect();
    connection.execute_batch(&format!(
        "insert into main.{table} (\"{}\")
         select {} from temp.copies join main.{table} as old on old.{key} = copies.source",
        columns.join("\", \""),
        values.join(", ")
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rusqlite::StatementStatus;
    use tempfile::TempDir;

    use super::*;
    use crate::bench::history::{PerWorkspace, sha256_hex};

    const STORED: i64 = 3;
    const HISTORY: History = History {
        here: PerWorkspace { agents: 5, minutes: 4 },
        elsewhere: PerWorkspace { agents: 2, minutes: 1 },
    };
    const TIME: &str = "int_01JD0000AB";

    /// A database as the application leaves it: migrated, with a write-ahead log and three integrations.
    fn database(more: &str) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sqlite_db.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("pragma journal_mode = wal").unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty());
        for file in files {
            connection.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
        }
        for number in 0..STORED {
            let id = format!("{TIME}ZZZZZZZZZZZZZZZ{number}");
            connection
                .execute(
                    "insert into integrations (id, workspace, slug, name, name_key, manifest_id,
                       manifest_hash, auth_method, health, created_at, created_by, updated_at)
                     values (?1, 'bench', ?2, ?2, ?2, 'm', 'h', 'api_key', 'unknown', 1, 'u', 1)",
                    (&id, format!("n{number}")),
                )
                .unwrap();
            connection
                .execute(
                    "insert into credentials
                       (integration_id, workspace, sealed, key_id, hint, updated_at)
                     values (?1, 'bench', x'01', 'k1', ?2, 1)",
                    (&id, format!("…{number}")),
                )
                .unwrap();
            connection
                .execute(
                    "insert into events (workspace, integration_id, at, kind, actor, request_id)
                     values ('bench', ?1, 1, 'integration.created', 'u', 'r')",
                    [&id],
                )
                .unwrap();
        }
        let mut previous = "0".repeat(64);
        for seq in 1..=2 {
            let record = serde_json::json!({"prev": previous, "seq": seq, "workspace": "bench"});
            let record = record.to_string();
            previous = sha256_hex(&record);
            connection
                .execute(
                    "insert into audit (workspace, seq, at, record, hash) values ('bench', ?1, 1, ?2, ?3)",
                    (seq, record, &previous),
                )
                .unwrap();
        }
        connection.execute_batch(more).unwrap();
        (directory, path)
    }

    fn one<T: rusqlite::types::FromSql>(connection: &Connection, sql: &str) -> T {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn each_new_workspace_gets_copies_and_the_original_is_unchanged() {
        let (_directory, path) = database("");
        let listed = "select group_concat(doc, ',' order by id) from integrations
                      where workspace = 'bench'";
        let before: String = one(&Connection::open(&path).unwrap(), listed);
        grow(&path, 4, HISTORY).unwrap();
        let connection = Connection::open(&path).unwrap();
        assert_eq!(one::<String>(&connection, listed), before);
        for table in ["integrations", "credentials", "events"] {
            let counts = format!(
                "select group_concat(workspace || ' ' || n, ', ' order by workspace)
                 from (select workspace, count(*) as n from {table} group by workspace)"
            );
            assert_eq!(
                one::<String>(&connection, &counts),
                "bench 3, bench-1 3, bench-2 3, bench-3 3, bench-4 3"
            );
        }
        assert_eq!(one::<String>(&connection, "pragma journal_mode"), "wal");
        assert_eq!(one::<String>(&connection, "pragma integrity_check"), "ok");
    }

    #[test]
    fn a_copy_is_an_integration_like_any_other() {
        let (_directory, path) = database("");
        grow(&path, 4, HISTORY).unwrap();
        let connection = Connection::open(&path).unwrap();
        let alike: i64 = one(
            &connection,
            &format!(
                "select count(*) from integrations i join credentials c on c.integration_id = i.id
                 where length(i.id) = 30 and i.id glob '{TIME}*' and c.workspace = i.workspace
                   and i.doc ->> 'id' = i.id and i.doc ->> '$.credential.hint' = c.hint
                   and c.hint = '…' || substr(i.slug, 2)"
            ),
        );
        assert_eq!(alike, STORED * 5);
        let digits: i64 = one(
            &connection,
            "select count(*) from integrations where substr(id, 5) glob '*[^0-9A-HJKMNP-TV-Z]*'",
        );
        assert_eq!(digits, 0);
    }

    #[test]
    fn columns_of_later_migrations_are_copied() {
        let (_directory, path) = database(
            "alter table credentials add column \"order\" integer not null default 1;
             alter table credentials add column twice integer as (\"order\" * 2) virtual;
             update credentials set \"order\" = 7;",
        );
        grow(&path, 2, HISTORY).unwrap();
        let connection = Connection::open(&path).unwrap();
        let sql = "select count(*) from credentials where \"order\" = 7 and twice = 14";
        assert_eq!(one::<i64>(&connection, sql), STORED * 3);
    }

    #[test]
    fn a_failure_names_the_database() {
        let directory = tempfile::tempdir().unwrap();
        let error = grow(&directory.path().join("none.db"), 1, HISTORY).unwrap_err();
        let said = format!("{error:#}");
        assert!(said.contains("none.db") && said.contains("integrations"), "{said}");
    }

    #[test]
    fn agents_and_history_are_stored_for_each_workspace() {
        let (_directory, path) = database("");
        grow(&path, 2, HISTORY).unwrap();
        let connection = Connection::open(&path).unwrap();
        let counts = |table: &str| {
            let sql = format!(
                "select group_concat(workspace || ' ' || n, ', ' order by workspace)
                 from (select workspace, count(*) as n from {table} group by workspace)"
            );
            one::<String>(&connection, &sql)
        };
        assert_eq!(counts("agents"), "bench 5, bench-1 2, bench-2 2");
        assert_eq!(counts("agent_keys"), "bench 5, bench-1 2, bench-2 2");
        assert_eq!(counts("usage"), "bench 12, bench-1 3, bench-2 3");
        assert_eq!(counts("agent_calls"), "bench 12, bench-1 3, bench-2 3");
        let strangers = "select count(*) from agent_calls c where not exists
          (select 1 from agents a where a.id = c.agent and a.workspace = c.workspace)
          or not exists (select 1 from usage u where u.agent = c.agent and u.integration_id = c.integration_id)";
        assert_eq!(one::<i64>(&connection, strangers), 0);
        let odd = "select count(*) from agent_keys where length(id) <> 10 or expires_at < unixepoch() * 1000";
        assert_eq!(one::<i64>(&connection, odd), 0);
    }

    #[test]
    fn each_workspace_has_a_valid_chain_of_audit_records() {
        let (_directory, path) = database("");
        grow(&path, 2, HISTORY).unwrap();
        let connection = Connection::open(&path).unwrap();
        let sql = "select workspace, record, hash from audit order by workspace, seq";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        });
        let rows: Vec<_> = rows.unwrap().map(|row| row.unwrap()).collect();
        assert_eq!(rows.len(), 6);
        for chain in rows.chunks(2) {
            let mut previous = "0".repeat(64);
            for (workspace, record, hash) in chain {
                assert_eq!(&sha256_hex(record), hash);
                let record: serde_json::Value = serde_json::from_str(record).unwrap();
                assert_eq!(record["workspace"], workspace.as_str());
                assert_eq!(record["prev"], previous.as_str());
                previous.clone_from(hash);
            }
        }
    }

    #[test]
    fn writing_usage_costs_the_same_with_many_agents() {
        let steps = |agents| {
            let (_directory, path) = database("");
            let here = PerWorkspace { agents, minutes: 1 };
            grow(&path, 1, History { here, ..HISTORY }).unwrap();
            let connection = Connection::open(&path).unwrap();
            let again = "update usage set calls = calls + 1 where id = 1";
            let mut statement = connection.prepare(again).unwrap();
            assert_eq!(statement.execute([]).unwrap(), 1);
            statement.get_status(StatementStatus::VmStep)
        };
        // Instructions of SQLite's virtual machine, with those of the triggers.
        let (few, many) = (steps(2), steps(500));
        assert!(few > 0 && many < few + 100, "{few} with 2 agents, {many} with 500");
    }
}
