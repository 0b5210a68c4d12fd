//! `POST /api/integrations`: verified at the provider, sealed, saved, in that order.
//!
//! It must not open a ciphertext, and must leave nothing behind where it fails: row and ciphertext
//! are written in one transaction, after the broker has verified and sealed.
#![forbid(unsafe_code)]

use http::{Method, StatusCode, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::broker::{Broker, NewCredentials, Sealed};
use nexus_common::http::{Inbound, json_response, serve, set};
use nexus_common::platform::clock;
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::store::{By, Integrations, NewCredential, NewIntegration, Transaction};
use nexus_common::wire::IntegrationIn;
use nexus_common::{Error, Result, access, component, id};
use serde_json::json;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, create).await
}

async fn create(inbound: Inbound) -> Result<Response> {
    if inbound.method() != Method::POST {
        return Err(Error::MethodNotAllowed("POST"));
    }
    if !inbound.segments("/api/integrations").is_empty() {
        return Err(Error::NotImplemented("connecting again is not there yet".into()));
    }
    let caller = access::require(&inbound, Role::Manager, "integration.create").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: IntegrationIn = inbound.json().await?;
    input.check()?;
    if input.scopes.is_some() && input.credentials.is_some() {
        let detail = "scopes are for OAuth 2.0, whose credentials are not typed in";
        return Err(Error::invalid("/scopes", detail));
    }
    let name = input.name.trim();
    let integrations = Integrations::of(&caller.workspace);
    // Asked again inside the transaction; here it spares the provider a call.
    integrations.name_is_free(name).await?;

    let id = id::integration(clock::now_ms());
    let new = NewCredentials {
        workspace: caller.workspace.clone(),
        integration_id: id.clone(),
        manifest_id: Some(input.manifest_id.clone()),
        params: input.params.clone(),
        credentials: input.credentials.clone().unwrap_or_default(),
        verify: input.verify,
    };
    let sealed = Broker::new("create", &request_id).seal(&new).await?;
    let doc = save(&caller, &input, &id, &sealed, &request_id).await?;
    let mut response = json_response(StatusCode::CREATED, doc);
    set(&mut response, header::LOCATION, &format!("/api/integrations/{id}"));
    set(&mut response, header::ETAG, "\"1\"");
    Ok(response)
}

async fn save(
    caller: &Caller,
    input: &IntegrationIn,
    id: &str,
    sealed: &Sealed,
    request_id: &str,
) -> Result<String> {
    let Some(credential) = &sealed.credential else {
        return Err(Error::Internal("the broker sealed nothing".into()));
    };
    let ciphertext = credential.bytes()?;
    let params = json!(sealed.params).to_string();
    let policy = json!(input.policy).to_string();
    let account = &sealed.account;
    let new = NewIntegration {
        id,
        name: input.name.trim(),
        manifest: (&input.manifest_id, &sealed.manifest_hash),
        auth_method: &sealed.auth_method,
        health: &sealed.health,
        account: (account.id.as_deref(), account.label.as_deref()),
        params: &params,
        policy: &policy,
        credential: NewCredential {
            sealed: &ciphertext,
            key_id: &credential.key_id,
            hint: credential.hint.as_deref(),
        },
        created_by: &caller.subject,
    };
    let by = By { caller, request_id };
    let detail = json!({"manifest_id": input.manifest_id, "name": new.name, "verified": sealed.health == "healthy"});
    let tx = Transaction::begin().await?;
    let doc = Integrations::of(&caller.workspace).insert(&tx, &new).await?;
    tx.record_change(&by.entry("integration.create", id, detail), "integration.created").await?;
    tx.commit().await?;
    Ok(doc)
}
