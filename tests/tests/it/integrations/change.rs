//! `PUT /api/integrations/{id}`: the members that change, those that stay, and the errors.

use nexus_simulators::{Behaviour, Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
const NEW_KEY: &str = "sk_test_NEWkeyNEWkeyNEWkeyNEWk9z";

/// One Stripe integration, `stripe`, connected with [`KEY`].
async fn connected() -> (App, Simulator) {
    let (app, provider) = App::with_stripe(KEY).await;
    provider.clear_requests();
    (app, provider)
}

async fn put(app: &App, body: &Value) -> Answer {
    app.put("/api/integrations/stripe").as_admin().json(body).send().await
}

async fn get(app: &App) -> Value {
    app.get("/api/integrations/stripe").as_admin().send().await.json()
}

fn sealed(app: &App) -> Vec<u8> {
    app.database().query_row("select sealed from credentials", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn each_member_changes_and_the_others_stay() {
    let (app, provider) = connected().await;
    let before = get(&app).await;
    let renamed = put(&app, &json!({"name": "  Payments "})).await;
    assert_eq!((renamed.status.as_u16(), renamed.header("etag")), (200, "\"2\""), "{renamed:?}");
    let after = renamed.json();
    assert_eq!((&after["name"], &after["slug"]), (&json!("Payments"), &json!("stripe")));
    for member in ["id", "status", "policy", "params", "credential", "account", "created_at"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_ne!(after["updated_at"], before["updated_at"]);

    let policy = json!({"agents": ["bot"], "rules": [
        {"effect": "allow", "methods": ["GET"], "path": "/v1/charges/**"}]});
    let answer = put(&app, &json!({"status": "inactive", "policy": policy})).await.json();
    assert_eq!((&answer["status"], &answer["policy"]), (&json!("inactive"), &policy));
    assert_eq!((&answer["name"], &answer["version"]), (&json!("Payments"), &json!(3)));
    // A new policy replaces the old one. Members that it omits get their default.
    let answer = put(&app, &json!({"policy": {}})).await.json();
    assert_eq!(answer["policy"], json!({"agents": ["*"], "rules": []}));
    assert_eq!(get(&app).await, answer);
    assert!(provider.requests().is_empty(), "the provider was bothered in vain");

    let events = app.get("/api/integrations/stripe/events").as_admin().send().await.json();
    let told = &events["items"][2]["detail"];
    assert_eq!(*told, json!({"name": {"from": "Stripe", "to": "Payments"}}), "{events}");
}

#[tokio::test]
async fn a_dry_run_judges_the_form_and_changes_nothing() {
    let (app, provider) = connected().await;
    let before = get(&app).await;
    let dry = async |value: &str, body: Value| {
        let path = format!("/api/integrations/stripe?dry_run={value}");
        app.put(&path).as_role("MANAGER", "acme").json(&body).send().await
    };
    let rule = |path: &str| {
        json!({"policy": {"rules": [
        {"effect": "allow", "methods": ["GET"], "path": path}]}})
    };
    let problem = dry("true", rule("/v1/cha*")).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/policy/rules/0/path", "{problem}");
    let well = dry("true", rule("/v1/**")).await;
    assert_eq!((well.status.as_u16(), well.json()), (200, before.clone()), "{well:?}");
    // A dry run does not try credentials at the provider. It checks only their form.
    let key = json!({"name": "Other", "credentials": {"secret_key": "sk_test_wrong_0000000000"}});
    assert_eq!(dry("true", key).await.json(), before);
    assert!(provider.requests().is_empty(), "the provider was asked");
    dry("perhaps", json!({})).await.problem(422, "invalid");
    assert_eq!(get(&app).await, before);
    assert_eq!(dry("false", rule("/v1/**")).await.json()["version"], 2);
}

#[tokio::test]
async fn an_update_without_changes_makes_no_version() {
    let (app, provider) = connected().await;
    let before = get(&app).await;
    for body in [
        json!({}),
        json!({"name": "Stripe", "status": "active", "params": {}}),
        json!({"policy": {"agents": ["*"]}}),
    ] {
        let answer = put(&app, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, before.clone()), "{body}");
    }
    assert_eq!(app.count("events"), 1);
    assert!(provider.requests().is_empty());
}

#[tokio::test]
async fn if_match_guards_a_change() {
    let (app, _provider) = connected().await;
    let send = |tag: &'static str, name: &'static str| {
        let call = app.put("/api/integrations/stripe").as_admin().header("if-match", tag);
        call.json(&json!({"name": name})).send()
    };
    assert_eq!(send("\"1\"", "Two").await.status, 200);
    for stale in ["\"1\"", "W/\"2\"", "2", "\"\"", "nonsense"] {
        let problem = send(stale, "Three").await.problem(412, "version_mismatch");
        assert!(problem["detail"].as_str().unwrap().contains("version 2"), "{problem}");
    }
    assert_eq!(send("\"7\", \"2\"", "Three").await.status, 200);
    assert_eq!(send("*", "Four").await.json()["version"], 4);
    assert_eq!(get(&app).await["name"], "Four");
}

#[tokio::test]
async fn concurrent_changes_are_not_lost() {
    let (app, _provider) = connected().await;
    let changes = (0..10).map(|number| {
        let call = app.put("/api/integrations/stripe").as_admin();
        let body = json!({"name": format!("Name {number}")});
        async move { call.json(&body).send().await }
    });
    let answers = futures::future::join_all(changes).await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(made > 0);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.problem(409, "changed_meanwhile");
    }
    assert_eq!(get(&app).await["version"], json!(1 + made));
    assert_eq!(app.count("events"), 1 + i64::try_from(made).unwrap());
}

#[tokio::test]
async fn new_credentials_are_verified_and_then_replace_the_old() {
    let (app, provider) = connected().await;
    let old = sealed(&app);
    let body = json!({"credentials": {"api_key": NEW_KEY}, "name": "Other"});
    let unchanged = get(&app).await;
    // If the provider rejects the key or does not answer, nothing changes, not even the name.
    put(&app, &body).await.problem(422, "credential_refused");
    for (behaviour, status, code) in [
        (Behaviour::Down, 502, "provider_error"),
        (Behaviour::Status(500), 502, "provider_error"),
        (Behaviour::HtmlInsteadOfJson(200), 502, "provider_error"),
        (Behaviour::TruncatedBody, 502, "provider_error"),
        (Behaviour::Hang, 504, "provider_timeout"),
    ] {
        provider.set_behaviour(behaviour).await.unwrap();
        put(&app, &body).await.problem(status, code);
    }
    provider.release().await.unwrap();
    assert_eq!((get(&app).await, sealed(&app)), (unchanged, old.clone()));

    provider.set_key(NEW_KEY);
    let changed = put(&app, &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let integration = changed.json();
    assert_eq!(integration["credential"]["hint"], "…Wk9z".replace("Wk9z", &NEW_KEY[28..]));
    assert_eq!(integration["health"]["state"], "healthy");
    assert_eq!(integration["name"], "Other");
    assert_ne!(sealed(&app), old);
    provider.clear_requests();
    let checked = app.post("/api/integrations/stripe/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "healthy");
    let sent = provider.requests();
    assert_eq!(sent[0].header("authorization"), Some(format!("Bearer {NEW_KEY}").as_str()));
    assert!(!changed.text.contains(NEW_KEY));
}

#[tokio::test]
async fn a_dead_integration_is_mended_by_a_new_key() {
    let (app, provider) = connected().await;
    provider.revoke_key(KEY);
    let checked = app.post("/api/integrations/stripe/check").as_admin().send().await.json();
    assert_eq!(checked["health"]["state"], "reauthorize");
    assert_eq!(checked["health"]["next_action"], "replace_key");
    provider.accept_key(NEW_KEY);
    let mended = put(&app, &json!({"credentials": {"api_key": NEW_KEY}})).await.json();
    assert_eq!(mended["health"]["state"], "healthy", "{mended}");
    assert_eq!(
        (&mended["health"]["detail"], &mended["health"]["next_action"]),
        (&Value::Null, &Value::Null)
    );
}

/// A manifest with one parameter in the host and one in the path.
async fn with_params(app: &App, provider: &Simulator, host: &str) -> Value {
    let mut manifest = app.custom("stripe", provider).await;
    manifest["params"] = json!([
        {"name": "shop", "label": "Shop", "pattern": "[a-z0-9-]{1,63}", "example": "acme"},
        {"name": "account", "label": "Account", "pattern": "[a-z0-9]{1,20}", "example": "a1"},
    ]);
    manifest["api"]["base_url"] = json!(format!("{host}/{{account}}"));
    manifest["api"]["hosts"] = json!([host.split("://").nth(1).unwrap()]);
    app.save(&manifest).await;
    manifest
}

#[tokio::test]
async fn parameters_merge_and_never_move_a_credential() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    with_params(&app, &provider, "https://{shop}.shops.example.com").await;
    let body = json!({"manifest_id": "custom-stripe", "name": "Stripe", "verify": false,
        "params": {"shop": "acme", "account": "a1"}, "credentials": {"api_key": KEY}});
    let created = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    let before = sealed(&app);
    put(&app, &json!({"params": {"shop": "thief"}})).await.problem(422, "credentials_required");
    put(&app, &json!({"params": {"shop": "a.b"}})).await.problem(422, "invalid");
    put(&app, &json!({"params": {"nobody": "x"}})).await.problem(422, "invalid");
    assert_eq!(get(&app).await["params"], json!({"shop": "acme", "account": "a1"}));
    assert_eq!(sealed(&app), before);
}

#[tokio::test]
async fn a_parameter_beside_the_host_is_tried_with_the_stored_credential() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let mut manifest = app.custom("stripe", &provider).await;
    manifest["params"] =
        json!([{"name": "version", "label": "Version", "pattern": "v[0-9]", "example": "v1"}]);
    manifest["verify"]["path"] = json!("/{version}/account");
    app.save(&manifest).await;
    provider.set_key(KEY);
    let body = json!({"manifest_id": "custom-stripe", "name": "Stripe",
        "params": {"version": "v1"}, "credentials": {"api_key": KEY}});
    let created = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    let before = sealed(&app);
    // The simulator has no /v2. A 404 does not prove anything about the credential, so nothing changes.
    put(&app, &json!({"params": {"version": "v2"}})).await.problem(502, "provider_error");
    assert_eq!(get(&app).await["params"], json!({"version": "v1"}));
    assert_eq!(sealed(&app), before);
    assert_eq!(provider.requests().last().unwrap().path, "/v2/account");
}

#[tokio::test]
async fn a_new_key_stays_with_the_manifest_the_integration_was_made_with() {
    let (app, provider) = connected().await;
    let other = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let moved = app.custom("stripe", &other).await;
    let answer = app.put("/api/manifests/custom-stripe").as_admin().json(&moved).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    provider.accept_key(NEW_KEY);
    other.accept_key(NEW_KEY);
    let changed = put(&app, &json!({"credentials": {"api_key": NEW_KEY}})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(other.requests().is_empty(), "sent to where the integration was never connected");
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn names_stay_unique_and_a_deleted_integration_is_gone() {
    let (app, _provider) = connected().await;
    let body = json!({"manifest_id": "custom-stripe", "name": "Second", "verify": false,
        "credentials": {"api_key": KEY}});
    let second = app.post("/api/integrations").as_admin().json(&body).send().await.json();
    let taken = put(&app, &json!({"name": " sECOND"})).await;
    assert_eq!(taken.problem(409, "name_taken")["existing_id"], second["id"]);
    // Its own name in other letters is not a conflict.
    assert_eq!(put(&app, &json!({"name": "STRIPE"})).await.status, 200);
    app.delete("/api/integrations/stripe").as_admin().send().await;
    put(&app, &json!({"name": "x"})).await.problem(404, "not_found");
    let stranger = app.put("/api/integrations/second").as_role("ADMIN", "intruder");
    stranger.json(&json!({"name": "x"})).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn bad_changes_name_the_member_and_lose_nothing() {
    let (app, provider) = connected().await;
    let before = get(&app).await;
    for (pointer, body) in [
        ("/nmae", json!({"nmae": "x"})),
        ("/name", json!({"name": ""})),
        ("/name", json!({"name": null})),
        ("/name", json!({"name": "x".repeat(101)})),
        ("/status", json!({"status": "paused"})),
        ("/status", json!({"status": null})),
        ("/policy", json!({"policy": null})),
        ("/policy", json!({"policy": []})),
        ("", json!([])),
        ("/credentials", json!({"credentials": null})),
        (
            "/policy/rules/0/path",
            json!({"policy": {"rules": [
            {"effect": "deny", "methods": ["*"], "path": "x"}]}}),
        ),
        ("/params", json!({"params": []})),
        ("/credentials", json!({"credentials": "sk_test_1234567890123"})),
        ("/credentials/api_key", json!({"credentials": {}})),
        ("/credentials/api_kee", json!({"credentials": {"api_kee": "sk_test_1234567890123"}})),
        ("/scopes", json!({"scopes": []})),
    ] {
        let answer = put(&app, &body).await;
        let problem = answer.problem(422, "invalid");
        let pointers: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert!(pointers.contains(&pointer), "{pointer}: {problem}");
        assert!(!answer.text.contains("sk_test_1234567890123"), "{answer:?}");
    }
    let call = || app.put("/api/integrations/stripe").as_admin();
    call().send().await.problem(415, "unsupported_media_type");
    call().body("application/json", "{").send().await.problem(422, "invalid");
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(64 * 1024));
    call().body("application/json", large).send().await.problem(413, "too_large");
    assert_eq!(get(&app).await, before);
    assert!(provider.requests().is_empty());
}
