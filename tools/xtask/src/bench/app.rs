//! The application as it is measured: its own `spin.toml` with the yardstick beside it, fresh keys,
//! an empty state directory; all in a temporary directory that goes away.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use toml::{Table, Value};

use crate::child;
use crate::env::{PREFIX, Variables};
use crate::keys;
use crate::runtime::{Launch, Runtime};
use crate::token::{self, Role};

/// Where the empty component answers.
pub(crate) const EMPTY_ROUTE: &str = "/bench/empty";

/// The running application.
pub(crate) struct App {
    app: child::App,
    pub(crate) runtime: String,
    pub(crate) port: u16,
    /// ADMIN of the workspace `bench`.
    pub(crate) token: String,
    directory: TempDir,
}

impl App {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(root: &Path, empty: &Path, runtime: &Runtime) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("nexus-bench-").tempdir()?;
        let dir = directory.path();
        let source = root.join("spin.toml");
        let text = std::fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        let manifest = dir.join("spin.toml");
        std::fs::write(&manifest, manifest_with(&text, root, empty)?)?;

        let port = child::free_port(0)?;
        let env_file = dir.join(".env");
        keys::write(&env_file, false, &format!("http://127.0.0.1:{port}"))?;
        let variables = Variables::merge(&Variables::file(&env_file)?, [])?;
        let ttl = Duration::from_secs(7_200);
        let token = token::mint(&variables, Role::Admin, "bench", "bench", ttl)?;

        let state = dir.join("state");
        std::fs::create_dir(&state)?;
        let mut command = runtime.command(&Launch {
            manifest: &manifest,
            port,
            state: &state,
            env_file: &env_file,
            dir,
        })?;
        // What is measured must not depend on what happens to be set.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(PREFIX) {
                command.env_remove(name);
            }
        }
        // A line per request on a terminal would be measured too.
        let log = dir.join("log");
        let mut app = child::App::start_logged(command, &log)?;
        if let Err(error) = app.ready(port, Duration::from_secs(120)).await {
            app.stop().await?;
            eprint!("{}", child::tail(&log));
            return Err(error);
        }
        Ok(Self { app, runtime: runtime.to_string(), port, token, directory })
    }

    /// The last of what the application printed.
    pub(crate) fn said(&self) -> String {
        child::tail(&self.directory.path().join("log"))
    }

    /// The process to look at for memory.
    pub(crate) fn pid(&self) -> u32 {
        self.app.pid()
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.app.stop().await
    }
}

/// The application's manifest, readable from elsewhere, with the component `bench-empty` added.
fn manifest_with(text: &str, root: &Path, empty: &Path) -> Result<String> {
    let mut manifest: Table = text.parse().context("spin.toml is not TOML")?;
    let components = manifest
        .get_mut("component")
        .and_then(Value::as_table_mut)
        .context("spin.toml has no [component.…]")?;
    for (_, component) in components.iter_mut() {
        let Some(component) = component.as_table_mut() else { continue };
        component.remove("build");
        // The pages are not measured, and their patterns cannot be absolute.
        component.remove("files");
        if let Some(Value::String(source)) = component.get_mut("source") {
            *source = root.join(&*source).display().to_string();
        }
    }
    let mut component = Table::new();
    component.insert("source".into(), Value::String(empty.display().to_string()));
    components.insert("bench-empty".into(), Value::Table(component));

    let mut trigger = Table::new();
    trigger.insert("route".into(), EMPTY_ROUTE.into());
    trigger.insert("component".into(), "bench-empty".into());
    manifest
        .get_mut("trigger")
        .and_then(|triggers| triggers.get_mut("http"))
        .and_then(Value::as_array_mut)
        .context("spin.toml has no [[trigger.http]]")?
        .push(Value::Table(trigger));
    toml::to_string(&manifest).context("writing the benchmark's spin.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_become_absolute_and_the_yardstick_is_added() {
        let text = "spin_manifest_version = 2\n[application]\nname = \"n\"\n[variables]\na = { required = true }\n\
            [[trigger.http]]\nroute = { private = true }\ncomponent = \"broker\"\n\
            [component.broker]\nsource = \"target/components/nexus_broker.wasm\"\n\
            files = [{ source = \"static/dist\", destination = \"/\" }]\n\
            allowed_outbound_hosts = [\"https://*:443\"]\n[component.broker.variables]\na = \"{{ a }}\"\n\
            [component.broker.build]\ncommand = \"x\"\n";
        let written = manifest_with(text, Path::new("/repo"), Path::new("/t/e.wasm")).unwrap();
        let table: Table = written.parse().unwrap();
        let broker = &table["component"]["broker"];
        assert_eq!(broker["source"].as_str(), Some("/repo/target/components/nexus_broker.wasm"));
        assert_eq!(broker["variables"]["a"].as_str(), Some("{{ a }}"));
        assert!(broker.get("files").is_none() && broker.get("build").is_none());
        assert_eq!(table["component"]["bench-empty"]["source"].as_str(), Some("/t/e.wasm"));
        let triggers = table["trigger"]["http"].as_array().unwrap();
        assert_eq!(triggers[0]["route"]["private"].as_bool(), Some(true));
        assert_eq!(triggers[1]["route"].as_str(), Some(EMPTY_ROUTE));
        assert!(manifest_with("a = 1", Path::new("/"), Path::new("/")).is_err());
    }

    #[test]
    fn the_applications_own_manifest_can_be_rewritten() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let text = std::fs::read_to_string(root.join("spin.toml")).unwrap();
        manifest_with(&text, root, Path::new("/t/e.wasm")).unwrap();
    }
}
