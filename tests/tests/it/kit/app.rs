//! Starts the application on a port and a directory of its own, and talks to it.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nexus_simulators::{Kind, Simulator};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

pub(crate) use crate::kit::answer::Answer;
use crate::kit::contract::Sent;
use crate::kit::database::Database;
use crate::kit::key_value::KeyValue;
use crate::kit::process::{Process, is_spin};
use crate::kit::programs::{repo, xtask};
use crate::kit::servers::{self, Servers};
use crate::kit::site::Site;
use crate::kit::token;

/// Longer than any deadline of the application, and than hundreds of requests at once wait on a slow machine that runs other
/// tests too. A request that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running application. Dropping this value kills it.
pub(crate) struct App {
    /// `http://127.0.0.1:port`.
    pub(crate) url: String,
    /// The directory of the database, the key-value store and the log. Another process may use it too.
    pub(crate) dir: Arc<TempDir>,
    variables: BTreeMap<String, String>,
    manifest: PathBuf,
    port: u16,
    outside: Outside,
    /// The servers with its data, if they are not in files.
    servers: Option<OnServers>,
    process: Process,
    client: reqwest::Client,
}

/// The servers of an application, and the address at which it reaches the libSQL server.
#[derive(Clone)]
struct OnServers {
    servers: Arc<Servers>,
    database: SocketAddr,
}

impl OnServers {
    /// Writes Spin's runtime configuration, and returns its path.
    fn configure(&self, dir: &Path) -> Result<PathBuf> {
        let file = dir.join(format!("runtime-config-{}.toml", self.database.port()));
        std::fs::write(&file, self.servers.runtime_config(self.database))?;
        Ok(file)
    }
}

/// What the application finds outside: hosts at other addresses than the DNS says, a file with the certificates
/// that it trusts besides those of the web, and variables of the environment that its runtime reads.
#[derive(Clone, Default)]
struct Outside {
    resolved: Vec<String>,
    trusted: Option<PathBuf>,
    environment: Vec<(String, String)>,
}

impl Outside {
    fn apply(&self, command: &mut Command) {
        for resolved in &self.resolved {
            command.args(["--resolve", resolved]);
        }
        if let Some(file) = &self.trusted {
            command.env("SSL_CERT_FILE", file);
        }
        for (name, value) in &self.environment {
            command.env(name, value);
        }
    }
}

/// How an application is started.
#[derive(Default)]
pub(crate) struct Options {
    variables: Vec<(String, Option<String>)>,
    manifest: Option<Box<dyn FnOnce(String) -> String>>,
    dir: Option<TempDir>,
    port: u16,
    outside: Outside,
    servers: Option<OnServers>,
}

