//! A connected app may do what its person agreed to, and never more than the person may do.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::contract::document;
use crate::kit::person::{EVERYTHING, Person, Program, text};
use crate::kit::stream::Stream;
use crate::kit::upstream::{KEY, Upstream};

/// The application with the integrations `up` and `two`, a client, and a person with a role.
async fn connected(role: &str) -> (App, Upstream, Program, Person) {
    let (app, upstream) = Upstream::connected().await;
    let body = json!({"manifest_id": "custom-up", "name": "Two", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", role);
    upstream.forget();
    (app, upstream, program, person)
}

async fn call(app: &App, token: &str, method: Method, path: &str) -> Answer {
    app.call(method, &format!("/api/proxy/{path}")).bearer(token).send().await
}

fn id_of(app: &App, slug: &str) -> String {
    let sql = "select id from integrations where slug = ?1";
    app.database().query_row(sql, [slug], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn an_app_that_only_reads_changes_nothing() {
    let (app, upstream, program, person) = connected("ADMIN").await;
    let form = "decision=allow&access=read&which=all&days=30";
    let tokens = program.connect(&app, &person, form).await;
    assert_eq!(tokens["scope"], "integrations:read offline_access");
    let token = text(&tokens, "access_token");
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        assert_eq!(call(&app, &token, method.clone(), "up/x").await.status, 200, "{method}");
    }
    upstream.forget();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = call(&app, &token, method, "up/x").await;
        let problem = answer.problem(403, "policy_denied");
        assert!(text(&problem, "detail").contains("read only"), "{problem}");
    }
    // The app may only read, so a header or a query cannot make the provider use another method.
    for (name, value) in [("x-http-method-override", "DELETE"), ("x-method-override", "PUT")] {
        let called = app.get("/api/proxy/up/x").bearer(&token).header(name, value).send().await;
        let came = upstream.seen().iter().any(|seen| !seen.all(name).is_empty());
        assert!(called.status == 403 || !came, "{name}: {called:?}");
    }
    // A parameter that frameworks read as another method is rejected, even if no policy has a rule.
    let overridden = call(&app, &token, Method::GET, "up/x?_method=DELETE").await;
    overridden.problem(403, "policy_denied");
    // The rules apply over MCP too.
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "call_api", "arguments": {"integration": "up", "path": "/x", "method": "POST"}}});
    let answer = app.post("/mcp").bearer(&token).json(&message).send().await;
    assert!(answer.text.contains("read only"), "{answer:?}");
}

