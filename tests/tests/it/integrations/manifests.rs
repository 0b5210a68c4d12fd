//! The catalogue: built in and the workspace's own.

use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::programs::repo;

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

async fn list(app: &App, query: &str) -> Vec<String> {
    let answer = app.get(&format!("/api/manifests{query}")).as_admin().send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn post(app: &App, manifest: &Value) -> Answer {
    app.post("/api/manifests").as_admin().json(manifest).send().await
}

#[tokio::test]
async fn built_in_manifests_are_listed_searched_and_shown() {
    let app = App::start().await;
    let all = list(&app, "").await;
    assert!(all.contains(&"stripe".to_owned()) && all.contains(&"openai".to_owned()), "{all:?}");
    assert_eq!(list(&app, "?q=STRIPE").await, ["stripe", "stripe-connect"]);
    assert_eq!(list(&app, "?q=stripe&auth_method=oauth2").await, ["stripe-connect"]);
    assert!(list(&app, "?category=nothing-like-it").await.is_empty());
    app.get("/api/manifests?auth_method=magic").as_admin().send().await.problem(422, "invalid");
    let whole = app.get("/api/manifests").as_admin().send().await;
    let call = app.get("/api/manifests").as_admin();
    let again = call.header("if-none-match", whole.header("etag")).send().await;
    assert_eq!(again.status, 304, "{again:?}");
    app.get("/api/manifests/nobody").as_admin().send().await.problem(404, "not_found");

    let items = whole.json()["items"].as_array().unwrap().clone();
    let needs =
        |id: &str| items.iter().find(|item| item["id"] == id).unwrap().get("needs").cloned();
    assert_eq!(needs("stripe"), None);
    assert_eq!(needs("jira"), Some(json!({"choice": "Site"})));
    assert_eq!(needs("google-service-account"), Some(json!({"paste": "json"})));
    assert_eq!(needs("github-app"), Some(json!({"paste": "pem"})));

    let one = app.get("/api/manifests/stripe").as_admin().send().await;
    assert_eq!(one.json()["id"], "stripe");
    assert!(one.json()["sources"][0]["pages"][0].as_str().unwrap().starts_with("https://"));
    let call =
        app.get("/api/manifests/stripe").as_admin().header("if-none-match", one.header("etag"));
    let again = call.send().await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
}

#[tokio::test]
async fn the_changelog_counts_manifests_and_vendors_as_they_are() {
    let app = App::start().await;
    let all = app.get("/api/manifests").as_admin().send().await.json();
    let items = all["items"].as_array().unwrap();
    let families = items.iter().map(|item| item["family"].as_str().unwrap());
    let vendors = families.collect::<std::collections::BTreeSet<_>>().len();
    let counted = format!("{} manifests of {vendors} vendors built in", items.len());
    let changelog = std::fs::read_to_string(repo().join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains(&counted), "CHANGELOG.md must say: {counted}");
}

#[tokio::test]
async fn own_manifests_are_saved_replaced_and_deleted() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let mut manifest = app.custom("stripe", &provider).await;
    let created = post(&app, &manifest).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.header("location"), "/api/manifests/custom-stripe");
    assert_eq!(created.json(), manifest);
    post(&app, &manifest).await.problem(409, "manifest_exists");
    assert!(list(&app, "?q=custom").await.contains(&"custom-stripe".to_owned()));

    manifest["name"] = "Our Stripe".into();
    let path = "/api/manifests/custom-stripe";
    let replaced = app.put(path).as_admin().json(&manifest).send().await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_ne!(replaced.header("etag"), created.header("etag"));
    assert_eq!(app.get(path).as_admin().send().await.json()["name"], "Our Stripe");
    let elsewhere = app.put("/api/manifests/custom-other").as_admin().json(&manifest).send().await;
    elsewhere.problem(422, "invalid");
    manifest["id"] = "custom-other".into();
    app.put("/api/manifests/custom-other")
        .as_admin()
        .json(&manifest)
        .send()
        .await
        .problem(404, "not_found");
    for call in
        [app.put("/api/manifests/stripe").json(&manifest), app.delete("/api/manifests/stripe")]
    {
        call.as_admin().send().await.problem(403, "forbidden");
    }

    let body = json!({"manifest_id": "custom-stripe", "name": "a", "verify": false, "credentials": {"api_key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    app.delete(path).as_admin().send().await.problem(409, "manifest_in_use");
    app.delete("/api/integrations/a").as_admin().send().await;
    let deleted = app.delete(path).as_admin().send().await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
    app.get(path).as_admin().send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_live_integration_keeps_the_version_it_was_made_with() {
    let (app, first) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let second = Simulator::start(Kind::Stripe, 0).await.unwrap();
    first.set_key(KEY);
    let id = app.adopt("stripe", &first).await;
    let body = json!({"manifest_id": id, "name": "a", "credentials": {"api_key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);

    let moved = app.custom("stripe", &second).await;
    let answer = app.put("/api/manifests/custom-stripe").as_admin().json(&moved).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let checked = app.post("/api/integrations/a/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "healthy", "{checked:?}");
    assert_eq!((first.requests().len(), second.requests().len()), (2, 0));
}

#[tokio::test]
async fn a_manifest_that_breaks_a_rule_is_not_saved_and_says_which() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let manifest = app.custom("stripe", &provider).await;
    let cases = [
        ("/id", json!("stripe")),
        ("/id", json!("custom-UPPER")),
        ("/name", json!("x".repeat(501))),
        ("/docs_url", json!("http://docs.example.com")),
        ("/brand/color", json!("red")),
        ("/inject/0/name", json!("Host")),
        ("/inject/0/name", json!("X-Nexus-Caller")),
        ("/inject/0/name", json!("Transfer-Encoding")),
        ("/inject/0/value", json!("Bearer {nobody}")),
        ("/description", json!("Key {api_key}")),
        ("/api/base_url", json!("http://{api_key}.example.com/v1")),
        ("/api/hosts", json!(["api.example.com"])),
        ("/credentials/0/pattern", json!("(")),
        ("/credentials/0/pattern", json!("(?:(?:a?){400}){400}")),
        ("/verify/base_url", json!("https://who.example.com")),
        ("/nmae", json!("x")),
    ];
    for (pointer, value) in cases {
        let mut broken = manifest.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = broken.pointer_mut(parent).unwrap();
        match member.parse::<usize>() {
            Ok(index) => parent[index] = value.clone(),
            Err(_) => parent[member] = value.clone(),
        }
        let problem = post(&app, &broken).await.problem(422, "invalid");
        let named = problem["errors"].as_array().unwrap().iter().any(|error| {
            let found = error["pointer"].as_str().unwrap();
            found.starts_with(pointer) || pointer.starts_with(found)
        });
        assert!(named, "{pointer}={value}: {problem}");
    }
    assert!(!list(&app, "").await.contains(&"custom-stripe".to_owned()));
}

#[tokio::test]
async fn every_fault_of_a_manifest_is_reported_at_once() {
    let app = App::start().await;
    let manifest = json!({
        "id": "custom-acme", "name": "", "nmae": "Acme", "auth_method": "api_key",
        "brand": {"color": "red"},
        "credentials": [{"name": "api_key", "label": "Key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {api_key}"}],
        "api": {"base_url": "https://api.acme.example", "ranges": "yes", "headers": {"X-Version": 1}},
        "verify": {"path": "me"},
        "revoke": {"not_revocable": "In the console"},
    });
    let problem = post(&app, &manifest).await.problem(422, "invalid");
    let errors = problem["errors"].as_array().unwrap();
    let pointers: Vec<&str> =
        errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    let mut expected = [
        "/nmae",
        "/name",
        "/brand/color",
        "/api/ranges",
        "/api/headers/X-Version",
        "/verify",
        "/revoke",
    ];
    let mut found = pointers.clone();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected, "{problem}");
}

#[tokio::test]
async fn an_own_manifest_needs_only_what_it_cannot_do_without() {
    let app = App::start().await;
    let least = json!({
        "id": "custom-acme", "name": "Acme", "auth_method": "api_key",
        "credentials": [{"name": "api_key", "label": "Key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {api_key}"}],
        "api": {"base_url": "https://api.acme.example/v1"},
        "verify": {"method": "GET", "path": "/me"},
        "revoke": {"unsupported": "Acme has none"},
    });
    let created = post(&app, &least).await;
    assert_eq!(created.status, 201, "{created:?}");
    // The members that were left out are there: the manifest is stored, and pinned, as it was understood.
    let whole = app.get("/api/manifests/custom-acme").as_admin().send().await.json();
    assert_eq!(whole["api"]["hosts"], json!(["api.acme.example"]));
    assert_eq!(whole["brand"], json!({"color": "", "icon": ""}));
    assert_eq!((&whole["categories"], &whole["sources"]), (&json!([]), &json!([])));
    let listed = app.get("/api/manifests?q=custom-acme").as_admin().send().await.json();
    assert_eq!(listed["items"][0]["name"], "Acme");
}
