//! The authorization request: RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 9207 section 2.

use super::Server;
use crate::oauth::{Account, Ask, OAuth, Params, error_page, redirect};
use crate::wire::Reply;

/// Checks an authorization request.
///
/// A wrong client or redirect URI is an error page for the person. Every other error goes to the client (RFC
/// 6749 section 4.1.2.1).
pub(crate) fn ask(server: &Server, oauth: &OAuth, params: Params) -> Result<Ask, Reply> {
    let (client, redirect_uri) = addressee(server, oauth, &params)?;
    let refuse = |code: &str, description: String| {
        let pairs = [
            ("error", code.to_owned()),
            ("error_description", description),
            ("iss", oauth.origin.clone()),
        ];
        Err(redirect(302, &redirect_uri, &pairs, params.get("state")))
    };
    if let Some(name) = params.repeated() {
        return refuse("invalid_request", format!("{name} is there twice"));
    }
    match params.get("response_type") {
        Some("code") => {}
        None => return refuse("invalid_request", "response_type is missing".to_owned()),
        Some(other) => {
            return refuse(
                "unsupported_response_type",
                format!("response_type {other} is unknown"),
            );
        }
    }
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, _) => return refuse("invalid_request", "code challenge required".to_owned()),
        (Some(challenge), Some("S256")) => {
            if !is_challenge(challenge) {
                return refuse(
                    "invalid_request",
                    "code_challenge is not the base64url of a SHA-256".to_owned(),
                );
            }
        }
        (Some(_), _) => {
            return refuse("invalid_request", "transform algorithm not supported".to_owned());
        }
    }
    let scopes = match scopes(server, &params) {
        Ok(scopes) => scopes,
        Err(description) => return refuse("invalid_scope", description),
    };
    let redirect_sent = params.get("redirect_uri").is_some();
    Ok(Ask { client, redirect_uri, redirect_sent, scopes, params })
}

/// The client and the redirect URI. Both must be registered. URIs are compared as strings (RFC 9700 section
/// 4.1.3). The redirect URI may be omitted if exactly one is registered (RFC 6749 section 3.1.2.3).
fn addressee(server: &Server, oauth: &OAuth, params: &Params) -> Result<(String, String), Reply> {
    let refuse = |title: &str, detail: &str| Err(error_page(400, server.name, title, detail));
    if params.is_repeated("client_id") || params.is_repeated("redirect_uri") {
        return refuse("Invalid request", "client_id or redirect_uri is there twice.");
    }
    let Some(id) = params.get("client_id") else {
        return refuse("Invalid request", "client_id is missing.");
    };
    let Some(client) = oauth.clients.get(id) else {
        return refuse("Unknown client", "No client is registered under this client_id.");
    };
    let registered = client.redirect_uris();
    let uri = match (params.get("redirect_uri"), registered) {
        (Some(uri), _) if registered.iter().any(|known| known == uri) => uri.to_owned(),
        (Some(_), _) => {
            return refuse("Wrong redirect URI", "This client has not registered it.");
        }
        (None, [only]) => only.clone(),
        (None, _) => return refuse("Invalid request", "redirect_uri is missing."),
    };
    Ok((id.to_owned(), uri))
}

/// 43 characters of the base64url alphabet (RFC 7636 section 4.2).
fn is_challenge(challenge: &str) -> bool {
    challenge.len() == 43
        && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The scopes of a request, or why they are invalid (RFC 6749 section 3.3).
pub(super) fn scopes(server: &Server, params: &Params) -> Result<Vec<String>, String> {
    let words = params.words("scope", &[' ']);
    if words.is_empty() {
        return Ok(server.default_scopes.iter().map(|scope| (*scope).to_owned()).collect());
    }
    for word in &words {
        let token = word.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        let known = server.scopes.is_empty() || server.scopes.iter().any(|scope| scope == word);
        if !token || !known {
            return Err(format!("the scope {word} is unknown"));
        }
    }
    Ok(words)
}

/// The callback after consent: a code and the issuer.
pub(crate) fn allow(
    server: &Server,
    oauth: &mut OAuth,
    asked: &Ask,
    account: &Account,
) -> Vec<(&'static str, String)> {
    let code = oauth.issue_code(&format!("{}code-", server.prefix), asked, account);
    vec![("code", code), ("iss", oauth.origin.clone())]
}

/// The callback after a denial.
pub(crate) fn deny(oauth: &OAuth) -> Vec<(&'static str, String)> {
    vec![
        ("error", "access_denied".to_owned()),
        ("error_description", "the resource owner denied the request".to_owned()),
        ("iss", oauth.origin.clone()),
    ]
}
