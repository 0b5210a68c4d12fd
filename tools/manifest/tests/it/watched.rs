//! `watch`: pages that changed, moved or went, and words that announce an end.

use serde_json::json;

use crate::Folder;
use crate::server::{Server, response};

fn manifest(pages: &[String]) -> String {
    json!({
        "id": "acme", "name": "Acme", "auth_method": "api_key",
        "credentials": [{"name": "api_key", "label": "API key", "secret": true}],
        "inject": [{"in": "header", "name": "X-Api-Key", "value": "{api_key}"}],
        "api": {"base_url": "https://api.acme.example"},
        "verify": {"method": "GET", "path": "/me"},
        "revoke": {"unsupported": "none"},
        "sources": [{"read": "2026-11-29", "pages": pages}],
    })
    .to_string()
}

fn html(body: &str) -> String {
    response("200 OK", "content-type: text/html", &format!("<html><body>{body}</body></html>"))
}

#[test]
fn a_change_is_reported_until_it_is_recorded() {
    let (server, folder) = (Server::start(&[html("<p>Send the key.</p>")]), Folder::new());
    folder.write("acme.json", &manifest(&[format!("{}/auth", server.url())]));
    let watch = |more: &[&str]| folder.run(&[&["watch", "acme", "--loopback"], more].concat(), "");

    let first = watch(&[]);
    assert!(first.is_success && first.stdout.contains("was not read before"), "{}", first.stdout);
    assert!(!folder.path().join("pages.tsv").exists());
    let recorded = watch(&["--record"]);
    assert!(recorded.is_success, "{}{}", recorded.stdout, recorded.stderr);
    assert!(folder.read("pages.tsv").contains(&format!("{}/auth\t", server.url())));
    let same = watch(&[]);
    assert!(same.is_success && same.stdout.contains("1 as they were"), "{}", same.stdout);

    // White space and scripts are no change.
    server.answer(html("<script>let n = 2</script><p>Send\n the  key.</p>"));
    let same = watch(&[]);
    assert!(same.is_success && same.stdout.contains("1 as they were"), "{}", same.stdout);
    server.answer(html("<p>Send the key. Keys are deprecated.</p>"));
    let changed = watch(&[]);
    assert!(!changed.is_success, "{}", changed.stdout);
    for words in ["changed since", "“deprecat” 1 times, 0 before", "Keys are deprecated."] {
        assert!(changed.stdout.contains(words), "{words}: {}", changed.stdout);
    }
    watch(&["--record"]);
    assert!(watch(&[]).is_success);
}

#[test]
fn a_page_that_went_or_moved_is_reported() {
    let gone = Server::start(&[response("404 Not Found", "x-a: b", "")]);
    let there = Server::start(&[html("<p>Here.</p>")]);
    let to = format!("location: {}/new", there.url());
    let moved = Server::start(&[response("301 Moved Permanently", &to, "")]);
    let away = Server::start(&[response("302 Found", "location: http://192.168.0.1/", "")]);
    let folder = Folder::new();
    folder.write("acme.json", &manifest(&[gone.url(), moved.url(), away.url()]));
    let ran = folder.run(&["watch", "--loopback"], "");
    assert!(!ran.is_success, "{}", ran.stdout);
    for words in [
        "is gone (404)".to_owned(),
        format!("moved to {}/new", there.url()),
        "did not answer".to_owned(),
    ] {
        assert!(ran.stdout.contains(&words), "{words}: {}", ran.stdout);
    }
}

#[test]
fn without_a_network_nothing_is_compared() {
    // Nothing listens on a port whose listener has gone.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = Folder::new();
    let pages: Vec<String> = (0..20).map(|n| format!("http://127.0.0.1:{port}/{n}")).collect();
    folder.write("acme.json", &manifest(&pages));
    let ran = folder.run(&["watch", "--loopback", "--record"], "");
    assert!(!ran.is_success && ran.stdout.contains("There is no network"), "{}", ran.stdout);
    assert!(!folder.path().join("pages.tsv").exists());
}
