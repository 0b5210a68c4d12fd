//! The tools of MCP: schemas that every reader accepts, and arguments as models send them.

use serde_json::{Value, json};

use crate::agents::mcp::{legacy, request, text, tool};
use crate::kit::app::App;
use crate::kit::upstream::Upstream;

/// All schemas inside a schema, with their positions.
fn schemas<'a>(schema: &'a Value, at: &str, all: &mut Vec<(String, &'a Value)>) {
    all.push((at.to_owned(), schema));
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        schemas(inner, &format!("{at}/{name}"), all);
    }
    if !schema["items"].is_null() {
        schemas(&schema["items"], &format!("{at}[]"), all);
    }
}

/// The features that the narrowest readers of schemas accept: Gemini's API, OpenAI's, VS Code. `sdk.rs` asks
/// their own converters.
#[tokio::test]
async fn schemas_are_what_every_reader_takes() {
    let app = App::start().await;
    let listed = legacy(&app, &request("tools/list", json!({}))).await.json();
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let mut all = Vec::new();
        schemas(&tool["inputSchema"], tool["name"].as_str().unwrap(), &mut all);
        assert!(all.len() > 1, "{tool}");
        for (at, schema) in all {
            let members: Vec<&str> =
                schema.as_object().unwrap().keys().map(String::as_str).collect();
            let known = ["type", "description", "enum", "items", "properties", "required"];
            assert!(members.iter().all(|member| known.contains(member)), "{at}: {members:?}");
            match schema["type"].as_str().unwrap_or_else(|| panic!("{at}: not one type")) {
                "object" => {
                    let properties = schema["properties"].as_object().unwrap();
                    assert!(!properties.is_empty(), "{at}");
                    let required = schema["required"].as_array().cloned().unwrap_or_default();
                    let is_there = |name: &Value| properties.contains_key(name.as_str().unwrap());
                    assert!(required.iter().all(is_there), "{at}");
                }
                "array" => assert!(schema["items"].is_object(), "{at}"),
                "string" | "integer" => {}
                other => panic!("{at}: {other}"),
            }
            assert!(schema["enum"].is_null() || schema["type"] == "string", "{at}");
        }
        assert!(tool["description"].as_str().unwrap().len() <= 1024);
    }
}

