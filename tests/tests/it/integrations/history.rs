//! Events and usage of an integration, and the tick.

use nexus_simulators::{Behaviour, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::app::{App, Options, TICK_SECRET, key, until};
use crate::kit::upstream::Upstream;

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

async fn connected() -> (App, Simulator, String) {
    let (app, provider) = App::with_stripe(KEY).await;
    let shown = app.get("/api/integrations/stripe").as_admin().send().await.json();
    (app, provider, shown["id"].as_str().unwrap().to_owned())
}

async fn connect(app: &App, manifest: &str, name: &str) -> String {
    let body = json!({"manifest_id": manifest, "name": name, "credentials": {"api_key": KEY}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn kinds(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn events_tell_what_happened_also_of_one_that_is_gone() {
    let (app, provider, id) = connected().await;
    let path = format!("/api/integrations/{id}/events");
    provider.revoke_key(KEY);
    for _ in 0..2 {
        app.post("/api/integrations/stripe/check").as_admin().send().await;
    }
    let status = json!({"status": "inactive"});
    app.put("/api/integrations/stripe").as_role("MANAGER", "acme").json(&status).send().await;
    let items = app.pages("/api/integrations/stripe/events", 2).await;
    let expected = ["integration.updated", "integration.health", "integration.created"];
    assert_eq!(kinds(&items), expected);
    for item in &items {
        let members: Vec<_> = item.as_object().unwrap().keys().collect();
        assert_eq!(members, ["actor", "at", "detail", "kind", "request_id"]);
        assert_eq!(item["actor"], "user-1");
    }
    assert_eq!(items[1]["detail"]["to"], "reauthorize");

    app.delete("/api/integrations/stripe").as_admin().send().await;
    let items = app.pages(&path, 2).await;
    assert_eq!(kinds(&items)[0], "integration.deleted");
    assert_eq!(items.len(), 4);
    assert_eq!(items[0]["detail"]["revocation"][0]["state"], "not_revocable");
    // Events are read by id only, because the slug is free for another integration. Another workspace gets a
    // 404.
    for (path, workspace) in [("/api/integrations/stripe/events", "acme"), (&path, "intruder")] {
        app.get(path).as_role("ADMIN", workspace).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn usage_is_per_minute_and_agent() {
    let (app, _provider, id) = connected().await;
    let database = app.database();
    let now: i64 =
        database.query_row("select unixepoch() / 60 * 60000", [], |row| row.get(0)).unwrap();
    let minute = 60_000;
    for (workspace, at, agent, calls) in [
        ("acme", now - 100 * 24 * 60 * minute, "ancient", 1),
        ("acme", now - 2 * minute, "bot", 3),
        ("acme", now - minute, "bot", 5),
        ("acme", now - minute, "other", 7),
        ("elsewhere", now - minute, "bot", 9),
    ] {
        database
            .execute(
                "insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
                 values (?1, ?2, ?3, ?4, ?5, 1, 1024)",
                rusqlite::params![workspace, id, at, agent, calls],
            )
            .unwrap();
    }
    let items = app.pages("/api/integrations/stripe/usage", 2).await;
    let calls: Vec<_> = items.iter().map(|item| item["calls"].as_i64().unwrap()).collect();
    assert_eq!(calls, [7, 5, 3], "{items:?}");
    assert_eq!((&items[0]["agent"], &items[0]["bytes"]), (&json!("other"), &json!(1024)));
    let at = items[1]["at"].as_str().unwrap();
    let count = async |query: String| {
        let path = format!("/api/integrations/{id}/usage?{query}");
        let answer = app.get(&path).as_admin().send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["items"].as_array().unwrap().len()
    };
    assert_eq!(count(format!("from={at}")).await, 2);
    assert_eq!(count(format!("to={at}")).await, 1);
    assert_eq!(count(format!("from={at}&to={at}")).await, 0);
    for query in
        ["from=yesterday", "to=1700000000", "from=2026-01-01", "since=x", "cursor=-1", "per=week"]
    {
        let path = format!("/api/integrations/{id}/usage?{query}");
        app.get(&path).as_admin().send().await.problem(422, "invalid");
    }
    app.get("/api/integrations/nobody/usage").as_admin().send().await.problem(404, "not_found");
}

#[tokio::test]
async fn usage_is_summed_up_per_hour_and_day() {
    let (app, _provider, id) = connected().await;
    let database = app.database();
    let (minute, hour) = (60_000, 3_600_000);
    let midnight: i64 =
        database.query_row("select unixepoch() / 86400 * 86400000", [], |row| row.get(0)).unwrap();
    let yesterday = midnight - 24 * hour;
    for (at, agent, calls) in [
        (yesterday, "bot", 1),
        (yesterday + 59 * minute, "bot", 2),
        (yesterday + hour, "bot", 4),
        (yesterday + hour, "other", 8),
        (midnight, "bot", 16),
    ] {
        database
            .execute(
                "insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
                 values ('acme', ?1, ?2, ?3, ?4, 1, 10)",
                rusqlite::params![id, at, agent, calls],
            )
            .unwrap();
    }
    let summed = async |per: &str| {
        let items = app.pages(&format!("/api/integrations/{id}/usage?per={per}"), 2).await;
        let of = |item: &Value| {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            let count = |name: &str| item[name].as_i64().unwrap();
            (text("at")[11..16].to_owned(), text("agent"), count("calls"), count("errors"))
        };
        items.iter().map(of).collect::<Vec<_>>()
    };
    let row =
        |at: &str, agent: &str, calls, errors| (at.to_owned(), agent.to_owned(), calls, errors);
    assert_eq!(
        summed("hour").await,
        [
            row("00:00", "bot", 16, 1),
            row("01:00", "other", 8, 1),
            row("01:00", "bot", 4, 1),
            row("00:00", "bot", 3, 2),
        ]
    );
    assert_eq!(
        summed("day").await,
        [row("00:00", "bot", 16, 1), row("00:00", "other", 8, 1), row("00:00", "bot", 7, 3)]
    );
}

#[tokio::test]
async fn the_usage_of_the_workspace_is_summed_up_by_integration_and_by_agent() {
    let (app, _provider, id) = connected().await;
    let other = connect(&app, "custom-stripe", "Second").await;
    let database = app.database();
    let (hour, day) = (3_600_000, 24 * 3_600_000);
    let midnight: i64 =
        database.query_row("select unixepoch() / 86400 * 86400000", [], |row| row.get(0)).unwrap();
    for (workspace, of, at, agent, calls) in [
        ("acme", &id, midnight - 40 * day, "bot", 1000),
        ("acme", &id, midnight - day, "bot", 1),
        ("acme", &id, midnight - day + hour, "bot", 2),
        ("acme", &other, midnight - day, "other", 4),
        ("acme", &other, midnight, "bot", 8),
        ("elsewhere", &id, midnight, "bot", 500),
    ] {
        database
            .execute(
                "insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
                 values (?1, ?2, ?3, ?4, ?5, 1, 10)",
                rusqlite::params![workspace, of, at, agent, calls],
            )
            .unwrap();
    }
    let rows = async |query: &str| {
        let items = app.pages(&format!("/api/usage?{query}"), 2).await;
        let of = |item: &Value| {
            let what = item.get("agent").or_else(|| item.get("integration_id"));
            let what = what.map_or("", |what| what.as_str().unwrap()).to_owned();
            (what, item["calls"].as_i64().unwrap(), item["errors"].as_i64().unwrap())
        };
        items.iter().map(of).collect::<Vec<_>>()
    };
    let row = |what: &str, calls, errors| (what.to_owned(), calls, errors);
    // Usage that is older than 30 days is not read, nor that of another workspace.
    assert_eq!(rows("per=day").await, [row("", 8, 1), row("", 7, 3)]);
    assert_eq!(rows("").await, [row("", 8, 1), row("", 7, 3)]);
    assert_eq!(
        rows("per=day&by=integration").await,
        [row(&other, 8, 1), row(&other, 4, 1), row(&id, 3, 2)]
    );
    assert_eq!(
        rows("per=day&by=agent").await,
        [row("bot", 8, 1), row("other", 4, 1), row("bot", 3, 2)]
    );
    assert_eq!(rows("per=hour").await, [row("", 8, 1), row("", 2, 1), row("", 5, 2)]);
    for query in ["per=minute", "per=week", "by=outcome", "from=yesterday", "cursor=x", "q=x"] {
        let answer = app.get(&format!("/api/usage?{query}")).as_admin().send().await;
        answer.problem(422, "invalid");
    }
    app.get("/api/usage").as_role("AGENT", "acme").send().await.problem(403, "forbidden");
    app.get("/api/usage").send().await.problem(401, "missing_token");
}

#[tokio::test]
async fn tick_has_its_own_secret() {
    let app = App::start().await;
    app.post("/api/tick").send().await.problem(401, "missing_token");
    app.post("/api/tick").as_admin().send().await.problem(401, "invalid_token");
    app.post("/api/tick?x=1").bearer(TICK_SECRET).send().await.problem(422, "invalid");
    let get = app.call(Method::GET, "/api/tick").bearer(TICK_SECRET).send().await;
    get.problem(405, "method_not_allowed");
    let idle = app.tick().await;
    let nothing = json!({"checked": 0, "refreshed": 0, "revoked": 0, "resealed": 0, "failed": 0,
        "flows": 0, "pruned": 0});
    assert_eq!(idle, nothing);
    let app = Options::default().without("tick_secret").start().await.unwrap();
    app.post("/api/tick").bearer(TICK_SECRET).send().await.problem(404, "not_found");
    app.post("/api/tick").bearer("").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn tick_checks_what_is_due_and_nothing_else() {
    let (app, provider, _) = connected().await;
    for name in ["Idle", "Waiting"] {
        connect(&app, "custom-stripe", name).await;
    }
    let inactive = json!({"status": "inactive"});
    app.put("/api/integrations/idle").as_admin().json(&inactive).send().await;
    provider.clear_requests();
    assert_eq!(app.tick().await["checked"], 0, "it was verified a moment ago");
    // Six hours later, for all integrations except one.
    let sql = "update credentials set check_at = 0 where integration_id not in
               (select id from integrations where name = 'Waiting')";
    app.database().execute(sql, []).unwrap();
    provider.set_behaviour(Behaviour::Down).await.unwrap();
    assert_eq!(app.tick().await["checked"], 1);
    let health = async || {
        app.get("/api/integrations/stripe").as_admin().send().await.json()["health"].clone()
    };
    assert_eq!(health().await["state"], "failing");
    assert_eq!(app.tick().await["checked"], 0, "it is not due again at once");
    provider.release().await.unwrap();
    app.database().execute("update credentials set check_at = 1 where check_at > 0", []).unwrap();
    let ticks = futures::future::join_all((0..4).map(|_| app.tick())).await;
    let checked: i64 = ticks.iter().map(|ticked| ticked["checked"].as_i64().unwrap()).sum();
    assert_eq!(checked, 2, "of ticks at once each does its own: {ticks:?}");
    assert_eq!(provider.requests().len(), 2);
    assert_eq!(health().await["state"], "healthy");
    let events = app.pages("/api/integrations/stripe/events", 2).await;
    assert_eq!(events[0]["actor"], "tick", "{events:?}");
}

#[tokio::test]
async fn tick_seals_anew_when_a_key_was_added() {
    let (app, provider, id) = connected().await;
    let dir = app.kill().await;
    let keys = format!("k2:{},k1:{}", key(2), key(1));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    assert_eq!(app.tick().await["resealed"], 2, "the credential, and the key of digests");
    assert_eq!(app.tick().await["resealed"], 0);
    let shown = app.get(&format!("/api/integrations/{id}")).as_admin().send().await.json();
    assert_eq!((&shown["credential"]["key_id"], &shown["version"]), (&json!("k2"), &json!(1)));
    // The old key is removed.
    let dir = app.kill().await;
    let keys = format!("k2:{}", key(2));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    provider.clear_requests();
    let checked = app.post("/api/integrations/stripe/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "healthy", "{checked:?}");
    let sent = provider.requests();
    assert_eq!(sent[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

#[tokio::test]
async fn the_tick_continues_after_a_ciphertext_that_does_not_open() {
    let (app, _provider, id) = connected().await;
    connect(&app, "custom-stripe", "Second").await;
    let sql = "update credentials set sealed = x'0102' where integration_id = ?1";
    app.database().execute(sql, [&id]).unwrap();
    let dir = app.kill().await;
    let keys = format!("k2:{},k1:{}", key(2), key(1));
    let app = Options::default().var("encryption_keys", &keys).dir(dir).start().await.unwrap();
    let ticked = app.tick().await;
    assert_eq!((&ticked["resealed"], &ticked["failed"]), (&json!(2), &json!(1)), "{ticked}");
}

#[tokio::test]
async fn tick_forgets_what_is_older_than_90_days_and_empties_the_log() {
    let (app, _provider, id) = connected().await;
    let database = app.database();
    let old = "(unixepoch() - 91 * 86400) * 1000";
    for sql in [
        format!(
            "insert into events (workspace, integration_id, at, kind, actor, request_id)
                 values ('acme', '{id}', {old}, 'integration.checked', 'x', 'r')"
        ),
        format!(
            "insert into usage (workspace, integration_id, minute, agent) values ('acme', '{id}', {old}, 'x')"
        ),
    ] {
        database.execute(&sql, []).unwrap();
    }
    drop(database);
    assert_eq!(
        app.pages("/api/integrations/stripe/events", 2).await.len(),
        1,
        "too old to be shown"
    );
    assert_eq!(app.tick().await["pruned"], 2);
    assert_eq!((app.count("events"), app.count("usage")), (1, 0));
    let log = app.dir.path().join(".spin/sqlite_db.db-wal");
    let length = || std::fs::metadata(&log).map_or(0, |file| file.len());
    // Readers of other instances may prevent a checkpoint once.
    for _ in 0..20 {
        app.tick().await;
        if length() == 0 {
            return;
        }
    }
    panic!("the log has {} bytes", length());
}

/// The events `call.denied` of `up` in which `rule` denied a call.
fn denials<'a>(events: &'a [Value], rule: &str) -> Vec<&'a Value> {
    let of_rule = |event: &&Value| {
        event["kind"] == "call.denied" && event["detail"]["rule"].as_str().unwrap().contains(rule)
    };
    events.iter().filter(of_rule).collect()
}

#[tokio::test]
async fn a_denied_call_is_an_event_once_per_subject_rule_and_minute() {
    let (app, _upstream) = Upstream::connected().await;
    let rule = |method: &str| json!({"effect": "deny", "methods": [method], "path": "/**"});
    let policy = json!({"policy": {"rules": [rule("POST"), rule("PUT")]}});
    assert_eq!(app.put("/api/integrations/up").as_admin().json(&policy).send().await.status, 200);
    let call = async |method: Method, role: &str| {
        let call = app.call(method, "/api/proxy/up/x").as_role(role, "acme");
        call.send().await.problem(403, "policy_denied");
    };
    let events = async || {
        let shown = app.get("/api/integrations/up/events").as_role("MANAGER", "acme").send().await;
        shown.json()["items"].as_array().unwrap().clone()
    };
    for _ in 0..3 {
        call(Method::POST, "AGENT").await;
        call(Method::PUT, "AGENT").await;
    }
    let shown = until("both rules have an event", async || {
        let shown = events().await;
        let told = |rule: &str| !denials(&shown, rule).is_empty();
        (told("policy.rules[0]") && told("policy.rules[1]")).then_some(shown)
    })
    .await;
    for (rule, method) in [("policy.rules[0]", "POST"), ("policy.rules[1]", "PUT")] {
        let of_rule = denials(&shown, rule);
        // One event, or two if a minute ended in between.
        assert!(matches!(of_rule.len(), 1 | 2), "{rule}: {shown:?}");
        assert_eq!(of_rule[0]["detail"]["method"], method);
        assert_eq!(of_rule[0]["actor"], "user-1");
    }
    // After the minute, a denied call is recorded again.
    let before = denials(&shown, "policy.rules[0]").len();
    app.database().execute_batch("update denials set minute = minute - 60000").unwrap();
    call(Method::POST, "AGENT").await;
    until("it is told again", async || {
        (denials(&events().await, "policy.rules[0]").len() == before + 1).then_some(())
    })
    .await;
    // Event and audit record are written together. If one cannot be written, neither is. The call is denied
    // anyway.
    let records = app.count("audit");
    app.database()
        .execute_batch(
            "delete from denials;
             create trigger no_event before insert on events begin select raise(abort, 'no'); end",
        )
        .unwrap();
    call(Method::POST, "AGENT").await;
    until("it is given up", async || {
        app.log().contains("1 denied attempts are not recorded").then_some(())
    })
    .await;
    assert_eq!(app.count("audit"), records);
}
