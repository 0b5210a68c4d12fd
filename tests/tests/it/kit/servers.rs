//! A libSQL server and a Redis server of one application, with their data in its directory. They run if the
//! tests run on servers (`cargo xtask test --storage server`), and for the tests of servers.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::kit::programs::xtask;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether all tests run on servers.
pub(crate) fn everywhere() -> bool {
    std::env::var("NEXUS_STORAGE").is_ok_and(|storage| storage == "server")
}

/// The program of the libSQL server, if it is installed.
pub(crate) fn sqld() -> Option<PathBuf> {
    std::env::var_os("NEXUS_SQLD").map(PathBuf::from)
}

/// Both servers.
pub(crate) struct Servers {
    dir: PathBuf,
    database: Mutex<Option<Server>>,
    _key_value: Server,
    /// The address of the libSQL server. It stays the same after a restart.
    pub(crate) database_at: SocketAddr,
    /// The address of the Redis server.
    pub(crate) key_value_at: SocketAddr,
}

/// The process of a server. It ends with this value, and with the process of the test.
struct Server(Child);

impl Server {
    fn start(command: &mut Command, log: &Path) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
        // The guard ends the server when its stdin closes, also if this process is killed.
        let mut guard = Command::new(xtask());
        guard.args(["guard", "--"]).arg(command.get_program()).args(command.get_args());
        guard.process_group(0).stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        Self(guard.spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        let group = Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        let _ = kill_process_group(group, signal);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.0.wait();
    }
}

/// An address on which no program listens.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Servers {
    /// Starts both servers. They use the data in `dir`, if there are any.
    pub(crate) fn start(dir: &Path) -> Self {
        let dir = dir.join(".servers");
        std::fs::create_dir_all(&dir).unwrap();
        let (database_at, key_value_at) = (free_address(), free_address());
        let key_value = redis(key_value_at, &dir);
        let database = Mutex::new(None);
        let servers = Self { dir, database, _key_value: key_value, database_at, key_value_at };
        servers.start_database();
        until_connected(servers.key_value_at);
        servers
    }

    /// Starts the libSQL server again, after [`Self::kill_database`].
    pub(crate) fn start_database(&self) {
        let sqld = sqld().expect("NEXUS_SQLD: run the tests with `cargo xtask test`");
        let mut command = Command::new(sqld);
        // As docs/scale.md advises, because the server's own checkpoints can stop all writers.
        command.args(["--checkpoint-interval-s", "3600", "--max-concurrent-connections", "1024"]);
        command.args(["--max-concurrent-requests", "1024"]);
        command.args(["--no-welcome", "--disable-metrics", "--http-listen-addr"]);
        command.arg(self.database_at.to_string()).arg("--db-path").arg(self.dir.join("sqld"));
        let server = Server::start(&mut command, &self.dir.join("sqld.log"));
        *self.database.lock().unwrap() = Some(server);
        until_connected(self.database_at);
    }

    /// Kills the libSQL server.
    pub(crate) fn kill_database(&self) {
        self.database.lock().unwrap().take();
    }

    /// Suspends the process of the libSQL server. It accepts requests, and answers none.
    pub(crate) fn freeze_database(&self, freeze: bool) {
        let signal = if freeze { Signal::STOP } else { Signal::CONT };
        self.database.lock().unwrap().as_ref().expect("a running server").signal(signal);
    }

    /// Spin's runtime configuration for an application that reaches the libSQL server at `database`.
    pub(crate) fn runtime_config(&self, database: SocketAddr) -> String {
        format!(
            "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"http://{database}\"\ntoken = \"none\"\n\n\
             [key_value_store.default]\ntype = \"redis\"\nurl = \"redis://{}\"\n",
            self.key_value_at
        )
    }
}

fn redis(address: SocketAddr, dir: &Path) -> Server {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &address.port().to_string()]);
    command.args(["--save", "", "--appendonly", "yes", "--dir"]).arg(dir);
    Server::start(&mut command, &dir.join("redis.log"))
}

fn until_connected(address: SocketAddr) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < PATIENCE, "nothing listens on {address}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
