//! The limits on concurrency, and what happens beyond them: the same as in Spin.

use http::StatusCode;

use crate::harness::{Host, Setup, application, gate, probe};

const LOOPBACK: &str = "allowed_outbound_hosts = [\"http://127.0.0.0/8:*\"]";
/// An instance for each request, so that there are as many instances as requests.
const ONE: [&str; 2] = ["--max-instance-concurrent-reuse-count", "1"];

/// Four requests take all the room. A fifth gets the same response as one whose guest panicked.
async fn four_and_no_more(host: &Host, of: &str) {
    let (address, mut arrivals, open) = gate().await;
    let forward = format!("/forward?http://{address}/");
    let four = futures::future::join_all((0..4).map(|_| host.get(&forward)));
    let fifth = async {
        for _ in 0..4 {
            arrivals.recv().await.unwrap();
        }
        let fifth = host.get("/instance").await;
        (0..4).for_each(|_| open.notify_one());
        fifth
    };
    let (four, fifth) = tokio::join!(four, fifth);
    assert!(four.iter().all(|answer| answer.body == "late"));
    assert_eq!((fifth.status, fifth.body), (StatusCode::INTERNAL_SERVER_ERROR, "".into()));
    assert_eq!(fifth.headers.get("content-type"), None);
    host.stderr.wait(&format!("maximum concurrent limit of 4 for {of} reached")).await;
    // There is room again, in the idle instances.
    assert_eq!(host.get("/instance").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_without_a_free_fiber_is_500() {
    let host = Setup::new(&probe(LOOPBACK)).args(&ONE).args(&["--max-fiber-count", "4"]).start();
    four_and_no_more(&host, "fibers").await;
}

#[tokio::test]
async fn a_request_without_a_free_instance_is_500() {
    let fibers = ["--max-instance-count", "4", "--max-fiber-count", "9"];
    let host = Setup::new(&probe(LOOPBACK)).args(&ONE).args(&fibers).start();
    four_and_no_more(&host, "component instances").await;
}

#[tokio::test]
async fn the_limits_are_read_from_the_variables_of_spin() {
    let setup = Setup::new(&probe(LOOPBACK)).args(&ONE).env("SPIN_MAX_INSTANCE_COUNT", "4");
    four_and_no_more(&setup.start(), "component instances").await;
}

#[tokio::test]
async fn a_call_to_a_component_without_room_is_500() {
    let to_inner = "allowed_outbound_hosts = [\"http://inner.spin.internal\"]";
    let outer = ("outer", "\"/...\"", to_inner);
    let manifest = application(&[outer, ("inner", "{ private = true }", "")]);
    let host = Setup::new(&manifest).args(&["--max-instance-count", "1"]).start();
    let answer = host.fetch("http://inner.spin.internal/instance").await;
    assert_eq!((&answer["status"], &answer["body"]), (&500.into(), &"".into()), "{answer}");
    assert_eq!(answer["headers"], serde_json::json!([]), "{answer}");
    let line = host.stderr.wait("limit of 1 for component instances reached").await;
    assert!(line.contains("component=inner"), "{line}");
}
