//! Limits per minute: wrong proofs of an address, calls of an agent, requests to the control plane.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options, until};
use crate::kit::key_value::KeyValue;
use crate::kit::person::{CALLBACK, EVERYTHING, Person, Program, VERIFIER};
use crate::kit::token;
use crate::kit::upstream::{KEY, Upstream};

/// A key with a good checksum that no agent has.
const WRONG_KEY: &str = "nxa_0123456789_0123456789012345678901234567890123456789012_0ZV5SA";

fn minute() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 60
}

/// Repeats `attempt` until it lies within one minute, because the counts restart with each minute. An attempt that
/// a new minute interrupted proves nothing, so its failures do not count either. Each attempt gets another number, for
/// names that no earlier attempt has used.
async fn within_a_minute(mut attempt: impl AsyncFnMut(u32)) {
    for number in 0..5 {
        let begun = minute();
        let result = AssertUnwindSafe(attempt(number)).catch_unwind().await;
        if minute() == begun {
            return result.unwrap_or_else(|failure| resume_unwind(failure));
        }
    }
    panic!("no attempt was done within a minute");
}

/// Checks that `answer` names the limit, and the time until the next minute.
fn require_limited(answer: &Answer, limit: u32, set_by: &str) {
    let problem = answer.problem(429, "rate_limited");
    assert!(problem["detail"].as_str().unwrap().contains(set_by), "{problem}");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(answer.header("ratelimit-policy"), format!("\"minute\";q={limit};w=60"));
    assert_eq!(answer.header("ratelimit"), format!("\"minute\";r=0;t={seconds}"));
}

fn agent_of(workspace: &str, subject: &str) -> String {
    let mut claims = token::claims("AGENT", workspace);
    claims["sub"] = subject.into();
    token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET)
}

/// The number of `count` concurrent calls that get `status`.
async fn at_once(app: &App, path: &str, token: &str, count: usize, status: u16) -> usize {
    let calls = (0..count).map(|_| app.get(path).bearer(token).send());
    let answers = futures::future::join_all(calls).await;
    answers.iter().filter(|answer| answer.status == status).count()
}

/// An application that allows 20 wrong proofs a minute, and reads the client's address from `x-client`.
async fn limited_by_address() -> App {
    let options = Options::default().var("wrong_proofs_per_minute", "20");
    options.var("client_address_header", "x-client").start().await.unwrap()
}

async fn connected(options: Options) -> (App, Upstream) {
    let (app, upstream) = (options.start().await.unwrap(), Upstream::start().await);
    upstream.connect(&app, json!({})).await;
    (app, upstream)
}

