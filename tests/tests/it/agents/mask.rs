//! A provider echoes the credential in many forms. These tests check what arrives through the proxy and
//! through MCP, which decodes JSON.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::agents::proxy::{get, open};
use crate::kit::app::App;
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream, raw_get, status};

/// A key with every character that some serialiser escapes.
const ODD: &str = r#"key_Zm9v+/9x&aQ==<b>'c'"d"\e%41;z"#;

/// An application with a provider whose key is `key`. `changes` are changes to its manifest.
async fn connected(key: &str, changes: Value) -> (App, Upstream) {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    app.save(&upstream.manifest(changes)).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": key}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    upstream.forget();
    (app, upstream)
}

/// The bytes of a call's response.
async fn bytes(app: &App, path: &str) -> Vec<u8> {
    let request = reqwest::Client::new().get(format!("{}/api/proxy/up{path}", app.url));
    let answer = request.bearer_auth(token::of("AGENT", "acme")).send().await.unwrap();
    answer.bytes().await.unwrap().to_vec()
}

/// The result of `call_api`.
async fn call_api(app: &App) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params":
        {"name": "call_api", "arguments": {"integration": "up", "path": "/x"}}});
    let call = app.post("/mcp").as_role("AGENT", "acme");
    let call = call.header("accept", "application/json, text/event-stream");
    let answer = call.header("mcp-protocol-version", "2025-11-25").json(&message).send().await;
    answer.json()["result"].clone()
}

/// All strings inside a value, names of members included.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| [vec![name.clone()], strings(value)].concat())
            .collect(),
        _ => vec![],
    }
}

/// Whether `text` contains any eight consecutive characters of `key`.
fn shows(text: &str, key: &str) -> bool {
    key.as_bytes().windows(8).any(|part| text.as_bytes().windows(8).any(|found| found == part))
}

fn each(key: &str, form: impl Fn(char) -> String) -> String {
    key.chars().map(form).collect()
}

/// The key as different serialisers write it: the name of the form, and the text between the quotes in JSON.
fn dresses(key: &str) -> Vec<(&'static str, String)> {
    let json = json!(key).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let escape = |set: &str, text: &str| {
        each(text, |c| if set.contains(c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() })
    };
    let html = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
    };
    let percent = |text: &str| {
        each(text, |c| match c.is_ascii_alphanumeric() {
            true => c.into(),
            false => format!("%{:02X}", u32::from(c)),
        })
    };
    let hex = each(key, |c| format!("{:02x}", u32::from(c)));
    vec![
        ("Go", escape("<>&", &json)),
        (".NET", escape("<>&'+\"", &json.replace("\\\"", "\""))),
        ("Gson", escape("<>&'=", &json)),
        ("PHP", json.replace('/', "\\/")),
        ("everything", each(key, |c| format!("\\u{:04X}", u32::from(c)))),
        ("JSON in JSON", json.replace('\\', "\\\\").replace("\\\"", "\\\\\"")),
        ("HTML", html(&json)),
        ("HTML by Go", escape("<>&", &html(&json))),
        ("HTML by numbers", each(key, |c| format!("&#{};", u32::from(c)))),
        ("HTML by hexadecimal numbers", each(key, |c| format!("&#x{:X};", u32::from(c)))),
        ("percent", percent(key)),
        ("percent twice", percent(&percent(key))),
        (
            "percent in lower case",
            each(key, |c| match c.is_ascii_alphanumeric() {
                true => c.into(),
                false => format!("%{:02x}", u32::from(c)),
            }),
        ),
        ("hex", hex.clone()),
        ("upper hex", hex.to_uppercase()),
    ]
}

