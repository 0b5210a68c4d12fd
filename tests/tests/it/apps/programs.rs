//! Official MCP clients and FastMCP, from nothing to a call: they are told the URL alone, and a person agrees. Once in
//! an application of the tests, and once in a fresh installation.

use std::fs::Permissions;
use std::net::Ipv6Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::agents::sdk::{installed, run_at};
use crate::kit::app::{App, Options};
use crate::kit::person::{Person, Program};
use crate::kit::upstream::Upstream;
use crate::program::installation::{Installation, is_here};

/// The text that says that it worked.
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

#[tokio::test]
async fn programs_connect_to_a_fresh_installation_by_the_url_alone() {
    let Some(place) = installed() else { return };
    if !is_here() {
        return;
    }
    let installation = Installation::with_private_hosts().await;
    let app = installation.up(&[]).await;
    let port = app.url.strip_prefix("http://localhost:").unwrap();
    // `localhost` is either address, and a browser may try either first.
    TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok() {
        TcpStream::connect(format!("[::1]:{port}")).await.unwrap();
    }
    let person = app.sign_in(&installation).await;
    let upstream = Upstream::start().await;
    person.agent_of(&upstream).await;
    connect_all(&place, &app.url, person.cookie(), ["up", "/x"]).await;
    let (status, listed) = person.send("GET", "/api/connected-apps", None).await;
    assert_eq!((status, listed["items"].as_array().map(Vec::len)), (200, Some(4)), "{listed}");
}
