//! JSON-RPC messages, and the two ways of the protocol: that of 2026-07-28, where each request says
//! its version and is checked against its headers, and that before, which begins with `initialize`.
//!
//! Before 2026-07-28 an error that answers a request is a 200, because clients take any other status for the
//! end of the connection (the Python SDK up to 1.12 loses its session by it): the message was understood, and
//! its answer is in the body. What cannot be answered by its `id`, and a version that is not spoken
//! (2025-06-18 and later, "Protocol Version Header"), is a 400 in every version.
//!
//! Nothing is remembered from one message to the next.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use nexus_common::http::json_response;
use nexus_common::platform::http::Response;
use serde_json::{Map, Value, json};

/// The versions that are spoken, the newest first. 2024-11-05 has another transport of its own; its clients
/// that speak this one are answered.
pub(crate) const VERSIONS: [&str; 5] =
    ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
/// The first that does without a handshake.
const MODERN: &str = VERSIONS[0];
/// Those in which several messages come as one list; they have no header.
const BATCHED: [&str; 2] = ["2025-03-26", "2024-11-05"];
/// Most messages of a list.
const BATCH: usize = 50;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// Which way a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2026-07-28: every request is complete in itself.
    Modern,
    /// Before that.
    Legacy,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Message {
    id: Value,
    /// Its method.
    pub(crate) method: String,
    /// Its parameters.
    pub(crate) params: Map<String, Value>,
    /// Which way it is meant.
    pub(crate) era: Era,
}

/// An answer that is an error of the protocol.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    /// The error, to be told beside others too.
    pub(crate) body: Value,
}

/// What a message was read as; `None` where nothing is to be answered.
pub(crate) type Read = Result<Option<Message>, Failure>;

/// What came.
pub(crate) enum Sent {
    /// One message.
    One(Read),
    /// Several, which are answered together.
    Batch(Vec<Read>),
}

impl Failure {
    fn new(status: StatusCode, id: &Value, code: i64, words: &str) -> Self {
        Self { status, body: error(id, code, words, None) }
    }

    /// Nobody can be answered by an `id`.
    fn unanswerable(code: i64, words: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, &Value::Null, code, words)
    }

    /// As a response.
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

/// Who answers.
pub(crate) fn server_info() -> Value {
    json!({"name": "integration-nexus", "title": "Integration Nexus",
        "version": env!("CARGO_PKG_VERSION")})
}

/// Reads the messages of a `body`.
pub(crate) fn read(body: &[u8], headers: &HeaderMap) -> Sent {
    let messages = match serde_json::from_slice(body) {
        Ok(Value::Array(messages)) => messages,
        Ok(message) => return Sent::One(Message::read(message, headers)),
        Err(_) => return Sent::One(Err(Failure::unanswerable(-32_700, "this is not JSON"))),
    };
    let version = one(headers, "mcp-protocol-version").ok().flatten();
    let refused = match messages.len() {
        _ if version.is_some_and(|version| !BATCHED.contains(&version)) => {
            "lists of messages ended with 2025-06-18: send one message, an object".to_owned()
        }
        0 => "a list of messages must have at least one".to_owned(),
        1..=BATCH => {
            let read = |message| match Message::read(message, headers)? {
                Some(message) if message.method == "initialize" => {
                    Err(message.failure(-32_600, "`initialize` must come alone, not in a list"))
                }
                message => Ok(message),
            };
            return Sent::Batch(messages.into_iter().map(read).collect());
        }
        many => format!("a list has at most {BATCH} messages, this one has {many}"),
    };
    Sent::One(Err(Failure::unanswerable(-32_600, &refused)))
}

