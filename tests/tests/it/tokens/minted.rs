//! Tokens that the application makes with an entered credential, by a login or by client credentials: a token that another
//! one replaces before its time is revoked, if that ends nothing else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::upstream::{Reply, Seen, Upstream};

/// How the application gets a token, and how it revokes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A login of the provider's own. The token authenticates the request that revokes it.
    Login,
    /// Client credentials (RFC 6749, 4.4), and the standard revocation (RFC 7009), which the client authenticates.
    Client,
}

/// The tokens of the provider.
#[derive(Default)]
pub(super) struct Tokens {
    pub(super) made: u32,
    pub(super) live: BTreeSet<String>,
    /// The next call is rejected, whatever its token is.
    pub(super) rejects_call: bool,
    /// The next request for a token gets the last token once more.
    pub(super) repeats: bool,
    /// Revocations are rejected.
    pub(super) rejects_revocations: bool,
    /// The numbers of tokens whose revocation fails.
    pub(super) stuck: BTreeSet<u32>,
    /// A new token ends the earlier ones: the credential has one session.
    pub(super) has_one_session: bool,
}

impl Tokens {
    fn last(&self) -> String {
        format!("token-{}-0123456789abcdef", self.made)
    }

    fn reply(&mut self, seen: &Seen) -> Reply {
        let sent = seen.all("authorization").join(",").replace("Bearer ", "");
        let is_live = self.live.contains(&sent);
        let rejected = || Reply::new(401, "", "");
        let number = number_in(seen);
        match seen.target() {
            "/revoke" | "/logout" if number.is_some_and(|one| self.stuck.contains(&one)) => {
                Reply::new(503, "", "")
            }
            "/token" => {
                self.made += u32::from(!std::mem::take(&mut self.repeats));
                let last = self.last();
                if self.has_one_session {
                    self.live.clear();
                }
                self.live.insert(last.clone());
                Reply::json(200, &json!({"access_token": last, "expires_in": 3600}))
            }
            "/revoke" | "/logout" if self.rejects_revocations => rejected(),
            "/logout" if !is_live => rejected(),
            "/logout" => {
                self.live.remove(&sent);
                Reply::new(200, "", "")
            }
            "/revoke" => {
                let body = String::from_utf8_lossy(&seen.body).into_owned();
                self.live.retain(|token| !body.contains(token.as_str()));
                Reply::new(200, "", "")
            }
            "/me" if is_live => Reply::json(200, &json!({"id": "u1"})),
            "/things" if is_live && !std::mem::take(&mut self.rejects_call) => {
                Reply::json(200, &json!({}))
            }
            _ => rejected(),
        }
    }
}

/// The number of the token in a request.
fn number_in(seen: &Seen) -> Option<u32> {
    let body = String::from_utf8_lossy(&seen.body);
    let text = format!("{} {body}", seen.all("authorization").join(","));
    text.split("token-").nth(1)?.split('-').next()?.parse().ok()
}

pub(super) struct Stage {
    pub(super) app: App,
    pub(super) upstream: Upstream,
    tokens: Arc<Mutex<Tokens>>,
}

impl Stage {
    /// Starts the application with the connection `up`. `effect` is what the manifest says that a revocation ends, and `query`
    /// is the query of the request that saves the manifest.
    pub(super) async fn start(kind: Kind, effect: &str, query: &str) -> Self {
        let (app, upstream) = (App::start().await, Upstream::start().await);
        let tokens = Arc::new(Mutex::new(Tokens::default()));
        let shared = Arc::clone(&tokens);
        upstream.answer(move |seen| shared.lock().unwrap().reply(seen));
        let mut manifest = manifest(kind, &upstream.host);
        manifest["revoke"]["effect"] = json!(effect);
        if effect == "token" {
            manifest["revoke"]["effect_source"] = json!("https://docs.acme.example/revoke");
        }
        let saved = app.post(&format!("/api/manifests{query}")).as_admin();
        let saved = saved.json(&manifest).send().await;
        assert_eq!(saved.status, 201, "{saved:?}");
        let stage = Self { app, upstream, tokens };
        stage.connect("Up").await;
        stage
    }

