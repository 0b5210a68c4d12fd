//! The list of agents' calls: what is recorded of a call, and what never is.

use reqwest::Method;
use serde_json::{Value, json};

use nexus_simulators::Kind;

use crate::kit::app::{App, until};
use crate::kit::process::has_an_instance_per_request;
use crate::kit::stream::Stream;
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream};
use crate::tokens::oauth::Pair;

const CALLS: &str = "/api/integrations/up/calls";

async fn page(app: &App, path: &str) -> Value {
    let answer = app.get(path).as_admin().send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn items(app: &App, path: &str) -> Vec<Value> {
    page(app, path).await["items"].as_array().unwrap().clone()
}

/// The calls of `path`, once there are `count` of them.
async fn recorded(app: &App, path: &str, count: usize) -> Vec<Value> {
    let what = format!("{count} calls of {path}");
    until(&what, async || Some(items(app, path).await).filter(|items| items.len() == count)).await
}

async fn call(app: &App, method: Method, path: &str) -> u16 {
    let call = app.call(method, &format!("/api/proxy/up{path}")).as_role("AGENT", "acme");
    call.send().await.status.as_u16()
}

async fn set_rules(app: &App, rules: Value) {
    let body = json!({"policy": {"agents": ["*"], "rules": rules}});
    let put = app.put("/api/integrations/up").as_admin().json(&body).send().await;
    assert_eq!(put.status, 200, "{put:?}");
}

/// The one call of `items` with this status.
fn with_status(items: &[Value], status: u16) -> &Value {
    let mut found = items.iter().filter(|item| item["status"] == status);
    let one = found.next().unwrap_or_else(|| panic!("no {status}: {items:?}"));
    assert!(found.next().is_none(), "{items:?}");
    one
}

#[tokio::test]
async fn a_call_is_recorded_without_query_headers_and_bodies() {
    let (app, upstream) = Upstream::connected().await;
    let rule = |effect: &str, method: &str| json!({"effect": effect, "methods": [method], "path": "/v1/**"});
    set_rules(&app, json!([rule("allow", "GET"), rule("deny", "DELETE"), rule("allow", "POST")]))
        .await;
    upstream.answer(|seen| match seen.method() {
        "POST" => Reply::new(201, "x-answer: marker-answer-header\r\n", "marker-answer-body"),
        _ => Reply::Bytes(b"marker-nonsense\r\n\r\n".to_vec()),
    });
    let path = "/api/proxy/up/v1/customers/cus_9s6XKzkNRiz8i3?q=marker-query";
    let post = app.post(path).as_role("AGENT", "acme").header("x-sent", "marker-header");
    let answer = post.json(&json!({"x": "marker-body"})).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(call(&app, Method::GET, "/v1/things/12").await, 502);
    assert_eq!(call(&app, Method::DELETE, "/v1/things/12").await, 403);
    assert_eq!(call(&app, Method::GET, "/elsewhere").await, 403);

    let all = recorded(&app, CALLS, 4).await;
    let made = with_status(&all, 201);
    let id = page(&app, "/api/integrations/up").await["id"].clone();
    let expected = json!({
        "integration_id": id, "agent": "user-1", "method": "POST", "host": null,
        "template": "/v1/customers/{id}", "path": "/v1/customers/cus_9s6XKzkNRiz8i3",
        "outcome": "succeeded", "status": 201, "code": null,
        "bytes": r#"{"x":"marker-body"}"#.len() + "marker-answer-body".len(),
        "rule": "policy.rules[2] allows POST /v1/**", "refreshed": false, "replayed": false,
        "request_id": answer.header("x-request-id"),
        "at": made["at"], "ms": made["ms"], "id": made["id"],
    });
    assert_eq!(*made, expected);
    let failed = with_status(&all, 502);
    assert_eq!(
        (&failed["outcome"], &failed["code"]),
        (&json!("unreachable"), &json!("provider_error"))
    );
    assert_eq!(failed["rule"], "policy.rules[0] allows GET /v1/**");
    let denied: Vec<_> = all.iter().filter(|item| item["status"] == 403).collect();
    assert_eq!(denied.len(), 2, "{all:?}");
    for (path, rule) in [
        ("/v1/things/12", "policy.rules[1] denies DELETE /v1/**"),
        ("/elsewhere", "no allow rule in policy.rules matches this call"),
    ] {
        let one = denied.iter().find(|item| item["path"] == path).unwrap();
        assert_eq!((&one["outcome"], &one["rule"]), (&json!("denied"), &json!(rule)));
        assert_eq!((&one["code"], &one["bytes"]), (&json!("policy_denied"), &json!(0)));
    }
    app.ensure_not_stored("marker-");
}

#[tokio::test]
async fn a_path_shows_no_secret_and_no_query_by_another_name() {
    let (app, upstream) = Upstream::connected().await;
    let secret = "up_live_0123456789%2Fabc%2Bdef%3D";
    for path in [
        format!("/v1/keys/{secret}"),
        "/v1/x;token=marker-1".to_owned(),
        "/v1/x%3Ftoken=marker-2".to_owned(),
        "/v1/x%23marker-3".to_owned(),
    ] {
        assert_eq!(call(&app, Method::GET, &path).await, 200, "{path}");
    }
    let all = recorded(&app, CALLS, 4).await;
    assert!(!format!("{all:?}").contains("marker"), "{all:?}");
    assert!(!format!("{all:?}").contains("0123456789"), "{all:?}");
    assert!(!format!("{all:?}").contains(KEY), "{all:?}");
    assert_eq!(all.iter().filter(|item| item["path"] == "/v1/x").count(), 3, "{all:?}");
    assert!(all.iter().any(|item| item["template"] == "/v1/keys/{id}"), "{all:?}");

    // Of a call whose target was not found out, only the template is kept.
    let off = json!({"status": "inactive"});
    app.put("/api/integrations/up").as_admin().json(&off).send().await;
    assert_eq!(call(&app, Method::GET, &format!("/v1/keys/{secret}")).await, 409);
    let one = recorded(&app, &format!("{CALLS}?outcome=unusable"), 1).await;
    assert_eq!((&one[0]["path"], &one[0]["status"]), (&json!("/v1/keys/{id}"), &json!(409)));
    assert_eq!(one[0]["code"], "integration_inactive");
    assert_eq!(upstream.seen().len(), 4);
}

#[tokio::test]
async fn a_call_that_waited_for_a_new_token_says_so() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
    let marks =
        |item: &Value| (item["refreshed"].as_bool().unwrap(), item["replayed"].as_bool().unwrap());
    let path = "/api/integrations/primary/calls";
    assert_eq!(call().await.status, 200);
    assert_eq!(marks(&recorded(&pair.app, path, 1).await[0]), (false, false));
    pair.expire();
    assert_eq!(call().await.status, 200);
    assert_eq!(marks(&recorded(&pair.app, path, 2).await[0]), (true, false));
    pair.provider.expire_access_tokens();
    assert_eq!(call().await.status, 200);
    assert_eq!(marks(&recorded(&pair.app, path, 3).await[0]), (true, true));
    assert_eq!(call().await.status, 200);
    assert_eq!(marks(&recorded(&pair.app, path, 4).await[0]), (false, false));
}

