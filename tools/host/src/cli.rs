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

    #[command(flatten)]
    pub(crate) limits: Limits,

    /// Send what is written at once only where the client has acknowledged everything before it, as
    /// Spin does: it does not set TCP_NODELAY
    #[arg(long)]
    pub(crate) no_nodelay: bool,

    /// Stop when stdin is closed: when the process that started this one is gone
    #[arg(long)]
    pub(crate) exit_on_stdin_close: bool,
}

/// How much there may be at once, over all components. Names and defaults are those of Spin
/// (`spin-core`, `Config::default`).
#[derive(Args, Clone, Copy)]
pub(crate) struct Limits {
    /// Instances at once, and by default as many memories and fibers, twice as many tables
    #[arg(long, env = "SPIN_MAX_INSTANCE_COUNT", default_value_t = 1_000)]
    pub(crate) max_instance_count: u32,

    /// Fibers at once: the stacks on which guests run. An instance holds up to two for as long as it
    /// is there [default: the number of instances]
    #[arg(long, env = "SPIN_WASMTIME_TOTAL_STACKS")]
    pub(crate) max_fiber_count: Option<u32>,

    /// Bytes of an instance's memory that stay resident when it ends, for the next one; Spin keeps
    /// 2 MiB, which makes instances begin sooner and a burst of them cost that much each for good
    #[arg(long, env = "SPIN_WASMTIME_LINEAR_MEMORY_KEEP_RESIDENT", default_value_t = 0)]
    pub(crate) keep_resident: usize,
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let addresses = text.to_socket_addrs().map_err(|error| error.to_string())?;
    // `localhost` is 127.0.0.1, also where it is ::1 too.
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.first().copied().ok_or_else(|| "no such address".to_owned())
}
