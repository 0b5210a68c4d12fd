//! `spin:key-value` and `wasi:keyvalue`: the same stores through two interfaces.

use serde_json::json;

use crate::harness::{Host, application, probe};

const ALLOWED: &str = "key_value_stores = [\"default\"]";

#[tokio::test]
async fn values_are_kept_found_and_removed() {
    let host = Host::start(&probe(ALLOWED));
    for interface in ["kv", "wasi-kv"] {
        let result = host
            .post(
                &format!("/{interface}/default"),
                json!([
                    ["get", "a"],
                    ["exists", "a"],
                    ["set", "a", "1"],
                    ["set", "a", "2"],
                    ["set", "b", ""],
                    ["get", "a"],
                    ["get", "b"],
                    ["exists", "b"],
                    ["keys"],
                    ["delete", "a"],
                    ["delete", "a"],
                    ["keys"],
                    ["delete", "b"],
                ]),
            )
            .await;
        let expected = json!([
            null,
            false,
            "set",
            "set",
            "set",
            "2",
            "",
            true,
            ["a", "b"],
            "deleted",
            "deleted",
            ["b"],
            "deleted"
        ]);
        assert_eq!(result, expected, "{interface}");
    }
}

#[tokio::test]
async fn both_interfaces_and_spin_see_the_same_values() {
    let host = Host::start(&probe(ALLOWED));
    host.post("/kv/default", json!([["set", "shared", "value"]])).await;
    let seen = host.post("/wasi-kv/default", json!([["get", "shared"]])).await;
    assert_eq!(seen, json!(["value"]));
    let file = host.directory.path().join(".spin/sqlite_key_value.db");
    let row = rusqlite::Connection::open(file).unwrap().query_row(
        "select store, key, value from spin_key_value",
        [],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?)),
    );
    assert_eq!(row.unwrap(), ("default".to_owned(), "shared".to_owned(), b"value".to_vec()));
}

#[tokio::test]
async fn only_numbers_can_be_incremented() {
    let host = Host::start(&probe(ALLOWED));
    let result = host
        .post(
            "/wasi-kv/default",
            json!([
                ["increment", "n", 5],
                ["increment", "n", -7],
                ["set", "text", "abc"],
                ["increment", "text", 1],
                ["increment", "max", i64::MAX],
                ["increment", "max", 1],
                ["cursor"],
            ]),
        )
        .await;
    assert_eq!((&result[0], &result[1]), (&json!(5), &json!(-2)));
    assert!(result[3].as_str().unwrap().contains("8 bytes"), "{result}");
    assert!(result[5].as_str().unwrap().contains("overflows"), "{result}");
    assert!(result[6].as_str().unwrap().contains("not supported"), "{result}");
}

#[tokio::test]
async fn increments_of_many_requests_are_all_counted() {
    let host = Host::start(&probe(ALLOWED));
    let step = json!([["increment", "n", 1]]);
    let requests = (0..40).map(|_| host.post("/wasi-kv/default", step.clone()));
    futures::future::join_all(requests).await;
    let result = host.post("/wasi-kv/default", json!([["increment", "n", 0]])).await;
    assert_eq!(result, json!([40]));
}

#[tokio::test]
async fn a_swap_fails_when_another_wrote_and_gives_a_new_handle() {
    let host = Host::start(&probe(ALLOWED));
    let result = host
        .post(
            "/wasi-kv/default",
            json!([
                ["cas", "k", "first"],
                ["cas", "k", "second"],
                ["cas", "k", "third", "theirs"],
                ["get", "k"],
            ]),
        )
        .await;
    let failed = json!({ "failed": "theirs", "second": true });
    assert_eq!(result, json!(["swapped", "swapped", failed, "third"]));
}

#[tokio::test]
async fn a_component_has_the_stores_of_its_manifest() {
    let host = Host::start(&application(&[
        ("allowed", "\"/kv/default\"", ALLOWED),
        ("denied", "\"/...\"", ""),
    ]));
    assert_eq!(host.post("/kv/default", json!([])).await, json!([]));
    assert_eq!(host.post("/kv/other", json!([])).await["open"], "Error::AccessDenied");
    assert_eq!(host.post("/wasi-kv/default", json!([])).await["open"], "Error::AccessDenied");
}
