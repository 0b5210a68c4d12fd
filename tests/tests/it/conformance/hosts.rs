//! Hosts that the manifest does not name itself: one that an admin enters, one that a token response names, and a
//! refresh URL on a host of its own. Whoever moves one of them would get the credential.

use std::sync::Arc;

use serde_json::{Value, json};

use super::journey::{connect, reconnect, travel};
use super::tls::Hosts;
use super::vendor::{Kind, Vendor};
use crate::kit::app::{App, Options};
use crate::kit::process::is_spin;

/// The application, and the providers of these manifests on all hosts. `None` on Spin, which cannot be told where to
/// connect to.
async fn with(ids: &[&str]) -> Option<(App, Hosts, Vec<Arc<Vendor>>)> {
    if is_spin() {
        return None;
    }
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    let mut vendors = Vec::new();
    for id in ids {
        let path = format!("/api/manifests/{id}");
        let manifest = app.get(&path).as_admin().send().await.json();
        vendors.push(Arc::new(Vendor::of(&manifest)));
    }
    hosts.serve(&vendors);
    Some((app, hosts, vendors))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entered_host_is_public_and_stays_as_it_was_entered() {
    let Some((app, hosts, vendors)) = with(&["discourse"]).await else { return };
    let vendor = &vendors[0];
    let ask = async |host: &str| {
        let body = json!({"manifest_id": "discourse", "name": host, "params": {"host": host},
            "credentials": vendor.fields});
        app.post("/api/integrations").as_admin().json(&body).send().await
    };
    for host in [
        "forum",
        "https://forum.acme.com",
        "forum.acme.com/x",
        "forum.acme.com:8443",
        "u@forum.acme.com",
        "Forum.acme.com",
        "127.0.0.1",
        "2130706433",
        "0x7f.0.0.1",
        "[::1]",
        "forum.acme.com.",
        "forum..com",
    ] {
        let problem = ask(host).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/params/host", "{host}: {problem}");
    }
    for host in ["broker.spin.internal", "forum.local", "forum.internal", "a.localhost"] {
        let refused = ask(host).await;
        assert_eq!(refused.json()["code"], "egress_denied", "{host}: {refused:?}");
    }
    assert!(vendor.state().arrived.is_empty() && hosts.strays().is_empty());

    // A MANAGER names no host.
    let named = json!({"manifest_id": "discourse", "name": "Evil", "params": {"host": "evil.example"},
        "credentials": vendor.fields, "verify": false});
    let refused =
        app.post("/api/integrations").as_role("MANAGER", "acme").json(&named).send().await;
    refused.problem(403, "forbidden");

    assert_eq!(connect(&app, vendor).await.status, 201);
    let body = json!({"params": {"host": "evil.example"}, "credentials": vendor.fields});
    let moved =
        app.put("/api/integrations/discourse").as_role("MANAGER", "acme").json(&body).send().await;
    moved.problem(403, "forbidden");
    let same = json!({"params": vendor.params, "credentials": vendor.fields});
    let kept =
        app.put("/api/integrations/discourse").as_role("MANAGER", "acme").json(&same).send().await;
    assert_eq!(kept.status, 200, "the host is the one that an ADMIN has named: {kept:?}");
    // Who may change the parameters cannot take the key to another host.
    let body = json!({"params": {"host": "evil.example"}});
    let moved = app.put("/api/integrations/discourse").as_admin().json(&body).send().await;
    moved.problem(422, "credentials_required");
    let agent = app.put("/api/integrations/discourse").as_role("AGENT", "acme").json(&body);
    assert_eq!(agent.send().await.status, 403);
    // Nor can who may change the row.
    let changed = "update integrations set params = '{\"host\":\"evil.example\"}'";
    app.database().execute(changed, []).unwrap();
    let arrived = vendor.state().arrived.len();
    let call = app.get("/api/proxy/discourse/latest.json").as_role("AGENT", "acme").send().await;
    assert!(call.status.is_client_error() || call.status.is_server_error(), "{call:?}");
    let checked = app.post("/api/integrations/discourse/check").as_admin().send().await;
    assert_ne!(checked.json()["health"]["state"], "healthy", "{checked:?}");
    assert_eq!((vendor.state().arrived.len(), hosts.strays().len()), (arrived, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_of_the_token_response_outside_its_domains_gets_nothing() {
    let Some((app, hosts, vendors)) = with(&["pipedrive-oauth"]).await else { return };
    let vendor = &vendors[0];
    for lie in [
        "https://evil.example",
        "https://pipedrive.com.evil.example",
        "https://evilpipedrive.com",
        "https://acme.pipedrive.com@evil.example",
        "https://acme.pipedrive.com:8443",
        "http://acme.pipedrive.com",
        "https://acme.pipedrive.com/evil",
        "https://broker.spin.internal",
        "127.0.0.1",
        "",
    ] {
        vendor.state().lie = Some(lie.to_owned());
        let page = connect(&app, vendor).await;
        assert_eq!(page.header("x-nexus-error"), "provider_error", "{lie}: {page:?}");
        assert!(!page.text.contains("evil"), "{lie}: {page:?}");
        app.delete("/api/integrations/pipedrive-oauth").as_admin().send().await;
    }
    let asked = |kind: Kind| vendor.state().count(kind);
    assert_eq!((asked(Kind::Verify), asked(Kind::Call)), (0, 0));
    let at: Vec<String> = vendor.state().arrived.iter().map(|one| one.host.clone()).collect();
    assert!(at.iter().all(|host| host == "oauth.pipedrive.com"), "{at:?}");

    vendor.state().lie = Some("https://beta.pipedrive.com".to_owned());
    vendor.state().complaints.clear();
    let page = connect(&app, vendor).await;
    assert_eq!(page.status, 200, "{page:?}");
    let one = app.get("/api/integrations/pipedrive-oauth").as_admin().send().await.json();
    assert_eq!(one["params"]["api_domain"], "beta.pipedrive.com", "{one}");
    // Another company is another account, whatever its own host would say.
    vendor.state().lie = Some("https://gamma.pipedrive.com".to_owned());
    let page = reconnect(&app, vendor).await;
    assert_eq!(page.header("x-nexus-error"), "account_mismatch", "{page:?}");
    let one = app.get("/api/integrations/pipedrive-oauth").as_admin().send().await.json();
    assert_eq!(one["params"]["api_domain"], "beta.pipedrive.com", "{one}");
    vendor.state().lie = Some("https://beta.pipedrive.com".to_owned());
    // Who may change the row cannot take the token to another company, nor to another domain.
    for host in ["acme.pipedrive.com", "evil.example"] {
        let changed = format!("update integrations set params = '{{\"api_domain\":\"{host}\"}}'");
        app.database().execute(&changed, []).unwrap();
        let arrived = vendor.state().arrived.len();
        let path = "/api/proxy/pipedrive-oauth/api/v1/deals";
        let call = app.get(path).as_role("AGENT", "acme").send().await;
        assert!(!call.status.is_success(), "{host}: {call:?}");
        assert_eq!((vendor.state().arrived.len(), hosts.strays().len()), (arrived, 0), "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_refreshed_at_the_refresh_url() {
    if is_spin() {
        return;
    }
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    let mut manifest = json!({
        "id": "custom-refresh", "name": "Refresh", "auth_method": "oauth2",
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "oauth2": {
            "authorization_url": "https://www.acme.example/oauth", "token_url": "https://api.acme.example/token",
            "pkce": true, "client_auth": "basic", "scopes": {"default": ["read"]},
            "refresh": {"url": "https://refresh.acme.example/token?again=1", "rotates": true},
        },
        "api": {"base_url": "https://api.acme.example/v1", "hosts": ["api.acme.example"]},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id", "label": "/name"}},
        "revoke": {"tokens": ["refresh_token", "access_token"], "effect": "token",
            "rfc7009": {"url": "https://api.acme.example/revoke", "client_auth": "basic"}},
    });
    app.save(&manifest).await;
    // The document with its defaults.
    manifest = app.get("/api/manifests/custom-refresh").as_admin().send().await.json();
    let vendor = Arc::new(Vendor::of(&manifest));
    hosts.serve(&[Arc::clone(&vendor)]);
    let row = travel(&app, &vendor).await.unwrap();
    assert!(row.refreshed && row.revoked && row.verified, "{row:?}");
    let refreshes: Vec<String> = vendor
        .state()
        .arrived
        .iter()
        .filter(|one| one.kind == Kind::Refresh)
        .map(|one| format!("{}{}", one.host, one.request.target()))
        .collect();
    assert!(refreshes.len() >= 2, "{refreshes:?}");
    assert!(
        refreshes.iter().all(|url| url == "refresh.acme.example/token?again=1"),
        "{refreshes:?}"
    );

    // A refresh URL that is moved gets no secret: a connection keeps its version of the manifest, and for a new one the
    // OAuth app must be entered again.
    manifest["oauth2"]["refresh"]["url"] = Value::from("https://evil.example/token");
    let call = app.put("/api/manifests/custom-refresh?believe_effect=false").as_admin();
    assert_eq!(call.json(&manifest).send().await.status, 200);
    let sql = "update credentials set expires_at = 1, refresh_at = 1";
    app.database().execute(sql, []).unwrap();
    let call = app.get("/api/proxy/custom-refresh/x").as_role("AGENT", "acme").send().await;
    assert_eq!(call.status, 200, "{call:?}");
    assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());
    assert!(vendor.state().arrived.iter().all(|one| one.host != "evil.example"));
    let body = json!({"manifest_id": "custom-refresh", "name": "Again"});
    let again = app.post("/api/integrations").as_admin().json(&body).send().await;
    again.problem(422, "oauth_client_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parameters_of_the_flow_have_the_names_that_the_provider_gives_them() {
    if is_spin() {
        return;
    }
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    let manifest = json!({
        "id": "custom-names", "name": "Names", "auth_method": "oauth2",
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "oauth2": {
            "authorization_url": "https://www.acme.example/oauth", "token_url": "https://api.acme.example/token",
            "pkce": true, "client_auth": "post", "scopes": {"default": ["a", "b"]}, "scope_separator": ",",
            "names": {
                "authorize": {"client_id": "client_key", "redirect_uri": "back_to", "response_type": null,
                    "scope": "rights"},
                "code": "auth_code",
                "token": {"client_id": "client_key", "client_secret": "client_word", "code": "auth_code",
                    "grant_type": null, "redirect_uri": "back_to", "code_verifier": "verifier",
                    "refresh_token": "renewal"},
            },
            "token_params": {"kind": "{client_id}"},
            "refresh": {"rotates": true},
        },
        "api": {"base_url": "https://api.acme.example/v1", "hosts": ["api.acme.example"]},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id", "label": "/name"}},
        "revoke": {"not_revocable": "In the settings", "manage_url": "https://acme.example/apps"},
    });
    app.save(&manifest).await;
    let manifest = app.get("/api/manifests/custom-names").as_admin().send().await.json();
    let vendor = Arc::new(Vendor::of(&manifest));
    hosts.serve(&[Arc::clone(&vendor)]);
    let row = travel(&app, &vendor).await.unwrap();
    assert!(row.refreshed && row.verified, "{row:?}");
}
