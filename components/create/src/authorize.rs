//! Sends a browser to the provider, for a new integration or to connect one again.
//!
//! This module must not change a stored connection. The old credential works until the new one is stored.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{
    AppScope, Authorization, Authorize, BeginAuthorization, Begun, RegisterClient,
};
use nexus_common::http::{Inbound, flow_cookie, json_response, new_flow_cookie, set_flow_cookie};
use nexus_common::platform::http::Response;
use nexus_common::quota::Quota;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{Integrations, OauthClients, RequestContext, Transaction};
use nexus_common::wire::{AuthorizeIn, IntegrationIn};
use nexus_common::{Error, Result, access};
use serde_json::{Map, Value, json};

use crate::{located, save};

/// Begins an authorization for a new integration. `None` if its provider is not connected by OAuth.
///
/// # Errors
/// The refusals of [`BeginAuthorization`].
pub(crate) async fn begin(
    broker: &Client,
    context: &RequestContext<'_>,
    input: &IntegrationIn,
    id: &str,
) -> Result<Option<Authorization>> {
    let asked = Authorize {
        workspace: context.caller.workspace.clone(),
        integration_id: id.to_owned(),
        manifest_id: Some(input.manifest_id.clone()),
        params: input.params.clone(),
        scopes: input.scopes.clone(),
        accept_account_change: false,
        is_admin: context.caller.may(Role::Admin),
        force: None,
    };
    let begun = begin_with_app(broker, context, &asked).await.inspect_err(|error| {
        access::record_if_forbidden(error, context.entry("integration.create", id, json!({})));
    })?;
    match (begun, &input.scopes) {
        (Begun::Flow(begun), _) => Ok(Some(begun)),
        (Begun::NotOauth, None) => Ok(None),
        (Begun::NotOauth, Some(_)) => Err(Error::invalid(
            "/scopes",
            "this provider is not connected by OAuth: leave them out",
        )),
    }
}

/// Begins an authorization. If the workspace has no OAuth app, and the provider lets everybody register one, it is
/// registered first.
async fn begin_with_app(
    broker: &Client,
    context: &RequestContext<'_>,
    asked: &Authorize,
) -> Result<Begun> {
    let missing = match broker.call::<BeginAuthorization>(asked).await {
        Err(Error::Passed(problem)) if problem.code == "oauth_client_missing" => problem,
        done => return done,
    };
    let scope = AppScope {
        workspace: asked.workspace.clone(),
        integration_id: asked.integration_id.clone(),
        manifest_id: asked.manifest_id.clone(),
        params: asked.params.clone(),
    };
    let Some(app) = broker.call::<RegisterClient>(&scope).await? else {
        return Err(Error::Passed(missing));
    };
    OauthClients::of(&asked.workspace).save_registered(&app, context).await?;
    broker.call::<BeginAuthorization>(asked).await
}

/// Saves the pending integration and tells the browser where to go.
///
/// # Errors
/// [`Error::NameTaken`], [`Error::Storage`].
pub(crate) async fn created(
    context: &RequestContext<'_>,
    input: &IntegrationIn,
    id: &str,
    cookie: Option<String>,
    begun: Authorization,
    quota: &Quota,
) -> Result<Response> {
    let cookie = cookie.unwrap_or_else(new_flow_cookie);
    let doc = save::pending(context, input, id, (&cookie, &begun), quota).await?;
    let mut body: Value = serde_json::from_slice(doc.as_bytes())
        .map_err(|error| Error::Internal(error.to_string()))?;
    if let Value::Object(members) = &mut body {
        members.insert("authorization_url".into(), begun.authorization_url.into());
    }
    let mut response = located(json_response(StatusCode::CREATED, body.to_string()), id);
    set_flow_cookie(&mut response, &cookie).await?;
    Ok(response)
}

/// `POST /api/integrations/{id}/authorize`.
///
/// # Errors
/// 401, 403, 404, 409 (`grant_shared`), 422 (`invalid`, `oauth_client_missing`).
pub(crate) async fn again(inbound: Inbound, id: &str) -> Result<Response> {
    let caller = access::require(&inbound, Role::Manager, "integration.authorize").await?;
    let force = inbound.choice("force")?;
    let request_id = inbound.request_id.clone();
    let cookie = flow_cookie(&inbound).await?.unwrap_or_else(new_flow_cookie);
    let id = Integrations::of(&caller.workspace).find(id).await?.id;
    let input: AuthorizeIn = inbound.json().await?;
    let context = RequestContext { caller: &caller, request_id: &request_id };
    let asked = Authorize {
        workspace: caller.workspace.clone(),
        integration_id: id.clone(),
        manifest_id: None,
        params: Map::new(),
        scopes: input.scopes,
        accept_account_change: input.accept_account_change,
        is_admin: caller.may(Role::Admin),
        force,
    };
    let broker = Client::new(Component::Create, &request_id);
    let Begun::Flow(begun) = begin_with_app(&broker, &context, &asked).await? else {
        let detail = format!("{id} is not connected by OAuth: PUT its credentials");
        return Err(Error::Conflict { code: "not_oauth", detail });
    };
    let tx = Transaction::begin().await?;
    save::begin_flow(&tx, &context, &id, &cookie, &begun).await?;
    let detail = json!({"scopes": begun.scopes, "accept_account_change": input.accept_account_change,
            "forced": force == Some(true)});
    tx.audit(&context.entry("integration.authorize", &id, detail)).await?;
    tx.commit().await?;
    let body = json!({"authorization_url": begun.authorization_url}).to_string();
    let mut response = json_response(StatusCode::OK, body);
    set_flow_cookie(&mut response, &cookie).await?;
    Ok(response)
}
