//! Links in responses lead back to the proxy, whole URLs are taken apart, and a base path is not repeated. An
//! SDK that follows a link never sends the agent's token to the provider.

use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::agents::mcp::tool;
use crate::agents::proxy::{get, ours};
use crate::kit::app::App;
use crate::kit::upstream::{KEY, Reply, Upstream, raw_get, status};

/// The address of `up` at the proxy, as clients see it.
const HUB: &str = "http://127.0.0.1:1/api/proxy/up";

#[tokio::test]
async fn references_to_the_api_become_addresses_of_the_proxy() {
    let (app, upstream) = Upstream::connected().await;
    let origin = format!("http://{}", upstream.host);
    for (header, sent, arrives) in [
        ("location", format!("{origin}/base/new?x=1#f"), format!("{HUB}/new?x=1#f")),
        ("location", "/base/items/9".into(), format!("{HUB}/items/9")),
        ("location", "9".into(), format!("{HUB}/items/9")),
        ("location", "?page=2".into(), format!("{HUB}/items/x?page=2")),
        ("location", format!("{origin}/base"), HUB.into()),
        ("content-location", format!("{origin}/base/items/9"), format!("{HUB}/items/9")),
        ("location", format!("{origin}/based/x"), format!("{origin}/based/x")),
        ("location", format!("{origin}/base/../other"), format!("{origin}/base/../other")),
        (
            "location",
            "https://bucket.example.net/f?sig=1".into(),
            "https://bucket.example.net/f?sig=1".into(),
        ),
        // These lead to this application, but not to this integration. A client would send its token there.
        ("location", "http://127.0.0.1:1/api/integrations".into(), String::new()),
        ("location", "http://127.0.0.1:1/api/proxy/other/x".into(), String::new()),
        ("location", format!("{origin}/base/x\r\nlocation: {origin}/base/y"), String::new()),
        ("link", "<http://127.0.0.1:1/api/audit>; rel=next".into(), String::new()),
        ("link", format!("<{origin}/base/x>; rel=next, <"), String::new()),
        // A relative URL would lead to this application.
        ("location", "/api/integrations".into(), format!("{origin}/api/integrations")),
        (
            "location",
            format!("http://user@{}/base/x", upstream.host),
            format!("http://user@{}/base/x", upstream.host),
        ),
        (
            "link",
            format!(
                "<{origin}/base/x?page=2>; rel=\"next\", <{origin}/base/x?page=9>; rel=\"last\""
            ),
            format!("<{HUB}/x?page=2>; rel=\"next\", <{HUB}/x?page=9>; rel=\"last\""),
        ),
        (
            "link",
            "<https://docs.example/>; rel=help".into(),
            "<https://docs.example/>; rel=help".into(),
        ),
    ] {
        for code in [201, 302] {
            let headers = format!("{header}: {sent}\r\n");
            upstream.answer(move |_| Reply::new(code, &headers, "{}"));
            let answer = get(&app, "/items/x").await;
            assert_eq!(
                (answer.status.as_u16(), answer.header(header)),
                (code, &*arrives),
                "{sent}"
            );
        }
    }
}

fn page(upstream: &Upstream) -> String {
    let origin = format!("http://{}", upstream.host);
    format!(
        "{{\"value\": [1.0e2, \"{origin}/base/a%2Fb\"],\n \"@odata.nextLink\" : \"{}\\/base\\/x?$skip=1\",\
         \"other\":\"https://elsewhere.example/base/x\",\"text\":\"see {origin}/base/x\"}}",
        origin.replace('/', "\\/")
    )
}

fn changed(upstream: &Upstream) -> String {
    let origin = format!("http://{}", upstream.host);
    format!(
        "{{\"value\": [1.0e2, \"{HUB}/a%2Fb\"],\n \"@odata.nextLink\" : \"{HUB}/x?$skip=1\",\
         \"other\":\"https://elsewhere.example/base/x\",\"text\":\"see {origin}/base/x\"}}"
    )
}

