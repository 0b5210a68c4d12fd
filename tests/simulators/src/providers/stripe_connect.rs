//! Stripe Connect with OAuth: an account is connected to a platform.
//!
//! - `GET /oauth/authorize` with `client_id`, `response_type=code`, `scope` (`read_only`, the
//!   default, or `read_write`), `state`, `redirect_uri` (exactly a registered one; without it the
//!   first of them); comes back with `code` and `scope`, or with `error` and `error_description`:
//!   `access_denied`, `invalid_scope`, `invalid_redirect_uri`, `invalid_request`,
//!   `unsupported_response_type`: <https://docs.stripe.com/connect/oauth-reference#get-authorize>
//! - `POST /oauth/token` with the platform's secret key, as `client_secret` or as the API takes it:
//!   `access_token`, `scope`, `livemode`, `token_type`, `refresh_token`, `stripe_user_id`,
//!   `stripe_publishable_key`; neither token expires:
//!   <https://docs.stripe.com/connect/oauth-reference#post-token>; 400 "Authorization code does not
//!   exist" (<https://github.com/stripe/stripe-java/issues/251>); a code that comes twice ends what
//!   was issued for it (<https://github.com/isaacsanders/omniauth-stripe-connect/issues/23>)
//! - `POST /oauth/deauthorize` with `client_id` and `stripe_user_id`, under the platform's secret
//!   key: `{"stripe_user_id"}`, and the connection is over with all its tokens; an account that is
//!   not connected, or a client that is not the key's, is `invalid_client`, a missing key 401:
//!   <https://docs.stripe.com/connect/oauth-reference#post-deauthorize>,
//!   <https://github.com/beam-community/stripity-stripe/issues/462>
//! - Afterwards calls use the access token, or the platform's key and `Stripe-Account`:
//!   <https://docs.stripe.com/connect/authentication>; here `GET /v1/account`
//!
//! Not documented, and how it is here: the status of an `invalid_client` for an account that is not
//! connected is 401, as for other `invalid_client`s.

use serde_json::json;

use crate::oauth::{
    Account, Ask, Authorizer, BadCode, Check, GrantId, Issue, OAuth, Options, Params, Redirect,
    Use, authorize, error_page, redirect,
};
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

const AUTHORIZER: Authorizer = Authorizer {
    name: "Stripe Connect",
    ask,
    allow: |oauth, asked, account| {
        let scope = asked.scopes.join(" ");
        vec![("scope", scope), ("code", oauth.issue_code("ac_", asked, account))]
    },
    deny: |_| {
        vec![
            ("error", "access_denied".to_owned()),
            ("error_description", "The user denied your request".to_owned()),
        ]
    },
};

pub(crate) const CLIENT: (&str, &str) =
    ("ca_simulated00000000000000000000", "sk_test_simulatedplatform00000000");

pub(crate) fn options() -> Options {
    Options { access_lifetime: None, code_lifetime: 300, ..Options::default() }
}

pub(crate) fn account() -> Account {
    Account { id: "acct_1SimulatedConnected".to_owned(), label: "Connected Shop".to_owned() }
}

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let oauth = &mut state.oauth;
    match (request.method.as_str(), request.path.as_str()) {
        (_, "/oauth/authorize") => authorize(oauth, request, &AUTHORIZER),
        ("POST", "/oauth/token") => {
            let answer = token(oauth, request);
            let refused = answer.is_err();
            oauth.token_answer(answer.unwrap_or_else(|refusal| refusal), refused)
        }
        ("POST", "/oauth/deauthorize") => deauthorize(oauth, request).unwrap_or_else(|error| error),
        ("GET", "/v1/account") => api_account(oauth, request),
        (method, path) => api_error(404, &format!("Unrecognized request URL ({method}: {path}).")),
    }
}

