//! How the UI is served: content codings, entity tags, caching, and the content security policy.

use std::io::Read as _;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

use crate::kit::app::{App, Options};
use crate::kit::programs::repo;

/// The files of the UI, as the build lists them. Empty if the UI was not built because Node is missing.
fn files() -> Vec<Value> {
    match std::fs::read(repo().join("static/dist/files.json")) {
        Ok(list) => serde_json::from_slice(&list).unwrap(),
        Err(_) => {
            eprintln!("SKIPPED: the UI is not built (static/dist)");
            Vec::new()
        }
    }
}

/// The paths of the files that are `immutable` or not.
fn paths(immutable: bool) -> Vec<String> {
    let all = files();
    let fitting = all.iter().filter(|file| file["immutable"] == immutable);
    fitting.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

/// A client that does not decompress, because these tests compare bytes.
async fn get(app: &App, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(app, Method::GET, path, headers).await
}

async fn ask(app: &App, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = Client::new().request(method, format!("{}{path}", app.url));
    let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    headers.iter().fold(request, with).send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn decompressed(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = match coding {
        "br" => brotli_decompressor::Decompressor::new(bytes, 4096).read_to_end(&mut plain),
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain),
        _ => return bytes.to_vec(),
    };
    read.unwrap();
    plain
}

#[tokio::test]
async fn every_file_comes_in_the_coding_that_was_asked_for() {
    let app = App::start().await;
    for file in files() {
        let (path, name) = (file["path"].as_str().unwrap(), file["file"].as_str().unwrap());
        let built = std::fs::read(repo().join("static/dist").join(name)).unwrap();
        let mut tags = Vec::new();
        for (accepted, coding) in [
            ("", ""),
            ("gzip", "gzip"),
            ("gzip, deflate, br, zstd", "br"),
            ("br;q=0.2, gzip;q=0.8", "gzip"),
            ("br;q=0, *", "gzip"),
            ("identity, br;q=0.5", ""),
            ("*;q=0", ""),
        ] {
            let answer = get(&app, path, &[("accept-encoding", accepted)]).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}: {answer:?}");
            assert_eq!(header(&answer, "content-encoding"), coding, "{path}: {accepted}");
            assert_eq!(header(&answer, "vary"), "accept-encoding", "{path}");
            assert_eq!(header(&answer, "content-type"), file["type"], "{path}");
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin", "{path}");
            let (tag, length) =
                (header(&answer, "etag").to_owned(), header(&answer, "content-length").to_owned());
            let body = answer.bytes().await.unwrap();
            assert_eq!(length, body.len().to_string(), "{path}");
            assert_eq!(decompressed(coding, &body), built, "{path}: {accepted}");
            tags.push((coding, tag));
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 3, "one tag for each coding: {tags:?}");
        let mut values: Vec<_> = tags.iter().map(|(_, tag)| tag).collect();
        values.dedup();
        assert!(values.len() == 3 && values.iter().all(|tag| tag.len() > 10), "{tags:?}");
    }
}

