//! `GET /api/audit` and `GET /api/audit/heads`: the record of every change and denied attempt.
//!
//! This module must not show the record of another workspace.

use nexus_common::auth::Role;
use nexus_common::http::{Inbound, large_json};
use nexus_common::platform::http::Response;
use nexus_common::store::{Audit, AuditFilter, Heads, close_minutes};
use nexus_common::{Error, Result, access, wire};

/// The maximum number of actions that are found besides the words.
const MOST_CODES: usize = 50;

/// A page of the record, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn page(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let names =
        ["actor", "action", "target", "outcome", "from", "to", "q", "q_actions", "cursor", "limit"];
    let query = inbound.query(&names)?;
    let page = wire::page(&query)?;
    let filter = filter(query)?;
    close_minutes().await?;
    let body = Audit::of(&caller.workspace).page(&filter, &page).await?;
    Ok(large_json(inbound, body))
}

fn filter(query: Vec<(String, String)>) -> Result<AuditFilter> {
    let mut filter = AuditFilter::default();
    for (name, value) in query {
        match name.as_str() {
            "actor" => filter.actor = Some(wire::typed(&name, value)?),
            "action" => filter.action = Some(wire::typed(&name, value)?),
            "target" => filter.target = Some(wire::typed(&name, value)?),
            "outcome" => match value.as_str() {
                "done" | "denied" => filter.outcome = Some(value),
                _ => {
                    let detail = format!("must be done or denied, but is {value:?}");
                    return Err(Error::invalid("?outcome", detail));
                }
            },
            "q" => filter.search.text = wire::typed(&name, value)?,
            "q_actions" => filter.search.actions = codes(&name, &value)?,
            "from" => filter.from = Some(wire::time(&name, &value)?),
            "to" => filter.to = Some(wire::time(&name, &value)?),
            _ => {}
        }
    }
    Ok(filter)
}

/// Codes of actions, separated by commas.
fn codes(name: &str, value: &str) -> Result<Vec<String>> {
    let is_code = |code: &str| {
        let of_code = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.';
        (1..=64).contains(&code.len()) && code.bytes().all(of_code)
    };
    let codes: Vec<String> = value.split(',').map(str::to_owned).collect();
    if codes.len() <= MOST_CODES && codes.iter().all(|code| is_code(code)) {
        return Ok(codes);
    }
    let detail = format!(
        "must be at most {MOST_CODES} codes of actions such as integration.delete, separated by commas"
    );
    Err(Error::invalid(format!("?{name}"), detail))
}

/// A page of the heads that the broker has signed, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn heads(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let page = wire::page(&inbound.query(&["cursor", "limit"])?)?;
    let body = Heads::of(&caller.workspace).page(&page).await?;
    Ok(large_json(inbound, body))
}
