//! Attempts of an attacker, and a provider that fails.

use serde_json::{Value, json};

use super::{CLIENT, CLIENT_SECRET, Scene, is_signed_in, key, parameter, session};
use crate::kit::token;
use crate::trust::jwks::keys::p256;

#[tokio::test]
async fn an_id_token_that_is_not_for_this_request_is_rejected() {
    let scene = Scene::new().await;
    let now = token::now();
    let mapped = |changes: Value| {
        let mut claims = json!({"workspace_id": "acme", "role": "ADMIN"});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    };
    for (what, changes) in [
        ("another client", json!({"aud": "another"})),
        ("two audiences", json!({"aud": [CLIENT, "another"]})),
        ("another azp", json!({"aud": [CLIENT, "another"], "azp": "another"})),
        ("another azp alone", json!({"azp": "another"})),
        ("another issuer", json!({"iss": "https://evil.example"})),
        ("the issuer with a slash", json!({"iss": format!("{}/", scene.issuer())})),
        ("no nonce", json!({"nonce": null})),
        ("another nonce", json!({"nonce": "n"})),
        ("expired", json!({"iat": now - 400, "exp": now - 60})),
        ("too old", json!({"iat": now - 700, "exp": now + 60})),
        ("no exp", json!({"exp": null})),
        ("no iat", json!({"iat": null})),
        ("no subject", json!({"sub": null})),
        ("a subject that hides", json!({"sub": "a\u{202e}b"})),
        ("two workspaces", json!({"workspace_id": ["acme", "beta"]})),
    ] {
        let answer = scene.sign_in(mapped(changes), json!({})).await;
        assert_eq!(
            (answer.status.as_u16(), is_signed_in(&answer)),
            (502, false),
            "{what}: {answer:?}"
        );
    }
    type Sign = Box<dyn Fn(&Value) -> String>;
    let header = |typ: &str| json!({"alg": "ES256", "typ": typ, "kid": "k"});
    let (access, logout) = (header("at+jwt"), header("logout+jwt"));
    let forged: [(&str, Sign); 6] = [
        ("another key", Box::new(|claims| p256(4).token("k", claims))),
        ("an unknown key", Box::new(|claims| p256(4).token("other", claims))),
        ("an access token", Box::new(move |claims| key().sign(&access, claims))),
        ("a logout token", Box::new(move |claims| key().sign(&logout, claims))),
        (
            "the client secret",
            Box::new(|claims| {
                token::sign(
                    &json!({"alg": "HS256", "typ": "JWT", "kid": "k"}),
                    claims,
                    CLIENT_SECRET,
                )
            }),
        ),
        (
            "no signature",
            Box::new(|claims| {
                let none = json!({"alg": "none", "typ": "JWT"});
                let token = token::sign(&none, claims, "x");
                format!("{}.", token.rsplit_once('.').unwrap().0)
            }),
        ),
    ];
    for (what, sign) in forged {
        let (cookie, url) = scene.begin(json!({})).await;
        scene.will_say(&sign(&scene.claims(&url, &mapped(json!({})))));
        let answer = scene.come_back(&cookie, &scene.good(&url)).await;
        assert!([502, 503].contains(&answer.status.as_u16()), "{what}: {answer:?}");
        assert!(!is_signed_in(&answer), "{what}");
    }
    // An id token is not an access token.
    let (_, url) = scene.begin(json!({})).await;
    let good = key().token("k", &scene.claims(&url, &mapped(json!({}))));
    assert_eq!(scene.app.get("/api/me").bearer(&good).send().await.status, 401);
    assert_eq!((scene.app.count("people"), scene.app.count("sessions")), (0, 0));
}

