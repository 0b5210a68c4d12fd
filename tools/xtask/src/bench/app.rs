//! The application as it is measured: its own `spin.toml` with the baseline components added, new keys, and
//! its own state directories, all in a temporary directory that is deleted afterwards.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nexus_cli::keys;
use nexus_shared::dotenv;
use tempfile::TempDir;
use toml::{Table, Value};

use super::Baselines;
use crate::child;
use crate::env::{PREFIX, Variables};
use crate::runtime::{Launch, Runtime};
use crate::token::{self, Role};

/// The path of the empty component.
pub(crate) const EMPTY_ROUTE: &str = "/bench/empty";
/// The path of the bare forwarder.
pub(crate) const FORWARD_ROUTE: &str = "/bench/forward";

const MANIFEST: &str = "spin.toml";
const ENV_FILE: &str = ".env";

/// The setup of the measured applications: one manifest and one set of keys, and a state directory for each.
pub(crate) struct BenchSetup {
    directory: TempDir,
    runtime: Runtime,
    /// A token of an ADMIN of the workspace `bench`.
    pub(crate) token: String,
    /// A token of an AGENT of another workspace.
    pub(crate) attacker: String,
    /// The variables of the applications.
    pub(crate) variables: Variables,
}

/// A running application.
pub(crate) struct App {
    app: child::App,
    pub(crate) port: u16,
    log: PathBuf,
}

impl BenchSetup {
    /// Writes the files that the applications need.
    pub(crate) fn new(root: &Path, baselines: &Baselines, runtime: Runtime) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("nexus-bench-").tempdir()?;
        let source = root.join("spin.toml");
        let text = std::fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        std::fs::write(directory.path().join(MANIFEST), manifest_with(&text, root, baselines)?)?;
        let env_file = directory.path().join(ENV_FILE);
        keys::write(&env_file, false, keys::Use::Development, "http://127.0.0.1:3000")?;
        let variables = Variables::merge(dotenv::read(&env_file)?, []);
        let ttl = Duration::from_secs(7_200);
        let token = token::mint(&variables, Role::Admin, "bench", "bench", ttl)?;
        let attacker = token::mint(&variables, Role::Agent, "attack", "attacker", ttl)?;
        Ok(Self { directory, runtime, token, attacker, variables })
    }

    /// The name of the runtime: `embedded` or `spin`.
    pub(crate) fn runtime(&self) -> String {
        self.runtime.to_string()
    }

    /// The state directory with this name.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Copies the state directory `from` to `to`. No application may be using `from`.
    pub(crate) fn copy_state(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.state(from), self.state(to));
        std::fs::create_dir(&to)?;
        for entry in std::fs::read_dir(&from)? {
            let entry = entry?;
            // Databases and the files beside them. Spin's folder of logs is not needed.
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Starts an application on the state directory with this name, and waits until it is ready. Each instance serves
    /// `reuse` requests.
    pub(crate) async fn start(&self, state: &str, reuse: &str) -> Result<App> {
        self.start_with(state, reuse, None).await
    }

    /// As [`Self::start`], with Spin's runtime configuration from the file `config`.
    pub(crate) async fn start_with(
        &self,
        state: &str,
        reuse: &str,
        config: Option<&Path>,
    ) -> Result<App> {
        let dir = self.directory.path();
        let port = child::free_port(0)?;
        let path = self.state(state);
        std::fs::create_dir_all(&path)?;
        let mut command = self.runtime.command(&Launch {
            manifest: &dir.join(MANIFEST),
            port,
            state: &path,
            env_file: &dir.join(ENV_FILE),
            dir,
        })?;
        command.args(["--max-instance-reuse-count", reuse]);
        if let Some(config) = config {
            command.arg("--runtime-config-file").arg(config);
        }
        // The measurement must not depend on variables that happen to be set.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(PREFIX) {
                command.env_remove(name);
            }
        }
        command.env(format!("{PREFIX}PUBLIC_URL"), format!("http://127.0.0.1:{port}"));
        // A thousand agents wait at once, all with one token.
        for limit in ["AGENT", "INTEGRATION", "WORKSPACE"] {
            command.env(format!("{PREFIX}MAX_CALLS_PER_{limit}"), "10000");
        }
        for limit in ["AGENT_CALLS", "WORKSPACE_CALLS"] {
            command.env(format!("{PREFIX}{limit}_PER_MINUTE"), "10000000");
        }
        // One workspace has a thousand integrations, and those that are called.
        command.env(format!("{PREFIX}MAX_INTEGRATIONS"), "10000");
        // Printing a line per request to a terminal would affect the measurement.
        let log = dir.join(format!("{state}.log"));
        let mut app = child::App::start_logged(command, &log)?;
        if let Err(error) = app.ready(port, &[], Duration::from_secs(120)).await {
            app.stop().await?;
            eprint!("{}", child::tail(&log));
            return Err(error);
        }
        Ok(App { app, port, log })
    }
}