    /// Connects with the one credential, by the name `name`.
    pub(super) async fn connect(&self, name: &str) {
        let body = json!({"manifest_id": "custom-up", "name": name,
            "credentials": {"client_id": "machine", "client_secret": "secret-0123456789abcdef"}});
        let created = self.app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(created.status, 201, "{created:?}");
    }

    /// As [`Self::start`], with a manifest whose revocation ends one token, which an ADMIN confirms.
    pub(super) async fn believed(kind: Kind) -> Self {
        Self::start(kind, "token", "?believe_effect=true").await
    }

    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap()
    }

    pub(super) async fn call(&self) -> Answer {
        self.call_of("up").await
    }

    /// A call by the connection `slug`.
    pub(super) async fn call_of(&self, slug: &str) -> Answer {
        let path = format!("/api/proxy/{slug}/things");
        self.app.get(&path).as_role("AGENT", "acme").send().await
    }

    /// The provider rejects a call, which succeeds with a new token.
    pub(super) async fn replace(&self) {
        self.replace_of("up").await;
    }

    /// As [`Self::replace`], for the connection `slug`.
    pub(super) async fn replace_of(&self, slug: &str) {
        self.tokens().rejects_call = true;
        self.replace_rejected_of(slug).await;
        assert!(!self.tokens().rejects_call, "the call was not rejected");
    }

    /// The provider no longer knows the token of a call, which succeeds with a new token.
    pub(super) async fn replace_rejected(&self) {
        self.replace_rejected_of("up").await;
    }

    /// As [`Self::replace_rejected`], for the connection `slug`.
    pub(super) async fn replace_rejected_of(&self, slug: &str) {
        // A call may ask for a new token every five minutes.
        let sql = "update credentials set forced_at = 1, lease_until = null";
        self.app.database().execute(sql, []).unwrap();
        let answer = self.call_of(slug).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The tokens that work, by their numbers.
    pub(super) fn live(&self) -> Vec<String> {
        let number = |token: &String| token.split('-').nth(1).unwrap().to_owned();
        self.tokens().live.iter().map(number).collect()
    }

    pub(super) fn waiting(&self) -> i64 {
        self.app.count("outbox")
    }

    /// Time passes for the tokens that wait to be revoked.
    pub(super) fn pass_ms(&self, ms: u32) {
        let sql = format!("update outbox set next_at = next_at - {ms}");
        self.app.database().execute(&sql, []).unwrap();
    }

    /// The calls that have begun with a replaced token end.
    pub(super) fn end_grace(&self) {
        self.pass_ms(60_000);
    }

    /// How many revocations have reached the provider.
    pub(super) fn revocations(&self) -> usize {
        self.asked_to_revoke().len()
    }

    /// The numbers of the tokens whose revocations have reached the provider, in their order.
    pub(super) fn asked_to_revoke(&self) -> Vec<u32> {
        let seen = self.upstream.seen();
        let asked = seen.iter().filter(|one| ["/logout", "/revoke"].contains(&one.target()));
        asked.map(|one| number_in(one).unwrap()).collect()
    }
}

