//! A running application: started in its own process group, tied to this process by its stdin, and stopped
//! first by an interrupt and then by a kill.

use std::fs::File;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

use nexus_simulators::client;

use crate::cargo;
use crate::env::PREFIX;

/// How long the application may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// The running application.
pub(crate) struct App {
    child: Child,
    pid: u32,
    /// Kept open. When this process ends, however it ends, the pipe closes, and the application stops.
    _stdin: Option<ChildStdin>,
}

impl App {
    /// Starts `command`. Its output goes to our stderr.
    pub(crate) fn start(command: Command) -> Result<Self> {
        Self::spawn(command, cargo::to_stderr(), Stdio::inherit())
    }

    /// Starts `command`. Its output goes to the file `log`.
    pub(crate) fn start_logged(command: Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        Self::spawn(command, file.try_clone()?.into(), file.into())
    }

    fn spawn(mut command: Command, stdout: Stdio, stderr: Stdio) -> Result<Self> {
        let program = command.as_std().get_program().to_owned();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", program.to_string_lossy()))?;
        let pid = child.id().context("the application exited immediately")?;
        let stdin = child.stdin.take();
        Ok(Self { child, pid, _stdin: stdin })
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the application exits by itself.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Waits until `GET /api/health` responds with 200. `keys` are the tick secret or the token of an ADMIN,
    /// for which health includes the reasons.
    ///
    /// Fails immediately if the application exits or reports that it is misconfigured, and names the
    /// variables. Fails if the application is not ready after `limit`.
    pub(crate) async fn ready(&mut self, port: u16, keys: &[&str], limit: Duration) -> Result<()> {
        let mut said = String::new();
        tokio::select! {
            status = self.child.wait() => bail!(
                "the application exited before it was ready ({}); see its output above", status?
            ),
            result = timeout(limit, healthy(port, keys, &mut said)) => match result {
                Ok(result) => result,
                Err(_) => bail!(
                    "the application was not ready within {} s{said}; see its output above",
                    limit.as_secs()
                ),
            },
        }
    }

    /// Interrupts the application and its children, kills them after ten seconds, and waits until they exit.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.signal(Signal::INT);
        if timeout(GRACE, self.child.wait()).await.is_err() {
            eprintln!("the application did not stop within {} s; killing it", GRACE.as_secs());
            self.signal(Signal::KILL);
            self.child.wait().await?;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // An error means that the group has already exited.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // After `stop` the group is empty, and this does nothing.
        if self.child.id().is_some() {
            self.signal(Signal::KILL);
        }
    }
}

/// Polls health until the application is healthy. `said` receives the reasons of the last failure.
async fn healthy(port: u16, keys: &[&str], said: &mut String) -> Result<()> {
    loop {
        // The response to the first key that gets the reasons, or else the response without a key.
        let mut told = None;
        for key in keys.iter().copied().map(Some).chain([None]) {
            let Some(health) = health(port, key).await else { break };
            if health.status == 200 {
                return Ok(());
            }
            let health = health.json();
            let is_detailed = health.get("problems").is_some();
            told = Some(health);
            if is_detailed {
                break;
            }
        }
        if let Some(health) = told {
            *said = wrong(&health);
            if health.get("status").is_some_and(|status| status == "misconfigured") {
                bail!("the application is misconfigured{said}");
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// The response of health to a caller with `key`; `None` while nothing responds yet.
async fn health(port: u16, key: Option<&str>) -> Option<client::Answer> {
    let authorization = format!("Bearer {}", key.unwrap_or_default());
    let headers = [("authorization", authorization.as_str())];
    let headers = if key.is_some() { &headers[..] } else { &[] };
    let call = client::send(port, "GET", "/api/health", headers, b"");
    timeout(Duration::from_secs(5), call).await.ok()?.ok()
}

/// `: SPIN_VARIABLE_JWT_SECRET: at least 32 bytes; …`, as far as the response has reasons.
fn wrong(health: &serde_json::Value) -> String {
    let items = |name: &str| {
        let items = health.get(name).and_then(|items| items.as_array());
        items.map(Vec::as_slice).unwrap_or_default()
    };
    let member = |problem: &serde_json::Value, name| {
        problem.get(name).and_then(|value| value.as_str()).map(str::to_owned)
    };
    let problems = items("problems").iter().filter_map(|problem| {
        let variable = member(problem, "variable")?.to_ascii_uppercase();
        Some(format!("\n  {PREFIX}{variable}: {}", member(problem, "rule")?))
    });
    let failures = items("failures").iter().filter_map(|failure| failure.as_str());
    problems.chain(failures.map(|failure| format!("\n  {failure}"))).collect()
}

/// The end of an application's output in the file `log`.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(20).collect();
    lines.into_iter().rev().map(|line| format!("  | {line}\n")).collect()
}

/// Resolves at the first of SIGINT, SIGTERM and SIGHUP.
pub(crate) async fn interrupted() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

/// Waits until a program listens on `port` of the loopback address. `false` after ten seconds without one.
pub(crate) async fn listens(port: u16) -> bool {
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

/// A free port on loopback: `wanted`, or any port if that is 0.
pub(crate) fn free_port(wanted: u16) -> Result<u16> {
    match std::net::TcpListener::bind(("127.0.0.1", wanted)) {
        Ok(listener) => Ok(listener.local_addr()?.port()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {wanted} on 127.0.0.1 is in use by another program; stop that program, or choose another \
             port with --port (0: any free one)"
        ),
        Err(error) => Err(error).with_context(|| format!("cannot listen on 127.0.0.1:{wanted}")),
    }
}

#[cfg(test)]
mod tests {
    use nexus_simulators::{Behaviour, Kind, Simulator};

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn alive(pid: u32) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[tokio::test]
    async fn an_exited_application_is_an_error_at_once() {
        let mut app = App::start(shell("exit 3")).unwrap();
        let port = free_port(0).unwrap();
        let begun = std::time::Instant::now();
        let error = app.ready(port, &[], Duration::from_secs(30)).await.unwrap_err().to_string();
        assert!(error.contains("exited before it was ready") && error.contains('3'), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn readiness_is_bounded() {
        let mut app = App::start(shell("sleep 30")).unwrap();
        let port = free_port(0).unwrap();
        let error = app.ready(port, &[], Duration::from_millis(200)).await.unwrap_err().to_string();
        assert!(error.contains("was not ready within 0 s"), "{error}");
        app.stop().await.unwrap();
    }

    #[tokio::test]
    async fn any_200_is_ready() {
        let simulator = Simulator::start(Kind::Sandbox, 0).await.unwrap();
        simulator.set_behaviour(Behaviour::WrongContentType).await.unwrap();
        let mut app = App::start(shell("sleep 30")).unwrap();
        app.ready(simulator.port(), &[], Duration::from_secs(5)).await.unwrap();
        let pid = app.pid();
        app.stop().await.unwrap();
        assert!(!alive(pid));
    }

    #[tokio::test]
    async fn dropping_kills_child_processes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        let script = format!("sleep 60 & echo $! > {}; wait", file.display());
        let app = App::start(shell(&script)).unwrap();
        let pid = loop {
            match std::fs::read_to_string(&file).ok().and_then(|pid| pid.trim().parse().ok()) {
                Some(pid) => break pid,
                None => sleep(Duration::from_millis(10)).await,
            }
        };
        assert!(alive(pid));
        drop(app);
        sleep(Duration::from_millis(200)).await;
        assert!(!alive(pid));
    }

    #[test]
    fn a_port_in_use_is_named_with_the_option() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = free_port(port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
    }

    #[test]
    fn health_names_the_variables() {
        let health = serde_json::json!({"status":"misconfigured","problems":[
            {"variable":"jwt_secret","rule":"at least 32 bytes"}]});
        assert_eq!(wrong(&health), "\n  SPIN_VARIABLE_JWT_SECRET: at least 32 bytes");
        let health = serde_json::json!({"status":"failing","failures":["the disk is full"]});
        assert_eq!(wrong(&health), "\n  the disk is full");
        assert_eq!(wrong(&serde_json::json!({"status":"misconfigured"})), "");
    }
}