impl App {
    /// The end of the application's output.
    pub(crate) fn said(&self) -> String {
        child::tail(&self.log)
    }

    /// The process whose memory is measured.
    pub(crate) fn pid(&self) -> u32 {
        self.app.pid()
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.app.stop().await
    }
}

/// The application's manifest, with absolute paths and with the components `bench-empty` and `bench-forward`
/// added.
fn manifest_with(text: &str, root: &Path, baselines: &Baselines) -> Result<String> {
    let mut manifest: Table = text.parse().context("spin.toml is not TOML")?;
    let components = manifest
        .get_mut("component")
        .and_then(Value::as_table_mut)
        .context("spin.toml has no [component.…]")?;
    for (_, component) in components.iter_mut() {
        let Some(component) = component.as_table_mut() else { continue };
        component.remove("build");
        // Pages are not measured, and their patterns cannot be absolute.
        component.remove("files");
        if let Some(Value::String(source)) = component.get_mut("source") {
            *source = root.join(&*source).display().to_string();
        }
    }
    let source = |path: &Path| {
        let mut component = Table::new();
        component.insert("source".into(), Value::String(path.display().to_string()));
        component
    };
    components.insert("bench-empty".into(), Value::Table(source(&baselines.empty)));
    let upstream = format!("http://127.0.0.1:{}", baselines.upstream);
    let mut forward = source(&baselines.forward);
    forward.insert("allowed_outbound_hosts".into(), Value::Array(vec![upstream.clone().into()]));
    let variables = Table::from_iter([("upstream".to_owned(), Value::String(upstream))]);
    forward.insert("variables".into(), Value::Table(variables));
    components.insert("bench-forward".into(), Value::Table(forward));

    let triggers = manifest
        .get_mut("trigger")
        .and_then(|triggers| triggers.get_mut("http"))
        .and_then(Value::as_array_mut)
        .context("spin.toml has no [[trigger.http]]")?;
    for (route, component) in [(EMPTY_ROUTE, "bench-empty"), (FORWARD_ROUTE, "bench-forward")] {
        let mut trigger = Table::new();
        trigger.insert("route".into(), route.into());
        trigger.insert("component".into(), component.into());
        triggers.push(Value::Table(trigger));
    }
    toml::to_string(&manifest).context("writing the benchmark's spin.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baselines() -> Baselines {
        Baselines { empty: "/t/e.wasm".into(), forward: "/t/f.wasm".into(), upstream: 7 }
    }

    #[test]
    fn sources_become_absolute_and_the_baselines_are_added() {
        let text = "spin_manifest_version = 2\n[application]\nname = \"n\"\n[variables]\na = { required = true }\n\
            [[trigger.http]]\nroute = { private = true }\ncomponent = \"broker\"\n\
            [component.broker]\nsource = \"target/components/nexus_broker.wasm\"\n\
            files = [{ source = \"static/dist\", destination = \"/\" }]\n\
            allowed_outbound_hosts = [\"https://*:443\"]\n[component.broker.variables]\na = \"{{ a }}\"\n\
            [component.broker.build]\ncommand = \"x\"\n";
        let written = manifest_with(text, Path::new("/repo"), &baselines()).unwrap();
        let table: Table = written.parse().unwrap();
        let broker = &table["component"]["broker"];
        assert_eq!(broker["source"].as_str(), Some("/repo/target/components/nexus_broker.wasm"));
        assert_eq!(broker["variables"]["a"].as_str(), Some("{{ a }}"));
        assert!(broker.get("files").is_none() && broker.get("build").is_none());
        assert_eq!(table["component"]["bench-empty"]["source"].as_str(), Some("/t/e.wasm"));
        let triggers = table["trigger"]["http"].as_array().unwrap();
        assert_eq!(triggers[0]["route"]["private"].as_bool(), Some(true));
        assert_eq!(triggers[1]["route"].as_str(), Some(EMPTY_ROUTE));
        assert_eq!(triggers[2]["route"].as_str(), Some(FORWARD_ROUTE));
        let forward = &table["component"]["bench-forward"];
        assert_eq!(forward["variables"]["upstream"].as_str(), Some("http://127.0.0.1:7"));
        assert!(manifest_with("a = 1", Path::new("/"), &baselines()).is_err());
    }

    #[test]
    fn the_applications_own_manifest_can_be_rewritten() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let text = std::fs::read_to_string(root.join("spin.toml")).unwrap();
        manifest_with(&text, root, &baselines()).unwrap();
    }
}
