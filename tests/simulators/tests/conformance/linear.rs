//! <https://linear.app/developers/graphql>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, told};

const VIEWER: &str = r#"{"query":"{ viewer { id name email } }"}"#;
const ISSUES: &str = r#"{"query":"{ issues { nodes { id title } } }"}"#;

#[tokio::test]
async fn a_key_travels_without_bearer() {
    let linear = Simulator::start(Kind::Linear, 0).await.unwrap();
    let headers = [("authorization", Kind::Linear.default_key())];
    let viewer = ask(&linear, "POST", "/graphql", &headers, VIEWER).await;
    assert_eq!(told(&viewer, "/data/viewer/email"), (200, json!("ada@example.com")));
    assert_eq!(viewer.header("x-ratelimit-requests-limit"), Some("2500"));
    let issues = ask(&linear, "POST", "/graphql", &headers, ISSUES).await;
    assert_eq!(told(&issues, "/data/issues/nodes/0/id"), (200, json!("i1")));
    let bearer = format!("Bearer {}", Kind::Linear.default_key());
    let answer = ask(&linear, "POST", "/graphql", &[("authorization", &bearer)], VIEWER).await;
    assert_eq!(told(&answer, "/errors/0/extensions/code"), (400, json!("AUTHENTICATION_ERROR")));
}

#[tokio::test]
async fn a_200_may_be_an_error() {
    let linear = Simulator::start(Kind::Linear, 0).await.unwrap();
    linear.restrict_key("lin_api_restricted");
    let headers = [("authorization", "lin_api_restricted")];
    let issues = ask(&linear, "POST", "/graphql", &headers, ISSUES).await;
    assert_eq!(told(&issues, "/errors/0/extensions/type"), (200, json!("forbidden")));
    assert_eq!(told(&issues, "/data"), (200, json!(null)));
    for headers in [vec![], vec![("authorization", "lin_api_wrong")]] {
        let answer = ask(&linear, "POST", "/graphql", &headers, VIEWER).await;
        assert_eq!(
            told(&answer, "/errors/0/extensions/code"),
            (401, json!("AUTHENTICATION_ERROR"))
        );
    }
    let wrong = ask(&linear, "POST", "/graphql", &headers, r#"{"query":"{ nothing }"}"#).await;
    assert_eq!(wrong.status, 400);
}
