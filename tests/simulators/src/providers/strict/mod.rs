//! An authorization server that follows every rule of the standards exactly.
//!
//! - OAuth 2.0, RFC 6749: the code grant (section 4.1), client credentials (4.4), refreshing (6),
//!   client authentication (2.3.1), errors (4.1.2.1, 5.2); <https://www.rfc-editor.org/rfc/rfc6749>
//! - Bearer tokens, RFC 6750: <https://www.rfc-editor.org/rfc/rfc6750>
//! - PKCE, RFC 7636, with S256 and required: <https://www.rfc-editor.org/rfc/rfc7636>
//! - Revocation, RFC 7009: <https://www.rfc-editor.org/rfc/rfc7009>
//! - Security best current practice, RFC 9700: redirect URIs compared as strings (section 4.1.3),
//!   refresh token rotation with the end of the family on reuse (4.14.2), 303 after a POST (4.12);
//!   <https://www.rfc-editor.org/rfc/rfc9700>
//! - `iss` in every callback, RFC 9207: <https://www.rfc-editor.org/rfc/rfc9207>
//! - Metadata, RFC 8414: <https://www.rfc-editor.org/rfc/rfc8414>
//!
//! `GET /authorize`, `POST /token`, `POST /revoke`, `GET /userinfo`,
//! `GET /.well-known/oauth-authorization-server`. Any scope is known; without one it is `profile`.
//! Where the standards leave a choice: a code dies with its first use and not with a wrong
//! verifier; an access token outlives the refresh that replaces it; revoking an access token ends
//! it alone, revoking a refresh token ends its family.

mod authorize;
mod revoke;
mod token;

use serde_json::json;

pub(crate) use authorize::{allow, ask, deny};

use crate::oauth::{Account, Authorizer, OAuth, Options, Use, authorize};
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

/// The endpoints, scopes and tokens of a server with these rules.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    pub(crate) revoke: &'static str,
    /// The known scopes. Empty if any scope is accepted.
    pub(crate) scopes: &'static [&'static str],
    /// The scopes of a request without any.
    pub(crate) default_scopes: &'static [&'static str],
    /// The prefix of its tokens.
    pub(crate) prefix: &'static str,
}

pub(crate) const SERVER: Server = Server {
    name: "Strict",
    authorize: "/authorize",
    token: "/token",
    revoke: "/revoke",
    scopes: &[],
    default_scopes: &["profile"],
    prefix: "strict-",
};

pub(crate) const CLIENT: (&str, &str) = ("strict-client", "strict-client-secret-0000000000001");

const AUTHORIZER: Authorizer = Authorizer {
    name: SERVER.name,
    ask: |oauth, params| ask(&SERVER, oauth, params),
    allow: |oauth, asked, account| allow(&SERVER, oauth, asked, account),
    deny,
};

pub(crate) fn options() -> Options {
    Options { rotation: true, code_lifetime: 60, ..Options::default() }
}

pub(crate) fn account() -> Account {
    Account { id: "user-1".to_owned(), label: "Ada".to_owned() }
}

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let oauth = &mut state.oauth;
    match request.path.as_str() {
        path if path == SERVER.authorize => authorize(oauth, request, &AUTHORIZER),
        path if path == SERVER.token => token(&SERVER, oauth, request),
        _ => rest(&SERVER, oauth, request),
    }
}

/// All endpoints except the authorization and the token endpoint.
pub(crate) fn rest(server: &Server, oauth: &mut OAuth, request: &Request) -> Reply {
    match (request.method.as_str(), request.path.as_str()) {
        (_, path) if path == server.revoke => revoke(server, oauth, request),
        ("GET", "/userinfo") => userinfo(oauth, request),
        ("GET", "/.well-known/oauth-authorization-server") => metadata(server, oauth),
        (_, "/userinfo" | "/.well-known/oauth-authorization-server") => {
            error(405, "invalid_request", "only GET is allowed here").header("allow", "GET")
        }
        (_, path) => error(404, "not_found", &format!("there is nothing at {path}")),
    }
}

/// The token endpoint.
pub(crate) fn token(server: &Server, oauth: &mut OAuth, request: &Request) -> Reply {
    let answer = token::serve(server, oauth, request);
    let refused = answer.is_err();
    oauth.token_answer(answer.unwrap_or_else(|refusal| refusal), refused)
}

/// The revocation endpoint.
pub(crate) fn revoke(server: &Server, oauth: &mut OAuth, request: &Request) -> Reply {
    revoke::serve(server, oauth, request).unwrap_or_else(|refusal| refusal)
}

/// The account of a live access token. The client, for client credentials.
fn userinfo(oauth: &OAuth, request: &Request) -> Reply {
    let challenge = |rest: &str| format!("Bearer realm=\"strict\"{rest}");
    let Some(value) = request.bearer() else {
        // RFC 6750 section 3.1: no error code if no token was sent.
        return Reply { status: 401, headers: Vec::new(), body: String::new() }
            .header("www-authenticate", challenge(""));
    };
    let Some(token) = oauth.tokens.live(value, Use::Access, oauth.now()) else {
        return error(401, "invalid_token", "the access token is expired, revoked or unknown")
            .header("www-authenticate", challenge(", error=\"invalid_token\""));
    };
    let account = oauth.grants.account(token.issue.grant);
    let client = oauth.grants.stats(token.issue.grant).map(|stats| stats.client_id.clone());
    let sub = if account.id.is_empty() { client.unwrap_or_default() } else { account.id };
    Reply::json(200, &json!({"sub": sub, "name": account.label}))
}

fn metadata(server: &Server, oauth: &OAuth) -> Reply {
    let url = |path: &str| format!("{}{path}", oauth.origin);
    let auth = ["client_secret_basic", "client_secret_post"];
    Reply::json(
        200,
        &json!({
            "issuer": oauth.origin,
            "authorization_endpoint": url(server.authorize),
            "token_endpoint": url(server.token),
            "revocation_endpoint": url(server.revoke),
            "userinfo_endpoint": url("/userinfo"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": auth,
            "revocation_endpoint_auth_methods_supported": auth,
            "authorization_response_iss_parameter_supported": true,
        }),
    )
}

/// An error of RFC 6749 section 5.2, which must not be cached.
fn error(status: u16, code: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": code, "error_description": description}))
        .header("cache-control", "no-store")
        .header("pragma", "no-cache")
}
