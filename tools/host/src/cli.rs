//! The command line. The names are those of `spin up` where it has the same option.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Runs a Spin application on Wasmtime, without the Spin CLI.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve the application
    Up(Up),
    /// Compile one component (run by `up` in a process of its own)
    #[command(hide = true)]
    Precompile { source: PathBuf, target: PathBuf },
}

/// The options of `up`.
#[derive(Args)]
#[command(args_override_self = true)]
pub(crate) struct Up {
    /// The manifest, or the directory that it is in
    #[arg(short, long, default_value = "spin.toml")]
    pub(crate) from: PathBuf,

    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "SPIN_HTTP_LISTEN_ADDR", default_value = "127.0.0.1:3000", value_parser = parse_address)]
    pub(crate) listen: SocketAddr,

    /// Where the database and the key-value store are [default: .spin beside the manifest]
    #[arg(long)]
    pub(crate) state_dir: Option<PathBuf>,

    /// File with Spin's runtime configuration: networks to block, and where the stores are
    #[arg(long, env = "RUNTIME_CONFIG_FILE")]
    pub(crate) runtime_config_file: Option<PathBuf>,

    /// File with SPIN_VARIABLE_<NAME>=<value> lines [default: .env beside the manifest]
    #[arg(long)]
    pub(crate) env_file: Option<PathBuf>,

    /// Where compiled components are kept [default: nexus-host in the user's cache directory]
    #[arg(long)]
    pub(crate) cache_dir: Option<PathBuf>,

    /// Requests that one instance of a component serves before it is dropped
    #[arg(long, default_value = "128")]
    pub(crate) max_instance_reuse_count: NonZeroUsize,

    /// Requests that one instance of a component serves at the same time
    #[arg(long, default_value = "16")]
    pub(crate) max_instance_concurrent_reuse_count: NonZeroUsize,

    /// Seconds that a client may take nothing of its answer before that is cut off
    #[arg(long, default_value = "60")]
    pub(crate) answer_timeout: NonZeroU64,

    /// Stop when stdin is closed: when the process that started this one is gone
    #[arg(long)]
    pub(crate) exit_on_stdin_close: bool,
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let addresses = text.to_socket_addrs().map_err(|error| error.to_string())?;
    // `localhost` is 127.0.0.1, also where it is ::1 too.
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.first().copied().ok_or_else(|| "no such address".to_owned())
}
