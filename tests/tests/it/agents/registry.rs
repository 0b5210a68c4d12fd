//! Agents and their keys. A key is made once and shown once. A revoked key is rejected from the next request
//! on.

use serde_json::{Value, json};

use crate::kit::app::{App, Options, until};
use crate::kit::stream::Stream;
use crate::kit::token;
use crate::kit::upstream::Upstream;

/// Registers an agent, and returns its id.
pub(crate) async fn register(app: &App, name: &str) -> String {
    let body = json!({ "name": name });
    let made = app.post("/api/agents").as_role("MANAGER", "acme").json(&body).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/api/agents/{id}"));
    id
}

/// Makes a key of an agent, and returns its id and the key.
pub(crate) async fn key_of(app: &App, agent: &str, body: Value) -> (String, String) {
    let path = format!("/api/agents/{agent}/keys");
    let made = app.post(&path).as_role("MANAGER", "acme").json(&body).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
}

async fn call(app: &App, key: &str) -> u16 {
    app.get("/api/proxy/up/x").bearer(key).send().await.status.as_u16()
}

#[tokio::test]
async fn a_key_calls_until_it_is_revoked_and_other_keys_go_on() {
    let (app, upstream) = Upstream::connected().await;
    let agent = register(&app, "Support bot").await;
    let (first_id, first) = key_of(&app, &agent, json!({"name": "old"})).await;
    let (_, second) = key_of(&app, &agent, json!({"name": "new"})).await;
    assert_eq!((call(&app, &first).await, call(&app, &second).await), (200, 200));
    assert!(upstream.seen().iter().all(|seen| !format!("{seen:?}").contains("nxa_")));

    let path = format!("/api/agents/{agent}/keys/{first_id}");
    assert_eq!(app.delete(&path).as_role("MANAGER", "acme").send().await.status, 204);
    assert_eq!((call(&app, &first).await, call(&app, &second).await), (401, 200));
    assert_eq!(app.delete(&path).as_role("MANAGER", "acme").send().await.status, 404);

    // The usage is recorded under the agent's id.
    let usage = until("usage", async || {
        let usage = app.get("/api/integrations/up/usage").as_admin().send().await.json();
        usage["items"].as_array().unwrap().iter().find(|one| one["agent"] == agent).cloned()
    });
    assert!(usage.await["calls"].as_i64().unwrap() > 0);
    let used = until("last use", async || {
        let shown = app.get(&format!("/api/agents/{agent}")).as_admin().send().await.json();
        shown["last_used_at"].as_str().map(str::to_owned)
    });
    assert!(used.await.ends_with('Z'));
    until("the address of the last use", async || {
        let shown = app.get(&format!("/api/agents/{agent}")).as_admin().send().await.json();
        (shown["last_used_from"] == "127.0.0.1").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_is_switched_off_is_rejected_at_once_and_comes_back() {
    let (app, _upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let (_, key) = key_of(&app, &agent, json!({})).await;
    let other = register(&app, "Other").await;
    let (_, other_key) = key_of(&app, &other, json!({})).await;
    assert_eq!(call(&app, &key).await, 200);
    let path = format!("/api/agents/{agent}");
    for (status, expected) in [("disabled", 401), ("active", 200), ("disabled", 401)] {
        let body = json!({ "status": status });
        let changed = app.put(&path).as_role("MANAGER", "acme").json(&body).send().await;
        assert_eq!(
            (changed.status.as_u16(), changed.json()["status"].as_str()),
            (200, Some(status))
        );
        // Many instances have cached the key.
        for _ in 0..20 {
            assert_eq!(call(&app, &key).await, expected, "{status}");
        }
        let mcp = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let listed =
            app.post("/mcp").bearer(&key).header("accept", "application/json, text/event-stream");
        assert_eq!(listed.json(&mcp).send().await.status.as_u16(), expected, "{status}");
        assert_eq!(call(&app, &other_key).await, 200, "another agent goes on");
    }
    assert_eq!(app.delete(&path).as_role("MANAGER", "acme").send().await.status, 204);
    assert_eq!(call(&app, &key).await, 401);
    assert_eq!(app.count("agent_keys"), 1, "the other agent's");
}

#[tokio::test]
async fn a_key_is_found_where_sdks_put_keys_and_opens_no_path_of_an_admin() {
    let (app, upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let (_, key) = key_of(&app, &agent, json!({})).await;
    let basic = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("{key}:"))
    };
    for value in [format!("Bearer {key}"), format!("token {key}"), format!("Basic {basic}")] {
        let answer = app.get("/api/proxy/up/x").header("authorization", &value).send().await;
        assert_eq!(answer.status, 200, "{value}: {answer:?}");
    }
    let in_url = app.get(&format!("/api/proxy/up/x?k={key}")).bearer(&key).send().await;
    assert_eq!(in_url.status, 401, "{in_url:?}");
    for path in ["/api/integrations", "/api/agents", "/api/audit", "/api/oauth-clients"] {
        assert_eq!(app.get(path).bearer(&key).send().await.status, 403, "{path}");
    }
    let seen = format!("{:?}", upstream.seen());
    assert!(!seen.contains(&key) && !seen.contains(&basic));
}

#[tokio::test]
async fn a_wrong_key_is_rejected_and_says_what_is_wrong_with_it() {
    let (app, _upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let (_, key) = key_of(&app, &agent, json!({})).await;
    let mistyped = format!("{}?{}", key.get(..20).unwrap(), key.get(21..).unwrap());
    let (start, _) = key.rsplit_once('_').unwrap();
    for (wrong, why) in [
        (mistyped.as_str(), "mistyped"),
        (start, "mistyped"),
        ("nxa_0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ_000000", "mistyped"),
        ("nxa_", "mistyped"),
        // The form and checksum are right, but no agent has the key.
        (&forged(&key), "no such key"),
    ] {
        let answer = app.get("/api/proxy").bearer(wrong).send().await;
        answer.problem(401, "invalid_token");
        assert!(answer.text.contains(why), "{wrong}: {answer:?}");
        assert!(!answer.text.contains(wrong.get(10..).unwrap_or("-")), "{answer:?}");
    }
}

/// A key with the same id, another secret, and the right checksum.
fn forged(key: &str) -> String {
    let (id, _) = key.strip_prefix("nxa_").unwrap().split_once('_').unwrap();
    let start = format!("nxa_{id}_{}", "A".repeat(43));
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32(start.as_bytes());
    let mut check = Vec::new();
    for _ in 0..6 {
        check.insert(0, digits[(rest % 62) as usize]);
        rest /= 62;
    }
    format!("{start}_{}", String::from_utf8(check).unwrap())
}

/// CRC-32 (ISO-HDLC), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[tokio::test]
async fn a_key_is_shown_once_and_is_nowhere_else() {
    let (app, _upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let (_, key) = key_of(&app, &agent, json!({"name": "production"})).await;
    assert_eq!(call(&app, &key).await, 200);
    assert_eq!(app.get("/api/integrations/up").bearer(&key).send().await.status, 403);
    let secret = key.split('_').nth(2).unwrap().to_owned();
    for path in [format!("/api/agents/{agent}"), "/api/agents".into(), "/api/audit".into()] {
        let shown = app.get(&path).as_admin().send().await;
        assert_eq!(shown.status, 200, "{shown:?}");
        assert!(!shown.text.contains(&secret), "{path}");
    }
    until("the denied attempt is written", async || {
        app.get("/api/audit")
            .as_admin()
            .send()
            .await
            .text
            .contains("integration.read")
            .then_some(())
    })
    .await;
    assert!(!app.log().contains(&secret));
    app.ensure_not_stored(&secret);
}

#[tokio::test]
async fn a_key_expires() {
    let (app, _upstream) = Upstream::connected().await;
    let agent = register(&app, "Bot").await;
    let (id, key) = key_of(&app, &agent, json!({"expires_in": 60})).await;
    assert_eq!(call(&app, &key).await, 200);
    app.database()
        .execute("update agent_keys set expires_at = unixepoch() * 1000 - 1 where id = ?1", [&id])
        .unwrap();
    assert_eq!(call(&app, &key).await, 401);
    for seconds in [59, 31_536_001, -1] {
        let path = format!("/api/agents/{agent}/keys");
        let body = json!({ "expires_in": seconds });
        let refused = app.post(&path).as_admin().json(&body).send().await;
        assert_eq!(refused.status, 422, "{seconds}: {refused:?}");
    }
}

#[tokio::test]
async fn a_key_lives_for_ninety_days_unless_the_request_says_otherwise() {
    const DAY: i64 = 86_400_000;
    let app = App::start().await;
    let agent = register(&app, "Bot").await;
    let public = json!({"kty": "OKP", "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    for (body, days) in [
        (json!({}), Some(90)),
        (json!({"expires_in": 31_536_000}), Some(365)),
        (json!({"expires_in": 86_400}), Some(1)),
        // No secret of it exists here that could leak.
        (json!({"public_key": public}), None),
        (json!({"public_key": public, "expires_in": 86_400}), Some(1)),
    ] {
        let path = format!("/api/agents/{agent}/keys");
        let made = app.post(&path).as_admin().json(&body).send().await;
        assert_eq!(made.status, 201, "{body}: {made:?}");
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let lifetime: Option<i64> = app
            .database()
            .query_row(
                "select expires_at - created_at from agent_keys where id = ?1",
                [&id],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(lifetime, days.map(|days| days * DAY), "{body}");
        let shown = app.get(&format!("/api/agents/{agent}")).as_admin().send().await.json();
        let key = shown["keys"].as_array().unwrap().iter().find(|key| key["id"] == id.as_str());
        assert_eq!(key.unwrap()["expires_at"].is_string(), days.is_some(), "{shown}");
    }
}

#[tokio::test]
async fn a_public_key_has_no_secret_and_a_private_one_is_rejected() {
    let app = App::start().await;
    let agent = register(&app, "Bot").await;
    let path = format!("/api/agents/{agent}/keys");
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    let good = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "mine"});
    let made = app.post(&path).as_admin().json(&json!({"public_key": good})).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.json().get("key").is_none(), "{made:?}");
    for wrong in [
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "d": x}),
        json!({"kty": "EC", "crv": "P-384", "x": x, "y": y}),
        json!({"kty": "EC", "crv": "P-256", "x": x}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "short"}),
        json!({"kty": "oct", "k": x}),
        json!({}),
    ] {
        let refused = app.post(&path).as_admin().json(&json!({"public_key": wrong})).send().await;
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
        assert!(refused.text.contains("/public_key"), "{refused:?}");
    }
}

#[tokio::test]
async fn agents_belong_to_their_workspace_and_names_are_unique_in_it() {
    let app = App::start().await;
    let agent = register(&app, "Support  Bot").await;
    let body = json!({"name": "support bot"});
    let again = app.post("/api/agents").as_admin().json(&body).send().await;
    again.problem(409, "agent_name_taken");
    let elsewhere = app.post("/api/agents").as_role("ADMIN", "beta").json(&body).send().await;
    assert_eq!(elsewhere.status, 201);
    let path = format!("/api/agents/{agent}");
    for call in [app.get(&path), app.delete(&path), app.put(&path).json(&json!({"name": "x"}))] {
        assert_eq!(call.as_role("ADMIN", "beta").send().await.status, 404);
    }
    let listed = app.get("/api/agents").as_role("ADMIN", "beta").send().await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    for (body, pointer) in [
        (json!({"name": ""}), "/name"),
        (json!({"name": "x".repeat(101)}), "/name"),
        (json!({"name": "a\u{202e}b"}), "/name"),
        (json!({"name": "ok", "description": "x".repeat(501)}), "/description"),
        (json!({"name": "ok", "owner": "per_01J00000000000000000000000"}), "/owner"),
        (json!({"name": "ok", "role": "ADMIN"}), "unknown field"),
    ] {
        let refused = app.post("/api/agents").as_admin().json(&body).send().await;
        assert_eq!(refused.status, 422, "{body}: {refused:?}");
        assert!(refused.text.contains(pointer), "{body}: {refused:?}");
    }
    let by_agent = app.post("/api/agents").as_role("AGENT", "acme").json(&json!({"name": "x"}));
    assert_eq!(by_agent.send().await.status, 403);
}

#[tokio::test]
async fn an_outside_agent_appears_and_can_be_switched_off_by_itself() {
    let (app, _upstream) = Upstream::connected().await;
    let call = async |sub: &str| {
        let token = {
            let mut claims = token::claims("AGENT", "acme");
            claims["sub"] = sub.into();
            token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET)
        };
        app.get("/api/proxy/up/x").bearer(&token).send().await.status.as_u16()
    };
    assert_eq!((call("one").await, call("two").await), (200, 200));
    let one = until("the agent appears", async || {
        let listed = app.get("/api/agents").as_admin().send().await.json();
        let found = listed["items"].as_array().unwrap().iter().find(|a| a["subject"] == "one");
        found.map(|found| found["id"].as_str().unwrap().to_owned())
    })
    .await;
    let path = format!("/api/agents/{one}");
    let deleted = app.delete(&path).as_admin().send().await;
    deleted.problem(409, "outside_agent");
    let body = json!({"status": "disabled"});
    assert_eq!(app.put(&path).as_admin().json(&body).send().await.status, 200);
    assert_eq!((call("one").await, call("two").await), (401, 200));
    let keys = app.post(&format!("{path}/keys")).as_admin().json(&json!({})).send().await;
    keys.problem(409, "outside_agent");
}

