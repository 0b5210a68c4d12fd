//! `cargo xtask up`: one command from a clean checkout to a signed-in page.

mod report;
pub(crate) mod sandbox;
mod steps;
mod timer;

use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use nexus_cli::keys::{self, Use};
use nexus_cli::sign_in::{self, PersonRole};
use nexus_cli::state;

use crate::build::{self, Profile};
use crate::child::{self, App};
use crate::env::{PREFIX, Variables};
use crate::repo::Repo;
use crate::runtime::{self, Choice, HostProfile, Launch, Runtime};
use crate::token::{self, Role};
use crate::ui;
use steps::Steps;

/// The workspace that `up` signs in to.
pub(crate) const WORKSPACE: &str = "demo";

/// The subject of the token it prints for programs.
const SUBJECT: &str = "developer";

/// The person whom its link signs in.
const NAME: &str = "Owner";

const VALID: Duration = Duration::from_secs(3_600);

/// The maximum time for a first start, which compiles the components to machine code.
const READY: Duration = Duration::from_secs(120);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The port on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The directory of the databases
    #[arg(long, default_value = ".spin")]
    state_dir: PathBuf,
    /// The runtime of the application
    #[arg(long, value_enum, default_value = "auto")]
    runtime: Choice,
    /// Build the components as shipped, and an optimized host: slow to build, fast to run
    #[arg(long)]
    release: bool,
    /// Do not start and register the sandbox providers
    #[arg(long)]
    no_sandbox: bool,
    /// The format of the result; json: one line {"url","runtime","token","sign_in"} on stdout when ready
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// The format of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Everything that the application needs to start.
struct Startup {
    runtime: Runtime,
    repo: Repo,
    state: PathBuf,
    port: u16,
    token: String,
    variables: Variables,
    steps: Steps,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let mut interrupted = pin!(child::interrupted());
    let startup = tokio::select! {
        startup = prepare(&args) => startup?,
        result = &mut interrupted => {
            result?;
            return Ok(ExitCode::from(130));
        }
    };
    let mut app = startup.start()?;
    let outcome = tokio::select! {
        result = serve(&args, &startup, &mut app) => result,
        result = &mut interrupted => {
            eprintln!("stopping");
            result
        }
    };
    app.stop().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Creates the keys, builds, and picks the runtime.
async fn prepare(args: &Args) -> Result<Startup> {
    let repo = Repo::find()?;
    let port = child::free_port(args.port)?;
    let env_file = repo.root.join(".env");
    if !env_file.exists() {
        keys::write(&env_file, false, Use::Development, "http://localhost:3000")?;
        eprintln!("created {} with new keys", env_file.display());
    } else if keys::add_sign_in_secret(&env_file)? {
        eprintln!("added a sign-in secret to {}", env_file.display());
    }
    let variables = Variables::read(&env_file)?;
    let token = token::mint(&variables, Role::Admin, WORKSPACE, SUBJECT, VALID)?;
    let mut steps = Steps::new();
    steps.next(!repo.root.join("static/dist/files.json").exists());
    ui::build(&repo).await?;
    let (profile, host_profile) = (Profile::of(args.release), HostProfile::of(args.release));
    let is_embedded = args.runtime == Choice::Embedded || runtime::spin().await.is_err();
    let is_new = !repo.wasm_dir(profile.name()).join("nexus_broker.wasm").exists()
        || is_embedded && !runtime::host_path(&repo, host_profile).exists();
    steps.next(is_new);
    // At the same time: each has parts that keep only one processor busy.
    let (_, runtime) = tokio::try_join!(
        build::components_alone(&repo, profile, &[], &[]),
        Runtime::pick(args.runtime, &repo, host_profile),
    )?;
    steps.next(!repo.root.join(&args.state_dir).exists());
    // Relative to the repository, like Spin's default.
    let state = repo.root.join(&args.state_dir);
    // After the builds, whose files need not be private.
    state::make(&state)?;
    Ok(Startup { runtime, repo, state, port, token, variables, steps })
}

impl Startup {
    fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
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
        // Spin treats an empty variable as set, although it has no value.
        if std::env::var_os(&public_url).is_none_or(|url| url.is_empty()) {
            command.env(public_url, self.url());
        }
        // Checked again, because the builds may have taken minutes.
        child::free_port(self.port)?;
        App::start(command)
    }
}

/// Waits until the application is ready, registers the sandbox, prints the sign-in link, and returns when the
/// application exits.
async fn serve(args: &Args, startup: &Startup, app: &mut App) -> Result<()> {
    let tick_secret = startup.variables.get("tick_secret");
    let keys: Vec<&str> = tick_secret.into_iter().chain([&*startup.token]).collect();
    app.ready(startup.port, &keys, READY).await?;
    eprintln!("the application is ready after {}", startup.steps.took());
    let _timer = timer::start(startup.port, tick_secret);
    let mut sandbox = None;
    if !args.no_sandbox {
        let folder = startup.repo.root.join("tests/simulators");
        match sandbox::start(&folder, &startup.state, startup.port, &startup.token).await {
            Ok(started) => sandbox = Some(started),
            Err(error) => eprintln!("warning: cannot set up the sandbox provider: {error:#}"),
        }
    }
    let url = startup.url();
    let role = PersonRole::Admin;
    let sign_in = sign_in::link(&startup.variables, &url, role, WORKSPACE, NAME)?;
    let ready = report::ReadyReport {
        url: &url,
        sign_in: &sign_in,
        runtime: &startup.runtime,
        token: &startup.token,
        sandbox: sandbox.as_ref(),
    };
    // Written as a whole line at once, even if stdout is a pipe.
    println!("{}", ready.render(args.format));
    bail!("the application exited by itself ({})", app.ended().await?)
}
