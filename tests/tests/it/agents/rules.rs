//! Policies that name agents, and presets.

use reqwest::Method;
use serde_json::{Value, json};

use super::registry::{key_of, register};
use crate::kit::app::App;
use crate::kit::upstream::{KEY, Upstream};

async fn put(app: &App, policy: Value) -> Value {
    let body = json!({ "policy": policy });
    let put = app.put("/api/integrations/up").as_admin().json(&body).send().await;
    assert_eq!(put.status, 200, "{put:?}");
    put.json()
}

#[tokio::test]
async fn names_of_agents_become_ids_when_a_policy_is_saved() {
    let (app, _upstream) = Upstream::connected().await;
    let (bot, other) = (register(&app, "Support Bot").await, register(&app, "Other").await);
    let deny = |agents: Value| json!({"effect": "deny", "methods": ["GET"], "path": "/x", "agents": agents});
    let policy = json!({"agents": ["support  BOT", other, "*", "sub-of-nobody-yet", "agt_support"],
        "rules": [deny(json!(["Support Bot"])), deny(json!(["*"]))]});
    let saved = put(&app, policy.clone()).await;
    let agents = json!([bot, other, "*", "sub-of-nobody-yet", "agt_support"]);
    assert_eq!(saved["policy"]["agents"], agents, "{saved}");
    assert_eq!(saved["policy"]["rules"][0]["agents"], json!([bot]), "{saved}");
    assert_eq!(saved["policy"]["rules"][1]["agents"], json!(["*"]), "{saved}");
    // The same policy, sent by names again, is not a change.
    assert_eq!(put(&app, policy).await["version"], saved["version"]);

    put(&app, json!({"rules": [deny(json!(["Support Bot"]))]})).await;
    let keys = [key_of(&app, &bot, json!({})).await.1, key_of(&app, &other, json!({})).await.1];
    let calls = async || {
        let mut statuses = Vec::new();
        for key in &keys {
            statuses.push(app.get("/api/proxy/up/x").bearer(key).send().await.status.as_u16());
        }
        statuses
    };
    assert_eq!(calls().await, [403, 200]);
    // The rule does not apply to another agent that takes the name.
    let rename = async |id: &str, name: &str| {
        let body = json!({ "name": name });
        app.put(&format!("/api/agents/{id}")).as_admin().json(&body).send().await.status.as_u16()
    };
    assert_eq!(rename(&bot, "Former").await, 200);
    assert_eq!(rename(&other, "Support Bot").await, 200);
    assert_eq!(calls().await, [403, 200]);
}

#[tokio::test]
async fn an_agent_that_does_not_exist_is_rejected_by_its_place_and_name() {
    let (app, upstream) = Upstream::connected().await;
    let foreign = {
        let body = json!({"name": "Foreign"});
        let made = app.post("/api/agents").as_role("ADMIN", "beta").json(&body).send().await;
        made.json()["id"].as_str().unwrap().to_owned()
    };
    let deleted = register(&app, "Deleted").await;
    let rule = |agents: Value| json!({"effect": "allow", "methods": ["*"], "path": "/**", "agents": agents});
    // A policy that names the agent can be saved while the agent exists, and is rejected afterwards.
    put(&app, json!({"agents": [deleted], "rules": [rule(json!(["Deleted"]))]})).await;
    let path = format!("/api/agents/{deleted}");
    assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
    // An agent that takes the deleted agent's name does not get its access.
    register(&app, &deleted).await;
    let nobody = "agt_01J00000000000000000000000";
    let cases = [
        (json!({"agents": ["*", nobody]}), "/policy/agents/1", nobody),
        (json!({"agents": [deleted]}), "/policy/agents/0", deleted.as_str()),
        (json!({"agents": [foreign]}), "/policy/agents/0", foreign.as_str()),
        (
            json!({"rules": [rule(json!(["*"])), rule(json!(["*", "nobody"]))]}),
            "/policy/rules/1/agents/1",
            "nobody",
        ),
        (json!({"rules": [rule(json!([deleted]))]}), "/policy/rules/0/agents/0", deleted.as_str()),
        (json!({"rules": [rule(json!(["Deleted"]))]}), "/policy/rules/0/agents/0", "Deleted"),
        (json!({"rules": [rule(json!([foreign]))]}), "/policy/rules/0/agents/0", foreign.as_str()),
        (json!({"rules": [rule(json!(["Foreign"]))]}), "/policy/rules/0/agents/0", "Foreign"),
        (json!({"rules": [rule(json!([]))]}), "/policy/rules/0/agents", "1 to 100 agents"),
    ];
    for (policy, pointer, named) in cases {
        let body = json!({ "policy": policy });
        let changed = app.put("/api/integrations/up").as_admin().json(&body).send().await;
        let body = json!({"manifest_id": "custom-up", "name": "Second",
            "credentials": {"key": KEY}, "policy": policy});
        let made = app.post("/api/integrations").as_admin().json(&body).send().await;
        for answer in [changed, made] {
            let problem = answer.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            let detail = problem["errors"][0]["detail"].as_str().unwrap();
            assert!(detail.contains(named), "{named}: {problem}");
        }
    }
    assert!(upstream.seen().is_empty(), "nothing was verified");
}

