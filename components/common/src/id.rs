//! Identifiers: ids of integrations, requests and outbox entries, and slugs.
//!
//! Ids are ULIDs, which are ordered by time, so that the primary key sorts rows by age. A slug must never
//! look like an id.

use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::platform::clock::random_u64;

/// The start of an agent's id. It is also the start of the issuer (`iss`) of the tokens that the agent signs.
pub const AGENT: &str = "agt_";
/// The start of a person's id.
pub const PERSON: &str = "per_";

/// A new integration id, `int_` and a ULID of `now_ms`.
pub fn integration(now_ms: u64) -> String {
    format!("int_{}", ulid(now_ms))
}

/// A new request id, `req_` and a ULID of `now_ms`.
pub fn request(now_ms: u64) -> String {
    format!("req_{}", ulid(now_ms))
}

/// A new outbox id, `out_` and a ULID of `now_ms`.
pub fn outbox(now_ms: u64) -> String {
    format!("out_{}", ulid(now_ms))
}

/// A new agent id, `agt_` and a ULID of `now_ms`.
pub fn agent(now_ms: u64) -> String {
    format!("{AGENT}{}", ulid(now_ms))
}

/// A new person id, `per_` and a ULID of `now_ms`.
pub fn person(now_ms: u64) -> String {
    format!("{PERSON}{}", ulid(now_ms))
}

/// Whether `text` is the id of an agent or a person here, by its form. A name or a subject of that form is never
/// taken for anything but the id, so that nobody can call themselves another.
#[must_use]
pub fn is_of_account(text: &str) -> bool {
    has_form(AGENT, text) || has_form(PERSON, text)
}

/// A new session id, `ses_` and a ULID of `now_ms`.
pub fn session(now_ms: u64) -> String {
    format!("ses_{}", ulid(now_ms))
}

/// A new invitation id, `inv_` and a ULID of `now_ms`.
pub fn invitation(now_ms: u64) -> String {
    format!("inv_{}", ulid(now_ms))
}

/// A new passkey id, `pky_` and a ULID of `now_ms`.
pub fn passkey(now_ms: u64) -> String {
    format!("pky_{}", ulid(now_ms))
}

/// A new id of an emergency stop, `stp_` and a ULID of `now_ms`.
pub fn stop(now_ms: u64) -> String {
    format!("stp_{}", ulid(now_ms))
}

/// A new id of an OAuth client that registers itself, `nxc_` and a ULID of `now_ms`.
pub fn app_client(now_ms: u64) -> String {
    format!("nxc_{}", ulid(now_ms))
}

/// The id of an agent of an outside issuer. It follows from the workspace, the issuer and the subject, so that
/// it is known before the agent is stored.
pub fn outside_agent(workspace: &str, issuer: &str, subject: &str) -> String {
    agent_of(&outside(workspace, issuer, subject))
}

/// The id of a person of an outside issuer, as [`outside_agent`].
pub fn outside_person(workspace: &str, issuer: &str, subject: &str) -> String {
    person_of(&outside(workspace, issuer, subject))
}

/// Whether `text` has the form of an id that starts with `prefix`.
pub fn has_form(prefix: &str, text: &str) -> bool {
    let ulid = text.strip_prefix(prefix).unwrap_or_default();
    ulid.len() == 26 && ulid.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The id of the agent of an outside `identity`.
pub fn agent_of(identity: &str) -> String {
    format!("{AGENT}{identity}")
}

/// The id of the person of an outside `identity`.
pub fn person_of(identity: &str) -> String {
    format!("{PERSON}{identity}")
}

/// An identity of an outside issuer: a ULID that its agent and its person have in common, because one subject
/// may have tokens with different roles. It is the start of the SHA-256 of the identity's parts. Each part comes
/// after its length, so that two different identities never have the same bytes.
pub fn outside(workspace: &str, issuer: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    for part in [workspace, issuer, subject] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let bytes: [u8; 32] = hash.finalize().into();
    let start = bytes.first_chunk::<16>().copied().unwrap_or_default();
    Ulid::from_bytes(start).to_string()
}

fn ulid(now_ms: u64) -> Ulid {
    let (high, low) = (random_u64(), random_u64());
    Ulid::from_parts(now_ms, (u128::from(high) << 64) | u128::from(low))
}

/// The slug of a name: at most 48 lower-case ASCII letters, digits and single hyphens.
///
/// A name without such characters (`支付`) gets the slug `integration`. A slug never has the form of an id.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if slug.len() == 48 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "integration".to_owned() } else { slug.to_owned() }
}

/// The rule of [`is_slug`].
pub const SLUG_RULE: &str =
    "must have 1 to 48 lower-case letters and digits, with single hyphens between them";

/// Whether this is a slug that a caller may choose.
pub fn is_slug(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= 48 && text.split('-').all(is_part)
}

/// The form in which names are compared: Unicode lower case, with white space trimmed and collapsed.
pub fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (name, expected) in [
            ("Primary Slack", "primary-slack"),
            ("  Stripe (EU) -- live!", "stripe-eu-live"),
            ("支付", "integration"),
            ("Ünïted", "n-ted"),
            ("int_01", "int-01"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(slug(&"x".repeat(100)).len(), 48);
    }

    #[test]
    fn a_chosen_slug_has_a_form() {
        for good in ["a", "stripe-eu", "3", "a-1-b", &"x".repeat(48)] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "ü", "a_b", "a b", "a/b", &"x".repeat(49)] {
            assert!(!is_slug(bad), "{bad}");
        }
    }

    #[test]
    fn ids_have_a_form() {
        let (agent, person) = (outside_agent("w", "i", "s"), outside_person("w", "i", "s"));
        for (prefix, id) in [(AGENT, &agent), (PERSON, &person)] {
            assert!(has_form(prefix, id), "{id}");
            assert!(has_form(prefix, &id.replace('0', "z")), "{id}");
            assert!(!has_form(prefix, id.get(1..).unwrap()), "{id}");
            assert!(!has_form(prefix, &format!("{id}0")), "{id}");
        }
        for text in ["", "agt_", "agt_support", "agt_01J0000000000000000000000-"] {
            assert!(!has_form(AGENT, text), "{text}");
        }
        assert!(!has_form(PERSON, &agent));
    }

    #[test]
    fn names_fold() {
        assert_eq!(fold("  Primary   SLACK "), "primary slack");
    }
}
