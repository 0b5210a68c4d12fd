//! Starts the host on a manifest in a separate directory, and a server for guests to call.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

/// The time limit for every step; a step that takes longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The path of a guest.
pub(crate) fn wasm(name: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = std::env::var_os("NEXUS_WASM_DIR").map(PathBuf::from);
    let directory = directory.unwrap_or_else(|| workspace.join("target/wasm32-wasip2/wasm-dev"));
    let path = std::path::absolute(directory.join(format!("{name}.wasm"))).unwrap();
    assert!(path.exists(), "{} is missing: run `cargo xtask build`", path.display());
    path
}

/// A manifest with one component `probe` at `/...`, and its further settings.
pub(crate) fn probe(settings: &str) -> String {
    application(&[("probe", "\"/...\"", settings)])
}

/// A manifest with several probes: name, route and settings.
pub(crate) fn application(components: &[(&str, &str, &str)]) -> String {
    let source = wasm("guest_probe");
    let mut manifest = "spin_manifest_version = 2\n[application]\nname = \"test\"\n".to_owned();
    for (name, route, settings) in components {
        manifest.push_str(&format!(
            "[[trigger.http]]\nroute = {route}\ncomponent = {name:?}\n\
             [component.{name}]\nsource = {source:?}\n{settings}\n"
        ));
    }
    manifest
}

/// The command, before it runs, in a directory with this manifest.
pub(crate) struct Setup {
    pub(crate) directory: TempDir,
    command: Command,
}

impl Setup {
    pub(crate) fn new(manifest: &str) -> Self {
        let directory = TempDir::new().unwrap();
        std::fs::write(directory.path().join("spin.toml"), manifest).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexus-host"));
        command.args(["up", "--listen", "127.0.0.1:0", "--cache-dir"]);
        command.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command.arg("--from").arg(directory.path().join("spin.toml"));
        command.env_remove("RUNTIME_CONFIG_FILE");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { directory, command }
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// A runtime configuration, in a separate folder.
    pub(crate) fn runtime_config(self, content: &str) -> Self {
        let setup = self.file("config/runtime.toml", content);
        let path = setup.directory.path().join("config/runtime.toml");
        setup.args(&["--runtime-config-file", path.to_str().unwrap()])
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Limits the number of files that the host may open.
    pub(crate) fn files(mut self, most: usize) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &most.to_string()]);
        command.arg(self.command.get_program()).args(self.command.get_args());
        command.env_remove("RUNTIME_CONFIG_FILE");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command = command;
        self
    }

    /// Writes stderr to this file; the harness does not read it.
    pub(crate) fn stderr(mut self, path: &str) -> Self {
        let file = std::fs::File::options().append(true).open(path).unwrap();
        self.command.stderr(file);
        self
    }

    /// Runs the host until it listens.
    pub(crate) fn start(mut self) -> Host {
        // One at a time, because the first host compiles for all.
        static STARTING: Mutex<()> = Mutex::new(());
        let _one = STARTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut child = self.command.spawn().unwrap();
        let stderr = child.stderr.take().map_or_else(Log::ended, Log::read);
        let stdout = Log::read(child.stdout.take().unwrap());
        let line = stdout.wait_or_end("Serving http://");
        let Some(address) = line.as_deref().and_then(|line| line.strip_prefix("Serving http://"))
        else {
            panic!("the host did not start: {}", stderr.text());
        };
        let address = address.trim().to_owned();
        let client = Client::builder(TokioExecutor::new()).build_http();
        Host { child, address, stdout, stderr, client, directory: self.directory }
    }

    /// Runs a command that must fail, and returns its error.
    pub(crate) fn fail(mut self) -> String {
        let output = self.command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// A running host.
pub(crate) struct Host {
    child: Child,
    /// `127.0.0.1:port`
    pub(crate) address: String,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
    client: Client<HttpConnector, BoxBody<Bytes, std::io::Error>>,
    pub(crate) directory: TempDir,
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A complete response.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The JSON in a probe's response.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Host {
    pub(crate) fn start(manifest: &str) -> Self {
        Setup::new(manifest).start()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request. Returns when the head of the response has arrived, before its body.
    pub(crate) async fn send(
        &self,
        request: Request<BoxBody<Bytes, std::io::Error>>,
    ) -> Response<Incoming> {
        tokio::time::timeout(PATIENCE, self.client.request(request)).await.unwrap().unwrap()
    }

    pub(crate) async fn request(&self, request: Request<Bytes>) -> Answer {
        let (mut parts, body) = request.into_parts();
        parts.uri = self.url(&parts.uri.to_string()).parse().unwrap();
        let response = self.send(Request::from_parts(parts, full(body))).await;
        let (parts, body) = response.into_parts();
        let body = tokio::time::timeout(PATIENCE, body.collect()).await.unwrap().unwrap();
        Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Request::get(path).body(Bytes::new()).unwrap()).await
    }

    /// Sends steps to a probe.
    pub(crate) async fn post(&self, path: &str, order: Value) -> Value {
        let request = Request::builder().method(Method::POST).uri(path);
        self.request(request.body(order.to_string().into()).unwrap()).await.json()
    }

    /// Makes a probe fetch a URL.
    pub(crate) async fn fetch(&self, url: &str) -> Value {
        self.post("/fetch", serde_json::json!({ "url": url })).await
    }

    pub(crate) fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits until the process has ended and its output has been read to the end.
    pub(crate) async fn exited(mut self) -> ExitStatus {
        let wait = tokio::task::spawn_blocking(move || {
            let status = self.child.wait().unwrap();
            self.stdout.wait_for_end();
            self.stderr.wait_for_end();
            status
        });
        tokio::time::timeout(PATIENCE, wait).await.unwrap().unwrap()
    }

    /// Resident memory in megabytes: the current value and the peak.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
        };
        (field("VmRSS:"), field("VmHWM:"))
    }
}

