//! A revocation that ended more than its manifest said: who is told, which connections it concerns, and how
//! an ADMIN clears the finding.

use nexus_simulators::Kind;
use serde_json::{Value, json};

use crate::kit::app::App;
use crate::tokens::in_use::settle;
use crate::tokens::oauth::Pair;

const FINDINGS: &str = "/api/manifests/custom-gmail/findings";

/// A provider that revokes the grant with a token, and a manifest that says that only the token ends. Two
/// connections of one account.
async fn wrong_about_it() -> Pair {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    let mut manifest = pair.app.get("/api/manifests/custom-gmail").as_admin().send().await.json();
    manifest["revoke"]["effect"] = json!("token");
    manifest["revoke"]["effect_source"] = json!("https://google.example/docs/revocation");
    let call = pair.app.put("/api/manifests/custom-gmail?believe_effect=true").as_admin();
    assert_eq!(call.json(&manifest).send().await.status, 200);
    pair.provider.set_account("1001", "ada@example.com");
    pair.connect().await;
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;
    pair
}

async fn findings(app: &App) -> Vec<Value> {
    let found = app.get(FINDINGS).as_admin().send().await;
    assert_eq!(found.status, 200, "{found:?}");
    found.json()["items"].as_array().unwrap().clone()
}

async fn delete_second(pair: &Pair) -> Vec<Value> {
    let deleted = pair.app.delete("/api/integrations/second").as_admin().send().await;
    assert!(deleted.status.is_success(), "{deleted:?}");
    deleted.json()["revocation"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_finding_is_shown_to_managers_and_cleared_by_an_admin() {
    let pair = wrong_about_it().await;
    let app = &pair.app;
    let second = app.get("/api/integrations/second").as_admin().send().await.json();
    assert_eq!(findings(app).await, [] as [Value; 0]);
    delete_second(&pair).await;
    assert_eq!(pair.get().await["health"]["state"], "reauthorize");
    let found = findings(app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["integration_id"], second["id"], "{found:?}");
    assert_eq!(found[0]["server"], json!(pair.provider.origin()), "{found:?}");

    app.delete(FINDINGS).as_role("MANAGER", "acme").send().await.problem(403, "forbidden");
    assert_eq!(app.get(FINDINGS).as_role("MANAGER", "acme").send().await.status, 200);
    for (method, workspace) in [("GET", "other"), ("DELETE", "other")] {
        let call = app.call(method.parse().unwrap(), FINDINGS).as_role("ADMIN", workspace);
        call.send().await.problem(404, "not_found");
    }
    app.post(FINDINGS).as_admin().send().await.problem(405, "method_not_allowed");
    for _ in 0..2 {
        let cleared = app.delete(FINDINGS).as_admin().send().await;
        assert_eq!(cleared.status, 204, "{cleared:?}");
    }
    assert_eq!(findings(app).await, [] as [Value; 0]);
    let audit = app.get("/api/audit").as_admin().send().await.json();
    let records = audit["items"].as_array().unwrap().iter();
    // The manager's denied attempt is written a moment later. A clear that clears nothing is not recorded.
    let cleared = records.filter(|record| {
        record["action"] == "manifest.findings_clear" && record["outcome"] == "done"
    });
    assert_eq!(cleared.count(), 1, "{audit}");
}

#[tokio::test]
async fn a_connection_that_was_dead_before_did_not_die_of_a_revocation() {
    let pair = wrong_about_it().await;
    pair.provider.revoke_all_grants();
    // The last check is too old to be trusted.
    pair.app.database().execute("update integrations set health_at = 1", []).unwrap();
    let receipts = delete_second(&pair).await;
    // The other token has no request of its own.
    let ended = receipts.iter().find(|receipt| receipt["token"] == "refresh_token").unwrap();
    assert_eq!(ended["state"], "revoked", "{receipts:?}");
    assert_eq!(pair.get().await["health"]["state"], "reauthorize");
    assert_eq!(findings(&pair.app).await, [] as [Value; 0]);
    let events = pair.app.get("/api/integrations/primary/events").as_admin().send().await;
    assert!(!events.text.contains("ended_by_revocation"), "{events:?}");
}

#[tokio::test]
async fn a_finding_about_a_built_in_manifest_counts_when_two_workspaces_have_it() {
    let pair = wrong_about_it().await;
    pair.provider.fail_revocations(9);
    delete_second(&pair).await;
    pair.provider.fail_revocations(0);
    let others = "update outbox set manifest_id = 'gmail';
        insert into revocation_findings (workspace, manifest_id, server, client_id, at,
          integration_id, detail)
        select others.value, 'gmail', authorization_server, client_id, 1, 'int_x', 'it was refused'
          from (select * from outbox limit 1), json_each('[\"globex\", \"initech\"]') as others";
    pair.app.database().execute_batch(others).unwrap();
    settle(&pair.app).await;
    assert!(pair.app.count("outbox") > 0, "two have found it: the token waits");
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    let one = "delete from revocation_findings where workspace = 'globex'";
    pair.app.database().execute(one, []).unwrap();
    settle(&pair.app).await;
    assert_eq!(pair.app.count("outbox"), 0, "one alone decides nothing for others");
}
