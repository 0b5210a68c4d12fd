//! RFC 6749 sections 2.3.1, 3.2, 4.1.3, 4.4 and 5.2, RFC 7636 section 4.6.

use nexus_simulators::client;
use nexus_simulators::{ClientAuth, Kind, TokenState};

use super::{CLIENT, SECRET, ask, code, connect, exchange};
use crate::get;
use crate::oauth::{Back, CALLBACK, VERIFIER, basic, error, post, start, text};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn the_request_is_a_form_posted_without_anything_in_its_uri_or_twice() {
    let strict = start(Kind::Strict).await;
    let auth = basic(CLIENT, SECRET);
    let body = b"grant_type=client_credentials";
    let headers = [("authorization", auth.as_str()), ("content-type", FORM)];
    let send = |method, target, headers, body| {
        let port = strict.port();
        async move { client::send(port, method, target, headers, body).await.unwrap() }
    };
    let get = send("GET", "/token", &headers[..], &b""[..]).await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    let query = send("POST", "/token?grant_type=client_credentials", &headers, &body[..]).await;
    assert_eq!(error(&query), (400, "invalid_request".into()));
    let json = [("authorization", auth.as_str()), ("content-type", "application/json")];
    let json = send("POST", "/token", &json, b"{\"grant_type\":\"client_credentials\"}").await;
    assert_eq!(error(&json), (400, "invalid_request".into()));
    let twice = send("POST", "/token", &headers, b"grant_type=a&grant_type=a").await;
    assert_eq!(error(&twice), (400, "invalid_request".into()));
    let none = send("POST", "/token", &headers, b"grant_type=").await;
    assert_eq!(error(&none), (400, "invalid_request".into()));
    let other = send("POST", "/token", &headers, b"grant_type=password").await;
    assert_eq!(error(&other), (400, "unsupported_grant_type".into()));
    assert_eq!(other.header("cache-control"), Some("no-store"));
    assert_eq!(strict.stats().refusals, 6);
}

#[tokio::test]
async fn the_client_proves_itself_in_the_one_way_that_is_set() {
    let strict = start(Kind::Strict).await;
    let good = basic(CLIENT, SECRET);
    let form = [("grant_type", "client_credentials")];
    let with_secret = [form[0], ("client_id", CLIENT), ("client_secret", SECRET)];
    let by_header = [("authorization", good.as_str())];
    for (auth, header, body) in [
        (ClientAuth::Either, 200, 200),
        (ClientAuth::Basic, 200, 401),
        (ClientAuth::Post, 401, 200),
    ] {
        strict.configure(|options| options.client_auth = auth);
        assert_eq!(post(&strict, "/token", &by_header, &form).await.status, header, "{auth:?}");
        assert_eq!(post(&strict, "/token", &[], &with_secret).await.status, body, "{auth:?}");
    }
    strict.configure(|options| options.client_auth = ClientAuth::Either);
    let both = post(&strict, "/token", &by_header, &with_secret).await;
    assert_eq!(error(&both), (400, "invalid_request".into()));
    let none = post(&strict, "/token", &[], &form).await;
    assert_eq!(error(&none), (401, "invalid_client".into()));
    for (id, secret) in [(CLIENT, "wrong"), ("nobody", SECRET), (CLIENT, "")] {
        let wrong = basic(id, secret);
        let answer = post(&strict, "/token", &[("authorization", &wrong)], &form).await;
        assert_eq!(error(&answer), (401, "invalid_client".into()));
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
        assert!(!answer.text().contains(SECRET));
    }
    // In the header, id and secret are form-encoded first.
    strict.register_client("a:b c", "p%+/=&", &[CALLBACK]);
    let encoded = basic("a%3Ab+c", "p%25%2B%2F%3D%26");
    assert_eq!(post(&strict, "/token", &[("authorization", &encoded)], &form).await.status, 200);
}

