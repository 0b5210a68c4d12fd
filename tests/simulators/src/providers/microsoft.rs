//! The Microsoft identity platform (v2.0 endpoints), and `GET /v1.0/me` of Microsoft Graph.
//!
//! - `GET /{tenant}/oauth2/v2.0/authorize`, `POST /{tenant}/oauth2/v2.0/token`; the tenant is
//!   `common`, `organizations`, `consumers` or a tenant's own id; the redirect URI exactly one that
//!   is registered; PKCE by S256 or plain, plain where the method is left out; `response_mode=query`;
//!   a refresh token only with `offline_access`; errors with `error_codes`, `timestamp`, `trace_id`,
//!   `correlation_id`: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>
//! - A refresh gives a new refresh token and leaves the old one alive, for 90 days; there is no
//!   endpoint to revoke them: <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>
//! - Codes: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>; AADSTS50011
//!   at the token endpoint is `invalid_client`, with `error_uri`
//!   (<https://github.com/MicrosoftDocs/azure-docs/issues/86043>); AADSTS54005 is `invalid_grant`
//!   (<https://github.com/AngellusMortis/django_microsoft_auth/issues/511>); AADSTS7000215 is a wrong
//!   secret (<https://github.com/MicrosoftDocs/azure-docs/issues/33356>)
//! - `GET /v1.0/me`: <https://learn.microsoft.com/graph/api/user-get>; 401
//!   `InvalidAuthenticationToken`: <https://github.com/microsofthackathons/tdi/issues/24>
//!
//! Not played: `id_token`, the other response modes, several resources, client credentials.

use serde_json::{Value, json};

use crate::oauth::{
    Account, Ask, Authorizer, BadClient, BadCode, Check, Issue, OAuth, Options, Params, Presented,
    Redirect, TokenState, Use, authorize, error_page, redirect, utc,
};
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

const AUTHORIZER: Authorizer = Authorizer {
    name: "Microsoft",
    ask,
    allow: |oauth, asked, account| vec![("code", oauth.issue_code("0.AXsim", asked, account))],
    deny: |_| {
        vec![
            ("error", "access_denied".to_owned()),
            ("error_description", "the user canceled the authentication".to_owned()),
        ]
    },
};

pub(crate) const CLIENT: (&str, &str) =
    ("00001111-aaaa-2222-bbbb-3333cccc4444", "sim8Q~simulated.client.secret.0000000000");

/// The tenant of the simulated account.
const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const TENANT_DOMAIN: &str = "simulated.onmicrosoft.com";

/// Scopes that do not belong to the resource.
const OIDC: [&str; 4] = ["openid", "profile", "email", "offline_access"];

pub(crate) fn options() -> Options {
    Options {
        access_lifetime: Some(3_599),
        refresh_lifetime: Some(90 * 86_400),
        ..Options::default()
    }
}

pub(crate) fn account() -> Account {
    let id = "87654321-aaaa-bbbb-cccc-000000000001".to_owned();
    Account { id, label: "ada@simulated.onmicrosoft.com".to_owned() }
}

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let oauth = &mut state.oauth;
    if request.path == "/v1.0/me" {
        return me(oauth, request);
    }
    let mut parts = request.path.trim_start_matches('/').splitn(2, '/');
    let (tenant, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match rest {
        "oauth2/v2.0/authorize" if !is_tenant(tenant) => {
            let detail = format!("AADSTS90002: Tenant '{tenant}' not found.");
            error_page(400, "Microsoft", "Sorry, but we're having trouble signing you in.", &detail)
        }
        "oauth2/v2.0/authorize" => authorize(oauth, request, &AUTHORIZER),
        "oauth2/v2.0/token" => {
            let answer = token(oauth, tenant, request);
            let refused = answer.is_err();
            let reply = answer.unwrap_or_else(|refusal| refusal.reply(oauth));
            oauth.token_answer(reply, refused)
        }
        _ => Reply { status: 404, headers: Vec::new(), body: String::new() },
    }
}

fn is_tenant(name: &str) -> bool {
    ["common", "organizations", "consumers", TENANT, TENANT_DOMAIN].contains(&name)
}

