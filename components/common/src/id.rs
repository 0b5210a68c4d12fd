//! Identifiers: integration ids, request ids, slugs.
//!
//! Ids are ULIDs (time-ordered), so that newest first is the order of the primary key.

use ulid::Ulid;

use crate::platform::clock::random_u64;

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

fn ulid(now_ms: u64) -> Ulid {
    let (high, low) = (random_u64(), random_u64());
    Ulid::from_parts(now_ms, (u128::from(high) << 64) | u128::from(low))
}

/// The slug of a name: lower-case ASCII letters, digits and single hyphens, at most 48 of them.
///
/// A name without any (`支付`) gets `integration`. It is never shaped like an id.
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

/// The form in which names are compared: Unicode lower case, white space trimmed and folded.
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
    fn names_fold() {
        assert_eq!(fold("  Primary   SLACK "), "primary slack");
    }
}
