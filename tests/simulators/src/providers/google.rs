//! Google: OAuth 2.0 for web server applications, and who the user is.
//!
//! - `GET /o/oauth2/v2/auth`, `POST /token`, `POST /revoke`: scopes separated by spaces, redirect
//!   URIs compared exactly, `access_type=offline` for a refresh token, `prompt=consent` to be asked
//!   again, `include_granted_scopes=true` for a token that covers earlier consents too, PKCE by S256
//!   or plain: <https://developers.google.com/identity/protocols/oauth2/web-server>
//! - A refresh token comes with the first consent of a user to a client only, unless the user is
//!   made to consent again: the same page under `prompt` and "Refreshing an access token", and
//!   <https://github.com/googleapis/google-api-php-client/issues/2591>
//! - Errors of the token endpoint are JSON: 401 `invalid_client`
//!   (<https://github.com/hybridauth/hybridauth/issues/973>), 400 `invalid_grant`
//!   (<https://github.com/apache/opendal/issues/3901>, "Malformed auth code.":
//!   <https://github.com/ntawileh/obsidian-google-lookup/issues/69>); a wrong client or redirect URI
//!   at the authorization endpoint is a page: "Error 400: redirect_uri_mismatch"
//!   (<https://github.com/joshcarty/google-searchconsole/issues/69>)
//! - Refreshing answers without a refresh token: the old one stays.
//! - `POST /revoke` with `token`, access or refresh: 200, and everything that this user allowed this
//!   client is over; else 400: <https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke>;
//!   not `GET`: <https://github.com/googleapis/oauth2client/issues/750>
//! - `GET /oauth2/v3/userinfo` and `/v1/userinfo`: <https://developers.google.com/identity/openid-connect/openid-connect#obtaininguserprofileinformation>
//!
//! Not played: `id_token`, the limit of refresh tokens per user and client, granular consent other
//! than by [`crate::Simulator::grant_only`]. What a token answer says when a code comes twice is not
//! documented; here it is `invalid_grant`, and nothing else ends.

use serde_json::{Value, json};

use crate::oauth::{
    Account, Ask, Authorizer, BadClient, BadCode, Check, Issue, OAuth, Options, Params, Presented,
    Redirect, TokenState, Use, authorize, error_page,
};
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

const AUTHORIZER: Authorizer = Authorizer {
    name: "Google",
    ask,
    allow: |oauth, asked, account| {
        let code = oauth.issue_code("4/0A", asked, account);
        vec![("code", code), ("scope", oauth.desk.granted(&asked.scopes).join(" "))]
    },
    deny: |_| vec![("error", "access_denied".to_owned())],
};

pub(crate) const CLIENT: (&str, &str) =
    ("123456789012-simulated.apps.googleusercontent.com", "GOCSPX-simulated00000000000000");

pub(crate) fn options() -> Options {
    Options { access_lifetime: Some(3_599), ..Options::default() }
}

pub(crate) fn account() -> Account {
    Account { id: "110000000000000000001".to_owned(), label: "ada@example.com".to_owned() }
}

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let oauth = &mut state.oauth;
    match (request.method.as_str(), request.path.as_str()) {
        (_, "/o/oauth2/v2/auth") => authorize(oauth, request, &AUTHORIZER),
        ("POST", "/token") => {
            let answer = token(oauth, request);
            let refused = answer.is_err();
            oauth.token_answer(answer.unwrap_or_else(|refusal| refusal), refused)
        }
        ("POST", "/revoke") => revoke(oauth, request),
        ("GET", "/oauth2/v3/userinfo" | "/v1/userinfo") => userinfo(oauth, request),
        ("GET", "/gmail/v1/users/me/profile") => profile(oauth, request),
        _ => error_page(404, "Google", "404. That's an error.", "The URL was not found."),
    }
}

