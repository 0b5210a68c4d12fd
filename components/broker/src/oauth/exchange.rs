//! A browser came back: the code becomes tokens (RFC 6749, 4.1.3), the tokens are tried, the account
//! is compared, and all is sealed for the caller to write.
//!
//! Tokens that must not be stored are never dropped: they leave as entries for the outbox.

use std::collections::BTreeMap;

use nexus_common::broker::{Account, Connected, Exchange, Exchanged};
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::read_row;
use nexus_common::{Error, Result, encoding};
use nexus_manifests::params;
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use super::authorize::{FlowSecret, place};
use super::clients;
use super::token::{self, Grant, TokenFailure, Tokens};
use crate::credential::{self, Credential, Times, Usable, own_version, params_json};
use crate::source::Sourced;
use crate::{keys, revoke, seal, source, verify};

/// Finishes an authorization.
///
/// # Errors
/// [`Error::FlowInvalid`], [`Error::OauthClientMissing`], and where the provider gave no tokens
/// [`Error::CredentialRefused`], [`Error::Provider`], [`Error::ProviderTimeout`].
pub(crate) async fn exchange(back: &Exchange) -> Result<Exchanged> {
    let flow = open(back).await?;
    let query = Query(back.query.expose());
    let sourced = source::of_stored(&flow.manifest_id, &flow.manifest_hash).await?;
    // Each of a workspace's own servers has an address of its own (RFC 9700, 4.4.2.2).
    let own = flow.manifest_id.starts_with("custom-").then_some(flow.manifest_id.as_str());
    if back.callback.as_deref() != own {
        return Err(Error::FlowInvalid(
            "it came back to another address than it was sent to".into(),
        ));
    }
    check_issuer(&sourced, &query)?;
    let code = query.get("code").filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| Error::FlowInvalid("the provider sent no code".into()))?;
    let client =
        clients::of_connection(&back.workspace, &sourced, &flow.params, &flow.client).await?;
    let pins =
        nexus_manifests::pins(&sourced.manifest, &flow.params).map_err(credential::broken)?;
    let grant = Grant::Code {
        code,
        redirect_uri: &flow.client.redirect_uri,
        verifier: flow.verifier.as_deref(),
    };
    let begun = now_ms().await?;
    let tokens = token::ask(&sourced.manifest, &flow.params, &client, &grant, &pins.token).await;
    let tokens = tokens.map_err(|failure| match failure {
        TokenFailure::Grant(why) => Error::FlowInvalid(why),
        other => other.into(),
    })?;
    let unreported = sourced.manifest.oauth2.as_ref().map(|oauth2| &oauth2.scopes.unreported);
    let scopes = scopes(&flow, &tokens, unreported.map_or(&[][..], Vec::as_slice));
    let mut fields = BTreeMap::new();
    fields.insert("access_token".to_owned(), tokens.access_token.to_string());
    if let Some(refresh) = &tokens.refresh_token {
        fields.insert("refresh_token".to_owned(), refresh.to_string());
    }
    let credential = Credential {
        manifest_id: sourced.manifest.id.clone(),
        manifest_hash: own_version(&sourced),
        pins,
        fields,
        client: Some(flow.client.clone()),
    };
    let times = Times::new(begun, tokens.lifetime);
    let mut usable = Usable { sourced, params: flow.params.clone(), credential, version: 0, times };
    let before = Before::find(&back.workspace, &back.integration_id).await?;
    let judged = judge(&mut usable, &flow, &tokens, &query, before.as_ref()).await;
    let (account_id, health, account, refused) = match judged {
        Ok((health, account)) => (account.id.clone(), health, account, None),
        Err(Refusal { code, words, account_id }) => {
            (account_id, "", Account::default(), Some((code.to_owned(), words)))
        }
    };
    let old = match &before {
        Some(before) if before.version > 0 => {
            revoke::stored(&back.workspace, &back.integration_id).await
        }
        _ => None,
    };
    let account_id = account_id.as_deref();
    let lost = revoke::entries(&back.workspace, &usable, Some(&client), account_id, old.as_ref());
    let lost = lost.await?;
    if refused.is_some() {
        return Ok(Exchanged { stored: None, refused, lost, replaced: Vec::new() });
    }
    let replaced = match &old {
        Some(old) => {
            let account = before.as_ref().and_then(|before| before.account_id.as_deref());
            revoke::replaced(&back.workspace, &back.integration_id, old, &usable, account).await
        }
        None => Vec::new(),
    };
    let stored = Some(Connected {
        credential: usable.seal(&back.workspace, &back.integration_id).await?,
        replaces: before.map_or(0, |before| before.version),
        health: health.to_owned(),
        account,
        params: params_json(&usable.params),
        scopes,
        manifest_hash: usable.sourced.hash.clone(),
    });
    Ok(Exchanged { stored, refused: None, lost, replaced })
}

async fn open(back: &Exchange) -> Result<FlowSecret> {
    let broken = || Error::Unreadable("the flow".into());
    let sealed = encoding::from_base64(&back.sealed).ok_or_else(broken)?;
    let ring = keys::ring().await?;
    let plain = seal::open(&ring, place(&back.workspace, &back.state_hash), &sealed)?;
    let flow: FlowSecret = serde_json::from_slice(&plain).map_err(|_| broken())?;
    if flow.integration_id != back.integration_id {
        return Err(broken());
    }
    Ok(flow)
}

