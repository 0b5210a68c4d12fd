//! Begins an OAuth flow. This module builds the authorization URL (RFC 6749, 4.1.1; RFC 7636; RFC 9700).
//!
//! `state` and the PKCE verifier are made here. `state` goes to the browser, and its hash to the database.
//! The verifier must not go anywhere except, sealed, into the flow.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_common::broker::{Authorization, Authorize, Begun};
use nexus_common::domain::IntegrationKey;
use nexus_common::platform::clock;
use nexus_common::secret::Secret;
use nexus_common::store::{Integrations, require_integration_not_stopped};
use nexus_common::{Error, FieldError, Result, config, encoding};
use nexus_manifests::{AuthMethod, Manifest, OAuth2, params, template};
use nexus_vault::credential::{self, ClientRef, field_error, params_json};
use nexus_vault::keys;
use nexus_vault::oauth_app;
use nexus_vault::plaintext;
use nexus_vault::seal::{self, Place};
use nexus_vault::source::{self, Sourced};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::ending::in_use;
use crate::provider::entered_host::require_may_name;
use crate::provider::reads;

/// The maximum number of scopes that one authorization requests.
const MAX_SCOPES: usize = 100;

/// The data that finishes a flow. It is sealed under the hash of the flow's `state`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlowSecret {
    pub(super) integration_id: String,
    pub(super) manifest_id: String,
    pub(super) manifest_hash: String,
    pub(super) params: BTreeMap<String, String>,
    pub(super) scopes: Vec<String>,
    pub(super) client: ClientRef,
    #[serde(default, with = "plaintext")]
    pub(super) verifier: Option<Secret>,
    pub(super) accept_account_change: bool,
    /// Whether the replaced tokens are revoked even if other connections use them.
    #[serde(default)]
    pub(super) force: bool,
}

/// The place of a flow's ciphertext.
pub(super) fn place<'a>(workspace: &'a str, state_hash: &'a str) -> Place<'a> {
    Place { kind: "flow", workspace, row: state_hash, field: "sealed" }
}

/// Begins an authorization.
///
/// # Errors
/// [`Error::Stopped`], [`Error::Invalid`], [`Error::NotFound`], [`Error::GrantShared`],
/// [`Error::OauthClientMissing`].
pub(crate) async fn begin(request: &Authorize) -> Result<Begun> {
    let workspace = request.workspace.as_str();
    let key = IntegrationKey::new(workspace, &request.integration_id);
    require_integration_not_stopped(key, request.manifest_id.as_deref()).await?;
    let Some(connection) = Connection::find(request).await? else { return Ok(Begun::NotOauth) };
    let Connection { sourced, params, requested } = connection;
    let manifest = &sourced.manifest;
    in_use::require_decision(key, manifest, request.force).await?;
    let oauth2 = oauth2_of(manifest)?;
    let scopes = request.scopes.clone().or(requested);
    let scopes = scopes.unwrap_or_else(|| oauth2.scopes.default.clone());
    check_scopes(&scopes)?;
    let client = oauth_app::current(workspace, &sourced, &params).await?;
    let redirect_uri = config::redirect_uri(&manifest.id).await?;
    let state = URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>());
    let verifier =
        oauth2.pkce.then(|| Secret::new(URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>())));
    let query = [
        ("response_type", "code"),
        ("client_id", &client.id),
        ("redirect_uri", &redirect_uri),
        ("scope", &scopes.join(&oauth2.scope_separator)),
        ("state", &state),
    ];
    let authorization_url = authorization_url(oauth2, &params, query, verifier.as_ref())?;
    let secret = FlowSecret {
        integration_id: request.integration_id.clone(),
        manifest_id: manifest.id.clone(),
        manifest_hash: sourced.hash.clone(),
        params,
        scopes: scopes.clone(),
        client: ClientRef { client_id: client.id.clone(), redirect_uri },
        verifier,
        accept_account_change: request.accept_account_change,
        force: request.force == Some(true),
    };
    let state_hash = encoding::sha256_hex(state.as_bytes());
    Ok(Begun::Flow(Authorization {
        authorization_url,
        sealed: seal_flow(&secret, place(workspace, &state_hash)).await?,
        state_hash,
        params: params_json(&secret.params),
        scopes,
        reads: reads(manifest, &secret.params),
        manifest_hash: sourced.hash,
    }))
}

fn oauth2_of(manifest: &Manifest) -> Result<&OAuth2> {
    let missing = || Error::Internal(format!("the manifest {} has no `oauth2`", manifest.id));
    manifest.oauth2.as_ref().ok_or_else(missing)
}

