//! The examples of `examples/agent-tools` in each language, against a simulated Slack as `cargo xtask up`
//! starts it. All must give the same output.
//!
//! `cargo xtask test` builds the example in Rust (`NEXUS_EXAMPLE`). The others run with the packages that are
//! installed for `sdk`. Examples whose runtime is missing are skipped, and the test says so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use nexus_simulators::{Behaviour, Kind, Simulator};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::agents::sdk;
use crate::kit::app::{App, sandbox};
use crate::kit::programs::repo;
use crate::kit::token;

const FOLDER: &str = "examples/agent-tools";

/// An example that can run here.
struct Example {
    language: &'static str,
    command: Vec<PathBuf>,
}

/// The examples whose runtime is installed.
fn examples() -> Vec<Example> {
    let folder = repo().join(FOLDER);
    let mut found = Vec::new();
    let built = || repo().join("target/debug/slack-tools");
    let rust = std::env::var_os("NEXUS_EXAMPLE").map_or_else(built, PathBuf::from);
    if rust.exists() {
        found.push(Example { language: "Rust", command: vec![rust] });
    } else {
        eprintln!("SKIPPED: the example in Rust is not built (cargo build -p slack-tools)");
    }
    let Some(place) = sdk::installed() else { return found };
    let python = vec![place.join("venv/bin/python"), folder.join("slack_tools.py")];
    found.push(Example { language: "Python", command: python });
    let place = beside_its_packages(&place);
    let tsx = place.join("node_modules/.bin/tsx");
    found.push(Example { language: "Node.js", command: vec![tsx, place.join("slack-tools.ts")] });
    found
}

/// A copy of the example in TypeScript, because Node.js looks for packages in the folder of the script. The
/// copy is made once, because concurrent tests use it.
fn beside_its_packages(place: &Path) -> PathBuf {
    static COPIED: OnceLock<PathBuf> = OnceLock::new();
    let copy = || {
        let place = place.join("examples");
        for file in ["slack-tools.ts", "tsconfig.json"] {
            std::fs::copy(repo().join(FOLDER).join(file), place.join(file)).unwrap();
        }
        place
    };
    COPIED.get_or_init(copy).clone()
}

impl Example {
    /// Runs the example. Returns whether it succeeded, and the JSON that it prints.
    async fn run(&self, app: &App, arguments: &[&str]) -> (bool, Value) {
        let _turn = sdk::turn().await;
        let output = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(arguments)
            .env("NEXUS_URL", &app.url)
            .env("NEXUS_TOKEN", token::of("AGENT", "acme"))
            .env_remove("NEXUS_INTEGRATION")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let shown = || format!("{} {arguments:?}: {output:?}", self.language);
        assert!(output.stderr.is_empty(), "{}", shown());
        let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", shown()));
        (output.status.success(), json)
    }

    async fn good(&self, app: &App, tool: &str, input: Value) -> Value {
        let (good, said) = self.run(app, &[tool, &input.to_string()]).await;
        assert!(good, "{} {tool} {input}: {said}", self.language);
        said
    }

    /// The error that the example gives to a model.
    async fn refused(&self, app: &App, tool: &str, input: Value) -> Value {
        let (good, said) = self.run(app, &[tool, &input.to_string()]).await;
        assert!(!good, "{} {tool} {input}: {said}", self.language);
        said
    }
}

/// The application with the simulated Slack, connected as `up` connects it.
async fn with_slack() -> (App, Simulator) {
    let (app, slack) = (App::start().await, Simulator::start(Kind::Slack, 0).await.unwrap());
    let manifest = app.save(&sandbox("sandbox-slack.json", &slack)).await;
    let body = json!({"manifest_id": manifest, "name": "Slack sandbox",
        "credentials": {"bot_token": Kind::Slack.default_key()}});
    let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    (app, slack)
}

#[tokio::test]
async fn they_describe_the_same_tools() {
    let (app, _slack) = with_slack().await;
    let mut described = BTreeMap::new();
    for example in examples() {
        let (good, tools) = example.run(&app, &[]).await;
        assert!(good, "{}: {tools}", example.language);
        for tool in tools.as_array().unwrap() {
            jsonschema::meta::validate(&tool["inputSchema"]).unwrap();
            assert!(tool["description"].as_str().is_some_and(|text| text.len() > 20), "{tool}");
        }
        described.insert(example.language, tools);
    }
    let mut all = described.values();
    if let Some(first) = all.next() {
        let names: Vec<_> = first.as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
        assert_eq!(names, ["post_message", "list_channels", "read_thread"]);
        assert!(all.all(|tools| tools == first), "{described:?}");
    }
}

