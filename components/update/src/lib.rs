//! `PUT /api/integrations/{id}`: changes name, status, parameters, policy and credentials, and chooses what the
//! integration is connected to.
//!
//! This component must not open a ciphertext, and must not replace a credential by one that the provider has
//! not accepted. New credentials are verified first, then written with all other changes in one transaction.
#![forbid(unsafe_code)]

mod difference;

use http::{Method, StatusCode, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::broker::{DueRevocations, NewCredentials, Revoke, Seal, Sealed, Stored};
use nexus_common::domain::{EventKind, IntegrationKey};
use nexus_common::http::{Inbound, RequestId, Respond, json_response, serve_component, set};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{
    Change, Found, Integrations, RequestContext, Transaction, give_up, resolve_agents,
};
use nexus_common::wire::IntegrationPatch;
use nexus_common::{Error, Result, access, component};
use serde_json::json;

use difference::Difference;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_component(request, update).await
}

async fn update(inbound: Inbound) -> Result<Response> {
    if inbound.method() != Method::PUT {
        return Err(Error::MethodNotAllowed("PUT"));
    }
    let caller = access::require(&inbound, Role::Manager, "integration.update").await?;
    let [force, dry_run] = inbound.choices(["force", "dry_run"])?;
    let segments = inbound.segments("/api/integrations");
    let [id] = segments.as_slice() else {
        return Err(Error::nothing_at(inbound.path()));
    };
    let found = Integrations::of(&caller.workspace).find(id).await?;
    check_if_match(&inbound, found.version)?;
    let request_id = inbound.request_id.clone();
    let mut patch: IntegrationPatch = inbound.json().await?;
    patch.check()?;
    if let Some(policy) = &mut patch.policy {
        resolve_agents(&caller.workspace, policy).await?;
    }
    let different = Difference::of(patch, &found.doc)?;
    if different.is_empty() || dry_run == Some(true) {
        return Ok(answer(found.doc, found.version));
    }
    let sealed = match different.needs_broker() {
        true => Some(seal(&caller, &found, &different, force, &request_id).await?),
        false => None,
    };
    let saved = save(&caller, &found, &different, sealed.as_ref(), &request_id).await;
    if let (Err(_), Some(sealed)) = (&saved, &sealed) {
        let cause = (caller.subject.as_str(), request_id.own());
        give_up(IntegrationKey::new(&caller.workspace, &found.id), cause, &sealed.lost).await?;
    }
    let (doc, version) = saved?;
    if sealed.is_some_and(|sealed| !sealed.replaced.entries.is_empty()) {
        // If this fails, the outbox still revokes the replaced tokens.
        let due = DueRevocations::new(Stored::of(&caller, &found.id), Vec::new());
        if let Err(error) = Client::new(Component::Update, &request_id).call::<Revoke>(&due).await {
            error.log_beside(&request_id, "revoke");
        }
    }
    Ok(answer(doc, version))
}

/// Checks that `If-Match`, if there is one, names this version (RFC 9110, 13.1.1).
fn check_if_match(inbound: &Inbound, version: i64) -> Result<()> {
    let Some(asked) = inbound.header(&header::IF_MATCH) else { return Ok(()) };
    let current = format!("\"{version}\"");
    if asked.trim() == "*" || asked.split(',').any(|tag| tag.trim() == current) {
        return Ok(());
    }
    let asked = asked.chars().take(100).collect();
    Err(Error::VersionMismatch { asked, found: version })
}

/// Has the broker check, verify and seal new credentials. New parameters are verified with the stored
/// credentials.
async fn seal(
    caller: &Caller,
    found: &Found,
    different: &Difference,
    force: Option<bool>,
    request_id: &RequestId,
) -> Result<Sealed> {
    let new = NewCredentials {
        workspace: caller.workspace.clone(),
        integration_id: found.id.clone(),
        manifest_id: None,
        params: different.params.clone().unwrap_or_default(),
        credentials: different.credentials.clone().unwrap_or_default(),
        choice: different.choice.clone(),
        verify: true,
        actor: caller.subject.clone(),
        is_admin: caller.may(Role::Admin),
        force,
    };
    let context = RequestContext { caller, request_id };
    Client::new(Component::Update, request_id).call::<Seal>(&new).await.inspect_err(|error| {
        access::record_if_forbidden(
            error,
            context.entry("integration.update", &found.id, json!({})),
        );
    })
}

async fn save(
    caller: &Caller,
    found: &Found,
    different: &Difference,
    sealed: Option<&Sealed>,
    request_id: &RequestId,
) -> Result<(String, i64)> {
    let policy = different.policy.as_ref().map(|policy| json!(policy).to_string());
    let params = sealed.map(|sealed| json!(sealed.params).to_string());
    let change = Change {
        name: different.name.as_deref(),
        status: different.status,
        policy: policy.as_deref(),
        params: params.as_deref(),
        found: sealed.map(|sealed| {
            let account = &sealed.account;
            (sealed.health, account.id.as_deref(), account.label.as_deref())
        }),
        credential: sealed.and_then(|sealed| Some((sealed.credential.as_ref()?, sealed.replaces))),
        keeps_tokens: different.choice.is_some(),
    };
    let context = RequestContext { caller, request_id };
    let entry = context.entry("integration.update", &found.id, different.facts());
    let tx = Transaction::begin().await?;
    let integrations = Integrations::of(&caller.workspace);
    let saved = integrations.change(&tx, &found.id, found.version, &change).await?;
    if let Some(sealed) = sealed {
        let cause = (caller.subject.as_str(), request_id.own());
        tx.give_up(IntegrationKey::new(&caller.workspace, &found.id), cause, &sealed.replaced)
            .await?;
    }
    tx.record_change(&entry, EventKind::Updated).await?;
    tx.commit().await?;
    Ok(saved)
}

fn answer(doc: String, version: i64) -> Response {
    let mut response = json_response(StatusCode::OK, doc);
    set(&mut response, header::ETAG, &format!("\"{version}\""));
    response
}
