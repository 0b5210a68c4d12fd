//! Schemathesis generates valid and invalid requests from the OpenAPI document, and compares every response
//! with it. Its version is pinned in `tests/schemathesis.txt`; its checks and their reasons are in
//! `tests/schemathesis.toml`.
//!
//! It must not leave the machine: the application that it calls can reach loopback addresses only.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nexus_cli::keys;
use nexus_shared::dotenv;
use nexus_simulators::Kind;
use serde_json::json;
use tokio::process::Command;

use super::installed;
use crate::child::{self, App};
use crate::env::{PREFIX, Variables};
use crate::repo::Repo;
use crate::runtime::{Launch, Runtime};
use crate::token::{self, Role};
use crate::up::sandbox;

/// All addresses except loopback.
const NOWHERE: &str = r#"[outbound_networking]
block_networks = ["0.0.0.0/2", "64.0.0.0/3", "96.0.0.0/4", "112.0.0.0/5", "120.0.0.0/6",
  "124.0.0.0/7", "126.0.0.0/8", "128.0.0.0/1", "::/0"]
"#;

/// The callers, and the number of requests. The last two are denied nearly everything, which few requests can
/// show.
const RUNS: [(Role, &str, &[&str]); 3] = [
    (Role::Admin, "an ADMIN", &[]),
    (Role::Manager, "a MANAGER", FEW),
    (Role::Agent, "an AGENT", FEW),
];
const FEW: &[&str] = &["--phases", "examples,fuzzing", "--max-examples", "5"];

/// The program, if it is installed in the pinned versions. The error says how to install it.
pub(crate) fn find(repo: &Repo) -> Result<PathBuf, String> {
    let place = installed::find(repo, "schemathesis", &["tests/schemathesis.txt"])?;
    Ok(place.join("bin/schemathesis"))
}

/// Runs Schemathesis against the application on the embedded `host`. Returns for how many roles it found a
/// problem.
pub(crate) async fn run(repo: &Repo, host: PathBuf, program: &Path) -> Result<u64> {
    let directory = tempfile::Builder::new().prefix("nexus-schemathesis-").tempdir()?;
    let dir = directory.path();
    let port = child::free_port(0)?;
    let env_file = dir.join(".env");
    keys::write(&env_file, false, keys::Use::Development, &format!("http://127.0.0.1:{port}"))?;
    let variables = Variables::merge(dotenv::read(&env_file)?, []);
    let network = dir.join("runtime.toml");
    std::fs::write(&network, NOWHERE)?;
    let state = dir.join("state");
    std::fs::create_dir(&state)?;

    let mut command = Runtime::Embedded(host).command(&Launch {
        manifest: &repo.root.join("spin.toml"),
        port,
        state: &state,
        env_file: &env_file,
        dir,
    })?;
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(PREFIX) {
            command.env_remove(name);
        }
    }
    command.env("RUNTIME_CONFIG_FILE", network);
    // Thousands of requests, many of them with wrong tokens, come from one address.
    for limit in ["WRONG_PROOFS", "AGENT_CALLS", "WORKSPACE_CALLS"] {
        command.env(format!("{PREFIX}{limit}_PER_MINUTE"), "1000000");
    }
    let log = dir.join("log");
    let mut app = App::start_logged(command, &log)?;
    let found = async {
        let admin = mint(&variables, Role::Admin)?;
        app.ready(port, &[&admin], Duration::from_secs(120)).await?;
        let folder = repo.root.join("tests/simulators");
        let _provider = sandbox::start(&folder, &state, port, &admin).await?;
        fill(port, &admin).await?;
        let mut found = 0;
        for (role, who, more) in RUNS {
            eprintln!("--- as {who}");
            let token = mint(&variables, role)?;
            let tick = variables.require("tick_secret")?;
            found += u64::from(!as_role(repo, program, port, (&token, tick), more).await?);
        }
        anyhow::Ok(found)
    }
    .await;
    app.stop().await?;
    if !matches!(found, Ok(0)) {
        eprint!("{}", child::tail(&log));
    }
    found
}

fn mint(variables: &Variables, role: Role) -> Result<String> {
    token::mint(variables, role, "demo", "schemathesis", Duration::from_secs(3_600))
}

/// Creates a few integrations besides the sandbox's first one, and one by OAuth that nobody has completed.
async fn fill(port: u16, token: &str) -> Result<()> {
    let connect = |name: &str| {
        json!({
            "manifest_id": sandbox::MANIFEST_ID, "name": name,
            "credentials": {"api_key": Kind::Sandbox.default_key()},
        })
    };
    let begin = json!({"manifest_id": sandbox::OAUTH_MANIFEST_ID, "name": "Sandbox OAuth"});
    for body in [begin, connect("Accounting"), connect("Mail"), connect("On-call")] {
        let answer = sandbox::call(port, token, "POST", "/api/integrations", Some(&body)).await?;
        if answer.status != 201 {
            bail!("POST /api/integrations: {}", sandbox::refusal(&answer));
        }
    }
    Ok(())
}

/// Makes one run with these secrets. Returns whether it found no problem.
async fn as_role(
    repo: &Repo,
    program: &Path,
    port: u16,
    (token, tick): (&str, &str),
    more: &[&str],
) -> Result<bool> {
    let status = Command::new(program)
        .arg("--config-file")
        .arg(repo.root.join("tests/schemathesis.toml"))
        .arg("run")
        .arg(format!("http://127.0.0.1:{port}/api/openapi.json"))
        .args(more)
        .env("PYTHONPATH", repo.root.join("tests"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NEXUS_TOKEN", token)
        .env("NEXUS_TICK_SECRET", tick)
        .current_dir(repo.root.join("target"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .with_context(|| format!("cannot run {}", program.display()))?;
    Ok(status.success())
}
