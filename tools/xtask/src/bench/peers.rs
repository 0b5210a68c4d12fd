//! What `--compare` measures beside the application: the service in `tests/peer`, which is what a team would write for
//! itself on Node, and nginx where it is installed, which puts a fixed header into each request.
//!
//! Both run with the settings that their documentation recommends for a proxy. This module must not slow them down.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::fill;
use super::upstream;
use crate::env::Variables;
use crate::{cargo, child, ui};

/// The compiled part of better-sqlite3.
const SQLITE: &str = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";

/// The peers, until this value is dropped.
pub(crate) struct Peers {
    /// The port of the Node service.
    pub(crate) node: u16,
    /// The port of nginx. `None` if it is not installed.
    pub(crate) nginx: Option<u16>,
    _running: Vec<Child>,
    _directory: TempDir,
}

impl Peers {
    /// Starts the peers in front of the provider at `upstream`. The Node service accepts the tokens of `variables`.
    pub(crate) async fn start(root: &Path, variables: &Variables, upstream: u16) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("nexus-peers-").tempdir()?;
        let folder = root.join("tests/peer");
        ui::node().await.map_err(|why| anyhow::anyhow!("--compare needs Node: {why}"))?;
        ui::install(&folder).await?;
        // The one package with code of its own is compiled here, once for each installation.
        if !folder.join(SQLITE).is_file() {
            let rebuild = ["rebuild", "better-sqlite3"];
            ui::run("npm", &rebuild, &folder, "compiling better-sqlite3").await?;
        }
        let (service, node) = node(&folder, directory.path(), variables, upstream).await?;
        let mut running = vec![service];
        let nginx = match cargo::on_path("nginx") {
            Some(_) => {
                let (server, port) = nginx(directory.path(), upstream).await?;
                running.push(server);
                Some(port)
            }
            None => {
                eprintln!("SKIPPED: nginx is not on PATH");
                None
            }
        };
        Ok(Self { node, nginx, _running: running, _directory: directory })
    }
}

async fn node(
    folder: &Path,
    directory: &Path,
    variables: &Variables,
    upstream: u16,
) -> Result<(Child, u16)> {
    let mut child = Command::new("node")
        .arg("service.mjs")
        .current_dir(folder)
        .env("NODE_ENV", "production")
        .env("PEER_UPSTREAM", format!("http://127.0.0.1:{upstream}"))
        .env("PEER_DATABASE", directory.join("peer.db"))
        .env("PEER_JWT_SECRET", variables.require("jwt_secret")?)
        .env("PEER_ISSUER", variables.require("jwt_issuer")?)
        .env("PEER_AUDIENCE", variables.require("jwt_audience")?)
        .env("PEER_INTEGRATIONS", fill::COUNT.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run `node`")?;
    let stdout = child.stdout.take().context("the Node service has no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).await?;
    let port = line.trim().parse();
    Ok((child, port.with_context(|| format!("the Node service printed {line:?} and no port"))?))
}

async fn nginx(directory: &Path, upstream: u16) -> Result<(Child, u16)> {
    let port = child::free_port(0)?;
    let configuration = directory.join("nginx.conf");
    fs::write(&configuration, nginx_configuration(port, upstream, directory))?;
    let server = Command::new("nginx")
        .arg("-e")
        .arg(directory.join("error.log"))
        .arg("-c")
        .arg(&configuration)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run `nginx`")?;
    if child::listens(port).await {
        return Ok((server, port));
    }
    let said = fs::read_to_string(directory.join("error.log")).unwrap_or_default();
    bail!("nginx does not listen on port {port}: {said}")
}

/// One process, persistent connections to the provider, and the provider's key as a fixed header.
fn nginx_configuration(port: u16, upstream: u16, directory: &Path) -> String {
    let directory = directory.display();
    let key = upstream::KEY;
    format!(
        "daemon off;
master_process off;
pid {directory}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  keepalive_requests 1000000;
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port};
    location /api/proxy/upstream/ {{
      proxy_pass http://provider/;
      proxy_http_version 1.1;
      proxy_set_header Connection \"\";
      proxy_set_header Authorization \"Bearer {key}\";
    }}
  }}
}}
"
    )
}
