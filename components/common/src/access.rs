//! Whether a caller may do what they ask for; who may not is told so, and it is recorded.
//!
//! It must not look at anything but the role: that an id is of the caller's workspace is seen to by
//! the statements that find it.

use serde_json::json;

use crate::auth::{Caller, Role};
use crate::error::{Error, Result};
use crate::http::Inbound;
use crate::store::{Entry, deny};

/// The caller of `inbound`, who must have at least `role` for `action` (`integration.delete`).
///
/// # Errors
/// 401, [`Error::Misconfigured`], and [`Error::Forbidden`] after the attempt was recorded; where it
/// cannot be, the caller is refused all the same.
pub async fn require(inbound: &Inbound, role: Role, action: &str) -> Result<Caller> {
    let caller = Caller::of(inbound).await?;
    if caller.may(role) {
        return Ok(caller);
    }
    let (needed, has) = (role.name(), caller.role_name());
    let entry = Entry {
        caller: &caller,
        action,
        target: None,
        detail: json!({ "needed": needed }),
        request_id: &inbound.request_id,
    };
    if let Err(error) = deny(&entry).await {
        eprintln!(
            "error request_id={} a denied attempt is not recorded: {error:?}",
            inbound.request_id
        );
    }
    Err(Error::Forbidden(format!("{action} needs the role {needed}, the token has {has}")))
}