/// Arguments that a client adds, omits or writes in another way, and the call that results.
#[tokio::test]
async fn arguments_are_read_as_models_send_them() {
    let (app, upstream) = Upstream::connected().await;
    let plain = json!({"integration": "up", "path": "/v1/x"});
    let with = |members: Value| {
        let mut arguments = plain.clone();
        arguments.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        arguments
    };
    let names = ["method", "query", "headers", "body", "form", "host"];
    let all = |value: Value| names.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
    let pairs = |value: &Value| json!([{"name": "a", "value": value}, {"name": "b", "value": "2"}]);
    for (arguments, target) in [
        (plain.clone(), "/base/v1/x"),
        (json!(plain.to_string()), "/base/v1/x"),
        (with(Value::Object(all(Value::Null))), "/base/v1/x"),
        (with(Value::Object(all(json!("")))), "/base/v1/x"),
        (with(json!({"query": {}, "headers": [], "form": []})), "/base/v1/x"),
        (with(json!({"query": {"a": 1, "b": "2"}})), "/base/v1/x?a=1&b=2"),
        (with(json!({"query": {"a": 1, "b": "2", "c": null}})), "/base/v1/x?a=1&b=2"),
        (with(json!({"query": "{\"a\": 1, \"b\": [\"2\", null]}"})), "/base/v1/x?a=1&b=2"),
        (with(json!({"query": pairs(&json!(1))})), "/base/v1/x?a=1&b=2"),
        (with(json!({"query": pairs(&json!("1")).to_string()})), "/base/v1/x?a=1&b=2"),
        (with(json!({"query": [{"a": "1"}, {"b": 2}]})), "/base/v1/x?a=1&b=2"),
        (
            with(json!({"query": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]})),
            "/base/v1/x?a=1&a=2",
        ),
    ] {
        upstream.forget();
        let called = tool(&app, "call_api", arguments.clone()).await;
        assert_eq!(called["isError"], false, "{arguments}: {called}");
        let seen = upstream.one();
        assert_eq!(
            (seen.method(), seen.target(), seen.body.len()),
            ("GET", target, 0),
            "{arguments}"
        );
    }
    const JSON: &str = "application/json";
    const TEXT: &str = "text/plain; charset=utf-8";
    const FORM: &str = "application/x-www-form-urlencoded";
    let form = json!({"Content-Type": FORM});
    for (members, kind, body) in [
        (json!({"body": {"a": 1}}), JSON, r#"{"a":1}"#),
        (json!({"body": [1]}), JSON, "[1]"),
        (json!({"body": 7}), JSON, "7"),
        // A text stays as it is, because a signature or an exact number may be in it.
        (json!({"body": "{ \"a\": 1.10 }"}), JSON, r#"{ "a": 1.10 }"#),
        (json!({"body": "\n[1, 2]"}), JSON, "\n[1, 2]"),
        (json!({"body": "{not json}"}), TEXT, "{not json}"),
        (json!({"body": "12"}), TEXT, "12"),
        (
            json!({"body": "{\"a\": 1}", "headers": {"content-type": "text/x"}}),
            "text/x",
            "{\"a\": 1}",
        ),
        (json!({"body": "a=b", "headers": form}), FORM, "a=b"),
        (json!({"body": {"a": "b c"}, "headers": form}), FORM, "a=b+c"),
        (json!({"form": {"a": "b c"}, "body": null}), FORM, "a=b+c"),
        (json!({"form": "{\"a\": \"b c\"}", "body": ""}), FORM, "a=b+c"),
        (json!({"form": [{"name": "a", "value": "b c"}]}), FORM, "a=b+c"),
        (json!({"body": "x", "form": {}}), TEXT, "x"),
    ] {
        upstream.forget();
        let mut arguments = with(members);
        arguments["method"] = json!("POST");
        let called = tool(&app, "call_api", arguments.clone()).await;
        assert_eq!(called["isError"], false, "{arguments}: {called}");
        let seen = upstream.one();
        assert_eq!(seen.all("content-type"), [kind], "{arguments}");
        assert_eq!(String::from_utf8_lossy(&seen.body), body, "{arguments}");
    }
    // A number may be sent as text.
    for limit in [json!("1"), json!(1), json!(1.0), json!("1.0"), json!(null), json!("")] {
        let listed = tool(&app, "list_integrations", json!({"limit": limit, "cursor": null})).await;
        assert_eq!(listed["isError"], false, "{limit}: {listed}");
    }
    for limit in [json!("0"), json!("many"), json!(1.5), json!({})] {
        let listed = tool(&app, "list_integrations", json!({ "limit": limit })).await;
        assert!(listed["isError"] == true && text(&listed).contains("limit"), "{limit}: {listed}");
    }
    // An unknown argument is named in the result. It is not rejected, and is sent nowhere.
    let more = json!({"toolCallId": "call_1", "sessionId": "s", "action": "sendMessage"});
    for (name, arguments) in [
        ("list_integrations", json!({})),
        ("describe_integration", json!({"integration": "up"})),
        ("call_api", plain.clone()),
    ] {
        let mut arguments = arguments;
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        upstream.forget();
        let called = tool(&app, name, arguments).await;
        assert_eq!(called["isError"], false, "{called}");
        assert!(
            text(&called).contains("ignored") && text(&called).contains("\"toolCallId\""),
            "{called}"
        );
        assert!(!text(&called).contains("sendMessage"), "{called}");
        assert!(upstream.seen().iter().all(|seen| !format!("{seen:?}").contains("call_1")));
    }
}

#[tokio::test]
async fn headers_that_come_more_than_once_are_all_there() {
    let (app, upstream) = Upstream::connected().await;
    upstream.always(
        200,
        "link: <https://a.example>; rel=a\r\nlink: <https://b.example>; rel=b\r\nx-total: 1\r\n",
        "ok",
    );
    let headers = json!([{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}, {"name": "X-B", "value": 3}]);
    for headers in
        [headers, json!({"X-A": ["1", "2"], "X-B": "3"}), json!({"X-A": "1", "x-a": "2", "X-B": 3})]
    {
        upstream.forget();
        let arguments = json!({"integration": "up", "path": "/x", "headers": headers});
        let called = tool(&app, "call_api", arguments).await;
        let seen = upstream.one();
        assert_eq!((seen.all("x-a"), seen.all("x-b")), (vec!["1", "2"], vec!["3"]), "{headers}");
        let link = &called["structuredContent"]["headers"]["link"];
        assert_eq!(link, "<https://a.example>; rel=a, <https://b.example>; rel=b", "{called}");
        assert!(text(&called).contains("rel=a, <https://b.example>"), "{called}");
    }
}
