//! Plans revocations. For each token that an integration no longer uses, this module seals the revocation request for
//! the outbox, and writes a receipt.
//!
//! This module must not write the state `revoked`. Only `outbox` does, after the provider has responded.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nexus_common::domain::{GivenUp, Grace, IntegrationKey, OutboxEntry, Receipt, TokenState};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::secret::Secret;
use nexus_common::store::{Manifests, SharedGrant, count_unrevoked, keep_trying};
use nexus_common::{Error, Result, encoding, id};
use nexus_manifests::{
    AuthMethod, ClientAuth, Manifest, Revoke, RevokeAuth, RevokeEffect, Sign, template,
};
use nexus_vault::credential::{self, CALL_MS, Usable, own_version, secret_fields};
use nexus_vault::digest;
use nexus_vault::keys::{self, KeyRing};
use nexus_vault::oauth_app::{self, Client};
use nexus_vault::plaintext;
use nexus_vault::rows::outbox;
use nexus_vault::seal::{self, Place};
use nexus_vault::source::Sourced;

use super::request::{Call, resolve};

/// The place of an outbox entry's ciphertext.
pub(crate) fn place<'a>(workspace: &'a str, entry: &'a str) -> Place<'a> {
    Place { kind: "outbox", workspace, row: entry, field: "sealed" }
}

/// How long the revocation of tokens that nothing will use is tried to be planned while the database cannot be read.
const PLAN_WITHIN: Duration = Duration::from_secs(5);

/// The maximum number of tokens of one integration that wait to be revoked, if calls alone have replaced them. An agent can
/// make a provider reject a call every few minutes, and a provider may accept no revocations for days.
const MOST_REPLACED: i64 = 10;

/// Gives up tokens that are not stored anywhere and that nothing will use. A failure is only logged, so that
/// it cannot lose other tokens.
pub(crate) async fn lost(key: IntegrationKey<'_>, usable: &Usable) -> GivenUp {
    within(key, async || give_up(key.workspace, usable).await).await
}

/// Gives up the access token of `old`, which a minted token replaces before its time. Calls that have begun may still use
/// it for [`CALL_MS`]. A failure is only logged, because the new token must be stored.
pub(crate) async fn replaced_early(key: IntegrationKey<'_>, old: &Usable) -> GivenUp {
    within(key, async || give_up_alone(key, old).await).await
}

