//! Plans revocations. For each token that an integration no longer uses, this module seals the revocation request for
//! the outbox.
//!
//! This module must not send a request. `receipts` beside it says what is planned.

use std::collections::BTreeSet;
use std::time::Duration;

use nexus_common::domain::{GivenUp, Grace, IntegrationKey, OutboxEntry, Receipt, TokenState};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::secret::Secret;
use nexus_common::store::{Manifests, SharedGrant, count_unrevoked, keep_trying};
use nexus_common::{Error, Result, encoding, id};
use nexus_manifests::{ClientAuth, Revoke, RevokeEffect};
use nexus_vault::credential::{self, CALL_MS, Usable, own_version};
use nexus_vault::digest;
use nexus_vault::keys::{self, KeyRing};
use nexus_vault::oauth_app::{self, Client};
use nexus_vault::plaintext;
use nexus_vault::rows::outbox;
use nexus_vault::seal::{self, Place};
use nexus_vault::source::Sourced;

use super::proof::Proof;
use super::receipts::{failure_words, receipt};
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
            call.expires_at = usable.times.expires_at;
            call.proof = Proof::of(usable);
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
