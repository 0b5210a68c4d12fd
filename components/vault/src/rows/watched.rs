//! Checks that whatever the cached statements read is watched: if one of the rows changes, `revisions` must change with
//! it, or an instance would go on with a right that the caller has lost.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use nexus_common::store::STANDING;
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
    Arc::into_inner(read).unwrap().into_inner().unwrap()
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

#[test]
fn whatever_a_cached_right_depends_on_is_watched() {
    let mut db = migrated();
    let mut read = read_by(&mut db, STANDING);
    read.extend(read_by(&mut db, &callable_sql()));
    // A statement that only needs to know that there is a row names no column.
    read.retain(|(_, column)| !column.is_empty());
    assert!(read.len() > 40, "{read:?}");
    let tables: BTreeSet<_> = read.iter().map(|(table, _)| table.as_str()).collect();
    for table in &tables {
        for sql in [format!("insert into {table} default values"), format!("delete from {table}")] {
            assert!(is_watched(&mut db, &sql, "rights"), "{sql}");
        }
    }
    for (table, column) in &read {
        let sql = format!("update {table} set {column} = {column}");
        assert!(is_watched(&mut db, &sql, "rights"), "{sql}");
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
