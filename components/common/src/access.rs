//! Checks the role of a caller. A denied attempt is recorded.
//!
//! This module must not look at anything but the role. The SQL statements make sure that an id belongs to the
//! caller's workspace.

use serde_json::json;

use crate::auth::{Caller, Role, require_within_limit};
use crate::denied;
use crate::error::{Error, Result};
use crate::http::{Inbound, RequestId};
use crate::store::{Denial, Entry};

/// The caller of `inbound`, who must have at least `role` for `action` (`integration.delete`).
///
/// # Errors
/// 401, [`Error::Misconfigured`], or [`Error::Forbidden`]: then the attempt is recorded later, with the id that
/// the path names, and does not count against any limit. [`Error::RateLimited`] if there were too many requests
/// in this minute.
pub async fn require(inbound: &Inbound, role: Role, action: &str) -> Result<Caller> {
    let caller = Caller::of(inbound).await?;
    // First the role: a caller who may not do this must not use up the limit of those who may.
    permit(&caller, role, (action, target_of(inbound)), &inbound.request_id)?;
    require_within_limit(&caller).await?;
    Ok(caller)
}

/// Checks that `caller` has at least `role` for an action on a target, if the target is known.
///
/// # Errors
/// [`Error::Forbidden`]. The attempt is recorded later.
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
    let source = caller.role_source.iter().map(|source| format!(" {source}.")).collect::<String>();
    Err(Error::Forbidden(format!(
        "{action} needs the role {needed}, but the token has {has}.{source} Use a token with this role"
    )))
}

/// Records the attempt if the broker has answered that the role of the caller does not allow it.
pub fn record_if_forbidden(error: &Error, entry: Entry<'_>) {
    if matches!(error, Error::Passed(problem) if problem.code == "forbidden") {
        denied::note(Denial::of(entry));
    }
}

/// Records that a rule denied a call to an integration, also as an event of the integration.
pub fn denied(entry: Entry<'_>) {
    let integration_id = entry.target.map(str::to_owned);
    denied::note(Denial { integration_id, ..Denial::of(entry) });
}

/// The integration, manifest or OAuth app that the path of the request names.
fn target_of(inbound: &Inbound) -> Option<&str> {
    match *inbound.segments("/api").as_slice() {
        ["integrations" | "manifests" | "oauth-clients", id, ..] => Some(id),
        _ => None,
    }
}
