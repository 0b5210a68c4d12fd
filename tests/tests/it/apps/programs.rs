//! Official MCP clients and FastMCP, from a URL alone to a call. A person agrees in between.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::agents::sdk::{installed, run_with};
use crate::kit::app::{App, Options};
use crate::kit::person::{Person, Program};
use crate::kit::upstream::Upstream;

/// The application at its own address with the integration `up`, and a signed-in person.
async fn started() -> (App, Upstream, Person) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let app = Options::default().port(port).start().await.unwrap();
    let upstream = Upstream::start().await;
    upstream.connect(&app, json!({})).await;
    Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    (app, upstream, person)
}

#[tokio::test]
async fn programs_in_node_connect_by_the_url_alone() {
    if installed().is_none() {
        return;
    }
    let (app, _upstream, person) = started().await;
    let worked = run_with("node", "connect.mjs", &app, &[&person.header()]).await;
    let all = ["@modelcontextprotocol/sdk", "@modelcontextprotocol/client", "mcp-remote"];
    assert_eq!(worked, all);
    assert_eq!(app.count("app_grants"), 3);
}

#[tokio::test]
async fn fastmcp_connects_by_the_url_alone() {
    let Some(place) = installed() else { return };
    let (app, _upstream, person) = started().await;
    let folder = tempfile::tempdir().unwrap();
    let browser = folder.path().join("browser");
    let script = format!(
        "#!/bin/sh\nNEXUS_COOKIE='{}' exec node '{}' \"$1\"\n",
        person.header(),
        place.join("person.mjs").display()
    );
    std::fs::write(&browser, script).unwrap();
    std::fs::set_permissions(&browser, Permissions::from_mode(0o755)).unwrap();
    let browser = browser.to_str().unwrap();
    assert_eq!(run_with("fastmcp", "connect.py", &app, &[browser]).await, ["fastmcp"]);
    assert_eq!(app.count("app_grants"), 1);
}
