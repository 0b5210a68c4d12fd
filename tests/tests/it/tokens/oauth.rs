//! OAuth 2.0 against a server that follows the standards exactly, and against one that does not.

use std::time::Duration;

use nexus_simulators::{Kind, Misbehaviour, Simulator, TokenState};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options, key};

pub(crate) const CLIENT: &str = "nexus-client";
pub(crate) const SECRET: &str = "nexus-client-secret-0123456789";

/// An application with a provider, and the connection `Primary` between them.
pub(crate) struct Pair {
    pub(crate) app: App,
    pub(crate) provider: Simulator,
    pub(crate) manifest_id: String,
}

/// The manifest of a server that follows the standards, at `origin`.
pub(crate) fn manifest(origin: &str) -> Value {
    let host = origin.strip_prefix("http://").unwrap();
    json!({
        "id": "custom-strict", "name": "Strict", "auth_method": "oauth2",
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "oauth2": {
            "authorization_url": format!("{origin}/authorize"), "token_url": format!("{origin}/token"),
            "issuer": origin, "pkce": true, "client_auth": "basic",
            "scopes": {"default": ["profile", "mail"]}, "refresh": {"rotates": true},
        },
        "api": {"base_url": origin, "hosts": [host]},
        "verify": {"method": "GET", "path": "/userinfo", "account": {"id": "/sub", "label": "/name"}},
        "revoke": {"tokens": ["refresh_token", "access_token"], "effect": "token",
            "rfc7009": {"url": format!("{origin}/revoke"), "client_auth": "basic"}},
    })
}

/// The parameters that an app must list: those in the host of a URL that gets the secret, with their
/// examples.
fn pinned(manifest: &Value) -> Value {
    let urls =
        ["/oauth2/token_url", "/oauth2/refresh/url", "/revoke/request/url", "/revoke/rfc7009/url"];
    let hosts: Vec<&str> = urls
        .iter()
        .filter_map(|pointer| manifest.pointer(pointer)?.as_str()?.split('/').nth(2))
        .collect();
    let params = manifest["params"].as_array().into_iter().flatten();
    let in_hosts = params.filter(|param| {
        let name = format!("{{{}}}", param["name"].as_str().unwrap());
        hosts.iter().any(|host| host.contains(&name)) && param["choices"].is_null()
    });
    in_hosts
        .map(|param| (param["name"].as_str().unwrap().to_owned(), json!([param["example"]])))
        .collect()
}

impl Pair {
    pub(crate) async fn start(kind: Kind) -> Self {
        let (app, provider) = (App::start().await, Simulator::start(kind, 0).await.unwrap());
        let manifest = manifest(&provider.origin());
        Self::introduce(app, provider, &manifest, CLIENT, SECRET).await
    }

    /// The same server, with an ADMIN's confirmation that a revocation ends one token only.
    pub(crate) async fn believed() -> Self {
        let (app, provider) =
            (App::start().await, Simulator::start(Kind::Strict, 0).await.unwrap());
        let mut manifest = manifest(&provider.origin());
        manifest["revoke"]["effect_source"] = json!("https://strict.example/docs/revocation");
        Self::introduce(app, provider, &manifest, CLIENT, SECRET).await
    }

    /// A provider of `kind`, with the built-in manifest `id` and only its origins changed.
    pub(crate) async fn built_in(kind: Kind, id: &str) -> Self {
        let (app, provider) = (App::start().await, Simulator::start(kind, 0).await.unwrap());
        let manifest = app.custom(id, &provider).await;
        let (client, secret) = kind.default_client().unwrap();
        Self::introduce(app, provider, &manifest, client, secret).await
    }

