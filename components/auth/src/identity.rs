//! What the id token of the identity provider (`oidc_issuer`) says about a person who signs in: by the entry of
//! `issuers` with the same issuer.
//!
//! This module must not verify an id token. Its caller has verified the signature, the issuer, the audience and
//! the nonce.

use nexus_common::Result;
use nexus_common::auth::Role;

use crate::claims::{self, ClaimName, Claims, WorkspaceRule};
use crate::issuers::Issuer;

/// A person, as the claims of an id token describe them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The workspace. `None` if the claim is missing. Then an invitation or the person's own row decides.
    pub(crate) workspace: Option<String>,
    /// The role that the role claim gives. `None` if no value of the claim means a role. Then the person's own
    /// row decides: `role_default` is for tokens of an API, and does not count here.
    pub(crate) role: Option<Role>,
    /// The subject: the claim `subject_claim` or, where the id token does not have it, `sub`.
    pub(crate) subject: String,
}

/// Reads the identity from the claims, by the rules of `entry`.
///
/// # Errors
/// [`nexus_common::Error::InvalidToken`] for a malformed workspace, or a missing or malformed subject.
pub(crate) fn read(entry: &Issuer, claims: &Claims) -> Result<Identity> {
    let subject = match (entry.subject.find(claims), ClaimName::parse("sub")) {
        (None, Some(sub)) => claims::subject(&sub, claims)?,
        _ => claims::subject(&entry.subject, claims)?,
    };
    let workspace = match &entry.workspace {
        WorkspaceRule::Claim(name) if name.find(claims).is_none() => None,
        rule => Some(rule.of(claims)?),
    };
    Ok(Identity { workspace, role: entry.role.mapped(claims), subject })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_token_is_read_by_the_rules_of_its_issuer() {
        let list = r#"[{"issuer":"https://id.example","discovery":true,"workspace_claim":"org",
            "role_claim":"groups","role_map":{"Admins":"ADMIN"},"role_default":"AGENT","subject_claim":"uid"}]"#;
        let issuers = crate::issuers::parse(list, &Ok(None)).unwrap();
        let of = |claims: serde_json::Value| read(&issuers[0], claims.as_object().unwrap());
        let found = of(json!({"org": ["acme"], "groups": ["Admins"], "uid": "u", "sub": "s"}));
        let (workspace, subject) = (Some("acme".to_owned()), "u".to_owned());
        assert_eq!(found.unwrap(), Identity { workspace, role: Some(Role::Admin), subject });
        let found = of(json!({"org": "acme", "groups": ["ADMIN"], "sub": "s"})).unwrap();
        assert_eq!((found.role, found.subject.as_str()), (None, "s"));
        assert!(of(json!({"org": ["acme", "other"], "sub": "s"})).is_err());
        assert!(of(json!({"org": "acme"})).is_err());
        assert_eq!(of(json!({"groups": ["Admins"], "sub": "s"})).unwrap().workspace, None);
    }
}
