//! Redirect URIs: which ones a client may have, which one a request may name, and the answer that is sent there.
//!
//! A redirect URI is compared byte for byte. Only the port of a loopback address is free (RFC 8252, 7.3).

/// The maximum length of a redirect URI, in bytes.
const MAX: usize = 2000;
/// Schemes that run a script, read a file, or stay in the browser.
const UNSAFE: [&str; 13] = [
    "javascript",
    "data",
    "file",
    "vbscript",
    "blob",
    "about",
    "filesystem",
    "view-source",
    "ws",
    "wss",
    "ftp",
    "mailto",
    "intent",
];

/// The parts of a redirect URI that matter here.
struct Parts<'a> {
    scheme: &'a str,
    /// The host with the port. Empty for a scheme of a program.
    authority: &'a str,
    /// The path, with the query.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` if the URI is not one that an answer may be sent to.
    fn of(uri: &'a str) -> Option<Self> {
        let is_plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&b);
        let (scheme, rest) = uri.split_once(':')?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+.-".contains(&b));
        if uri.len() > MAX || !uri.bytes().all(is_plain) || !is_scheme || UNSAFE.contains(&scheme) {
            return None;
        }
        if !matches!(scheme, "http" | "https") {
            return rest.starts_with('/').then_some(Self { scheme, authority: "", rest });
        }
        let rest = rest.strip_prefix("//")?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let parts = Self { scheme, authority, rest };
        let is_host = !parts.host().is_empty() && !authority.contains(['@', '%']);
        (is_host && (scheme == "https" || parts.is_loopback())).then_some(parts)
    }

    fn host(&self) -> &'a str {
        let end = match self.authority.rfind(']') {
            Some(end) => end + 1,
            None => self.authority.find(':').unwrap_or(self.authority.len()),
        };
        self.authority.split_at(end).0
    }

    /// Whether the host is this machine, and what follows it is a port.
    fn is_loopback(&self) -> bool {
        let host = self.host();
        let port = self.authority.strip_prefix(host).unwrap_or_default();
        let is_port = port.is_empty()
            || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok_and(|n| n > 0));
        self.scheme == "http" && is_port && matches!(host, "127.0.0.1" | "[::1]" | "localhost")
    }
}

/// The rule of [`is_allowed`].
pub(crate) const RULE: &str = "a redirect URI must be https, or http on a loopback address, or of a program's own \
                               scheme, in ASCII and without a fragment";

/// Whether a client may have this redirect URI.
pub(crate) fn is_allowed(uri: &str) -> bool {
    Parts::of(uri).is_some()
}

/// Whether a request of a client with the redirect URI `own` may name `asked`.
pub(crate) fn is_same(own: &str, asked: &str) -> bool {
    if own == asked {
        return is_allowed(asked);
    }
    match (Parts::of(own), Parts::of(asked)) {
        (Some(own), Some(asked)) => {
            own.is_loopback()
                && asked.is_loopback()
                && (own.host(), own.rest) == (asked.host(), asked.rest)
        }
        _ => false,
    }
}

/// Where an answer goes, for people.
pub(crate) fn place(uri: &str) -> String {
    match Parts::of(uri) {
        Some(parts) if parts.is_loopback() => "a program on this computer".to_owned(),
        Some(parts) if parts.authority.is_empty() => {
            format!("the program on this computer that opens {}: links", parts.scheme)
        }
        Some(parts) => parts.authority.to_owned(),
        None => String::new(),
    }
}

/// `uri` with the parameters of an answer in its query.
pub(crate) fn with(uri: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut encoder = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            encoder.append_pair(name, value);
        }
    }
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{}", encoder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_goes_only_where_it_can_be_safe() {
        for (uri, expected) in [
            ("https://app.example.com/cb", true),
            ("https://app.example.com:8443/cb?x=1", true),
            ("http://127.0.0.1:4711/cb", true),
            ("http://[::1]/cb", true),
            ("http://localhost:1", true),
            ("cursor://anysphere.cursor-retrieval/oauth/cb", true),
            ("com.example.app:/cb", true),
            ("http://app.example.com/cb", false),
            ("http://127.0.0.1.example.com/cb", false),
            ("http://localhost.example.com/cb", false),
            ("http://127.0.0.1:x/cb", false),
            ("http://127.0.0.1@evil.example/cb", false),
            ("http://localhost:80@evil.example/cb", false),
            ("http://[::1].evil.example/cb", false),
            ("https://user@app.example.com/cb", false),
            ("https://app.example.com/cb#x", false),
            ("https://app.example.com\\@evil.example/", false),
            ("https:///cb", false),
            ("https:app.example.com", false),
            ("javascript:alert(1)", false),
            ("javascript://x/%0aalert(1)", false),
            ("JavaScript://x/%0aalert(1)", false),
            ("data:text/html,x", false),
            ("file:///etc/passwd", false),
            ("mailto:/x", false),
            ("https://\u{e9}.example/cb", false),
            ("https://app.example.com/c b", false),
            ("/cb", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(uri), expected, "{uri}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        for (own, asked, expected) in [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example/cb?x", false),
            ("https://a.example/cb", "https://a.example:8443/cb", false),
            ("https://a.example/cb", "https://A.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:4711/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:4711/cb", true),
            ("http://localhost:1/cb", "http://localhost/cb", true),
            ("http://[::1]:1/cb", "http://[::1]:2/cb", true),
            ("http://127.0.0.1/cb", "http://localhost/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:4711/cb?x", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1/cb", false),
            ("javascript:x", "javascript:x", false),
        ] {
            assert_eq!(is_same(own, asked), expected, "{own} {asked}");
        }
    }

    #[test]
    fn an_answer_keeps_the_query() {
        for (uri, expected) in [
            ("https://a.example/cb", "https://a.example/cb?code=a%26b"),
            ("https://a.example/cb?x=1", "https://a.example/cb?x=1&code=a%26b"),
            ("https://a.example/cb?", "https://a.example/cb?code=a%26b"),
        ] {
            assert_eq!(with(uri, &[("code", Some("a&b")), ("state", None)]), expected);
        }
    }
}