    /// Registers `manifest` and an OAuth app in the application.
    pub(crate) async fn introduce(
        app: App,
        provider: Simulator,
        manifest: &Value,
        client: &str,
        secret: &str,
    ) -> Self {
        app.save(manifest).await;
        let manifest_id = manifest["id"].as_str().unwrap().to_owned();
        let pins = pinned(manifest);
        let body = json!({"client_id": client, "client_secret": secret, "params": pins});
        let call = app.put(&format!("/api/oauth-clients/{manifest_id}")).as_admin();
        let answer = call.json(&body).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(!answer.text.contains(secret));
        let redirect_uri = answer.json()["redirect_uri"].as_str().unwrap().to_owned();
        provider.register_client(client, secret, &[&redirect_uri]);
        Self { app, provider, manifest_id }
    }

    /// The same application and provider, with another manifest.
    pub(crate) async fn with(self, manifest: &Value) -> Self {
        Self::introduce(self.app, self.provider, manifest, CLIENT, SECRET).await
    }

    async fn begin(&self) -> Flow {
        self.begin_with(json!({})).await
    }

    /// Begins the connection `Primary`, with more members in the request.
    pub(crate) async fn begin_with(&self, more: Value) -> Flow {
        let mut body = json!({"manifest_id": self.manifest_id, "name": "Primary"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["health"]["state"], "pending");
        Flow::of(&answer)
    }

    pub(crate) async fn again(&self, body: Value) -> Flow {
        let call = self.app.post("/api/integrations/primary/authorize").as_admin();
        let answer = call.json(&body).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Flow::of(&answer)
    }

    pub(crate) async fn connect(&self) -> Value {
        self.connect_with(json!({})).await
    }

    pub(crate) async fn connect_with(&self, more: Value) -> Value {
        self.begin_with(more).await.finish(&self.app).await;
        self.get().await
    }

    pub(crate) async fn get(&self) -> Value {
        self.app.get("/api/integrations/primary").as_admin().send().await.json()
    }

    pub(crate) async fn check(&self) -> Answer {
        self.app.post("/api/integrations/primary/check").as_admin().send().await
    }

    pub(crate) async fn delete(&self) -> Answer {
        self.app.delete("/api/integrations/primary").as_admin().send().await
    }

    /// A check whose response may be lost because the process is killed.
    pub(crate) async fn check_or_nothing(&self) {
        let call = self.app.post("/api/integrations/primary/check").as_admin();
        let _ = call.try_send().await;
    }

    /// A delete whose response may be lost because the process is killed.
    pub(crate) async fn delete_or_nothing(&self, id: &str) {
        let _ = self.app.delete(&format!("/api/integrations/{id}")).as_admin().try_send().await;
    }

    /// Kills the application and starts it again.
    pub(crate) async fn restart(self) -> Self {
        Self { app: self.app.restart().await, ..self }
    }

    /// All ciphertexts in `table`.
    pub(crate) fn ciphertexts(&self, table: &str) -> Vec<Vec<u8>> {
        let database = self.app.database();
        database.rows(&format!("select sealed from {table}"), [], |row| row.get(0)).unwrap()
    }

    /// Makes the access token expire, at the provider and in the application.
    pub(crate) fn expire(&self) {
        self.provider.expire_access_tokens();
        let sql = "update credentials set refresh_at = 1, expires_at = 1";
        self.app.database().execute(sql, []).unwrap();
    }

    fn count(&self, table: &str) -> i64 {
        self.app.count(table)
    }
}

/// A browser that was sent to the provider.
pub(crate) struct Flow {
    /// The URL at the provider.
    pub(crate) url: String,
    cookie: String,
}

impl Flow {
    pub(crate) fn of(answer: &Answer) -> Self {
        let set = answer.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
            assert!(set.contains(part), "{part}: {set}");
        }
        let url = answer.json()["authorization_url"].as_str().unwrap().to_owned();
        Self { url, cookie: set.split(';').next().unwrap().to_owned() }
    }

    /// Visits the provider, which sends the browser back. Returns the callback's path and query.
    pub(crate) async fn consent(&self) -> String {
        let policy = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(policy).build().unwrap();
        let answer = client.get(&self.url).send().await.unwrap();
        assert!(answer.status().is_redirection(), "{answer:?}");
        let to = answer.headers()["location"].to_str().unwrap();
        let path = to.find("/api/").unwrap_or_else(|| panic!("sent to {to}"));
        to[path..].to_owned()
    }

