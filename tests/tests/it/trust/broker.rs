//! Attacks on the broker, as if it were reachable, and with its storage changed from outside.

use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, BROKER_SECRET, Options, key};

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
const OTHER_KEY: &str = "sk_test_51OtherOtherOtherOther00";

/// An application whose broker has been given a public route by mistake.
async fn exposed() -> App {
    let route = "\n[[trigger.http]]\nroute = \"/v1/...\"\ncomponent = \"broker\"\n";
    Options::default().manifest(move |text| format!("{text}{route}")).start().await.unwrap()
}

async fn ask(app: &App, operation: &str, caller: Option<&str>, secret: &str) -> Answer {
    let mut call = app.post(&format!("/v1/{operation}")).json(&json!({}));
    if let Some(caller) = caller {
        call = call.header("x-nexus-caller", caller);
    }
    call.bearer(secret).send().await
}

#[tokio::test]
async fn without_the_secret_nothing_is_answered() {
    let app = exposed().await;
    let call = app.post("/v1/health").json(&json!({})).header("x-nexus-caller", "status");
    call.send().await.problem(401, "missing_token");
    let longer = format!("{BROKER_SECRET}x");
    let upper = BROKER_SECRET.to_uppercase();
    for secret in ["", "x", &BROKER_SECRET[1..], &longer, &upper] {
        ask(&app, "health", Some("status"), secret).await.problem(401, "invalid_token");
    }
    let call = app.post("/v1/health").json(&json!({})).header("x-nexus-caller", "status");
    call.bearer(BROKER_SECRET).bearer(BROKER_SECRET).send().await.problem(401, "invalid_token");
    assert_eq!(ask(&app, "health", Some("status"), BROKER_SECRET).await.status, 200);
}

#[tokio::test]
async fn a_caller_has_its_row_and_no_other() {
    let app = exposed().await;
    let table: [(&str, &[&str]); 16] = [
        ("seal", &["create", "update"]),
        ("seal-client", &["catalog"]),
        ("register-client", &["create"]),
        ("authorize-url", &["create"]),
        ("exchange", &["oauth-callback"]),
        ("check", &["upkeep"]),
        ("choices", &["upkeep"]),
        ("plan-revocation", &["delete"]),
        ("revoke", &["update", "delete", "oauth-callback"]),
        ("tick", &["upkeep"]),
        ("health", &["status"]),
        ("sign-heads", &["upkeep"]),
        ("verify-heads", &["upkeep"]),
        ("forward", &["proxy", "mcp"]),
        ("describe", &["mcp"]),
        ("discover", &["catalog"]),
    ];
    let everyone = [
        "list",
        "create",
        "update",
        "delete",
        "oauth-callback",
        "catalog",
        "status",
        "history",
        "upkeep",
        "proxy",
        "mcp",
        "ui",
        "auth",
        "broker",
        "",
        "Create",
    ];
    for (operation, callers) in table {
        ask(&app, operation, None, BROKER_SECRET).await.problem(403, "forbidden");
        for caller in everyone {
            let answer = ask(&app, operation, Some(caller), BROKER_SECRET).await;
            if callers.contains(&caller) {
                // A forwarded call without an integration gets a 404.
                let expected = operation == "forward" && answer.status == 404;
                assert!(
                    expected || !matches!(answer.status.as_u16(), 401 | 403 | 404),
                    "{operation} {caller}: {answer:?}"
                );
            } else {
                answer.problem(403, "forbidden");
            }
        }
    }
    for operation in ["open", "unseal", "decrypt", "plaintext", "credential", ""] {
        ask(&app, operation, Some("create"), BROKER_SECRET).await.problem(404, "not_found");
    }
}

/// Connects two integrations with different keys.
async fn two(app: &App, provider: &Simulator) -> (String, String) {
    provider.set_key(KEY);
    provider.accept_key(OTHER_KEY);
    let manifest = app.adopt("stripe", provider).await;
    let mut ids = Vec::new();
    for (name, key) in [("One", KEY), ("Two", OTHER_KEY)] {
        let body = json!({"manifest_id": manifest, "name": name, "credentials": {"api_key": key}});
        let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        ids.push(answer.json()["id"].as_str().unwrap().to_owned());
    }
    provider.clear_requests();
    (ids[0].clone(), ids[1].clone())
}

async fn check(app: &App, id: &str) -> Answer {
    app.post(&format!("/api/integrations/{id}/check")).as_admin().send().await
}

fn sealed(app: &App, id: &str) -> Vec<u8> {
    let sql = "select sealed from credentials where integration_id = ?1";
    app.database().query_row(sql, [id], |row| row.get(0)).unwrap()
}

fn replace(app: &App, id: &str, sealed: &[u8]) {
    let sql = "update credentials set sealed = ?2 where integration_id = ?1";
    assert_eq!(app.database().execute(sql, rusqlite::params![id, sealed]).unwrap(), 1);
}

#[tokio::test]
async fn a_ciphertext_opens_only_in_its_row() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let (one, two) = two(&app, &provider).await;
    let (of_one, of_two) = (sealed(&app, &one), sealed(&app, &two));
    replace(&app, &one, &of_two);
    check(&app, &one).await.problem(500, "credential_unreadable");
    assert!(provider.requests().is_empty(), "a credential was sent for the wrong integration");

    let mut flipped = of_one.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for broken in [flipped, of_one[..of_one.len() - 1].to_vec(), Vec::new(), vec![2; 100]] {
        replace(&app, &one, &broken);
        check(&app, &one).await.problem(500, "credential_unreadable");
    }
    assert!(provider.requests().is_empty());
    replace(&app, &one, &of_one);
    assert_eq!(check(&app, &one).await.json()["health"]["state"], "healthy");

    // The row and the ciphertext are moved to another workspace. The ciphertext is bound to its workspace
    // too.
    app.database()
        .execute("update integrations set workspace = 'thief' where id = ?1", [&two])
        .unwrap();
    let path = format!("/api/integrations/{two}/check");
    let answer = app.post(&path).as_role("ADMIN", "thief").send().await;
    answer.problem(500, "credential_unreadable");
}

