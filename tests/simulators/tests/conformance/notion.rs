//! <https://developers.notion.com/reference/status-codes>, <https://developers.notion.com/reference/get-self>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, get, told};

#[tokio::test]
async fn the_bot_and_its_search() {
    let notion = Simulator::start(Kind::Notion, 0).await.unwrap();
    notion.restrict_key("ntn_restricted");
    for (key, search) in [(Kind::Notion.default_key(), 200), ("ntn_restricted", 403)] {
        let authorization = format!("Bearer {key}");
        let headers = [("authorization", authorization.as_str()), ("notion-version", "2026-03-11")];
        let me = ask(&notion, "GET", "/v1/users/me", &headers, "").await;
        assert_eq!(told(&me, "/bot/workspace_name"), (200, json!("Acme HQ")));
        let found = ask(&notion, "POST", "/v1/search", &headers, "{}").await;
        let object = if search == 200 { "list" } else { "error" };
        assert_eq!(told(&found, "/object"), (search, json!(object)));
    }
}

#[tokio::test]
async fn refusals_have_a_code() {
    let notion = Simulator::start(Kind::Notion, 0).await.unwrap();
    let wrong = get(&notion, "/v1/users/me", "ntn_wrong").await;
    assert_eq!(told(&wrong, "/code"), (401, json!("unauthorized")));
    assert_eq!(told(&wrong, "/message"), (401, json!("API token is invalid.")));
    let old = get(&notion, "/v1/users/me", Kind::Notion.default_key()).await;
    assert_eq!(told(&old, "/code"), (400, json!("missing_version")));
}
