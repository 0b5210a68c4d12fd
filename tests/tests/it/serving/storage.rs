//! Storage under pressure: many first requests, a newer database, a lock that stays, a full disk,
//! a process killed in the middle.

use std::process::Command;

use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::kit::process::is_spin;
use crate::kit::programs::repo;
use crate::kit::servers;

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

async fn with_manifest() -> (App, Simulator, String) {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let manifest = app.adopt("stripe", &provider).await;
    (app, provider, manifest)
}

fn body(manifest: &str, name: &str) -> Value {
    json!({"manifest_id": manifest, "name": name, "verify": false, "credentials": {"api_key": KEY}})
}

#[tokio::test]
async fn fifty_first_requests_migrate_once() {
    let app = App::start().await;
    let paths = [
        "/api/integrations",
        "/api/manifests",
        "/api/health",
        "/api/integrations/x",
        "/api/manifests/custom-x",
    ];
    let calls = (0..50).map(|number| app.get(paths[number % paths.len()]).as_admin().send());
    for answer in futures::future::join_all(calls).await {
        assert!(matches!(answer.status.as_u16(), 200 | 404), "{answer:?}");
    }
    let database = app.database();
    let version: i64 = database.query_row("pragma user_version", [], |row| row.get(0)).unwrap();
    let mode: String = database.query_row("pragma journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!((version >= 1, mode.as_str()), (true, "wal"));
    assert_eq!(app.count("integrations"), 0);
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let (app, _provider, manifest) = with_manifest().await;
    app.database().execute_batch("pragma user_version = 999").unwrap();
    let app = app.restart().await;
    for call in [
        app.get("/api/integrations"),
        app.get("/api/manifests"),
        app.post("/api/integrations").json(&body(&manifest, "Stripe")),
        app.delete("/api/integrations/x"),
    ] {
        let answer = call.as_admin().send().await;
        let problem = answer.problem(503, "database_newer");
        assert!(problem["detail"].as_str().unwrap().contains("999"), "{problem}");
        assert!(!answer.header("retry-after").is_empty());
    }
    let health = app.get("/api/health").as_admin().send().await;
    assert_eq!((health.status.as_u16(), &health.json()["status"]), (503, &json!("failing")));
    let version: i64 =
        app.database().query_row("pragma user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 999);
}

#[tokio::test]
async fn a_lock_that_stays_is_503_and_readers_go_on() {
    if servers::everywhere() {
        // A server takes the lock from a transaction after five seconds. `replicas` tests that.
        return;
    }
    let (app, _provider, manifest) = with_manifest().await;
    let other = app.database();
    other.execute_batch("begin immediate").unwrap();
    let request = body(&manifest, "Stripe");
    let post = app.post("/api/integrations").as_admin().json(&request);
    let (written, read) = tokio::join!(post.send(), app.get("/api/integrations").as_admin().send());
    written.problem(503, "storage_unavailable");
    assert!(!written.header("retry-after").is_empty());
    assert_eq!(read.status, 200, "{read:?}");
    other.execute_batch("rollback").unwrap();
    let answer = app.post("/api/integrations").as_admin().json(&request).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test]
async fn killed_in_the_middle_nothing_is_half_there() {
    let (mut app, _provider, manifest) = with_manifest().await;
    let mut answered = Vec::new();
    for round in 0..4 {
        let requests: Vec<Value> =
            (0..12).map(|number| body(&manifest, &format!("Stripe {round}-{number}"))).collect();
        let mut calls: futures::stream::FuturesUnordered<_> = requests
            .iter()
            .map(|request| app.post("/api/integrations").as_admin().json(request).try_send())
            .collect();
        // The process is killed after some requests were answered, while others are in progress.
        for _ in 0..=(3 * round) {
            use futures::StreamExt as _;
            if let Some(Ok(answer)) = calls.next().await {
                if servers::everywhere() && answer.status == 503 {
                    // A server keeps the write lock of a process that was killed for five seconds.
                    answer.problem(503, "storage_unavailable");
                    continue;
                }
                assert_eq!(answer.status, 201, "{answer:?}");
                answered.push(answer.json()["id"].as_str().unwrap().to_owned());
            }
        }
        drop(calls);
        app = app.restart().await;
    }
    assert!(!answered.is_empty());
    for id in &answered {
        let answer = app.get(&format!("/api/integrations/{id}")).as_admin().send().await;
        assert_eq!(answer.status, 200, "{id} was answered 201 and is gone");
    }
    let database = app.database();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let integrations = count("select count(*) from integrations");
    assert!(integrations >= answered.len() as i64);
    assert_eq!(
        count("select count(*) from integrations i join credentials c on c.integration_id = i.id"),
        integrations
    );
    assert_eq!(
        count("select count(*) from events where kind = 'integration.created'"),
        integrations
    );
    let check: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

/// A file system of 2 MB. Dropping this value unmounts it.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(dir.path())
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_503_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("SKIPPED a_full_disk_is_503_and_loses_nothing: mounting a tmpfs needs root");
        return;
    };
    let dir = tempfile::tempdir_in(disk.0.path()).unwrap();
    let app = Options::default().dir(dir).start().await.unwrap();
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = app.adopt("stripe", &provider).await;
    let mut created = 0;
    let refused = loop {
        let answer = app
            .post("/api/integrations")
            .as_admin()
            .json(&body(&manifest, &format!("{created} {}", "x".repeat(80))))
            .send()
            .await;
        match answer.status.as_u16() {
            201 => created += 1,
            _ => break answer,
        }
        assert!(created < 2_000, "the disk never filled up");
    };
    refused.problem(503, "storage_unavailable");
    let read = app.get("/api/integrations?limit=1").as_admin().send().await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(app.count("integrations"), created);
    assert_eq!(app.count("credentials"), created);
}

/// A directory in which the application cannot write a line of its log. Spin's logs are files beside the
/// database, one for each component. The embedded host has one log.
fn with_a_full_log() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join(".spin/logs");
    std::fs::create_dir_all(&logs).unwrap();
    let files = match is_spin() {
        true => ["auth", "broker", "list", "status"]
            .map(|id| logs.join(format!("{id}_stderr.txt")))
            .to_vec(),
        false => vec![dir.path().join("log")],
    };
    files.iter().for_each(|file| std::os::unix::fs::symlink("/dev/full", file).unwrap());
    dir
}

