//! Working connections keep working: with providers that format responses in their own way, with tokens that
//! expire early, and after a process is killed. A dead connection is recognised.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use nexus_simulators::Kind;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::upstream::{Reply, Seen, Upstream};
use crate::tokens::oauth::{Flow, Pair};

/// An OAuth provider whose responses a test chooses, and an application that has it as `custom-up`.
pub(super) struct Provider {
    pub(super) app: App,
    pub(super) upstream: Upstream,
}

/// The response to a request at the token endpoint.
type Token = Box<dyn Fn(&Seen) -> Reply + Send + Sync>;

pub(super) const GOOD: &str = r#"{"access_token":"at-0123456789abcdef","refresh_token":"rt-0123456789abcdef","expires_in":3600}"#;

/// A JSON body with a length.
fn plain(_: &Seen) -> Reply {
    Reply::new(200, "content-type: application/json\r\n", GOOD)
}

impl Provider {
    /// Starts the provider. `more` has members of `oauth2` in its manifest.
    pub(super) async fn start(more: Value) -> Self {
        let (app, upstream) = (App::start().await, Upstream::start().await);
        let host = &upstream.host;
        let mut manifest = json!({
            "id": "custom-up", "name": "Up", "auth_method": "oauth2",
            "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
            "oauth2": {"authorization_url": format!("http://{host}/authorize"),
                "token_url": format!("http://{host}/token"), "pkce": false, "client_auth": "post",
                "scopes": {"default": ["a:read", "b:write"]}, "refresh": {"rotates": true}},
            "api": {"base_url": format!("http://{host}"), "hosts": [host]},
            "verify": {"method": "GET", "path": "/me", "account": {"id": "/id"}},
            "revoke": {"unsupported": "no way"},
        });
        for (name, value) in more.as_object().unwrap() {
            manifest["oauth2"][name] = value.clone();
        }
        app.save(&manifest).await;
        let body = json!({"client_id": "app", "client_secret": "app-secret-0123456789"});
        let put = app.put("/api/oauth-clients/custom-up").as_admin().json(&body).send().await;
        assert!(put.status.is_success(), "{put:?}");
        let provider = Self { app, upstream };
        provider.answers(Box::new(plain));
        provider
    }

    /// Sets the response of the token endpoint. All other endpoints succeed.
    pub(super) fn answers(&self, token: Token) {
        self.upstream.answer(move |seen| match seen.target() {
            "/token" => token(seen),
            _ => Reply::json(200, &json!({"id": "u1"})),
        });
    }

    async fn begin(&self, slug: Option<&str>) -> Flow {
        let answer = match slug {
            None => {
                let body = json!({"manifest_id": "custom-up", "name": "Up"});
                self.app.post("/api/integrations").as_admin().json(&body).send().await
            }
            Some(slug) => {
                let path = format!("/api/integrations/{slug}/authorize");
                self.app.post(&path).as_admin().json(&json!({})).send().await
            }
        };
        assert!(answer.status.is_success(), "{answer:?}");
        Flow::of(&answer)
    }

    /// Completes a flow. `more` is added to the query of the callback.
    pub(super) async fn connect(&self, slug: Option<&str>, more: &str) -> Answer {
        let flow = self.begin(slug).await;
        self.back(&flow, &format!("code=c-0123456789{more}")).await
    }

    async fn back(&self, flow: &Flow, query: &str) -> Answer {
        let url = reqwest::Url::parse(&flow.url).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let path = format!("/api/oauth/callback/custom-up?state={state}&{query}");
        flow.come_back(&self.app, &path).await
    }

    async fn shown(&self) -> Value {
        self.app.get("/api/integrations/up").as_admin().send().await.json()
    }

    pub(super) async fn call(&self) -> Answer {
        self.app.get("/api/proxy/up/things").as_role("AGENT", "acme").send().await
    }

    pub(super) fn set(&self, sql: &str) {
        self.app.database().execute(sql, []).unwrap();
    }

    pub(super) fn expire(&self) {
        self.set("update credentials set refresh_at = 1, expires_at = 1, lease_until = null");
    }
}

