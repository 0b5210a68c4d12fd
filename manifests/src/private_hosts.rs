//! The variable `private_hosts`: one entry in the grammar of Spin's `allowed_outbound_hosts`.
//!
//! Spin allows what the entry says. This module allows the same hosts and never more. An entry that would
//! allow every host, or one of Spin's own names, is rejected here although Spin accepts it.

use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;
use url::{Host, Url};

/// The part of a private network that workspaces' own manifests may reach, and which workspaces may do so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivateHosts {
    entry: Option<Entry>,
    /// Empty for every workspace.
    workspaces: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// `None` for http and https.
    scheme: Option<String>,
    host: HostRule,
    port: PortRule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostRule {
    Literal(Host),
    /// `.corp.example`: every name below it, but not the name itself.
    Below(String),
    Network(IpNet),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PortRule {
    Any,
    One(u16),
    /// The end is excluded, as in Spin.
    Within(Range<u16>),
}

impl PrivateHosts {
    /// The rule for an entry that [`PrivateHosts::parse`] enforces, without the value that breaks it.
    pub const RULE: &str = "must be empty or one entry of the form scheme://host[:port], such as \
        http://10.1.2.3:8080 or http://127.0.0.0/8:*";

    /// Parses `scheme://host[:port]`. The scheme is `http`, `https` or `*`. The host is a name, `*.name`, an
    /// address or a network (`10.0.0.0/8`). The port is a number, `80..90` (end excluded) or `*`. If it is
    /// missing, the scheme's default port applies. An empty entry covers nothing.
    ///
    /// # Errors
    /// A sentence that names the rule and the entry.
    pub fn parse(entry: &str) -> Result<Self, String> {
        let entry = entry.trim();
        if entry.is_empty() {
            return Ok(Self::default());
        }
        let fail = |why: &str| format!("`{entry}`: {why}");
        if entry.contains([',', ' ', '\t', '\n', '{']) {
            return Err(fail("must be a single entry; lists are not supported"));
        }
        let (scheme, rest) = entry
            .split_once("://")
            .ok_or_else(|| fail("must be of the form scheme://host[:port]"))?;
        let scheme = match scheme {
            "http" | "https" => Some(scheme.to_owned()),
            "*" => None,
            _ => return Err(fail("the scheme must be `http`, `https` or `*`")),
        };
        let (host, port) = split_port(rest).map_err(&fail)?;
        let port = PortRule::parse(port, scheme.as_deref()).map_err(&fail)?;
        let host = HostRule::parse(host).map_err(fail)?;
        let entry = Some(Entry { scheme, host, port });
        Ok(Self { entry, workspaces: Vec::new() })
    }

    /// Limits the entry to these workspaces. `list` is the variable `private_hosts_workspaces`:
    /// comma-separated ids. An empty list stands for every workspace.
    #[must_use]
    pub fn for_workspaces(mut self, list: &str) -> Self {
        let ids = list.split(',').map(str::trim).filter(|id| !id.is_empty());
        self.workspaces = ids.map(str::to_owned).collect();
        self
    }

    /// Whether a manifest of `workspace` may reach `url`.
    #[must_use]
    pub fn cover(&self, workspace: &str, url: &Url) -> bool {
        let is_named = self.workspaces.iter().any(|id| id == workspace);
        (self.workspaces.is_empty() || is_named) && self.covers(url)
    }

    /// Whether the entry covers this URL.
    #[must_use]
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let Some(Entry { scheme, host, port }) = &self.entry else {
            return false;
        };
        let scheme_fits = match scheme {
            Some(scheme) => url.scheme() == scheme,
            None => matches!(url.scheme(), "http" | "https"),
        };
        scheme_fits
            && url.host().is_some_and(|of_url| host.covers(&of_url))
            && url.port_or_known_default().is_some_and(|of_url| port.covers(of_url))
    }
}

/// Splits `host[:port]`, where the host may be a bare IPv6 address or network.
fn split_port(rest: &str) -> Result<(&str, &str), &'static str> {
    let without_slash = rest.strip_suffix('/').unwrap_or(rest);
    if network(without_slash).is_some() {
        return Ok((without_slash, ""));
    }
    match without_slash.rsplit_once(':') {
        Some((host, _)) if host.starts_with('[') && !host.ends_with(']') => Ok((without_slash, "")),
        Some((_, "")) => Err("the port is missing after `:`"),
        Some((host, port)) => Ok((host, port)),
        None => Ok((without_slash, "")),
    }
}