#[tokio::test]
async fn access_is_shown_with_the_rule_that_gives_it() {
    let (app, _upstream) = Upstream::connected().await;
    let (agent, other) = (register(&app, "Reader").await, register(&app, "Other").await);
    let rule = json!({"effect": "deny", "methods": ["POST"], "path": "/**", "agents": [agent]});
    let policy = json!({"agents": [agent], "rules": [rule]});
    let body = json!({ "policy": policy });
    let put = app.put("/api/integrations/up").as_admin().json(&body).send().await;
    assert_eq!(put.status, 200, "{put:?}");
    for (id, may, by, rules) in
        [(&agent, true, json!("policy.agents[0]"), 1), (&other, false, Value::Null, 0)]
    {
        let shown = app.get(&format!("/api/agents/{id}/access")).as_admin().send().await.json();
        let item = &shown["items"][0];
        assert_eq!((item["may"].as_bool(), &item["by"]), (Some(may), &by), "{shown}");
        assert_eq!(item["rules"].as_array().unwrap().len(), rules, "{shown}");
    }
    let (_, key) = key_of(&app, &agent, json!({})).await;
    let (_, other_key) = key_of(&app, &other, json!({})).await;
    assert_eq!((call(&app, &key).await, call(&app, &other_key).await), (200, 403));
    assert_eq!(app.post("/api/proxy/up/x").bearer(&key).send().await.status, 403);
    let listed = app.get("/api/proxy").bearer(&key).send().await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn a_stream_ends_when_its_agent_is_switched_off_or_its_key_revoked() {
    for by_key in [false, true] {
        let (app, upstream) = Upstream::connected().await;
        let agent = register(&app, "Bot").await;
        let (key_id, key) = key_of(&app, &agent, json!({})).await;
        let stream = Stream::open(&app, &upstream, &key).await;
        let path = format!("/api/agents/{agent}");
        match by_key {
            true => {
                let path = format!("{path}/keys/{key_id}");
                assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
            }
            false => {
                let body = json!({"status": "disabled"});
                assert_eq!(app.put(&path).as_admin().json(&body).send().await.status, 200);
            }
        }
        stream.is_cut().await;
    }
}

#[tokio::test]
async fn a_key_counts_on_the_same_data_after_a_restart() {
    let app = Options::default().start().await.unwrap();
    let agent = register(&app, "Bot").await;
    let (_, key) = key_of(&app, &agent, json!({})).await;
    let app = app.restart().await;
    assert_eq!(app.get("/api/proxy").bearer(&key).send().await.status, 200);
}
