//! How instances are reused, how they fail, and how the host stops.

use std::collections::HashMap;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::json;

use crate::harness::{Host, Setup, full, gate, probe};

const LOOPBACK: &str = "allowed_outbound_hosts = [\"http://127.0.0.0/8:*\"]";

async fn instances(host: &Host, requests: usize) -> HashMap<String, usize> {
    let mut served = HashMap::new();
    for _ in 0..requests {
        let seen = host.get("/instance").await.json();
        *served.entry(seen["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    served
}

#[tokio::test]
async fn an_instance_serves_128_requests() {
    let host = Host::start(&probe(""));
    let mut counts: Vec<_> = instances(&host, 300).await.into_values().collect();
    counts.sort_unstable();
    assert_eq!(counts, [44, 128, 128]);
}

#[tokio::test]
async fn an_instance_serves_one_request_when_configured() {
    let reuse = ["--max-instance-reuse-count", "1", "--max-instance-concurrent-reuse-count", "1"];
    let host = Setup::new(&probe("")).args(&reuse).start();
    assert_eq!(instances(&host, 10).await.len(), 10);
}

#[tokio::test]
async fn an_instance_serves_16_requests_at_a_time() {
    let (address, mut arrivals, open) = gate().await;
    let host = Host::start(&probe(LOOPBACK));
    let url = format!("http://{address}/");
    let waiting = futures::future::join_all((0..40).map(|_| host.fetch(&url)));
    let all_at_once = async {
        for _ in 0..40 {
            arrivals.recv().await.unwrap();
        }
        for _ in 0..40 {
            open.notify_one();
        }
    };
    let (answers, ()) = tokio::join!(waiting, all_at_once);
    let mut served: HashMap<String, usize> = HashMap::new();
    for answer in &answers {
        assert_eq!(answer["body"], "late");
        *served.entry(answer["instance"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    // The host chooses the number of instances; none may handle more than 16 requests, and the requests share
    // them.
    let most = served.values().max().unwrap();
    assert!((2..=16).contains(most), "{served:?}");
}

#[tokio::test]
async fn a_panic_fails_only_the_requests_of_its_instance() {
    let (address, mut arrivals, open) = gate().await;
    let host = Host::start(&probe(LOOPBACK));
    let forward = format!("/forward?http://{address}/");
    let sharing = host.get(&forward);
    let panicking = async {
        arrivals.recv().await.unwrap();
        host.get("/panic").await
    };
    let (sharing, panicked) = tokio::join!(sharing, panicking);
    assert_eq!(panicked.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(sharing.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(host.stderr.wait("as requested").await.contains("probe"));
    // This is a new instance, with no state of the old one.
    let again = host.get(&forward);
    let opened = async {
        arrivals.recv().await.unwrap();
        open.notify_one();
        open.notify_one();
    };
    let (again, ()) = tokio::join!(again, opened);
    assert_eq!((again.status, again.body), (StatusCode::OK, "late".into()));
}

#[tokio::test]
async fn endless_computation_does_not_block_other_guests() {
    let host = Host::start(&probe(""));
    // There are more of them than threads, and they take longer than anyone waits, so a response shows that
    // they run concurrently. They end with the host.
    let threads = std::thread::available_parallelism().unwrap().get();
    let burning = futures::future::join_all((0..=threads).map(|_| host.get("/burn/600000")));
    let answered = async {
        for _ in 0..5 {
            host.get("/instance").await.json();
        }
    };
    let answered = tokio::time::timeout(std::time::Duration::from_secs(60), answered);
    tokio::select! {
        _ = burning => panic!("a guest that burns for ten minutes has answered"),
        result = answered => result.expect("the others had to wait"),
    }
}

#[tokio::test]
async fn stopping_finishes_requests_in_flight() {
    let (address, mut arrivals, open) = gate().await;
    let host = Host::start(&probe(LOOPBACK));
    let (url, path) = (host.url(""), format!("/forward?http://{address}/"));
    let request = Request::get(host.url(&path)).body(full(Bytes::new())).unwrap();
    let in_flight = host.send(request);
    let stopping = async {
        arrivals.recv().await.unwrap();
        host.terminate();
        // No more connections are accepted, so it has begun to stop.
        let address = url.trim_start_matches("http://").to_owned();
        while tokio::net::TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        open.notify_one();
    };
    let (answer, ()) = tokio::join!(in_flight, stopping);
    assert_eq!(answer.status(), StatusCode::OK);
    let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
    assert_eq!(body, "late");
    assert!(host.exited().await.success());
}

#[tokio::test]
async fn stopping_waits_for_work_after_the_response() {
    let (address, mut arrivals, open) = gate().await;
    let host = Host::start(&probe(LOOPBACK));
    let order = json!({ "url": format!("http://{address}/") });
    assert_eq!(host.post("/linger", order).await, "answered");
    arrivals.recv().await.unwrap();
    host.terminate();
    open.notify_one();
    let stdout = host.stdout.clone();
    assert!(host.exited().await.success());
    assert!(stdout.text().contains("[probe] lingered: late"), "{}", stdout.text());
}

#[tokio::test]
async fn the_end_of_stdin_stops_the_host_when_requested() {
    let mut host = Setup::new(&probe("")).args(&["--exit-on-stdin-close"]).start();
    host.get("/instance").await.json();
    host.close_stdin();
    assert!(host.exited().await.success());

    let mut host = Host::start(&probe(""));
    host.close_stdin();
    host.get("/instance").await.json();
}
