//! JSON-RPC messages in the two variants of the protocol. In 2026-07-28, each request names its version and
//! is checked against its headers. In earlier versions, a connection begins with `initialize`.
//!
//! Before 2026-07-28, an error response to a request is a 200, because clients treat any other status as the
//! end of the connection (the Python SDK up to 1.12 loses its session). The error is in the body. A message
//! without a usable `id`, and a version that is not supported (2025-06-18 and later, "Protocol Version
//! Header"), gets a 400 in every version.
//!
//! This module must not keep state between messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use nexus_common::http::json_response;
use nexus_common::platform::http::Response;
use serde_json::{Map, Value, json};

/// The supported versions, newest first. 2024-11-05 has another transport, but its clients that use this
/// transport are supported too.
pub(crate) const VERSIONS: [&str; 5] =
    ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
/// The first version without a handshake.
const MODERN: &str = VERSIONS[0];
/// The versions that allow a list of messages. They do not have the version header.
const BATCHED: [&str; 2] = ["2025-03-26", "2024-11-05"];
/// The maximum number of messages in a list.
const BATCH: usize = 50;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// The variant of the protocol that a message uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2026-07-28: every request is self-contained.
    Modern,
    /// Earlier versions.
    Legacy,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Message {
    id: Value,
    /// The method.
    pub(crate) method: String,
    /// The parameters.
    pub(crate) params: Map<String, Value>,
    /// The variant of the protocol.
    pub(crate) era: Era,
}

/// A response that is a protocol error.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    /// The JSON-RPC error, which can also be part of a list.
    pub(crate) body: Value,
}

/// The result of reading a message. `None` if the message needs no response.
pub(crate) type Read = Result<Option<Message>, Failure>;

/// The content of a request body.
pub(crate) enum Payload {
    /// One message.
    One(Read),
    /// A list of messages, which get one response.
    Batch(Vec<Read>),
}

impl Failure {
    fn new(status: StatusCode, id: &Value, code: i64, words: &str) -> Self {
        Self { status, body: error(id, code, words, None) }
    }

    /// An error for a message without a usable `id`.
    fn unanswerable(code: i64, words: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, &Value::Null, code, words)
    }

    /// The error as an HTTP response.
    pub(crate) fn respond(&self) -> Response {
        json_response(self.status, self.body.to_string())
    }
}

/// A JSON-RPC error.
pub(crate) fn error(id: &Value, code: i64, words: &str, data: Option<Value>) -> Value {
    let mut error = json!({"code": code, "message": words});
    if let (Some(data), Some(members)) = (data, error.as_object_mut()) {
        members.insert("data".into(), data);
    }
    match id {
        Value::Null => json!({"jsonrpc": "2.0", "error": error}),
        id => json!({"jsonrpc": "2.0", "id": id, "error": error}),
    }
}

/// The name and version of this server.
pub(crate) fn server_info() -> Value {
    json!({"name": "integration-nexus", "title": "Integration Nexus",
        "version": env!("CARGO_PKG_VERSION")})
}

/// Reads the messages of a `body`.
pub(crate) fn read(body: &[u8], headers: &HeaderMap) -> Payload {
    let messages = match serde_json::from_slice(body) {
        Ok(Value::Array(messages)) => messages,
        Ok(message) => return Payload::One(Message::read(message, headers)),
        Err(_) => return Payload::One(Err(Failure::unanswerable(-32_700, "the body is not JSON"))),
    };
    let version = single_value(headers, "mcp-protocol-version").ok().flatten();
    let refused = match messages.len() {
        _ if version.is_some_and(|version| !BATCHED.contains(&version)) => {
            "support for lists of messages ended with 2025-06-18. Send one message, an object"
                .to_owned()
        }
        0 => "a list of messages must not be empty".to_owned(),
        1..=BATCH => {
            let read = |message| match Message::read(message, headers)? {
                Some(message) if message.method == "initialize" => {
                    Err(message.failure(-32_600, "send `initialize` alone, not in a list"))
                }
                message => Ok(message),
            };
            return Payload::Batch(messages.into_iter().map(read).collect());
        }
        many => format!("a list may have at most {BATCH} messages, but this one has {many}"),
    };
    Payload::One(Err(Failure::unanswerable(-32_600, &refused)))
}