#[tokio::test]
async fn however_a_key_is_written_it_does_not_arrive() {
    for key in [KEY, ODD] {
        let (app, upstream) = connected(key, json!({})).await;
        for (writer, dress) in dresses(key) {
            let body = format!("{{\"echo\":\"{dress}\",\"more\":\"text\"}}");
            let sent = body.clone();
            let header = "content-type: application/json\r\n";
            upstream.answer(move |_| Reply::new(200, header, &sent));
            let arrived = get(&app, "/x").await.text;
            assert_eq!(arrived, body.replace(&dress, &"*".repeat(dress.len())), "{writer}");
            // MCP decodes the body once more for the model.
            let result = call_api(&app).await;
            assert!(strings(&result).iter().all(|text| !shows(text, key)), "{writer}: {result}");
            assert_eq!(result["structuredContent"]["body"]["more"], "text", "{writer}: {result}");
            if !dress.contains('\\') {
                let header = format!("location: https://x.example/?key={dress}&x=1\r\n");
                upstream.answer(move |_| Reply::new(302, &header, ""));
                let answer = raw_get(&app, "/api/proxy/up/x", "").await;
                let hidden = format!("?key={}&x=1", "*".repeat(dress.len()));
                assert!(answer.contains(&hidden), "{writer}: {answer}");
            }
        }
    }
}

/// Debug endpoints show a header of the request, or the whole request.
#[tokio::test]
async fn a_key_within_base64_of_something_does_not_arrive() {
    let (app, upstream) = connected(KEY, json!({})).await;
    for before in ["", "Bearer ", "user:", "GET / HTTP/1.1\r\nauthorization: Bearer "] {
        let plain = format!("{before}{KEY}\r\n");
        for dress in [
            STANDARD.encode(&plain),
            URL_SAFE_NO_PAD.encode(&plain),
            STANDARD.encode(&plain).replace('/', "\\/"),
        ] {
            let body = format!("{{\"echo\":\"{dress}\"}}");
            let header = format!("content-type: application/json\r\nx-echo: {dress}\r\n");
            upstream.answer(move |_| Reply::new(200, &header, &body));
            let answer = get(&app, "/x").await;
            let body = answer.json()["echo"].as_str().unwrap().to_owned();
            for left in [body.as_str(), answer.header("x-echo")] {
                assert!(left.contains(&"*".repeat(KEY.len())), "{plain:?}: {left}");
                // Decodes the rest as if the stars were letters.
                let left = left.replace(['*', '='], "A").replace('-', "+").replace('_', "/");
                let whole = &left[..left.len() / 4 * 4];
                let decoded = STANDARD.decode(whole.replace('\\', "")).unwrap_or_default();
                assert!(!shows(&String::from_utf8_lossy(&decoded), KEY), "{plain:?}: {left}");
            }
        }
    }
}

