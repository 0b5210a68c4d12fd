//! A replaced minted token whose revocation is answered by 401. The token may be invalid, or it may not revoke itself. It counts
//! as revoked only if the provider shows that it is invalid.

use serde_json::{Value, json};

use super::minted_stage::{Kind, Stage};

impl Stage {
    /// The states in the events about revocations, newest first, with their reasons.
    async fn told(&self) -> Vec<(String, String)> {
        let path = "/api/integrations/up/events?limit=100";
        let events = self.app.get(path).as_admin().send().await.json();
        let items = events["items"].as_array().unwrap().clone();
        let ends = items.iter().filter(|event| event["kind"] == "integration.revocation");
        let text = |event: &Value, name: &str| event["detail"][name].as_str().unwrap().to_owned();
        ends.map(|event| (text(event, "state"), text(event, "detail"))).collect()
    }

    /// How many verify requests had the first token.
    fn checks_of_first(&self) -> usize {
        self.checked().iter().filter(|number| **number == 1).count()
    }

    /// Each waiting token is tried once more.
    async fn try_again(&self) {
        self.app.database().execute("update outbox set next_at = 0", []).unwrap();
        self.app.tick().await;
    }
}

/// The provider has ended the token itself. If the token authenticates its own revocation, the verify request shows that. If
/// the client authenticates it, a 401 is about the client.
#[tokio::test]
async fn only_a_token_that_authenticates_its_revocation_is_gone_after_a_401() {
    for (kind, waits) in [(Kind::Login, 0), (Kind::Client, 1)] {
        let stage = Stage::believed(kind).await;
        stage.tokens().live.clear();
        stage.replace_rejected().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 1), "{kind:?}");
        stage.tokens().rejects_revocations = true;
        stage.upstream.forget();
        stage.end_grace();
        stage.app.tick().await;
        assert_eq!((stage.revocations(), stage.waiting()), (1, waits), "{kind:?}");
        assert_eq!(stage.checks_of_first(), usize::from(kind == Kind::Login), "{kind:?}");
        let told = stage.told().await;
        assert_eq!(told.iter().filter(|(state, _)| state == "revoked").count(), told.len());
        assert_eq!(told.len(), usize::from(kind == Kind::Login), "{told:?}");

        // The revocation is tried again.
        stage.tokens().rejects_revocations = false;
        stage.try_again().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0), "{kind:?}");
    }
}

/// The provider answers 401 to a token that may not revoke itself.
#[tokio::test]
async fn a_token_that_may_not_revoke_itself_is_not_said_to_be_revoked() {
    let stage = Stage::believed(Kind::Login).await;
    stage.replace().await;
    stage.tokens().rejects_revocations = true;
    stage.upstream.forget();
    stage.end_grace();
    for times in 1..=2 {
        stage.try_again().await;
        assert_eq!((stage.live().len(), stage.waiting()), (2, 1));
        // Each attempt asks once.
        assert_eq!((stage.revocations(), stage.checks_of_first()), (times, times));
    }
    assert!(stage.told().await.is_empty());
    stage.tokens().rejects_revocations = false;
    stage.try_again().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0));
    assert_eq!(stage.told().await[0].0, "revoked");
}

/// Only a 401 to the verify request is about the token and nothing else.
#[tokio::test]
async fn another_rejection_by_the_verify_request_shows_nothing() {
    let stage = Stage::believed(Kind::Login).await;
    stage.replace().await;
    stage.tokens().rejects_revocations = true;
    for status in [400, 403, 404, 429, 500] {
        stage.tokens().old_check = Some(status);
        stage.try_again().await;
        assert_eq!((stage.waiting(), stage.told().await), (1, vec![]), "{status}");
    }
    stage.tokens().old_check = Some(401);
    stage.try_again().await;
    assert_eq!((stage.waiting(), stage.told().await[0].0.as_str()), (0, "revoked"));
}

/// A provider in trouble rejects all tokens for a while.
#[tokio::test]
async fn a_provider_that_rejects_all_tokens_shows_nothing() {
    let stage = Stage::believed(Kind::Login).await;
    stage.replace().await;
    {
        let mut tokens = stage.tokens();
        (tokens.rejects_revocations, tokens.rejects_checks) = (true, true);
    }
    // The last check is too old to say anything about now.
    stage.app.database().execute("update integrations set health_at = 1", []).unwrap();
    stage.upstream.forget();
    stage.try_again().await;
    assert_eq!((stage.waiting(), stage.told().await), (1, vec![]));
    assert_eq!(stage.checks_of_first(), 0, "the connection is not accepted, so nothing is asked");
    {
        let mut tokens = stage.tokens();
        (tokens.rejects_revocations, tokens.rejects_checks) = (false, false);
    }
    stage.try_again().await;
    assert_eq!(stage.waiting(), 0);
    assert!(!stage.live().contains(&"1".to_owned()));
}

