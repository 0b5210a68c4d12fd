//! The request that exchanges an entered credential for a token, as a manifest's `login` declares it, and what may go
//! wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::journey::{connect, travel};
use super::oauth::filled;
use super::shape::{fill, list, map, pairs, put, text};
use super::tls::Hosts;
use super::vendor::{Kind, State, Vendor, put_success};
use crate::kit::app::{App, Options};
use crate::kit::process::is_spin;
use crate::kit::upstream::{Reply, Seen};
use crate::tokens::lives::{WITH_WAIT, count_leases, set_gone};

const REQUEST: &str = "/login/request";

impl Vendor {
    fn of_login(&self, pointer: &str) -> &str {
        text(&self.manifest, &format!("{REQUEST}{pointer}"))
    }

    /// Whether a template of `inject` at this place is filled with a signed JWT.
    pub(super) fn is_assertion(&self, place: &str, template: &str) -> bool {
        let is_token = place == "/inject" && self.manifest.pointer(REQUEST).is_none();
        self.registered.is_some()
            && (template.contains("{assertion}") || is_token && template.contains("{access_token}"))
    }

    /// Compares a JWT, which may follow a scheme, with the manifest.
    pub(super) fn check_assertion(
        &self,
        state: &mut State,
        what: &str,
        sent: &str,
        values: &BTreeMap<String, String>,
    ) {
        let jwt = sent.strip_prefix("Bearer ").unwrap_or(sent);
        let checked = self.registered.as_ref().map(|own| own.check(jwt, values));
        if let Some(Err(why)) = checked {
            state.complaints.push(format!("{what}: {why}"));
        }
    }

    /// The reply to a login, whose request is compared with the manifest.
    pub(super) fn login(&self, state: &mut State, request: &Seen) -> Reply {
        state.expect("Login: the method", &self.of_login("/method"), &request.method());
        let mut values = self.params.clone();
        values.extend(self.stored.clone());
        self.check_places(state, "Login", request, "/login/request/inject", &values);
        for (name, value) in map(&self.manifest, "/login/request/headers") {
            let sent = request.all(&name.to_ascii_lowercase());
            state.expect(&format!("Login: the header {name}"), &vec![value.as_str()], &sent);
        }
        let body = String::from_utf8_lossy(&request.body).into_owned();
        if let Some(json) = self.manifest.pointer("/login/request/json") {
            let sent: Value = serde_json::from_str(&body).unwrap_or_default();
            state.expect("Login: the JSON body", &filled(json, &values), &sent);
        } else {
            let mut form = map(&self.manifest, "/login/request/form");
            let mut sent: BTreeMap<String, String> = pairs(&body).into_iter().collect();
            form.retain(|name, value| {
                let is_assertion = value == "{assertion}";
                if is_assertion {
                    let jwt = sent.remove(name).unwrap_or_default();
                    self.check_assertion(state, "Login", &jwt, &values);
                }
                !is_assertion
            });
            form.values_mut().for_each(|value| *value = fill(value, &values));
            state.expect("Login: the form", &form, &sent);
        }
        if state.is_dead {
            return self.refusal();
        }
        state.generation += 1;
        let mut answer = json!({});
        if let Some(success) = self.manifest.pointer("/login/request/success") {
            put_success(&mut answer, success);
        }
        let token = self.access_token(state.generation);
        put(&mut answer, self.of_login("/token_response/access_token"), token.into());
        for (name, value) in
            [("expires_in", json!(3600)), ("expires_at", json!("2999-01-01T00:00:00Z"))]
        {
            let at = self.of_login(&format!("/token_response/{name}"));
            if !at.is_empty() {
                put(&mut answer, at, value);
            }
        }
        for param in list(&self.manifest, "/params") {
            let at = text(param, "/from/token_response");
            if !at.is_empty() {
                let value = || self.params[text(param, "/name")].clone();
                put(&mut answer, at, state.lie.clone().unwrap_or_else(value).into());
            }
        }
        Reply::json(200, &answer)
    }

    /// The response to a credential that is not valid: the first that the manifest lists, or a 401.
    fn refusal(&self) -> Reply {
        let mut body = json!({"message": "no such credential"});
        let Some(sign) = list(&self.manifest, "/login/request/refused_on").next() else {
            return Reply::json(401, &body);
        };
        let status = sign.as_u64().or_else(|| sign["status"].as_u64()).unwrap();
        if !text(sign, "/pointer").is_empty() {
            put(&mut body, text(sign, "/pointer"), sign["equals"].clone());
        }
        Reply::json(status.try_into().unwrap(), &body)
    }
}