fn manifest(kind: Kind, host: &str) -> Value {
    let mut manifest = json!({
        "id": "custom-up", "name": "Up", "auth_method": "login",
        "credentials": [
            {"name": "client_id", "label": "Id", "secret": false},
            {"name": "client_secret", "label": "Secret", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "api": {"base_url": format!("http://{host}"), "hosts": [host]},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id"}},
        "revoke": {"tokens": ["access_token"]},
    });
    match kind {
        Kind::Login => {
            manifest["login"] = json!({"request": {
                "method": "POST", "url": format!("http://{host}/token"),
                "json": {"id": "{client_id}", "secret": "{client_secret}"},
                "token_response": {"access_token": "/access_token", "expires_in": "/expires_in"}}});
            manifest["revoke"]["request"] = json!(
                {"method": "POST", "url": format!("http://{host}/logout"), "auth": "token"});
        }
        Kind::Client => {
            manifest["auth_method"] = json!("oauth2_client_credentials");
            manifest["oauth2"] = json!({"token_url": format!("http://{host}/token"),
                "client_auth": "post", "scopes": {"default": []}});
            manifest["revoke"]["rfc7009"] =
                json!({"url": format!("http://{host}/revoke"), "client_auth": "post"});
        }
    }
    manifest
}

#[tokio::test]
async fn a_minted_token_that_is_replaced_while_it_lives_is_revoked() {
    for kind in [Kind::Login, Kind::Client] {
        let stage = Stage::believed(kind).await;
        assert_eq!(stage.call().await.status, 200);
        stage.replace().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["1".into(), "2".into()], 1), "{kind:?}");
        stage.end_grace();
        assert_eq!(stage.app.tick().await["revoked"], 1, "{kind:?}");
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0), "{kind:?}");
        let events = stage.app.get("/api/integrations/up/events").as_admin().send().await.text;
        assert!(events.contains("revoked") && !events.contains("0123456789abcdef"), "{events}");
        let shown = stage.app.get("/api/integrations/up").as_admin().send().await.json();
        assert_eq!(shown["health"]["state"], "healthy", "{kind:?}: {shown}");

        // A token whose time has come is left to expire.
        let expire = "update credentials set refresh_at = 1, expires_at = 1, lease_until = null";
        stage.app.database().execute(expire, []).unwrap();
        assert_eq!(stage.call().await.status, 200);
        assert_eq!((stage.live().len(), stage.waiting()), (2, 0), "{kind:?}");

        // A deletion takes a token with it that still waits.
        stage.tokens().live.remove("token-2-0123456789abcdef");
        stage.replace().await;
        assert_eq!((stage.live().len(), stage.waiting()), (2, 1), "{kind:?}");
        let deleted = stage.app.delete("/api/integrations/up").as_admin().send().await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
        assert_eq!((stage.live().len(), stage.waiting()), (0, 0), "{kind:?}");
    }
}

/// The provider has ended the token itself. If the token authenticates its own revocation, a 401 says so. If the client
/// authenticates it, a 401 is about the client.
#[tokio::test]
async fn only_a_token_that_authenticates_its_revocation_is_gone_after_a_401() {
    for (kind, waits) in [(Kind::Login, 0), (Kind::Client, 1)] {
        let stage = Stage::believed(kind).await;
        stage.tokens().live.clear();
        stage.replace_rejected().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 1), "{kind:?}");
        stage.tokens().rejects_revocations = true;
        stage.end_grace();
        stage.app.tick().await;
        assert_eq!((stage.revocations(), stage.waiting()), (1, waits), "{kind:?}");

        // The revocation is tried again.
        stage.tokens().rejects_revocations = false;
        stage.app.database().execute("update outbox set next_at = 0", []).unwrap();
        stage.app.tick().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0), "{kind:?}");
    }
}

/// A revocation that may end more than the token would end the new token too.
#[tokio::test]
async fn no_minted_token_is_revoked_if_that_may_end_its_replacement() {
    for (effect, query) in [("token", "?believe_effect=false"), ("grant", "")] {
        let stage = Stage::start(Kind::Client, effect, query).await;
        stage.replace().await;
        assert_eq!((stage.live().len(), stage.waiting()), (2, 0), "{effect}");
        stage.app.tick().await;
        assert_eq!((stage.live().len(), stage.revocations()), (2, 0), "{effect}");
    }
}

/// Some servers give the same token until it expires.
#[tokio::test]
async fn a_minted_token_that_the_provider_gives_again_is_not_revoked() {
    let stage = Stage::believed(Kind::Client).await;
    stage.tokens().repeats = true;
    stage.replace().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["1".to_owned()], 0));
    stage.app.tick().await;
    assert_eq!((stage.revocations(), stage.call().await.status.as_u16()), (0, 200));
}

