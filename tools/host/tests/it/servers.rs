//! A database on a libSQL server and a key-value store on Redis: what a guest sees of them through the clients that
//! Spin uses, their faults included. Without the servers, these tests are skipped.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Host, PATIENCE, Setup, probe};

/// Both servers, which end with this value.
struct Servers {
    children: [Child; 2],
    sqld: SocketAddr,
    redis: SocketAddr,
    _directory: TempDir,
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Servers {
    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("NEXUS_SQLD") else {
            eprintln!("SKIPPED: NEXUS_SQLD names no libSQL server; run `cargo xtask test`");
            return None;
        };
        let directory = TempDir::new().unwrap();
        let (sqld, redis) = (free(), free());
        let mut first = Command::new(program);
        first.args(["--no-welcome", "--disable-metrics", "--http-listen-addr", &sqld.to_string()]);
        first.arg("--db-path").arg(directory.path().join("sqld"));
        let mut second = Command::new("redis-server");
        second.args(["--bind", "127.0.0.1", "--save", "", "--port", &redis.port().to_string()]);
        let children = [first, second].map(|mut command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        });
        let begun = Instant::now();
        for address in [sqld, redis] {
            while TcpStream::connect(address).is_err() {
                assert!(begun.elapsed() < PATIENCE, "nothing listens on {address}");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Some(Self { children, sqld, redis, _directory: directory })
    }

    fn host(&self) -> Host {
        let config = format!(
            "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"http://{}\"\ntoken = \"none\"\n\
             [key_value_store.default]\ntype = \"redis\"\nurl = \"redis://{}\"\n",
            self.sqld, self.redis
        );
        let rights = "sqlite_databases = [\"default\"]\nkey_value_stores = [\"default\"]";
        Setup::new(&probe(rights)).runtime_config(&config).start()
    }
}

#[tokio::test]
async fn statements_run_on_the_server_and_a_pragma_is_refused_by_the_client() {
    let Some(servers) = Servers::start() else { return };
    let host = servers.host();
    let answers = host
        .post(
            "/sql/default",
            json!([
                { "sql": "create table t (x any)" },
                { "sql": "insert into t values (1), ('two'), (3.5), (null), (x'00ff') returning 1 as n" },
                { "sql": "select x from t where rowid < 4 order by rowid; select 2" },
                { "sql": "pragma query_only = 1" },
                { "sql": "insert into missing values (1)" },
                { "sql": "select count(*) as n from t" },
            ]),
        )
        .await;
    assert_eq!(answers[1]["rows"].as_array().unwrap().len(), 5, "{answers}");
    assert_eq!(answers[2]["rows"].as_array().unwrap().len(), 3, "{answers}");
    assert!(answers[3].to_string().contains("unsupported statement"), "{answers}");
    assert!(answers[4].to_string().contains("no such table: missing"), "{answers}");
    assert!(answers[5].to_string().contains('5'), "{answers}");
    // A second host, as a second replica, sees the same.
    let other = servers.host();
    let seen = other.post("/sql/default", json!([{ "sql": "select count(*) as n from t" }])).await;
    assert!(seen[0].to_string().contains('5'), "{seen}");
}

#[tokio::test]
async fn two_hosts_share_the_key_value_store() {
    let Some(servers) = Servers::start() else { return };
    let (one, other) = (servers.host(), servers.host());
    let steps = json!([["set", "a", "1"], ["exists", "a"], ["get", "a"]]);
    let first = one.post("/kv/default", steps).await;
    let second = other.post("/kv/default", json!([["get", "a"], ["keys"]])).await;
    assert_eq!(first[2], second[0], "{first} {second}");
    assert!(second[1].to_string().contains("\"a\""), "{second}");
}

/// Spin's fault with Redis: the value is written, and the guest is told that it is not.
#[tokio::test]
async fn an_increment_counts_and_a_swap_reports_a_failure_although_it_has_written() {
    let Some(servers) = Servers::start() else { return };
    let host = servers.host();
    let steps =
        json!([["increment", "n", 2], ["increment", "n", 3], ["cas", "k", "mine"], ["get", "k"]]);
    let answers = host.post("/wasi-kv/default", steps).await;
    let failed = json!({ "failed": "mine", "second": false });
    assert_eq!(answers, json!([2, 5, failed, "mine"]));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_of_the_statement() {
    let Some(mut servers) = Servers::start() else { return };
    let host = servers.host();
    let made = host.post("/sql/default", json!([{ "sql": "create table t (x any)" }])).await;
    assert_eq!(made[0]["rows"], json!([]), "{made}");
    servers.children[0].kill().unwrap();
    servers.children[0].wait().unwrap();
    let unreachable = host.post("/sql/default", json!([{ "sql": "select 1" }])).await;
    assert!(unreachable[0].to_string().contains("http error"), "{unreachable}");
}
