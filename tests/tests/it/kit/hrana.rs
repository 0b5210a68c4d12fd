//! A client of a libSQL server, over its HTTP protocol (Hrana 2). It is another client than the
//! application's, so that a test does not share the application's errors. It blocks the thread of the test,
//! not the server.

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use rusqlite::types::Value;
use rusqlite::{Error, Result, ffi};
use serde_json::{Value as Json, json};

/// A value in a result.
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) changed: usize,
}

/// One connection of the server's to the database.
pub(crate) struct Stream {
    address: SocketAddr,
    /// The server's name for the connection, once it is open.
    baton: RefCell<Option<String>>,
}

fn failed(message: &str) -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(message.to_owned()))
}

impl Stream {
    /// A connection that has not sent anything yet.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, baton: RefCell::new(None) }
    }

    /// Runs one statement.
    pub(crate) fn execute(&self, sql: &str, values: &[Value]) -> Result<Rows> {
        let args: Vec<Json> = values.iter().map(encode).collect();
        let result = self.request(&json!({
            "type": "execute", "stmt": {"sql": sql, "args": args, "want_rows": true},
        }))?;
        let result = &result["result"];
        let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
        let columns = list(&result["cols"]);
        let columns =
            columns.iter().map(|column| column["name"].as_str().unwrap_or_default().to_owned());
        let rows = list(&result["rows"]);
        let rows = rows.iter().map(|row| list(row).iter().map(decode).collect());
        let changed = result["affected_row_count"].as_u64().unwrap_or_default();
        Ok(Rows { columns: columns.collect(), rows: rows.collect(), changed: changed as usize })
    }

    /// Runs any number of statements.
    pub(crate) fn sequence(&self, sql: &str) -> Result<()> {
        self.request(&json!({"type": "sequence", "sql": sql})).map(drop)
    }

    fn request(&self, request: &Json) -> Result<Json> {
        let body = json!({"baton": *self.baton.borrow(), "requests": [request]});
        let answer = match self.post(&body) {
            // The server closes a connection that was idle for ten seconds, and rolls back its transaction.
            Err(error) if self.baton.borrow().is_some() && error.contains("expired") => {
                self.baton.replace(None);
                self.post(&json!({"baton": null, "requests": [request]}))
            }
            answer => answer,
        };
        let answer = answer.map_err(|error| failed(&error))?;
        self.baton.replace(answer["baton"].as_str().map(str::to_owned));
        let result = &answer["results"][0];
        match result["type"].as_str() {
            Some("ok") => Ok(result["response"].clone()),
            _ => Err(failed(result["error"]["message"].as_str().unwrap_or("no result"))),
        }
    }

    fn post(&self, body: &Json) -> Result<Json, String> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(self.address).map_err(|error| error.to_string())?;
        // In HTTP/1.0, a response ends when the connection closes.
        let head = format!(
            "POST /v2/pipeline HTTP/1.0\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let sent =
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        sent.map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(|error| error.to_string())?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) =
            answer.split_once("\r\n\r\n").ok_or("the server closed the connection")?;
        if !head.lines().next().is_some_and(|line| line.contains(" 200 ")) {
            return Err(body.to_owned());
        }
        serde_json::from_str(body).map_err(|error| format!("{error}: {body}"))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(baton) = self.baton.take() {
            let _ = self.post(&json!({"baton": baton, "requests": [{"type": "close"}]}));
        }
    }
}

fn encode(value: &Value) -> Json {
    match value {
        Value::Null => json!({"type": "null"}),
        Value::Integer(number) => json!({"type": "integer", "value": number.to_string()}),
        Value::Real(number) => json!({"type": "float", "value": number}),
        Value::Text(text) => json!({"type": "text", "value": text}),
        Value::Blob(bytes) => json!({"type": "blob", "base64": STANDARD.encode(bytes)}),
    }
}

fn decode(value: &Json) -> Value {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    match value["type"].as_str() {
        Some("integer") => Value::Integer(text("value").parse().unwrap()),
        Some("float") => Value::Real(value["value"].as_f64().unwrap()),
        Some("text") => Value::Text(text("value")),
        Some("blob") => {
            let bytes = text("base64");
            Value::Blob(STANDARD_NO_PAD.decode(bytes.trim_end_matches('=')).unwrap())
        }
        _ => Value::Null,
    }
}
