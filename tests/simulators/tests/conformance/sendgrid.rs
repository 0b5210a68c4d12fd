//! <https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, get, told};

#[tokio::test]
async fn a_key_reads_its_own_scopes_and_sends_if_they_say_so() {
    let sendgrid = Simulator::start(Kind::Sendgrid, 0).await.unwrap();
    let scopes = get(&sendgrid, "/v3/scopes", Kind::Sendgrid.default_key()).await;
    assert_eq!(scopes.status, 200);
    assert!(scopes.json()["scopes"].as_array().unwrap().contains(&json!("mail.send")));
    assert_eq!(scopes.header("x-ratelimit-limit"), Some("500"));

    let mail = r#"{"personalizations":[{}],"from":{"email":"a@b.example"},"subject":"s"}"#;
    sendgrid.restrict_key("SG.r.r");
    for (key, status) in [(Kind::Sendgrid.default_key(), 202), ("SG.r.r", 403)] {
        let authorization = format!("Bearer {key}");
        let headers = [("authorization", authorization.as_str())];
        let answer = ask(&sendgrid, "POST", "/v3/mail/send", &headers, mail).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.body.is_empty(), status == 202);
    }
    assert_eq!(get(&sendgrid, "/v3/scopes", "SG.r.r").await.status, 200);
}

#[tokio::test]
async fn refusals_are_a_list_of_errors() {
    let sendgrid = Simulator::start(Kind::Sendgrid, 0).await.unwrap();
    let none = ask(&sendgrid, "GET", "/v3/scopes", &[], "").await;
    assert_eq!(told(&none, "/errors/0/message"), (401, json!("authorization required")));
    let key = Kind::Sendgrid.default_key();
    sendgrid.revoke_key(key);
    let revoked = get(&sendgrid, "/v3/scopes", key).await;
    let message = "The provided authorization grant is invalid, expired, or revoked";
    assert_eq!(told(&revoked, "/errors/0/message"), (401, json!(message)));
    assert_eq!(told(&revoked, "/errors/0/field"), (401, json!(null)));
}