fn ask(oauth: &OAuth, params: Params) -> Result<Ask, Reply> {
    let refuse = |status: u16, error: &str, detail: &str| {
        let title = format!("Error {status}: {error}");
        error_page(status, "Access blocked: authorization error", &title, detail)
    };
    let missing =
        |name: &str| refuse(400, "invalid_request", &format!("Missing required parameter: {name}"));
    let id = params.get("client_id").ok_or_else(|| missing("client_id"))?;
    let client = oauth
        .clients
        .get(id)
        .ok_or_else(|| refuse(401, "invalid_client", "The OAuth client was not found."))?;
    let uri = params.get("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    if !client.redirect_uris().iter().any(|known| known == uri) {
        let detail = "You can't sign in because this app sent an invalid request: the redirect URI \
                      in the request does not match the ones authorized for the OAuth client.";
        return Err(refuse(400, "redirect_uri_mismatch", detail));
    }
    match params.get("response_type") {
        Some("code") => {}
        None => return Err(missing("response_type")),
        Some(_) => return Err(refuse(400, "unsupported_response_type", "Invalid response_type")),
    }
    let scopes = params.words("scope", &[' ']);
    if scopes.is_empty() {
        return Err(missing("scope"));
    }
    let known = |name: &str, values: &[&str]| {
        params.words(name, &[' ']).iter().all(|word| values.contains(&word.as_str()))
    };
    for (name, values) in [
        ("access_type", &["online", "offline"][..]),
        ("prompt", &["none", "consent", "select_account"]),
        ("code_challenge_method", &["plain", "S256"]),
    ] {
        if !known(name, values) {
            let detail = format!("Invalid parameter value for {name}");
            return Err(refuse(400, "invalid_request", &detail));
        }
    }
    let (client, redirect_uri) = (id.to_owned(), uri.to_owned());
    Ok(Ask { client, redirect_uri, redirect_sent: true, scopes, params })
}

fn token(oauth: &mut OAuth, request: &Request) -> Result<Reply, Reply> {
    let params = Params::body(request);
    let presented = Presented::new(request, &params);
    let (client, secret) = presented.either();
    if client.is_empty() {
        return Err(error(400, "invalid_request", "Could not determine client ID from request."));
    }
    oauth.clients.check(client, secret).map_err(|bad| match bad {
        BadClient::Unknown => error(401, "invalid_client", "The OAuth client was not found."),
        BadClient::Secret => error(401, "invalid_client", "Unauthorized"),
    })?;
    match params.get("grant_type") {
        Some("authorization_code") => exchange(oauth, client, &params),
        Some("refresh_token") => refresh(oauth, client, &params),
        None => Err(error(400, "invalid_request", "Missing required parameter: grant_type")),
        Some(other) => {
            let detail = format!("Invalid grant_type: {other}");
            Err(error(400, "unsupported_grant_type", &detail))
        }
    }
}

