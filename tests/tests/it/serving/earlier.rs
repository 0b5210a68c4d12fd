//! Databases of earlier versions. This version migrates them, and reads and uses all that is in them.
//!
//! `earlier/rows.sql` has a row of every kind. A new table needs a row there, in the section of its migration.

use std::collections::BTreeMap;
use std::path::Path;

use nexus_simulators::Kind;
use rusqlite::Connection;
use serde_json::Value;

use crate::kit::app::{App, Options, TICK_SECRET};
use crate::kit::programs::repo;
use crate::kit::servers;
use crate::tokens::oauth::Pair;

/// The oldest schema from which a database is migrated here.
const OLDEST: usize = 9;
/// How many schemas before the newest one are tried with ciphertexts, which are those of a running application.
const WITH_CIPHERTEXTS: usize = 3;
/// The cookie of the session in the rows.
const COOKIE: &str = "nexus-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The texts of the migrations, in order.
fn migrations() -> Vec<String> {
    let folder = std::fs::read_dir(repo().join("migrations")).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The rows by the schema whose version wrote them.
fn rows() -> BTreeMap<usize, String> {
    let mut sections: BTreeMap<usize, String> = BTreeMap::new();
    for line in include_str!("earlier/rows.sql").lines() {
        if let Some(schema) = line.strip_prefix("-- schema ") {
            sections.insert(schema.parse().unwrap(), String::new());
        } else if let Some(mut section) = sections.last_entry() {
            section.get_mut().push_str(line);
            section.get_mut().push('\n');
        }
    }
    sections
}

/// Makes a database with this schema, and the rows that the versions up to it have written.
fn make(path: &Path, schema: usize) -> Connection {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let (database, rows) = (Connection::open(path).unwrap(), rows());
    database.pragma_update(None, "foreign_keys", 1).unwrap();
    for (number, migration) in (1..=schema).zip(migrations()) {
        database.execute_batch(&migration).unwrap_or_else(|error| panic!("{number}: {error}"));
        let rows = rows.get(&number).map_or("", String::as_str);
        database.execute_batch(rows).unwrap_or_else(|error| panic!("rows of {number}: {error}"));
    }
    database.pragma_update(None, "user_version", i64::try_from(schema).unwrap()).unwrap();
    database
}

/// The names in the first column of a result.
fn names(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

const TABLES: &str = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name";

/// How many rows each table has.
fn counts(database: &Connection) -> BTreeMap<String, i64> {
    let count = |table: String| {
        let sql = format!("select count(*) from {table}");
        let count = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        (table, count)
    };
    names(database, TABLES).into_iter().map(count).collect()
}

/// The statements that made the schema, without comments and white space, and in order.
fn schema_of(app: &App) -> Vec<String> {
    let sql = "select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by name";
    let all = app.database().rows(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let bare = |sql: &String| {
        let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
        lines.flat_map(str::split_whitespace).collect::<String>()
    };
    all.iter().map(bare).collect()
}

fn database_in(dir: &Path) -> std::path::PathBuf {
    dir.join(".spin/sqlite_db.db")
}

/// Starts the application on a database with this schema, and migrates it by a first request.
async fn start_on(schema: usize) -> (App, BTreeMap<String, i64>) {
    let dir = tempfile::tempdir().unwrap();
    let before = counts(&make(&database_in(dir.path()), schema));
    let app = Options::default().dir(dir).start().await.unwrap();
    let health = app.get("/api/health").bearer(TICK_SECRET).send().await;
    assert_eq!(health.json()["schema"], migrations().len(), "{health:?}");
    (app, before)
}

/// The path that is read, the schema that it needs, and a text that must be in the response.
const READ: [(&str, usize, &str); 16] = [
    ("/api/integrations", 9, "ann@example.com"),
    ("/api/integrations/mail", 9, "int_01J00000000000000000000001"),
    ("/api/integrations/pay", 9, "the provider answered 500"),
    ("/api/integrations/mail/events", 9, "integration.revocation"),
    ("/api/integrations/mail/usage", 9, "agent-1"),
    ("/api/usage", 9, "\"calls\":5"),
    ("/api/manifests/gmail/findings", 9, "the provider answered 401"),
    ("/api/audit", 9, "integration.create"),
    ("/api/audit/heads", 9, "\"count\":1"),
    ("/api/people", 10, "ann@example.com"),
    ("/api/people/invitations", 10, "dora@example.com"),
    ("/api/agents", 10, "Support bot"),
    ("/api/agents/agt_01J00000000000000000000001", 10, "production"),
    ("/api/panic", 10, "a leak"),
    ("/api/connected-apps", 11, "Claude"),
    ("/api/me/passkeys", 12, "Laptop"),
];

#[tokio::test]
async fn a_database_of_an_earlier_schema_is_migrated_and_read_whole() {
    if servers::everywhere() {
        // `replicas` migrates a database on a server.
        return;
    }
    let new = App::start().await;
    assert_eq!(new.get("/api/integrations").as_admin().send().await.status, 200);
    let expected = schema_of(&new);
    for schema in OLDEST..migrations().len() {
        let (app, before) = start_on(schema).await;
        assert_eq!(schema_of(&app), expected, "from {schema}, the schema is not that of a new one");
        for sql in [
            "select count(*) from pragma_foreign_key_check",
            "select count(*) from pragma_integrity_check where integrity_check <> 'ok'",
        ] {
            let faults: i64 = app.database().query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(faults, 0, "from {schema}: {sql}");
        }
        for (table, count) in before {
            assert!(count > 0, "rows.sql has no row of {table}");
            assert!(app.count(&table) >= count, "from {schema}, rows of {table} are lost");
        }
        for (path, needs, text) in READ.iter().filter(|(_, needs, _)| *needs <= schema) {
            let request = app.get(path);
            // A person reads what belongs to the session, and the issuer's ADMIN reads the rest.
            let request = match path.starts_with("/api/me") {
                true => request.header("cookie", COOKIE).header("sec-fetch-site", "same-origin"),
                false => request.as_admin(),
            };
            let answer = request.send().await;
            assert_eq!(answer.status, 200, "from {schema} ({needs}), {path}: {answer:?}");
            assert!(answer.text.contains(text), "from {schema}, {path}: {answer:?}");
        }
        let metrics = app.get("/api/metrics").bearer(TICK_SECRET).send().await;
        assert_eq!(metrics.status, 200, "from {schema}: {metrics:?}");
    }
}

#[tokio::test]
async fn an_integration_that_was_not_finished_before_the_upgrade_is_not_deleted_by_it() {
    if servers::everywhere() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let left = "insert into integrations (id, workspace, slug, name, name_key, manifest_id, manifest_hash, auth_method,
          status, health, created_at, created_by, updated_at)
        values ('int_01J00000000000000000000008', 'acme', 'left', 'Left', 'left', 'gmail', '', 'oauth2',
          'active', 'pending', 1, 'ann', 1)";
    make(&database_in(dir.path()), 16).execute_batch(left).unwrap();
    let app = Options::default().dir(dir).start().await.unwrap();
    app.post("/api/tick").bearer(TICK_SECRET).send().await;
    let shown = app.get("/api/integrations/left").as_admin().send().await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let ends = |app: &App| -> Option<i64> {
        let sql = "select draft_ends_at from integrations where slug = 'left'";
        app.database().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(ends(&app), None);
    // The next sign-in makes it a draft like any other.
    let flow = "insert into flows (state_hash, cookie_hash, workspace, integration_id, sealed, actor, created_at, basis)
        values ('a', 'b', 'acme', 'int_01J00000000000000000000008', x'00', 'ann', 7, '{}')";
    app.database().execute(flow, []).unwrap();
    assert_eq!(ends(&app), Some(7 + 660_000));
}

/// Puts a database of an earlier schema in place of that of a stopped application, with all that it can hold.
fn take_back(dir: &Path, schema: usize) {
    let (path, earlier) = (database_in(dir), dir.join(".spin/earlier.db"));
    let database = Connection::open(&earlier).unwrap();
    // The tables are copied one after the other, and some of them refer to later ones.
    database.pragma_update(None, "foreign_keys", 0).unwrap();
    for migration in migrations().iter().take(schema) {
        database.execute_batch(migration).unwrap();
    }
    database.execute("attach ?1 as later", [path.to_str().unwrap()]).unwrap();
    // Triggers would write what is copied anyway.
    let of_triggers = |column: &str| {
        names(
            &database,
            &format!("select {column} from sqlite_schema where type = 'trigger' order by name"),
        )
    };
    let triggers = of_triggers("sql");
    for name in of_triggers("name") {
        database.execute_batch(&format!("drop trigger {name}")).unwrap();
    }
    for table in names(&database, TABLES) {
        // Generated columns are hidden.
        let columns = format!(
            "select e.name from pragma_table_xinfo('{table}') e
             join pragma_table_xinfo('{table}', 'later') l on l.name = e.name
             where e.hidden = 0 and l.hidden = 0"
        );
        let columns = names(&database, &columns).join(", ");
        let copy = format!(
            "insert or replace into main.{table} ({columns}) select {columns} from later.{table}"
        );
        database.execute_batch(&copy).unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    for trigger in triggers {
        database.execute_batch(&trigger).unwrap();
    }
    database.execute_batch("detach later").unwrap();
    database.pragma_update(None, "user_version", i64::try_from(schema).unwrap()).unwrap();
    database.close().unwrap();
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    std::fs::rename(earlier, path).unwrap();
}

/// A connection, as an ADMIN sees it.
async fn seen(app: &App) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "/api/integrations",
        "/api/integrations/primary",
        "/api/integrations/primary/events",
        "/api/oauth-clients",
        "/api/manifests",
        "/api/manifests/custom-strict",
        "/api/audit",
    ] {
        let answer = app.get(path).as_admin().send().await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        all.push(answer.json());
    }
    all
}

/// Ciphertexts are opened, sealed again and revoked.
#[tokio::test]
async fn a_connection_of_an_earlier_schema_is_called_refreshed_and_revoked() {
    if servers::everywhere() {
        return;
    }
    let newest = migrations().len();
    for schema in newest - WITH_CIPHERTEXTS..newest {
        let pair = Pair::start(Kind::Strict).await;
        pair.connect().await;
        let before = seen(&pair.app).await;
        let Pair { app, provider, manifest_id } = pair;
        let dir = app.kill().await;
        take_back(dir.path(), schema);
        let app = Options::default().dir(dir).start().await.unwrap();
        let pair = Pair { app, provider, manifest_id };
        assert_eq!(seen(&pair.app).await, before, "from {schema}");
        let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
        assert_eq!(call().await.status, 200, "from {schema}");
        pair.expire();
        assert_eq!(call().await.status, 200, "from {schema}");
        assert_eq!(pair.provider.stats().refreshes, 1, "from {schema}");
        let deleted = pair.delete().await;
        assert!(deleted.status.is_success(), "from {schema}: {deleted:?}");
        assert!(pair.provider.live_tokens().is_empty(), "from {schema}");
    }
}
