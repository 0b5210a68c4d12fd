//! <https://www.twilio.com/docs/usage/requests-to-twilio>, <https://www.twilio.com/docs/api/errors/20003>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, basic, told};

const ACCOUNT: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001";

#[tokio::test]
async fn a_key_and_the_auth_token_do_the_same() {
    let twilio = Simulator::start(Kind::Twilio, 0).await.unwrap();
    let by_token = "AC00000000000000000000000000000001:auth-token";
    twilio.accept_key(by_token);
    for key in [Kind::Twilio.default_key(), by_token] {
        let authorization = basic(key);
        let headers = [("authorization", authorization.as_str())];
        let path = format!("{ACCOUNT}/IncomingPhoneNumbers.json?PageSize=1");
        let numbers = ask(&twilio, "GET", &path, &headers, "").await;
        assert_eq!(told(&numbers, "/page_size"), (200, json!(1)));
        assert_eq!(numbers.json()["incoming_phone_numbers"][0]["account_sid"], ACCOUNT[21..]);
        let path = format!("{ACCOUNT}/Messages.json");
        let sent = ask(&twilio, "POST", &path, &headers, "To=%2B15005550006&Body=Hi").await;
        assert_eq!(told(&sent, "/to"), (201, json!("+15005550006")));
        let sent = ask(&twilio, "POST", &path, &headers, "Body=Hi").await;
        assert_eq!(told(&sent, "/code"), (400, json!(21604)));
    }
}

#[tokio::test]
async fn refusals_have_a_code_and_say_where_to_read_more() {
    let twilio = Simulator::start(Kind::Twilio, 0).await.unwrap();
    let restricted = "SK00000000000000000000000000000002:secret";
    twilio.restrict_key(restricted);
    let good = Kind::Twilio.default_key();
    let numbers = format!("{ACCOUNT}/IncomingPhoneNumbers.json");
    let other = numbers.replace("AC0", "AC9");
    for (key, path, code) in [
        ("SK00000000000000000000000000000001:wrong", &numbers, 20_003),
        (good, &other, 20_003),
        (restricted, &numbers, 70_051),
    ] {
        let answer = ask(&twilio, "GET", path, &[("authorization", &basic(key))], "").await;
        assert_eq!(told(&answer, "/code"), (401, json!(code)), "{key} {path}");
        assert_eq!(answer.json()["status"], 401);
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!(answer.json()["more_info"], more);
    }
    let none = ask(&twilio, "GET", &numbers, &[], "").await;
    assert_eq!(told(&none, "/message"), (401, json!("Authenticate")));
    let nowhere = ask(&twilio, "GET", "/x", &[("authorization", &basic(good))], "").await;
    assert_eq!(told(&nowhere, "/code"), (404, json!(20_404)));
}
