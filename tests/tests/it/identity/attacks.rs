//! One issuer must not be mistaken for another. A broken issuer must not break another one.

use serde_json::{Value, json};

use super::{entry, trusting};
use crate::kit::app::App;
use crate::kit::token::{self, SECRET};
use crate::trust::jwks::issuer::{Answer, Issuer};
use crate::trust::jwks::keys;

const OURS: &str = "https://a.test";
const THEIRS: &str = "https://b.test";

/// The claims of an ADMIN at `issuer`, with the audience of its entry.
fn admin(issuer: &str) -> Value {
    let mut claims = token::claims("ADMIN", "acme");
    claims["iss"] = issuer.into();
    claims["aud"] = "nexus".into();
    claims
}

async fn status(app: &App, token: &str) -> u16 {
    app.get("/api/integrations").bearer(token).send().await.status.as_u16()
}

/// Expects 401, and returns why.
async fn refused(app: &App, what: &str, token: &str) -> String {
    let answer = app.get("/api/integrations").bearer(token).send().await;
    assert_eq!(answer.status.as_u16(), 401, "{what}: {answer:?}");
    answer.problem(401, "invalid_token")["detail"].as_str().unwrap().to_owned()
}

/// Two issuers, both with a key `k`, and an application that trusts both.
async fn two() -> (Issuer, Issuer, App) {
    let ours = Issuer::start(&[keys::p256(1).jwk("k"), keys::rsa().jwk("rsa")]).await;
    let theirs = Issuer::start(&[keys::p256(2).jwk("k")]).await;
    let app = trusting(&json!([
        entry(OURS, &format!("{}/keys", ours.origin()), "nexus"),
        entry(THEIRS, &format!("{}/keys", theirs.origin()), "nexus"),
    ]))
    .start()
    .await
    .unwrap();
    (ours, theirs, app)
}

#[tokio::test]
async fn each_issuer_signs_for_itself_alone() {
    let (ours, theirs, app) = two().await;
    // Each issuer has another key with the same `kid`.
    assert_eq!(status(&app, &keys::p256(1).token("k", &admin(OURS))).await, 200);
    assert_eq!(status(&app, &keys::p256(2).token("k", &admin(THEIRS))).await, 200);
    refused(&app, "their key, our name", &keys::p256(2).token("k", &admin(OURS))).await;
    refused(&app, "our key, their name", &keys::p256(1).token("k", &admin(THEIRS))).await;
    refused(&app, "our other key, their name", &keys::rsa().token("rsa", &admin(THEIRS))).await;
    let why = refused(&app, "no name", &keys::p256(1).token("k", &admin("https://c.test"))).await;
    assert!(why.contains("issuer") && why.contains("https://c.test"), "{why}");
    for name in ["https://a.test/", "https://A.test", "", " https://a.test"] {
        refused(&app, name, &keys::p256(1).token("k", &admin(name))).await;
    }
    for issuer in [json!(null), json!([OURS]), json!({"a": OURS}), json!(7)] {
        let mut claims = admin(OURS);
        claims["iss"] = issuer.clone();
        refused(&app, &issuer.to_string(), &keys::p256(1).token("k", &claims)).await;
    }
    assert_eq!((ours.asked().len(), theirs.asked().len()), (1, 1));
}

#[tokio::test]
async fn the_algorithm_is_the_keys_own() {
    let (_ours, _theirs, app) = two().await;
    for key in [keys::p256(1), keys::rsa()] {
        for bytes in key.public_bytes() {
            for kid in ["k", "rsa"] {
                let header = json!({"alg": "HS256", "typ": "JWT", "kid": kid});
                let token = keys::hmac(&header, &admin(OURS), &bytes);
                refused(&app, "HS256 with a public key", &token).await;
            }
        }
    }
    // `jwt_secret` is set, but no entry names it.
    let header = json!({"alg": "HS256", "typ": "JWT"});
    refused(&app, "the secret", &token::sign(&header, &admin(OURS), SECRET)).await;
    let none = keys::unsigned(&json!({"alg": "none", "kid": "k"}), &admin(OURS));
    refused(&app, "none", &format!("{none}.")).await;
    let wrong = json!({"alg": "RS256", "typ": "JWT", "kid": "k"});
    refused(&app, "another alg", &keys::p256(1).sign(&wrong, &admin(OURS))).await;
}

