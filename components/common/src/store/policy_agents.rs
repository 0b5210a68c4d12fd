//! The agents that a policy names: names become ids when the policy is saved.

use super::Agents;
use crate::error::{Error, FieldError, Result};
use crate::id;
use crate::wire::Policy;

/// Replaces the names of agents in `policy` by their ids. Rules name existing agents only. In `policy.agents`, a
/// word that names no agent stays: it is the subject of an agent of an outside issuer, which may not have been
/// seen yet.
///
/// # Errors
/// [`Error::Invalid`] with every agent that does not exist, [`Error::Storage`].
pub async fn resolve_agents(workspace: &str, policy: &mut Policy) -> Result<()> {
    let agents = Agents::of(workspace);
    let mut errors = Vec::new();
    let unknown = |pointer: String, word: &str| {
        let shown = nexus_printable::shortened(word);
        FieldError::new(pointer, format!("there is no agent {shown:?}. GET /api/agents lists them"))
    };
    if policy.agents.iter().any(|word| word != "*") {
        let found = agents.resolve(&policy.agents, false).await?;
        for (index, (word, found)) in policy.agents.iter_mut().zip(found).enumerate() {
            match found {
                Some(id) => *word = id,
                None if id::has_form(id::AGENT, word) => {
                    errors.push(unknown(format!("/policy/agents/{index}"), word));
                }
                None => {}
            }
        }
    }
    for (number, rule) in policy.rules.iter_mut().enumerate() {
        let Some(words) = &mut rule.agents else { continue };
        let found = agents.resolve(words, true).await?;
        for (index, (word, found)) in words.iter_mut().zip(found).enumerate() {
            match found {
                Some(id) => *word = id,
                None if word == "*" => {}
                None => {
                    errors.push(unknown(format!("/policy/rules/{number}/agents/{index}"), word))
                }
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