#[tokio::test]
async fn a_cached_file_is_not_sent_again() {
    let app = App::start().await;
    let coded = ("accept-encoding", "br");
    for path in paths(false).into_iter().chain(paths(true)) {
        let first = get(&app, &path, &[coded]).await;
        let tag = header(&first, "etag");
        for known in
            [tag, &format!("W/{tag}"), "*", &format!("\"other\", {tag}"), &format!("{tag},\"b\"")]
        {
            let answer = get(&app, &path, &[coded, ("if-none-match", known)]).await;
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{path}: {known}");
            for name in ["etag", "vary", "cache-control", "content-security-policy"] {
                assert_eq!(header(&answer, name), header(&first, name), "{path}: {name}");
            }
            assert!(answer.bytes().await.unwrap().is_empty());
        }
        for other in ["\"other\"", tag.trim_matches('"'), ""] {
            let answer = get(&app, &path, &[coded, ("if-none-match", other)]).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}: {other}");
        }
        // Each content coding is another representation.
        let answer = get(&app, &path, &[("accept-encoding", "gzip"), ("if-none-match", tag)]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn only_what_is_named_after_its_content_is_kept_unasked() {
    let app = App::start().await;
    let (hashed, stable) = (paths(true), paths(false));
    for (paths, kept) in [(&hashed, "public, max-age=31536000, immutable"), (&stable, "no-cache")] {
        for path in paths {
            let answer = get(&app, path, &[]).await;
            assert_eq!(header(&answer, "cache-control"), kept, "{path}");
        }
    }
    if files().is_empty() {
        return;
    }
    assert!(
        stable.contains(&"/".to_owned()) && stable.contains(&"/integration-nexus.js".to_owned())
    );
    // The unversioned entry loads the hashed one.
    let entry = get(&app, "/integration-nexus.js", &[]).await.text().await.unwrap();
    let leads = |path: &&String| entry.contains(path.as_str()) && path.ends_with(".js");
    assert_eq!(hashed.iter().filter(leads).count(), 1, "{entry}");
}

#[tokio::test]
async fn only_get_and_head() {
    let app = App::start().await;
    for path in ["/".to_owned()].into_iter().chain(paths(true)) {
        let whole = get(&app, &path, &[]).await;
        let head = ask(&app, Method::HEAD, &path, &[]).await;
        assert_eq!(head.status(), StatusCode::OK, "{path}");
        for name in ["content-length", "etag", "content-type", "cache-control"] {
            assert_eq!(header(&head, name), header(&whole, name), "{path}: {name}");
        }
        assert!(head.bytes().await.unwrap().is_empty(), "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let answer = app.call(method, &path).send().await;
            answer.problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), "GET, HEAD", "{path}");
        }
    }
    for path in ["/index.html", "/assets/", "/assets/page-00000000.css", "/integrations"] {
        app.get(path).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_all_that_they_name_is_there() {
    let app = App::start().await;
    let all = files();
    for page in all.iter().filter(|file| file["type"].as_str().unwrap().starts_with("text/html")) {
        let path = page["path"].as_str().unwrap();
        let answer = app.get(path).send().await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
        assert!(!policy.contains("unsafe-") && !policy.contains('*'), "{path}: {policy}");
        assert!(policy.contains("require-trusted-types-for 'script'"), "{path}: {policy}");
        for inline in ["<style", " style=", " onclick", " onload", "javascript:", "{{"] {
            let tags = answer.text.split('<').filter_map(|tag| tag.split_once('>'));
            for (tag, _) in tags {
                assert!(!format!("<{tag}").contains(inline), "{path}: {inline}: {tag}");
                assert!(!tag.starts_with("script") || tag.contains(" src="), "{path}: {tag}");
            }
        }
        let attributes = ["src=\"", "href=\""].map(|name| answer.text.split(name).skip(1));
        let urls: Vec<_> =
            attributes.into_iter().flatten().map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(urls.iter().any(|url| url.ends_with(".js")), "{path}: {urls:?}");
        for url in urls.iter().filter(|url| !url.starts_with('#')) {
            assert!(url.starts_with('/') && !url.starts_with("//"), "{path}: {url}");
            let target = url.split('#').next().unwrap();
            assert_eq!(app.get(target).send().await.status, StatusCode::OK, "{path}: {url}");
        }
    }
}

#[tokio::test]
async fn allowed_frame_ancestors_also_apply_to_cached_pages() {
    let app = App::start().await;
    let page = app.get("/").send().await;
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{page:?}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin-allow-popups"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    let options = Options::default().var("ui_frame_ancestors", "https://admin.example.com 'self'");
    let app = options.start().await.unwrap();
    let known = page.header("etag");
    for answer in
        [app.get("/").send().await, app.get("/").header("if-none-match", known).send().await]
    {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors https://admin.example.com 'self';"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), "");
    }
    // A value that cannot be a header must not remove the policy from the page.
    for value in ["https://exämple.com", "*; script-src *", "'self', *"] {
        let app = Options::default().var("ui_frame_ancestors", value).start().await.unwrap();
        let problem = app.get("/").send().await.problem(500, "misconfigured");
        assert_eq!(problem["variable"], "ui_frame_ancestors");
    }
}
