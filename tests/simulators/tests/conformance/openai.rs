//! <https://platform.openai.com/docs/guides/error-codes>

use nexus_simulators::{Kind, Simulator, client};
use serde_json::json;

use crate::get;

#[tokio::test]
async fn the_models_are_a_list() {
    let openai = Simulator::start(Kind::OpenAi, 0).await.unwrap();
    let key = Kind::OpenAi.default_key();
    let answer = get(&openai, "/v1/models", key).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["object"], "list");
    let first = answer.json()["data"][0].clone();
    assert_eq!(first["object"], "model");
    assert!(first["created"].is_u64() && first["owned_by"].is_string());
    let one = get(&openai, "/v1/models/gpt-4.1", key).await;
    assert_eq!(one.json()["id"], "gpt-4.1");
    assert_eq!(
        get(&openai, "/v1/models/none", key).await.json()["error"]["code"],
        "model_not_found"
    );
}

#[tokio::test]
async fn a_wrong_key_is_401_and_shown_masked() {
    let openai = Simulator::start(Kind::OpenAi, 0).await.unwrap();
    let answer = get(&openai, "/v1/models", "sk-PMafPwrongwrongE873").await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json(),
        json!({"error": {
            "message": "Incorrect API key provided: sk-PMafP**********E873. You can find your API \
                        key at https://platform.openai.com/account/api-keys.",
            "type": "invalid_request_error", "param": null, "code": "invalid_api_key",
        }})
    );
    let none = client::send(openai.port(), "GET", "/v1/models", &[], b"").await.unwrap();
    assert_eq!((none.status, none.json()["error"]["code"].clone()), (401, json!(null)));
}

#[tokio::test]
async fn keys_are_changed_and_revoked_while_it_runs() {
    let openai = Simulator::start(Kind::OpenAi, 0).await.unwrap();
    let first = Kind::OpenAi.default_key();
    openai.set_key("sk-second");
    assert_eq!(get(&openai, "/v1/models", first).await.status, 401);
    assert_eq!(get(&openai, "/v1/models", "sk-second").await.status, 200);
    assert!(openai.accepts("sk-second") && !openai.accepts(first));
    openai.restrict_key("sk-second");
    assert_eq!(get(&openai, "/v1/models", "sk-second").await.status, 403);
}