fn ask(oauth: &OAuth, params: Params) -> Result<Ask, Reply> {
    let page = |detail: String| {
        error_page(400, "Microsoft", "Sorry, but we're having trouble signing you in.", &detail)
    };
    let missing = |name: &str| {
        format!("AADSTS900144: The request body must contain the following parameter: '{name}'.")
    };
    let id = params.get("client_id").ok_or_else(|| page(missing("client_id")))?;
    let client = oauth.clients.get(id).ok_or_else(|| page(no_application(id)))?;
    let uri = params.get("redirect_uri").unwrap_or_default();
    if !client.redirect_uris().iter().any(|known| known == uri) {
        return Err(page(reply_address(uri, id)));
    }
    let refuse = |code: &str, description: String| {
        let pairs = [("error", code.to_owned()), ("error_description", description)];
        Err(redirect(302, uri, &pairs, params.get("state")))
    };
    match params.get("response_type") {
        Some("code") => {}
        None => return refuse("invalid_request", missing("response_type")),
        Some(other) => {
            let text = format!("AADSTS70005: response_type '{other}' isn't supported here.");
            return refuse("unsupported_response_type", text);
        }
    }
    if !matches!(params.get("response_mode"), None | Some("query")) {
        return Err(page("This response_mode is not simulated.".to_owned()));
    }
    if !matches!(params.get("code_challenge_method"), None | Some("plain" | "S256")) {
        let text = "AADSTS501491: Invalid size or method of Code_Challenge parameter.".to_owned();
        return refuse("invalid_request", text);
    }
    let scopes = params.words("scope", &[' ']);
    if scopes.is_empty() {
        return refuse("invalid_request", missing("scope"));
    }
    let (client, redirect_uri) = (id.to_owned(), uri.to_owned());
    Ok(Ask { client, redirect_uri, redirect_sent: true, scopes, params })
}

fn no_application(id: &str) -> String {
    format!(
        "AADSTS700016: Application with identifier '{id}' was not found in the directory \
         'Simulated'. This can happen if the application has not been installed by the \
         administrator of the tenant or consented to by any user in the tenant."
    )
}

fn reply_address(uri: &str, client: &str) -> String {
    format!(
        "AADSTS50011: The redirect URI '{uri}' specified in the request does not match the redirect \
         URIs configured for the application '{client}'."
    )
}

/// An error of the token endpoint.
struct Refusal {
    status: u16,
    error: &'static str,
    code: u32,
    /// The text after `AADSTS…: `.
    text: String,
}

impl Refusal {
    fn new(status: u16, error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self { status, error, code, text: text.into() }
    }

    fn reply(self, oauth: &mut OAuth) -> Reply {
        let Self { status, error, code, text } = self;
        let trace: String = oauth.secret("").chars().take(32).collect();
        let timestamp = utc(oauth.now());
        let text = text.trim_start_matches(&format!("AADSTS{code}: ")).to_owned();
        Reply::json(
            status,
            &json!({
                "error": error,
                "error_description": format!(
                    "AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {trace} Timestamp: \
                     {timestamp}"
                ),
                "error_codes": [code], "timestamp": timestamp, "trace_id": trace,
                "correlation_id": trace,
                "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
            }),
        )
    }
}

