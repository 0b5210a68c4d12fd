//! Requests tokens from the token endpoint (RFC 6749, 3.2), and reads its responses.
//!
//! The manifest's pointers say where the members of a response are. This module must send to the pinned
//! origin only, must not follow a redirect, and must not put a part of a response into an error before it was
//! screened.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use nexus_common::secret::{Secret, SecretJson};
use nexus_common::{Error, Result};
use nexus_manifests::{ClientAuth, Manifest, OAuth2, Success, TokenRequest, params, template};
use nexus_vault::credential::{self, Expiry, Usable};
use nexus_vault::oauth_app::{self, Client};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::refusal::{self, TokenFailure};
use crate::provider::answer::Answer;
use crate::provider::call::{
    Transmission, basic, form_body, header_name, header_value, json_body, transmit,
};
use crate::provider::screen::Screen;

/// The time limit of one request, with its response body.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
/// The maximum length of a token, in bytes.
const MAX_TOKEN: usize = 16 * 1024;
/// The maximum lifetime of a token, in seconds: ten years. A longer one is cut.
const MAX_LIFETIME: i64 = 10 * 365 * 24 * 60 * 60;

/// The grant with which a token is requested.
pub(crate) enum Grant<'a> {
    /// A code from the callback (RFC 6749, 4.1.3), with its PKCE verifier (RFC 7636, 4.5).
    Code { code: &'a str, redirect_uri: &'a str, verifier: Option<&'a str> },
    /// A refresh token (RFC 6749, 6).
    Refresh { refresh_token: &'a str, access_token: &'a str, redirect_uri: &'a str },
    /// The client itself (RFC 6749, 4.4).
    Client { scopes: &'a [String] },
}

/// The tokens of a successful response.
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// When the access token expires. `None` if the provider does not say.
    pub(crate) expiry: Option<Expiry>,
    /// The whole response, from which scopes and parameters are read.
    pub(crate) answer: SecretJson,
}

/// Requests tokens for an integration of `workspace`.
///
/// # Errors
/// [`TokenFailure`].
pub(crate) async fn request(
    workspace: &str,
    manifest: &Manifest,
    values: &BTreeMap<String, String>,
    client: &Client,
    grant: &Grant<'_>,
    pinned: &[String],
) -> Result<Tokens, TokenFailure> {
    let oauth2 = manifest
        .oauth2
        .as_ref()
        .ok_or_else(|| Error::Internal(format!("{} has no OAuth", manifest.id)))?;
    let refresh_url = oauth2.refresh.as_ref().and_then(|refresh| refresh.url.as_ref());
    let (place, url) = match (grant, refresh_url) {
        (Grant::Refresh { .. }, Some(url)) => ("/oauth2/refresh/url", url),
        _ => ("/oauth2/token_url", &oauth2.token_url),
    };
    let url = params::resolve_url(place, url, values).map_err(credential::broken)?;
    let members = members(oauth2, values, client, grant)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &oauth2.token_headers {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    if oauth2.client_auth == ClientAuth::Basic {
        headers.insert(header::AUTHORIZATION, basic(client)?);
    }
    let body = match oauth2.token_request {
        TokenRequest::Form => form_body(&members),
        TokenRequest::Json => {
            let object: Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.expose())))
                .collect();
            json_body(&SecretJson::new(Value::Object(object)))
        }
    };
    let secrets = secrets(client, grant);
    let screen = Screen::new(secrets.iter().map(Secret::expose));
    let (method, body) = (Method::POST, Some(body));
    let transmission = Transmission { workspace, method, url, headers, body };
    let mut answer = transmit(transmission, pinned, DEADLINE, screen).await?;
    let tokens = read(&Expected::of(oauth2, matches!(grant, Grant::Refresh { .. })), &answer);
    // The response holds tokens, so it is zeroised.
    drop([answer.json.take(), answer.form.take()].map(|json| json.map(SecretJson::new)));
    tokens
}

/// Requests a token with the client credentials that an admin entered.
///
/// # Errors
/// [`TokenFailure`].
pub(super) async fn request_for_client(usable: &Usable) -> Result<Tokens, TokenFailure> {
    let client = oauth_app::entered(usable);
    let manifest = &usable.sourced.manifest;
    let scopes = manifest.oauth2.as_ref().map_or(&[][..], |oauth2| &oauth2.scopes.default);
    let pinned = &usable.credential.pins.token;
    let (workspace, grant) = (usable.workspace.as_str(), Grant::Client { scopes });
    request(workspace, manifest, &usable.params, &client, &grant, pinned).await
}

