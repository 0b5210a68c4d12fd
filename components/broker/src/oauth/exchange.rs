//! Finishes an OAuth flow when the browser comes back: exchanges the code for tokens (RFC 6749, 4.1.3),
//! has the tokens judged, and seals the result for the caller to store.
//!
//! This module must not drop tokens that are not stored. It returns them as entries for the outbox.

use std::collections::BTreeMap;

use nexus_common::broker::Exchange;
use nexus_common::domain::manifest_id::is_own;
use nexus_common::domain::{Account, Connected, Exchanged, GivenUp, IntegrationKey};
use nexus_common::log::Line;
use nexus_common::secret::Secret;
use nexus_common::store::{now_ms, require_integration_not_stopped};
use nexus_common::{Error, Result, encoding};
use nexus_manifests::{OAuth2, Pins, pins_before_flow};
use nexus_vault::credential::{self, Credential, Times, Usable, own_version, params_json};
use nexus_vault::oauth_app::{self, Client};
use nexus_vault::source::{self, Sourced};
use nexus_vault::{digest, keys, seal};
use serde_json::{Value as Json, json};

use super::account::{AccountCheck, Query, Refusal};
use super::authorize::{FlowSecret, place};
use super::previous::PreviousConnection;
use super::refusal::TokenFailure;
use super::scopes;
use super::token::{self, Grant, Tokens};
use crate::ending::plan;
use crate::provider::screen::Screen;

/// Finishes an authorization.
///
/// # Errors
/// [`Error::Stopped`], [`Error::FlowInvalid`], [`Error::OauthClientMissing`]. If the provider gave no tokens,
/// [`Error::CredentialRefused`], [`Error::Provider`], [`Error::ProviderTimeout`].
pub(crate) async fn exchange(request: &Exchange) -> Result<Exchanged> {
    let flow = open(request).await?;
    let key = IntegrationKey::new(&request.workspace, &request.integration_id);
    require_integration_not_stopped(key, Some(&flow.manifest_id)).await?;
    let query = Query(request.query.expose());
    let callback = Callback::check(request, &flow, &query).await?;
    let begun = now_ms().await?;
    let tokens = callback.request_tokens().await?;
    let mut usable = callback.usable(&tokens, begun);
    let screen = callback.screen(&tokens);
    let check = AccountCheck { flow: &flow, tokens: &tokens, query: &query, screen: &screen };
    let judged = check.judge(&mut usable, callback.before.as_ref()).await;
    let lost = plan::lost(callback.key, &usable).await;
    let health = match judged {
        Ok(health) => health,
        Err(Refusal { code, words }) => {
            let refused = Some((code.to_owned(), words));
            return Ok(Exchanged { stored: None, refused, lost, replaced: GivenUp::default() });
        }
    };
    let credential = match usable.seal(callback.key).await {
        Ok(credential) => credential,
        Err(error) => {
            Line::error("new tokens cannot be sealed").with("integration", &key.id).why(&error);
            let words = "the new tokens cannot be sealed: see the log".to_owned();
            let refused = Some(("internal".to_owned(), words));
            return Ok(Exchanged { stored: None, refused, lost, replaced: GivenUp::default() });
        }
    };
    let (replaces, replaced) = replaced(callback.key, callback.before).await;
    let stored = Some(Connected {
        credential,
        replaces,
        health,
        account: usable.account.clone(),
        params: params_json(&usable.params),
        scopes: scopes(&usable.sourced, &flow, &tokens, &screen),
        manifest_hash: usable.sourced.hash.clone(),
    });
    let replaced = GivenUp { forced: flow.force, ..replaced };
    Ok(Exchanged { stored, refused: None, lost, replaced })
}

/// A callback that passed all checks, with everything that the request for tokens needs.
struct Callback<'a> {
    key: IntegrationKey<'a>,
    flow: &'a FlowSecret,
    code: &'a str,
    sourced: Sourced,
    client: Client,
    pins: Pins,
    /// The connection that the new one replaces, if there is one.
    before: Option<PreviousConnection>,
}

