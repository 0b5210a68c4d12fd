//! Scopes as providers answer them: which were granted, and which of those asked for are missing.
//!
//! A missing scope is a warning that an admin sees, so that it must not be raised over a spelling.

use nexus_manifests::OAuth2;
use nexus_printable::is_printable;
use serde_json::Value;

/// Most scopes of an answer that are kept.
const MAX_SCOPES: usize = 200;
/// Longest list of scopes in a text that is read, in bytes.
const MAX_TEXT: usize = 16 * 1024;
/// What may stand between scopes although another separator was asked with.
const SEPARATORS: [&str; 5] = [" ", ",", ";", "+", "|"];
/// Short names that Google answers with their long form
/// (<https://developers.google.com/identity/protocols/oauth2/scopes#openid-connect>).
const SHORT: [(&str, &str); 2] = [
    ("email", "https://www.googleapis.com/auth/userinfo.email"),
    ("profile", "https://www.googleapis.com/auth/userinfo.profile"),
];

/// The scopes that a token answer names; `None` where it names none: what was asked for was granted then
/// (RFC 6749, 5.1).
pub(super) fn granted(oauth2: &OAuth2, answer: &Value, asked: &[String]) -> Option<Vec<String>> {
    let pointers = &oauth2.token_response;
    let own = pointers.scope_separator.as_deref().unwrap_or(&oauth2.scope_separator);
    let all: Vec<&str> = match answer.pointer(pointers.scope.as_deref()?)? {
        Value::String(text) if text.len() <= MAX_TEXT => parts(text, own, asked),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let kept = all.into_iter().map(str::trim);
    let kept = kept.filter(|scope| (1..=256).contains(&scope.len()) && is_printable(scope));
    Some(kept.take(MAX_SCOPES).map(str::to_owned).collect())
}

/// `text` split at `own`; at another separator where that shows more of what was asked for.
fn parts<'a>(text: &'a str, own: &str, asked: &[String]) -> Vec<&'a str> {
    let split = |separator: &str| text.split(separator).map(str::trim).collect::<Vec<_>>();
    let shown = |parts: &[&str]| {
        asked.iter().filter(|asked| parts.iter().any(|part| is_same(asked, part))).count()
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

/// Those of `asked` that `granted` does not name.
pub(super) fn missing<'a>(asked: &'a [String], granted: &[String]) -> Vec<&'a String> {
    let is_there = |asked: &&String| granted.iter().any(|granted| is_same(asked, granted));
    asked.iter().filter(|asked| !is_there(asked)).collect()
}

/// Whether the scope that was asked for is the one that was granted: in either case; by its long name; or
/// with the resource before it that Microsoft puts there (`https://graph.microsoft.com/User.Read`).
fn is_same(asked: &str, granted: &str) -> bool {
    let long = SHORT.iter().find(|(short, _)| *short == asked).map_or(asked, |(_, long)| long);
    let of_resource = granted.strip_prefix("https://graph.microsoft.com/");
    [Some(granted), of_resource]
        .into_iter()
        .flatten()
        .any(|granted| granted.eq_ignore_ascii_case(asked) || granted.eq_ignore_ascii_case(long))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn all(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    fn read(value: Value, own: &str, asked: &[&str]) -> Option<Vec<String>> {
        let oauth2 = json!({"authorization_url": "https://a/", "token_url": "https://a/", "client_auth": "post",
            "scope_separator": own});
        let oauth2: OAuth2 = serde_json::from_value(oauth2).unwrap();
        granted(&oauth2, &json!({"scope": value}), &all(asked))
    }

    #[test]
    fn scopes_are_read_with_whatever_separator() {
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
    fn a_scope_under_another_spelling_is_not_missing() {
        let asked = all(&["email", "profile", "openid", "user.read", "x"]);
        let granted = all(&[
            "openid",
            "https://www.googleapis.com/auth/userinfo.email",
            "https://www.googleapis.com/auth/userinfo.profile",
            "https://graph.microsoft.com/User.Read",
        ]);
        assert_eq!(missing(&asked, &granted), [&asked[4]]);
        assert_eq!(missing(&all(&["mail"]), &granted), [&"mail".to_owned()]);
    }
}
