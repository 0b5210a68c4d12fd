//! Reads the query of an agent's call: the parameter names as servers may read them.
//!
//! This module must not change the rest of a query: the parameters that are not removed are sent byte for
//! byte.

#[cfg(test)]
mod properties;

use std::borrow::Cow;
use std::collections::BTreeSet;

/// How often a query may be decoded: by a gateway, by a framework, and by a handler.
const DECODINGS: usize = 3;

/// A parameter's name as a lenient server reads it: decoded up to twice, in lower case, without the parts
/// that PHP removes (leading spaces, `[…]`), and with `_` for the characters that PHP and CGI replace (such
/// as a `[` without its `]`).
pub(super) fn name(raw: &str) -> String {
    let once = decode(raw);
    let decoded = decode(&once);
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

/// Every parameter that a server may read in a call. The work is linear in the length of the call: a text is decoded a
/// fixed number of times, and each pair of a text is read a fixed number of times.
pub(super) struct Spellings {
    /// The query, and each text that a server may take for it.
    texts: BTreeSet<String>,
}

impl Spellings {
    /// `path` is the path as it is sent: a gateway may decode a `?` in it, and pass on the rest as the query. Some servers
    /// decode the whole query before they split it.
    pub(super) fn of(path: &str, query: &str) -> Self {
        let mut found = Self { texts: BTreeSet::new() };
        found.add(query.to_owned());
        let mut passed = path.to_owned();
        for _ in 0..DECODINGS {
            passed = percent_decoded(&passed);
            if let Some((_, behind)) = passed.split_once('?') {
                // A second `?` belongs to the query, or begins it at the next server.
                found.add(behind.to_owned());
                found.add(behind.replace('?', "&"));
            }
        }
        found
    }

    /// Adds a text, and what it is after each decoding.
    fn add(&mut self, mut text: String) {
        for _ in 0..=DECODINGS {
            let next = wide_decoded(&percent_decoded(&text));
            let is_last = next == text;
            self.texts.insert(text);
            if is_last {
                break;
            }
            text = next;
        }
    }

    /// The parameters, with names in the form of [`comparable`]. The same parameter may come more than once.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (String, SentValue<'_>)> {
        let pairs = self.texts.iter().flat_map(|text| text.split(['&', ';']));
        pairs.filter(|pair| !pair.is_empty()).flat_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let names = [Some(comparable(key)), unbracketed(key).as_deref().map(comparable)];
            names.into_iter().flatten().map(move |name| (name, SentValue(value)))
        })
    }
}

/// The value of a parameter.
#[derive(Clone, Copy)]
pub(super) struct SentValue<'a>(&'a str);

impl SentValue<'_> {
    /// Whether it is one of `denied`, or a list separated by commas that has one of them.
    pub(super) fn is_one_of(self, denied: &[String]) -> bool {
        let value: &str = &decode(self.0);
        let fits = |part: &str| {
            let part = part.split('\0').next().unwrap_or_default().trim();
            denied.iter().any(|denied| denied.eq_ignore_ascii_case(part))
        };
        fits(value) || value.split(',').any(fits)
    }
}

