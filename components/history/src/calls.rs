//! `GET /api/calls` and `GET /api/integrations/{id}/calls`: the last calls of agents, of a workspace or an integration.
//!
//! This module must not show the calls of another workspace, nor any to an agent: a path may name a customer.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::call::CallMethod;
use nexus_common::domain::CallOutcome;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{AgentCalls, CallFilter, Integrations};
use nexus_common::{Error, Result, access, wire};

/// The parameters of both lists.
const NAMES: [&str; 9] =
    ["agent", "method", "outcome", "status", "from", "to", "after", "cursor", "limit"];

/// A page of the calls of the workspace, the newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn of_workspace(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "calls.read").await?;
    let names: Vec<&str> = ["integration_id"].into_iter().chain(NAMES).collect();
    let query = inbound.query(&names)?;
    let (page, filter) = (wire::page(&query)?, filter(query)?);
    let body = AgentCalls::of(&caller.workspace).page(&filter, &page).await?;
    Ok(json_response(StatusCode::OK, body))
}

/// A page of the calls of one integration, the newest first.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn of_integration(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.calls").await?;
    let query = inbound.query(&NAMES)?;
    let (page, mut filter) = (wire::page(&query)?, filter(query)?);
    // The calls of a deleted integration are deleted with it.
    filter.integration_id = Some(Integrations::of(&caller.workspace).find(id).await?.id);
    let body = AgentCalls::of(&caller.workspace).page(&filter, &page).await?;
    Ok(json_response(StatusCode::OK, body))
}

fn filter(query: Vec<(String, String)>) -> Result<CallFilter> {
    let mut filter = CallFilter::default();
    for (name, value) in query {
        match name.as_str() {
            "integration_id" => filter.integration_id = Some(wire::typed(&name, value)?),
            "agent" => filter.agent = Some(wire::typed(&name, value)?),
            "method" => filter.method = Some(method(value)?),
            "outcome" => filter.outcome = Some(outcome(&value)?),
            "status" => filter.statuses = Some(statuses(&value)?),
            "from" => filter.from = Some(wire::time(&name, &value)?),
            "to" => filter.to = Some(wire::time(&name, &value)?),
            "after" => filter.after = Some(wire::position(&name, &value)?),
            _ => {}
        }
    }
    Ok(filter)
}

fn method(value: String) -> Result<String> {
    match CallMethod::parse(&value) {
        Some(method) if method.as_str() == value => Ok(value),
        _ => {
            let rule = "must be a method in capitals such as GET";
            Err(Error::invalid("?method", format!("{rule}, but is {value:?}")))
        }
    }
}

fn outcome(value: &str) -> Result<CallOutcome> {
    CallOutcome::from_word(value).ok_or_else(|| {
        let words = CallOutcome::WORDS.join(", ");
        Error::invalid("?outcome", format!("must be one of {words}, but is {value:?}"))
    })
}

/// The lowest and the highest status of a class (`4xx`) or of one status (`404`).
fn statuses(value: &str) -> Result<(u16, u16)> {
    let class = value.strip_suffix("xx").and_then(|class| class.parse::<u16>().ok());
    let class = class.filter(|class| (1..=5).contains(class) && value.len() == 3);
    let one = value.parse::<u16>().ok().filter(|one| (100..=599).contains(one) && value.len() == 3);
    match (class, one) {
        (Some(class), _) => Ok((class * 100, class * 100 + 99)),
        (None, Some(one)) => Ok((one, one)),
        (None, None) => {
            let rule = "must be a class such as 4xx, or a status such as 404";
            Err(Error::invalid("?status", format!("{rule}, but is {value:?}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_or_a_class_of_them() {
        for (value, expected) in [
            ("4xx", Some((400, 499))),
            ("2xx", Some((200, 299))),
            ("404", Some((404, 404))),
            ("6xx", None),
            ("0xx", None),
            ("40x", None),
            ("04xx", None),
            ("99", None),
            ("600", None),
            ("+404", None),
            ("", None),
        ] {
            assert_eq!(statuses(value).ok(), expected, "{value}");
        }
    }

    #[test]
    fn a_method_is_written_in_capitals() {
        assert!(method("PATCH".to_owned()).is_ok());
        for value in ["get", "TRACE", "*", ""] {
            assert!(method(value.to_owned()).is_err(), "{value}");
        }
    }
}