#[tokio::test]
async fn a_stream_is_recorded_when_it_has_ended() {
    let (app, upstream) = Upstream::connected().await;
    let stream = Stream::open(&app, &upstream, &token::of("AGENT", "acme")).await;
    // Another call was recorded since, so the stream would have been too.
    upstream.always(200, "", "{}");
    assert_eq!(call(&app, Method::GET, "/x").await, 200);
    assert_eq!(recorded(&app, CALLS, 1).await[0]["path"], "/x");
    set_rules(&app, json!([{"effect": "deny", "methods": ["GET"], "path": "/events"}])).await;
    stream.is_cut().await;
    let all = recorded(&app, CALLS, 2).await;
    let stream = all.iter().find(|item| item["path"] == "/events").unwrap();
    assert_eq!((&stream["outcome"], &stream["status"]), (&json!("denied"), &json!(200)));
    assert_eq!(stream["rule"], "policy.rules[0] denies GET /events");
    assert!(stream["bytes"].as_i64().unwrap() > 0, "{stream}");
    // It was denied later, and sent before: it counts among the calls that were sent.
    let sql = "select sent from agent_calls where path = '/events'";
    assert!(app.database().query_row(sql, [], |row| row.get::<_, bool>(0)).unwrap());
}

#[tokio::test]
async fn filters_select_and_pages_continue() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|seen| match seen.target() {
        "/base/missing" => Reply::new(404, "", "{}"),
        "/base/broken" => Reply::new(500, "", "{}"),
        _ => Reply::new(200, "", "{}"),
    });
    for path in ["/a", "/b", "/missing", "/broken"] {
        call(&app, Method::GET, path).await;
    }
    call(&app, Method::POST, "/a").await;
    recorded(&app, CALLS, 5).await;
    let id = page(&app, "/api/integrations/up").await["id"].as_str().unwrap().to_owned();
    for list in [CALLS.to_owned(), format!("/api/integrations/{id}/calls"), "/api/calls".to_owned()]
    {
        for (query, count) in [
            ("", 5),
            ("status=2xx", 3),
            ("status=404", 1),
            ("status=5xx&method=GET", 1),
            ("status=5xx&method=POST", 0),
            ("method=POST", 1),
            ("outcome=client_error", 1),
            ("outcome=server_error", 1),
            ("outcome=denied", 0),
            ("agent=user-1", 5),
            ("agent=somebody", 0),
            ("from=2026-01-01T00:00:00Z", 5),
            ("to=2026-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(
                items(&app, &format!("{list}?{query}")).await.len(),
                count,
                "{list} {query}"
            );
        }
        let seen = app.pages(&list, 2).await;
        let id = |item: &Value| item["id"].as_str().unwrap().parse::<i64>().unwrap();
        let seen: Vec<_> = seen.iter().map(id).collect();
        assert!(seen.len() == 5 && seen.is_sorted_by(|one, next| one > next), "{seen:?}");
        for query in [
            "status=6xx",
            "status=ok",
            "method=get",
            "method=TRACE",
            "outcome=fine",
            "from=yesterday",
            "after=-1",
            "after=x",
            "cursor=x",
            "limit=101",
            "path=/a",
        ] {
            let answer = app.get(&format!("{list}?{query}")).as_admin().send().await;
            answer.problem(422, "invalid");
        }
    }
    // The document has a list of its own of the words for how a call ended.
    let document = app.get("/api/openapi.json").send().await.json();
    let words = &document["components"]["parameters"]["call_outcome"]["schema"]["enum"];
    let words: Vec<&str> =
        words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let refused = app.get("/api/calls?outcome=fine").as_admin().send().await;
    let rule = format!("must be one of {}, but is", words.join(", "));
    assert!(refused.text.contains(&rule), "{rule}: {refused:?}");
    let of = async |id: &str| items(&app, &format!("/api/calls?integration_id={id}")).await.len();
    assert_eq!((of(&id).await, of("int_01HZZZZZZZZZZZZZZZZZZZZZZZ").await), (5, 0));
}

