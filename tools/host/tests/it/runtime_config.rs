//! The runtime configuration: blocked networks, and the paths of the stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Response;
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Host, Setup, application, full, probe, upstream};

const ANYWHERE: &str = "allowed_outbound_hosts = [\"*://*:*\"]";
const PROHIBITED: &str = "ErrorCode::DestinationIpProhibited";

fn blocking(manifest: &str, networks: &str) -> Host {
    let config = format!("[outbound_networking]\nblock_networks = {networks}\n");
    Setup::new(manifest).runtime_config(&config).start()
}

/// A server on 127.0.0.1: its port, and the number of requests that it received.
async fn counted() -> (u16, Arc<AtomicUsize>) {
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = arrived.clone();
    let address = upstream(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Response::new(full("ok".into())) }
    })
    .await;
    (address.rsplit_once(':').unwrap().1.parse().unwrap(), arrived)
}

#[tokio::test]
async fn a_blocked_address_is_prohibited_in_every_spelling() {
    let (port, arrived) = counted().await;
    for networks in ["[\"127.0.0.0/8\", \"::1/128\"]", "[\"private\"]"] {
        let host = blocking(&probe(ANYWHERE), networks);
        for server in [
            "http://127.0.0.1",
            "https://127.0.0.1",
            "http://localhost",
            "https://localhost",
            "http://[::ffff:127.0.0.1]",
            "http://[::1]",
            "http://0x7f000001",
        ] {
            // Twice, because nothing may be kept that a second request could use.
            for _ in 0..2 {
                let answer = host.fetch(&format!("{server}:{port}/")).await;
                assert_eq!(answer["error"], PROHIBITED, "{server} {networks}");
            }
        }
        let line = host.stderr.wait("block_networks").await;
        assert!(line.contains("component=probe ") && line.contains("127.0.0.1"), "{line}");
    }
    assert_eq!(arrived.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn unblocked_addresses_are_reached() {
    let (port, arrived) = counted().await;
    // One of the possible addresses of `localhost` is blocked, the other is not.
    let host = blocking(&probe(ANYWHERE), "[\"1.1.1.1/32\", \"10.0.0.0/8\", \"::1/128\"]");
    for name in ["127.0.0.1", "localhost", "127.0.0.1"] {
        let answer = host.fetch(&format!("http://{name}:{port}/")).await;
        assert_eq!(answer["body"], "ok", "{name}: {answer}");
    }
    assert_eq!(arrived.load(Ordering::SeqCst), 3);
    let answer = host.fetch("http://10.1.2.3/").await;
    assert_eq!(answer["error"], PROHIBITED);
}

#[tokio::test]
async fn allowed_outbound_hosts_come_first() {
    let host =
        blocking(&probe("allowed_outbound_hosts = [\"http://other.test\"]"), "[\"private\"]");
    let answer = host.fetch("http://127.0.0.1:1/").await;
    assert_eq!(answer["error"], "ErrorCode::HttpRequestDenied");
}

#[tokio::test]
async fn chaining_needs_no_address_and_self_does() {
    let outer = "allowed_outbound_hosts = [\"http://inner.spin.internal\", \"http://self\"]";
    let components = [("outer", "\"/...\"", outer), ("inner", "{ private = true }", "")];
    let host = blocking(&application(&components), "[\"private\", \"0.0.0.0/0\", \"::/0\"]");
    let answer = host.fetch("http://inner.spin.internal/echo").await;
    assert_eq!(answer["status"], 200, "{answer}");
    assert_eq!(host.fetch("http://self.alt/echo").await["error"], PROHIBITED);
}

#[tokio::test]
async fn the_stores_have_the_configured_paths() {
    let elsewhere = TempDir::new().unwrap();
    let database = elsewhere.path().join("deep/nexus.db");
    let config = format!(
        "[sqlite_database.default]\ntype = \"spin\"\npath = {database:?}\n\
         [key_value_store.default]\ntype = \"spin\"\npath = \"data/kv.db\"\n"
    );
    let allowed = "sqlite_databases = [\"default\"]\nkey_value_stores = [\"default\"]";
    let host = Setup::new(&probe(allowed)).runtime_config(&config).start();
    let made = host.post("/sql/default", json!([{ "sql": "create table t (x any)" }])).await;
    assert_eq!(made[0]["rows"], json!([]), "{made}");
    assert_eq!(host.post("/kv/default", json!([["set", "a", "1"]])).await, json!(["set"]));
    assert!(database.exists());
    assert!(host.directory.path().join("config/data/kv.db").exists());
    assert!(!host.directory.path().join(".spin").exists());
}

#[test]
fn unknown_keys_are_rejected_with_their_table() {
    for (config, named) in [
        ("state_dir = \"x\"", ["state_dir", "line 1"]),
        ("[[variables_provider]]\ntype = \"vault\"", ["variables_provider", "line 1"]),
        (
            "[outbound_networking]\nblock_networks = []\nmax_total_connections = 1",
            ["max_total_connections", "in [outbound_networking]"],
        ),
        (
            "[sqlite_database.default]\ntype = \"spin\"\npath = \"x\"\nallow_attach_file = true",
            ["allow_attach_file", "in [sqlite_database.default]"],
        ),
        (
            "[sqlite_database.default]\ntype = \"libsql\"\npath = \"x\"",
            ["path", "in [sqlite_database.default]"],
        ),
        (
            "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"http://db.test\"",
            ["token", "in [sqlite_database.default]"],
        ),
        (
            "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"libsql://db.test\"\ntoken = \"x\"",
            ["does not start with", "in [sqlite_database.default]"],
        ),
        (
            "[sqlite_database.default]\ntype = \"mysql\"\nurl = \"x\"",
            ["mysql", "in [sqlite_database.default]"],
        ),
        ("[key_value_store.default]\ntype = \"redis\"", ["url", "in [key_value_store.default]"]),
        ("[key_value_store.default]\ntype = \"spin\"", ["path", "in [key_value_store.default]"]),
        (
            "[key_value_store.other]\ntype = \"spin\"\npath = \"x\"",
            ["other", "in [key_value_store.other]"],
        ),
        (
            "[outbound_networking]\nblock_networks = [\"private\", \"1.1.1.1\"]",
            ["1.1.1.1", "in [outbound_networking]"],
        ),
    ] {
        let error = Setup::new(&probe("")).runtime_config(config).fail();
        assert!(error.contains("config/runtime.toml"), "{error}");
        assert!(named.iter().all(|named| error.contains(named)), "{named:?} in {error}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = "/nowhere/runtime.toml";
    let error = Setup::new(&probe("")).args(&["--runtime-config-file", missing]).fail();
    assert!(error.contains("runtime configuration") && error.contains(missing), "{error}");
}
