//! Two processes share one directory. A change in one process counts for the very next call in the other.
//!
//! The cache of one process must not outlive a change that another process makes. Each case runs in both
//! directions.

use nexus_simulators::Simulator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::agents::registry::{key_of, register};
use crate::kit::app::{App, Options, TICK_SECRET, key, until};
use crate::kit::link::SECRET;
use crate::kit::stream::Stream;
use crate::kit::upstream::Upstream;
use crate::trust::people::{joined, link, me, sign_in, with};

/// The number of calls in a row, so that more than one instance of a component serves them.
const OFTEN: usize = 5;

/// Two processes, a provider that is connected as `up`, and an ADMIN.
struct Pair {
    processes: [App; 2],
    upstream: Upstream,
    admin: String,
}

/// The process `from` makes the changes. The process `at` must apply them.
struct Way<'a> {
    from: &'a App,
    at: &'a App,
    admin: &'a str,
}

impl Pair {
    async fn start() -> Self {
        let first = Options::default().var("sign_in_secret", SECRET).start().await.unwrap();
        let second = first.beside().await;
        assert_ne!(first.url, second.url);
        let upstream = Upstream::start().await;
        upstream.connect(&first, json!({})).await;
        let admin = sign_in(&first, &link("acme", "ADMIN", "Ann").await).await;
        Self { processes: [first, second], upstream, admin }
    }

    /// Runs a case in both directions.
    fn ways(&self) -> [Way<'_>; 2] {
        let ([first, second], admin) = (&self.processes, self.admin.as_str());
        [Way { from: first, at: second, admin }, Way { from: second, at: first, admin }]
    }
}

impl Way<'_> {
    /// Changes something as the ADMIN. Returns the response.
    async fn change(&self, method: Method, path: &str, body: Value) -> Value {
        let changed = with(self.from.call(method, path), self.admin).json(&body).send().await;
        assert!(changed.status.is_success(), "{path}: {changed:?}");
        serde_json::from_str(&changed.text).unwrap_or_default()
    }

    /// Registers a new agent at `at`. Returns its id, the id of its key, and the key.
    async fn agent(&self, name: &str) -> (String, String, String) {
        let agent = register(self.at, name).await;
        let (id, key) = key_of(self.at, &agent, json!({})).await;
        (agent, id, key)
    }

    /// Calls the integration through `at`, and checks each status.
    async fn calls(&self, key: &str, expected: u16, what: &str) {
        for _ in 0..OFTEN {
            let answer = self.at.get("/api/proxy/up/x").bearer(key).send().await;
            assert_eq!(answer.status.as_u16(), expected, "{what}: {answer:?}");
        }
    }

    /// Shows the session at `at`, and checks each status.
    async fn shows(&self, cookie: &str, expected: u16, what: &str) {
        for _ in 0..OFTEN {
            let answer = me(self.at, cookie).await;
            assert_eq!(answer.status.as_u16(), expected, "{what}: {answer:?}");
        }
    }

    /// Stops something, and returns the path of the stop.
    async fn stop(&self, scope: &str, id: Option<&str>) -> String {
        let body = json!({"scope": scope, "id": id, "reason": "a drill"});
        let stop = self.change(Method::POST, "/api/panic", body).await;
        format!("/api/panic/{}", stop["id"].as_str().unwrap())
    }
}

const API_KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

/// A process with an integration `Stripe`, and another one beside it.
async fn with_stripe_and_beside() -> (App, App, Simulator) {
    let (first, provider) = App::with_stripe(API_KEY).await;
    let second = first.beside().await;
    (first, second, provider)
}

/// The process, started again with these keys.
async fn with_keys(mut app: App, keys: &str) -> App {
    app.set("encryption_keys", keys);
    app.restart().await
}

/// Checks that the process opens the credential of `Stripe`.
async fn opens(app: &App, keys: &str) {
    let checked = app.post("/api/integrations/stripe/check").as_admin().send().await;
    assert_eq!(checked.status, 200, "{keys}: {checked:?}");
    assert_eq!(checked.json()["health"]["state"], "healthy", "{keys}");
}