#[tokio::test]
async fn whoever_follows_gets_each_call_once() {
    let (app, _upstream) = Upstream::connected().await;
    let empty = page(&app, CALLS).await;
    assert_eq!(empty, json!({"items": [], "next_cursor": null, "latest": "0"}));
    call(&app, Method::GET, "/one").await;
    recorded(&app, CALLS, 1).await;
    let latest = |page: &Value| page["latest"].as_str().unwrap().to_owned();
    let first = page(&app, CALLS).await;
    assert_eq!(first["items"][0]["id"], first["latest"]);
    let later = format!("{CALLS}?after={}", latest(&first));
    let nothing = page(&app, &later).await;
    assert_eq!((&nothing["items"], &nothing["latest"]), (&json!([]), &first["latest"]));
    call(&app, Method::GET, "/two").await;
    let second = recorded(&app, &later, 1).await;
    assert_eq!(second[0]["path"], "/two");
    // A filter does not keep the position back.
    let filtered = page(&app, &format!("{later}&method=POST")).await;
    assert_eq!((&filtered["items"], &filtered["latest"]), (&json!([]), &second[0]["id"]));
    let workspace = page(&app, &format!("/api/calls?after={}", latest(&first))).await;
    assert_eq!(workspace["items"], json!(second));
}

/// Inserts `count` calls of an integration that were made `age` milliseconds ago, and were sent or not.
fn insert(app: &App, slug: &str, count: i64, age: i64, is_sent: bool) {
    let sql = "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?2)
         insert into agent_calls (workspace, number, integration_id, at, sent, call)
         select workspace, n + (select coalesce(max(number), 0) from agent_calls), id,
           unixepoch() * 1000 - ?3, ?4,
           json_array('bot', 'GET', null, '/n', '/' || n, iif(?4, 'succeeded', 'denied'), iif(?4, 200, 403),
             null, 1, 1, null, 'r', 0, 0)
         from integrations, numbers where slug = ?1 order by n";
    app.database().execute(sql, rusqlite::params![slug, count, age, is_sent]).unwrap();
}