#[tokio::test]
async fn a_token_answer_is_read_however_it_is_written() {
    let provider = Provider::start(json!({})).await;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(GOOD.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let marked = [b"\xef\xbb\xbf", GOOD.as_bytes()].concat();
    let form = "access_token=at-0123456789abcdef&expires_in=3600";
    for (headers, body) in [
        ("content-type: text/plain; charset=utf-8\r\n", GOOD.as_bytes()),
        ("content-type: text/html\r\n", GOOD.as_bytes()),
        ("", GOOD.as_bytes()),
        ("content-type: application/json\r\n", &*marked),
        ("content-type: application/json\r\ncontent-encoding: gzip\r\n", &*gzip),
        ("content-type: text/plain\r\n", form.as_bytes()),
    ] {
        let body = body.to_vec();
        provider.answers(Box::new(move |_| Reply::new(200, headers, &body)));
        let is_new = provider.app.count("integrations") == 0;
        let page = provider.connect((!is_new).then_some("up"), "").await;
        assert_eq!(page.status, 200, "{headers}: {page:?}");
        assert_eq!(provider.shown().await["health"]["state"], "healthy", "{headers}");
    }
    let seen = provider.upstream.seen();
    for request in seen.iter().filter(|seen| matches!(seen.target(), "/token" | "/me")) {
        assert_eq!(request.all("accept-encoding"), ["identity"], "{request:?}");
    }
}

#[tokio::test]
async fn odd_values_in_a_token_response_are_understood() {
    let members = json!({"access_token": "/access_token", "expires_in": "/expires_in",
        "expires_at": "/expires_at", "scope": "/scope"});
    let provider = Provider::start(json!({"token_response": members})).await;
    let mut slug = None;
    for (more, scopes) in [
        (r#""expires_in":"3600.0""#, json!(["a:read", "b:write"])),
        (
            r#""expires_at":"2099-01-01T00:00:00Z","scope":"a:read,b:write""#,
            json!(["a:read", "b:write"]),
        ),
        (
            r#""expires_at":4070908800,"scope":"b:write A:Read c""#,
            json!(["b:write", "A:Read", "c"]),
        ),
    ] {
        let body = format!(r#"{{"access_token":"at-0123456789abcdef",{more}}}"#);
        provider.answers(Box::new(move |_| {
            Reply::new(200, "content-type: application/json\r\n", &body)
        }));
        let page = provider.connect(slug, "&hint=1&hint=2").await;
        assert_eq!(page.status, 200, "{more}: {page:?}");
        let shown = provider.shown().await;
        assert!(shown["credential"]["expires_at"].is_string(), "{more}: {shown}");
        assert_eq!(shown["scopes"]["granted"], scopes, "{shown}");
        assert_eq!(shown["scopes"]["missing"], json!([]), "{shown}");
        slug = Some("up");
    }
    let flow = provider.begin(slug).await;
    assert!(flow.url.contains("scope=a%3Aread%20b%3Awrite"), "{}", flow.url);
    let page = provider.back(&flow, "code=c&state=another").await;
    assert_eq!(page.header("x-nexus-error"), "flow_invalid", "{page:?}");
    assert!(page.text.contains("state twice"), "{page:?}");
}

#[tokio::test]
async fn an_error_of_the_authorization_endpoint_says_what_to_do() {
    let provider = Provider::start(json!({})).await;
    let mut slug = None;
    for (error, advice) in [
        ("invalid_scope", "Choose other scopes"),
        ("unauthorized_client", "Compare the OAuth app"),
        ("server_error", "Wait a minute"),
        ("odd_error", "message is below"),
    ] {
        let flow = provider.begin(slug).await;
        slug = Some("up");
        let query = format!("error={error}&error_description=scope+foo+is+unknown");
        let page = provider.back(&flow, &query).await;
        assert!(page.text.contains(advice), "{error}: {page:?}");
        assert!(page.text.contains("scope foo is unknown"), "{page:?}");
    }
    // Without a valid `state`, nothing proves that the text comes from the provider.
    let flow = provider.begin(slug).await;
    let path = "/api/oauth/callback/custom-up?error=invalid_scope&error_description=call+0800";
    let page = flow.come_back(&provider.app, path).await;
    assert!(page.text.contains("Choose other scopes"), "{page:?}");
    assert!(!page.text.contains("0800"), "{page:?}");
    assert_eq!(provider.back(&flow, "code=c-0123456789").await.status, 200);
}

#[tokio::test]
async fn a_dead_refresh_token_is_seen_wherever_the_provider_says_so() {
    let provider = Provider::start(json!({})).await;
    let mut slug = None;
    for (status, kind, body) in [
        (
            403,
            "application/json",
            r#"{"error":"unauthorized_client","error_description":"refresh_token is invalid"}"#,
        ),
        (400, "application/json", r#"{"error":{"code":"invalid_grant","message":"gone"}}"#),
        (
            401,
            "application/json",
            r#"{"error":{"message":"Your session has ended","code":"refresh_token_invalidated"}}"#,
        ),
        (400, "application/json", r#"{"error":"INVALID_GRANT"}"#),
        (
            400,
            "application/json",
            r#"{"error":"invalid_grant (Token has been expired or revoked.)"}"#,
        ),
        (400, "text/plain", r#"{"error":"invalid_grant"}"#),
        (400, "text/plain", "invalid_grant"),
    ] {
        provider.answers(Box::new(plain));
        assert_eq!(provider.connect(slug, "").await.status, 200);
        slug = Some("up");
        provider.expire();
        let headers: &'static str = match kind {
            "text/plain" => "content-type: text/plain\r\n",
            _ => "content-type: application/json\r\n",
        };
        provider.answers(Box::new(move |_| Reply::new(status, headers, body)));
        let answer = provider.call().await;
        assert_eq!(
            answer.header("x-nexus-error"),
            "reauthorization_required",
            "{body}: {answer:?}"
        );
        let health = &provider.shown().await["health"];
        assert_eq!(health["state"], "reauthorize", "{body}: {health}");
        assert_eq!(health["next_action"], "reconnect", "{body}");
    }
    // The provider recovers. A check tries the refresh token once more.
    provider.answers(Box::new(plain));
    provider.set("update credentials set lease_until = null");
    let check = provider.app.post("/api/integrations/up/check").as_admin().send().await.json();
    assert_eq!(check["health"]["state"], "healthy", "{check}");
    assert_eq!(provider.call().await.status, 200);
}

#[tokio::test]
async fn a_token_that_dies_twice_within_minutes_does_not_need_a_person() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
    pair.provider.expire_access_tokens();
    assert_eq!(call().await.status, 200, "a new token is asked for at once");
    pair.provider.expire_access_tokens();
    assert_eq!(call().await.status, 401, "a call asks for one every five minutes");
    let check = pair.check().await.json();
    assert_eq!(check["health"]["state"], "healthy", "{check}");
    assert_eq!(call().await.status, 200);
    // The provider rejects every access token and issues new ones. Connecting again would not help.
    pair.provider.set_behaviour(nexus_simulators::Behaviour::Status(401)).await.unwrap();
    let check = pair.check().await.json();
    assert_eq!(check["health"]["state"], "failing", "{check}");
    pair.provider.release().await.unwrap();
    // Only a response about the refresh token itself is final. The provider is asked once a minute.
    pair.provider.revoke_all_grants();
    assert_eq!(pair.check().await.json()["health"]["state"], "failing");
    pair.app
        .database()
        .execute("update credentials set forced_at = 1, lease_until = null", [])
        .unwrap();
    let check = pair.check().await.json();
    assert_eq!(check["health"]["state"], "reauthorize", "{check}");
}

#[tokio::test]
async fn a_dead_credential_is_seen_in_an_answer_that_is_not_a_401() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["verify"]["success"] = json!({"pointer": "/ok", "equals": true, "error": "/error"});
    upstream.answer(|_| Reply::json(200, &json!({"ok": true, "id": "acct_1"})));
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up",
        "credentials": {"key": crate::kit::upstream::KEY}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    app.database().execute("update integrations set health_at = 1", []).unwrap();
    app.database().execute("update credentials set check_at = 1", []).unwrap();
    // The error concerns this call only. The check finds the connection healthy.
    upstream.answer(|seen| match seen.target() {
        "/base/me" => Reply::json(200, &json!({"ok": true, "id": "acct_1"})),
        _ => Reply::json(200, &json!({"ok": false, "error": "channel_not_found"})),
    });
    let call = || app.get("/api/proxy/up/x").as_role("AGENT", "acme").send();
    assert_eq!(call().await.status, 200);
    let health = || async {
        let shown = app.get("/api/integrations/up").as_admin().send().await.json();
        shown["health"].clone()
    };
    let checked = crate::kit::app::until("a check", async || {
        let asked = upstream.seen().iter().filter(|seen| seen.target() == "/base/me").count();
        (asked == 2).then_some(())
    });
    checked.await;
    assert_eq!(health().await["state"], "healthy");
    // Now the token is revoked. No further check is made within the minute.
    upstream.answer(|_| Reply::json(200, &json!({"ok": false, "error": "token_revoked"})));
    assert_eq!(call().await.status, 200);
    app.database().execute("update integrations set health_at = 1", []).unwrap();
    app.database().execute("update credentials set check_at = 1", []).unwrap();
    assert_eq!(call().await.status, 200);
    crate::kit::app::until("reauthorize", async || {
        (health().await["state"] == "reauthorize").then_some(())
    })
    .await;
    let asked = upstream.seen().iter().filter(|seen| seen.target() == "/base/me").count();
    assert_eq!(asked, 3, "one check when it was connected, one per suspicion");
}

#[tokio::test]
async fn a_token_that_is_answered_by_403_or_404_is_looked_into() {
    for status in [400_u16, 403, 404] {
        let provider = Provider::start(json!({})).await;
        assert_eq!(provider.connect(None, "").await.status, 200);
        provider.set("update integrations set health_at = 1");
        provider.set("update credentials set check_at = 1");
        // The access token is rejected, and so is the refresh token.
        provider.upstream.answer(move |seen| match seen.target() {
            "/token" => Reply::json(400, &json!({"error": "invalid_grant"})),
            "/me" => Reply::json(401, &json!({"error": "no"})),
            _ => Reply::json(status, &json!({"error": "no"})),
        });
        assert_eq!(provider.call().await.status, status);
        crate::kit::app::until("reauthorize", async || {
            (provider.shown().await["health"]["state"] == "reauthorize").then_some(())
        })
        .await;
    }
}

/// The lease of a refresh cannot be written. A token that is due for a refresh and has not expired is used meanwhile.
#[tokio::test]
async fn a_database_that_cannot_be_written_fails_no_call_whose_token_lives() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
    let database = pair.app.database();
    database.execute("update credentials set refresh_at = 1", []).unwrap();
    let fail = "create trigger fails before update on credentials begin
                  select raise(abort, 'it fails');
                end";
    database.execute_batch(fail).unwrap();
    let answer = call().await;
    assert_eq!((answer.status.as_u16(), pair.provider.stats().refreshes), (200, 0), "{answer:?}");
    database.execute_batch("drop trigger fails").unwrap();
    let answer = call().await;
    assert_eq!((answer.status.as_u16(), pair.provider.stats().refreshes), (200, 1), "{answer:?}");
}

/// The process is killed during a refresh. Other requests take over when the lease expires, and get a true
/// response.
#[tokio::test]
async fn a_killed_process_keeps_nobody_out_for_long() {
    let mut pair = Pair::start(Kind::Strict).await;
    pair.provider.configure(|options| options.rotation = false);
    pair.connect().await;
    pair.expire();
    pair.provider.hold_token_answers();
    {
        let check = std::pin::pin!(pair.check_or_nothing());
        let held = std::pin::pin!(pair.provider.wait_for_held(1));
        futures::future::select(check, held).await;
    }
    pair = pair.restart().await;
    pair.provider.release_token_answers();
    let begun = std::time::Instant::now();
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
    let mut answer = call().await;
    while answer.status == 503 {
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=10).contains(&seconds), "{answer:?}");
        // A client that is told when to retry does so at that time.
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        answer = call().await;
    }
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(begun.elapsed().as_secs() < 25, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_user_name_may_be_the_name_of_the_account() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["auth_method"] = json!("basic");
    manifest["credentials"] = json!([
        {"name": "username", "label": "User", "secret": false},
        {"name": "password", "label": "Token", "secret": true}]);
    manifest["inject"] =
        json!([{"in": "basic", "username": "{username}", "password": "{password}"}]);
    manifest["verify"]["account"] = json!({"id": "/id", "label": "/label"});
    upstream.answer(|_| Reply::json(200, &json!({"id": "jdoe", "label": "a 1234 b"})));
    app.save(&manifest).await;
    let connect = |name: &'static str, password: &'static str| {
        let body = json!({"manifest_id": "custom-up", "name": name,
            "credentials": {"username": "jdoe", "password": password}});
        app.post("/api/integrations").as_admin().json(&body).send()
    };
    let answer = connect("Up", "api-token-0123456789").await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["account"], json!({"id": "jdoe", "label": "a 1234 b"}));
    // A short password may occur in a text by chance.
    let answer = connect("Short", "1234").await;
    assert_eq!(answer.json()["account"]["label"], "a 1234 b", "{answer:?}");
    // A long secret that is echoed is not shown.
    upstream
        .answer(|_| Reply::json(200, &json!({"id": "jdoe", "label": "is api-token-9876543210"})));
    let answer = connect("Echo", "api-token-9876543210").await;
    assert!(answer.json()["account"]["label"].is_null(), "{answer:?}");
}