impl Options {
    /// Sets a variable.
    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), Some(value.into())));
        self
    }

    /// Sets a variable of the environment that the runtime reads.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.outside.environment.push((name.into(), value.into()));
        self
    }

    /// Removes a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.push((name.into(), None));
        self
    }

    /// Changes `spin.toml`.
    pub(crate) fn manifest(mut self, change: impl FnOnce(String) -> String + 'static) -> Self {
        self.manifest = Some(Box::new(change));
        self
    }

    /// Uses the directory of an earlier application.
    pub(crate) fn dir(mut self, dir: TempDir) -> Self {
        self.dir = Some(dir);
        self
    }

    /// Listens on this port, so that a browser finds the application again.
    pub(crate) fn port(mut self, port: u16) -> Self {
        self.port = port;
        self.var("public_url", &format!("http://127.0.0.1:{port}"))
    }

    /// Finds `site` under its name, and trusts its certificate. Not on Spin, which looks hosts up by itself.
    pub(crate) fn finds(mut self, site: &Site) -> Self {
        self.outside.resolved.push(format!("{}={}", site.host, site.address));
        self.outside.trusted = Some(site.certificate.clone());
        self
    }

    /// Keeps its data on these servers. It reaches the libSQL server at the address `database`.
    pub(crate) fn on(mut self, servers: &Arc<Servers>, database: SocketAddr) -> Self {
        self.servers = Some(OnServers { servers: Arc::clone(servers), database });
        self
    }

    /// Makes all https connections to `address`, whose certificates the root in the file `root` signs. Only the
    /// embedded host can.
    pub(crate) fn connect_to(mut self, address: SocketAddr, root: &Path) -> Self {
        self.outside.resolved.push(format!("*={address}"));
        self.outside.trusted = Some(root.to_owned());
        self
    }

    /// Starts it.
    pub(crate) async fn start(self) -> Result<App> {
        let dir = match self.dir {
            Some(dir) => dir,
            None => tempfile::tempdir()?,
        };
        let own_servers = || {
            let servers = Arc::new(Servers::start(dir.path()));
            OnServers { database: servers.database_at, servers }
        };
        let servers = self.servers.or_else(|| servers::everywhere().then(own_servers));
        let mut variables = defaults();
        for (name, value) in self.variables {
            match value {
                Some(value) => variables.insert(name, value),
                None => variables.remove(&name),
            };
        }
        let manifest = write_manifest(dir.path(), self.manifest)?;
        let (process, url) =
            spawn(&manifest, dir.path(), &variables, self.port, (&self.outside, servers.as_ref()))
                .await?;
        let (dir, client) = (Arc::new(dir), client()?);
        let Self { port, outside, .. } = self;
        Ok(App { url, dir, variables, manifest, port, outside, servers, process, client })
    }
}

fn client() -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    client.timeout(PATIENCE).build()
}

/// The bytes of the test key with this number. They look random, and are the same in each run.
pub(crate) fn key_bytes(number: u8) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    Sha256::digest([b"nexus test key ".as_slice(), &[number]].concat()).into()
}

/// The test key with this number, as `encryption_keys` has it.
pub(crate) fn key(number: u8) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(key_bytes(number))
}

/// The broker secret of the tests.
pub(crate) const BROKER_SECRET: &str = "test-broker-secret-0123456789abcdef";
/// The tick secret of the tests.
pub(crate) const TICK_SECRET: &str = "test-tick-secret-0123456789abcdef";

/// A limit per minute that no test reaches.
const MANY: &str = "1000000";

