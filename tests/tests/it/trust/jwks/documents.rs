//! The keys of a document that are used, the documents that are rejected, and the places from which they may
//! come.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::issuer::{Answer, Issuer};
use super::keys::{self, Key};
use super::{admin, app, refused, status};
use crate::kit::app::{App, Options, TICK_SECRET};
use crate::kit::token;

fn changed(mut jwk: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

#[tokio::test]
async fn keys_that_are_not_for_this_are_ignored() {
    let (rsa, ec, ed) = (keys::rsa(), keys::p256(1), keys::ed25519(1));
    let small = keys::small_rsa();
    let wrong = keys::p384();
    let with_kid = |kid: &str, key: &Key, changes: Value| changed(key.jwk(kid), changes);
    let cases: Vec<(&str, &Key, Value)> = vec![
        ("use-enc", &rsa, json!({"use": "enc"})),
        ("use-number", &rsa, json!({"use": 1})),
        ("ops-sign", &ec, json!({"key_ops": ["sign"]})),
        ("ops-text", &ec, json!({"key_ops": "verify"})),
        ("alg-rs384", &rsa, json!({"alg": "RS384"})),
        ("alg-ps256", &rsa, json!({"alg": "PS256"})),
        ("alg-hs256", &rsa, json!({"alg": "HS256"})),
        ("alg-es384", &ec, json!({"alg": "ES384"})),
        ("alg-none", &ed, json!({"alg": "none"})),
        ("rsa-2040-bits", &small, json!({})),
        ("rsa-exponent-3", &rsa, json!({"e": "Aw"})),
        ("rsa-exponent-1", &rsa, json!({"e": "AQ"})),
        ("rsa-no-modulus", &rsa, json!({"n": ""})),
        ("rsa-padded", &rsa, json!({"e": "AQAB===="})),
        ("private", &ed, json!({"d": "AAAA"})),
        ("p384", &wrong, json!({})),
        ("crv-p384", &ec, json!({"crv": "P-384"})),
        ("crv-secp256k1", &ec, json!({"crv": "secp256k1"})),
        ("crv-x25519", &ed, json!({"crv": "X25519"})),
        ("kty-unknown", &ec, json!({"kty": "ECC"})),
        ("kty-okp", &ec, json!({"kty": "OKP"})),
        ("off-the-curve", &ec, json!({"x": ec.jwk("")["y"]})),
        ("short-x", &ec, json!({"x": "AAAA"})),
        ("ed-zero", &ed, json!({"x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})),
        ("kid-number", &ec, json!({"kid": 7})),
        ("twice", &ec, json!({})),
    ];
    let mut jwks: Vec<Value> =
        cases.iter().map(|(kid, key, changes)| with_kid(kid, key, changes.clone())).collect();
    jwks.push(ed.jwk("twice"));
    jwks.push(json!({"kty": "oct", "kid": "oct", "alg": "HS256", "k": "c2VjcmV0"}));
    jwks.extend([json!(null), json!("text"), json!([]), json!({})]);
    jwks.push(ec.jwk("good"));
    let issuer = Issuer::start(&jwks).await;
    let app = app(&issuer).await;

    for (kid, key, _) in &cases {
        refused(&app, kid, &key.token(kid, &admin())).await;
    }
    refused(&app, "twice, the other", &ed.token("twice", &admin())).await;
    refused(&app, "7", &ec.token("7", &admin())).await;
    let header = json!({"alg": "HS256", "kid": "oct"});
    refused(&app, "oct", &keys::hmac(&header, &admin(), b"secret")).await;
    assert_eq!(status(&app, &ec.token("good", &admin())).await, 200);
    // This is the only key of its algorithm that is left.
    assert_eq!(status(&app, &ec.sign(&json!({"alg": "ES256"}), &admin())).await, 200);
    assert_eq!(issuer.asked().len(), 1);
}

#[tokio::test]
async fn without_a_kid_exactly_one_key_must_fit() {
    let (one, two) = (keys::p256(1), keys::p256(2));
    let issuer = Issuer::start(&[one.jwk("1"), two.jwk("2"), keys::ed25519(1).jwk("3")]).await;
    let app = app(&issuer).await;
    let header = json!({"alg": "ES256"});
    refused(&app, "two keys", &one.sign(&header, &admin())).await;
    refused(&app, "two keys", &two.sign(&header, &admin())).await;
    let token = keys::ed25519(1).sign(&json!({"alg": "EdDSA"}), &admin());
    assert_eq!(status(&app, &token).await, 200);
    refused(&app, "none", &keys::rsa().sign(&json!({"alg": "RS256"}), &admin())).await;
}

/// Calls with a token of an unknown key. Expects a 503 that says when to retry.
async fn unavailable(app: &App, what: &str) {
    let token = keys::p256(1).token("k", &admin());
    let answer = app.get("/api/integrations").bearer(&token).send().await;
    assert_eq!(answer.status.as_u16(), 503, "{what}: {answer:?}");
    answer.problem(503, "jwks_unavailable");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{what}: {seconds}");
}

#[tokio::test]
async fn malformed_key_documents_are_rejected() {
    let key = keys::p256(1).jwk("k");
    let good = json!({"keys": [key]}).to_string();
    let many: Vec<Value> = (0..101).map(|n| keys::p256(1).jwk(&n.to_string())).collect();
    let many = json!({ "keys": many }).to_string();
    let huge = json!({"keys": [key], "pad": "x".repeat(300_000)}).to_string();
    let elsewhere = Issuer::start(std::slice::from_ref(&key)).await;
    let to = format!("{}/.well-known/jwks.json", elsewhere.origin());
    let json = "application/json";
    for (what, answer) in [
        ("HTML", Answer::of("200 OK", "text/html", "<!doctype html><p>Sign in</p>")),
        ("500", Answer::of("500 Internal Server Error", json, &good)),
        ("404", Answer::of("404 Not Found", json, &good)),
        ("206", Answer::of("206 Partial Content", json, &good)),
        ("empty", Answer::of("200 OK", json, "")),
        ("a list", Answer::of("200 OK", json, &json!([key]).to_string())),
        ("no keys", Answer::of("200 OK", json, "{}")),
        ("keys no list", Answer::of("200 OK", json, &json!({"keys": {"k": key}}).to_string())),
        ("101 keys", Answer::of("200 OK", json, &many)),
        ("300 KB", Answer::of("200 OK", json, &huge)),
        ("half", Answer::of("200 OK", json, &good[..good.len() / 2])),
        (
            "truncated",
            Answer::raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{good}")),
        ),
        ("not HTTP", Answer::raw("what?\r\n\r\n".into())),
        ("nothing", Answer::raw(String::new())),
        (
            "redirect",
            Answer::raw(format!(
                "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
            )),
        ),
    ] {
        let issuer = Issuer::answering(answer).await;
        let app = app(&issuer).await;
        unavailable(&app, what).await;
        assert!(app.log().contains("jwt_jwks_origin"), "{what}: {}", app.log());
    }
    assert!(elsewhere.asked().is_empty(), "the redirect was followed");
}

#[tokio::test]
async fn a_slow_document_is_given_up() {
    // The document is well-formed, but its last byte never arrives.
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"keys\":[";
    for answer in [Answer::raw(head.into()).held(), Answer::raw(String::new()).held()] {
        let issuer = Issuer::answering(answer).await;
        let app = app(&issuer).await;
        let begun = Instant::now();
        unavailable(&app, "slow").await;
        assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_content_type_does_not_decide() {
    let key = keys::p256(1);
    let body = json!({"keys": [key.jwk("k")]}).to_string();
    for kind in ["application/jwk-set+json", "text/plain", "application/octet-stream"] {
        let issuer = Issuer::answering(Answer::of("200 OK", kind, &body)).await;
        let app = app(&issuer).await;
        assert_eq!(status(&app, &key.token("k", &admin())).await, 200, "{kind}");
    }
}

#[tokio::test]
async fn a_malformed_place_is_named_and_its_value_is_not() {
    let good = "https://id.example.com";
    for (variable, origin, path) in [
        ("jwt_jwks_origin", "http://id.example.com", "/keys"),
        ("jwt_jwks_origin", "https://user@id.example.com", "/keys"),
        ("jwt_jwks_path", good, "keys-without-slash"),
        ("jwt_jwks_path", good, "/keys#fragment"),
        ("jwt_jwks_path", good, "/keys with spaces"),
        ("jwt_jwks_path", good, "/k\u{e9}ys"),
    ] {
        let options = Options::default().without("jwt_secret").var("jwt_jwks_origin", origin);
        let app = options.var("jwt_jwks_path", path).start().await.unwrap();
        let value = if variable == "jwt_jwks_origin" { origin } else { path };
        let token = keys::p256(1).token("k", &admin());
        let answer = app.get("/api/integrations").bearer(&token).send().await;
        let problem = answer.problem(500, "misconfigured");
        assert_eq!(problem["variable"], variable, "{value}");
        assert!(!answer.text.contains(value), "{answer:?}");
        let health = app.get("/api/health").bearer(TICK_SECRET).send().await;
        assert_eq!(health.json()["problems"][0]["variable"], variable, "{health:?}");
        assert!(!health.text.contains(value) && !app.log().contains(value), "{value}");
    }
}

#[tokio::test]
async fn a_secret_beside_the_keys_is_misconfigured_and_so_is_neither() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let both = Options::default().var("jwt_jwks_origin", &issuer.origin()).start().await.unwrap();
    let neither = Options::default().without("jwt_secret").start().await.unwrap();
    for app in [both, neither] {
        for token in [keys::p256(1).token("k", &admin()), crate::kit::token::of("ADMIN", "acme")] {
            let answer = app.get("/api/integrations").bearer(&token).send().await;
            assert_eq!(answer.problem(500, "misconfigured")["variable"], "jwt_secret");
        }
    }
    assert!(issuer.asked().is_empty());
}

/// An issuer that is a server is named to programs. One with a shared secret is only a name.
#[tokio::test]
async fn programs_are_told_of_the_issuer_beside_our_own_server() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let app = app(&issuer).await;
    for path in ["", "/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let shown = app.get(&path).send().await.json();
        let servers = json!(["http://127.0.0.1:1", token::ISSUER]);
        assert_eq!(shown["authorization_servers"], servers, "{path}");
    }
    let app = App::start().await;
    let shown = app.get("/.well-known/oauth-protected-resource").send().await.json();
    assert_eq!(shown["authorization_servers"], json!(["http://127.0.0.1:1"]));
}
