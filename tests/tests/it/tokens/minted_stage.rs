//! A provider whose tokens the application makes with an entered credential, and the application with a connection to it. The
//! tests of `minted`, `minted_dead` and `minted_ends` use it.

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
    /// Checks are rejected, whatever their token is: the provider is in trouble.
    pub(super) rejects_checks: bool,
    /// The status of checks with a token that was replaced.
    pub(super) old_check: Option<u16>,
    /// A rejected revocation says in its body that the token is gone.
    pub(super) says_gone: bool,
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
            "/logout" if self.says_gone && !is_live => {
                Reply::json(401, &json!({"error": "token_gone"}))
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
            "/me" if self.rejects_checks => rejected(),
            "/me" if sent != self.last() && self.old_check.is_some() => {
                Reply::json(self.old_check.unwrap(), &json!({}))
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
        Self::start_with(kind, effect, query, |_| ()).await
    }

    /// As [`Self::start`], with a manifest that `change` has changed.
    async fn start_with(
        kind: Kind,
        effect: &str,
        query: &str,
        change: impl FnOnce(&mut Value),
    ) -> Self {
        let (app, upstream) = (App::start().await, Upstream::start().await);
        let tokens = Arc::new(Mutex::new(Tokens::default()));
        let shared = Arc::clone(&tokens);
        upstream.answer(move |seen| shared.lock().unwrap().reply(seen));
        let mut manifest = manifest(kind, &upstream.host);
        manifest["revoke"]["effect"] = json!(effect);
        if effect == "token" {
            manifest["revoke"]["effect_source"] = json!("https://docs.acme.example/revoke");
        }
        change(&mut manifest);
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
        Self::believed_with(kind, |_| ()).await
    }

    /// As [`Self::believed`], with a manifest that `change` has changed.
    pub(super) async fn believed_with(kind: Kind, change: impl FnOnce(&mut Value)) -> Self {
        Self::start_with(kind, "token", "?believe_effect=true", change).await
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
        let requested =
            || self.upstream.seen().iter().filter(|one| one.target() == "/token").count();
        let before = requested();
        // A rejected call that was made with an earlier token gets the present one, and asks for no other.
        while requested() == before {
            self.tokens().rejects_call = true;
            self.replace_rejected_of(slug).await;
            assert!(!self.tokens().rejects_call, "the call was not rejected");
        }
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

    /// The numbers of the tokens of the verify requests that have reached the provider.
    pub(super) fn checked(&self) -> Vec<u32> {
        let seen = self.upstream.seen();
        seen.iter().filter(|one| one.target() == "/me").filter_map(number_in).collect()
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
