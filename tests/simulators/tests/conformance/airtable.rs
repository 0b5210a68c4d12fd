//! <https://airtable.com/developers/web/api/get-user-id-scopes>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, get, told};

#[tokio::test]
async fn a_token_says_whose_it_is_whatever_its_scopes() {
    let airtable = Simulator::start(Kind::Airtable, 0).await.unwrap();
    let key = Kind::Airtable.default_key();
    let me = get(&airtable, "/v0/meta/whoami", key).await;
    assert_eq!(told(&me, "/email"), (200, json!("owner@example.com")));
    assert_eq!(
        get(&airtable, "/v0/meta/bases", key).await.json()["bases"][0]["permissionLevel"],
        "create"
    );
    airtable.restrict_key("patRestricted.x");
    let restricted = get(&airtable, "/v0/meta/whoami", "patRestricted.x").await;
    assert_eq!((restricted.status, restricted.json()), (200, json!({"id": me.json()["id"]})));
    let bases = get(&airtable, "/v0/meta/bases", "patRestricted.x").await;
    let kind = "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND";
    assert_eq!(told(&bases, "/error/type"), (403, json!(kind)));
}

#[tokio::test]
async fn no_token_and_a_wrong_one_are_told_apart() {
    let airtable = Simulator::start(Kind::Airtable, 0).await.unwrap();
    let none = ask(&airtable, "GET", "/v0/meta/whoami", &[], "").await;
    assert_eq!(told(&none, "/error/type"), (401, json!("AUTHENTICATION_REQUIRED")));
    let wrong = get(&airtable, "/v0/meta/whoami", "patWrong.x").await;
    assert_eq!(told(&wrong, "/error/message"), (401, json!("Invalid authentication token")));
}