/// The callback's query.
struct Query<'a>(&'a Json);

impl Query<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }
}

/// `iss` names who answered (RFC 9207, 2.4): where the manifest has an issuer it must be there.
fn check_issuer(sourced: &Sourced, query: &Query<'_>) -> Result<()> {
    let oauth2 = sourced.manifest.oauth2.as_ref();
    let Some(issuer) = oauth2.and_then(|oauth2| oauth2.issuer.as_deref()) else { return Ok(()) };
    match query.get("iss") {
        Some(iss) if iss == issuer => Ok(()),
        Some(_) => Err(Error::FlowInvalid("another authorization server answered (`iss`)".into())),
        None => Err(Error::FlowInvalid("the answer does not say who it is from (`iss`)".into())),
    }
}

/// What is stored already of the integration that is connected.
struct Before {
    version: i64,
    account_id: Option<String>,
}

impl Before {
    async fn find(workspace: &str, id: &str) -> Result<Option<Self>> {
        let sql = "select coalesce(c.version, 0), i.account_id from integrations i
                   left join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let row = read_row(sql, [Value::text(workspace), Value::text(id)]).await?;
        Ok(row.map(|row| Self {
            version: row.get(0).unwrap_or(0),
            account_id: Some(text(&row, 1).to_owned()).filter(|id| !id.is_empty()),
        }))
    }
}

/// Why tokens are not stored.
struct Refusal {
    code: &'static str,
    words: String,
    account_id: Option<String>,
}

/// Tries the tokens, and compares whose they are.
async fn judge(
    usable: &mut Usable,
    flow: &FlowSecret,
    tokens: &Tokens,
    query: &Query<'_>,
    before: Option<&Before>,
) -> Result<(&'static str, Account), Refusal> {
    let refuse = |code: &'static str, words: String, account_id: Option<String>| Refusal {
        code,
        words,
        account_id,
    };
    let callback = |name: &str| query.get(name).map(str::to_owned);
    let found = params::found(&usable.sourced.manifest, &tokens.answer, &callback);
    let found = found.map_err(|findings| {
        let words = findings.into_iter().next().map(|finding| finding.detail).unwrap_or_default();
        refuse("provider_error", format!("the provider's answer does not fit: {words}"), None)
    })?;
    usable.params.extend(found);
    let expected = before.and_then(|before| before.account_id.as_deref());
    let (health, account) = match usable.can_be_verified() {
        false => ("unknown", Account::default()),
        true => match verify::run(usable).await {
            Ok(account) => ("healthy", account),
            Err(Error::CredentialRefused(why)) => {
                return Err(refuse("credential_refused", why, None));
            }
            // Whose they are cannot be seen now: stored only where nobody has to know.
            Err(_) if expected.is_none() || flow.accept_account_change => {
                ("unknown", Account::default())
            }
            Err(error) => {
                let code = match error {
                    Error::ProviderTimeout(_) => "provider_timeout",
                    _ => "provider_error",
                };
                let words = "the account could not be compared: the provider did not answer";
                return Err(refuse(code, words.into(), None));
            }
        },
    };
    let same = match (expected, account.id.as_deref()) {
        (Some(expected), Some(found)) => expected == found,
        (Some(_), None) => health != "healthy",
        (None, _) => true,
    };
    if !same && !flow.accept_account_change {
        let label = account.label.as_deref().or(account.id.as_deref()).unwrap_or("another account");
        let words = format!("{label} was connected, which is not the account it was before");
        return Err(refuse("account_mismatch", words, account.id));
    }
    Ok((health, account))
}

/// What was asked for, what was granted, what is missing; of what is `unreported` nothing is known.
fn scopes(flow: &FlowSecret, tokens: &Tokens, unreported: &[String]) -> Json {
    let granted = tokens.scopes.as_ref().unwrap_or(&flow.scopes);
    let told = |scope: &&String| !granted.contains(scope) && !unreported.contains(scope);
    let missing: Vec<&String> = flow.scopes.iter().filter(told).collect();
    json!({"requested": flow.scopes, "granted": granted, "missing": missing})
}

/// The database's time, in milliseconds since the Unix epoch.
pub(super) async fn now_ms() -> Result<i64> {
    let row = read_row("select cast(unixepoch('subsec') * 1000 as integer)", []).await?;
    Ok(row.and_then(|row| row.get(0)).unwrap_or(0))
}

/// Mints the token of a client that the admin entered (RFC 6749, 4.4), and puts it beside its
/// fields.
///
/// # Errors
/// [`Error::CredentialRefused`], [`Error::Provider`], [`Error::ProviderTimeout`].
pub(crate) async fn mint(usable: &mut Usable) -> Result<()> {
    let begun = now_ms().await?;
    let tokens = token::ask_for_client(usable).await?;
    usable.times = Times::new(begun, tokens.lifetime);
    let fields = &mut usable.credential.fields;
    let old = fields.insert("access_token".into(), tokens.access_token.to_string());
    drop(old.map(Zeroizing::new));
    Ok(())
}