#[tokio::test]
async fn a_code_is_for_its_client_its_redirect_uri_its_verifier_and_its_minute() {
    let strict = start(Kind::Strict).await;
    strict.register_client("other", "other-secret", &[CALLBACK]);
    let (own, other) = (basic(CLIENT, SECRET), basic("other", "other-secret"));
    let value = code(&strict).await;
    let good = [
        ("grant_type", "authorization_code"),
        ("code", value.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let changed = |name: &'static str, value: &'static str| {
        let mut form = good.to_vec();
        form.retain(|(key, _)| *key != name);
        form.push((name, value));
        form
    };
    let long = "x".repeat(129);
    let long: &'static str = long.leak();
    for (form, code) in [
        (changed("code", ""), "invalid_request"),
        (changed("code", "never-given"), "invalid_grant"),
        (changed("redirect_uri", ""), "invalid_grant"),
        (changed("redirect_uri", "https://client.example/other"), "invalid_grant"),
        (changed("code_verifier", ""), "invalid_grant"),
        (changed("code_verifier", "another-verifier-of-43-characters-or-more-00"), "invalid_grant"),
        (changed("code_verifier", "short"), "invalid_request"),
        (changed("code_verifier", long), "invalid_request"),
    ] {
        let answer = post(&strict, "/token", &[("authorization", &own)], &form).await;
        assert_eq!(error(&answer), (400, code.to_owned()), "{form:?}");
    }
    let stolen = post(&strict, "/token", &[("authorization", &other)], &good).await;
    assert_eq!(error(&stolen), (400, "invalid_grant".into()));
    // None of these attempts used up the code.
    assert_eq!(exchange(&strict, &value).await.status, 200);

    let late = code(&strict).await;
    strict.advance_clock(61);
    assert_eq!(error(&exchange(&strict, &late).await), (400, "invalid_grant".into()));
    // If the authorization request has no redirect URI, the token request needs none.
    let back = Back::of(&ask(&strict, &[("redirect_uri", "")]).await);
    let form = [good[0], ("code", &back.code()), good[3]];
    assert_eq!(post(&strict, "/token", &[("authorization", &own)], &form).await.status, 200);
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_was_issued_for_it() {
    let strict = start(Kind::Strict).await;
    let value = code(&strict).await;
    let tokens = exchange(&strict, &value).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let (bystander, _) = connect(&strict).await;
    assert_eq!(error(&exchange(&strict, &value).await), (400, "invalid_grant".into()));
    assert_eq!(strict.token_state(&access), TokenState::Revoked);
    assert_eq!(strict.token_state(&refresh), TokenState::Revoked);
    assert_eq!(get(&strict, "/userinfo", &access).await.status, 401);
    assert_eq!(strict.token_state(&bystander), TokenState::Live);
    assert!(strict.stats().grants[0].ended);
}

#[tokio::test]
async fn client_credentials_give_an_access_token_alone() {
    let strict = start(Kind::Strict).await;
    let form = [("grant_type", "client_credentials"), ("scope", "a b")];
    let auth = basic(CLIENT, SECRET);
    let answer = post(&strict, "/token", &[("authorization", &auth)], &form).await;
    assert_eq!(answer.status, 200);
    assert_eq!(text(&answer, "scope"), "a b");
    assert!(answer.json().get("refresh_token").is_none());
    let me = get(&strict, "/userinfo", &text(&answer, "access_token")).await.json();
    assert_eq!(me["sub"], CLIENT);
}

#[tokio::test]
async fn lifetimes_and_refresh_tokens_are_as_set() {
    let strict = start(Kind::Strict).await;
    strict.set_time(1_000);
    strict.configure(|options| {
        options.access_lifetime = None;
        options.refresh_tokens = false;
    });
    let answer = exchange(&strict, &code(&strict).await).await.json();
    assert!(answer.get("expires_in").is_none() && answer.get("refresh_token").is_none());
    strict.set_time(1_000_000_000);
    let access = answer["access_token"].as_str().unwrap();
    assert_eq!(strict.token_state(access), TokenState::Live);
    strict.configure(|options| options.access_lifetime = Some(5));
    let short = text(&exchange(&strict, &code(&strict).await).await, "access_token");
    strict.set_time(1_000_000_004);
    assert_eq!(strict.token_state(&short), TokenState::Live);
    strict.set_time(1_000_000_005);
    assert_eq!(strict.token_state(&short), TokenState::Expired);
}
