//! Token revocation: RFC 7009 section 2.

use super::{Server, error, token};
use crate::oauth::{OAuth, TokenState, Use};
use crate::request::Request;
use crate::wire::Reply;

/// The response is 200 also for a token that is unknown or already invalid (section 2.2). A wrong hint is
/// ignored (section 2.1), so hints are not read.
pub(super) fn serve(
    _server: &Server,
    oauth: &mut OAuth,
    request: &Request,
) -> Result<Reply, Reply> {
    let params = token::form(request)?;
    let client = token::client(oauth, request, &params)?;
    let Some(value) = params.get("token") else {
        return Err(error(400, "invalid_request", "token is missing"));
    };
    if oauth.faults.revocation_fails() {
        return Err(error(500, "server_error", "something went wrong here"));
    }
    let done = Reply { status: 200, headers: Vec::new(), body: String::new() };
    let Some(token) = oauth.tokens.get(value) else { return Ok(done) };
    let issue = token.issue.clone();
    if !oauth.grants.is_of(issue.grant, &client) {
        // Section 2.1: the request is rejected, and the client is told.
        return Err(error(400, "invalid_grant", "the token was issued to another client"));
    }
    let ended = oauth.grants.stats(issue.grant).is_none_or(|stats| stats.ended);
    let live = oauth.tokens.state(value, oauth.now()) == TokenState::Live;
    match issue.purpose {
        // A refresh token that has expired or was replaced still stands for its family.
        Use::Refresh if !ended => oauth.end_grant(issue.grant),
        Use::Access if live => oauth.tokens.revoke(value),
        _ => return Ok(done),
    }
    oauth.count_revocation(issue.grant);
    Ok(done)
}