impl<'a> Callback<'a> {
    /// Checks the callback. Steps that may fail come here, before the request to the provider. After it, the
    /// broker holds the only copy of the tokens.
    async fn check(request: &'a Exchange, flow: &'a FlowSecret, query: &Query<'a>) -> Result<Self> {
        let sourced = source::of_stored(&flow.manifest_id, &flow.manifest_hash).await?;
        check_address(request, flow)?;
        check_issuer(&sourced, query)?;
        let oauth2 = sourced.manifest.oauth2.as_ref();
        let code_name = oauth2.map_or("code", OAuth2::code_name);
        let code = query.get(code_name).filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| {
            Error::FlowInvalid("the provider sent no authorization code: start again".into())
        })?;
        let (workspace, params) = (request.workspace.as_str(), &flow.params);
        let client = oauth_app::of_connection(workspace, &sourced, params, &flow.client).await?;
        let pins = pins_before_flow(&sourced.manifest, params).map_err(credential::broken)?;
        digest::digester().await?;
        let key = IntegrationKey::new(workspace, &request.integration_id);
        let before = PreviousConnection::find(key).await?;
        if before.as_ref().is_some_and(|before| !before.has_params(&sourced, flow)) {
            let why = "the integration's parameters were changed meanwhile: start again";
            return Err(Error::FlowInvalid(why.into()));
        }
        Ok(Self { key, flow, code, sourced, client, pins, before })
    }

    /// Exchanges the code for tokens.
    async fn request_tokens(&self) -> Result<Tokens> {
        let grant = Grant::Code {
            code: self.code,
            redirect_uri: &self.flow.client.redirect_uri,
            verifier: self.flow.verifier.as_ref().map(Secret::expose),
        };
        let (manifest, params) = (&self.sourced.manifest, &self.flow.params);
        let (workspace, pinned) = (self.key.workspace, &self.pins.token);
        let tokens =
            token::request(workspace, manifest, params, &self.client, &grant, pinned).await;
        tokens.map_err(|failure| match failure {
            TokenFailure::Grant(why) => Error::FlowInvalid(why),
            other => other.into(),
        })
    }

    /// The new credential with `tokens`, which were requested at `begun`.
    fn usable(&self, tokens: &Tokens, begun: i64) -> Usable {
        let mut fields = BTreeMap::new();
        fields.insert("access_token".to_owned(), tokens.access_token.clone());
        if let Some(refresh) = &tokens.refresh_token {
            fields.insert("refresh_token".to_owned(), refresh.clone());
        }
        let credential = Credential {
            manifest_id: self.sourced.manifest.id.clone(),
            manifest_hash: own_version(&self.sourced),
            pins: self.pins.clone(),
            fields,
            client: Some(self.flow.client.clone()),
        };
        Usable {
            workspace: self.key.workspace.to_owned(),
            sourced: self.sourced.clone(),
            params: self.flow.params.clone(),
            credential,
            version: 0,
            times: Times::new(begun, tokens.expiry),
            account: Account::default(),
        }
    }

    /// The screen that keeps the secrets of this exchange out of every text that is shown.
    fn screen(&self, tokens: &Tokens) -> Screen {
        let others = [&tokens.refresh_token, &self.flow.verifier];
        let others = others.into_iter().flatten().map(Secret::expose);
        let own = [self.client.secret.expose(), self.code, tokens.access_token.expose()];
        Screen::new(own.into_iter().chain(others))
    }
}

/// Plans the revocation of the tokens that new tokens replace. Returns the version that is replaced, too.
async fn replaced(key: IntegrationKey<'_>, before: Option<PreviousConnection>) -> (i64, GivenUp) {
    // A refresh may have stored a new version meanwhile, which is replaced. Any other change is kept.
    let before = before.unwrap_or_default();
    let now = PreviousConnection::find(key).await.ok().flatten();
    let version =
        now.filter(|now| now.is_refreshed(&before)).map_or(before.version, |now| now.version);
    // A failure with the old tokens must not lose the new ones, because the broker holds the only copy.
    let given_up = plan::replaced(key, version).await.unwrap_or_else(|error| {
        Line::error("replaced tokens are not revoked").with("integration", &key.id).why(&error);
        GivenUp::default()
    });
    (version, given_up)
}

/// Opens the data with which the flow was begun.
async fn open(request: &Exchange) -> Result<FlowSecret> {
    let broken = || Error::Unreadable("the flow".into());
    let sealed = encoding::from_base64(&request.sealed).ok_or_else(broken)?;
    let ring = keys::ring().await?;
    let plain = seal::open(&ring, place(&request.workspace, &request.state_hash), &sealed)?;
    let flow: FlowSecret = serde_json::from_slice(&plain).map_err(|_| broken())?;
    if flow.integration_id != request.integration_id {
        return Err(broken());
    }
    Ok(flow)
}

/// Checks the address to which the browser came back. Each of a workspace's own manifests has its own callback
/// address (RFC 9700, 4.4.2.2).
fn check_address(request: &Exchange, flow: &FlowSecret) -> Result<()> {
    let own = is_own(&flow.manifest_id).then_some(flow.manifest_id.as_str());
    match request.callback.as_deref() == own {
        true => Ok(()),
        false => Err(Error::FlowInvalid(
            "the browser came back to a callback address of another manifest: start again".into(),
        )),
    }
}

/// Checks that `iss` names the authorization server (RFC 9207, 2.4). It is required if the manifest has an
/// issuer.
fn check_issuer(sourced: &Sourced, query: &Query<'_>) -> Result<()> {
    let oauth2 = sourced.manifest.oauth2.as_ref();
    let Some(issuer) = oauth2.and_then(|oauth2| oauth2.issuer.as_deref()) else { return Ok(()) };
    match query.get("iss") {
        Some(iss) if iss == issuer => Ok(()),
        Some(_) => Err(Error::FlowInvalid("another authorization server answered (`iss`)".into())),
        None => Err(Error::FlowInvalid(
            "the response does not name its authorization server (`iss` is missing)".into(),
        )),
    }
}

/// The requested, granted and missing scopes. An `unreported` scope never counts as missing.
fn scopes(sourced: &Sourced, flow: &FlowSecret, tokens: &Tokens, screen: &Screen) -> Json {
    let oauth2 = sourced.manifest.oauth2.as_ref();
    let reported =
        oauth2.and_then(|oauth2| scopes::granted(oauth2, tokens.answer.expose(), &flow.scopes));
    let mut granted = reported.unwrap_or_else(|| flow.scopes.clone());
    granted.retain(|scope| !screen.holds(scope));
    let unreported = oauth2.map_or(&[][..], |oauth2| &oauth2.scopes.unreported);
    let mut missing = scopes::missing(&flow.scopes, &granted);
    missing.retain(|scope| !unreported.contains(scope));
    json!({"requested": flow.scopes, "granted": granted, "missing": missing})
}
