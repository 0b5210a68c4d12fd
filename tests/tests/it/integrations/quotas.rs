//! The quotas of a workspace, and the removal of data that is no longer used.

use std::time::Instant;

use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options};

/// A manifest of the workspace `acme`, for no real provider. Each `version` is another document.
fn manifest(version: u32) -> Value {
    json!({
        "id": "custom-idle", "name": "Idle", "auth_method": "api_key",
        "description": format!("Version {version}"),
        "credentials": [{"name": "key", "label": "Key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {key}"}],
        "api": {"base_url": "https://api.example.com", "hosts": ["api.example.com"]},
        "verify": {"method": "GET", "path": "/me"},
        "revoke": {"unsupported": "no way"},
    })
}

async fn connect(app: &App, name: &str) -> Answer {
    let body = json!({"manifest_id": "custom-idle", "name": name, "verify": false,
        "credentials": {"key": "a-key-that-nobody-asks-about"}});
    app.post("/api/integrations").as_admin().json(&body).send().await
}

async fn replace(app: &App, version: u32) -> Answer {
    app.put("/api/manifests/custom-idle").as_admin().json(&manifest(version)).send().await
}

/// The result of an MCP tool for an agent.
async fn tool(app: &App, name: &str, arguments: Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": name, "arguments": arguments}});
    let call = app.post("/mcp").as_role("AGENT", "acme").json(&message);
    let call = call.header("accept", "application/json, text/event-stream");
    call.header("mcp-protocol-version", "2025-11-25").send().await.json()["result"].clone()
}

/// Inserts `many` rows of integrations, named `{name} {number}`.
fn fill(app: &App, name: &str, slug: &str, many: u32) {
    let sql = "with recursive n (n) as (select 1 union all select n + 1 from n where n < ?3)
        insert into integrations (id, workspace, slug, name, name_key, manifest_id, manifest_hash,
          auth_method, health, created_at, created_by, updated_at)
        select printf('int_%026d', n), 'acme', iif(n = 1, ?2, ?2 || '-' || n),
          printf('%s %06d', ?1, n), printf('%s %06d', ?1, n), 'stripe', '', 'api_key', 'healthy', 0,
          'x', 0 from n";
    app.database().execute(sql, rusqlite::params![name, slug, many]).unwrap();
}

#[tokio::test]
async fn a_workspace_has_so_many_integrations_and_no_more() {
    let app = Options::default().var("max_integrations", "2").start().await.unwrap();
    app.save(&manifest(1)).await;
    for name in ["One", "Two"] {
        assert_eq!(connect(&app, name).await.status, 201);
    }
    let problem = connect(&app, "Three").await.problem(409, "quota_exceeded");
    assert_eq!(problem["variable"], "max_integrations");
    assert!(problem["detail"].as_str().unwrap().contains("the deployment allows 2"), "{problem}");
    assert_eq!(app.count("integrations"), 2);
    // Each workspace has its own quota, and a deleted integration makes room.
    let slack = json!({"client_id": "1.2", "client_secret": "a-secret-of-slack"});
    app.put("/api/oauth-clients/slack").as_role("ADMIN", "other").json(&slack).send().await;
    let by_oauth = json!({"manifest_id": "slack", "name": "Slack"});
    let begun =
        app.post("/api/integrations").as_role("ADMIN", "other").json(&by_oauth).send().await;
    assert_eq!(begun.status, 201, "{begun:?}");
    app.put("/api/oauth-clients/slack").as_admin().json(&slack).send().await;
    let begun = app.post("/api/integrations").as_admin().json(&by_oauth).send().await;
    begun.problem(409, "quota_exceeded");
    assert_eq!(app.delete("/api/integrations/two").as_admin().send().await.status, 200);
    assert_eq!(connect(&app, "Three").await.status, 201);
}

