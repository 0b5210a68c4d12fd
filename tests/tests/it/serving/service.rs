//! Edge cases of the service: paths, methods, health, and unknown routes.

use nexus_simulators::{Kind, Simulator};
use reqwest::Method;
use serde_json::json;

use crate::kit::app::{App, Options, TICK_SECRET, key};
use crate::kit::upstream::Upstream;

#[tokio::test]
async fn unknown_paths_and_methods() {
    let app = App::start().await;
    for path in ["/api/nothing", "/api", "/api/integrations/a/b/c", "/nothing", "/api/healthy"] {
        app.get(path).as_admin().send().await.problem(404, "not_found");
    }
    app.post("/api/integrationsx/check").as_admin().send().await.problem(404, "not_found");
    let head = app.call(Method::HEAD, "/api/health").send().await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    for (method, path, allow) in [
        (Method::PATCH, "/api/integrations", "GET, POST"),
        (Method::POST, "/api/integrations/x", "GET, PUT, DELETE"),
        (Method::GET, "/api/integrations/x/check", "POST"),
        (Method::DELETE, "/api/manifests", "GET, POST"),
        (Method::POST, "/api/health", "GET"),
        (Method::POST, "/", "GET, HEAD"),
    ] {
        let answer = app.call(method, path).as_admin().send().await;
        answer.problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
}

#[tokio::test]
async fn request_ids_come_back() {
    let app = App::start().await;
    let answer = app.get("/api/health").header("x-request-id", "trace-1.a_B").send().await;
    assert_eq!(answer.header("x-request-id"), "trace-1.a_B");
    let answer = app.get("/api/health").header("x-request-id", "not ok\u{e9}").send().await;
    assert!(answer.header("x-request-id").starts_with("req_"));
    // The id also passes through the component that acts.
    let call = app.delete("/api/integrations/x").as_admin().header("x-request-id", "trace-2");
    assert_eq!(call.send().await.problem(404, "not_found")["request_id"], "trace-2");
}

#[tokio::test]
async fn health_tells_details_only_to_those_who_may_know() {
    let app = App::start().await;
    let answer = app.get("/api/health").send().await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"status": "ok"})));
    for token in ["x", "", "test-tick-secret"] {
        let answer = app.get("/api/health").bearer(token).send().await;
        assert_eq!(answer.json(), json!({"status": "ok"}));
    }
    let answer = app.get("/api/health").as_role("MANAGER", "acme").send().await;
    assert_eq!(answer.json(), json!({"status": "ok"}));
    for answer in [
        app.get("/api/health").as_admin().send().await,
        app.get("/api/health").bearer(TICK_SECRET).send().await,
    ] {
        let health = answer.json();
        assert_eq!(health["problems"], json!([]), "{health}");
        assert_eq!(health["keys"], json!(["k1"]));
        assert!(health["schema"].as_i64().unwrap() >= 1);
    }
}

