//! The sandbox against the page in `providers/sandbox.rs`.

use nexus_simulators::client::Client;
use nexus_simulators::{Kind, Simulator};

use crate::get;

#[tokio::test]
async fn messages_are_posted_and_read_newest_first() {
    let sandbox = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    let authorization = format!("Bearer {}", Kind::Sandbox.default_key());
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let mut client = Client::connect(sandbox.port()).await.unwrap();
    for text in [r#"{"text":"one"}"#, r#"{"text":"two","channel":"ops"}"#] {
        let answer = client.send("POST", "/v1/messages", &headers, text.as_bytes()).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let answer = client.send("POST", "/v1/messages", &headers, b"{}").await.unwrap();
    assert_eq!(answer.status, 422);
    let items = get(&sandbox, "/v1/messages", Kind::Sandbox.default_key()).await.json();
    assert_eq!(items["items"][0]["text"], "two");
    assert_eq!(items["items"][1]["channel"], "general");
    assert_eq!(
        client.send("PUT", "/v1/me", &headers, b"").await.unwrap().header("allow"),
        Some("GET")
    );
}

#[tokio::test]
async fn a_minted_key_works_until_it_revokes_itself() {
    let sandbox = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    let mut client = Client::connect(sandbox.port()).await.unwrap();
    let authorization = format!("Bearer {}", Kind::Sandbox.default_key());
    let headers = [("authorization", authorization.as_str())];
    let minted = client.send("POST", "/v1/keys", &headers, b"").await.unwrap().json();
    let key = minted["key"].as_str().unwrap();
    let me = get(&sandbox, "/v1/me", key).await;
    assert_eq!(me.status, 200);
    assert!(me.json()["id"].is_string() && me.json()["label"].is_string());

    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str())];
    let gone = client.send("DELETE", "/v1/keys/current", &headers, b"").await.unwrap();
    assert_eq!(gone.status, 204);
    let refused = get(&sandbox, "/v1/me", key).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(refused.json()["status"], 401);
}
