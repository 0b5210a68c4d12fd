//! Plans revocations. For each token that an integration gives up, this module builds the revocation request,
//! seals it for the outbox, and writes a receipt.
//!
//! It must not write the state `revoked`. Only `outbox` does, after the provider has responded.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderValue, header};
use nexus_common::broker::{GivenUp, Receipt};
use nexus_common::domain::{IntegrationKey, TokenState};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::secret::Secret;
use nexus_common::store::{Manifests, OutboxEntry, SharedGrant};
use nexus_common::{Error, Result, encoding, id};
use nexus_manifests::{
    BodySign, ClientAuth, Manifest, Revoke, RevokeAuth, RevokeEffect, RevokeRequest, Sign, Success,
    params, template,
};
use nexus_vault::credential::{self, Usable, own_version, secret_fields};
use nexus_vault::oauth_app::{self, Client, ClientRef};
use nexus_vault::rows::outbox;
use nexus_vault::seal::{self, Place};
use nexus_vault::source::Sourced;
use nexus_vault::{digest, keys};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use zeroize::{Zeroize, Zeroizing};

use crate::provider::call::{
    self, form_body, header_name, header_value, inject_headers, known_method,
};

/// A revocation request with all its secrets: the plaintext of an outbox entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// The method, in upper case.
    pub(crate) method: String,
    /// The URL, with all placeholders replaced.
    pub(crate) url: String,
    /// The origins to which the request is pinned.
    pub(crate) pinned: Vec<String>,
    /// Header names and values.
    pub(crate) headers: BTreeMap<String, String>,
    /// Content type and body.
    pub(crate) body: Option<(String, String)>,
    /// The sign of success that is required beside a 2xx.
    pub(crate) success: Option<Success>,
    /// Signs that the token was already invalid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gone_on: Vec<Sign>,
    /// The secrets to remove from the provider's words before they leave the broker.
    pub(crate) secrets: Vec<String>,
    /// The OAuth app whose secret is in the request, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made_with: Option<MadeWith>,
}

/// The OAuth app whose secret is in a revocation request, with all that is needed to find the app again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MadeWith {
    /// The manifest of the connection.
    pub(crate) manifest_id: String,
    /// The SHA-256 of its document.
    pub(crate) manifest_hash: String,
    /// The parameters of the connection.
    pub(crate) params: BTreeMap<String, String>,
    /// The app.
    pub(crate) client: ClientRef,
    /// The app's secret at the time of the plan.
    pub(crate) secret: String,
}

impl Drop for MadeWith {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.url.zeroize();
        self.headers.values_mut().for_each(Zeroize::zeroize);
        if let Some((_, body)) = &mut self.body {
            body.zeroize();
        }
        self.secrets.zeroize();
    }
}

/// The place of an outbox entry's ciphertext.
pub(crate) fn place<'a>(workspace: &'a str, entry: &'a str) -> Place<'a> {
    Place { kind: "outbox", workspace, row: entry, field: "sealed" }
}

/// Gives up tokens that are not stored anywhere and that nothing will use. A failure is only logged, so that
/// it cannot lose other tokens.
pub(crate) async fn lost(key: IntegrationKey<'_>, usable: &Usable) -> GivenUp {
    give_up(key.workspace, usable).await.unwrap_or_else(|error| {
        Line::error("tokens that are never revoked").with("integration", &key.id).why(&error);
        GivenUp::default()
    })
}

/// Gives up the stored credential of this version, which a new one replaces.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn replaced(key: IntegrationKey<'_>, version: i64) -> Result<GivenUp> {
    if version == 0 {
        return Ok(GivenUp::default());
    }
    match credential::load(key).await {
        Ok(old) if old.version == version => give_up(key.workspace, &old).await,
        // Another version is not replaced: in that case the new credential is not written either.
        Ok(_) | Err(Error::NotFound(_)) => Ok(GivenUp::default()),
        // A credential that cannot be opened cannot be revoked. It must not block the new one.
        Err(Error::Unreadable(why)) => {
            let line = Line::error("the replaced credential cannot be opened");
            line.with("integration", &key.id).with("why", &why).write();
            let words = "the replaced credential cannot be opened: revoke it at the provider";
            let failed = vec![receipt("unknown", TokenState::Failed, words)];
            Ok(GivenUp { failed, ..GivenUp::default() })
        }
        Err(other) => Err(other),
    }
}