fn defaults() -> BTreeMap<String, String> {
    [
        ("public_url", "http://127.0.0.1:1".to_owned()),
        ("encryption_keys", format!("k1:{}", key(1))),
        ("broker_secret", BROKER_SECRET.to_owned()),
        ("jwt_issuer", token::ISSUER.to_owned()),
        ("jwt_audience", token::AUDIENCE.to_owned()),
        ("jwt_secret", token::SECRET.to_owned()),
        ("tick_secret", TICK_SECRET.to_owned()),
        ("private_hosts", "http://127.0.0.0/8:*".to_owned()),
        // Tests send more requests in a minute than people and agents do. `trust/limits.rs` tests the limits.
        ("agent_calls_per_minute", MANY.to_owned()),
        ("workspace_calls_per_minute", MANY.to_owned()),
        ("wrong_proofs_per_minute", MANY.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Repeats `ask` until it returns a value, for changes that happen a moment after a response.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within {PATIENCE:?}");
}

/// The manifest of `tests/simulators/{file}`, with `simulator` as its provider.
pub(crate) fn sandbox(file: &str, simulator: &Simulator) -> Value {
    let text = std::fs::read_to_string(repo().join("tests/simulators").join(file)).unwrap();
    let there = format!("127.0.0.1:{}", simulator.port());
    serde_json::from_str(&text.replace("127.0.0.1:9", &there)).unwrap()
}

/// Changes the manifest so that every request goes to `simulator` instead of the provider.
fn move_origins(manifest: &mut Value, simulator: &Simulator) {
    let base = manifest["api"]["base_url"].as_str().unwrap().to_owned();
    let host = base.split('/').nth(2).unwrap();
    // If a parameter is a label of the host, its value is the first part of 127.0.0.1. If it is the whole
    // domain, its value is the whole address.
    let (before, after) = host.split_once('}').unwrap_or(("", host));
    let (moved, value) = match before.rsplit_once('{') {
        None => ("127.0.0.1".to_owned(), None),
        Some((_, name)) if after.is_empty() => (format!("{{{name}}}"), Some((name, "127.0.0.1"))),
        Some((_, name)) => (format!("{{{name}}}.0.0.1"), Some((name, "127"))),
    };
    let moved = format!("{moved}:{}", simulator.port());
    manifest["api"]["hosts"] = json!([moved]);
    for read in
        manifest.pointer_mut("/api/reads").and_then(Value::as_array_mut).into_iter().flatten()
    {
        if let Some(host) = read.get_mut("host") {
            *host = moved.as_str().into();
        }
    }
    for pointer in [
        "/api/base_url",
        "/oauth2/authorization_url",
        "/oauth2/token_url",
        "/oauth2/refresh/url",
        "/verify/base_url",
        "/revoke/request/url",
        "/revoke/rfc7009/url",
    ] {
        if let Some(url) = manifest.pointer_mut(pointer) {
            let path: Vec<&str> = url.as_str().unwrap().splitn(4, '/').collect();
            let path = path.get(3).map(|path| format!("/{path}")).unwrap_or_default();
            *url = format!("http://{moved}{path}").into();
        }
    }
    let Some((name, value)) = value else { return };
    let params = manifest["params"].as_array_mut().unwrap();
    let param = params.iter_mut().find(|param| param["name"] == name).unwrap();
    param["example"] = value.into();
    if let Some(choices) = param.get_mut("choices") {
        *choices = json!([value]);
    }
}

/// Writes a copy of `spin.toml` with absolute paths to the components.
fn write_manifest(
    dir: &Path,
    change: Option<Box<dyn FnOnce(String) -> String>>,
) -> Result<PathBuf> {
    let root = repo().canonicalize()?;
    let text = std::fs::read_to_string(root.join("spin.toml"))?;
    let components = format!("{}/target/components/", root.display());
    let text = text.replace("target/components/", &components);
    let path = dir.join("spin.toml");
    std::fs::write(&path, change.map_or(text.clone(), |change| change(text)))?;
    Ok(path)
}

/// The command that serves `manifest` on `port`. The port 0 stands for a free port.
fn command(manifest: &Path, dir: &Path, port: u16) -> Command {
    let mut command = match is_spin() {
        // Neither Spin nor its children end when stdin closes. The guard ends them all.
        true => {
            let mut command = Command::new(xtask());
            command.args(["guard", "--", "spin"]);
            command
        }
        false => {
            let default = repo().join("target/debug/nexus-host").into_os_string();
            Command::new(std::env::var_os("NEXUS_HOST").unwrap_or(default))
        }
    };
    // Room for a burst, as `deploy/README.md` advises. There is more room if each request has an instance of
    // its own.
    let (instances, stacks) = match std::env::var_os("NEXUS_REUSE") {
        Some(_) => ("6000", "12000"),
        None => ("2000", "4000"),
    };
    for (name, value) in
        [("SPIN_MAX_INSTANCE_COUNT", instances), ("SPIN_WASMTIME_TOTAL_STACKS", stacks)]
    {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    let listen = format!("127.0.0.1:{port}");
    command.arg("up").arg("--from").arg(manifest).args(["--listen", &listen]);
    command.arg("--state-dir").arg(dir.join(".spin"));
    if let Ok(reuse) = std::env::var("NEXUS_REUSE") {
        command.args(["--max-instance-reuse-count", &reuse]);
        command.args(["--max-instance-concurrent-reuse-count", &reuse]);
    }
    command
}

async fn spawn(
    manifest: &Path,
    dir: &Path,
    variables: &BTreeMap<String, String>,
    port: u16,
    (outside, servers): (&Outside, Option<&OnServers>),
) -> Result<(Process, String)> {
    let log = std::fs::File::options().create(true).append(true).open(dir.join("log"))?;
    let mut command = command(manifest, dir, port);
    outside.apply(&mut command);
    if let Some(servers) = servers {
        command.arg("--runtime-config-file").arg(servers.configure(dir)?);
    }
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SPIN_VARIABLE_")) {
        command.env_remove(name);
    }
    for (name, value) in variables {
        command.env(format!("SPIN_VARIABLE_{}", name.to_uppercase()), value);
    }
    command.current_dir(dir).stdout(Stdio::piped()).stderr(log);
    let mut process = Process::start(&mut command)
        .with_context(|| format!("cannot start {command:?}: run `cargo xtask test`"))?;
    let mut lines = BufReader::new(process.stdout().context("stdout")?).lines();
    let url = loop {
        let Some(line) = lines.next_line().await? else {
            let status = process.ended().await?;
            bail!("ended with {status}: {}", std::fs::read_to_string(dir.join("log"))?);
        };
        if let Some((_, url)) = line.split_once("Serving ") {
            break url.trim().to_owned();
        }
    };
    let log = dir.join("log");
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            use std::io::Write as _;
            if let Ok(mut file) = std::fs::File::options().append(true).open(&log) {
                let _ = writeln!(file, "{line}");
            }
        }
    });
    Ok((process, url))
}

