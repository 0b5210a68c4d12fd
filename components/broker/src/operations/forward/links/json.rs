//! Changes links in JSON while it arrives. A link is a value that is an absolute URL.
//!
//! This module must hold back only a string that may be a link, and the bytes that distinguish a value from a
//! member's name. It must not change anything else: names, numbers, white space and the order of members keep
//! their bytes. Unlike `Links::headers`, it does not remove a value that leads to the application itself.
//! Such a value may be data, for example the redirect URI of an OAuth app, which would be lost if the client
//! wrote it back. A client that follows it makes a call with its own rights, and the provider does not see
//! the response.

use bytes::Bytes;

use super::Links;

/// The maximum length of a link, in bytes.
const LONGEST: usize = 8 * 1024;

/// The links of one JSON body.
pub(in crate::operations::forward) struct JsonLinks {
    links: Links,
    state: State,
    /// A string that may be a link, with its quotation mark, and the white space after it.
    held: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between strings.
    Outside,
    /// In a string that may be a link. `is_escaped` is whether its last character escapes the next.
    Held { is_escaped: bool },
    /// After a string of this length that may be a link. A colon would make it a member's name.
    Ended { length: usize },
    /// In a string that is not a link.
    Passed { is_escaped: bool },
}

impl JsonLinks {
    /// Changes links according to `links`.
    pub(in crate::operations::forward) fn new(links: Links) -> Self {
        Self { links, state: State::Outside, held: Vec::new() }
    }

    /// Takes the next bytes, and returns those that can be passed on.
    pub(in crate::operations::forward) fn push(&mut self, chunk: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(chunk.len() + self.held.len());
        for byte in chunk {
            if let State::Ended { length } = self.state {
                if byte.is_ascii_whitespace() && self.held.len() < LONGEST {
                    self.held.push(*byte);
                    continue;
                }
                self.end(length, *byte == b':', &mut out);
            }
            match self.state {
                State::Outside if *byte == b'"' => {
                    self.held.push(*byte);
                    self.state = State::Held { is_escaped: false };
                }
                State::Outside | State::Ended { .. } => out.push(*byte),
                State::Passed { is_escaped } => {
                    out.push(*byte);
                    self.state = match (is_escaped, byte) {
                        (false, b'"') => State::Outside,
                        (is_escaped, byte) => {
                            State::Passed { is_escaped: !is_escaped && *byte == b'\\' }
                        }
                    };
                }
                State::Held { is_escaped } => {
                    self.held.push(*byte);
                    self.hold(is_escaped, *byte, &mut out);
                }
            }
        }
        Bytes::from(out)
    }

    /// Returns the bytes that were held back, at the end of the body.
    pub(in crate::operations::forward) fn finish(&mut self) -> Bytes {
        let mut out = Vec::new();
        if let State::Ended { length } = self.state {
            self.end(length, false, &mut out);
        }
        self.state = State::Outside;
        out.append(&mut self.held);
        Bytes::from(out)
    }

    /// Passes on the held string of `length` bytes, and the white space after it.
    fn end(&mut self, length: usize, is_name: bool, out: &mut Vec<u8>) {
        let (text, space) = self.held.split_at_checked(length).unwrap_or((&self.held, &[]));
        match self.changed(text).filter(|_| !is_name) {
            Some(changed) => out.extend_from_slice(changed.as_bytes()),
            None => out.extend_from_slice(text),
        }
        out.extend_from_slice(space);
        self.held.clear();
        self.state = State::Outside;
    }

    fn hold(&mut self, is_escaped: bool, byte: u8, out: &mut Vec<u8>) {
        if !is_escaped && byte == b'"' {
            // A string that ended before a whole origin was read is not a link.
            match self.changed(&self.held) {
                Some(_) => self.state = State::Ended { length: self.held.len() },
                None => {
                    out.append(&mut self.held);
                    self.state = State::Outside;
                }
            }
            return;
        }
        let is_escaped = !is_escaped && byte == b'\\';
        if self.may_be_a_link() {
            self.state = State::Held { is_escaped };
        } else {
            out.append(&mut self.held);
            self.state = State::Passed { is_escaped };
        }
    }