impl HostRule {
    fn parse(host: &str) -> Result<Self, &'static str> {
        if host == "*" {
            return Err("the host `*` would allow every host");
        }
        if let Some(network) = network(host) {
            return match network.prefix_len() {
                0 => Err("a network of prefix length 0 would allow every host"),
                _ => Ok(Self::Network(network)),
            };
        }
        if host.contains('/') {
            return Err("must not have a path");
        }
        let spin = "Spin's own names cannot be allowed";
        if let Some(domain) = host.strip_prefix("*.") {
            return match Host::parse(domain) {
                Ok(Host::Domain(domain)) if !domain.contains('*') => {
                    let name = domain.trim_end_matches('.');
                    match crate::private_names::is_spin_name(name) {
                        true => Err(spin),
                        false => Ok(Self::Below(format!(".{domain}"))),
                    }
                }
                _ => Err("`*.` must be followed by a domain"),
            };
        }
        if host.contains('*') {
            return Err("`*` is allowed only as the first label");
        }
        match Host::parse(host) {
            Ok(Host::Domain(domain))
                if crate::private_names::is_spin_name(domain.trim_end_matches('.')) =>
            {
                Err(spin)
            }
            Ok(literal) => Ok(Self::Literal(literal)),
            Err(_) => Err("the host is not valid"),
        }
    }

    fn covers(&self, host: &Host<&str>) -> bool {
        let address = match host {
            // Spin's own names stay closed, although `*.internal` would cover them.
            Host::Domain(domain)
                if crate::private_names::is_spin_name(domain.trim_end_matches('.')) =>
            {
                return false;
            }
            Host::Domain(domain) => {
                return match self {
                    Self::Literal(Host::Domain(literal)) => literal == domain,
                    Self::Below(suffix) => domain.ends_with(suffix.as_str()),
                    _ => false,
                };
            }
            Host::Ipv4(v4) => IpAddr::V4(*v4),
            Host::Ipv6(v6) => IpAddr::V6(*v6),
        };
        match self {
            Self::Literal(Host::Ipv4(v4)) => address == IpAddr::V4(*v4),
            Self::Literal(Host::Ipv6(v6)) => address == IpAddr::V6(*v6),
            Self::Network(network) => network.contains(&address),
            _ => false,
        }
    }
}

/// Parses `address/prefix`, or a single address as a network of one address.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

