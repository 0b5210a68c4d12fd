//! What `/api/health` says about the variable `issuers`, and the other users of that variable.

use serde_json::json;

use super::entry;
use crate::kit::app::{Options, TICK_SECRET};
use crate::kit::token;
use crate::trust::jwks::issuer::Issuer;
use crate::trust::jwks::keys;

#[tokio::test]
async fn a_malformed_list_is_named_with_its_rule_and_never_its_values() {
    let list = r#"[{"issuer":"https://hidden.test","jwks_uri":"https://hidden.test/k","workspace":"hush",
        "hidden_member":"hush"}]"#;
    let app = Options::default().var("issuers", list).start().await.unwrap();
    assert_eq!(app.get("/api/health").send().await.json(), json!({"status": "misconfigured"}));
    let health = app.get("/api/health").bearer(TICK_SECRET).send().await;
    let problems = health.json()["problems"].clone();
    let rule = problems[0]["rule"].as_str().unwrap();
    assert_eq!(problems[0]["variable"], "issuers", "{problems}");
    assert!(rule.contains("Line 2, column") && rule.contains("a member is unknown"), "{rule}");
    for value in ["hush", "hidden"] {
        assert!(!health.text.contains(value), "{health:?}");
        assert!(!app.log().contains(value), "{}", app.log());
    }
    // The single variables do not replace it.
    let answer = app.get("/api/integrations").as_admin().send().await;
    assert_eq!(answer.problem(500, "misconfigured")["variable"], "issuers");
}

#[tokio::test]
async fn the_list_replaces_the_single_variables() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let url = format!("{}/keys", issuer.origin());
    let secret = json!({
        "issuer": "https://hs.test", "secret_variable": "jwt_secret", "audiences": ["nexus"],
        "workspace": "acme", "role_claim": "role",
    });
    let list = json!([entry("https://a.test", &url, "nexus"), secret]);
    let app = Options::default()
        .var("issuer_hosts_fourth", "http://127.0.0.1:*")
        .var("issuers", &list.to_string())
        .start()
        .await
        .unwrap();
    assert_eq!(app.get("/api/health").send().await.json(), json!({"status": "ok"}));
    // The issuer of `jwt_issuer` is not in the list.
    app.get("/api/integrations").as_admin().send().await.problem(401, "invalid_token");
    let mut claims = token::claims("ADMIN", "acme");
    claims["aud"] = "nexus".into();
    claims["iss"] = "https://a.test".into();
    let published = keys::p256(1).token("k", &claims);
    assert_eq!(app.get("/api/integrations").bearer(&published).send().await.status, 200);
    claims["iss"] = "https://hs.test".into();
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let signed = token::sign(&header, &claims, token::SECRET);
    assert_eq!(app.get("/api/integrations").bearer(&signed).send().await.status, 200);
    // A client learns only the issuers that it can get a token from.
    let document = app.get("/.well-known/oauth-protected-resource/mcp").send().await.json();
    assert_eq!(document["authorization_servers"], json!(["http://127.0.0.1:1", "https://a.test"]));
    // A token of any of these issuers is rejected as a credential of a provider.
    for own in [&published, &signed] {
        let body = json!({"manifest_id": "stripe", "name": "S", "credentials": {"api_key": own}});
        let answer = app.post("/api/integrations").bearer(&published).json(&body).send().await;
        assert_eq!(answer.status.as_u16(), 422, "{answer:?}");
        assert!(answer.text.contains("/credentials/api_key"), "{answer:?}");
    }
}
