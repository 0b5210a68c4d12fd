//! Official MCP clients and FastMCP, from nothing to a call: they are told the URL alone, and a person agrees. Once in
//! an application of the tests, and once in a fresh `cargo xtask up`.

use std::fs::Permissions;
use std::net::Ipv6Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::agents::sdk::{installed, run_at};
use crate::kit::app::{App, Options};
use crate::kit::person::{Person, Program};
use crate::kit::process::is_spin;
use crate::kit::programs::{repo, xtask};
use crate::kit::upstream::Upstream;

/// What says that it worked.
const IN_NODE: [&str; 3] =
    ["@modelcontextprotocol/sdk", "@modelcontextprotocol/client", "mcp-remote"];

/// The application at its own address, with the integration `up`, and a person who is signed in.
async fn started() -> (App, Upstream, Person) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let app = Options::default().port(port).start().await.unwrap();
    let upstream = Upstream::start().await;
    upstream.connect(&app, json!({})).await;
    Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    (app, upstream, person)
}

/// Connects each program, and makes a call of `slug`. The person is signed in by `cookie`.
async fn connect_all(place: &Path, origin: &str, cookie: &str, [slug, path]: [&str; 2]) {
    let worked = run_at("node", "connect.mjs", origin, &[cookie, slug, path]).await;
    assert_eq!(worked, IN_NODE);
    let folder = tempfile::tempdir().unwrap();
    let browser = folder.path().join("browser");
    let person = place.join("person.mjs");
    let script =
        format!("#!/bin/sh\nNEXUS_COOKIE='{cookie}' exec node '{}' \"$1\"\n", person.display());
    std::fs::write(&browser, script).unwrap();
    std::fs::set_permissions(&browser, Permissions::from_mode(0o755)).unwrap();
    let browser = browser.to_str().unwrap();
    let worked = run_at("fastmcp", "connect.py", origin, &[browser, slug, path]).await;
    assert_eq!(worked, ["fastmcp"]);
}

#[tokio::test]
async fn programs_connect_by_the_url_alone() {
    let Some(place) = installed() else { return };
    let (app, _upstream, person) = started().await;
    connect_all(&place, &app.url, &person.header(), ["up", "/x"]).await;
    assert_eq!(app.count("app_grants"), 4);
}

/// `cargo xtask up` on a state directory of its own. The application ends with it.
struct Up {
    _program: Child,
    _state: TempDir,
    /// The line that it prints for programs.
    report: Value,
}

impl Up {
    async fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let log = std::fs::File::create(state.path().join("log")).unwrap();
        let mut command = Command::new(xtask());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SPIN_")) {
            command.env_remove(name);
        }
        command.args(["up", "--port", "0", "--runtime", "embedded", "--format", "json"]);
        command.arg("--state-dir").arg(state.path().join("state")).current_dir(repo());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut program = command.spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap_or_else(|| {
            panic!("{}", std::fs::read_to_string(state.path().join("log")).unwrap())
        });
        Self { _program: program, _state: state, report: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, member: &str) -> &str {
        self.report[member].as_str().unwrap_or_else(|| panic!("no {member}: {}", self.report))
    }

    /// Opens the link that it prints, and returns the cookie.
    async fn sign_in(&self) -> String {
        let (page, link) = self.text("sign_in").split_once("#link=").unwrap();
        let request = reqwest::Client::new().post(format!("{page}/link"));
        let request = request.header("sec-fetch-site", "same-origin").json(&json!({"link": link}));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{answer:?}");
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn programs_connect_to_a_fresh_start_by_the_url_alone() {
    let Some(place) = installed() else { return };
    // It runs on the embedded host, and once is enough.
    if is_spin() || std::env::var_os("NEXUS_REUSE").is_some() {
        return;
    }
    let up = Up::start().await;
    let origin = up.text("url");
    let port = origin.strip_prefix("http://localhost:").unwrap();
    // `localhost` is either address, and a browser may try either first.
    TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok() {
        TcpStream::connect(format!("[::1]:{port}")).await.unwrap();
    }
    let cookie = up.sign_in().await;
    connect_all(&place, origin, &cookie, ["sandbox", "/me"]).await;
    let request = reqwest::Client::new().get(format!("{origin}/api/connected-apps"));
    let request = request.header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    let listed: Value = request.send().await.unwrap().json().await.unwrap();
    let apps = listed["items"].as_array().unwrap();
    assert_eq!(apps.len(), 4, "{listed}");
}
