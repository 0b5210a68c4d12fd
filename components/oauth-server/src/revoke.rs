//! `POST /oauth/revoke`: a program revokes its token (RFC 7009). Without its refresh token an app is of no more
//! use, so it ends with it.
//!
//! The answer must not say whether there was such a token.

use http::StatusCode;
use nexus_common::Result;
use nexus_common::auth::{KeyKind, parse_key, session_hash};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{AppTokenKind, Transaction};
use subtle::ConstantTimeEq;

use crate::answer::{Failure, OauthError, answered};
use crate::form::Form;
use crate::token;

/// Revokes a token. Whoever has a token may revoke it.
///
/// # Errors
/// [`nexus_common::Error::Storage`], and the errors of the body.
pub(crate) async fn revoke(inbound: Inbound) -> Result<Response> {
    answered(run(inbound).await)
}

async fn run(inbound: Inbound) -> Result<Response, Failure> {
    let request_id = inbound.request_id.clone();
    let form = Form::of_body(inbound).await?;
    let (text, client_id) = (form.require("token")?, form.get("client_id")?);
    let done = || json_response(StatusCode::OK, "{}");
    let kind = match KeyKind::of(text) {
        Some(KeyKind::AccessToken) => (KeyKind::AccessToken, AppTokenKind::Access),
        Some(KeyKind::RefreshToken) => (KeyKind::RefreshToken, AppTokenKind::Refresh),
        Some(KeyKind::Agent) => {
            let why = "the key of an agent cannot be revoked here. Ask an admin of the workspace";
            return Err(OauthError::new("unsupported_token_type", why).into());
        }
        None => return Ok(done()),
    };
    let Some(parts) = parse_key(kind.0, text) else { return Ok(done()) };
    let tx = Transaction::begin().await?;
    let Some(stored) = tx.find_app_token(kind.1, parts.id).await? else { return Ok(done()) };
    if !bool::from(session_hash(parts.secret).as_slice().ct_eq(&stored.secret_hash)) {
        return Ok(done());
    }
    if client_id.is_some_and(|id| id != stored.grant.client_id) {
        let why = "`client_id` is not that of the token";
        return Err(OauthError::new("invalid_client", why).into());
    }
    match kind.1 {
        AppTokenKind::Refresh => {
            token::end(tx, &stored.grant, "the app revoked its refresh token", &request_id).await?;
        }
        AppTokenKind::Access => {
            tx.delete_app_token(parts.id).await?;
            tx.commit().await?;
        }
    }
    Ok(done())
}
