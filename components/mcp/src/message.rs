//! JSON-RPC messages, and the two ways of the protocol: that of 2026-07-28, where each request says
//! its version and is checked against its headers, and that before, which begins with `initialize`.
//!
//! Nothing is remembered from one message to the next.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use nexus_common::http::json_response;
use nexus_common::platform::http::Response;
use serde_json::{Map, Value, json};

/// The versions that are spoken, the newest first.
pub(crate) const VERSIONS: [&str; 3] = ["2026-07-28", "2025-11-25", "2025-06-18"];
/// The first that does without a handshake.
const MODERN: &str = VERSIONS[0];

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
    body: Value,
}

impl Failure {
    fn new(status: StatusCode, id: &Value, code: i64, words: &str) -> Self {
        Self { status, body: error(id, code, words, None) }
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

impl Message {
    /// The request in `body`; `None` where nothing is to be answered.
    ///
    /// # Errors
    /// What is no JSON-RPC request, or says other things in its headers than in its body.
    pub(crate) fn read(body: &[u8], headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        let bad = StatusCode::BAD_REQUEST;
        let json: Value = serde_json::from_slice(body)
            .map_err(|_| Failure::new(bad, &Value::Null, -32_700, "this is not JSON"))?;
        let invalid = |words| Failure::new(bad, &Value::Null, -32_600, words);
        let Value::Object(mut members) = json else {
            return Err(invalid("must be one JSON-RPC message, an object"));
        };
        if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(invalid("`jsonrpc` must be \"2.0\""));
        }
        let id = members.remove("id").unwrap_or_default();
        let method = match members.remove("method") {
            Some(Value::String(method)) => method,
            // An answer to something that was never asked.
            None if members.contains_key("result") || members.contains_key("error") => {
                return Ok(None);
            }
            _ => return Err(invalid("`method` must be a string")),
        };
        if id.is_null() {
            return Ok(None);
        }
        if !id.is_string() && !id.is_number() {
            return Err(invalid("`id` must be a string or a number"));
        }
        let params = match members.remove("params") {
            None => Map::new(),
            Some(Value::Object(params)) => params,
            Some(_) => return Err(Failure::new(bad, &id, -32_602, "`params` must be an object")),
        };
        let mut message = Self { id, method, params, era: Era::Legacy };
        message.era = message.era(headers)?;
        Ok(Some(message))
    }

    fn era(&self, headers: &HeaderMap) -> Result<Era, Failure> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let header = text("mcp-protocol-version");
        let meta = self.params.get("_meta");
        let said = meta.and_then(|meta| meta.get(VERSION)).and_then(Value::as_str);
        if let Some(version) = said.or(header)
            && !VERSIONS.contains(&version)
            // Nobody knows what an older one calls itself before the handshake.
            && self.method != "initialize"
        {
            let data = json!({"supported": VERSIONS, "requested": version});
            let words = "Unsupported protocol version";
            let body = error(&self.id, -32_022, words, Some(data));
            return Err(Failure { status: StatusCode::BAD_REQUEST, body });
        }
        if said.is_none() && header != Some(MODERN) {
            return Ok(Era::Legacy);
        }
        let mismatch =
            |words: String| Failure::new(StatusCode::BAD_REQUEST, &self.id, -32_020, &words);
        let Some(said) = said else {
            return Err(self.invalid(&format!("`params._meta` must have {VERSION}")));
        };
        if said != MODERN {
            return Ok(Era::Legacy);
        }
        if header != Some(said) {
            return Err(mismatch(format!("MCP-Protocol-Version must be {said}, as in `_meta`")));
        }
        if !meta.and_then(|meta| meta.get(CAPABILITIES)).is_some_and(Value::is_object) {
            return Err(
                self.invalid(&format!("`params._meta` must have {CAPABILITIES}, an object"))
            );
        }
        if text("mcp-method") != Some(&self.method) {
            return Err(mismatch(format!("Mcp-Method must be {}, as in the body", self.method)));
        }
        let name = self.params.get("name").and_then(Value::as_str);
        if self.method == "tools/call" && text("mcp-name").map(decoded).as_deref() != name {
            let name = name.unwrap_or_default();
            return Err(mismatch(format!("Mcp-Name must be {name}, as in the body")));
        }
        Ok(Era::Modern)
    }

    /// The version that an `initialize` comes to.
    pub(crate) fn negotiated(&self) -> &'static str {
        let asked = self.params.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
        let legacy = VERSIONS.iter().skip(1);
        legacy.copied().find(|known| *known == asked).unwrap_or(VERSIONS[1])
    }

    /// The answer with `result`.
    pub(crate) fn respond(&self, mut result: Value) -> Response {
        if let (Era::Modern, Some(members)) = (self.era, result.as_object_mut()) {
            members.insert("resultType".into(), "complete".into());
            members.insert("_meta".into(), json!({ SERVER: server_info() }));
        }
        let body = json!({"jsonrpc": "2.0", "id": self.id, "result": result});
        json_response(StatusCode::OK, body.to_string())
    }

    /// There is no such method.
    pub(crate) fn no_method(&self, method: &str) -> Failure {
        let status = match self.era {
            Era::Modern => StatusCode::NOT_FOUND,
            Era::Legacy => StatusCode::OK,
        };
        let shown: String = method.chars().take(64).collect();
        Failure::new(status, &self.id, -32_601, &format!("there is no method {shown:?}"))
    }

    /// A parameter breaks a rule.
    pub(crate) fn invalid(&self, words: &str) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, &self.id, -32_602, words)
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