/// The manifest says which calls only read, as for the preset `read_only`.
#[tokio::test]
async fn an_app_that_only_reads_makes_the_calls_that_the_manifest_lists() {
    let (app, upstream, program, person) = connected("ADMIN").await;
    for (id, get_may_write) in [("custom-search", false), ("custom-get", true)] {
        let mut manifest = upstream.manifest(json!({}));
        manifest["id"] = id.into();
        manifest["api"]["reads"] = json!([{"method": "POST", "path": "/*/list"}]);
        manifest["api"]["get_may_write"] = get_may_write.into();
        app.save(&manifest).await;
        let body = json!({"manifest_id": id, "name": id, "credentials": {"key": KEY}});
        let made = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let form = "decision=allow&access=read&which=all&days=30";
    let token = text(&program.connect(&app, &person, form).await, "access_token");
    for (method, path, expected) in [
        (Method::POST, "custom-search/users/list", 200),
        (Method::POST, "custom-search/users/add", 403),
        (Method::POST, "custom-search/users/list/x", 403),
        (Method::PUT, "custom-search/users/list", 403),
        (Method::GET, "custom-search/users/add", 200),
        (Method::GET, "custom-search/users/add;v=1", 200),
        (Method::POST, "custom-get/users/list", 200),
        (Method::GET, "custom-get/users/list", 200),
        (Method::GET, "custom-get/users/add", 403),
        (Method::HEAD, "custom-get/users/add", 403),
        (Method::GET, "custom-get/users%2Flist", 403),
    ] {
        let answer = call(&app, &token, method.clone(), path).await;
        assert_eq!(answer.status, expected, "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn an_app_uses_only_the_integrations_that_its_person_chose() {
    let (app, upstream, program, person) = connected("ADMIN").await;
    let id = id_of(&app, "two");
    let page = program.ask(&app, &person, &[]).await;
    assert!(page.text.contains(&format!("value=\"{id}\"")), "{page:?}");
    let form = format!("decision=allow&access=call&which=chosen&integration={id}&days=30");
    let token = text(&program.connect(&app, &person, &form).await, "access_token");
    assert_eq!(call(&app, &token, Method::POST, "two/x").await.status, 200);
    assert_eq!(call(&app, &token, Method::POST, &format!("{id}/x")).await.status, 200);
    upstream.forget();
    let answer = call(&app, &token, Method::GET, "up/x").await;
    let problem = answer.problem(403, "policy_denied");
    assert!(text(&problem, "detail").contains("not connected with"), "{problem}");
    assert!(upstream.seen().is_empty());
    let listed = app.get("/api/proxy").bearer(&token).send().await.json();
    let slugs: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|one| &one["slug"]).collect();
    assert_eq!(slugs, [&json!("two")]);
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "list_integrations", "arguments": {}}});
    let answer = app.post("/mcp").bearer(&token).json(&list).send().await;
    let found = &answer.json()["result"]["structuredContent"]["integrations"];
    assert_eq!(found.as_array().unwrap().len(), 1, "{answer:?}");
}

/// The policies apply to the person and to the app. The app may not make a call that either may not make.
#[tokio::test]
async fn an_app_never_may_more_than_its_person() {
    let (app, upstream, program, person) = connected("AGENT").await;
    let token = text(&program.connect(&app, &person, EVERYTHING).await, "access_token");
    let agent: String =
        app.database().query_row("select id from agents", [], |row| row.get(0)).unwrap();
    let set = |policy: Value| {
        let sql = "update integrations set policy = ?1 where slug = 'up'";
        app.database().execute(sql, [policy.to_string()]).unwrap();
    };
    let deny =
        |who: &str| json!([{"effect": "deny", "methods": ["*"], "path": "/x", "agents": [who]}]);
    for (policy, may) in [
        (json!({"agents": ["*"], "rules": []}), true),
        (json!({"agents": [agent, person.id], "rules": []}), true),
        (json!({"agents": [agent], "rules": []}), false),
        (json!({"agents": [person.id], "rules": []}), false),
        (json!({"agents": ["*"], "rules": deny(&agent)}), false),
        (json!({"agents": ["*"], "rules": deny(&person.id)}), false),
        (json!({"agents": ["*"], "rules": deny("agt_another")}), true),
    ] {
        set(policy.clone());
        upstream.forget();
        let answer = call(&app, &token, Method::GET, "up/x").await;
        assert_eq!(answer.status == 200, may, "{policy}: {answer:?}");
        assert_eq!(upstream.seen().len(), usize::from(may), "{policy}");
        if policy["agents"] == json!([agent]) || policy["agents"] == json!([person.id]) {
            let listed = app.get("/api/proxy").bearer(&token).send().await.json();
            assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{policy}: {listed}");
        }
    }
    // The page does not offer integrations that the person may not use.
    set(json!({"agents": [agent], "rules": []}));
    let page = program.ask(&app, &person, &[]).await;
    assert!(!page.text.contains(&id_of(&app, "up")), "{page:?}");
    assert!(page.text.contains(&id_of(&app, "two")), "{page:?}");
}

