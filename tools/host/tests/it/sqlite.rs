//! `spin:sqlite`: values, errors, transactions, streams, rights.

use serde_json::{Value, json};

use crate::harness::{Host, PATIENCE, application, probe};

const ALLOWED: &str = "sqlite_databases = [\"default\"]";

async fn run(host: &Host, steps: Value) -> Value {
    host.post("/sql/default", steps).await
}

fn outside(host: &Host) -> rusqlite::Connection {
    rusqlite::Connection::open(host.directory.path().join(".spin/sqlite_db.db")).unwrap()
}

#[tokio::test]
async fn values_of_every_type_round_trip() {
    let host = Host::start(&probe(ALLOWED));
    let values = json!([null, -7, 9_007_199_254_740_993_i64, 0.5, "ü☃", "", [0, 255, 10], []]);
    for function in ["sql", "sync"] {
        let steps = json!([{ function: "select ?1 a, ?2 b, ?3 c, ?4 d, ?5 e, ?6 f, ?7 g, ?8 h", "params": values }]);
        let result = run(&host, steps).await;
        assert_eq!(result[0]["rows"], json!([values]), "{function}");
        assert_eq!(result[0]["columns"], json!(["a", "b", "c", "d", "e", "f", "g", "h"]));
    }
}

#[tokio::test]
async fn errors_have_the_text_of_sqlite() {
    let host = Host::start(&probe(ALLOWED));
    let result = run(
        &host,
        json!([
            { "sql": "select * from nowhere" },
            { "sync": "select * from nowhere" },
            { "sql": "create table t (x integer not null unique) strict" },
            { "sql": "insert into t values (1)" },
            { "sql": "insert into t values (1)" },
            { "sql": "insert into t values ('text')" },
            { "sql": "select cast(x'ff' as text)" },
            { "sql": "select 1" },
        ]),
    )
    .await;
    let text = |index: usize| result[index]["result"].as_str().unwrap_or_default();
    assert!(text(0).contains("no such table: nowhere"), "{result}");
    assert_eq!(result[0]["rows"], json!([]));
    assert!(result[1]["execute"].as_str().unwrap().contains("no such table: nowhere"), "{result}");
    assert!(text(4).contains("UNIQUE constraint failed: t.x"), "{result}");
    assert!(text(5).contains("cannot store TEXT value in INTEGER column t.x"), "{result}");
    assert!(text(6).contains("not text"), "{result}");
    assert_eq!(result[7]["rows"], json!([[1]]));
}

#[tokio::test]
async fn only_the_first_statement_of_a_string_runs() {
    let host = Host::start(&probe(ALLOWED));
    let result = run(
        &host,
        json!([
            { "sql": "create table a (x); create table b (x)" },
            { "sql": "select name from sqlite_schema order by name" },
        ]),
    )
    .await;
    assert_eq!(result[1]["rows"], json!([["a"]]));
}

#[tokio::test]
async fn a_dropped_connection_rolls_back_and_the_next_one_is_new() {
    let host = Host::start(&probe(ALLOWED));
    let result = run(
        &host,
        json!([
            { "sql": "create table t (x)" },
            { "sql": "pragma cache_size = 77" },
            { "sql": "begin immediate" },
            { "sql": "insert into t values (1)" },
            { "sql": "select count(*) from t" },
            "reopen",
            { "sql": "select count(*) from t" },
            { "sql": "pragma cache_size" },
            { "sql": "begin immediate" },
            { "sql": "rollback" },
        ]),
    )
    .await;
    assert_eq!(result[4]["rows"], json!([[1]]));
    assert_eq!(result[6]["rows"], json!([[0]]));
    assert_ne!(result[7]["rows"], json!([[77]]));
    assert_eq!(result[9]["rows"], json!([]));
}

