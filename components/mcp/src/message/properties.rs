//! Property tests with changed messages, and with headers that match or do not. Each message must be read,
//! ignored or rejected as JSON-RPC 2.0 says, and nothing may panic.

use http::{HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

const VERSION_AT: &str = "/params/_meta/io.modelcontextprotocol~1protocolVersion";

const METHODS: [&str; 6] = [
    "initialize",
    "tools/call",
    "tools/list",
    "notifications/initialized",
    "server/discover",
    "\u{fc}\n",
];

fn versions() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => select(&VERSIONS[..]).prop_map(Value::from),
        1 => select(&["", "2024-10-07", "9999-01-01", "2026-07-28 "][..]).prop_map(Value::from),
        1 => Just(Value::from(3)),
    ]
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"_meta": []})),
        Just(json!({"_meta": {VERSION: MODERN}})),
    ]
}

/// A well-formed request of either variant of the protocol.
fn request() -> impl Strategy<Value = Value> {
    let id = prop_oneof![any::<i64>().prop_map(Value::from), "[a-z]{0,5}".prop_map(Value::from)];
    (id, select(&METHODS[..]), versions(), any::<bool>()).prop_map(
        |(id, method, version, is_modern)| {
            let mut params =
                json!({"name": "call_api", "protocolVersion": version, "arguments": {}});
            if is_modern {
                params["_meta"] = json!({VERSION: version, CAPABILITIES: {}});
            }
            json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        },
    )
}

/// A request with a few members changed, a batch of requests, or any other JSON.
fn message() -> impl Strategy<Value = Value> {
    let members = select(&["jsonrpc", "id", "method", "params", "result", "error", "x"][..]);
    let changes = vec((members, prop_oneof![1 => Just(None), 3 => odd().prop_map(Some)]), 0..3);
    let changed = (request(), changes).prop_map(|(mut request, changes)| {
        for (name, value) in changes {
            let members = request.as_object_mut().unwrap();
            match value {
                None => drop(members.remove(name)),
                Some(value) => drop(members.insert(name.to_owned(), value)),
            }
        }
        request
    });
    prop_oneof![8 => changed, 1 => odd(), 1 => vec(request(), 0..3).prop_map(Value::from)]
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = select(&["mcp-protocol-version", "mcp-method", "mcp-name"][..]);
    let value = prop_oneof![
        3 => select(&VERSIONS[..]).prop_map(|text| text.as_bytes().to_vec()),
        3 => select(&METHODS[..]).prop_map(|text| text.as_bytes().to_vec()),
        2 => select(&["call_api", "=?base64?Y2FsbF9hcGk=?=", "=?base64??=", "=?base64?%%?=", "=?base64?="][..])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..20),
    ];
    vec((name, value), 0..5).prop_map(|all| {
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        headers
    })
}

