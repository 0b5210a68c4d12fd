//! A token that cannot be revoked without risk to a connection in use is kept, and is revoked with the last
//! such connection.

use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options, key};
use crate::tokens::in_use::{ends, introduce_keys, settle};
use crate::tokens::oauth::{CLIENT, Flow, Pair, SECRET, manifest};

const FIRST: &str = "sandbox-old-key-000000000001";
const SECOND: &str = "sandbox-new-key-000000000002";

/// The states of the receipts of a deletion.
fn states(deleted: &Answer) -> Vec<String> {
    let receipts = deleted.json()["revocation"].as_array().unwrap().clone();
    receipts.iter().map(|receipt| receipt["state"].as_str().unwrap().to_owned()).collect()
}

/// The details of revocations in the events of `id`, newest first.
async fn words(app: &App, id: &str) -> Vec<String> {
    let path = format!("/api/integrations/{id}/events?limit=100");
    let events = app.get(&path).as_admin().send().await.json();
    let items = events["items"].as_array().unwrap().clone();
    let ends = items.iter().filter(|event| event["kind"] == "integration.revocation");
    ends.map(|event| event["detail"]["detail"].as_str().unwrap().to_owned()).collect()
}

async fn delete(pair: &Pair, slug: &str, query: &str) -> Answer {
    pair.app.delete(&format!("/api/integrations/{slug}{query}")).as_admin().send().await
}

#[tokio::test]
async fn replaced_tokens_end_with_the_connection_a_year_later() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    let old = pair.provider.live_tokens();
    pair.again(json!({})).await.finish(&pair.app).await;
    assert_eq!(pair.app.tick().await["revoked"], 0);
    assert_eq!(ends(&pair.app, &id).await, ["superseded", "superseded"]);
    for words in words(&pair.app, &id).await {
        assert!(words.starts_with("kept: revoking it could end the connection in use"), "{words}");
        assert!(words.contains("(primary)"), "{words}");
    }
    assert_eq!(pair.provider.live_tokens().len(), 4);

    // A year passes, and the encryption key is rotated.
    let year = "update outbox set created_at = created_at - 366 * 86400000,
                  kept_at = kept_at - 366 * 86400000, next_at = next_at - 366 * 86400000";
    pair.app.database().execute(year, []).unwrap();
    let dir = pair.app.kill().await;
    let keys = format!("k2:{},k1:{}", key(2), key(1));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    let pair = Pair { app, ..pair };
    pair.app.tick().await;
    settle(&pair.app).await;
    let stale = "select count(*) from outbox where key_id <> 'k2' or kept_at is null";
    let stale: i64 = pair.app.database().query_row(stale, [], |row| row.get(0)).unwrap();
    assert_eq!((pair.app.count("outbox"), stale), (2, 0));
    assert_eq!(ends(&pair.app, &id).await.len(), 2, "that it waits on is said once");
    for token in &old {
        assert!(pair.provider.live_tokens().contains(token), "{token}");
    }

    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(states(&deleted), ["revoked"; 4]);
    assert!(pair.provider.live_tokens().is_empty());
    assert_eq!(pair.app.count("outbox"), 0);
    let told = ends(&pair.app, &id).await;
    assert_eq!(told.iter().filter(|state| **state == "revoked").count(), 4, "{told:?}");
}

