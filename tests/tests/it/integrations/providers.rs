//! Each built-in provider that has a simulator and is connected by a key or by Basic, as its own documentation describes
//! it. The manifest is the built-in one, with nothing changed but its origins. What the manifests themselves say is tried by
//! `conformance`, for all providers.

use nexus_simulators::{Behaviour, Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};

/// The expected result for a restricted key.
#[derive(Clone, Copy)]
enum Restricted {
    /// The key is connected, and the provider names its account.
    Known,
    /// The key is connected, but the provider does not allow the call that names the account.
    Unnamed,
    /// The key is rejected, because the provider answers as for a revoked key.
    Refused,
}

/// A provider, and the expected results.
struct Provider {
    id: &'static str,
    kind: Kind,
    /// The credentials to enter for the simulator's key `{0}:{1}` or `{0}`.
    enter: fn(&str) -> Value,
    params: Value,
    /// A key of the right form that the simulator does not know.
    wrong: &'static str,
    /// The account's id and label.
    account: (Value, Value),
    /// All headers that the documentation requires.
    headers: Vec<(&'static str, String)>,
    /// The request line.
    call: (&'static str, &'static str, &'static str),
    restricted: Restricted,
}

fn api_key(key: &str) -> Value {
    json!({"api_key": key})
}

fn access_token(key: &str) -> Value {
    json!({"personal_access_token": key})
}

fn pair(key: &str) -> Value {
    let (username, password) = key.split_once(':').unwrap();
    json!({"username": username.trim_end_matches("/token"), "password": password})
}

fn two_keys(key: &str) -> Value {
    let (api_key, application_key) = key.split_once(':').unwrap();
    json!({"api_key": api_key, "application_key": application_key})
}

fn bearer(kind: Kind) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", kind.default_key()))
}

fn basic(kind: Kind) -> (&'static str, String) {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(kind.default_key());
    ("authorization", format!("Basic {encoded}"))
}

const UNNAMED: (Value, Value) = (Value::Null, Value::Null);

#[rustfmt::skip]
fn providers() -> Vec<Provider> {
    let datadog = two_keys(Kind::Datadog.default_key());
    let of = |member: &str| datadog[member].as_str().unwrap().to_owned();
    vec![
        Provider {
            id: "airtable", kind: Kind::Airtable, enter: access_token, params: json!({}),
            wrong: "patWrong0000000000.wrong",
            account: (json!("usrSimulated00001"), json!("owner@example.com")),
            headers: vec![bearer(Kind::Airtable)],
            call: ("GET", "/v0/meta/whoami", ""), restricted: Restricted::Known,
        },
        Provider {
            id: "anthropic", kind: Kind::Anthropic, enter: api_key, params: json!({}),
            wrong: "sk-ant-api03-wrong00000000000000", account: UNNAMED,
            headers: vec![("x-api-key", Kind::Anthropic.default_key().to_owned()),
                ("anthropic-version", "2023-06-01".to_owned())],
            call: ("GET", "/v1/models", "limit=1"), restricted: Restricted::Unnamed,
        },
        Provider {
            id: "datadog", kind: Kind::Datadog, enter: two_keys,
            params: json!({"site": "127.0.0.1"}), account: UNNAMED,
            wrong: "51500000000000000000000000000001:9990000000000000000000000000000000000009",
            headers: vec![("dd-api-key", of("api_key")), ("dd-application-key", of("application_key"))],
            call: ("GET", "/api/v2/validate_keys", ""), restricted: Restricted::Known,
        },
        Provider {
            id: "github", kind: Kind::Github, enter: access_token, params: json!({}),
            wrong: "ghp_wrong0000000000000000000000000000000",
            account: (json!("583231"), json!("octocat")),
            headers: vec![bearer(Kind::Github), ("x-github-api-version", "2022-11-28".to_owned()),
                ("accept", "application/vnd.github+json".to_owned()),
                ("user-agent", "integration-nexus".to_owned())],
            call: ("GET", "/user", ""), restricted: Restricted::Known,
        },
        Provider {
            id: "linear", kind: Kind::Linear, enter: api_key, params: json!({}),
            wrong: "lin_api_wrong00000000000000",
            account: (json!("9b1f9f3a-5f5e-4b39-9c39-1f6b1a2c3d4e"), json!("ada@example.com")),
            headers: vec![("authorization", Kind::Linear.default_key().to_owned()),
                ("content-type", "application/json".to_owned())],
            call: ("POST", "/graphql", ""), restricted: Restricted::Known,
        },
        Provider {
            id: "notion", kind: Kind::Notion, enter: api_key, params: json!({}),
            wrong: "ntn_wrong000000000000000",
            account: (json!("16d84278-ab0e-484c-9bdd-b35da3bd8905"), json!("Acme HQ")),
            headers: vec![bearer(Kind::Notion), ("notion-version", "2026-03-11".to_owned())],
            call: ("GET", "/v1/users/me", ""), restricted: Restricted::Known,
        },
        Provider {
            id: "openai", kind: Kind::OpenAi, enter: api_key, params: json!({}),
            wrong: "sk-proj-wrong000000000000000", account: UNNAMED,
            headers: vec![bearer(Kind::OpenAi)],
            call: ("GET", "/v1/models", ""), restricted: Restricted::Refused,
        },
        Provider {
            id: "resend", kind: Kind::Resend, enter: api_key, params: json!({}),
            wrong: "re_wrong_0000000000000000", account: UNNAMED,
            headers: vec![bearer(Kind::Resend), ("user-agent", "integration-nexus".to_owned())],
            call: ("GET", "/domains", ""), restricted: Restricted::Unnamed,
        },
        Provider {
            id: "sendgrid", kind: Kind::Sendgrid, enter: api_key, params: json!({}),
            wrong: "SG.wrong0000000000.wrong000000000", account: UNNAMED,
            headers: vec![bearer(Kind::Sendgrid)],
            call: ("GET", "/v3/scopes", ""), restricted: Restricted::Known,
        },
        Provider {
            id: "stripe", kind: Kind::Stripe, enter: api_key, params: json!({}),
            wrong: "sk_test_wrong0000000000000000000",
            account: (json!("acct_1SimulatedAccount"), json!("Simulated Shop")),
            headers: vec![bearer(Kind::Stripe), ("stripe-version", "2024-06-20".to_owned())],
            call: ("GET", "/v1/account", ""), restricted: Restricted::Unnamed,
        },
        Provider {
            id: "twilio", kind: Kind::Twilio, enter: pair,
            params: json!({"account_sid": "AC00000000000000000000000000000001"}),
            wrong: "SK00000000000000000000000000000001:wrong-secret-0000000", account: UNNAMED,
            headers: vec![basic(Kind::Twilio)],
            call: ("GET", "/2010-04-01/Accounts/AC00000000000000000000000000000001/IncomingPhoneNumbers.json", "PageSize=1"),
            restricted: Restricted::Refused,
        },
        Provider {
            id: "zendesk", kind: Kind::Zendesk, enter: pair, params: json!({"subdomain": "127"}),
            wrong: "agent@acme.example/token:wrong00000000000000000",
            account: (json!("35436"), json!("Agent Smith")),
            headers: vec![basic(Kind::Zendesk)],
            call: ("GET", "/api/v2/users/me.json", ""), restricted: Restricted::Known,
        },
    ]
}

async fn connect(app: &App, provider: &Provider, manifest: &str, name: &str, key: &str) -> Answer {
    let body = json!({"manifest_id": manifest, "name": name, "params": provider.params,
        "credentials": (provider.enter)(key)});
    app.post("/api/integrations").as_admin().json(&body).send().await
}

#[tokio::test]
async fn the_right_key_connects_with_what_the_documentation_asks_for() {
    let app = App::start().await;
    for provider in providers() {
        let id = provider.id;
        let simulator = Simulator::start(provider.kind, 0).await.unwrap();
        let manifest = app.adopt(id, &simulator).await;
        let key = provider.kind.default_key();
        let created = connect(&app, &provider, &manifest, id, key).await;
        assert_eq!(created.status, 201, "{id}: {created:?}");
        let one = created.json();
        assert_eq!(one["health"]["state"], "healthy", "{id}: {one}");
        let (account, label) = &provider.account;
        assert_eq!((&one["account"]["id"], &one["account"]["label"]), (account, label), "{id}");
        assert_eq!(one["params"], provider.params, "{id}");

        let sent = simulator.requests();
        assert_eq!(sent.len(), 1, "{id}: {sent:?}");
        let call = (sent[0].method.as_str(), sent[0].path.as_str(), sent[0].query.as_str());
        assert_eq!(call, provider.call, "{id}");
        for (name, value) in &provider.headers {
            let values: Vec<&str> = sent[0]
                .headers
                .iter()
                .filter_map(|(key, value)| (key == name).then_some(value.as_str()))
                .collect();
            assert_eq!(values, [value.as_str()], "{id}: {name}");
        }
        let authorized = provider.headers.iter().any(|(name, _)| *name == "authorization");
        assert_eq!(sent[0].header("authorization").is_some(), authorized, "{id}");

        // The provider revokes the key, and a check notices.
        simulator.revoke_key(key);
        let checked = app.post(&format!("/api/integrations/{id}/check")).as_admin().send().await;
        assert_eq!(checked.json()["health"]["state"], "reauthorize", "{id}: {checked:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_leaves_nothing() {
    let app = App::start().await;
    for provider in providers() {
        let id = provider.id;
        let simulator = Simulator::start(provider.kind, 0).await.unwrap();
        let manifest = app.adopt(id, &simulator).await;
        simulator.revoke_key(provider.kind.default_key());
        for key in [provider.wrong, provider.kind.default_key()] {
            let answer = connect(&app, &provider, &manifest, id, key).await;
            answer.problem(422, "credential_refused");
            let secret = key.rsplit(':').next().unwrap();
            assert!(!answer.text.contains(secret), "{id}: {answer:?}");
        }
        assert_eq!(simulator.requests().len(), 2, "{id}");
        assert_eq!((app.count("integrations"), app.count("credentials")), (0, 0), "{id}");
    }
}

#[tokio::test]
async fn a_restricted_key_is_judged_by_what_the_provider_tells() {
    let app = App::start().await;
    for provider in providers() {
        let id = provider.id;
        let simulator = Simulator::start(provider.kind, 0).await.unwrap();
        let manifest = app.adopt(id, &simulator).await;
        let key = provider.kind.default_key();
        simulator.restrict_key(key);
        let answer = connect(&app, &provider, &manifest, id, key).await;
        if matches!(provider.restricted, Restricted::Refused) {
            answer.problem(422, "credential_refused");
            continue;
        }
        assert_eq!(answer.status, 201, "{id}: {answer:?}");
        assert_eq!(answer.json()["health"]["state"], "healthy", "{id}");
        let account = match provider.restricted {
            Restricted::Known => provider.account.0,
            _ => Value::Null,
        };
        assert_eq!(answer.json()["account"]["id"], account, "{id}");
    }
}

#[tokio::test]
async fn an_outage_that_looks_like_a_rejection_is_not_one() {
    let app = App::start().await;
    let limited = json!({"errors": [{"message": "Rate limit exceeded",
        "extensions": {"type": "ratelimited", "code": "RATELIMITED"}}]});
    let partial = json!({"data": null, "errors": [{"message": "Internal server error",
        "extensions": {"type": "internal error", "code": "INTERNAL_ERROR"}}]});
    let anonymous = json!({"user": {"id": null, "name": "Anonymous user"}});
    for (id, status, body, words) in [
        ("github", 403, json!({"message": "API rate limit exceeded"}), "API rate limit exceeded"),
        ("linear", 400, limited, "Rate limit exceeded"),
        ("linear", 200, partial, "Internal server error"),
        ("sendgrid", 403, json!({"errors": [{"field": null, "message": "blocked"}]}), "blocked"),
        ("zendesk", 200, anonymous, "/user/id"),
        ("datadog", 200, json!({"valid": true}), "/status"),
        ("anthropic", 200, json!({"ok": true}), "/data"),
    ] {
        let table = providers();
        let provider = table.iter().find(|provider| provider.id == id).unwrap();
        let simulator = Simulator::start(provider.kind, 0).await.unwrap();
        simulator.set_behaviour(Behaviour::Json(status, body.to_string())).await.unwrap();
        let custom = app.custom(id, &simulator).await;
        let path = format!("/api/manifests/custom-{id}");
        let known = app.get(&path).as_admin().send().await.status == 200;
        let path = if known { path } else { "/api/manifests".to_owned() };
        let path = format!("{path}?believe_effect=false");
        let call = if known { app.put(&path) } else { app.post(&path) };
        assert!(call.as_admin().json(&custom).send().await.status.is_success());
        let manifest = custom["id"].as_str().unwrap();
        let answer = connect(&app, provider, manifest, id, provider.kind.default_key()).await;
        let problem = answer.problem(502, "provider_error");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{id}: {problem}");
        assert_eq!(app.count("integrations"), 0, "{id}");
    }
}

#[tokio::test]
async fn twilio_takes_the_auth_token_too() {
    let (app, simulator) = (App::start().await, Simulator::start(Kind::Twilio, 0).await.unwrap());
    let manifest = app.adopt("twilio", &simulator).await;
    let key = "AC00000000000000000000000000000001:auth-token-0000000000";
    simulator.set_key(key);
    let table = providers();
    let twilio = table.iter().find(|provider| provider.id == "twilio").unwrap();
    let answer = connect(&app, twilio, &manifest, "by token", key).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["health"]["state"], "healthy");
}

#[tokio::test]
async fn a_parameter_in_a_host_moves_it_and_nothing_else_does() {
    let app = App::start().await;
    let table = providers();
    let of = |id: &str| table.iter().find(|provider| provider.id == id).unwrap();
    let zendesk = Simulator::start(Kind::Zendesk, 0).await.unwrap();
    let datadog = Simulator::start(Kind::Datadog, 0).await.unwrap();
    app.adopt("zendesk", &zendesk).await;
    app.adopt("datadog", &datadog).await;
    for (id, params, pointer) in [
        ("zendesk", json!({"subdomain": "127.0"}), "/params/subdomain"),
        ("zendesk", json!({"subdomain": "127.0.0.1:1/"}), "/params/subdomain"),
        ("zendesk", json!({}), "/params/subdomain"),
        ("zendesk", json!({"subdomain": "127", "site": "x"}), "/params/site"),
        ("datadog", json!({"site": "127.0.0.2"}), "/params/site"),
        ("datadog", json!({"site": "datadoghq.com"}), "/params/site"),
    ] {
        let provider = of(id);
        let body = json!({"manifest_id": format!("custom-{id}"), "name": id, "params": params,
            "credentials": (provider.enter)(provider.kind.default_key())});
        let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    // Another label leads to another host, which nobody may reach here.
    let body = json!({"manifest_id": "custom-zendesk", "name": "z", "params": {"subdomain": "128"},
        "credentials": (of("zendesk").enter)(Kind::Zendesk.default_key())});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    answer.problem(502, "egress_denied");
    assert!(zendesk.requests().is_empty() && datadog.requests().is_empty());

    // The link to the provider's own site contains the parameters of the connection.
    let key = Kind::Zendesk.default_key();
    let created = connect(&app, of("zendesk"), "custom-zendesk", "Zendesk", key).await;
    assert_eq!(created.status, 201, "{created:?}");
    let deleted = app.delete("/api/integrations/zendesk").as_admin().send().await;
    let receipt = deleted.json()["revocation"][0].clone();
    assert_eq!(
        (&receipt["token"], &receipt["state"]),
        (&json!("password"), &json!("not_revocable"))
    );
    let detail = receipt["detail"].as_str().unwrap();
    assert!(detail.ends_with("https://127.zendesk.com/admin"), "{detail}");
}

#[tokio::test]
async fn several_places_take_several_secrets() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Sandbox, 0).await.unwrap());
    let mut manifest: Value =
        serde_json::from_str(include_str!("../../../simulators/sandbox.json")).unwrap();
    let host = format!("127.0.0.1:{}", provider.port());
    manifest["api"]["base_url"] = format!("http://{host}/v1").into();
    manifest["api"]["hosts"] = json!([host]);
    manifest["api"]["headers"] =
        json!({"X-Version": "1", "Accept": "application/json", "X-Mode": "a"});
    manifest["verify"]["path"] = "/me?page=1".into();
    manifest["verify"]["headers"] = json!({"X-Mode": "b"});
    manifest["params"] =
        json!([{"name": "team", "label": "Team", "pattern": ".+", "example": "t"}]);
    manifest["credentials"] = json!([
        {"name": "api_key", "label": "Key", "secret": true},
        {"name": "second", "label": "Second", "secret": true}]);
    manifest["inject"] = json!([
        {"in": "header", "name": "Authorization", "value": "Bearer {api_key}"},
        {"in": "header", "name": "X-Team", "value": "{team}"},
        {"in": "query", "name": "key", "value": "k {second}"}]);
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-sandbox", "name": "s", "params": {"team": "red team"},
        "credentials": {"api_key": Kind::Sandbox.default_key(), "second": "a&b=c#d/é+1234567890"}});
    let created = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    let sent = provider.requests();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].path, "/v1/me");
    assert_eq!(sent[0].query, "page=1&key=k+a%26b%3Dc%23d%2F%C3%A9%2B1234567890");
    assert_eq!(sent[0].header("x-team"), Some("red team"));
    assert_eq!(sent[0].header("x-version"), Some("1"));
    assert_eq!(sent[0].header("x-mode"), Some("b"));
    let bearer = format!("Bearer {}", Kind::Sandbox.default_key());
    assert_eq!(sent[0].header("authorization"), Some(bearer.as_str()));
    // A message of the provider is dropped if it contains either secret.
    provider.set_behaviour(Behaviour::EchoSecret).await.unwrap();
    let checked = app.post("/api/integrations/s/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "reauthorize", "{checked:?}");
    for secret in ["1234567890", Kind::Sandbox.default_key()] {
        assert!(!checked.text.contains(secret), "{checked:?}");
    }
}