/// The receipts for a provider that has no revocation request. `None` if it has one.
pub(crate) fn without_call(manifest: &Manifest, params: &str) -> Option<Vec<Receipt>> {
    let (state, why, manage_url) = match &manifest.revoke {
        Revoke::NotRevocable { not_revocable, manage_url } => {
            (TokenState::NotRevocable, not_revocable, Some(manage_url))
        }
        Revoke::Unsupported { unsupported, manage_url } => {
            (TokenState::Unsupported, unsupported, manage_url.as_ref())
        }
        Revoke::Rfc7009 { .. } | Revoke::Request { .. } => return None,
    };
    let words = match manage_url {
        Some(url) => format!("{why}: {}", with_params(url, params)),
        None => why.clone(),
    };
    let tokens: Vec<&str> = match manifest.auth_method.as_str() {
        "oauth2" => vec!["access_token", "refresh_token"],
        _ => secret_fields(manifest).collect(),
    };
    Some(tokens.into_iter().map(|token| receipt(token, state, &words)).collect())
}

/// `url` with the parameters of this connection. If they do not fit, `url` as it is.
fn with_params(url: &str, params: &str) -> String {
    let params: BTreeMap<String, String> = serde_json::from_str(params).unwrap_or_default();
    let expanded = template::expand_url(url, &|name| params.get(name).cloned());
    expanded.unwrap_or_else(|_| url.to_owned())
}

/// An outbox entry for each token of the credential that a request can revoke, the refresh token first.
/// Whether another connection uses a token is checked just before the request is sent.
pub(crate) async fn give_up(workspace: &str, usable: &Usable) -> Result<GivenUp> {
    let mut given_up = GivenUp::default();
    let (tokens, effect) = match &usable.sourced.manifest.revoke {
        Revoke::Rfc7009 { tokens, effect, .. } | Revoke::Request { tokens, effect, .. } => {
            (tokens, *effect)
        }
        Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => return Ok(given_up),
    };
    let client = match usable.sourced.manifest.auth_method.is_oauth2() {
        true => match oauth_app::of_usable(workspace, usable).await {
            Ok(client) => Some(client),
            Err(Error::OauthClientMissing { .. } | Error::Unreadable(_)) => None,
            Err(other) => return Err(other),
        },
        false => None,
    };
    let ring = keys::ring().await?;
    let digester = digest::digester().await?;
    let fields = &usable.credential.fields;
    let made_with = usable.credential.client.as_ref();
    let ends_grant = effect == RevokeEffect::Grant && made_with.is_some();
    // Only an OAuth grant joins several tokens. A key that a person entered has no grant.
    let cautious = effect == RevokeEffect::Grant
        || (made_with.is_some() && !is_believed(workspace, usable).await?);
    let mut held: Vec<&String> = tokens.iter().filter(|name| fields.contains_key(*name)).collect();
    held.sort_by_key(|token| token.as_str() != "refresh_token");
    // A refresh token without a request of its own is revoked by the access token's request, which must then
    // revoke the grant. The response that the access token is already invalid does not prove that.
    let stands_for_grant = ends_grant
        && fields.contains_key("refresh_token")
        && held.iter().all(|t| *t != "refresh_token");
    for token in held {
        let mut call = match resolve(usable, client.as_ref(), token) {
            Ok(call) => call,
            Err(error) => {
                given_up.failed.push(receipt(token, TokenState::Failed, &unmade(&error)));
                continue;
            }
        };
        if stands_for_grant {
            call.gone_on.clear();
        }
        let plain = serde_json::to_vec(&call).map(Zeroizing::new);
        let plain = plain.map_err(|_| Error::Internal("a revocation cannot be encoded".into()))?;
        let entry_id = id::outbox(clock::now_ms());
        let (sealed, key_id) = seal::seal(&ring, place(workspace, &entry_id), &plain)?;
        given_up.entries.push(OutboxEntry {
            id: entry_id,
            token: token.clone(),
            sealed: encoding::to_base64(&sealed),
            key_id,
            ends_grant,
            cautious,
            manifest_id: usable.sourced.manifest.id.clone(),
            revocation_server: usable.revocation_server(),
            digest: digester.digest(fields.get(token).map_or("", Secret::expose)),
            authorization_server: usable.authorization_server(),
            client_id: made_with.map(|made_with| made_with.client_id.clone()),
            account_id: usable.account.id.clone(),
        });
    }
    Ok(given_up)
}

