//! The agents that a policy names: names and subjects become ids when the policy is saved.

use super::{Agents, NamedAgent};
use crate::config;
use crate::error::{Error, FieldError, Result};
use crate::id;
use crate::policy::Policy;

/// Replaces the names and subjects of agents in `policy` by their ids. Rules name existing agents only, and so does
/// `policy.agents` in a workspace for which no outside issuer has tokens. With an outside issuer, a word in
/// `policy.agents` that names no agent stays: it is the subject of agents that were not seen yet, of whichever
/// issuer. A word that has the form of an id must be one.
///
/// # Errors
/// [`Error::Invalid`] with every word that names no agent or several, [`Error::Misconfigured`], [`Error::Storage`].
pub async fn resolve_agents(workspace: &str, policy: &mut Policy) -> Result<()> {
    let agents = Agents::of(workspace);
    let may_come_later = config::has_outside_issuer(workspace).await?;
    let mut errors = Vec::new();
    let lists = [("/policy/agents".to_owned(), &mut policy.agents, !may_come_later)];
    let rules = policy.rules.iter_mut().enumerate();
    let rules = rules.filter_map(|(number, rule)| {
        Some((format!("/policy/rules/{number}/agents"), rule.agents.as_mut()?, true))
    });
    for (pointer, words, must_exist) in lists.into_iter().chain(rules) {
        if words.iter().all(|word| word == "*") {
            continue;
        }
        let found = agents.resolve(words).await?;
        for (index, (word, found)) in words.iter_mut().zip(found).enumerate() {
            let shown = nexus_printable::shortened(word);
            let why = match found {
                _ if word == "*" => continue,
                NamedAgent::One(id) => {
                    *word = id;
                    continue;
                }
                NamedAgent::Nobody if !must_exist && !id::is_of_account(word) => continue,
                NamedAgent::Nobody => {
                    format!(
                        "there is no agent {shown:?}. GET /api/agents lists the agents, and POST /api/agents \
                         registers one"
                    )
                }
                NamedAgent::Several => {
                    format!(
                        "names several agents: {shown:?}. Use the id. GET /api/agents lists them"
                    )
                }
            };
            errors.push(FieldError::new(format!("{pointer}/{index}"), why));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