/// A manifest of a workspace: two secrets in the body and in a header, a parameter from the response, a token that is
/// revoked.
fn manifest() -> Value {
    json!({
        "id": "custom-login", "name": "Login", "auth_method": "login",
        "params": [
            {"name": "site", "label": "Site", "pattern": "[a-z0-9]+", "example": "acme"},
            {"name": "realm", "label": "Realm", "pattern": "[a-z]+", "example": "main"},
            {"name": "org", "label": "Organization", "pattern": "[0-9]+", "example": "4711",
                "from": {"token_response": "/org/id"}}],
        "credentials": [
            {"name": "user", "label": "User", "secret": false},
            {"name": "password", "label": "Password", "secret": true},
            {"name": "app_key", "label": "Key of the app", "secret": true}],
        "inject": [
            {"in": "header", "name": "Authorization", "value": "Session {access_token}"},
            {"in": "header", "name": "X-App-Key", "value": "{app_key}"}],
        "login": {
            "request": {
                "method": "POST", "url": "https://{site}.acme.example/login?v=2",
                "inject": [{"in": "header", "name": "X-App-Key", "value": "{app_key}"}],
                "headers": {"X-Version": "3"},
                "json": {"credentials": {"user": "{user}", "password": "{password}"}, "realm": "{realm}", "kind": "machine"},
                "success": {"pointer": "/ok", "equals": true, "error": "/why"},
                "refused_on": [{"status": 200, "pointer": "/why", "equals": "wrong password"}],
                "token_response": {"access_token": "/session/token", "lifetime_seconds": 600},
            },
            "wait_seconds": 20,
        },
        "api": {"base_url": "https://{site}.acme.example", "hosts": ["{site}.acme.example"]},
        "verify": {"method": "GET", "path": "/orgs/{org}/me", "account": {"id": "/id", "label": "/name"}},
        "revoke": {"tokens": ["access_token"], "effect": "token",
            "request": {"method": "POST", "url": "https://{site}.acme.example/logout", "auth": "token"}},
    })
}

/// The application and the provider of [`manifest`]. `None` on Spin, which cannot be told where to connect to.
async fn start() -> Option<(App, Hosts, Arc<Vendor>)> {
    if is_spin() {
        return None;
    }
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    app.save(&manifest()).await;
    let saved = app.get("/api/manifests/custom-login").as_admin().send().await.json();
    let vendor = Arc::new(Vendor::of(&saved));
    hosts.serve(&[Arc::clone(&vendor)]);
    Some((app, hosts, vendor))
}

fn expire(app: &App) {
    let sql = "update credentials set expires_at = 1, refresh_at = 1";
    assert_eq!(app.database().execute(sql, []).unwrap(), 1);
}

async fn call(app: &App) -> crate::kit::app::Answer {
    app.get("/api/proxy/custom-login/x").as_role("AGENT", "acme").send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_a_workspace_does_what_it_declares() {
    let Some((app, _hosts, vendor)) = start().await else { return };
    let row = travel(&app, &vendor).await.unwrap();
    assert!(row.refreshed && row.revoked && row.verified, "{row:?}");
}

/// A token of ten minutes is renewed once for all calls that need it, and the credential stays where it was entered for.
#[tokio::test(flavor = "multi_thread")]
async fn many_calls_log_in_once_and_no_secret_is_shown() {
    let Some((app, hosts, vendor)) = start().await else { return };
    assert_eq!(connect(&app, &vendor).await.status, 201);
    let one = app.get("/api/integrations/custom-login").as_admin().send().await.json();
    assert_eq!(one["params"]["org"], "4711", "{one}");
    assert!(one["credential"]["expires_at"].is_string(), "{one}");
    expire(&app);
    let before = vendor.state().count(Kind::Refresh);
    let calls = futures::future::join_all((0..20).map(|_| call(&app))).await;
    assert!(calls.iter().all(|answer| answer.status == 200), "{calls:?}");
    assert_eq!(vendor.state().count(Kind::Refresh) - before, 1);

    // An agent does not log in or out itself.
    for path in ["login", "LOGIN", "logout", "%6cogin", "x/..%2flogin"] {
        let target = format!("/api/proxy/custom-login/{path}");
        let answer = app.post(&target).as_role("AGENT", "acme").send().await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
    }
    assert_eq!(vendor.state().count(Kind::Refresh) - before, 1);

    let events = app.get("/api/integrations/custom-login/events").as_admin().send().await.text;
    let secrets = [&vendor.fields["password"], &vendor.fields["app_key"], &vendor.access_token(2)];
    for secret in secrets {
        for text in [&one.to_string(), &events, &app.log()] {
            assert!(!text.contains(secret.as_str()), "a secret in {text}");
        }
        app.ensure_not_stored(secret);
    }
    assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());
}

