//! `GET /api/metrics`: its counts, its readers, and that it names nobody and has no unbounded label.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nexus_simulators::{Behaviour, Kind};
use serde_json::json;

use crate::agents::sdk::{installed, run_with};
use crate::kit::app::{App, Options, TICK_SECRET, until};
use crate::kit::token;
use crate::kit::upstream::{Reply, Upstream};
use crate::tokens::oauth::Pair;

/// The samples of a document by name and labels, as written, and the types of its families.
pub(crate) struct Scraped {
    pub(crate) kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
    text: String,
}

impl Scraped {
    fn read(text: &str) -> Self {
        let (mut kinds, mut samples, mut helped) =
            (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                assert!(helped.insert(help.split(' ').next().unwrap()), "two families: {line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(helped.contains(name), "no help: {line}");
                kinds.insert(name.to_owned(), kind.to_owned());
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let previous = samples.insert(series.to_owned(), value.parse().unwrap());
                assert!(previous.is_none(), "two samples: {line}");
            }
        }
        Self { kinds, samples, text: text.to_owned() }
    }

    /// The value of a series, as written. 0 if it is missing.
    fn value(&self, series: &str) -> f64 {
        self.samples.get(series).copied().unwrap_or(0.0)
    }

    /// All values of a label.
    fn labels(&self, name: &str) -> BTreeSet<&str> {
        let start = format!("{name}=\"");
        let all = self.samples.keys().filter_map(|series| series.split_once(&start));
        all.map(|(_, rest)| rest.split('"').next().unwrap()).collect()
    }
}

/// The metrics for the holder of the tick secret.
pub(crate) async fn scrape(app: &App) -> Scraped {
    let answer = app.get("/api/metrics").bearer(TICK_SECRET).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    Scraped::read(&answer.text)
}

/// Waits until a series has a value, because counts are written a moment later.
async fn until_counted(app: &App, series: &str, value: f64) -> Scraped {
    let reached = async || {
        let scraped = scrape(app).await;
        (scraped.value(series) >= value).then_some(scraped)
    };
    let scraped = until(series, reached).await;
    assert_eq!(scraped.value(series), value, "{series}");
    scraped
}

#[tokio::test]
async fn calls_are_counted_by_provider_outcome_and_kind_of_agent() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|seen| match seen.target() {
        target if target.contains("missing") => Reply::json(404, &json!({})),
        target if target.contains("broken") => Reply::json(503, &json!({})),
        _ => Reply::json(200, &json!({"id": "acct_1"})),
    });
    let deny = json!({"policy": {"agents": ["*"], "rules": [
        {"effect": "deny", "methods": ["DELETE"], "path": "/**"},
        {"effect": "allow", "methods": ["*"], "path": "/**"}]}});
    let changed = app.call(reqwest::Method::PUT, "/api/integrations/up").as_admin().json(&deny);
    assert_eq!(changed.send().await.status, 200);
    let made = app.post("/api/agents").as_admin().json(&json!({"name": "Bot"})).send().await;
    let path = format!("/api/agents/{}/keys", made.json()["id"].as_str().unwrap());
    let key = app.post(&path).as_admin().json(&json!({})).send().await.json();
    let key = key["key"].as_str().unwrap();
    let outside = token::of("AGENT", "acme");
    for (path, status) in
        [("up/x", 200), ("up/y", 200), ("up/missing", 404), ("up/broken", 503), ("nothing/x", 404)]
    {
        let answer = app.get(&format!("/api/proxy/{path}")).bearer(key).send().await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(app.get("/api/proxy/up/x").bearer(&outside).send().await.status, 200);
    assert_eq!(app.get("/api/proxy/up/x").as_admin().send().await.status, 200);
    let denied = app.delete("/api/proxy/up/x").bearer(key).send().await;
    denied.problem(403, "policy_denied");
    let calls = |provider: &str, outcome: &str, kind: &str| {
        format!(
            "nexus_calls_total{{provider=\"{provider}\",outcome=\"{outcome}\",agent_kind=\"{kind}\"}}"
        )
    };
    for (provider, outcome, kind, count) in [
        ("custom", "succeeded", "registered", 2.0),
        ("custom", "client_error", "registered", 1.0),
        ("custom", "server_error", "registered", 1.0),
        ("none", "invalid", "registered", 1.0),
        ("custom", "denied", "registered", 1.0),
        ("custom", "succeeded", "outside", 1.0),
        ("custom", "succeeded", "person", 1.0),
    ] {
        until_counted(&app, &calls(provider, outcome, kind), count).await;
    }
    // Six calls were sent.
    let scraped = scrape(&app).await;
    assert_eq!(scraped.kinds["nexus_provider_response_seconds"], "histogram");
    for (name, labels) in [
        ("nexus_provider_response_seconds", "provider=\"custom\""),
        ("nexus_call_preparation_seconds", ""),
    ] {
        let close = |le: &str| match labels {
            "" => format!("{name}_bucket{{le=\"{le}\"}}"),
            labels => format!("{name}_bucket{{{labels},le=\"{le}\"}}"),
        };
        let count = if labels.is_empty() {
            format!("{name}_count")
        } else {
            format!("{name}_count{{{labels}}}")
        };
        assert_eq!((scraped.value(&close("+Inf")), scraped.value(&count)), (6.0, 6.0), "{name}");
        let bounds = [
            "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30",
            "+Inf",
        ];
        let buckets: Vec<f64> = bounds.iter().map(|le| scraped.value(&close(le))).collect();
        assert!(buckets.is_sorted(), "{name}: {buckets:?}");
    }
    // Counters outlive the process, and several processes add to them.
    let app = app.restart().await;
    let beside = app.beside().await;
    for process in [&app, &beside] {
        assert_eq!(process.get("/api/proxy/up/x").bearer(key).send().await.status, 200);
    }
    until_counted(&app, &calls("custom", "succeeded", "registered"), 4.0).await;
}

