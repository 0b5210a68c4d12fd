//! The process that serves the application. With Spin there are more: `spin up` serves from a child process,
//! which would outlive it.

use std::io;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Whether the application runs on Spin.
pub(crate) fn is_spin() -> bool {
    std::env::var("NEXUS_RUNTIME").is_ok_and(|runtime| runtime == "spin")
}

/// Whether each request has instances of its own, which costs several times as much.
pub(crate) fn has_an_instance_per_request() -> bool {
    std::env::var_os("NEXUS_REUSE").is_some()
}

/// All processes of one application. Dropping this value ends them.
pub(crate) struct Process {
    child: Child,
    /// Only for Spin: when this pipe closes, `xtask guard` ends all processes.
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

    /// The standard output. It can be taken once.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits until the process exits by itself.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills all processes.
    pub(crate) async fn kill(&mut self) {
        let group = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap()));
        match group.filter(|_| is_spin()) {
            Some(group) => kill_process_group(group, Signal::KILL).unwrap(),
            None => self.child.start_kill().unwrap(),
        }
        self.child.wait().await.unwrap();
    }
}
