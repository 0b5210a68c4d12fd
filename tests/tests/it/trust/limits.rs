//! Limits per minute: wrong proofs of an address, calls of an agent, requests of a workspace.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::kit::app::{Answer, App, Options};
use crate::kit::token;
use crate::kit::upstream::Upstream;

/// A key with a good checksum that no agent has.
const WRONG_KEY: &str = "nxa_0123456789_0123456789012345678901234567890123456789012_0ZV5SA";

fn minute() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 60
}

/// Runs `attempt` until one of its runs lies within one minute, because the counts begin again with each minute.
async fn within_a_minute<T>(mut attempt: impl AsyncFnMut(u32) -> T) -> T {
    for number in 0..5 {
        let begun = minute();
        let result = attempt(number).await;
        if minute() == begun {
            return result;
        }
    }
    panic!("no attempt was done within a minute");
}

/// Checks that `answer` says which limit is reached, and when the next minute begins.
fn require_limited(answer: &Answer, limit: u32, set_by: &str) {
    let problem = answer.problem(429, "rate_limited");
    assert!(problem["detail"].as_str().unwrap().contains(set_by), "{problem}");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(answer.header("ratelimit-policy"), format!("\"minute\";q={limit};w=60"));
    assert_eq!(answer.header("ratelimit"), format!("\"minute\";r=0;t={seconds}"));
}

fn agent(subject: &str, workspace: &str) -> String {
    let mut claims = token::claims("AGENT", workspace);
    claims["sub"] = subject.into();
    token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET)
}

/// How many of `count` calls at once are answered with `status`.
async fn at_once(app: &App, path: &str, token: &str, count: usize, status: u16) -> usize {
    let calls = (0..count).map(|_| app.get(path).bearer(token).send());
    let answers = futures::future::join_all(calls).await;
    answers.iter().filter(|answer| answer.status == status).count()
}

async fn connected(options: Options) -> (App, Upstream) {
    let (app, upstream) = (options.start().await.unwrap(), Upstream::start().await);
    upstream.connect(&app, json!({})).await;
    (app, upstream)
}

