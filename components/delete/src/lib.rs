//! `DELETE /api/integrations/{id}`: the row goes, each of its tokens gets a true receipt.
//!
//! It must not say `revoked` of a token that still works at the provider.
#![forbid(unsafe_code)]

use http::{Method, StatusCode};
use nexus_common::auth::Role;
use nexus_common::broker::{
    DueRevocations, Plan, PlanRevocation, Receipt, RevocationScope, Revoke, Stored,
};
use nexus_common::http::{Inbound, Respond, json_response, serve_component};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{By, Integrations, OutboxEntry, Transaction};
use nexus_common::{Error, Result, access, component};
use serde_json::{Value, json};

/// How often a deletion is planned where the credential changes meanwhile.
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
        return Err(Error::NotFound(format!("there is nothing at {}", inbound.path())));
    };
    let id = Integrations::of(&caller.workspace).find(id).await?.id;
    let broker = Client::new(Component::Delete, &inbound.request_id);
    let by = By { caller: &caller, request_id: &inbound.request_id };
    let mut attempt = 1;
    let (plan, now) = loop {
        let scope =
            RevocationScope { stored: Stored::of(&caller, &id), force: force == Some(true) };
        let plan = broker.call::<PlanRevocation>(&scope).await?;
        match carry_out(&by, &id, &plan, force).await {
            // Refreshed or connected again since: other tokens are to end.
            Err(Error::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
            done => break (plan, done?),
        }
    };

    // From here on the outbox sees to it, whatever becomes of this request.
    let mut receipts = plan.receipts;
    let kept = plan.kept.iter().filter_map(|receipt| receipt.entry_id.clone()).collect();
    receipts.extend(plan.kept);
    if receipts.iter().any(|receipt| receipt.entry_id.is_some()) {
        let due = DueRevocations { stored: Stored::of(&caller, &id), kept };
        match broker.call::<Revoke>(&due).await {
            Ok(done) => settle(&mut receipts, &done, &plan.entries),
            Err(error) => error.log_beside(&inbound.request_id, "revoke"),
        }
    }
    let pending = receipts.iter().any(|receipt| receipt.state == "pending");
    let body = json!({"id": id, "revocation": with_times(&receipts, &now)});
    let status = if pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok(json_response(status, body.to_string()))
}

/// Deletes as planned, in one transaction; returns when.
async fn carry_out(by: &By<'_>, id: &str, plan: &Plan, force: Option<bool>) -> Result<String> {
    if force.is_none() && !plan.shared.is_empty() {
        let others = plan.shared.join(", ");
        return Err(Error::GrantShared(format!(
            "what would end at the provider is, or may be, in use by {others} too: delete with \
             ?force=true to end it all the same, or with ?force=false to keep it until the last of \
             them is deleted"
        )));
    }
    let force = force == Some(true);
    let By { caller, .. } = by;
    let tx = Transaction::begin().await?;
    let planned: Vec<Receipt> = plan.receipts.iter().chain(&plan.kept).cloned().collect();
    let detail = json!({"revocation": with_times(&planned, &tx.now), "forced": force});
    let entry = by.entry("integration.delete", id, detail);
    Integrations::of(&caller.workspace).delete(&tx, id, plan.version).await?;
    if force {
        tx.force_kept(&caller.workspace, id).await?;
    }
    tx.send_out(&caller.workspace, id, &caller.subject, force, &plan.entries).await?;
    tx.record_change(&entry, "integration.deleted").await?;
    let now = tx.now.clone();
    tx.commit().await?;
    Ok(now)
}

/// Puts what the provider said into the receipts; what ends with the grant shares its fate.
fn settle(receipts: &mut [Receipt], done: &[Receipt], entries: &[OutboxEntry]) {
    let of_grant = entries.iter().find(|entry| entry.ends_grant);
    let said_of = |id: &String| done.iter().find(|said| said.entry_id.as_ref() == Some(id));
    let fate = of_grant.and_then(|entry| said_of(&entry.id));
    for receipt in receipts.iter_mut() {
        match (&receipt.entry_id, fate) {
            (Some(id), _) => {
                if let Some(said) = said_of(id) {
                    receipt.clone_from(said);
                }
            }
            (None, Some(fate)) if receipt.state == "pending" => {
                receipt.state.clone_from(&fate.state);
            }
            _ => {}
        }
    }
}

/// Receipts as the API shows them.
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
