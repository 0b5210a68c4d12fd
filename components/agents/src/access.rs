//! What an agent may call: each active integration, with the entry of the policy that admits it.
//!
//! This module must use the same code that decides about a call.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::policy::{Policy, PolicyAgent};
use nexus_common::store::{Agents, Integrations, find_grant_limits};
use nexus_common::{Error, Result, access};
use serde::Deserialize;
use serde_json::{Value, json};

/// The members of an agent's document that are needed here.
#[derive(Deserialize)]
struct Agent {
    id: String,
    subject: Option<String>,
}

/// `GET /api/agents/{id}/access`.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn show(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "agent.access").await?;
    inbound.query(&[])?;
    let doc = Agents::of(&caller.workspace).find(id).await?;
    let agent: Agent = serde_json::from_str(&doc)
        .map_err(|_| Error::Internal("the document of an agent cannot be read".into()))?;
    let subject = agent.subject.as_deref().unwrap_or(&agent.id);
    let named = PolicyAgent { subject, id: Some(&agent.id) };
    // A connected app may do only what its person agreed to and, if the policies limit the person, may do.
    let limits = find_grant_limits(&caller.workspace, &agent.id).await?;
    let is_agreed = |id: &str, policy: &Policy| {
        limits.as_ref().is_none_or(|limits| {
            let person = limits.person_subject.as_deref();
            let person = person.map(PolicyAgent::person);
            limits.have(id) && person.is_none_or(|person| policy.admits(person).is_some())
        })
    };
    let mut items = Vec::new();
    for found in Integrations::of(&caller.workspace).policies().await? {
        let policy: Policy = serde_json::from_str(&found.policy)
            .map_err(|_| Error::Unreadable(format!("the policy of {}", found.id)))?;
        let admitted_by = policy.admits(named).filter(|_| is_agreed(&found.id, &policy));
        let admitted_by = admitted_by.map(|at| format!("policy.agents[{at}]"));
        let rules: Vec<Value> = policy
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.is_for(named))
            .map(|(at, rule)| json!({"by": format!("policy.rules[{at}]"), "rule": rule}))
            .collect();
        items.push(json!({
            "id": found.id, "slug": found.slug, "name": found.name,
            "manifest_id": found.manifest_id, "may": admitted_by.is_some(), "by": admitted_by,
            "rules": rules,
        }));
    }
    Ok(json_response(StatusCode::OK, json!({ "items": items }).to_string()))
}