#[tokio::test]
async fn calls_that_were_not_sent_displace_none_that_were() {
    let (app, upstream) = Upstream::connected().await;
    insert(&app, "up", 3, 0, true);
    insert(&app, "up", 1_500, 0, false);
    assert_eq!(app.tick().await["pruned"], 1_300);
    let count = async |query: &str| app.pages(&format!("{CALLS}?{query}"), 100).await.len();
    assert_eq!((count("outcome=succeeded").await, count("outcome=denied").await), (3, 200));
    // The newest are kept, and calls that were sent displace none that were not.
    assert_eq!(items(&app, &format!("{CALLS}?limit=1")).await[0]["path"], "/1500");
    insert(&app, "up", 1_100, 0, true);
    assert_eq!(app.tick().await["pruned"], 103);
    assert_eq!((count("outcome=succeeded").await, count("outcome=denied").await), (1_000, 200));
    drop(upstream);
}

#[tokio::test]
async fn a_flood_of_denied_calls_leaves_what_was_sent() {
    let (app, upstream) = Upstream::connected().await;
    set_rules(&app, json!([{"effect": "allow", "methods": ["GET"], "path": "/good"}])).await;
    assert_eq!(call(&app, Method::GET, "/good").await, 200);
    let hundreds = if has_an_instance_per_request() { 3 } else { 20 };
    for _ in 0..hundreds {
        let denied = (0..100).map(|_| call(&app, Method::GET, "/bad"));
        assert!(futures::future::join_all(denied).await.iter().all(|status| *status == 403));
    }
    assert_eq!(call(&app, Method::GET, "/good").await, 200);
    recorded(&app, &format!("{CALLS}?outcome=succeeded"), 2).await;
    let database = app.database();
    let count = |sent: bool| -> i64 {
        let sql = "select count(*) from agent_calls where sent = ?1";
        database.query_row(sql, [sent], |row| row.get(0)).unwrap()
    };
    // Some may be written after a tick, until the last instance has written what it counted.
    until("no more of the calls that were not sent than are kept", async || {
        app.tick().await;
        (1..=200).contains(&count(false)).then_some(())
    })
    .await;
    assert_eq!(count(true), 2);
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn the_newest_thousand_of_an_integration_and_of_seven_days_are_kept() {
    let (app, upstream) = Upstream::connected().await;
    let body = json!({"manifest_id": "custom-up", "name": "Quiet", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let day = 86_400_000_i64;
    let insert = |slug: &str, count: i64, age: i64| insert(&app, slug, count, age, true);
    insert("up", 30, 8 * day);
    insert("quiet", 3, 6 * day);
    insert("up", 2_500, 0);
    let newest = page(&app, &format!("{CALLS}?limit=1")).await;
    assert_eq!(newest["items"][0]["path"], "/2500");
    assert_eq!(app.tick().await["pruned"], 30 + 1_500);
    assert_eq!(app.count("agent_calls"), 1_003);
    assert_eq!(items(&app, "/api/integrations/quiet/calls").await.len(), 3);
    let database = app.database();
    let lowest: String = database
        .query_row(
            "select path from agent_calls where integration_id = (select id from integrations where slug = 'up')
             order by number limit 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(lowest, "/1501");
    assert_eq!(app.tick().await["pruned"], 0);
    insert("quiet", 1, 0);
    insert("up", 2, 0);
    assert_eq!(app.tick().await["pruned"], 2);
    // Calls that are too old are not shown, even before a tick.
    app.database().execute("update agent_calls set at = at - 8 * 86400000", []).unwrap();
    assert_eq!(items(&app, "/api/calls").await.len(), 0);
    drop(upstream);
}

#[tokio::test]
async fn a_position_does_not_tell_how_many_calls_other_workspaces_make() {
    let (app, _upstream) = Upstream::connected().await;
    call(&app, Method::GET, "/one").await;
    recorded(&app, CALLS, 1).await;
    // Another workspace makes calls, as its broker writes them.
    let database = app.database();
    let other = "insert into integrations (id, workspace, slug, name, name_key, manifest_id, manifest_hash, auth_method,
          status, health, created_at, created_by, updated_at)
        values ('int_01J00000000000000000000007', 'globex', 'x', 'X', 'x', 'stripe', '', 'api_key', 'active',
          'healthy', 1, 'ann', 1)";
    database.execute(other, []).unwrap();
    let row = |place: u32| json!(["globex", "int_01J00000000000000000000007", 1, 1, "[]", place]);
    let rows = json!((1..=50).map(row).collect::<Vec<_>>()).to_string();
    let sql = "insert into counted (usage, counters, calls) values ('[]', '[]', ?1)";
    for _ in 0..2 {
        database.execute(sql, [rows.as_str()]).unwrap();
    }
    call(&app, Method::GET, "/two").await;
    let all = recorded(&app, CALLS, 2).await;
    assert_eq!((&all[0]["id"], &all[1]["id"]), (&json!("2"), &json!("1")));
    assert_eq!(page(&app, CALLS).await["latest"], "2");
    let highest = "select max(number) from agent_calls where workspace = 'globex'";
    let highest: i64 = database.query_row(highest, [], |row| row.get(0)).unwrap();
    assert_eq!(highest, 100);
}

#[tokio::test]
async fn only_managers_of_the_workspace_read_calls() {
    let (app, _upstream) = Upstream::connected().await;
    call(&app, Method::GET, "/x").await;
    recorded(&app, CALLS, 1).await;
    for path in [CALLS, "/api/calls"] {
        assert_eq!(app.get(path).as_role("MANAGER", "acme").send().await.status, 200);
        app.get(path).as_role("AGENT", "acme").send().await.problem(403, "forbidden");
        app.get(path).send().await.problem(401, "missing_token");
        app.post(path).as_admin().send().await.problem(405, "method_not_allowed");
    }
    app.get(CALLS).as_role("ADMIN", "globex").send().await.problem(404, "not_found");
    let id = page(&app, "/api/integrations/up").await["id"].as_str().unwrap().to_owned();
    for path in ["/api/calls".to_owned(), format!("/api/calls?integration_id={id}")] {
        let other = app.get(&path).as_role("ADMIN", "globex").send().await;
        assert_eq!(other.json(), json!({"items": [], "next_cursor": null, "latest": "0"}));
    }
}

#[tokio::test]
async fn the_calls_of_a_deleted_integration_are_deleted() {
    let (app, _upstream) = Upstream::connected().await;
    call(&app, Method::GET, "/x").await;
    recorded(&app, CALLS, 1).await;
    let id = page(&app, "/api/integrations/up").await["id"].clone();
    assert!(app.delete("/api/integrations/up").as_admin().send().await.status.is_success());
    assert_eq!(app.count("agent_calls"), 0);
    let path = format!("/api/integrations/{}/calls", id.as_str().unwrap());
    app.get(&path).as_admin().send().await.problem(404, "not_found");
    // A call that ends later is not recorded, and does not keep others from being.
    let late = json!([["acme", id, 1, 1, "[]", 1]]);
    let sql = "insert into counted (usage, counters, calls) values ('[]', '[]', ?1)";
    app.database().execute(sql, [late.to_string()]).unwrap();
    assert_eq!(app.count("agent_calls"), 0);
}
