//! The sign-in at an identity provider: who can sign in, and attacks. The simulated provider sends whatever a
//! test wants. `tokens::servers` uses a real one.

mod admitted;
mod attacks;
mod requests;

use std::sync::{Arc, Mutex};

use reqwest::Url;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options};
use crate::kit::token;
use crate::kit::upstream::{Reply, Seen, Upstream};
use crate::trust::jwks::keys::{Key, p256};

const CLIENT: &str = "nexus-client";
const CLIENT_SECRET: &str = "a secret/of+the:client";
/// The address of the application in these tests. The application may listen at another one.
const URL: &str = "http://127.0.0.1:1";

/// A provider, and an application that is registered at it.
pub(super) struct Scene {
    pub(super) app: App,
    provider: Upstream,
    says: Arc<Mutex<Says>>,
}

/// The responses of the provider.
#[derive(Clone)]
struct Says {
    /// Members of the metadata to change.
    metadata: Value,
    /// The response of the token endpoint.
    token: (u16, Value),
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::with(|options| options).await
    }

    async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let rules = json!({"workspace_claim": "workspace_id", "role_claim": "role"});
        Self::by(&[json!({"audiences": ["api"]})], &rules, change).await
    }

    /// An application that has `entries` in `issuers` for the provider, each with `rules`.
    async fn by(entries: &[Value], rules: &Value, change: impl FnOnce(Options) -> Options) -> Self {
        let provider = Upstream::start().await;
        let says = Arc::new(Mutex::new(Says { metadata: json!({}), token: (500, json!({})) }));
        let (issuer, script) = (format!("http://{}", provider.host), Arc::clone(&says));
        let own = issuer.clone();
        provider.answer(move |seen| respond(seen, &own, &script.lock().unwrap()));
        let mut issuers = vec![json!({"issuer": token::ISSUER, "secret_variable": "jwt_secret",
            "audiences": [token::AUDIENCE], "workspace_claim": "workspace_id", "role_claim": "role"})];
        for entry in entries {
            let mut whole = json!({"issuer": issuer, "discovery": true});
            for members in [rules, entry] {
                whole.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            }
            issuers.push(whole);
        }
        let issuers = json!(issuers);
        let options = Options::default()
            .var("issuers", &issuers.to_string())
            .var("oidc_issuer", &issuer)
            .var("oidc_client_id", CLIENT)
            .var("oidc_client_secret", CLIENT_SECRET)
            .var("oidc_hosts", &issuer);
        let app = change(options).start().await.unwrap();
        Self { app, provider, says }
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.provider.host)
    }

    /// Begins a sign-in. Returns the browser's cookie and the URL at the provider.
    pub(super) async fn begin(&self, body: Value) -> (String, Url) {
        let call = self.app.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
        let answer = call.json(&body).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let set = answer.header("set-cookie").to_owned();
        for part in ["nexus-oidc=", "; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=600"] {
            assert!(set.contains(part), "{set}");
        }
        let url = Url::parse(answer.json()["url"].as_str().unwrap()).unwrap();
        (set.split(';').next().unwrap().to_owned(), url)
    }

    /// Claims that are accepted, for the request at `url`.
    pub(super) fn claims(&self, url: &Url, changes: &Value) -> Value {
        let now = token::now();
        let mut claims = json!({"iss": self.issuer(), "aud": CLIENT, "sub": "u-1", "iat": now,
            "exp": now + 300, "nonce": parameter(url, "nonce"), "name": "Ann",
            "email": "ann@acme.example", "email_verified": true});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    pub(super) fn will_say(&self, id_token: &str) {
        self.says.lock().unwrap().token = (200, json!({"id_token": id_token, "access_token": "a"}));
    }

    pub(super) async fn come_back(&self, cookie: &str, query: &str) -> Answer {
        let call = self.app.get(&format!("/sign-in/oidc/callback?{query}"));
        call.header("cookie", cookie).header("sec-fetch-site", "cross-site").send().await
    }

    /// A complete sign-in with these claims.
    pub(super) async fn sign_in(&self, changes: Value, body: Value) -> Answer {
        let (cookie, url) = self.begin(body).await;
        self.will_say(&key().token("k", &self.claims(&url, &changes)));
        self.come_back(&cookie, &self.good(&url)).await
    }

    pub(super) fn good(&self, url: &Url) -> String {
        format!("code=c-1&state={}&iss={}", parameter(url, "state"), self.issuer())
    }

    pub(super) async fn me(&self, answer: &Answer) -> Value {
        let session = session(answer);
        let call = self.app.get("/api/me").header("cookie", &session);
        call.header("sec-fetch-site", "same-origin").send().await.json()
    }

    /// The secret of a new invitation.
    pub(super) async fn invite(&self, workspace: &str, role: &str) -> String {
        let call = self.app.post("/api/people/invitations").as_role("ADMIN", workspace);
        let url = call.json(&json!({ "role": role })).send().await.json()["url"].clone();
        url.as_str().unwrap().rsplit_once('=').unwrap().1.to_owned()
    }
}

pub(super) fn key() -> Key {
    p256(3)
}

fn respond(seen: &Seen, issuer: &str, says: &Says) -> Reply {
    match seen.target() {
        "/.well-known/openid-configuration" => {
            let mut metadata = json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth?tenant=1"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                "end_session_endpoint": format!("{issuer}/end"),
                "authorization_response_iss_parameter_supported": true,
            });
            for (name, value) in says.metadata.as_object().unwrap() {
                metadata[name] = value.clone();
            }
            Reply::json(200, &metadata)
        }
        "/keys" => Reply::json(200, &json!({"keys": [key().jwk("k")]})),
        "/token" => Reply::json(says.token.0, &says.token.1),
        _ => Reply::json(404, &json!({})),
    }
}

pub(super) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("{name}: {url}")).1.into_owned()
}

/// The session cookie in a response. Its attributes are checked.
fn session(answer: &Answer) -> String {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "{answer:?}");
    let mut sets = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let set = sets.find(|set| set.starts_with("nexus-session=")).expect("a session");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

pub(super) fn is_signed_in(answer: &Answer) -> bool {
    answer.headers.get_all("set-cookie").iter().any(|set| {
        let set = set.to_str().unwrap();
        set.starts_with("nexus-session=") && !set.starts_with("nexus-session=;")
    })
}