#[tokio::test]
async fn urls_in_json_become_addresses_of_the_proxy_and_nothing_else_changes() {
    let (app, upstream) = Upstream::connected().await;
    let (sent, expected) = (page(&upstream), changed(&upstream));
    for (headers, is_changed) in [
        ("content-type: application/json\r\ndigest: sha-256=x\r\n", true),
        ("content-type: application/json; charset=utf-8\r\n", true),
        ("content-type: application/hal+json\r\n", true),
        ("content-type: application/x-ndjson\r\n", false),
        ("content-type: text/plain\r\n", false),
        ("content-type: text/html\r\n", false),
    ] {
        let body = sent.clone();
        upstream.answer(move |_| Reply::new(200, headers, &body));
        let answer = get(&app, "/x").await;
        let expected = if is_changed { &expected } else { &sent };
        assert_eq!(&answer.text, expected, "{headers}");
        assert_eq!(answer.header("content-length"), expected.len().to_string(), "{headers}");
        assert_eq!(answer.header("digest"), "", "{headers}");
    }
    // The body arrives as a stream, without a length.
    let (sender, receiver) = unbounded_channel();
    let receiver = std::sync::Mutex::new(Some(receiver));
    upstream.answer(move |_| {
        let head = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
        Reply::Stream(head.into(), receiver.lock().unwrap().take().unwrap())
    });
    sent.bytes().for_each(|byte| sender.send(vec![byte]).unwrap());
    drop(sender);
    assert_eq!(get(&app, "/x").await.text, expected);
    // A body of up to a megabyte is collected. A larger body with a length stays as it is.
    for (size, is_changed) in [(200_000, true), (1_500_000, false)] {
        let large = format!("[\"{}\",{sent}]", "x".repeat(size));
        let body = large.clone();
        upstream.answer(move |_| Reply::new(200, "content-type: application/json\r\n", &body));
        let answer = get(&app, "/x").await;
        let expected = if is_changed { large.replace(&sent, &expected) } else { large };
        assert!(answer.text == expected, "{size}");
    }
}

#[tokio::test]
async fn the_manifest_or_the_integration_leaves_links_as_they_are() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["rewrite_links"] = json!(false);
    app.save(&manifest).await;
    let connect = async |manifest: &str, name: &str, policy: Value| {
        let body = json!({"manifest_id": manifest, "name": name, "credentials": {"key": KEY}, "policy": policy});
        let answer = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    };
    connect("custom-up", "By manifest", json!({})).await;
    manifest["id"] = "custom-other".into();
    manifest["api"]["rewrite_links"] = json!(true);
    app.save(&manifest).await;
    let made = connect("custom-other", "By policy", json!({"rewrite_links": false})).await;
    assert_eq!(made["policy"], json!({"agents": ["*"], "rules": [], "rewrite_links": false}));
    let made = connect("custom-other", "Usual", json!({})).await;
    assert_eq!(made["policy"], json!({"agents": ["*"], "rules": []}));
    let (sent, link) = (page(&upstream), format!("http://{}/base/x", upstream.host));
    upstream.answer(move |_| {
        Reply::new(200, &format!("content-type: application/json\r\nlocation: {link}\r\n"), &sent)
    });
    for (slug, is_changed) in [("by-manifest", false), ("by-policy", false), ("usual", true)] {
        let call = app.get(&format!("/api/proxy/{slug}/x"));
        let answer = call.as_role("AGENT", "acme").send().await;
        assert_eq!(
            answer.text.contains("/api/proxy/usual/x?$skip=1"),
            is_changed,
            "{slug}: {answer:?}"
        );
        // Links in headers change in any case.
        assert_eq!(answer.header("location"), format!("http://127.0.0.1:1/api/proxy/{slug}/x"));
    }
}

