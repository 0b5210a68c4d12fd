//! Origins (RFC 6454) in variables of the deployment.
//!
//! This module must not accept other parts of a URL: no path, no query, no user. It does not use the crate
//! `url`, whose parser is larger than the rest of some components.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An https origin, or an http origin on a loopback address. It is ASCII in lower case, without the scheme's
/// default port and without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
}

impl Origin {
    /// The rule of [`Origin::parse`], for error messages.
    pub const RULE: &str =
        "must be an origin: https://… (or http:// on a loopback address), without a path";

    /// The origin in `text`, which may end with a slash. `None` if it breaks [`Origin::RULE`].
    pub fn parse(text: &str) -> Option<Self> {
        // The scheme must be in lower case, because Spin compares it exactly for outbound hosts.
        let (scheme, authority) = text.strip_suffix('/').unwrap_or(text).split_once("://")?;
        let authority = authority.to_ascii_lowercase();
        let (host, port) = match authority.rsplit_once(':') {
            // An IPv6 address in brackets contains colons.
            Some((host, port)) if !port.ends_with(']') => (host, Some(number(port)?)),
            _ => (authority.as_str(), None),
        };
        let (host, address) = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(inner) => {
                let address: Ipv6Addr = inner.parse().ok()?;
                if address.to_ipv4_mapped().is_some() {
                    // Browsers write such an address in another form.
                    return None;
                }
                (format!("[{address}]"), Some(IpAddr::from(address)))
            }
            None => (host.to_owned(), host.parse::<Ipv4Addr>().ok().map(IpAddr::from)),
        };
        if address.is_none() && !is_name(&host) {
            return None;
        }
        let loopback = address.map_or(host == "localhost", |address| address.is_loopback());
        let own_port = match scheme {
            "https" => 443,
            "http" if loopback => 80,
            _ => return None,
        };
        let text = match port.filter(|port| *port != own_port) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Some(Self { text, host })
    }

    /// The origin in the form of the header `Origin`: `https://nexus.example.com:8443`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host. An IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host, if it is a name and not an address. Browsers keep passkeys for names only.
    pub fn domain(&self) -> Option<&str> {
        let is_address = self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok();
        (!is_address).then_some(self.host.as_str())
    }

    /// The port, if it is not the scheme's default port.
    pub fn port(&self) -> Option<&str> {
        let (_, authority) = self.text.split_once("://")?;
        authority.strip_prefix(self.host.as_str())?.strip_prefix(':')
    }

    /// Whether `resource` names this application, whose origin this is: the origin itself or its `/mcp`, with
    /// or without a slash at the end (RFC 8707).
    pub fn is_resource(&self, resource: &str) -> bool {
        let rest = resource.strip_prefix(self.as_str());
        matches!(rest, Some("" | "/" | "/mcp" | "/mcp/"))
    }

    /// Whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A port. It must be digits only, although `parse` also accepts a sign.
fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// Whether `host` is a host name. Its last label must not be a number, because browsers would read the host
/// as an IPv4 address.
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.bytes().all(known)
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    host.split('.').all(label) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_origin_has_one_form() {
        for (text, origin, host) in [
            ("https://id.example.com", "https://id.example.com", "id.example.com"),
            ("https://ID.Example.com/", "https://id.example.com", "id.example.com"),
            ("https://id.example.com:443", "https://id.example.com", "id.example.com"),
            ("https://id.example.com:8443", "https://id.example.com:8443", "id.example.com"),
            (
                "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
                "xn--bcher-kva.example",
            ),
            ("https://my_host.internal", "https://my_host.internal", "my_host.internal"),
            ("https://10.1.2.3", "https://10.1.2.3", "10.1.2.3"),
            ("https://[2001:DB8:0::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000", "127.0.0.1"),
            ("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9"),
            ("http://[::1]:80", "http://[::1]", "[::1]"),
            ("http://LocalHost:1", "http://localhost:1", "localhost"),
        ] {
            let found = Origin::parse(text).unwrap();
            assert_eq!((found.as_str(), found.host()), (origin, host), "{text}");
            let is_name = host.starts_with(|c: char| c.is_ascii_alphabetic());
            assert_eq!(found.domain(), is_name.then_some(host), "{text}");
            assert_eq!(found.is_https(), origin.starts_with("https:"), "{text}");
            let port = origin.rsplit_once(':').map(|(_, port)| port);
            let port = port.filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(found.port(), port, "{text}");
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for bad in [
            "",
            "id.example.com",
            "https://",
            "https:///",
            "https://:443",
            "http://id.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://id.example.com",
            "https://id.example.com//",
            "https://id.example.com/keys",
            "https://id.example.com?x",
            "https://id.example.com#x",
            "https://user@id.example.com",
            "https://id.example.com:0",
            "https://id.example.com:65536",
            "https://id.example.com:",
            "https://id.example.com:+443",
            "https://id..example.com",
            "https://b\u{fc}cher.example",
            "https://id.example.com, https://other.example",
            "https://[::1",
            "https://::1",
            "https://*.example.com",
            "HTTPS://id.example.com",
            "https://[::ffff:192.0.2.1]",
            "https://2130706433",
            "https://127.1",
            "https://0x7f000001",
            "https://1.2.3.256",
        ] {
            assert_eq!(Origin::parse(bad), None, "{bad}");
        }
    }
}