/// The token is an agent's token, whatever role the person has.
#[tokio::test]
async fn a_token_of_this_server_opens_no_path_of_an_admin() {
    let (app, _upstream, program, person) = connected("ADMIN").await;
    let token = text(&program.connect(&app, &person, EVERYTHING).await, "access_token");
    let mut tried = 0;
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !matches!(operation["x-role"].as_str(), Some("ADMIN" | "MANAGER")) {
                continue;
            }
            let mut path = path.clone();
            for parameter in operation["parameters"].as_array().unwrap() {
                let pointer = parameter["$ref"].as_str().unwrap().trim_start_matches('#');
                let parameter = document().pointer(pointer).unwrap();
                let name = parameter["name"].as_str().unwrap();
                let example = parameter["example"].as_str().unwrap_or_default();
                path = path.replace(&format!("{{{name}}}"), example);
            }
            let call = app.call(method.to_uppercase().parse().unwrap(), &path).bearer(&token);
            let answer = call.send().await;
            answer.problem(403, "forbidden");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
    // The token does not show any connected apps, not even those of its person.
    let listed = app.get("/api/connected-apps").bearer(&token).send().await.json();
    assert_eq!(listed["items"], json!([]));
    let agent: String =
        app.database().query_row("select id from agents", [], |row| row.get(0)).unwrap();
    let answer = app.delete(&format!("/api/connected-apps/{agent}")).bearer(&token).send().await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn an_open_stream_ends_with_the_app() {
    let (app, upstream, program, person) = connected("ADMIN").await;
    let token = text(&program.connect(&app, &person, EVERYTHING).await, "access_token");
    let stream = Stream::open(&app, &upstream, &token).await;
    let agent: String =
        app.database().query_row("select id from agents", [], |row| row.get(0)).unwrap();
    let path = format!("/api/connected-apps/{agent}");
    assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
    stream.is_cut().await;
}

/// Whether a token is let in: the status of a call, and of a ping at `/mcp`.
async fn statuses(app: &App, token: &str) -> (u16, u16) {
    let called = call(app, token, Method::GET, "up/x").await.status.as_u16();
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let pinged = app.post("/mcp").bearer(token).json(&ping).send().await.status.as_u16();
    (called, pinged)
}

#[tokio::test]
async fn the_end_of_a_person_ends_their_apps() {
    let (app, upstream, program, ann) = connected("MANAGER").await;
    let bob = Person::sign_in(&app, "bob", "MANAGER");
    let others = text(&program.connect(&app, &bob, EVERYTHING).await, "access_token");
    for how in ["switched off", "stopped"] {
        let tokens = program.connect(&app, &ann, EVERYTHING).await;
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        let stream = Stream::open(&app, &upstream, &access).await;
        let path = format!("/api/people/{}", ann.id);
        let put = async |status: &str| {
            let changed = app.put(&path).as_admin().json(&json!({"status": status})).send().await;
            assert_eq!(changed.status, 200, "{changed:?}");
        };
        let (expected, stop) = match how {
            "switched off" => {
                put("disabled").await;
                (401, None)
            }
            _ => {
                let body = json!({"scope": "person", "id": ann.id, "reason": "a drill"});
                let stopped = app.post("/api/panic").as_admin().json(&body).send().await;
                assert_eq!(stopped.status, 201, "{stopped:?}");
                (403, Some(format!("/api/panic/{}", text(&stopped.json(), "id"))))
            }
        };
        stream.is_cut().await;
        upstream.always(200, "", "{}");
        upstream.forget();
        assert_eq!(statuses(&app, &access).await, (expected, expected), "{how}");
        let answer = program.refresh(&app, &refresh, &[]).await;
        assert!([400, 403].contains(&answer.status.as_u16()), "{how}: {answer:?}");
        assert!(!answer.text.contains("nxt_"), "{how}: {answer:?}");
        assert!(upstream.seen().is_empty(), "{how}");
        assert_eq!(statuses(&app, &others).await, (200, 200), "{how}");
        // A person who is let in again finds their apps.
        match stop {
            None => put("active").await,
            Some(stop) => assert_eq!(app.delete(&stop).as_admin().send().await.status, 204),
        }
        assert_eq!(program.refresh(&app, &refresh, &[]).await.status, 200, "{how}");
        if how == "switched off" {
            ann.sign_in_again(&app);
        }
    }
}
