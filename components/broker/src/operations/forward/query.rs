//! Reads the query of an agent's call: the parameter names as servers may read them.
//!
//! This module must not change the rest of a query: the parameters that are not removed are sent byte for
//! byte.

use std::borrow::Cow;

/// A parameter's name as a lenient server reads it: decoded up to twice, in lower case, without the parts
/// that PHP removes (leading spaces, `[…]`), and with `_` for the characters that PHP and CGI replace (such
/// as a `[` without its `]`).
pub(super) fn name(raw: &str) -> String {
    let decoded = decode(&decode(raw)).into_owned();
    let decoded = decoded.trim_matches([' ', '\0']);
    let decoded = decoded.split('\0').next().unwrap_or_default();
    let decoded = match decoded.split_once('[') {
        Some((before, rest)) if rest.contains(']') => before,
        _ => decoded,
    };
    let same = |c: char| match c {
        '.' | ' ' | '-' | '[' => '_',
        c => c.to_ascii_lowercase(),
    };
    decoded.chars().map(same).collect()
}

/// The parameters of `query`, with names in the form of [`name`] and values decoded once. `;` also separates
/// parameters, because some servers read it so.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split(['&', ';']).filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name(key), decode(value).into_owned())
    })
}

/// The query without the parameters that a server may read as `own`. All other bytes stay as they are.
pub(super) fn without_parameter(query: &str, own: &str) -> String {
    let own = name(own);
    let key = |pair: &str| name(pair.split('=').next().unwrap_or_default());
    let kept = query.split('&').filter_map(|pair| {
        if !pair.split(';').any(|part| key(part) == own) {
            return Some(Cow::Borrowed(pair));
        }
        let rest: Vec<&str> = pair.split(';').filter(|part| key(part) != own).collect();
        (!rest.is_empty()).then(|| Cow::Owned(rest.join(";")))
    });
    kept.collect::<Vec<_>>().join("&")
}

fn decode(text: &str) -> Cow<'_, str> {
    let spaced = text.replace('+', " ");
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(&spaced).collect();
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_injected_parameter_is_removed_in_every_spelling() {
        for (query, expected) in [
            ("a=1&api_key=x&b=%20+", "a=1&b=%20+"),
            ("api_key=x", ""),
            ("api_k%65y=x&api_key&API_KEY=y&a", "a"),
            ("api_key%20=x&+api_key=y&%20api_key=z&a", "a"),
            ("api.key=x&api%2Ekey=y&api-key=z&a", "a"),
            ("api_key[]=x&api_key%5B0%5D=y&api_key%255b0%255d=z&a", "a"),
            ("api[key=x&api%5Bkey=y&api[0]key=z", "api[0]key=z"),
            ("api_key%00=x&api_key%00more=y&a", "a"),
            ("a=1;api_key=x&b=2;c=3", "a=1&b=2;c=3"),
            ("api_keys=x&my_api_key=y", "api_keys=x&my_api_key=y"),
            ("&&a=1&", "&&a=1&"),
        ] {
            assert_eq!(without_parameter(query, "api_key"), expected, "{query}");
        }
    }
}
