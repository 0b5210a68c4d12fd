//! The token request: RFC 6749 sections 3.2, 4.1.3, 4.4 and 6, RFC 7636 section 4.5.

use serde_json::json;
use url::form_urlencoded;

use super::{Server, authorize, error};
use crate::oauth::{
    Account, BadCode, Check, ClientAuth, GrantId, Issue, OAuth, Params, Presented, Redirect, Reuse,
    Use,
};
use crate::request::Request;
use crate::wire::Reply;

type Answer = Result<Reply, Reply>;

pub(super) fn serve(server: &Server, oauth: &mut OAuth, request: &Request) -> Answer {
    let params = form(request)?;
    let client = client(oauth, request, &params)?;
    match params.get("grant_type") {
        Some("authorization_code") => exchange(server, oauth, &client, &params),
        Some("refresh_token") => refresh(server, oauth, &client, &params),
        Some("client_credentials") => client_credentials(server, oauth, &client, &params),
        None => Err(error(400, "invalid_request", "grant_type is missing")),
        Some(_) => Err(error(400, "unsupported_grant_type", "this grant_type is unknown")),
    }
}

/// The parameters of the posted form. The URI must have none, and none may be duplicate (sections 2.3.1,
/// 3.2).
pub(super) fn form(request: &Request) -> Result<Params, Reply> {
    if request.method != "POST" {
        return Err(
            error(405, "invalid_request", "only POST is allowed here").header("allow", "POST")
        );
    }
    if !request.query.is_empty() {
        return Err(error(400, "invalid_request", "parameters must not be in the request URI"));
    }
    if !request.is_form() {
        return Err(error(
            400,
            "invalid_request",
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    let params = Params::body(request);
    match params.repeated() {
        Some(name) => Err(error(400, "invalid_request", &format!("{name} is there twice"))),
        None => Ok(params),
    }
}

/// The client that sends the request, authenticated in one of the allowed ways (section 2.3.1). In the
/// header, id and secret are form-encoded.
pub(super) fn client(oauth: &OAuth, request: &Request, params: &Params) -> Result<String, Reply> {
    let presented = Presented::new(request, params);
    let basic = presented.basic.map(|(id, secret)| (decoded(&id), decoded(&secret)));
    let refuse = |description: &str| {
        Err(error(401, "invalid_client", description)
            .header("www-authenticate", "Basic realm=\"oauth\""))
    };
    let (id, secret) = match (basic, presented.secret, oauth.options.client_auth) {
        (Some(_), Some(_), _) => {
            return Err(error(400, "invalid_request", "the client proves itself in two ways"));
        }
        (Some(_), None, ClientAuth::Post) => return refuse("the client must use the body"),
        (None, _, ClientAuth::Basic) => return refuse("the client must use Authorization: Basic"),
        (Some((id, secret)), None, _) => {
            if presented.id.is_some_and(|other| other != id) {
                return Err(error(400, "invalid_request", "two different client_ids"));
            }
            (id, secret)
        }
        (None, Some(secret), _) => (presented.id.unwrap_or_default(), secret),
        (None, None, _) => return refuse("the client does not prove itself"),
    };
    match oauth.clients.check(&id, &secret) {
        Ok(()) => Ok(id),
        Err(_) => refuse("the client is unknown or its secret is wrong"),
    }
}

fn decoded(text: &str) -> String {
    // An encoded text has no `=`, so it parses as one name without a value.
    form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn exchange(server: &Server, oauth: &mut OAuth, client: &str, params: &Params) -> Answer {
    let Some(value) = params.get("code") else {
        return Err(error(400, "invalid_request", "code is missing"));
    };
    let verifier = params.get("code_verifier");
    if verifier.is_some_and(|verifier| !is_verifier(verifier)) {
        return Err(error(400, "invalid_request", "code_verifier has not the form of one"));
    }
    let redirect_uri = params.get("redirect_uri");
    let check = Check { client, redirect_uri, verifier, now: oauth.now() };
    let code = oauth.codes.check(value, check, Redirect::IfAsked).map_err(|bad| {
        if let BadCode::Used(line) = bad {
            // RFC 6749 section 4.1.2: the tokens that were issued for the code are revoked.
            oauth.end_line(line);
        }
        error(
            400,
            "invalid_grant",
            match bad {
                BadCode::Unknown | BadCode::OtherClient => "the code is none of this client's",
                BadCode::Used(_) => "the code was used before; its tokens are revoked",
                BadCode::Expired => "the code has expired",
                BadCode::RedirectUri => "redirect_uri is not that of the authorization request",
                BadCode::Verifier => "code_verifier does not fit the code_challenge",
            },
        )
    })?;
    let grant = oauth.grants.open(client, &code.account, &code.scopes);
    let line = oauth.tokens.line();
    oauth.codes.mark_used(value, line);
    oauth.count_exchange(grant);
    let refresh = oauth.options.refresh_tokens;
    Ok(tokens(server, oauth, &Descent { grant, line, scopes: code.scopes }, refresh))
}

/// 43 to 128 unreserved characters (RFC 7636 section 4.1).
fn is_verifier(verifier: &str) -> bool {
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

fn refresh(server: &Server, oauth: &mut OAuth, client: &str, params: &Params) -> Answer {
    let Some(value) = params.get("refresh_token") else {
        return Err(error(400, "invalid_request", "refresh_token is missing"));
    };
    let invalid = |description: &str| Err(error(400, "invalid_grant", description));
    let Some(token) = oauth.tokens.get(value).cloned() else {
        return invalid("the refresh token is unknown");
    };
    let issue = token.issue.clone();
    if issue.purpose != Use::Refresh || !oauth.grants.is_of(issue.grant, client) {
        return invalid("the refresh token is none of this client's");
    }
    if token.is_spent() {
        if oauth.options.on_reuse == Reuse::RevokeFamily {
            oauth.end_grant(issue.grant);
            return invalid("the refresh token was used before; its family is revoked");
        }
        return invalid("the refresh token was used before");
    }
    if oauth.tokens.live(value, Use::Refresh, oauth.now()).is_none() {
        return invalid("the refresh token is expired or revoked");
    }
    let mut scopes = params.words("scope", &[' ']);
    if scopes.iter().any(|scope| !issue.scopes.contains(scope)) {
        return Err(error(400, "invalid_scope", "the scope goes beyond what was granted"));
    }
    if scopes.is_empty() {
        scopes.clone_from(&issue.scopes);
    }
    let rotate = oauth.options.rotation;
    if rotate {
        oauth.tokens.spend(value);
    }
    oauth.count_refresh(issue.grant);
    Ok(tokens(server, oauth, &Descent { grant: issue.grant, line: issue.line, scopes }, rotate))
}

fn client_credentials(server: &Server, oauth: &mut OAuth, client: &str, params: &Params) -> Answer {
    let scopes = authorize::scopes(server, params)
        .map_err(|description| error(400, "invalid_scope", &description))?;
    let grant = oauth.grants.open(client, &Account::default(), &scopes);
    let line = oauth.tokens.line();
    oauth.count_exchange(grant);
    // RFC 6749 section 4.4.3: a refresh token should not be included.
    Ok(tokens(server, oauth, &Descent { grant, line, scopes }, false))
}

/// The origin of new tokens.
struct Descent {
    grant: GrantId,
    line: u64,
    scopes: Vec<String>,
}

/// Issues tokens: the response of RFC 6749 section 5.1. A refresh token always has the whole scope of its
/// grant, even if the access token has less.
fn tokens(server: &Server, oauth: &mut OAuth, descent: &Descent, refresh: bool) -> Reply {
    let Descent { grant, line, scopes } = descent;
    let issue = |purpose, scopes: &[String], expires_at| Issue {
        purpose,
        grant: *grant,
        line: *line,
        scopes: scopes.to_vec(),
        expires_at,
    };
    let access = issue(Use::Access, scopes, oauth.access_expiry());
    let access = oauth.issue(&format!("{}access-", server.prefix), access);
    let mut body = json!({
        "access_token": access, "token_type": "Bearer", "scope": scopes.join(" "),
    });
    let Some(members) = body.as_object_mut() else { return Reply::json(200, &body) };
    if let Some(lifetime) = oauth.options.access_lifetime {
        members.insert("expires_in".to_owned(), lifetime.into());
    }
    if refresh {
        let whole = oauth.grants.stats(*grant).map(|stats| stats.scopes.clone());
        let token = issue(Use::Refresh, &whole.unwrap_or_default(), oauth.refresh_expiry());
        let token = oauth.issue(&format!("{}refresh-", server.prefix), token);
        members.insert("refresh_token".to_owned(), token.into());
    }
    Reply::json(200, &body).header("cache-control", "no-store").header("pragma", "no-cache")
}
