//! Obtains a token with the credential that an admin entered, by the request of the manifest's `login`.
//!
//! This module must send to the pinned origins only, must not follow a redirect, and must not put a part of a
//! response into an error before it was screened.

use http::{HeaderMap, HeaderValue, header};
use nexus_common::secret::{Secret, SecretJson};
use nexus_common::store::now_ms;
use nexus_common::{Error, Result};
use nexus_manifests::{AuthMethod, LoginRequest, Param, ParamSource, params};
use nexus_vault::credential::{self, Expiry, Times, Usable};

use super::assertion;
use super::refusal::{TokenFailure, is_about_the_request};
use super::supplied;
use super::token::{self, DEADLINE, Expected, Tokens, read};
use crate::provider::answer::Answer;
use crate::provider::call::{
    self, Transmission, content, header_name, header_value, inject, require_method, transmit,
};
use crate::provider::screen::Screen;
use crate::provider::unfit;

/// Obtains a token with the fields that an admin entered: by the client credentials grant (RFC 6749, 4.4), or by the
/// manifest's login. Adds it to the fields.
///
/// # Errors
/// [`TokenFailure`].
pub(crate) async fn mint(usable: &mut Usable) -> Result<Tokens, TokenFailure> {
    let begun = now_ms().await?;
    let tokens = match usable.sourced.manifest.auth_method {
        AuthMethod::Login => log_in(usable, begun).await?,
        _ => token::request_for_client(usable).await?,
    };
    usable.times = Times::new(begun, tokens.expiry);
    let fields = &mut usable.credential.fields;
    fields.insert("access_token".into(), tokens.access_token.clone());
    Ok(tokens)
}

/// Obtains a token by the manifest's login. `now_ms` is the database's time.
async fn log_in(usable: &Usable, now_ms: i64) -> Result<Tokens, TokenFailure> {
    let manifest = &usable.sourced.manifest;
    let missing = || Error::Internal(format!("{} has no login", manifest.id));
    let login = manifest.login.as_ref().ok_or_else(missing)?;
    let signed = login.assertion.as_ref().map(|it| assertion::sign(usable, it, now_ms));
    match (&login.request, signed.transpose()?) {
        (Some(it), signed) => request(usable, it, signed.map(|signed| signed.jwt)).await,
        (None, Some(signed)) => Ok(Tokens {
            access_token: signed.jwt,
            refresh_token: None,
            expiry: Some(Expiry::At(signed.expires_at)),
            answer: SecretJson::default(),
        }),
        (None, None) => Err(missing().into()),
    }
}

/// Requests a token, with a signed `assertion` if the login has one.
async fn request(
    usable: &Usable,
    request: &LoginRequest,
    assertion: Option<Secret>,
) -> Result<Tokens, TokenFailure> {
    let lookup = |name: &str| match (name, &assertion) {
        ("assertion", Some(jwt)) => Some(jwt.expose()),
        _ => usable.value(name),
    };
    let mut url = params::resolve_url(params::LOGIN_URL, &request.url, &usable.params)
        .map_err(credential::broken)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &request.headers {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    for (name, value) in inject(&request.inject, &lookup, &mut url)? {
        headers.insert(name, value);
    }
    let body = content(request.form.as_ref(), request.json.as_ref(), &lookup)?;
    let transmission = Transmission {
        workspace: &usable.workspace,
        method: require_method(&request.method)?,
        url,
        headers,
        body,
    };
    let screen = screen(usable, request, assertion.as_ref());
    let mut answer =
        transmit(transmission, &usable.credential.pins.token, DEADLINE, screen).await?;
    let tokens = judged(request, &answer);
    // The response holds a token, so it is zeroised.
    drop([answer.json.take(), answer.form.take()].map(|json| json.map(SecretJson::new)));
    tokens
}

/// Reads the token of a response, or the reason why it has none.
fn judged(request: &LoginRequest, answer: &Answer) -> Result<Tokens, TokenFailure> {
    let pointers = &request.token_response;
    let expected = Expected {
        success: request.success.as_ref(),
        access_token: &pointers.access_token,
        refresh_token: None,
        expires_in: pointers.expires_in.as_deref(),
        expires_at: pointers.expires_at.as_deref(),
        invalid_grant: &[],
        is_refresh: false,
    };
    let lifetime = pointers.lifetime_seconds.map(|seconds| Expiry::After(seconds.into()));
    match read(&expected, answer) {
        Ok(tokens) => Ok(Tokens { expiry: tokens.expiry.or(lifetime), ..tokens }),
        Err(TokenFailure::Trouble(Error::Provider(why))) if is_refused(request, answer) => {
            Err(TokenFailure::Grant(why))
        }
        Err(other) => Err(other),
    }
}

/// Whether a response without a token says that the entered credential is not valid.
fn is_refused(request: &LoginRequest, answer: &Answer) -> bool {
    let status = answer.status.as_u16();
    let body = answer.members().unwrap_or(&serde_json::Value::Null);
    (status == 401 && !answer.is_limited && is_about_the_request(answer.status))
        || request.refused_on.iter().any(|sign| sign.matches(status, body))
}

/// The screen that keeps the secrets of a login out of every text that is shown.
fn screen(usable: &Usable, request: &LoginRequest, assertion: Option<&Secret>) -> Screen {
    let pairs = call::pairs(&request.inject, &|name| usable.value(name));
    let secrets: Vec<Secret> =
        call::secrets(usable).into_iter().chain(pairs).chain(assertion.cloned()).collect();
    Screen::new(secrets.iter().map(Secret::expose))
}

/// Reads the parameters that the response to the first request for a token supplies, and pins the origins that they
/// complete. Later responses change neither.
///
/// # Errors
/// [`Error::Provider`] for a response that does not fit the manifest.
pub(crate) fn complete(usable: &mut Usable, tokens: &Tokens) -> Result<()> {
    let broken = |why: &str| Error::Provider(unfit(why));
    let manifest = &usable.sourced.manifest;
    let is_supplied = |param: &Param| matches!(param.from, Some(ParamSource::TokenResponse(_)));
    if !manifest.params.iter().any(is_supplied) {
        return Ok(());
    }
    let secrets: Vec<Secret> = call::secrets(usable);
    let screen = Screen::new(secrets.iter().map(Secret::expose));
    let found = supplied::read(manifest, tokens, &|_| None, &screen).map_err(|why| broken(&why))?;
    usable.params.extend(found);
    usable.credential.pins = params::pins_now(&usable.sourced.manifest, &usable.params)
        .map_err(|finding| broken(&finding.detail))?;
    Ok(())
}
