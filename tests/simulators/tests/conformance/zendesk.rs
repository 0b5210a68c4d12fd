//! <https://developer.zendesk.com/api-reference/introduction/security-and-auth/>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, basic, told};

#[tokio::test]
async fn an_agent_writes_tickets() {
    let zendesk = Simulator::start(Kind::Zendesk, 0).await.unwrap();
    let authorization = basic(Kind::Zendesk.default_key());
    let headers = [("authorization", authorization.as_str())];
    for path in ["/api/v2/users/me.json", "/api/v2/users/me"] {
        let me = ask(&zendesk, "GET", path, &headers, "").await;
        assert_eq!(told(&me, "/user/email"), (200, json!("agent@acme.example")));
        assert_eq!(me.header("x-rate-limit"), Some("700"));
    }
    let body = r#"{"ticket":{"subject":"Help","comment":{"body":"It smokes"}}}"#;
    let made = ask(&zendesk, "POST", "/api/v2/tickets.json", &headers, body).await;
    assert_eq!(told(&made, "/ticket/subject"), (201, json!("Help")));
    let empty = ask(&zendesk, "POST", "/api/v2/tickets.json", &headers, "{}").await;
    assert_eq!(told(&empty, "/error"), (422, json!("RecordInvalid")));
    let all = ask(&zendesk, "GET", "/api/v2/tickets.json", &headers, "").await;
    assert_eq!(told(&all, "/count"), (200, json!(1)));
}

#[tokio::test]
async fn a_wrong_token_is_401_and_none_is_the_anonymous_user() {
    let zendesk = Simulator::start(Kind::Zendesk, 0).await.unwrap();
    let me = "/api/v2/users/me.json";
    for key in ["agent@acme.example/token:wrong", "agent@acme.example:simulated0000"] {
        let answer = ask(&zendesk, "GET", me, &[("authorization", &basic(key))], "").await;
        assert_eq!(told(&answer, "/error"), (401, json!("Couldn't authenticate you")));
    }
    assert_eq!(told(&ask(&zendesk, "GET", me, &[], "").await, "/user/id"), (200, json!(null)));
    assert_eq!(ask(&zendesk, "GET", "/api/v2/tickets.json", &[], "").await.status, 401);
    zendesk.restrict_key("light@acme.example/token:t");
    let authorization = basic("light@acme.example/token:t");
    let headers = [("authorization", authorization.as_str())];
    assert_eq!(ask(&zendesk, "GET", me, &headers, "").await.status, 200);
    let tickets = ask(&zendesk, "GET", "/api/v2/tickets", &headers, "").await;
    assert_eq!(told(&tickets, "/error/title"), (403, json!("Forbidden")));
}