/// Whether the manifest states, with a source, that one request revokes one token only, and is believed. A
/// built-in manifest is believed. A workspace's own manifest is believed if an ADMIN of the workspace vouches
/// for it.
async fn is_believed(workspace: &str, usable: &Usable) -> Result<bool> {
    let Sourced { manifest, hash } = &usable.sourced;
    if !manifest.revoke.claims_token_alone() {
        return Ok(false);
    }
    match own_version(&usable.sourced) {
        None => Ok(true),
        Some(_) => Manifests::of(workspace).believes_effect(hash).await,
    }
}

/// Receipts of the outbox entries that wait for this integration only, and are revoked when it is deleted. A
/// token that the integration holds again is left out, because it has a receipt of its own. Entries of other
/// workspaces are left out, because only their workspaces may see them. With `force`, all entries that the
/// integration gave up itself are included.
pub(crate) async fn kept_for(key: IntegrationKey<'_>, force: bool) -> Result<Vec<Receipt>> {
    let mut kept = Vec::new();
    for entry in outbox::kept_for(key).await? {
        let grant = entry.cautious || entry.ends(true).has_finding().await?;
        let users = entry.ends(grant).users(entry.forced_at.unwrap_or(-1)).await?;
        let is_forced = force && entry.integration_id == key.id;
        if is_forced || users.iter().all(|user| user.id == key.id) {
            let detail = "kept until now: the revocation is being sent to the provider";
            let receipt = receipt(&entry.token, TokenState::Pending, detail);
            kept.push(Receipt { entry_id: Some(entry.id), ..receipt });
        }
    }
    Ok(kept)
}

/// Why a revocation request cannot be built, in words for people.
fn unmade(error: &Error) -> String {
    match error {
        Error::OauthClientMissing { .. } => {
            "the OAuth app that it was connected with no longer exists: revoke it at the provider"
                .to_owned()
        }
        other => {
            Line::error("a revocation request cannot be built").why(other);
            "the stored data does not fit the manifest's revocation request: revoke it at the \
             provider"
                .to_owned()
        }
    }
}

/// The request that revokes `token`.
fn resolve(usable: &Usable, client: Option<&Client>, token: &str) -> Result<Call> {
    let value = usable.credential.fields.get(token).cloned().unwrap_or_default();
    let mut call = match &usable.sourced.manifest.revoke {
        Revoke::Rfc7009 { rfc7009, .. } => {
            let url = params::resolve_url("/revoke/rfc7009/url", &rfc7009.url, &usable.params)
                .map_err(credential::broken)?;
            let client = require_client(rfc7009.client_auth != ClientAuth::None, client, usable)?;
            standard(url.into(), rfc7009.client_auth, client, token, value.expose())?
        }
        Revoke::Request { request, .. } => {
            let by_client =
                matches!(request.auth, RevokeAuth::ClientBasic | RevokeAuth::ClientBearer);
            let client = require_client(by_client, client, usable)?;
            described(request, usable, client, token, value.expose())?
        }
        _ => return Err(Error::Internal("the manifest has no revocation request".into())),
    };
    call.pinned.clone_from(&usable.credential.pins.revoke);
    call.secrets = call::secrets(usable).iter().map(|secret| secret.to_string()).collect();
    call.secrets.extend(client.map(|client| client.secret.expose().to_owned()));
    let made_with = usable.credential.client.as_ref().zip(client);
    call.made_with = made_with.map(|(made_with, client)| MadeWith {
        manifest_id: usable.sourced.manifest.id.clone(),
        manifest_hash: usable.sourced.hash.clone(),
        params: usable.params.clone(),
        client: made_with.clone(),
        secret: client.secret.expose().to_owned(),
    });
    Ok(call)
}

