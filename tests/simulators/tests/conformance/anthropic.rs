//! <https://platform.claude.com/docs/en/api/errors>, <https://platform.claude.com/docs/en/api/models-list>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, told};

const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

#[tokio::test]
async fn models_and_messages() {
    let anthropic = Simulator::start(Kind::Anthropic, 0).await.unwrap();
    let headers = [("x-api-key", Kind::Anthropic.default_key()), VERSION];
    let models = ask(&anthropic, "GET", "/v1/models?limit=1", &headers, "").await;
    assert_eq!(told(&models, "/data/0/type"), (200, json!("model")));
    assert_eq!(models.json()["has_more"], true);
    assert_eq!(models.json()["first_id"], models.json()["last_id"]);
    assert!(models.header("request-id").unwrap().starts_with("req_"));
    assert!(models.header("anthropic-organization-id").is_some());
    assert!(models.header("anthropic-ratelimit-requests-remaining").is_some());
    let one = ask(&anthropic, "GET", "/v1/models/claude-opus-4-6", &headers, "").await;
    assert_eq!(told(&one, "/id"), (200, json!("claude-opus-4-6")));
    let many = ask(&anthropic, "GET", "/v1/models?limit=1001", &headers, "").await;
    assert_eq!(told(&many, "/error/type"), (400, json!("invalid_request_error")));

    let body =
        r#"{"model":"claude-opus-4-6","max_tokens":8,"messages":[{"role":"user","content":"Hi"}]}"#;
    let answer = ask(&anthropic, "POST", "/v1/messages", &headers, body).await;
    assert_eq!(told(&answer, "/content/0/type"), (200, json!("text")));
    let answer = ask(&anthropic, "POST", "/v1/messages", &headers, r#"{"model":"x"}"#).await;
    assert_eq!(told(&answer, "/error/message"), (400, json!("max_tokens: Field required")));
}

#[tokio::test]
async fn refusals_name_their_type() {
    let anthropic = Simulator::start(Kind::Anthropic, 0).await.unwrap();
    let key = Kind::Anthropic.default_key();
    anthropic.restrict_key("sk-ant-restricted");
    for (headers, status, kind) in [
        (vec![VERSION], 401, "authentication_error"),
        (vec![("x-api-key", "sk-ant-wrong"), VERSION], 401, "authentication_error"),
        (vec![("x-api-key", key)], 400, "invalid_request_error"),
        (vec![("x-api-key", "sk-ant-restricted"), VERSION], 403, "permission_error"),
    ] {
        let answer = ask(&anthropic, "GET", "/v1/models", &headers, "").await;
        assert_eq!(told(&answer, "/error/type"), (status, json!(kind)), "{headers:?}");
        assert_eq!(answer.json()["type"], "error");
        assert_eq!(answer.json()["request_id"], answer.header("request-id").unwrap());
    }
}