/// The path below the integration's name, and the path that arrives. `None` if the call is rejected.
#[tokio::test]
async fn a_whole_url_is_the_call_that_it_names() {
    let (app, upstream, second) =
        (App::start().await, Upstream::start().await, Upstream::start().await);
    let hosts = json!([upstream.host, second.host]);
    upstream.connect(&app, json!({ "/api/hosts": hosts })).await;
    let (first, other) = (upstream.host.clone(), second.host.clone());
    for (sent, arrives) in [
        (format!("/http://{first}/base/things?page=2"), Some((&upstream, "/base/things?page=2"))),
        (format!("/http:/{first}/base/a%2Fb"), Some((&upstream, "/base/a%2Fb"))),
        (format!("/HTTP://{first}/base"), Some((&upstream, "/base"))),
        (format!("/http://{other}/base/f"), Some((&second, "/base/f"))),
        (format!("/http://{first}/base/base/x"), Some((&upstream, "/base/base/x"))),
        (format!("/http://{first}/elsewhere"), None),
        (format!("/http://{first}/based"), None),
        (format!("/http://{first}"), None),
        (format!("/http://{first}/base/../x"), None),
        (format!("/http://{first}/base/%2e%2e/x"), None),
        // A URL of another host is an ordinary path.
        (
            "/http://evil.example/base/x".into(),
            Some((&upstream, "/base/http://evil.example/base/x")),
        ),
        (
            format!("/https://{first}/base/x"),
            Some((&upstream, &format!("/base/https://{first}/base/x"))),
        ),
        (
            format!("/http://x@{first}/base/x"),
            Some((&upstream, &format!("/base/http://x@{first}/base/x"))),
        ),
    ] {
        let answer = raw_get(&app, &format!("/api/proxy/up{sent}"), "").await;
        match arrives {
            Some((provider, target)) => {
                assert_eq!(status(&answer), 200, "{sent}: {answer}");
                assert_eq!(provider.one().target(), target, "{sent}");
            }
            None => assert_eq!(status(&answer), 422, "{sent}: {answer}"),
        }
        assert!(upstream.seen().is_empty() && second.seen().is_empty(), "{sent}");
    }
    let named = format!("x-nexus-host: {other}\r\n");
    let answer = raw_get(&app, &format!("/api/proxy/up/http://{first}/base/x"), &named).await;
    assert_eq!(status(&answer), 422, "{answer}");
    // The rules apply to such a URL too.
    let rules = json!([{"effect": "deny", "methods": ["*"], "path": "/secret/**"}]);
    let body = json!({"policy": {"agents": ["*"], "rules": rules}});
    app.put("/api/integrations/up").as_admin().json(&body).send().await;
    for path in
        ["/secret/x".to_owned(), format!("/http://{first}/base/secret/x"), "/base/secret".into()]
    {
        ours(&get(&app, &path).await, 403, "policy_denied");
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_base_path_that_an_sdk_brings_is_not_put_twice() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let base = format!("http://{}/api/v10", upstream.host);
    upstream.connect(&app, json!({ "/api/base_url": base })).await;
    for (sent, arrives) in [
        ("/channels/1", "/api/v10/channels/1"),
        ("/api/v10/channels/1", "/api/v10/channels/1"),
        ("/v10/channels/1", "/api/v10/channels/1"),
        ("/v10", "/api/v10"),
        ("/v100/channels", "/api/v10/v100/channels"),
        ("/api/channels", "/api/v10/api/channels"),
        ("/channels/v10", "/api/v10/channels/v10"),
    ] {
        assert_eq!(get(&app, sent).await.status, 200, "{sent}");
        assert_eq!(upstream.one().target(), arrives, "{sent}");
    }
    // The rules see the path that is sent.
    let rules = json!([{"effect": "allow", "methods": ["GET"], "path": "/channels/*"}]);
    let body = json!({"policy": {"agents": ["*"], "rules": rules}});
    app.put("/api/integrations/up").as_admin().json(&body).send().await;
    for path in ["/channels/1", "/v10/channels/1", "/api/v10/channels/1"] {
        assert_eq!(get(&app, path).await.status, 200, "{path}");
    }
    ours(&get(&app, "/v10/v10/channels/1").await, 403, "policy_denied");
}

#[tokio::test]
async fn a_model_follows_the_next_page_by_its_url() {
    let (app, upstream) = Upstream::connected().await;
    let (sent, provider) = (page(&upstream), format!("http://{}/base", upstream.host));
    upstream.answer(move |_| Reply::new(200, "content-type: application/json\r\n", &sent));
    let call = |path: &str, more: Value| {
        let mut arguments = json!({"integration": "up", "path": path});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        tool(&app, "call_api", arguments)
    };
    let first = call("/x", json!({})).await;
    let next = first["structuredContent"]["body"]["@odata.nextLink"].as_str().unwrap().to_owned();
    assert_eq!(next, format!("{HUB}/x?$skip=1"));
    upstream.forget();
    for (path, more, arrives) in [
        (next.clone(), json!({}), "/base/x?$skip=1"),
        (format!("{provider}/x?page=2#f"), json!({}), "/base/x?page=2"),
        (next.clone(), json!({"query": {"a": 1}}), "/base/x?$skip=1&a=1"),
        (HUB.to_owned(), json!({}), "/base"),
    ] {
        let told = call(&path, more).await;
        assert_eq!(told["isError"], false, "{path}: {told}");
        assert_eq!(upstream.one().target(), arrives, "{path}");
    }
    for path in [
        "http://127.0.0.1:1/api/proxy/other/x".to_owned(),
        format!("http://{}/elsewhere", upstream.host),
        "x".into(),
    ] {
        assert_eq!(call(&path, json!({})).await["isError"], true, "{path}");
        assert!(upstream.seen().is_empty(), "{path}");
    }
}
