//! A token that a connection still uses is never revoked at the provider. A token that no connection uses
//! always is.

use nexus_simulators::{Behaviour, Kind, Misbehaviour, Simulator, TokenState};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::token;
use crate::tokens::oauth::{Pair, machine, manifest};

const FIRST: &str = "sandbox-old-key-000000000001";
const SECOND: &str = "sandbox-new-key-000000000002";

/// A provider whose keys can be revoked by a request. The application has it as `custom-keys`.
async fn keys(app: &App) -> Simulator {
    let provider = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    provider.accept_key(FIRST);
    provider.accept_key(SECOND);
    introduce_keys(app, &provider).await;
    provider
}

/// Registers the manifest `custom-keys` of `provider`.
pub(crate) async fn introduce_keys(app: &App, provider: &Simulator) {
    let origin = provider.origin();
    let host = origin.strip_prefix("http://").unwrap();
    let manifest = json!({
        "id": "custom-keys", "name": "Keys", "auth_method": "api_key",
        "credentials": [{"name": "api_key", "label": "API key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {api_key}"}],
        "api": {"base_url": format!("{origin}/v1"), "hosts": [host]},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id", "label": "/label"}},
        "revoke": {"tokens": ["api_key"], "effect": "token", "request":
            {"method": "DELETE", "url": format!("{origin}/v1/keys/current"), "auth": "token"}},
    });
    let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn connect(app: &App, name: &str, key: &str) {
    let body = json!({"manifest_id": "custom-keys", "name": name, "credentials": {"api_key": key}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn replace(app: &App, key: &str) -> Answer {
    let body = json!({"credentials": {"api_key": key}});
    app.put("/api/integrations/keys").as_admin().json(&body).send().await
}

/// Runs the tick until the outbox is empty or no longer changes.
pub(crate) async fn settle(pair: &App) {
    for _ in 0..3 {
        pair.database().execute("update outbox set next_at = 0", []).unwrap();
        pair.tick().await;
    }
}

/// The states of revocations in the events, newest first.
pub(crate) async fn ends(app: &App, id: &str) -> Vec<Value> {
    let path = format!("/api/integrations/{id}/events?limit=100");
    let events = app.get(&path).as_admin().send().await.json();
    let items = events["items"].as_array().unwrap().clone();
    let ends = items.into_iter().filter(|event| event["kind"] == "integration.revocation");
    ends.map(|event| event["detail"]["state"].clone()).collect()
}

#[tokio::test]
async fn a_key_that_is_entered_again_before_its_revocation_stays_valid() {
    let app = App::start().await;
    let provider = keys(&app).await;
    connect(&app, "Keys", FIRST).await;
    provider.set_behaviour(Behaviour::Ok).await.unwrap();
    // The key is replaced while its revocation is delayed, and then entered again.
    let sql = "create trigger later after insert on outbox begin
                 update outbox set next_at = 9e15, attempts = 1 where id = new.id; end";
    app.database().execute_batch(sql).unwrap();
    assert_eq!(replace(&app, SECOND).await.status, 200);
    assert_eq!(app.count("outbox"), 1);
    assert_eq!(replace(&app, FIRST).await.status, 200);
    app.database().execute_batch("drop trigger later").unwrap();
    settle(&app).await;
    assert!(provider.accepts(FIRST) && !provider.accepts(SECOND));
    assert_eq!(app.count("outbox"), 0);
    assert_eq!(ends(&app, "keys").await.len(), 2);
    assert!(ends(&app, "keys").await.contains(&json!("superseded")));
}

#[tokio::test]
async fn a_key_that_two_connections_have_ends_only_when_that_is_wanted() {
    let app = App::start().await;
    let provider = keys(&app).await;
    connect(&app, "Keys", FIRST).await;
    connect(&app, "Other", FIRST).await;
    let delete = |query: &str| app.delete(&format!("/api/integrations/keys{query}")).as_admin();
    let problem = delete("").send().await.problem(409, "grant_shared");
    assert!(problem["detail"].as_str().unwrap().contains("other"), "{problem}");
    // Replacing the key in one of two connections does not revoke the key of the other.
    assert_eq!(replace(&app, SECOND).await.status, 200);
    assert!(provider.accepts(FIRST));
    assert_eq!(ends(&app, "keys").await, ["superseded"]);
    assert_eq!(replace(&app, FIRST).await.status, 200);
    assert!(!provider.accepts(SECOND));
    let deleted = delete("?force=true").send().await;
    assert_eq!(deleted.json()["revocation"][0]["state"], "revoked", "{deleted:?}");
    assert!(!provider.accepts(FIRST));
}

#[tokio::test]
async fn another_workspace_is_told_of_without_a_name() {
    let app = App::start().await;
    let provider = keys(&app).await;
    connect(&app, "Keys", FIRST).await;
    let there = "globex";
    let manifest = app.get("/api/manifests/custom-keys").as_admin().send().await.json();
    let post = |path: &str, body: &Value| app.post(path).as_role("ADMIN", there).json(body).send();
    assert_eq!(post("/api/manifests", &manifest).await.status, 201);
    let body =
        json!({"manifest_id": "custom-keys", "name": "x", "credentials": {"api_key": FIRST}});
    assert_eq!(post("/api/integrations", &body).await.status, 201);
    let delete = async |query: &str| {
        app.delete(&format!("/api/integrations/keys{query}")).as_admin().send().await
    };
    let problem = delete("").await.problem(409, "grant_shared");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("another workspace") && !detail.contains(there), "{detail}");
    // The caller who replaces the key decides whether it is revoked, although another workspace uses it.
    let put = async |key: &str, query: &str| {
        let body = json!({"credentials": {"api_key": key}});
        app.put(&format!("/api/integrations/keys{query}")).as_admin().json(&body).send().await
    };
    let problem = put(SECOND, "").await.problem(409, "grant_shared");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("another workspace") && !detail.contains(there), "{detail}");
    assert_eq!(put(SECOND, "?force=false").await.status, 200);
    assert!(provider.accepts(FIRST));
    assert_eq!(ends(&app, "keys").await, ["superseded"]);
    assert_eq!(put(FIRST, "").await.status, 200);
    let deleted = delete("?force=true").await;
    assert_eq!(deleted.json()["revocation"][0]["state"], "revoked", "{deleted:?}");
}

#[tokio::test]
async fn each_receipt_is_of_its_own_token() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    // The replaced tokens wait in the outbox.
    pair.again(json!({})).await.finish(&pair.app).await;
    settle(&pair.app).await;
    assert_eq!(pair.app.count("outbox"), 2);
    // The first of four revocations fails: the one for a replaced refresh token.
    pair.provider.fail_revocations(1);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    let receipts = deleted.json()["revocation"].as_array().unwrap().clone();
    let failed: Vec<_> = receipts.iter().filter(|receipt| receipt["state"] != "revoked").collect();
    assert_eq!(receipts.len(), 4, "{receipts:?}");
    assert_eq!(failed.len(), 1, "{receipts:?}");
    assert_eq!(
        (&failed[0]["token"], &failed[0]["state"]),
        (&json!("refresh_token"), &json!("pending"))
    );
    assert_eq!(pair.app.count("outbox"), 1);
    settle(&pair.app).await;
    assert_eq!(pair.app.count("outbox"), 0);
}

#[tokio::test]
async fn a_reconnect_is_not_written_over_by_an_earlier_one() {
    let pair = Pair::start(Kind::Strict).await;
    pair.provider.set_account("user-1", "One");
    pair.connect().await;
    let first = pair.again(json!({})).await;
    let first_back = first.consent().await;
    pair.provider.set_account("user-2", "Two");
    let second = pair.again(json!({"accept_account_change": true})).await;
    let second_back = second.consent().await;
    // The first flow waits at the token endpoint while the second one is stored.
    pair.provider.hold_token_answers();
    let page = first.come_back(&pair.app, &first_back);
    let meanwhile = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let page = second.come_back(&pair.app, &second_back);
        let release = async {
            pair.provider.wait_for_held(2).await.unwrap();
            pair.provider.release_token_answers();
        };
        tokio::join!(page, release).0
    };
    let (first, second) = tokio::join!(page, meanwhile);
    let codes = [first, second].map(|page| page.header("x-nexus-error").to_owned());
    assert!(codes.contains(&String::new()), "{codes:?}");
    assert!(codes.contains(&"changed_meanwhile".to_owned()), "{codes:?}");
    settle(&pair.app).await;
    // Every live token is stored, or waits in the outbox if the first flow was stored with the same account.
    let waiting = usize::try_from(pair.app.count("outbox")).unwrap();
    assert_eq!(pair.provider.live_tokens().len(), 2 + waiting);
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    assert!(pair.delete().await.status.is_success());
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn a_token_that_cannot_be_revoked_has_an_event() {
    let pair = Pair::built_in(Kind::GithubOauth, "github-oauth").await;
    pair.connect().await;
    let path = format!("/api/oauth-clients/{}", pair.manifest_id);
    let body = json!({"client_id": "other-app", "client_secret": "other-secret-000000000"});
    assert_eq!(pair.app.put(&path).as_admin().json(&body).send().await.status, 200);
    let redirect = pair.app.get("/api/oauth-clients").as_admin().send().await.json();
    let redirect = redirect["items"][0]["redirect_uri"].as_str().unwrap().to_owned();
    pair.provider.register_client("other-app", "other-secret-000000000", &[&redirect]);
    pair.again(json!({})).await.finish(&pair.app).await;
    assert_eq!(ends(&pair.app, "primary").await, ["failed"]);
}

#[tokio::test]
async fn force_is_not_for_what_is_connected_later() {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    pair.provider.set_account("1001", "ada@example.com");
    pair.connect().await;
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;
    pair.provider.fail_revocations(2);
    let forced = pair.app.delete("/api/integrations/primary?force=true").as_admin().send().await;
    assert_eq!(forced.status, 202, "{forced:?}");
    // The grant is renewed before the revocation was sent.
    pair.connect().await;
    settle(&pair.app).await;
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    // The tokens wait for this connection, and for the second one, whose tokens the forced delete covered.
    assert!(pair.app.count("outbox") > 0);
    for slug in ["primary", "second"] {
        let path = format!("/api/integrations/{slug}?force=true");
        let deleted = pair.app.delete(&path).as_admin().send().await;
        assert!(deleted.status.is_success(), "{deleted:?}");
    }
    settle(&pair.app).await;
    assert_eq!(pair.app.count("outbox"), 0);
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn the_account_of_a_grant_may_become_known_later() {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    pair.provider.set_account("1001", "ada@example.com");
    let unknown = async |flow: crate::tokens::oauth::Flow| {
        let back = flow.consent().await;
        pair.provider.hold_token_answers();
        let page = flow.come_back(&pair.app, &back);
        let trouble = async {
            pair.provider.wait_for_held(1).await.unwrap();
            pair.provider.set_behaviour(Behaviour::Status(500)).await.unwrap();
            pair.provider.release_token_answers();
        };
        let (page, ()) = tokio::join!(page, trouble);
        pair.provider.release().await.unwrap();
        assert_eq!(page.status, 200, "{page:?}");
    };
    unknown(pair.begin_with(json!({})).await).await;
    assert_eq!(pair.get().await["account"], Value::Null);
    assert_eq!(pair.check().await.json()["account"]["id"], "1001");

    // The change of account is accepted. The account of the new tokens is not known at first.
    pair.provider.set_account("2002", "bob@example.com");
    let old = pair.provider.live_tokens();
    unknown(pair.again(json!({"accept_account_change": true})).await).await;
    assert_eq!(pair.get().await["account"], Value::Null);
    settle(&pair.app).await;
    for token in &old {
        assert_eq!(pair.provider.token_state(token), TokenState::Live, "{token}");
    }
    assert_eq!(pair.check().await.json()["account"]["id"], "2002");
    settle(&pair.app).await;
    for token in &old {
        assert_eq!(pair.provider.token_state(token), TokenState::Revoked, "{token}");
    }
    assert_eq!(pair.app.count("outbox"), 0);
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
}

#[tokio::test]
async fn a_delete_amid_a_rotating_refresh_leaves_nothing_alive() {
    let pair = Pair::start(Kind::Strict).await;
    // Records the last token and the revoked ones. A strict server revokes the newer token with the older
    // one, another server would not.
    let watch = "create table had (digest text); create table given_up (digest text);
        create trigger watch_had before delete on integrations begin
          insert into had select digest from token_digests where integration_id = old.id; end;
        create trigger watch_given_up after insert on outbox begin
          insert into given_up values (new.digest); end;";
    pair.app.database().execute_batch(watch).unwrap();
    for round in 0..20_u64 {
        pair.connect().await;
        let refreshes = async {
            for _ in 0..10 {
                pair.expire();
                pair.check_or_nothing().await;
            }
        };
        let delete = async {
            // The moment of the delete, in the middle of refreshes.
            tokio::time::sleep(std::time::Duration::from_micros(900 * round)).await;
            loop {
                let deleted = pair.delete().await;
                // Each attempt of the delete met a refresh. The response says so, and the request is
                // repeated.
                if deleted.status != 409 {
                    break deleted;
                }
                deleted.problem(409, "changed_meanwhile");
            }
        };
        let ((), deleted) = tokio::join!(refreshes, delete);
        assert!(deleted.status.is_success(), "{round}: {deleted:?}");
        settle(&pair.app).await;
        let live = pair.provider.live_tokens();
        assert!(live.is_empty(), "{round}: {live:?}");
        let count = |sql: &str| -> i64 {
            pair.app.database().query_row(sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count("select count(*) from had"), 2 * (i64::try_from(round).unwrap() + 1));
        let forgotten =
            "select count(*) from had where digest not in (select digest from given_up)";
        assert_eq!(count(forgotten), 0, "{round}");
    }
}

#[tokio::test]
async fn without_its_app_a_token_is_not_said_to_have_ended() {
    let pair = Pair::built_in(Kind::GithubOauth, "github-oauth").await;
    pair.connect().await;
    let app = pair.app.delete(&format!("/api/oauth-clients/{}", pair.manifest_id)).as_admin();
    assert_eq!(app.send().await.status, 204);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    for receipt in deleted.json()["revocation"].as_array().unwrap() {
        assert_eq!(receipt["state"], "failed", "{receipt}");
        assert!(receipt["detail"].as_str().unwrap().contains("OAuth app"), "{receipt}");
    }
    assert!(!pair.provider.live_tokens().is_empty());
    assert_eq!(pair.app.count("outbox"), 0);
}

#[tokio::test]
async fn a_call_that_its_own_token_could_not_make_ends_nothing() {
    let app = App::start().await;
    let provider = keys(&app).await;
    connect(&app, "Keys", FIRST).await;
    let refusal = r#"{"error":"invalid_token"}"#.to_owned();
    provider.set_behaviour(Behaviour::Json(401, refusal)).await.unwrap();
    let deleted = app.delete("/api/integrations/keys").as_admin().send().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    provider.release().await.unwrap();
    settle(&app).await;
    assert!(!provider.accepts(FIRST));
}

#[tokio::test]
async fn a_token_in_the_place_of_a_scope_is_not_shown() {
    let pair = Pair::start(Kind::Hostile).await;
    pair.provider.misbehave(Misbehaviour::ScopeIsToken).unwrap();
    let shown = pair.connect().await;
    for token in pair.provider.live_tokens() {
        assert!(!shown.to_string().contains(&token), "{shown}");
    }
    assert_eq!(shown["scopes"]["granted"], json!([]));
}

#[tokio::test]
async fn a_minted_token_that_is_not_stored_ends() {
    let pair = Pair::start(Kind::Strict).await;
    let body = machine(&pair).await;
    let post = || pair.app.post("/api/integrations").as_admin().json(&body);
    pair.provider.hold_token_answers();
    let refuse = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let refusal = r#"{"error":"no"}"#.to_owned();
        pair.provider.set_behaviour(Behaviour::Json(401, refusal)).await.unwrap();
        pair.provider.release_token_answers();
    };
    let (refused, ()) = tokio::join!(post().send(), refuse);
    refused.problem(422, "credential_refused");
    pair.provider.release().await.unwrap();
    assert_eq!(pair.provider.live_tokens().len(), 1);
    settle(&pair.app).await;
    assert!(pair.provider.live_tokens().is_empty());

    // The name is taken while the token is requested.
    pair.provider.hold_token_answers();
    let taken = async {
        pair.provider.wait_for_held(1).await.unwrap();
        // By another person: a draft of the same one would be replaced.
        let begun = json!({"manifest_id": pair.manifest_id, "name": "Primary"});
        let mut claims = token::claims("MANAGER", "acme");
        claims["sub"] = "user-2".into();
        let other = token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET);
        let begun = pair.app.post("/api/integrations").bearer(&other).json(&begun);
        assert_eq!(begun.send().await.status, 201);
        pair.provider.release_token_answers();
    };
    let (refused, ()) = tokio::join!(post().send(), taken);
    refused.problem(409, "name_taken");
    settle(&pair.app).await;
    assert!(pair.provider.live_tokens().is_empty());
    assert_eq!(pair.app.count("outbox"), 0);
}

#[tokio::test]
async fn a_token_minted_while_the_client_is_replaced_is_not_forgotten() {
    let pair = Pair::start(Kind::Strict).await;
    let body = machine(&pair).await;
    let created = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    pair.expire();
    pair.provider.hold_token_answers();
    let put = || {
        let body = json!({"credentials": body["credentials"]});
        pair.app.put("/api/integrations/primary").as_admin().json(&body)
    };
    // Both requests obtain a token. Whichever is stored first, the other's token does not stay valid
    // unnoticed.
    let both = async { tokio::join!(pair.check_or_nothing(), put().send()) };
    let release = async {
        pair.provider.wait_for_held(2).await.unwrap();
        pair.provider.release_token_answers();
    };
    let (((), put), ()) = tokio::join!(both, release);
    assert!(put.status == 200 || put.status == 409, "{put:?}");
    settle(&pair.app).await;
    assert_eq!(pair.provider.live_tokens().len(), 1, "{put:?}");
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
}

#[tokio::test]
async fn parameters_that_changed_meanwhile_are_not_written_back() {
    let pair = Pair::start(Kind::Strict).await;
    let mut manifest = manifest(&pair.provider.origin());
    manifest["id"] = json!("custom-where");
    manifest["params"] = json!([
        {"name": "region", "label": "Region", "pattern": "[a-z]+", "example": "eu"},
        {"name": "realm", "label": "Realm", "pattern": "[A-Za-z]+", "example": "a",
            "from": {"token_response": "/token_type"}}]);
    let pair = pair.with(&manifest).await;
    pair.connect_with(json!({"params": {"region": "eu"}})).await;
    let flow = pair.again(json!({})).await;
    let back = flow.consent().await;
    let body = json!({"params": {"region": "us"}});
    let put = pair.app.put("/api/integrations/primary").as_admin().json(&body).send().await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(put.json()["params"], json!({"region": "us", "realm": "Bearer"}));
    let page = flow.come_back(&pair.app, &back).await;
    assert_eq!((page.status.as_u16(), page.header("x-nexus-error")), (400, "flow_invalid"));
    assert_eq!(pair.get().await["params"]["region"], "us");
    pair.again(json!({})).await.finish(&pair.app).await;
}

#[tokio::test]
async fn an_app_does_not_go_where_other_choices_lead() {
    let pair = Pair::start(Kind::Strict).await;
    let site = |choices: Value| {
        let mut manifest = manifest(&pair.provider.origin());
        manifest["id"] = json!("custom-sites");
        let example = choices[0].clone();
        manifest["params"] =
            json!([{"name": "site", "label": "Site", "choices": choices, "example": example}]);
        manifest["oauth2"]["token_url"] = json!("https://login.{site}/token");
        manifest
    };
    let saved = pair.app.post("/api/manifests").as_admin();
    let saved = saved.json(&site(json!(["acme.example"]))).send().await;
    assert_eq!(saved.status, 201, "{saved:?}");
    let body = json!({"client_id": "a", "client_secret": "secret-of-the-app-000"});
    let call = pair.app.put("/api/oauth-clients/custom-sites").as_admin();
    assert_eq!(call.json(&body).send().await.status, 200);
    let begin = async |site: &str| {
        let body = json!({"manifest_id": "custom-sites", "name": site, "params": {"site": site}});
        pair.app.post("/api/integrations").as_admin().json(&body).send().await
    };
    assert_eq!(begin("acme.example").await.status, 201);
    let moved = site(json!(["evil.example", "acme.example"]));
    let call = pair.app.put("/api/manifests/custom-sites").as_admin();
    assert_eq!(call.json(&moved).send().await.status, 200);
    begin("evil.example").await.problem(422, "oauth_client_missing");
}