#[tokio::test]
async fn a_malformed_variable_is_named_and_its_value_is_not() {
    let short = "too-short-a-secret";
    let repeated = "ab".repeat(32);
    let zeros = format!("k1:{}=", "A".repeat(43));
    let ones = format!("k1:{},k0:{}=", key(1), "AQEB".repeat(10) + "AQE");
    for (variable, value) in [
        ("encryption_keys", zeros.as_str()),
        ("encryption_keys", &ones),
        ("broker_secret", &repeated),
        ("jwt_secret", &repeated),
        ("tick_secret", &repeated),
        ("tick_secret", short),
        ("tick_secret", "x"),
        ("encryption_keys", "k1:notbase64!"),
        ("encryption_keys", "k1:c2hvcnQ="),
        ("broker_secret", short),
        ("jwt_secret", short),
        ("public_url", "http://nexus.example.com"),
        ("public_url", "https://nexus.example.com/path"),
        ("public_url", "nexus.example.com"),
        ("private_hosts", "ftp:neither fish nor fowl"),
        ("oauth_clients", "[1]"),
        ("jwt_types", "JWT at+jwt"),
        ("jwt_max_lifetime", "24h"),
        ("jwt_max_lifetime", "60,OWNER=7"),
        ("issuers", "https://id.example.com"),
        ("issuers", r#"[{"issuer":"https://id.example.com","private":"value"}]"#),
        ("issuers", r#"[{"issuer":"https://id.example.com","secret_variable":"broker_secret"}]"#),
    ] {
        let app = Options::default().var(variable, value).start().await.unwrap();
        let anonymous = app.get("/api/health").send().await;
        assert_eq!(anonymous.status, 503, "{variable}");
        assert_eq!(anonymous.json(), json!({"status": "misconfigured"}), "{variable}");
        let health = app.get("/api/health");
        let answer = match variable {
            "tick_secret" => health.as_admin().send().await,
            _ => health.bearer(TICK_SECRET).send().await,
        };
        let problems = answer.json()["problems"].clone();
        let named = problems.as_array().unwrap().iter().any(|p| p["variable"] == variable);
        assert!(named, "{variable}={value}: {answer:?}");
        // Every response contains any single letter.
        assert!(value.len() == 1 || !answer.text.contains(value), "{answer:?}");
        assert!(value.len() == 1 || !app.log().contains(value), "{variable}");
        if variable == "tick_secret" {
            let tick = app.post("/api/tick").bearer(value).send().await;
            assert_eq!(tick.problem(500, "misconfigured")["variable"], variable);
            let health = app.get("/api/health").bearer(value).send().await;
            assert_eq!(health.json(), json!({"status": "misconfigured"}));
        }
    }
}

#[tokio::test]
async fn wrong_guesses_of_the_tick_secret_are_counted_and_not_repeated() {
    let app = App::start().await;
    let guess = format!("{}X", &TICK_SECRET[..TICK_SECRET.len() - 1]);
    for _ in 0..20 {
        app.post("/api/tick").bearer(&guess).send().await.problem(401, "invalid_token");
        let health = app.get("/api/health").bearer(&guess).send().await;
        assert_eq!(health.json(), json!({"status": "ok"}));
    }
    // A person's token is not a guess of the tick secret.
    app.get("/api/health").as_role("MANAGER", "acme").send().await;
    let log = app.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("wrong guesses")).collect();
    // Each instance logs one line per minute. It serves more than one request, and logs the first.
    let reused = !std::env::var("NEXUS_REUSE").is_ok_and(|reuse| reuse == "1");
    assert!(!lines.is_empty() && (!reused || lines.len() < 20), "{log}");
    assert!(lines.iter().all(|line| line.ends_with("count=1")), "{log}");
    assert!(!log.contains(&guess), "{log}");
}

#[tokio::test]
async fn a_misconfigured_call_is_500_and_names_the_variable() {
    let app = Options::default().var("jwt_secret", "short").start().await.unwrap();
    let problem =
        app.get("/api/integrations").as_admin().send().await.problem(500, "misconfigured");
    assert_eq!(problem["variable"], "jwt_secret");
    let app =
        Options::default().var("jwt_jwks_origin", "https://issuer.test").start().await.unwrap();
    let problem =
        app.get("/api/integrations").as_admin().send().await.problem(500, "misconfigured");
    assert_eq!(problem["variable"], "jwt_secret");
}

#[tokio::test]
async fn without_a_required_variable_it_does_not_start_and_names_it() {
    let started = Options::default().without("broker_secret").without("jwt_issuer").start().await;
    let Err(error) = started else { panic!("it started") };
    let text = format!("{error:#}").to_lowercase();
    assert!(text.contains("broker_secret"), "{text}");
}

#[tokio::test]
async fn other_bytes_under_a_known_key_id_are_refused() {
    let app = App::start().await;
    let sandbox = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = app.adopt("stripe", &sandbox).await;
    let body = json!({"manifest_id": manifest, "name": "a", "verify": false,
        "credentials": {"api_key": "sk_test_4eC39HqLyjWDarjtT1zdp7dc"}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);

    let dir = app.kill().await;
    let other = format!("k1:{}", key(9));
    let app = Options::default().var("encryption_keys", &other).dir(dir).start().await.unwrap();
    let body = json!({"manifest_id": manifest, "name": "b", "verify": false,
        "credentials": {"api_key": "sk_test_4eC39HqLyjWDarjtT1zdp7dc"}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.problem(500, "misconfigured")["variable"], "encryption_keys");
    assert_eq!(app.count("integrations"), 1);

    // A key rotation: the new key is the first, and the old key still opens.
    let dir = app.kill().await;
    let rotated = format!("k2:{},k1:{}", key(2), key(1));
    let app = Options::default().var("encryption_keys", &rotated).dir(dir).start().await.unwrap();
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.json()["credential"]["key_id"], "k2", "{answer:?}");
    sandbox.set_key("sk_test_4eC39HqLyjWDarjtT1zdp7dc");
    let checked = app.post("/api/integrations/a/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "healthy", "{checked:?}");
}

#[tokio::test]
async fn private_components_cannot_be_reached_from_outside() {
    let app = App::start().await;
    for component in ["broker", "create", "delete"] {
        let host = format!("{component}.spin.internal");
        // Spin drops such a Host header and rejects the request before any component sees it.
        let call = app.post("/v1/seal").header("host", &host).as_admin().json(&json!({}));
        assert!(call.try_send().await.is_err(), "a component answered");
        assert_eq!(app.get(&format!("/{component}")).send().await.status, 404);
    }
}

#[tokio::test]
async fn forged_spin_headers_change_nothing() {
    let app = App::start().await;
    let answer = app
        .get("/api/integrations/int_00000000000000000000000000")
        .as_admin()
        .header("spin-path-info", "/api/integrations")
        .header("spin-full-url", "http://evil.test/api/integrations")
        .header("x-nexus-caller", "status")
        .send()
        .await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn a_browser_that_came_by_https_comes_back_by_https() {
    let https = Options::default().var("public_url", "https://nexus.test").start().await.unwrap();
    let http = App::start().await;
    let upstream = Upstream::start().await;
    // A provider's value of this header must not pass.
    upstream.always(
        200,
        "content-type: application/json\r\nstrict-transport-security: max-age=1; preload\r\n",
        r#"{"id": "acct_1"}"#,
    );
    for (app, expected) in [(&https, "max-age=31536000"), (&http, "")] {
        upstream.connect(app, json!({})).await;
        for (call, what) in [
            (app.get("/"), "ui"),
            (app.get("/nothing"), "ui, 404"),
            (app.get("/api/integrations").as_admin(), "list"),
            (app.get("/api/integrations"), "list, 401"),
            (app.put("/api/integrations/up").as_admin().json(&json!({"name": "Up"})), "update"),
            (app.get("/api/manifests").as_admin(), "catalog"),
            (app.get("/api/oauth/callback"), "oauth-callback"),
            (app.get("/api/health"), "status"),
            (app.get("/api/proxy").as_role("AGENT", "acme"), "proxy"),
            (app.get("/api/proxy/up/x").as_role("AGENT", "acme"), "a provider's answer"),
            (app.get("/api/proxy/none/x").as_role("AGENT", "acme"), "proxy, 404"),
            (app.get("/mcp"), "mcp"),
        ] {
            let answer = call.send().await;
            assert_eq!(answer.header("strict-transport-security"), expected, "{what}: {answer:?}");
        }
    }
}
