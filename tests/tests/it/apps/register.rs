//! Clients that register themselves (RFC 7591).

use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options};
use crate::kit::person::{
    CALLBACK, EVERYTHING, Person, Program, parameter, submit, text, token_of,
};

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

/// A program that listens on this computer gets whichever port is free (RFC 8252, 7.3).
#[tokio::test]
async fn a_program_on_this_computer_may_name_any_port_of_its_own_loopback_address() {
    let app = App::start().await;
    Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    let hosts = ["127.0.0.1", "[::1]", "localhost"];
    for host in hosts {
        let own = format!("http://{host}/cb");
        let body = json!({"redirect_uris": [own], "token_endpoint_auth_method": "none"});
        let registered = app.post("/oauth/register").json(&body).send().await;
        assert_eq!(registered.status, 201, "{registered:?}");
        let program = Program { id: text(&registered.json(), "client_id") };
        for port in ["", ":1024", ":65535"] {
            let uri = format!("http://{host}{port}/cb");
            let asked = program.ask(&app, &person, &[("redirect_uri", &uri)]).await;
            assert!(asked.text.contains("a program on this computer"), "{uri}: {asked:?}");
            let answer = submit(&app, &person, &token_of(&asked), EVERYTHING).await;
            let location = answer.header("location");
            assert!(location.starts_with(&format!("{uri}?")), "{uri}: {answer:?}");
            let code = parameter(location, "code").unwrap();
            // The port of the request is a part of it from then on.
            for other in [format!("http://{host}:4711/cb"), own.replace("/cb", "/other")] {
                let answer = program.exchange(&app, &code, &[("redirect_uri", &other)]).await;
                assert_eq!(answer.json()["error"], "invalid_grant", "{uri} {other}: {answer:?}");
            }
            let answer = program.exchange(&app, &code, &[("redirect_uri", &uri)]).await;
            assert_eq!(answer.status, 200, "{uri}: {answer:?}");
        }
        let others = hosts.iter().filter(|other| **other != host);
        let others = others.map(|other| format!("http://{other}:1024/cb"));
        let wrong = [
            format!("http://{host}:1024/other"),
            format!("http://{host}:1024/cb?x=1"),
            format!("http://{host}:0/cb"),
            format!("http://{host}:65536/cb"),
            format!("https://{host}:1024/cb"),
            format!("http://{host}:1024@evil.example/cb"),
            format!("http://{host}.evil.example/cb"),
        ];
        for uri in others.chain(wrong) {
            let answer = program.ask(&app, &person, &[("redirect_uri", &uri)]).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("location")),
                (400, ""),
                "{host} {uri}"
            );
        }
    }
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

/// An application that trusts the header `x-client`.
async fn behind_a_proxy() -> App {
    Options::default().var("client_address_header", "x-client").start().await.unwrap()
}

async fn register(app: &App, address: &str) -> Answer {
    let body = json!({"redirect_uris": [CALLBACK]});
    app.post("/oauth/register").header("x-client", address).json(&body).send().await
}

/// Registers `count` clients, and returns their ids.
async fn registered(app: &App, address: &str, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let answer = register(app, address).await;
        assert_eq!(answer.status, 201, "{address} {number}: {answer:?}");
        ids.push(text(&answer.json(), "client_id"));
    }
    ids
}

/// Makes all registrations older to which no person has agreed.
fn age(app: &App, ms: i64) {
    let sql = "update app_clients set created_at = created_at - ?1 where agreed_at is null";
    app.database().execute(sql, [ms]).unwrap();
}

#[tokio::test]
async fn an_address_registers_twenty_clients_a_minute() {
    let app = behind_a_proxy().await;
    registered(&app, "192.0.2.1", 20).await;
    for _ in 0..3 {
        let answer = register(&app, "192.0.2.1").await;
        answer.problem(429, "rate_limited");
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert_eq!(answer.header("ratelimit-policy"), "\"minute\";q=20;w=60");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    registered(&app, "192.0.2.2", 1).await;
    // IPv6 addresses with the same first 64 bits count as one.
    registered(&app, "2001:db8::1", 20).await;
    register(&app, "2001:db8::2").await.problem(429, "rate_limited");
    age(&app, 60_000);
    registered(&app, "192.0.2.1", 1).await;
}

#[tokio::test]
async fn a_flood_of_registrations_ends_at_a_hundred_and_keeps_nobody_else_out() {
    let app = behind_a_proxy().await;
    let used = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    used.connect(&app, &person, EVERYTHING).await;
    let waiting = registered(&app, "198.51.100.1", 1).await;
    let mut flood = Vec::new();
    for _ in 0..4 {
        flood.extend(registered(&app, "192.0.2.1", 20).await);
        age(&app, 60_000);
    }
    flood.extend(registered(&app, "192.0.2.1", 19).await);
    assert_eq!(app.count("app_clients"), 101);
    age(&app, 60_000);
    // The client that floods has to wait.
    let answer = register(&app, "192.0.2.1").await;
    assert_eq!(answer.status, 429, "{answer:?}");
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), "600");
    // Other clients do not wait: the oldest registrations of the flood are deleted for them.
    registered(&app, "198.51.100.2", 2).await;
    assert_eq!(app.count("app_clients"), 101);
    let is_known = async |id: &str| {
        let program = Program { id: id.to_owned() };
        program.ask(&app, &person, &[]).await.status == 200
    };
    for (id, expected) in
        [(&flood[0], false), (&flood[1], false), (&flood[2], true), (&waiting[0], true)]
    {
        assert_eq!(is_known(id).await, expected, "{id}");
    }
    // After ten minutes any registration can be deleted, except one whose page a person has open.
    age(&app, 600_000);
    registered(&app, "192.0.2.1", 1).await;
    assert_eq!(app.count("app_clients"), 101);
    for (id, expected) in [(&flood[2], true), (&flood[3], false), (&waiting[0], true)] {
        assert_eq!(is_known(id).await, expected, "{id}");
    }
    // After a day all unused registrations can be deleted.
    age(&app, 86_400_000);
    registered(&app, "198.51.100.2", 1).await;
    assert_eq!(app.count("app_clients"), 2);
    assert_eq!(used.ask(&app, &person, &[]).await.status, 200);
    let kept: i64 = app
        .database()
        .query_row(
            "select count(*) from app_clients where agreed_at is not null and registered_from is not null",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(kept, 0, "the address of a client that somebody uses");
}