/// The connection is deleted, so nothing shows what the provider accepts now.
#[tokio::test]
async fn a_receipt_of_a_deletion_does_not_claim_that_a_rejected_token_is_revoked() {
    let stage = Stage::believed(Kind::Login).await;
    stage.tokens().live.clear();
    stage.replace_rejected().await;
    stage.upstream.forget();
    let deleted = stage.app.delete("/api/integrations/up").as_admin().send().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    let receipts = deleted.json()["revocation"].as_array().unwrap().clone();
    let states: Vec<_> = receipts.iter().map(|one| (&one["token"], &one["state"])).collect();
    let (token, secret) = (json!("access_token"), json!("client_secret"));
    let [revoked, entered, pending] = ["revoked", "not_revocable", "pending"].map(|one| json!(one));
    assert_eq!(states, [(&token, &revoked), (&secret, &entered), (&token, &pending)]);
    assert_eq!((stage.asked_to_revoke(), stage.checks_of_first()), (vec![2, 1], 0));
}

/// Only revocations go on while a connection is stopped.
#[tokio::test]
async fn no_verify_request_is_sent_for_a_connection_that_is_stopped() {
    let stage = Stage::believed(Kind::Login).await;
    stage.tokens().live.clear();
    stage.replace_rejected().await;
    let checked = stage.app.post("/api/integrations/up/check").as_admin().send().await.json();
    assert_eq!(checked["health"]["state"], "healthy", "{checked}");
    let body = json!({"scope": "integration", "id": "up", "reason": "a drill"});
    let stopped = stage.app.post("/api/panic").as_admin().json(&body).send().await;
    assert_eq!(stopped.status, 201, "{stopped:?}");
    stage.upstream.forget();
    stage.app.tick().await;
    assert_eq!((stage.revocations(), stage.checked(), stage.waiting()), (1, vec![], 1));
    let path = format!("/api/panic/{}", stopped.json()["id"].as_str().unwrap());
    assert_eq!(stage.app.delete(&path).as_admin().send().await.status, 204);
    stage.try_again().await;
    assert_eq!((stage.checks_of_first(), stage.waiting()), (1, 0));
}

/// Nothing can show that the token is invalid. It is tried until its lifetime is over, and no longer.
#[tokio::test]
async fn without_a_verify_request_a_401_is_not_taken_for_a_revocation() {
    for is_over in [false, true] {
        let stage = Stage::believed_with(Kind::Login, |manifest| {
            manifest["verify"] = json!({"unsupported": "The API has no such request"});
        })
        .await;
        if is_over {
            let sql = "update credentials set expires_at = 1";
            stage.app.database().execute(sql, []).unwrap();
        }
        stage.tokens().live.clear();
        stage.replace_rejected().await;
        stage.end_grace();
        assert_eq!(stage.app.tick().await["revoked"], u32::from(is_over));
        assert_eq!((stage.revocations(), stage.checked()), (1, vec![]));
        let told = stage.told().await;
        if is_over {
            assert_eq!((stage.waiting(), told.len()), (0, 1), "{told:?}");
            let (state, detail) = &told[0];
            assert_eq!(state, "failed");
            assert!(detail.contains("lifetime was over") && detail.contains("401"), "{detail}");
        } else {
            assert_eq!((stage.waiting(), told), (1, vec![]));
        }
    }
}

/// The manifest names the response with which the provider says that a token is gone.
#[tokio::test]
async fn a_response_that_says_that_the_token_is_gone_needs_no_other_request() {
    let stage = Stage::believed_with(Kind::Login, |manifest| {
        manifest["revoke"]["request"]["gone_on"] =
            json!([{"status": 401, "pointer": "/error", "equals": "token_gone"}]);
    })
    .await;
    stage.tokens().live.clear();
    stage.replace_rejected().await;
    stage.tokens().says_gone = true;
    stage.upstream.forget();
    stage.end_grace();
    assert_eq!(stage.app.tick().await["revoked"], 1);
    assert_eq!((stage.revocations(), stage.checks_of_first(), stage.waiting()), (1, 0, 0));
}
