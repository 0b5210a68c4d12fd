//! An integration by API key is connected, listed, checked and deleted. Each step is made to fail, too.

use nexus_simulators::{Behaviour, Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

async fn stripe() -> Simulator {
    let simulator = Simulator::start(Kind::Stripe, 0).await.unwrap();
    simulator.set_key(KEY);
    simulator
}

fn body(manifest_id: &str, name: &str, key: &str) -> Value {
    json!({"manifest_id": manifest_id, "name": name, "credentials": {"api_key": key}})
}

async fn create(app: &App, body: &Value) -> Answer {
    app.post("/api/integrations").as_admin().json(body).send().await
}

/// Checks that a failed attempt leaves nothing behind.
fn nothing_behind(app: &App) {
    for table in ["integrations", "credentials", "events"] {
        assert_eq!(app.count(table), 0, "{table}");
    }
}

#[tokio::test]
async fn connect_list_get_check_delete() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;

    let created = create(&app, &body(&manifest, "Primary Stripe", KEY)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let one = created.json();
    let id = one["id"].as_str().unwrap();
    assert!(id.starts_with("int_") && id.len() == 30, "{id}");
    assert_eq!(created.header("location"), format!("/api/integrations/{id}"));
    assert_eq!(created.header("etag"), "\"1\"");
    assert_eq!(created.header("content-type"), "application/json");
    assert!(!created.header("content-length").is_empty());
    for (pointer, value) in [
        ("/slug", json!("primary-stripe")),
        ("/manifest_id", json!(manifest)),
        ("/name", json!("Primary Stripe")),
        ("/auth_method", json!("api_key")),
        ("/status", json!("active")),
        ("/health/state", json!("healthy")),
        ("/health/detail", json!(null)),
        ("/health/next_action", json!(null)),
        ("/params", json!({})),
        ("/scopes", json!({"requested": [], "granted": [], "missing": []})),
        ("/credential", json!({"hint": "…p7dc", "expires_at": null, "key_id": "k1"})),
        ("/policy", json!({"agents": ["*"], "rules": []})),
        ("/created_by", json!("user-1")),
        ("/last_used_at", json!(null)),
        ("/version", json!(1)),
    ] {
        assert_eq!(one.pointer(pointer), Some(&value), "{pointer} of {one}");
    }
    let time = one["created_at"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z') && time.contains('T'), "{time}");
    assert_eq!(one["created_at"], one["updated_at"]);

    let sent = provider.requests();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));

    for path in [format!("/api/integrations/{id}"), "/api/integrations/primary-stripe".into()] {
        let got = app.get(&path).as_admin().send().await;
        assert_eq!((got.status.as_u16(), got.json()), (200, one.clone()));
        assert_eq!(got.header("etag"), "\"1\"");
    }
    let page = app.get("/api/integrations").as_role("MANAGER", "acme").send().await;
    assert_eq!(page.json(), json!({"items": [one], "next_cursor": null}));

    // The provider revokes the key. A check notices, and says what to do.
    provider.revoke_key(KEY);
    let checked = app.post(&format!("/api/integrations/{id}/check")).as_admin().send().await;
    assert_eq!(checked.status, 200, "{checked:?}");
    assert_eq!(checked.json()["health"]["state"], "reauthorize");
    assert_eq!(checked.json()["health"]["next_action"], "replace_key");
    provider.set_behaviour(Behaviour::Down).await.unwrap();
    let checked = app.post("/api/integrations/primary-stripe/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "failing", "{checked:?}");
    assert_eq!(checked.json()["health"]["next_action"], "retry");
    provider.release().await.unwrap();
    provider.accept_key(KEY);
    let checked = app.post("/api/integrations/primary-stripe/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "healthy", "{checked:?}");
    assert_eq!(checked.json()["version"], 1, "only admins' changes count");

    let deleted = app.delete(&format!("/api/integrations/{id}")).as_admin().send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    let receipt = &deleted.json()["revocation"][0];
    assert_eq!(deleted.json()["id"], id);
    assert_eq!(receipt["token"], "api_key");
    assert_eq!(receipt["state"], "not_revocable");
    assert!(receipt["detail"].as_str().unwrap().contains("https://"), "{receipt}");
    assert!(receipt["at"].as_str().unwrap().ends_with('Z'));
    for call in [
        app.get(&format!("/api/integrations/{id}")),
        app.get("/api/integrations/primary-stripe"),
        app.delete(&format!("/api/integrations/{id}")),
        app.post(&format!("/api/integrations/{id}/check")),
    ] {
        call.as_admin().send().await.problem(404, "not_found");
    }
    assert_eq!(app.count("credentials"), 0);
    let page = app.get("/api/integrations").as_admin().send().await;
    assert_eq!(page.json(), json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn a_refused_key_is_422_and_leaves_nothing() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let wrong = "sk_test_wrong0000000000000000000";
    let answer = create(&app, &body(&manifest, "Stripe", wrong)).await;
    answer.problem(422, "credential_refused");
    assert!(!answer.text.contains(wrong), "{answer:?}");
    nothing_behind(&app);
    assert_eq!(create(&app, &body(&manifest, "Stripe", KEY)).await.status, 201);
}

#[tokio::test]
async fn a_provider_in_trouble_is_502_or_504_and_leaves_nothing() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let other = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let elsewhere = format!("{}/v1/account", other.origin());
    for (behaviour, status, code) in [
        (Behaviour::Down, 502, "provider_error"),
        (Behaviour::Status(500), 502, "provider_error"),
        (Behaviour::Status(503), 502, "provider_error"),
        (Behaviour::Status(429), 502, "provider_error"),
        (Behaviour::Status(404), 502, "provider_error"),
        (Behaviour::HtmlInsteadOfJson(200), 502, "provider_error"),
        (Behaviour::HtmlInsteadOfJson(503), 502, "provider_error"),
        (Behaviour::HtmlInsteadOfJson(403), 502, "provider_error"),
        (Behaviour::TruncatedBody, 502, "provider_error"),
        (Behaviour::InvalidJson, 502, "provider_error"),
        (Behaviour::Huge(10_000_000), 502, "provider_error"),
        (Behaviour::Redirect(elsewhere), 502, "provider_error"),
        (Behaviour::Hang, 504, "provider_timeout"),
        (Behaviour::Drip, 504, "provider_timeout"),
    ] {
        provider.set_behaviour(behaviour.clone()).await.unwrap();
        let answer = create(&app, &body(&manifest, "Stripe", KEY)).await;
        assert_eq!(answer.status.as_u16(), status, "{behaviour:?}: {answer:?}");
        answer.problem(status, code);
        assert!(!answer.text.contains(KEY));
        nothing_behind(&app);
    }
    assert!(other.requests().is_empty(), "a redirect was followed");
    provider.release().await.unwrap();
    assert_eq!(create(&app, &body(&manifest, "Stripe", KEY)).await.status, 201);
    // The content type of the provider's JSON does not matter.
    provider.set_behaviour(Behaviour::WrongContentType).await.unwrap();
    assert_eq!(create(&app, &body(&manifest, "Odd", KEY)).await.status, 201);
}

#[tokio::test]
async fn verify_false_saves_without_asking() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let mut request = body(&manifest, "Stripe", KEY);
    request["verify"] = json!(false);
    let answer = create(&app, &request).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(
        answer.json()["health"],
        json!({"state": "unknown", "checked_at": null, "detail": null, "next_action": null})
    );
    assert!(provider.requests().is_empty());
}

#[tokio::test]
async fn names_are_unique_in_a_workspace_and_slugs_too() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let first = create(&app, &body(&manifest, "Primary Stripe", KEY)).await.json();
    let asked = provider.requests().len();
    let taken = create(&app, &body(&manifest, "  primary   STRIPE ", KEY)).await;
    assert_eq!(taken.problem(409, "name_taken")["existing_id"], first["id"]);
    assert_eq!(provider.requests().len(), asked, "the provider was bothered in vain");
    let second = create(&app, &body(&manifest, "Primary-Stripe", KEY)).await;
    assert_eq!(second.json()["slug"], "primary-stripe-2", "{second:?}");
    // Each workspace has its own names.
    let custom = app.custom("stripe", &provider).await;
    let answer = app.post("/api/manifests").as_role("ADMIN", "other").json(&custom).send().await;
    assert_eq!(answer.status, 201);
    let call = app.post("/api/integrations").as_role("ADMIN", "other");
    let answer = call.json(&body(&manifest, "Primary Stripe", KEY)).send().await;
    assert_eq!((answer.status.as_u16(), &answer.json()["slug"]), (201, &json!("primary-stripe")));
}