#[tokio::test]
async fn nothing_names_anybody_and_labels_are_words_of_ours() {
    let (app, upstream) = Upstream::connected().await;
    let mut manifest = upstream.manifest(json!({}));
    for number in 0..3 {
        manifest["id"] = format!("custom-secret-project-{number}").into();
        app.save(&manifest).await;
        let body = json!({"manifest_id": manifest["id"], "name": format!("Acquisition {number}"),
            "credentials": {"key": crate::kit::upstream::KEY}});
        assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    }
    let agent = token::of("AGENT", "acme");
    for path in ["acquisition-1/x", "acquisition-2/y?z=1", "up/a", "whatever/b"] {
        app.get(&format!("/api/proxy/{path}")).bearer(&agent).send().await;
    }
    let sent = "nexus_provider_response_seconds_count{provider=\"custom\"}";
    until_counted(&app, sent, 3.0).await;
    // Another instance may have counted the call that found no integration, and writes its count later.
    let scraped = until("a call without a provider is counted", async || {
        let scraped = scrape(&app).await;
        scraped.labels("provider").contains("none").then_some(scraped)
    })
    .await;
    assert_eq!(scraped.labels("provider"), BTreeSet::from(["custom", "none"]));
    let integrations =
        "nexus_integrations{provider=\"custom\",status=\"active\",health=\"healthy\"}";
    assert_eq!(scraped.value(integrations), 4.0, "{}", scraped.text);
    for word in
        ["acme", "cquisition", "secret-project", "int_", "agt_", "per_", "127.0.0.1", "whatever"]
    {
        assert!(!scraped.text.contains(word), "{word}: {}", scraped.text);
    }
}

