//! Clients that register themselves (RFC 7591).

use serde_json::{Value, json};

use crate::apps::person::{CALLBACK, EVERYTHING, Person, Program};
use crate::kit::app::App;

#[tokio::test]
async fn a_client_is_always_a_public_one() {
    let app = App::start().await;
    let body = json!({"client_name": "Claude", "redirect_uris": [CALLBACK, "http://localhost:1/cb"],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic", "scope": "integrations:read",
        "client_uri": "https://app.example.com", "contacts": ["a@example.com"], "software_id": "x"});
    let answer = app.post("/oauth/register").json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let registered = answer.json();
    assert!(registered["client_id"].as_str().unwrap().starts_with("nxc_"));
    assert_eq!(registered["client_secret"], Value::Null);
    assert_eq!(registered["token_endpoint_auth_method"], "none");
    assert_eq!(registered["redirect_uris"], body["redirect_uris"]);
    assert!(registered["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn a_registration_that_is_not_right_is_refused() {
    let app = App::start().await;
    let many: Vec<_> = (0..21).map(|n| format!("https://app.example.com/{n}")).collect();
    for (body, error) in [
        (json!([]), "invalid_client_metadata"),
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": many}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["http://app.example.com/cb"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["data:text/html,x"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["https://app.example.com/#x"]}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": [CALLBACK], "grant_types": ["client_credentials"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "response_types": ["token"]}),
            "invalid_client_metadata",
        ),
    ] {
        let answer = app.post("/oauth/register").json(&body).send().await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert_eq!(answer.json()["error"], error, "{body}");
    }
    let answer = app.post("/oauth/register").body("application/json", "{").send().await;
    assert_eq!(answer.json()["error"], "invalid_client_metadata");
    let large = json!({"client_name": "x".repeat(20_000), "redirect_uris": [CALLBACK]});
    let answer = app.post("/oauth/register").json(&large).send().await;
    answer.problem(413, "too_large");
    app.get("/oauth/register").send().await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_flood_of_registrations_ends_at_a_hundred() {
    let app = App::start().await;
    let used = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    used.connect(&app, &person, EVERYTHING).await;
    let body = json!({"redirect_uris": [CALLBACK]});
    let register = || app.post("/oauth/register").json(&body).send();
    for number in 0..100 {
        let answer = register().await;
        assert_eq!(answer.status, 201, "{number}: {answer:?}");
    }
    let answer = register().await;
    assert_eq!(answer.status, 429, "{answer:?}");
    assert_eq!(answer.header("retry-after"), "600");
    assert_eq!(app.count("app_clients"), 101);
    // After ten minutes the oldest makes way, and after a day all do.
    let age = |ms: i64| {
        let sql = "update app_clients set created_at = created_at - ?1 where agreed_at is null";
        app.database().execute(sql, [ms]).unwrap();
    };
    age(600_000);
    assert_eq!(register().await.status, 201);
    assert_eq!(app.count("app_clients"), 101);
    age(86_400_000);
    assert_eq!(register().await.status, 201);
    assert_eq!(app.count("app_clients"), 2);
    // A client that somebody uses stays.
    assert_eq!(used.ask(&app, &person, &[]).await.status, 200);
}
