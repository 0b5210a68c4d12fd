//! RFC 6749, 6750, 7009, 7636, 8414, 9207, 9700.

mod authorize;
mod refresh;
mod revoke;
mod token;

use nexus_simulators::client::Answer;
use nexus_simulators::{Kind, Simulator};

use crate::get;
use crate::oauth::{Back, CALLBACK, VERIFIER, basic, browse, challenge, post, start, text};

pub(crate) const CLIENT: &str = "strict-client";
pub(crate) const SECRET: &str = "strict-client-secret-0000000000001";

/// A valid authorization request. `changes` replaces parameters. An empty value removes one.
pub(crate) async fn ask(simulator: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let challenge = challenge();
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("scope", "profile mail"),
        ("state", "st&te/1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        query.retain(|(key, _)| key != name);
        query.push((name, value));
    }
    query.retain(|(_, value)| !value.is_empty());
    browse(simulator, "/authorize", &query).await
}

pub(crate) async fn code(simulator: &Simulator) -> String {
    Back::of(&ask(simulator, &[]).await).code()
}

pub(crate) async fn exchange(simulator: &Simulator, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    post(simulator, "/token", &[("authorization", &basic(CLIENT, SECRET))], &form).await
}

pub(crate) async fn refresh(simulator: &Simulator, token: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    post(simulator, "/token", &[("authorization", &basic(CLIENT, SECRET))], &form).await
}

/// An access and a refresh token.
pub(crate) async fn connect(simulator: &Simulator) -> (String, String) {
    let answer = exchange(simulator, &code(simulator).await).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (text(&answer, "access_token"), text(&answer, "refresh_token"))
}

#[tokio::test]
async fn a_whole_flow_ends_at_the_account() {
    let strict = start(Kind::Strict).await;
    strict.set_account("user-7", "Grace");
    let back = Back::of(&ask(&strict, &[]).await);
    assert_eq!(back.get("state"), Some("st&te/1"));
    assert_eq!(back.get("iss"), Some(strict.origin().as_str()));
    let answer = exchange(&strict, &back.code()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&"Bearer".into(), &3_600.into(), &"profile mail".into())
    );
    let me = get(&strict, "/userinfo", body["access_token"].as_str().unwrap()).await;
    assert_eq!((me.status, me.json()["sub"].clone()), (200, "user-7".into()));
    let stats = strict.stats();
    assert_eq!((stats.consents, stats.exchanges, stats.refreshes, stats.refusals), (1, 1, 0, 0));
    assert_eq!(stats.grants[0].account_id, "user-7");
    assert_eq!(stats.grants[0].scopes, ["profile", "mail"]);
}

#[tokio::test]
async fn userinfo_wants_a_living_access_token() {
    let strict = start(Kind::Strict).await;
    let none = nexus_simulators::client::send(strict.port(), "GET", "/userinfo", &[], b"").await;
    let none = none.unwrap();
    assert_eq!(
        (none.status, none.header("www-authenticate")),
        (401, Some("Bearer realm=\"strict\""))
    );
    let (access, refresh) = connect(&strict).await;
    for wrong in ["never-issued", refresh.as_str()] {
        let answer = get(&strict, "/userinfo", wrong).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    }
    strict.advance_clock(3_599);
    assert_eq!(get(&strict, "/userinfo", &access).await.status, 200);
    strict.advance_clock(2);
    assert_eq!(get(&strict, "/userinfo", &access).await.status, 401);
}

#[tokio::test]
async fn the_metadata_names_the_issuer_and_the_endpoints() {
    let strict = start(Kind::Strict).await;
    let metadata = browse(&strict, "/.well-known/oauth-authorization-server", &[]).await.json();
    assert_eq!(metadata["issuer"], strict.origin().as_str());
    assert_eq!(metadata["token_endpoint"], format!("{}/token", strict.origin()));
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
}