/// Ticks until everything is sealed with the first key.
async fn reseal(app: &App) {
    until("everything is sealed again", async || {
        let ticked = app.post("/api/tick").bearer(TICK_SECRET).send().await;
        (ticked.status == 200 && ticked.json()["resealed"] == 0).then_some(())
    })
    .await;
}

/// Connects Stripe with the same key once more, and checks that the application sees that it is the same: the key of the
/// digests has not changed.
async fn recognises_the_key(app: &App, name: &str) {
    let body = json!({"manifest_id": "custom-stripe", "name": name, "verify": false,
        "credentials": {"api_key": API_KEY}});
    let created = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    let sql = "select count(distinct digest) from token_digests";
    let digests: i64 = app.database().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(digests, 1, "{name}");
}

/// The order of docs/operate.md: every process knows the new key before one seals with it.
#[tokio::test]
async fn keys_are_rotated_in_one_process_after_the_other() {
    let (mut first, mut second, _provider) = with_stripe_and_beside().await;
    let (old, new) = (format!("k1:{}", key(1)), format!("k2:{}", key(2)));
    let rings = [format!("{old},{new}"), format!("{new},{old}"), new];
    for (step, keys) in rings.into_iter().enumerate() {
        first = with_keys(first, &keys).await;
        // The processes have different keys.
        for app in [&first, &second] {
            opens(app, &keys).await;
        }
        reseal(&first).await;
        for app in [&second, &first] {
            opens(app, &keys).await;
        }
        second = with_keys(second, &keys).await;
        opens(&second, &keys).await;
        reseal(&second).await;
        recognises_the_key(&first, &format!("First {step}")).await;
        recognises_the_key(&second, &format!("Second {step}")).await;
    }
}

#[tokio::test]
async fn a_process_without_the_newest_key_says_so_and_replaces_nothing() {
    let (first, second, _provider) = with_stripe_and_beside().await;
    let (old, both) = (format!("k1:{}", key(1)), format!("k2:{},k1:{}", key(2), key(1)));
    let second = with_keys(second, &both).await;
    reseal(&second).await;
    let data_keys = || -> Vec<Vec<u8>> {
        let sql = "select sealed from data_keys order by workspace, id";
        second.database().rows(sql, [], |row| row.get(0)).unwrap()
    };
    let before = data_keys();
    let first = with_keys(first, &old).await;
    let check = first.post("/api/integrations/stripe/check").as_admin().send().await;
    let problem = check.problem(500, "misconfigured");
    assert_eq!(problem["variable"], "encryption_keys");
    assert!(problem["detail"].as_str().unwrap().contains("\"k2\""), "{problem}");
    let body = json!({"manifest_id": "custom-stripe", "name": "Other", "verify": false,
        "credentials": {"api_key": API_KEY}});
    let created = first.post("/api/integrations").as_admin().json(&body).send().await;
    created.problem(500, "misconfigured");
    let health = first.get("/api/health").bearer(TICK_SECRET).send().await;
    assert_eq!((health.status.as_u16(), &health.json()["status"]), (503, &json!("misconfigured")));
    assert_eq!(data_keys(), before);
    let first = with_keys(first, &both).await;
    opens(&first, &both).await;
    recognises_the_key(&first, "Other").await;
}

