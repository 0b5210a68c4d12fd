//! The sandbox: a pretend messaging service. This page is its documentation.
//!
//! - `Authorization: Bearer …` with a key (`sandbox-…`) or an access token; without one it knows:
//!   401 as RFC 9457 `application/problem+json`, `{"type","title","status":401,"detail"}`; one that
//!   may not do what it asks: 403 likewise.
//! - `GET /v1/me` → 200 `{"id":"acct_…","label":"…"}`, the account of the key or token.
//! - `POST /v1/messages` `{"text","channel"?}` → 201 `{"id","channel","text","from"}`; a text that
//!   is missing or empty: 422. Access tokens need the scope `messages:write`.
//! - `GET /v1/messages` → 200 `{"items":[…]}`, newest first. Access tokens need `messages:read`.
//! - `GET /v1/spaces` → 200 `{"items":[{"id","name"}]}`, the spaces that the caller may reach. The same calls in one
//!   of them are below `/v1/spaces/{id}`, where an unknown id is 404.
//! - `POST /v1/keys` → 201 `{"key":"sandbox-…"}`, another key of the same account; keys only.
//! - `DELETE /v1/keys/current` → 204, and the key that asked is accepted no more; keys only.
//! - Anything else: 404, or 405 with `allow`.
//!
//! Its OAuth 2.0 side keeps to the same rules as [`super::strict`] (PKCE with S256, exact redirect
//! URIs, rotating refresh tokens, `iss` in the callback): `/oauth/authorize`, `/oauth/token`,
//! `/oauth/revoke` (RFC 7009); access tokens live for 5 minutes; the scopes are the two above, both
//! where none is asked for.

use serde_json::{Value, json};

use crate::oauth::{Account, Authorizer, Options, Use, authorize};
use crate::providers::strict::{self, Server};
use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "sandbox-demo-key-000000000001";

pub(crate) const CLIENT: (&str, &str) = ("sandbox-demo-client", "sandbox-demo-client-secret-0001");

const SERVER: Server = Server {
    name: "Sandbox",
    authorize: "/oauth/authorize",
    token: "/oauth/token",
    revoke: "/oauth/revoke",
    scopes: &["messages:read", "messages:write"],
    default_scopes: &["messages:read", "messages:write"],
    prefix: "sandbox-",
};

const AUTHORIZER: Authorizer = Authorizer {
    name: SERVER.name,
    ask: |oauth, params| strict::ask(&SERVER, oauth, params),
    allow: |oauth, asked, account| strict::allow(&SERVER, oauth, asked, account),
    deny: strict::deny,
};

pub(crate) fn options() -> Options {
    Options { access_lifetime: Some(300), ..strict::options() }
}

pub(crate) fn account() -> Account {
    Account { id: "acct_sandbox_1".to_owned(), label: "Sandbox Inc.".to_owned() }
}

/// The caller, by key or by access token.
struct Caller {
    account: Account,
    /// The key, if the caller has one.
    key: Option<String>,
    /// The scopes of an access token. A key may do everything.
    scopes: Vec<String>,
}

impl Caller {
    /// The error for a call that needs `scope`, if the caller does not have it.
    fn lacks(&self, scope: &str) -> Option<Reply> {
        let has = self.key.is_some() || self.scopes.iter().any(|own| own == scope);
        (!has).then(|| problem(403, &format!("This token has not the scope {scope}.")))
    }
}

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    match request.path.as_str() {
        "/oauth/authorize" => return authorize(&mut state.oauth, request, &AUTHORIZER),
        "/oauth/token" => return strict::token(&SERVER, &mut state.oauth, request),
        "/oauth/revoke" => return strict::revoke(&SERVER, &mut state.oauth, request),
        _ => {}
    }
    match caller(state, request) {
        Ok(caller) => api(state, request, &caller),
        Err(refusal) => refusal,
    }
}

