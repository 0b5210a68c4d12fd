//! Registers an OAuth app at a provider that lets everybody do that (RFC 7591).
//!
//! The request has no secret. What the response names is used at the manifest's own URLs only: no URL of the response is
//! read.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use nexus_common::broker::AppScope;
use nexus_common::domain::{IntegrationKey, RegisteredClient};
use nexus_common::secret::{Secret, SecretJson};
use nexus_common::store::{Integrations, require_integration_not_stopped};
use nexus_common::{Error, Result, config};
use nexus_manifests::{ClientAuth, Manifest, OAuth2, params};
use nexus_vault::credential::{self, field_error};
use nexus_vault::oauth_app::{self, Client};
use nexus_vault::rows::oauth_clients;
use nexus_vault::source::{self, Sourced};
use serde_json::{Value, json};

use crate::provider::answer::Answer;
use crate::provider::call::{Transmission, json_body, transmit};
use crate::provider::screen::Screen;

/// The time limit of the request, with its response body.
const DEADLINE: Duration = Duration::from_secs(10);
/// The name of the app, as a person reads it when they agree.
const NAME: &str = "Integration Nexus";

/// Registers an app. `None` if the manifest has no registration URL. `None` also if connections use the stored app, which
/// does not fit the manifest any more: their tokens could not be refreshed or revoked without it, so an ADMIN decides.
///
/// # Errors
/// [`Error::Stopped`], [`Error::Invalid`], [`Error::NotFound`], [`Error::EgressDenied`], [`Error::Provider`],
/// [`Error::ProviderTimeout`].
pub(crate) async fn register(scope: &AppScope) -> Result<Option<RegisteredClient>> {
    let workspace = scope.workspace.as_str();
    let key = IntegrationKey::new(workspace, &scope.integration_id);
    require_integration_not_stopped(key, scope.manifest_id.as_deref()).await?;
    let (sourced, values) = subject(scope).await?;
    let manifest = &sourced.manifest;
    let Some(oauth2) = &manifest.oauth2 else { return Ok(None) };
    let Some(template) = &oauth2.registration_url else { return Ok(None) };
    // Read before the request: an app that is saved meanwhile is not replaced.
    let replaces = match oauth_clients::of_registration(workspace, &manifest.id).await? {
        Some(stored) if stored.is_in_use => return Ok(None),
        stored => stored.map(|stored| stored.client_id),
    };
    let url = params::resolve_url("/oauth2/registration_url", template, &values)
        .map_err(credential::broken)?;
    let pinned = [url.origin().ascii_serialization()];
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let body = Some(json_body(&SecretJson::new(metadata(manifest, oauth2).await?)));
    let transmission = Transmission { workspace, method: Method::POST, url, headers, body };
    let mut answer = transmit(transmission, &pinned, DEADLINE, Screen::new([].into_iter())).await?;
    let client = read(oauth2, &answer);
    // The response may hold a secret, so it is zeroised.
    drop(answer.json.take().map(SecretJson::new));
    oauth_app::seal_registered(workspace, manifest, client?, &values, replaces).await.map(Some)
}

/// The manifest, and the checked parameters of the connection.
async fn subject(scope: &AppScope) -> Result<(Sourced, BTreeMap<String, String>)> {
    let workspace = scope.workspace.as_str();
    if let Some(id) = &scope.manifest_id {
        let sourced = source::current(workspace, id).await?;
        let values = params::check_params(&sourced.manifest, &scope.params)
            .map_err(|found| Error::Invalid(found.into_iter().map(field_error).collect()))?;
        return Ok((sourced, values));
    }
    let id = scope.integration_id.as_str();
    let found = Integrations::of(workspace).connection(id).await?;
    let found = found.ok_or_else(|| Error::no_such("integration", id))?;
    let sourced = source::of_stored(&found.manifest_id, &found.manifest_hash).await?;
    let values = serde_json::from_str(&found.params)
        .map_err(|_| Error::Unreadable(format!("the parameters of {id}")))?;
    Ok((sourced, values))
}

/// The metadata of the app (RFC 7591, 2).
async fn metadata(manifest: &Manifest, oauth2: &OAuth2) -> Result<Value> {
    let mut grants = vec!["authorization_code"];
    if oauth2.refresh.is_some() {
        grants.push("refresh_token");
    }
    let method = match oauth2.client_auth {
        ClientAuth::Basic => "client_secret_basic",
        ClientAuth::Post => "client_secret_post",
        ClientAuth::None => "none",
    };
    let mut metadata = json!({
        "client_name": NAME,
        "client_uri": config::public_url().await?.as_str(),
        "redirect_uris": [config::redirect_uri(&manifest.id).await?],
        "grant_types": grants,
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
    });
    let scopes = &oauth2.scopes.default;
    if let (false, Value::Object(members)) = (scopes.is_empty(), &mut metadata) {
        members.insert("scope".into(), scopes.join(" ").into());
    }
    Ok(metadata)
}

/// The app of a response (RFC 7591, 3.2.1).
fn read(oauth2: &OAuth2, answer: &Answer) -> Result<Client> {
    let status = answer.status.as_u16();
    let failed = |why: String| Error::Provider(format!("the OAuth app was not registered: {why}"));
    let Some(json) = &answer.json else {
        return Err(failed(format!("the provider answered {status} with a body that is not JSON")));
    };
    if !answer.status.is_success() {
        let words = answer.words(json, ["/error_description", "/error", "/message"]);
        let words = words.map_or_else(String::new, |words| format!(": {words}"));
        return Err(failed(format!("the provider answered {status}{words}")));
    }
    let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let has_end = json.get("client_secret_expires_at").and_then(Value::as_f64).unwrap_or(0.0) > 0.0;
    if has_end && oauth2.client_auth != ClientAuth::None {
        return Err(failed(
            "its secret would expire. Register an app by hand, and enter it under OAuth apps"
                .into(),
        ));
    }
    Ok(Client { id: text("client_id"), secret: Secret::new(text("client_secret")) })
}