#[tokio::test]
async fn wrong_proofs_are_limited_by_address_and_kind_and_good_ones_are_not() {
    let app = limited_by_address().await;
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
                // The client controls the earlier entries of the header, and these other headers.
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
        // Attempts at the proxy and at MCP count together with the others.
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
async fn wrong_session_cookies_are_limited_and_good_ones_are_not() {
    let app = limited_by_address().await;
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    let me = async |cookie: &str, address: &str| {
        let call = app.get("/api/me").header("cookie", cookie).header("x-client", address);
        call.header("sec-fetch-site", "same-origin").send().await
    };
    let wrong = |guess: u32| format!("nexus-session={guess:A>43}");
    within_a_minute(async |number| {
        let (here, elsewhere) = (format!("192.0.2.{number}"), format!("198.51.100.{number}"));
        // A text that cannot be a cookie of ours is not a guess.
        for _ in 0..30 {
            me("nexus-session=short", &here).await.problem(401, "missing_token");
        }
        for guess in 0..20 {
            me(&wrong(guess), &here).await.problem(401, "invalid_token");
        }
        for guess in 20..23 {
            let answer = me(&wrong(guess), &here).await;
            require_limited(&answer, 20, "wrong_proofs_per_minute");
        }
        // A page to which a browser navigates tells nothing more.
        let page = app.get(&program.request(&[])).header("cookie", &wrong(23));
        assert_eq!(page.header("x-client", &here).send().await.status, 429);
        me(&wrong(24), &elsewhere).await.problem(401, "invalid_token");
        // A good session is not thrown out, and other kinds of proof are counted apart.
        for _ in 0..3 {
            assert_eq!(me(&person.header(), &here).await.status, 200);
        }
        let page = app.get(&program.request(&[])).header("cookie", &person.header());
        assert_eq!(page.header("x-client", &here).send().await.status, 200);
        let other = app.get("/api/me").bearer(WRONG_KEY).header("x-client", &here).send().await;
        other.problem(401, "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn wrong_proofs_at_once_are_counted_exactly_and_a_client_cannot_choose_its_address() {
    within_a_minute(async |_| {
        let app = Options::default().var("wrong_proofs_per_minute", "20").start().await.unwrap();
        let calls = (0..60).map(|count| {
            let address = format!("203.0.113.{count}");
            let call = app.get("/api/me").header("x-forwarded-for", &address);
            call.header("spin-client-addr", &format!("{address}:1")).bearer(WRONG_KEY).send()
        });
        let answers = futures::future::join_all(calls).await;
        let wrong = answers.iter().filter(|answer| answer.status == 401).count();
        let limited = answers.iter().filter(|answer| answer.status == 429).count();
        assert_eq!((wrong, limited), (20, 40), "{answers:?}");
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

/// Guesses a secret at the token endpoint.
async fn guess(app: &App, address: &str, path: &str, form: &str) -> Answer {
    let call = app.post(path).header("x-client", address);
    call.body("application/x-www-form-urlencoded", form.to_owned()).send().await
}

fn code_form(program: &Program, code: &str) -> String {
    format!(
        "grant_type=authorization_code&client_id={}&code={code}&code_verifier={VERIFIER}&redirect_uri={CALLBACK}",
        program.id
    )
}

fn refresh_form(program: &Program, token: &str) -> String {
    format!("grant_type=refresh_token&client_id={}&refresh_token={token}", program.id)
}

#[tokio::test]
async fn wrong_codes_and_tokens_of_apps_are_limited_and_good_ones_are_not() {
    let app = limited_by_address().await;
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    within_a_minute(async |number| {
        let (here, elsewhere) = (format!("192.0.2.{number}"), format!("198.51.100.{number}"));
        let tokens = program.connect(&app, &person, EVERYTHING).await;
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let code = program.agreed(&app, &person, EVERYTHING).await;
        let wrong = code_form(&program, "a-code-that-nobody-was-given");
        // A valid code with a wrong verifier is a wrong proof too.
        let stolen = code_form(&program, &code).replace(VERIFIER, &"x".repeat(43));
        for (count, form) in std::iter::repeat([&wrong, &stolen]).flatten().take(20).enumerate() {
            let answer = guess(&app, &here, "/oauth/token", form).await;
            assert_eq!((answer.status.as_u16(), count), (400, count), "{answer:?}");
            assert_eq!(answer.json()["error"], "invalid_grant");
        }
        for form in [&wrong, &stolen] {
            let answer = guess(&app, &here, "/oauth/token", form).await;
            require_limited(&answer, 20, "wrong_proofs_per_minute");
        }
        assert_eq!(guess(&app, &elsewhere, "/oauth/token", &wrong).await.status, 400);
        let good = guess(&app, &here, "/oauth/token", &code_form(&program, &code)).await;
        assert_eq!(good.status, 200, "{good:?}");
        // Wrong tokens and wrong codes have separate counts. All endpoints share each count.
        let forged = format!("nxr_{}", WRONG_KEY.strip_prefix("nxa_").unwrap());
        for form in [refresh_form(&program, &forged), refresh_form(&program, "x")] {
            for _ in 0..5 {
                assert_eq!(guess(&app, &here, "/oauth/token", &form).await.status, 400);
            }
        }
        for token in [forged.as_str(), "x"] {
            for _ in 0..5 {
                let answer = guess(&app, &here, "/oauth/revoke", &format!("token={token}")).await;
                assert_eq!(answer.status, 200, "{answer:?}");
            }
        }
        for (path, form) in [
            ("/oauth/token", refresh_form(&program, &forged)),
            ("/oauth/revoke", format!("token={forged}")),
        ] {
            let answer = guess(&app, &here, path, &form).await;
            require_limited(&answer, 20, "wrong_proofs_per_minute");
            assert_ne!(guess(&app, &elsewhere, path, &form).await.status, 429);
        }
        let good = guess(&app, &here, "/oauth/token", &refresh_form(&program, refresh)).await;
        assert_eq!(good.status, 200, "{good:?}");
        let refresh = good.json()["refresh_token"].as_str().unwrap().to_owned();
        let form = format!("token={refresh}");
        assert_eq!(guess(&app, &here, "/oauth/revoke", &form).await.status, 200);
        assert_eq!(
            guess(&app, &elsewhere, "/oauth/token", &refresh_form(&program, &refresh)).await.status,
            400
        );
    })
    .await;
}

/// There is one write lock. A request without a proof must not take it.
#[tokio::test]
async fn a_guess_does_not_wait_for_the_write_lock() {
    let app = App::start().await;
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    // A token with a valid checksum that no longer exists.
    let ended = program.connect(&app, &person, EVERYTHING).await;
    let ended = ended["refresh_token"].as_str().unwrap();
    let form = format!("token={ended}");
    assert_eq!(guess(&app, "192.0.2.1", "/oauth/revoke", &form).await.status, 200);
    assert_eq!(app.count("app_tokens"), 0);
    let code = program.agreed(&app, &person, EVERYTHING).await;
    let (good, stolen) = (code_form(&program, &code), code_form(&program, &code));
    let stolen = stolen.replace(VERIFIER, &"x".repeat(43));
    let database = app.database();
    database.execute_batch("begin immediate").unwrap();
    for (path, form, status) in [
        ("/oauth/token", code_form(&program, "guess"), 400),
        ("/oauth/token", stolen, 400),
        ("/oauth/token", refresh_form(&program, ended), 400),
        ("/oauth/revoke", format!("token={ended}"), 200),
    ] {
        let answer = guess(&app, "192.0.2.1", path, &form).await;
        assert_eq!(answer.status, status, "{path} {form}: {answer:?}");
    }
    for path in ["/sign-in/invitation", "/sign-in/invitation/show"] {
        let call = app.post(path).header("sec-fetch-site", "same-origin");
        call.json(&json!({"invitation": "guess"})).send().await.problem(410, "gone");
    }
    let cookie = format!("nexus-session={}", "A".repeat(43));
    for body in [json!({}), json!({"all": true})] {
        let call = app.post("/api/sessions/end").as_admin().header("cookie", &cookie);
        let answer = call.json(&body).send().await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["ended"]),
            (200, &json!(0)),
            "{answer:?}"
        );
    }
    database.execute_batch("rollback").unwrap();
    assert_eq!(guess(&app, "192.0.2.1", "/oauth/token", &good).await.status, 200);
}

#[tokio::test]
async fn the_calls_of_an_agent_are_limited_over_all_instances() {
    let options = Options::default().var("agent_calls_per_minute", "10");
    let (app, upstream) = connected(options).await;
    within_a_minute(async |number| {
        let (one, two) = (
            agent_of("acme", &format!("one-{number}")),
            agent_of("acme", &format!("two-{number}")),
        );
        let before = upstream.seen().len();
        let good = at_once(&app, "/api/proxy/up/x", &one, 40, 200).await;
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
        let token = agent_of("acme", &format!("agent-{number}"));
        let (mut good, begun) = (Vec::new(), Instant::now());
        let mut ends = Vec::new();
        // A block is three calls. An instance takes sixteen concurrent requests, and more instances start
        // under load, so all of them know the limit only a little later. Then no more calls are allowed.
        while good.last() != Some(&0) && good.len() < 16 {
            good.push(at_once(&app, "/api/proxy/up/x", &token, 25, 200).await);
            ends.push(begun.elapsed());
        }
        let again = at_once(&app, "/api/proxy/up/x", &token, 25, 200).await;
        let sum: usize = good.iter().sum();
        // An instance counts its first call half a second later. If each call has its own, all calls are first ones.
        let counted = match std::env::var_os("NEXUS_REUSE") {
            None => sum,
            Some(_) => {
                let until = begun.elapsed().saturating_sub(Duration::from_secs(1));
                good.iter().zip(&ends).filter(|(_, end)| **end < until).map(|(good, _)| good).sum()
            }
        };
        let is_limited = sum >= 90 && counted <= 190 && good.last() == Some(&0) && again == 0;
        assert!(is_limited, "{good:?}, then {again}");
    })
    .await;
}

#[tokio::test]
async fn a_policy_narrows_the_limit_for_its_integration() {
    let (app, _upstream) = connected(Options::default()).await;
    let put = async |body: Value| {
        let changed = app.put("/api/integrations/up").as_admin().json(&body).send().await;
        assert_eq!(changed.status, 200, "{changed:?}");
        changed.json()["policy"].clone()
    };
    let rule = json!({"effect": "deny", "methods": ["DELETE"], "path": "/**"});
    put(json!({"policy": {"rules": [rule]}})).await;
    // Alone, the limits leave the rest of the policy as it is. With a policy, they are a part of it.
    let limits = |calls: u32| json!({"calls_per_minute": calls});
    let whole = |calls: u32| json!({"agents": ["*"], "rules": [rule], "limits": limits(calls)});
    assert_eq!(put(json!({"limits": limits(7)})).await, whole(7));
    assert_eq!(put(json!({"policy": {"rules": [rule]}, "limits": limits(5)})).await, whole(5));
    assert_eq!(put(json!({"policy": {"limits": limits(4)}})).await["rules"], json!([]));
    assert_eq!(put(json!({"policy": {}})).await, json!({"agents": ["*"], "rules": []}));
    assert_eq!(put(json!({"limits": limits(3)})).await["limits"], limits(3));
    let body = json!({"manifest_id": "custom-up", "name": "Two", "limits": limits(9),
        "credentials": {"key": KEY}, "preset": "no_deletes"});
    let made = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(made.json()["policy"], whole(9), "{made:?}");
    within_a_minute(async |number| {
        let (one, two) = (
            agent_of("acme", &format!("one-{number}")),
            agent_of("acme", &format!("two-{number}")),
        );
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
        for body in [json!({"policy": {"limits": limits}}), json!({"limits": limits})] {
            let refused = app.put("/api/integrations/up").as_admin().json(&body).send().await;
            refused.problem(422, "invalid");
            assert!(refused.text.contains(rule), "{limits}: {refused:?}");
        }
    }
    let twice = json!({"policy": {"limits": limits(1)}, "limits": limits(2)});
    let refused = app.put("/api/integrations/up").as_admin().json(&twice).send().await;
    assert_eq!(refused.problem(422, "invalid")["errors"][0]["pointer"], "/limits", "{refused:?}");
}

#[tokio::test]
async fn the_requests_of_a_workspace_are_limited_but_a_stop_is_not() {
    let app = Options::default().var("workspace_calls_per_minute", "8").start().await.unwrap();
    within_a_minute(async |number| {
        let workspace = format!("acme-{number}");
        let path = "/api/integrations";
        assert_eq!(at_once(&app, path, &token::of("ADMIN", &workspace), 30, 200).await, 8);
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

/// A caller must not use up the requests of those who can end the caller's access.
#[tokio::test]
async fn no_caller_uses_up_the_requests_of_a_caller_with_more_rights() {
    let app = Options::default().var("workspace_calls_per_minute", "8").start().await.unwrap();
    within_a_minute(async |number| {
        let workspace = format!("acme-{number}");
        let (admin, manager) = (token::of("ADMIN", &workspace), token::of("MANAGER", &workspace));
        let made = app.post("/api/agents").bearer(&admin).json(&json!({"name": "leaked"}));
        let agent = format!("/api/agents/{}", made.send().await.json()["id"].as_str().unwrap());
        let made = app.post(&format!("{agent}/keys")).bearer(&admin).json(&json!({})).send().await;
        let made = made.json();
        let key = made["key"].as_str().unwrap();
        let mut claims = token::claims("AGENT", &workspace);
        claims.as_object_mut().unwrap().remove("role");
        let roleless = token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET);
        // Denied requests do not count, however many there are.
        for caller in [key, roleless.as_str()] {
            assert_eq!(at_once(&app, "/api/agents", caller, 30, 403).await, 30);
        }
        assert_eq!(at_once(&app, "/api/connected-apps", &roleless, 30, 403).await, 30);
        // The requests of an agent count only for that agent.
        assert_eq!(at_once(&app, "/api/connected-apps", key, 30, 200).await, 8);
        let other = agent_of(&workspace, "another");
        assert_eq!(app.get("/api/connected-apps").bearer(&other).send().await.status, 200);
        // One MANAGER uses up the limit of the MANAGERs.
        assert_eq!(at_once(&app, "/api/agents", &manager, 30, 200).await, 8);
        // An ADMIN can still find the agent and revoke its key.
        assert_eq!(app.get(&agent).bearer(&admin).send().await.status, 200);
        let path = format!("{agent}/keys/{}", made["id"].as_str().unwrap());
        assert_eq!(app.delete(&path).bearer(&admin).send().await.status, 204);
        let gone = app.get("/api/connected-apps").bearer(key).send().await;
        gone.problem(401, "invalid_token");
    })
    .await;
}

/// Each consent page writes a row, so the number of pages is limited for each person.
#[tokio::test]
async fn the_pages_that_ask_a_person_are_limited() {
    let app = Options::default().var("workspace_calls_per_minute", "4").start().await.unwrap();
    let program = Program::register(&app).await;
    let other = Person::sign_in(&app, "other", "AGENT");
    within_a_minute(async |number| {
        let person = Person::sign_in(&app, &format!("ann-{number}"), "AGENT");
        for _ in 0..4 {
            assert_eq!(program.ask(&app, &person, &[]).await.status, 200);
        }
        let limited = program.ask(&app, &person, &[]).await;
        require_limited(&limited, 4, "workspace_calls_per_minute");
        assert_eq!(program.ask(&app, &other, &[]).await.status, 200);
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

/// The key of the record of a subject's last minutes.
const LAST: &str = "limit/last/";

/// The keys of the sums per minute of a kind, such as `agent`.
fn sums(store: &KeyValue, kind: &str) -> Vec<String> {
    let mut keys = store.keys("limit/");
    keys.retain(|key| !key.starts_with(LAST) && key.contains(&format!("/{kind}/")));
    keys
}

/// Writes `count` sums of a past minute.
fn leave_behind(store: &KeyValue, count: u32) {
    (1..=count).for_each(|number| store.set_number(&format!("limit/7/wrong/{number}"), 1));
}

#[tokio::test]
async fn the_counts_of_past_minutes_are_deleted_by_the_tick() {
    let options = Options::default().var("agent_calls_per_minute", "10");
    let (app, _upstream) = connected(options).await;
    let token = token::of("AGENT", "acme");
    assert_eq!(app.get("/api/proxy/up/x").bearer(&token).send().await.status, 200);
    let store = app.key_value();
    assert!(!sums(&store, "agent").is_empty());
    let named = store.keys("limit/").into_iter().find(|key| key.contains("acme"));
    assert_eq!(named, None, "a key names nobody");
    leave_behind(&store, 2000);
    // One tick deletes for a limited time, so a slow machine needs several.
    let mut left = store.keys("limit/7/").len();
    while left > 0 {
        app.tick().await;
        let before = std::mem::replace(&mut left, store.keys("limit/7/").len());
        assert!(left < before, "{left} of {before} are left");
    }
    // If the store cannot be read, the tick still does its other work.
    store.break_it();
    app.tick().await;
}

/// One client may have any number of addresses.
#[tokio::test]
async fn the_counts_of_wrong_proofs_have_a_bound() {
    let app = limited_by_address().await;
    for network in 0..15 {
        let calls = (0..100).map(|host| {
            let call = app.get("/api/me").header("x-client", &format!("10.0.{network}.{host}"));
            call.bearer(WRONG_KEY).send()
        });
        for answer in futures::future::join_all(calls).await {
            assert!(matches!(answer.status.as_u16(), 401 | 429), "{answer:?}");
        }
    }
    // The requests may lie in two minutes.
    let keys = sums(&app.key_value(), "wrong");
    let counted: HashSet<_> =
        keys.iter().map(|key| key.splitn(3, '/').nth(2).unwrap_or_default()).collect();
    assert!((500..=1024).contains(&counted.len()), "{}", counted.len());
}

/// Without ticks, a deployment must not keep the sums of each minute for ever.
#[tokio::test]
async fn the_counts_of_past_minutes_are_deleted_without_a_tick_too() {
    let options = Options::default().var("agent_calls_per_minute", "10").without("tick_secret");
    let (app, _upstream) = connected(options).await;
    let token = token::of("AGENT", "acme");
    let call = async |app: &App| {
        assert_eq!(app.get("/api/proxy/up/x").bearer(&token).send().await.status, 200);
    };
    call(&app).await;
    let store = app.key_value();
    let last = |store: &KeyValue| {
        let keys = store.keys(&format!("{LAST}agent/"));
        let key = keys.into_iter().next()?;
        let text = String::from_utf8(store.get(&key)?).unwrap();
        Some((key, text))
    };
    let (noted, _) = until("the last minute", async || last(&store)).await;
    // The last call of the agent was long ago.
    let [sum] = sums(&store, "agent").try_into().unwrap();
    let old = format!("limit/7/{}", &sum[sum.find("agent/").unwrap()..]);
    store.set(&old, &store.get(&sum).unwrap());
    store.delete(&sum);
    store.set(&noted, b"9 7");
    assert_eq!(store.keys("limit/7/agent/"), [old]);
    let app = app.restart().await;
    call(&app).await;
    until("the old sum", async || store.keys("limit/7/agent/").is_empty().then_some(())).await;
    let last = async || last(&store).map(|(_, text)| text).filter(|text| text != "9 7");
    let noted = until("the last minutes", last).await;
    assert!(noted.ends_with(" 9"), "{noted}");
}
