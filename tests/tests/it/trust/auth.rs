//! Every token that must be rejected, and what each role may do.

use serde_json::{Value, json};

use crate::kit::app::{App, Options, TICK_SECRET};
use crate::kit::token::{self, SECRET, claims, now, sign};

fn header() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

/// The claims of an ADMIN with members replaced; `null` removes one.
fn with(changes: Value) -> Value {
    let mut claims = claims("ADMIN", "acme");
    for (name, value) in changes.as_object().unwrap() {
        let claims = claims.as_object_mut().unwrap();
        if value.is_null() {
            claims.remove(name)
        } else {
            claims.insert(name.clone(), value.clone())
        };
    }
    claims
}

#[tokio::test]
async fn tokens_that_prove_nothing_are_401() {
    let app = App::start().await;
    let good = claims("ADMIN", "acme");
    let none = sign(&json!({"alg": "none"}), &good, SECRET);
    let none = format!("{}.", none.rsplit_once('.').unwrap().0);
    let cases: Vec<(&str, &str, String)> = vec![
        (
            "another key",
            "invalid_token",
            sign(&header(), &good, "another-secret-0123456789abcdefghij"),
        ),
        ("alg none", "invalid_token", none),
        ("alg None", "invalid_token", sign(&json!({"alg": "None"}), &good, SECRET)),
        ("alg HS384", "invalid_token", sign(&json!({"alg": "HS384"}), &good, SECRET)),
        ("alg RS256", "invalid_token", sign(&json!({"alg": "RS256"}), &good, SECRET)),
        ("no alg", "invalid_token", sign(&json!({"typ": "JWT"}), &good, SECRET)),
        ("expired", "token_expired", sign(&header(), &with(json!({"exp": now() - 31})), SECRET)),
        ("no exp", "invalid_token", sign(&header(), &with(json!({"exp": null})), SECRET)),
        (
            "exp as text",
            "invalid_token",
            sign(&header(), &with(json!({"exp": "9999999999"})), SECRET),
        ),
        ("exp negative", "invalid_token", sign(&header(), &with(json!({"exp": -1})), SECRET)),
        ("nbf ahead", "invalid_token", sign(&header(), &with(json!({"nbf": now() + 90})), SECRET)),
        (
            "iss",
            "invalid_token",
            sign(&header(), &with(json!({"iss": "https://other.test"})), SECRET),
        ),
        ("no iss", "invalid_token", sign(&header(), &with(json!({"iss": null})), SECRET)),
        ("aud", "invalid_token", sign(&header(), &with(json!({"aud": "other"})), SECRET)),
        ("no aud", "invalid_token", sign(&header(), &with(json!({"aud": null})), SECRET)),
        ("no sub", "invalid_token", sign(&header(), &with(json!({"sub": null})), SECRET)),
        (
            "no workspace",
            "invalid_token",
            sign(&header(), &with(json!({"workspace_id": null})), SECRET),
        ),
        (
            "empty workspace",
            "invalid_token",
            sign(&header(), &with(json!({"workspace_id": ""})), SECRET),
        ),
        (
            "workspace a number",
            "invalid_token",
            sign(&header(), &with(json!({"workspace_id": 7})), SECRET),
        ),
        (
            "control character",
            "invalid_token",
            sign(&header(), &with(json!({"workspace_id": "a\nb"})), SECRET),
        ),
        (
            "zero width",
            "invalid_token",
            sign(&header(), &with(json!({"sub": "bo\u{200b}t"})), SECRET),
        ),
        (
            "direction",
            "invalid_token",
            sign(&header(), &with(json!({"sub": "bot\u{202e}"})), SECRET),
        ),
        ("filler", "invalid_token", sign(&header(), &with(json!({"sub": "bot\u{3164}"})), SECRET)),
        (
            "line separator",
            "invalid_token",
            sign(&header(), &with(json!({"workspace_id": "ac\u{2028}me"})), SECRET),
        ),
        (
            "129 characters",
            "invalid_token",
            sign(&header(), &with(json!({"sub": "x".repeat(129)})), SECRET),
        ),
        (
            "too long",
            "invalid_token",
            sign(&header(), &with(json!({"pad": "x".repeat(17_000)})), SECRET),
        ),
        ("not a JWT", "invalid_token", "abc".to_owned()),
        ("two parts", "invalid_token", "e30.e30".to_owned()),
    ];
    for (what, code, token) in cases {
        let answer = app.get("/api/integrations").bearer(&token).send().await;
        answer.problem(401, code);
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("invalid_token"), "{what}: {challenge}");
    }
    for name in ["crit", "jwk", "jku", "x5u", "x5c"] {
        for value in [json!([]), json!("https://evil.test"), json!({})] {
            let token = sign(&json!({"alg": "HS256", name: value}), &good, SECRET);
            app.get("/api/integrations").bearer(&token).send().await.problem(401, "invalid_token");
        }
    }
}