/// The content type does not matter, except that binary content passes unchanged.
#[tokio::test]
async fn every_type_is_looked_into_but_binary_ones() {
    let (app, upstream) = connected(KEY, json!({})).await;
    let masked = "*".repeat(KEY.len());
    for kind in [
        "application/octet-stream",
        "application/x-unheard-of",
        "application/x-protobuf",
        "application/x-tar",
        "image/svg+xml",
        "text/plain; charset=utf-16",
        "text/plain; charset=iso-8859-1",
        "*/*",
        "",
    ] {
        let header = format!("content-type: {kind}\r\n");
        let body = [b"\x00\xff\x08", KEY.as_bytes(), b"\xfe\x01"].concat();
        upstream.answer(move |_| Reply::new(200, &header, &body));
        let expected = [b"\x00\xff\x08", masked.as_bytes(), b"\xfe\x01"].concat();
        assert_eq!(bytes(&app, "/x").await, expected, "{kind}");
    }
    for (big, mark) in [(false, "\u{feff}"), (true, "\u{feff}"), (false, ""), (true, "")] {
        let utf16 = |text: &str| -> Vec<u8> {
            let units = text.encode_utf16();
            units
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        let body = utf16(&format!("{mark}{{\"echo\":\"{KEY}\",\"x\":\"\u{4e2d}\"}}"));
        let header = "content-type: application/json; charset=utf-16\r\n";
        upstream.answer(move |_| Reply::new(200, header, &body));
        let expected = utf16(&format!("{mark}{{\"echo\":\"{masked}\",\"x\":\"\u{4e2d}\"}}"));
        assert_eq!(bytes(&app, "/x").await, expected, "big: {big}");
    }
    let image = [b"\x89PNG\r\n", KEY.as_bytes()].concat();
    let sent = image.clone();
    upstream.answer(move |_| Reply::new(200, "content-type: image/png\r\n", &sent));
    assert_eq!(bytes(&app, "/x").await, image, "SECURITY.md says that these are not looked into");
}

/// The key arrives byte by byte, and in two parts with many positions of the cut.
#[tokio::test]
async fn a_key_is_masked_wherever_chunks_cut_its_spelling() {
    let (app, upstream) = connected(ODD, json!({})).await;
    let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    for (_, dress) in dresses(ODD).into_iter().step_by(3) {
        let event = format!("data: {{\"echo\":\"{dress}\"}}\n\n");
        let expected = event.replace(&dress, &"*".repeat(dress.len()));
        for size in [1, 5, event.len() / 2] {
            let (sender, receiver) = unbounded_channel();
            let receiver = std::sync::Mutex::new(Some(receiver));
            upstream.answer(move |_| {
                Reply::Stream(head.into(), receiver.lock().unwrap().take().unwrap())
            });
            let stream = open(&app, "/api/proxy/up/events").await;
            for piece in event.as_bytes().chunks(size) {
                sender.send(piece.to_vec()).unwrap();
            }
            drop(sender);
            assert_eq!(stream.rest().await, expected, "{size} bytes at once");
        }
    }
}

/// A client cannot request a part of a response, because it could read a key piece by piece.
#[tokio::test]
async fn a_range_does_not_go_up_unless_the_manifest_has_ranges() {
    let (app, upstream) = connected(KEY, json!({})).await;
    let ask = async |app: &App, headers: &str| raw_get(app, "/api/proxy/up/x", headers).await;
    for range in ["bytes=0-3", "bytes=0-999999", "bytes=5-", "bytes=-5"] {
        let answer = ask(&app, &format!("range: {range}\r\nif-range: \"x\"\r\n")).await;
        assert_eq!(status(&answer), 200, "{answer}");
        let seen = upstream.one();
        assert!(seen.all("range").is_empty() && seen.all("if-range").is_empty(), "{seen:?}");
    }
    // A provider may send a part without a request for one. Its ends show no piece of the key.
    for (start, end) in [(0, 12), (6, 20), (10, 40), (0, 33)] {
        let body = format!("{{\"a\":\"{KEY}\"}}")[start..end.min(KEY.len() + 8)].to_owned();
        upstream.answer(move |_| {
            Reply::new(206, "content-type: text/plain\r\ncontent-range: bytes 0-1/9\r\n", &body)
        });
        let answer = get(&app, "/x").await;
        let windows: Vec<&str> = (0..KEY.len() - 5).map(|at| &KEY[at..at + 6]).collect();
        assert!(windows.iter().all(|part| !answer.text.contains(part)), "{start}: {answer:?}");
    }
    let api = json!({"base_url": format!("http://{}/base", upstream.host),
        "hosts": [upstream.host], "ranges": true});
    let (app, other) = connected(KEY, json!({})).await;
    let manifest = upstream.manifest(json!({"/id": "custom-ranges", "/api": api}));
    app.save(&manifest).await;
    let body =
        json!({"manifest_id": "custom-ranges", "name": "Parts", "credentials": {"key": KEY}});
    upstream.answer(|_| Reply::json(200, &json!({"id": "acct_1"})));
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    upstream.forget();
    for (range, arrives) in [
        ("bytes=0-104857599", true),
        ("bytes=1048576-", true),
        ("bytes=-1048576", true),
        ("bytes=0-4", false),
        ("bytes=-4", false),
        ("bytes=0-1048575,1048576-1048580", false),
    ] {
        let headers = format!("range: {range}\r\nif-range: \"x\"\r\n");
        let answer = raw_get(&app, "/api/proxy/parts/x", &headers).await;
        assert_eq!(status(&answer), 200, "{answer}");
        let seen = upstream.one();
        let (expected, tag) = if arrives { (vec![range], vec!["\"x\""]) } else { (vec![], vec![]) };
        assert_eq!((seen.all("range"), seen.all("if-range")), (expected, tag), "{range}");
    }
    assert!(other.seen().is_empty());
}

/// The proxy requests an uncompressed response. If the provider still sends gzip or deflate, the proxy
/// decodes and masks it.
#[tokio::test]
async fn a_compressed_echo_is_undone_and_masked() {
    let (app, upstream) = connected(KEY, json!({})).await;
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let zlib = |bytes: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let small = format!("{{\"echo\":\"{KEY}\"}}").into_bytes();
    let large: Vec<u8> = std::iter::repeat_n(small.clone(), 40_000).flatten().collect();
    let expected = |plain: &[u8]| {
        String::from_utf8_lossy(plain).replace(KEY, &"*".repeat(KEY.len())).into_bytes()
    };
    for plain in [&small, &large] {
        for (coding, coded) in [
            ("gzip", gzip(plain)),
            ("X-GZip", gzip(plain)),
            ("identity, gzip", gzip(plain)),
            ("deflate", zlib(plain)),
            // Two gzip members form one body.
            ("gzip", [gzip(&plain[..9]), gzip(&plain[9..])].concat()),
        ] {
            let header = format!(
                "content-type: application/json\r\ncontent-encoding: {coding}\r\netag: \"e\"\r\n"
            );
            upstream.answer(move |_| Reply::new(200, &header, &coded));
            let request = reqwest::Client::new().get(format!("{}/api/proxy/up/x", app.url));
            let request = request.header("accept-encoding", "gzip, br");
            let answer = request.bearer_auth(token::of("AGENT", "acme")).send().await.unwrap();
            assert_eq!(answer.headers().get("content-encoding"), None, "{coding}");
            assert_eq!(answer.headers()["etag"], "\"e\"");
            assert!(answer.bytes().await.unwrap() == expected(plain), "{coding}");
            assert_eq!(upstream.one().all("accept-encoding"), ["identity"]);
        }
    }
    // A body that is malformed or cut off does not look whole.
    let coded = gzip(&large);
    let middle = coded.len() / 2;
    let broken = [&coded[..middle], &[0xff; 64], &coded[middle + 64..]].concat();
    let call = || app.get("/api/proxy/up/x").as_role("AGENT", "acme");
    for coded in [coded[..middle].to_vec(), broken] {
        upstream.answer(move |_| Reply::new(200, "content-encoding: gzip\r\n", &coded));
        assert!(call().try_send().await.is_err());
    }
    // If nothing was passed on yet, the response is an error.
    upstream.always(200, "content-encoding: gzip\r\n", "no gzip at all");
    call().send().await.problem(502, "provider_error");
    // Other codings pass unchanged, as SECURITY.md says.
    let sent = small.clone();
    upstream.answer(move |_| Reply::new(200, "content-encoding: br\r\n", &sent));
    assert_eq!(bytes(&app, "/x").await, small);
}

/// A password that may be a word or a number. The JSON stays valid.
#[tokio::test]
async fn a_short_password_is_masked_where_it_is_a_whole_value() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let manifest = upstream.manifest(json!({
        "/auth_method": "basic",
        "/credentials": [
            {"name": "username", "label": "User", "secret": false},
            {"name": "password", "label": "Password", "secret": true}],
        "/inject": [{"in": "basic", "username": "{username}", "password": "{password}"}]}));
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up",
        "credentials": {"username": "somebody", "password": "123456"}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let basic = STANDARD.encode("somebody:123456");
    let sent = format!(
        r#"{{"total":123456,"page":[1,123456],"password":"123456","escaped":"1\u00323456",
        "123456":1,"order":"A-123456-B","basic":"{basic}","pair":"somebody:123456"}}"#
    );
    upstream.answer(move |_| {
        let header = "content-type: application/json\r\nx-password: 123456\r\nx-total: 1234567\r\n";
        Reply::new(200, header, &sent)
    });
    let answer = get(&app, "/x").await;
    assert_eq!((answer.header("x-password"), answer.header("x-total")), ("******", "1234567"));
    let expected = json!({"total": 123456, "page": [1, 123456], "password": "******",
        "escaped": "*".repeat(11), "123456": 1, "order": "A-123456-B",
        "basic": "*".repeat(basic.len()), "pair": "*".repeat(15)});
    assert_eq!(answer.json(), expected);
    let result = call_api(&app).await;
    assert_eq!(result["structuredContent"]["body"]["total"], 123456, "{result}");
    assert_eq!(result["structuredContent"]["body"]["password"], "******", "{result}");
}