fn ask(oauth: &OAuth, params: Params) -> Result<Ask, Reply> {
    let page = |detail: &str| error_page(400, "Stripe Connect", "Invalid request", detail);
    let id = params.get("client_id").ok_or_else(|| page("No client_id was provided."))?;
    let client = oauth.clients.get(id).ok_or_else(|| page("No such application."))?;
    let given = params.get("redirect_uri");
    let registered = client.redirect_uris();
    let redirect_uri = match given {
        None => registered.first(),
        Some(uri) => registered.iter().find(|known| *known == uri),
    };
    let redirect_uri = redirect_uri
        .cloned()
        .ok_or_else(|| page("Invalid redirect URI: it is none of this application's."))?;
    let refuse = |code: &str, description: &str| {
        let pairs = [("error", code.to_owned()), ("error_description", description.to_owned())];
        Err(redirect(302, &redirect_uri, &pairs, params.get("state")))
    };
    match params.get("response_type") {
        Some("code") => {}
        None => return refuse("invalid_request", "No response_type was provided"),
        Some(_) => {
            return refuse("unsupported_response_type", "The only response_type is code");
        }
    }
    let scope = params.get("scope").unwrap_or("read_only");
    if !matches!(scope, "read_only" | "read_write") {
        return refuse("invalid_scope", "Invalid scope parameter provided");
    }
    let scopes = vec![scope.to_owned()];
    let (client, redirect_sent) = (id.to_owned(), given.is_some());
    Ok(Ask { client, redirect_uri, redirect_sent, scopes, params })
}

/// The platform, identified by its secret key.
fn platform(oauth: &OAuth, request: &Request, params: &Params) -> Result<String, Reply> {
    let basic = request.basic().map(|(user, _)| user);
    let key = params.get("client_secret").or(request.bearer()).or(basic.as_deref());
    let Some(key) = key else {
        return Err(error(401, "invalid_client", "No API key provided."));
    };
    oauth
        .clients
        .by_secret(key)
        .map(str::to_owned)
        .ok_or_else(|| error(401, "invalid_client", "No such API key."))
}

fn token(oauth: &mut OAuth, request: &Request) -> Result<Reply, Reply> {
    let params = Params::body(request);
    let client = platform(oauth, request, &params)?;
    match params.get("grant_type") {
        Some("authorization_code") => exchange(oauth, &client, &params),
        Some("refresh_token") => refresh(oauth, &client, &params),
        None => Err(error(400, "invalid_request", "No grant type specified")),
        Some(other) => {
            Err(error(400, "unsupported_grant_type", &format!("Unsupported grant type: {other}")))
        }
    }
}

