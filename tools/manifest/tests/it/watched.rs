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

/// Enough words for a page that scripts do not fill.
const WORDS: &str = "Send the key in the header of each request to the address of your site, and keep it where nobody \
                     else can read it.";

fn html(body: &str) -> String {
    response("200 OK", "content-type: text/html", &format!("<html><body>{body}</body></html>"))
}

fn text(more: &str) -> String {
    html(&format!("<p>{WORDS} {more}</p>"))
}

#[test]
fn a_change_is_reported_until_it_is_recorded() {
    let (server, folder) = (Server::start(&[text("")]), Folder::new());
    folder.write("acme.json", &manifest(&[format!("{}/auth", server.url())]));
    let watch = |more: &[&str]| folder.run(&[&["watch", "acme", "--loopback"], more].concat(), "");

    let first = watch(&[]);
    assert!(!first.is_success && first.stdout.contains("is not recorded yet"), "{}", first.stdout);
    assert!(!folder.path().join("pages.tsv").exists());
    let recorded = watch(&["--record"]);
    assert!(recorded.is_success, "{}{}", recorded.stdout, recorded.stderr);
    assert!(folder.read("pages.tsv").contains(&format!("{}/auth\t", server.url())));
    let same = watch(&[]);
    assert!(same.is_success && same.stdout.contains("1 as they were"), "{}", same.stdout);

    // White space, scripts and nonces are no change.
    let spaced = WORDS.replace(' ', "\n  ");
    server.answer(html(&format!("<script nonce=x1>let n = 2</script><p data-n=3>{spaced}</p>")));
    let same = watch(&[]);
    assert!(same.is_success && same.stdout.contains("1 as they were"), "{}", same.stdout);
    server.answer(text("Keys are deprecated."));
    let changed = watch(&[]);
    assert!(!changed.is_success, "{}", changed.stdout);
    for words in ["changed since", "“deprecat” 1 times, 0 before", "Keys are deprecated."] {
        assert!(changed.stdout.contains(words), "{words}: {}", changed.stdout);
    }
    assert!(watch(&["--record"]).is_success);
    assert!(watch(&[]).is_success);
    // A word of an ending that was recorded is no news. A change elsewhere is.
    server.answer(text("Keys are deprecated. Send no key twice."));
    let again = watch(&[]);
    assert!(!again.is_success && again.stdout.contains("changed since"), "{}", again.stdout);
    assert!(!again.stdout.contains("before:"), "{}", again.stdout);
}

#[test]
fn a_page_that_went_or_moved_is_reported() {
    let gone = Server::start(&[response("404 Not Found", "x-a: b", "")]);
    let there = Server::start(&[text("")]);
    let to = format!("location: {}/new", there.url());
    let moved = Server::start(&[response("301 Moved Permanently", &to, "")]);
    let away = Server::start(&[response("302 Found", "location: http://192.168.0.1/", "")]);
    let folder = Folder::new();
    folder.write("acme.json", &manifest(&[gone.url(), moved.url(), away.url()]));
    let ran = folder.run(&["watch", "--loopback"], "");
    assert!(!ran.is_success, "{}", ran.stdout);
    for words in [
        "is gone (404)".to_owned(),
        format!("moved permanently to {}/new", there.url()),
        "did not answer".to_owned(),
        "3 pages, 0 as they were, 2 that cannot be compared".to_owned(),
    ] {
        assert!(ran.stdout.contains(&words), "{words}: {}", ran.stdout);
    }
    // What was read is recorded. The rest still needs a person.
    let recorded = folder.run(&["watch", "--loopback", "--record"], "");
    assert!(!recorded.is_success, "{}", recorded.stdout);
    let kept = folder.read("pages.tsv");
    let has = |server: &Server| kept.contains(&format!("{}\t", server.url()));
    assert!(has(&moved) && !has(&gone) && !has(&away), "{kept}");
    let still = folder.run(&["watch", "--loopback"], "");
    assert!(!still.is_success && still.stdout.contains("moved permanently"), "{}", still.stdout);
}

/// A page that leads on for now, such as to the page of a language, has not moved.
#[test]
fn a_temporary_redirect_is_no_move() {
    let there = Server::start(&[text("")]);
    let to = format!("location: {}/en", there.url());
    let here = Server::start(&[response("302 Found", &to, "")]);
    let folder = Folder::new();
    folder.write("acme.json", &manifest(&[here.url()]));
    assert!(folder.run(&["watch", "--loopback", "--record"], "").is_success);
    let same = folder.run(&["watch", "--loopback"], "");
    assert!(same.is_success && !same.stdout.contains("moved"), "{}", same.stdout);
    there.answer(text("Please sign in."));
    let changed = folder.run(&["watch", "--loopback"], "");
    assert!(!changed.is_success, "{}", changed.stdout);
    let answered = format!("is answered from {}/en for now", there.url());
    assert!(changed.stdout.contains(&answered), "{}", changed.stdout);
}

/// The text of such a page would be the same for ever, whatever the provider writes.
#[test]
fn a_page_that_scripts_fill_is_never_as_it_was() {
    let server = Server::start(&[html("<div id=app></div><script src=app.js></script>")]);
    let folder = Folder::new();
    folder.write("acme.json", &manifest(&[server.url()]));
    for more in [&["--record"][..], &[]] {
        let ran = folder.run(&[&["watch", "--loopback"], more].concat(), "");
        assert!(!ran.is_success && ran.stdout.contains("read it in a browser"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("1 as they were"), "{}", ran.stdout);
    }
    assert!(!folder.read("pages.tsv").contains("http"));
}

#[test]
fn a_page_that_no_manifest_names_is_forgotten() {
    let (server, folder) = (Server::start(&[text("")]), Folder::new());
    let page = |path: &str| format!("{}/{path}", server.url());
    folder.write("acme.json", &manifest(&[page("old"), page("auth")]));
    assert!(folder.run(&["watch", "--loopback", "--record"], "").is_success);
    folder.write("acme.json", &manifest(&[page("auth")]));
    assert!(folder.run(&["watch", "acme", "--loopback", "--record"], "").is_success);
    assert!(
        folder.read("pages.tsv").contains(&page("old")),
        "one manifest knows only its own pages"
    );
    assert!(folder.run(&["watch", "--loopback", "--record"], "").is_success);
    let kept = folder.read("pages.tsv");
    assert!(kept.contains(&page("auth")) && !kept.contains(&page("old")), "{kept}");
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
    assert!(ran.stdout.contains("/7: not recorded yet"), "{}", ran.stdout);
    assert!(ran.stdout.contains("20 of 20 pages are not recorded yet"), "{}", ran.stdout);
    assert!(!folder.path().join("pages.tsv").exists());
}
