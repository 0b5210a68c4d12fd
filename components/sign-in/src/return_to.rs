//! Where a person goes on after a sign-in: to `/`, or to our own page that asks them about a program.
//!
//! `oauth-server` sends a person who is not signed in here, with the request of the program in `return_to`. Anybody
//! can make a link to the sign-in page, so nothing but that one page may be named. The script of the page has the
//! same rule.

/// The page, with the beginning of its query.
const PAGE: &str = "/oauth/authorize?";
/// The maximum length, in bytes, so that a cookie with it stays below the 4,096 bytes that browsers keep.
const MOST: usize = 3400;
/// The rule of [`ReturnTo::parse`].
pub(crate) const RULE: &str =
    "must be the path and the query of /oauth/authorize, in the characters of a URL";

/// A request of a program at `/oauth/authorize`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReturnTo(String);

impl ReturnTo {
    /// `text` as a path and query, if it is a request of a program. The result can be in a cookie and in a header.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let query = text.strip_prefix(PAGE).filter(|query| !query.is_empty())?;
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte);
        if !query.bytes().all(is_plain) {
            return None;
        }
        // In a query, both mean the same, and a cookie cannot hold the characters (RFC 6265, 4.1.1).
        let text = text.replace(',', "%2C").replace(';', "%3B");
        (text.len() <= MOST).then_some(Self(text))
    }

    /// The path and the query.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_that_asks_about_a_program_can_be_named() {
        for text in [
            "",
            "/",
            "/oauth/authorize",
            "/oauth/authorize?",
            "/oauth/authorize#x",
            "/oauth/authorize/?x=1",
            "/oauth/authorize/../..//evil.example?x",
            "/oauth/authorize%3fx=1",
            "/oauth/token?x=1",
            "oauth/authorize?x=1",
            "//evil.example/oauth/authorize?x=1",
            "/\\evil.example/oauth/authorize?x=1",
            "https://evil.example/oauth/authorize?x=1",
            "https:/oauth/authorize?x=1",
            "javascript:alert(1)//oauth/authorize?x=1",
            " /oauth/authorize?x=1",
            "\t/oauth/authorize?x=1",
            "/\t/oauth/authorize?x=1",
            "/oauth/authorize?x=1\r\nset-cookie:x=1",
            "/oauth/authorize?x=\n1",
            "/oauth/authorize?x=1 ",
            "/oauth/authorize?x=1#fragment",
            "/oauth/authorize?x=\\",
            "/oauth/authorize?x=\u{e9}",
            "/oauth/authorize?x=\"",
            "%2f%2fevil.example/oauth/authorize?x=1",
        ] {
            assert_eq!(ReturnTo::parse(text), None, "{text:?}");
        }
        let long = format!("/oauth/authorize?x={}", "x".repeat(MOST));
        assert_eq!(ReturnTo::parse(&long), None);
    }

    #[test]
    fn a_request_stays_as_it_is_but_for_what_a_cookie_cannot_hold() {
        for (text, expected) in [
            ("/oauth/authorize?x=1", "/oauth/authorize?x=1"),
            ("/oauth/authorize?x=%2f%2Fa+b&y=/../?", "/oauth/authorize?x=%2f%2Fa+b&y=/../?"),
            ("/oauth/authorize?x=a,b;c", "/oauth/authorize?x=a%2Cb%3Bc"),
        ] {
            assert_eq!(ReturnTo::parse(text).unwrap().as_str(), expected);
        }
    }
}
