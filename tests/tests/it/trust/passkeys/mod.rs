//! Passkeys: adding them, signing in with them, and attacks.

mod attacks;
mod authenticator;
mod own;

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Call, Options};
use crate::kit::link;
use authenticator::{Authenticator, Key};

/// The address of the application in these tests. The application may listen at another one.
const URL: &str = "http://localhost:1";

fn options() -> Options {
    Options::default().var("sign_in_secret", link::SECRET).var("public_url", URL)
}

async fn start() -> App {
    options().start().await.unwrap()
}

/// A browser, with its cookies.
#[derive(Clone, Default)]
struct Browser {
    cookies: std::collections::BTreeMap<String, String>,
}

impl Browser {
    /// A browser in which a person has signed in by a link of the operator's tool.
    async fn of(app: &App, workspace: &str, name: &str) -> Self {
        let url = link::link(URL, workspace, "ADMIN", name).await;
        let link = url.split_once("#link=").unwrap().1;
        let mut browser = Self::default();
        let answer = browser.post(app, "/sign-in/link", &json!({ "link": link })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }

    /// Sends a request from a page of the application, and keeps the cookies of the response.
    async fn send(&mut self, call: Call<'_>) -> Answer {
        let answer = call
            .header("cookie", &self.header())
            .header("sec-fetch-site", "same-origin")
            .send()
            .await;
        for set in answer.headers.get_all("set-cookie") {
            let (pair, rest) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(rest.contains("HttpOnly") && rest.contains("SameSite="), "{rest}");
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    fn header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn get(&mut self, app: &App, path: &str) -> Answer {
        self.send(app.get(path)).await
    }

    async fn post(&mut self, app: &App, path: &str, body: &Value) -> Answer {
        self.send(app.post(path).json(body)).await
    }

    async fn ask(&mut self, app: &App, path: &str) -> Value {
        let answer = self.send(app.call(Method::POST, path)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["public_key"].clone()
    }

    /// Adds the passkey of `authenticator`.
    async fn add(&mut self, app: &App, authenticator: &mut Authenticator) -> Value {
        let options = self.ask(app, "/api/me/passkeys/options").await;
        let body = json!({"credential": authenticator.create(&options)});
        let added = self.post(app, "/api/me/passkeys", &body).await;
        assert_eq!(added.status, 201, "{added:?}");
        added.json()
    }

    /// Signs in with the passkey of `authenticator`.
    async fn sign_in(&mut self, app: &App, authenticator: &mut Authenticator) -> Answer {
        let options = self.ask(app, "/sign-in/passkey/options").await;
        let body = json!({"credential": authenticator.get(&options)});
        self.post(app, "/sign-in/passkey", &body).await
    }

    async fn me(&mut self, app: &App) -> Value {
        let answer = self.get(app, "/api/me").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    async fn passkeys(&mut self, app: &App) -> Vec<Value> {
        let listed = self.get(app, "/api/me/passkeys").await;
        assert_eq!(listed.status, 200, "{listed:?}");
        listed.json()["items"].as_array().unwrap().clone()
    }
}

fn is_signed_in(answer: &Answer) -> bool {
    let mut sets = answer.headers.get_all("set-cookie").iter();
    sets.any(|set| set.to_str().unwrap().starts_with("nexus-session="))
}

/// A person with a passkey, who is signed in.
async fn with_passkey(
    app: &App,
    workspace: &str,
    name: &str,
    number: u8,
) -> (Browser, Authenticator) {
    let mut browser = Browser::of(app, workspace, name).await;
    let mut authenticator = Authenticator::new(Key::es256(number), number);
    browser.add(app, &mut authenticator).await;
    (browser, authenticator)
}