fn token(oauth: &mut OAuth, tenant: &str, request: &Request) -> Result<Reply, Refusal> {
    if !is_tenant(tenant) {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
        );
        return Err(Refusal::new(400, "invalid_request", 90_002, text));
    }
    if request.method != "POST" {
        let text = "The endpoint only accepts POST requests.";
        return Err(Refusal::new(400, "invalid_request", 900_561, text));
    }
    let params = Params::body(request);
    let need = |name: &str| {
        params.get(name).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            Refusal::new(400, "invalid_request", 900_144, text)
        })
    };
    let presented = Presented::new(request, &params);
    let (client, secret) = presented.either();
    if presented.basic.is_none() {
        need("client_id")?;
        if presented.secret.is_none() && oauth.clients.get(client).is_some() {
            let text = "The request body must contain the following parameter: 'client_assertion' \
                        or 'client_secret'.";
            return Err(Refusal::new(401, "invalid_client", 7_000_218, text));
        }
    }
    oauth.clients.check(client, secret).map_err(|bad| match bad {
        BadClient::Unknown => {
            Refusal::new(400, "unauthorized_client", 700_016, no_application(client))
        }
        BadClient::Secret => Refusal::new(
            401,
            "invalid_client",
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                     the client secret value, not the client secret ID, for a secret added to app \
                     '{client}'."
            ),
        ),
    })?;
    match need("grant_type")? {
        "authorization_code" => {
            let (code, uri) = (need("code")?, need("redirect_uri")?);
            exchange(oauth, client, code, uri, &params)
        }
        "refresh_token" => refresh(oauth, client, need("refresh_token")?, &params),
        other => Err(Refusal::new(
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

fn exchange(
    oauth: &mut OAuth,
    client: &str,
    value: &str,
    uri: &str,
    params: &Params,
) -> Result<Reply, Refusal> {
    let verifier = params.get("code_verifier");
    let check = Check { client, redirect_uri: Some(uri), verifier, now: oauth.now() };
    let code = oauth.codes.check(value, check, Redirect::IfAsked).map_err(|bad| {
        let grant = |code, text: &str| Refusal::new(400, "invalid_grant", code, text);
        match bad {
            BadCode::Unknown => grant(9_002_313, "Invalid request. Request is malformed or invalid."),
            BadCode::OtherClient => grant(
                70_000,
                "The provided authorization code was issued to another application.",
            ),
            BadCode::Used(_) => grant(
                54_005,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code \
                 or use an existing refresh token.",
            ),
            BadCode::Expired => grant(
                70_008,
                "The provided authorization code or refresh token has expired due to inactivity. \
                 Send a new interactive authorization request for this user and resource.",
            ),
            BadCode::Verifier => grant(
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization \
                 request.",
            ),
            BadCode::RedirectUri => {
                Refusal::new(400, "invalid_client", 50_011, reply_address(uri, client))
            }
        }
    })?;
    let narrowed = narrowed(&code.scopes, params)?;
    let grant = oauth.grants.open(client, &code.account, &code.scopes);
    let line = oauth.tokens.line();
    oauth.codes.mark_used(value, line);
    oauth.count_exchange(grant);
    let scopes = code.scopes;
    let issue = Issue { purpose: Use::Refresh, grant, line, scopes, expires_at: None };
    Ok(tokens(oauth, issue, narrowed))
}

fn refresh(
    oauth: &mut OAuth,
    client: &str,
    value: &str,
    params: &Params,
) -> Result<Reply, Refusal> {
    let grant = |code, text: &str| Refusal::new(400, "invalid_grant", code, text);
    let Some(issue) = oauth.tokens.get(value).map(|token| token.issue.clone()) else {
        return Err(grant(9_002_313, "Invalid request. Request is malformed or invalid."));
    };
    if !oauth.grants.is_of(issue.grant, client) || issue.purpose != Use::Refresh {
        return Err(grant(70_000, "The provided grant was issued to another application."));
    }
    match oauth.tokens.state(value, oauth.now()) {
        TokenState::Live => {}
        TokenState::Expired => {
            return Err(grant(
                700_082,
                "The refresh token has expired due to inactivity. The token was inactive for \
                 90.00:00:00.",
            ));
        }
        _ => {
            return Err(grant(
                50_173,
                "The provided grant has expired due to it being revoked, a fresh auth token is \
                 needed.",
            ));
        }
    }
    let narrowed = narrowed(&issue.scopes, params)?;
    oauth.count_refresh(issue.grant);
    Ok(tokens(oauth, issue, narrowed))
}

/// The scopes of the access token. `scope` may request fewer than the user consented to.
fn narrowed(consented: &[String], params: &Params) -> Result<Vec<String>, Refusal> {
    let asked = params.words("scope", &[' ']);
    if let Some(more) = asked.iter().find(|scope| !consented.contains(scope)) {
        let text = format!(
            "The user or administrator has not consented to use the application with the scope \
             '{more}'. Send an interactive authorization request for this user and resource."
        );
        return Err(Refusal::new(400, "invalid_grant", 65_001, text));
    }
    Ok(if asked.is_empty() { consented.to_vec() } else { asked })
}

/// Issues new tokens. The old ones stay valid.
fn tokens(oauth: &mut OAuth, like: Issue, scopes: Vec<String>) -> Reply {
    let scope: Vec<_> = scopes.iter().filter(|scope| *scope != "offline_access").collect();
    let scope = scope.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let offline = like.scopes.iter().any(|scope| scope == "offline_access");
    let expires_at = oauth.access_expiry();
    let access = Issue { purpose: Use::Access, scopes, expires_at, ..like.clone() };
    let access = oauth.issue("eyJ0eXAiOiJKV1QiLCJzaW0.", access);
    let lifetime = oauth.options.access_lifetime;
    let mut body = json!({
        "token_type": "Bearer", "scope": scope, "expires_in": lifetime, "ext_expires_in": lifetime,
        "access_token": access,
    });
    if let (true, Some(members)) = (offline, body.as_object_mut()) {
        let expires_at = oauth.refresh_expiry();
        let refresh = Issue { purpose: Use::Refresh, expires_at, ..like };
        members.insert("refresh_token".to_owned(), oauth.issue("1.AXsim", refresh).into());
    }
    Reply::json(200, &body).header("cache-control", "no-store, no-cache")
}

fn me(oauth: &OAuth, request: &Request) -> Reply {
    let refuse = |status, code: &str, message: &str| {
        let error = json!({"code": code, "message": message, "innerError": {"request-id": "0"}});
        Reply::json(status, &json!({"error": error}))
            .header("www-authenticate", "Bearer realm=\"\"")
    };
    let unauthorized = |message| refuse(401, "InvalidAuthenticationToken", message);
    let Some(value) = request.bearer().filter(|value| !value.is_empty()) else {
        return unauthorized("Access token is empty.");
    };
    let Some(token) = oauth.tokens.live(value, Use::Access, oauth.now()) else {
        return unauthorized(match oauth.tokens.state(value, oauth.now()) {
            TokenState::Expired => "Lifetime validation failed, the token is expired.",
            _ => "Access token validation failure.",
        });
    };
    if token.issue.scopes.iter().all(|scope| OIDC.contains(&scope.as_str())) {
        let message = "Insufficient privileges to complete the operation.";
        return refuse(403, "Authorization_RequestDenied", message);
    }
    let Account { id, label } = oauth.grants.account(token.issue.grant);
    let name: Value = label.split('@').next().unwrap_or_default().into();
    Reply::json(
        200,
        &json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
            "id": id, "displayName": name, "mail": label, "userPrincipalName": label,
        }),
    )
}