    /// Whether the string so far is the beginning of a pinned origin, or begins with one. An escaped slash is
    /// recognized. Escaped letters are not.
    fn may_be_a_link(&self) -> bool {
        if self.held.len() > LONGEST {
            return false;
        }
        let text = self.held.get(1..).unwrap_or_default();
        self.links.roots.origins.iter().any(|origin| {
            let mut text = text.iter();
            origin.bytes().all(|own| match text.next() {
                None => true,
                Some(b'\\') if own == b'/' => text.next().is_none_or(|byte| *byte == b'/'),
                Some(byte) => byte.eq_ignore_ascii_case(&own),
            })
        })
    }

    /// The JSON string with the proxy's address, if `string` is a link.
    fn changed(&self, string: &[u8]) -> Option<String> {
        let text: String = serde_json::from_slice(string).ok()?;
        serde_json::to_string(&self.links.absolute(&text)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::links;
    use super::*;

    fn changed(text: &str, size: usize) -> String {
        let mut json = JsonLinks::new(links());
        let mut out = Vec::new();
        for chunk in text.as_bytes().chunks(size) {
            out.extend_from_slice(&json.push(chunk));
        }
        out.extend_from_slice(&json.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_links_change_wherever_the_body_is_cut() {
        const HUB: &str = "https://nexus.example.com/api/proxy/acme";
        for (text, expected) in [
            (
                r#"{ "next" : "https://api.acme.com/v1/x?page=2", "n": 1.0e+2 }"#,
                format!(r#"{{ "next" : "{HUB}/x?page=2", "n": 1.0e+2 }}"#),
            ),
            (
                r#"{"@odata.nextLink":"https:\/\/api.acme.com\/v1\/x?$skip=1","a":"\u00e9\""}"#,
                format!(r#"{{"@odata.nextLink":"{HUB}/x?$skip=1","a":"\u00e9\""}}"#),
            ),
            (
                r#"["https://files.acme.com/v1/f","https://api.acme.com/v1"]"#,
                format!(r#"["{HUB}/https://files.acme.com/v1/f","{HUB}"]"#),
            ),
            (r#"["see https://api.acme.com/v1/x"]"#, r#"["see https://api.acme.com/v1/x"]"#.into()),
            (
                r#"["https://api.acme.com/v2","h","","\\"]"#,
                r#"["https://api.acme.com/v2","h","","\\"]"#.into(),
            ),
            (r#"{"a":"https://api.acme.com/v1/x"#, r#"{"a":"https://api.acme.com/v1/x"#.into()),
            ("not json \"at all", "not json \"at all".into()),
            (
                r#"{"https://api.acme.com/v1/x":{"https:\/\/api.acme.com/v1" : "https://api.acme.com/v1" }}"#,
                format!(
                    r#"{{"https://api.acme.com/v1/x":{{"https:\/\/api.acme.com/v1" : "{HUB}" }}}}"#
                ),
            ),
            (r#""https://api.acme.com/v1/x""#, format!(r#""{HUB}/x""#)),
            ("\"https://api.acme.com/v1/x\" \n", format!("\"{HUB}/x\" \n")),
            (
                r#"["https://nexus.example.com/api/proxy/other/x"]"#,
                r#"["https://nexus.example.com/api/proxy/other/x"]"#.into(),
            ),
        ] {
            for size in 1..=text.len() {
                assert_eq!(changed(text, size), expected, "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn a_string_that_is_not_a_link_is_not_held_back() {
        let mut json = JsonLinks::new(links());
        assert_eq!(json.push(b"[\"hello"), "[\"hello");
        assert_eq!(json.push(b" there\",\"https://api.a"), " there\",");
        assert_eq!(json.push(b"bc"), "\"https://api.abc");
        let long = format!("\",\"https://api.acme.com/v1/{}", "x".repeat(LONGEST));
        assert_eq!(json.push(long.as_bytes()), long);
    }
}
