//! `POST /oauth/token`: exchanges a code or a refresh token for new tokens.
//!
//! A code counts once, and so does a refresh token. A second use means that somebody has stolen it, so it ends
//! the app with everything that came of it. This module must not say whether it was the client, the redirect URI
//! or the verifier that was wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, StatusCode};
use nexus_common::auth::{
    Caller, CallerKind, KeyKind, Role, Via, new_key, parse_key, session_hash,
};
use nexus_common::http::{Inbound, RequestId, json_response, set};
use nexus_common::platform::http::Response;
use nexus_common::secret::Secret;
use nexus_common::store::{
    AppTokenKind, Basis, NewAppToken, RequestContext, StoredGrant, Transaction, require_standing,
};
use nexus_common::{Error, Result, config};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::answer::{Failure, OauthError, answered};
use crate::form::Form;
use crate::scope;

/// How long an access token is valid, in milliseconds: an hour.
pub(crate) const ACCESS_MS: i64 = 60 * 60 * 1000;
/// The lengths that a verifier may have (RFC 7636, 4.1).
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// New tokens, or an error as OAuth has it.
///
/// # Errors
/// [`Error::Storage`], and the errors of the body.
pub(crate) async fn exchange(inbound: Inbound) -> Result<Response> {
    let request_id = inbound.request_id.clone();
    let exchanged = async {
        let form = Form::of_body(inbound).await?;
        match form.require("grant_type")? {
            "authorization_code" => by_code(&form, &request_id).await,
            "refresh_token" => by_refresh_token(&form, &request_id).await,
            _ => {
                let why = "`grant_type` must be `authorization_code` or `refresh_token`";
                Err(OauthError::new("unsupported_grant_type", why).into())
            }
        }
    };
    answered(exchanged.await)
}

fn invalid_grant(why: &str) -> Failure {
    OauthError::new("invalid_grant", why).into()
}

async fn by_code(form: &Form, request_id: &RequestId) -> Result<Response, Failure> {
    let (client_id, verifier) = (form.require("client_id")?, form.require("code_verifier")?);
    let (redirect_uri, resource) = (form.require("redirect_uri")?, form.get("resource")?);
    let hash = session_hash(form.require("code")?);
    let tx = Transaction::begin().await?;
    let code = tx.find_code(hash).await?;
    let code = code.ok_or_else(|| invalid_grant("the code is unknown. Connect the app again"))?;
    if code.is_used {
        end(tx, &code.grant, "a code was used twice", request_id).await?;
        return Err(invalid_grant("the code was used before. Connect the app again"));
    }
    if code.has_expired {
        return Err(invalid_grant("the code has expired. Connect the app again"));
    }
    let is_challenge_met = VERIFIER.contains(&verifier.len())
        && bool::from(challenge(verifier).as_bytes().ct_eq(code.challenge.as_bytes()));
    if code.grant.client_id != client_id || code.redirect_uri != redirect_uri || !is_challenge_met {
        let why = "`client_id`, `redirect_uri` or `code_verifier` is not that of the code";
        return Err(invalid_grant(why));
    }
    require_resource(resource, &code.grant).await?;
    require_welcome(&code.grant).await?;
    tx.use_code(hash).await?;
    issue(tx, &code.grant).await
}

async fn by_refresh_token(form: &Form, request_id: &RequestId) -> Result<Response, Failure> {
    let (client_id, resource) = (form.require("client_id")?, form.get("resource")?);
    let unknown = || invalid_grant("the refresh token is unknown. Connect the app again");
    let parts = parse_key(KeyKind::RefreshToken, form.require("refresh_token")?);
    let parts = parts.ok_or_else(unknown)?;
    let tx = Transaction::begin().await?;
    let stored = tx.find_app_token(AppTokenKind::Refresh, parts.id).await?.ok_or_else(unknown)?;
    if !bool::from(session_hash(parts.secret).as_slice().ct_eq(&stored.secret_hash)) {
        return Err(unknown());
    }
    if stored.is_used {
        end(tx, &stored.grant, "a refresh token was used twice", request_id).await?;
        return Err(invalid_grant("the refresh token was used before. Connect the app again"));
    }
    if stored.has_expired {
        return Err(invalid_grant("the refresh token has expired. Connect the app again"));
    }
    if stored.grant.client_id != client_id {
        return Err(invalid_grant("`client_id` is not that of the refresh token"));
    }
    if form.get("scope")?.is_some_and(|asked| !scope::is_within(asked, &stored.grant.scope)) {
        let why = "the person did not agree to this scope. Connect the app again";
        return Err(OauthError::new("invalid_scope", why).into());
    }
    require_resource(resource, &stored.grant).await?;
    require_welcome(&stored.grant).await?;
    tx.use_refresh_token(parts.id).await?;
    issue(tx, &stored.grant).await
}

