//! The page to which a person returns after a sign-in: back to the program that asked, and never to another
//! site. `browser` tests the page's script.

use reqwest::Url;
use serde_json::json;

use crate::kit::app::{Answer, App};
use crate::kit::person::{Person, Program};
use crate::kit::token;
use crate::trust::oidc::{Scene, is_signed_in, key, parameter};

/// Attempts to use another target than a program's request.
const WRONG: [&str; 26] = [
    "",
    "/",
    "/api/integrations",
    "/oauth/authorize",
    "/oauth/authorize?",
    "/oauth/authorize/",
    "/oauth/authorize/?client_id=x",
    "/oauth/authorize/../..//evil.example",
    "/oauth/authorize/../..//evil.example?client_id=x",
    "/oauth/authorize#?client_id=x",
    "/oauth/authorize?client_id=x#fragment",
    "/oauth/authorize?client_id=x\\",
    "/oauth/authorize?client_id=x\r\nset-cookie: nexus-session=x",
    "/oauth/author\tize?client_id=x",
    "/oauth/author\nize?client_id=x",
    "/oauth%2fauthorize?client_id=x",
    "/OAUTH/authorize?client_id=x",
    "//evil.example",
    "//evil.example/oauth/authorize?client_id=x",
    "/\\evil.example/oauth/authorize?client_id=x",
    "/\t/evil.example/oauth/authorize?client_id=x",
    "\t//evil.example/oauth/authorize?client_id=x",
    "%2f%2fevil.example/oauth/authorize?client_id=x",
    "https://evil.example/oauth/authorize?client_id=x",
    "http://127.0.0.1:1/oauth/authorize?client_id=x",
    "javascript:alert(1)//oauth/authorize?client_id=x",
];

/// The sign-in page with this `return_to`.
fn page(values: &[&str]) -> String {
    let mut url = Url::parse("http://x/sign-in").unwrap();
    url.query_pairs_mut().extend_pairs(values.iter().map(|value| ("return_to", value)));
    format!("/sign-in?{}", url.query().unwrap_or_default())
}

async fn open(app: &App, person: Option<&Person>, path: &str) -> Answer {
    let call = app.get(path).header("sec-fetch-site", "cross-site");
    match person {
        Some(person) => call.header("cookie", &person.header()).send().await,
        None => call.send().await,
    }
}

#[tokio::test]
async fn a_signed_in_person_continues_at_once() {
    let app = App::start().await;
    let (program, person) = (Program::register(&app).await, Person::sign_in(&app, "ann", "ADMIN"));
    // Browsers send these characters unencoded.
    for more in ["", "&x={[|^`]}'", "&x=a,b;c"] {
        let asked = format!("{}{more}", program.request(&[]));
        let away = open(&app, None, &asked).await;
        let to = away.header("location").to_owned();
        assert!(to.starts_with("/sign-in?return_to="), "{away:?}");
        // The person is not signed in yet.
        let shown = open(&app, None, &to).await;
        assert_eq!((shown.status.as_u16(), shown.header("location")), (200, ""));
        // A sign-in in another tab.
        let back = open(&app, Some(&person), &to).await;
        assert_eq!(back.status, 303, "{back:?}");
        let back = back.header("location").to_owned();
        if more.is_empty() {
            assert_eq!(back, asked);
        }
        let asks = open(&app, Some(&person), &back).await;
        assert!(asks.status == 200 && asks.text.contains("Connect Claude?"), "{asks:?}");
    }
    let good = program.request(&[]);
    for wrong in WRONG {
        for values in [vec![wrong], vec![&good, wrong], vec![wrong, &good]] {
            let shown = open(&app, Some(&person), &page(&values)).await;
            assert_eq!((shown.status.as_u16(), shown.header("location")), (200, ""), "{values:?}");
        }
    }
    let session_ended = Person { id: String::new(), cookie: "x".repeat(43) };
    assert_eq!(open(&app, Some(&session_ended), &page(&[&good])).await.status, 200);
}

fn location(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("location"))
}

