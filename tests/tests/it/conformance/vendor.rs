//! The provider of one manifest, made from what the manifest declares: where the credential stands in a request, the
//! verify call, the call that finds parameters, the token endpoint, the revocation. It keeps what arrives, and complains of what was not declared.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::assertion::Registered;
use super::examples::Examples;
use super::failures::Failure;
use super::sample::matching;
use super::shape::{fill, fill_url, host_and_target, list, map, path, put, query, text};
use crate::kit::upstream::{Reply, Seen};

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The registration of an OAuth app.
    Register,
    Token,
    Refresh,
    Revoke,
    /// The call that lists what a connection can be made to.
    Find,
    Verify,
    Call,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) kind: Kind,
    pub(super) host: String,
    pub(super) request: Seen,
}

/// A provider.
pub(super) struct Vendor {
    pub(super) id: String,
    pub(super) manifest: Value,
    /// The parameters of the connection, those of the flow included.
    pub(super) params: BTreeMap<String, String>,
    /// The values that are entered as the credential.
    pub(super) fields: BTreeMap<String, String>,
    /// The fields that are stored: the members of a file in place of the file.
    pub(super) stored: BTreeMap<String, String>,
    /// The key pair of a login that signs.
    pub(super) registered: Option<Registered>,
    pub(super) client: (String, String),
    pub(super) code: String,
    /// The responses that the provider documents, as far as the manifest has examples.
    pub(super) examples: Examples,
    /// The found parameters that were chosen in place of the manifest's examples.
    pub(super) chosen: Mutex<BTreeMap<String, String>>,
    state: Mutex<State>,
}

/// The state of a provider, which changes.
pub(super) struct State {
    /// The number of tokens so far.
    pub(super) generation: u32,
    /// The number of OAuth apps that registered themselves, and what the next registration says in place of an app.
    pub(super) registered: u32,
    pub(super) registration: Option<(u16, Value)>,
    /// Whether the credential is refused.
    pub(super) is_refused: bool,
    /// The response in place of every other: a status, headers and a body.
    pub(super) says: Option<(u16, String, String)>,
    /// The value in the token response in place of each parameter that it supplies.
    pub(super) lie: Option<String>,
    /// The entries that the call of `find` lists. `None` for one entry, that of the manifest's examples.
    pub(super) offered: Option<Vec<Value>>,
    /// Whether the refresh token is refused.
    pub(super) is_dead: bool,
    /// How requests of a kind fail: calls, or the verify request.
    pub(super) failure: Option<(Kind, Failure)>,
    /// The PKCE challenge and the redirect URI of the flow.
    pub(super) challenge: Option<String>,
    pub(super) redirect_uri: String,
    pub(super) arrived: Vec<Arrived>,
    pub(super) complaints: Vec<String>,
    /// Keeps requests waiting that are not answered.
    waiting: Vec<UnboundedSender<Vec<u8>>>,
}

