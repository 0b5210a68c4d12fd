//! Command line: without arguments, lists the tools; with a tool's name and its input as JSON, runs the tool.
//!
//! `NEXUS_TOKEN`, `NEXUS_URL` and `NEXUS_INTEGRATION` set the caller, the server and the integration.
#![forbid(unsafe_code)]

use std::env;
use std::process::ExitCode;

use serde_json::{Value, json};
use slack_tools::{Nexus, Refusal, tools};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let Some(name) = arguments.next() else {
        let described = tools().into_iter().map(|tool| {
            json!({"name": tool.name, "description": tool.description,
                "inputSchema": tool.input_schema})
        });
        println!("{}", described.collect::<Value>());
        return ExitCode::SUCCESS;
    };
    let given = match serde_json::from_str(&arguments.next().unwrap_or_else(|| "{}".to_owned())) {
        Ok(given) => given,
        Err(error) => {
            eprintln!("the input is not JSON: {error}");
            return ExitCode::from(2);
        }
    };
    let variable =
        |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let nexus = Nexus::new(
        &variable("NEXUS_URL", "http://127.0.0.1:3000"),
        &variable("NEXUS_TOKEN", ""),
        &variable("NEXUS_INTEGRATION", "slack-sandbox"),
    );
    match nexus.run(&name, &given) {
        Ok(content) => {
            println!("{content}");
            ExitCode::SUCCESS
        }
        Err(Refusal(content)) => {
            println!("{content}");
            ExitCode::FAILURE
        }
    }
}