    /// Completes the flow, and checks that it succeeds.
    pub(crate) async fn finish(&self, app: &App) {
        let back = self.consent().await;
        let page = self.come_back(app, &back).await;
        assert_eq!(page.status, 200, "{page:?}");
    }

    pub(crate) async fn come_back(&self, app: &App, back: &str) -> Answer {
        app.get(back).header("cookie", &self.cookie).send().await
    }
}

fn failed(page: &Answer, status: u16, code: &str) {
    assert_eq!((page.status.as_u16(), page.header("x-nexus-error")), (status, code), "{page:?}");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
}

/// Registers `custom-machine`, a manifest with client credentials. Returns the request that connects it.
pub(crate) async fn machine(pair: &Pair) -> Value {
    let mut manifest = manifest(&pair.provider.origin());
    manifest["id"] = json!("custom-machine");
    manifest["auth_method"] = json!("oauth2_client_credentials");
    manifest["credentials"] = json!([
        {"name": "client_id", "label": "Client id", "secret": false},
        {"name": "client_secret", "label": "Client secret", "secret": true}]);
    let oauth2 = manifest["oauth2"].as_object_mut().unwrap();
    for member in ["authorization_url", "issuer", "pkce", "refresh"] {
        oauth2.remove(member);
    }
    manifest["revoke"]["tokens"] = json!(["access_token"]);
    let answer = pair.app.post("/api/manifests").as_admin().json(&manifest).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    json!({"manifest_id": "custom-machine", "name": "Primary",
        "credentials": {"client_id": CLIENT, "client_secret": SECRET}})
}

#[tokio::test]
async fn a_connection_from_consent_to_true_receipts() {
    let pair = Pair::start(Kind::Strict).await;
    pair.provider.set_account("user-7", "Seven <b>");
    let flow = pair.begin().await;
    assert!(flow.url.contains("code_challenge_method=S256"), "{}", flow.url);
    let back = flow.consent().await;
    assert!(back.starts_with("/api/oauth/callback/custom-strict?"), "{back}");
    let page = flow.come_back(&pair.app, &back).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.text.contains("Seven &lt;b&gt;") && !page.text.contains("<b>"), "{page:?}");
    for (header, part) in [
        ("content-security-policy", "frame-ancestors 'none'"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        assert!(page.header(header).contains(part), "{header}: {page:?}");
    }
    assert!(!page.text.contains("<script>") && !page.text.contains("style="), "{page:?}");
    let integration = pair.get().await;
    assert_eq!(integration["health"]["state"], "healthy");
    assert_eq!(integration["account"], json!({"id": "user-7", "label": "Seven <b>"}));
    assert_eq!(integration["scopes"]["granted"], json!(["profile", "mail"]));
    assert_eq!((&integration["version"], pair.count("flows")), (&json!(1), 0));
    assert!(integration["credential"]["expires_at"].is_string(), "{integration}");
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");

    // No token is in any response, the log or the database.
    let tokens = pair.provider.live_tokens();
    assert_eq!(tokens.len(), 2, "{tokens:?}");
    for token in tokens.iter().map(String::as_str).chain([SECRET]) {
        for text in [&page.text, &integration.to_string(), &pair.app.log()] {
            assert!(!text.contains(token));
        }
        pair.app.ensure_not_stored(token);
    }
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    let receipts = deleted.json()["revocation"].clone();
    let states: Vec<_> = receipts
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| (receipt["token"].as_str().unwrap(), receipt["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("refresh_token", "revoked"), ("access_token", "revoked")]);
    assert!(pair.provider.live_tokens().is_empty());
    assert_eq!(pair.count("outbox"), 0);
}

#[tokio::test]
async fn one_of_a_hundred_callbacks_exchanges_the_code() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin().await;
    let back = flow.consent().await;
    let calls = (0..100).map(|_| flow.come_back(&pair.app, &back));
    let pages = futures::future::join_all(calls).await;
    assert_eq!(pages.iter().filter(|page| page.status == 200).count(), 1);
    for page in pages.iter().filter(|page| page.status != 200) {
        failed(page, 400, "flow_invalid");
    }
    assert_eq!(pair.provider.stats().exchanges, 1);
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}

#[tokio::test]
async fn another_browser_consumes_nothing() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin().await;
    let back = flow.consent().await;
    let stranger = format!("nexus-flow={}", "A".repeat(43));
    for cookie in ["", "nexus-flow=short", &stranger, "other=1"] {
        let page = pair.app.get(&back).header("cookie", cookie).send().await;
        failed(&page, 400, "flow_invalid");
    }
    failed(&pair.app.get(&back).send().await, 400, "flow_invalid");
    for broken in
        ["/api/oauth/callback", "/api/oauth/callback?state=x", "/api/oauth/callback?code=1"]
    {
        failed(&flow.come_back(&pair.app, broken).await, 400, "flow_invalid");
    }
    assert_eq!((pair.provider.stats().exchanges, pair.count("flows")), (0, 1));
    // The browser that began the flow can still finish it.
    assert_eq!(flow.come_back(&pair.app, &back).await.status, 200);
}

