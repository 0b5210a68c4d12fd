//! The Model Context Protocol in both of its versions, message by message.

use serde_json::{Map, Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream};

const MODERN: &str = "2026-07-28";
const LEGACY: &str = "2025-11-25";

/// A message as a client before 2026-07-28 sends it.
pub(crate) async fn legacy(app: &App, message: &Value) -> Answer {
    let call = app.post("/mcp").as_role("AGENT", "acme");
    let call = call.header("accept", "application/json, text/event-stream");
    call.header("mcp-protocol-version", LEGACY).json(message).send().await
}

pub(crate) fn request(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
}

/// A request of the current version, with its headers.
async fn modern(app: &App, method: &str, mut params: Value) -> Answer {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut call = app.post("/mcp").as_role("AGENT", "acme");
    for (name, value) in [("mcp-protocol-version", MODERN), ("mcp-method", method)] {
        call = call.header(name, value);
    }
    if let Some(name) = params["name"].as_str() {
        call = call.header("mcp-name", name);
    }
    call.json(&request(method, params)).send().await
}

/// A tool's result.
pub(crate) async fn tool(app: &App, name: &str, arguments: Value) -> Value {
    let answer = modern(app, "tools/call", json!({"name": name, "arguments": arguments})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["result"].clone()
}

pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn both_ways_of_the_protocol_are_spoken() {
    let app = App::start().await;
    let hello = |version: &str| {
        request(
            "initialize",
            json!({"protocolVersion": version, "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"}}),
        )
    };
    for (asked, spoken) in [
        (LEGACY, LEGACY),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"),
        ("2024-10-07", LEGACY),
        (MODERN, LEGACY),
        ("1.0", LEGACY),
    ] {
        let answer = legacy(&app, &hello(asked)).await;
        let result = &answer.json()["result"];
        assert_eq!(result["protocolVersion"], spoken, "{answer:?}");
        assert_eq!(result["serverInfo"]["name"], "integration-nexus");
        assert!(result["capabilities"]["tools"].is_object() && result["resultType"].is_null());
        assert_eq!(answer.header("mcp-session-id"), "");
    }
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let answer = legacy(&app, &note).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    assert_eq!(legacy(&app, &request("ping", json!({}))).await.json()["result"], json!({}));

    let found = modern(&app, "server/discover", json!({})).await.json();
    let result = &found["result"];
    assert_eq!(result["supportedVersions"][0], MODERN, "{found}");
    assert_eq!((&result["resultType"], &found["id"]), (&json!("complete"), &json!(7)));
    let server = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(server["name"], "integration-nexus", "{found}");
    let names = |answer: &Answer| -> Vec<String> {
        let tools = answer.json()["result"]["tools"].as_array().unwrap().clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    };
    let expected = ["list_integrations", "describe_integration", "call_api"];
    let today = modern(&app, "tools/list", json!({})).await;
    assert_eq!(names(&today), expected);
    assert_eq!(names(&legacy(&app, &request("tools/list", json!({}))).await), expected);
    let tools = today.json()["result"]["tools"].clone();
    assert_eq!(tools[0]["annotations"]["readOnlyHint"], true);
    assert_eq!(tools[2]["annotations"]["destructiveHint"], true);
    for tool in tools.as_array().unwrap() {
        jsonschema::meta::validate(&tool["inputSchema"]).unwrap();
    }
}