#[tokio::test]
async fn a_log_that_cannot_be_written_loses_no_answer() {
    let misconfigured = || Options::default().var("jwt_secret", &"ab".repeat(32));
    let app = misconfigured().start().await.unwrap();
    app.get("/api/integrations").as_admin().send().await.problem(500, "misconfigured");
    assert!(app.log().contains("what=misconfigured"), "nothing was logged: {}", app.log());

    let app = misconfigured().dir(with_a_full_log()).start().await.unwrap();
    for _ in 0..3 {
        app.get("/api/integrations").as_admin().send().await.problem(500, "misconfigured");
    }
}

/// A workspace may have a million records and rows of usage. The statements are those of `store/audit.rs` and
/// `store/events.rs`, as far as an index depends on them.
#[tokio::test]
async fn filters_are_read_from_an_index() {
    let app = App::start().await;
    assert_eq!(app.get("/api/audit").as_admin().send().await.status, 200);
    let database = app.database();
    let plan = |sql: &str| -> String {
        let sql = format!("explain query plan {sql}");
        database.query_row(&sql, [], |row| row.get(3)).unwrap()
    };
    let store = |file: &str| {
        std::fs::read_to_string(repo().join("components/common/src/store").join(file)).unwrap()
    };
    let audit = store("audit.rs");
    for filter in ["actor", "action", "target", "outcome"] {
        let condition = format!("record ->> '$.{filter}' = ");
        assert!(audit.contains(&condition), "{condition}");
        assert!(audit.contains(&format!("indexed by audit_of_{filter}")), "{filter}");
        let sql = format!(
            "select record from audit indexed by audit_of_{filter} where workspace = 'a' and seq < 9
             and {condition}'x' and at >= 1 order by seq desc limit 21"
        );
        assert!(plan(&sql).contains(&format!("INDEX audit_of_{filter} (")), "{}", plan(&sql));
    }
    assert!(store("events.rs").contains("where workspace = ?1\n           and minute >= max("));
    let sql = "select sum(calls), min(id) from usage where workspace = 'a' and minute >= max(1, 2) and minute < 9
               group by minute / 60000 having min(id) < 9 order by min(id) desc";
    assert!(plan(sql).contains("INDEX usage_of_workspace ("), "{}", plan(sql));
}
