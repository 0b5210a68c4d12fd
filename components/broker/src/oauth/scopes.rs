//! Reads the scopes of a token response: which were granted, and which of the requested ones are missing.
//!
//! An admin sees a warning for each missing scope. This module must not report a scope as missing only
//! because the provider spells it differently.

use nexus_manifests::OAuth2;
use nexus_printable::is_printable;
use serde_json::Value;

/// The maximum number of scopes that are read from a response.
const MAX_SCOPES: usize = 200;
/// The maximum length of a text with scopes, in bytes.
const MAX_TEXT: usize = 16 * 1024;
/// Separators that a provider may use in its response, even if the request had another one.
const SEPARATORS: [&str; 5] = [" ", ",", ";", "+", "|"];
/// Short names for which Google responds with the long form
/// (<https://developers.google.com/identity/protocols/oauth2/scopes#openid-connect>).
const SHORT: [(&str, &str); 2] = [
    ("email", "https://www.googleapis.com/auth/userinfo.email"),
    ("profile", "https://www.googleapis.com/auth/userinfo.profile"),
];

/// The scopes in a token response. `None` if it has none, which means that the requested scopes were granted
/// (RFC 6749, 5.1).
pub(super) fn granted(
    oauth2: &OAuth2,
    answer: &Value,
    requested: &[String],
) -> Option<Vec<String>> {
    let pointers = &oauth2.token_response;
    let own = pointers.scope_separator.as_deref().unwrap_or(&oauth2.scope_separator);
    let all: Vec<&str> = match answer.pointer(pointers.scope.as_deref()?)? {
        Value::String(text) if text.len() <= MAX_TEXT => parts(text, own, requested),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let kept = all.into_iter().map(str::trim);
    let kept = kept.filter(|scope| (1..=256).contains(&scope.len()) && is_printable(scope));
    Some(kept.take(MAX_SCOPES).map(str::to_owned).collect())
}

/// `text` split at `own`, or at another separator if that finds more of the requested scopes.
fn parts<'a>(text: &'a str, own: &str, requested: &[String]) -> Vec<&'a str> {
    let split = |separator: &str| text.split(separator).map(str::trim).collect::<Vec<_>>();
    let shown = |parts: &[&str]| {
        requested
            .iter()
            .filter(|requested| parts.iter().any(|part| is_same(requested, part)))
            .count()
    };
    let mut best = split(own);
    for separator in SEPARATORS {
        let other = split(separator);
        if shown(&other) > shown(&best) {
            best = other;
        }
    }
    best
}

/// The scopes of `requested` that are not in `granted`.
pub(super) fn missing<'a>(requested: &'a [String], granted: &[String]) -> Vec<&'a String> {
    let is_there = |requested: &&String| granted.iter().any(|granted| is_same(requested, granted));
    requested.iter().filter(|requested| !is_there(requested)).collect()
}

/// Whether the requested scope is the granted one. Case is ignored. The granted scope may be the long name,
/// or may have the resource before it that Microsoft adds (`https://graph.microsoft.com/User.Read`).
fn is_same(requested: &str, granted: &str) -> bool {
    let long =
        SHORT.iter().find(|(short, _)| *short == requested).map_or(requested, |(_, long)| long);
    let of_resource = granted.strip_prefix("https://graph.microsoft.com/");
    [Some(granted), of_resource].into_iter().flatten().any(|granted| {
        granted.eq_ignore_ascii_case(requested) || granted.eq_ignore_ascii_case(long)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn all(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    fn read(value: Value, own: &str, requested: &[&str]) -> Option<Vec<String>> {
        let oauth2 = json!({"authorization_url": "https://a/", "token_url": "https://a/", "client_auth": "post",
            "scope_separator": own});
        let oauth2: OAuth2 = serde_json::from_value(oauth2).unwrap();
        granted(&oauth2, &json!({"scope": value}), &all(requested))
    }

    #[test]
    fn scopes_are_read_with_any_separator() {
        let abc = Some(all(&["a", "b", "c"]));
        assert_eq!(read(json!("a b  c"), " ", &["a", "b", "c"]), abc);
        assert_eq!(read(json!("a,b, c"), " ", &["a", "b", "c"]), abc);
        assert_eq!(read(json!("a b c"), ",", &["c", "a"]), abc);
        assert_eq!(read(json!("a|b|c"), " ", &["b"]), abc);
        assert_eq!(read(json!(["a", 1, "b", "c"]), " ", &[]), abc);
        // A comma may be part of a scope (RFC 6749, 3.3).
        assert_eq!(read(json!("a,b c"), " ", &["a,b", "c"]), Some(all(&["a,b", "c"])));
        assert_eq!(read(json!(""), " ", &["a"]), Some(all(&[])));
        assert_eq!(read(json!(7), " ", &["a"]), None);
    }

    #[test]
    fn a_scope_in_another_spelling_is_not_missing() {
        let requested = all(&["email", "profile", "openid", "user.read", "x"]);
        let granted = all(&[
            "openid",
            "https://www.googleapis.com/auth/userinfo.email",
            "https://www.googleapis.com/auth/userinfo.profile",
            "https://graph.microsoft.com/User.Read",
        ]);
        assert_eq!(missing(&requested, &granted), [&requested[4]]);
        assert_eq!(missing(&all(&["mail"]), &granted), [&"mail".to_owned()]);
    }
}
