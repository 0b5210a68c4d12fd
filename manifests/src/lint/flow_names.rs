//! Rules for a provider's own names of the OAuth flow's parameters. `state` and the PKCE challenge keep their names, and
//! cannot be left out: they bind a response to its request.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;

use super::Lint;
use crate::model::{AuthMethod, ClientAuth, OAuth2, ParamSource};

/// The parameters of the authorization request that may be renamed.
const AUTHORIZE: [&str; 4] = ["client_id", "redirect_uri", "response_type", "scope"];
/// Those that may be left out.
const AUTHORIZE_OPTIONAL: [&str; 1] = ["response_type"];
/// The parameters of a token request that may be left out.
const TOKEN_OPTIONAL: [&str; 2] = ["grant_type", "redirect_uri"];
/// The names that the callback has anyway.
const CALLBACK: [&str; 6] = ["code", "state", "iss", "error", "error_description", "error_uri"];

/// Reports `flow_name`, `flow_name_form`, `flow_name_required`, `flow_name_duplicate`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let Some(oauth2) = &manifest.oauth2 else { return };
    let Some(names) = &oauth2.names else { return };
    let is_flow = manifest.auth_method == AuthMethod::Oauth2;
    let authorize = Request {
        pointer: "/oauth2/names/authorize",
        names: &names.authorize,
        sent: if is_flow { AUTHORIZE.to_vec() } else { Vec::new() },
        optional: &AUTHORIZE_OPTIONAL,
        others: authorize_others(oauth2),
    };
    authorize.check(lint);
    let token = Request {
        pointer: "/oauth2/names/token",
        names: &names.token,
        sent: token_parameters(oauth2, is_flow),
        optional: &TOKEN_OPTIONAL,
        others: token_others(oauth2),
    };
    token.check(lint);
    if let Some(code) = &names.code {
        let pointer = "/oauth2/names/code";
        let detail = "belongs to the method `oauth2`; remove it";
        lint.unless(is_flow, pointer, "flow_name", detail);
        form(lint, pointer, code);
        let is_param = manifest
            .params
            .iter()
            .any(|param| matches!(&param.from, Some(ParamSource::Callback(name)) if name == code));
        let detail = format!("`{code}` is another parameter of the callback");
        let ok = !CALLBACK.contains(&code.as_str()) && !is_param;
        lint.unless(ok, pointer, "flow_name_duplicate", detail);
    }
}

/// One kind of request.
struct Request<'a> {
    pointer: &'static str,
    names: &'a BTreeMap<String, Option<String>>,
    /// The parameters that the flow sends and that may be renamed.
    sent: Vec<&'static str>,
    optional: &'static [&'static str],
    /// The names of the other parameters of the request.
    others: Vec<&'a str>,
}

impl Request<'_> {
    fn check(&self, lint: &mut Lint<'_>) {
        for (standard, own) in self.names {
            let pointer = below(self.pointer, standard);
            if !self.sent.contains(&standard.as_str()) {
                let detail = format!(
                    "`{standard}` cannot be renamed in this request, which has: {}",
                    self.sent.join(", ")
                );
                lint.add(pointer, "flow_name", detail);
                continue;
            }
            let Some(own) = own else {
                let detail = format!("`{standard}` must be sent; it cannot be null");
                let ok = self.optional.contains(&standard.as_str());
                lint.unless(ok, &pointer, "flow_name_required", detail);
                continue;
            };
            form(lint, &pointer, own);
            let others =
                self.sent.iter().filter(|name| !self.names.contains_key::<str>(name)).copied();
            let renamed = self.names.iter().filter(|(name, _)| *name != standard);
            let renamed = renamed.filter_map(|(_, name)| name.as_deref());
            let is_taken =
                self.others.iter().copied().chain(others).chain(renamed).any(|name| name == own);
            let detail = format!("`{own}` is another parameter of this request");
            lint.unless(!is_taken, &pointer, "flow_name_duplicate", detail);
        }
    }
}

/// The parameters of the flow itself that a token request has in its body.
fn token_parameters(oauth2: &OAuth2, is_flow: bool) -> Vec<&'static str> {
    let mut sent = vec!["grant_type"];
    match is_flow {
        true => sent.extend(["code", "redirect_uri"]),
        false => sent.push("scope"),
    }
    if is_flow && oauth2.pkce {
        sent.push("code_verifier");
    }
    if is_flow && oauth2.refresh.is_some() {
        sent.push("refresh_token");
    }
    match oauth2.client_auth {
        ClientAuth::Post => sent.extend(["client_id", "client_secret"]),
        ClientAuth::None => sent.push("client_id"),
        ClientAuth::Basic => {}
    }
    sent
}

fn authorize_others(oauth2: &OAuth2) -> Vec<&str> {
    let fixed = ["state", "code_challenge", "code_challenge_method", "client_secret"];
    fixed.into_iter().chain(oauth2.authorize_params.keys().map(String::as_str)).collect()
}

fn token_others(oauth2: &OAuth2) -> Vec<&str> {
    let refresh = oauth2.refresh.iter().flat_map(|refresh| refresh.params.keys());
    oauth2.token_params.keys().chain(refresh).map(String::as_str).collect()
}

fn form(lint: &mut Lint<'_>, pointer: &str, name: &str) {
    let ok = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    let detail = format!("`{name}` must match [A-Za-z0-9_.-]{{1,64}}");
    lint.unless(ok, pointer, "flow_name_form", detail);
}
