//! Obtains a token with the credential that an admin entered, by the request of the manifest's `login`.
//!
//! This module must send to the pinned origins only, must not follow a redirect, and must not put a part of a
//! response into an error before it was screened.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, header};
use nexus_common::secret::{Secret, SecretJson};
use nexus_common::{Error, Result};
use nexus_manifests::{LoginRequest, params, pins};
use nexus_vault::credential::{self, Expiry, Usable};

use super::refusal::{TokenFailure, is_about_the_request};
use super::token::{DEADLINE, Expected, Tokens, read};
use crate::provider::answer::Answer;
use crate::provider::call::{
    self, Transmission, content, header_name, header_value, inject, require_method, transmit,
};
use crate::provider::screen::Screen;

/// Requests a token.
///
/// # Errors
/// [`TokenFailure`].
pub(super) async fn request(usable: &Usable) -> Result<Tokens, TokenFailure> {
    let manifest = &usable.sourced.manifest;
    let request = manifest.login.as_ref().and_then(|login| login.request.as_ref());
    let request =
        request.ok_or_else(|| Error::Internal(format!("{} has no login", manifest.id)))?;
    let lookup = |name: &str| usable.value(name);
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
    let screen = screen(usable, request);
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
fn screen(usable: &Usable, request: &LoginRequest) -> Screen {
    let pairs = call::pairs(&request.inject, &|name| usable.value(name));
    let secrets: Vec<Secret> = call::secrets(usable).into_iter().chain(pairs).collect();
    Screen::new(secrets.iter().map(Secret::expose))
}

/// Reads the parameters that the response to the first request for a token supplies, and pins the origins that they
/// complete. Later responses change neither.
///
/// # Errors
/// [`Error::Provider`] for a response that does not fit the manifest.
pub(crate) fn complete(usable: &mut Usable, tokens: &Tokens) -> Result<()> {
    let broken =
        |why: &str| Error::Provider(format!("the provider's response does not fit: {why}"));
    let manifest = &usable.sourced.manifest;
    if manifest.params.iter().all(|param| param.from.is_none()) {
        return Ok(());
    }
    let found: BTreeMap<String, String> =
        params::flow_params(manifest, tokens.answer.expose(), &|_| None).map_err(|findings| {
            broken(&findings.into_iter().next().map(|one| one.detail).unwrap_or_default())
        })?;
    let secrets: Vec<Secret> = call::secrets(usable);
    let screen = Screen::new(secrets.iter().map(Secret::expose));
    if let Some((name, _)) = found.iter().find(|(_, value)| screen.holds(value)) {
        return Err(broken(&format!("the value of {name} contains a secret")));
    }
    usable.params.extend(found);
    usable.credential.pins = pins(&usable.sourced.manifest, &usable.params)
        .map_err(|finding| broken(&finding.detail))?;
    Ok(())
}