#[tokio::test]
async fn they_list_post_and_read_in_every_language() {
    let (app, slack) = with_slack().await;
    for example in examples() {
        let listed = example.good(&app, "list_channels", json!({})).await;
        let general = json!({"id": "C0SIMULGEN", "name": "general", "is_member": true});
        assert_eq!((&listed["channels"][0], &listed["next_cursor"]), (&general, &Value::Null));
        let text = format!("Hello & <goodbye> = ü+% from {}", example.language);
        let sent = json!({"channel": "C0SIMULGEN", "text": text});
        let sent = example.good(&app, "post_message", sent).await;
        assert_eq!(sent["channel"], "C0SIMULGEN");
        let ts = &sent["ts"];
        let reply = json!({"channel": "C0SIMULGEN", "text": "a reply", "thread_ts": ts});
        example.good(&app, "post_message", reply).await;
        let asked = json!({"channel": "C0SIMULGEN", "ts": ts});
        let thread = example.good(&app, "read_thread", asked).await;
        let messages = thread["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 2, "{}: {thread}", example.language);
        let first = json!({"ts": ts, "user": "U0SIMULBOT", "text": text});
        assert_eq!((&messages[0], &messages[1]["text"]), (&first, &json!("a reply")));
    }
    let token = token::of("AGENT", "acme");
    assert!(!format!("{:?}", slack.requests()).contains(token.rsplit('.').next().unwrap()));
}

#[tokio::test]
async fn errors_tell_a_model_what_to_do() {
    let (app, slack) = with_slack().await;
    let post = |channel: &str| json!({"channel": channel, "text": "x"});
    for example in examples() {
        for (tool, input, error, part) in [
            ("post_message", post("C0NOWHERE"), "channel_not_found", "list_channels"),
            ("post_message", json!({"channel": "C0SIMULGEN"}), "invalid_input", "text is missing"),
            ("post_message", json!({"chanel": "x"}), "invalid_input", "is missing"),
            ("list_channels", json!({"limit": "1"}), "invalid_input", "limit is not a parameter"),
            ("list_channels", json!({"cursor": 1}), "invalid_input", "must be a non-empty string"),
            ("list_channels", json!({"cursor": "x"}), "invalid_cursor", "leave it out"),
            (
                "read_thread",
                json!({"channel": "C0SIMULGEN", "ts": "1.2"}),
                "thread_not_found",
                "ts",
            ),
            ("delete_all", json!({}), "unknown_tool", "post_message, list_channels"),
        ] {
            let said = example.refused(&app, tool, input.clone()).await;
            let shown = format!("{} {tool} {input}: {said}", example.language);
            assert_eq!(said["error"], error, "{shown}");
            assert!(said["message"].as_str().unwrap().contains(part), "{shown}");
        }
        slack.restrict_key(Kind::Slack.default_key());
        let said = example.refused(&app, "list_channels", json!({})).await;
        assert_eq!(said["error"], "missing_scope", "{said}");
        assert!(said["message"].as_str().unwrap().contains("channels:read"), "{said}");
        slack.accept_key(Kind::Slack.default_key());

        slack.set_behaviour(Behaviour::Status(429)).await.unwrap();
        let said = example.refused(&app, "list_channels", json!({})).await;
        assert_eq!(said["error"], "ratelimited", "{}: {said}", example.language);
        slack.set_behaviour(Behaviour::Status(503)).await.unwrap();
        let said = example.refused(&app, "list_channels", json!({})).await;
        assert_eq!(said["error"], "http_503", "{}: {said}", example.language);
        slack.release().await.unwrap();
    }
}

/// An error of Nexus has the code, the reason, and the link for a person.
#[tokio::test]
async fn refusals_of_nexus_come_with_their_link() {
    let (app, _slack) = with_slack().await;
    let change = async |body: Value| {
        let call = app.put("/api/integrations/slack-sandbox").as_admin().json(&body);
        assert_eq!(call.send().await.status, 200);
    };
    let rule = json!({"effect": "deny", "methods": ["POST"], "path": "/**"});
    for example in examples() {
        change(json!({"status": "active", "policy": {"rules": [rule]}})).await;
        let post = json!({"channel": "C0SIMULGEN", "text": "x"});
        let said = example.refused(&app, "post_message", post).await;
        assert_eq!(said["error"], "policy_denied", "{}: {said}", example.language);
        assert!(said["message"].as_str().unwrap().contains("policy.rules[0]"), "{said}");
        assert!(said["link"].as_str().unwrap().contains("/#/integrations/int_"), "{said}");
        // Reads are still allowed, because they use GET.
        example.good(&app, "list_channels", json!({})).await;
        change(json!({"status": "inactive"})).await;
        let said = example.refused(&app, "list_channels", json!({})).await;
        assert_eq!(said["error"], "integration_inactive", "{}: {said}", example.language);
        assert!(said["link"].is_string(), "{said}");
    }
}

#[tokio::test]
async fn the_example_in_typescript_type_checks() {
    let Some(place) = sdk::installed() else { return };
    let place = beside_its_packages(&place);
    let _turn = sdk::turn().await;
    let mut check = Command::new(place.join("node_modules/.bin/tsc"));
    let output = check.arg("--noEmit").current_dir(&place).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The configurations of MCP clients lead to `/mcp`, with a token that it accepts.
#[tokio::test]
async fn the_mcp_configurations_lead_to_the_tools() {
    let (app, _slack) = with_slack().await;
    for (file, servers, variable) in [
        ("mcp.json", "mcpServers", "${NEXUS_TOKEN}"),
        ("mcp.vscode.json", "servers", "${input:nexus-token}"),
    ] {
        let text = std::fs::read_to_string(repo().join(FOLDER).join(file)).unwrap();
        let config: Value = serde_json::from_str(&text).unwrap();
        let server = &config[servers]["nexus"];
        assert_eq!(server["type"], "http", "{file}");
        let path = server["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap();
        let authorization = server["headers"]["Authorization"].as_str().unwrap();
        let authorization = authorization.replace(variable, &token::of("AGENT", "acme"));
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let call = app.post(path).header("authorization", &authorization).json(&list);
        let answer = call.send().await;
        assert_eq!(answer.json()["result"]["tools"][2]["name"], "call_api", "{file}: {answer:?}");
    }
}
