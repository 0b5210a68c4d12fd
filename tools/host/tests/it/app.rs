//! Routes, the headers that a component receives, forbidden headers, and the log.

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::Value;

use crate::harness::{Host, application, probe};

fn header(echo: &Value, name: &str) -> Vec<String> {
    let headers = echo["headers"].as_array().unwrap().iter();
    let named = headers.filter(|header| header[0] == name);
    named.map(|header| header[1].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_component_receives_its_route() {
    let host = Host::start(&application(&[("probe", "\"/echo/:kind/...\"", "")]));
    let echo = host.get("/echo/some/deep/er/?q=1").await.json();
    assert_eq!(echo["uri"], host.url("/echo/some/deep/er/?q=1"));
    for (name, value) in [
        ("spin-path-info", "/deep/er/"),
        ("spin-full-url", host.url("/echo/some/deep/er/?q=1").as_str()),
        ("spin-matched-route", "/echo/:kind/..."),
        ("spin-raw-component-route", "/echo/:kind/..."),
        ("spin-component-route", "/echo/:kind"),
        ("spin-base-path", "/"),
        ("spin-path-match-kind", "some"),
    ] {
        assert_eq!(header(&echo, name), [value], "{name}");
    }
    assert!(header(&echo, "spin-client-addr")[0].starts_with("127.0.0.1:"));
}

#[tokio::test]
async fn client_headers_come_first_and_are_not_removed() {
    let host = Host::start(&probe(""));
    let request = Request::get("/echo")
        .header("spin-client-addr", "9.9.9.9:9")
        .header("spin-full-url", "https://elsewhere.test/")
        .header("connection", "keep-alive")
        .body(Bytes::new());
    let echo = host.request(request.unwrap()).await.json();
    let addresses = header(&echo, "spin-client-addr");
    assert_eq!(addresses.len(), 2);
    assert_eq!(addresses[0], "9.9.9.9:9");
    assert_eq!(header(&echo, "spin-full-url")[0], "https://elsewhere.test/");
    assert!(header(&echo, "connection").is_empty() && header(&echo, "host").is_empty());
}

#[tokio::test]
async fn no_route_and_private_routes_are_404() {
    let host = Host::start(&application(&[
        ("public", "\"/echo\"", ""),
        ("hidden", "{ private = true }", ""),
    ]));
    assert_eq!(host.get("/echo").await.status, StatusCode::OK);
    for path in ["/", "/hidden", "/echo/more", "/.well-known/spin/other"] {
        let answer = host.get(path).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_FOUND, 0), "{path}");
    }
    assert_eq!(host.get("/.well-known/spin/health").await.body, "OK");
    // A client cannot name it by its internal name, either.
    let request = Request::get("/echo").header("host", "hidden.spin.internal").body(Bytes::new());
    assert_eq!(host.request(request.unwrap()).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_forbidden_header_on_a_response_is_a_500() {
    let host = Host::start(&probe(""));
    assert_eq!(host.get("/header/x-fine").await.headers["x-fine"], "x");
    for name in ["connection", "keep-alive", "transfer-encoding", "host", "upgrade"] {
        let status = host.get(&format!("/header/{name}")).await.status;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{name}");
    }
}

#[tokio::test]
async fn an_error_of_a_handler_is_a_bare_500() {
    let host = Host::start(&probe(""));
    let answer = host.get("/unknown-verb").await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::INTERNAL_SERVER_ERROR, 0));
}

#[tokio::test]
async fn a_request_is_one_line_in_the_log_without_its_query() {
    let host = Host::start(&probe(""));
    host.get("/echo/x?token=secret").await;
    let line = host.stderr.wait("/echo/x").await;
    let fields: Vec<_> = line.split(' ').collect();
    assert_eq!((fields[0], fields[2]), ("level=info", "what=request"), "{line}");
    assert_eq!(fields[3..6], ["method=GET", "path=/echo/x", "status=200"], "{line}");
    assert_eq!(fields[7..], ["component=probe"], "{line}");
    let is_time = fields[1].starts_with("time=") && fields[1].ends_with('Z');
    let took = fields[6].strip_prefix("ms=").and_then(|took| took.parse::<f64>().ok());
    assert!(is_time && took.is_some(), "{line}");
    assert!(!host.stderr.text().contains("secret"));
}
