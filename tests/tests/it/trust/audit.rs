//! The audit record: its contents, and that no change of it stays unnoticed.

use std::process::Output;

use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options, key, until};
use crate::kit::programs::{nexus, repo};
use crate::kit::upstream::{KEY as UP_KEY, Upstream};

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

/// An application with some history: a manifest, and an integration that was changed and deleted.
async fn lively() -> App {
    let (app, _provider) = App::with_stripe(KEY).await;
    let status = json!({"status": "inactive"});
    app.put("/api/integrations/stripe").as_role("MANAGER", "acme").json(&status).send().await;
    app.post("/api/integrations/stripe/check").as_admin().send().await;
    app.delete("/api/integrations/stripe").as_admin().send().await;
    app
}

/// The whole record of `acme` as its pages, and as items.
async fn export(app: &App) -> (String, Vec<Value>) {
    let (mut text, mut items, mut cursor) = (String::new(), Vec::new(), String::new());
    loop {
        let page = app.get(&format!("/api/audit?limit=3{cursor}")).as_admin().send().await;
        assert_eq!(page.status, 200, "{page:?}");
        text.push_str(&page.text);
        text.push('\n');
        items.extend(page.json()["items"].as_array().unwrap().clone());
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (text, items),
        }
    }
}

async fn head(app: &App) -> Value {
    app.get("/api/audit/head").as_admin().send().await.json()
}

/// Runs `nexus audit verify` on an export.
fn verify(app: &App, export: &str, head: Option<&Value>) -> Output {
    let file = app.dir.path().join("export.json");
    std::fs::write(&file, export).unwrap();
    let mut command = std::process::Command::new(nexus());
    command.args(["audit", "verify"]).arg(file);
    if let Some(head) = head {
        let head = format!("{}:{}", head["count"], head["hash"].as_str().unwrap());
        command.args(["--head", &head]);
    }
    command.output().unwrap()
}

fn actions(items: &[Value]) -> Vec<String> {
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items.iter().map(|item| format!("{} {}", text(item, "action"), text(item, "outcome"))).collect()
}

/// The number of denied attempts in these records.
fn counted<'a>(items: impl IntoIterator<Item = &'a Value>) -> i64 {
    let denied = items.into_iter().filter(|item| item["outcome"] == "denied");
    denied.map(|item| item["count"].as_i64().unwrap()).sum()
}

/// The record, once `attempts` denied attempts are counted in it. They are written a moment later.
async fn with_denied(app: &App, attempts: i64) -> (String, Vec<Value>) {
    until("the denied attempts are in the record", async || {
        let (text, items) = export(app).await;
        (counted(&items) >= attempts).then_some((text, items))
    })
    .await
}

async fn denied(app: &App, role: &str) -> Answer {
    app.delete("/api/integrations/stripe").as_role(role, "acme").send().await
}

#[tokio::test]
async fn every_change_is_in_the_record_and_the_record_holds() {
    let app = lively().await;
    let (text, items) = export(&app).await;
    let expected = [
        "integration.delete done",
        "integration.update done",
        "integration.create done",
        "manifest.create done",
    ];
    assert_eq!(actions(&items), expected);
    let update = &items[1];
    assert_eq!((&update["actor"], &update["role"]), (&json!("user-1"), &json!("MANAGER")));
    assert_eq!(update["detail"]["status"], json!({"from": "active", "to": "inactive"}));
    assert_eq!((&update["seq"], &update["workspace"]), (&json!(3), &json!("acme")));
    assert!(!text.contains(KEY));

    let now = head(&app).await;
    assert_eq!((&now["count"], &now["hash"]), (&json!(4), &items[0]["hash"]));
    let output = verify(&app, &text, Some(&now));
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("4 valid records"), "{output:?}");
}

#[tokio::test]
async fn a_changed_record_is_detected() {
    let app = lively().await;
    let kept = head(&app).await;
    for (what, sql) in [
        (
            "was edited",
            "update audit set record = replace(record, 'user-1', 'user-2') where seq = 2",
        ),
        ("removed, moved or repeated", "delete from audit where seq = 2"),
        (
            "removed, moved or repeated",
            "update audit set record = json_set(record, '$.seq', 9) where seq = 4",
        ),
        ("removed at the end", "delete from audit where seq = 4"),
        ("count 7 was edited", "update audit set count = 7 where seq = 1"),
    ] {
        let database = app.database();
        database.execute_batch("create table kept as select * from audit").unwrap();
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
        let (text, _) = export(&app).await;
        let output = verify(&app, &text, Some(&kept));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(what), "{sql}: {output:?}");
        let restore = "delete from audit; insert into audit select * from kept; drop table kept;";
        database.execute_batch(restore).unwrap();
    }
    let (text, _) = export(&app).await;
    assert!(verify(&app, &text, Some(&kept)).status.success());
}

