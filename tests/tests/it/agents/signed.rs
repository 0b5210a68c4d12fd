//! Tokens that an agent signs with its own key. Each token counts once, for one agent, for at most five
//! minutes, and is sent to no provider.

use serde_json::{Value, json};

use super::registry::register;
use crate::kit::app::{App, Options};
use crate::kit::token::{self, now};
use crate::kit::upstream::Upstream;
use crate::trust::jwks::keys::{self, Key};

/// Registers the public key of an agent, and returns its id.
async fn registered(app: &App, agent: &str, key: &Key) -> String {
    let jwk = key.jwk("any");
    let path = format!("/api/agents/{agent}/keys");
    let made = app.post(&path).as_admin().json(&json!({"public_key": jwk})).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["id"].as_str().unwrap().to_owned()
}

/// Claims that are accepted once.
fn claims(agent: &str) -> Value {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    json!({"iss": agent, "sub": agent, "aud": PUBLIC_URL, "exp": now() + 120,
        "jti": format!("token-number-{number}")})
}

/// The `public_url` of the tests.
const PUBLIC_URL: &str = "http://127.0.0.1:1";

async fn call(app: &App, token: &str) -> u16 {
    app.get("/api/proxy/up/x").bearer(token).send().await.status.as_u16()
}

#[tokio::test]
async fn a_token_of_the_agents_own_key_counts_once() {
    let (app, upstream) = Upstream::connected().await;
    for key in [keys::p256(1), keys::ed25519(1)] {
        let agent = register(&app, &format!("Signer {}", key.algorithm())).await;
        let kid = registered(&app, &agent, &key).await;
        let token = key.token(&kid, &claims(&agent));
        assert_eq!(call(&app, &token).await, 200, "{}", key.algorithm());
        let again = app.get("/api/proxy/up/x").bearer(&token).send().await;
        assert!(again.problem(401, "invalid_token")["detail"].as_str().unwrap().contains("jti"));

        let mut listed = claims(&agent);
        listed["aud"] = json!(["https://elsewhere.test", format!("{PUBLIC_URL}/mcp")]);
        let mcp = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let by_mcp = app
            .post("/mcp")
            .bearer(&key.token(&kid, &listed))
            .header("accept", "application/json, text/event-stream");
        assert_eq!(by_mcp.json(&mcp).send().await.status, 200);
        let admin = key.token(&kid, &claims(&agent));
        assert_eq!(app.get("/api/integrations").bearer(&admin).send().await.status, 403);

        // Many concurrent requests send one token. Only one of them is accepted.
        let token = key.token(&kid, &claims(&agent));
        let many = futures::future::join_all((0..20).map(|_| call(&app, &token))).await;
        assert_eq!(many.iter().filter(|status| **status == 200).count(), 1, "{many:?}");

        let path = format!("/api/agents/{agent}");
        for (status, expected) in [("disabled", 401), ("active", 200)] {
            let body = json!({ "status": status });
            assert_eq!(app.put(&path).as_admin().json(&body).send().await.status, 200);
            let token = key.token(&kid, &claims(&agent));
            assert_eq!(call(&app, &token).await, expected, "{status}");
        }
        // A second key stays valid when the first one is revoked.
        let second = keys::p256(9);
        let second_kid = registered(&app, &agent, &second).await;
        let revoked = app.delete(&format!("{path}/keys/{kid}")).as_admin().send().await;
        assert_eq!(revoked.status, 204);
        assert_eq!(call(&app, &key.token(&kid, &claims(&agent))).await, 401);
        assert_eq!(call(&app, &second.token(&second_kid, &claims(&agent))).await, 200);
        assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
        assert_eq!(call(&app, &second.token(&second_kid, &claims(&agent))).await, 401);
    }
    assert!(upstream.seen().iter().all(|seen| !format!("{seen:?}").contains("eyJ")));
}