impl PortRule {
    fn parse(port: &str, scheme: Option<&str>) -> Result<Self, &'static str> {
        let number = "the port must be a number, a range such as `80..90`, or `*`";
        if let Some((start, end)) = port.split_once("..") {
            let start: u16 = start.parse().map_err(|_| number)?;
            let end: u16 = end.parse().map_err(|_| number)?;
            return match start < end {
                true => Ok(Self::Within(start..end)),
                false => Err("the range of ports is empty"),
            };
        }
        match (port, scheme) {
            ("*", _) => Ok(Self::Any),
            ("", Some("http")) => Ok(Self::One(80)),
            ("", Some(_)) => Ok(Self::One(443)),
            ("", None) => Err("the scheme `*` needs a port; add `:port`"),
            (port, _) => port.parse().map(Self::One).map_err(|_| number),
        }
    }

    fn covers(&self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => *one == port,
            Self::Within(range) => range.contains(&port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_exactly_the_hosts_of_the_entry() {
        for (entry, url, expected) in [
            ("", "https://api.example.com/", false),
            ("  ", "http://127.0.0.1/", false),
            ("http://10.1.2.3:8080", "http://10.1.2.3:8080/x", true),
            ("http://10.1.2.3:8080", "http://10.1.2.3:8081/", false),
            ("http://10.1.2.3:8080", "https://10.1.2.3:8080/", false),
            ("http://10.1.2.3:8080", "http://10.1.2.4:8080/", false),
            ("http://10.1.2.3", "http://10.1.2.3/", true),
            ("http://10.1.2.3/", "http://10.1.2.3:80/", true),
            ("http://127.0.0.0/8:*", "http://127.0.0.1:9/", true),
            ("http://127.0.0.0/8:*", "http://127.255.255.255:65535/", true),
            ("http://127.0.0.0/8:*", "http://0x7f.1:9/", true),
            ("http://127.0.0.0/8:*", "http://128.0.0.1:9/", false),
            ("http://127.0.0.0/8:*", "http://localhost:9/", false),
            ("http://127.0.0.0/8:*", "http://[::ffff:127.0.0.1]:9/", false),
            ("http://127.0.0.1/8", "http://127.9.9.9/", true),
            ("http://10.0.0.0/31:80..90", "http://10.0.0.1:80/", true),
            ("http://10.0.0.0/31:80..90", "http://10.0.0.1:89/", true),
            ("http://10.0.0.0/31:80..90", "http://10.0.0.1:90/", false),
            ("http://10.0.0.0/31:80..90", "http://10.0.0.2:80/", false),
            ("https://*.corp.example:443", "https://git.corp.example/", true),
            ("https://*.corp.example:443", "https://a.b.corp.example/", true),
            ("https://*.corp.example:443", "https://corp.example/", false),
            ("https://*.corp.example:443", "https://evilcorp.example/", false),
            ("https://*.corp.example:443", "https://git.corp.example:8443/", false),
            ("https://Git.Corp.example", "https://git.corp.example/", true),
            ("*://localhost:8080", "http://localhost:8080/", true),
            ("*://localhost:8080", "https://localhost:8080/", true),
            ("*://localhost:8080", "ftp://localhost:8080/", false),
            ("http://[::1]:8080", "http://[::1]:8080/", true),
            ("http://[::1]", "http://[::1]/", true),
            ("http://::1", "http://[::1]/", true),
            ("http://fd00::/8:*", "http://[fd12::1]:9/", true),
            ("http://fd00::/8:*", "http://[fe80::1]:9/", false),
        ] {
            let private = PrivateHosts::parse(entry).unwrap_or_else(|error| panic!("{error}"));
            let url = Url::parse(url).unwrap();
            assert_eq!(private.covers(&url), expected, "{entry} and {url}");
        }
    }

    #[test]
    fn a_list_of_workspaces_limits_the_entry() {
        let url = Url::parse("http://10.1.2.3/").unwrap();
        for (list, workspace, open) in [
            ("", "acme", true),
            (" , ", "acme", true),
            ("acme", "acme", true),
            ("beta, acme", "acme", true),
            ("beta", "acme", false),
            ("Acme", "acme", false),
            ("acme-2", "acme", false),
        ] {
            let private = PrivateHosts::parse("http://10.1.2.3").unwrap().for_workspaces(list);
            assert_eq!(private.cover(workspace, &url), open, "{list} {workspace}");
        }
        assert!(!PrivateHosts::default().for_workspaces("acme").cover("acme", &url));
    }

    #[test]
    fn rejects_entries_that_are_too_broad_or_invalid() {
        for entry in [
            "*",
            "127.0.0.1",
            "http://*:*",
            "*://*:*",
            "https://*",
            "http://0.0.0.0/0:*",
            "http://::/0",
            "ftp://10.1.2.3",
            "http://10.1.2.3:8080,http://10.1.2.4",
            "http://10.1.2.3 http://10.1.2.4",
            "{{ x }}",
            "http://10.1.2.3:x",
            "http://10.1.2.3:",
            "http://10.1.2.3:70000",
            "http://10.1.2.3:90..80",
            "http://10.1.2.3/path",
            "http://10.1.2.3:80/path",
            "http://10.0.0.0/33",
            "*://10.1.2.3",
            "http://a.*.example",
            "http://*.*.example",
            "https://self",
            "https://self.alt",
            "https://broker.spin.internal",
            "http://BROKER.SPIN.INTERNAL.",
            "https://*.spin.internal",
            "https://*.alt",
            "http://",
        ] {
            let parsed = PrivateHosts::parse(entry);
            assert!(parsed.is_err_and(|error| error.contains(entry)), "{entry}");
        }
    }
}
