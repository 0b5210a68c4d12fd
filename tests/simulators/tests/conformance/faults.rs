//! The faults that can be caused at the token endpoint of every OAuth provider.

use std::sync::Arc;

use nexus_simulators::{Kind, TokenState};

use crate::oauth::{basic, send, start};
use crate::strict::{CLIENT, SECRET, connect, refresh};

#[tokio::test]
async fn an_answer_that_is_held_back_is_decided_already() {
    let strict = Arc::new(start(Kind::Strict).await);
    let (_, token) = connect(&strict).await;
    strict.hold_token_answers();
    let call = {
        let (strict, token) = (Arc::clone(&strict), token.clone());
        tokio::spawn(async move { refresh(&strict, &token).await })
    };
    strict.wait_for_held(1).await.unwrap();
    assert!(!call.is_finished());
    assert_eq!(strict.token_state(&token), TokenState::Revoked);
    assert_eq!(strict.stats().refreshes, 1);
    // Only responses of the token endpoint are held back.
    assert_eq!(crate::get(&strict, "/userinfo", "none").await.status, 401);
    strict.release_token_answers();
    assert_eq!(call.await.unwrap().status, 200);
}

#[tokio::test]
async fn an_answer_that_is_dropped_was_served() {
    let strict = start(Kind::Strict).await;
    let (_, token) = connect(&strict).await;
    strict.drop_token_answers(1);
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let auth = basic(CLIENT, SECRET);
    let lost = send(&strict, "/token", &[("authorization", &auth)], &form).await;
    assert!(lost.is_err());
    assert_eq!(strict.stats().refreshes, 1);
    // A client that repeats the request with its old token looks like a thief: RFC 9700 4.14.2.
    assert_eq!(refresh(&strict, &token).await.status, 400);
    assert_eq!(strict.live_tokens(), [""; 0]);
}
