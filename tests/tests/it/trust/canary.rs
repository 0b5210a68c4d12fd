//! One secret goes through the whole application, and is then searched for in every output.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use nexus_simulators::{Behaviour, Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, BROKER_SECRET, TICK_SECRET, key, key_bytes};
use crate::kit::token;

const CANARY: &str = "sk_test_CANARYcanary0123456789abcdef";

/// Everything that a client sees of a response.
fn seen(answer: &Answer) -> String {
    format!("{:?} {}", answer.headers, answer.text)
}

#[tokio::test]
async fn a_secret_stays_inside() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
    let manifest = app.adopt("stripe", &provider).await;
    let body = |name: &str| json!({"manifest_id": manifest, "name": name, "credentials": {"api_key": CANARY}});
    let mut answers = Vec::new();

    // The provider rejects the key, echoes it, or fails.
    provider.revoke_key(CANARY);
    let elsewhere = format!("{}/?key={CANARY}", provider.origin());
    for behaviour in [
        Behaviour::Ok,
        Behaviour::EchoSecret,
        Behaviour::Status(500),
        Behaviour::HtmlInsteadOfJson(200),
        Behaviour::Redirect(elsewhere),
        Behaviour::InvalidJson,
    ] {
        provider.set_behaviour(behaviour).await.unwrap();
        answers.push(seen(&app.post("/api/integrations").as_admin().json(&body("a")).send().await));
    }
    provider.release().await.unwrap();
    // The key is sent in a wrong member.
    let mut misplaced: Vec<Value> =
        ["manifest_id", "name", "verify", "scopes", "policy", "params", "credentials"]
            .into_iter()
            .map(|member| {
                let mut body = body("b");
                body[member] = json!(7);
                body
            })
            .collect();
    misplaced
        .push(json!({"manifest_id": manifest, "name": "b", "credentials": {"api_key": [CANARY]}}));
    misplaced.push(json!({"manifest_id": manifest, "name": "b", "credentials": CANARY}));
    misplaced.push(json!({"manifest_id": manifest, "name": "b", "credentials": {"api_key": format!("{CANARY} {CANARY}")}}));
    misplaced
        .push(json!({"manifest_id": manifest, "name": "b", "verify": CANARY, "credentials": {}}));
    for body in &misplaced {
        let answer = app.post("/api/integrations").as_admin().json(body).send().await;
        assert_eq!(answer.status, 422, "{answer:?}");
        answers.push(seen(&answer));
    }
    let cut = format!("{{\"credentials\":{{\"api_key\":\"{CANARY}\"");
    let answer =
        app.post("/api/integrations").as_admin().body("application/json", cut).send().await;
    answers.push(seen(&answer));
    // The integration is connected, read, checked, echoed again, and deleted.
    provider.set_key(CANARY);
    let created = app.post("/api/integrations").as_admin().json(&body("a")).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    answers.push(seen(&created));
    for path in ["/api/integrations", "/api/integrations/a", "/api/health", "/api/manifests"] {
        answers.push(seen(&app.get(path).as_admin().send().await));
    }
    for behaviour in [Behaviour::Ok, Behaviour::EchoSecret, Behaviour::Status(500)] {
        provider.set_behaviour(behaviour).await.unwrap();
        answers.push(seen(&app.post("/api/integrations/a/check").as_admin().send().await));
    }
    let path = format!("/api/integrations?q={CANARY}");
    let token = token::of("ADMIN", "acme");
    app.get(&path).bearer(&token).send().await;
    let deleted = app.delete("/api/integrations/a").as_admin().send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    answers.push(seen(&deleted));

    let encoded = [STANDARD_NO_PAD.encode(CANARY), STANDARD.encode(CANARY)];
    let hides =
        |text: &str| text.contains(CANARY) || encoded.iter().any(|form| text.contains(form));
    for answer in &answers {
        assert!(!hides(answer), "{answer}");
        for secret in [BROKER_SECRET, token::SECRET, &key(1)] {
            assert!(!answer.contains(secret), "{answer}");
        }
    }
    let log = app.log();
    assert!(log.contains("/api/integrations"), "there is no log to search: {log}");
    for secret in [CANARY, BROKER_SECRET, TICK_SECRET, token::SECRET, &key(1), &token, "q="] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let key = key_bytes(1);
    let mut pages = 0;
    for (path, bytes) in app.data_files() {
        pages += bytes.len();
        let mut secrets =
            vec![CANARY.as_bytes(), BROKER_SECRET.as_bytes(), token::SECRET.as_bytes(), &key];
        secrets.extend(encoded.iter().map(|form| form.as_bytes()));
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} holds {}", path.display(), String::from_utf8_lossy(secret));
        }
    }
    assert!(pages > 4096, "there was no database to search");
}
