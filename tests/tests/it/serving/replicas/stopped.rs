//! A server that stops statements (`SQLITE_INTERRUPT`). sqld does so now and then, without a reason that a client could see. What
//! changed nothing runs again, and nothing changes twice.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{BEGIN, COMMIT, Replicas, create, with_first};
use crate::kit::app::{App, until};

/// The statement of a new integration that stores its credential. It comes after the reads by which the request decides.
const STORE: &str = "INTO credentials";

/// The number of integrations, of credentials, and of records of an integration that was made.
fn counts(app: &App) -> [i64; 3] {
    let count = |sql: &str| app.database().query_row(sql, [], |row| row.get(0)).unwrap();
    [
        "select count(*) from integrations",
        "select count(*) from credentials",
        "select count(*) from audit where record ->> '$.action' = 'integration.create'",
    ]
    .map(count)
}

async fn events(app: &App, id: &Value) -> usize {
    let path = format!("/api/integrations/{}/events", id.as_str().unwrap());
    let events = app.get(&path).as_admin().send().await.json();
    events["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_transaction_that_the_server_stops_runs_again_and_changes_once() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines: [line, _other], _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    let (first, mut stopped) =
        (app.get("/api/integrations/first").as_admin().send().await.json(), 0);
    let usual = events(&app, &first["id"]).await;
    let begun = line.count_requests_with(BEGIN);
    assert_eq!(create(&app, &manifest, "Undisturbed").await.status, 201);
    let undisturbed = begun.load(Ordering::SeqCst);
    let arranged: [(&str, &dyn Fn()); 4] = [
        ("a change", &|| line.stop_change(STORE)),
        ("a read", &|| line.stop("name_key = ?2 AND id <> ?3", 1)),
        ("the time", &|| line.stop(" AS ms", 1)),
        ("the commit", &|| line.stop(COMMIT, 1)),
    ];
    for (number, (what, arrange)) in (3..).zip(arranged) {
        let begun = line.count_requests_with(BEGIN);
        arrange();
        let created = create(&app, &manifest, &format!("Stripe {number}")).await;
        stopped += 1;
        assert_eq!((created.status.as_u16(), line.lost()), (201, stopped), "{what}: {created:?}");
        assert!(begun.load(Ordering::SeqCst) > undisturbed, "{what} did not stop a transaction");
        assert_eq!(counts(&app), [number; 3], "{what}");
        assert_eq!(events(&app, &created.json()["id"]).await, usual, "{what}");
    }
}

#[tokio::test]
async fn a_commit_that_the_server_stops_again_and_again_is_503_and_changes_nothing() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines: [line, _other], _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    line.stop(COMMIT, usize::MAX);
    let refused = create(&app, &manifest, "Second").await;
    refused.problem(503, "storage_unavailable");
    assert!(line.lost() > 1, "{}", line.lost());
    line.release();
    assert_eq!(counts(&app), [1; 3]);
    assert_eq!(create(&app, &manifest, "Second").await.status, 201);
    assert_eq!(counts(&app), [2; 3]);
}

/// Nothing is left to roll back then, so the application looks for what it has committed.
#[tokio::test]
async fn a_commit_that_was_made_though_the_server_says_that_it_was_stopped_is_confirmed() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines: [line, _other], _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    line.stop_late(COMMIT);
    let created = create(&app, &manifest, "Second").await;
    assert_eq!((created.status.as_u16(), line.lost()), (201, 1), "{created:?}");
    assert_eq!(counts(&app), [2; 3]);
}

/// Another replica takes the name between the two runs. The request has found it free, so it must not go on.
#[tokio::test]
async fn a_transaction_that_would_decide_otherwise_does_not_run_again() {
    let Some(Replicas { apps: [app, second], servers: _servers, lines: [line, _other], _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    let begun = line.count_requests_with(BEGIN);
    line.stop_change_and_hold(STORE);
    let other = async {
        until("the statement was stopped", async || (line.lost() == 1).then_some(())).await;
        let created = create(&second, &manifest, "Same").await;
        line.release();
        created
    };
    let (refused, created) = tokio::join!(create(&app, &manifest, "Same"), other);
    assert_eq!(created.status, 201, "{created:?}");
    refused.problem(503, "storage_unavailable");
    assert!(begun.load(Ordering::SeqCst) >= 2, "the transaction did not begin again");
    assert_eq!(counts(&app), [2; 3]);
    assert_eq!(
        create(&app, &manifest, "Same").await.problem(409, "name_taken")["code"],
        json!("name_taken")
    );
}
