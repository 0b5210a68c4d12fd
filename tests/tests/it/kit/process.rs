//! The process that serves the application, and on Spin those that it starts: `spin up` serves from
//! a child of its own, which would outlive it.

use std::io;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Whether the application runs on Spin.
pub(crate) fn is_spin() -> bool {
    std::env::var("NEXUS_RUNTIME").is_ok_and(|runtime| runtime == "spin")
}

/// All processes of one application; dropping it ends them.
pub(crate) struct Process {
    child: Child,
    /// On Spin: when it closes, `xtask guard` ends all of them.
    _stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts `command`.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = match is_spin() {
            true => command.process_group(0).stdin(Stdio::piped()).spawn()?,
            false => command.kill_on_drop(true).stdin(Stdio::null()).spawn()?,
        };
        let stdin = child.stdin.take();
        Ok(Self { child, _stdin: stdin })
    }

    /// What it prints, once.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills all of them without warning.
    pub(crate) async fn kill(&mut self) {
        let group = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap()));
        match group.filter(|_| is_spin()) {
            Some(group) => kill_process_group(group, Signal::KILL).unwrap(),
            None => self.child.start_kill().unwrap(),
        }
        self.child.wait().await.unwrap();
    }
}