/// The S256 challenge of a verifier (RFC 7636, 4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Checks that the tokens are asked for what the person agreed to (RFC 8707, 2.2).
async fn require_resource(asked: Option<&str>, grant: &StoredGrant) -> Result<(), Failure> {
    let public_url = config::public_url().await?;
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    let is_agreed = asked.is_none_or(|asked| bare(asked) == bare(&grant.resource));
    if is_agreed && public_url.is_resource(&grant.resource) {
        return Ok(());
    }
    let why = "`resource` is not what the code was asked for";
    Err(OauthError::new("invalid_target", why).into())
}

/// Checks that neither the app nor its person was switched off or stopped.
async fn require_welcome(grant: &StoredGrant) -> Result<(), Failure> {
    let basis = Basis { agent: Some(grant.agent_id.clone()), ..Basis::default() };
    match require_standing(&grant.workspace, &basis).await {
        Ok(()) => Ok(()),
        Err(Error::InvalidToken(why) | Error::Stopped(why)) => Err(invalid_grant(&why)),
        Err(error) => Err(error.into()),
    }
}

/// Writes new tokens of an app, and returns them.
async fn issue(tx: Transaction, grant: &StoredGrant) -> Result<Response, Failure> {
    let expires_at = (tx.now_ms + ACCESS_MS).min(grant.expires_at);
    if expires_at <= tx.now_ms {
        return Err(invalid_grant("the app's time is over. Connect the app again"));
    }
    let (access, access_id, hash) = new(KeyKind::AccessToken);
    tx.insert_app_token(&NewAppToken {
        id: &access_id,
        agent_id: &grant.agent_id,
        kind: AppTokenKind::Access,
        secret_hash: hash,
        expires_at,
    })
    .await?;
    let mut body = json!({
        "access_token": access.expose(),
        "token_type": "Bearer",
        "expires_in": (expires_at - tx.now_ms) / 1000,
        "scope": grant.scope,
    });
    if grant.may_refresh {
        let (refresh, id, hash) = new(KeyKind::RefreshToken);
        tx.insert_app_token(&NewAppToken {
            id: &id,
            agent_id: &grant.agent_id,
            kind: AppTokenKind::Refresh,
            secret_hash: hash,
            expires_at: grant.expires_at,
        })
        .await?;
        if let Some(members) = body.as_object_mut() {
            members.insert("refresh_token".to_owned(), refresh.expose().into());
        }
    }
    tx.commit().await?;
    let mut response = json_response(StatusCode::OK, body.to_string());
    set(&mut response, HeaderName::from_static("pragma"), "no-cache");
    Ok(response)
}

fn new(kind: KeyKind) -> (Secret, String, [u8; 32]) {
    let key = new_key(kind);
    (key.text, key.id, session_hash(key.secret.expose()))
}

/// Ends the app of a grant, because of something that the app did.
///
/// # Errors
/// [`Error::Storage`].
pub(crate) async fn end(
    tx: Transaction,
    grant: &StoredGrant,
    why: &str,
    request_id: &RequestId,
) -> Result<()> {
    let caller = Caller {
        workspace: grant.workspace.clone(),
        subject: grant.agent_id.clone(),
        kind: CallerKind::Agent,
        role: Some(Role::Agent),
        role_source: None,
        expires_at: 0,
        via: Via::AccessToken,
        basis: Basis { agent: Some(grant.agent_id.clone()), ..Basis::default() },
    };
    let by = RequestContext { caller: &caller, request_id };
    tx.end_app(&grant.agent_id, why, &by).await?;
    tx.commit().await
}