#[tokio::test]
async fn kept_tokens_cost_the_tick_nothing_and_a_refresh_adds_none() {
    const TIMES: i64 = 12;
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    for _ in 0..TIMES {
        pair.again(json!({})).await.finish(&pair.app).await;
        settle(&pair.app).await;
    }
    assert_eq!(pair.app.count("outbox"), 2 * TIMES);
    for _ in 0..3 {
        pair.expire();
        assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    }
    assert_eq!(pair.app.count("outbox"), 2 * TIMES);
    pair.provider.clear_requests();
    let due = "select count(*) from outbox where next_at < (unixepoch() + 86400) * 1000";
    let due: i64 = pair.app.database().query_row(due, [], |row| row.get(0)).unwrap();
    assert_eq!(due, 0, "tick would look at what waits");
    pair.app.tick().await;
    assert!(pair.provider.requests().is_empty(), "{:?}", pair.provider.requests());
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(states(&deleted), vec!["revoked"; usize::try_from(2 * TIMES + 2).unwrap()]);
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn a_second_connection_that_is_deleted_leaves_the_first_alone() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let first = pair.provider.live_tokens();
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;
    let second = pair.app.get("/api/integrations/second").as_admin().send().await.json();
    let second = second["id"].as_str().unwrap();
    let deleted = delete(&pair, "second", "").await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(states(&deleted), ["superseded", "superseded"]);
    for receipt in deleted.json()["revocation"].as_array().unwrap() {
        let detail = receipt["detail"].as_str().unwrap();
        assert!(detail.starts_with("kept: ") && detail.contains("primary"), "{receipt}");
    }
    settle(&pair.app).await;
    assert_eq!(pair.provider.stats().revocations, 0);
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    // All tokens are revoked with the last connection. The events of the deleted connection say so.
    assert_eq!(states(&delete(&pair, "primary", "").await), ["revoked"; 4]);
    assert!(pair.provider.live_tokens().is_empty(), "{first:?}");
    let told = ends(&pair.app, second).await;
    assert_eq!(told, ["revoked", "revoked", "superseded", "superseded"]);
}

#[tokio::test]
async fn a_grant_that_others_have_is_kept_where_that_is_wanted() {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    pair.provider.set_account("1001", "ada@example.com");
    pair.connect().await;
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;
    let problem = delete(&pair, "second", "").await.problem(409, "grant_shared");
    assert!(problem["detail"].as_str().unwrap().contains("force=false"), "{problem}");
    let kept = delete(&pair, "second", "?force=false").await;
    assert_eq!(kept.status, 200, "{kept:?}");
    assert!(states(&kept).iter().all(|state| state == "superseded"), "{kept:?}");
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    let last = delete(&pair, "primary", "").await;
    assert!(states(&last).iter().all(|state| state == "revoked"), "{last:?}");
    assert!(pair.provider.live_tokens().is_empty());
}

/// The workspace `globex` registers the server of `pair` with the same manifest and client.
async fn elsewhere(pair: &Pair) -> Flow {
    elsewhere_by(pair, &manifest(&pair.provider.origin())).await
}

/// The workspace `globex` registers the server of `pair` with this manifest and the same client.
async fn elsewhere_by(pair: &Pair, manifest: &Value) -> Flow {
    let post = async |path: &str, body: &Value| {
        pair.app.post(path).as_role("ADMIN", "globex").json(body).send().await
    };
    let saved = post("/api/manifests", manifest).await;
    assert_eq!(saved.status, 201, "{saved:?}");
    let body = json!({"client_id": CLIENT, "client_secret": SECRET});
    let call = pair.app.put("/api/oauth-clients/custom-strict").as_role("ADMIN", "globex");
    assert_eq!(call.json(&body).send().await.status, 200);
    let body = json!({"manifest_id": "custom-strict", "name": "There"});
    Flow::of(&post("/api/integrations", &body).await)
}

#[tokio::test]
async fn a_connection_of_another_workspace_is_not_ended_and_hears_of_its_own_tokens_only() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    elsewhere(&pair).await.finish(&pair.app).await;
    let deleted = pair.delete().await;
    assert_eq!(states(&deleted), ["superseded", "superseded"], "{deleted:?}");
    assert!(deleted.text.contains("another workspace") && !deleted.text.contains("globex"));
    settle(&pair.app).await;
    assert_eq!(pair.provider.live_tokens().len(), 4);
    let there = pair.app.delete("/api/integrations/there").as_role("ADMIN", "globex").send().await;
    assert_eq!(states(&there), ["revoked", "revoked"], "{there:?}");
    pair.app.tick().await;
    assert!(pair.provider.live_tokens().is_empty());
    assert_eq!(ends(&pair.app, &id).await, ["revoked", "revoked", "superseded", "superseded"]);
}

#[tokio::test]
async fn another_manifest_of_another_workspace_does_not_keep_a_grant() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    // It could name any account. Its own tokens are others than the revoked ones.
    let mut other = manifest(&pair.provider.origin());
    other["name"] = "Another document".into();
    elsewhere_by(&pair, &other).await.finish(&pair.app).await;
    let deleted = pair.delete().await;
    assert_eq!(states(&deleted), ["revoked", "revoked"], "{deleted:?}");
}

