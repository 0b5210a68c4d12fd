//! The patterns of parameters and credential fields, compiled so that a pattern matches the whole value.

use regex_lite::{Regex, RegexBuilder};

/// The maximum size of a compiled pattern, in bytes. Matching takes time in proportion to the size.
const SIZE: usize = 64 << 10;

/// Whether the whole of `value` matches `pattern`. `false` for a pattern that does not compile.
#[must_use]
pub fn is_match(pattern: &str, value: &str) -> bool {
    compile(pattern).is_ok_and(|regex| regex.is_match(value))
}

/// Compiles `\A(?:pattern)\z`.
///
/// # Errors
/// A sentence that says what is wrong with the pattern.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    // The pattern is first compiled alone: `a)|(?:b` would be well-formed only inside our group.
    let build = |pattern: &str| {
        RegexBuilder::new(pattern).size_limit(SIZE).build().map_err(|error| error.to_string())
    };
    build(pattern)?;
    build(&format!(r"\A(?:{pattern})\z"))
}

/// Whether every match of `pattern` consists of lower-case letters, digits and `-`. The text of the pattern
/// decides. It may contain only literals, classes of ranges, groups, `|` and repetitions.
pub(crate) fn matches_label_characters_only(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            'a'..='z' | '0'..='9' | '-' | ')' | '|' | '?' | '*' | '+' => after,
            '(' => match (after.strip_prefix("?:"), after.starts_with('?')) {
                (Some(inner), _) => inner,
                (None, false) => after,
                (None, true) => return false,
            },
            '{' => match after.split_once('}') {
                Some((count, after)) if count.bytes().all(|b| b.is_ascii_digit() || b == b',') => {
                    after
                }
                _ => return false,
            },
            '[' => match after.split_once(']') {
                Some((class, after)) if is_label_class(class) => after,
                _ => return false,
            },
            _ => return false,
        };
    }
    true
}

fn is_label_class(class: &str) -> bool {
    let mut rest = class.as_bytes();
    loop {
        rest = match rest {
            [] => return !class.is_empty(),
            [from, b'-', to, rest @ ..] => {
                let letters = from.is_ascii_lowercase() && to.is_ascii_lowercase();
                let digits = from.is_ascii_digit() && to.is_ascii_digit();
                if !letters && !digits {
                    return false;
                }
                rest
            }
            [one, rest @ ..]
                if one.is_ascii_lowercase() || one.is_ascii_digit() || *one == b'-' =>
            {
                rest
            }
            _ => return false,
        };
    }
}

/// Whether `value` is one label of a host name in the form that we accept: `[a-z0-9-]{1,63}`.
pub(crate) fn is_label(value: &str) -> bool {
    (1..=63).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether `value` is labels separated by dots, at most 253 bytes in total.
pub(crate) fn is_labels(value: &str) -> bool {
    value.len() <= 253 && value.split('.').all(is_label)
}

/// Whether `value` is the name of a host in the form that we accept: at least two labels, and not an address. No
/// label begins or ends with `-`.
#[must_use]
pub fn is_host_name(value: &str) -> bool {
    let is_whole = |label: &str| !label.starts_with('-') && !label.ends_with('-');
    let last = value.rsplit('.').next().unwrap_or_default();
    is_labels(value)
        && value.contains('.')
        && value.split('.').all(is_whole)
        && last.bytes().any(|b| b.is_ascii_lowercase())
        && !last.starts_with("0x")
}

/// The host name of `value`, a host name or an `https` URL without port, path and query, if it is one of `domains` or
/// below one.
pub(crate) fn host_within<'a>(value: &'a str, domains: &[String]) -> Option<&'a str> {
    let host = value.strip_prefix("https://").unwrap_or(value);
    let host = host.strip_suffix('/').unwrap_or(host);
    let is_within = |domain: &String| {
        host.strip_suffix(domain.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    (is_host_name(host) && domains.iter().any(is_within)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_patterns_match_whole_values() {
        let regex = compile("a|b").unwrap();
        assert!(regex.is_match("a") && regex.is_match("b"));
        assert!(!regex.is_match("ab") && !regex.is_match("a\n") && !regex.is_match("xb"));
        assert!(compile("a)|(?:b").is_err());
        assert!(compile("[").is_err());
    }

    #[test]
    fn a_host_name_is_whole_and_not_an_address() {
        for host in ["forum.acme.com", "a.b.c.d.example", "xn--bcher-kva.example", "1.2.3.example"]
        {
            assert!(is_host_name(host), "{host}");
        }
        for text in [
            "",
            "acme",
            "acme.",
            ".com",
            "a..b",
            "10.0.0.1",
            "0x7f.1",
            "127.0x1",
            "Forum.acme.com",
            "a.com:443",
            "a.com/x",
            "https://a.com",
            "u@a.com",
            "a.com?",
            "-a.com",
            "a-.com",
            "a_b.com",
            "a.com ",
            "[::1]",
        ] {
            assert!(!is_host_name(text), "{text}");
        }
    }

    #[test]
    fn a_host_lies_within_a_domain() {
        let domains = ["pipedrive.com".to_owned(), "acme.example".to_owned()];
        for (value, host) in [
            ("acme.pipedrive.com", "acme.pipedrive.com"),
            ("https://acme.pipedrive.com", "acme.pipedrive.com"),
            ("https://a.b.acme.example/", "a.b.acme.example"),
            ("pipedrive.com", "pipedrive.com"),
        ] {
            assert_eq!(host_within(value, &domains), Some(host), "{value}");
        }
        for value in [
            "",
            "evil.example",
            "https://evil.example",
            "https://pipedrive.com.evil.example",
            "evilpipedrive.com",
            "https://acme.pipedrive.com@evil.example",
            "https://evil.example/acme.pipedrive.com",
            "https://evil.example?.pipedrive.com",
            "https://evil.example#.pipedrive.com",
            "http://acme.pipedrive.com",
            "https://acme.pipedrive.com:8443",
            "https://acme.pipedrive.com/x",
            "https://ACME.pipedrive.com",
            "https://.pipedrive.com",
            "https://a..pipedrive.com",
            "//acme.pipedrive.com",
            "https://broker.spin.internal",
            "https://https://acme.pipedrive.com",
            "https://acme.pipedrive.com//",
            "https://a\\.pipedrive.com",
            " acme.pipedrive.com",
        ] {
            assert_eq!(host_within(value, &domains), None, "{value}");
        }
    }

    #[test]
    fn recognizes_patterns_that_match_label_characters_only() {
        for pattern in
            ["[a-z0-9-]{1,63}", "acme", "(?:eu|us)[0-9]*", "[a-z][a-z0-9-]{0,61}[a-z0-9]", "us-?1"]
        {
            assert!(matches_label_characters_only(pattern), "{pattern}");
        }
        for pattern in [
            ".*",
            r"\S+",
            r"\w+",
            "[^/]+",
            "[a-z.]+",
            "[A-Z]+",
            "[!-z]+",
            "a.b",
            "a/b",
            "a@b",
            "(?i)abc",
            "(?s:a)",
            "[a-z",
            "[]",
            "[a-9]",
            "[[:alpha:]]",
            "é",
            "a{b}",
            "[+-z]",
        ] {
            assert!(!matches_label_characters_only(pattern), "{pattern}");
        }
    }
}
