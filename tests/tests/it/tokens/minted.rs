//! Tokens that the application makes with an entered credential, by a login or by client credentials: a token that another
//! one replaces before its time is revoked, if that ends nothing else.

use super::minted_stage::{Kind, Stage};

#[tokio::test]
async fn a_minted_token_that_is_replaced_while_it_lives_is_revoked() {
    for kind in [Kind::Login, Kind::Client] {
        let stage = Stage::believed(kind).await;
        assert_eq!(stage.call().await.status, 200);
        stage.replace().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["1".into(), "2".into()], 1), "{kind:?}");
        stage.end_grace();
        assert_eq!(stage.app.tick().await["revoked"], 1, "{kind:?}");
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0), "{kind:?}");
        let events = stage.app.get("/api/integrations/up/events").as_admin().send().await.text;
        assert!(events.contains("revoked") && !events.contains("0123456789abcdef"), "{events}");
        let shown = stage.app.get("/api/integrations/up").as_admin().send().await.json();
        assert_eq!(shown["health"]["state"], "healthy", "{kind:?}: {shown}");

        // A token whose time has come is left to expire.
        let expire = "update credentials set refresh_at = 1, expires_at = 1, lease_until = null";
        stage.app.database().execute(expire, []).unwrap();
        assert_eq!(stage.call().await.status, 200);
        assert_eq!((stage.live().len(), stage.waiting()), (2, 0), "{kind:?}");

        // A deletion takes a token with it that still waits.
        stage.tokens().live.remove("token-2-0123456789abcdef");
        stage.replace().await;
        assert_eq!((stage.live().len(), stage.waiting()), (2, 1), "{kind:?}");
        let deleted = stage.app.delete("/api/integrations/up").as_admin().send().await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
        assert_eq!((stage.live().len(), stage.waiting()), (0, 0), "{kind:?}");
    }
}

/// A revocation that may end more than the token would end the new token too.
#[tokio::test]
async fn no_minted_token_is_revoked_if_that_may_end_its_replacement() {
    for (effect, query) in [("token", "?believe_effect=false"), ("grant", "")] {
        let stage = Stage::start(Kind::Client, effect, query).await;
        stage.replace().await;
        assert_eq!((stage.live().len(), stage.waiting()), (2, 0), "{effect}");
        stage.app.tick().await;
        assert_eq!((stage.live().len(), stage.revocations()), (2, 0), "{effect}");
    }
}

/// Some servers give the same token until it expires.
#[tokio::test]
async fn a_minted_token_that_the_provider_gives_again_is_not_revoked() {
    let stage = Stage::believed(Kind::Client).await;
    stage.tokens().repeats = true;
    stage.replace().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["1".to_owned()], 0));
    stage.app.tick().await;
    assert_eq!((stage.revocations(), stage.call().await.status.as_u16()), (0, 200));
}

/// The verify request is about nothing but the token, so a token that it rejects is dead.
#[tokio::test]
async fn a_minted_token_that_the_verify_request_rejects_is_not_revoked() {
    let stage = Stage::believed(Kind::Login).await;
    stage.tokens().live.clear();
    let checked = stage.app.post("/api/integrations/up/check").as_admin().send().await.json();
    assert_eq!(checked["health"]["state"], "healthy", "{checked}");
    assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0));
}

/// At a provider with one session per credential, a new token of one connection ends the token of the other. The check beside
/// a revocation finds that and makes a new token, which must not lead to the next revocation.
#[tokio::test]
async fn connections_that_share_one_session_do_not_make_tokens_at_each_tick() {
    let stage = Stage::believed(Kind::Login).await;
    stage.tokens().has_one_session = true;
    stage.connect("Second").await;
    stage.replace_rejected().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["3".to_owned()], 1));
    stage.end_grace();
    stage.app.tick().await;
    let made = stage.tokens().made;
    assert!(made > 3, "the tick has not checked the other connection");
    assert_eq!(stage.waiting(), 0);
    assert_eq!(stage.app.tick().await["revoked"], 0);
    assert_eq!(stage.tokens().made, made);
}

/// An agent can make the provider reject calls, and the provider may accept no revocations for days.
#[tokio::test]
async fn at_most_ten_replaced_tokens_of_a_connection_wait() {
    let stage = Stage::believed(Kind::Client).await;
    for _ in 0..10 {
        stage.replace().await;
    }
    let path = "/api/integrations/up/events";
    let is_told = async || {
        let events = stage.app.get(path).as_admin().send().await.text;
        events.contains("too many earlier tokens of this connection wait")
    };
    assert_eq!((stage.waiting(), is_told().await), (10, false));
    stage.replace().await;
    assert_eq!((stage.waiting(), is_told().await), (10, true));

    // There is room again once they are revoked. The token that was left out still works, and so does the last one.
    stage.end_grace();
    stage.app.tick().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["11".into(), "12".into()], 0));
    stage.replace().await;
    assert_eq!(stage.waiting(), 1);
}

/// Some providers give one token to several connections that have the same credential.
#[tokio::test]
async fn a_minted_token_that_another_connection_uses_waits_for_it() {
    for kind in [Kind::Login, Kind::Client] {
        let stage = Stage::believed(kind).await;
        stage.tokens().repeats = true;
        stage.connect("Second").await;
        assert_eq!(stage.live(), ["1"], "{kind:?}");
        stage.replace().await;
        stage.end_grace();
        stage.app.tick().await;
        assert_eq!((stage.revocations(), stage.waiting()), (0, 1), "{kind:?}");
        assert_eq!(stage.call_of("second").await.status, 200, "{kind:?}");

        // The second connection gives the token up too. Its calls that have begun still use the token.
        stage.replace_of("second").await;
        stage.app.tick().await;
        assert_eq!((stage.revocations(), stage.waiting()), (0, 2), "{kind:?}");
        stage.end_grace();
        stage.app.tick().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".into(), "3".into()], 0), "{kind:?}");
        assert_eq!(stage.call().await.status, 200, "{kind:?}");
    }
}

/// A provider may return an earlier token after a newer one.
#[tokio::test]
async fn a_minted_token_that_is_in_use_again_is_not_revoked() {
    let stage = Stage::believed(Kind::Client).await;
    stage.replace().await;
    // The next token is the first one again.
    stage.tokens().made = 0;
    stage.replace().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["1".into(), "2".into()], 2));
    stage.end_grace();
    stage.app.tick().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["1".to_owned()], 0));
    assert_eq!((stage.revocations(), stage.call().await.status.as_u16()), (1, 200));
}
