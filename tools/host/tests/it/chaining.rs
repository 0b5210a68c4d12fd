//! Requests from one component to another.

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::json;

use crate::harness::{Host, application};

const TO_INNER: &str = "allowed_outbound_hosts = [\"http://inner.spin.internal\"]";

#[tokio::test]
async fn a_private_component_is_reached_by_its_name_over_http_and_https() {
    let host = Host::start(&application(&[
        (
            "outer",
            "\"/...\"",
            "allowed_outbound_hosts = [\"http://inner.spin.internal\", \"https://*:443\"]",
        ),
        ("inner", "{ private = true }", ""),
    ]));
    for scheme in ["http", "https"] {
        let answer = host.fetch(&format!("{scheme}://inner.spin.internal/echo/x?q=1")).await;
        assert_eq!(answer["status"], 200, "{answer}");
        let echo: serde_json::Value =
            serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(echo["uri"], "http://inner.spin.internal/echo/x?q=1");
        let headers = echo["headers"].as_array().unwrap();
        for header in [
            ["spin-path-info", "/echo/x"],
            ["spin-full-url", "http://localhost/echo/x?q=1"],
            ["spin-raw-component-route", "/..."],
            ["spin-component-route", ""],
            ["spin-client-addr", "0.0.0.0:0"],
        ] {
            assert!(headers.contains(&json!(header)), "{header:?} in {headers:?}");
        }
    }
}

#[tokio::test]
async fn only_allowed_components_that_exist_are_reached() {
    let host = Host::start(&application(&[
        ("outer", "\"/...\"", TO_INNER),
        ("inner", "{ private = true }", ""),
        ("other", "{ private = true }", ""),
    ]));
    let denied = host.fetch("http://other.spin.internal/echo").await;
    assert_eq!(denied["error"], "ErrorCode::HttpRequestDenied");
    let denied = host.fetch("https://inner.spin.internal/echo").await;
    assert_eq!(denied["error"], "ErrorCode::HttpRequestDenied");
    let line = host.stderr.wait("denied a request to https://inner.spin.internal").await;
    assert!(line.contains("component=outer "), "{line}");

    let host = Host::start(&application(&[(
        "outer",
        "\"/...\"",
        "allowed_outbound_hosts = [\"http://*:80\"]",
    )]));
    let nobody = host.fetch("http://nobody.spin.internal/echo").await;
    assert_eq!(nobody["error"], "ErrorCode::DestinationNotFound");
}

#[tokio::test]
async fn endless_self_calls_are_stopped() {
    let host = Host::start(&application(&[("inner", "\"/...\"", TO_INNER)]));
    let answer = host
        .get("/forward?http://inner.spin.internal/forward?http://inner.spin.internal/echo")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    // `/loop` is a path that forwards to itself: its query is its own URL, and so on.
    let endless = "/forward?http://inner.spin.internal/forward";
    let mut url = endless.to_owned();
    for _ in 0..40 {
        url = format!("{url}?http://inner.spin.internal/forward");
    }
    assert_eq!(host.get(&url).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(host.stderr.wait("a loop").await.contains("component=inner "));
}

#[tokio::test]
async fn a_trap_in_the_inner_component_is_a_500_to_the_outer_one() {
    let host = Host::start(&application(&[
        ("outer", "\"/...\"", TO_INNER),
        ("inner", "{ private = true }", ""),
    ]));
    let answer = host.fetch("http://inner.spin.internal/panic").await;
    assert_eq!((&answer["status"], &answer["body"]), (&json!(500), &json!("")));
}

#[tokio::test]
async fn bodies_pass_through_in_both_directions() {
    let host = Host::start(&application(&[
        ("outer", "\"/...\"", TO_INNER),
        ("inner", "{ private = true }", ""),
    ]));
    let body = Bytes::from(vec![b'x'; 3_000_000]);
    let path = "/forward?http://inner.spin.internal/count";
    let answer = host.request(Request::post(path).body(body).unwrap()).await;
    assert_eq!(answer.json()["bytes"], 3_000_000);
    let answer = host.get("/forward?http://inner.spin.internal/bytes/3000000").await;
    assert_eq!(answer.body.len(), 3_000_000);
}
