//! `nexus up`: serves the application that this program contains.
//!
//! The first start makes the state directory and the keys, and prints a link that signs the owner of the machine in.
//! Later starts print no link, because a service's output is often kept in a log.

use std::io::{IsTerminal, Write};

use anyhow::{Context, Result};
use nexus_host::cli::Serve;
use nexus_host::server::{self, Server};

use super::installation::{Installation, Place};
use super::tick;
use crate::keys::{self, Use};
use crate::sign_in::{self, PersonRole};
use crate::variables::Variables;

/// The workspace of an installation's first person.
pub const WORKSPACE: &str = "main";

/// The arguments of `nexus up`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The URL at which browsers and agents reach the application, for this start [default: the variable public_url]
    #[arg(long)]
    public_url: Option<String>,
    /// Do not call the tick every minute, because another program or replica does
    #[arg(long)]
    no_tick: bool,
    #[command(flatten)]
    serve: Serve,
}

/// Serves until a signal to stop.
///
/// # Errors
/// The application does not start: a variable is missing, or the address is in use.
pub fn run(args: &Args) -> Result<()> {
    let installation = Installation::find(&args.place)?;
    installation.make_directory()?;
    let lock = installation.lock_shared()?;
    let is_first = installation.has_no_keys()?;
    if is_first {
        let url =
            args.public_url.clone().unwrap_or_else(|| local_url(args.serve.listen.address.port()));
        keys::write(&installation.env_file, false, Use::Production, &url)?;
    }
    let variables = installation.variables()?;
    let mut application = installation.application()?;
    if let Some(url) = &args.public_url {
        application = application.with_variable("public_url", url);
    }
    server::block_on(async {
        let server = Server::start(&application, &args.serve).await?;
        let tick_secret = variables.get("tick_secret").filter(|_| !args.no_tick);
        if let Some(secret) = tick_secret {
            tokio::spawn(tick::run(server.inside(), secret.to_owned()));
        }
        let report = Report { args, installation: &installation, variables: &variables, is_first };
        // A missing reader is not a reason to stop.
        let _ = report.print(&server.address().to_string());
        server.serve().await
    })?;
    drop(lock);
    Ok(())
}

fn local_url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The lines that a start prints.
struct Report<'a> {
    args: &'a Args,
    installation: &'a Installation,
    variables: &'a Variables,
    is_first: bool,
}

impl Report<'_> {
    fn print(&self, address: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "Serving http://{address}")?;
        writeln!(stdout, "State   {}", self.installation.state.display())?;
        if self.is_first {
            writeln!(
                stdout,
                "Keys    {}: keep a copy apart from the backups",
                self.installation.env_file.display()
            )?;
        }
        if self.args.no_tick || self.variables.get("tick_secret").is_none() {
            writeln!(
                stdout,
                "Tick    none: another program must call POST /api/tick every minute"
            )?;
        }
        if self.is_first || stdout.is_terminal() {
            let link = self.link().context("cannot make a sign-in link")?;
            writeln!(stdout, "Sign in {link}")?;
            writeln!(
                stdout,
                "        once, within ten minutes; `nexus sign-in` prints another link"
            )?;
        }
        Ok(stdout.flush()?)
    }

    fn link(&self) -> Result<String> {
        let url = match &self.args.public_url {
            Some(url) => url,
            None => self.variables.require("public_url")?,
        };
        sign_in::link(self.variables, url, PersonRole::Admin, WORKSPACE, "Owner")
    }
}
