//! What an entry of `issuers` makes of the claims of a verified token: audience, workspace, role and subject.
//!
//! This module must not verify anything, and must not know where the claims come from: access tokens and id
//! tokens are read by the same rules.

use std::fmt;

use nexus_common::auth::Role;
use nexus_common::{Error, Result, id};
use nexus_printable::{RULE, is_printable};
use serde_json::{Map, Value};

/// The claims of a token by their names.
pub(crate) type Claims = Map<String, Value>;

/// The maximum length of a claim's value in an error message, in characters.
const MAX_SHOWN: usize = 100;

/// The name of a claim: the name of a member, a JSON pointer, or a path with dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimName(String);

impl ClaimName {
    /// The claim with this name. `None` if the name is empty, not printable, or not a JSON pointer although it
    /// starts with `/`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        // RFC 6901, 3: `~` is followed by 0 or 1.
        let escapes = |rest: &str| rest.starts_with('0') || rest.starts_with('1');
        let fits = !name.starts_with('/') || name.split('~').skip(1).all(escapes);
        let visible = !name.is_empty() && is_printable(name);
        (visible && fits).then(|| Self(name.to_owned()))
    }

    /// The claim: by its literal name; without one, by the pointer or path, through objects only. A claim that
    /// is `null` is missing.
    pub(crate) fn find<'a>(&self, claims: &'a Claims) -> Option<&'a Value> {
        let found = match claims.get(&self.0) {
            Some(value) => Some(value),
            None => match self.0.strip_prefix('/') {
                Some(pointer) => walk(claims, pointer.split('/').map(unescaped)),
                None => walk(claims, self.0.split('.').map(str::to_owned)),
            },
        };
        found.filter(|value| !value.is_null())
    }
}

impl fmt::Display for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token of a JSON pointer without its escapes (RFC 6901, 4).
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

fn walk(claims: &Claims, mut names: impl Iterator<Item = String>) -> Option<&Value> {
    let first = claims.get(&names.next()?)?;
    names.try_fold(first, |value, name| value.as_object()?.get(&name))
}

/// Which audiences are accepted.
#[derive(Debug)]
pub(crate) struct AudienceRule {
    /// The claim that is compared. `None` if the tokens have no audience.
    pub(crate) claim: Option<&'static str>,
    /// The accepted values.
    pub(crate) accepted: Vec<String>,
}

impl AudienceRule {
    /// Whether the rule accepts the token's audience.
    pub(crate) fn accepts(&self, claims: &Claims) -> bool {
        match self.claim {
            Some(name) => holds(claims, name, |text| self.accepted.iter().any(|one| one == text)),
            None => claims.get("aud").is_none_or(Value::is_null),
        }
    }

    /// The claim that was compared, for an error message.
    pub(crate) fn compared(&self) -> &'static str {
        self.claim.unwrap_or("aud")
    }
}

/// Where the workspace is named.
#[derive(Debug)]
pub(crate) enum WorkspaceRule {
    /// Each token is for this workspace.
    Fixed(String),
    /// The claim names the workspace.
    Claim(ClaimName),
}

impl WorkspaceRule {
    /// The workspace of a token.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if the claim does not name exactly one workspace.
    pub(crate) fn of(&self, claims: &Claims) -> Result<String> {
        let name = match self {
            Self::Fixed(workspace) => return Ok(workspace.clone()),
            Self::Claim(name) => name,
        };
        let count = match name.find(claims) {
            Some(Value::String(text)) => return printable(name, "workspace", text),
            Some(Value::Array(items)) => match items.as_slice() {
                [Value::String(text)] => return printable(name, "workspace", text),
                items => items.len(),
            },
            Some(Value::Object(members)) => {
                let mut names = members.keys();
                match (names.next(), names.next()) {
                    (Some(text), None) => return printable(name, "workspace", text),
                    _ => members.len(),
                }
            }
            _ => 0,
        };
        Err(Error::InvalidToken(match count {
            0 | 1 => format!(
                "the token has no workspace. The claim `{name}` is missing, or is not a string, a list with one \
                 string, or an object with one member"
            ),
            _ => format!(
                "the workspace is ambiguous. The claim `{name}` names {count} workspaces. Get a token for one \
                 of them"
            ),
        }))
    }
}

/// Which role counts if a token has several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Several {
    /// The least powerful role.
    #[default]
    Least,
    /// The most powerful role.
    Greatest,
}

/// How the role follows from the claims.
#[derive(Debug)]
pub(crate) struct RoleRule {
    /// The claim that has the roles.
    pub(crate) claim: Option<ClaimName>,
    /// Which value means which role. Without a map, the names of the roles do.
    pub(crate) map: Option<Vec<(String, Role)>>,
    /// Which role counts if there are several.
    pub(crate) several: Several,
    /// The role of a token without one.
    pub(crate) default: Option<Role>,
}

impl RoleRule {
    /// The role that the role claim gives. The default does not count.
    pub(crate) fn mapped(&self, claims: &Claims) -> Option<Role> {
        let roles = texts(self.claim.as_ref()?.find(claims)?).into_iter();
        let roles = roles.filter_map(|text| self.meaning(text));
        match self.several {
            Several::Least => roles.min(),
            Several::Greatest => roles.max(),
        }
    }