/// A request that is being built.
pub(crate) struct Call<'a> {
    app: &'a App,
    request: reqwest::RequestBuilder,
}

impl Call<'_> {
    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Adds a token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds a token of `role` in `workspace`.
    pub(crate) fn as_role(self, role: &str, workspace: &str) -> Self {
        self.bearer(&token::of(role, workspace))
    }

    /// Adds the token of an ADMIN of the workspace `acme`.
    pub(crate) fn as_admin(self) -> Self {
        self.as_role("ADMIN", "acme")
    }

    /// Adds a JSON body.
    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Adds a body with this content type.
    pub(crate) fn body(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// Sends the request and reads the whole response.
    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// Sends the request. Returns an error if the application does not respond, or not as documented.
    pub(crate) async fn try_send(self) -> Result<Answer> {
        let request = self.request.build()?;
        let sent = Sent::of(&request);
        let response = self.app.client.execute(request).await;
        let response = response.with_context(|| format!("its log:\n{}", self.app.log()))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let answer = Answer { status, headers, text, bytes };
        ensure!(
            !answer.header("x-request-id").is_empty(),
            "no x-request-id from {}: {answer:?}",
            self.app.url
        );
        sent.check(&answer)?;
        Ok(answer)
    }
}

impl App {
    /// Starts the application with its usual variables.
    pub(crate) async fn start() -> Self {
        Options::default().start().await.unwrap()
    }