/// A token with exactly these texts as header and payload.
fn sign_text(header: &str, payload: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit, Mac};
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header), encode(payload));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// The `detail` of the 401 for `token`. All entrances must reject the token.
async fn refusal(app: &App, token: &str) -> String {
    let answer = app.get("/api/integrations").bearer(token).send().await;
    let detail = answer.problem(401, "invalid_token")["detail"].as_str().unwrap().to_owned();
    app.get("/api/proxy").bearer(token).send().await.problem(401, "invalid_token");
    app.post("/mcp").bearer(token).json(&json!({})).send().await.problem(401, "invalid_token");
    detail
}

async fn accepted(app: &App, token: &str) {
    let answer = app.get("/api/integrations").bearer(token).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn only_access_tokens_are_access_tokens() {
    let app = App::start().await;
    let good = claims("ADMIN", "acme");
    for typ in [
        "logout+jwt",
        "Logout+JWT",
        "application/logout+jwt",
        "id_token+jwt",
        "secevent+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
        "client-authentication+jwt",
        "JOSE",
        "",
        " ",
    ] {
        let why = refusal(&app, &sign(&json!({"alg": "HS256", "typ": typ}), &good, SECRET)).await;
        assert!(why.contains("jwt_types"), "{typ}: {why}");
    }
    for typ in [json!(null), json!(1), json!(["JWT"]), json!({})] {
        refusal(&app, &sign(&json!({"alg": "HS256", "typ": typ}), &good, SECRET)).await;
    }
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/JWT"] {
        accepted(&app, &sign(&json!({"alg": "HS256", "typ": typ}), &good, SECRET)).await;
    }
    accepted(&app, &sign(&json!({"alg": "HS256"}), &good, SECRET)).await;
    // A logout token of an issuer that sets no `typ` (OpenID Connect Back-Channel Logout, 2.4).
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let why = refusal(&app, &sign(&header(), &with(json!({"events": {event: {}}})), SECRET)).await;
    assert!(why.contains("`events`"), "{why}");
}

