//! The token endpoint and the revocation of a provider, as its manifest declares them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::examples::like;
use super::shape::{fill, list, map, pairs, put, query, text};
use super::vendor::{Kind, State, Vendor, decoded, put_success};
use crate::kit::upstream::{Reply, Seen};

/// The members of a body, whose format must be the declared one.
fn members(
    state: &mut State,
    what: &str,
    request: &Seen,
    is_json: bool,
) -> BTreeMap<String, String> {
    let kind = request.all("content-type").join(" ");
    let expected = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    if !kind.starts_with(expected) {
        state.complaints.push(format!("{what}: the content type is {kind:?}, not {expected}"));
    }
    if !is_json {
        return pairs(&String::from_utf8_lossy(&request.body)).into_iter().collect();
    }
    let json: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let members = json.as_object().into_iter().flatten();
    members
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

impl Vendor {
    pub(super) fn oauth2(&self, pointer: &str) -> &str {
        text(&self.manifest, &format!("/oauth2{pointer}"))
    }

    /// The provider's name for a parameter of a request. `None` if it is not sent.
    pub(super) fn named(&self, request: &str, standard: &str) -> Option<String> {
        match self.manifest.pointer(&format!("/oauth2/names/{request}/{standard}")) {
            Some(own) => own.as_str().map(str::to_owned),
            None => Some(standard.to_owned()),
        }
    }

    pub(super) fn token(&self, state: &mut State, kind: Kind, request: &Seen) -> Reply {
        let what = format!("{kind:?}");
        state.expect(&format!("{what}: the method"), &"POST", &request.method());
        let sent = members(state, &what, request, self.oauth2("/token_request") == "json");
        let generation = state.generation;
        let mut expected = BTreeMap::new();
        if kind == Kind::Refresh {
            expected.insert("grant_type".to_owned(), "refresh_token".to_owned());
            expected.insert("refresh_token".to_owned(), self.refresh_token(generation));
        } else {
            expected.insert("grant_type".to_owned(), "authorization_code".to_owned());
            expected.insert("code".to_owned(), self.code.clone());
            expected.insert("redirect_uri".to_owned(), state.redirect_uri.clone());
        }
        let (id, secret) = self.client.clone();
        if self.oauth2("/client_auth") == "basic" {
            let basic: Vec<Option<String>> =
                request.all("authorization").into_iter().map(decoded).collect();
            state.expect(&format!("{what}: Basic"), &vec![Some(format!("{id}:{secret}"))], &basic);
        } else {
            expected.insert("client_id".to_owned(), id);
            if self.oauth2("/client_auth") == "post" {
                expected.insert("client_secret".to_owned(), secret);
            }
        }
        let mut expected: BTreeMap<String, String> = expected
            .into_iter()
            .filter_map(|(name, value)| Some((self.named("token", &name)?, value)))
            .collect();
        let mut values = self.values(generation);
        values.insert("redirect_uri".to_owned(), state.redirect_uri.clone());
        let mut templates = map(&self.manifest, "/oauth2/token_params");
        if kind == Kind::Refresh {
            templates.extend(map(&self.manifest, "/oauth2/refresh/params"));
        }
        for (name, template) in templates {
            expected.insert(name, fill(&template, &values));
        }
        // The flow's own parameters under the provider's names.
        let mut compared = sent.clone();
        let verifier = compared.remove(&self.named("token", "code_verifier").unwrap_or_default());
        if kind == Kind::Token {
            let challenge = verifier.map(|text| URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
            state.expect("Token: the PKCE challenge", &state.challenge.clone(), &challenge);
        }
        state.expect(&format!("{what}: the members"), &expected, &compared);
        for (name, value) in map(&self.manifest, "/oauth2/token_headers") {
            let sent = request.all(&name.to_ascii_lowercase());
            state.expect(&format!("{what}: the header {name}"), &vec![value.as_str()], &sent);
        }
        if kind == Kind::Refresh && state.is_dead {
            return self.dead();
        }
        state.generation += 1;
        let lie = state.lie.clone();
        Reply::json(200, &self.tokens(kind, state.generation, lie))
    }

    /// The response with the tokens of a generation.
    fn tokens(&self, kind: Kind, generation: u32, lie: Option<String>) -> Value {
        let documented = self.examples.token.as_ref();
        let mut body = documented.cloned().unwrap_or_else(|| json!({"token_type": "bearer"}));
        if let (Some(success), None) = (self.manifest.pointer("/oauth2/success"), documented) {
            put_success(&mut body, success);
        }
        let mut put_at = |name: &str, value: Value| {
            let at = self.oauth2(&format!("/token_response/{name}"));
            if !at.is_empty() {
                put(&mut body, at, like(documented.and_then(|body| body.pointer(at)), value));
            }
        };
        put_at("access_token", self.access_token(generation).into());
        // The standard lets a refresh keep the refresh token (RFC 6749, 6).
        let rotates = self.manifest.pointer("/oauth2/refresh/rotates") == Some(&json!(true));
        if self.refreshes() && (kind == Kind::Token || rotates || documented.is_some()) {
            put_at("refresh_token", self.refresh_token(generation).into());
        }
        put_at("expires_in", 3600.into());
        put_at("expires_at", "2999-01-01T00:00:00Z".into());
        put_at("scope", self.granted().into());
        for param in list(&self.manifest, "/params") {
            let at = text(param, "/from/token_response");
            if !at.is_empty() {
                let value = || self.params[text(param, "/name")].clone();
                put(&mut body, at, lie.clone().unwrap_or_else(value).into());
            }
        }
        body
    }

    /// The default scopes as the provider lists them.
    fn granted(&self) -> String {
        let unreported: Vec<&Value> = list(&self.manifest, "/oauth2/scopes/unreported").collect();
        let scopes = list(&self.manifest, "/oauth2/scopes/default");
        let scopes: Vec<&str> =
            scopes.filter(|scope| !unreported.contains(scope)).filter_map(Value::as_str).collect();
        let own = self.oauth2("/token_response/scope_separator");
        scopes.join(if own.is_empty() { self.oauth2("/scope_separator") } else { own })
    }

    /// The response to a refresh token that has ended.
    fn dead(&self) -> Reply {
        let listed = list(&self.manifest, "/oauth2/refresh/invalid_grant").next();
        let word = listed.and_then(Value::as_str).unwrap_or("invalid_grant");
        let mut body = json!({});
        let mut status = 400;
        let mut at = "/error";
        if let Some(success) = self.manifest.pointer("/oauth2/success") {
            status = 200;
            if success.get("equals") == Some(&json!(true)) {
                put(&mut body, text(success, "/pointer"), json!(false));
            }
            at = success["error"].as_str().unwrap_or(at);
        }
        put(&mut body, at, word.into());
        Reply::json(status, &body)
    }

    /// The URL template of the revocation, and its method.
    fn revocation_url(&self) -> Option<(&str, &str)> {
        match (
            text(&self.manifest, "/revoke/rfc7009/url"),
            text(&self.manifest, "/revoke/request/url"),
        ) {
            ("", "") => None,
            ("", url) => Some((url, text(&self.manifest, "/revoke/request/method"))),
            (url, _) => Some((url, "POST")),
        }
    }

    /// Whether a provider's call ends the credential.
    pub(super) fn revokes(&self) -> bool {
        self.revocation_url().is_some()
    }

    /// The names and values of the tokens that a revocation may name.
    fn revocable(&self, generation: u32) -> Vec<(String, String)> {
        // The tokens of a refused attempt are revoked while the next one may have begun.
        let of = |generation| {
            let values = self.values(generation);
            let tokens = list(&self.manifest, "/revoke/tokens").filter_map(Value::as_str);
            tokens
                .filter_map(|name| Some((name.to_owned(), values.get(name)?.clone())))
                .collect::<Vec<_>>()
        };
        (0..=generation).rev().flat_map(of).collect()
    }

    pub(super) fn is_revocation(&self, is_at: &dyn Fn(&str) -> bool, request: &Seen) -> bool {
        let Some((url, method)) = self.revocation_url() else { return false };
        if request.method() != method {
            return false;
        }
        let tokens = self.revocable(self.state().generation);
        tokens.iter().any(|(_, token)| is_at(&url.replace("{token}", token)))
    }

    pub(super) fn revocation(&self, state: &mut State, request: &Seen) -> Reply {
        let generation = state.generation;
        let tokens = self.revocable(generation);
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let text_of = format!("{body} {}", request.target());
        let carried = request.headers.iter().any(|(_, value)| {
            let plain = decoded(value).unwrap_or_default();
            tokens
                .iter()
                .any(|(_, token)| value.contains(token.as_str()) || plain.contains(token.as_str()))
        });
        let named = tokens.iter().find(|(_, token)| text_of.contains(token.as_str()));
        // A request may name the connection by a parameter, and authenticate as the app.
        let names_no_token = self.manifest.pointer("/revoke/request").is_some_and(|request| {
            text(request, "/auth") != "token" && !request.to_string().contains("{token}")
        });
        if named.is_none() && !carried && !names_no_token {
            state.complaints.push("Revoke: the request names no token".to_owned());
        }
        let standard = self.manifest.pointer("/revoke/rfc7009").is_some();
        let auth = match standard {
            true => text(&self.manifest, "/revoke/rfc7009/client_auth"),
            false => text(&self.manifest, "/revoke/request/auth"),
        };
        let (id, secret) = &self.client;
        match auth {
            "basic" | "client_basic" => {
                let basic: Vec<Option<String>> =
                    request.all("authorization").into_iter().map(decoded).collect();
                state.expect("Revoke: Basic", &vec![Some(format!("{id}:{secret}"))], &basic);
            }
            "client_bearer" => {
                let expected = format!("Bearer {secret}");
                let sent = request.all("authorization");
                state.expect("Revoke: Bearer", &vec![expected.as_str()], &sent);
            }
            "post" => {
                let sent: BTreeMap<String, String> = pairs(&body).into_iter().collect();
                state.expect("Revoke: client_id", &Some(id), &sent.get("client_id"));
                let is_public = self.oauth2("/client_auth") == "none";
                let secret = (!is_public).then_some(secret);
                state.expect("Revoke: client_secret", &secret, &sent.get("client_secret"));
            }
            // The token that is revoked authenticates the request, wherever the access token would.
            "token" if named.is_none() && carried => {}
            "token" if named.is_none() => {
                self.check_injection(state, "Revoke", request, generation)
            }
            _ => {}
        }
        if standard {
            let sent: BTreeMap<String, String> = pairs(&body).into_iter().collect();
            let hint = named.map(|(name, _)| name);
            state.expect("Revoke: token", &named.map(|(_, token)| token), &sent.get("token"));
            state.expect("Revoke: token_type_hint", &hint, &sent.get("token_type_hint"));
        } else {
            self.check_own_revocation(state, request, named);
        }
        let mut answer = json!({});
        if let Some(success) = self.manifest.pointer("/revoke/request/success") {
            put_success(&mut answer, success);
        }
        Reply::json(200, &answer)
    }

    /// Compares headers, query and body of a revocation that the provider defines itself.
    fn check_own_revocation(
        &self,
        state: &mut State,
        request: &Seen,
        named: Option<&(String, String)>,
    ) {
        for (name, value) in map(&self.manifest, "/revoke/request/headers") {
            let sent = request.all(&name.to_ascii_lowercase());
            state.expect(&format!("Revoke: the header {name}"), &vec![value.as_str()], &sent);
        }
        let mut values = self.values(state.generation);
        let token = named.map_or("(no known token)", |(_, token)| token);
        values.insert("token".to_owned(), token.to_owned());
        let url = text(&self.manifest, "/revoke/request/url");
        let asked = query(request.target());
        for (name, template) in query(url) {
            let expected = (name, fill(&template, &values));
            if !asked.contains(&expected) {
                state
                    .complaints
                    .push(format!("Revoke: the query is {asked:?}, without {expected:?}"));
            }
        }
        let form = map(&self.manifest, "/revoke/request/form");
        if !form.is_empty() {
            let form: BTreeMap<String, String> =
                form.iter().map(|(name, value)| (name.clone(), fill(value, &values))).collect();
            let sent = pairs(&String::from_utf8_lossy(&request.body)).into_iter().collect();
            state.expect("Revoke: the form", &form, &sent);
        }
        if let Some(json) = self.manifest.pointer("/revoke/request/json") {
            let expected: Value = serde_json::from_str(&filled(json, &values).to_string()).unwrap();
            let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            state.expect("Revoke: the JSON body", &expected, &sent);
        }
    }
}

/// JSON whose texts are templates, filled.
pub(super) fn filled(json: &Value, values: &BTreeMap<String, String>) -> Value {
    match json {
        Value::String(template) => fill(template, values).into(),
        Value::Array(items) => items.iter().map(|item| filled(item, values)).collect(),
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), filled(value, values))).collect(),
        ),
        other => other.clone(),
    }
}
