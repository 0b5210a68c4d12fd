//! Clients whose id is the URL of a document about them: the application fetches the document, and keeps it for as long
//! as HTTP allows. `attacks` has the documents that are not asked for.

use serde_json::{Value, json};

use crate::apps::connect::is_let_in;
use crate::kit::app::{App, Options};
use crate::kit::person::{CALLBACK, EVERYTHING, Person, Program, submit, text, token_of};
use crate::kit::process::is_spin;
use crate::kit::site::Site;

/// A site with a document, an application that finds it, a person, and the client of the document.
struct Scene {
    site: Site,
    app: App,
    person: Person,
    program: Program,
}

impl Scene {
    /// `None` on Spin, which cannot be told where a site is.
    async fn new() -> Option<Self> {
        if is_spin() {
            return None;
        }
        let site = Site::start("app.example.com").await;
        let app = Options::default().finds(&site).start().await.unwrap();
        // The first request makes the database.
        assert_eq!(app.get("/api/agents").as_admin().send().await.status, 200);
        let person = Person::sign_in(&app, "ann", "MANAGER");
        let program = Program { id: site.url("/oauth/client.json") };
        Some(Self { site, app, person, program })
    }

    /// A document that is accepted, with some members changed.
    fn document(&self, changes: Value) -> String {
        let mut document = json!({
            "client_id": self.program.id, "client_name": "Claude", "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "none", "client_uri": "https://app.example.com",
        });
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        document.to_string()
    }

    fn says(&self, control: &str, changes: Value) {
        let headers = format!("content-type: application/json\r\n{control}");
        self.site.says("200 OK", &headers, &self.document(changes));
    }

    /// The status of the page that asks the person.
    async fn asked(&self) -> u16 {
        self.program.ask(&self.app, &self.person, &[]).await.status.as_u16()
    }
}

#[tokio::test]
async fn a_client_with_a_document_connects_without_a_registration() {
    let Some(scene) = Scene::new().await else { return };
    scene.says("cache-control: max-age=600\r\n", json!({}));
    let Scene { site, app, person, program } = &scene;
    let page = program.ask(app, person, &[]).await;
    for words in ["Connect Claude?", "app.example.com <strong>not verified</strong>"] {
        assert!(page.text.contains(words), "{words}: {page:?}");
    }
    let answer = submit(app, person, &token_of(&page), EVERYTHING).await;
    assert!(answer.header("location").starts_with(CALLBACK), "{answer:?}");
    let tokens = program.connect(app, person, EVERYTHING).await;
    assert!(is_let_in(app, &text(&tokens, "access_token")).await);
    let renewed = program.refresh(app, &text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert!(is_let_in(app, &text(&renewed.json(), "access_token")).await);
    let listed = app.get("/api/connected-apps").as_admin().send().await.json();
    for item in listed["items"].as_array().unwrap() {
        assert_eq!(item["client_id"], program.id.as_str(), "{listed}");
    }
    assert_eq!(app.count("app_clients"), 1);
    // It was fetched once, with nothing of anybody's.
    let [head] = site.seen().try_into().unwrap();
    assert!(head.starts_with("get /oauth/client.json http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: app.example.com\r\n"), "{head}");
    for name in ["cookie", "authorization", "referer", "x-forwarded"] {
        assert!(!head.contains(&format!("\r\n{name}")), "{head}");
    }
}

#[tokio::test]
async fn a_document_is_kept_for_as_long_as_it_says() {
    let Some(scene) = Scene::new().await else { return };
    let fetched = |expected: usize| assert_eq!(scene.site.seen().len(), expected);
    scene.says("cache-control: no-store\r\n", json!({}));
    for times in 1..=2 {
        assert_eq!(scene.asked().await, 200);
        fetched(times);
    }
    scene.says("cache-control: max-age=600\r\n", json!({}));
    for _ in 0..2 {
        assert_eq!(scene.asked().await, 200);
        fetched(3);
    }
    // The copy counts while it is fresh, whatever the document says by then.
    scene.says("", json!({"redirect_uris": ["https://app.example.com/elsewhere"]}));
    assert_eq!(scene.asked().await, 200);
    fetched(3);
    scene.app.database().execute("update app_clients set fresh_until = 1", []).unwrap();
    assert_eq!(scene.asked().await, 400);
    fetched(4);
    let elsewhere = [("redirect_uri", "https://app.example.com/elsewhere")];
    // A document that says nothing about it is kept for a while.
    assert_eq!(scene.program.ask(&scene.app, &scene.person, &elsewhere).await.status, 200);
    fetched(4);
}

#[tokio::test]
async fn a_document_that_is_not_right_is_not_used() {
    let Some(scene) = Scene::new().await else { return };
    let good = scene.document(json!({}));
    let other = scene.document(json!({"client_id": "https://app.example.com/oauth/other.json"}));
    let slash = scene.document(json!({"client_id": format!("{}/", scene.program.id)}));
    let uris = scene.document(json!({"redirect_uris": ["http://app.example.com/cb"]}));
    let large = scene.document(json!({"logo": "x".repeat(70_000)}));
    let elsewhere = "location: https://app.example.com/oauth/client.json\r\n";
    for (status, headers, body) in [
        ("200 OK", "", other.as_str()),
        ("200 OK", "", &slash),
        ("200 OK", "", &uris),
        ("200 OK", "", &large),
        ("200 OK", "", "[]"),
        ("200 OK", "", "<html>"),
        ("200 OK", "", ""),
        ("302 Found", elsewhere, ""),
        ("404 Not Found", "", &good),
        ("500 Internal Server Error", "", &good),
    ] {
        scene.site.says(status, headers, body);
        let page = scene.program.ask(&scene.app, &scene.person, &[]).await;
        let shown = &body[..body.len().min(200)];
        assert_eq!((page.status.as_u16(), page.header("location")), (400, ""), "{status} {shown}");
        assert!(page.text.contains("cannot be used"), "{status} {shown}: {page:?}");
        assert_eq!(scene.app.count("app_clients"), 0, "{status} {shown}");
    }
    scene.site.is_silent();
    let page = scene.program.ask(&scene.app, &scene.person, &[]).await;
    assert_eq!(page.status, 400, "{page:?}");
    // Once it is right, it is used.
    scene.site.says("200 OK", "", &good);
    assert_eq!(scene.asked().await, 200);
}