#[tokio::test]
async fn a_providers_error_is_shown_only_if_state_matches() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin().await;
    pair.provider.deny_next();
    let back = flow.consent().await;
    let forged = "/api/oauth/callback/custom-strict?state=x&error=access_denied\
                  &error_description=call+0800+EVIL";
    let page = flow.come_back(&pair.app, forged).await;
    assert!(!page.text.contains("EVIL"), "{page:?}");
    let page = flow.come_back(&pair.app, &back).await;
    failed(&page, 400, "access_denied");
    assert!(page.text.contains("data-outcome=\"denied\""), "{page:?}");
    assert_eq!(pair.get().await["health"]["state"], "pending");
    // The same browser can start again.
    pair.again(json!({})).await.finish(&pair.app).await;
}

#[tokio::test]
async fn a_flow_ends_after_ten_minutes() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin().await;
    let back = flow.consent().await;
    let sql = "update flows set created_at = created_at - 601000";
    pair.app.database().execute(sql, []).unwrap();
    failed(&flow.come_back(&pair.app, &back).await, 400, "flow_invalid");
    assert_eq!(pair.provider.stats().exchanges, 0);
    pair.again(json!({})).await;
    pair.app.database().execute(sql, []).unwrap();
    assert_eq!(pair.app.tick().await["flows"], 1);
}

#[tokio::test]
async fn an_app_is_needed_and_its_secret_stays_inside() {
    let pair = Pair::start(Kind::Strict).await;
    let body = json!({"manifest_id": "slack", "name": "Slack"});
    let answer = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    let problem = answer.problem(422, "oauth_client_missing");
    assert_eq!(problem["redirect_uri"], "http://127.0.0.1:1/api/oauth/callback");
    let list = pair.app.get("/api/oauth-clients").as_admin().send().await;
    assert_eq!(list.json()["items"][0]["client_id"], CLIENT);
    assert!(!list.text.contains(SECRET), "{list:?}");
    for call in [
        pair.app.get("/api/oauth-clients"),
        pair.app.delete("/api/oauth-clients/custom-strict"),
        pair.app
            .put("/api/oauth-clients/slack")
            .json(&json!({"client_id": "a", "client_secret": "b"})),
    ] {
        call.as_role("MANAGER", "acme").send().await.problem(403, "forbidden");
    }
    for (id, body, status, code) in [
        ("slack", json!({"client_id": "", "client_secret": "b"}), 422, "invalid"),
        ("slack", json!({"client_id": "a", "client_secret": 7}), 422, "invalid"),
        ("slack", json!({"client_id": "a"}), 422, "invalid"),
        ("nobody", json!({"client_id": "a", "client_secret": "b"}), 404, "not_found"),
        ("stripe", json!({"client_id": "a", "client_secret": "b"}), 422, "invalid"),
    ] {
        let path = format!("/api/oauth-clients/{id}");
        pair.app.put(&path).as_admin().json(&body).send().await.problem(status, code);
    }
    let delete = || pair.app.delete("/api/oauth-clients/custom-strict").as_admin();
    assert_eq!(delete().send().await.status, 204);
    delete().send().await.problem(404, "not_found");
    let body = json!({"manifest_id": "custom-strict", "name": "x"});
    let answer = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    answer.problem(422, "oauth_client_missing");
    assert_eq!(pair.count("integrations"), 0);
}

