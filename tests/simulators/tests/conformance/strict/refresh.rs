//! RFC 6749 section 6, RFC 9700 section 4.14.2.

use std::sync::Arc;

use nexus_simulators::{Kind, Reuse, Simulator, TokenState};

use super::{CLIENT, SECRET, connect, refresh};
use crate::oauth::{basic, error, post, start, text};

#[tokio::test]
async fn each_refresh_gives_new_tokens_and_uses_the_old_one_up() {
    let strict = start(Kind::Strict).await;
    let (access, first) = connect(&strict).await;
    let answer = refresh(&strict, &first).await;
    assert_eq!(answer.status, 200);
    let (next, second) = (text(&answer, "access_token"), text(&answer, "refresh_token"));
    assert!(next != access && second != first);
    assert_eq!(text(&answer, "scope"), "profile mail");
    assert_eq!(strict.token_state(&first), TokenState::Revoked);
    assert_eq!(strict.token_state(&access), TokenState::Live);
    let stats = strict.grant_of(&second).unwrap();
    assert_eq!((stats.exchanges, stats.refreshes), (1, 1));
}

#[tokio::test]
async fn a_reused_refresh_token_ends_the_family() {
    let strict = start(Kind::Strict).await;
    let (_, bystander) = connect(&strict).await;
    let (access, first) = connect(&strict).await;
    let second = text(&refresh(&strict, &first).await, "refresh_token");
    assert_eq!(error(&refresh(&strict, &first).await), (400, "invalid_grant".into()));
    for token in [&access, &second] {
        assert_eq!(strict.token_state(token), TokenState::Revoked);
    }
    assert_eq!(error(&refresh(&strict, &second).await), (400, "invalid_grant".into()));
    assert_eq!(refresh(&strict, &bystander).await.status, 200);
}

#[tokio::test]
async fn a_reused_refresh_token_is_only_rejected_or_accepted_as_set() {
    let strict = start(Kind::Strict).await;
    strict.configure(|options| options.on_reuse = Reuse::Refuse);
    let (_, first) = connect(&strict).await;
    let second = text(&refresh(&strict, &first).await, "refresh_token");
    assert_eq!(error(&refresh(&strict, &first).await), (400, "invalid_grant".into()));
    assert_eq!(refresh(&strict, &second).await.status, 200);

    strict.configure(|options| options.rotation = false);
    let (_, kept) = connect(&strict).await;
    for _ in 0..2 {
        let answer = refresh(&strict, &kept).await;
        assert_eq!(answer.status, 200);
        assert!(answer.json().get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn other_wrong_refresh_requests_are_rejected() {
    let strict = start(Kind::Strict).await;
    strict.register_client("other", "other-secret", &[]);
    let (access, token) = connect(&strict).await;
    let (own, other) = (basic(CLIENT, SECRET), basic("other", "other-secret"));
    let form = |scope: &'static str, token| {
        [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]
    };
    for (auth, form, code) in [
        (&own, form("", ""), "invalid_request"),
        (&own, form("", "never-issued"), "invalid_grant"),
        (&own, form("", access.as_str()), "invalid_grant"),
        (&other, form("", token.as_str()), "invalid_grant"),
        (&own, form("profile more", token.as_str()), "invalid_scope"),
    ] {
        let answer = post(&strict, "/token", &[("authorization", auth)], &form).await;
        assert_eq!(error(&answer), (400, code.to_owned()));
    }
    let less = post(&strict, "/token", &[("authorization", &own)], &form("mail", &token)).await;
    assert_eq!(text(&less, "scope"), "mail");
    // The refresh token still has the whole scope.
    let next = refresh(&strict, &text(&less, "refresh_token")).await;
    assert_eq!(text(&next, "scope"), "profile mail");
    let last = text(&next, "refresh_token");
    strict.expire_refresh_tokens();
    assert_eq!(error(&refresh(&strict, &last).await), (400, "invalid_grant".into()));
    assert_eq!(strict.token_state(&last), TokenState::Expired);
}

/// Sends a hundred concurrent requests with one refresh token. Returns the number of successes.
async fn race(strict: &Arc<Simulator>, token: &str) -> Vec<String> {
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let (strict, token) = (Arc::clone(strict), token.to_owned());
            tokio::spawn(async move { refresh(&strict, &token).await })
        })
        .collect();
    let mut served = Vec::new();
    for call in calls {
        let answer = call.await.unwrap();
        match answer.status {
            200 => served.push(text(&answer, "refresh_token")),
            _ => assert_eq!(error(&answer), (400, "invalid_grant".into())),
        }
    }
    served
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_a_hundred_concurrent_refreshes_succeeds() {
    let strict = Arc::new(start(Kind::Strict).await);
    strict.configure(|options| options.on_reuse = Reuse::Refuse);
    let (_, token) = connect(&strict).await;
    let served = race(&strict, &token).await;
    assert_eq!(served.len(), 1);
    assert_eq!(strict.token_state(&served[0]), TokenState::Live);
    let stats = strict.grant_of(&token).unwrap();
    assert_eq!((stats.refreshes, stats.ended, strict.stats().refusals), (1, false, 99));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_other_concurrent_refreshes_end_the_family_as_set() {
    let strict = Arc::new(start(Kind::Strict).await);
    let (access, token) = connect(&strict).await;
    let served = race(&strict, &token).await;
    assert_eq!(served.len(), 1);
    assert_eq!(strict.token_state(&served[0]), TokenState::Revoked);
    assert_eq!(strict.token_state(&access), TokenState::Revoked);
    assert!(strict.grant_of(&token).unwrap().ended);
    assert_eq!(strict.live_tokens(), [""; 0]);
}
