//! Writes a new integration: row, ciphertext or flow, event and audit record in one transaction.
//!
//! This module must not make HTTP requests, because a transaction must not wait for one.

use nexus_common::broker::{Authorization, Sealed};
use nexus_common::domain::{AuthMethod, EventKind, Health, IntegrationKey};
use nexus_common::quota::Quota;
use nexus_common::reads::Reads;
use nexus_common::store::{
    Integrations, NO_SCOPES, NewFlow, NewIntegration, RequestContext, Transaction, give_up,
};
use nexus_common::wire::IntegrationIn;
use nexus_common::{Error, Result, encoding};
use serde_json::json;

/// Writes an integration whose credential the broker has sealed. Returns the JSON that the API shows.
///
/// # Errors
/// [`Error::QuotaExceeded`], [`Error::NameTaken`], [`Error::Storage`].
pub(crate) async fn connected(
    context: &RequestContext<'_>,
    input: &IntegrationIn,
    id: &str,
    sealed: &Sealed,
    quota: &Quota,
) -> Result<String> {
    let credential = sealed.credential.as_ref();
    let credential =
        credential.ok_or_else(|| Error::Internal("the broker returned no ciphertext".into()))?;
    let params = json!(sealed.params).to_string();
    let policy = policy(input, &sealed.reads);
    let account = &sealed.account;
    let new = NewIntegration {
        id,
        name: input.name.trim(),
        slug: input.slug.as_deref(),
        manifest: (&input.manifest_id, &sealed.manifest_hash),
        auth_method: sealed.auth_method,
        health: sealed.health,
        account: (account.id.as_deref(), account.label.as_deref()),
        params: &params,
        policy: &policy,
        scopes: NO_SCOPES,
        credential: Some(credential),
        created_by: &context.caller.subject,
    };
    let detail = json!({"manifest_id": input.manifest_id, "name": new.name,
        "verified": sealed.health == Health::Healthy});
    let saved = insert(context, &new, None, detail, quota).await;
    if saved.is_err() {
        let key = IntegrationKey::new(&context.caller.workspace, id);
        give_up(key, (&context.caller.subject, context.request_id.own()), &sealed.lost).await?;
    }
    saved
}

/// Writes an integration that waits for its authorization. Returns the JSON that the API shows.
///
/// # Errors
/// [`Error::QuotaExceeded`], [`Error::NameTaken`], [`Error::Storage`].
pub(crate) async fn pending(
    context: &RequestContext<'_>,
    input: &IntegrationIn,
    id: &str,
    (cookie, begun): (&str, &Authorization),
    quota: &Quota,
) -> Result<String> {
    let params = json!(begun.params).to_string();
    let policy = policy(input, &begun.reads);
    let scopes = json!({"requested": begun.scopes, "granted": [], "missing": []}).to_string();
    let new = NewIntegration {
        id,
        name: input.name.trim(),
        slug: input.slug.as_deref(),
        manifest: (&input.manifest_id, &begun.manifest_hash),
        auth_method: AuthMethod::Oauth2,
        health: Health::Pending,
        account: (None, None),
        params: &params,
        policy: &policy,
        scopes: &scopes,
        credential: None,
        created_by: &context.caller.subject,
    };
    let detail = json!({"manifest_id": input.manifest_id, "name": new.name, "verified": false});
    insert(context, &new, Some((cookie, begun)), detail, quota).await
}

/// The policy as it is stored: with the rules that the preset stands for, if there is one.
fn policy(input: &IntegrationIn, reads: &Reads) -> String {
    let mut policy = input.policy.clone();
    if let Some(preset) = input.preset {
        policy.rules = preset.rules(reads);
    }
    json!(policy).to_string()
}

async fn insert(
    context: &RequestContext<'_>,
    new: &NewIntegration<'_>,
    flow: Option<(&str, &Authorization)>,
    detail: serde_json::Value,
    quota: &Quota,
) -> Result<String> {
    let tx = Transaction::begin().await?;
    // Only now is it certain that the request is one that can be made.
    tx.replace_draft(context, new.name, new.slug).await?;
    let doc = Integrations::of(&context.caller.workspace).insert(&tx, new, quota).await?;
    if let Some((cookie, begun)) = flow {
        begin_flow(&tx, context, new.id, cookie, begun).await?;
    }
    let entry = context.entry("integration.create", new.id, detail);
    tx.record_change(&entry, EventKind::Created).await?;
    tx.commit().await?;
    Ok(doc)
}

/// Writes the flow of `begun`.
///
/// # Errors
/// [`Error::NotFound`] if the integration was deleted meanwhile, [`Error::Storage`].
pub(crate) async fn begin_flow(
    tx: &Transaction,
    context: &RequestContext<'_>,
    id: &str,
    cookie: &str,
    begun: &Authorization,
) -> Result<()> {
    let sealed = encoding::from_base64(&begun.sealed)
        .ok_or_else(|| Error::Internal("the broker's flow is not base64".into()))?;
    tx.begin_flow(&NewFlow {
        state_hash: &begun.state_hash,
        cookie,
        key: IntegrationKey::new(&context.caller.workspace, id),
        sealed: &sealed,
        actor: &context.caller.subject,
        basis: &context.caller.basis,
    })
    .await
}
