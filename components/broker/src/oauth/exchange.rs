//! Finishes an OAuth flow when the browser comes back: exchanges the code for tokens (RFC 6749, 4.1.3),
//! verifies the tokens, compares the account, and seals the result for the caller to store.
//!
//! This module must not drop tokens that are not stored. It returns them as entries for the outbox.

use std::collections::BTreeMap;

use nexus_common::broker::Exchange;
use nexus_common::domain::manifest_id::is_own;
use nexus_common::domain::{Account, Connected, Exchanged, GivenUp, Health, IntegrationKey};
use nexus_common::log::Line;
use nexus_common::secret::Secret;
use nexus_common::store::{Integrations, now_ms, require_integration_not_stopped};
use nexus_common::{Error, Result, encoding};
use nexus_manifests::{Pins, params, pins, pins_before_flow};
use nexus_vault::credential::{self, Credential, Times, Usable, own_version, params_json};
use nexus_vault::oauth_app::{self, Client};
use nexus_vault::source::{self, Sourced};
use nexus_vault::{digest, keys, seal};
use serde_json::{Value as Json, json};

use super::authorize::{FlowSecret, place};
use super::refusal::TokenFailure;
use super::scopes;
use super::token::{self, Grant, Tokens};
use crate::ending::plan;
use crate::provider::screen::Screen;
use crate::provider::verify;

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
    let (replaces, replaced) = replaced(callback.key, callback.before).await;
    let stored = Some(Connected {
        credential: usable.seal(callback.key).await?,
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
        let code = query.get("code").filter(|code| !code.is_empty());
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

/// The callback's query.
struct Query<'a>(&'a Json);

impl<'a> Query<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Json::as_str)
    }
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

/// The stored state of the integration that is being connected.
#[derive(Default)]
struct PreviousConnection {
    version: i64,
    connected_at: i64,
    account_id: Option<String>,
    params: BTreeMap<String, String>,
}

impl PreviousConnection {
    async fn find(key: IntegrationKey<'_>) -> Result<Option<Self>> {
        let found = Integrations::of(key.workspace).connection(key.id).await?;
        let Some(found) = found else { return Ok(None) };
        let params = serde_json::from_str(&found.params)
            .map_err(|_| Error::Unreadable("the parameters".into()))?;
        Ok(Some(Self {
            version: found.version,
            account_id: found.account_id.filter(|id| !id.is_empty()),
            params,
            connected_at: found.connected_at,
        }))
    }

    /// Whether only refreshes have happened since `before`.
    fn is_refreshed(&self, before: &Self) -> bool {
        self.connected_at == before.connected_at
            && self.account_id == before.account_id
            && self.params == before.params
    }

    /// Whether the entered parameters are the ones that the flow was begun with.
    fn has_params(&self, sourced: &Sourced, flow: &FlowSecret) -> bool {
        let entered = self.params.iter().filter(|(name, _)| sourced.manifest.is_entered(name));
        entered.eq(flow.params.iter())
    }
}

/// The reason why tokens are not stored.
struct Refusal {
    code: &'static str,
    words: String,
}

/// New tokens, with the flow and the query that led to them.
struct AccountCheck<'a> {
    flow: &'a FlowSecret,
    tokens: &'a Tokens,
    query: &'a Query<'a>,
    screen: &'a Screen,
}

impl AccountCheck<'_> {
    /// Verifies the tokens, compares the account, and returns the health. Sets the account of `usable` even
    /// if the tokens are rejected.
    async fn judge(
        &self,
        usable: &mut Usable,
        before: Option<&PreviousConnection>,
    ) -> Result<Health, Refusal> {
        let found = self.found(usable).map_err(|words| {
            let words = format!("the provider's response does not fit: {words}");
            Refusal { code: "provider_error", words }
        })?;
        usable.params.extend(found);
        // Only now is a host known that the token response names. Nothing was sent to it so far.
        usable.credential.pins =
            pins(&usable.sourced.manifest, &usable.params).map_err(|finding| {
                let words = format!("the provider's response does not fit: {}", finding.detail);
                Refusal { code: "provider_error", words }
            })?;
        let expected = before.and_then(|before| before.account_id.as_deref());
        let health = self.verify(usable, expected).await?;
        // After the verification, which says whose tokens these are: so they can be revoked.
        self.check_hosts(usable, before)?;
        self.check_account(&usable.account, expected, health)?;
        Ok(health)
    }

    /// Verifies the tokens at the provider, if it can. Without a result, the account is unknown. Then the tokens
    /// are accepted only if any account is.
    async fn verify(&self, usable: &mut Usable, expected: Option<&str>) -> Result<Health, Refusal> {
        if !usable.can_be_verified() {
            return Ok(Health::Unknown);
        }
        match verify::run(usable).await {
            Ok(account) => {
                usable.account = account;
                Ok(Health::Healthy)
            }
            Err(Error::CredentialRefused(words)) => {
                Err(Refusal { code: "credential_refused", words })
            }
            Err(_) if expected.is_none() || self.flow.accept_account_change => Ok(Health::Unknown),
            Err(error) => {
                let code = match error {
                    Error::ProviderTimeout(_) => "provider_timeout",
                    _ => "provider_error",
                };
                let words = "the account could not be compared, because the provider did not \
                             answer: try again later";
                Err(Refusal { code, words: words.to_owned() })
            }
        }
    }

    /// Checks that the account is the `expected` one, unless the admin accepts another.
    fn check_account(
        &self,
        account: &Account,
        expected: Option<&str>,
        health: Health,
    ) -> Result<(), Refusal> {
        let is_same = match (expected, account.id.as_deref()) {
            (Some(expected), Some(found)) => expected == found,
            (Some(_), None) => health != Health::Healthy,
            (None, _) => true,
        };
        if is_same || self.flow.accept_account_change {
            return Ok(());
        }
        let label = account.label.as_deref().or(account.id.as_deref());
        let label = label.unwrap_or("another account");
        let words = format!("{label} was connected, which is not the account that it was before");
        Err(Refusal { code: "account_mismatch", words })
    }

    /// Compares the hosts that the token response names with those of the connection before. Another host belongs to
    /// another account, whatever that host says of itself.
    fn check_hosts(
        &self,
        usable: &Usable,
        before: Option<&PreviousConnection>,
    ) -> Result<(), Refusal> {
        let Some(before) = before.filter(|_| !self.flow.accept_account_change) else {
            return Ok(());
        };
        let params = &usable.sourced.manifest.params;
        for param in params.iter().filter(|param| !param.within.is_empty()) {
            let hosts = (before.params.get(&param.name), usable.params.get(&param.name));
            if let (Some(old), Some(new)) = hosts
                && old != new
            {
                let words =
                    format!("the provider now names the host {new}, and it was {old} before");
                return Err(Refusal { code: "account_mismatch", words });
            }
        }
        Ok(())
    }

    /// Parameters that the provider supplied. A value with a secret in it is an error.
    fn found(&self, usable: &Usable) -> Result<BTreeMap<String, String>, String> {
        let callback = |name: &str| self.query.get(name).map(str::to_owned);
        let found =
            params::flow_params(&usable.sourced.manifest, self.tokens.answer.expose(), &callback);
        let found = found.map_err(|findings| {
            findings.into_iter().next().map(|finding| finding.detail).unwrap_or_default()
        })?;
        match found.iter().find(|(_, value)| self.screen.holds(value)) {
            Some((name, _)) => Err(format!("the value of {name} contains a secret")),
            None => Ok(found),
        }
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