/// Plans with `plan`, and tries again for a while. A failure is only logged.
async fn within(key: IntegrationKey<'_>, plan: impl AsyncFnMut() -> Result<GivenUp>) -> GivenUp {
    let log = |what: &str, error: &Error| {
        Line::error(what).with("integration", &key.id).why(error);
    };
    let note = |error: &Error| log("the revocation of tokens is not planned yet", error);
    keep_trying(PLAN_WITHIN, note, plan).await.unwrap_or_else(|error| {
        log("tokens that are never revoked", &error);
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
        // A different version is not replaced, and then the new credential is not written either.
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
    let tokens: Vec<&str> = match manifest.auth_method {
        AuthMethod::Oauth2 => vec!["access_token", "refresh_token"],
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
    match revocable(usable) {
        Some(revocable) => entries(workspace, usable, revocable, End::OfCredential).await,
        None => Ok(GivenUp::default()),
    }
}

/// An outbox entry for the access token, if the manifest states that its request revokes this token alone, and is believed.
/// The token that replaces it may belong to the same grant, and is in use.
async fn give_up_alone(key: IntegrationKey<'_>, old: &Usable) -> Result<GivenUp> {
    let Some((held, RevokeEffect::Token)) = revocable(old) else { return Ok(GivenUp::default()) };
    let held: Vec<&String> = held.into_iter().filter(|token| *token == "access_token").collect();
    if held.is_empty() || !is_believed(key.workspace, old).await? {
        return Ok(GivenUp::default());
    }
    if count_unrevoked(key).await? >= MOST_REPLACED {
        let words = "not revoked, because too many earlier tokens of this connection wait to be revoked. It may be valid until \
                     it expires";
        let failed = vec![receipt("access_token", TokenState::Failed, words)];
        return Ok(GivenUp { failed, ..GivenUp::default() });
    }
    let revocable = (held, RevokeEffect::Token);
    let given_up = entries(key.workspace, old, revocable, End::ReplacedEarly).await?;
    for entry in &given_up.entries {
        if SharedGrant::of(key, entry).has_finding().await? {
            return Ok(GivenUp::default());
        }
    }
    Ok(given_up)
}

/// Why tokens are given up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The connection ends, or has another credential.
    OfCredential,
    /// Another token replaces one that may live, and the connection goes on.
    ReplacedEarly,
}

/// An outbox entry for each of the tokens `held`, in their order.
async fn entries(
    workspace: &str,
    usable: &Usable,
    (held, effect): (Vec<&String>, RevokeEffect),
    end: End,
) -> Result<GivenUp> {
    let mut given_up = GivenUp::default();
    let client = client_of(workspace, usable).await?;
    let ring = keys::ring().await?;
    let digester = digest::digester().await?;
    let fields = &usable.credential.fields;
    let made_with = usable.credential.client.as_ref();
    let ends_grant = effect == RevokeEffect::Grant && made_with.is_some();
    // Only an OAuth grant joins several tokens. A key that a person entered has no grant.
    let cautious = effect == RevokeEffect::Grant
        || (made_with.is_some() && !is_believed(workspace, usable).await?);
    // A refresh token without a request of its own is revoked by the access token's request, which must then
    // revoke the grant. The response that the access token is already invalid does not prove that.
    let stands_for_grant = ends_grant
        && fields.contains_key("refresh_token")
        && held.iter().all(|t| *t != "refresh_token");
    for token in held {
        let mut call = match resolve(usable, client.as_ref(), token) {
            Ok(call) => call,
            Err(error) => {
                given_up.failed.push(receipt(token, TokenState::Failed, &failure_words(&error)));
                continue;
            }
        };
        if stands_for_grant {
            call.gone_on.clear();
        }
        if end == End::ReplacedEarly {
            call.gone_on.extend(gone_on_rejection(usable));
        }
        let id = id::outbox(clock::now_ms());
        let (sealed, key_id) = seal_call(&ring, place(workspace, &id), &call)?;
        given_up.entries.push(OutboxEntry {
            id,
            token: token.clone(),
            sealed,
            key_id,
            ends_grant,
            cautious,
            manifest_id: usable.sourced.manifest.id.clone(),
            manifest_hash: usable.sourced.hash.clone(),
            revocation_server: usable.revocation_server(),
            digest: digester.digest(fields.get(token).map_or("", Secret::expose)),
            authorization_server: usable.authorization_server(),
            client_id: made_with.map(|made_with| made_with.client_id.clone()),
            account_id: usable.account.id.clone(),
            grace: (end == End::ReplacedEarly)
                .then_some(Grace { lasts_ms: CALL_MS, expires_at: usable.times.expires_at }),
        });
    }
    Ok(given_up)
}

/// The sign that a token which calls alone have replaced is no longer valid. The provider has rejected this token, and has
/// just accepted the credential that it was made with. If the token authenticates its own revocation, a second rejection
/// says that it is no longer valid.
fn gone_on_rejection(old: &Usable) -> Option<Sign> {
    match &old.sourced.manifest.revoke {
        Revoke::Request { request, .. } if request.auth == RevokeAuth::Token => {
            Some(Sign::Status(401))
        }
        _ => None,
    }
}

/// The tokens of the credential that a request can revoke, the refresh token first, and the effect of the request.
/// `None` if the manifest has no request.
fn revocable(usable: &Usable) -> Option<(Vec<&String>, RevokeEffect)> {
    let (Revoke::Rfc7009 { tokens, effect, .. } | Revoke::Request { tokens, effect, .. }) =
        &usable.sourced.manifest.revoke
    else {
        return None;
    };
    let fields = &usable.credential.fields;
    let mut held: Vec<&String> = tokens.iter().filter(|name| fields.contains_key(*name)).collect();
    held.sort_by_key(|token| token.as_str() != "refresh_token");
    Some((held, *effect))
}

/// The OAuth app of a connection. `None` if the connection has none, or if the app no longer exists and had a secret.
async fn client_of(workspace: &str, usable: &Usable) -> Result<Option<Client>> {
    if !usable.sourced.manifest.auth_method.has_tokens() {
        return Ok(None);
    }
    match oauth_app::of_usable(workspace, usable).await {
        Ok(client) => Ok(Some(client)),
        Err(Error::OauthClientMissing { .. }) => Ok(public_client(usable)),
        Err(Error::Unreadable(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The public client that a connection was made with. Its id, which is sealed with the tokens, is all that a revocation
/// needs, so the app need not be stored any more (RFC 7009, 2.1).
fn public_client(usable: &Usable) -> Option<Client> {
    let oauth2 = usable.sourced.manifest.oauth2.as_ref()?;
    let made_with = usable.credential.client.as_ref()?;
    let id = made_with.client_id.clone();
    (oauth2.client_auth == ClientAuth::None).then(|| Client { id, secret: Secret::default() })
}

/// Seals a request for the outbox. Returns the ciphertext in base64, and the id of the key.
fn seal_call(ring: &KeyRing, place: Place<'_>, call: &Call) -> Result<(String, String)> {
    let plain = plaintext::to_json(call, "a revocation")?;
    let (sealed, key_id) = seal::seal(ring, place, &plain)?;
    Ok((encoding::to_base64(&sealed), key_id))
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
fn failure_words(error: &Error) -> String {
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
    receipts.extend(entered(usable));
    receipts
}

/// A receipt for each entered secret of a login. It outlives its tokens, and only a person can revoke it.
fn entered(usable: &Usable) -> Vec<Receipt> {
    let manifest = &usable.sourced.manifest;
    let Some(login) = &manifest.login else { return Vec::new() };
    let words = match &login.manage_url {
        Some(url) => {
            let url = template::expand_url(url, &|name| usable.params.get(name).cloned());
            format!("is still valid: revoke it at the provider: {}", url.unwrap_or_default())
        }
        None => "is still valid: revoke it at the provider".to_owned(),
    };
    let names = secret_fields(manifest);
    names.map(|name| receipt(name, TokenState::NotRevocable, &words)).collect()
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