#[tokio::test]
async fn a_slug_can_be_chosen_and_the_list_is_searched_by_it() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let with = |name: &str, slug: Value| {
        let mut request = body(&manifest, name, KEY);
        request["slug"] = slug;
        request
    };
    let made = create(&app, &with("Ünïted Shop", json!("united-shop"))).await;
    assert_eq!((made.status.as_u16(), &made.json()["slug"]), (201, &json!("united-shop")));
    let asked = provider.requests().len();
    let taken = create(&app, &with("Another", json!("united-shop"))).await;
    let errors = taken.problem(422, "invalid")["errors"].clone();
    assert_eq!(errors[0]["pointer"], "/slug", "{taken:?}");
    for slug in ["", "Upper", "two--hyphens", "-a", "a b", "int_x", &"x".repeat(49)] {
        let answer = create(&app, &with("Another", json!(slug))).await;
        assert_eq!(answer.problem(422, "invalid")["errors"][0]["pointer"], "/slug", "{slug}");
    }
    create(&app, &with("Another", json!(7))).await.problem(422, "invalid");
    assert_eq!(provider.requests().len(), asked, "the provider was bothered in vain");
    // A slug that is not chosen is made from the name, as before.
    let other = create(&app, &body(&manifest, "Plain", KEY)).await.json();
    assert_eq!(other["slug"], "plain");
    let account = other["account"]["label"].as_str().unwrap().to_uppercase();
    for (q, found) in [
        ("ted-sh", 1),
        ("UNITED SHOP", 1),
        (manifest.as_str(), 2),
        ("plain", 1),
        (account.as_str(), 2),
        ("nobody", 0),
    ] {
        let url = reqwest::Url::parse_with_params("http://x/", [("q", q)]).unwrap();
        let path = format!("/api/integrations?{}", url.query().unwrap());
        let answer = app.get(&path).as_admin().send().await;
        assert_eq!(answer.json()["items"].as_array().unwrap().len(), found, "{q}");
    }
}