#[tokio::test]
async fn a_preset_is_a_word_for_rules() {
    let (app, upstream) = Upstream::connected().await;
    let create = async |manifest: &str, name: &str, preset: &str| {
        let body = json!({"manifest_id": manifest, "name": name, "credentials": {"key": KEY},
            "preset": preset});
        app.post("/api/integrations").as_admin().json(&body).send().await
    };
    let save = async |id: &str, more: Value| {
        let mut manifest = upstream.manifest(json!({}));
        manifest["id"] = id.into();
        for (member, value) in more.as_object().unwrap() {
            manifest["api"][member.as_str()] = value.clone();
        }
        app.save(&manifest).await;
    };
    let search = json!([{"method": "POST", "path": "/*/search"}]);
    save("custom-reads", json!({ "reads": search })).await;
    let list = json!([{"method": "POST", "path": "/users.list"}]);
    save("custom-get", json!({"get_may_write": true, "reads": list})).await;
    let calls = [
        ("GET", "x"),
        ("POST", "x"),
        ("DELETE", "x"),
        ("POST", "crm/search"),
        ("POST", "crm/search?_method=DELETE"),
        ("GET", "users.list"),
        ("POST", "users.list"),
        ("POST", "Users.list"),
    ];
    for (manifest, preset, expected) in [
        ("custom-up", "all", [200, 200, 200, 200, 200, 200, 200, 200]),
        ("custom-up", "no_deletes", [200, 200, 403, 200, 403, 200, 200, 200]),
        ("custom-up", "read_only", [200, 403, 403, 403, 403, 200, 403, 403]),
        ("custom-reads", "read_only", [200, 403, 403, 200, 403, 200, 403, 403]),
        ("custom-get", "read_only", [403, 403, 403, 403, 403, 200, 200, 403]),
    ] {
        let made = create(manifest, &format!("{manifest} {preset}"), preset).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert!(made.json().get("preset").is_none(), "only the rules are stored: {made:?}");
        let slug = made.json()["slug"].as_str().unwrap().to_owned();
        for ((method, path), expected) in calls.iter().zip(expected) {
            let method: Method = method.parse().unwrap();
            let call = app.call(method.clone(), &format!("/api/proxy/{slug}/{path}"));
            let status = call.as_role("AGENT", "acme").send().await.status.as_u16();
            assert_eq!(status, expected, "{manifest} {preset}: {method} {path}");
        }
        // The stored rules can be sent back like any other policy.
        let rules = json!({"policy": {"rules": made.json()["policy"]["rules"]}});
        let path = format!("/api/integrations/{slug}");
        let put = app.put(&path).as_admin().json(&rules).send().await;
        assert_eq!((put.status.as_u16(), &put.json()["version"]), (200, &json!(1)), "{put:?}");
    }
    create("custom-up", "Wrong", "write_only").await.problem(422, "invalid");
    let rule = json!({"effect": "deny", "methods": ["*"], "path": "/**"});
    let body = json!({"manifest_id": "custom-up", "name": "Both", "credentials": {"key": KEY},
        "preset": "all", "policy": {"rules": [rule]}});
    let both = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(both.problem(422, "invalid")["errors"][0]["pointer"], "/preset");
}

#[tokio::test]
async fn the_presets_of_built_in_providers_know_their_reads() {
    let app = App::start().await;
    let rules = async |manifest: &str, more: Value| {
        let mut body = json!({"manifest_id": manifest, "name": manifest, "preset": "read_only"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["policy"]["rules"].clone()
    };
    let key = json!({"personal_access_token": "patAAAAAAAAAAAAAA.0123456789abcdef"});
    let airtable = rules("airtable", json!({"credentials": key, "verify": false})).await;
    let (every, list) = (&airtable[0], &airtable[1]);
    assert_eq!(
        (&every["methods"], &every["path"]),
        (&json!(["GET", "HEAD", "OPTIONS"]), &json!("/**"))
    );
    assert_eq!((&list["methods"], &list["path"]), (&json!(["POST"]), &json!("/*/*/listRecords")));
    assert_eq!(list["host"], "api.airtable.com", "the provider has several hosts: {airtable}");

    // Every GET of Slack may change something, and Slack is connected by OAuth.
    let client = json!({"client_id": "1.2", "client_secret": "slack-client-secret-0001"});
    let put = app.put("/api/oauth-clients/slack").as_admin().json(&client).send().await;
    assert_eq!(put.status, 200, "{put:?}");
    let slack = rules("slack", json!({})).await;
    let rules = slack.as_array().unwrap();
    assert_eq!(rules[0]["methods"], json!(["OPTIONS"]), "{slack}");
    assert!(rules[1..].iter().all(|rule| rule["methods"] == json!(["GET", "HEAD", "POST"])));
    let paths: Vec<&str> = rules[1..].iter().map(|rule| rule["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&"/conversations.history") && !paths.contains(&"/chat.postMessage"));
    assert!(paths.iter().all(|path| !path.contains('*')), "{paths:?}");
}