    /// A call to `path`.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { app: self, request: self.client.request(method, format!("{}{path}", self.url)) }
    }

    /// `GET path`.
    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// `POST path`.
    pub(crate) fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// `PUT path`.
    pub(crate) fn put(&self, path: &str) -> Call<'_> {
        self.call(Method::PUT, path)
    }

    /// `DELETE path`.
    pub(crate) fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    /// Saves the built-in manifest `id` as `custom-{id}` of `acme`, at the simulator's origin.
    pub(crate) async fn adopt(&self, id: &str, simulator: &Simulator) -> String {
        self.save(&self.custom(id, simulator).await).await
    }

    /// Saves a manifest of `acme`'s own, and confirms its revocation effect as an ADMIN. Returns the id.
    pub(crate) async fn save(&self, manifest: &Value) -> String {
        let call = self.post("/api/manifests?believe_effect=true").as_admin();
        let answer = call.json(manifest).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        manifest["id"].as_str().unwrap().to_owned()
    }

    /// The built-in manifest `id`, with only its id and its origins changed. A parameter in the host stays
    /// there. Its `example` leads to the simulator.
    pub(crate) async fn custom(&self, id: &str, simulator: &Simulator) -> Value {
        let answer = self.get(&format!("/api/manifests/{id}")).as_admin().send().await;
        let mut manifest = answer.json();
        manifest["id"] = format!("custom-{id}").into();
        move_origins(&mut manifest, simulator);
        manifest
    }

    /// Starts the application, and a simulated Stripe that accepts `key` and is connected as `Stripe` in
    /// `acme`.
    pub(crate) async fn with_stripe(key: &str) -> (Self, Simulator) {
        let (app, provider) =
            (Self::start().await, Simulator::start(Kind::Stripe, 0).await.unwrap());
        provider.set_key(key);
        let manifest = app.adopt("stripe", &provider).await;
        let body =
            json!({"manifest_id": manifest, "name": "Stripe", "credentials": {"api_key": key}});
        let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        (app, provider)
    }

    /// The database.
    pub(crate) fn database(&self) -> Database {
        match &self.servers {
            Some(on) => Database::server(on.servers.database_at),
            None => Database::file(&self.dir.path().join(".spin/sqlite_db.db")),
        }
    }

    /// The servers that have the data, if they are not in files.
    pub(crate) fn servers(&self) -> Option<&Servers> {
        self.servers.as_ref().map(|on| &*on.servers)
    }

    /// The key-value store.
    pub(crate) fn key_value(&self) -> KeyValue {
        match &self.servers {
            Some(on) => KeyValue::server(on.servers.key_value_at),
            None => KeyValue::file(&self.dir.path().join(".spin/sqlite_key_value.db")),
        }
    }

    /// The files with the application's data, on this machine or on its servers, and the bytes of each. A file
    /// that is deleted while this function reads, such as a journal, is left out.
    pub(crate) fn data_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut folders = vec![self.dir.path().join(".spin"), self.dir.path().join(".servers")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                match std::fs::read(&path) {
                    Ok(bytes) => files.push((path, bytes)),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => panic!("cannot read {}: {error}", path.display()),
                }
            }
        }
        assert!(!files.is_empty(), "there are no data to search");
        files
    }

    /// Checks that `secret` is in none of [`Self::data_files`].
    pub(crate) fn ensure_not_stored(&self, secret: &str) {
        for (path, bytes) in self.data_files() {
            let found = memchr::memmem::find(&bytes, secret.as_bytes());
            let shown: String = secret.chars().take(10).collect();
            assert!(found.is_none(), "{shown}… is in {}", path.display());
        }
    }

    /// The number of rows of a table.
    pub(crate) fn count(&self, table: &str) -> i64 {
        self.database()
            .query_row(&format!("select count(*) from {table}"), [], |row| row.get(0))
            .unwrap()
    }

    /// The application's log so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap()
    }

    /// Sets a variable. It counts after [`Self::restart`], and for a process that is started beside this one.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Starts a second process on the same directory, on its own port.
    pub(crate) async fn beside(&self) -> Self {
        let (dir, variables) = (Arc::clone(&self.dir), self.variables.clone());
        let (outside, servers) = (self.outside.clone(), self.servers.clone());
        let around = (&outside, servers.as_ref());
        let (process, url) =
            spawn(&self.manifest, dir.path(), &variables, 0, around).await.unwrap();
        let (manifest, client) = (self.manifest.clone(), client().unwrap());
        Self { url, dir, variables, manifest, port: 0, outside, servers, process, client }
    }

    /// Kills the application and returns its directory.
    pub(crate) async fn kill(mut self) -> TempDir {
        self.process.kill().await;
        Arc::into_inner(self.dir).expect("no other process uses the directory")
    }

    /// Kills the application and starts it again on the same directory.
    pub(crate) async fn restart(mut self) -> Self {
        self.process.kill().await;
        let (manifest, dir) = (&self.manifest, self.dir.path());
        let around = (&self.outside, self.servers.as_ref());
        let (process, url) =
            spawn(manifest, dir, &self.variables, self.port, around).await.unwrap();
        Self { process, url, ..self }
    }
}
