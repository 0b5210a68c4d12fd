//! The path of an agent's call: what is refused of it, and what policies see of it.
//!
//! It is never rewritten: what passes goes on byte for byte.

use std::borrow::Cow;

use nexus_common::{Error, Result};
use percent_encoding::percent_decode_str;

/// The segments of `path` (empty, or from its `/` on), each decoded once.
///
/// # Errors
/// [`Error::Invalid`] for a segment that, decoded up to twice, holds a control byte or a backslash,
/// or after splitting on `/` is `.` or `..`: a provider could read another path in it than a policy.
pub(super) fn segments(path: &str) -> Result<Vec<String>> {
    let below = match path {
        "" | "/" => return Ok(Vec::new()),
        _ => path.strip_prefix('/').unwrap_or(path),
    };
    below.split('/').map(segment).collect()
}

fn segment(raw: &str) -> Result<String> {
    let refuse = |what: &str| {
        let shown: String = raw.chars().take(64).collect();
        Err(Error::invalid("path", format!("the segment {shown:?} {what}")))
    };
    let once = decode(raw.as_bytes());
    let twice = decode(&once);
    for form in [raw.as_bytes(), &once, &twice] {
        if form.iter().any(|byte| byte.is_ascii_control()) {
            return refuse("decodes to a control character");
        }
        if form.contains(&b'\\') {
            return refuse("decodes to a backslash");
        }
        if form.split(|byte| *byte == b'/').any(|part| part == b"." || part == b"..") {
            return refuse("decodes to a `.` or `..` segment");
        }
    }
    Ok(String::from_utf8_lossy(&once).into_owned())
}

fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    percent_encoding::percent_decode(bytes).into()
}

/// The query without parameters of that decoded name, everything else byte for byte.
pub(super) fn without_parameter(query: &str, name: &str) -> String {
    let is_it = |pair: &&str| {
        let raw = pair.split('=').next().unwrap_or_default().replace('+', " ");
        percent_decode_str(&raw).decode_utf8_lossy() == name
    };
    query.split('&').filter(|pair| !is_it(pair)).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_leave_the_path_is_refused() {
        for path in [
            "/a/../b",
            "/..",
            "/.",
            "/a/.",
            "/%2e%2e/b",
            "/.%2E",
            "/%252e%252e/b",
            "/a%2f..%2fb",
            "/a%252f..%252fb",
            "/..%2f",
            "/a%5cb",
            "/a\\b",
            "/a%255cb",
            "/a%00b",
            "/a%0d%0ab",
            "/a%250ab",
            "/a%7fb",
            "/%2e",
            "/a/%2e%2e%2fb",
        ] {
            assert!(segments(path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_providers_need_passes() {
        for (path, expected) in [
            ("", vec![]),
            ("/", vec![]),
            ("/v1/charges", vec!["v1", "charges"]),
            ("/v1/", vec!["v1", ""]),
            ("//evil.example", vec!["", "evil.example"]),
            ("/projects/group%2Frepo/x", vec!["projects", "group/repo", "x"]),
            ("/a..b/...", vec!["a..b", "..."]),
            ("/b%C3%BCcher", vec!["b\u{fc}cher"]),
            ("/100%", vec!["100%"]),
            ("/a%2520b", vec!["a%20b"]),
            ("/@evil;x=1:8080", vec!["@evil;x=1:8080"]),
        ] {
            assert_eq!(segments(path).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn only_the_injected_parameter_is_taken_out() {
        for (query, expected) in [
            ("a=1&key=x&b=%20+", "a=1&b=%20+"),
            ("key=x", ""),
            ("k%65y=x&key&Key=y&a", "Key=y&a"),
            ("&&a=1&", "&&a=1&"),
        ] {
            assert_eq!(without_parameter(query, "key"), expected, "{query}");
        }
    }
}