#[tokio::test]
async fn concurrent_creates_do_not_exceed_the_quota() {
    let app = Options::default().var("max_integrations", "3").start().await.unwrap();
    app.save(&manifest(1)).await;
    let names: Vec<String> = (0..8).map(|number| format!("At once {number}")).collect();
    let answers = futures::future::join_all(names.iter().map(|name| connect(&app, name))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((made, app.count("integrations")), (3, 3), "{answers:?}");
}

#[tokio::test]
async fn a_quota_that_is_not_a_number_is_named() {
    for variable in ["max_integrations", "max_manifest_versions"] {
        let app = Options::default().var(variable, "many").start().await.unwrap();
        let health = app.get("/api/health").as_admin().send().await;
        assert_eq!(health.status, 503, "{health:?}");
        assert_eq!(health.json()["problems"][0]["variable"], variable);
    }
}

#[tokio::test]
async fn names_that_share_a_slug_are_numbered_as_fast_as_others_are() {
    const MANY: u32 = 4000;
    let app = Options::default().var("max_integrations", "10000").start().await.unwrap();
    app.save(&manifest(1)).await;
    let made = async |name: String| {
        let begun = Instant::now();
        let answer = connect(&app, &name).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        (answer.json()["slug"].as_str().unwrap().to_owned(), begun.elapsed())
    };
    let median = async |names: &str| {
        let mut times = Vec::new();
        for number in 0..9_usize {
            times.push(made(format!("{names}{}", "!".repeat(number))).await.1);
        }
        times.sort_unstable();
        times[4]
    };
    let alone = median("Alone").await;
    fill(&app, "same", "same", MANY);
    let among = median("Same").await;
    eprintln!("a new integration: {alone:?} alone, {among:?} among {MANY} of the same slug");
    assert!(among < alone * 3 + std::time::Duration::from_millis(30), "{alone:?} {among:?}");
    // The slug has the first free number, whatever other slugs exist.
    let gap = "update integrations set slug = 'elsewhere' where slug = 'same-17'";
    assert_eq!(app.database().execute(gap, []).unwrap(), 1);
    assert_eq!(made("Same?".into()).await.0, "same-17");
    assert_eq!(made("Same??".into()).await.0, format!("same-{}", MANY + 10));
    for (name, slug) in [
        ("Edge", "edge"),
        ("Edge 2", "edge-2"),
        ("Edge 04", "edge-04"),
        ("Edge 99999999999999999999", "edge-99999999999999999999"),
        ("Edge 4x", "edge-4x"),
        ("Edge!", "edge-3"),
        ("Edge 5", "edge-5"),
        ("Edge!!", "edge-4"),
        ("Edgeware!", "edgeware"),
    ] {
        assert_eq!(made(name.into()).await.0, slug, "{name}");
    }
}

#[tokio::test]
async fn agents_see_what_they_may_use_in_pages() {
    let app = App::start().await;
    app.get("/api/integrations").as_admin().send().await;
    fill(&app, "a", "a", 1050);
    let get = async |query: &str| {
        let path = format!("/api/proxy{query}");
        app.get(&path).as_role("AGENT", "acme").send().await
    };
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = get("").await.json();
    assert_eq!(names(&first).len(), 1000);
    let rest = get(&format!("?cursor={}", first["next_cursor"].as_str().unwrap())).await.json();
    assert_eq!((names(&rest).len(), &rest["next_cursor"]), (50, &Value::Null));
    let mut all = names(&first);
    all.extend(names(&rest));
    assert!(all.is_sorted() && all.len() == 1050);
    let two = get("?limit=2").await.json();
    assert_eq!(names(&two), ["a 000001", "a 000002"]);
    for query in ["limit=0", "limit=1001", "cursor=x", "cursor=FF", "cursor=", "cursor=1", "q=x"] {
        let answer = get(&format!("?{query}")).await;
        assert_eq!(answer.status, 422, "{query}: {answer:?}");
    }

    // The same for models, which read all of a page.
    let listed = async |arguments: Value| tool(&app, "list_integrations", arguments).await;
    let page = listed(json!({})).await;
    let content = &page["structuredContent"];
    assert_eq!(content["integrations"].as_array().unwrap().len(), 100);
    let next = content["next_cursor"].as_str().unwrap();
    assert!(page["content"][0]["text"].as_str().unwrap().contains(next), "{page}");
    let page = listed(json!({"cursor": next, "limit": 950})).await;
    assert_eq!(page["structuredContent"]["integrations"].as_array().unwrap().len(), 950);
    assert_eq!(page["structuredContent"]["next_cursor"], Value::Null);
    for arguments in [json!({"limit": 0}), json!({"limit": "x"}), json!({"cursor": "x"})] {
        assert_eq!(listed(arguments.clone()).await["isError"], true, "{arguments}");
    }
}

#[tokio::test]
async fn a_page_of_long_policies_has_a_megabyte_at_most() {
    let app = App::start().await;
    app.get("/api/integrations").as_admin().send().await;
    fill(&app, "a", "a", 150);
    let rule =
        json!({"effect": "allow", "methods": ["GET"], "path": format!("/{}", "x".repeat(499))});
    let policy = json!({"agents": ["*"], "rules": vec![rule; 100]}).to_string();
    app.database().execute("update integrations set policy = ?1", [&policy]).unwrap();
    let (mut names, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = app.get(&format!("/api/proxy{cursor}")).as_role("AGENT", "acme").send().await;
        assert!(page.text.len() < (1 << 20) + 100, "{} bytes", page.text.len());
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("?cursor={next}");
    }
    assert!(names.is_sorted() && names.len() == 150, "{names:?}");
    assert!(pages > 5, "{pages}");
}

#[tokio::test]
async fn an_integration_has_at_most_ten_open_flows() {
    let app = App::start().await;
    let slack = json!({"client_id": "1.2", "client_secret": "a-secret-of-slack"});
    app.put("/api/oauth-clients/slack").as_admin().json(&slack).send().await;
    let body = json!({"manifest_id": "slack", "name": "Slack"});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let oldest = "select state_hash from flows order by created_at limit 1";
    let first: String = app.database().query_row(oldest, [], |row| row.get(0)).unwrap();
    app.database().execute("update flows set created_at = created_at - 1000", []).unwrap();
    for number in 0..12 {
        let again = app.post("/api/integrations/slack/authorize").as_admin().json(&json!({}));
        assert_eq!(again.send().await.status, 200);
        assert_eq!(app.count("flows"), 10.min(2 + number));
    }
    let database = app.database();
    let sql = "select count(*) from flows where state_hash = ?1";
    let left: i64 = database.query_row(sql, [first], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "the oldest ends");
}

#[tokio::test]
async fn a_callback_without_a_flow_takes_no_write_lock() {
    let app = App::start().await;
    app.get("/api/integrations").as_admin().send().await;
    let database = app.database();
    // Another connection writes for as long as the test takes.
    database.execute_batch("begin immediate").unwrap();
    let cookie = format!("nexus-flow={}", "a".repeat(43));
    let begun = Instant::now();
    let call = app.get("/api/oauth/callback?state=x&code=y").header("cookie", &cookie);
    let answer = call.send().await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.text.contains("started in another browser"), "{answer:?}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(4), "it waited for the lock");
}

#[tokio::test]
async fn versions_of_a_manifest_go_when_nothing_is_made_with_them() {
    let app = App::start().await;
    app.save(&manifest(1)).await;
    assert_eq!(connect(&app, "Old").await.status, 201);
    for version in 2..5 {
        assert_eq!(replace(&app, version).await.status, 200);
    }
    let store = || app.key_value().keys("manifest/").len();
    let an_hour_later = || {
        let sql = "update manifest_documents set unused_since = unused_since - 3700000";
        app.database().execute(sql, []).unwrap();
    };
    assert_eq!(store(), 4);
    assert_eq!(app.tick().await["pruned"], 0, "what was begun with them may come to name them");
    assert_eq!(store(), 4);
    an_hour_later();
    assert_eq!(app.tick().await["pruned"], 2, "not the one in use, nor the current one");
    assert_eq!((store(), app.count("manifest_documents")), (2, 2));
    let used = tool(&app, "describe_integration", json!({"integration": "old"})).await;
    assert!(used.to_string().contains("Version 1"), "it still has its version: {used}");
    // A manifest that is saved again is not forgotten while integrations use it.
    assert_eq!(replace(&app, 2).await.status, 200);
    app.tick().await;
    an_hour_later();
    assert_eq!(replace(&app, 4).await.status, 200);
    app.tick().await;
    assert_eq!(app.get("/api/manifests/custom-idle").as_admin().send().await.status, 200);
    assert_eq!(app.delete("/api/integrations/old").as_admin().send().await.status, 200);
    assert_eq!(app.delete("/api/manifests/custom-idle").as_admin().send().await.status, 204);
    app.tick().await;
    an_hour_later();
    app.tick().await;
    assert_eq!((store(), app.count("manifest_documents")), (0, 0));
    assert_eq!(app.count("manifest_texts"), 0);
}

#[tokio::test]
async fn a_document_that_the_key_value_store_has_lost_comes_back() {
    let app = App::start().await;
    app.save(&manifest(1)).await;
    let store = app.key_value();
    let names = store.keys("manifest/");
    let [name] = names.as_slice() else { panic!("{names:?}") };
    let document = store.get(name);
    store.delete(name);
    let read = async |app: &App| {
        app.get("/api/manifests/custom-idle").as_admin().send().await.status.as_u16()
    };
    // No instance has cached the document.
    let app = app.restart().await;
    assert_eq!(read(&app).await, 200);
    assert_eq!(store.get(name), document, "the store has it again");

    // An earlier version wrote documents only into the key-value store. The tick copies them to the database.
    app.database().execute("delete from manifest_texts", []).unwrap();
    app.tick().await;
    assert_eq!(app.count("manifest_texts"), 1);
    store.delete(name);
    let app = app.restart().await;
    assert_eq!(read(&app).await, 200);
}

#[tokio::test]
async fn a_workspace_has_so_many_versions_of_manifests_and_no_more() {
    let app = Options::default().var("max_manifest_versions", "2").start().await.unwrap();
    app.save(&manifest(1)).await;
    assert_eq!(replace(&app, 2).await.status, 200);
    let problem = replace(&app, 3).await.problem(409, "quota_exceeded");
    assert_eq!(problem["variable"], "max_manifest_versions");
    // A document that is stored already needs no room.
    assert_eq!(replace(&app, 1).await.status, 200);
    let other = manifest(1);
    let saved = app.post("/api/manifests").as_role("ADMIN", "other").json(&other).send().await;
    assert_eq!(saved.status, 201, "{saved:?}");
}

#[tokio::test]
async fn concurrent_versions_do_not_exceed_the_quota() {
    let app = Options::default().var("max_manifest_versions", "3").start().await.unwrap();
    app.save(&manifest(0)).await;
    let answers = futures::future::join_all((1..=12).map(|version| replace(&app, version))).await;
    let saved = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((saved, app.count("manifest_documents")), (2, 3), "{answers:?}");
}

#[tokio::test]
async fn pruning_does_not_fall_behind() {
    let app = App::start().await;
    app.get("/api/audit").as_admin().send().await;
    let sql = "with recursive n (n) as (select 1 union all select n + 1 from n where n < 7000)
        insert into usage (workspace, integration_id, minute, agent)
        select 'acme', 'int_x', (unixepoch() - 91 * 86400) * 1000, 'bot ' || n from n";
    app.database().execute(sql, []).unwrap();
    assert_eq!(app.tick().await["pruned"], 7000);
    assert_eq!(app.count("usage"), 0);
}
