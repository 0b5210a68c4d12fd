//! `cargo xtask up`: from a clean checkout to a signed-in page with one command.

mod report;
pub(crate) mod sandbox;
mod state;

use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::build::{self, Profile};
use crate::child::{self, App};
use crate::env::{PREFIX, Variables};
use crate::keys;
use crate::repo::Repo;
use crate::runtime::{Choice, Launch, Runtime};
use crate::token::{self, Role};

/// The workspace that `up` signs in to.
const WORKSPACE: &str = "demo";

/// The subject of the token it prints.
const SUBJECT: &str = "developer";

const VALID: Duration = Duration::from_secs(3_600);

/// How long a first start may take: the components are compiled to machine code then.
const READY: Duration = Duration::from_secs(120);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The port on 127.0.0.1; 0: any free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Where the databases are kept
    #[arg(long, default_value = ".spin")]
    state_dir: PathBuf,
    /// What runs the application
    #[arg(long, value_enum, default_value = "auto")]
    runtime: Choice,
    /// Components as shipped, and an optimised host: slow to build, fast to run
    #[arg(long)]
    release: bool,
    /// Do not start and register the sandbox provider
    #[arg(long)]
    no_sandbox: bool,
    /// json: one line {"url","runtime","token"} on stdout when ready
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Everything that is needed to start the application.
struct Prepared {
    runtime: Runtime,
    repo: Repo,
    state: PathBuf,
    port: u16,
    token: String,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let mut interrupted = pin!(child::interrupted());
    let prepared = tokio::select! {
        prepared = prepare(&args) => prepared?,
        result = &mut interrupted => {
            result?;
            return Ok(ExitCode::from(130));
        }
    };
    let mut app = prepared.start()?;
    let outcome = tokio::select! {
        result = serve(&args, &prepared, &mut app) => result,
        result = &mut interrupted => {
            eprintln!("stopping");
            result
        }
    };
    app.stop().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Keys, builds, and what to run it with.
async fn prepare(args: &Args) -> Result<Prepared> {
    let repo = Repo::find()?;
    let port = child::free_port(args.port)?;
    let env_file = repo.root.join(".env");
    if !env_file.exists() {
        keys::write(&env_file, false, "http://127.0.0.1:3000")?;
        eprintln!("made {} with fresh keys", env_file.display());
    }
    let variables = Variables::read(&env_file)?;
    let token = token::mint(&variables, Role::Admin, WORKSPACE, SUBJECT, VALID)?;
    build::components(&repo, Profile::of(args.release), &[]).await?;
    let runtime = Runtime::pick(args.runtime, &repo, args.release).await?;
    // Relative to the repository, as Spin takes its default.
    let state = repo.root.join(&args.state_dir);
    // After the builds, whose files others may read.
    state::make(&state)?;
    Ok(Prepared { runtime, repo, state, port, token })
}

impl Prepared {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn start(&self) -> Result<App> {
        let mut command = self.runtime.command(&Launch {
            manifest: &self.repo.root.join("spin.toml"),
            port: self.port,
            state: &self.state,
            env_file: &self.repo.root.join(".env"),
            dir: &self.repo.root,
        })?;
        let public_url = format!("{PREFIX}PUBLIC_URL");
        if std::env::var_os(&public_url).is_none() {
            command.env(public_url, self.url());
        }
        // Asked again: the builds may have taken minutes.
        child::free_port(self.port)?;
        App::start(command)
    }
}

/// Waits until it is ready, registers the sandbox, prints where it is, and returns when it ends.
async fn serve(args: &Args, prepared: &Prepared, app: &mut App) -> Result<()> {
    app.ready(prepared.port, READY).await?;
    let mut sandbox = None;
    if !args.no_sandbox {
        let folder = prepared.repo.root.join("tests/simulators");
        match sandbox::start(&folder, &prepared.state, prepared.port, &prepared.token).await {
            Ok(started) => sandbox = Some(started),
            Err(error) => eprintln!("warning: there is no sandbox provider: {error:#}"),
        }
    }
    let ready = report::Ready {
        url: &prepared.url(),
        runtime: &prepared.runtime,
        token: &prepared.token,
        sandbox: sandbox.as_ref(),
    };
    // A line at once, also where stdout is a pipe.
    println!("{}", ready.render(args.format));
    bail!("the application ended by itself ({})", app.ended().await?)
}
