//! When a replaced minted token is revoked: after the calls that have begun with it, at once if its connection ends, and after
//! the connection's own token.

use serde_json::{Value, json};

use super::minted_stage::{Kind, Stage};
use crate::kit::app::App;
use crate::kit::shortcuts::{lift, stop};

/// The minute that calls have, in two halves.
const HALF_MS: u32 = 30_000;

async fn put_status(app: &App, status: &str) {
    let body = json!({"status": status});
    let answer = app.put("/api/integrations/up").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn states(deleted: &Value) -> Vec<&str> {
    let receipts = deleted["revocation"].as_array().unwrap();
    receipts.iter().map(|receipt| receipt["state"].as_str().unwrap()).collect()
}

/// An agent's upload may have begun with the old token just before another call was rejected.
#[tokio::test]
async fn calls_that_have_begun_with_a_replaced_token_have_a_minute() {
    for kind in [Kind::Login, Kind::Client] {
        let stage = Stage::believed(kind).await;
        stage.replace().await;
        for _ in 0..2 {
            assert_eq!(stage.app.tick().await["revoked"], 0, "{kind:?}");
            assert_eq!((stage.live().len(), stage.revocations()), (2, 0), "{kind:?}");
            stage.pass_ms(HALF_MS);
        }
        assert_eq!(stage.app.tick().await["revoked"], 1, "{kind:?}");
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0), "{kind:?}");
    }
}

/// No call can use a token that has expired.
#[tokio::test]
async fn a_replaced_token_is_not_left_beyond_its_own_end() {
    let stage = Stage::believed(Kind::Client).await;
    let soon = format!(
        "update credentials set expires_at = cast(unixepoch('subsec') * 1000 as integer) + {HALF_MS},
           refresh_at = cast(unixepoch('subsec') * 1000 as integer) + {HALF_MS} - 1000"
    );
    stage.app.database().execute(&soon, []).unwrap();
    stage.replace().await;
    assert_eq!(stage.app.tick().await["revoked"], 0);
    stage.pass_ms(HALF_MS);
    assert_eq!(stage.app.tick().await["revoked"], 1);
    assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0));
}

/// No call may go on by a connection that is stopped or switched off, so there is nothing to wait for.
#[tokio::test]
async fn the_token_of_a_connection_that_is_not_in_use_is_revoked_at_once() {
    let stage = Stage::believed(Kind::Client).await;
    let app = &stage.app;
    for (scope, id) in
        [("integration", Some("up")), ("provider", Some("custom-up")), ("workspace", None)]
    {
        stage.replace().await;
        assert_eq!(app.tick().await["revoked"], 0, "{scope}");
        let stopped = stop(app, scope, id).await;
        assert_eq!(app.tick().await["revoked"], 1, "{scope}");
        lift(app, &stopped).await;
    }
    stage.replace().await;
    put_status(app, "inactive").await;
    assert_eq!(app.tick().await["revoked"], 1);
    put_status(app, "active").await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["5".to_owned()], 0));

    // The stop of another connection changes nothing.
    stage.connect("Second").await;
    stage.replace().await;
    stop(app, "integration", Some("second")).await;
    assert_eq!((app.tick().await["revoked"].clone(), stage.waiting()), (json!(0), 1));
}

/// The deletion is committed, and the broker could not be reached after that.
#[tokio::test]
async fn the_tick_does_not_wait_for_the_calls_of_a_deleted_connection() {
    let stage = Stage::believed(Kind::Client).await;
    stage.replace().await;
    stage.tokens().stuck.extend([1, 2]);
    let deleted = stage.app.delete("/api/integrations/up").as_admin().send().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    stage.tokens().stuck.clear();
    let untried = "update outbox set attempts = 0,
                     next_at = cast(unixepoch('subsec') * 1000 as integer) + 50000";
    assert_eq!(stage.app.database().execute(untried, []).unwrap(), 2);
    assert_eq!(stage.app.tick().await["revoked"], 2);
    assert_eq!((stage.live().len(), stage.waiting()), (0, 0));
}

/// The connection's own token works for longest, and a provider that does not respond takes time for each token.
#[tokio::test]
async fn a_deletion_revokes_the_token_of_the_connection_before_those_that_were_replaced() {
    for kind in [Kind::Login, Kind::Client] {
        let stage = Stage::believed(kind).await;
        for _ in 0..3 {
            stage.replace().await;
        }
        let deleted = stage.app.delete("/api/integrations/up").as_admin().send().await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
        assert_eq!(stage.asked_to_revoke(), [4, 3, 2, 1], "{kind:?}");
        assert_eq!((stage.live().len(), stage.waiting()), (0, 0), "{kind:?}");
        // Each token has a receipt, and one record says what became of them all.
        let deleted = deleted.json();
        let entered = usize::from(kind == Kind::Login);
        assert_eq!(states(&deleted).len(), 4 + entered, "{deleted}");
        assert_eq!(states(&deleted).iter().filter(|state| **state == "revoked").count(), 4);
        let id = deleted["id"].as_str().unwrap();
        let path = format!("/api/audit?action=integration.revocation&target={id}");
        let records = stage.app.get(&path).as_admin().send().await.json();
        assert_eq!(records["items"].as_array().unwrap().len(), 1, "{kind:?}: {records}");
    }
}

#[tokio::test]
async fn replaced_tokens_that_stay_alive_are_in_the_receipt() {
    let stage = Stage::believed(Kind::Client).await;
    stage.replace().await;
    stage.replace().await;
    stage.tokens().stuck.extend([1, 2]);
    // A tick has tried one of them already.
    let sql = "update outbox set next_at = 0 where id = (select min(id) from outbox)";
    stage.app.database().execute(sql, []).unwrap();
    assert_eq!(stage.app.tick().await["revoked"], 0);
    let deleted = stage.app.delete("/api/integrations/up").as_admin().send().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    assert_eq!(stage.asked_to_revoke(), [1, 3, 2]);
    assert_eq!(states(&deleted.json()), ["revoked", "pending", "pending"]);
    stage.tokens().stuck.clear();
    stage.app.database().execute("update outbox set next_at = 0", []).unwrap();
    assert_eq!(stage.app.tick().await["revoked"], 2);
    let path = format!("/api/integrations/{}/receipts", deleted.json()["id"].as_str().unwrap());
    let receipts = stage.app.get(&path).as_admin().send().await.json();
    assert_eq!(states(&receipts), ["revoked"; 3], "{receipts}");
}