/// The client. It must exist if it authenticates the request, because otherwise the provider's response would
/// say nothing about the token.
fn require_client<'a>(
    is_needed: bool,
    client: Option<&'a Client>,
    usable: &Usable,
) -> Result<Option<&'a Client>> {
    match (is_needed, client) {
        (true, None) => Err(Error::OauthClientMissing {
            manifest_id: usable.sourced.manifest.id.clone(),
            redirect_uri: String::new(),
        }),
        (_, client) => Ok(client),
    }
}

/// The revocation request of RFC 7009, 2.1.
fn standard(
    url: String,
    client_auth: ClientAuth,
    client: Option<&Client>,
    token: &str,
    value: &str,
) -> Result<Call> {
    let member = |name: &str, value: &str| (name.to_owned(), Zeroizing::new(value.to_owned()));
    let mut members = vec![member("token", value), member("token_type_hint", token)];
    let mut headers = BTreeMap::new();
    match (client_auth, client) {
        (ClientAuth::Basic, Some(client)) => {
            headers.insert("authorization".to_owned(), header_text(&call::basic(client)?));
        }
        (ClientAuth::Post, Some(client)) => {
            members.push(member("client_id", &client.id));
            members.push(member("client_secret", client.secret.expose()));
        }
        _ => {}
    }
    let (kind, body) = form_body(&members);
    let body = Some((kind.to_owned(), String::from_utf8(body).unwrap_or_default()));
    let method = "POST".to_owned();
    Ok(Call {
        method,
        url,
        headers,
        body,
        pinned: vec![],
        success: None,
        // The standard response is 200 (RFC 7009, 2.2), but some servers respond with this error.
        gone_on: vec![Sign::Body(BodySign {
            status: 400,
            pointer: "/error".to_owned(),
            equals: Json::from("invalid_token"),
        })],
        secrets: vec![],
        made_with: None,
    })
}

/// The provider's own revocation request, as its manifest describes it.
fn described(
    request: &RevokeRequest,
    usable: &Usable,
    client: Option<&Client>,
    token: &str,
    value: &str,
) -> Result<Call> {
    let lookup = |name: &str| match name {
        "token" => Some(value),
        "client_id" => client.map(|client| client.id.as_str()).or_else(|| usable.value(name)),
        "client_secret" => {
            client.map(|client| client.secret.expose()).or_else(|| usable.value(name))
        }
        _ => usable.value(name),
    };
    let broken = |error: template::TemplateError| Error::Internal(format!("revoke: {error}"));
    let url = template::expand_url(&request.url, &lookup).map_err(broken)?;
    let mut url =
        url::Url::parse(&url).map_err(|_| Error::Internal("revoke: malformed URL".into()))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    match (request.auth, client) {
        (RevokeAuth::Token, _) => {
            let mut bearer = usable.clone();
            if token == "refresh_token" {
                let value = Secret::new(value.to_owned());
                bearer.credential.fields.insert("access_token".to_owned(), value);
            }
            for (name, value) in inject_headers(&bearer, &mut url)? {
                headers.insert(name, value);
            }
        }
        (RevokeAuth::ClientBasic, Some(client)) => {
            headers.insert(header::AUTHORIZATION, call::basic(client)?);
        }
        (RevokeAuth::ClientBearer, Some(client)) => {
            let value = Zeroizing::new(format!("Bearer {}", client.secret.expose()));
            headers.insert(header::AUTHORIZATION, header_value(&value)?);
        }
        _ => {}
    }
    let body = match (&request.form, &request.json) {
        (Some(form), _) => {
            let mut members = Vec::new();
            for (name, value) in form {
                let value = template::expand(value, &lookup).map_err(broken)?;
                members.push((name.clone(), Zeroizing::new(value)));
            }
            let (kind, body) = form_body(&members);
            Some((kind.to_owned(), String::from_utf8(body).unwrap_or_default()))
        }
        (None, Some(json)) => {
            let json = expand_json(json, &lookup).map_err(broken)?;
            Some(("application/json".to_owned(), json.to_string()))
        }
        (None, None) => None,
    };
    let headers =
        headers.iter().map(|(name, value)| (name.to_string(), header_text(value))).collect();
    let method = known_method(&request.method).to_owned();
    Ok(Call {
        method,
        url: url.into(),
        headers,
        body,
        pinned: vec![],
        success: request.success.clone(),
        gone_on: request.gone_on.clone(),
        secrets: vec![],
        made_with: None,
    })
}