/// Each message, with the expected status and JSON-RPC code.
#[tokio::test]
async fn malformed_messages_get_an_error() {
    let app = App::start().await;
    let meta = |version: &str| {
        json!({"io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {}})
    };
    let list = |meta: Value| request("tools/list", json!({ "_meta": meta }));
    let call = json!({"name": "call_api", "arguments": {}, "_meta": meta(MODERN)});
    let version = ("mcp-protocol-version", MODERN);
    let method = ("mcp-method", "tools/list");
    for (headers, body, status, code) in [
        (vec![], "{".to_owned(), 400, -32700),
        (vec![], "[]".to_owned(), 400, -32600),
        (vec![], "7".to_owned(), 400, -32600),
        (vec![], json!({"jsonrpc": "2.0", "id": [], "method": "ping"}).to_string(), 400, -32600),
        (vec![], json!({"method": "ping"}).to_string(), 400, -32600),
        (vec![version], json!({"id": 1, "method": "ping"}).to_string(), 400, -32600),
        (
            vec![version, ("mcp-method", "tools/call"), ("mcp-name", "nothing")],
            request("tools/call", json!({"name": "nothing", "_meta": meta(MODERN)})).to_string(),
            400,
            -32602,
        ),
        (
            vec![("mcp-protocol-version", "1900-01-01")],
            request("ping", json!({})).to_string(),
            400,
            -32022,
        ),
        (vec![version, method], list(meta("1900-01-01")).to_string(), 400, -32022),
        (vec![version, method], list(json!({})).to_string(), 400, -32602),
        (
            vec![version, method],
            list(json!({"io.modelcontextprotocol/protocolVersion": MODERN})).to_string(),
            400,
            -32602,
        ),
        (vec![method], list(meta(MODERN)).to_string(), 400, -32020),
        (
            vec![("mcp-protocol-version", LEGACY), method],
            list(meta(MODERN)).to_string(),
            400,
            -32020,
        ),
        (vec![version], list(meta(MODERN)).to_string(), 400, -32020),
        (vec![version, ("mcp-method", "ping")], list(meta(MODERN)).to_string(), 400, -32020),
        (
            vec![version, ("mcp-method", "tools/call")],
            request("tools/call", call.clone()).to_string(),
            400,
            -32020,
        ),
        (
            vec![version, ("mcp-method", "tools/call"), ("mcp-name", "other")],
            request("tools/call", call.clone()).to_string(),
            400,
            -32020,
        ),
        (
            vec![version, ("mcp-method", "prompts/list")],
            request("prompts/list", json!({"_meta": meta(MODERN)})).to_string(),
            404,
            -32601,
        ),
    ] {
        let mut sent = app.post("/mcp").as_role("AGENT", "acme");
        for (name, value) in &headers {
            sent = sent.header(name, value);
        }
        let answer = sent.body("application/json", body.clone()).send().await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?} {body}: {answer:?}");
        assert_eq!(answer.json()["error"]["code"], code, "{headers:?} {body}: {answer:?}");
    }
    let answer = app.post("/mcp").as_role("AGENT", "acme");
    let answer =
        answer.header("mcp-protocol-version", "1900-01-01").json(&request("ping", json!({})));
    assert_eq!(answer.send().await.json()["error"]["data"]["supported"][0], MODERN);
    // A name that is not plain ASCII is sent in base64. Proxies may repeat a header.
    let sent = app.post("/mcp").as_role("AGENT", "acme").header("mcp-protocol-version", MODERN);
    let sent = sent.header("mcp-protocol-version", MODERN);
    let sent =
        sent.header("mcp-method", "tools/call").header("mcp-name", "=?base64?Y2FsbF9hcGk=?=");
    assert_eq!(sent.json(&request("tools/call", call)).send().await.status, 200);
}

/// Clients of versions before 2026-07-28 lose their session after a 400.
#[tokio::test]
async fn an_error_that_answers_a_request_is_a_200_before_2026() {
    let app = App::start().await;
    let message = |members: Value| {
        let mut message = json!({"jsonrpc": "2.0", "id": 7, "method": "ping"});
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        message
    };
    let call = |params: Value| message(json!({"method": "tools/call", "params": params}));
    for version in [None, Some("2024-11-05"), Some("2025-03-26"), Some("2025-06-18"), Some(LEGACY)]
    {
        for (body, code) in [
            (message(json!({"jsonrpc": "1.0"})), -32600),
            (message(json!({"method": 1})), -32600),
            (message(json!({"params": []})), -32602),
            (message(json!({"method": "resources/list"})), -32601),
            (message(json!({"method": "server/discover"})), -32601),
            (call(json!({"name": "nope", "arguments": {}})), -32602),
            (call(json!({"arguments": {}})), -32602),
            (call(json!({"name": "call_api", "arguments": []})), -32602),
            (call(json!({"name": "call_api", "arguments": "nonsense"})), -32602),
        ] {
            let mut sent = app.post("/mcp").as_role("AGENT", "acme");
            if let Some(version) = version {
                sent = sent.header("mcp-protocol-version", version);
            }
            let answer = sent.json(&body).send().await;
            assert_eq!(answer.status, 200, "{version:?} {body}: {answer:?}");
            let told = answer.json();
            assert_eq!((&told["error"]["code"], &told["id"]), (&json!(code), &json!(7)), "{body}");
        }
    }
    // An unsupported version is a 400 in all versions, and so is a message without a usable `id`.
    for version in ["2024-10-07", "2025-06-18, 2025-11-25", "latest"] {
        let sent =
            app.post("/mcp").as_role("AGENT", "acme").header("mcp-protocol-version", version);
        let answer = sent.json(&request("ping", json!({}))).send().await;
        assert_eq!((answer.status.as_u16(), &answer.json()["id"]), (400, &json!(7)), "{version}");
    }
    // A repeated header with the same version counts as one.
    for values in [&["2025-06-18", "2025-06-18"][..], &["2025-06-18, 2025-06-18"]] {
        let sent = app.post("/mcp").as_role("AGENT", "acme");
        let sent =
            values.iter().fold(sent, |sent, value| sent.header("mcp-protocol-version", value));
        assert_eq!(sent.json(&request("ping", json!({}))).send().await.status, 200, "{values:?}");
    }
    // A handshake belongs to the old version, whatever header a new client adds.
    let hello = request("initialize", json!({"protocolVersion": LEGACY, "capabilities": {}}));
    for version in [MODERN, "2099-01-01"] {
        let sent =
            app.post("/mcp").as_role("AGENT", "acme").header("mcp-protocol-version", version);
        let answer = sent.json(&hello).send().await;
        assert_eq!(answer.json()["result"]["protocolVersion"], LEGACY, "{answer:?}");
    }
}

/// JSON-RPC 2.0, section 6; 2025-03-26, "Sending Messages to the Server"; removed in 2025-06-18.
#[tokio::test]
async fn several_messages_come_as_a_list_where_the_version_has_lists() {
    let app = App::start().await;
    let send = async |body: &Value, version: Option<&str>| {
        let mut sent = app.post("/mcp").as_role("AGENT", "acme");
        if let Some(version) = version {
            sent = sent.header("mcp-protocol-version", version);
        }
        sent.json(body).send().await
    };
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let with = |id: Value, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let all = json!([
        with(json!(1), "ping", json!({})),
        note,
        with(json!("b"), "tools/list", json!({})),
        with(json!(3), "nope", json!({})),
        with(json!(4), "tools/call", json!({"name": "list_integrations"})),
        with(json!(5), "initialize", json!({"protocolVersion": "2025-03-26"})),
        {"jsonrpc": "2.0", "id": 6, "result": {}},
        7,
    ]);
    for version in [None, Some("2025-03-26"), Some("2024-11-05")] {
        let answer = send(&all, version).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let told = answer.json();
        let ids: Vec<&Value> = told.as_array().unwrap().iter().map(|one| &one["id"]).collect();
        let expected = json!([1, "b", 3, 4, 5, null]);
        assert_eq!(ids, expected.as_array().unwrap().iter().collect::<Vec<_>>(), "{told}");
        assert_eq!(told[0]["result"], json!({}));
        assert_eq!(told[1]["result"]["tools"].as_array().unwrap().len(), 3);
        assert_eq!(told[2]["error"]["code"], -32601);
        assert_eq!(told[3]["result"]["isError"], false);
        assert_eq!(
            (&told[4]["error"]["code"], &told[5]["error"]["code"]),
            (&json!(-32600), &json!(-32600))
        );
        let answer = send(&json!([note, note]), version).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
        let many: Vec<_> = (0..51).map(|id| with(json!(id), "ping", json!({}))).collect();
        for refused in [json!([]), json!(many)] {
            let answer = send(&refused, version).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["error"]["code"]),
                (400, &json!(-32600))
            );
        }
    }
    for version in ["2025-06-18", LEGACY, MODERN] {
        let answer = send(&all, Some(version)).await;
        assert_eq!(answer.status, 400, "{version}: {answer:?}");
        assert!(answer.text.contains("ended with 2025-06-18"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_is_the_same_address() {
    let app = App::start().await;
    let ping = request("ping", json!({}));
    let answer = app.post("/mcp/").as_role("AGENT", "acme").json(&ping).send().await;
    assert_eq!((answer.status.as_u16(), &answer.json()["result"]), (200, &json!({})), "{answer:?}");
    let answer = app.post("/mcp/").json(&ping).send().await;
    answer.problem(401, "missing_token");
    assert!(
        answer.header("www-authenticate").contains("/.well-known/oauth-protected-resource/mcp\"")
    );
    app.get("/mcp/").as_role("AGENT", "acme").send().await.problem(405, "method_not_allowed");
    let shown = app.get("/.well-known/oauth-protected-resource/mcp/").send().await.json();
    assert_eq!(shown["resource"], "http://127.0.0.1:1/mcp");
}

#[tokio::test]
async fn tokens_and_origins_that_mcp_accepts() {
    let app = App::start().await;
    let ping = request("ping", json!({}));
    let answer = app.post("/mcp").json(&ping).send().await;
    answer.problem(401, "missing_token");
    let document = "http://127.0.0.1:1/.well-known/oauth-protected-resource/mcp";
    let expected = format!("Bearer resource_metadata=\"{document}\"");
    assert_eq!(answer.header("www-authenticate"), expected);
    let answer = app.post("/mcp").bearer("x.y.z").json(&ping).send().await;
    assert!(answer.header("www-authenticate").contains("invalid_token"), "{answer:?}");
    app.post("/mcp").as_role("VIEWER", "acme").json(&ping).send().await.problem(403, "forbidden");
    for method in ["GET", "DELETE", "PUT"] {
        let call = app.call(method.parse().unwrap(), "/mcp").as_role("AGENT", "acme");
        let answer = call.send().await;
        assert_eq!(answer.header("allow"), "POST");
        answer.problem(405, "method_not_allowed");
    }
    for (origin, status) in [
        ("http://127.0.0.1:1", 200),
        ("http://127.0.0.1:2", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let call = app.post("/mcp").as_role("AGENT", "acme").header("origin", origin);
        let answer = call.json(&ping).send().await;
        assert_eq!(answer.status.as_u16(), status, "{origin}: {answer:?}");
    }
    for (path, resource) in [
        ("/.well-known/oauth-protected-resource", "http://127.0.0.1:1"),
        ("/.well-known/oauth-protected-resource/mcp", "http://127.0.0.1:1/mcp"),
    ] {
        let shown = app.get(path).send().await.json();
        assert_eq!(shown["resource"], resource);
        assert_eq!(shown["authorization_servers"], json!(["http://127.0.0.1:1"]));
        assert_eq!(shown["bearer_methods_supported"], json!(["header"]));
    }
    let other = app.get("/.well-known/oauth-protected-resource/other").send().await;
    other.problem(404, "not_found");
}

#[tokio::test]
async fn a_model_finds_reads_and_calls() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["docs_url"] = json!("https://docs.example.com/api");
    manifest["description"] = json!("Things and other things.");
    manifest["api"]["headers"] = json!({"Acme-Version": "2026-01-01"});
    manifest["api"]["deny"] = json!([{"method": "POST", "path": "/keys", "why": "Mints a key"}]);
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY},
        "policy": {"rules": [{"effect": "allow", "methods": ["GET", "POST"], "path": "/v1/**"}]}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();

    let listed = tool(&app, "list_integrations", json!({})).await;
    assert_eq!(listed["structuredContent"]["integrations"][0]["slug"], "up", "{listed}");
    assert!(text(&listed).contains("- up (custom-up): Up"), "{listed}");
    let described = tool(&app, "describe_integration", json!({"integration": "up"})).await;
    for part in [
        "Things and other things.",
        &format!("http://{}/base", upstream.host),
        "https://docs.example.com/api",
        "Acme-Version: 2026-01-01",
        "POST /keys (Mints a key)",
        "only these calls are allowed: GET,POST /v1/**",
        "/api/proxy/up",
    ] {
        assert!(text(&described).contains(part), "{part}: {}", text(&described));
    }
    upstream.answer(|_| {
        Reply::new(
            200,
            "content-type: application/json\r\nx-ratelimit-remaining: 3\r\nset-cookie: a=b\r\n",
            r#"{"ok":true}"#,
        )
    });
    let arguments = json!({"integration": "up", "method": "post", "path": "/v1/b\u{fc}cher x",
        "query": {"a": "1 2", "n": 3, "list": ["x", "y"]}, "headers": {"X-Keep": "1"},
        "body": {"text": "hello"}});
    let called = tool(&app, "call_api", arguments).await;
    assert_eq!(called["isError"], false, "{called}");
    assert_eq!(called["structuredContent"]["body"], json!({"ok": true}));
    assert_eq!(called["structuredContent"]["headers"]["x-ratelimit-remaining"], "3");
    assert!(text(&called).starts_with("HTTP 200\n"), "{called}");
    let seen = upstream.one();
    assert_eq!(seen.target(), "/base/v1/b%C3%BCcher%20x?a=1+2&list=x&list=y&n=3");
    assert_eq!((seen.all("x-keep"), seen.all("acme-version")), (vec!["1"], vec!["2026-01-01"]));
    assert_eq!(seen.all("content-type"), ["application/json"]);
    assert_eq!(seen.body, br#"{"text":"hello"}"#);
    assert_eq!(seen.all("authorization"), [format!("Bearer {KEY}")]);
    let form = json!({"integration": "up", "method": "POST", "path": "/v1/x", "form": {"a[b]": "c d", "n": 1}});
    tool(&app, "call_api", form).await;
    let seen = upstream.one();
    assert_eq!(seen.all("content-type"), ["application/x-www-form-urlencoded"]);
    assert_eq!(seen.body, b"a%5Bb%5D=c+d&n=1");
}

#[tokio::test]
async fn tool_errors_tell_a_model_what_to_do() {
    let (app, upstream) = Upstream::connected().await;
    for (arguments, part) in [
        (json!({}), "integration"),
        (json!({"integration": "up"}), "path"),
        (json!({"integration": "up", "path": "x"}), "must start with `/`"),
        (json!({"integration": "up", "path": "/x?y=1"}), "go into `query`"),
        (json!({"integration": "up", "path": "/x", "method": "FETCH"}), "must be one of GET"),
        (json!({"integration": "up", "path": "/x", "query": "a=b"}), "must be a list of"),
        (json!({"integration": "up", "path": "/x", "query": {"a": {}}}), "query/a"),
        (json!({"integration": "up", "path": "/x", "headers": {"a b": "c"}}), "headers/a b"),
        (
            json!({"integration": "up", "path": "/x", "body": "a", "form": {"b": 1}}),
            "in place of `body`",
        ),
        (json!({"integration": null, "path": "/x"}), "integration: is required"),
        (json!({"integration": "up", "path": {}}), "must be a string"),
        (json!({"integration": "up", "path": "/../x"}), "decodes to a `.` or `..`"),
        (
            json!({"integration": "up", "path": "/x", "host": "evil.example"}),
            "not a host of the manifest",
        ),
        (json!({"integration": "nobody", "path": "/x"}), "there is no integration"),
    ] {
        let result = tool(&app, "call_api", arguments.clone()).await;
        assert_eq!(result["isError"], true, "{arguments}: {result}");
        assert!(text(&result).contains(part), "{arguments}: {result}");
    }
    assert!(upstream.seen().is_empty());
    let none = tool(&app, "describe_integration", json!({"integration": "nobody"})).await;
    assert!(text(&none).contains("list_integrations"), "{none}");
    upstream.answer(|_| Reply::json(422, &json!({"message": "amount is missing"})));
    let result = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
    assert_eq!(
        (&result["isError"], &result["structuredContent"]["status"]),
        (&json!(true), &json!(422))
    );
    assert!(text(&result).contains("amount is missing"));
    // The credential is masked here as in the proxy.
    upstream.answer(|_| Reply::json(200, &json!({ "echo": KEY })));
    let result = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
    assert!(!result.to_string().contains(KEY), "{result}");
    // A body that is too large is cut, and the result says how to get the rest.
    upstream.answer(|_| Reply::new(200, "content-type: text/plain\r\n", "\u{fc}".repeat(100_000)));
    let result = tool(&app, "call_api", json!({"integration": "up", "path": "/big"})).await;
    assert_eq!(result["structuredContent"]["truncated"], true);
    let text_of_it = text(&result);
    assert!(text_of_it.len() < 70_000 && text_of_it.contains("/api/proxy/up/big"));
    // Both ends of the text say so. A client may show a model only the beginning, and a model may read only
    // the end.
    let beginning: String = text_of_it.chars().take(400).collect();
    assert!(beginning.contains("cut off after 65536 bytes"), "{text_of_it}");
    assert!(text_of_it.ends_with("[the body is cut off here]"));
    upstream.answer(|_| Reply::new(200, "content-type: image/png\r\n", [0x89, 0x50, 0xff, 0x00]));
    let result = tool(&app, "call_api", json!({"integration": "up", "path": "/image"})).await;
    assert!(text(&result).contains("4 bytes that are not text"), "{result}");
    let many: Map<String, Value> = (0..30_000).map(|n| (format!("x-{n}"), "".into())).collect();
    let arguments = json!({"integration": "up", "path": "/x", "headers": many});
    let result = tool(&app, "call_api", arguments).await;
    assert!(text(&result).contains("headers: are too many"), "{result}");
    // A token of this application is never sent to the provider, wherever a model puts it. Headers that our
    // components send each other are not sent either.
    let token = token::of("AGENT", "acme");
    let arguments = json!({"integration": "up", "path": "/x",
        "headers": {"authorization": format!("Bearer {token}"), "cookie": "a=b",
            "x-nexus-agent": "ADMIN authorization x", "spin-path-info": "/y"}});
    upstream.forget();
    tool(&app, "call_api", arguments).await;
    let seen = upstream.one();
    assert!(!format!("{seen:?}").contains("nexus-agent"), "{seen:?}");
    assert!(!format!("{seen:?}").contains("spin-path"), "{seen:?}");
    assert_eq!(seen.all("authorization"), [format!("Bearer {KEY}")]);
    assert!(!format!("{seen:?}").contains(&token));
    let body = json!({"status": "inactive"});
    app.put("/api/integrations/up").as_admin().json(&body).send().await;
    let result = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
    assert!(text(&result).starts_with("integration_inactive: "), "{result}");
    assert!(text(&result).contains("#/integrations/"), "{result}");
    let none = tool(&app, "list_integrations", json!({})).await;
    assert!(text(&none).contains("ADMIN or MANAGER"), "{none}");
}
