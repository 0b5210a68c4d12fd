//! Folds the ids in a path, so that calls of the same kind have the same template: `/v1/customers/cus_9s6XKzkN` becomes
//! `/v1/customers/{id}`.
//!
//! This module decides by the look of a segment alone. It must not fold a plain word, such as `v1` or
//! `payment_methods`. It may leave an id that looks like a word.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The placeholder of an id.
const ID: &str = "{id}";
/// The maximum length of a template, in bytes.
const LONGEST: usize = 200;
/// The maximum length of a segment that is not folded, in bytes.
const LONGEST_WORD: usize = 64;

/// The template of `path`, which is empty or starts with `/`, as it was sent. Parameters of segments, and the
/// parts that look like a query or a fragment, are left out.
pub(super) fn template(path: &str) -> String {
    let mut template = String::new();
    for (at, segment) in plain(path).split('/').enumerate() {
        if template.len() + segment.len().min(LONGEST_WORD) > LONGEST {
            template.push_str("/…");
            break;
        }
        if at > 0 {
            template.push('/');
        }
        template.push_str(&folded(segment));
    }
    template
}

/// The part of `path` before the first `;`, `?` or `#`, plain or encoded. The rest may be a query in disguise.
pub(super) fn plain(path: &str) -> &str {
    let bytes = path.as_bytes();
    let ends = |at: usize| match bytes.get(at) {
        Some(b';' | b'?' | b'#') => true,
        Some(b'%') => {
            let code = bytes.get(at + 1..at + 3).unwrap_or_default().to_ascii_lowercase();
            matches!(&*code, b"3b" | b"3f" | b"23")
        }
        _ => false,
    };
    let end = (0..bytes.len()).find(|at| ends(*at)).unwrap_or(bytes.len());
    path.get(..end).unwrap_or(path)
}

/// A segment, or its placeholder. `messages:batchGet` keeps the part after the colon, `12.json` its ending, and `users(7)`
/// its name.
fn folded(segment: &str) -> Cow<'_, str> {
    if segment.len() > LONGEST_WORD {
        return ID.into();
    }
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    if let Some((name, _)) = decoded.split_once('(').filter(|(name, _)| is_word(name)) {
        return format!("{name}({ID})").into();
    }
    for mark in [':', '.'] {
        let parts = decoded.rsplit_once(mark);
        let parts = parts.filter(|(_, end)| end.chars().all(|c| c.is_ascii_alphabetic()));
        if let Some((_, end)) = parts.filter(|(id, end)| !end.is_empty() && is_id(id)) {
            return match is_email(&decoded) {
                true => ID.into(),
                false => format!("{ID}{mark}{end}").into(),
            };
        }
    }
    if is_id(&decoded) { ID.into() } else { segment.into() }
}

/// Whether a decoded segment looks like an id.
fn is_id(text: &str) -> bool {
    if text.is_empty() || is_version(text) {
        return false;
    }
    !text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~@:$".contains(c))
        || is_email(text)
        || text.bytes().all(|b| b.is_ascii_digit())
        || is_hex(text)
        || has_prefix(text)
        || is_random(text)
}

