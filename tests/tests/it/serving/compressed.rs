//! JSON on the wire: compressed for a client that accepts it, and the same without.

use std::io::Read as _;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::kit::app::App;
use crate::kit::token;
use crate::kit::upstream::{KEY, Upstream};

/// The status, the headers and the body, as they are on the wire. The kit's own client would not show that.
async fn get(app: &App, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = reqwest::Client::new()
        .get(format!("{}{path}", app.url))
        .bearer_auth(token::of("ADMIN", "acme"));
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request = request.header(name, HeaderValue::from_str(value).unwrap());
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
    plain
}

const GZIP: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");

/// An application whose lists have several kilobytes.
async fn filled() -> (App, Upstream) {
    let (app, upstream) = Upstream::connected().await;
    for number in 0..6 {
        let body = json!({"manifest_id": "custom-up", "name": format!("Service {number}"),
            "credentials": {"key": KEY}});
        app.post("/api/integrations").as_admin().json(&body).send().await;
    }
    (app, upstream)
}

#[tokio::test]
async fn a_large_page_is_compressed_for_whoever_accepts_it() {
    let (app, _upstream) = filled().await;
    for path in [
        "/api/integrations",
        "/api/integrations?sort=name&counts=true",
        "/api/manifests",
        "/api/manifests/slack",
        "/api/audit",
    ] {
        let (status, plain, body) = get(&app, path, &[]).await;
        assert_eq!((status, text(&plain, "content-encoding")), (200, ""), "{path}");
        assert!(body.len() > 1_200, "{path} is too short for this test");
        let (status, coded, packed) = get(&app, path, &[GZIP]).await;
        assert_eq!((status, text(&coded, "content-encoding")), (200, "gzip"), "{path}");
        for (headers, body) in [(&plain, &body), (&coded, &packed)] {
            assert_eq!(text(headers, "content-length"), body.len().to_string(), "{path}");
            assert_eq!(text(headers, "vary"), "accept-encoding", "{path}");
            assert_eq!(text(headers, "content-type"), "application/json", "{path}");
            assert_eq!(text(headers, "transfer-encoding"), "", "{path}");
        }
        assert!(packed.len() * 2 < body.len(), "{path}: {} of {}", packed.len(), body.len());
        let same = unpacked(&packed);
        let (same, body): (Value, Value) =
            (serde_json::from_slice(&same).unwrap(), serde_json::from_slice(&body).unwrap());
        assert_eq!(same, body, "{path}");
        for refused in ["identity", "gzip;q=0", "br", "identity, gzip;q=0.5", "*;q=0"] {
            let (_, headers, _) = get(&app, path, &[("accept-encoding", refused)]).await;
            assert_eq!(text(&headers, "content-encoding"), "", "{path}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_small_page_an_error_and_what_an_agent_gets_are_sent_as_they_are() {
    let (app, upstream) = filled().await;
    let (status, headers, body) = get(&app, "/api/integrations?q=nothing", &[GZIP]).await;
    assert_eq!((status, text(&headers, "content-encoding")), (200, ""));
    assert_eq!(text(&headers, "vary"), "accept-encoding");
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["items"], json!([]));
    let long = format!("/api/integrations?{}=1", "x".repeat(2_000));
    let (status, headers, _) = get(&app, &long, &[GZIP]).await;
    assert_eq!((status, text(&headers, "content-encoding")), (422, ""));
    // A request's own words, and secrets of a provider, are not in one compressed body.
    upstream.always(
        200,
        "content-type: application/json\r\n",
        format!("\"{}\"", "a".repeat(5_000)),
    );
    let (status, headers, body) = get(&app, "/api/proxy/up/me", &[GZIP]).await;
    assert_eq!((status, text(&headers, "content-encoding"), body.len()), (200, "", 5_002));
}

#[tokio::test]
async fn each_coding_has_an_entity_tag_of_its_own() {
    let app = App::start().await;
    for path in ["/api/manifests", "/api/manifests/slack"] {
        let (_, plain, _) = get(&app, path, &[]).await;
        let (_, coded, _) = get(&app, path, &[GZIP]).await;
        let (plain, coded) = (text(&plain, "etag"), text(&coded, "etag"));
        assert_ne!(plain, coded, "{path}");
        for (tag, sent) in [(plain, None), (coded, Some(GZIP))] {
            let mut headers = vec![("if-none-match", tag)];
            headers.extend(sent);
            let (status, answer, body) = get(&app, path, &headers).await;
            assert_eq!((status, text(&answer, "etag"), body.len()), (304, tag, 0), "{path}");
            assert_eq!(text(&answer, "vary"), "accept-encoding", "{path}");
        }
        // A client that has the one cannot use it for the other.
        let (status, ..) = get(&app, path, &[("if-none-match", plain), GZIP]).await;
        assert_eq!(status, 200, "{path}");
        let (status, ..) = get(&app, path, &[("if-none-match", coded)]).await;
        assert_eq!(status, 200, "{path}");
    }
}
