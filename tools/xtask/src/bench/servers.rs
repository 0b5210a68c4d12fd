//! The libSQL server and the Redis server of the measured application that keeps its data on servers. They are those of the
//! tests, with the settings that docs/scale.md advises.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::child;

/// Both servers, until this value is dropped.
pub(crate) struct Servers {
    /// Spin's runtime configuration for an application that uses them.
    pub(crate) config: PathBuf,
    _running: [Child; 2],
    _directory: TempDir,
}

impl Servers {
    /// Starts both. `sqld` is the program of the libSQL server.
    pub(crate) async fn start(sqld: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("nexus-servers-").tempdir()?;
        let (database, key_value) = (child::free_port(0)?, child::free_port(0)?);
        let mut command = Command::new(sqld);
        command.args(["--checkpoint-interval-s", "3600", "--max-concurrent-connections", "1024"]);
        command.args(["--max-concurrent-requests", "1024", "--no-welcome", "--disable-metrics"]);
        command.args(["--http-listen-addr", &format!("127.0.0.1:{database}"), "--db-path"]);
        let sqld = run(command.arg(directory.path().join("sqld")), database).await?;
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &key_value.to_string(), "--save", ""]);
        let redis =
            run(command.args(["--appendonly", "yes", "--dir"]).arg(directory.path()), key_value)
                .await?;
        let config = directory.path().join("runtime-config.toml");
        let text = format!(
            "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"http://127.0.0.1:{database}\"\ntoken = \"none\"\n\n\
             [key_value_store.default]\ntype = \"redis\"\nurl = \"redis://127.0.0.1:{key_value}\"\n"
        );
        std::fs::write(&config, text)?;
        Ok(Self { config, _running: [sqld, redis], _directory: directory })
    }
}

/// Starts a server, and waits until it listens on `port`.
async fn run(command: &mut Command, port: u16) -> Result<Child> {
    let name = command.as_std().get_program().display().to_string();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().with_context(|| format!("cannot run `{name}`"))?;
    ensure!(child::listens(port).await, "{name} does not listen on port {port}");
    Ok(child)
}