/// A parameter's name in the form in which names are compared: as [`name`] reads it, also by a server that ignores the case
/// of letters beyond ASCII.
pub(super) fn comparable(raw: &str) -> String {
    let name = name(raw);
    if name.is_ascii() {
        return name;
    }
    name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// A parameter's name without its brackets, as Rack and `qs` read `[name]`, `name]` and `name[x`. `None` if [`comparable`]
/// reads the same name.
fn unbracketed(raw: &str) -> Option<String> {
    let once = decode(raw);
    let decoded = decode(&once);
    if !decoded.contains(['[', ']', '%', '+']) {
        return None;
    }
    let start = decoded.trim_start_matches([' ', '\0', '[', ']']);
    Some(start.split(['[', ']']).next().unwrap_or_default().to_owned())
}

fn percent_decoded(text: &str) -> String {
    note_read(text);
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The text with `%u0064` decoded, as some servers do. It is not an escape of URLs.
fn wide_decoded(text: &str) -> String {
    note_read(text);
    let mut parts = text.split("%u");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match (code.and_then(char::from_u32), part.get(4..)) {
            (Some(letter), Some(rest)) => {
                out.push(letter);
                out.push_str(rest);
            }
            _ => {
                out.push_str("%u");
                out.push_str(part);
            }
        }
    }
    out
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
    note_read(text);
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(&spaced).collect();
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// Counts the bytes that are read, so that a test can compare them with the length of a call.
#[cfg(test)]
fn note_read(text: &str) {
    tests::READ.set(tests::READ.get() + text.len());
}

#[cfg(not(test))]
const fn note_read(_: &str) {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// The bytes that this thread has read.
        pub(super) static READ: Cell<usize> = const { Cell::new(0) };
    }

    /// The bytes that are read for the parameters of a call, and the number of parameters.
    fn work(path: &str, query: &str) -> (usize, usize) {
        let before = READ.get();
        let count = Spellings::of(path, query).parameters().count();
        (READ.get() - before, count)
    }

    #[test]
    fn the_work_is_linear_in_the_length_of_the_call() {
        for piece in [
            "a",
            "a&",
            "a=1&",
            "&",
            ";",
            "=",
            "+",
            "[",
            "]",
            "[]",
            "a[b]=1&",
            "%26",
            "%2526",
            "%252526",
            "%25",
            "%5B",
            "%255B%255D=&",
            "%u0026",
            "%",
            "%FF",
            "%00",
            "\u{df}",
            "a,b,",
            "%3F",
            "%253F",
            "%3F%26%3F",
            "%253Fa%2526",
        ] {
            let (one, two) = (piece.repeat(1_000), piece.repeat(2_000));
            for (half, whole) in
                [(work("", &one), work("", &two)), (work(&one, ""), work(&two, ""))]
            {
                assert!(half.0 > 0, "{piece}");
                assert!(whole.0 <= 2 * half.0 + 400, "{piece}: {half:?}, {whole:?}");
                assert!(whole.1 <= 2 * half.1 + 400, "{piece}: {half:?}, {whole:?}");
            }
            // At most 28 texts (seven, each before and after three decodings), with two names for each pair.
            let (read, count) = work(&two, &two);
            assert!(read <= 300 * two.len() && count <= 56 * two.len(), "{piece}: {read}, {count}");
        }
    }

    #[test]
    fn a_parameter_is_found_in_every_spelling() {
        let has = |path: &str, query: &str, denied: &[&str]| {
            let denied: Vec<String> = denied.iter().map(|value| (*value).to_owned()).collect();
            Spellings::of(path, query).parameters().any(|(name, value)| {
                name == comparable("rest_route") && (denied.is_empty() || value.is_one_of(&denied))
            })
        };
        for (path, query) in [
            ("/a", "rest_route=/x"),
            ("/a", "rest_route"),
            ("/a", "a=1&rest_route=/x"),
            ("/a", "a=1;rest_route=/x"),
            ("/a", "REST_Route=/x"),
            ("/a", "rest%5Froute=/x"),
            ("/a", "rest%255Froute=/x"),
            ("/a", "rest%25255Froute=/x"),
            ("/a", "rest%u005froute=/x"),
            ("/a", "rest_route[]=/x"),
            ("/a", "rest_route%5B0%5D=/x"),
            ("/a", "[rest_route]=/x"),
            ("/a", "%5Brest_route%5D[0]=/x"),
            ("/a", "rest_route]=/x"),
            ("/a", "rest_route[x=/x"),
            ("/a", "rest.route=/x"),
            ("/a", "rest+route=/x"),
            ("/a", "+rest_route=/x"),
            ("/a", "rest%20route=/x"),
            ("/a", "rest-route=/x"),
            ("/a", "rest_route%00=/x"),
            ("/a", "re\u{17f}t_route=/x"),
            ("/a", "re%C5%BFt_route=/x"),
            ("/a", "a=1%26rest_route=/x"),
            ("/a", "a=1%2526rest_route%3D/x"),
            ("/a", "a=1%3Brest_route=/x"),
            ("/a%3Frest_route=/x", ""),
            ("/a%253Frest_route=/x", "b=1"),
            ("/a%3Fb=1%3Frest_route=/x", ""),
            ("/a%3Fb=1%26rest_route", ""),
        ] {
            assert!(has(path, query, &[]), "{path} {query}");
        }
        for (path, query) in [
            ("/rest_route", ""),
            ("/a", ""),
            ("/a", "my_rest_route=/x&rest_routes=1&restroute=2"),
            ("/a", "a=rest_route&b[rest_route]=1"),
        ] {
            assert!(!has(path, query, &[]), "{path} {query}");
        }
        for query in [
            "rest_route=USERS",
            "rest_route=a&rest_route=users",
            "rest_route=a,users",
            "rest_route=%75sers",
            "rest_route=%2575sers",
            "rest_route=users%00x",
            "rest_route=+users",
            "rest_route[]=users",
        ] {
            assert!(has("/a", query, &["users", "keys"]), "{query}");
        }
        for query in ["rest_route=user", "rest_route=", "a=users", "rest_route=usersx"] {
            assert!(!has("/a", query, &["users", "keys"]), "{query}");
        }
    }

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