#[tokio::test]
async fn every_other_token_is_rejected() {
    let (app, upstream) = Upstream::connected().await;
    let (key, other_key, beta_key) = (keys::p256(2), keys::ed25519(2), keys::p256(5));
    let (agent, other) = (register(&app, "One").await, register(&app, "Other").await);
    let kid = registered(&app, &agent, &key).await;
    let other_kid = registered(&app, &other, &other_key).await;
    let beta = {
        let made = app.post("/api/agents").as_role("ADMIN", "beta").json(&json!({"name": "Beta"}));
        made.send().await.json()["id"].as_str().unwrap().to_owned()
    };
    let beta_kid = {
        let body = json!({"public_key": beta_key.jwk("any")});
        let path = format!("/api/agents/{beta}/keys");
        let made = app.post(&path).as_role("ADMIN", "beta").json(&body).send().await;
        made.json()["id"].as_str().unwrap().to_owned()
    };
    let secret = super::registry::key_of(&app, &agent, json!({})).await.0;
    let with = |member: &str, value: Value| {
        let mut changed = claims(&agent);
        changed[member] = value;
        key.token(&kid, &changed)
    };
    let header = |header: Value| key.sign(&header, &claims(&agent));
    let good = claims(&agent);
    let mut cases = vec![
        ("another audience", with("aud", "https://elsewhere.test".into())),
        ("the audience of an outside issuer", with("aud", token::AUDIENCE.into())),
        ("no audience", with("aud", Value::Null)),
        ("exp too far", with("exp", (now() + 3600).into())),
        ("exp in the past", with("exp", (now() - 60).into())),
        ("no exp", with("exp", Value::Null)),
        ("no jti", with("jti", Value::Null)),
        ("an empty jti", with("jti", "".into())),
        ("a short jti", with("jti", "1234567".into())),
        ("a long jti", with("jti", "x".repeat(201).into())),
        ("a jti of another type", with("jti", 7.into())),
        ("another subject", with("sub", other.as_str().into())),
        ("no subject", with("sub", Value::Null)),
        ("another issuer", with("iss", other.as_str().into())),
        ("the outside issuer", with("iss", token::ISSUER.into())),
        ("an agent that does not exist", with("iss", "agt_01J00000000000000000000000".into())),
        ("another agent of the workspace", with("sub", other.to_lowercase().into())),
        ("not valid yet", with("nbf", (now() + 100).into())),
        ("issued in the future", with("iat", (now() + 100).into())),
        ("bound to a key", with("cnf", json!({"jkt": "x"}))),
        ("kid of another agent", key.token(&other_kid, &good)),
        ("another agent's key", other_key.token(&other_kid, &good)),
        ("another key with its kid", keys::p256(3).token(&kid, &good)),
        ("kid of another workspace", key.token(&beta_kid, &good)),
        ("another workspace's key", beta_key.token(&beta_kid, &good)),
        ("kid of a secret key", key.token(&secret, &good)),
        ("no such kid", key.token("0123456789", &good)),
        ("no kid", header(json!({"alg": "ES256", "typ": "JWT"}))),
        ("another typ", header(json!({"alg": "ES256", "typ": "logout+jwt", "kid": kid}))),
        ("its own key", header(json!({"alg": "ES256", "kid": kid, "jwk": key.jwk("x")}))),
        ("critical", header(json!({"alg": "ES256", "kid": kid, "crit": ["exp"]}))),
        ("another alg", header(json!({"alg": "EdDSA", "kid": kid}))),
        ("none", format!("{}.", keys::unsigned(&json!({"alg": "none", "kid": kid}), &good))),
        (
            "none with a part",
            format!("{}.eA", keys::unsigned(&json!({"alg": "none", "kid": kid}), &good)),
        ),
        // The outside issuer's own key signs for an agent.
        (
            "the secret of the deployment",
            token::sign(&json!({"alg": "HS256", "kid": kid}), &good, token::SECRET),
        ),
        (
            "the secret without kid",
            token::sign(
                &json!({"alg": "HS256", "typ": "JWT"}),
                &{
                    let mut all = token::claims("AGENT", "acme");
                    all["iss"] = agent.as_str().into();
                    all
                },
                token::SECRET,
            ),
        ),
    ];
    for (index, bytes) in key.public_bytes().into_iter().enumerate() {
        let forged = keys::hmac(&json!({"alg": "HS256", "kid": kid}), &good, &bytes);
        cases.push((["the public key as HMAC secret", "in another form"][index.min(1)], forged));
    }
    for (what, token) in &cases {
        let answer = app.get("/api/proxy/up/x").bearer(token).send().await;
        let code = if *what == "exp in the past" { "token_expired" } else { "invalid_token" };
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        answer.problem(401, code);
        assert!(!answer.text.contains(token.as_str()), "{what}");
    }
    for (what, token, why) in [
        ("too far", with("exp", (now() + 3600).into()), "five minutes ahead"),
        ("jti", with("jti", Value::Null), "`jti` must have"),
        ("kid", key.token(&other_kid, &good), "not a public key of this agent"),
        ("typ", header(json!({"alg": "ES256", "typ": "at+jwt", "kid": kid})), "must be JWT"),
    ] {
        let answer = app.get("/api/proxy/up/x").bearer(&token).send().await;
        assert!(answer.text.contains(why), "{what}: {answer:?}");
    }
    assert!(upstream.seen().is_empty(), "no call was made");
    // The agent of another workspace acts in its own workspace, and finds nothing of this one.
    let mut abroad = claims(&beta);
    abroad["aud"] = PUBLIC_URL.into();
    assert_eq!(call(&app, &beta_key.token(&beta_kid, &abroad)).await, 404);
    assert_eq!(call(&app, &key.token(&kid, &good)).await, 200, "the claims were good all the time");
}