/// The verify request is about nothing but the token, so a token that it rejects is dead.
#[tokio::test]
async fn a_minted_token_that_the_verify_request_rejects_is_not_revoked() {
    let stage = Stage::believed(Kind::Login).await;
    stage.tokens().live.clear();
    let checked = stage.app.post("/api/integrations/up/check").as_admin().send().await.json();
    assert_eq!(checked["health"]["state"], "healthy", "{checked}");
    assert_eq!((stage.live(), stage.waiting()), (vec!["2".to_owned()], 0));
}

/// At a provider with one session per credential, a new token of one connection ends the token of the other. The check beside
/// a revocation finds that and makes a new token, which must not lead to the next revocation.
#[tokio::test]
async fn connections_that_share_one_session_do_not_make_tokens_at_each_tick() {
    let stage = Stage::believed(Kind::Login).await;
    stage.tokens().has_one_session = true;
    stage.connect("Second").await;
    stage.replace_rejected().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["3".to_owned()], 1));
    stage.end_grace();
    stage.app.tick().await;
    let made = stage.tokens().made;
    assert!(made > 3, "the tick has not checked the other connection");
    assert_eq!(stage.waiting(), 0);
    assert_eq!(stage.app.tick().await["revoked"], 0);
    assert_eq!(stage.tokens().made, made);
}

/// An agent can make the provider reject calls, and the provider may accept no revocations for days.
#[tokio::test]
async fn at_most_ten_replaced_tokens_of_a_connection_wait() {
    let stage = Stage::believed(Kind::Client).await;
    for _ in 0..10 {
        stage.replace().await;
    }
    let path = "/api/integrations/up/events";
    let is_told = async || {
        let events = stage.app.get(path).as_admin().send().await.text;
        events.contains("too many earlier tokens of this connection wait")
    };
    assert_eq!((stage.waiting(), is_told().await), (10, false));
    stage.replace().await;
    assert_eq!((stage.waiting(), is_told().await), (10, true));

    // There is room again once they are revoked. The token that was left out still works, and so does the last one.
    stage.end_grace();
    stage.app.tick().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["11".into(), "12".into()], 0));
    stage.replace().await;
    assert_eq!(stage.waiting(), 1);
}

/// Some providers give one token to several connections that have the same credential.
#[tokio::test]
async fn a_minted_token_that_another_connection_uses_waits_for_it() {
    for kind in [Kind::Login, Kind::Client] {
        let stage = Stage::believed(kind).await;
        stage.tokens().repeats = true;
        stage.connect("Second").await;
        assert_eq!(stage.live(), ["1"], "{kind:?}");
        stage.replace().await;
        stage.end_grace();
        stage.app.tick().await;
        assert_eq!((stage.revocations(), stage.waiting()), (0, 1), "{kind:?}");
        assert_eq!(stage.call_of("second").await.status, 200, "{kind:?}");

        // The second connection gives the token up too. Its calls that have begun still use the token.
        stage.replace_of("second").await;
        stage.app.tick().await;
        assert_eq!((stage.revocations(), stage.waiting()), (0, 2), "{kind:?}");
        stage.end_grace();
        stage.app.tick().await;
        assert_eq!((stage.live(), stage.waiting()), (vec!["2".into(), "3".into()], 0), "{kind:?}");
        assert_eq!(stage.call().await.status, 200, "{kind:?}");
    }
}

/// A provider may return an earlier token after a newer one.
#[tokio::test]
async fn a_minted_token_that_is_in_use_again_is_not_revoked() {
    let stage = Stage::believed(Kind::Client).await;
    stage.replace().await;
    // The next token is the first one again.
    stage.tokens().made = 0;
    stage.replace().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["1".into(), "2".into()], 2));
    stage.end_grace();
    stage.app.tick().await;
    assert_eq!((stage.live(), stage.waiting()), (vec!["1".to_owned()], 0));
    assert_eq!((stage.revocations(), stage.call().await.status.as_u16()), (1, 200));
}