    /// The role of a token.
    pub(crate) fn of(&self, claims: &Claims) -> Option<Role> {
        self.mapped(claims).or(self.default)
    }

    fn meaning(&self, text: &str) -> Option<Role> {
        match &self.map {
            Some(map) => map.iter().find(|(value, _)| value == text).map(|(_, role)| *role),
            None => Role::parse(text),
        }
    }

    /// Which claim was read for the role, and its value, for the answer to a caller without the role it needs.
    pub(crate) fn shown(&self, claims: &Claims) -> String {
        let Some(name) = &self.claim else {
            return "The issuer's tokens have no role claim (`role_claim`)".to_owned();
        };
        match name.find(claims) {
            None => format!("The role claim `{name}` is missing"),
            Some(value) => {
                let text = nexus_printable::shown(&value.to_string());
                let mut short: String = text.chars().take(MAX_SHOWN).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                format!("The role claim `{name}` is {short}")
            }
        }
    }
}

/// Whether the claim `name`, a string or a list, holds a string that `is_meant`.
pub(crate) fn holds(claims: &Claims, name: &str, is_meant: impl Fn(&str) -> bool) -> bool {
    claims.get(name).is_some_and(|value| texts(value).into_iter().any(is_meant))
}

/// The strings in a string or a list.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The subject: the string in this claim. It cannot be confused with an agent or person of this application.
///
/// # Errors
/// [`Error::InvalidToken`] if it is missing, not a string or not printable, or has the form of one of our ids.
pub(crate) fn subject(name: &ClaimName, claims: &Claims) -> Result<String> {
    match name.find(claims) {
        // Policies and records name the agents and people of this application by such ids.
        Some(Value::String(text)) if id::is_of_account(text) => Err(Error::InvalidToken(format!(
            "the claim `{name}` has the form of an id of Integration Nexus (agt_… or per_…), so it cannot be \
                 the subject of an outside issuer. Use another claim (`subject_claim`) or another subject"
        ))),
        Some(Value::String(text)) => printable(name, "subject", text),
        _ => Err(Error::InvalidToken(format!("the claim `{name}` is missing or not a string"))),
    }
}

pub(crate) fn printable(name: &dyn fmt::Display, what: &str, value: &str) -> Result<String> {
    match is_identifier(value) {
        true => Ok(value.to_owned()),
        false => Err(Error::InvalidToken(format!(
            "the {what} in the claim `{name}` must have 1 to 128 printable characters. It {RULE}"
        ))),
    }
}

/// Whether `value` has 1 to 128 printable characters.
pub(crate) fn is_identifier(value: &str) -> bool {
    (1..=128).contains(&value.chars().count()) && is_printable(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_claim_is_found_by_name_then_by_pointer_or_path() {
        let claims = claims(json!({
            "a": {"b": 1, "c.d": 2, "e/f": 3, "l": [1]}, "a.b": null, "/a/b": 4, "x": null, "": {"": 5},
        }));
        for (name, value) in [
            ("a.b", None),
            ("/a/b", Some(json!(4))),
            ("/a/c.d", Some(json!(2))),
            ("/a/e~1f", Some(json!(3))),
            ("a.l", Some(json!([1]))),
            ("a.l.0", None),
            ("/a/l/0", None),
            ("x", None),
            ("a.c.d", None),
            ("/a/missing", None),
        ] {
            let found = ClaimName::parse(name).unwrap();
            assert_eq!(found.find(&claims).cloned(), value, "{name}");
        }
        for wrong in ["", "/a~2b", "/a~", "a\u{200b}"] {
            assert_eq!(ClaimName::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn no_subject_has_the_form_of_one_of_our_ids() {
        let of = |text: &str| {
            let name = ClaimName::parse("sub").unwrap();
            subject(&name, &claims(json!({"sub": text}))).ok()
        };
        for ours in [id::outside_agent("w", "i", "s"), id::outside_person("w", "i", "s")] {
            assert_eq!(of(&ours), None, "{ours}");
            let (prefix, ulid) = ours.split_at(4);
            assert_eq!(of(&format!("{prefix}{}", ulid.to_lowercase())), None, "{ours}");
            let longer = format!("{ours}0");
            assert_eq!(of(&longer), Some(longer));
        }
        for other in ["agt_support", "per_", "int_01J00000000000000000000000", "AGT_x"] {
            assert_eq!(of(other).as_deref(), Some(other));
        }
    }

    #[test]
    fn the_value_of_a_role_claim_is_shortened_and_printable() {
        let claim = ClaimName::parse("roles");
        let rule = RoleRule { claim, map: None, several: Several::Least, default: None };
        let long = claims(json!({"roles": "ä".repeat(500)}));
        let text = rule.shown(&long);
        assert_eq!(text.matches('ä').count(), MAX_SHOWN - 1, "{text}");
        let text = rule.shown(&claims(json!({"roles": ["a\nb\u{202e}c"]})));
        assert!(is_printable(&text), "{text}");
        assert!(rule.shown(&claims(json!({}))).contains("`roles` is missing"));
    }
}
