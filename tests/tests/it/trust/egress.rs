//! The egress guard, when a manifest is saved and again just before anything is sent.

use nexus_simulators::{Kind, Simulator};
use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::tokens::oauth::Pair;
use crate::trust::broker::{hash, put_document};

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

/// Hosts to which no credential may be sent.
const HOSTS: [&str; 28] = [
    "https://broker.spin.internal",
    "https://BROKER.spin.internal",
    "https://broker.spin.internal.",
    "https://broker%2Espin.internal",
    "https://broker\u{3002}spin\u{3002}internal",
    "https://\u{ff42}roker.spin.internal",
    "https://%EF%BD%82roker.spin.internal",
    "https://b\u{fc}cher.example",
    "https://self.alt",
    "https://self",
    "https://localhost",
    "https://api.localhost",
    "https://intranet",
    "https://vault.internal",
    "https://printer.local",
    "https://10.0.0.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://127.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://169.254.169.254",
    "https://api.example.com:8443",
    "https://user:password@api.example.com",
    "http://api.example.com",
    "https://nexus.example.com",
    "ftp://api.example.com",
];

fn at(template: &Value, id: &str, base: &str) -> Value {
    let mut manifest = template.clone();
    let host = base.split("://").nth(1).unwrap().rsplit('@').next().unwrap();
    manifest["id"] = id.into();
    manifest["api"]["base_url"] = base.into();
    manifest["api"]["hosts"] = json!([host]);
    manifest
}

async fn app() -> App {
    Options::default().var("public_url", "https://nexus.example.com").start().await.unwrap()
}

#[tokio::test]
async fn a_manifest_with_such_a_host_is_not_saved() {
    let app = app().await;
    let template = app.get("/api/manifests/stripe").as_admin().send().await.json();
    for base in HOSTS {
        let manifest = at(&template, "custom-evil", &format!("{base}/v1"));
        let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
        let problem = answer.problem(422, "invalid");
        let about_api = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|error| error["pointer"].as_str().unwrap().starts_with("/api/"));
        assert!(about_api, "{base}: {problem}");
    }
    let own = app.get("/api/manifests?q=evil").as_admin().send().await;
    assert_eq!(own.json()["items"], json!([]));
}

#[tokio::test]
async fn a_saved_manifest_with_such_a_host_gets_no_credential() {
    let app = app().await;
    let template = app.get("/api/manifests/stripe").as_admin().send().await.json();
    // The first manifest creates the database and the store.
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    app.adopt("stripe", &provider).await;
    for (number, base) in HOSTS.into_iter().enumerate() {
        let id = format!("custom-evil{number}");
        let manifest = at(&template, &id, &format!("{base}/v1"));
        let hash = hash(&manifest);
        put_document(&app, &hash, &manifest);
        app.database()
            .execute(
                "insert into manifests (workspace, id, hash, created_at, created_by, updated_at)
                 values ('acme', ?1, ?2, 0, 'x', 0)",
                [&id, &hash],
            )
            .unwrap();
        let body = json!({"manifest_id": id, "name": id, "credentials": {"api_key": KEY}});
        let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
        let code = answer.json()["code"].clone();
        let refused = (answer.status.as_u16() == 502 && code == "egress_denied")
            || (answer.status.as_u16() == 422 && code == "invalid");
        assert!(refused, "{base}: {answer:?}");
    }
    assert_eq!(app.count("integrations"), 0);
    let log = app.log();
    let called = log.lines().find(|line| line.contains("path=/v1/me"));
    assert_eq!(called, None, "the broker called itself");
}

#[tokio::test]
async fn loopback_is_open_only_where_private_hosts_says_so() {
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let app = Options::default().var("private_hosts", "").start().await.unwrap();
    let manifest = app.custom("stripe", &provider).await;
    let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
    answer.problem(422, "invalid");

    // The integration is saved while the host is allowed, and used when it is not any more.
    let open = App::start().await;
    let id = open.adopt("stripe", &provider).await;
    provider.set_key(KEY);
    let body = json!({"manifest_id": id, "name": "a", "credentials": {"api_key": KEY}});
    assert_eq!(open.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let asked = provider.requests().len();
    let dir = open.kill().await;
    let closed = Options::default().var("private_hosts", "").dir(dir).start().await.unwrap();
    let answer = closed.post("/api/integrations/a/check").as_admin().send().await;
    assert_eq!(answer.json()["health"]["state"], "failing", "{answer:?}");
    assert_eq!(provider.requests().len(), asked);
}

/// Whoever calls us may be traced. No request that follows tells a provider about it.
#[tokio::test]
async fn no_request_to_a_provider_names_a_trace() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.provider.clear_requests();
    pair.expire();
    let app = &pair.app;
    for request in [
        app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme"),
        app.post("/api/integrations/primary/check").as_admin(),
        app.delete("/api/integrations/primary").as_admin(),
    ] {
        let request = request
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .header("tracestate", "inside=1")
            .header("baggage", "user=ann");
        let answer = request.send().await;
        assert!(answer.status.is_success(), "{answer:?}");
    }
    let seen = pair.provider.requests();
    for path in ["/token", "/userinfo", "/revoke"] {
        assert!(seen.iter().any(|one| one.path == path), "nothing was sent to {path}");
    }
    for request in &seen {
        for name in ["traceparent", "tracestate", "baggage"] {
            assert_eq!(request.header(name), None, "{name}: {}", request.path);
        }
    }
}
