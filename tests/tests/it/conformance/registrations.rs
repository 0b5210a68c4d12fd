//! OAuth apps that register themselves (RFC 7591), with and without a secret.

use std::sync::Arc;

use serde_json::{Value, json};

use super::journey::{connect, reconnect, travel};
use super::tls::Hosts;
use super::vendor::{Kind, Vendor};
use crate::kit::app::{App, Options};
use crate::kit::process::is_spin;

/// A provider whose clients register themselves.
fn manifest(client_auth: &str) -> Value {
    json!({
        "id": "custom-self", "name": "Self", "auth_method": "oauth2",
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "oauth2": {
            "authorization_url": "https://mcp.acme.example/authorize",
            "token_url": "https://mcp.acme.example/token",
            "registration_url": "https://mcp.acme.example/register",
            "pkce": true, "client_auth": client_auth, "scopes": {"default": ["read", "write"]},
            "refresh": {"rotates": true},
        },
        "api": {"base_url": "https://mcp.acme.example", "hosts": ["mcp.acme.example"]},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id", "label": "/name"}},
        "revoke": {"tokens": ["refresh_token", "access_token"], "effect": "token",
            // A public client names itself (RFC 7009, 2.1).
            "rfc7009": {"url": "https://mcp.acme.example/revoke",
                "client_auth": if client_auth == "none" { "post" } else { client_auth }}},
    })
}