#[tokio::test]
async fn a_key_saved_by_a_stranger_ends_when_its_owner_forces_it() {
    let app = App::start().await;
    let provider = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    let strangers = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    for simulator in [&provider, &strangers] {
        simulator.accept_key(FIRST);
        simulator.accept_key(SECOND);
    }
    introduce_keys(&app, &provider).await;
    let body =
        json!({"manifest_id": "custom-keys", "name": "Keys", "credentials": {"api_key": FIRST}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    // The thief saves the leaked key under manifests of his own: one with the same name at his own host,
    // which accepts the key, and one with another name at the true host, unverified.
    let own = app.get("/api/manifests/custom-keys").as_admin().send().await;
    let there = |port: u16| own.text.replace(&provider.port().to_string(), &port.to_string());
    let his: Value = serde_json::from_str(&there(strangers.port())).unwrap();
    let mut unverified: Value = serde_json::from_str(&own.text).unwrap();
    unverified["id"] = json!("custom-parked");
    for (manifest, verify) in [(his, true), (unverified, false)] {
        let call = app.post("/api/manifests").as_role("ADMIN", "globex");
        assert_eq!(call.json(&manifest).send().await.status, 201);
        let id = manifest["id"].as_str().unwrap();
        let body = json!({"manifest_id": id, "name": id, "credentials": {"api_key": FIRST},
            "verify": verify});
        let call = app.post("/api/integrations").as_role("ADMIN", "globex");
        assert_eq!(call.json(&body).send().await.status, 201);
    }
    let put = async |key: &str, query: &str| {
        let body = json!({"credentials": {"api_key": key}});
        app.put(&format!("/api/integrations/keys{query}")).as_admin().json(&body).send().await
    };
    assert_eq!(put(SECOND, "").await.status, 200);
    assert!(!provider.accepts(FIRST), "the owner's wish to end it counts for nothing");
    assert_eq!(ends(&app, "keys").await, ["revoked"]);

    // A key that the true provider accepts counts as in use, even in a stranger's workspace. The admin must
    // decide once.
    provider.accept_key(FIRST);
    let body: Value = serde_json::from_str(&own.text).unwrap();
    let call = app.post("/api/manifests").as_role("ADMIN", "initech");
    assert_eq!(call.json(&body).send().await.status, 201);
    let body =
        json!({"manifest_id": "custom-keys", "name": "x", "credentials": {"api_key": SECOND}});
    let call = app.post("/api/integrations").as_role("ADMIN", "initech");
    assert_eq!(call.json(&body).send().await.status, 201);
    put(FIRST, "").await.problem(409, "grant_shared");
    assert!(provider.accepts(SECOND));
    put(FIRST, "?force=perhaps").await.problem(422, "invalid");
    assert_eq!(put(FIRST, "?force=true").await.status, 200);
    assert!(!provider.accepts(SECOND) && provider.accepts(FIRST));
}

#[tokio::test]
async fn a_forced_replacement_does_not_end_what_it_puts_there() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let call = pair.app.post("/api/integrations/primary/authorize?force=true").as_admin();
    let flow = Flow::of(&call.json(&json!({})).send().await);
    flow.finish(&pair.app).await;
    settle(&pair.app).await;
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    assert_eq!(states(&pair.delete().await), ["revoked"; 4]);
}

#[tokio::test]
async fn a_forced_revocation_reports_the_connections_that_it_ended() {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    pair.provider.set_account("1001", "ada@example.com");
    pair.connect().await;
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;
    assert_eq!(delete(&pair, "primary", "?force=true").await.status, 200);
    let second = pair.app.get("/api/integrations/second").as_admin().send().await.json();
    assert_eq!(second["health"]["state"], "reauthorize", "{second}");
    let detail = second["health"]["detail"].as_str().unwrap();
    assert!(detail.contains("was revoked"), "{detail}");
    let events = pair.app.get("/api/integrations/second/events").as_admin().send().await.json();
    assert_eq!(events["items"][0]["kind"], "integration.ended_by_revocation", "{events}");
    // The manifest said that the grant ends, so there is no finding.
    assert_eq!(pair.app.count("revocation_findings"), 0);
}

#[tokio::test]
async fn an_own_manifest_is_believed_when_an_admin_says_so_knowing_what_that_means() {
    let app = App::start().await;
    let provider = Simulator::start(Kind::Strict, 0).await.unwrap();
    let mut manifest = manifest(&provider.origin());
    manifest["revoke"]["effect_source"] = json!("https://strict.example/docs/revocation");
    let post = async |query: &str| {
        app.post(&format!("/api/manifests{query}")).as_admin().json(&manifest).send().await
    };
    let problem = post("").await.problem(409, "effect_unconfirmed");
    let detail = problem["detail"].as_str().unwrap();
    for part in ["can break other connections", "believe_effect=true", "https://strict.example"] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    let saved = app.get("/api/manifests/custom-strict").as_admin().send().await;
    saved.problem(404, "not_found");
    assert_eq!(post("?believe_effect=false").await.status, 201);
    assert_eq!(app.count("believed_effects"), 0);

    let call = app.put("/api/oauth-clients/custom-strict").as_admin();
    let body = json!({"client_id": CLIENT, "client_secret": SECRET});
    let redirect = call.json(&body).send().await.json()["redirect_uri"].clone();
    provider.register_client(CLIENT, SECRET, &[redirect.as_str().unwrap()]);
    let pair = Pair { app, provider, manifest_id: "custom-strict".to_owned() };
    pair.connect().await;
    pair.again(json!({})).await.finish(&pair.app).await;
    settle(&pair.app).await;
    assert_eq!(pair.provider.live_tokens().len(), 4, "not believed: what was replaced waits");

    // After an ADMIN confirms the claim, the same version is believed. After the ADMIN takes that back, it is
    // not.
    let put = async |query: &str| {
        let call = pair.app.put(&format!("/api/manifests/custom-strict{query}")).as_admin();
        call.json(&manifest).send().await
    };
    put("").await.problem(409, "effect_unconfirmed");
    assert_eq!(put("?believe_effect=true").await.status, 200);
    pair.again(json!({})).await.finish(&pair.app).await;
    settle(&pair.app).await;
    assert_eq!(pair.provider.live_tokens().len(), 4, "the pair that was replaced last has ended");
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    let audit = pair.app.get("/api/audit").as_admin().send().await.json();
    assert!(audit.to_string().contains("\"believes_effect\":true"), "{audit}");
    assert_eq!(put("?believe_effect=false").await.status, 200);
    assert_eq!(pair.app.count("believed_effects"), 0);
    assert_eq!(states(&pair.delete().await), ["revoked"; 4]);
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn a_connection_that_comes_to_another_account_lets_go_of_the_first() {
    let pair = Pair::start(Kind::Strict).await;
    pair.provider.set_account("user-1", "One");
    pair.connect().await;
    pair.again(json!({})).await.finish(&pair.app).await;
    settle(&pair.app).await;
    assert_eq!(pair.app.count("outbox"), 2);
    pair.provider.set_account("user-2", "Two");
    pair.again(json!({"accept_account_change": true})).await.finish(&pair.app).await;
    // The tokens that the callback replaced are revoked without a tick.
    crate::kit::app::until("what was given up has ended", async || {
        (pair.app.count("outbox") == 2).then_some(())
    })
    .await;
    // The test does not make an entry due. The change has woken the kept entries.
    let answer = pair.app.tick().await;
    assert_eq!(answer["revoked"], 2, "{answer}");
    assert_eq!((pair.provider.live_tokens().len(), pair.app.count("outbox")), (2, 0));
}

#[tokio::test]
async fn a_kept_token_is_revoked_with_the_current_app_secret() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.again(json!({})).await.finish(&pair.app).await;
    settle(&pair.app).await;
    let newer = "nexus-client-secret-that-is-newer";
    let body = json!({"client_id": CLIENT, "client_secret": newer});
    let call = pair.app.put("/api/oauth-clients/custom-strict").as_admin();
    let redirect = call.json(&body).send().await.json()["redirect_uri"].clone();
    pair.provider.register_client(CLIENT, newer, &[redirect.as_str().unwrap()]);
    let deleted = pair.delete().await;
    assert_eq!(states(&deleted), ["revoked"; 4], "{deleted:?}");
    assert!(pair.provider.live_tokens().is_empty());
}