/// The URL for the browser. Its query has `members`, the PKCE challenge of `verifier`, and the parameters of the
/// manifest.
fn authorization_url(
    oauth2: &OAuth2,
    values: &BTreeMap<String, String>,
    members: [(&str, &str); 5],
    verifier: Option<&Secret>,
) -> Result<String> {
    let template = oauth2.authorization_url.as_deref().unwrap_or_default();
    let mut url = params::resolve_url("/oauth2/authorization_url", template, values)
        .map_err(credential::broken)?;
    let client_id = members.iter().find(|(name, _)| *name == "client_id").map(|(_, value)| *value);
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
            if let Some(name) = oauth2.authorize_name(name) {
                query.append_pair(name, value);
            }
        }
        if let Some(verifier) = verifier {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
            query.append_pair("code_challenge", &challenge);
            query.append_pair("code_challenge_method", "S256");
        }
        let lookup = |name: &str| match name {
            "client_id" => client_id.map(str::to_owned),
            _ => values.get(name).cloned(),
        };
        for (name, value) in &oauth2.authorize_params {
            let value = template::expand(value, &lookup)
                .map_err(|error| Error::Internal(format!("authorize_params: {error}")))?;
            query.append_pair(name, &value);
        }
    }
    // Some servers read `+` as a plus (RFC 3986). `%20` is a space for every server.
    let spaced = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(spaced.as_deref());
    Ok(url.into())
}

async fn seal_flow(secret: &FlowSecret, place: Place<'_>) -> Result<String> {
    let text = plaintext::to_json(secret, "a flow")?;
    let ring = keys::ring().await?;
    let (sealed, _) = seal::seal(&ring, place, &text)?;
    Ok(encoding::to_base64(&sealed))
}

fn is_oauth(manifest: &Manifest) -> bool {
    manifest.auth_method == AuthMethod::Oauth2
}

/// The connection to authorize.
struct Connection {
    sourced: Sourced,
    /// The entered parameters, checked.
    params: BTreeMap<String, String>,
    /// The scopes that were requested before, if the integration was connected before.
    requested: Option<Vec<String>>,
}

impl Connection {
    /// Finds the connection. `None` if its provider is not connected by OAuth.
    async fn find(request: &Authorize) -> Result<Option<Self>> {
        let workspace = request.workspace.as_str();
        let Some(id) = &request.manifest_id else {
            let stored = Self::stored(workspace, &request.integration_id).await?;
            return Ok(is_oauth(&stored.sourced.manifest).then_some(stored));
        };
        let sourced = source::current(workspace, id).await?;
        if !is_oauth(&sourced.manifest) {
            return Ok(None);
        }
        require_may_name(&sourced.manifest, &request.params, None, request.is_admin).await?;
        let params = params::check_params(&sourced.manifest, &request.params)
            .map_err(|found| Error::Invalid(found.into_iter().map(field_error).collect()))?;
        Ok(Some(Self { sourced, params, requested: None }))
    }

    /// A stored integration that is connected again.
    async fn stored(workspace: &str, id: &str) -> Result<Self> {
        let found = Integrations::of(workspace).connection(id).await?;
        let found = found.ok_or_else(|| Error::no_such("integration", id))?;
        let sourced = source::of_stored(&found.manifest_id, &found.manifest_hash).await?;
        let mut params: BTreeMap<String, String> = serde_json::from_str(&found.params)
            .map_err(|_| Error::Unreadable(format!("the parameters of {id}")))?;
        // Parameters that an earlier flow found will be found again.
        params.retain(|name, _| sourced.manifest.is_entered(name));
        let scopes: Json = serde_json::from_str(&found.scopes)
            .map_err(|_| Error::Unreadable(format!("the scopes of {id}")))?;
        let requested = scopes.get("requested").and_then(Json::as_array);
        let requested = requested.map(|all| {
            all.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<String>>()
        });
        Ok(Self { sourced, params, requested })
    }
}

/// Scopes are visible ASCII without `"` and `\` (RFC 6749, 3.3).
fn check_scopes(scopes: &[String]) -> Result<()> {
    if scopes.len() > MAX_SCOPES {
        return Err(Error::invalid("/scopes", format!("must have at most {MAX_SCOPES} scopes")));
    }
    let valid = |scope: &String| {
        (1..=256).contains(&scope.len())
            && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    };
    let broken = scopes.iter().enumerate().filter(|(_, scope)| !valid(scope));
    let rule = "must be 1 to 256 visible ASCII characters without quotes and backslashes";
    let errors: Vec<FieldError> =
        broken.map(|(index, _)| FieldError::new(format!("/scopes/{index}"), rule)).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