impl Vendor {
    pub(super) fn of(manifest: &Value) -> Self {
        let id = text(manifest, "/id").to_owned();
        let params = list(manifest, "/params")
            .map(|param| (text(param, "/name").to_owned(), text(param, "/example").to_owned()))
            .collect();
        let registered = Registered::of(manifest);
        let (mut fields, mut stored) = (BTreeMap::new(), BTreeMap::new());
        for field in list(manifest, "/credentials") {
            let name = text(field, "/name").to_owned();
            let (mut value, mut of_field) = match &registered {
                Some(registered) if field["format"].is_string() => registered.entered(field, &id),
                _ => {
                    let pattern = field["pattern"].as_str().unwrap_or(r"\S+");
                    let value = matching(pattern, &format!("{id} {name}"));
                    (value.clone(), [(name.clone(), value)].into())
                }
            };
            // A key may end with a parameter.
            for param in list(manifest, "/params") {
                if text(param, "/from/credential/field") == name {
                    value.push_str(text(param, "/from/credential/after"));
                    value.push_str(text(param, "/example"));
                    of_field = [(name.clone(), value.clone())].into();
                }
            }
            fields.insert(name, value);
            stored.extend(of_field);
        }
        let client = (format!("client.{id}."), format!("secret.{id}.0123456789"));
        let state = State {
            generation: 0,
            registered: 0,
            registration: None,
            is_refused: false,
            says: None,
            lie: None,
            offered: None,
            is_dead: false,
            failure: None,
            challenge: None,
            redirect_uri: String::new(),
            arrived: Vec::new(),
            complaints: Vec::new(),
            waiting: Vec::new(),
        };
        let code = format!("code.{id}.");
        let examples = Examples::of(manifest, &id);
        let manifest = manifest.clone();
        Self {
            id,
            manifest,
            params,
            fields,
            stored,
            registered,
            client,
            code,
            examples,
            chosen: Mutex::default(),
            state: Mutex::new(state),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The parameters of the connection as it is now.
    pub(super) fn current_params(&self) -> BTreeMap<String, String> {
        let mut params = self.params.clone();
        params.extend(self.chosen.lock().unwrap().clone());
        params
    }

    pub(super) fn is_oauth(&self) -> bool {
        text(&self.manifest, "/auth_method") == "oauth2"
    }

    /// Whether an entered credential is exchanged for tokens.
    pub(super) fn logs_in(&self) -> bool {
        self.manifest.get("login").is_some()
    }

    /// Whether a token that has expired is renewed without a person.
    pub(super) fn refreshes(&self) -> bool {
        self.manifest.pointer("/oauth2/refresh").is_some()
            || self.manifest.pointer("/login/request").is_some()
    }

    pub(super) fn verifies(&self) -> bool {
        self.manifest.pointer("/verify/method").is_some()
    }

    pub(super) fn access_token(&self, generation: u32) -> String {
        format!("access.{}.{generation}.abcdefghijklmnop", self.id)
    }

    pub(super) fn refresh_token(&self, generation: u32) -> String {
        let rotates = self.manifest.pointer("/oauth2/refresh/rotates") == Some(&json!(true));
        // A refresh token that does not rotate is of the first token of its connection: see `State::generation`.
        let number = if rotates { generation } else { 0 };
        format!("refresh.{}.{number}.abcdefghijklmnop", self.id)
    }

    /// All values that templates may name, with the tokens of a generation.
    pub(super) fn values(&self, generation: u32) -> BTreeMap<String, String> {
        let mut values = self.current_params();
        values.extend(self.stored.clone());
        if self.is_oauth() {
            values.insert("client_id".into(), self.client.0.clone());
            values.insert("client_secret".into(), self.client.1.clone());
            values.insert("access_token".into(), self.access_token(generation));
            values.insert("refresh_token".into(), self.refresh_token(generation));
        }
        if self.logs_in() {
            values.insert("access_token".into(), self.access_token(generation));
        }
        values
    }

    /// Whether the request has a secret of this provider, in clear, encoded or in Basic authentication.
    pub(super) fn is_meant(&self, request: &Seen) -> bool {
        let mut texts =
            vec![request.target().to_owned(), String::from_utf8_lossy(&request.body).into()];
        texts.extend(query(request.target()).into_iter().map(|(_, value)| value));
        for (_, value) in &request.headers {
            texts.push(value.clone());
            texts.extend(decoded(value));
        }
        let own = [
            self.client.0.clone(),
            self.code.clone(),
            format!("access.{}.", self.id),
            format!("refresh.{}.", self.id),
        ];
        let secret = list(&self.manifest, "/credentials").filter(|field| field["secret"] == true);
        let secrets = secret.map(|field| self.fields[text(field, "/name")].clone());
        let known: Vec<String> = own.into_iter().chain(secrets).collect();
        let is_signed = |text: &String| {
            let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
            let registered = self.registered.as_ref();
            registered.is_some_and(|own| words.any(|word| own.has_signed(word)))
        };
        texts.iter().any(is_signed)
            || texts.iter().any(|text| known.iter().any(|secret| text.contains(secret.as_str())))
    }

    /// The reply to a request to `host`, which is kept.
    pub(super) fn answer(&self, host: &str, request: &Seen) -> Reply {
        let kind = self.kind(host, request);
        let mut state = self.state();
        let arrived = Arrived { kind, host: host.to_owned(), request: request.clone() };
        state.arrived.push(arrived);
        if let Some((status, headers, body)) = &state.says {
            let headers = format!("content-type: application/json\r\n{headers}");
            return Reply::new(*status, &headers, body.clone());
        }
        match kind {
            Kind::Register => self.registration(&mut state, request),
            Kind::Refresh if self.logs_in() => self.login(&mut state, request),
            Kind::Token | Kind::Refresh => self.token(&mut state, kind, request),
            Kind::Revoke => self.revocation(&mut state, request),
            Kind::Find => self.found(&mut state, request),
            Kind::Verify => self.verification(&mut state, request),
            Kind::Call => self.call(&mut state, request),
        }
    }

    fn kind(&self, host: &str, request: &Seen) -> Kind {
        let values = self.values(self.state().generation);
        let is_at = |url: &str| {
            let (own, target) = host_and_target(&fill_url(url, &values));
            own == host && path(&target) == path(request.target())
        };
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let refresh = format!("refresh.{}.", self.id);
        let is_unnamed = self.named("token", "grant_type").is_none() && body.contains(&refresh);
        let has_grant = body.contains("grant_type") || body.contains("code.") || is_unnamed;
        let oauth2 = |name: &str| text(&self.manifest, &format!("/oauth2/{name}"));
        if !oauth2("refresh/url").is_empty()
            && is_at(oauth2("refresh/url"))
            && body.contains(&refresh)
        {
            return Kind::Refresh;
        }
        if has_grant && !oauth2("token_url").is_empty() && is_at(oauth2("token_url")) {
            return if body.contains(&refresh) { Kind::Refresh } else { Kind::Token };
        }
        let login = text(&self.manifest, "/login/request/url");
        if !login.is_empty() && is_at(login) {
            return Kind::Refresh;
        }
        if self.is_revocation(&is_at, request) {
            return Kind::Revoke;
        }
        if self.is_registration(host, request) {
            return Kind::Register;
        }
        let find = text(&self.manifest, "/find/url");
        if !find.is_empty() && request.method() == "GET" && is_at(find) {
            return Kind::Find;
        }
        let is_verification = self.verifies() && {
            let (own, target) = self.verify_url();
            let asked = query(request.target());
            own == host
                && path(&target) == path(request.target())
                && query(&target).iter().all(|pair| asked.contains(pair))
                && request.method() == text(&self.manifest, "/verify/method")
        };
        if is_verification { Kind::Verify } else { Kind::Call }
    }

    /// Host and target of the verify request.
    pub(super) fn verify_url(&self) -> (String, String) {
        let base = match text(&self.manifest, "/verify/base_url") {
            "" => text(&self.manifest, "/api/base_url"),
            base => base,
        };
        let url = format!("{base}{}", text(&self.manifest, "/verify/path"));
        let (host, target) = host_and_target(&fill_url(&url, &self.current_params()));
        (host, self.with_key(&target))
    }

    fn verification(&self, state: &mut State, request: &Seen) -> Reply {
        let mut headers = map(&self.manifest, "/api/headers");
        headers.extend(map(&self.manifest, "/verify/headers"));
        self.check_credential(state, "verify", request, &headers);
        if let Some(expected) = self.manifest.pointer("/verify/json") {
            let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            state.expect("verify: the JSON body", expected, &sent);
        }
        let form = map(&self.manifest, "/verify/form");
        if !form.is_empty() {
            let sent =
                super::shape::pairs(&String::from_utf8_lossy(&request.body)).into_iter().collect();
            let form: BTreeMap<String, String> = form
                .iter()
                .map(|(name, value)| (name.clone(), fill(value, &self.params)))
                .collect();
            state.expect("verify: the form", &form, &sent);
        }
        if let Some((Kind::Verify, failure)) = state.failure {
            return self.failing(state, failure, &self.verified());
        }
        if state.is_refused {
            return Reply::json(401, &json!({"message": "no such credential"}));
        }
        Reply::json(200, &self.verified())
    }

    /// The response of the verify request for a live credential: the documented one, or one that is made from what the
    /// manifest says of it.
    fn verified(&self) -> Value {
        if let Some(example) = &self.examples.verify {
            return example.clone();
        }
        let mut body = json!({});
        if let Some(success) = self.manifest.pointer("/verify/success") {
            put_success(&mut body, success);
        }
        let (id, label) = self.account();
        for (pointer, value) in [("/verify/account/id", id), ("/verify/account/label", label)] {
            if let Some(value) = value {
                put(&mut body, text(&self.manifest, pointer), value.into());
            }
        }
        body
    }

    /// The account's id and label, as far as the manifest says where they are.
    pub(super) fn account(&self) -> (Option<String>, Option<String>) {
        if let Some(example) = &self.examples.verify {
            let at = |pointer: &str| match example.pointer(text(&self.manifest, pointer))? {
                Value::String(text) => Some(text.trim().to_owned()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            return (at("/verify/account/id"), at("/verify/account/label"));
        }
        let has = |pointer: &str| !text(&self.manifest, pointer).is_empty();
        let id = has("/verify/account/id").then(|| format!("account-{}", self.id));
        let label = has("/verify/account/label").then(|| format!("Account of {}", self.id));
        // One place can hold both.
        let same = text(&self.manifest, "/verify/account/id")
            == text(&self.manifest, "/verify/account/label");
        (if same { label.clone() } else { id }, label)
    }

    fn call(&self, state: &mut State, request: &Seen) -> Reply {
        self.check_credential(state, "call", request, &map(&self.manifest, "/api/headers"));
        let ok = json!({"answer": 42});
        match state.failure {
            Some((Kind::Call, failure)) => self.failing(state, failure, &ok),
            _ => Reply::json(200, &ok),
        }
    }

    fn failing(&self, state: &mut State, failure: Failure, ok: &Value) -> Reply {
        failure.reply(ok).unwrap_or_else(|| {
            let (sender, receiver): (_, UnboundedReceiver<Vec<u8>>) = unbounded_channel();
            state.waiting.push(sender);
            Reply::Stream(Vec::new(), receiver)
        })
    }

    /// Lets go of the requests that wait.
    pub(super) fn let_go(&self) {
        self.state().waiting.clear();
    }
}

impl State {
    /// Complains where `sent` is not what was expected.
    pub(super) fn expect<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
        &mut self,
        what: &str,
        expected: &T,
        sent: &U,
    ) {
        if expected != sent {
            self.complaints.push(format!("{what} is {sent:?}, not {expected:?}"));
        }
    }

    /// The number of requests of a kind.
    pub(super) fn count(&self, kind: Kind) -> usize {
        self.arrived.iter().filter(|arrived| arrived.kind == kind).count()
    }
}

/// Puts the value that means success.
pub(super) fn put_success(body: &mut Value, success: &Value) {
    let value = success.get("equals").cloned().unwrap_or_else(|| json!("present"));
    if !value.is_null() {
        put(body, text(success, "/pointer"), value);
    }
}

/// User and password of Basic authentication.
pub(super) fn decoded(value: &str) -> Option<String> {
    let encoded = value.strip_prefix("Basic ")?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}
