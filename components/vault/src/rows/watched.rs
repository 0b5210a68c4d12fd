//! Checks that whatever the cached statements read is watched: if one of the rows changes, `revisions` must change with
//! it, or an instance would go on with a right that the caller has lost.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use nexus_common::store::{CALLS_OF_OTHERS, STANDING};
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::credentials::callable_sql;

/// A database with the newest schema.
fn migrated() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for file in files.collect::<BTreeSet<_>>() {
        db.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    }
    db
}

/// The names of the tables. Those that SQLite makes up, such as `pragma_user_version`, are not among them.
fn tables(db: &Connection) -> BTreeSet<String> {
    let sql = "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'";
    let mut names = db.prepare(sql).unwrap();
    let names = names.query_map([], |row| row.get(0)).unwrap();
    names.map(|name| name.unwrap()).collect()
}

/// The tables and columns that `sql` reads.
fn read_by(db: &mut Connection, sql: &str) -> BTreeSet<(String, String)> {
    let read = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&read);
    let note = move |context: AuthContext<'_>| {
        if let AuthAction::Read { table_name, column_name } = context.action {
            seen.lock().unwrap().insert((table_name.to_owned(), column_name.to_owned()));
        }
        Authorization::Allow
    };
    db.authorizer(Some(note)).unwrap();
    db.prepare(sql).unwrap();
    db.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).unwrap();
    let (mut read, tables) = (Arc::into_inner(read).unwrap().into_inner().unwrap(), tables(db));
    read.retain(|(table, _)| tables.contains(table));
    read
}

/// Whether the triggers of `sql` change the column `number` of `revisions`.
fn is_watched(db: &mut Connection, sql: &str, number: &'static str) -> bool {
    let written = Arc::new(Mutex::new(false));
    let seen = Arc::clone(&written);
    let note = move |context: AuthContext<'_>| {
        if let AuthAction::Update { table_name: "revisions", column_name } = context.action {
            *seen.lock().unwrap() |= column_name == number && context.accessor.is_some();
        }
        Authorization::Allow
    };
    db.authorizer(Some(note)).unwrap();
    db.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    db.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).unwrap();
    Arc::into_inner(written).unwrap().into_inner().unwrap()
}

/// Checks that each change of the columns in `read` changes the column `number` of `revisions`.
fn require_watched(
    db: &mut Connection,
    mut read: BTreeSet<(String, String)>,
    number: &'static str,
) {
    let tables: BTreeSet<_> = read.iter().map(|(table, _)| table.clone()).collect();
    for table in &tables {
        for sql in [format!("insert into {table} default values"), format!("delete from {table}")] {
            assert!(is_watched(db, &sql, number), "{sql}: {number}");
        }
    }
    // A statement that only needs to know that there is a row names no column.
    read.retain(|(_, column)| !column.is_empty());
    for (table, column) in &read {
        let sql = format!("update {table} set {column} = {column}");
        assert!(is_watched(db, &sql, number), "{sql}: {number}");
    }
}

#[test]
fn whatever_a_cached_right_depends_on_is_watched() {
    let mut db = migrated();
    let mut read = read_by(&mut db, STANDING);
    read.extend(read_by(&mut db, &callable_sql("?2")));
    assert!(read.len() > 40, "{read:?}");
    require_watched(&mut db, read, "rights");
}

#[test]
fn whatever_the_cached_number_of_calls_depends_on_is_watched() {
    let mut db = migrated();
    let read = read_by(&mut db, CALLS_OF_OTHERS);
    assert!(read.len() > 5, "{read:?}");
    require_watched(&mut db, read, "places");
}

#[test]
fn no_number_comes_again() {
    let mut seen = BTreeSet::new();
    // A restored backup has the numbers of its time, and later changes must not get numbers that were used before.
    for _ in 0..2 {
        let db = migrated();
        for step in 0..3 {
            let insert = "insert into calls_at_work (workspace, integration_id, agent, instance, until, calls)
                values ('acme', 'int', 'agent', ?1, 0, 1)";
            db.execute(insert, [step]).unwrap();
            let sql = "select places, rights from revisions";
            let (places, rights): (i64, i64) =
                db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            assert!(seen.insert(places), "{places} comes again");
            assert!(step > 0 || seen.insert(rights), "{rights} comes again");
        }
    }
}

#[test]
fn calls_at_work_are_watched_and_usage_is_not() {
    let mut db = migrated();
    for sql in [
        "insert into calls_at_work default values",
        "update calls_at_work set calls = 1",
        "delete from calls_at_work",
    ] {
        assert!(is_watched(&mut db, sql, "places") && !is_watched(&mut db, sql, "rights"), "{sql}");
    }
    // Written all the time: with these, instances would read everything again after each other's commits.
    for sql in [
        "insert into counted (usage, counters) values ('[]', '[]')",
        "insert into usage default values",
        "update usage set calls = 2",
        "update integrations set last_used_at = 1",
        "update agents set last_used_at = 1, last_used_from = ''",
        "update credentials set check_at = 1",
    ] {
        for number in ["rights", "places"] {
            assert!(!is_watched(&mut db, sql, number), "{sql}: {number}");
        }
    }
}
