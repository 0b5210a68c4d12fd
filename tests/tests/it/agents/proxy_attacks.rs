//! Providers and clients that are slow, broken or hostile on purpose, with an agent that calls them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::agents::proxy::{get, open, ours};
use crate::kit::app::App;
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream, raw, raw_get, status};

/// Responds to `/base/drip` with the bytes that are sent to the channel. Responds to all other requests at
/// once.
fn dripping(upstream: &Upstream) -> UnboundedSender<Vec<u8>> {
    let (sender, receiver) = unbounded_channel();
    let receiver = std::sync::Mutex::new(Some(receiver));
    upstream.answer(move |seen| match seen.target() {
        "/base/drip" => Reply::Stream(Vec::new(), receiver.lock().unwrap().take().unwrap()),
        _ => Reply::new(200, "", "at once"),
    });
    sender
}

/// A connection to the application that has sent only the head of a request.
async fn begun(app: &App, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let token = token::of("AGENT", "acme");
    let head = format!("{head}host: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n");
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    stream
}

async fn answer_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_provider_that_drips_is_passed_on_drop_by_drop_and_holds_up_nobody() {
    let (app, upstream) = Upstream::connected().await;
    let sender = dripping(&upstream);
    let send = |text: &str| sender.send(text.into()).unwrap();
    let slow = open(&app, "/api/proxy/up/drip");
    // Other requests are served while the head of this response arrives byte by byte.
    let head = async {
        for byte in
            "HTTP/1.1 200 X\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n".chars()
        {
            send(&byte.to_string());
            assert_eq!(get(&app, "/other").await.text, "at once");
        }
    };
    let (mut slow, ()) = futures::future::join(slow, head).await;
    for byte in ["a", "\u{e4}", "b"] {
        send(byte);
        assert_eq!(slow.next(byte).await, byte);
        assert_eq!(get(&app, "/other").await.text, "at once");
    }
    // A secret that arrives byte by byte is masked too.
    KEY.chars().for_each(|byte| send(&byte.to_string()));
    let masked = "*".repeat(KEY.len());
    assert_eq!(slow.next(&masked).await, masked);
    drop(sender);
    assert_eq!(slow.rest().await, "");
}

#[tokio::test]
async fn a_client_that_drips_holds_up_nobody_and_sends_what_it_sends() {
    let (app, upstream) = Upstream::connected().await;
    for (length, pieces, last) in [
        ("content-length: 5\r\n", ["h", "e", "l", "l"].as_slice(), "o"),
        ("transfer-encoding: chunked\r\n", &["3\r", "\nhe", "l\r\n2\r", "\nlo"], "\r\n0\r\n\r\n"),
    ] {
        let mut slow = begun(&app, &format!("POST /api/proxy/up/slow HTTP/1.1\r\n{length}")).await;
        for piece in pieces {
            slow.write_all(piece.as_bytes()).await.unwrap();
            assert_eq!(get(&app, "/other").await.status, 200);
        }
        let others = upstream.seen();
        assert!(others.iter().all(|seen| seen.target() == "/base/other"), "{others:?}");
        upstream.forget();
        slow.write_all(last.as_bytes()).await.unwrap();
        let answer = answer_of(slow).await;
        assert_eq!(status(&answer), 200, "{answer}");
        assert_eq!(upstream.one().body, b"hello");
    }
    // A client that disconnects in the middle of its body has not sent a request that a provider accepts as
    // whole.
    let mut gone = begun(&app, "POST /api/proxy/up/slow HTTP/1.1\r\ncontent-length: 5\r\n").await;
    gone.write_all(b"hel").await.unwrap();
    drop(gone);
    assert_eq!(get(&app, "/other").await.status, 200);
    assert_eq!(upstream.one().target(), "/base/other");
}

/// A large body that ends before its declared length must not look whole. `ends.rs` tests small bodies.
#[tokio::test]
async fn a_body_that_is_cut_short_is_not_whole() {
    let (app, upstream) = Upstream::connected().await;
    for sent in [100_000, 3_000_000] {
        upstream.answer(move |_| {
            let (_, receiver) = unbounded_channel();
            let head = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", sent + 5);
            Reply::Stream([head.into_bytes(), vec![b'x'; sent]].concat(), receiver)
        });
        let call = app.get("/api/proxy/up/x").as_role("AGENT", "acme");
        let read = call.try_send().await;
        assert!(read.is_err(), "{sent} bytes: {:?}", read.map(|answer| answer.text.len()));
        // On the wire, the connection ends before the declared length.
        let answer = raw_get(&app, "/api/proxy/up/x", "").await;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        assert!(!answer.ends_with("0\r\n\r\n") && body.len() < sent + 5, "{sent}: {answer:.200}");
    }
    upstream.always(200, "", "whole");
    assert_eq!(get(&app, "/x").await.text, "whole");
}

/// A gateway may send a page with the content type of JSON. The page is passed on, and cannot run.
#[tokio::test]
async fn a_page_in_place_of_json_is_passed_on_and_can_do_nothing() {
    let (app, upstream) = Upstream::connected().await;
    let page = "<html><script>fetch('/api/integrations')</script></html>";
    for (code, kind) in
        [(200, "text/html"), (502, "text/html; charset=utf-8"), (200, "application/json")]
    {
        let header = format!("content-type: {kind}\r\n");
        upstream.answer(move |_| Reply::new(code, &header, page));
        let answer = get(&app, "/x").await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (code, page), "{answer:?}");
        assert_eq!(answer.header("content-type"), kind);
        assert_eq!(answer.header("x-nexus-error"), "");
        assert_eq!(answer.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

/// A provider that answers `TRACE` sends the request back, with the credential in it.
#[tokio::test]
async fn a_request_cannot_be_traced() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|seen| {
        Reply::new(200, "content-type: message/http\r\n", seen.all("authorization").concat())
    });
    let call = app.call("TRACE".parse().unwrap(), "/api/proxy/up/x");
    let answer = call.as_role("ADMIN", "acme").send().await;
    assert!(!answer.text.contains(KEY), "{answer:?}");
    ours(&answer, 405, "method_not_allowed");
    assert!(upstream.seen().is_empty());
}

/// The authority of a target in absolute form counts (RFC 9112, 3.2.2). If `Host` names another authority,
/// the embedded host responds with 400, and Spin closes the connection. Neither makes the call.
#[tokio::test]
async fn a_target_whose_authority_is_not_that_of_host_goes_nowhere() {
    let (app, upstream) = Upstream::connected().await;
    let own = app.url.strip_prefix("http://").unwrap();
    let token = token::of("AGENT", "acme");
    for (authority, is_let_through) in [(own, true), (upstream.host.as_str(), false)] {
        let text = format!(
            "GET http://{authority}/api/proxy/up/x HTTP/1.1\r\nhost: {own}\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\n\r\n"
        );
        let answer = raw(&app, &text).await;
        if is_let_through {
            assert_eq!(status(&answer), 200, "{answer}");
            assert_eq!(upstream.one().target(), "/base/x");
        } else {
            assert!(answer.is_empty() || status(&answer) == 400, "{answer}");
            assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
        }
    }
}
