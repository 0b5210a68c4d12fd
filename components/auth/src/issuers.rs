//! The variable `issuers`: which issuers are trusted, and how their claims are read.
//!
//! The list is parsed strictly, because a misspelled member would silently trust more than was meant. An error
//! says where the list is wrong, and must never repeat a value of it.

use std::rc::Rc;

use nexus_common::auth::Role;
use nexus_common::config::ISSUERS;
use nexus_common::{Error, Result, id};
use serde::Deserialize;

use crate::claims::{AudienceRule, ClaimName, RoleRule, Several, WorkspaceRule, is_identifier};
use crate::jwks::{Jwks, Source, is_keys_url};
use crate::key::Key;
use crate::object::Object;

/// The maximum number of entries.
const MAX_ENTRIES: usize = 200;
/// The only variable with a secret that `spin.toml` gives to this component for tokens.
pub(crate) const SECRET_VARIABLE: &str = "jwt_secret";

/// A trusted issuer, and the rules for its tokens.
pub(crate) struct Issuer {
    /// The exact value of `iss`.
    pub(crate) name: String,
    /// The keys.
    pub(crate) keys: Keys,
    /// Which audiences are accepted.
    pub(crate) audience: AudienceRule,
    /// Which workspace a token is for.
    pub(crate) workspace: WorkspaceRule,
    /// Which role a token gives.
    pub(crate) role: RoleRule,
    /// The claim that identifies the person or agent.
    pub(crate) subject: ClaimName,
}

/// The keys that verify tokens.
#[derive(Clone)]
pub(crate) enum Keys {
    /// One HS256 key for every token: the UTF-8 bytes of `jwt_secret`.
    Secret(Rc<Key>),
    /// The RS256, ES256 and EdDSA keys that the issuer publishes.
    Published(Rc<Jwks>),
}