pub(crate) fn full(bytes: Bytes) -> BoxBody<Bytes, std::io::Error> {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

/// The output of a process so far.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<(Mutex<Printed>, Condvar)>);

/// Its lines, and whether it has ended.
type Printed = (Vec<String>, bool);

impl Log {
    /// The output of a process that writes it to a file.
    fn ended() -> Self {
        Self(Arc::new((Mutex::new((Vec::new(), true)), Condvar::new())))
    }

    fn read(stream: impl std::io::Read + Send + 'static) -> Self {
        let log = Self::default();
        let to = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                to.0.0.lock().unwrap().0.push(line);
                to.0.1.notify_all();
            }
            to.0.0.lock().unwrap().1 = true;
            to.0.1.notify_all();
        });
        log
    }

    /// The first line that contains this text, or `None` if the stream ends without it.
    fn wait_or_end(&self, text: &str) -> Option<String> {
        let (lines, changed) = &*self.0;
        let found = |lines: &[String]| lines.iter().find(|line| line.contains(text)).cloned();
        let waiting = |state: &mut Printed| found(&state.0).is_none() && !state.1;
        let state = lines.lock().unwrap();
        let (state, timeout) = changed.wait_timeout_while(state, PATIENCE, waiting).unwrap();
        assert!(!timeout.timed_out(), "{text:?} was never printed: {:?}", state.0);
        found(&state.0)
    }

    /// Waits until the stream has ended, so that [`Self::text`] is complete.
    fn wait_for_end(&self) {
        let (lines, changed) = &*self.0;
        let state = lines.lock().unwrap();
        let waiting = |state: &mut Printed| !state.1;
        let (state, timeout) = changed.wait_timeout_while(state, PATIENCE, waiting).unwrap();
        assert!(!timeout.timed_out(), "the output does not end: {:?}", state.0);
    }

    /// The same as [`Self::wait_or_end`] from async code.
    pub(crate) async fn wait(&self, text: &str) -> String {
        let (log, wanted) = (self.clone(), text.to_owned());
        let found = tokio::task::spawn_blocking(move || log.wait_or_end(&wanted)).await.unwrap();
        found.unwrap_or_else(|| panic!("{text:?} was never printed: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        self.0.0.lock().unwrap().0.join("\n")
    }
}

/// A server on loopback that responds as the test says. Returns its address.
pub(crate) async fn upstream<F, R>(answer: F) -> String
where
    F: Fn(Request<Incoming>) -> R + Clone + Send + 'static,
    R: Future<Output = Response<BoxBody<Bytes, std::io::Error>>> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer(request);
                async move { Ok::<_, std::convert::Infallible>(answer.await) }
            });
            tokio::spawn(async move {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                let _ = connection.await;
            });
        }
    });
    address
}

/// A server that reports when a request has arrived, and responds when it is told to.
pub(crate) async fn gate() -> (String, mpsc::UnboundedReceiver<()>, Arc<Notify>) {
    let (arrived, arrivals) = mpsc::unbounded_channel();
    let open = Arc::new(Notify::new());
    let gate = open.clone();
    let address = upstream(move |_| {
        let (arrived, gate) = (arrived.clone(), gate.clone());
        async move {
            arrived.send(()).unwrap();
            gate.notified().await;
            Response::new(full("late".into()))
        }
    })
    .await;
    (address, arrivals, open)
}
