//! `GET /api/integrations/{id}/events`, `…/usage` and `…/receipts`: the events and the usage of an integration in the
//! last 90 days, even if it is deleted, and the receipts of a deleted one. This module must not show the history of
//! another workspace.

use nexus_common::auth::Role;
use nexus_common::domain::IntegrationKey;
use nexus_common::http::{Inbound, large_json};
use nexus_common::platform::http::Response;
use nexus_common::store::{Events, Integrations, Per};
use nexus_common::{Error, Result, access, wire};

use crate::usage::span;

/// A page of events, newest first.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn events(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.events").await?;
    let page = wire::page(&inbound.query(&["cursor", "limit"])?)?;
    let id = require_known(&caller.workspace, id).await?;
    let events = Events { key: IntegrationKey::new(&caller.workspace, &id) };
    Ok(large_json(inbound, events.page(&page).await?))
}

/// A page of usage, the newest minute (or hour, or day) first.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn usage(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.usage").await?;
    let query = inbound.query(&["from", "to", "per", "cursor", "limit"])?;
    let page = wire::page(&query)?;
    let span = span(&query, Per::Minute)?;
    let id = require_known(&caller.workspace, id).await?;
    let events = Events { key: IntegrationKey::new(&caller.workspace, &id) };
    Ok(large_json(inbound, events.usage(&span, &page).await?))
}

/// A deleted integration, with what has become of each of its tokens.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn receipts(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.receipts").await?;
    inbound.query(&[])?;
    let deleted = Integrations::of(&caller.workspace).deleted(id).await?;
    Ok(large_json(inbound, deleted))
}

/// The id of an existing integration, by id or slug, or of one that was deleted within 90 days, by id.
async fn require_known(workspace: &str, id_or_slug: &str) -> Result<String> {
    let gone = match Integrations::of(workspace).find(id_or_slug).await {
        Ok(found) => return Ok(found.id),
        Err(gone @ Error::NotFound(_)) => gone,
        Err(other) => return Err(other),
    };
    let events = Events { key: IntegrationKey::new(workspace, id_or_slug) };
    if events.known().await? { Ok(id_or_slug.to_owned()) } else { Err(gone) }
}
