//! `GET /api/proxy`: the integrations that the caller may use. This module must not show any others.

use http::StatusCode;
use nexus_common::auth::Caller;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{USABLE_MOST, Usable, UsablePage};
use nexus_common::{Result, config, wire};

/// A page of the active integrations of the workspace whose policy names the caller, sorted by name.
///
/// # Errors
/// 422, [`nexus_common::Error::Storage`], [`nexus_common::Error::Misconfigured`].
pub(crate) async fn show(inbound: &Inbound, caller: &Caller) -> Result<Response> {
    let (mut limit, mut cursor) = (USABLE_MOST, None);
    for (name, value) in inbound.query(&["limit", "cursor"])? {
        match name.as_str() {
            "limit" => limit = wire::limit_to(USABLE_MOST, &value)?,
            _ => cursor = Some(value),
        }
    }
    let public_url = &config::public_url().await?;
    let page = Usable { caller, public_url }.page(limit, cursor.as_deref()).await?;
    let UsablePage { items, next } = page;
    let next = next.map_or_else(|| "null".to_owned(), |next| format!("\"{next}\""));
    let body = format!("{{\"items\":{items},\"next_cursor\":{next}}}");
    Ok(json_response(StatusCode::OK, body))
}
