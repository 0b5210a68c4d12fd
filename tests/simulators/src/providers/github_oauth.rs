//! GitHub: OAuth apps, and GitHub Apps' expiring user tokens as an option.
//!
//! - `GET /login/oauth/authorize`, `POST /login/oauth/access_token`: scopes are asked for with
//!   spaces and answered with commas, codes live for 10 minutes, the redirect URI may be left out or
//!   be below the registered one, the answer is form-encoded unless `Accept: application/json`:
//!   <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>;
//!   PKCE is checked where it is used (S256)
//! - A redirect URI that is not registered sends the browser to the registered one with
//!   `error=redirect_uri_mismatch`, a denial with `error=access_denied`:
//!   <https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors>
//! - Errors of the token endpoint are 200 with `error`, `error_description`, `error_uri`:
//!   `incorrect_client_credentials`, `redirect_uri_mismatch`, `bad_verification_code`:
//!   <https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors>
//! - With `rotation`: `ghu_…` for 28800 s and `ghr_…` for 15811200 s; a refresh ends both of before:
//!   <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>;
//!   after that `bad_refresh_token` (<https://github.com/interlink-hq/interLink/pull/262>)
//! - `DELETE /applications/{client_id}/grant` and `…/token` with the client's id and secret as Basic
//!   and `{"access_token"}`: 204, or 422: <https://docs.github.com/en/rest/apps/oauth-applications>
//! - `GET /user`; a `User-Agent` is required, or 403: <https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent>;
//!   401 "Bad credentials": <https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api>
//!
//! Not documented, and how it is here: a token that is not (or no more) this app's is 404 at
//! `/grant` and `/token`; a wrong id or secret there is 401; a client id that is unknown at the
//! authorization page is a 404 page.

use serde_json::{Value, json};

use crate::oauth::{
    Account, Ask, Authorizer, BadCode, Check, Issue, OAuth, Options, Params, Presented, Redirect,
    Use, authorize, encode, error_page, redirect,
};
use crate::providers::redirect_uri;
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

const AUTHORIZER: Authorizer = Authorizer {
    name: "GitHub",
    ask,
    allow: |oauth, asked, account| vec![("code", oauth.issue_code("", asked, account))],
    deny: |_| {
        let text = "The user has denied your application access.";
        callback_error("access_denied", text, "access-denied").to_vec()
    },
};

pub(crate) const CLIENT: (&str, &str) =
    ("Iv1.simulated0client", "0simulated0client0secret0000000000000000");

pub(crate) fn options() -> Options {
    Options {
        access_lifetime: Some(28_800),
        refresh_lifetime: Some(15_811_200),
        ..Options::default()
    }
}

pub(crate) fn account() -> Account {
    Account { id: "1000001".to_owned(), label: "octo-simulated".to_owned() }
}

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let oauth = &mut state.oauth;
    match (request.method.as_str(), request.path.as_str()) {
        (_, "/login/oauth/authorize") => authorize(oauth, request, &AUTHORIZER),
        ("POST", "/login/oauth/access_token") => {
            let answer = token(oauth, request);
            let refused = answer.is_err();
            let members = answer.unwrap_or_else(|(code, text, anchor)| {
                let page = "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors";
                json!({
                    "error": code, "error_description": text,
                    "error_uri": format!("https://docs.github.com{page}/#{anchor}"),
                })
            });
            oauth.token_answer(written(&members, request), refused)
        }
        _ if request.header("user-agent").is_none_or(str::is_empty) => Reply {
            status: 403,
            headers: vec![("content-type", "text/html".to_owned())],
            body: "Request forbidden by administrative rules. Please make sure your request has a \
                   User-Agent header.\n"
                .to_owned(),
        },
        ("GET", "/user") => user(oauth, request),
        ("DELETE", path) => delete(oauth, path, request),
        _ => message(404, "Not Found"),
    }
}