impl Message {
    /// The request in `json`; `None` where nothing is to be answered.
    ///
    /// # Errors
    /// What is no JSON-RPC request, or says other things in its headers than in its body.
    fn read(json: Value, headers: &HeaderMap) -> Read {
        let Value::Object(mut members) = json else {
            return Err(Failure::unanswerable(-32_600, "must be a JSON-RPC message, an object"));
        };
        let id = members.remove("id").unwrap_or_default();
        if !(id.is_null() || id.is_string() || id.is_number()) {
            return Err(Failure::unanswerable(-32_600, "`id` must be a string or a number"));
        }
        let mut message = Self { id, method: String::new(), params: Map::new(), era: Era::Legacy };
        let params = members.remove("params");
        let said = params.as_ref().and_then(version_in).map(str::to_owned);
        let header = one(headers, "mcp-protocol-version");
        let names_modern = header.as_ref().is_ok_and(|header| *header == Some(MODERN));
        if names_modern || said.as_deref() == Some(MODERN) {
            message.era = Era::Modern;
        }
        if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(message.failure(-32_600, "`jsonrpc` must be \"2.0\""));
        }
        message.method = match members.remove("method") {
            Some(Value::String(method)) => method,
            // An answer to something that was never asked.
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
        // The handshake is of the old way, whatever a client sends along that knows the new one.
        if message.method == "initialize" && said.is_none() {
            message.era = Era::Legacy;
            return Ok(Some(message));
        }
        message.check_version(said.as_deref(), header)?;
        if message.era == Era::Modern {
            message.check_headers(headers)?;
        }
        Ok(Some(message))
    }

    /// Refuses a version that is not spoken, and one that is said in two ways.
    fn check_version(
        &mut self,
        said: Option<&str>,
        header: Result<Option<&str>, String>,
    ) -> Result<(), Failure> {
        let header = header.map_err(|several| {
            self.mismatch(&format!("MCP-Protocol-Version comes with several values: {several}"))
        })?;
        if let Some(version) = said.or(header)
            && !VERSIONS.contains(&version)
        {
            let data = json!({"supported": VERSIONS, "requested": version});
            let words = "Unsupported protocol version";
            let body = error(&self.id, -32_022, words, Some(data));
            return Err(Failure { status: StatusCode::BAD_REQUEST, body });
        }
        self.era = match (said, header) {
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

    /// Refuses what the headers of 2026-07-28 say otherwise than the message.
    fn check_headers(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let meta = self.params.get("_meta");
        if !meta.and_then(|meta| meta.get(CAPABILITIES)).is_some_and(Value::is_object) {
            return Err(
                self.invalid(&format!("`params._meta` must have {CAPABILITIES}, an object"))
            );
        }
        if one(headers, "mcp-method") != Ok(Some(&self.method)) {
            return Err(
                self.mismatch(&format!("Mcp-Method must be {}, as in the body", self.method))
            );
        }
        let name = self.params.get("name").and_then(Value::as_str);
        let header = one(headers, "mcp-name").ok().flatten().map(decoded);
        if self.method == "tools/call" && header.as_deref() != name {
            let name = name.unwrap_or_default();
            return Err(self.mismatch(&format!("Mcp-Name must be {name}, as in the body")));
        }
        Ok(())
    }

    /// The version that an `initialize` comes to.
    pub(crate) fn negotiated(&self) -> &'static str {
        let asked = self.params.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
        let legacy = VERSIONS.iter().skip(1);
        legacy.copied().find(|known| *known == asked).unwrap_or(VERSIONS[1])
    }

    /// The answer with `result`.
    pub(crate) fn answer(&self, mut result: Value) -> Value {
        if let (Era::Modern, Some(members)) = (self.era, result.as_object_mut()) {
            members.insert("resultType".into(), "complete".into());
            members.insert("_meta".into(), json!({ SERVER: server_info() }));
        }
        json!({"jsonrpc": "2.0", "id": self.id, "result": result})
    }

    /// There is no such method.
    pub(crate) fn no_method(&self, method: &str) -> Failure {
        let words = format!("there is no method {}", shown(method));
        match self.era {
            Era::Modern => Failure::new(StatusCode::NOT_FOUND, &self.id, -32_601, &words),
            Era::Legacy => self.failure(-32_601, &words),
        }
    }

    /// A parameter breaks a rule.
    pub(crate) fn invalid(&self, words: &str) -> Failure {
        self.failure(-32_602, words)
    }

    /// A header says something else than the message.
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

/// A name that somebody else chose, for a text: not all of it, and then it is said to be cut.
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

/// The value of a header; proxies repeat one, in lines or with commas.
///
/// # Errors
/// The values, where they are not the same.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, String> {
    let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("not ASCII"));
    // What is in base64 has no comma; nor has a name that is plain.
    let mut values: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    values.dedup();
    match values.as_slice() {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        several => Err(several.join(", ")),
    }
}

/// A header's value, which may be in base64 where it is not plain ASCII.
fn decoded(value: &str) -> String {
    let inner = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
    let bytes = inner.and_then(|inner| STANDARD.decode(inner).ok());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod properties;
