//! `GET /api/proxy`: what this caller may use.

use http::StatusCode;
use nexus_common::auth::Caller;
use nexus_common::http::json_response;
use nexus_common::platform::http::Response;
use nexus_common::store::usable_by;
use nexus_common::{Result, config};

/// The active integrations of the caller's workspace whose policy names them, by name.
///
/// # Errors
/// [`nexus_common::Error::Storage`], [`nexus_common::Error::Misconfigured`].
pub(crate) async fn show(caller: &Caller) -> Result<Response> {
    let base = config::public_url().await?;
    let items = usable_by(&caller.workspace, &caller.subject, &base, None).await?;
    Ok(json_response(StatusCode::OK, format!("{{\"items\":{items}}}")))
}
