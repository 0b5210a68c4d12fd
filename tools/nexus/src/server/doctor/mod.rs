//! `nexus doctor`: looks at an installation from all sides, and says what is wrong and what to do.
//!
//! It changes nothing, and shows no secret. Each group of checks is a module; this one prints.

mod data;
mod files;
mod network;
mod settings;

use std::io::Write;

use anyhow::{Result, bail};

use super::installation::{Installation, Place};

/// The arguments of `nexus doctor`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Do not connect to anything: neither to the application nor to identity providers
    #[arg(long)]
    offline: bool,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    /// Works, but should be changed.
    Warning,
    /// Does not work, or is not safe.
    Bad,
}

/// The result of one check.
struct Finding {
    outcome: Outcome,
    what: &'static str,
    /// The facts and, unless all is well, the next step.
    text: String,
}

impl Finding {
    fn good(what: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Good, what, text: text.into() }
    }

    fn warning(what: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warning, what, text: text.into() }
    }

    fn bad(what: &'static str, text: impl Into<String>) -> Self {
        Self { outcome: Outcome::Bad, what, text: text.into() }
    }
}

/// Checks, and prints a line for each check.
///
/// # Errors
/// At least one check found something that does not work or is not safe.
pub fn run(args: &Args) -> Result<()> {
    let installation = Installation::find(&args.place)?;
    let mut findings = files::check(&installation);
    let variables = match installation.variables() {
        Ok(variables) => {
            findings.extend(settings::check(&variables));
            Some(variables)
        }
        Err(error) => {
            findings.push(Finding::bad("variables", format!("{error:#}")));
            None
        }
    };
    findings.extend(data::check(&installation));
    if let (Some(variables), false) = (&variables, args.offline) {
        findings.extend(network::check(variables));
    }
    print(&findings)?;
    let bad = findings.iter().filter(|finding| finding.outcome == Outcome::Bad).count();
    match bad {
        0 => Ok(()),
        1 => bail!("1 check failed"),
        _ => bail!("{bad} checks failed"),
    }
}

fn print(findings: &[Finding]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    for Finding { outcome, what, text } in findings {
        let mark = match outcome {
            Outcome::Good => "ok     ",
            Outcome::Warning => "warning",
            Outcome::Bad => "ERROR  ",
        };
        writeln!(stdout, "{mark}  {what}: {text}")?;
    }
    Ok(stdout.flush()?)
}