/// Headers that match the body.
fn own_headers(message: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let all = [
        ("mcp-protocol-version", message.pointer(VERSION_AT)),
        ("mcp-method", message.get("method")),
        ("mcp-name", message.pointer("/params/name")),
    ];
    for (name, value) in all {
        let value = value.and_then(Value::as_str).and_then(|text| HeaderValue::from_str(text).ok());
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
    headers
}

/// Checks that the message is read, or its error is, as JSON-RPC 2.0 requires.
fn check(body: &[u8], headers: &HeaderMap) -> Result<(), TestCaseError> {
    let sent: Option<Value> = serde_json::from_slice(body).ok();
    let is_list = sent.as_ref().is_some_and(Value::is_array);
    let all = match (read(body, headers), sent) {
        (Payload::One(read), sent) => vec![(read, sent.filter(|_| !is_list))],
        (Payload::Batch(all), Some(Value::Array(sent))) => {
            prop_assert_eq!(all.len(), sent.len());
            all.into_iter().zip(sent.into_iter().map(Some)).collect()
        }
        (Payload::Batch(_), sent) => panic!("a batch of {sent:?}"),
    };
    all.into_iter().try_for_each(|(read, sent)| check_one(read, sent, headers, is_list))
}

fn check_one(
    read: Read,
    sent: Option<Value>,
    headers: &HeaderMap,
    is_list: bool,
) -> Result<(), TestCaseError> {
    let sent_id = sent.as_ref().and_then(|sent| sent.get("id")).cloned().unwrap_or_default();
    match read {
        Ok(Some(message)) => {
            let sent = sent.unwrap();
            prop_assert!(!is_list || message.method != "initialize");
            prop_assert_eq!(&sent["jsonrpc"], "2.0");
            prop_assert_eq!(&sent["method"], &message.method);
            prop_assert_eq!(&sent_id, &message.id);
            prop_assert!(message.id.is_string() || message.id.is_number());
            prop_assert!(
                VERSIONS.contains(&message.negotiated()) && message.negotiated() != MODERN
            );
            if message.era == Era::Modern {
                prop_assert_eq!(headers.get("mcp-protocol-version").unwrap(), MODERN);
            }
            check_error(&message.no_method("\u{fc}").body, &sent_id)?;
        }
        // A message that needs a response is never ignored.
        Ok(None) => {
            let sent = sent.unwrap();
            let is_answer = sent.get("method").is_none();
            prop_assert!(sent_id.is_null() || is_answer, "{sent}");
        }
        Err(failure) => {
            // A 200 has the id of its request.
            let is_answer = failure.status == StatusCode::OK && !failure.body["id"].is_null();
            prop_assert!(is_answer || failure.status == StatusCode::BAD_REQUEST, "{failure:?}");
            let is_modern =
                sent.is_some_and(|sent| sent.pointer(VERSION_AT).is_some_and(|v| v == MODERN));
            prop_assert!(!(is_answer && is_modern), "{failure:?}");
            check_error(&failure.body, &sent_id)?;
        }
    }
    Ok(())
}

/// Checks an error: `code` is an integer and `message` a string (section 5.1), there is no `result`, and the
/// id is the request's own (section 5).
fn check_error(body: &Value, sent_id: &Value) -> Result<(), TestCaseError> {
    prop_assert_eq!(&body["jsonrpc"], "2.0");
    prop_assert!(body["error"]["code"].is_i64() && body["error"]["message"].is_string(), "{body}");
    prop_assert!(body.get("result").is_none(), "{body}");
    prop_assert!(body.get("id").is_none_or(|id| id == sent_id), "{body} to {sent_id}");
    Ok(())
}

proptest! {
    #[test]
    fn a_changed_message_is_answered_as_json_rpc(message in message(), headers in headers()) {
        check(message.to_string().as_bytes(), &headers)?;
        check(message.to_string().as_bytes(), &own_headers(&message))?;
    }

    #[test]
    fn broken_bytes_are_answered_as_json_rpc(
        message in message(), headers in headers(), at in any::<Index>(), byte: u8,
        bytes in vec(any::<u8>(), 0..60),
    ) {
        let mut text = message.to_string().into_bytes();
        let at = at.index(text.len());
        check(&text[..at], &headers)?;
        text[at] = byte;
        check(&text, &headers)?;
        check(&bytes, &headers)?;
    }

    /// A well-formed request is read. Without this, a reader that rejects everything would pass the tests
    /// above.
    #[test]
    fn a_request_that_agrees_with_its_headers_is_read(request in request()) {
        let version = request.pointer(VERSION_AT);
        let is_known = version.is_none_or(|version| VERSIONS.iter().any(|known| version == known));
        // A header cannot contain a line break or a letter that is not ASCII.
        let is_plain = request["method"].as_str().unwrap().is_ascii();
        if is_known && is_plain {
            let read = read(request.to_string().as_bytes(), &own_headers(&request));
            prop_assert!(matches!(read, Payload::One(Ok(Some(_)))));
        }
    }
}
