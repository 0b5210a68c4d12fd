//! Real authorization servers by other authors: oidc-provider and django-oauth-toolkit. Their own
//! introspection shows which tokens are active (RFC 7662).
//!
//! `NEXUS_SERVERS` names the folder where they are installed. `cargo xtask test` sets it. Without it these
//! tests are skipped and say so.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::kit::app::{Answer, App, Options};
use crate::kit::programs::repo;
use crate::tokens::in_use::settle;
use crate::tokens::oauth::{CLIENT, Flow, SECRET};

/// The redirect URI of the applications in the tests.
const REDIRECT: &str = "http://127.0.0.1:1/api/oauth/callback/custom-server";

/// The number of the next server. Each server has a copy of its script.
static NEXT: AtomicU32 = AtomicU32::new(0);

fn installed() -> Option<PathBuf> {
    let place = std::env::var_os("NEXUS_SERVERS").map(PathBuf::from);
    if place.is_none() {
        eprintln!("SKIPPED: the authorization servers are not installed (NEXUS_SERVERS)");
    }
    place
}

/// The differences between the two servers.
#[derive(Clone, Copy)]
struct Kind {
    script: &'static str,
    authorize: &'static str,
    token: &'static str,
    revoke: &'static str,
    introspect: &'static str,
    account: &'static str,
    scopes: &'static [&'static str],
    /// Whether introspection covers refresh tokens.
    introspects_refresh: bool,
}

const OIDC: Kind = Kind {
    script: "oidc.mjs",
    authorize: "/auth",
    token: "/token",
    revoke: "/token/revocation",
    introspect: "/token/introspection",
    account: "/sub",
    scopes: &["openid", "profile"],
    introspects_refresh: true,
};

const TOOLKIT: Kind = Kind {
    script: "toolkit.py",
    authorize: "/o/authorize/",
    token: "/o/token/",
    revoke: "/o/revoke_token/",
    introspect: "/o/introspect/",
    account: "/id",
    scopes: &["profile"],
    introspects_refresh: false,
};

/// The claim of a manifest about the effect of its revocation.
#[derive(Clone, Copy)]
enum Says {
    /// `effect: grant`.
    Grant,
    /// `effect: token` without a source.
    Token,
    /// `effect: token` with a source, confirmed by an ADMIN.
    TokenWithSource,
}

/// A running server. Dropping this value ends it.
struct Server {
    kind: Kind,
    origin: String,
    client: reqwest::Client,
    copy: PathBuf,
    /// The output is not read, but the pipe must stay open.
    _said: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.copy);
    }
}

impl Server {
    async fn start(kind: Kind, grant: &str) -> Self {
        Self::with(kind, &[("REDIRECT", REDIRECT), ("GRANT", grant)]).await
    }

    /// Starts a server with these variables for its script.
    async fn with(kind: Kind, variables: &[(&str, &str)]) -> Self {
        let place = installed().unwrap();
        // Node.js looks for packages in the folder of the script.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let copy = place.join(format!("{}-{number}-{}", std::process::id(), kind.script));
        let name = PathBuf::from(kind.script);
        let is_python = name.extension().is_some_and(|extension| extension == "py");
        std::fs::copy(repo().join("tests/servers").join(kind.script), &copy).unwrap();
        let program = if is_python { place.join("venv/bin/python") } else { "node".into() };
        let mut child = Command::new(program)
            .arg(&copy)
            .envs([("CLIENT", CLIENT), ("SECRET", SECRET)])
            .envs(variables.iter().copied())
            .current_dir(&place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let origin = loop {
            let line = lines.next_line().await.unwrap().expect("it ended before it served");
            if let Some(origin) = line.strip_prefix("Serving ") {
                break origin.trim().to_owned();
            }
        };
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).build().unwrap();
        Self { kind, origin, client, copy, _said: lines, _child: child }
    }