fn exchange(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Reply, Reply> {
    let Some(value) = params.get("code") else {
        return Err(error(400, "invalid_request", "No authorization code was provided"));
    };
    let check = Check { client, redirect_uri: None, verifier: None, now: oauth.now() };
    let code = oauth.codes.check(value, check, Redirect::Optional).map_err(|bad| {
        if let BadCode::Used(line) = bad {
            oauth.end_line(line);
        }
        let description = match bad {
            BadCode::OtherClient => "Authorization code provided does not belong to you".to_owned(),
            BadCode::Used(_) => "This authorization code has already been used. All tokens issued \
                                 with this code have been revoked."
                .to_owned(),
            BadCode::Expired => "Authorization code expired".to_owned(),
            _ => format!("Authorization code does not exist: {value}"),
        };
        error(400, "invalid_grant", &description)
    })?;
    let grant = oauth.grants.extend(client, &code.account, &code.scopes);
    let line = oauth.tokens.line();
    oauth.codes.mark_used(value, line);
    oauth.count_exchange(grant);
    let issue = Issue { purpose: Use::Refresh, grant, line, scopes: code.scopes, expires_at: None };
    let refresh = oauth.issue("rt_", issue.clone());
    Ok(tokens(oauth, issue, &refresh))
}

fn refresh(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Reply, Reply> {
    let Some(value) = params.get("refresh_token") else {
        return Err(error(400, "invalid_request", "No refresh token was provided"));
    };
    let Some(token) = oauth.tokens.live(value, Use::Refresh, oauth.now()) else {
        let text = format!("Refresh token does not exist: {value}");
        return Err(error(400, "invalid_grant", &text));
    };
    let mut issue = token.issue.clone();
    if !oauth.grants.is_of(issue.grant, client) {
        return Err(error(400, "invalid_grant", "Refresh token does not belong to you"));
    }
    match params.get("scope") {
        None => {}
        Some("read_only") => issue.scopes = vec!["read_only".to_owned()],
        Some(scope) if issue.scopes.iter().any(|own| own == scope) => {}
        Some(_) => {
            return Err(error(400, "invalid_scope", "Requested scope exceeds the granted one"));
        }
    }
    oauth.count_refresh(issue.grant);
    Ok(tokens(oauth, issue, value))
}

fn tokens(oauth: &mut OAuth, like: Issue, refresh: &str) -> Reply {
    let scope = like.scopes.join(" ");
    let account = oauth.grants.account(like.grant).id;
    let expires_at = oauth.access_expiry();
    let access = Issue { purpose: Use::Access, expires_at, ..like };
    let access = oauth.issue("sk_test_", access);
    Reply::json(
        200,
        &json!({
            "access_token": access, "livemode": false, "refresh_token": refresh,
            "token_type": "bearer", "stripe_publishable_key": oauth.secret("pk_test_"),
            "stripe_user_id": account, "scope": scope,
        }),
    )
}

fn deauthorize(oauth: &mut OAuth, request: &Request) -> Result<Reply, Reply> {
    let params = Params::body(request);
    let client = platform(oauth, request, &params)?;
    let Some(id) = params.get("client_id") else {
        return Err(error(400, "invalid_request", "No client_id was provided"));
    };
    let Some(account) = params.get("stripe_user_id") else {
        return Err(error(400, "invalid_request", "No stripe_user_id was provided"));
    };
    if id != client {
        return Err(error(401, "invalid_client", "The client_id does not belong to you"));
    }
    if oauth.faults.revocation_fails() {
        return Err(api_error(500, "An unknown error occurred"));
    }
    let Some(grant) = oauth.grants.live(&client, account) else {
        let text = format!(
            "This application is not connected to stripe account {account}, or that account does \
             not exist."
        );
        return Err(error(401, "invalid_client", &text));
    };
    oauth.end_grant(grant);
    oauth.count_revocation(grant);
    Ok(Reply::json(200, &json!({"stripe_user_id": account})))
}

/// The account of the access token, or the account that the platform names in `Stripe-Account`.
fn api_account(oauth: &OAuth, request: &Request) -> Reply {
    let basic = request.basic().map(|(user, _)| user);
    let key = request.bearer().or(basic.as_deref()).unwrap_or_default();
    let named = request.header("stripe-account");
    let grant: Option<GrantId> = match (oauth.clients.by_secret(key), named) {
        (Some(client), Some(account)) => oauth.grants.live(client, account),
        (Some(_), None) => return api_error(404, "The platform's own account is not played here."),
        (None, _) => {
            oauth.tokens.live(key, Use::Access, oauth.now()).map(|token| token.issue.grant)
        }
    };
    let Some(grant) = grant else {
        return match named {
            Some(account) => api_error(
                403,
                &format!(
                    "The provided key does not have access to account '{account}' (or that account \
                     does not exist). Application access may have been revoked."
                ),
            ),
            None => api_error(401, "Invalid API Key provided"),
        };
    };
    let Account { id, label } = oauth.grants.account(grant);
    Reply::json(200, &json!({"id": id, "object": "account", "business_profile": {"name": label}}))
}

fn error(status: u16, code: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": code, "error_description": description}))
}

fn api_error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"error": {"message": message, "type": "invalid_request_error"}}))
}