fn caller(state: &State, request: &Request) -> Result<Caller, Reply> {
    let refuse = |detail: &str| {
        Err(problem(401, detail)
            .header("www-authenticate", "Bearer realm=\"sandbox\", error=\"invalid_token\""))
    };
    let Some(value) = request.bearer() else {
        return Err(problem(401, "Send your key as Authorization: Bearer sandbox-…")
            .header("www-authenticate", "Bearer realm=\"sandbox\""));
    };
    match state.key(value) {
        Some(KeyState::Accepted) => {
            let key = Some(value.to_owned());
            return Ok(Caller { account: account(), key, scopes: Vec::new() });
        }
        Some(KeyState::Restricted) => return Err(problem(403, "This key may not do that.")),
        Some(KeyState::Revoked) => return refuse("This key has been revoked."),
        None => {}
    }
    let oauth = &state.oauth;
    match oauth.tokens.live(value, Use::Access, oauth.now()) {
        Some(token) => {
            let account = oauth.grants.account(token.issue.grant);
            Ok(Caller { account, key: None, scopes: token.issue.scopes.clone() })
        }
        None if oauth.tokens.get(value).is_some() => {
            refuse("This token is none for access, or it has expired or been revoked.")
        }
        None => refuse("No such key."),
    }
}

fn api(state: &mut State, request: &Request, caller: &Caller) -> Reply {
    let in_space = request.path.strip_prefix("/v1/spaces/").and_then(|rest| rest.split_once('/'));
    if let Some((space, rest)) = in_space {
        let is_known = state.spaces.iter().any(|(id, _)| id == space);
        return match is_known {
            true => {
                let path = format!("/v1/{rest}");
                api(state, &Request { path, ..request.clone() }, caller)
            }
            false => problem(404, "There is no such space."),
        };
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/spaces") => {
            let space = |(id, name): &(String, String)| json!({"id": id, "name": name});
            let items: Vec<_> = state.spaces.iter().map(space).collect();
            Reply::json(200, &json!({"items": items}))
        }
        ("GET", "/v1/me") => {
            let Account { id, label } = &caller.account;
            Reply::json(200, &json!({"id": id, "label": label}))
        }
        ("GET", "/v1/messages") => caller.lacks("messages:read").unwrap_or_else(|| {
            let items: Vec<_> = state.messages.iter().rev().collect();
            Reply::json(200, &json!({"items": items}))
        }),
        ("POST", "/v1/messages") => caller
            .lacks("messages:write")
            .unwrap_or_else(|| post_message(state, request, &caller.account.label)),
        ("POST", "/v1/keys") | ("DELETE", "/v1/keys/current") => match &caller.key {
            None => problem(403, "Only a key may do that."),
            Some(key) if request.method == "DELETE" => {
                state.set_key(key, KeyState::Revoked);
                Reply { status: 204, headers: Vec::new(), body: String::new() }
            }
            Some(_) => mint(state),
        },
        (_, "/v1/me") => problem(405, "Only GET is allowed here.").header("allow", "GET"),
        (_, "/v1/messages") => {
            problem(405, "Only GET and POST are allowed here.").header("allow", "GET, POST")
        }
        (_, "/v1/keys") => problem(405, "Only POST is allowed here.").header("allow", "POST"),
        (_, "/v1/keys/current") => {
            problem(405, "Only DELETE is allowed here.").header("allow", "DELETE")
        }
        (_, path) => problem(404, &format!("There is nothing at {path}.")),
    }
}

fn post_message(state: &mut State, request: &Request, from: &str) -> Reply {
    let body = request.json();
    let Some(text) = body.get("text").and_then(Value::as_str).filter(|text| !text.is_empty())
    else {
        return problem(422, "text: a string that is not empty is required.");
    };
    let channel = body.get("channel").and_then(Value::as_str).unwrap_or("general");
    let message = json!({
        "id": format!("msg_{}", state.next()), "channel": channel, "text": text, "from": from,
    });
    state.messages.push(message.clone());
    Reply::json(201, &message)
}

fn mint(state: &mut State) -> Reply {
    let key = format!("sandbox-minted-{:014}", state.next());
    state.set_key(&key, KeyState::Accepted);
    Reply::json(201, &json!({"key": key}))
}

fn problem(status: u16, detail: &str) -> Reply {
    let title = match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Unprocessable Content",
    };
    let body = json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
    let mut reply = Reply::json(status, &body);
    reply.headers = vec![("content-type", "application/problem+json".to_owned())];
    reply
}