#[tokio::test]
async fn denied_attempts_are_recorded_once_a_minute_with_a_count() {
    let app = App::start().await;
    for _ in 0..5 {
        denied(&app, "AGENT").await.problem(403, "forbidden");
    }
    denied(&app, "NOBODY").await.problem(403, "forbidden");
    app.get("/api/integrations").as_role("AGENT", "acme").send().await.problem(403, "forbidden");
    app.get("/api/audit").as_role("MANAGER", "acme").send().await.problem(403, "forbidden");
    // A request without a valid proof leaves no record.
    app.get("/api/audit").send().await.problem(401, "missing_token");
    let (text, items) = with_denied(&app, 8).await;
    let denied_of = |action: &str| {
        items.iter().filter(|item| item["action"] == action).cloned().collect::<Vec<_>>()
    };
    let deletes = denied_of("integration.delete");
    assert_eq!(counted(&deletes), 6, "{items:?}");
    // One record, or two if the minute ended in between.
    assert!(deletes.len() <= 2, "{deletes:?}");
    assert_eq!((denied_of("integration.list").len(), denied_of("audit.read").len()), (1, 1));
    assert!(
        items.iter().all(|item| item["outcome"] == "denied" || item["action"] == "audit.count")
    );
    assert!(verify(&app, &text, None).status.success());

    // After the minute, the chain has the count once.
    app.database().execute_batch("update denials set minute = minute - 120000").unwrap();
    export(&app).await;
    let (text, items) = export(&app).await;
    let confirmed: Vec<_> = items.iter().filter(|item| item["action"] == "audit.count").collect();
    assert!(!confirmed.is_empty() && app.count("denials") == 0, "{items:?}");
    assert_eq!(confirmed[0]["role"], "SYSTEM");
    let output = verify(&app, &text, Some(&head(&app).await));
    assert!(output.status.success(), "{output:?}");
    let most = deletes.iter().filter_map(|item| item["count"].as_i64()).max().unwrap();
    let edited = text.replace(&format!("\"count\":{most}"), &format!("\"count\":{}", most - 1));
    assert_ne!(edited, text);
    assert!(!verify(&app, &edited, None).status.success());
}

#[tokio::test]
async fn many_at_once_make_one_chain() {
    let app = App::start().await;
    let calls = (0..20).map(|number| {
        let path = format!("/api/integrations/x{number}");
        let call = if number % 2 == 0 { app.delete(&path) } else { app.get(&path) };
        call.as_role("AGENT", "acme").send()
    });
    for answer in futures::future::join_all(calls).await {
        answer.problem(403, "forbidden");
    }
    let (text, items) = with_denied(&app, 20).await;
    assert_eq!(counted(&items), 20, "{items:?}");
    assert!(verify(&app, &text, Some(&head(&app).await)).status.success());
}

#[tokio::test]
async fn a_workspace_has_its_own_record() {
    let app = lively().await;
    let other = app.get("/api/audit").as_role("ADMIN", "other").send().await.json();
    assert_eq!(other, json!({"items": [], "next_cursor": null}));
    let head = app.get("/api/audit/head").as_role("ADMIN", "other").send().await.json();
    let empty = json!({"count": 0, "hash": "0".repeat(64), "at": null, "signed": null});
    assert_eq!(head, empty);
    for query in ["cursor=x", "cursor=-1", "cursor=%2B1", "limit=0", "limit=101", "since=1"] {
        let answer = app.get(&format!("/api/audit?{query}")).as_admin().send().await;
        answer.problem(422, "invalid");
    }
}