#[tokio::test]
async fn a_manifest_that_moves_does_not_get_the_secret() {
    let pair = Pair::start(Kind::Strict).await;
    let thief = Simulator::start(Kind::Strict, 0).await.unwrap();
    let moved = manifest(&thief.origin());
    let call = pair.app.put("/api/manifests/custom-strict").as_admin();
    assert_eq!(call.json(&moved).send().await.status, 200);
    let body = json!({"manifest_id": "custom-strict", "name": "x"});
    let answer = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    answer.problem(422, "oauth_client_missing");
    assert!(thief.requests().is_empty());
}

#[tokio::test]
async fn connecting_again_keeps_the_account_unless_told_otherwise() {
    let pair = Pair::start(Kind::Strict).await;
    pair.provider.set_account("user-1", "One");
    let first = pair.connect().await;
    let old = pair.provider.live_tokens();
    pair.provider.set_account("user-2", "Two");
    let flow = pair.again(json!({})).await;
    let back = flow.consent().await;
    failed(&flow.come_back(&pair.app, &back).await, 403, "account_mismatch");
    // The old tokens stay valid, and the new ones are revoked.
    pair.app.tick().await;
    let mut live = pair.provider.live_tokens();
    let mut kept = old.clone();
    live.sort();
    kept.sort();
    assert_eq!(live, kept);
    assert_eq!(pair.check().await.json()["account"]["id"], "user-1");

    pair.again(json!({"accept_account_change": true, "scopes": ["mail"]}))
        .await
        .finish(&pair.app)
        .await;
    let now = pair.get().await;
    assert_eq!((&now["id"], &now["account"]["id"]), (&first["id"], &json!("user-2")));
    assert_eq!(now["scopes"]["requested"], json!(["mail"]));
    pair.app.tick().await;
    for token in &old {
        assert_eq!(pair.provider.token_state(token), TokenState::Revoked, "{token}");
    }
    assert_eq!((pair.provider.live_tokens().len(), pair.count("outbox")), (2, 0));
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_ends_in_words_never_in_silence() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.expire();
    pair.provider.drop_token_answers(1);
    let lost = pair.check().await.json();
    assert_eq!(lost["health"]["state"], "failing", "{lost}");
    // The provider has revoked the family. The next attempt gets an error that says so.
    pair.app.database().execute("update credentials set lease_until = null", []).unwrap();
    let told = pair.check().await.json();
    assert_eq!(told["health"]["state"], "reauthorize", "{told}");
    assert_eq!(told["health"]["next_action"], "reconnect");
    pair.again(json!({})).await.finish(&pair.app).await;
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}

#[tokio::test]
async fn a_grant_that_the_user_ended_is_seen() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.provider.revoke_all_grants();
    let answer = pair.check().await.json();
    assert_eq!(answer["health"]["state"], "reauthorize", "{answer}");
    assert!(pair.provider.stats().refreshes == 0);
}

#[tokio::test]
async fn a_refresh_that_comes_too_late_gives_its_tokens_back() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.expire();
    pair.provider.hold_token_answers();
    let check = pair.check();
    let delete = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let answer = pair.delete().await;
        pair.provider.release_token_answers();
        answer
    };
    let (_, deleted) = tokio::join!(check, delete);
    assert!(deleted.status.is_success(), "{deleted:?}");
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    pair.app.tick().await;
    assert!(pair.provider.live_tokens().is_empty(), "{:?}", pair.provider.live_tokens());
    assert_eq!(pair.count("outbox"), 0);
}