#[tokio::test]
async fn an_operator_chooses_the_types() {
    let app = Options::default().var("jwt_types", "at+jwt").start().await.unwrap();
    let good = claims("ADMIN", "acme");
    accepted(&app, &sign(&json!({"alg": "HS256", "typ": "at+jwt"}), &good, SECRET)).await;
    refusal(&app, &sign(&header(), &good, SECRET)).await;
    refusal(&app, &sign(&json!({"alg": "HS256"}), &good, SECRET)).await;
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_is_not_a_bearer_token() {
    let app = App::start().await;
    for cnf in [json!({"jkt": "0ZcOCORZNYy"}), json!({"x5t#S256": "x"}), json!({}), json!("x")] {
        let why = refusal(&app, &sign(&header(), &with(json!({"cnf": cnf})), SECRET)).await;
        assert!(why.contains("`cnf`"), "{why}");
    }
}

#[tokio::test]
async fn a_member_that_comes_twice_is_refused() {
    let app = App::start().await;
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let good = claims("ADMIN", "acme").to_string();
    let rest = good.strip_prefix('{').unwrap();
    accepted(&app, &sign_text(header, &good)).await;
    for (before, name) in [
        (r#""role":"AGENT""#, "role"),
        (r#""workspace_id":"other""#, "workspace_id"),
        (r#""sub":"somebody""#, "sub"),
        (r#""exp":1"#, "exp"),
        (r#""aud":"other""#, "aud"),
        (r#""iss":"https://other.test""#, "iss"),
        // A duplicate with the same value is rejected too, because such an issuer is not trusted.
        (r#""role":"ADMIN""#, "role"),
        (r#""\u0072ole":"AGENT""#, "role"),
        (r#""x":1,"x":2"#, "x"),
        (r#""deep":{"a":[{"y":1,"y":1}]}"#, "y"),
    ] {
        let why = refusal(&app, &sign_text(header, &format!("{{{before},{rest}"))).await;
        assert!(why.contains(&format!("{name:?}")) && why.contains("duplicate"), "{before}: {why}");
    }
    for (header, name) in [
        (r#"{"alg":"none","alg":"HS256","typ":"JWT"}"#, "alg"),
        (r#"{"alg":"HS256","typ":"logout+jwt","typ":"JWT"}"#, "typ"),
        (r#"{"alg":"HS256","kid":"a","kid":"b"}"#, "kid"),
        (r#"{"alg":"HS256","x":{"y":1,"y":2}}"#, "y"),
    ] {
        let why = refusal(&app, &sign_text(header, &good)).await;
        assert!(why.contains(&format!("{name:?}")) && why.contains("duplicate"), "{header}: {why}");
    }
}

#[tokio::test]
async fn a_token_must_end_soon_enough() {
    let app = App::start().await;
    let day = 86_400;
    let token = |changes: Value| sign(&header(), &with(changes), SECRET);
    let now = now();
    for changes in [
        json!({"exp": now + 100 * 365 * day}),
        json!({"exp": now + day + 60}),
        json!({"exp": u64::MAX}),
        json!({"exp": 1u64 << 63}),
        json!({"exp": 1e300}),
        json!({"iat": now, "exp": now + day + 1}),
        // The token was issued long ago. Its remaining lifetime is short, but its whole lifetime is too long.
        json!({"iat": now - 2 * day, "exp": now + 60}),
        json!({"iat": 0, "exp": now + 60}),
    ] {
        let why = refusal(&app, &token(changes.clone())).await;
        assert!(why.contains("jwt_max_lifetime") && why.contains("86400"), "{changes}: {why}");
    }
    for changes in [
        json!({"exp": now + day - 60}),
        json!({"iat": now, "exp": now + day}),
        json!({"iat": now - day + 60, "exp": now + 60}),
    ] {
        accepted(&app, &token(changes)).await;
    }
    let by_role = Options::default().var("jwt_max_lifetime", "3600,ADMIN=60,AGENT=0");
    let app = by_role.start().await.unwrap();
    let lasting =
        |role: &str, life: u64| token(json!({"role": role, "iat": now, "exp": now + life}));
    accepted(&app, &lasting("ADMIN", 60)).await;
    refusal(&app, &lasting("ADMIN", 61)).await;
    accepted(&app, &lasting("MANAGER", 3600)).await;
    refusal(&app, &lasting("MANAGER", 3601)).await;
    refusal(&app, &lasting("NONE", 3601)).await;
    let answer = app.get("/api/proxy").bearer(&lasting("AGENT", 100 * 365 * day)).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn the_authorization_header_must_be_one_bearer_token() {
    let app = App::start().await;
    let token = token::of("ADMIN", "acme");
    let answer = app.get("/api/integrations").send().await;
    answer.problem(401, "missing_token");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    for value in ["Bearer", "Bearer ", "Basic dTpw", "token abc", ""] {
        let answer = app.get("/api/integrations").header("authorization", value).send().await;
        answer.problem(401, "invalid_token");
    }
    let twice = app.get("/api/integrations").bearer(&token).bearer(&token).send().await;
    twice.problem(401, "invalid_token");
    let scheme = format!("bearer {token}");
    let answer = app.get("/api/integrations").header("authorization", &scheme).send().await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn leeway_is_30_seconds() {
    let app = App::start().await;
    let token = sign(&header(), &with(json!({"exp": now() - 15})), SECRET);
    assert_eq!(app.get("/api/integrations").bearer(&token).send().await.status, 200);
}

#[tokio::test]
async fn roles() {
    let app = App::start().await;
    for (role, status) in [
        (json!("ADMIN"), 200),
        (json!("MANAGER"), 200),
        (json!(["MANAGER", "ADMIN", "unknown"]), 200),
        (json!("AGENT"), 403),
        (json!(["ADMIN", "AGENT"]), 403),
        (json!("admin"), 403),
        (json!("OWNER"), 403),
        (json!([]), 403),
        (json!(null), 403),
        (json!(1), 403),
    ] {
        let token = sign(&header(), &with(json!({"role": role})), SECRET);
        let answer = app.get("/api/integrations").bearer(&token).send().await;
        assert_eq!(answer.status.as_u16(), status, "{role}: {answer:?}");
        if status == 403 {
            answer.problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn an_agent_is_refused_everywhere_in_the_control_plane() {
    let app = App::start().await;
    let token = token::of("AGENT", "acme");
    let known = "/api/integrations/int_00000000000000000000000000";
    let check = format!("{known}/check");
    let body = json!({"manifest_id": "stripe", "name": "x"});
    for call in [
        app.get("/api/integrations"),
        app.get(known),
        app.post("/api/integrations").json(&body),
        app.delete(known),
        app.post(&check),
        app.get("/api/manifests"),
        app.get("/api/manifests/stripe"),
        app.post("/api/manifests").json(&json!({})),
        app.put("/api/manifests/custom-x").json(&json!({})),
        app.delete("/api/manifests/custom-x"),
    ] {
        call.bearer(&token).send().await.problem(403, "forbidden");
    }
    let manager = token::of("MANAGER", "acme");
    for call in [
        app.post("/api/manifests").json(&json!({})),
        app.put("/api/manifests/custom-x").json(&json!({})),
        app.delete("/api/manifests/custom-x"),
    ] {
        call.bearer(&manager).send().await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn claims_are_found_by_name_first_then_as_a_path() {
    let app = Options::default()
        .var("jwt_workspace_claim", "app.workspace")
        .var("jwt_role_claim", "https://acme.test/role")
        .start()
        .await
        .unwrap();
    let base = json!({"workspace_id": null, "role": null, "https://acme.test/role": "ADMIN"});
    let mut nested = with(base.clone());
    nested["app"] = json!({"workspace": "acme"});
    let token = sign(&header(), &nested, SECRET);
    assert_eq!(app.get("/api/integrations").bearer(&token).send().await.status, 200);
    // A claim with the literal name takes precedence, even if it is not a workspace.
    nested["app.workspace"] = json!(7);
    let token = sign(&header(), &nested, SECRET);
    app.get("/api/integrations").bearer(&token).send().await.problem(401, "invalid_token");
}

#[tokio::test]
async fn only_a_well_formed_response_is_a_proof() {
    // Another component responds in place of `auth`: with pages and 404, never with a proof.
    let broken = |manifest: String| manifest.replace("nexus_auth.wasm", "nexus_ui.wasm");
    let app = Options::default().manifest(broken).start().await.unwrap();
    let token = token::of("ADMIN", "acme");
    for path in ["/api/integrations", "/api/manifests", "/api/audit", "/api/proxy"] {
        app.get(path).bearer(&token).send().await.problem(500, "internal");
        app.get(path).send().await.problem(401, "missing_token");
    }
    let health = app.get("/api/health").bearer(TICK_SECRET).send().await;
    assert_eq!(health.status, 503);
    assert_eq!(health.json()["status"], "failing", "{health:?}");
    assert!(!health.json()["failures"].as_array().unwrap().is_empty(), "{health:?}");
    let log = app.log();
    assert!(log.contains("the operation prove"), "{log}");
    assert!(!log.contains(&token), "{log}");
}
