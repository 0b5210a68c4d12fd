//! A provider that records every byte of a request, and responds as a test tells it.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::kit::app::App;

/// A received request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// `GET /x HTTP/1.1`.
    pub(crate) line: String,
    /// The headers in their order, with names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// The request target, byte for byte.
    pub(crate) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }

    pub(crate) fn method(&self) -> &str {
        self.line.split(' ').next().unwrap()
    }

    /// All values of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    }
}

/// A response.
pub(crate) enum Reply {
    /// Exactly these bytes: status line, headers, body.
    Bytes(Vec<u8>),
    /// These bytes, followed by the bytes from the channel until it closes.
    Stream(Vec<u8>, UnboundedReceiver<Vec<u8>>),
}

impl Reply {
    /// A response with a status, headers (each with its line break) and a body with its length.
    pub(crate) fn new(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n");
        Self::Bytes([head.as_bytes(), body].concat())
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "content-type: application/json\r\n", body.to_string())
    }
}

type Answer = Box<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// The provider.
pub(crate) struct Upstream {
    pub(crate) host: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Mutex<Answer>>,
}

/// The key of `custom-up`.
pub(crate) const KEY: &str = "up_live_0123456789/abc+def=";

impl Upstream {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let ok: Answer = Box::new(|_| Reply::json(200, &json!({"id": "acct_1"})));
        let answer = Arc::new(Mutex::new(ok));
        let (all, script) = (Arc::clone(&seen), Arc::clone(&answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&all), Arc::clone(&script)));
            }
        });
        Self { host, seen, answer }
    }

    /// Starts an application with this provider as `custom-up`, connected as `up`.
    pub(crate) async fn connected() -> (App, Self) {
        let (app, upstream) = (App::start().await, Self::start().await);
        upstream.connect(&app, json!({})).await;
        (app, upstream)
    }

    /// Connects the provider to `app`. `changes` are changes to its manifest, by JSON pointer.
    pub(crate) async fn connect(&self, app: &App, changes: Value) {
        let manifest = self.manifest(changes);
        app.save(&manifest).await;
        let body = json!({"manifest_id": manifest["id"], "name": "Up",
            "credentials": {"key": KEY}});
        let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        self.forget();
    }

    pub(crate) fn manifest(&self, changes: Value) -> Value {
        let host = &self.host;
        let mut manifest = json!({
            "id": "custom-up", "name": "Up", "auth_method": "api_key",
            "credentials": [{"name": "key", "label": "Key", "secret": true}],
            "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {key}"}],
            "api": {"base_url": format!("http://{host}/base"), "hosts": [host]},
            "verify": {"method": "GET", "path": "/me", "account": {"id": "/id"}},
            "revoke": {"unsupported": "no way"},
        });
        for (pointer, value) in changes.as_object().unwrap() {
            *manifest.pointer_mut(pointer).unwrap() = value.clone();
        }
        manifest
    }

    pub(crate) fn answer(&self, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    /// Responds to every request in the same way.
    pub(crate) fn always(&self, status: u16, headers: &'static str, body: impl Into<Vec<u8>>) {
        let body = body.into();
        self.answer(move |_| Reply::new(status, headers, &body));
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns the only request that arrived, and forgets it.
    pub(crate) fn one(&self) -> Seen {
        let mut seen = self.seen.lock().unwrap();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.pop().unwrap()
    }

    pub(crate) fn forget(&self) {
        self.seen.lock().unwrap().clear();
    }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>, answer: Arc<Mutex<Answer>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = receive(&mut stream).await {
        seen.lock().unwrap().push(request.clone());
        let reply = answer.lock().unwrap()(&request);
        match reply {
            Reply::Bytes(bytes) => {
                if stream.get_mut().write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Stream(head, mut pieces) => {
                let _ = stream.get_mut().write_all(&head).await;
                while let Some(piece) = pieces.recv().await {
                    if stream.get_mut().write_all(&piece).await.is_err() {
                        return;
                    }
                }
                return;
            }
        }
    }
}

/// The next request of a connection.
pub(crate) async fn receive<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<Seen> {
    let mut request = Seen { line: line(stream).await?, ..Seen::default() };
    loop {
        let line = line(stream).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if request.all("transfer-encoding") == ["chunked"] {
        loop {
            let length = usize::from_str_radix(line(stream).await?.trim(), 16).ok()?;
            let mut chunk = vec![0; length];
            stream.read_exact(&mut chunk).await.ok()?;
            line(stream).await?;
            if length == 0 {
                break;
            }
            request.body.extend(chunk);
        }
    } else if let Some(length) = request.all("content-length").first() {
        request.body = vec![0; length.parse().ok()?];
        stream.read_exact(&mut request.body).await.ok()?;
    }
    Some(request)
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).await.ok().filter(|length| *length > 0)?;
    Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

/// Sends `text` to the application. Returns the whole response.
pub(crate) async fn raw(app: &App, text: &str) -> String {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A `GET` of `target`, with `headers` (each with its line break).
pub(crate) async fn raw_get(app: &App, target: &str, headers: &str) -> String {
    let token = crate::kit::token::of("AGENT", "acme");
    raw(
        app,
        &format!(
            "GET {target} HTTP/1.1\r\nhost: nexus.example\r\nauthorization: Bearer {token}\r\n\
             connection: close\r\n{headers}\r\n"
        ),
    )
    .await
}

/// The status of a raw response.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