#[tokio::test]
async fn a_denied_attempt_says_at_what() {
    let app = App::start().await;
    let targets = ["int_01JDZZZZZZZZZZZZZZZZZZZZZ1", "slack", "a%2fb"];
    for target in targets {
        for _ in 0..2 {
            let path = format!("/api/integrations/{target}");
            app.delete(&path).as_role("AGENT", "acme").send().await.problem(403, "forbidden");
        }
    }
    app.get("/api/integrations/slack/events").as_role("AGENT", "acme").send().await;
    app.delete("/api/manifests/custom-x").as_role("MANAGER", "acme").send().await;
    app.delete("/api/oauth-clients/slack").as_role("MANAGER", "acme").send().await;
    app.get("/api/proxy/stripe/v1/charges").as_role("NOBODY", "acme").send().await;
    let (text, items) = with_denied(&app, 10).await;
    let tried = |action: &str| -> Vec<&str> {
        let of_action = items.iter().filter(|item| item["action"] == action);
        let mut targets: Vec<_> = of_action.map(|item| item["target"].as_str().unwrap()).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    };
    assert_eq!(tried("integration.delete"), ["a%2fb", "int_01JDZZZZZZZZZZZZZZZZZZZZZ1", "slack"]);
    assert_eq!(tried("integration.events"), ["slack"]);
    assert_eq!(tried("manifest.delete"), ["custom-x"]);
    assert_eq!(tried("oauth_client.delete"), ["slack"]);
    assert_eq!(tried("integration.call"), ["stripe"]);
    assert_eq!(counted(&items), 10);
    assert!(verify(&app, &text, Some(&head(&app).await)).status.success());
}

#[tokio::test]
async fn the_record_is_filtered_by_who_what_outcome_and_time() {
    let app = App::start().await;
    denied(&app, "AGENT").await.problem(403, "forbidden");
    let (_, all) = with_denied(&app, 1).await;
    let found = async |query: &str| {
        let answer = app.get(&format!("/api/audit?{query}")).as_admin().send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["items"].as_array().unwrap().len()
    };
    let [one] = all.as_slice() else { panic!("{all:?}") };
    let text = |name: &str| one[name].as_str().unwrap();
    for name in ["actor", "action", "target", "outcome"] {
        assert_eq!(found(&format!("{name}={}", text(name))).await, 1, "{name}");
        let other = if name == "outcome" { "done" } else { "x" };
        assert_eq!(found(&format!("{name}={other}")).await, 0, "{name}");
    }
    let at = text("at");
    assert_eq!(found(&format!("from={at}&action={}", text("action"))).await, 1);
    assert_eq!(found(&format!("to={at}")).await, 0);
    for query in [
        "outcome=maybe",
        "from=yesterday",
        "to=1",
        "who=x",
        "q_actions=",
        "q_actions=A",
        "q_actions=a,,b",
    ] {
        let answer = app.get(&format!("/api/audit?{query}")).as_admin().send().await;
        answer.problem(422, "invalid");
    }
}

