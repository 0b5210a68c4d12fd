//! People: links of the operator's tool, invitations, roles, sessions, and emergency stops.

mod invitations;
mod links;
mod roles;
mod sessions;
mod stopped;

use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::kit::link::{self, SECRET};
use crate::kit::upstream::Upstream;

/// The address of the application in these tests. The application may listen at another one.
const URL: &str = "http://127.0.0.1:1";

pub(super) async fn start() -> App {
    Options::default().var("sign_in_secret", SECRET).start().await.unwrap()
}

/// The token in a link of the operator's tool.
pub(crate) async fn link(workspace: &str, role: &str, name: &str) -> String {
    let text = link::link(URL, workspace, role, name).await;
    let (page, token) = text.split_once("#link=").expect("a link");
    assert_eq!(page, format!("{URL}/sign-in"));
    token.to_owned()
}

/// Uses a link, and returns the cookie.
pub(crate) async fn sign_in(app: &App, link: &str) -> String {
    let answer = post(app, "/sign-in/link", json!({ "link": link })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    cookie(&answer)
}

pub(super) fn cookie(answer: &crate::kit::app::Answer) -> String {
    let set = answer.header("set-cookie");
    for part in ["nexus-session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    set.split(';').next().unwrap().to_owned()
}

/// A post from a page of the application.
pub(super) async fn post(app: &App, path: &str, body: Value) -> crate::kit::app::Answer {
    app.post(path).header("sec-fetch-site", "same-origin").json(&body).send().await
}

/// A request with the session cookie.
pub(crate) fn with<'a>(call: crate::kit::app::Call<'a>, cookie: &str) -> crate::kit::app::Call<'a> {
    call.header("cookie", cookie).header("sec-fetch-site", "same-origin")
}

pub(crate) async fn me(app: &App, cookie: &str) -> crate::kit::app::Answer {
    with(app.get("/api/me"), cookie).send().await
}

/// Accepts a new invitation of Ann under a chosen name. Returns the cookie.
pub(crate) async fn joined(app: &App, ann: &str, role: &str, name: &str) -> String {
    let secret = invite(app, ann, role).await;
    let body = json!({"invitation": secret, "name": name});
    let answer = post(app, "/sign-in/invitation", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    cookie(&answer)
}

/// The secret of a new invitation.
async fn invite(app: &App, by: &str, role: &str) -> String {
    let call = with(app.post("/api/people/invitations"), by).json(&json!({ "role": role }));
    let answer = call.send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["url"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned()
}

async fn connected() -> (App, Upstream) {
    let (app, upstream) = (start().await, Upstream::start().await);
    upstream.connect(&app, json!({})).await;
    (app, upstream)
}
