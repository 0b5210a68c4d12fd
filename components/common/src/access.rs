//! Whether a caller may do what they ask for; who may not is told so, and it is recorded.
//!
//! It must not look at anything but the role: that an id is of the caller's workspace is seen to by
//! the statements that find it.

use serde_json::json;

use crate::auth::{Caller, Role};
use crate::error::{Error, Result};
use crate::http::{Inbound, Respond};
use crate::store::{Entry, deny};

/// The caller of `inbound`, who must have at least `role` for `action` (`integration.delete`).
///
/// # Errors
/// 401, [`Error::Misconfigured`], and [`Error::Forbidden`] after the attempt was recorded; where it
/// cannot be, the caller is refused all the same.
pub async fn require(inbound: &Inbound, role: Role, action: &str) -> Result<Caller> {
    let caller = Caller::of(inbound).await?;
    permit(&caller, role, action, &inbound.request_id).await?;
    Ok(caller)
}

/// Whether `caller` has at least `role` for `action`.
///
/// # Errors
/// [`Error::Forbidden`] after the attempt was recorded.
pub async fn permit(caller: &Caller, role: Role, action: &str, request_id: &str) -> Result<()> {
    if caller.may(role) {
        return Ok(());
    }
    let (needed, has) = (role.name(), caller.role_name());
    let detail = json!({ "needed": needed });
    denied(&Entry { caller, action, target: None, detail, request_id }).await;
    Err(Error::Forbidden(format!("{action} needs the role {needed}, the token has {has}")))
}

/// Records a denied attempt; where it cannot be recorded, the caller is refused all the same.
pub async fn denied(entry: &Entry<'_>) {
    if let Err(error) = deny(entry).await {
        error.log_beside(entry.request_id, "a denied attempt is not recorded");
    }
}
