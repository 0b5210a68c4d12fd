//! RFC 7009.

use nexus_simulators::client::Answer;
use nexus_simulators::{Kind, Simulator, TokenState};

use super::{CLIENT, SECRET, connect, refresh};
use crate::oauth::{basic, error, post, start, text};

async fn revoke(strict: &Simulator, form: &[(&str, &str)]) -> Answer {
    post(strict, "/revoke", &[("authorization", &basic(CLIENT, SECRET))], form).await
}

#[tokio::test]
async fn an_access_token_ends_alone_and_a_refresh_token_with_its_family() {
    let strict = start(Kind::Strict).await;
    let (access, token) = connect(&strict).await;
    let (bystander, _) = connect(&strict).await;
    // A wrong hint is ignored.
    let form = [("token", access.as_str()), ("token_type_hint", "refresh_token")];
    assert_eq!(revoke(&strict, &form).await.status, 200);
    assert_eq!(strict.token_state(&access), TokenState::Revoked);
    assert_eq!(strict.token_state(&token), TokenState::Live);
    let answer = refresh(&strict, &token).await;
    let (access, next) = (text(&answer, "access_token"), text(&answer, "refresh_token"));
    assert_eq!(revoke(&strict, &[("token", &next)]).await.status, 200);
    assert_eq!(strict.token_state(&access), TokenState::Revoked);
    assert_eq!(strict.token_state(&next), TokenState::Revoked);
    assert_eq!(strict.token_state(&bystander), TokenState::Live);
    assert_eq!(strict.grant_of(&next).unwrap().revocations, 2);
    // A revocation of an invalid or unknown token succeeds, and is not counted.
    for token in [&access, &next, "never-issued"] {
        assert_eq!(revoke(&strict, &[("token", token)]).await.status, 200);
    }
    assert_eq!(strict.stats().revocations, 2);
}

#[tokio::test]
async fn a_refresh_token_that_was_used_up_or_expired_still_ends_its_family() {
    let strict = start(Kind::Strict).await;
    let (_, first) = connect(&strict).await;
    let second = text(&refresh(&strict, &first).await, "refresh_token");
    assert_eq!(revoke(&strict, &[("token", &first)]).await.status, 200);
    assert_eq!(strict.token_state(&second), TokenState::Revoked);
    let (access, token) = connect(&strict).await;
    strict.expire_token(&token);
    assert_eq!(revoke(&strict, &[("token", &token)]).await.status, 200);
    assert_eq!(strict.token_state(&access), TokenState::Revoked);
}

#[tokio::test]
async fn a_strangers_request_is_refused_and_ends_nothing() {
    let strict = start(Kind::Strict).await;
    strict.register_client("other", "other-secret", &[]);
    let (_, token) = connect(&strict).await;
    let form = [("token", token.as_str())];
    assert_eq!(error(&post(&strict, "/revoke", &[], &form).await), (401, "invalid_client".into()));
    let other = basic("other", "other-secret");
    let answer = post(&strict, "/revoke", &[("authorization", &other)], &form).await;
    assert_eq!(error(&answer), (400, "invalid_grant".into()));
    assert_eq!(error(&revoke(&strict, &[]).await), (400, "invalid_request".into()));
    assert_eq!(strict.token_state(&token), TokenState::Live);
}

#[tokio::test]
async fn exactly_the_requested_number_of_revocations_fails() {
    let strict = start(Kind::Strict).await;
    let (_, token) = connect(&strict).await;
    strict.fail_revocations(2);
    for _ in 0..2 {
        assert_eq!(revoke(&strict, &[("token", &token)]).await.status, 500);
    }
    assert_eq!(strict.token_state(&token), TokenState::Live);
    assert_eq!(revoke(&strict, &[("token", &token)]).await.status, 200);
    assert_eq!(strict.token_state(&token), TokenState::Revoked);
    assert_eq!(strict.stats().revocations, 1);
}