/// A login uses up nothing, so a lease whose holder is gone is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn no_lease_of_a_login_is_waited_for() {
    let Some((app, _hosts, vendor)) = start().await else { return };
    assert_eq!(connect(&app, &vendor).await.status, 201);
    count_leases(&app);
    set_gone(&app, 1000);
    let answer = call(&app).await;
    let leases = app.count("leases");
    assert_eq!((answer.status.as_u16(), leases >= WITH_WAIT), (200, false), "{leases} {answer:?}");
    assert!(leases > 0);
}

/// A login that is refused stores nothing. One that ends later asks for a person, who enters another credential.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_asks_for_a_person_and_trouble_does_not() {
    let Some((app, _hosts, vendor)) = start().await else { return };
    vendor.state().is_dead = true;
    let refused = connect(&app, &vendor).await;
    refused.problem(422, "credential_refused");
    vendor.state().is_dead = false;
    assert_eq!(app.count("integrations"), 0);

    // A response that does not fit: the token was made, so it is revoked.
    vendor.state().lie = Some("not a number".to_owned());
    let odd = connect(&app, &vendor).await;
    assert_eq!(odd.json()["code"], "provider_error", "{odd:?}");
    vendor.state().lie = None;
    assert_eq!((app.count("integrations"), app.count("outbox")), (0, 1));

    assert_eq!(connect(&app, &vendor).await.status, 201);
    expire(&app);
    vendor.state().is_dead = true;
    let answer = call(&app).await;
    assert_eq!(answer.json()["code"], "reauthorization_required", "{answer:?}");
    let one = app.get("/api/integrations/custom-login").as_admin().send().await.json();
    assert_eq!(one["health"]["state"], "reauthorize", "{one}");
    assert_eq!(one["health"]["next_action"], "replace_key", "{one}");
    vendor.state().is_dead = false;
    let body = json!({"credentials": vendor.fields});
    let renewed = app.put("/api/integrations/custom-login").as_admin().json(&body).send().await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(call(&app).await.status, 200);
}

/// A token belongs to the parameters that it was obtained with.
#[tokio::test(flavor = "multi_thread")]
async fn other_parameters_need_another_login() {
    let Some((app, _hosts, vendor)) = start().await else { return };
    assert_eq!(connect(&app, &vendor).await.status, 201);
    let put = async |body: Value| {
        app.put("/api/integrations/custom-login").as_admin().json(&body).send().await
    };
    for params in [json!({"site": "beta"}), json!({"realm": "other"})] {
        let refused = put(json!({"params": params})).await;
        refused.problem(422, "credentials_required");
    }
    // The response supplies this one, so nobody enters it.
    put(json!({"params": {"org": "1"}})).await.problem(422, "invalid");
    assert_eq!(put(json!({"params": {"realm": "main"}})).await.status, 200);
    assert_eq!(call(&app).await.status, 200);
}

/// Who may change the row cannot take the credential elsewhere, neither by a login nor by a call.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_goes_to_no_host_that_it_was_not_entered_for() {
    let Some((app, hosts, vendor)) = start().await else { return };
    assert_eq!(connect(&app, &vendor).await.status, 201);
    for params in
        [r#"{"site":"evil","realm":"main","org":"4711"}"#, r#"{"site":"evil","realm":"main"}"#]
    {
        let changed = format!("update integrations set params = '{params}'");
        app.database().execute(&changed, []).unwrap();
        expire(&app);
        let arrived = vendor.state().arrived.len();
        let answer = call(&app).await;
        assert!(!answer.status.is_success(), "{params}: {answer:?}");
        let checked = app.post("/api/integrations/custom-login/check").as_admin().send().await;
        assert_ne!(checked.json()["health"]["state"], "healthy", "{params}: {checked:?}");
        assert_eq!((vendor.state().arrived.len(), hosts.strays().len()), (arrived, 0), "{params}");
    }

    // Nor does the URL of the login move for a connection of an own manifest: it keeps its version.
    let restored = r#"update integrations set params = '{"site":"acme","realm":"main","org":"4711"}', health = 'healthy'"#;
    app.database().execute(restored, []).unwrap();
    app.database().execute("update credentials set lease_until = 0, attempt = null", []).unwrap();
    let mut moved = manifest();
    moved["login"]["request"]["url"] = Value::from("https://evil.example/login");
    let call_put = app.put("/api/manifests/custom-login?believe_effect=false").as_admin();
    assert_eq!(call_put.json(&moved).send().await.status, 200);
    expire(&app);
    assert_eq!(call(&app).await.status, 200);
    assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());
    assert!(vendor.state().arrived.iter().all(|one| one.host == "acme.acme.example"));
}
