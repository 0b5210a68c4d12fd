//! The hidden verb `guard`: runs a program that does not watch its stdin, and stops the program when our
//! stdin closes. So no process is left behind when `cargo xtask` itself is killed.
//!
//! It expects to lead its process group, like every process that `child` starts.

use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, getpid, kill_process, kill_process_group};
use tokio::process::Command;
use tokio::time::timeout;

/// The same grace period that `child` gives an application.
const GRACE: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The program and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<String>,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let [program, rest @ ..] = args.command.as_slice() else { return Ok(ExitCode::FAILURE) };
    let mut child = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    let leads = rustix::process::getpgrp() == getpid();
    let signal = |signal| {
        let _ = match (leads, pid) {
            (true, _) => kill_process_group(getpid(), signal),
            (false, Some(pid)) => kill_process(pid, signal),
            (false, None) => Ok(()),
        };
    };
    // Once polled, `interrupted` keeps its handlers, so the signal that we send to the group does not end
    // this process.
    let asked = tokio::select! {
        biased;
        result = crate::child::interrupted() => { result?; true }
        status = child.wait() => return Ok(code(status?)),
        () = closed() => false,
    };
    if !asked {
        signal(Signal::INT);
    }
    let status = match timeout(GRACE, child.wait()).await {
        Ok(status) => status?,
        Err(_) => {
            child.start_kill()?;
            signal(Signal::KILL);
            child.wait().await?
        }
    };
    Ok(code(status))
}

/// Converts the program's exit code to ours; 1 if a signal ended the program.
fn code(status: ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Resolves when our stdin ends.
async fn closed() {
    let (done, ended) = tokio::sync::oneshot::channel();
    // A separate thread, because a thread of the runtime would delay our exit.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = done.send(());
    });
    let _ = ended.await;
}
