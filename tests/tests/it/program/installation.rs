//! An installation in its own directory, and the commands of `nexus` on it.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::kit::process::{has_an_instance_per_request, is_spin};
use crate::kit::programs::nexus;
use crate::kit::upstream::{self, Upstream};

/// Whether the program contains the application. It does not on Spin. One mode of the test run is enough.
pub(crate) fn is_here() -> bool {
    !is_spin() && !has_an_instance_per_request()
}

/// An installation.
pub(crate) struct Installation {
    folder: TempDir,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// An installation that was started and stopped once. Its integrations may be on this machine.
    pub(crate) async fn with_private_hosts() -> Self {
        let installation = Self::new();
        installation.up(&[]).await.stop().await;
        let keys = std::fs::read_to_string(installation.env_file()).unwrap();
        let with_private = format!("{keys}SPIN_VARIABLE_PRIVATE_HOSTS=http://127.0.0.0/8:*\n");
        std::fs::write(installation.env_file(), with_private).unwrap();
        installation
    }

    /// The state directory. The first start makes it.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// A path outside the state directory.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn env_file(&self) -> PathBuf {
        self.state().join(".env")
    }

    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.state().join("sqlite_db.db")).unwrap()
    }

    /// A command of `nexus`, without variables of this machine.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(nexus());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SPIN_")) {
            command.env_remove(name);
        }
        command.args(arguments).env("NEXUS_STATE_DIR", self.state()).stdin(Stdio::null());
        command.kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        let Output { status, stdout, stderr } = self.command(arguments).output().await.unwrap();
        Ended {
            success: status.success(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Starts the application, and waits until it listens.
    pub(crate) async fn up(&self, arguments: &[&str]) -> Running {
        // The public URL contains the port, so the port must be known before the start.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("localhost:{port}");
        let url = format!("http://localhost:{port}");
        let all = [&["up", "--listen", &listen, "--public-url", &url], arguments].concat();
        let mut child = self.command(&all).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut output = Vec::new();
        loop {
            let line = lines.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("nexus up ended: {output:?}"));
            let is_last = line.starts_with("State");
            output.push(line);
            if is_last {
                break;
            }
        }
        let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(40));
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Running { child, url, output, lines, client }
    }
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A running `nexus up`. Dropping this value kills it.
pub(crate) struct Running {
    child: Child,
    pub(crate) url: String,
    output: Vec<String>,
    lines: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
    client: reqwest::Client,
}

impl Running {
    /// Asks the program to stop, as systemd does.
    pub(crate) fn terminate(&self) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
    }

    /// Waits until the program has ended. Returns whether it succeeded, and its whole output.
    pub(crate) async fn ended(mut self) -> (bool, String) {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            self.output.push(line);
        }
        (self.child.wait().await.unwrap().success(), self.output.join("\n"))
    }

    pub(crate) async fn stop(self) -> String {
        self.terminate();
        let (success, output) = self.ended().await;
        assert!(success, "{output}");
        output
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> (u16, reqwest::header::HeaderMap, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        (status, headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Signs in with a link of `nexus sign-in`.
    pub(crate) async fn sign_in(&self, installation: &Installation) -> Person<'_> {
        let made = installation.run(&["sign-in", "--url", &self.url]).await;
        assert!(made.success, "{made:?}");
        let link = made.stdout.trim().rsplit_once("#link=").unwrap().1.to_owned();
        self.use_link(&link).await
    }

    /// Signs in with the token in a link.
    pub(crate) async fn use_link(&self, link: &str) -> Person<'_> {
        let same_origin = [("sec-fetch-site", "same-origin")];
        let body = json!({ "link": link });
        let (status, headers, answer) =
            self.send("POST", "/sign-in/link", &same_origin, Some(&body)).await;
        assert_eq!(status, 200, "{answer}");
        let cookie = headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Person { app: self, cookie }
    }
}

/// A person who is signed in.
pub(crate) struct Person<'a> {
    app: &'a Running,
    cookie: String,
}

impl Person<'_> {
    /// The header with the cookie.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let headers = [("sec-fetch-site", "same-origin"), ("cookie", self.cookie.as_str())];
        let (status, _, answer) = self.app.send(method, path, &headers, body).await;
        (status, answer)
    }

    /// Connects Stripe under a name, without asking Stripe. Returns the id.
    pub(crate) async fn connect(&self, name: &str) -> String {
        let body = json!({
            "manifest_id": "stripe", "name": name, "verify": false,
            "credentials": {"api_key": "sk_test_0123456789abcdefghijklmn"},
        });
        let (status, answer) = self.send("POST", "/api/integrations", Some(&body)).await;
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Connects a provider of the test, and makes an agent. Returns its key, and the path of a call.
    pub(crate) async fn agent_of(&self, upstream: &Upstream) -> (String, String) {
        let manifest = upstream.manifest(json!({}));
        let path = "/api/manifests?believe_effect=true";
        let (status, answer) = self.send("POST", path, Some(&manifest)).await;
        assert_eq!(status, 201, "{answer}");
        let body = json!({
            "manifest_id": manifest["id"], "name": "Up", "credentials": {"key": upstream::KEY},
        });
        let (status, up) = self.send("POST", "/api/integrations", Some(&body)).await;
        assert_eq!(status, 201, "{up}");
        let (status, agent) = self.send("POST", "/api/agents", Some(&json!({"name": "Bot"}))).await;
        assert_eq!(status, 201, "{agent}");
        let path = format!("/api/agents/{}/keys", agent["id"].as_str().unwrap());
        let (status, key) = self.send("POST", &path, Some(&json!({}))).await;
        assert_eq!(status, 201, "{key}");
        let call = format!("/api/proxy/{}/v1/x", up["slug"].as_str().unwrap());
        (key["key"].as_str().unwrap().to_owned(), call)
    }

    /// The names of all integrations.
    pub(crate) async fn names(&self) -> Vec<String> {
        let (status, page) = self.send("GET", "/api/integrations?limit=100", None).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// The permissions of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