/// A member of the body.
type Member = (String, Secret);

fn member(name: &str, value: &str) -> Member {
    (name.to_owned(), Secret::new(value.to_owned()))
}

impl Grant<'_> {
    /// The members that the grant needs.
    fn members(&self, scope_separator: &str) -> Vec<Member> {
        match self {
            Self::Code { code, redirect_uri, verifier } => {
                let mut members = vec![
                    member("grant_type", "authorization_code"),
                    member("code", code),
                    member("redirect_uri", redirect_uri),
                ];
                members.extend(verifier.map(|verifier| member("code_verifier", verifier)));
                members
            }
            Self::Refresh { refresh_token, .. } => {
                vec![member("grant_type", "refresh_token"), member("refresh_token", refresh_token)]
            }
            Self::Client { scopes } => {
                let mut members = vec![member("grant_type", "client_credentials")];
                if !scopes.is_empty() {
                    members.push(member("scope", &scopes.join(scope_separator)));
                }
                members
            }
        }
    }

    /// The value of a placeholder that only a refresh has.
    fn placeholder(&self, name: &str) -> Option<&str> {
        let Self::Refresh { refresh_token, access_token, redirect_uri } = self else { return None };
        match name {
            "refresh_token" => Some(refresh_token),
            "access_token" => Some(access_token),
            "redirect_uri" => Some(redirect_uri),
            _ => None,
        }
    }
}

/// The members of the body: those of the grant, of the client, and of the manifest.
fn members(
    oauth2: &OAuth2,
    values: &BTreeMap<String, String>,
    client: &Client,
    grant: &Grant<'_>,
) -> Result<Vec<Member>> {
    let mut members = grant.members(&oauth2.scope_separator);
    if oauth2.client_auth != ClientAuth::Basic {
        members.push(member("client_id", &client.id));
        if oauth2.client_auth == ClientAuth::Post && !client.secret.expose().is_empty() {
            members.push(member("client_secret", client.secret.expose()));
        }
    }
    let own_name = |(name, value): Member| Some((oauth2.token_name(&name)?.to_owned(), value));
    let mut members: Vec<Member> = members.into_iter().filter_map(own_name).collect();
    let lookup = |name: &str| match name {
        "client_id" => Some(client.id.as_str()),
        "client_secret" => Some(client.secret.expose()),
        _ => grant.placeholder(name).or_else(|| values.get(name).map(String::as_str)),
    };
    let none = BTreeMap::new();
    let of_refresh = match grant {
        Grant::Refresh { .. } => oauth2.refresh.as_ref().map_or(&none, |refresh| &refresh.params),
        _ => &none,
    };
    for (name, value) in oauth2.token_params.iter().chain(of_refresh) {
        let value = template::expand(value, &lookup)
            .map_err(|error| Error::Internal(format!("token_params: {error}")))?;
        members.push((name.clone(), Secret::new(value)));
    }
    Ok(members)
}

fn secrets(client: &Client, grant: &Grant<'_>) -> Vec<Secret> {
    let secret = |text: &str| Secret::new(text.to_owned());
    let mut secrets = vec![client.secret.clone()];
    match grant {
        Grant::Code { code, verifier, .. } => {
            secrets.push(secret(code));
            secrets.extend(verifier.map(secret));
        }
        Grant::Refresh { refresh_token, access_token, .. } => {
            secrets.extend([secret(refresh_token), secret(access_token)]);
        }
        Grant::Client { .. } => {}
    }
    secrets
}

/// The form of a response with tokens, as the manifest declares it.
pub(super) struct Expected<'a> {
    /// The sign of success beside a 2xx.
    pub(super) success: Option<&'a Success>,
    /// The pointers to the members.
    pub(super) access_token: &'a str,
    pub(super) refresh_token: Option<&'a str>,
    pub(super) expires_in: Option<&'a str>,
    pub(super) expires_at: Option<&'a str>,
    /// The provider's own words for an invalid grant.
    pub(super) invalid_grant: &'a [String],
    /// Whether the request had a refresh token.
    pub(super) is_refresh: bool,
}

