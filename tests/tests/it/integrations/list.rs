//! The list of integrations: its orders, its cursors and its counts.

use serde_json::{Value, json};

use crate::kit::app::App;
use crate::kit::upstream::{KEY, Upstream};

const LIST: &str = "/api/integrations";

/// Seven integrations that differ in what they can be sorted by. Some values are equal, and some are missing.
async fn varied() -> (App, Upstream) {
    let (app, upstream) = Upstream::connected().await;
    let mut other = upstream.manifest(json!({}));
    other["id"] = json!("custom-another");
    app.save(&other).await;
    for (name, manifest) in [
        ("delta", "custom-up"),
        ("Alpha", "custom-another"),
        ("charlie", "custom-up"),
        ("Écho", "custom-another"),
        ("bravo", "custom-up"),
        ("foxtrot", "custom-up"),
    ] {
        let body = json!({"manifest_id": manifest, "name": name, "credentials": {"key": KEY}});
        let created = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    let database = app.database();
    for sql in [
        "update integrations set health = 'failing' where name = 'delta'",
        "update integrations set health = 'reauthorize' where name in ('bravo', 'charlie')",
        "update integrations set status = 'inactive' where name in ('Alpha', 'foxtrot')",
        "update integrations set last_used_at = 1700000000000 where name in ('Alpha', 'bravo')",
        "update integrations set last_used_at = 1800000000000 where name = 'foxtrot'",
        "update integrations set updated_at = 1750000000000 where name in ('delta', 'foxtrot')",
        "update integrations set expires_at = 1900000000000 where name = 'charlie'",
        "update integrations set expires_at = 1950000000000 where name = 'Alpha'",
    ] {
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
    }
    (app, upstream)
}

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

/// The value by which an integration is sorted, as text that sorts like it.
fn place(key: &str, item: &Value) -> String {
    let time = |pointer: &str, missing: &str| {
        item.pointer(pointer).and_then(Value::as_str).unwrap_or(missing).to_owned()
    };
    match key {
        "created" => String::new(),
        "updated" => time("/updated_at", ""),
        "used" => time("/last_used_at", ""),
        "expires" => time("/credential/expires_at", "never"),
        "name" => item["name"].as_str().unwrap().to_lowercase(),
        "provider" => item["manifest_id"].as_str().unwrap().to_owned(),
        "status" => item["status"].as_str().unwrap().to_owned(),
        _ => {
            let ranks = ["healthy", "unknown", "pending", "failing", "reauthorize"];
            let state = item["health"]["state"].as_str().unwrap();
            ranks.iter().position(|rank| *rank == state).unwrap().to_string()
        }
    }
}

#[tokio::test]
async fn each_order_is_complete_page_by_page_in_both_directions() {
    let (app, _upstream) = varied().await;
    let all = app.pages(LIST, 2).await;
    assert_eq!(all.len(), 7);
    for key in ["created", "updated", "used", "name", "provider", "status", "health", "expires"] {
        let mut expected = all.clone();
        expected.sort_by_key(|item| (place(key, item), item["id"].as_str().unwrap().to_owned()));
        assert_eq!(
            names(&app.pages(&format!("{LIST}?sort={key}"), 2).await),
            names(&expected),
            "{key}"
        );
        expected.reverse();
        assert_eq!(
            names(&app.pages(&format!("{LIST}?sort=-{key}"), 2).await),
            names(&expected),
            "-{key}"
        );
        // A filter keeps the order.
        for filter in ["status=active", "health=reauthorize", "manifest=custom-up", "q=ha"] {
            let kept = |item: &&Value| match filter {
                "status=active" => item["status"] == "active",
                "health=reauthorize" => item["health"]["state"] == "reauthorize",
                "manifest=custom-up" => item["manifest_id"] == "custom-up",
                _ => ["charlie", "Alpha"].contains(&item["name"].as_str().unwrap()),
            };
            let kept: Vec<Value> = expected.iter().filter(kept).cloned().collect();
            let found = app.pages(&format!("{LIST}?sort=-{key}&{filter}"), 2).await;
            assert_eq!(names(&found), names(&kept), "-{key}, {filter}");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_order_even_if_its_integration_is_deleted() {
    let (app, _upstream) = varied().await;
    let page = app.get("/api/integrations?sort=name&limit=2").as_admin().send().await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    app.delete("/api/integrations/bravo").as_admin().send().await;
    let path = |sort: &str, cursor: &str| format!("/api/integrations?sort={sort}&cursor={cursor}");
    let rest = app.get(&path("name", cursor)).as_admin().send().await.json();
    assert_eq!(names(&page["items"].as_array().unwrap()[..]), ["Alpha", "bravo"]);
    assert_eq!(
        names(&rest["items"].as_array().unwrap()[..]),
        ["charlie", "delta", "foxtrot", "Up", "Écho"]
    );
    let id = cursor.split('.').next().unwrap();
    for (sort, cursor) in [
        ("provider", cursor.to_owned()),
        ("-created", cursor.to_owned()),
        ("name", id.to_owned()),
        ("used", format!("{id}.used.{}", "ff")),
        ("used", format!("{id}.used.78")),
        ("name", format!("{id}.name.6")),
        ("name", "int_x.name.61".to_owned()),
        ("name", format!("{id}.name")),
    ] {
        let answer = app.get(&path(sort, &cursor)).as_admin().send().await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "?cursor", "{sort} {cursor}");
    }
    for query in ["sort=", "sort=-", "sort=--name", "sort=slug", "sort=Name", "sort=name&sort=used"]
    {
        let answer = app.get(&format!("/api/integrations?{query}")).as_admin().send().await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "?sort", "{query}");
    }
}

#[tokio::test]
async fn counts_are_of_the_whole_workspace_and_follow_each_change() {
    let (app, _upstream) = varied().await;
    let counts = async |query: &str| {
        let page = app.get(&format!("/api/integrations?{query}")).as_admin().send().await.json();
        page["counts"].clone()
    };
    assert_eq!(counts("").await, Value::Null);
    assert_eq!(counts("counts=false").await, Value::Null);
    let before = json!({"total": 7, "attention": 3, "by_status": {"active": 5, "inactive": 2},
        "by_health": {"pending": 0, "unknown": 0, "healthy": 4, "failing": 1, "reauthorize": 2},
        "by_manifest": {"custom-up": 5, "custom-another": 2}});
    for query in ["counts=true", "counts=true&status=inactive&sort=name&limit=1", "counts=true&q=x"]
    {
        assert_eq!(counts(query).await, before, "{query}");
    }
    let active = json!({"status": "active"});
    app.put("/api/integrations/alpha").as_admin().json(&active).send().await;
    app.delete("/api/integrations/delta").as_admin().send().await;
    let after = json!({"total": 6, "attention": 2, "by_status": {"active": 5, "inactive": 1},
        "by_health": {"pending": 0, "unknown": 0, "healthy": 4, "failing": 0, "reauthorize": 2},
        "by_manifest": {"custom-up": 4, "custom-another": 2}});
    assert_eq!(counts("counts=true").await, after);
    let path = "/api/integrations?counts=true";
    let other = app.get(path).as_role("ADMIN", "other").send().await.json();
    assert_eq!(
        (&other["counts"]["total"], &other["counts"]["by_manifest"]),
        (&json!(0), &json!({}))
    );
    let answer = app.get("/api/integrations?counts=yes").as_admin().send().await;
    assert_eq!(answer.problem(422, "invalid")["errors"][0]["pointer"], "?counts");
}