impl Message {
    /// The request in `json`. `None` if it needs no response.
    ///
    /// # Errors
    /// A [`Failure`] if it is not a JSON-RPC request, or if its headers contradict its body.
    fn read(json: Value, headers: &HeaderMap) -> Read {
        let Value::Object(mut members) = json else {
            return Err(Failure::unanswerable(
                -32_600,
                "the body must be a JSON-RPC message, an object",
            ));
        };
        let id = members.remove("id").unwrap_or_default();
        if !(id.is_null() || id.is_string() || id.is_number()) {
            return Err(Failure::unanswerable(-32_600, "`id` must be a string or a number"));
        }
        let mut message = Self { id, method: String::new(), params: Map::new(), era: Era::Legacy };
        let params = members.remove("params");
        let declared = params.as_ref().and_then(version_in).map(str::to_owned);
        let header = single_value(headers, "mcp-protocol-version");
        let names_modern = header.as_ref().is_ok_and(|header| *header == Some(MODERN));
        if names_modern || declared.as_deref() == Some(MODERN) {
            message.era = Era::Modern;
        }
        if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(message.failure(-32_600, "`jsonrpc` must be \"2.0\""));
        }
        message.method = match members.remove("method") {
            Some(Value::String(method)) => method,
            // A response, although this server sends no requests.
            None if members.contains_key("result") || members.contains_key("error") => {
                return Ok(None);
            }
            _ => return Err(message.failure(-32_600, "`method` must be a string")),
        };
        if message.id.is_null() {
            return Ok(None);
        }
        message.params = match params {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(params)) => params,
            Some(_) => return Err(message.invalid("`params` must be an object")),
        };
        // The handshake belongs to the earlier versions, even if the client also supports the new one.
        if message.method == "initialize" && declared.is_none() {
            message.era = Era::Legacy;
            return Ok(Some(message));
        }
        message.check_version(declared.as_deref(), header)?;
        if message.era == Era::Modern {
            message.check_headers(headers)?;
        }
        Ok(Some(message))
    }

    /// Rejects a version that is not supported, and contradictory versions.
    fn check_version(
        &mut self,
        declared: Option<&str>,
        header: Result<Option<&str>, String>,
    ) -> Result<(), Failure> {
        let header = header.map_err(|several| {
            self.mismatch(&format!("MCP-Protocol-Version has several values: {several}"))
        })?;
        if let Some(version) = declared.or(header)
            && !VERSIONS.contains(&version)
        {
            let data = json!({"supported": VERSIONS, "requested": version});
            let words = "Unsupported protocol version";
            let body = error(&self.id, -32_022, words, Some(data));
            return Err(Failure { status: StatusCode::BAD_REQUEST, body });
        }
        self.era = match (declared, header) {
            (Some(MODERN), Some(MODERN)) => Era::Modern,
            (Some(MODERN), _) => {
                let words = format!("MCP-Protocol-Version must be {MODERN}, as in `_meta`");
                return Err(self.mismatch(&words));
            }
            (None, Some(MODERN)) => {
                return Err(self.invalid(&format!("`params._meta` must have {VERSION}")));
            }
            _ => Era::Legacy,
        };
        Ok(())
    }

    /// Rejects a message that contradicts the headers of 2026-07-28.
    fn check_headers(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let meta = self.params.get("_meta");
        if !meta.and_then(|meta| meta.get(CAPABILITIES)).is_some_and(Value::is_object) {
            return Err(
                self.invalid(&format!("`params._meta` must have {CAPABILITIES}, an object"))
            );
        }
        if single_value(headers, "mcp-method") != Ok(Some(&self.method)) {
            return Err(
                self.mismatch(&format!("Mcp-Method must be {}, as in the body", self.method))
            );
        }
        let name = self.params.get("name").and_then(Value::as_str);
        let header = single_value(headers, "mcp-name").ok().flatten().map(decoded);
        if self.method == "tools/call" && header.as_deref() != name {
            let name = name.unwrap_or_default();
            return Err(self.mismatch(&format!("Mcp-Name must be {name}, as in the body")));
        }
        Ok(())
    }

    /// The version to which an `initialize` negotiates.
    pub(crate) fn negotiated(&self) -> &'static str {
        let asked = self.params.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
        let legacy = VERSIONS.iter().skip(1);
        legacy.copied().find(|known| *known == asked).unwrap_or(VERSIONS[1])
    }

    /// The response with `result`.
    pub(crate) fn answer(&self, mut result: Value) -> Value {
        if let (Era::Modern, Some(members)) = (self.era, result.as_object_mut()) {
            members.insert("resultType".into(), "complete".into());
            members.insert("_meta".into(), json!({ SERVER: server_info() }));
        }
        json!({"jsonrpc": "2.0", "id": self.id, "result": result})
    }

    /// The error for an unknown method.
    pub(crate) fn no_method(&self, method: &str) -> Failure {
        let words = format!("there is no method {}", shown(method));
        match self.era {
            Era::Modern => Failure::new(StatusCode::NOT_FOUND, &self.id, -32_601, &words),
            Era::Legacy => self.failure(-32_601, &words),
        }
    }

    /// The error for an invalid parameter.
    pub(crate) fn invalid(&self, words: &str) -> Failure {
        self.failure(-32_602, words)
    }

    /// The error for a header that contradicts the message.
    fn mismatch(&self, words: &str) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, &self.id, -32_020, words)
    }

    fn failure(&self, code: i64, words: &str) -> Failure {
        let status = match self.era {
            Era::Legacy if !self.id.is_null() => StatusCode::OK,
            _ => StatusCode::BAD_REQUEST,
        };
        Failure::new(status, &self.id, code, words)
    }
}

/// A name from a request, for a message. A long name is cut, with a mark.
pub(crate) fn shown(name: &str) -> String {
    match name.char_indices().nth(64) {
        None => format!("{name:?}"),
        Some((end, _)) => format!("{:?}… (cut)", name.get(..end).unwrap_or_default()),
    }
}

/// The version that the `params` of a request name.
fn version_in(params: &Value) -> Option<&str> {
    params.get("_meta")?.get(VERSION)?.as_str()
}

/// The value of a header. A proxy may repeat the same value, in several lines or with commas.
///
/// # Errors
/// The values, if they differ.
fn single_value<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, String> {
    let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("not ASCII"));
    // Neither base64 nor a plain name contains a comma.
    let mut values: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    values.dedup();
    match values.as_slice() {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        several => Err(several.join(", ")),
    }
}

/// The decoded value of a header, which is in base64 if it is not plain ASCII.
fn decoded(value: &str) -> String {
    let inner = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
    let bytes = inner.and_then(|inner| STANDARD.decode(inner).ok());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod properties;