async fn stage(client_auth: &str) -> (App, Hosts, Arc<Vendor>) {
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    app.save(&manifest(client_auth)).await;
    let document = app.get("/api/manifests/custom-self").as_admin().send().await.json();
    let vendor = Arc::new(Vendor::of(&document));
    hosts.serve(&[Arc::clone(&vendor)]);
    (app, hosts, vendor)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_registers_itself_once() {
    if is_spin() {
        return;
    }
    for client_auth in ["none", "post", "basic"] {
        let (app, hosts, vendor) = stage(client_auth).await;
        let row = travel(&app, &vendor).await.unwrap();
        assert!(row.refreshed && row.verified, "{client_auth}: {row:?}");
        assert_eq!(vendor.state().registered, 1, "{client_auth}");
        let apps = app.get("/api/oauth-clients").as_admin().send().await.json();
        assert_eq!(apps["items"][0]["client_id"], vendor.client.0, "{apps}");
        let audit = app.get("/api/audit?limit=100").as_admin().send().await.text;
        assert!(audit.contains("oauth_client.register"), "{client_auth}");
        assert!(!audit.contains(&vendor.client.1), "a secret in the record");
        // A URL of the response is not used.
        assert!(vendor.state().arrived.iter().all(|one| one.host == "mcp.acme.example"));
        assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());

        // An app that an ADMIN deletes is registered anew. The old connection asks for that.
        let path = "/api/oauth-clients/custom-self";
        assert_eq!(app.delete(path).as_admin().send().await.status, 204);
        assert_eq!(reconnect(&app, &vendor).await.status, 200, "{client_auth}");
        assert_eq!(vendor.state().registered, 2, "{client_auth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entered_app_is_used_in_place_of_a_registration() {
    if is_spin() {
        return;
    }
    let (app, _hosts, vendor) = stage("none").await;
    let put = async |body: Value| {
        app.put("/api/oauth-clients/custom-self").as_admin().json(&body).send().await
    };
    let refused = put(json!({"client_id": vendor.client.0, "client_secret": "a-secret"})).await;
    assert_eq!(refused.problem(422, "invalid")["errors"][0]["pointer"], "/client_secret");
    let saved = put(json!({"client_id": vendor.client.0})).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    vendor.state().redirect_uri = saved.json()["redirect_uri"].as_str().unwrap().to_owned();
    assert_eq!(connect(&app, &vendor).await.status, 200);
    // One lock after the other.
    let registered = vendor.state().registered;
    assert_eq!((registered, vendor.state().count(Kind::Register)), (0, 0));
    assert!(vendor.state().complaints.is_empty(), "{:?}", vendor.state().complaints);

    // An app of a provider with secrets needs one.
    let (app, _hosts, _vendor) = stage("post").await;
    let body = json!({"client_id": "x"});
    let call = app.put("/api/oauth-clients/custom-self").as_admin().json(&body);
    assert_eq!(call.send().await.problem(422, "invalid")["errors"][0]["pointer"], "/client_secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_cannot_be_used_leaves_nothing() {
    if is_spin() {
        return;
    }
    let (app, hosts, vendor) = stage("post").await;
    let ask = async || {
        let body = json!({"manifest_id": "custom-self", "name": "Self"});
        app.post("/api/integrations").as_admin().json(&body).send().await
    };
    for (status, response, words) in [
        (
            400,
            json!({"error": "invalid_redirect_uri", "error_description": "http is not allowed"}),
            "http is not allowed",
        ),
        (403, json!({}), "403"),
        (500, json!({"error": "x"}), "500"),
        (302, json!({"client_id": "a", "client_secret": "b"}), "302"),
        (201, json!({}), "without a client id"),
        (201, json!({"client_id": 7, "client_secret": "b"}), "without a client id"),
        (201, json!({"client_id": "a"}), "without a client id"),
        (201, json!({"client_id": "a\u{200b}", "client_secret": "b"}), "without a client id"),
        (201, json!({"client_id": "a".repeat(5000), "client_secret": "b"}), "without a client id"),
        (
            201,
            json!({"client_id": "a", "client_secret": "b", "client_secret_expires_at": 1_900_000_000}),
            "expire",
        ),
        (201, json!(["a"]), "without a client id"),
    ] {
        vendor.state().registration = Some((status, response.clone()));
        let problem = ask().await.problem(502, "provider_error");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{response}: {problem}");
    }
    let apps = app.get("/api/oauth-clients").as_admin().send().await.json();
    assert_eq!(apps["items"], json!([]), "{apps}");
    let all = app.get("/api/integrations").as_admin().send().await.json();
    assert_eq!(all["items"], json!([]), "{all}");
    // A provider that registers nobody by itself still asks for an app.
    let mut other = manifest("post");
    other["id"] = "custom-other".into();
    other["oauth2"].as_object_mut().unwrap().remove("registration_url");
    app.save(&other).await;
    let body = json!({"manifest_id": "custom-other", "name": "Other"});
    let missing = app.post("/api/integrations").as_admin().json(&body).send().await;
    missing.problem(422, "oauth_client_missing");
    assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_describes_the_application_to_a_provider_that_fetches_it() {
    if is_spin() {
        return;
    }
    let mut manifest = manifest("none");
    manifest["oauth2"]["client_metadata"] = true.into();
    let hosts = Hosts::start().await;
    let begin = async |app: &App| {
        app.save(&manifest).await;
        let body = json!({"manifest_id": "custom-self", "name": "Self"});
        let begun = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(begun.status, 201, "{begun:?}");
        let url = reqwest::Url::parse(begun.json()["authorization_url"].as_str().unwrap()).unwrap();
        let of = |name: &str| {
            url.query_pairs()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.into_owned())
                .unwrap()
        };
        (of("client_id"), of("redirect_uri"))
    };
    let options = || Options::default().connect_to(hosts.address, &hosts.root);
    let app = options().var("public_url", "https://nexus.example.com").start().await.unwrap();
    let (client_id, redirect_uri) = begin(&app).await;
    assert_eq!(client_id, "https://nexus.example.com/api/oauth/callback/custom-self/client.json");
    let document = app.get("/api/oauth/callback/custom-self/client.json").send().await;
    let document = document.json();
    assert_eq!(document["client_id"], client_id, "{document}");
    assert_eq!(document["redirect_uris"], json!([redirect_uri]), "{document}");
    assert_eq!(document["token_endpoint_auth_method"], "none", "{document}");
    let common = app.get("/api/oauth/callback/client.json").send().await.json();
    assert_eq!(common["redirect_uris"], json!(["https://nexus.example.com/api/oauth/callback"]));
    let apps = app.get("/api/oauth-clients").as_admin().send().await.json();
    assert_eq!(apps["items"], json!([]), "no app was registered: {apps}");
    app.get("/api/oauth/callback/stripe/client.json").send().await.problem(404, "not_found");

    // A provider cannot fetch it from an application without https. Then the app registers itself.
    let app = options().start().await.unwrap();
    app.save(&manifest).await;
    let document = app.get("/api/manifests/custom-self").as_admin().send().await.json();
    let vendor = Arc::new(Vendor::of(&document));
    hosts.serve(&[Arc::clone(&vendor)]);
    assert_eq!(connect(&app, &vendor).await.status, 200);
    assert_eq!(vendor.state().registered, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_does_not_replace_the_app_of_a_connection() {
    if is_spin() {
        return;
    }
    let (app, _hosts, vendor) = stage("none").await;
    assert_eq!(connect(&app, &vendor).await.status, 200);
    assert_eq!(vendor.state().registered, 1);
    let mut moved = manifest("none");
    moved["oauth2"]["token_url"] = "https://login.acme.example/token".into();
    let path = "/api/manifests/custom-self?believe_effect=true";
    let saved = app.put(path).as_admin().json(&moved).send().await;
    assert_eq!(saved.status, 200, "{saved:?}");

    // The app does not fit the new token host, and the connection needs it: an ADMIN decides.
    let body = json!({"manifest_id": "custom-self", "name": "Another"});
    let begin = async || app.post("/api/integrations").as_admin().json(&body).send().await;
    begin().await.problem(422, "oauth_client_missing");
    assert_eq!(vendor.state().registered, 1);
    let apps = app.get("/api/oauth-clients").as_admin().send().await.json();
    assert_eq!(apps["items"][0]["client_id"], vendor.client.0, "{apps}");

    // Nothing needs it any more.
    let deleted = app.delete("/api/integrations/custom-self").as_admin().send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(begin().await.status, 201);
    assert_eq!(vendor.state().registered, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_s_tokens_are_revoked_without_its_app() {
    if is_spin() {
        return;
    }
    for (client_auth, state) in [("none", "revoked"), ("post", "failed")] {
        let (app, _hosts, vendor) = stage(client_auth).await;
        assert_eq!(connect(&app, &vendor).await.status, 200);
        let deleted = app.delete("/api/oauth-clients/custom-self").as_admin().send().await;
        assert_eq!(deleted.status, 204, "{deleted:?}");
        let deleted = app.delete("/api/integrations/custom-self").as_admin().send().await;
        let receipts = deleted.json()["revocation"].as_array().unwrap().clone();
        assert_eq!(receipts.len(), 2, "{receipts:?}");
        assert!(receipts.iter().all(|one| one["state"] == state), "{client_auth}: {receipts:?}");
        // Each request names the client, or the vendor would complain.
        let sent = if client_auth == "none" { 2 } else { 0 };
        assert_eq!(vendor.state().count(Kind::Revoke), sent, "{client_auth}");
        assert!(vendor.state().complaints.is_empty(), "{:?}", vendor.state().complaints);
    }
}
