//! `POST /oauth/revoke`: a program revokes its token (RFC 7009). Without its refresh token an app is of no more
//! use, so it ends with it.
//!
//! The answer must not say whether there was such a token.

use http::StatusCode;
use nexus_common::Result;
use nexus_common::auth::{KeyKind, KeyParts, SecretKind, count_wrong, parse_key, session_hash};
use nexus_common::http::{Inbound, client_address, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{AppTokenKind, StoredAppToken, Transaction, find_app_token};
use subtle::ConstantTimeEq;

use crate::answer::{Failure, OauthError, answered};
use crate::form::Form;
use crate::token;

/// Revokes a token. The holder of a token may revoke it.
///
/// # Errors
/// [`nexus_common::Error::Storage`], [`nexus_common::Error::RateLimited`] after too many wrong tokens, and the
/// errors of the body.
pub(crate) async fn revoke(inbound: Inbound) -> Result<Response> {
    answered(run(inbound).await)
}

async fn run(inbound: Inbound) -> Result<Response, Failure> {
    let request_id = inbound.request_id.clone();
    let address = client_address(&inbound).await?;
    let form = Form::of_body(inbound).await?;
    let (text, client_id) = (form.require("token")?, form.get("client_id")?);
    let kind = match KeyKind::of(text) {
        Some(KeyKind::AccessToken) => Some((KeyKind::AccessToken, AppTokenKind::Access)),
        Some(KeyKind::RefreshToken) => Some((KeyKind::RefreshToken, AppTokenKind::Refresh)),
        Some(KeyKind::Agent) => {
            let why = "the key of an agent cannot be revoked here. Ask an admin of the workspace";
            return Err(OauthError::new("unsupported_token_type", why).into());
        }
        None => None,
    };
    let parts = kind.and_then(|(kind, row)| Some((row, parse_key(kind, text)?)));
    let is_known = |parts: &KeyParts<'_>, stored: &StoredAppToken| {
        bool::from(session_hash(parts.secret).as_slice().ct_eq(&stored.secret_hash))
    };
    // Anyone can send a token, so the write lock is taken only for a known one.
    let known = match &parts {
        Some((kind, parts)) => find_app_token(*kind, parts.id)
            .await?
            .filter(|stored| is_known(parts, stored))
            .map(|stored| (*kind, parts.id, stored.grant)),
        None => None,
    };
    let Some((kind, id, grant)) = known else {
        count_wrong(SecretKind::AppToken, address).await?;
        return Ok(done());
    };
    if client_id.is_some_and(|id| id != grant.client_id) {
        let why = "`client_id` is not that of the token";
        return Err(OauthError::new("invalid_client", why).into());
    }
    let tx = Transaction::begin().await?;
    match kind {
        AppTokenKind::Refresh => {
            token::end(tx, &grant, "the app revoked its refresh token", &request_id).await?;
        }
        AppTokenKind::Access => {
            tx.delete_app_token(id).await?;
            tx.commit().await?;
        }
    }
    Ok(done())
}

fn done() -> Response {
    json_response(StatusCode::OK, "{}")
}
