//! `POST /api/integrations`: verifies credentials with the provider, seals them, and saves the integration,
//! in that order. With OAuth, it saves a pending integration and sends the browser to the provider. `POST
//! …/{id}/authorize` connects an integration again.
//!
//! This component must not open a ciphertext. If a step fails, it must not leave anything behind: everything
//! is written in one transaction, after the broker has done its part.
#![forbid(unsafe_code)]

mod authorize;
mod save;

use http::{Method, StatusCode, header};
use nexus_common::auth::Role;
use nexus_common::broker::{NewCredentials, Seal};
use nexus_common::http::{Inbound, json_response, serve_component, set};
use nexus_common::platform::clock;
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::quota::Quota;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{Integrations, RequestContext, Wanted, resolve_agents, sweep_drafts};
use nexus_common::wire::IntegrationIn;
use nexus_common::{Error, Result, access, component, id};
use serde_json::json;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_component(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    if inbound.method() != Method::POST {
        return Err(Error::MethodNotAllowed("POST"));
    }
    match inbound.segments("/api/integrations").as_slice() {
        [] => create(inbound).await,
        [id, "authorize"] => {
            let id = (*id).to_owned();
            authorize::again(inbound, &id).await
        }
        _ => Err(Error::nothing_at(inbound.path())),
    }
}

async fn create(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Manager, "integration.create").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let cookie = nexus_common::http::flow_cookie(&inbound).await?;
    let mut input: IntegrationIn = inbound.json().await?;
    input.check()?;
    if let Some(limits) = input.limits.take() {
        input.policy.limits = Some(limits);
    }
    resolve_agents(&caller.workspace, &mut input.policy).await?;
    if input.scopes.is_some() && input.credentials.is_some() {
        let detail =
            "scopes are only for OAuth 2.0, which needs no credentials. Send one of the two";
        return Err(Error::invalid("/scopes", detail));
    }
    let integrations = Integrations::of(&caller.workspace);
    // A draft whose sign-in has ended keeps neither its name nor its slug, even if no tick came since.
    sweep_drafts(Some(&caller.workspace)).await?;
    let context = RequestContext { caller: &caller, request_id: &request_id };
    // The check is repeated inside the transaction. The early one saves a call of the provider.
    let quota = Quota::of_integrations().await?;
    let wanted =
        Wanted { subject: &caller.subject, name: input.name.trim(), slug: input.slug.as_deref() };
    integrations.require_place(&wanted, &quota).await?;

    let id = id::integration(clock::now_ms());
    let broker = Client::new(Component::Create, &request_id);
    let asked_to_flow = input.credentials.is_none();
    if asked_to_flow && let Some(begun) = authorize::begin(&broker, &context, &input, &id).await? {
        return authorize::created(&context, &input, &id, cookie, begun, &quota).await;
    }
    let new = NewCredentials {
        workspace: caller.workspace.clone(),
        integration_id: id.clone(),
        manifest_id: Some(input.manifest_id.clone()),
        params: input.params.clone(),
        credentials: input.credentials.clone().unwrap_or_default(),
        choice: None,
        verify: input.verify,
        actor: caller.subject.clone(),
        is_admin: caller.may(Role::Admin),
        force: None,
    };
    let sealed = broker.call::<Seal>(&new).await.inspect_err(|error| {
        access::record_if_forbidden(error, context.entry("integration.create", &id, json!({})));
    })?;
    let doc = save::connected(&context, &input, &id, &sealed, &quota).await?;
    Ok(located(json_response(StatusCode::CREATED, doc), &id))
}

fn located(mut response: Response, id: &str) -> Response {
    set(&mut response, header::LOCATION, &format!("/api/integrations/{id}"));
    set(&mut response, header::ETAG, "\"1\"");
    response
}