fn exchange(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Reply, Reply> {
    let missing =
        |name| error(400, "invalid_request", &format!("Missing required parameter: {name}"));
    let value = params.get("code").ok_or_else(|| missing("code"))?;
    let redirect_uri = Some(params.get("redirect_uri").ok_or_else(|| missing("redirect_uri"))?);
    let verifier = params.get("code_verifier");
    let check = Check { client, redirect_uri, verifier, now: oauth.now() };
    let code = oauth.codes.check(value, check, Redirect::IfAsked).map_err(|bad| match bad {
        BadCode::Unknown => error(400, "invalid_grant", "Malformed auth code."),
        BadCode::RedirectUri => error(400, "redirect_uri_mismatch", "Bad Request"),
        BadCode::Verifier => error(400, "invalid_grant", "Invalid code verifier."),
        BadCode::OtherClient | BadCode::Used(_) | BadCode::Expired => {
            error(400, "invalid_grant", "Bad Request")
        }
    })?;
    let asked = &code.ask.params;
    let first = oauth.grants.live(client, &code.account.id).is_none();
    let again = asked.words("prompt", &[' ']).iter().any(|word| word == "consent");
    let offline = asked.get("access_type") == Some("offline");
    let grant = oauth.grants.extend(client, &code.account, &code.scopes);
    let scopes = match asked.get("include_granted_scopes") {
        Some("true") => {
            oauth.grants.stats(grant).map(|stats| stats.scopes.clone()).unwrap_or_default()
        }
        _ => code.scopes.clone(),
    };
    let line = oauth.tokens.line();
    oauth.codes.mark_used(value, line);
    oauth.count_exchange(grant);
    let issue = Issue { purpose: Use::Access, grant, line, scopes, expires_at: None };
    let mut body = access(oauth, &issue);
    if offline && (first || again) {
        let expires_at = oauth.refresh_expiry();
        let issue = Issue { purpose: Use::Refresh, expires_at, ..issue };
        let token = oauth.issue("1//0", issue);
        if let Some(members) = body.as_object_mut() {
            members.insert("refresh_token".to_owned(), token.into());
        }
    }
    Ok(Reply::json(200, &body))
}

fn refresh(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Reply, Reply> {
    let value = params.get("refresh_token").ok_or_else(|| {
        error(400, "invalid_request", "Missing required parameter: refresh_token")
    })?;
    let Some(issue) = oauth.tokens.get(value).map(|token| token.issue.clone()) else {
        return Err(error(400, "invalid_grant", "Bad Request"));
    };
    if !oauth.grants.is_of(issue.grant, client) {
        return Err(error(401, "unauthorized_client", "Unauthorized"));
    }
    if oauth.tokens.live(value, Use::Refresh, oauth.now()).is_none() {
        return Err(error(400, "invalid_grant", "Token has been expired or revoked."));
    }
    oauth.count_refresh(issue.grant);
    Ok(Reply::json(200, &access(oauth, &issue)))
}

/// Issues a new access token. The old ones stay valid.
fn access(oauth: &mut OAuth, like: &Issue) -> Value {
    let expires_at = oauth.access_expiry();
    let issue = Issue { purpose: Use::Access, expires_at, ..like.clone() };
    let token = oauth.issue("ya29.a0", issue);
    json!({
        "access_token": token, "expires_in": oauth.options.access_lifetime,
        "scope": like.scopes.join(" "), "token_type": "Bearer",
    })
}

fn revoke(oauth: &mut OAuth, request: &Request) -> Reply {
    if oauth.faults.revocation_fails() {
        return error(500, "internal_failure", "Backend Error");
    }
    let params = Params::body(request).and(Params::query(request));
    let Some(value) = params.get("token") else {
        return error(400, "invalid_request", "Bad Request");
    };
    let grant = oauth.tokens.get(value).map(|token| token.issue.grant);
    match (oauth.tokens.state(value, oauth.now()), grant) {
        (TokenState::Live, Some(grant)) => {
            oauth.end_grant(grant);
            oauth.count_revocation(grant);
            Reply::json(200, &json!({}))
        }
        _ => error(400, "invalid_token", "Token expired or revoked"),
    }
}

fn userinfo(oauth: &OAuth, request: &Request) -> Reply {
    let value = request.bearer().unwrap_or_default();
    let Some(token) = oauth.tokens.live(value, Use::Access, oauth.now()) else {
        return error(401, "invalid_request", "Invalid Credentials").header(
            "www-authenticate",
            "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
        );
    };
    let account = oauth.grants.account(token.issue.grant);
    let has = |short: &str, long: &str| {
        token.issue.scopes.iter().any(|scope| scope == short || scope == long)
    };
    let mut body = json!({"sub": account.id});
    if let Some(members) = body.as_object_mut() {
        if has("profile", "https://www.googleapis.com/auth/userinfo.profile") {
            members.insert("name".to_owned(), account.label.clone().into());
        }
        if has("email", "https://www.googleapis.com/auth/userinfo.email") {
            members.insert("email".to_owned(), account.label.into());
            members.insert("email_verified".to_owned(), true.into());
        }
    }
    Reply::json(200, &body)
}

/// Gmail's `users.getProfile`.
fn profile(oauth: &OAuth, request: &Request) -> Reply {
    let value = request.bearer().unwrap_or_default();
    match oauth.tokens.live(value, Use::Access, oauth.now()) {
        Some(token) => {
            let account = oauth.grants.account(token.issue.grant);
            let body = json!({"emailAddress": account.label, "messagesTotal": 3,
                "threadsTotal": 2, "historyId": "1234"});
            Reply::json(200, &body)
        }
        None => {
            let error = json!({"code": 401, "status": "UNAUTHENTICATED",
                "message": "Request had invalid authentication credentials."});
            Reply::json(401, &json!({ "error": error }))
        }
    }
}

fn error(status: u16, code: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": code, "error_description": description}))
}
