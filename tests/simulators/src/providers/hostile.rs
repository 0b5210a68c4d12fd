//! A strict server that misbehaves in ways that no documentation promises, but that networks, proxies and
//! careless or malicious servers cause.
//!
//! While no misbehaviour is set it is `strict`. The ways to misbehave are [`Misbehaviour`]'s: this
//! page is their documentation. Grounds to expect them: `expires_in` as a string and `scope` as an
//! array are what real providers send, duplicate members are left undefined by RFC 8259 section 4,
//! and mix-up (a wrong `iss`) is RFC 9207's subject.

use serde_json::{Map, Value, json};

use crate::oauth::{Account, Ask, Authorizer, Misbehaviour, OAuth, Params, authorize, encode};
use crate::providers::strict::{self, SERVER};
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

const AUTHORIZER: Authorizer = Authorizer {
    name: "Hostile",
    ask: |oauth, params| strict::ask(&SERVER, oauth, params),
    allow,
    deny: |oauth| spoil_callback(oauth, strict::deny(oauth)),
};

/// The false issuer in the callback.
const OTHER_ISSUER: &str = "https://other-issuer.example";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let oauth = &mut state.oauth;
    match request.path.as_str() {
        path if path == SERVER.authorize => authorize(oauth, request, &AUTHORIZER),
        path if path == SERVER.token => token(oauth, request),
        _ => strict::rest(&SERVER, oauth, request),
    }
}

fn allow(oauth: &mut OAuth, asked: &Ask, account: &Account) -> Vec<(&'static str, String)> {
    let callback = strict::allow(&SERVER, oauth, asked, account);
    spoil_callback(oauth, callback)
}

fn spoil_callback(
    oauth: &OAuth,
    mut callback: Vec<(&'static str, String)>,
) -> Vec<(&'static str, String)> {
    match oauth.faults.misbehaviour {
        Some(Misbehaviour::NoIssuer) => callback.retain(|(name, _)| *name != "iss"),
        Some(Misbehaviour::WrongIssuer) => {
            for (_, value) in callback.iter_mut().filter(|(name, _)| *name == "iss") {
                OTHER_ISSUER.clone_into(value);
            }
        }
        _ => {}
    }
    callback
}

fn token(oauth: &mut OAuth, request: &Request) -> Reply {
    let Some(misbehaviour) = oauth.faults.misbehaviour.clone() else {
        return strict::token(&SERVER, oauth, request);
    };
    if let Some(reply) = unserved(&misbehaviour, request) {
        return oauth.token_answer(reply, true);
    }
    let reply = strict::token(&SERVER, oauth, request);
    match serde_json::from_str(&reply.body) {
        Ok(Value::Object(members)) if reply.status == 200 => spoil(&misbehaviour, members, reply),
        _ => reply,
    }
}

/// Responses in place of the server's own.
fn unserved(misbehaviour: &Misbehaviour, request: &Request) -> Option<Reply> {
    let html = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>\n";
    Some(match misbehaviour {
        Misbehaviour::HtmlError(status) => Reply {
            status: *status,
            headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
            body: html.to_owned(),
        },
        Misbehaviour::EchoSecrets => Reply::json(400, &echo(request)),
        Misbehaviour::ErrorWith200 => Reply::json(
            200,
            &json!({"error": "invalid_grant", "error_description": "the grant is invalid"}),
        ),
        Misbehaviour::Redirect(to) => {
            Reply { status: 307, headers: vec![("location", to.clone())], body: String::new() }
        }
        _ => return None,
    })
}

/// An error that echoes secrets of the request, raw and in the form in which they arrived.
fn echo(request: &Request) -> Value {
    let params = Params::body(request);
    let basic = request.basic().map(|(id, secret)| format!("{id}:{secret}"));
    let said = |name: &str| params.get(name).unwrap_or("none").to_owned();
    json!({
        "error": "invalid_request",
        "error_description": format!(
            "cannot serve client_secret={} code={} refresh_token={} code_verifier={} basic={}",
            said("client_secret"),
            said("code"),
            said("refresh_token"),
            said("code_verifier"),
            basic.as_deref().unwrap_or("none"),
        ),
        "error_uri": format!(
            "https://errors.example/?{}&authorization={}",
            String::from_utf8_lossy(&request.body),
            request.header("authorization").unwrap_or_default(),
        ),
    })
}

/// The server's own response with one fault.
fn spoil(misbehaviour: &Misbehaviour, mut members: Map<String, Value>, mut reply: Reply) -> Reply {
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    match misbehaviour {
        Misbehaviour::ExpiresIn(value) => drop(set("expires_in", value.clone())),
        Misbehaviour::TokenType(value) => drop(set("token_type", value.clone())),
        Misbehaviour::Huge(bytes) => drop(set("padding", "x".repeat(*bytes).into())),
        Misbehaviour::ExpiresInMissing => drop(members.remove("expires_in")),
        Misbehaviour::ScopeIsToken => {
            if let Some(token) = members.get("access_token").cloned() {
                drop(members.insert("scope".to_owned(), token));
            }
        }
        Misbehaviour::ScopeMissing => drop(members.remove("scope")),
        Misbehaviour::TokenTypeMissing => drop(members.remove("token_type")),
        Misbehaviour::AccessTokenMissing => drop(members.remove("access_token")),
        Misbehaviour::ScopeArray => {
            if let Some(scope) = members.get_mut("scope") {
                *scope = scope.as_str().unwrap_or_default().split(' ').collect();
            }
        }
        Misbehaviour::DuplicateMembers => {
            let honest = Value::Object(members).to_string();
            let rest = honest.strip_prefix('{').unwrap_or_default();
            reply.body = format!("{{\"access_token\":\"another\",\"expires_in\":1,{rest}");
            return reply;
        }
        Misbehaviour::FormEncoded => {
            let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
            let pairs: Vec<_> =
                members.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
            reply.body = encode(pairs.iter().map(|(name, value)| (*name, value.as_str())));
            reply.headers.retain(|(name, _)| *name != "content-type");
            return reply.header("content-type", "application/x-www-form-urlencoded");
        }
        _ => return reply,
    }
    reply.body = Value::Object(members).to_string();
    reply
}
