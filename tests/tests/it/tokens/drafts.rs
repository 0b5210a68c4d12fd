//! A draft: an integration whose provider has not granted access yet. It is in no list, and is deleted when its sign-in
//! can no longer be finished.

use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::kit::token::{SECRET, claims, sign};
use crate::tokens::oauth::{CLIENT, Flow, Pair, SECRET as CLIENT_SECRET, manifest};

async fn listed(app: &App, query: &str) -> Vec<String> {
    let page = app.get(&format!("/api/integrations?{query}")).as_admin().send().await.json();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

async fn counts(app: &App) -> Value {
    let page = app.get("/api/integrations?counts=true").as_admin().send().await;
    page.json()["counts"].clone()
}

/// A token of another administrator of the same workspace.
fn another() -> String {
    let mut claims = claims("ADMIN", "acme");
    claims["sub"] = json!("user-2");
    sign(&json!({"alg": "HS256"}), &claims, SECRET)
}

/// Moves the end of all drafts into the past.
fn end_drafts(app: &App) {
    let sql =
        "update integrations set draft_ends_at = draft_ends_at - 661000 where health = 'pending'";
    app.database().execute(sql, []).unwrap();
}

#[tokio::test]
async fn a_draft_is_in_no_list_until_the_consent_came_back() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin_with(json!({})).await;
    for query in ["", "sort=name", "sort=-used", "status=active", "q=primary", "health=healthy"] {
        assert_eq!(listed(&pair.app, query).await, [] as [&str; 0], "{query}");
    }
    // Whoever asks for what is not finished gets it.
    for query in ["health=pending", "health=pending&sort=name", "health=pending&status=active"] {
        assert_eq!(listed(&pair.app, query).await, ["primary"], "{query}");
    }
    let before = counts(&pair.app).await;
    assert_eq!((&before["total"], &before["attention"]), (&json!(0), &json!(0)), "{before}");
    assert_eq!((&before["by_health"]["pending"], &before["by_manifest"]), (&json!(1), &json!({})));
    assert_eq!(pair.get().await["health"]["state"], "pending");
    flow.finish(&pair.app).await;
    assert_eq!(listed(&pair.app, "").await, ["primary"]);
    assert_eq!(listed(&pair.app, "health=pending").await, [] as [&str; 0]);
    let after = counts(&pair.app).await;
    assert_eq!((&after["total"], &after["by_health"]["pending"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_draft_is_deleted_after_its_sign_in_and_its_name_is_free() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin_with(json!({"slug": "chosen"})).await;
    let back = flow.consent().await;
    let draft = pair.app.get("/api/integrations/chosen").as_admin().send().await.json();
    let id = draft["id"].as_str().unwrap().to_owned();
    pair.app.tick().await;
    assert_eq!(pair.app.count("integrations"), 1, "its flow has not ended");
    // While the sign-in can be finished, nobody else gets its name.
    let body = json!({"manifest_id": pair.manifest_id, "name": "PRIMARY"});
    let taken = pair.app.post("/api/integrations").bearer(&another()).json(&body).send().await;
    assert_eq!(taken.problem(409, "name_taken")["existing_id"], id);

    end_drafts(&pair.app);
    assert_eq!(pair.app.tick().await["pruned"], 1);
    assert_eq!((pair.app.count("integrations"), pair.app.count("flows")), (0, 0));
    // The browser that comes back now is told so, and nothing is exchanged.
    assert_eq!(flow.come_back(&pair.app, &back).await.status, 400);
    assert_eq!(pair.provider.stats().exchanges, 0);
    // The record says so. There is no receipt, because there was no credential.
    let path = format!("/api/audit?target={id}&action=integration.expire");
    let record = pair.app.get(&path).as_admin().send().await.json()["items"][0].clone();
    assert_eq!((&record["actor"], &record["role"]), (&json!("nexus"), &json!("SYSTEM")));
    assert_eq!(record["detail"]["name"], "Primary");
    let events = pair.app.get(&format!("/api/integrations/{id}/events")).as_admin().send().await;
    assert_eq!(events.json()["items"][0]["kind"], "integration.deleted");
    let deleted = pair.app.get("/api/integrations?deleted=true").as_admin().send().await.json();
    assert_eq!(deleted["items"], json!([]));
    pair.begin_with(json!({"slug": "chosen"})).await.finish(&pair.app).await;
}

#[tokio::test]
async fn the_name_of_an_ended_draft_is_free_before_a_tick_comes() {
    let pair = Pair::start(Kind::Strict).await;
    pair.begin_with(json!({"slug": "chosen"})).await;
    end_drafts(&pair.app);
    let other = json!({"manifest_id": pair.manifest_id, "name": "Primary", "slug": "chosen"});
    let elsewhere = pair.app.post("/api/integrations").as_role("ADMIN", "other");
    // Another workspace sweeps its own drafts only.
    elsewhere.json(&other).send().await;
    assert_eq!(pair.app.count("integrations"), 1);
    pair.begin_with(json!({"slug": "chosen"})).await.finish(&pair.app).await;
    assert_eq!(listed(&pair.app, "").await, ["chosen"]);
}

#[tokio::test]
async fn each_sign_in_prolongs_its_draft_and_a_connection_never_ends() {
    let pair = Pair::start(Kind::Strict).await;
    pair.begin_with(json!({})).await;
    end_drafts(&pair.app);
    // The person starts again, in the last moment.
    let flow = pair.again(json!({})).await;
    pair.app.tick().await;
    assert_eq!(pair.app.count("integrations"), 1);
    flow.finish(&pair.app).await;
    let sql = "update integrations set draft_ends_at = 1";
    pair.app.database().execute(sql, []).unwrap();
    pair.app.tick().await;
    assert_eq!(listed(&pair.app, "").await, ["primary"]);
    // A sign-in that connects again makes no draft of it.
    pair.again(json!({})).await;
    pair.app.tick().await;
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}

#[tokio::test]
async fn whoever_begins_again_replaces_their_own_draft() {
    let pair = Pair::start(Kind::Strict).await;
    let first = pair.begin_with(json!({"slug": "chosen"})).await;
    let back = first.consent().await;
    // The tab was closed. The same person fills in the same form again.
    let second = pair.begin_with(json!({"slug": "chosen"})).await;
    assert_eq!(pair.app.count("integrations"), 1);
    assert_eq!(first.come_back(&pair.app, &back).await.status, 400);
    second.finish(&pair.app).await;
    assert_eq!(listed(&pair.app, "").await, ["chosen"]);
    let records = pair.app.get("/api/audit?action=integration.expire").as_admin().send().await;
    assert_eq!(records.json()["items"][0]["actor"], "user-1");
    // Nobody replaces an integration that is connected.
    let body = json!({"manifest_id": pair.manifest_id, "name": "Primary"});
    let taken = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    taken.problem(409, "name_taken");
}

#[tokio::test]
async fn a_draft_survives_a_request_that_fails() {
    let pair = Pair::start(Kind::Strict).await;
    let first = pair.begin_with(json!({"slug": "chosen"})).await;
    let other = json!({"name": "Other", "slug": "taken"});
    let other = pair.begin_with(other).await;
    other.finish(&pair.app).await;
    for changed in [
        json!({"manifest_id": "custom-none"}),
        json!({"slug": "taken"}),
        json!({"credentials": {"key": "x"}}),
    ] {
        let mut body = json!({"manifest_id": pair.manifest_id, "name": "Primary"});
        body.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        let answer = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
        assert!(answer.status.is_client_error(), "{answer:?}");
    }
    assert_eq!(pair.app.count("integrations"), 2);
    first.finish(&pair.app).await;
    assert_eq!(listed(&pair.app, "sort=name").await, ["taken", "chosen"]);
}

#[tokio::test]
async fn a_sign_in_to_a_draft_that_ends_meanwhile_says_that_it_is_gone() {
    let pair = Pair::start(Kind::Strict).await;
    pair.begin_with(json!({})).await;
    for _ in 1..10 {
        pair.again(json!({})).await;
    }
    // The eleventh sign-in displaces the first. By then, another instance has swept the draft.
    let swept = "create trigger swept before delete on flows begin
        delete from integrations where id = old.integration_id;
      end;";
    pair.app.database().execute_batch(swept).unwrap();
    let again = pair.app.post("/api/integrations/primary/authorize").as_admin();
    again.json(&json!({})).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn nobody_ends_the_sign_in_of_another_person() {
    let pair = Pair::start(Kind::Strict).await;
    pair.begin_with(json!({})).await;
    // A colleague helps out, and signs in to the same draft.
    let again = pair.app.post("/api/integrations/primary/authorize").bearer(&another());
    let answer = again.json(&json!({})).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let colleague = Flow::of(&answer);
    let body = json!({"manifest_id": pair.manifest_id, "name": "Primary"});
    let taken = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    taken.problem(409, "name_taken");
    colleague.finish(&pair.app).await;
    assert_eq!(listed(&pair.app, "").await, ["primary"]);
}

#[tokio::test]
async fn a_draft_that_is_replaced_leaves_its_place_in_the_quota() {
    let app = Options::default().var("max_integrations", "1").start().await.unwrap();
    let provider = Simulator::start(Kind::Strict, 0).await.unwrap();
    let manifest = manifest(&provider.origin());
    let pair = Pair::introduce(app, provider, &manifest, CLIENT, CLIENT_SECRET).await;
    pair.begin_with(json!({})).await;
    pair.begin_with(json!({})).await.finish(&pair.app).await;
    let body = json!({"manifest_id": pair.manifest_id, "name": "Second"});
    let full = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    assert!(full.text.contains("max_integrations"), "{full:?}");
}

#[tokio::test]
async fn a_draft_that_somebody_deletes_leaves_no_receipt() {
    let pair = Pair::start(Kind::Strict).await;
    pair.begin_with(json!({})).await;
    let deleted = pair.delete().await;
    assert_eq!((deleted.status.as_u16(), &deleted.json()["revocation"]), (200, &json!([])));
    assert_eq!(pair.app.count("deletions"), 0);
}
