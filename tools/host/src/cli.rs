//! The command line, and the options of every program that serves the application. Options that `spin up` also
//! has use the same names.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::{NonZeroU64, NonZeroUsize};
#[cfg(feature = "compiler")]
use std::path::PathBuf;

use clap::Args;
#[cfg(feature = "compiler")]
use clap::{Parser, Subcommand};

/// Runs a Spin application on Wasmtime, without the Spin CLI.
#[cfg(feature = "compiler")]
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[cfg(feature = "compiler")]
#[derive(Subcommand)]
pub enum Command {
    /// Serve the application
    Up(Up),
    /// Compile all components for a program that contains them
    Bundle(Bundle),
    /// Compile one component (run by `up` in a separate process)
    #[command(hide = true)]
    Precompile {
        /// The component.
        source: PathBuf,
        /// The compiled component.
        target: PathBuf,
    },
}

/// The options of `up`.
#[cfg(feature = "compiler")]
#[derive(Args)]
#[command(args_override_self = true)]
pub struct Up {
    /// The manifest, or the directory that contains it
    #[arg(short, long, default_value = "spin.toml")]
    pub from: PathBuf,

    /// Directory of the database and the key-value store [default: .spin next to the manifest]
    #[arg(long)]
    pub state_dir: Option<PathBuf>,

    /// File with SPIN_VARIABLE_<NAME>=<value> lines [default: .env next to the manifest]
    #[arg(long)]
    pub env_file: Option<PathBuf>,

    /// File with Spin's runtime configuration: blocked networks, and where the stores are
    #[arg(long, env = "RUNTIME_CONFIG_FILE")]
    pub runtime_config_file: Option<PathBuf>,

    /// Directory of the compiled components [default: nexus-host in the user's cache directory]
    #[arg(long)]
    pub cache_dir: Option<PathBuf>,

    /// Connect to this address for a host, whatever the DNS and the port of the URL say. May be repeated. `*` stands
    /// for every host of an https URL. TLS still names and verifies the host, and blocked networks stay blocked. For
    /// tests
    #[arg(long, value_name = "HOST=ADDRESS:PORT", value_parser = parse_resolution)]
    pub resolve: Vec<Resolution>,

    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
}

/// The options of `bundle`.
#[cfg(feature = "compiler")]
#[derive(Args)]
pub struct Bundle {
    /// The manifest, or the directory that contains it
    #[arg(short, long, default_value = "spin.toml")]
    pub from: PathBuf,

    /// The target that the components are compiled for. Without it, they are compiled for exactly this machine
    #[arg(long)]
    pub target: Option<String>,

    /// The directory that receives the manifest and the compiled components
    #[arg(long)]
    pub output: PathBuf,
}

/// How to serve the application.
#[derive(Args)]
pub struct Serve {
    /// Address and port to listen on; 0 chooses a free port
    #[arg(long, env = "SPIN_HTTP_LISTEN_ADDR", default_value = "127.0.0.1:3000", value_parser = parse_address)]
    pub listen: Listen,

    /// Requests that one instance of a component serves before it is dropped
    #[arg(long, default_value = "128")]
    pub max_instance_reuse_count: NonZeroUsize,

    /// Requests that one instance of a component serves at the same time
    #[arg(long, default_value = "16")]
    pub max_instance_concurrent_reuse_count: NonZeroUsize,

    /// Seconds that a client may stop reading its response before the response is aborted
    #[arg(long, default_value = "60")]
    pub answer_timeout: NonZeroU64,

    /// Seconds that requests in progress may continue after a signal to stop
    #[arg(long, default_value = "30")]
    pub grace: u64,

    /// The limits over all components.
    #[command(flatten)]
    pub limits: Limits,

    /// Use Nagle's algorithm, which waits for the client's acknowledgement before it sends a small segment,
    /// as Spin does: it does not set TCP_NODELAY
    #[arg(long)]
    pub no_nodelay: bool,

    /// Stop when stdin is closed, that is, when the parent process has ended
    #[arg(long)]
    pub exit_on_stdin_close: bool,
}

/// Limits over all components. Names and defaults are those of Spin (`spin-core`, `Config::default`).
#[derive(Args, Clone, Copy)]
pub struct Limits {
    /// Concurrent instances. By default there are as many memories and fibers, and twice as many tables
    #[arg(long, env = "SPIN_MAX_INSTANCE_COUNT", default_value_t = 1_000)]
    pub max_instance_count: u32,

    /// Concurrent fibers: the stacks on which guests run. An instance holds up to two for its lifetime
    /// [default: the number of instances]
    #[arg(long, env = "SPIN_WASMTIME_TOTAL_STACKS")]
    pub max_fiber_count: Option<u32>,

    /// Bytes of an instance's memory that stay resident for the next one after it ends. Spin keeps 2 MiB,
    /// which starts instances faster, and costs that much memory permanently for each instance of a burst
    #[arg(long, env = "SPIN_WASMTIME_LINEAR_MEMORY_KEEP_RESIDENT", default_value_t = 0)]
    pub keep_resident: usize,
}

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Listen {
    /// The address.
    pub address: SocketAddr,
    /// Whether to listen on ::1 too, with the same port, if the machine has IPv6. That is so for `localhost`,
    /// which browsers look up in both families.
    pub on_both_loopbacks: bool,
}

/// Stands for every host of an https URL in a [`Resolution`].
pub(crate) const ALL_HOSTS: &str = "*";

/// The address of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The host, in lower case, or [`ALL_HOSTS`].
    pub host: String,
    /// The address, in place of what the DNS says.
    pub address: SocketAddr,
}

#[cfg(feature = "compiler")]
fn parse_resolution(text: &str) -> Result<Resolution, String> {
    let parts = text.split_once('=').filter(|(host, _)| !host.is_empty());
    let (host, address) = parts
        .ok_or("must be like `api.example.com=10.1.2.3:443`: a host, `=`, an address and a port")?;
    let address =
        address.parse().map_err(|_| format!("{address:?} is not an address with a port"))?;
    Ok(Resolution { host: host.to_ascii_lowercase(), address })
}

fn parse_address(text: &str) -> Result<Listen, String> {
    let addresses = text.to_socket_addrs().map_err(|error| error.to_string())?;
    // `localhost` is 127.0.0.1, even if it also resolves to ::1.
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    let address = addresses.first().copied();
    let address = address.ok_or_else(|| "the address does not resolve".to_owned())?;
    let on_both_loopbacks = text.starts_with("localhost:") && address.is_ipv4();
    Ok(Listen { address, on_both_loopbacks })
}

#[cfg(all(test, feature = "compiler"))]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_a_host_and_an_address() {
        let parsed = parse_resolution("API.example.com=127.0.0.1:8443").unwrap();
        let address = "127.0.0.1:8443".parse().unwrap();
        assert_eq!(parsed, Resolution { host: "api.example.com".to_owned(), address });
        for text in ["", "api.example.com", "=127.0.0.1:1", "a=127.0.0.1", "a=localhost:1", "a=1"] {
            assert!(parse_resolution(text).is_err(), "{text}");
        }
    }
}
