//! `new`: a manifest that passes every rule, or a draft and a list of what remains.

use serde_json::{Value, json};

use crate::Folder;

const FACTS: [&str; 32] = [
    "--name",
    "Acme",
    "--kind",
    "api_key",
    "--base-url",
    "https://api.acme.com/v1",
    "--inject",
    "header:X-Api-Key",
    "--pattern",
    "ak_[a-z0-9]{20}",
    "--example",
    "ak_…",
    "--key-url",
    "https://acme.com/keys",
    "--verify",
    "GET /me",
    "--account-id",
    "/id",
    "--revoke-page",
    "https://acme.com/keys",
    "--revoke-how",
    "Delete the key in the settings",
    "--docs-url",
    "https://docs.acme.com/",
    "--category",
    "testing",
    "--description",
    "Does things.",
    "--color",
    "#112233",
    "--deny",
    "POST /keys Creates a key",
];

#[test]
fn a_manifest_with_every_fact_is_written() {
    let folder = Folder::new();
    let args = [&["new", "acme", "--source", "https://docs.acme.com/auth"], &FACTS[..]].concat();
    let ran = folder.run(&args, "");
    assert!(ran.is_success, "{}", ran.stderr);
    let written: Value = serde_json::from_str(&folder.read("acme.json")).unwrap();
    assert_eq!(
        written["inject"],
        json!([{"in": "header", "name": "X-Api-Key", "value": "{api_key}"}])
    );
    assert_eq!(written["api"]["hosts"], json!(["api.acme.com"]));
    assert_eq!(
        written["api"]["deny"][0],
        json!({"method": "POST", "path": "/keys", "why": "Creates a key"})
    );
    assert_eq!(written["sources"][0]["pages"], json!(["https://docs.acme.com/auth"]));
    assert_eq!(written["sources"][0]["read"].as_str().unwrap().len(), 10);
    assert!(folder.read("acme.json").starts_with("{\n  \"id\": \"acme\",\n  \"name\": \"Acme\""));
    let again = folder.run(&args, "");
    assert!(!again.is_success && again.stderr.contains("exists already"), "{}", again.stderr);
}

#[test]
fn what_is_missing_is_listed_and_a_draft_becomes_a_manifest() {
    let folder = Folder::new();
    let args = [&["new", "acme"], &FACTS[..]].concat();
    let ran = folder.run(&args, "");
    assert!(
        !ran.is_success && ran.stderr.contains("/sources: must not be empty"),
        "{}",
        ran.stderr
    );
    // The build of the application reads the folder itself, so a draft is not there.
    assert!(!folder.path().join("acme.json").exists());
    let draft = folder.read("drafts/acme.json");
    let pages = r#""sources": [{"read": "2026-11-30", "pages": ["https://docs.acme.com/auth"]}]"#;
    let whole = draft.replace(r#""sources": []"#, pages);
    assert_ne!(draft, whole);
    folder.write("drafts/acme.json", &whole);
    let ran = folder.run(&["new", "acme"], "");
    assert!(ran.is_success, "{}", ran.stderr);
    assert_eq!(folder.read("acme.json"), whole);
    assert!(!folder.path().join("drafts/acme.json").exists());
}

#[test]
fn nothing_known_lists_everything() {
    let folder = Folder::new();
    let ran = folder.run(&["new", "acme"], "");
    assert!(!ran.is_success);
    for place in [
        "/name",
        "/description",
        "/docs_url",
        "/api/base_url",
        "/verify",
        "/revoke",
        "/sources",
        "/api/deny",
        "pattern",
    ] {
        assert!(ran.stderr.contains(place), "{place}: {}", ran.stderr);
    }
    let draft: Value = serde_json::from_str(&folder.read("drafts/acme.json")).unwrap();
    assert_eq!(draft["family"], "acme");
    let ran = folder.run(&["new", "acme", "--name", "Other"], "");
    assert!(!ran.is_success && ran.stderr.contains("Change it there"), "{}", ran.stderr);
}

#[test]
fn an_oauth_manifest_states_pkce() {
    let folder = Folder::new();
    let mut args = vec!["new", "acme-oauth", "--source", "https://docs.acme.com/oauth"];
    args.extend(FACTS.iter().map(|fact| if *fact == "api_key" { "oauth2" } else { fact }));
    args.extend([
        "--authorization-url",
        "https://acme.com/oauth/authorize",
        "--token-url",
        "https://acme.com/oauth/token",
        "--client-auth",
        "post",
        "--register-url",
        "https://acme.com/apps",
        "--refresh",
        "rotates",
        "--scope",
        "read",
    ]);
    let ran = folder.run(&args, "");
    assert!(!ran.is_success && ran.stderr.contains("/oauth2/pkce"), "{}", ran.stderr);
    std::fs::remove_file(folder.path().join("drafts/acme-oauth.json")).unwrap();
    args.extend(["--pkce", "true"]);
    let ran = folder.run(&args, "");
    assert!(ran.is_success, "{}", ran.stderr);
    let written: Value = serde_json::from_str(&folder.read("acme-oauth.json")).unwrap();
    assert_eq!(written["family"], "acme");
    assert_eq!(written["oauth2"]["refresh"], json!({"rotates": true}));
}

#[test]
fn an_answer_in_another_form_is_an_error() {
    let folder = Folder::new();
    for (option, value, words) in [
        ("--inject", "cookie:x", "header:NAME"),
        ("--verify", "/me", "a method and a path"),
        ("--deny", "POST /keys", "a method, a path and a reason"),
        ("--kind", "magic", "possible values"),
    ] {
        let ran = folder.run(&["new", "acme", option, value], "");
        assert!(!ran.is_success && ran.stderr.contains(words), "{option}: {}", ran.stderr);
    }
    for id in ["Acme", "custom-acme", "../acme", "schema"] {
        let ran = folder.run(&["new", id], "");
        assert!(
            !ran.is_success && ran.stderr.contains("built-in manifest"),
            "{id}: {}",
            ran.stderr
        );
    }
    assert!(!folder.path().join("drafts").exists());
}