#[tokio::test]
async fn a_sign_in_at_the_provider_leads_back_to_the_program() {
    let scene = Scene::new().await;
    let asked = Program::register(&scene.app).await.request(&[]);
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    let (cookie, url) = scene.begin(json!({ "return_to": asked })).await;
    // The target is not in the request to the provider, and not in `state`.
    for part in ["authorize%3F", "code_challenge%3D", "return_to", "client_id%3D"] {
        assert!(!url.as_str().contains(part), "{part}: {url}");
    }
    assert_eq!(parameter(&url, "state").len(), 43);
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    let good = scene.good(&url);
    // Neither the query nor a changed cookie leads to another page.
    let other = cookie.replace("/oauth/authorize", "/oauth/authorized");
    let none = cookie.split_inclusive('.').take(3).collect::<String>();
    for (what, cookie) in [("another page", other), ("no page", none)] {
        let answer = scene.come_back(&cookie, &good).await;
        assert_eq!((location(&answer), is_signed_in(&answer)), ((400, ""), false), "{what}");
    }
    let evil = format!("{good}&return_to=https://evil.example");
    let back = scene.come_back(&cookie, &evil).await;
    assert_eq!((location(&back), is_signed_in(&back)), ((303, asked.as_str()), true), "{back:?}");
    let sets = back.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let session = sets.into_iter().find(|set| set.starts_with("nexus-session=")).unwrap();
    let session = session.split(';').next().unwrap();
    let asks = scene.app.get(&asked).header("cookie", session).send().await;
    assert!(asks.status == 200 && asks.text.contains("Connect Claude?"), "{asks:?}");

    // The same with an invitation.
    let open = json!({"invitation": scene.invite("acme", "MANAGER").await, "return_to": asked});
    let joined = scene.sign_in(json!({"sub": "u-2"}), open).await;
    assert_eq!((location(&joined), is_signed_in(&joined)), ((303, asked.as_str()), true));
    // Without a target, the person returns to the application.
    for body in [json!({}), json!({"return_to": null})] {
        let back = scene.sign_in(mapped.clone(), body).await;
        assert_eq!((location(&back), is_signed_in(&back)), ((303, "/"), true));
    }
}

#[tokio::test]
async fn a_sign_in_at_the_provider_leads_nowhere_else() {
    let scene = Scene::new().await;
    let long = format!("/oauth/authorize?state={}", "x".repeat(4000));
    for wrong in WRONG.into_iter().chain([long.as_str()]) {
        let call = scene.app.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
        let refused = call.json(&json!({ "return_to": wrong })).send().await;
        assert_eq!(refused.status, 422, "{wrong:?}: {refused:?}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/return_to", "{refused:?}");
        assert_eq!(refused.header("set-cookie"), "");
    }
    // A cookie that an attacker has planted does not help, even with all values that are derived from it.
    let (cookie, _) = scene.begin(json!({"return_to": "/oauth/authorize?client_id=x"})).await;
    let finish = async |cookie: &str| {
        let text = cookie.split_once('=').unwrap().1;
        let now = token::now();
        let claims = json!({"iss": scene.issuer(), "aud": "nexus-client", "sub": "u-1", "iat": now,
            "exp": now + 300, "nonce": derived("nonce", text), "name": "Ann",
            "workspace_id": "acme", "role": "ADMIN"});
        scene.will_say(&key().token("k", &claims));
        let query = format!("code=c-1&state={}&iss={}", derived("state", text), scene.issuer());
        scene.come_back(cookie, &query).await
    };
    for wrong in ["//evil.example", "/\\evil.example", "https://evil.example", "/oauth/token?x"] {
        let answer = finish(&cookie.replace("/oauth/authorize?client_id=x", wrong)).await;
        assert_eq!((location(&answer), is_signed_in(&answer)), ((400, ""), false), "{wrong}");
    }
    let answer = finish(&cookie).await;
    assert_eq!(location(&answer), (303, "/oauth/authorize?client_id=x"), "{answer:?}");
}

/// The values that are derived from the text of a cookie.
fn derived(what: &str, text: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(format!("oidc {what} {text}"));
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash)
}