#[tokio::test]
async fn the_record_is_searched_by_words_and_by_names() {
    let (app, _upstream) = Upstream::connected().await;
    let agent = json!({"name": "Support Bot"});
    let agent = app.post("/api/agents").as_admin().json(&agent).send().await.json();
    let rename = json!({"name": "Ledger"});
    app.put("/api/integrations/up").as_admin().json(&rename).send().await;
    let found = async |query: &str| {
        let answer = app.get(&format!("/api/audit?{query}")).as_admin().send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let items = answer.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // By the name that the target has now, whatever it had then.
    assert_eq!(found("q=ledger").await, ["integration.update", "integration.create"]);
    assert_eq!(found("q=LEDGER%20create").await, ["integration.create"]);
    assert_eq!(found("q=support%20bot").await, ["agent.create"]);
    assert_eq!(found(&format!("q={}", agent["id"].as_str().unwrap())).await, ["agent.create"]);
    assert_eq!(found("q=nothing%20like%20it").await, [] as [&str; 0]);
    assert_eq!(found("q=%25").await, [] as [&str; 0], "no character has a meaning of its own");
    // A client adds the actions that its own words mean.
    let both = found("q=support&q_actions=manifest.create,integration.update").await;
    assert_eq!(both, ["integration.update", "agent.create", "manifest.create"]);
    assert_eq!(found("q=support&outcome=denied").await, [] as [&str; 0]);
    // After the deletion, the name still finds all records.
    app.delete("/api/integrations/up").as_admin().send().await;
    let ledger = found("q=ledger").await;
    assert_eq!(ledger, ["integration.delete", "integration.update", "integration.create"]);
    let page = app.get("/api/audit?q=ledger&limit=2").as_admin().send().await.json();
    let next = page["next_cursor"].as_str().unwrap();
    assert_eq!(found(&format!("q=ledger&cursor={next}")).await, ["integration.create"]);
}

#[tokio::test]
async fn a_search_ignores_the_case_of_all_letters() {
    let (app, _upstream) = Upstream::connected().await;
    let body = json!({"manifest_id": "custom-up", "name": "Östra ÄNGEN", "slug": "later",
        "credentials": {"key": UP_KEY}});
    let made = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    // From now on, only the record has the name.
    let rename = json!({"name": "Later"});
    let renamed = app.put("/api/integrations/later").as_admin().json(&rename).send().await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    for words in ["östra", "Östra", "ÖSTRA", "ÄNGEN östra", "stra"] {
        let words = words.replace('ö', "%C3%B6").replace('Ö', "%C3%96").replace('Ä', "%C3%84");
        let path = format!("/api/audit?action=integration.create&q={}", words.replace(' ', "%20"));
        let found = app.get(&path).as_admin().send().await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{path}: {found}");
    }
}

#[tokio::test]
async fn a_page_of_a_search_reads_a_part_of_a_long_record() {
    let (app, _upstream) = Upstream::connected().await;
    let many = "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 20500)
        insert into audit (workspace, seq, at, record, hash)
        select 'acme', (select max(seq) from audit where workspace = 'acme') + n, unixepoch() * 1000 + 3600000,
          json_object('actor', 'user-1', 'role', 'ADMIN', 'action', 'agent.update', 'outcome', 'done',
            'target', 'agt_1', 'detail', json('{}'), 'request_id', 'r', 'at', '2026-01-01T00:00:00Z'), 'hash'
        from numbers";
    app.database().execute(many, []).unwrap();
    let page = async |query: &str| {
        let answer = app.get(&format!("/api/audit?q=custom-up{query}")).as_admin().send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let first = page("").await;
    assert_eq!(first["items"], json!([]), "the record is further back");
    let next = first["next_cursor"].as_str().unwrap();
    let second = page(&format!("&action=integration.create&cursor={next}")).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 1, "{second}");
    assert_eq!(second["next_cursor"], Value::Null);
    // Nothing is looked for in what is older than the search asks for.
    let later = page("&from=2100-01-01T00:00:00Z").await;
    assert_eq!(later, json!({"items": [], "next_cursor": null}));
    // Without words, a page has what it asks for, as before.
    let path = "/api/audit?action=integration.create";
    let found = app.get(path).as_admin().send().await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
}

#[tokio::test]
async fn each_rule_that_denies_a_call_is_in_the_record() {
    let (app, _upstream) = Upstream::connected().await;
    let rule = |path: &str| json!({"effect": "deny", "methods": ["*"], "path": path});
    let policy = json!({"policy": {"rules": [rule("/a"), rule("/b")]}});
    assert_eq!(app.put("/api/integrations/up").as_admin().json(&policy).send().await.status, 200);
    for (method, path) in [("GET", "/a"), ("GET", "/a"), ("DELETE", "/a"), ("GET", "/b")] {
        let call = app.call(method.parse().unwrap(), &format!("/api/proxy/up{path}"));
        call.as_role("AGENT", "acme").send().await.problem(403, "policy_denied");
    }
    let (_, items) = with_denied(&app, 4).await;
    for (rule, method, times) in
        [("rules[0]", "GET", 2), ("rules[0]", "DELETE", 1), ("rules[1]", "GET", 1)]
    {
        let of_rule = items.iter().filter(|item| {
            let said = item["detail"]["rule"].as_str().unwrap_or_default();
            said.contains(rule) && item["detail"]["method"] == method
        });
        let of_rule: Vec<_> = of_rule.collect();
        assert_eq!(counted(of_rule.iter().copied()), times, "{rule} {method}: {items:?}");
        assert!(of_rule.iter().all(|item| item["target"].as_str().unwrap().starts_with("int_")));
    }
}

#[tokio::test]
async fn nobody_fills_the_record_with_denied_attempts() {
    let app = App::start().await;
    // If the calls lie in two minutes, each minute has up to a hundred records.
    let calls = (0..250).map(|number| {
        app.delete(&format!("/api/integrations/x{number}")).as_role("AGENT", "acme").send()
    });
    for answer in futures::future::join_all(calls).await {
        answer.problem(403, "forbidden");
    }
    let (text, items) = with_denied(&app, 250).await;
    assert_eq!(counted(&items), 250, "none is lost, none is counted twice");
    let apart = items.iter().filter(|item| item["action"] == "integration.delete").count();
    assert!((100..=200).contains(&apart), "{apart}");
    let rest: Vec<_> = items.iter().filter(|item| item["action"] == "audit.more").collect();
    assert!(rest.len() <= 2 && counted(rest) == 250 - i64::try_from(apart).unwrap(), "{apart}");
    assert!(verify(&app, &text, Some(&head(&app).await)).status.success());
}

/// Counts the commits to the database until `is_over`, by looking at it every millisecond.
fn commits(
    app: &App,
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
) -> impl FnOnce() -> u32 + use<> {
    let database = app.database();
    move || {
        let look = "pragma data_version";
        let version = move || database.query_row(look, [], |row| row.get::<_, i64>(0)).unwrap();
        let (mut seen, mut last) = (0, version());
        while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
            std::thread::sleep(std::time::Duration::from_millis(1));
            let now = version();
            seen += u32::from(now != last);
            last = now;
        }
        seen
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_denied_calls_takes_no_write_lock_from_others() {
    use futures::StreamExt as _;
    const CALLS: usize = 900;
    let (app, _upstream) = Upstream::connected().await;
    let rule = json!({"effect": "deny", "methods": ["*"], "path": "/**"});
    let policy = json!({"policy": {"rules": [rule]}});
    assert_eq!(app.put("/api/integrations/up").as_admin().json(&policy).send().await.status, 200);
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let looks = std::thread::spawn(commits(&app, is_over.clone()));
    let begun = std::time::Instant::now();
    let calls = (0..CALLS).map(|number| {
        let (path, role) = match number % 3 {
            0 => ("/api/proxy/up/x", "NOBODY"),
            1 => ("/api/proxy/up/x", "AGENT"),
            _ => ("/api/integrations/up", "AGENT"),
        };
        app.get(path).as_role(role, "acme").send()
    });
    let flood = async {
        let answers: Vec<Answer> =
            futures::stream::iter(calls).buffer_unordered(16).collect().await;
        assert!(answers.iter().all(|answer| answer.status == 403), "{answers:?}");
    };
    // Another person changes their own name meanwhile.
    let mut times = Vec::new();
    let neighbour = async {
        for number in 0..20 {
            let begun = std::time::Instant::now();
            let secret =
                json!({"client_id": format!("{number}"), "client_secret": "a-secret-of-slack"});
            let call = app.put("/api/oauth-clients/slack").as_role("ADMIN", "other").json(&secret);
            assert_eq!(call.send().await.status, 200);
            times.push(begun.elapsed());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::join!(flood, neighbour);
    let took = begun.elapsed();
    let (_, items) = with_denied(&app, i64::try_from(CALLS).unwrap()).await;
    is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(counted(&items), i64::try_from(CALLS).unwrap(), "exactly as many as were answered");
    let commits = looks.join().unwrap() - 20;
    times.sort_unstable();
    eprintln!(
        "{CALLS} denied calls in {took:?}: {commits} commits; a neighbour's write {:?}, at worst {:?}",
        times[10], times[19]
    );
    // If each request has an instance of its own, the attempts are not collected. But nobody has to wait.
    let gathers = std::env::var_os("NEXUS_REUSE").is_none();
    assert!(!gathers || commits as usize <= CALLS / 10, "{commits} commits for {CALLS} calls");
    let most = std::time::Duration::from_secs(if gathers { 5 } else { 20 });
    assert!(times[19] < most, "{times:?}");
}

#[tokio::test]
async fn the_records_request_id_is_ours_and_the_clients_stands_beside_it() {
    let app = App::start().await;
    app.get("/api/integrations").as_admin().send().await;
    for (sent, client) in
        [(None, None), (Some("trace-1"), Some("trace-1")), (Some("req_FORGED"), None)]
    {
        let before = app.count("audit");
        let mut call = app.put("/api/oauth-clients/slack").as_admin();
        if let Some(sent) = sent {
            call = call.header("x-request-id", sent);
        }
        let app_of = json!({"client_id": "1.2", "client_secret": "a-secret-of-slack"});
        let answer = call.json(&app_of).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(app.count("audit"), before + 1);
        let (_, items) = export(&app).await;
        let own = items[0]["request_id"].as_str().unwrap();
        assert!(own.starts_with("req_") && own.len() == 30, "{own}");
        assert_eq!(items[0].get("client_request_id").and_then(Value::as_str), client);
        // The response has the client's id if it was accepted.
        let shown = answer.header("x-request-id");
        assert_eq!(shown, client.unwrap_or(own));
    }
    // The id passes through two components, and to the record of a denied attempt, which is written later.
    let call = app.delete("/api/integrations/x").as_role("AGENT", "acme");
    let problem = call.header("x-request-id", "trace-2").send().await.problem(403, "forbidden");
    assert_eq!(problem["request_id"], "trace-2");
    let (text, items) = with_denied(&app, 1).await;
    assert_eq!(items[0]["client_request_id"], "trace-2");
    assert!(items[0]["request_id"].as_str().unwrap().starts_with("req_"));
    assert!(verify(&app, &text, Some(&head(&app).await)).status.success());
}

/// Rebuilds the chain of `acme` after an edit, with valid hashes.
fn made_anew(items: &[Value], edit: impl Fn(&mut Value)) -> Vec<(i64, String, String)> {
    use sha2::Digest as _;
    let (mut prev, mut chain) = ("0".repeat(64), Vec::new());
    for (index, item) in items.iter().rev().enumerate() {
        let mut record = item.clone();
        edit(&mut record);
        let members = record.as_object_mut().unwrap();
        members.remove("hash");
        members.remove("count");
        members.insert("prev".into(), prev.into());
        members.insert("seq".into(), (index + 1).into());
        let text = record.to_string();
        prev = sha2::Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        chain.push((i64::try_from(index).unwrap() + 1, text, prev.clone()));
    }
    chain
}

#[tokio::test]
async fn a_record_that_is_made_anew_does_not_have_its_authenticated_heads() {
    let app = lively().await;
    assert_eq!(app.tick().await["failed"], 0);
    let now = head(&app).await;
    let signed = &now["signed"];
    assert_eq!((&signed["count"], &signed["hash"]), (&now["count"], &now["hash"]), "{now}");
    let heads = app.get("/api/audit/heads").as_admin().send().await.json();
    assert_eq!(heads["items"], json!([signed]));
    let verified = async || {
        app.get("/api/audit/head?verify=true").as_admin().send().await.json()["verified"].clone()
    };
    let whole = verified().await;
    assert_eq!(
        (&whole["heads"], &whole["broken"], &whole["up_to"]),
        (&json!(1), &json!(0), &json!(4))
    );
    // Without new records, no new head is signed. Other workspaces have heads of their own.
    app.tick().await;
    assert_eq!(verified().await["heads"], 1);
    let others = app.get("/api/audit/heads").as_role("ADMIN", "other").send().await.json();
    assert_eq!(others["items"], json!([]));

    // An attacker with the database rebuilds the record with valid hashes.
    let (_, items) = export(&app).await;
    let items: Vec<Value> = items.into_iter().filter(|item| item["outcome"] == "done").collect();
    let database = app.database();
    database.execute("delete from audit", []).unwrap();
    let edit = |record: &mut Value| {
        if record["action"] == "integration.delete" {
            record["actor"] = "somebody-else".into();
        }
    };
    for (seq, record, hash) in made_anew(&items, edit) {
        let sql =
            "insert into audit (workspace, seq, at, record, hash) values ('acme', ?1, 0, ?2, ?3)";
        database.execute(sql, rusqlite::params![seq, record, hash]).unwrap();
    }
    let (text, _) = export(&app).await;
    assert!(text.contains("somebody-else"));
    let output = verify(&app, &text, None);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("does not prove"), "{output:?}");
    // An exported head shows the change, and so does the signed head in the database, which the attacker
    // cannot make.
    let kept = verify(&app, &text, Some(&now));
    assert!(String::from_utf8_lossy(&kept.stderr).contains("was rebuilt"), "{kept:?}");
    let found = verified().await;
    assert_eq!((&found["broken"], &found["up_to"]), (&json!(1), &json!(0)), "{found}");
    assert!(found["first_broken"][0]["why"].as_str().unwrap().contains("rebuilt"), "{found}");
    let forge = "update audit_heads set hash = (select hash from audit where seq = 4)";
    database.execute(forge, []).unwrap();
    let found = verified().await;
    assert!(found["first_broken"][0]["why"].as_str().unwrap().contains("not signed"), "{found}");
    database.execute("delete from audit where seq = 4", []).unwrap();
    assert_eq!(verified().await["broken"], 1);
    // The tick reports the break once, and continues from there. The finding stays visible.
    assert_eq!(app.tick().await["failed"], 1);
    assert_eq!(app.tick().await["failed"], 0);
    let found = verified().await;
    assert_eq!(
        (&found["heads"], &found["broken"], &found["up_to"]),
        (&json!(2), &json!(1), &json!(3))
    );
    assert!(app.log().contains("level=error what=\"audit record\" workspace=acme "));
    // This check is the last one, because a denied attempt is added to the record a moment later.
    app.get("/api/audit/heads").as_role("MANAGER", "acme").send().await.problem(403, "forbidden");
    app.get("/api/audit/head?verify=yes").as_admin().send().await.problem(422, "invalid");
}

#[tokio::test]
async fn the_log_keeps_heads_and_they_outlive_the_encryption_key() {
    let app = lively().await;
    app.tick().await;
    denied(&app, "AGENT").await;
    let (text, _) = with_denied(&app, 1).await;
    app.tick().await;
    // The log has a line for each head, so a copy of the log proves the heads.
    let file = app.dir.path().join("heads.log");
    std::fs::write(&file, app.log()).unwrap();
    let heads_of_log = |text: &str| {
        let export = app.dir.path().join("export.json");
        std::fs::write(&export, text).unwrap();
        let mut command = std::process::Command::new(nexus());
        command.args(["audit", "verify", "--heads"]).arg(&file).arg(export).output().unwrap()
    };
    let output = heads_of_log(&text);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("Up to record 5, no record was edited"),
        "{output:?}"
    );
    let dir = app.kill().await;
    let keys = format!("k2:{},k1:{}", key(2), key(1));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    app.tick().await;
    let dir = app.kill().await;
    let keys = format!("k2:{}", key(2));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    let verified = app.get("/api/audit/head?verify=true").as_admin().send().await.json();
    let verified = &verified["verified"];
    assert_eq!((&verified["heads"], &verified["broken"]), (&json!(2), &json!(0)), "{verified}");
}

#[test]
fn records_survive_an_update() {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let folder = std::fs::read_dir(repo().join("migrations")).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        if file.to_string_lossy().ends_with("_record.sql") {
            let before = r#"
                insert into audit (workspace, seq, at, record, hash, count) values
                  ('w', 1, 0, '{"action":"manifest.create","detail":{"hash":"aa"}}', 'h1', 1),
                  ('w', 2, 0, '{"action":"manifest.replace","detail":{"hash":"bb"}}', 'h2', 1),
                  ('w', 3, 0, '{"action":"manifest.delete","detail":{}}', 'h3', 1),
                  ('w', 4, 0, '{"action":"integration.list","detail":{}}', 'h4', 7);
                insert into denials (workspace, subject, action, minute, seq)
                  values ('w', 's', 'integration.list', 60000, 4);"#;
            database.execute_batch(before).unwrap();
        }
        database.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    }
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(texts("select hash from manifest_documents order by hash"), ["aa", "bb"]);
    let open = "select subject || ' ' || minute || ' ' || seq from denials";
    assert_eq!(texts(open), ["s 60000 4"], "its count is still to be confirmed");
}

#[tokio::test]
async fn the_last_head_of_each_day_is_kept() {
    let app = App::start().await;
    app.get("/api/audit").as_admin().send().await;
    for (days, time) in [(92, "01"), (92, "02"), (92, "03"), (91, "01"), (89, "01"), (89, "02")] {
        let sql = "insert into audit_heads (workspace, seq, hash, at, mac)
                   values ('old', 1, '', date('now', ?1) || 'T' || ?2 || ':00:00.000Z', '')";
        let days = format!("-{days} days");
        app.database().execute(sql, rusqlite::params![days, time]).unwrap();
    }
    assert_eq!(app.tick().await["pruned"], 2);
    let sql =
        "select group_concat(substr(at, 12, 2)) from (select at from audit_heads order by id)";
    let left: String = app.database().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(left, "03,01,01,02");
}