#[tokio::test]
async fn an_outside_token_cannot_have_the_id_of_an_agent_or_person_as_its_subject() {
    let (app, _upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let person = "per_01J00000000000000000000000";
    for (role, sub, is_ours) in [
        ("AGENT", agent.as_str(), true),
        ("AGENT", "agt_01J00000000000000000000000", true),
        ("AGENT", person, true),
        ("ADMIN", person, true),
        ("ADMIN", agent.as_str(), true),
        ("AGENT", "agt_support", false),
        ("AGENT", "per_01J0000000000000000000000", false),
    ] {
        let mut claims = token::claims(role, "acme");
        claims["sub"] = sub.into();
        let token = token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET);
        let answer = app.get("/api/proxy/up/x").bearer(&token).send().await;
        assert_eq!(answer.status, if is_ours { 401 } else { 200 }, "{sub}: {answer:?}");
        assert_eq!(answer.text.contains("form of an id"), is_ours, "{sub}: {answer:?}");
    }
}

#[tokio::test]
async fn a_token_of_an_agent_is_not_saved_as_a_providers_key() {
    let (app, upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let key = keys::ed25519(6);
    let kid = registered(&app, &agent, &key).await;
    for value in ["", "Bearer "] {
        let credential = format!("{value}{}", key.token(&kid, &claims(&agent)));
        let body =
            json!({"manifest_id": "custom-up", "name": "Own", "credentials": {"key": credential}});
        let made = app.post("/api/integrations").as_admin().json(&body).send().await;
        let problem = made.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/credentials/key", "{problem}");
        assert!(made.text.contains("Integration Nexus itself") && !made.text.contains("eyJ"));
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_token_that_an_agent_signed_is_not_sent_on() {
    let (app, upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let key = keys::p256(6);
    let kid = registered(&app, &agent, &key).await;
    let fresh = || key.token(&kid, &claims(&agent));
    // A copy in another header is removed.
    let token = fresh();
    let copied = app.get("/api/proxy/up/x").bearer(&token).header("x-copy", &token).send().await;
    assert_eq!(copied.status, 200, "{copied:?}");
    let seen = upstream.one();
    assert!(!format!("{seen:?}").contains(token.rsplit('.').next().unwrap()), "{seen:?}");
    // A copy in the URL or in the body of a tool call is rejected.
    upstream.forget();
    let token = fresh();
    let in_url = app.get(&format!("/api/proxy/up/x?k={token}")).bearer(&token).send().await;
    assert_eq!(in_url.status, 401, "{in_url:?}");
    assert!(in_url.text.contains("in the URL"), "{in_url:?}");
    let token = fresh();
    let tool = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "call_api", "arguments": {"integration": "up", "method": "POST", "path": "/x",
            "body": {"token": token}}}});
    let called = app.post("/mcp").bearer(&token).json(&tool).send().await;
    assert!(called.text.contains("in the body"), "{called:?}");
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_token_counts_once_across_a_restart() {
    let app = Options::default().start().await.unwrap();
    let agent = register(&app, "Bot").await;
    let key = keys::ed25519(4);
    let kid = registered(&app, &agent, &key).await;
    let token = key.token(&kid, &claims(&agent));
    assert_eq!(app.get("/api/proxy").bearer(&token).send().await.status, 200);
    let app = app.restart().await;
    assert_eq!(app.get("/api/proxy").bearer(&token).send().await.status, 401);
}