#[tokio::test]
async fn a_key_id_cannot_be_renamed() {
    let keys = format!("k1:{},k9:{}", key(1), key(1));
    let app = Options::default().var("encryption_keys", &keys).start().await.unwrap();
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let (one, _) = two(&app, &provider).await;
    let mut renamed = sealed(&app, &one);
    let position = renamed.windows(2).position(|window| window == b"k1").unwrap();
    renamed[position + 1] = b'9';
    replace(&app, &one, &renamed);
    check(&app, &one).await.problem(500, "credential_unreadable");
}

#[tokio::test]
async fn a_key_that_is_gone_says_so_and_the_integration_can_still_be_deleted() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let (one, _) = two(&app, &provider).await;
    let dir = app.kill().await;
    let keys = format!("k2:{}", key(2));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    check(&app, &one).await.problem(500, "credential_unreadable");
    let deleted = app.delete(&format!("/api/integrations/{one}")).as_admin().send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
}

/// Writes `document` at `hash` into the key-value store, as an attacker with its file could.
pub(crate) fn put_document(app: &App, hash: &str, document: &Value) {
    app.key_value().set(&format!("manifest/{hash}"), document.to_string().as_bytes());
}

/// The SHA-256 of a document, in hexadecimal.
pub(crate) fn hash(document: &Value) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(document.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_manifest_changed_behind_its_back_gets_no_credential() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let thief = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let (one, two) = two(&app, &provider).await;
    let moved = app.custom("stripe", &thief).await;

    // The row names another document. The document has the right hash, but the sealed hash is another one.
    let other = hash(&moved);
    put_document(&app, &other, &moved);
    let sql = "update integrations set manifest_hash = ?2 where id = ?1";
    app.database().execute(sql, [&one, &other]).unwrap();
    check(&app, &one).await.problem(500, "credential_unreadable");

    // The row names another manifest with the same hosts. Its verify request would create something.
    let mut minting = app.custom("stripe", &provider).await;
    minting["id"] = "custom-minting".into();
    minting["verify"] = json!({"method": "POST", "path": "/v1/webhook_endpoints",
        "form": {"url": "https://evil.example.com"},
        "success": {"pointer": "/object", "equals": "no", "error": "/secret"}});
    let answer = app.post("/api/manifests").as_admin().json(&minting).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let sql = "update integrations set manifest_id = 'custom-minting', manifest_hash =
               (select hash from manifests where id = 'custom-minting') where id = ?1";
    app.database().execute(sql, [&one]).unwrap();
    check(&app, &one).await.problem(500, "credential_unreadable");

    // The document is changed, so it no longer has its hash.
    let sql = "select manifest_hash from integrations where id = ?1";
    let current: String = app.database().query_row(sql, [&two], |row| row.get(0)).unwrap();
    put_document(&app, &current, &moved);
    // An instance keeps using a document that it has already checked, so the application is restarted.
    let app = app.restart().await;
    check(&app, &two).await.problem(500, "credential_unreadable");

    assert!(thief.requests().is_empty(), "{:?}", thief.requests());
    assert!(provider.requests().is_empty());
}

#[tokio::test]
async fn a_parameter_changed_behind_its_back_moves_no_credential() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let mut manifest = app.custom("stripe", &provider).await;
    manifest["params"] =
        json!([{"name": "shop", "label": "Shop", "pattern": "[a-z0-9-]{1,63}", "example": "acme"}]);
    manifest["api"]["base_url"] = "https://{shop}.shops.example.com".into();
    manifest["api"]["hosts"] = json!(["{shop}.shops.example.com"]);
    let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let body = json!({"manifest_id": "custom-stripe", "name": "a", "verify": false,
        "params": {"shop": "acme"}, "credentials": {"api_key": KEY}});
    let created = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.json()["params"], json!({"shop": "acme"}), "{created:?}");
    app.database().execute("update integrations set params = '{\"shop\":\"thief\"}'", []).unwrap();
    let checked = check(&app, "a").await;
    assert_eq!(checked.json()["health"]["state"], "reauthorize", "{checked:?}");
    assert_eq!(checked.json()["health"]["next_action"], "replace_key");
}

#[tokio::test]
async fn no_operation_returns_a_plaintext() {
    let app = exposed().await;
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let (one, _) = two(&app, &provider).await;
    let stored = json!({"workspace": "acme", "integration_id": one, "actor": "x"});
    let new = json!({"workspace": "acme", "integration_id": one, "manifest_id": "custom-stripe",
        "params": {}, "credentials": {"api_key": KEY}, "verify": true,
        "actor": "x", "is_admin": false});
    for (operation, caller, body) in [
        ("check", "upkeep", &stored),
        ("plan-revocation", "delete", &stored),
        ("revoke", "delete", &stored),
        ("seal", "create", &new),
        ("health", "status", &json!({})),
    ] {
        let call = app.post(&format!("/v1/{operation}")).header("x-nexus-caller", caller);
        let answer = call.bearer(BROKER_SECRET).json(body).send().await;
        assert_eq!(answer.status, 200, "{operation}: {answer:?}");
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(KEY);
        assert!(
            !answer.text.contains(KEY) && !answer.text.contains(&encoded),
            "{operation}: {answer:?}"
        );
    }
}