#[tokio::test]
async fn the_settings_of_one_connection_are_not_those_of_the_next() {
    let host = Host::start(&probe(ALLOWED));
    let result = run(
        &host,
        json!([
            { "sql": "create table t (x integer primary key, y references t)" },
            "reopen",
            { "sql": "pragma synchronous = normal" },
            { "sql": "pragma foreign_keys = 0" },
            { "sql": "insert into t values (1, 99)" },
            "reopen",
            // As the last one, and it has foreign keys again.
            { "sql": "pragma synchronous = normal" },
            { "sql": "select count(*) from t" },
            "changes",
            { "sql": "pragma foreign_keys = 1" },
            { "sql": "insert into t values (2, 99)" },
            "reopen",
            { "sql": "pragma synchronous = normal" },
            { "sql": "pragma foreign_keys = 0" },
            { "sql": "pragma busy_timeout = 5" },
            { "sql": "insert into t values (2, 99)" },
            "reopen",
            { "sql": "pragma synchronous = normal" },
            { "sql": "pragma foreign_keys = 0" },
            { "sql": "pragma busy_timeout = 5" },
            { "sql": "select count(*) from t" },
        ]),
    )
    .await;
    assert_eq!(result[7]["rows"], json!([[1]]));
    assert_eq!(result[8], json!([0, 0]), "the last owner's");
    let error = result[10]["result"].as_str().unwrap();
    assert!(error.contains("FOREIGN KEY constraint failed"), "{error}");
    assert_eq!(result[14]["rows"], json!([[5]]));
    assert_eq!(result[19]["rows"], json!([[5]]), "a setting returns what it returned");
    assert_eq!(result[20]["rows"], json!([[2]]));
}

#[tokio::test]
async fn changes_and_rowid_belong_to_the_connection() {
    let host = Host::start(&probe(ALLOWED));
    let result = run(
        &host,
        json!([
            { "sql": "create table t (x integer primary key)" },
            { "sql": "insert into t values (5), (9)" },
            "changes",
            "rowid",
        ]),
    )
    .await;
    assert_eq!(result[2], json!([2, 2]));
    assert_eq!(result[3], json!([9, 9]));
}

#[tokio::test]
async fn an_undrained_result_stalls_its_own_connection_only_until_it_is_dropped() {
    let host = Host::start(&probe(ALLOWED));
    let many = "with recursive n(x) as (select 1 union all select x + 1 from n limit 10000) select x from n";
    let result = run(
        &host,
        json!([{ "start": many }, "drop-undrained", { "sql": "select 'after'" }, { "sql": many }]),
    )
    .await;
    assert_eq!(result[2]["rows"], json!([["after"]]));
    assert_eq!(result[3]["rows"].as_array().unwrap().len(), 10_000);
    assert_eq!(result[3]["rows"][9_999], json!([10_000]));
}

#[tokio::test]
async fn a_busy_database_blocks_neither_the_instance_nor_the_host() {
    let host = Host::start(&probe(ALLOWED));
    run(&host, json!([{ "sql": "create table t (x)" }])).await;
    let other = outside(&host);
    other.execute_batch("begin exclusive").unwrap();
    let mut write = Box::pin(run(&host, json!([{ "sql": "insert into t values (1)" }])));
    // While it waits, the same instance responds.
    tokio::select! {
        _ = &mut write => panic!("the write did not wait"),
        answered = async {
            for _ in 0..20 {
                host.get("/instance").await.json();
            }
        } => answered,
    }
    other.execute_batch("commit").unwrap();
    let result = tokio::time::timeout(PATIENCE, write).await.unwrap();
    assert_eq!(result[0]["rows"], json!([]));
    assert_eq!(outside(&host).query_row("select count(*) from t", [], |row| row.get(0)), Ok(1));
}

#[tokio::test]
async fn a_database_that_stays_busy_is_an_error_after_the_timeout() {
    let host = Host::start(&probe(ALLOWED));
    run(&host, json!([{ "sql": "create table t (x)" }])).await;
    let other = outside(&host);
    other.execute_batch("begin exclusive").unwrap();
    let result = run(&host, json!([{ "sql": "insert into t values (1)" }])).await;
    assert!(result[0]["result"].as_str().unwrap().contains("database is locked"), "{result}");
}

#[tokio::test]
async fn a_file_cannot_be_attached() {
    let host = Host::start(&probe(ALLOWED));
    let path = host.directory.path().join("other.db");
    let result = run(
        &host,
        json!([
            { "sql": format!("attach '{}' as other", path.display()) },
            { "sql": "attach ':memory:' as memory" },
        ]),
    )
    .await;
    assert!(result[0]["result"].as_str().unwrap().contains("not authorized"), "{result}");
    assert_eq!(result[1]["rows"], json!([]));
    assert!(!path.exists());
}

#[tokio::test]
async fn components_share_one_database_file_if_the_manifest_allows_it() {
    let host =
        Host::start(&application(&[("one", "\"/...\"", ALLOWED), ("none", "\"/sql/other\"", "")]));
    run(&host, json!([{ "sql": "create table t (x)" }])).await;
    assert_eq!(host.post("/sql/other", json!([])).await["open"], "Error::AccessDenied");
    assert_eq!(outside(&host).query_row("select count(*) from t", [], |row| row.get(0)), Ok(0));
}