#[tokio::test]
async fn one_of_many_concurrent_requests_gets_the_name() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let request = body(&manifest, "Stripe", KEY);
    let calls = (0..12).map(|_| create(&app, &request));
    let answers = futures::future::join_all(calls).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "name_taken");
    }
    assert_eq!(
        (app.count("integrations"), app.count("credentials"), app.count("events")),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn another_workspace_sees_nothing() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let id = create(&app, &body(&manifest, "Stripe", KEY)).await.json()["id"].clone();
    let path = format!("/api/integrations/{}", id.as_str().unwrap());
    let check = format!("{path}/check");
    let own = format!("/api/manifests/{manifest}");
    for call in [
        app.get(&path),
        app.get("/api/integrations/stripe"),
        app.delete(&path),
        app.post(&check),
        app.get(&own),
        app.delete(&own),
    ] {
        call.as_role("ADMIN", "intruder").send().await.problem(404, "not_found");
    }
    let page = app.get("/api/integrations").as_role("ADMIN", "intruder").send().await;
    assert_eq!(page.json()["items"], json!([]));
    let call = app.post("/api/integrations").as_role("ADMIN", "intruder");
    call.json(&body(&manifest, "Stripe", KEY)).send().await.problem(422, "invalid");
    assert_eq!(app.get(&path).as_admin().send().await.status, 200);
}