impl<'a> Expected<'a> {
    fn of(oauth2: &'a OAuth2, is_refresh: bool) -> Self {
        let pointers = &oauth2.token_response;
        Self {
            success: oauth2.success.as_ref(),
            access_token: &pointers.access_token,
            refresh_token: pointers.refresh_token.as_deref(),
            expires_in: pointers.expires_in.as_deref(),
            expires_at: pointers.expires_at.as_deref(),
            invalid_grant: oauth2.refresh.as_ref().map_or(&[], |refresh| &refresh.invalid_grant),
            is_refresh,
        }
    }
}

/// Reads the tokens of a response, or the reason why it has none.
pub(super) fn read(expected: &Expected<'_>, answer: &Answer) -> Result<Tokens, TokenFailure> {
    let status = answer.status.as_u16();
    let trouble = |detail: String| TokenFailure::Trouble(Error::Provider(detail));
    let success = expected.success;
    let own = success.and_then(|success| success.error.as_deref()).unwrap_or("/error");
    let refused = || Err(refusal::of(expected.invalid_grant, answer, own, expected.is_refresh));
    let Some(members) = answer.members() else {
        if answer.status.is_client_error() && answer.text.is_some() {
            return refused();
        }
        return Err(trouble(format!(
            "the token endpoint answered {status} with a body that is not JSON (content type {:?})",
            answer.content_type
        )));
    };
    if !answer.status.is_success() || success.is_some_and(|one| one.holds(members) != Some(true)) {
        return refused();
    }
    let token =
        |pointer: &str| members.pointer(pointer).and_then(Value::as_str).filter(|t| usable(t));
    let Some(access_token) = token(expected.access_token) else {
        if ["/error", own].iter().any(|at| members.pointer(at).is_some_and(|said| !said.is_null()))
        {
            return refused();
        }
        let at = expected.access_token;
        return Err(trouble(format!("the token endpoint's response has no access token at {at}")));
    };
    let lifetime = || lifetime(members.pointer(expected.expires_in?)?).map(Expiry::After);
    let moment = || moment(members.pointer(expected.expires_at?)?).map(Expiry::At);
    Ok(Tokens {
        access_token: Secret::new(access_token.to_owned()),
        refresh_token: expected
            .refresh_token
            .and_then(token)
            .map(|token| Secret::new(token.to_owned())),
        expiry: lifetime().or_else(moment),
        answer: SecretJson::new(members.clone()),
    })
}

fn usable(token: &str) -> bool {
    (1..=MAX_TOKEN).contains(&token.len())
        && token.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

/// Seconds, as a number or as digits, with or without a fraction. `None` if the value is not positive.
fn lifetime(value: &Value) -> Option<i64> {
    let seconds = number(value)?;
    (seconds >= 1.0).then_some(seconds.min(MAX_LIFETIME as f64) as i64)
}

/// A time in milliseconds since the Unix epoch, from seconds, milliseconds or a text in RFC 3339.
fn moment(value: &Value) -> Option<i64> {
    /// A number of at least this size counts milliseconds. As seconds it would be in the year 5138.
    const MILLISECONDS: f64 = 1e11;
    if let Some(count) = number(value) {
        let ms = if count >= MILLISECONDS { count } else { count * 1000.0 };
        return (ms >= 1000.0).then_some(ms as i64);
    }
    let moment = OffsetDateTime::parse(value.as_str()?.trim(), &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// A number, or a text that holds a number.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lifetimes() {
        for (value, expected) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!("3600.0"), Some(3600)),
            (json!(" 3600 "), Some(3600)),
            (json!("NaN"), None),
            (json!(3599.9), Some(3599)),
            (json!(0), None),
            (json!(-5), None),
            (json!("soon"), None),
            (json!(null), None),
            (json!(1e30), Some(MAX_LIFETIME)),
        ] {
            assert_eq!(lifetime(&value), expected, "{value}");
        }
    }

    #[test]
    fn moments() {
        let noon = 1_764_331_200_000;
        for (value, expected) in [
            (json!(1_764_331_200), Some(noon)),
            (json!("1764331200"), Some(noon)),
            (json!(1_764_331_200_000_i64), Some(noon)),
            (json!("2025-11-28T12:00:00Z"), Some(noon)),
            (json!("2025-11-28T13:00:00.000+01:00"), Some(noon)),
            (json!(0), None),
            (json!("tomorrow"), None),
            (json!(null), None),
        ] {
            assert_eq!(moment(&value), expected, "{value}");
        }
    }
}
