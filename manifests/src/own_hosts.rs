//! The host names under which this application is reached.
//!
//! A call to one of them would come back to the application's own proxy, with whatever token was saved as a
//! key. No entry of `private_hosts` allows these hosts.

use std::net::IpAddr;

use url::{Host, Url};

/// The application's own hosts: the host of `public_url`, and those of the variable `own_hosts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnHosts(Vec<OwnHost>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum OwnHost {
    /// This host, at this port or at any port.
    Named(Host, Option<u16>),
    /// `.nexus.example.com`: every name below it.
    Below(String),
    /// This machine at this port. Other ports of a loopback address belong to other programs.
    Loopback(u16),
}

impl OwnHosts {
    /// The rule for the value of `own_hosts` that [`OwnHosts::parse`] enforces, without the value that breaks
    /// it.
    pub const RULE: &str = "must be empty or a comma-separated list of hosts, such as \
        nexus-lb.example.com, 10.1.2.3:8080 or *.nexus.example.com";

    /// Reads `public_url` (an origin: `https://nexus.example.com`, or `http://127.0.0.1:3000`) and
    /// `own_hosts`, a comma-separated list of `host`, `host:port` and `*.host`.
    ///
    /// With an https `public_url`, its host is covered at every port. With an http one, which is on a
    /// loopback address, every name of this machine is covered, at that port alone.
    ///
    /// # Errors
    /// A sentence that names the rule and the entry.
    pub fn parse(public_url: &str, own_hosts: &str) -> Result<Self, String> {
        let url = Url::parse(public_url).map_err(|_| format!("`{public_url}` is not a URL"))?;
        let host = url.host().ok_or_else(|| format!("`{public_url}` has no host"))?.to_owned();
        let first = match (url.scheme(), url.port_or_known_default()) {
            ("http", Some(port)) if is_this_machine(&host) => OwnHost::Loopback(port),
            _ => OwnHost::Named(host, None),
        };
        let entries = own_hosts.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let all = [Ok(first)].into_iter().chain(entries.map(OwnHost::parse));
        all.collect::<Result<_, _>>().map(Self)
    }

    /// Whether `url` leads to this application, whatever its scheme is.
    #[must_use]
    pub fn cover(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let host = match host {
            Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_ascii_lowercase()),
            address => address.to_owned(),
        };
        let port = url.port_or_known_default();
        self.0.iter().any(|own| own.is(&host, port))
    }
}

impl OwnHost {
    fn parse(entry: &str) -> Result<Self, String> {
        let fail = || format!("`{entry}` is not a host, a host with a port, or `*.` and a host");
        let is_plain = |name: &str| !name.is_empty() && !name.contains(['*', '/', '@', ' ', '?']);
        if let Some(name) = entry.strip_prefix("*.") {
            return match Host::parse(name) {
                Ok(Host::Domain(name)) if is_plain(&name) => {
                    Ok(Self::Below(format!(".{}", name.trim_end_matches('.'))))
                }
                _ => Err(fail()),
            };
        }
        let (host, port) = match entry.rsplit_once(':') {
            // An IPv6 address in brackets contains colons.
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| fail())?))
            }
            _ => (entry, None),
        };
        match Host::parse(host.trim_end_matches('.')) {
            Ok(parsed) if is_plain(host) => Ok(Self::Named(parsed, port)),
            _ => Err(fail()),
        }
    }

    fn is(&self, host: &Host, port: Option<u16>) -> bool {
        match self {
            Self::Named(own, own_port) => {
                own == host && own_port.is_none_or(|own| Some(own) == port)
            }
            Self::Below(suffix) => match host {
                Host::Domain(name) => name.ends_with(suffix.as_str()),
                Host::Ipv4(_) | Host::Ipv6(_) => false,
            },
            Self::Loopback(own) => Some(*own) == port && is_this_machine(host),
        }
    }
}

/// Whether a connection to `host` stays on this machine: loopback addresses, and the unspecified addresses,
/// which Linux treats as loopback.
fn is_this_machine(host: &Host) -> bool {
    let address = match host {
        Host::Domain(name) => return name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => address.to_ipv4_mapped().map_or(IpAddr::V6(*address), IpAddr::V4),
    };
    address.is_loopback() || address.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(public_url: &str, own_hosts: &str, url: &str) -> bool {
        OwnHosts::parse(public_url, own_hosts).unwrap().cover(&Url::parse(url).unwrap())
    }

    #[test]
    fn every_spelling_of_an_own_host_is_covered() {
        let https = "https://nexus.example.com";
        let local = "http://127.0.0.1:3000";
        let more = "lb.example.com, 10.1.2.3:8080, *.n.example.com, [fd00::1]:9";
        for (public_url, own_hosts, url, own) in [
            (https, "", "https://nexus.example.com/api", true),
            (https, "", "https://NEXUS.example.com.:8443/", true),
            (https, "", "http://nexus.example.com/", true),
            (https, "", "https://other.nexus.example.com/", false),
            (https, "", "https://nexus.example.co/", false),
            ("https://nexus.example.com:8443", "", "https://nexus.example.com/", true),
            (local, "", "http://127.0.0.1:3000/api/proxy", true),
            (local, "", "http://127.0.0.1:9/", false),
            (local, "", "http://localhost:3000/", true),
            (local, "", "http://a.localhost:3000/", true),
            (local, "", "http://127.9.9.9:3000/", true),
            (local, "", "http://2130706433:3000/", true),
            (local, "", "http://0:3000/", true),
            (local, "", "http://[::1]:3000/", true),
            (local, "", "http://[::]:3000/", true),
            (local, "", "http://[::ffff:127.0.0.1]:3000/", true),
            (local, "", "http://10.0.0.1:3000/", false),
            ("http://localhost", "", "http://127.0.0.1/", true),
            (https, more, "https://lb.example.com:1/", true),
            (https, more, "http://10.1.2.3:8080/", true),
            (https, more, "http://10.1.2.3:8081/", false),
            (https, more, "https://a--b.n.example.com/", true),
            (https, more, "https://n.example.com/", false),
            (https, more, "http://[fd00::1]:9/", true),
        ] {
            assert_eq!(covered(public_url, own_hosts, url), own, "{public_url} {own_hosts} {url}");
        }
    }

    #[test]
    fn the_error_names_an_entry_that_is_not_a_host() {
        for entry in ["https://a.example", "a b", "*", "*.", "a.*", "a:x", "a:", "u@a", "a/b"] {
            let refused = OwnHosts::parse("https://n.example", entry).unwrap_err();
            assert!(refused.contains(entry), "{entry}: {refused}");
        }
    }
}
