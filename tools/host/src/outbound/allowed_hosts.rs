//! `allowed_outbound_hosts`: Spin's grammar, and whether it covers a request.
//!
//! The decision uses names and addresses as they are written, before any lookup.

use std::net::IpAddr;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use http::Uri;
use ipnet::IpNet;
use url::Host;

use crate::routes::CHAINING_SUFFIX;
use crate::variables::{Variables, is_template};

/// The hosts that one component may reach.
#[derive(Debug, Default)]
pub(crate) struct AllowedHosts(Vec<Entry>);

#[derive(Debug, PartialEq)]
struct Entry {
    scheme: Scheme,
    host: HostRule,
    ports: Ports,
}

#[derive(Debug, PartialEq)]
enum Scheme {
    Any,
    Is(String),
}

#[derive(Debug, PartialEq)]
enum HostRule {
    Any,
    /// The suffix starts with a dot.
    Subdomain(String),
    ToSelf,
    Is(Host),
    /// Bits after the prefix are ignored, as in Spin.
    Network(IpNet),
}

#[derive(Debug, PartialEq)]
enum Ports {
    Any,
    Is(u16),
    /// The end is excluded, as in Spin.
    In(Range<u16>),
}

impl AllowedHosts {
    /// Parses the entries of one component. A template that expands to an empty string is skipped.
    /// `*.spin.internal` stands for the existing components.
    pub(crate) fn parse<'a>(
        entries: &[String],
        variables: &Variables,
        components: impl Iterator<Item = &'a String> + Clone,
    ) -> Result<Self> {
        let mut parsed = Vec::new();
        for entry in entries {
            let expanded = variables.expand(entry)?;
            let empty = matches!(expanded.as_str(), "" | "http://" | "https://");
            if empty && is_template(entry) {
                continue;
            }
            // The error shows the entry as written, because the expanded value may be a secret.
            let rule = Entry::parse(&expanded)
                .with_context(|| format!("allowed_outbound_hosts: {entry:?} is not a host"))?;
            match &rule.host {
                HostRule::Subdomain(suffix) if suffix == CHAINING_SUFFIX => {
                    for component in components.clone() {
                        let name = format!("{component}{CHAINING_SUFFIX}");
                        let again = Entry::parse(&expanded)?;
                        parsed.push(Entry { host: HostRule::Is(Host::Domain(name)), ..again });
                    }
                }
                _ => parsed.push(rule),
            }
        }
        Ok(Self(parsed))
    }

    /// Whether a request to this absolute URI is allowed.
    pub(crate) fn allow(&self, uri: &Uri) -> bool {
        let Some((scheme, host, port)) = target(uri) else { return false };
        self.0.iter().any(|entry| {
            entry.scheme.allows(&scheme)
                && entry.host.allows(&host)
                && port.is_some_and(|port| entry.ports.allow(port))
        })
    }

    /// Whether requests to the application itself (`self`) are allowed.
    pub(crate) fn allow_self(&self) -> bool {
        self.0.iter().any(|entry| {
            (entry.scheme.allows("http") || entry.scheme.allows("https"))
                && matches!(entry.host, HostRule::Any | HostRule::ToSelf)
        })
    }
}

/// Scheme, host and port as the URL standard parses them: `0x7f.1` is 127.0.0.1 here, too.
fn target(uri: &Uri) -> Option<(String, Host, Option<u16>)> {
    let scheme = uri.scheme_str()?;
    let authority = uri.authority()?;
    if authority.port().is_none() && is_normal(scheme, authority.host()) {
        let port = known_port(scheme);
        return Some((scheme.to_owned(), Host::Domain(authority.host().to_owned()), port));
    }
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
    let url = url::Url::parse(&format!("{scheme}://{}{port}/", authority.host())).ok()?;
    let host = Host::parse(url.host_str()?).ok()?;
    Some((url.scheme().to_owned(), host, url.port_or_known_default()))
}

/// Whether the URL standard leaves scheme and host as they are, as it does for nearly every request: the host is a domain in
/// lower-case ASCII, without a label in Punycode, and its last label is not a number.
fn is_normal(scheme: &str, host: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && !label.starts_with("xn--") && label.bytes().all(is_plain)
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    matches!(scheme, "http" | "https")
        && last.starts_with(|first: char| first.is_ascii_lowercase())
        && host.split('.').all(is_label)
}

impl Entry {
    fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text.trim().split_once("://").context(
            "the entry must be <scheme>://<host>[:<port>], with `*` for any scheme, host or port",
        )?;
        let (host, port) = match rest.rsplit_once(':') {
            None => (rest, ""),
            Some((host, "")) => (host, ""),
            // The colon may belong to an IPv6 address.
            Some(_) if HostRule::parse(rest).is_ok() => (rest, ""),
            Some((host, port)) => (host, port.strip_suffix('/').unwrap_or(port)),
        };
        Ok(Self {
            ports: Ports::parse(port, scheme)?,
            scheme: Scheme::parse(scheme)?,
            host: HostRule::parse(host)?,
        })
    }
}

impl Scheme {
    fn parse(text: &str) -> Result<Self> {
        if text == "*" {
            return Ok(Self::Any);
        }
        ensure!(text.chars().all(char::is_alphabetic), "the scheme must be letters or `*`");
        Ok(Self::Is(text.to_owned()))
    }

    fn allows(&self, scheme: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(allowed) => allowed == scheme,
        }
    }
}

impl HostRule {
    fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        match text {
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::ToSelf),
            _ => {}
        }
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        ensure!(!text.contains('/'), "the entry must not have a path");
        if let Some(domain) = text.strip_prefix("*.") {
            ensure!(!domain.contains('*'), "`*` is allowed only at the start of a host");
            let Host::Domain(domain) = Host::parse(domain)? else {
                bail!("`*.` must be followed by a domain");
            };
            return Ok(Self::Subdomain(format!(".{domain}")));
        }
        ensure!(!text.contains('*'), "`*` is allowed only for a host or its first labels");
        Ok(Self::Is(Host::parse(text)?))
    }

    fn allows(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Subdomain(suffix), Host::Domain(domain)) => domain.ends_with(suffix),
            (Self::Is(allowed), host) => allowed == host,
            (Self::Network(network), Host::Ipv4(address)) => {
                network.contains(&IpAddr::from(*address))
            }
            (Self::Network(network), Host::Ipv6(address)) => {
                network.contains(&IpAddr::from(*address))
            }
            (Self::Subdomain(_) | Self::ToSelf | Self::Network(_), _) => false,
        }
    }
}

impl Ports {
    fn parse(text: &str, scheme: &str) -> Result<Self> {
        let number = |text: &str| text.parse().context("the port must be a number, a range or `*`");
        Ok(match (text, text.split_once("..")) {
            ("*", _) => Self::Any,
            ("", _) => {
                Self::Is(known_port(scheme).context("this scheme needs a port; add `:port`")?)
            }
            (_, Some((start, end))) => Self::In(number(start)?..number(end)?),
            (_, None) => Self::Is(number(text)?),
        })
    }

    fn allow(&self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::Is(allowed) => *allowed == port,
            Self::In(range) => range.contains(&port),
        }
    }
}

fn known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
#[path = "allowed_hosts_tests.rs"]
mod tests;