#[tokio::test]
async fn bad_input_names_the_member_and_the_rule() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let changed = |pointer: &str, value: Value| {
        let mut body = body(&manifest, "Stripe", KEY);
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[member] = value;
        body
    };
    let rule = |members: Value| {
        let mut rule = json!({"effect": "deny", "methods": ["GET"]});
        rule.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        changed("/policy", json!({"rules": [rule]}))
    };
    for (pointer, body) in [
        ("/nmae", changed("/nmae", json!("x"))),
        ("/name", changed("/name", json!(""))),
        ("/name", changed("/name", json!("x".repeat(101)))),
        ("/name", changed("/name", json!("a\u{7}b"))),
        ("/name", changed("/name", json!(7))),
        ("/manifest_id", changed("/manifest_id", json!("nobody"))),
        ("/credentials", changed("/credentials", json!("sk_test_1234567890123"))),
        ("/credentials/api_key", changed("/credentials/api_key", json!(7))),
        ("/credentials/api_key", changed("/credentials/api_key", json!("two words in it, no key"))),
        ("/credentials/api_kee", changed("/credentials/api_kee", json!("sk_test_1234567890123"))),
        ("/credentials/api_key", changed("/credentials", json!({}))),
        ("/params/shop", changed("/params", json!({"shop": "acme"}))),
        ("/scopes", changed("/scopes", json!(["read"]))),
        (
            "/policy/rules/0/effect",
            changed(
                "/policy",
                json!({"rules": [{"effect": "maybe", "methods": ["GET"], "path": "/"}]}),
            ),
        ),
        (
            "/policy/rules/0/path",
            changed(
                "/policy",
                json!({"rules": [{"effect": "deny", "methods": ["GET"], "path": "x"}]}),
            ),
        ),
        (
            "/policy/rules/0/methods",
            changed(
                "/policy",
                json!({"rules": [{"effect": "deny", "methods": ["get"], "path": "/"}]}),
            ),
        ),
        ("/verify", changed("/verify", json!("no"))),
        // An array with the members in order is not an object.
        ("", json!([manifest, "Stripe", {"api_key": KEY}])),
        ("/policy", changed("/policy", json!([["*"], []]))),
        ("/policy/rules/0", changed("/policy", json!({"rules": [["deny", ["GET"], "/"]]}))),
        // An optional member must not be null.
        ("/credentials", changed("/credentials", json!(null))),
        ("/scopes", changed("/scopes", json!(null))),
        ("/policy/rules/0/host", rule(json!({"path": "/", "host": null}))),
        ("/policy/rules/0/path", rule(json!({"path": "/**/x"}))),
        ("/policy/rules/0/path", rule(json!({"path": "/a*"}))),
        ("/policy/rules/0/host", rule(json!({"path": "/", "host": "a/b"}))),
    ] {
        let answer = create(&app, &body).await;
        let problem = answer.problem(422, "invalid");
        let pointers: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["pointer"].as_str().unwrap())
            .collect();
        assert!(pointers.contains(&pointer), "{pointer}: {problem}");
        for secret in ["sk_test_1234567890123", "two words in it", KEY] {
            assert!(!answer.text.contains(secret), "{answer:?}");
        }
    }
    nothing_behind(&app);
    assert!(provider.requests().is_empty());
}

#[tokio::test]
async fn an_answer_does_not_grow_with_what_was_sent() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    let many: serde_json::Map<String, Value> =
        (0..5_000).map(|number| (format!("f{number}"), json!(1))).collect();
    let answer =
        create(&app, &json!({"manifest_id": manifest, "name": "a", "credentials": many})).await;
    answer.problem(422, "invalid");
    assert!(answer.text.len() < 4_000, "{} bytes", answer.text.len());
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    let app = App::start().await;
    let post = || app.post("/api/integrations").as_admin();
    post().send().await.problem(415, "unsupported_media_type");
    post().body("text/plain", "{}").send().await.problem(415, "unsupported_media_type");
    for text in ["", "{", "[]", "null", "{\"name\":\"a\",\"name\":\"b\"}", "{} x"] {
        post().body("application/json", text).send().await.problem(422, "invalid");
    }
    let deep = format!("{{\"params\":{}{}}}", "[".repeat(20), "]".repeat(20));
    let answer = post().body("application/json; charset=utf-8", deep).send().await;
    assert!(answer.problem(422, "invalid")["detail"].as_str().unwrap().contains("16"));
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(64 * 1024));
    post().body("application/json", large).send().await.problem(413, "too_large");
}

#[tokio::test]
async fn pages_are_newest_first_and_complete() {
    let (app, provider) = (App::start().await, stripe().await);
    let manifest = app.adopt("stripe", &provider).await;
    for number in 0..7 {
        let mut request = body(&manifest, &format!("Stripe {number}"), KEY);
        request["verify"] = json!(false);
        assert_eq!(create(&app, &request).await.status, 201);
    }
    let items = app.pages("/api/integrations", 3).await;
    let names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
    let expected: Vec<_> = (0..7).rev().map(|number| format!("Stripe {number}")).collect();
    assert_eq!(names, expected);
    let filtered = app
        .get("/api/integrations?q=STRIPE%203&status=active&health=unknown")
        .as_admin()
        .send()
        .await;
    assert_eq!(filtered.json()["items"].as_array().unwrap().len(), 1, "{filtered:?}");
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=%2B5",
        "cursor=x",
        "status=on",
        "health=ill",
        "lmit=3",
        "limit=1&limit=2",
    ] {
        let answer = app.get(&format!("/api/integrations?{query}")).as_admin().send().await;
        answer.problem(422, "invalid");
    }
    let long = "x".repeat(201);
    for path in ["integrations?q=", "integrations?manifest=", "manifests?q=", "manifests?category="]
    {
        let answer = app.get(&format!("/api/{path}{long}")).as_admin().send().await;
        answer.problem(422, "invalid");
        assert_eq!(
            app.get(&format!("/api/{path}{}", &long[1..])).as_admin().send().await.status,
            200
        );
    }
}
