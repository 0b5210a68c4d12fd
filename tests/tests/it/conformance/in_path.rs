//! A key in the path of a call: who calls cannot leave the path that the key opens, and sees the key nowhere.

use std::sync::Arc;

use serde_json::json;

use super::journey::connect;
use super::tls::Hosts;
use super::vendor::Vendor;
use crate::kit::app::{App, Options};
use crate::kit::process::is_spin;
use crate::kit::upstream::{raw_get, status};

/// The application, and Telegram. `None` on Spin, which cannot be told where to connect to.
async fn start() -> Option<(App, Hosts, Arc<Vendor>)> {
    if is_spin() {
        return None;
    }
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    let manifest = app.get("/api/manifests/telegram").as_admin().send().await.json();
    let vendor = Arc::new(Vendor::of(&manifest));
    hosts.serve(&[Arc::clone(&vendor)]);
    assert_eq!(connect(&app, &vendor).await.status, 201);
    Some((app, hosts, vendor))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_stays_behind_the_key() {
    let Some((app, hosts, vendor)) = start().await else { return };
    let key = vendor.fields["bot_token"].clone();
    for (path, arrives) in [
        ("/getMe", format!("/bot{key}/getMe")),
        ("/getChat?chat_id=%2F1", format!("/bot{key}/getChat?chat_id=%2F1")),
        ("/file/photos/1.jpg", format!("/file/bot{key}/photos/1.jpg")),
        // No other path is one that the segment follows.
        ("/filed/x", format!("/bot{key}/filed/x")),
        ("/%66ile/x", format!("/bot{key}/%66ile/x")),
        ("/File/x", format!("/bot{key}/File/x")),
        ("/file", format!("/bot{key}/file")),
        ("/bot1:AAAA/getMe", format!("/bot{key}/bot1:AAAA/getMe")),
        ("", format!("/bot{key}")),
    ] {
        let before = vendor.state().arrived.len();
        let call = app.get(&format!("/api/proxy/telegram{path}")).as_role("AGENT", "acme");
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let targets: Vec<String> = vendor.state().arrived[before..]
            .iter()
            .map(|one| format!("{}{}", one.host, one.request.target()))
            .collect();
        assert_eq!(targets, [format!("api.telegram.org{arrives}")], "{path}");
    }
    // Nobody climbs over the key.
    let before = vendor.state().arrived.len();
    for path in [
        "/../getMe",
        "/x/../../bot1:AAAA/getMe",
        "/%2e%2e/bot1:AAAA/getMe",
        "/file/../bot1:AAAA/getMe",
        "/file/%2e%2e%2fbot1:AAAA/getMe",
        "/.%2e;x/getMe",
        "/setwebhook",
        "/SetWebhook/",
        "/%73etWebhook",
    ] {
        let answer = raw_get(&app, &format!("/api/proxy/telegram{path}"), "").await;
        assert!((400..500).contains(&status(&answer)), "{path}: {answer}");
    }
    assert_eq!(vendor.state().arrived.len(), before);
    assert!(hosts.strays().is_empty(), "{:?}", hosts.strays());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_path_is_shown_nowhere() {
    let Some((app, _hosts, vendor)) = start().await else { return };
    let key = vendor.fields["bot_token"].clone();
    let id = key.split(':').next().unwrap().to_owned();
    let secret = key[id.len() + 1..].to_owned();
    let shown = |text: &str| text.contains(&secret);
    let link = format!("https://api.telegram.org/bot{key}/getMe");
    for (code, headers, body) in [
        (
            200,
            String::new(),
            json!({"ok": true, "url": link, "path": format!("/file/bot{key}/x")}).to_string(),
        ),
        (
            404,
            String::new(),
            json!({"ok": false, "description": format!("Not Found: /bot{key}/x")}).to_string(),
        ),
        (404, String::new(), format!("/bot{}/x", key.replace(':', "%3A"))),
        (302, format!("location: {link}\r\n"), String::new()),
        (302, format!("location: /bot{key}/getMe\r\n"), String::new()),
        (200, format!("link: <{link}>; rel=next\r\ncontent-location: {link}\r\n"), "{}".to_owned()),
    ] {
        vendor.state().says = Some((code, headers.clone(), body.clone()));
        let answer = app.get("/api/proxy/telegram/getMe").as_role("AGENT", "acme").send().await;
        assert_eq!(answer.status.as_u16(), code, "{answer:?}");
        assert!(!shown(&format!("{answer:?}")), "{headers}{body} shows the key: {answer:?}");
        for name in ["location", "link", "content-location"] {
            assert!(!shown(answer.header(name)), "{name}: {answer:?}");
        }
        let checked = app.post("/api/integrations/telegram/check").as_admin().send().await;
        assert!(!shown(&checked.text), "{checked:?}");
    }
    vendor.state().says = None;
    // A denied call, and a provider that is not there.
    app.get("/api/proxy/telegram/setWebhook").as_role("AGENT", "acme").send().await;
    for path in ["", "/events", "/usage"] {
        let text =
            app.get(&format!("/api/integrations/telegram{path}")).as_admin().send().await.text;
        assert!(!shown(&text), "{path}: {text}");
    }
    let audit = app.get("/api/audit?limit=100").as_admin().send().await.text;
    assert!(!shown(&audit), "{audit}");
    assert!(!shown(&app.log()), "the log shows the key");
    app.ensure_not_stored(&secret);
}