#[tokio::test]
async fn the_whole_is_for_the_tick_secret_and_an_admin_sees_the_workspace_alone() {
    let (app, upstream) = Upstream::connected().await;
    app.get("/api/proxy/up/x").bearer(&token::of("AGENT", "acme")).send().await;
    let calls =
        "nexus_calls_total{provider=\"custom\",outcome=\"succeeded\",agent_kind=\"outside\"}";
    until_counted(&app, calls, 1.0).await;
    app.get("/api/metrics").send().await.problem(401, "missing_token");
    app.get("/api/metrics")
        .bearer("a-wrong-secret-0123456789abcdef")
        .send()
        .await
        .problem(401, "invalid_token");
    for role in ["AGENT", "MANAGER"] {
        app.get("/api/metrics").as_role(role, "acme").send().await.problem(403, "forbidden");
    }
    for call in
        [app.get("/api/metrics?x=1").as_admin(), app.get("/api/metrics?x=1").bearer(TICK_SECRET)]
    {
        call.send().await.problem(422, "invalid");
    }
    app.post("/api/metrics").as_admin().send().await.problem(405, "method_not_allowed");
    let of = async |workspace: &str| {
        let answer = app.get("/api/metrics").as_role("ADMIN", workspace).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Scraped::read(&answer.text)
    };
    let healthy = "nexus_integrations{provider=\"custom\",status=\"active\",health=\"healthy\"}";
    let (acme, other) = (of("acme").await, of("other").await);
    assert_eq!((acme.value(healthy), other.value(healthy)), (1.0, 0.0));
    for scraped in [&acme, &other] {
        // Totals of the deployment say something about other workspaces, so they are missing here.
        let shown: BTreeSet<_> = scraped.kinds.keys().map(String::as_str).collect();
        let expected = BTreeSet::from([
            "nexus_build_info",
            "nexus_integrations",
            "nexus_last_tick_timestamp_seconds",
            "nexus_outbox_entries",
            "nexus_outbox_oldest_seconds",
            "nexus_stops",
        ]);
        assert_eq!(shown, expected);
    }
    let stop = json!({"scope": "integration", "id": "up", "reason": "a drill"});
    assert_eq!(app.post("/api/panic").as_admin().json(&stop).send().await.status, 201);
    let stopped = "nexus_stops{scope=\"integration\"}";
    assert_eq!((of("acme").await.value(stopped), of("other").await.value(stopped)), (1.0, 0.0));
    assert_eq!(scrape(&app).await.value(stopped), 1.0);
    drop(upstream);
}

#[tokio::test]
async fn without_a_tick_secret_nobody_sees_the_whole() {
    let app = Options::default().without("tick_secret").start().await.unwrap();
    app.get("/api/metrics").bearer(TICK_SECRET).send().await.problem(401, "invalid_token");
    app.get("/api/metrics").bearer("").send().await.problem(401, "invalid_token");
    assert_eq!(app.get("/api/metrics").as_admin().send().await.status, 200);
}

#[tokio::test]
async fn refreshes_revocations_the_outbox_and_ticks_are_counted() {
    let pair = Pair::believed().await;
    let made = pair.connect().await;
    let app = &pair.app;
    let refreshed = |outcome: &str| {
        format!("nexus_refreshes_total{{provider=\"custom\",outcome=\"{outcome}\"}}")
    };
    let before = scrape(app).await;
    assert!(before.samples.contains_key(&refreshed("rejected")), "the first increase is one");
    assert_eq!(before.value("nexus_last_tick_timestamp_seconds"), 0.0);
    pair.expire();
    let slug = made["slug"].as_str().unwrap();
    let call = format!("/api/proxy/{slug}/anything");
    app.get(&call).bearer(&token::of("AGENT", "acme")).send().await;
    until_counted(app, &refreshed("refreshed"), 1.0).await;
    pair.app.tick().await;
    let ticked = scrape(app).await.value("nexus_last_tick_timestamp_seconds");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!((now.as_secs_f64() - ticked).abs() < 60.0, "{ticked}");
    // The provider is down, so the tokens wait in the outbox.
    let provider = &pair.provider;
    provider.set_behaviour(Behaviour::Down).await.unwrap();
    pair.delete().await;
    let waiting = scrape(app).await;
    assert!(waiting.value("nexus_outbox_entries{state=\"retrying\"}") >= 1.0, "{}", waiting.text);
    assert!(waiting.samples.contains_key("nexus_outbox_oldest_seconds{state=\"retrying\"}"));
    provider.release().await.unwrap();
    app.database().execute("update outbox set next_at = 0", []).unwrap();
    pair.app.tick().await;
    let scraped = scrape(app).await;
    assert!(scraped.value("nexus_revocations_total{state=\"revoked\"}") >= 1.0, "{}", scraped.text);
    assert_eq!(scraped.value("nexus_outbox_entries{state=\"retrying\"}"), 0.0);
}

