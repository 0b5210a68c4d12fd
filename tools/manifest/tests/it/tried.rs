//! `try`: the credential reaches the provider and nothing else.

use serde_json::{Value, json};

use crate::Folder;
use crate::server::{Server, json as answer, response};

pub(crate) const KEY: &str = "sk_live_4eC39HqLyjWDarjt";

pub(crate) fn manifest(server: &Server, inject: &Value) -> String {
    manifest_at(&server.url(), inject)
}

fn manifest_at(url: &str, inject: &Value) -> String {
    let (_, host) = url.split_once("://").unwrap();
    json!({
        "id": "acme", "name": "Acme", "auth_method": "api_key",
        "credentials": [{"name": "api_key", "label": "API key", "secret": true, "pattern": "sk_[a-zA-Z0-9_]+"}],
        "inject": [inject],
        "api": {"base_url": format!("{url}/v1"), "hosts": [host], "headers": {"X-Version": "3"}},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id", "label": "/name"}},
        "revoke": {"unsupported": "none"},
    })
    .to_string()
}

pub(crate) fn bearer() -> Value {
    json!({"in": "header", "name": "Authorization", "value": "Bearer {api_key}"})
}

#[test]
fn a_live_credential_is_shown_with_its_account_and_without_itself() {
    let echoed = format!(r#"{{"id": 7, "name": "Acme {KEY}", "key": "{KEY}"}}"#);
    let server = Server::start(&[answer("200 OK", &echoed)]);
    for (inject, sent, shown) in [
        (bearer(), format!("authorization: Bearer {KEY}"), "Authorization: Bearer ‹api_key›"),
        (
            json!({"in": "query", "name": "key", "value": "{api_key}"}),
            format!("/v1/me?key={KEY}"),
            "/v1/me?key=‹api_key›",
        ),
        (
            json!({"in": "basic", "username": "{api_key}", "password": ""}),
            "authorization: Basic c2tfbGl2ZV80ZUMzOUhxTHlqV0Rhcmp0Og==".to_owned(),
            "Authorization: Basic base64(‹api_key›:)",
        ),
    ] {
        let folder = Folder::new();
        folder.write("acme.json", &manifest(&server, &inject));
        let ran = folder.run(&["try", "acme", "--loopback", "--body"], &format!("{KEY}\n"));
        assert!(ran.is_success, "{}{}", ran.stdout, ran.stderr);
        let received = server.received();
        let last = received.last().unwrap().to_ascii_lowercase();
        assert!(last.contains(&sent.to_ascii_lowercase()), "{last}");
        assert!(last.contains("x-version: 3"), "{last}");
        assert!(ran.stdout.contains(shown), "{}", ran.stdout);
        assert!(ran.stdout.contains("accepts the credential"), "{}", ran.stdout);
        assert!(ran.stdout.contains("id at /id: 7"), "{}", ran.stdout);
        assert!(ran.stdout.contains("name at /name: Acme ‹api_key›"), "{}", ran.stdout);
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains(KEY) && !text.contains("c2tfbGl2ZV"), "{text}");
        }
    }
}

