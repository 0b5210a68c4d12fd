//! Manifests that are drafted from what an MCP server says of its authorization (RFC 9728, RFC 8414): saved and connected as
//! they are, and servers that say something else than they should.

use std::sync::Arc;

use serde_json::{Value, json};

use super::journey::travel;
use super::tls::Hosts;
use super::vendor::Vendor;
use crate::kit::app::{Answer, App, Options};
use crate::kit::process::is_spin;

const SERVER: &str = "https://mcp.acme.example/mcp";
const RESOURCE: &str = "mcp.acme.example/.well-known/oauth-protected-resource/mcp";
const AUTHORIZATION: &str = "auth.acme.example/.well-known/oauth-authorization-server";

fn resource() -> Value {
    json!({"resource": SERVER, "authorization_servers": ["https://auth.acme.example"],
        "resource_name": "Acme tools", "scopes_supported": ["read", "write"]})
}

fn authorization() -> Value {
    json!({
        "issuer": "https://auth.acme.example",
        "authorization_endpoint": "https://auth.acme.example/authorize",
        "token_endpoint": "https://auth.acme.example/token",
        "registration_endpoint": "https://auth.acme.example/register",
        "revocation_endpoint": "https://auth.acme.example/revoke",
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post"],
    })
}

async fn stage() -> (App, Hosts) {
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    hosts.publish(RESOURCE, resource());
    hosts.publish(AUTHORIZATION, authorization());
    (app, hosts)
}

