//! `/api/oauth-clients`: the workspace's OAuth apps. A client secret can be entered but never read.
//!
//! This module must not see a stored secret. The broker seals the secret that an admin enters, and only the
//! broker opens it.

use http::{Method, StatusCode};
use nexus_common::auth::Role;
use nexus_common::broker::{NewClient, SealClient};
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{OauthClients, RequestContext};
use nexus_common::wire::OauthClientIn;
use nexus_common::{Error, Result, access, config, encoding};
use serde_json::json;

/// Handles the requests below `/api/oauth-clients`.
///
/// # Errors
/// 401, 403, 404, 405, 422.
pub(crate) async fn route(inbound: Inbound) -> Result<Response> {
    let method = inbound.method().clone();
    match inbound.segments("/api/oauth-clients").as_slice() {
        [] => match method {
            Method::GET => list(&inbound).await,
            _ => Err(Error::MethodNotAllowed("GET")),
        },
        [id] => {
            let id = (*id).to_owned();
            match method {
                Method::PUT => save(inbound, &id).await,
                Method::DELETE => delete(&inbound, &id).await,
                _ => Err(Error::MethodNotAllowed("PUT, DELETE")),
            }
        }
        _ => Err(Error::nothing_at(inbound.path())),
    }
}

async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "oauth_client.list").await?;
    inbound.query(&[])?;
    let mut items = Vec::new();
    for client in OauthClients::of(&caller.workspace).all().await? {
        let redirect_uri = config::redirect_uri(&client.manifest_id).await?;
        items.push(json!({
            "manifest_id": client.manifest_id, "client_id": client.client_id,
            "redirect_uri": redirect_uri, "created_at": client.created_at,
            "updated_at": client.updated_at,
        }));
    }
    Ok(json_response(StatusCode::OK, json!({ "items": items }).to_string()))
}

async fn save(inbound: Inbound, id: &str) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "oauth_client.save").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: OauthClientIn = inbound.json().await?;
    let new = NewClient {
        workspace: caller.workspace.clone(),
        manifest_id: id.to_owned(),
        client_id: input.client_id.clone(),
        client_secret: input.client_secret.clone(),
        params: input.params,
    };
    let sealed = Client::new(Component::Catalog, &request_id).call::<SealClient>(&new).await?;
    let bytes = encoding::from_base64(&sealed.sealed)
        .ok_or_else(|| Error::Internal("the broker's ciphertext is not base64".into()))?;
    let context = RequestContext { caller: &caller, request_id: &request_id };
    OauthClients::of(&caller.workspace)
        .save(id, &new.client_id, &new.params, (&bytes, &sealed.key_id), &context)
        .await?;
    let body = json!({"manifest_id": id, "client_id": new.client_id,
        "redirect_uri": sealed.redirect_uri});
    Ok(json_response(StatusCode::OK, body.to_string()))
}

async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "oauth_client.delete").await?;
    inbound.query(&[])?;
    let context = RequestContext { caller: &caller, request_id: &inbound.request_id };
    OauthClients::of(&caller.workspace).delete(id, &context).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