#[tokio::test]
async fn an_issuer_without_keys_does_not_hurt_the_others() {
    let well = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let mut dead = Issuer::start(&[keys::p256(2).jwk("k")]).await;
    dead.stop().await;
    let app = trusting(&json!([
        entry(THEIRS, &format!("{}/keys", dead.origin()), "nexus"),
        entry(OURS, &format!("{}/keys", well.origin()), "nexus"),
    ]))
    .start()
    .await
    .unwrap();
    let theirs = keys::p256(2).token("k", &admin(THEIRS));
    let answer = app.get("/api/integrations").bearer(&theirs).send().await;
    answer.problem(503, "jwks_unavailable");
    assert_eq!(status(&app, &keys::p256(1).token("k", &admin(OURS))).await, 200);
    let health = app.get("/api/health").send().await;
    assert_eq!(health.json(), json!({"status": "ok"}));
    assert_eq!(app.log().matches("no keys from `issuers`").count(), 1, "{}", app.log());
}

#[tokio::test]
async fn a_discovery_document_speaks_for_its_own_issuer_alone() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let keys_url = format!("{}/keys", issuer.origin());
    let mut list = Vec::new();
    for (name, document) in [
        ("well", json!({"issuer": format!("{}/well", issuer.origin()), "jwks_uri": keys_url})),
        ("other", json!({"issuer": format!("{}/well", issuer.origin()), "jwks_uri": keys_url})),
        ("slash", json!({"issuer": format!("{}/slash/", issuer.origin()), "jwks_uri": keys_url})),
        (
            "plain",
            json!({"issuer": format!("{}/plain", issuer.origin()), "jwks_uri": "http://id.test/k"}),
        ),
        (
            "inside",
            json!({"issuer": format!("{}/inside", issuer.origin()), "jwks_uri": "https://10.1.2.3/k"}),
        ),
        ("nothing", json!({})),
    ] {
        let answer = Answer::of("200 OK", "application/json", &document.to_string());
        issuer.route(&format!("/{name}/.well-known/openid-configuration"), answer);
        list.push(json!({
            "issuer": format!("{}/{name}", issuer.origin()), "discovery": true,
            "audiences": ["nexus"], "workspace": "acme", "role_claim": "role",
        }));
    }
    let app = trusting(&list.into()).start().await.unwrap();
    let token =
        |name: &str| keys::p256(1).token("k", &admin(&format!("{}/{name}", issuer.origin())));
    assert_eq!(status(&app, &token("well")).await, 200);
    for name in ["other", "slash", "plain", "inside", "nothing"] {
        let answer = app.get("/api/integrations").bearer(&token(name)).send().await;
        assert_eq!(answer.status.as_u16(), 503, "{name}: {answer:?}");
        answer.problem(503, "jwks_unavailable");
    }
    assert_eq!(issuer.asked().iter().filter(|path| *path == "/keys").count(), 1);
}

#[tokio::test]
async fn the_first_entry_that_accepts_the_audience_counts() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let url = format!("{}/keys", issuer.origin());
    let mut machines = entry(OURS, &url, "machines");
    machines["role_default"] = "AGENT".into();
    machines["role_claim"] = "nothing".into();
    let list = json!([entry(OURS, &url, "nexus"), machines, entry(OURS, &url, "machines")]);
    let app = trusting(&list).var("public_url", "https://nexus.test").start().await.unwrap();
    let with = |audience: Value| {
        let mut claims = admin(OURS);
        claims["aud"] = audience;
        keys::p256(1).token("k", &claims)
    };
    for (audience, expected) in [
        (json!("nexus"), 200),
        (json!("machines"), 403),
        (json!(["machines", "nexus"]), 200),
        (json!(["nexus", "https://nexus.test/mcp"]), 200),
        // All entries accept this audience, so a client that chooses it gets the least of their roles.
        (json!("https://nexus.test/mcp"), 403),
        (json!(["other", "https://nexus.test/mcp"]), 403),
        (json!(["machines", "https://nexus.test/mcp"]), 403),
    ] {
        assert_eq!(status(&app, &with(audience.clone())).await, expected, "{audience}");
    }
    let mcp = with(json!("https://nexus.test/mcp"));
    assert_eq!(app.get("/api/proxy").bearer(&mcp).send().await.status, 200);
    for audience in [
        json!("other"),
        json!("https://nexus.test"),
        json!("https://nexus.test/mcp/"),
        json!([]),
        json!(null),
    ] {
        let why = refused(&app, &audience.to_string(), &with(audience.clone())).await;
        // RFC 7519, 4.1.3: `aud` is a string or an array of strings.
        assert!(
            why.contains("audience") || audience.is_null() && why.contains("wrong type"),
            "{why}"
        );
    }
    let mut claims = admin(OURS);
    claims.as_object_mut().unwrap().remove("aud");
    let why = refused(&app, "no audience", &keys::p256(1).token("k", &claims)).await;
    assert!(why.contains("audience"), "{why}");
    assert_eq!(issuer.asked().len(), 1, "entries with one document share it");
}

