//! `POST /oauth/token`: exchanges a code or a refresh token for new tokens.
//!
//! A code counts once, and so does a refresh token. A second use means that the code or token was stolen, so
//! the app ends with all its tokens. This module must not say whether the client, the redirect URI or the
//! verifier was wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, StatusCode};
use nexus_common::auth::{
    Caller, CallerKind, KeyKind, KeyParts, Role, SecretKind, Via, count_wrong, new_key, parse_key,
    session_hash,
};
use nexus_common::domain::Basis;
use nexus_common::http::{Inbound, RequestId, client_address, json_response, set};
use nexus_common::platform::http::Response;
use nexus_common::secret::Secret;
use nexus_common::store::{
    AppTokenKind, NewAppToken, RequestContext, StoredAppToken, StoredCode, StoredGrant,
    Transaction, find_app_token, find_code, require_standing,
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

/// Where a request comes from.
struct Origin {
    request_id: RequestId,
    address: Option<String>,
}

/// Why a code or a refresh token gives no tokens.
enum Refused {
    /// Nobody got it, or it was for another request.
    Wrong(&'static str),
    /// It was used before. Holds the grant that was made with it.
    Twice(Box<StoredGrant>),
    /// It was good once, or the request asks for something else.
    Late(OauthError),
}

impl Refused {
    fn late(why: &str) -> Self {
        Self::Late(OauthError::new("invalid_grant", why))
    }

    /// The answer. A wrong code or token is counted.
    async fn answer(self, kind: SecretKind, origin: &Origin) -> Failure {
        let why = match self {
            Self::Wrong(why) => why,
            Self::Twice(_) => return invalid_grant(USED),
            Self::Late(error) => return error.into(),
        };
        let counted = count_wrong(kind, origin.address.clone()).await;
        counted.err().map_or_else(|| invalid_grant(why), Failure::from)
    }
}

/// The error for a code or token that was used before.
const USED: &str = "the code or refresh token was used before. Connect the app again";

/// New tokens, or an error as OAuth has it.
///
/// # Errors
/// [`Error::Storage`], [`Error::RateLimited`] after too many wrong codes or tokens, and the errors of the body.
pub(crate) async fn exchange(inbound: Inbound) -> Result<Response> {
    let address = client_address(&inbound).await?;
    let origin = Origin { request_id: inbound.request_id.clone(), address };
    let exchanged = async {
        let form = Form::of_body(inbound).await?;
        match form.require("grant_type")? {
            "authorization_code" => by_code(&form, &origin).await,
            "refresh_token" => by_refresh_token(&form, &origin).await,
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

async fn by_code(form: &Form, origin: &Origin) -> Result<Response, Failure> {
    let hash = session_hash(form.require("code")?);
    let sent = SentCode {
        client_id: form.require("client_id")?,
        verifier: form.require("code_verifier")?,
        redirect_uri: form.require("redirect_uri")?,
    };
    let resource = form.get("resource")?;
    // Anyone can send a code, so the write lock is taken only for one that counts or was used.
    match sent.check(find_code(hash).await?) {
        Ok(_) | Err(Refused::Twice(_)) => {}
        Err(refused) => return Err(refused.answer(SecretKind::Code, origin).await),
    }
    let tx = Transaction::begin().await?;
    let code = match sent.check(tx.find_code(hash).await?) {
        Ok(code) => code,
        Err(Refused::Twice(grant)) => {
            end(tx, &grant, "a code was used twice", &origin.request_id).await?;
            return Err(invalid_grant(USED));
        }
        Err(refused) => {
            drop(tx);
            return Err(refused.answer(SecretKind::Code, origin).await);
        }
    };
    require_resource(resource, &code.grant).await?;
    require_active(&code.grant).await?;
    tx.use_code(hash).await?;
    issue(tx, &code.grant).await
}

/// The data that a program sends with a code.
struct SentCode<'a> {
    client_id: &'a str,
    verifier: &'a str,
    redirect_uri: &'a str,
}

impl SentCode<'_> {
    /// The code, if it counts for this request.
    fn check(&self, stored: Option<StoredCode>) -> Result<StoredCode, Refused> {
        let unknown = "the code is unknown. Connect the app again";
        let code = stored.ok_or(Refused::Wrong(unknown))?;
        if code.is_used {
            return Err(Refused::Twice(Box::new(code.grant)));
        }
        if code.has_expired {
            return Err(Refused::late("the code has expired. Connect the app again"));
        }
        if !self.is_of(&code) {
            let why = "`client_id`, `redirect_uri` or `code_verifier` is not that of the code";
            return Err(Refused::Wrong(why));
        }
        Ok(code)
    }

    fn is_of(&self, code: &StoredCode) -> bool {
        let is_challenge_met = VERIFIER.contains(&self.verifier.len())
            && bool::from(challenge(self.verifier).as_bytes().ct_eq(code.challenge.as_bytes()));
        code.grant.client_id == self.client_id
            && code.redirect_uri == self.redirect_uri
            && is_challenge_met
    }
}

async fn by_refresh_token(form: &Form, origin: &Origin) -> Result<Response, Failure> {
    let text = form.require("refresh_token")?;
    let sent = SentToken { client_id: form.require("client_id")?, scope: form.get("scope")? };
    let resource = form.get("resource")?;
    let kind = SecretKind::AppToken;
    let Some(parts) = parse_key(KeyKind::RefreshToken, text) else {
        return Err(Refused::Wrong(UNKNOWN).answer(kind, origin).await);
    };
    // As for codes: the write lock is taken only for a token that counts or was used.
    let known = find_app_token(AppTokenKind::Refresh, parts.id).await?;
    match sent.check(&parts, known) {
        Ok(_) | Err(Refused::Twice(_)) => {}
        Err(refused) => return Err(refused.answer(kind, origin).await),
    }
    let tx = Transaction::begin().await?;
    let stored = tx.find_app_token(AppTokenKind::Refresh, parts.id).await?;
    let token = match sent.check(&parts, stored) {
        Ok(token) => token,
        Err(Refused::Twice(grant)) => {
            end(tx, &grant, "a refresh token was used twice", &origin.request_id).await?;
            return Err(invalid_grant(USED));
        }
        Err(refused) => {
            drop(tx);
            return Err(refused.answer(kind, origin).await);
        }
    };
    require_resource(resource, &token.grant).await?;
    require_active(&token.grant).await?;
    tx.use_refresh_token(parts.id).await?;
    issue(tx, &token.grant).await
}

/// The error for an unknown refresh token.
const UNKNOWN: &str = "the refresh token is unknown. Connect the app again";

/// The parameters of a request with a refresh token.
struct SentToken<'a> {
    client_id: &'a str,
    scope: Option<&'a str>,
}

impl SentToken<'_> {
    /// The token, if it counts for this request.
    fn check(
        &self,
        parts: &KeyParts<'_>,
        stored: Option<StoredAppToken>,
    ) -> Result<StoredAppToken, Refused> {
        let is_known = |token: &StoredAppToken| {
            bool::from(session_hash(parts.secret).as_slice().ct_eq(&token.secret_hash))
        };
        let token = stored.filter(is_known).ok_or(Refused::Wrong(UNKNOWN))?;
        if token.is_used {
            return Err(Refused::Twice(Box::new(token.grant)));
        }
        if token.has_expired {
            return Err(Refused::late("the refresh token has expired. Connect the app again"));
        }
        if token.grant.client_id != self.client_id {
            return Err(Refused::Wrong("`client_id` is not that of the refresh token"));
        }
        if self.scope.is_some_and(|asked| !scope::is_within(asked, &token.grant.scope)) {
            let why = "the person did not agree to this scope. Connect the app again";
            return Err(Refused::Late(OauthError::new("invalid_scope", why)));
        }
        Ok(token)
    }
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

/// Checks that neither the app nor its person was switched off or stopped. A transaction that runs again does not read this again:
/// each use of the tokens checks it too.
async fn require_active(grant: &StoredGrant) -> Result<(), Failure> {
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
