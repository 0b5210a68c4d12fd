//! RFC 6749 section 4.1.2.1, RFC 7636 section 4.4.1, RFC 9207 section 2, RFC 9700 section 4.1.3.

use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Consent, Kind, TokenState};

use super::{ask, connect, exchange};
use crate::oauth::{Back, CALLBACK, browse, challenge, encode, post, start, text};

fn is_page(answer: &Answer) -> bool {
    answer.status == 400
        && answer.header("location").is_none()
        && answer.header("content-type").unwrap().starts_with("text/html")
}

#[tokio::test]
async fn a_wrong_client_or_redirect_uri_is_told_to_the_person_only() {
    let strict = start(Kind::Strict).await;
    let trailing = format!("{CALLBACK}/");
    let query = format!("{CALLBACK}?x=1");
    for change in [
        ("client_id", ""),
        ("client_id", "nobody"),
        ("redirect_uri", trailing.as_str()),
        ("redirect_uri", query.as_str()),
        ("redirect_uri", "https://client.example/CALLBACK"),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "http://client.example/callback"),
    ] {
        assert!(is_page(&ask(&strict, &[change]).await), "{change:?}");
    }
    let twice = format!("/authorize?client_id=strict-client&{}", encode(&[("client_id", "b")]));
    assert!(is_page(&client::send(strict.port(), "GET", &twice, &[], b"").await.unwrap()));
    // A redirect URI may be omitted if exactly one is registered.
    assert!(Back::of(&ask(&strict, &[("redirect_uri", "")]).await).get("code").is_some());
    strict.register_client(super::CLIENT, super::SECRET, &[CALLBACK, "https://client.example/2"]);
    assert!(is_page(&ask(&strict, &[("redirect_uri", "")]).await));
}

#[tokio::test]
async fn every_other_error_goes_back_with_state_and_issuer() {
    let strict = start(Kind::Strict).await;
    let short = &challenge()[1..];
    let padded = format!("{}=", &challenge()[..42]);
    for (change, code) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", short), "invalid_request"),
        (("code_challenge", padded.as_str()), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "a\"b"), "invalid_scope"),
    ] {
        let back = Back::of(&ask(&strict, &[change]).await);
        assert_eq!(back.get("error"), Some(code), "{change:?}");
        assert_eq!(back.get("state"), Some("st&te/1"));
        assert_eq!(back.get("iss"), Some(strict.origin().as_str()));
        assert_eq!(back.get("code"), None);
    }
    let twice = format!(
        "/authorize?client_id={}&state=1&{}",
        super::CLIENT,
        encode(&[("scope", "a"), ("scope", "b")])
    );
    let answer = client::send(strict.port(), "GET", &twice, &[], b"").await.unwrap();
    assert_eq!(Back::of(&answer).get("error"), Some("invalid_request"));
    assert_eq!(strict.stats().consents, 0);
}

#[tokio::test]
async fn a_denial_comes_back_and_may_be_set_for_one_request() {
    let strict = start(Kind::Strict).await;
    strict.deny_next();
    let back = Back::of(&ask(&strict, &[]).await);
    assert_eq!((back.get("error"), back.get("state")), (Some("access_denied"), Some("st&te/1")));
    assert_eq!(back.get("iss"), Some(strict.origin().as_str()));
    assert!(Back::of(&ask(&strict, &[]).await).get("code").is_some());
    strict.set_consent(Consent::Deny);
    assert!(Back::of(&ask(&strict, &[]).await).get("code").is_none());
    assert_eq!((strict.stats().denials, strict.stats().consents), (2, 1));
}

#[tokio::test]
async fn less_than_was_asked_for_may_be_granted() {
    let strict = start(Kind::Strict).await;
    strict.grant_only(&["mail"]);
    let answer = exchange(&strict, &Back::of(&ask(&strict, &[]).await).code()).await;
    assert_eq!(text(&answer, "scope"), "mail");
}

/// The ticket in a consent page.
fn ticket(page: &Answer) -> String {
    let html = page.text();
    let (_, rest) = html.split_once("name=\"ticket\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_decides_on_a_page() {
    let strict = start(Kind::Strict).await;
    strict.set_consent(Consent::Page);
    let page = ask(&strict, &[("scope", "<script>x")]).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("&lt;script&gt;x") && !page.text().contains("<script"));
    assert_eq!(strict.stats().consents, 0);

    let ticket_of_page = ticket(&page);
    let form = [
        ("ticket", ticket_of_page.as_str()),
        ("decision", "allow"),
        ("account_id", "user-9"),
        ("account_label", "Hopper"),
    ];
    let answer = post(&strict, "/authorize", &[], &form).await;
    assert_eq!(answer.status, 303);
    let back = Back::of(&answer);
    assert_eq!(back.get("state"), Some("st&te/1"));
    let tokens = exchange(&strict, &back.code()).await;
    assert_eq!(strict.grant_of(&text(&tokens, "access_token")).unwrap().account_id, "user-9");
    // A ticket is valid once, and must exist.
    assert!(is_page(&post(&strict, "/authorize", &[], &form).await));
    assert!(is_page(&post(&strict, "/authorize", &[], &[("decision", "allow")]).await));

    let other = ticket(&ask(&strict, &[]).await);
    let answer =
        post(&strict, "/authorize", &[], &[("ticket", &other), ("decision", "deny")]).await;
    assert_eq!(Back::of(&answer).get("error"), Some("access_denied"));
}

#[tokio::test]
async fn the_handle_tells_and_ends_what_there_is() {
    let strict = start(Kind::Strict).await;
    let (access, refresh) = connect(&strict).await;
    let (other, _) = connect(&strict).await;
    assert_eq!(strict.live_tokens().len(), 4);
    assert_eq!(strict.token_state(&access), TokenState::Live);
    assert_eq!(strict.token_state("never"), TokenState::Unknown);
    strict.expire_token(&access);
    assert_eq!(strict.token_state(&access), TokenState::Expired);
    assert!(strict.revoke_grant(&refresh) && !strict.revoke_grant("never"));
    assert_eq!(strict.token_state(&refresh), TokenState::Revoked);
    assert_eq!(strict.token_state(&other), TokenState::Live);
    assert!(strict.grant_of(&access).unwrap().ended);
    strict.revoke_all_grants();
    assert_eq!(strict.live_tokens(), [""; 0]);
    assert_eq!(browse(&strict, "/nothing", &[]).await.status, 404);
}