#[tokio::test]
async fn a_failed_revocation_is_retried_until_it_succeeds() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    pair.provider.fail_revocations(2);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, StatusCode::ACCEPTED, "{deleted:?}");
    assert_eq!(deleted.json()["revocation"][0]["state"], "pending");
    assert_eq!(pair.app.tick().await["revoked"], 0, "not before its time");
    let pair = pair.restart().await;
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    assert_eq!(pair.app.tick().await["revoked"], 2);
    assert!(pair.provider.live_tokens().is_empty());
    let path = format!("/api/integrations/{id}/events");
    let events = pair.app.get(&path).as_admin().send().await.json();
    let revoked = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "integration.revocation")
        .filter(|event| event["detail"]["state"] == "revoked")
        .count();
    assert_eq!(revoked, 2, "{events}");
}

#[tokio::test]
async fn a_revocation_fails_after_seven_days_and_says_so() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    pair.provider.fail_revocations(100);
    pair.delete().await;
    let sql = "update outbox set next_at = 0, created_at = created_at - 8 * 86400000";
    pair.app.database().execute(sql, []).unwrap();
    assert_eq!(pair.app.tick().await["revoked"], 2);
    let path = format!("/api/integrations/{id}/events");
    let events = pair.app.get(&path).as_admin().send().await.json();
    assert_eq!(events["items"][0]["detail"]["state"], "failed", "{events}");
    assert_eq!(pair.count("outbox"), 0);
}

#[tokio::test]
async fn a_hostile_server_gets_nowhere() {
    let pair = Pair::start(Kind::Hostile).await;
    let elsewhere = Simulator::start(Kind::Strict, 0).await.unwrap();
    for (misbehaviour, status, code) in [
        (Misbehaviour::WrongIssuer, 400, "flow_invalid"),
        (Misbehaviour::NoIssuer, 400, "flow_invalid"),
        (Misbehaviour::HtmlError(500), 502, "provider_error"),
        (Misbehaviour::HtmlError(200), 502, "provider_error"),
        (Misbehaviour::EchoSecrets, 502, "provider_error"),
        (Misbehaviour::ErrorWith200, 400, "flow_invalid"),
        (Misbehaviour::Redirect(format!("{}/token", elsewhere.origin())), 502, "provider_error"),
        (Misbehaviour::AccessTokenMissing, 502, "provider_error"),
        (Misbehaviour::Huge(10_000_000), 502, "provider_error"),
        (Misbehaviour::StopHalfWay, 502, "provider_error"),
    ] {
        pair.provider.misbehave(misbehaviour.clone()).unwrap();
        let flow = match pair.count("integrations") {
            0 => pair.begin().await,
            _ => pair.again(json!({})).await,
        };
        let back = flow.consent().await;
        let page = flow.come_back(&pair.app, &back).await;
        assert_eq!(page.status.as_u16(), status, "{misbehaviour:?}: {page:?}");
        failed(&page, status, code);
        assert!(!page.text.contains(SECRET), "{misbehaviour:?}");
        assert_eq!(pair.get().await["health"]["state"], "pending", "{misbehaviour:?}");
    }
    assert!(elsewhere.requests().is_empty(), "a redirect was followed");
    assert!(!pair.app.log().contains(SECRET));
    for (misbehaviour, lives) in [
        (Misbehaviour::ExpiresInMissing, false),
        (Misbehaviour::ExpiresIn(json!("3600")), true),
        (Misbehaviour::ExpiresIn(json!(0)), false),
        (Misbehaviour::ExpiresIn(json!(-1)), false),
        (Misbehaviour::ExpiresIn(json!(1e300)), true),
        (Misbehaviour::ScopeArray, true),
        (Misbehaviour::ScopeMissing, true),
        (Misbehaviour::TokenTypeMissing, true),
        (Misbehaviour::TokenType(json!("mac")), true),
        (Misbehaviour::FormEncoded, true),
    ] {
        pair.provider.misbehave(misbehaviour.clone()).unwrap();
        let flow = pair.again(json!({})).await;
        let back = flow.consent().await;
        let page = flow.come_back(&pair.app, &back).await;
        assert_eq!(page.status, 200, "{misbehaviour:?}: {page:?}");
        let integration = pair.get().await;
        let expires = &integration["credential"]["expires_at"];
        assert_eq!(expires.is_string(), lives, "{misbehaviour:?}: {integration}");
        assert_eq!(integration["scopes"]["missing"], json!([]), "{misbehaviour:?}");
    }
}