/// Two customers of one issuer. The client that the token is for tells them apart.
#[tokio::test]
async fn the_audience_that_all_entries_accept_chooses_no_workspace() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let url = format!("{}/keys", issuer.origin());
    let customer = |workspace: &str, audience: &str| {
        json!({"issuer": OURS, "jwks_uri": url, "audience_claim": "client_id",
            "audiences": [format!("{workspace}-app"), audience], "workspace": workspace,
            "role_claim": "groups", "role_map": {"admins": "ADMIN"}})
    };
    let own = "https://nexus.test/mcp";
    let list = json!([customer("acme", "x"), customer("beta", "y")]);
    let app = trusting(&list).var("public_url", "https://nexus.test").start().await.unwrap();
    let with = |audience: &Value, client: Option<&str>| {
        let mut claims = json!({"iss": OURS, "aud": audience, "sub": "u", "groups": ["admins"],
            "exp": token::now() + 300});
        if let Some(client) = client {
            claims["client_id"] = client.into();
        }
        keys::p256(1).token("k", &claims)
    };
    for audience in [json!(own), json!([own, "acme-app"]), json!("acme-app")] {
        for (client, workspace) in [("acme-app", "acme"), ("beta-app", "beta")] {
            let token = with(&audience, Some(client));
            let shown = app.get("/api/me").bearer(&token).send().await;
            let shown = (shown.status.as_u16(), shown.json()["workspace"].clone());
            assert_eq!(shown, (200, json!(workspace)), "{audience} {client}");
        }
    }
    for client in [None, Some("other-app")] {
        let why = refused(&app, "no entry's client", &with(&json!(own), client)).await;
        assert!(why.contains("which entry"), "{why}");
        let why = refused(&app, "no audience of ours", &with(&json!("x"), client)).await;
        assert!(why.contains("audience") && why.contains("`client_id`"), "{why}");
    }
}

#[tokio::test]
async fn a_403_says_which_claim_was_read() {
    let issuer = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let app = trusting(&json!([entry(OURS, &format!("{}/keys", issuer.origin()), "nexus")]))
        .start()
        .await
        .unwrap();
    for (role, shown) in [
        (json!(["Everyone", "Sales"]), r#"The role claim `role` is ["Everyone","Sales"]."#),
        (json!("AGENT"), r#"but the token has AGENT. The role claim `role` is "AGENT"."#),
        (json!(null), "The role claim `role` is missing."),
        (json!("a\u{202e}b\n"), r#"The role claim `role` is "ab\n"."#),
        (json!({"ADMIN": true}), r#"The role claim `role` is {"ADMIN":true}."#),
    ] {
        let mut claims = admin(OURS);
        claims["role"] = role;
        let token = keys::p256(1).token("k", &claims);
        let answer = app.get("/api/integrations").bearer(&token).send().await;
        let detail = answer.problem(403, "forbidden")["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(shown), "{detail}");
    }
    let mut claims = admin(OURS);
    claims["role"] = "x".repeat(5000).into();
    let token = keys::p256(1).token("k", &claims);
    let answer = app.get("/api/integrations").bearer(&token).send().await;
    let detail = answer.problem(403, "forbidden")["detail"].as_str().unwrap().to_owned();
    assert_eq!(detail.matches('x').count(), 99, "{detail}");
}