#[tokio::test]
async fn limits_and_storage_that_fails_are_counted() {
    let app =
        Options::default().var("workspace_calls_per_minute", "1").var("max_integrations", "0");
    let app = app.start().await.unwrap();
    until("a limit", async || {
        let answer = app.get("/api/integrations").as_role("MANAGER", "acme").send().await;
        (answer.status == 429).then_some(())
    })
    .await;
    until("the count", async || {
        let scraped = scrape(&app).await;
        (scraped.value("nexus_limits_hit_total{code=\"rate_limited\"}") >= 1.0).then_some(())
    })
    .await;
    // The database does not answer for longer than the application waits. A server ends a transaction that holds the write
    // lock for so long.
    let database = app.database();
    match app.servers() {
        Some(servers) => servers.freeze_database(true),
        None => database.execute_batch("begin immediate").unwrap(),
    }
    let invite = json!({"name": "Ann", "role": "ADMIN"});
    let refused = app.post("/api/people/invitations").as_role("ADMIN", "other").json(&invite);
    refused.send().await.problem(503, "storage_unavailable");
    // Calls that were counted meanwhile are kept.
    match app.servers() {
        Some(servers) => servers.freeze_database(false),
        None => database.execute_batch("rollback").unwrap(),
    }
    let errors = "nexus_errors_total{code=\"storage_unavailable\"}";
    let scraped = until_counted(&app, errors, 1.0).await;
    assert!(scraped.value("nexus_storage_errors_total") >= 1.0, "{}", scraped.text);
}

#[tokio::test]
async fn the_parsers_of_prometheus_accept_it() {
    let (app, _upstream) = Upstream::connected().await;
    app.get("/api/proxy/up/x").bearer(&token::of("AGENT", "acme")).send().await;
    let sent = "nexus_provider_response_seconds_count{provider=\"custom\"}";
    let scraped = until_counted(&app, sent, 1.0).await;
    match promtool(&["check", "metrics"], &scraped.text).await {
        // The linter's complaints. There must be none.
        Some(said) => assert_eq!(said, ""),
        None => eprintln!("SKIPPED: promtool is not installed (the package prometheus)"),
    }
    if installed().is_none() {
        return;
    }
    let worked = run_with("python", "metrics.py", &app, &[TICK_SECRET]).await;
    assert!(worked.iter().any(|family| family == "nexus_calls counter"), "{worked:?}");
    assert!(worked.iter().any(|family| family == "nexus_provider_response_seconds histogram"));
    assert_eq!(worked.len(), scraped.kinds.len(), "{worked:?}");
}

/// The output of `promtool` for `input`. `None` if promtool is not installed.
pub(crate) async fn promtool(arguments: &[&str], input: &str) -> Option<String> {
    use tokio::io::AsyncWriteExt as _;
    let program = std::env::var_os("NEXUS_PROMTOOL").unwrap_or_else(|| "promtool".into());
    let mut command = tokio::process::Command::new(program);
    let piped = std::process::Stdio::piped;
    command.args(arguments).stdin(piped()).stdout(piped()).stderr(piped()).kill_on_drop(true);
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let ended = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output());
    let ended = ended.await.expect("promtool ends").unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    assert!(ended.status.success(), "{arguments:?}: {said}");
    Some(said)
}

/// A provider with a built-in manifest has its own name in the labels.
#[tokio::test]
async fn a_built_in_provider_is_named() {
    let pair = Pair::built_in(Kind::Slack, "slack").await;
    pair.connect().await;
    let scraped = scrape(&pair.app).await;
    assert!(scraped.labels("provider").contains("custom"), "{}", scraped.text);
    let database = pair.app.database();
    database.execute("update integrations set manifest_id = 'slack'", []).unwrap();
    let scraped = scrape(&pair.app).await;
    assert!(scraped.labels("provider").contains("slack"), "{}", scraped.text);
    assert!(!scraped.labels("provider").contains("custom"), "{}", scraped.text);
}
