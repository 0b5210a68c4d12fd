//! `nexus migrate`: brings the database to the schema of this version, and says whether the application works.
//!
//! With a database in a file, `nexus up` does the same with its first request. A database on a libSQL server is migrated
//! only here, because other processes may still be using it: as a job of its own, before the new version takes over.

use anyhow::{Result, bail};
use clap::Parser;
use http::Request;
use nexus_host::cli::Serve;
use nexus_host::server::{self, Server};
use serde_json::Value;

use super::installation::{Installation, Place};

/// The arguments of `nexus migrate`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

/// Migrates, and prints the schema.
///
/// # Errors
/// A newer version has written the database, or the application does not work: the error has the reasons.
pub fn run(args: &Args) -> Result<()> {
    let installation = Installation::find(&args.place)?;
    installation.make_directory()?;
    let _lock = installation.lock_shared()?;
    let health = health(&installation)?;
    let schema = health.get("schema").and_then(Value::as_u64);
    match (health.get("status").and_then(Value::as_str), schema) {
        (Some("ok"), Some(schema)) => {
            println!("the database has schema {schema}");
            Ok(())
        }
        _ => bail!("the application does not work: {}", reasons(&health)),
    }
}

/// The response of `/api/health` of the application in this program, after it has migrated the database.
fn health(installation: &Installation) -> Result<Value> {
    let variables = installation.variables()?;
    let secret = variables.require("tick_secret")?.to_owned();
    let application = installation.application()?.with_variable("migrate", "true");
    let options = Quiet::parse_from(["nexus", "--listen", "127.0.0.1:0"]).serve;
    server::block_on(async {
        let server = Server::start(&application, &options).await?;
        let request = Request::builder()
            .uri("http://localhost/api/health")
            .header("authorization", format!("Bearer {secret}"))
            .body(())?;
        let response = server.inside().send(request).await;
        server.close().await;
        let response = response?;
        Ok(serde_json::from_slice(response.body())?)
    })
}

/// The options of an application that serves nobody else.
#[derive(Parser)]
struct Quiet {
    #[command(flatten)]
    serve: Serve,
}

/// The problems and failures in an answer of `/api/health`.
pub(super) fn reasons(health: &Value) -> String {
    let list = |name: &str| health.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let problems = list("problems").into_iter().map(|problem| {
        let member =
            |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("the variable {} {}", member("variable"), member("rule"))
    });
    let failures = list("failures");
    let failures = failures.iter().filter_map(Value::as_str).map(str::to_owned);
    let all: Vec<_> = problems.chain(failures).collect();
    if all.is_empty() { "no reason was given".to_owned() } else { all.join("; ") }
}
