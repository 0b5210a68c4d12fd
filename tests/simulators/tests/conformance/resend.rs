//! <https://resend.com/docs/api-reference/errors>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, told};

const AGENT: (&str, &str) = ("user-agent", "conformance");
const MAIL: &str = r#"{"from":"a@example.com","to":["b@example.com"],"subject":"s","text":"t"}"#;

#[tokio::test]
async fn a_key_with_sending_access_sends_and_reads_nothing() {
    let resend = Simulator::start(Kind::Resend, 0).await.unwrap();
    resend.restrict_key("re_sending");
    for (key, domains) in [(Kind::Resend.default_key(), 200), ("re_sending", 401)] {
        let authorization = format!("Bearer {key}");
        let headers = [("authorization", authorization.as_str()), AGENT];
        let sent = ask(&resend, "POST", "/emails", &headers, MAIL).await;
        assert!(told(&sent, "/id").1.is_string() && sent.status == 200);
        assert_eq!(sent.header("ratelimit-limit"), Some("5"));
        let read = ask(&resend, "GET", "/domains", &headers, "").await;
        assert_eq!(read.status, domains);
        if domains == 200 {
            assert_eq!(told(&read, "/object"), (200, json!("list")));
        } else {
            assert_eq!(told(&read, "/name"), (401, json!("restricted_api_key")));
        }
    }
}

#[tokio::test]
async fn refusals_have_a_name() {
    let resend = Simulator::start(Kind::Resend, 0).await.unwrap();
    for (headers, status, name) in [
        (vec![AGENT], 401, "missing_api_key"),
        (vec![AGENT, ("authorization", "Bearer re_wrong")], 403, "invalid_api_key"),
    ] {
        let answer = ask(&resend, "GET", "/domains", &headers, "").await;
        assert_eq!(told(&answer, "/name"), (status, json!(name)));
        assert_eq!(answer.json()["statusCode"], status);
    }
    let key = format!("Bearer {}", Kind::Resend.default_key());
    let nameless = ask(&resend, "GET", "/domains", &[("authorization", &key)], "").await;
    assert_eq!((nameless.status, nameless.text().as_str()), (403, "error code: 1010"));
}