#[tokio::test]
async fn wrong_proofs_are_limited_by_address_and_kind_and_good_ones_are_not() {
    let app = Options::default()
        .var("wrong_proofs_per_minute", "20")
        .var("client_address_header", "x-client")
        .start()
        .await
        .unwrap();
    let made = app.post("/api/agents").as_admin().json(&json!({"name": "one"})).send().await;
    let path = format!("/api/agents/{}/keys", made.json()["id"].as_str().unwrap());
    let made = app.post(&path).as_admin().json(&json!({})).send().await.json();
    let good_key = made["key"].as_str().unwrap().to_owned();
    let good_token = token::of("ADMIN", "acme");
    let wrong_token = token::sign(
        &json!({"alg": "HS256", "typ": "JWT"}),
        &token::claims("ADMIN", "acme"),
        "another-secret-0123456789abcdef-xyz",
    );
    let me = async |proof: &str, address: &str, spoofed: &str| {
        let call = app.get("/api/me").header("x-client", address).bearer(proof);
        call.header("spin-client-addr", spoofed).header("x-nexus-peer", spoofed).send().await
    };
    within_a_minute(async |number| {
        let (here, elsewhere) = (format!("192.0.2.{number}"), format!("198.51.100.{number}"));
        for wrong in [WRONG_KEY, wrong_token.as_str()] {
            for count in 0..20 {
                // An earlier entry of the header is the client's own, and so are these headers.
                let sent = format!("203.0.113.{count}, {here}");
                let answer = me(wrong, &sent, &format!("203.0.113.{count}:1")).await;
                answer.problem(401, "invalid_token");
            }
            for _ in 0..3 {
                let answer = me(wrong, &here, "203.0.113.99:1").await;
                require_limited(&answer, 20, "wrong_proofs_per_minute");
            }
            me(wrong, &elsewhere, "192.0.2.1:1").await.problem(401, "invalid_token");
        }
        for good in [&good_key, &good_token] {
            assert_eq!(me(good, &here, "192.0.2.1:1").await.status, 200);
        }
        // The proxy and MCP count with the others.
        for path in ["/api/proxy", "/mcp"] {
            let call = if path == "/mcp" { app.post(path) } else { app.get(path) };
            let call = call.header("x-client", &here).bearer(WRONG_KEY);
            require_limited(&call.send().await, 20, "wrong_proofs_per_minute");
        }
        let cookie = format!("nexus-session={}", "A".repeat(43));
        let session = app.get("/api/me").header("cookie", &cookie).header("x-client", &here);
        let answer = session.header("sec-fetch-site", "same-origin").send().await;
        answer.problem(401, "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn wrong_proofs_at_once_are_counted_exactly_and_a_client_cannot_choose_its_address() {
    let app = Options::default().var("wrong_proofs_per_minute", "20").start().await.unwrap();
    within_a_minute(async |number| {
        if number > 0 {
            // The minute before may have counted some of these.
            return;
        }
        let begun = minute();
        let calls = (0..60).map(|count| {
            let address = format!("203.0.113.{count}");
            let call = app.get("/api/me").header("x-forwarded-for", &address);
            call.header("spin-client-addr", &format!("{address}:1")).bearer(WRONG_KEY).send()
        });
        let answers = futures::future::join_all(calls).await;
        let wrong = answers.iter().filter(|answer| answer.status == 401).count();
        let limited = answers.iter().filter(|answer| answer.status == 429).count();
        assert_eq!(wrong + limited, 60, "{answers:?}");
        assert!(minute() != begun || wrong == 20, "{wrong}");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_and_a_link_that_are_guessed_are_limited() {
    let app = Options::default()
        .var("wrong_proofs_per_minute", "5")
        .var("client_address_header", "x-client")
        .var("sign_in_secret", "test-sign-in-secret-0123456789abcdef")
        .start()
        .await
        .unwrap();
    within_a_minute(async |number| {
        for (which, path, body, status, code) in [
            (1, "/sign-in/invitation/show", json!({"invitation": "guess"}), 410, "gone"),
            (2, "/sign-in/invitation", json!({"invitation": "guess"}), 410, "gone"),
            (3, "/sign-in/link", json!({"link": "a.b.c"}), 401, "invalid_token"),
        ] {
            let send = async || {
                let call = app.post(path).header("sec-fetch-site", "same-origin");
                let call = call.header("x-client", &format!("192.0.2.{which}{number}"));
                call.json(&body).send().await
            };
            for _ in 0..5 {
                send().await.problem(status, code);
            }
            require_limited(&send().await, 5, "wrong_proofs_per_minute");
        }
    })
    .await;
}

#[tokio::test]
async fn the_calls_of_an_agent_are_limited_over_all_instances() {
    let options = Options::default().var("agent_calls_per_minute", "10");
    let (app, upstream) = connected(options).await;
    within_a_minute(async |number| {
        let (one, two) = (agent(&format!("one-{number}"), "acme"), agent("two", "acme"));
        let before = upstream.seen().len();
        let begun = minute();
        let good = at_once(&app, "/api/proxy/up/x", &one, 40, 200).await;
        if minute() != begun {
            return;
        }
        assert_eq!((good, upstream.seen().len() - before), (10, 10));
        let limited = app.get("/api/proxy/up/x").bearer(&one).send().await;
        require_limited(&limited, 10, "agent_calls_per_minute");
        assert_eq!(limited.header("x-nexus-error"), "rate_limited");
        assert_eq!(app.get("/api/proxy/up/x").bearer(&two).send().await.status, 200);
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "call_api", "arguments": {"integration": "up", "path": "/x"}}});
        let tool = app.post("/mcp").header("accept", "application/json, text/event-stream");
        let tool = tool.bearer(&one).json(&message).send().await;
        assert!(tool.text.contains("rate_limited"), "{tool:?}");
    })
    .await;
}

#[tokio::test]
async fn a_high_limit_is_counted_in_blocks_and_not_exceeded_by_much() {
    let options = Options::default().var("agent_calls_per_minute", "90");
    let (app, _upstream) = connected(options).await;
    within_a_minute(async |number| {
        let token = agent(&format!("agent-{number}"), "acme");
        let begun = minute();
        let mut good = 0;
        for _ in 0..8 {
            good += at_once(&app, "/api/proxy/up/x", &token, 25, 200).await;
        }
        // A block is three calls. An instance takes sixteen requests at once.
        assert!(minute() != begun || (90..=140).contains(&good), "{good}");
    })
    .await;
}

#[tokio::test]
async fn a_policy_narrows_the_limit_for_its_integration() {
    let (app, _upstream) = connected(Options::default()).await;
    let policy = json!({"policy": {"limits": {"calls_per_minute": 3}}});
    let changed = app.put("/api/integrations/up").as_admin().json(&policy).send().await;
    assert_eq!(changed.status, 200, "{changed:?}");
    within_a_minute(async |number| {
        let (one, two) =
            (agent(&format!("one-{number}"), "acme"), agent(&format!("two-{number}"), "acme"));
        for token in [&one, &two] {
            for _ in 0..3 {
                assert_eq!(app.get("/api/proxy/up/x").bearer(token).send().await.status, 200);
            }
            let limited = app.get("/api/proxy/up/x").bearer(token).send().await;
            require_limited(&limited, 3, "policy");
        }
    })
    .await;
    for (limits, rule) in [
        (json!({"calls_per_minute": 0}), "from 1 to 1000000"),
        (json!({"calls_per_hour": 1}), "unknown field"),
        (json!({}), "missing field"),
        (json!(null), "null"),
    ] {
        let body = json!({"policy": {"limits": limits}});
        let refused = app.put("/api/integrations/up").as_admin().json(&body).send().await;
        refused.problem(422, "invalid");
        assert!(refused.text.contains(rule), "{limits}: {refused:?}");
    }
}

#[tokio::test]
async fn the_requests_of_a_workspace_are_limited_but_a_stop_is_not() {
    let app = Options::default().var("workspace_calls_per_minute", "8").start().await.unwrap();
    within_a_minute(async |number| {
        let workspace = format!("acme-{number}");
        let path = "/api/integrations";
        let begun = minute();
        let good = at_once(&app, path, &token::of("MANAGER", &workspace), 30, 200).await;
        if minute() != begun {
            return;
        }
        assert_eq!(good, 8);
        for path in [path, "/api/manifests", "/api/agents", "/api/people", "/api/audit"] {
            let limited = app.get(path).as_role("ADMIN", &workspace).send().await;
            require_limited(&limited, 8, "workspace_calls_per_minute");
        }
        let create = app.post(path).as_role("ADMIN", &workspace).json(&json!({})).send().await;
        require_limited(&create, 8, "workspace_calls_per_minute");
        for path in ["/api/me", "/api/panic", "/api/proxy"] {
            let answer = app.get(path).as_role("ADMIN", &workspace).send().await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
        }
        let other = app.get(path).as_role("ADMIN", &format!("beta-{number}")).send().await;
        assert_eq!(other.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_is_not_a_number_is_named() {
    for name in ["agent_calls_per_minute", "workspace_calls_per_minute", "wrong_proofs_per_minute"]
    {
        let (app, _upstream) = match name {
            "agent_calls_per_minute" => connected(Options::default().var(name, "many")).await,
            _ => {
                (Options::default().var(name, "0").start().await.unwrap(), Upstream::start().await)
            }
        };
        let answer = match name {
            "agent_calls_per_minute" => app.get("/api/proxy/up/x").as_role("AGENT", "acme"),
            "workspace_calls_per_minute" => app.get("/api/integrations").as_admin(),
            _ => app.get("/api/me").bearer(WRONG_KEY),
        };
        let problem = answer.send().await.problem(500, "misconfigured");
        assert_eq!(problem["variable"], name);
    }
}

#[tokio::test]
async fn the_counts_of_past_minutes_are_deleted_by_the_tick() {
    let options = Options::default().var("agent_calls_per_minute", "10");
    let (app, _upstream) = connected(options).await;
    let token = token::of("AGENT", "acme");
    assert_eq!(app.get("/api/proxy/up/x").bearer(&token).send().await.status, 200);
    let file = app.dir.path().join(".spin/sqlite_key_value.db");
    let store = rusqlite::Connection::open(file).unwrap();
    let keys = || {
        let sql = "select group_concat(key, ' ') from spin_key_value where key like 'limit/%'";
        store.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
    };
    let now = keys();
    assert!(now.contains("/agent/") && !now.contains("acme"), "{now}");
    let sql =
        "update spin_key_value set key = 'limit/7/agent/old' where key like 'limit/%/agent/%'";
    assert_eq!(store.execute(sql, []).unwrap(), 1);
    let tick = app.post("/api/tick").bearer(crate::kit::app::TICK_SECRET).send().await;
    assert_eq!(tick.status, 200, "{tick:?}");
    assert!(!keys().contains("limit/7/"), "{}", keys());
}