#[test]
fn a_response_that_is_no_success_says_what_the_manifest_makes_of_it() {
    for (given, words) in [
        (answer("401 Unauthorized", "{}"), "rejects the credential"),
        (answer("500 Internal Server Error", "{}"), "says nothing about the credential"),
        (answer("200 OK", r#"{"name": "x"}"#), "no account where"),
        (response("200 OK", "content-type: text/html", "<p>Hello"), "not JSON"),
    ] {
        let (server, folder) = (Server::start(&[given]), Folder::new());
        folder.write("acme.json", &manifest(&server, &bearer()));
        let ran = folder.run(&["try", "acme", "--loopback"], &format!("{KEY}\n"));
        assert!(
            !ran.is_success && ran.stdout.contains(words),
            "{words}: {}{}",
            ran.stdout,
            ran.stderr
        );
        assert!(!ran.stdout.contains("Hello"), "the body is shown only with --body");
    }
}

/// The responses are read as the application reads them.
#[test]
fn a_response_is_read_as_the_application_reads_it() {
    let limited = |header: &str| response("403 Forbidden", header, "{}");
    let silent = "says nothing about the credential";
    let echoed = format!(r#"{{"id": "acme-{KEY}"}}"#);
    for (given, words) in [
        (limited("retry-after: 3"), silent),
        (limited("x-ratelimit-remaining: 0"), silent),
        (limited("x-ratelimit-remaining: 9"), "rejects the credential"),
        (response("403 Forbidden", "content-type: text/html", "<p>No"), silent),
        (response("200 OK", "content-type: Text/HTML", "\u{feff}{\"id\": 7}"), "accepts the"),
        (response("200 OK", "content-type: text/plain", "7"), "not JSON"),
        (answer("200 OK", &echoed), "the account's id holds a credential"),
    ] {
        let (server, folder) = (Server::start(&[given]), Folder::new());
        folder.write("acme.json", &manifest(&server, &bearer()));
        let ran = folder.run(&["try", "acme", "--loopback"], &format!("{KEY}\n"));
        assert_eq!(ran.is_success, words == "accepts the", "{words}: {}", ran.stdout);
        assert!(ran.stdout.contains(words), "{words}: {}{}", ran.stdout, ran.stderr);
        let received = server.received().concat().to_ascii_lowercase();
        for header in ["accept: application/json", "accept-encoding: identity"] {
            assert!(received.contains(header), "{received}");
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(&[answer("200 OK", r#"{"id": 1}"#)]);
    let to = format!("location: {}/steal", elsewhere.url());
    let (server, folder) = (Server::start(&[response("302 Found", &to, "")]), Folder::new());
    folder.write("acme.json", &manifest(&server, &bearer()));
    let ran = folder.run(&["try", "acme", "--loopback"], &format!("{KEY}\n"));
    assert!(!ran.is_success && ran.stdout.contains("that was not followed"), "{}", ran.stdout);
    assert_eq!((server.received().len(), elsewhere.received().len()), (1, 0));
}

#[test]
fn no_credential_goes_to_an_address_that_is_not_public_https() {
    let (server, folder) = (Server::start(&[answer("200 OK", "{}")]), Folder::new());
    folder.write("acme.json", &manifest(&server, &bearer()));
    let ran = folder.run(&["try", "acme"], &format!("{KEY}\n"));
    assert!(!ran.is_success && ran.stderr.contains("no credential is sent to"), "{}", ran.stderr);
    // The option is for this machine alone, by its address: a name can lead elsewhere.
    for host in
        ["http://localhost:9", "http://192.168.0.1", "http://api.acme.example", "https://10.0.0.1"]
    {
        folder.write("acme.json", &manifest_at(host, &bearer()));
        let ran = folder.run(&["try", "acme", "--loopback"], &format!("{KEY}\n"));
        assert!(
            !ran.is_success && ran.stderr.contains("no credential is sent to"),
            "{host}: {}",
            ran.stderr
        );
    }
    assert_eq!(server.received().len(), 0);
}

#[test]
fn a_credential_is_no_argument_and_must_not_be_empty() {
    let (server, folder) = (Server::start(&[answer("200 OK", "{}")]), Folder::new());
    folder.write("acme.json", &manifest(&server, &bearer()));
    for input in ["", "\n", "   \n"] {
        let ran = folder.run(&["try", "acme", "--loopback"], input);
        assert!(!ran.is_success && ran.stderr.contains("`api_key`"), "{}", ran.stderr);
    }
    let param = format!("api_key={KEY}");
    let ran = folder.run(&["try", "acme", "--loopback", "--param", &param], "");
    assert!(!ran.is_success && !ran.stderr.contains(KEY), "{}", ran.stderr);
    let ran = folder.run(&["try", "nobody"], "");
    assert!(!ran.is_success && ran.stderr.contains("manifest new nobody"), "{}", ran.stderr);
    let ran = folder.run(&["try", "../acme"], "");
    assert!(!ran.is_success && ran.stderr.contains("must match"), "{}", ran.stderr);
    assert_eq!(server.received().len(), 0);
}