#[tokio::test]
async fn an_agent_that_is_switched_off_or_stopped_in_one_process_is_refused_by_the_other() {
    let pair = Pair::start().await;
    for (number, way) in pair.ways().iter().enumerate() {
        let (agent, _, key) = way.agent(&format!("Bot {number}")).await;
        let (other_agent, other_id, other) = way.agent(&format!("Other {number}")).await;
        let path = format!("/api/agents/{agent}");
        for (status, expected) in [("disabled", 401), ("active", 200), ("disabled", 401)] {
            way.change(Method::PUT, &path, json!({ "status": status })).await;
            way.calls(&key, expected, status).await;
            way.calls(&other, 200, "the other agent").await;
        }
        way.change(Method::PUT, &path, json!({"status": "active"})).await;
        for (scope, id) in [
            ("agent", Some(agent.as_str())),
            ("integration", Some("up")),
            ("provider", Some("custom-up")),
            ("workspace", None),
        ] {
            way.calls(&key, 200, "before the stop").await;
            let stop = way.stop(scope, id).await;
            way.calls(&key, 403, scope).await;
            way.change(Method::DELETE, &stop, json!({})).await;
        }
        way.calls(&key, 200, "all stops are lifted").await;

        // A new key works in both processes at once. A key that is revoked works in neither.
        let (_, second) = key_of(way.from, &agent, json!({})).await;
        way.calls(&second, 200, "a second key").await;
        way.calls(&other, 200, "before it is revoked").await;
        let path = format!("/api/agents/{other_agent}/keys/{other_id}");
        way.change(Method::DELETE, &path, json!({})).await;
        way.calls(&other, 401, "a revoked key").await;
        way.change(Method::DELETE, &format!("/api/agents/{agent}"), json!({})).await;
        way.calls(&second, 401, "a deleted agent").await;
    }
}

#[tokio::test]
async fn a_session_that_ends_in_one_process_has_ended_in_the_other() {
    let pair = Pair::start().await;
    for way in &pair.ways() {
        let admin = way.admin;
        let new = async |what: &str| {
            // The session begins in one process, and counts in the other.
            let cookie = joined(way.from, admin, "MANAGER", "Bob").await;
            way.shows(&cookie, 200, what).await;
            let id = me(way.at, &cookie).await.json()["person"].as_str().unwrap().to_owned();
            (cookie, id)
        };
        let (cookie, _) = new("before the sign-out").await;
        let out = with(way.from.post("/api/sessions/end"), &cookie).json(&json!({})).send().await;
        assert_eq!(out.json()["ended"], 1, "{out:?}");
        way.shows(&cookie, 401, "signed out").await;

        let (cookie, id) = new("before an ADMIN ends it").await;
        way.change(Method::POST, &format!("/api/people/{id}/sessions/end"), json!({})).await;
        way.shows(&cookie, 401, "ended by an ADMIN").await;

        let (cookie, id) = new("before the person is switched off").await;
        let path = format!("/api/people/{id}");
        way.change(Method::PUT, &path, json!({"role": "ADMIN"})).await;
        assert_eq!(me(way.at, &cookie).await.json()["role"], "ADMIN", "the role counts at once");
        way.change(Method::PUT, &path, json!({"status": "disabled"})).await;
        way.shows(&cookie, 401, "switched off").await;

        let (cookie, id) = new("before the stop").await;
        let stop = way.stop("person", Some(&id)).await;
        way.shows(&cookie, 403, "stopped").await;
        way.change(Method::DELETE, &stop, json!({})).await;
        way.shows(&cookie, 200, "lifted").await;
    }
}

#[tokio::test]
async fn an_open_stream_ends_when_another_process_ends_its_right() {
    let pair = Pair::start().await;
    for (number, way) in pair.ways().iter().enumerate() {
        for what in ["agent", "switch", "key", "integration", "workspace"] {
            let (agent, key_id, key) = way.agent(&format!("{what} {number}")).await;
            let stream = Stream::open(way.at, &pair.upstream, &key).await;
            let path = format!("/api/agents/{agent}");
            let stop = match what {
                "switch" => {
                    way.change(Method::PUT, &path, json!({"status": "disabled"})).await;
                    None
                }
                "key" => {
                    way.change(Method::DELETE, &format!("{path}/keys/{key_id}"), json!({})).await;
                    None
                }
                "agent" => Some(way.stop("agent", Some(&agent)).await),
                "integration" => Some(way.stop("integration", Some("up")).await),
                scope => Some(way.stop(scope, None).await),
            };
            stream.is_cut_while_events_come().await;
            if let Some(stop) = stop {
                way.change(Method::DELETE, &stop, json!({})).await;
            }
        }
    }
}
