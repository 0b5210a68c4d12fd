//! The audit record: what is in it, and that nothing in it can be changed unnoticed.

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};

use crate::app::{Answer, App, repo};

const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

/// An application in which something happened: a manifest, an integration changed and deleted.
async fn lively() -> App {
    let (app, _provider) = App::with_stripe(KEY).await;
    let status = json!({"status": "inactive"});
    app.put("/api/integrations/stripe").as_role("MANAGER", "acme").json(&status).send().await;
    app.post("/api/integrations/stripe/check").as_admin().send().await;
    app.delete("/api/integrations/stripe").as_admin().send().await;
    app
}

/// The whole record of `acme` as its pages came, and its items.
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

/// Runs `cargo xtask audit verify` on an export.
fn verify(app: &App, export: &str, head: Option<&Value>) -> Output {
    let file = app.dir.path().join("export.json");
    std::fs::write(&file, export).unwrap();
    let built = || repo().join("target/debug/xtask");
    let xtask = std::env::var_os("NEXUS_XTASK").map_or_else(built, PathBuf::from);
    let mut command = std::process::Command::new(xtask);
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
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("4 records hold"), "{output:?}");
}

#[tokio::test]
async fn who_changes_the_record_is_found() {
    let app = lively().await;
    let kept = head(&app).await;
    for (what, sql) in [
        (
            "was edited",
            "update audit set record = replace(record, 'user-1', 'user-2') where seq = 2",
        ),
        ("belongs", "delete from audit where seq = 2"),
        ("belongs", "update audit set record = json_set(record, '$.seq', 9) where seq = 4"),
        ("cut off", "delete from audit where seq = 4"),
        ("count was edited", "update audit set count = 7 where seq = 1"),
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
    // Who proves nothing leaves nothing.
    app.get("/api/audit").send().await.problem(401, "missing_token");
    let (text, items) = export(&app).await;
    let denied_of = |action: &str| {
        items.iter().filter(|item| item["action"] == action).cloned().collect::<Vec<_>>()
    };
    let deletes = denied_of("integration.delete");
    let counted: i64 = deletes.iter().map(|item| item["count"].as_i64().unwrap()).sum();
    assert_eq!(counted, 6, "{items:?}");
    // One record, or two where the minute ended in between.
    assert!(deletes.len() <= 2, "{deletes:?}");
    assert_eq!((denied_of("integration.list").len(), denied_of("audit.read").len()), (1, 1));
    assert!(
        items.iter().all(|item| item["outcome"] == "denied" || item["action"] == "audit.count")
    );
    assert!(verify(&app, &text, None).status.success());

    // Its minute over, the count is in the chain, once.
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
    let (text, items) = export(&app).await;
    let counted: i64 = items.iter().map(|item| item["count"].as_i64().unwrap()).sum();
    assert!(counted >= 20, "{items:?}");
    assert!(verify(&app, &text, Some(&head(&app).await)).status.success());
}

#[tokio::test]
async fn a_workspace_has_its_own_record() {
    let app = lively().await;
    let other = app.get("/api/audit").as_role("ADMIN", "other").send().await.json();
    assert_eq!(other, json!({"items": [], "next_cursor": null}));
    let head = app.get("/api/audit/head").as_role("ADMIN", "other").send().await.json();
    assert_eq!(head, json!({"count": 0, "hash": "0".repeat(64), "at": null}));
    for query in ["cursor=x", "cursor=-1", "cursor=%2B1", "limit=0", "limit=101", "since=1"] {
        let answer = app.get(&format!("/api/audit?{query}")).as_admin().send().await;
        answer.problem(422, "invalid");
    }
}