    fn manifest(&self, says: Says) -> Value {
        let Self { kind, origin, .. } = self;
        let mut revoke = json!({"tokens": ["refresh_token", "access_token"], "effect": "token",
            "rfc7009": {"url": format!("{origin}{}", kind.revoke), "client_auth": "basic"}});
        match says {
            Says::Grant => revoke["effect"] = json!("grant"),
            Says::Token => {}
            Says::TokenWithSource => revoke["effect_source"] = json!("https://docs.example/revoke"),
        }
        json!({
            "id": "custom-server", "name": "Server", "auth_method": "oauth2",
            "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
            "oauth2": {
                "authorization_url": format!("{origin}{}", kind.authorize),
                "token_url": format!("{origin}{}", kind.token), "pkce": true, "client_auth": "basic",
                "scopes": {"default": kind.scopes}, "refresh": {"rotates": true},
            },
            "api": {"base_url": origin, "hosts": [origin.strip_prefix("http://").unwrap()]},
            "verify": {"method": "GET", "path": "/me", "account": {"id": kind.account}},
            "revoke": revoke,
        })
    }

    async fn list(&self, path: &str) -> Vec<String> {
        let answer = self.client.get(format!("{}{path}", self.origin)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// All tokens that the server has ever issued, each access token before its refresh token.
    async fn issued(&self) -> Vec<String> {
        self.list("/issued").await
    }

    /// Which of `tokens` are active, according to the server.
    async fn active(&self, tokens: &[String]) -> Vec<bool> {
        let others = match self.kind.introspects_refresh {
            true => Vec::new(),
            false => self.list("/refreshable").await,
        };
        let mut active = Vec::new();
        for token in tokens {
            let answer = self
                .client
                .post(format!("{}{}", self.origin, self.kind.introspect))
                .basic_auth(CLIENT, Some(SECRET))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("token={token}"))
                .send()
                .await
                .unwrap();
            assert!(answer.status().is_success(), "{answer:?}");
            let said: Value = answer.json().await.unwrap();
            active.push(said["active"] == true || others.contains(token));
        }
        active
    }

    /// Follows the redirects of `flow` from page to page, as a browser does. Returns the callback's path.
    async fn consent(&self, flow: &Flow) -> String {
        self.visit(&flow.url).await
    }

    async fn visit(&self, url: &str) -> String {
        let mut cookies = BTreeMap::new();
        let mut url = url.to_owned();
        for _ in 0..10 {
            let cookie: Vec<_> =
                cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let call = self.client.get(&url).header("cookie", cookie.join("; "));
            let answer = call.send().await.unwrap();
            for set in answer.headers().get_all("set-cookie") {
                let pair = set.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            assert!(answer.status().is_redirection(), "{answer:?}");
            let to = answer.headers()["location"].to_str().unwrap().to_owned();
            if let Some(path) = to.strip_prefix("http://127.0.0.1:1") {
                return path.to_owned();
            }
            url = if to.starts_with('/') { format!("{}{to}", self.origin) } else { to };
        }
        panic!("it never came back: {url}");
    }
}

/// The application, and a server that is registered in it.
struct Scene {
    app: App,
    server: Server,
}

impl Scene {
    async fn new(kind: Kind, grant: &str, says: Says) -> Self {
        let (app, server) = (App::start().await, Server::start(kind, grant).await);
        app.save(&server.manifest(says)).await;
        let body = json!({"client_id": CLIENT, "client_secret": SECRET});
        let call = app.put("/api/oauth-clients/custom-server").as_admin();
        let answer = call.json(&body).send().await;
        assert_eq!(answer.json()["redirect_uri"], REDIRECT, "{answer:?}");
        Self { app, server }
    }

    async fn finish(&self, begun: &Answer) {
        assert!(begun.status.is_success(), "{begun:?}");
        let flow = Flow::of(begun);
        let back = self.server.consent(&flow).await;
        let page = flow.come_back(&self.app, &back).await;
        assert_eq!(page.status, 200, "{page:?}");
    }

    async fn connect(&self, name: &str) {
        let body = json!({"manifest_id": "custom-server", "name": name});
        let call = self.app.post("/api/integrations").as_admin();
        self.finish(&call.json(&body).send().await).await;
    }

    async fn reconnect(&self, slug: &str) {
        let path = format!("/api/integrations/{slug}/authorize");
        self.finish(&self.app.post(&path).as_admin().json(&json!({})).send().await).await;
    }

    async fn delete(&self, slug: &str, query: &str) -> Answer {
        self.app.delete(&format!("/api/integrations/{slug}{query}")).as_admin().send().await
    }

    async fn health(&self, slug: &str) -> Value {
        let path = format!("/api/integrations/{slug}/check");
        self.app.post(&path).as_admin().send().await.json()["health"]["state"].clone()
    }

    /// Checks that the connection works: by its own check, by an agent's call, and by the server's
    /// introspection.
    async fn lives(&self, slug: &str, tokens: &[String]) {
        assert_eq!(self.health(slug).await, "healthy", "{slug}");
        let call = self.app.get(&format!("/api/proxy/{slug}/me")).as_role("AGENT", "acme");
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{slug}: {answer:?}");
        assert_eq!(self.server.active(tokens).await, vec![true; tokens.len()], "{slug}");
    }

    /// The two tokens that were issued last.
    async fn last(&self) -> Vec<String> {
        let issued = self.server.issued().await;
        issued[issued.len() - 2..].to_vec()
    }

    /// Deletes the last connection. All tokens ever issued must end, and the response has a receipt for each.
    async fn end(&self, slug: &str, receipts: usize) {
        let deleted = self.delete(slug, "").await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
        let told = deleted.json()["revocation"].as_array().unwrap().clone();
        assert!(told.iter().all(|receipt| receipt["state"] == "revoked"), "{told:?}");
        assert_eq!(told.len(), receipts, "{told:?}");
        let issued = self.server.issued().await;
        assert_eq!(self.server.active(&issued).await, vec![false; issued.len()]);
        assert_eq!(self.app.count("outbox"), 0);
    }
}

/// Connects, connects again, and makes a second connection. No token in use is revoked, and at the end all
/// are.
async fn careful(kind: Kind, grant: &str, says: Says) {
    if installed().is_none() {
        return;
    }
    let scene = Scene::new(kind, grant, says).await;
    scene.connect("Primary").await;
    let first = scene.last().await;
    scene.reconnect("primary").await;
    let now = scene.last().await;
    assert_ne!(first, now);
    settle(&scene.app).await;
    scene.lives("primary", &now).await;
    assert_eq!(
        scene.server.active(&first).await,
        [true, true],
        "it waits, and is not said to have ended"
    );

    scene.connect("Second").await;
    let second = scene.last().await;
    let query = match says {
        Says::Grant => {
            scene.delete("second", "").await.problem(409, "grant_shared");
            "?force=false"
        }
        _ => "",
    };
    let deleted = scene.delete("second", query).await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    for receipt in deleted.json()["revocation"].as_array().unwrap() {
        assert_eq!(receipt["state"], "superseded", "{receipt}");
        assert!(receipt["detail"].as_str().unwrap().starts_with("kept: "), "{receipt}");
    }
    settle(&scene.app).await;
    scene.lives("primary", &now).await;
    assert_eq!(scene.server.active(&second).await, [true, true]);
    scene.end("primary", 6).await;
}

#[tokio::test]
async fn a_certified_server_where_the_manifest_says_grant() {
    careful(OIDC, "shared", Says::Grant).await;
}

#[tokio::test]
async fn a_certified_server_where_the_manifest_says_token_without_a_source() {
    careful(OIDC, "shared", Says::Token).await;
    careful(OIDC, "own", Says::Token).await;
}

#[tokio::test]
async fn a_server_that_ends_one_token_where_the_manifest_says_grant() {
    careful(TOOLKIT, "", Says::Grant).await;
}

#[tokio::test]
async fn a_server_that_ends_one_token_where_the_manifest_says_so_without_a_source() {
    careful(TOOLKIT, "", Says::Token).await;
}

/// The claim is believed and true. A replaced token is revoked at once, and no other token ends.
async fn believed(kind: Kind, grant: &str) {
    if installed().is_none() {
        return;
    }
    let scene = Scene::new(kind, grant, Says::TokenWithSource).await;
    scene.connect("Primary").await;
    let first = scene.last().await;
    scene.reconnect("primary").await;
    let now = scene.last().await;
    settle(&scene.app).await;
    assert_eq!(scene.server.active(&first).await, [false, false]);
    scene.lives("primary", &now).await;
    scene.connect("Second").await;
    let second = scene.last().await;
    let deleted = scene.delete("second", "").await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(scene.server.active(&second).await, [false, false], "{deleted:?}");
    scene.lives("primary", &now).await;
    assert_eq!(scene.app.count("revocation_findings"), 0);
    scene.end("primary", 2).await;
}

#[tokio::test]
async fn a_server_that_ends_one_token_is_believed_by_its_source() {
    believed(TOOLKIT, "").await;
    believed(OIDC, "own").await;
}

/// The claim is believed but wrong. The connection ends once, the events say so, and the claim is not
/// believed again.
#[tokio::test]
async fn a_server_that_ends_the_grant_is_believed_once() {
    if installed().is_none() {
        return;
    }
    let scene = Scene::new(OIDC, "shared", Says::TokenWithSource).await;
    scene.connect("Primary").await;
    scene.reconnect("primary").await;
    settle(&scene.app).await;
    let shown = scene.app.get("/api/integrations/primary").as_admin().send().await.json();
    assert_eq!(shown["health"]["state"], "reauthorize", "{shown}");
    let detail = shown["health"]["detail"].as_str().unwrap();
    assert!(detail.contains("was revoked") && detail.contains("ended it too"), "{detail}");
    let path = "/api/integrations/primary/events";
    let events = scene.app.get(path).as_admin().send().await.json();
    assert!(events.to_string().contains("integration.ended_by_revocation"), "{events}");
    assert_eq!(scene.app.count("revocation_findings"), 1);

    scene.reconnect("primary").await;
    let old = scene.last().await;
    scene.reconnect("primary").await;
    let now = scene.last().await;
    settle(&scene.app).await;
    scene.lives("primary", &now).await;
    assert_eq!(scene.server.active(&old).await, [true, true], "it is believed once more");
    let issued = scene.server.issued().await.len();
    // The receipts of the first pair were given when it ended.
    scene.end("primary", issued - 2).await;
}

/// A person signs in at a real identity provider.
#[tokio::test]
async fn a_person_signs_in_at_oidc_provider() {
    if installed().is_none() {
        return;
    }
    let back = "http://127.0.0.1:1/sign-in/oidc/callback";
    let claims = json!({"workspace_id": "acme", "role": "MANAGER"}).to_string();
    let server = Server::with(OIDC, &[("REDIRECT", back), ("ID_CLAIMS", &claims)]).await;
    let issuers = json!([{"issuer": server.origin, "discovery": true, "audiences": ["api"],
        "workspace_claim": "workspace_id", "role_claim": "role"}]);
    let app = Options::default()
        .var("issuers", &issuers.to_string())
        .var("oidc_issuer", &server.origin)
        .var("oidc_client_id", CLIENT)
        .var("oidc_client_secret", SECRET)
        .var("oidc_scopes", "openid profile")
        .var("oidc_hosts", &server.origin);
    let app = app.start().await.unwrap();
    let options = app.get("/sign-in/options").send().await.json();
    assert_eq!(
        options,
        json!({"identity_provider": server.origin, "sign_out": true, "passkeys": false})
    );
    let begin = app.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
    let begun = begin.json(&json!({})).send().await;
    let cookie = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    let path = server.visit(begun.json()["url"].as_str().unwrap()).await;
    let finished = app.get(&path).header("cookie", &cookie).send().await;
    assert_eq!((finished.status.as_u16(), finished.header("location")), (303, "/"), "{finished:?}");
    let sets = finished.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let mut session = sets.filter_map(|set| set.split(';').next());
    let session = session.find(|set| set.starts_with("nexus-session=")).unwrap();
    let me = app.get("/api/me").header("cookie", session).header("sec-fetch-site", "same-origin");
    let me = me.send().await.json();
    assert_eq!((&me["workspace"], &me["role"]), (&json!("acme"), &json!("MANAGER")), "{me}");
    assert_eq!(me["name"], "Account user-1");
}