#[tokio::test]
async fn a_server_that_keeps_silent_is_not_waited_for() {
    let pair = Pair::start(Kind::Hostile).await;
    for misbehaviour in [Misbehaviour::Silence, Misbehaviour::Drip] {
        pair.provider.misbehave(misbehaviour.clone()).unwrap();
        let flow = match pair.count("integrations") {
            0 => pair.begin().await,
            _ => pair.again(json!({})).await,
        };
        let back = flow.consent().await;
        let page = tokio::time::timeout(Duration::from_secs(35), flow.come_back(&pair.app, &back));
        failed(&page.await.unwrap(), 504, "provider_timeout");
        pair.provider.behave();
    }
}

#[tokio::test]
async fn client_credentials_are_minted_tried_and_minted_again() {
    let pair = Pair::start(Kind::Strict).await;
    let connecting = machine(&pair).await;
    let body = |secret: &str| {
        let mut body = connecting.clone();
        body["credentials"]["client_secret"] = json!(secret);
        body
    };
    let post = async |secret: &str| {
        pair.app.post("/api/integrations").as_admin().json(&body(secret)).send().await
    };
    post("wrong-secret-0123456789").await.problem(422, "credential_refused");
    assert_eq!(pair.count("integrations"), 0);
    let created = post(SECRET).await;
    assert_eq!(created.status, 201, "{created:?}");
    let minted = pair.provider.stats().exchanges;
    pair.expire();
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    assert_eq!(pair.provider.stats().exchanges, minted + 1);
    let deleted = pair.delete().await;
    assert_eq!(deleted.json()["revocation"][0]["state"], "revoked", "{deleted:?}");
    assert!(pair.provider.live_tokens().is_empty());
    assert_eq!(pair.provider.stats().refreshes, 0);
}

#[tokio::test]
async fn apps_and_tokens_that_must_end_are_sealed_anew_too() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.provider.fail_revocations(2);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, StatusCode::ACCEPTED, "{deleted:?}");
    let with_keys = async |pair: Pair, keys: String| {
        let dir = pair.app.kill().await;
        let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
        Pair { app, provider: pair.provider, manifest_id: pair.manifest_id }
    };
    let pair = with_keys(pair, format!("k2:{},k1:{}", key(2), key(1))).await;
    assert_eq!(pair.app.tick().await["resealed"], 4, "app, two tokens, key of digests");
    // The old key can be removed.
    let pair = with_keys(pair, format!("k2:{}", key(2))).await;
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    assert_eq!(pair.app.tick().await["revoked"], 2);
    assert!(pair.provider.live_tokens().is_empty());
    pair.connect().await;
}

