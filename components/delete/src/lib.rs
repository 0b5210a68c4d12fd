//! `DELETE /api/integrations/{id}`: deletes the row, and returns a receipt for each of its tokens.
//!
//! A receipt must not say `revoked` if the token still works at the provider.
#![forbid(unsafe_code)]

use http::{Method, StatusCode};
use nexus_common::auth::Role;
use nexus_common::broker::{DueRevocations, Plan, PlanRevocation, RevocationScope, Revoke, Stored};
use nexus_common::domain::{
    Account, EventKind, Health, IntegrationKey, OutboxEntry, Receipt, TokenState,
};
use nexus_common::http::{Inbound, Respond, json_response, serve_component};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{Deleted, Integrations, RequestContext, Transaction};
use nexus_common::{Error, Result, access, component};
use serde_json::{Value, json};

/// How often a deletion is planned if the credential keeps changing.
const ATTEMPTS: u32 = 10;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_component(request, delete).await
}

async fn delete(inbound: Inbound) -> Result<Response> {
    if inbound.method() != Method::DELETE {
        return Err(Error::MethodNotAllowed("DELETE"));
    }
    let caller = access::require(&inbound, Role::Manager, "integration.delete").await?;
    let force = inbound.choice("force")?;
    let segments = inbound.segments("/api/integrations");
    let [id] = segments.as_slice() else {
        return Err(Error::nothing_at(inbound.path()));
    };
    let found = Integrations::of(&caller.workspace).find(id).await?;
    let named: Named = serde_json::from_str(&found.doc)
        .map_err(|error| Error::Internal(format!("the document of an integration: {error}")))?;
    let id = found.id;
    let broker = Client::new(Component::Delete, &inbound.request_id);
    let context = RequestContext { caller: &caller, request_id: &inbound.request_id };
    let mut attempt = 1;
    let (plan, carried_out) = loop {
        let scope = RevocationScope::new(Stored::of(&caller, &id), force == Some(true));
        let plan = broker.call::<PlanRevocation>(&scope).await?;
        match carry_out(&context, &id, &named, &plan, force).await {
            // The credential was refreshed or connected again since, so other tokens must be revoked.
            Err(Error::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
            done => break (plan, done?),
        }
    };

    // The deletion is committed. If this request fails from here on, the outbox still revokes the tokens.
    let mut receipts = plan.receipts;
    let kept = plan.kept.iter().filter_map(|receipt| receipt.entry_id.clone()).collect();
    receipts.extend(plan.kept);
    receipts.extend(carried_out.earlier);
    if receipts.iter().any(|receipt| receipt.entry_id.is_some()) {
        let due = DueRevocations::new(Stored::of(&caller, &id), kept);
        match broker.call::<Revoke>(&due).await {
            Ok(done) => settle(&mut receipts, &done, &plan.entries),
            Err(error) => error.log_beside(&inbound.request_id, "revoke"),
        }
    }
    let pending = receipts.iter().any(|receipt| receipt.state == TokenState::Pending);
    let body = json!({"id": id, "revocation": with_times(&receipts, &carried_out.at)});
    let status = if pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok(json_response(status, body.to_string()))
}

/// The statements of the records of a deletion about the integration.
#[derive(serde::Deserialize)]
struct Named {
    slug: String,
    name: String,
    manifest_id: String,
    account: Option<Account>,
    health: State,
}

#[derive(serde::Deserialize)]
struct State {
    state: Health,
}

/// A deletion that is committed.
struct CarriedOut {
    /// Its time.
    at: String,
    /// Receipts of tokens that calls had replaced earlier, and that were not revoked yet. The plan does not have them, because
    /// a tick may revoke one until the deletion is committed.
    earlier: Vec<Receipt>,
}

/// Carries out the planned deletion in one transaction.
async fn carry_out(
    context: &RequestContext<'_>,
    id: &str,
    named: &Named,
    plan: &Plan,
    force: Option<bool>,
) -> Result<CarriedOut> {
    if force.is_none() && !plan.shared.is_empty() {
        let others = plan.shared.join(", ");
        return Err(Error::GrantShared(format!(
            "the tokens that this deletion would revoke at the provider are, or may be, in use by \
             {others} too. Use ?force=true to revoke them anyway, or ?force=false to keep them until the \
             last of those is deleted"
        )));
    }
    let force = force == Some(true);
    let RequestContext { caller, .. } = context;
    let key = IntegrationKey::new(&caller.workspace, id);
    let tx = Transaction::begin().await?;
    let mut planned: Vec<Receipt> = plan.receipts.iter().chain(&plan.kept).cloned().collect();
    let mut earlier = tx.unrevoked(key).await?;
    earlier.retain(|one| planned.iter().all(|other| other.entry_id != one.entry_id));
    planned.extend_from_slice(&earlier);
    let detail = json!({"name": named.name, "manifest_id": named.manifest_id,
        "revocation": with_times(&planned, &tx.now), "forced": force});
    let entry = context.entry("integration.delete", id, detail);
    Integrations::of(&caller.workspace).delete(&tx, id, plan.version).await?;
    if force {
        tx.force_kept(key).await?;
    }
    tx.send_out(key, &caller.subject, force, &plan.entries).await?;
    if named.health.state == Health::Pending && planned.is_empty() {
        // A draft had no credential, so there is nothing to give a receipt for.
        tx.record_change(&entry, EventKind::Deleted).await?;
    } else {
        let account = named.account.as_ref();
        let deleted = Deleted {
            id,
            slug: &named.slug,
            name: &named.name,
            manifest_id: &named.manifest_id,
            account: account.and_then(|one| one.label.as_deref().or(one.id.as_deref())),
            receipts: &planned,
        };
        tx.record_deletion(&entry, &deleted).await?;
    }
    let at = tx.now.clone();
    tx.commit().await?;
    Ok(CarriedOut { at, earlier })
}

/// Puts the provider's results into the receipts. A token that is revoked with the grant gets the grant's
/// result.
fn settle(receipts: &mut [Receipt], done: &[Receipt], entries: &[OutboxEntry]) {
    let of_grant = entries.iter().find(|entry| entry.ends_grant);
    let result_of = |id: &String| done.iter().find(|result| result.entry_id.as_ref() == Some(id));
    let grant_result = of_grant.and_then(|entry| result_of(&entry.id));
    for receipt in receipts.iter_mut() {
        match (&receipt.entry_id, grant_result) {
            (Some(id), _) => {
                if let Some(result) = result_of(id) {
                    receipt.clone_from(result);
                }
            }
            (None, Some(result)) if receipt.state == TokenState::Pending => {
                receipt.state = result.state;
            }
            _ => {}
        }
    }
}

/// The receipts as the API shows them.
fn with_times(receipts: &[Receipt], at: &str) -> Vec<Value> {
    receipts
        .iter()
        .map(|receipt| {
            json!({
                "token": receipt.token,
                "state": receipt.state,
                "detail": receipt.detail,
                "at": at,
            })
        })
        .collect()
}
