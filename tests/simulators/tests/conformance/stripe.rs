//! <https://docs.stripe.com/api/errors>, <https://docs.stripe.com/api/authentication>

use nexus_simulators::{Kind, Simulator, client};
use serde_json::json;

use crate::get;

async fn start() -> Simulator {
    Simulator::start(Kind::Stripe, 0).await.unwrap()
}

#[tokio::test]
async fn an_accepted_key_reads_the_account_and_the_charges() {
    let stripe = start().await;
    let key = Kind::Stripe.default_key();
    let account = get(&stripe, "/v1/account", key).await;
    assert_eq!(account.status, 200);
    assert_eq!(account.json()["object"], "account");
    assert!(account.header("request-id").unwrap().starts_with("req_"));

    let first = get(&stripe, "/v1/charges?limit=20", key).await.json();
    assert_eq!(first["object"], "list");
    assert_eq!(first["url"], "/v1/charges");
    assert_eq!(first["has_more"], true);
    assert_eq!(first["data"].as_array().unwrap().len(), 20);
    let last = first["data"][19]["id"].as_str().unwrap();
    let next = get(&stripe, &format!("/v1/charges?starting_after={last}"), key).await.json();
    assert_eq!(next["has_more"], false);
    assert_eq!(next["data"].as_array().unwrap().len(), 5);
    assert_eq!(get(&stripe, "/v1/charges", key).await.json()["data"].as_array().unwrap().len(), 10);
    assert_eq!(get(&stripe, "/v1/charges?limit=101", key).await.status, 400);
    assert_eq!(get(&stripe, &format!("/v1/charges/{last}"), key).await.json()["id"], last);
    assert_eq!(get(&stripe, "/v1/charges/ch_none", key).await.status, 404);
    assert_eq!(get(&stripe, "/v1/nothing", key).await.status, 404);
}

#[tokio::test]
async fn basic_authentication_takes_the_key_as_its_user() {
    let stripe = start().await;
    use base64::Engine as _;
    let user = format!("{}:", Kind::Stripe.default_key());
    let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(user));
    let answer =
        client::send(stripe.port(), "GET", "/v1/balance", &[("authorization", &value)], b"").await;
    assert_eq!(answer.unwrap().status, 200);
}

#[tokio::test]
async fn a_key_it_does_not_know_is_401_and_shown_masked() {
    let stripe = start().await;
    let wrong = "sk_test_wrongwrongwrongABCD";
    let answer = get(&stripe, "/v1/account", wrong).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "Invalid API Key provided: sk_test_***************ABCD");
    let none = client::send(stripe.port(), "GET", "/v1/account", &[], b"").await.unwrap();
    assert_eq!(none.status, 401);
    assert!(none.text().contains("You did not provide an API key"));
}

#[tokio::test]
async fn a_rolled_key_is_expired_and_a_restricted_one_is_403() {
    let stripe = start().await;
    let key = Kind::Stripe.default_key();
    stripe.revoke_key(key);
    let answer = get(&stripe, "/v1/account", key).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].clone()),
        (401, json!("api_key_expired"))
    );

    stripe.restrict_key("rk_test_restricted0000000");
    let answer = get(&stripe, "/v1/charges", "rk_test_restricted0000000").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    assert!(answer.text().contains("rak_charge_read"), "{}", answer.text());
    assert!(!answer.text().contains("rk_test_restricted0000000"));
}