async fn draft(app: &App, url: &str) -> Answer {
    app.post("/api/manifests/draft").as_admin().json(&json!({"url": url})).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_saved_and_connected_as_it_is() {
    if is_spin() {
        return;
    }
    let (app, hosts) = stage().await;
    let drafted = draft(&app, SERVER).await;
    assert_eq!(drafted.status, 200, "{drafted:?}");
    let id = app.save(&drafted.json()).await;
    assert_eq!(id, "custom-mcp-acme-example");
    let manifest = app.get(&format!("/api/manifests/{id}")).as_admin().send().await.json();
    assert_eq!(manifest["name"], "Acme tools (mcp.acme.example)");
    let vendor = Arc::new(Vendor::of(&manifest));
    hosts.serve(&[Arc::clone(&vendor)]);
    let row = travel(&app, &vendor).await.unwrap();
    assert!(row.refreshed && row.revoked, "{row:?}");
    assert_eq!(vendor.state().registered, 1);
    // A later response of the server changes nothing.
    let mut moved = authorization();
    moved["token_endpoint"] = "https://evil.example/token".into();
    hosts.publish(AUTHORIZATION, moved);
    let again = app.get(&format!("/api/manifests/{id}")).as_admin().send().await.json();
    assert_eq!(again["oauth2"]["token_url"], "https://auth.acme.example/token");
    assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_something_else_gives_no_draft() {
    if is_spin() {
        return;
    }
    let (app, hosts) = stage().await;
    for url in [
        "",
        "mcp.acme.example",
        "http://mcp.acme.example/mcp",
        "https://u:p@mcp.acme.example/mcp",
        "https://mcp.acme.example/mcp?x=1",
        "https://mcp.acme.example/mcp#x",
        "file:///etc/passwd",
    ] {
        let problem = draft(&app, url).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}: {problem}");
    }
    for url in ["https://127.0.0.1/mcp", "https://broker.spin.internal/", "https://mcp.internal/"] {
        draft(&app, url).await.problem(502, "egress_denied");
    }
    let manager = app.post("/api/manifests/draft").as_role("MANAGER", "acme");
    manager.json(&json!({"url": SERVER})).send().await.problem(403, "forbidden");

    let changed = |mut document: Value, name: &str, value: Value| {
        document[name] = value;
        document
    };
    for (name, value, words) in [
        ("resource", json!("https://evil.example/mcp"), "another resource"),
        ("resource", json!("https://mcp.acme.example/other"), "another resource"),
        ("resource", json!(null), "another resource"),
        ("authorization_servers", json!([]), "does not name an https authorization server"),
        (
            "authorization_servers",
            json!(["http://auth.acme.example"]),
            "does not name an https authorization server",
        ),
        ("authorization_servers", json!(["https://none.acme.example"]), "no metadata document"),
    ] {
        hosts.publish(RESOURCE, changed(resource(), name, value.clone()));
        let problem = draft(&app, SERVER).await.problem(502, "provider_error");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{name} {value}: {problem}");
    }
    hosts.publish(RESOURCE, resource());
    for (name, value, words) in [
        ("issuer", json!("https://evil.example"), "another `issuer`"),
        ("issuer", json!(null), "another `issuer`"),
        ("token_endpoint", json!(null), "token_endpoint"),
        ("authorization_endpoint", json!(7), "authorization_endpoint"),
        (
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt"]),
            "client_secret_basic",
        ),
    ] {
        hosts.publish(AUTHORIZATION, changed(authorization(), name, value.clone()));
        let problem = draft(&app, SERVER).await.problem(502, "provider_error");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{name} {value}: {problem}");
    }
    // An endpoint inside is found when the draft is saved.
    let inside =
        changed(authorization(), "token_endpoint", json!("https://broker.spin.internal/v1/seal"));
    hosts.publish(AUTHORIZATION, inside);
    let drafted = draft(&app, SERVER).await.json();
    let saved = app.post("/api/manifests").as_admin().json(&drafted).send().await;
    assert_eq!(saved.problem(422, "invalid")["errors"][0]["pointer"], "/oauth2/token_url");
    // A server without metadata of its own is its own authorization server.
    let own = changed(authorization(), "issuer", json!("https://old.acme.example"));
    hosts.publish("old.acme.example/.well-known/oauth-authorization-server", own);
    let drafted = draft(&app, "https://old.acme.example/sse").await;
    assert_eq!(drafted.status, 200, "{drafted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_server_of_somebody_else_is_confirmed_first() {
    if is_spin() {
        return;
    }
    let (app, hosts) = stage().await;
    let mut lying = resource();
    lying["authorization_servers"] = json!(["https://login.other.example"]);
    hosts.publish(RESOURCE, lying);
    let mut other = authorization();
    other["issuer"] = "https://login.other.example".into();
    let place = "login.other.example/.well-known/oauth-authorization-server";
    hosts.publish(place, other.clone());
    let confirm = async |issuer: &str| {
        let body = json!({"url": SERVER, "authorization_server": issuer});
        app.post("/api/manifests/draft").as_admin().json(&body).send().await
    };
    for refused in [draft(&app, SERVER).await, confirm("https://auth.acme.example").await] {
        let problem = refused.problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], "/authorization_server", "{problem}");
        for host in ["mcp.acme.example", "https://login.other.example"] {
            assert!(error["detail"].as_str().unwrap().contains(host), "{problem}");
        }
    }
    let confirmed = confirm("https://login.other.example").await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");

    // An authorization server that says which resources it serves is believed.
    for (listed, status) in [(json!([]), 502), (json!([format!("{SERVER}/")]), 200)] {
        other["protected_resources"] = listed;
        hosts.publish(place, other.clone());
        let answer = confirm("https://login.other.example").await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_is_not_its_own_authorization_server() {
    if is_spin() {
        return;
    }
    let (app, hosts) = stage().await;
    let mut own = authorization();
    own["issuer"] = "https://mcp.acme.example".into();
    hosts.publish("mcp.acme.example/.well-known/oauth-authorization-server", own);
    for status in [403, 429, 500, 503] {
        hosts.fail(RESOURCE, status, json!({}));
        let problem = draft(&app, SERVER).await.problem(502, "provider_error");
        assert!(problem["detail"].as_str().unwrap().contains(&status.to_string()), "{problem}");
    }
    for status in [401, 404, 410] {
        hosts.fail(RESOURCE, status, json!({}));
        assert_eq!(draft(&app, SERVER).await.status, 200, "{status}");
    }
}