fn ask(oauth: &OAuth, params: Params) -> Result<Ask, Reply> {
    let lost = || error_page(404, "GitHub", "404", "This is not the web page you are looking for.");
    let id = params.get("client_id").ok_or_else(lost)?;
    let registered = oauth.clients.get(id).ok_or_else(lost)?.redirect_uris();
    let own = registered.first().ok_or_else(lost)?.clone();
    let given = params.get("redirect_uri");
    if let Some(uri) = given
        && !registered.iter().any(|known| redirect_uri::is_below_or_subdomain(known, uri))
    {
        let text = "The redirect_uri MUST match the registered callback URL for this application.";
        let pairs = callback_error("redirect_uri_mismatch", text, "redirect-uri-mismatch");
        return Err(redirect(302, &own, &pairs, params.get("state")));
    }
    let redirect_uri = given.map_or(own, str::to_owned);
    let scopes = params.words("scope", &[' ', ',']);
    let (client, redirect_sent) = (id.to_owned(), given.is_some());
    Ok(Ask { client, redirect_uri, redirect_sent, scopes, params })
}

fn callback_error(code: &str, text: &str, anchor: &str) -> [(&'static str, String); 3] {
    let page = "/apps/building-integrations/setting-up-and-registering-oauth-apps/\
                troubleshooting-authorization-request-errors";
    [
        ("error", code.to_owned()),
        ("error_description", text.to_owned()),
        ("error_uri", format!("{page}/#{anchor}")),
    ]
}

type Refusal = (&'static str, &'static str, &'static str);

const BAD_CODE: Refusal =
    ("bad_verification_code", "The code passed is incorrect or expired.", "bad-verification-code");
const BAD_REFRESH: Refusal = (
    "bad_refresh_token",
    "The refresh token passed is incorrect or expired.",
    "bad-verification-code",
);

/// The members of the response. The parameters may be in the query too.
fn token(oauth: &mut OAuth, request: &Request) -> Result<Value, Refusal> {
    let params = Params::body_or_json(request).and(Params::query(request));
    let presented = Presented::new(request, &params);
    let (client, secret) = presented.either();
    oauth.clients.check(client, secret).map_err(|_| {
        (
            "incorrect_client_credentials",
            "The client_id and/or client_secret passed are incorrect.",
            "incorrect-client-credentials",
        )
    })?;
    match params.get("grant_type") {
        None | Some("authorization_code") => exchange(oauth, client, &params),
        Some("refresh_token") if oauth.options.rotation => refresh(oauth, client, &params),
        Some(_) => Err((
            "unsupported_grant_type",
            "The grant_type is not supported.",
            "unsupported-grant-type",
        )),
    }
}

fn exchange(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Value, Refusal> {
    let value = params.get("code").ok_or(BAD_CODE)?;
    let redirect_uri = params.get("redirect_uri");
    let verifier = params.get("code_verifier");
    let check = Check { client, redirect_uri, verifier, now: oauth.now() };
    let code = oauth.codes.check(value, check, Redirect::Optional).map_err(|bad| match bad {
        BadCode::RedirectUri => (
            "redirect_uri_mismatch",
            "The redirect_uri MUST match the registered callback URL for this application.",
            "redirect-uri-mismatch2",
        ),
        _ => BAD_CODE,
    })?;
    let grant = oauth.grants.extend(client, &code.account, &code.scopes);
    // Without a scope, the request gets the scopes that the user has allowed this app before.
    let scopes = match code.ask.scopes.is_empty() {
        true => oauth.grants.stats(grant).map(|stats| stats.scopes.clone()).unwrap_or_default(),
        false => code.scopes,
    };
    let line = oauth.tokens.line();
    oauth.codes.mark_used(value, line);
    oauth.count_exchange(grant);
    let issue = Issue { purpose: Use::Access, grant, line, scopes, expires_at: None };
    Ok(tokens(oauth, issue))
}

fn refresh(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Value, Refusal> {
    let value = params.get("refresh_token").ok_or(BAD_REFRESH)?;
    let token = oauth.tokens.live(value, Use::Refresh, oauth.now()).ok_or(BAD_REFRESH)?;
    let issue = token.issue.clone();
    if !oauth.grants.is_of(issue.grant, client) {
        return Err(BAD_REFRESH);
    }
    oauth.tokens.spend(value);
    oauth.tokens.revoke_access(issue.line);
    oauth.count_refresh(issue.grant);
    Ok(tokens(oauth, issue))
}

fn tokens(oauth: &mut OAuth, like: Issue) -> Value {
    if !oauth.options.rotation {
        let scope = like.scopes.join(",");
        let issue = Issue { purpose: Use::Access, expires_at: None, ..like };
        let token = oauth.issue("gho_", issue);
        return json!({"access_token": token, "scope": scope, "token_type": "bearer"});
    }
    let expires_at = oauth.access_expiry();
    let access = Issue { purpose: Use::Access, expires_at, ..like.clone() };
    let access = oauth.issue("ghu_", access);
    let expires_at = oauth.refresh_expiry();
    let refresh = oauth.issue("ghr_", Issue { purpose: Use::Refresh, expires_at, ..like });
    json!({
        "access_token": access, "expires_in": oauth.options.access_lifetime,
        "refresh_token": refresh, "refresh_token_expires_in": oauth.options.refresh_lifetime,
        "scope": "", "token_type": "bearer",
    })
}

/// JSON if the client accepts it. Otherwise form-encoded.
fn written(members: &Value, request: &Request) -> Reply {
    let accept = request.header("accept").unwrap_or_default();
    if accept.contains("application/json") {
        return Reply::json(200, members);
    }
    let pairs: Vec<(String, String)> = members
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    Reply {
        status: 200,
        headers: vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".into())],
        body: encode(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
    }
}

fn user(oauth: &OAuth, request: &Request) -> Reply {
    let authorization = request.header("authorization").unwrap_or_default();
    let value = request.bearer().or_else(|| authorization.strip_prefix("token "));
    let Some(value) = value else { return message(401, "Requires authentication") };
    let Some(token) = oauth.tokens.live(value, Use::Access, oauth.now()) else {
        return message(401, "Bad credentials");
    };
    let account = oauth.grants.account(token.issue.grant);
    let id = account.id.parse::<u64>().map_or(Value::String(account.id), Value::from);
    Reply::json(
        200,
        &json!({"login": account.label, "id": id, "type": "User", "name": account.label}),
    )
    .header("x-oauth-scopes", token.issue.scopes.join(", "))
}

/// `DELETE /applications/{client_id}/grant` and `/token`.
fn delete(oauth: &mut OAuth, path: &str, request: &Request) -> Reply {
    let parts: Vec<&str> = path.split('/').collect();
    let (id, what) = match parts.as_slice() {
        ["", "applications", id, what @ ("grant" | "token")] => (*id, *what),
        _ => return message(404, "Not Found"),
    };
    let proven = request
        .basic()
        .is_some_and(|(user, secret)| user == id && oauth.clients.check(&user, &secret).is_ok());
    if !proven {
        return message(401, "Bad credentials");
    }
    if oauth.faults.revocation_fails() {
        return message(500, "Server Error");
    }
    let body = request.json();
    let Some(value) = body.get("access_token").and_then(Value::as_str) else {
        return message(422, "Validation Failed");
    };
    let Some(token) = oauth.tokens.live(value, Use::Access, oauth.now()) else {
        return message(404, "Not Found");
    };
    let issue = token.issue.clone();
    if !oauth.grants.is_of(issue.grant, id) {
        return message(404, "Not Found");
    }
    match what {
        "grant" => oauth.end_grant(issue.grant),
        _ => oauth.tokens.revoke(value),
    }
    oauth.count_revocation(issue.grant);
    Reply { status: 204, headers: Vec::new(), body: String::new() }
}

fn message(status: u16, text: &str) -> Reply {
    Reply::json(
        status,
        &json!({
            "message": text, "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        }),
    )
}