impl Keys {
    fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Secret(_), Self::Secret(_)) => true,
            (Self::Published(one), Self::Published(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    issuer: String,
    jwks_uri: Option<String>,
    #[serde(default)]
    discovery: bool,
    secret_variable: Option<String>,
    #[serde(default)]
    audiences: Vec<String>,
    #[serde(default = "AudienceClaim::usual")]
    audience_claim: Option<AudienceClaim>,
    workspace: Option<String>,
    workspace_claim: Option<String>,
    role_claim: Option<String>,
    role_map: Option<Object>,
    #[serde(default)]
    roles: Several,
    role_default: Option<DefaultRole>,
    subject_claim: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AudienceClaim {
    Aud,
    ClientId,
    Azp,
}

impl AudienceClaim {
    #[allow(clippy::unnecessary_wraps, reason = "serde asks for the type of the member")]
    const fn usual() -> Option<Self> {
        Some(Self::Aud)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Aud => "aud",
            Self::ClientId => "client_id",
            Self::Azp => "azp",
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
enum DefaultRole {
    #[serde(rename = "AGENT")]
    Agent,
}

/// Parses the list. `secret` is the key of `jwt_secret`, or why there is none.
///
/// # Errors
/// [`Error::Misconfigured`] with the position and the rule.
pub(crate) fn parse(text: &str, secret: &Result<Option<Rc<Key>>>) -> Result<Vec<Issuer>> {
    let entries: Vec<Entry> = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if !(1..=MAX_ENTRIES).contains(&entries.len()) {
        return Err(Error::misconfigured(ISSUERS, "must have 1 to 200 entries"));
    }
    let mut issuers: Vec<Issuer> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        let issuer = entry.checked(secret).map_err(|failure| match failure {
            Wrong::Rule(rule) => {
                Error::misconfigured(ISSUERS, format!("entry {}: {rule}", index + 1))
            }
            Wrong::Other(error) => error,
        })?;
        let known = issuers.iter().find(|known| known.name == issuer.name);
        if known.is_some_and(|known| !known.keys.is_same_as(&issuer.keys)) {
            let rule =
                format!("entry {}: an earlier entry of the issuer names other keys", index + 1);
            return Err(Error::misconfigured(ISSUERS, rule));
        }
        issuers.push(issuer);
    }
    Ok(issuers)
}

/// Says where the text is malformed, and how, without a word of it.
fn malformed(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let why = match text.split('`').collect::<Vec<_>>().as_slice() {
        ["unknown field ", ..] => "a member is unknown".to_owned(),
        ["duplicate field ", ..] => "a member is duplicate".to_owned(),
        // The name of a required member is ours.
        ["missing field ", name, ..] => format!("the member `{name}` is missing"),
        _ if error.is_data() => "a member has a wrong type or value".to_owned(),
        _ => "the text is not JSON".to_owned(),
    };
    let (line, column) = (error.line(), error.column());
    Error::misconfigured(
        ISSUERS,
        format!(
            "must be a JSON list of issuers (docs/identity.md). Line {line}, column {column}: {why}"
        ),
    )
}

/// The fault of an entry.
enum Wrong {
    /// A rule of the list is broken.
    Rule(&'static str),
    /// Another variable is malformed.
    Other(Error),
}

impl From<&'static str> for Wrong {
    fn from(rule: &'static str) -> Self {
        Self::Rule(rule)
    }
}

impl Entry {
    fn checked(self, secret: &Result<Option<Rc<Key>>>) -> Result<Issuer, Wrong> {
        if self.issuer.is_empty() || !nexus_printable::is_printable(&self.issuer) {
            return Err("`issuer` must be printable and not empty".into());
        }
        // The ids of agents are the issuers of the tokens that agents sign themselves.
        if self.issuer.starts_with(id::AGENT) {
            return Err("`issuer` must not start with agt_, which is reserved for agents".into());
        }
        let keys = self.keys(secret)?;
        Ok(Issuer {
            audience: self.audience()?,
            workspace: self.workspace()?,
            role: self.role()?,
            subject: claim_name(self.subject_claim.as_deref().unwrap_or("sub"))?,
            keys,
            name: self.issuer,
        })
    }

    fn keys(&self, secret: &Result<Option<Rc<Key>>>) -> Result<Keys, Wrong> {
        let published = |source| Keys::Published(Jwks::shared(source, ISSUERS));
        match (&self.jwks_uri, self.discovery, &self.secret_variable) {
            (Some(url), false, None) if is_keys_url(url) => {
                Ok(published(Source::Document(url.clone())))
            }
            (Some(_), false, None) => Err("`jwks_uri` must be an https URL without a fragment \
                 (http only on a loopback address)"
                .into()),
            (None, true, None) => Source::of_issuer(&self.issuer).map(published).ok_or_else(|| {
                "`issuer` must be an https URL without a query, because `discovery` is true \
                 (http only on a loopback address)"
                    .into()
            }),
            (None, false, Some(name)) if name == SECRET_VARIABLE => match secret {
                Ok(Some(key)) => Ok(Keys::Secret(Rc::clone(key))),
                Ok(None) => Err(Wrong::Other(Error::misconfigured(
                    SECRET_VARIABLE,
                    "must be set, because an entry of `issuers` names it",
                ))),
                Err(error) => Err(Wrong::Other(error.clone())),
            },
            (None, false, Some(_)) => Err("`secret_variable` must be `jwt_secret`, the only variable \
                 with a secret for tokens that spin.toml gives to `auth`"
                .into()),
            _ => Err("exactly one of `jwks_uri`, `\"discovery\": true` and `secret_variable` must be set"
                .into()),
        }
    }

    fn audience(&self) -> Result<AudienceRule, Wrong> {
        if self.audiences.iter().any(String::is_empty) {
            return Err("`audiences` must not have an empty string".into());
        }
        match self.audience_claim {
            None if !self.audiences.is_empty() => {
                return Err("`audiences` must be absent, because `audience_claim` is null".into());
            }
            Some(AudienceClaim::ClientId | AudienceClaim::Azp) if self.audiences.is_empty() => {
                return Err(
                    "`audiences` must name a client, because `audience_claim` is not `aud`".into(),
                );
            }
            _ => {}
        }
        let claim = self.audience_claim.map(AudienceClaim::name);
        Ok(AudienceRule { claim, accepted: self.audiences.clone() })
    }

    fn workspace(&self) -> Result<WorkspaceRule, Wrong> {
        match (&self.workspace, &self.workspace_claim) {
            (Some(id), None) if is_identifier(id) => Ok(WorkspaceRule::Fixed(id.clone())),
            (Some(_), None) => Err("`workspace` must have 1 to 128 printable characters".into()),
            (None, Some(name)) => Ok(WorkspaceRule::Claim(claim_name(name)?)),
            _ => Err("exactly one of `workspace` and `workspace_claim` must be set".into()),
        }
    }

    fn role(&self) -> Result<RoleRule, Wrong> {
        let claim = self.role_claim.as_deref().map(claim_name).transpose()?;
        if self.role_map.is_some() && claim.is_none() {
            return Err("`role_map` needs a `role_claim`".into());
        }
        let role = |value: &serde_json::Value| value.as_str().and_then(Role::parse);
        let map = self.role_map.as_ref().map(|Object(map)| {
            map.iter().map(|(value, name)| Some((value.clone(), role(name)?))).collect()
        });
        let map: Option<Option<Vec<_>>> = map;
        if map == Some(None) {
            return Err("each value of `role_map` must be ADMIN, MANAGER or AGENT".into());
        }
        let default = self.role_default.map(|DefaultRole::Agent| Role::Agent);
        Ok(RoleRule { claim, map: map.flatten(), several: self.roles, default })
    }
}

fn claim_name(name: &str) -> Result<ClaimName, Wrong> {
    let rule = "the name of a claim must be printable and not empty. If it starts with /, it must be a \
                JSON pointer (RFC 6901)";
    ClaimName::parse(name).ok_or(Wrong::Rule(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> String {
        match parse(text, &Ok(None)) {
            Err(Error::Misconfigured { variable, rule }) => format!("{variable}: {rule}"),
            Ok(_) => panic!("accepted: {text}"),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn with(members: &str) -> String {
        format!(r#"[{{"issuer":"https://id.example"{members}}}]"#)
    }

    #[test]
    fn a_malformed_list_is_rejected_with_its_position() {
        let keys = r#","jwks_uri":"https://id.example/keys","workspace":"acme""#;
        assert!(parse(&with(keys), &Ok(None)).is_ok());
        for (members, expected) in [
            (r#","private":"hush""#, "column"),
            (r#","rolemap":{}"#, "a member is unknown"),
            (r#","roles":"most""#, "wrong type or value"),
            (r#","roles":"least","roles":"greatest""#, "duplicate"),
            (r#","role_claim":"r","role_map":{"a":"AGENT","a":"ADMIN"}"#, "duplicate"),
            (r#","role_claim":"r","role_map":{"a":"OWNER"}"#, "entry 1: each value of `role_map`"),
            (r#","role_map":{"a":"ADMIN"}"#, "`role_map` needs"),
            (r#","role_default":"ADMIN""#, "wrong type or value"),
            (r#","audience_claim":"sub""#, "wrong type or value"),
            (r#","audience_claim":null,"audiences":["a"]"#, "must be absent"),
            (r#","audience_claim":"azp""#, "must name a client"),
            (r#","audiences":[""]"#, "empty string"),
            (r#","workspace_claim":"w""#, "exactly one of `workspace`"),
            (r#","discovery":true"#, "exactly one of `jwks_uri`"),
            (r#","role_claim":"/a~2""#, "JSON pointer"),
            (r#","subject_claim":"""#, "name of a claim"),
        ] {
            let text = rule(&with(&format!("{keys}{members}")));
            assert!(text.starts_with("issuers: ") && text.contains(expected), "{members}: {text}");
            assert!(!text.contains("hush") && !text.contains("OWNER"), "{text}");
        }
        for (text, expected) in [
            ("", "not JSON"),
            ("{}", "wrong type"),
            ("[]", "1 to 200"),
            ("[{}]", "`issuer` is missing"),
            (&with(r#","workspace":"acme""#), "exactly one of `jwks_uri`"),
            (
                &with(r#","workspace":"acme","secret_variable":"broker_secret""#),
                "must be `jwt_secret`",
            ),
            (
                &with(r#","workspace":"acme","secret_variable":"jwt_secret""#),
                "jwt_secret: must be set",
            ),
            (&with(r#","workspace":"acme","jwks_uri":"http://id.example/keys""#), "https URL"),
            (&with(r#","workspace":"acme","jwks_uri":"https://u@id.example/keys""#), "https URL"),
            (&with(r#","workspace":"acme","jwks_uri":"https://id.example/keys#x""#), "https URL"),
        ] {
            let found = rule(text);
            assert!(found.contains(expected), "{text}: {found}");
        }
    }

    #[test]
    fn entries_of_one_issuer_have_the_same_keys() {
        let entry = |keys: &str| {
            format!(r#"{{"issuer":"https://id.example","workspace":"acme","jwks_uri":"{keys}"}}"#)
        };
        let list = |one: &str, other: &str| format!("[{},{}]", entry(one), entry(other));
        let (keys, others) = ("https://id.example/keys", "https://id.example/others");
        assert!(parse(&list(keys, keys), &Ok(None)).is_ok());
        assert!(rule(&list(keys, others)).contains("entry 2: an earlier entry"));
    }
}