#[tokio::test]
async fn only_the_browser_that_began_a_sign_in_finishes_it() {
    let scene = Scene::new().await;
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    let (cookie, url) = scene.begin(json!({})).await;
    let (other_cookie, other_url) = scene.begin(json!({})).await;
    let (state, issuer) = (parameter(&url, "state"), scene.issuer());
    assert_ne!(state, parameter(&other_url, "state"));
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    scene.provider.forget();
    let good = scene.good(&url);
    let old = cookie.replacen(|c: char| c.is_ascii_digit(), "0", 1);
    for (what, cookie, query) in [
        ("no cookie: login CSRF", "", good.clone()),
        ("the cookie of another sign-in", other_cookie.as_str(), good.clone()),
        ("an old or changed cookie", old.as_str(), good.clone()),
        ("a malformed cookie", "nexus-oidc=x", good.clone()),
        ("no state", cookie.as_str(), format!("code=c-1&iss={issuer}")),
        ("the state of another", cookie.as_str(), scene.good(&other_url)),
        ("two states", cookie.as_str(), format!("{good}&state={state}")),
        ("no iss", cookie.as_str(), format!("code=c-1&state={state}")),
        (
            "another iss: mix-up",
            cookie.as_str(),
            format!("code=c-1&state={state}&iss=https://evil.example"),
        ),
        ("two iss", cookie.as_str(), format!("{good}&iss=https://evil.example")),
        ("no code", cookie.as_str(), format!("state={state}&iss={issuer}")),
        ("two codes", cookie.as_str(), format!("{good}&code=c-2")),
    ] {
        let answer = scene.come_back(cookie, &query).await;
        assert_eq!(
            (answer.status.as_u16(), is_signed_in(&answer)),
            (400, false),
            "{what}: {answer:?}"
        );
        assert!(answer.header("set-cookie").starts_with("nexus-oidc=;"), "{what}: {answer:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    let denied =
        format!("error=access_denied&error_description=%3Cscript%3E&state={state}&iss={issuer}");
    let answer = scene.come_back(&cookie, &denied).await;
    assert_eq!((answer.status.as_u16(), is_signed_in(&answer)), (403, false));
    assert!(
        answer.text.contains("access_denied") && !answer.text.contains("<script"),
        "{answer:?}"
    );
    assert!(scene.provider.seen().iter().all(|seen| seen.target() != "/token"), "no code was sent");
    // The browser that began the sign-in finishes it, and goes to `/`, whatever the query says.
    let answer = scene.come_back(&cookie, &format!("{good}&next=https://evil.example")).await;
    assert_eq!(scene.me(&answer).await["workspace"], "acme");
    // Another site cannot begin a sign-in.
    for site in ["cross-site", "same-site", "none"] {
        let call = scene.app.post("/sign-in/oidc").header("sec-fetch-site", site);
        call.json(&json!({})).send().await.problem(403, "cross_site");
    }
}

#[tokio::test]
async fn a_provider_that_fails_or_lies_signs_nobody_in() {
    let scene = Scene::new().await;
    for (token, status) in [
        ((400, json!({"error": "invalid_grant"})), 502),
        ((500, json!("<html>")), 502),
        ((200, json!({"access_token": "only"})), 502),
        ((200, json!({"id_token": "not.a.token"})), 502),
        ((302, json!({"id_token": "x"})), 502),
    ] {
        let (cookie, url) = scene.begin(json!({})).await;
        scene.says.lock().unwrap().token = token.clone();
        let answer = scene.come_back(&cookie, &scene.good(&url)).await;
        assert_eq!(
            (answer.status.as_u16(), is_signed_in(&answer)),
            (status, false),
            "{token:?}: {answer:?}"
        );
    }
    for metadata in [
        json!({"issuer": "https://evil.example"}),
        json!({"token_endpoint": "http://elsewhere.example/token"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
    ] {
        // A new application, which has not cached any metadata.
        let scene = Scene::new().await;
        scene.says.lock().unwrap().metadata = metadata.clone();
        let call = scene.app.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
        let answer = call.json(&json!({})).send().await;
        answer.problem(503, "jwks_unavailable");
        let options = scene.app.get("/sign-in/options").send().await.json();
        assert_eq!(
            options,
            json!({"identity_provider": scene.issuer(), "sign_out": false, "passkeys": false}),
            "{metadata}"
        );
    }
}

/// Anyone can make a cookie with its `state`. That alone writes nothing, and does not wait for the write
/// lock.
#[tokio::test]
async fn a_sign_in_that_the_provider_does_not_know_writes_nothing() {
    let scene = Scene::new().await;
    // The first request that needs the database makes it.
    scene.invite("acme", "MANAGER").await;
    let (cookie, url) = scene.begin(json!({})).await;
    scene.says.lock().unwrap().token = (400, json!({"error": "invalid_grant"}));
    let database = scene.app.database();
    database.execute_batch("begin immediate").unwrap();
    let answer = scene.come_back(&cookie, &scene.good(&url)).await;
    assert_eq!((answer.status.as_u16(), is_signed_in(&answer)), (502, false), "{answer:?}");
    assert!(answer.text.contains("rejected the code"), "{answer:?}");
    database.execute_batch("rollback").unwrap();
    assert_eq!(scene.app.count("used_proofs"), 0);
    // The same sign-in can be finished with a good code, once.
    scene.will_say(
        &key().token("k", &scene.claims(&url, &json!({"workspace_id": "acme", "role": "ADMIN"}))),
    );
    assert!(is_signed_in(&scene.come_back(&cookie, &scene.good(&url)).await));
    let exchanged =
        || scene.provider.seen().iter().filter(|seen| seen.target() == "/token").count();
    let before = exchanged();
    let again = scene.come_back(&cookie, &scene.good(&url)).await;
    assert_eq!((again.status.as_u16(), is_signed_in(&again)), (400, false), "{again:?}");
    assert_eq!(exchanged(), before, "a finished sign-in does not exchange a code");
}

/// An attacker may have put a session cookie into the browser before the person signs in.
#[tokio::test]
async fn a_sign_in_at_the_provider_takes_over_no_session_that_a_browser_brings() {
    let scene = Scene::new().await;
    let planted = format!("nexus-session={}", "A".repeat(43));
    let (cookie, url) = scene.begin(json!({})).await;
    let changes = json!({"workspace_id": "acme", "role": "ADMIN"});
    scene.will_say(&key().token("k", &scene.claims(&url, &changes)));
    let cookies = format!("{planted}; {cookie}");
    let answer = scene.come_back(&cookies, &scene.good(&url)).await;
    assert_ne!(session(&answer), planted);
    assert_eq!(scene.me(&answer).await["name"], "Ann");
    let call = scene.app.get("/api/me").header("cookie", &planted);
    let refused = call.header("sec-fetch-site", "same-origin").send().await;
    refused.problem(401, "invalid_token");
}
