//! `DELETE /api/integrations/{id}`: the row goes, each of its tokens gets a true receipt.
//!
//! It must not say `revoked` of a token that still works at the provider.
#![forbid(unsafe_code)]

use http::{Method, StatusCode};
use nexus_common::auth::Role;
use nexus_common::broker::{Broker, Receipt, Stored};
use nexus_common::http::{Inbound, json_response, serve};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::store::{By, Integrations, Transaction};
use nexus_common::{Error, Result, access, component};
use serde_json::{Value, json};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, delete).await
}

async fn delete(inbound: Inbound) -> Result<Response> {
    if inbound.method() != Method::DELETE {
        return Err(Error::MethodNotAllowed("DELETE"));
    }
    let caller = access::require(&inbound, Role::Manager, "integration.delete").await?;
    for (name, value) in inbound.query(&["force"])? {
        if !matches!(value.as_str(), "true" | "false") {
            return Err(Error::invalid(format!("?{name}"), "must be true or false"));
        }
    }
    let segments = inbound.segments("/api/integrations");
    let [id] = segments.as_slice() else {
        return Err(Error::NotFound(format!("there is nothing at {}", inbound.path())));
    };
    let integrations = Integrations::of(&caller.workspace);
    let id = integrations.find(id).await?.id;
    let stored = Stored::of(&caller, &id);
    let receipts = Broker::new("delete", &inbound.request_id).revoke(&stored).await?.receipts;

    let tx = Transaction::begin().await?;
    let revocation = with_times(&receipts, &tx.now);
    let by = By { caller: &caller, request_id: &inbound.request_id };
    let entry = by.entry("integration.delete", &id, json!({ "revocation": revocation }));
    integrations.delete(&tx, &id).await?;
    tx.record_change(&entry, "integration.deleted").await?;
    tx.commit().await?;
    let body = json!({"id": id, "revocation": revocation});
    Ok(json_response(StatusCode::OK, body.to_string()))
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
