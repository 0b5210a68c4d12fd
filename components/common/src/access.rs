//! Whether a caller may do what they ask for; who may not is told so, and it is recorded.
//!
//! It must not look at anything but the role: that an id is of the caller's workspace is seen to by
//! the statements that find it.

use serde_json::json;

use crate::auth::{Caller, Role};
use crate::denied;
use crate::error::{Error, Result};
use crate::http::{Inbound, RequestId};
use crate::store::{Denial, Entry};

/// The caller of `inbound`, who must have at least `role` for `action` (`integration.delete`).
///
/// # Errors
/// 401, [`Error::Misconfigured`], and [`Error::Forbidden`]: then the attempt is going to be recorded,
/// with what the path names.
pub async fn require(inbound: &Inbound, role: Role, action: &str) -> Result<Caller> {
    let caller = Caller::of(inbound).await?;
    permit(&caller, role, (action, target_of(inbound)), &inbound.request_id)?;
    Ok(caller)
}

/// Whether `caller` has at least `role` for an action and, where it is known, its target.
///
/// # Errors
/// [`Error::Forbidden`]; the attempt is going to be recorded.
pub fn permit(
    caller: &Caller,
    role: Role,
    (action, target): (&str, Option<&str>),
    request_id: &RequestId,
) -> Result<()> {
    if caller.may(role) {
        return Ok(());
    }
    let (needed, has) = (role.name(), caller.role_name());
    let detail = json!({ "needed": needed });
    denied::note(Denial::of(Entry { caller, action, target, detail, request_id }));
    Err(Error::Forbidden(format!("{action} needs the role {needed}, the token has {has}")))
}

/// Records that a rule did not let a call to an integration through; an event of it as well.
pub fn denied(entry: Entry<'_>) {
    let integration_id = entry.target.map(str::to_owned);
    denied::note(Denial { integration_id, ..Denial::of(entry) });
}

/// The integration, manifest or OAuth app that a path of the API names.
fn target_of(inbound: &Inbound) -> Option<&str> {
    match *inbound.segments("/api").as_slice() {
        ["integrations" | "manifests" | "oauth-clients", id, ..] => Some(id),
        _ => None,
    }
}