/// A version: `v1`, `v2.1`, `v1beta2`, `2024-10`, `2010-04-01`.
fn is_version(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbered = text.strip_prefix(['v', 'V']).is_some_and(|rest| {
        rest.len() <= 10 && rest.starts_with(|c: char| c.is_ascii_digit()) && {
            let rest = rest.replace("alpha", ".").replace("beta", ".");
            rest.split('.').all(|part| part.is_empty() || digits(part))
        }
    });
    let mut parts = text.split('-');
    let is_date = parts.next().is_some_and(|year| year.len() == 4 && digits(year))
        && (1..=2).contains(&parts.clone().count())
        && parts.all(|part| part.len() == 2 && digits(part));
    numbered || is_date
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// At least eight hexadecimal digits, with dashes as in a UUID or without.
fn is_hex(text: &str) -> bool {
    let hex = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let is_uuid = text.len() == 36 && hex == 32;
    hex >= 8
        && (hex == text.len() || is_uuid)
        && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// A short name of the kind, `_`, and a part with a digit or in mixed case: `cus_9s6XKzkN`, `sub_sched_1Mr`. With `-` for
/// `_`, the part must be longer, because words are joined like that: `utf-8`.
fn has_prefix(text: &str) -> bool {
    let Some((prefix, tail)) = text.rsplit_once(['_', '-']) else { return false };
    let is_dashed = text.as_bytes().get(prefix.len()) == Some(&b'-');
    let is_kind = (1..=16).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || (is_dashed && b == b'-'));
    let has_digit = tail.bytes().any(|b| b.is_ascii_digit());
    let is_mixed = tail.len() >= 8 && is_mixed_case(tail);
    is_kind
        && tail.bytes().all(|b| b.is_ascii_alphanumeric())
        && if is_dashed { has_digit && tail.len() >= 6 } else { has_digit || is_mixed }
}

/// A text as random as base64url or base32 makes it.
fn is_random(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    if text.len() < 8 || !text.bytes().all(is_plain) || text.split(['-', '_', '.']).all(is_word) {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
    match (digits, upper, lower) {
        // As Slack's: `C024BE91L`.
        (1.., 1.., 0) => true,
        (2.., _, _) => text.len() >= 12 || (upper > 0 && lower > 0),
        (1, 1.., 1..) => true,
        (0, ..) => text.len() >= 14 && upper * 3 > text.len() && lower > 0,
        _ => false,
    }
}

/// Whether both cases are in `text`, otherwise than in a name such as `batchUpdate`.
fn is_mixed_case(text: &str) -> bool {
    let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
    lower > 0 && upper * 3 > text.len()
}

/// Letters in one case or as in `batchUpdate`, with at most two digits after them; or at most two digits.
fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    text.len() - letters.len() <= 2
        && letters.bytes().all(|b| b.is_ascii_alphabetic())
        && (letters.len() < 8 || !is_mixed_case(letters))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_folded() {
        for segment in [
            "1",
            "20",
            "4711000000000000001",
            "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "3FA85F64-5717-4562-B3FC-2C963F66AFA6",
            "deadbeef",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "cus_9s6XKzkNRiz8i3",
            "ch_1",
            "sub_sched_1Mr2ZKLkdIwHu7ix",
            "int_01J0000000000000000000000A",
            "pm_XkQvLmWzRtYp",
            "req-4f9a2b",
            "ada@example.com",
            "ada%40example.com",
            "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
            "dGhpcyBpcyAx-_aQ9z8",
            "Sheet1%21A1",
            "AC2ef8732a3c49700934481addd5ce1659",
            "C024BE91L",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "group%2Frepo",
            "a%20b",
            "gr%C3%B6%C3%9Fe",
        ] {
            assert_eq!(template(&format!("/x/{segment}/y")), "/x/{id}/y", "{segment}");
        }
    }

    #[test]
    fn words_are_not_folded() {
        for segment in [
            "",
            "v1",
            "v2.1",
            "v1beta2",
            "2024-10",
            "2010-04-01",
            "payment_methods",
            "payment-intents",
            "oauth2",
            "s3",
            "utf-8",
            "chat.postMessage",
            "documents:batchUpdate",
            "getUpdates",
            "documentsBatchUpdate",
            "gpt-4o",
            "gpt-4.1-mini",
            "me",
            "@me",
            "~",
            "feature",
            "facade",
            "statuses",
            "Accounts",
            "TeamMembers",
            "index.html",
            "openid-configuration",
            ".well-known",
        ] {
            let path = format!("/x/{segment}");
            assert_eq!(template(&path), path, "{segment}");
        }
    }

    #[test]
    fn what_is_beside_an_id_stays() {
        for (path, expected) in [
            ("", ""),
            ("/", "/"),
            ("/v1/customers/cus_1/", "/v1/customers/{id}/"),
            ("//12", "//{id}"),
            ("/12.json", "/{id}.json"),
            ("/messages/18c2f0aa:trash", "/messages/{id}:trash"),
            ("/users('ada')/messages(7)", "/users({id})/messages({id})"),
            ("/x;jsessionid=1/y", "/x"),
            ("/x%3Ftoken=abc", "/x"),
            ("/x%23a", "/x"),
            ("/x%3bb", "/x"),
        ] {
            assert_eq!(template(path), expected, "{path}");
        }
        let long = template(&"/segment".repeat(100));
        assert!(long.len() <= LONGEST + "/…".len() && long.ends_with("/…"), "{long}");
    }

    proptest! {
        #[test]
        fn any_path_has_a_short_template(path in "/.{0,300}") {
            prop_assert!(template(&path).len() <= LONGEST + LONGEST_WORD);
        }

        #[test]
        fn numbers_and_uuids_never_stay(number: u64, uuid in "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") {
            prop_assert_eq!(template(&format!("/{number}/{uuid}")), "/{id}/{id}");
        }

        #[test]
        fn lower_case_words_always_stay(word in "[g-z]{1,20}") {
            prop_assert_eq!(template(&format!("/{word}")), format!("/{word}"));
        }
    }
}