fn header_text(value: &HeaderValue) -> String {
    value.to_str().unwrap_or_default().to_owned()
}

fn expand_json<V: AsRef<str>>(
    json: &Json,
    lookup: &dyn Fn(&str) -> Option<V>,
) -> Result<Json, template::TemplateError> {
    Ok(match json {
        Json::String(text) => Json::String(template::expand(text, lookup)?),
        Json::Array(items) => Json::Array(
            items.iter().map(|item| expand_json(item, lookup)).collect::<Result<_, _>>()?,
        ),
        Json::Object(members) => {
            let mut expanded = serde_json::Map::new();
            for (name, value) in members {
                expanded.insert(name.clone(), expand_json(value, lookup)?);
            }
            Json::Object(expanded)
        }
        other => other.clone(),
    })
}

/// A receipt for each token of the credential. It is `pending` if an outbox entry revokes the token.
pub(crate) fn receipts(
    usable: &Usable,
    entries: &[OutboxEntry],
    failed: Vec<Receipt>,
) -> Vec<Receipt> {
    let mut receipts: Vec<Receipt> = entries
        .iter()
        .map(|entry| Receipt {
            entry_id: Some(entry.id.clone()),
            ..receipt(
                &entry.token,
                TokenState::Pending,
                "the revocation is being sent to the provider",
            )
        })
        .collect();
    receipts.extend(failed);
    let ends_grant = entries.iter().any(|entry| entry.ends_grant);
    let unmade = receipts.iter().find(|receipt| receipt.state == TokenState::Failed).cloned();
    for token in ["refresh_token", "access_token"] {
        let held = usable.credential.fields.contains_key(token);
        if held && !receipts.iter().any(|receipt| receipt.token == token) {
            receipts.push(match &unmade {
                _ if ends_grant => receipt(token, TokenState::Pending, "is revoked with the grant"),
                Some(unmade) => receipt(token, TokenState::Failed, &unmade.detail),
                None => receipt(
                    token,
                    TokenState::Unsupported,
                    "the provider has no request that revokes it",
                ),
            });
        }
    }
    receipts
}

pub(crate) fn receipt(token: &str, state: TokenState, detail: &str) -> Receipt {
    let (token, detail) = (token.to_owned(), detail.to_owned());
    Receipt { token, state, detail, entry_id: None }
}

/// Names of other integrations that use, or may use, the tokens that the entries revoke: integrations with
/// the same token and, if the manifest says that the grant is revoked, integrations with the same grant. A
/// revocation that may reach further than the manifest says needs no decision, because the token waits in the
/// outbox. Integrations of other workspaces come without a name.
pub(crate) async fn siblings(
    key: IntegrationKey<'_>,
    entries: &[OutboxEntry],
) -> Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for entry in entries {
        let ends = SharedGrant { grant: entry.ends_grant, ..SharedGrant::of(key, entry) };
        let users = ends.users(-1).await?;
        names.extend(
            users.iter().filter(|user| user.id != key.id).map(|user| user.name().to_owned()),
        );
    }
    Ok(names.into_iter().collect())
}