/// A MANAGER chooses parameters. An ADMIN decides which hosts get the app's secret.
#[tokio::test]
async fn an_app_goes_to_no_host_that_its_admin_did_not_name() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Strict, 0).await.unwrap());
    let port = provider.port();
    let mut sites = manifest(&provider.origin());
    sites["id"] = json!("custom-sites");
    sites["params"] = json!([{"name": "site", "label": "Site", "pattern": "[0-9]{1,3}", "example": "127"},
            {"name": "note", "label": "Note", "pattern": "[a-z]+", "example": "x"}]);
    sites["api"]["hosts"] = json!([format!("{{site}}.0.0.1:{port}")]);
    sites["api"]["base_url"] = json!(format!("http://{{site}}.0.0.1:{port}"));
    sites["oauth2"]["token_url"] = json!(format!("http://{{site}}.0.0.1:{port}/token"));
    sites["revoke"]["rfc7009"]["url"] = json!(format!("http://{{site}}.0.0.1:{port}/revoke"));
    app.save(&sites).await;
    let save = async |params: Value| {
        let body = json!({"client_id": CLIENT, "client_secret": SECRET, "params": params});
        app.put("/api/oauth-clients/custom-sites").as_admin().json(&body).send().await
    };
    for (params, pointer, part) in [
        (json!({}), "/params/site", "part of the host"),
        (json!({"note": ["x"]}), "/params/site", "part of the host"),
        (json!({"site": []}), "/params/site", "1 to 100 values"),
        (json!({"site": ["127", "a"]}), "/params/site", "does not match"),
        (json!({"site": ["127"], "other": ["x"]}), "/params/other", "no such parameter"),
    ] {
        let problem = save(params.clone()).await.problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], pointer, "{params}: {problem}");
        assert!(error["detail"].as_str().unwrap().contains(part), "{params}: {problem}");
    }
    let saved = save(json!({"site": ["127", "126"]})).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    let redirect_uri = saved.json()["redirect_uri"].as_str().unwrap().to_owned();
    provider.register_client(CLIENT, SECRET, &[&redirect_uri]);
    let record = app.get("/api/audit?limit=100").as_admin().send().await.json();
    let of_app = record["items"].as_array().unwrap().iter();
    let of_app = of_app.filter(|item| item["action"] == "oauth_client.save");
    let details: Vec<_> = of_app.map(|item| item["detail"]["params"].clone()).collect();
    assert_eq!(details, [json!({"site": ["127", "126"]})], "{record}");

    let begin = async |site: &str| {
        let params = json!({"site": site, "note": "x"});
        let body = json!({"manifest_id": "custom-sites", "name": site, "params": params});
        app.post("/api/integrations").as_role("MANAGER", "acme").json(&body).send().await
    };
    for elsewhere in ["10", "128", "1"] {
        let problem = begin(elsewhere).await.problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], "/params/site", "{problem}");
        assert!(error["detail"].as_str().unwrap().contains("127, 126"), "{problem}");
    }
    assert_eq!(app.count("integrations"), 0);
    assert_eq!(begin("127").await.status, 201);
    assert!(provider.requests().is_empty());
    // An app for fewer values works only with those.
    assert_eq!(save(json!({"site": ["126"]})).await.status, 200);
    let again = app.post("/api/integrations/127/authorize").as_role("MANAGER", "acme");
    again.json(&json!({})).send().await.problem(422, "invalid");
}

/// The shops of a vendor are below a domain of the vendor, so one app works for all of them, unless an ADMIN
/// lists values.
#[tokio::test]
async fn an_app_for_a_built_in_provider_is_for_all_its_hosts_or_for_those_that_are_named() {
    let app = App::start().await;
    let save = async |params: Value| {
        let body = json!({"client_id": "shop-app", "client_secret": SECRET, "params": params});
        app.put("/api/oauth-clients/shopify").as_admin().json(&body).send().await
    };
    let begin = async |shop: &str| {
        let body = json!({"manifest_id": "shopify", "name": format!("shop {shop}"),
            "params": {"shop": shop}});
        app.post("/api/integrations").as_role("MANAGER", "acme").json(&body).send().await
    };
    assert_eq!(save(json!({})).await.status, 200);
    for shop in ["acme", "acme-two"] {
        let begun = begin(shop).await;
        assert_eq!(begun.status, 201, "{begun:?}");
        let url = begun.json()["authorization_url"].as_str().unwrap().to_owned();
        assert!(url.starts_with(&format!("https://{shop}.myshopify.com/")), "{url}");
    }
    begin("evil.example/").await.problem(422, "invalid");
    assert_eq!(save(json!({"shop": ["acme"]})).await.status, 200);
    let refused = begin("acme-three").await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/params/shop", "{refused}");
    let again = app.post("/api/integrations/shop-acme/authorize").as_role("MANAGER", "acme");
    assert_eq!(again.json(&json!({})).send().await.status, 200);
}
