//! Vendors' own SDKs and official MCP clients, as they come from npm and PyPI, through the proxy.
//!
//! `NEXUS_SDK` names the folder with the packages. `cargo xtask test` sets it. Without it these tests are
//! skipped and say so.

use std::path::PathBuf;
use std::process::Stdio;

use nexus_simulators::{Kind, Simulator};
use serde_json::json;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

use crate::kit::app::App;
use crate::kit::programs::repo;
use crate::kit::token;
use crate::tokens::oauth::Pair;

/// The folder with the packages.
pub(crate) fn installed() -> Option<PathBuf> {
    let place = std::env::var_os("NEXUS_SDK").map(PathBuf::from);
    if place.is_none() {
        eprintln!("SKIPPED: the SDKs are not installed (NEXUS_SDK)");
    }
    place
}

/// Waits for a turn to run a program of Node.js or Python. Each program takes a core, and the tests beside it
/// have deadlines.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}

/// The files that the scripts in JavaScript share.
const SHARED: [&str; 2] = ["run.mjs", "person.mjs"];

/// Runs a script of `tests/sdk`. Returns the steps that the script reports as successful.
async fn run(program: &str, script: &str, app: &App) -> Vec<String> {
    run_with(program, script, app, &[]).await
}

/// As [`run`], with further arguments.
pub(crate) async fn run_with(program: &str, script: &str, app: &App, more: &[&str]) -> Vec<String> {
    run_at(program, script, &app.url, more).await
}

/// The same with the origin of an application.
pub(crate) async fn run_at(
    program: &str,
    script: &str,
    origin: &str,
    more: &[&str],
) -> Vec<String> {
    let place = installed().unwrap();
    // Node.js looks for packages in the folder of the script.
    for file in SHARED.into_iter().chain([script]) {
        std::fs::copy(repo().join("tests/sdk").join(file), place.join(file)).unwrap();
    }
    let copy = place.join(script);
    let program = match program {
        "python" => place.join("venv/bin/python"),
        "older python" => place.join("older/bin/python"),
        "fastmcp" => place.join("fastmcp/bin/python"),
        other => other.into(),
    };
    let _turn = turn().await;
    let output = Command::new(program)
        .arg(&copy)
        .args([origin, &token::of("AGENT", "acme")])
        .args(more)
        .current_dir(&place)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}\n{error}");
    said.lines().filter_map(|line| line.strip_prefix("worked: ")).map(str::to_owned).collect()
}

/// Connects a provider's built-in manifest with the simulator's own key.
async fn connect(app: &App, kind: Kind, id: &str, name: &str, field: &str) -> Simulator {
    let provider = Simulator::start(kind, 0).await.unwrap();
    let manifest = app.adopt(id, &provider).await;
    let body = json!({"manifest_id": manifest, "name": name,
        "credentials": {field: kind.default_key()}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    provider.clear_requests();
    provider
}

/// Checks that no request to `provider` had the agent's token in it.
fn never_saw_the_token(provider: &Simulator) {
    let token = token::of("AGENT", "acme");
    let signature = token.rsplit('.').next().unwrap();
    for request in provider.requests() {
        assert!(!format!("{request:?}").contains(signature), "{request:?}");
    }
    assert!(!provider.requests().is_empty());
}

#[tokio::test]
async fn in_node_they_work_by_base_url_and_token_alone() {
    if installed().is_none() {
        return;
    }
    let slack = Pair::built_in(Kind::Slack, "slack").await;
    slack.connect_with(json!({"name": "Slack"})).await;
    let google = Simulator::start(Kind::Google, 0).await.unwrap();
    let manifest = slack.app.custom("gmail", &google).await;
    let (client, secret) = Kind::Google.default_client().unwrap();
    let Pair { app, provider: slack, .. } = slack;
    let google = Pair::introduce(app, google, &manifest, client, secret).await;
    google.begin_with(json!({"name": "Gmail"})).await.finish(&google.app).await;
    let Pair { app, provider: google, .. } = google;
    google.clear_requests();
    slack.clear_requests();
    let mut others = Vec::new();
    for (kind, id, name, field) in [
        (Kind::Stripe, "stripe", "Stripe", "api_key"),
        (Kind::Github, "github", "GitHub", "personal_access_token"),
        (Kind::OpenAi, "openai", "OpenAI", "api_key"),
        (Kind::Anthropic, "anthropic", "Anthropic", "api_key"),
    ] {
        others.push(connect(&app, kind, id, name, field).await);
    }
    let worked = run("node", "check.mjs", &app).await;
    let all =
        ["@slack/web-api", "stripe", "@octokit/rest", "googleapis", "openai", "@anthropic-ai/sdk"];
    assert_eq!(worked, all);
    for provider in others.iter().chain([&slack, &google]) {
        never_saw_the_token(provider);
    }
}

#[tokio::test]
async fn in_python_they_work_by_base_url_and_token_alone() {
    if installed().is_none() {
        return;
    }
    let slack = Pair::built_in(Kind::Slack, "slack").await;
    slack.connect_with(json!({"name": "Slack"})).await;
    let stripe = connect(&slack.app, Kind::Stripe, "stripe", "Stripe", "api_key").await;
    assert_eq!(run("python", "check.py", &slack.app).await, ["slack_sdk", "stripe", "mcp"]);
    never_saw_the_token(&stripe);
}

#[tokio::test]
async fn mcp_clients_of_both_generations_work() {
    if installed().is_none() {
        return;
    }
    let app = App::start().await;
    let stripe = connect(&app, Kind::Stripe, "stripe", "Stripe", "api_key").await;
    let worked = run("node", "mcp.mjs", &app).await;
    assert_eq!(worked, ["@modelcontextprotocol/sdk", "@modelcontextprotocol/client"]);
    never_saw_the_token(&stripe);
}

/// If a converter rejects one member, its users lose every tool of the server.
#[tokio::test]
async fn the_vendors_converters_take_every_tool() {
    if installed().is_none() {
        return;
    }
    let app = App::start().await;
    let worked = run("python", "schemas.py", &app).await;
    assert_eq!(worked, ["google-genai", "openai", "openai-agents"]);
}

#[tokio::test]
async fn an_older_client_keeps_its_session_through_an_error() {
    if installed().is_none() {
        return;
    }
    let app = App::start().await;
    assert_eq!(run("older python", "older.py", &app).await, ["mcp 1.9"]);
}
