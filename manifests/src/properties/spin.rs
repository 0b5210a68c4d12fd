//! Spin's `allowed_outbound_hosts` as its documentation describes it (spinframework.dev, "Making HTTP
//! Requests": `scheme://host[:port]`, `*` for any of the three, `*.` before a domain, networks as CIDR, ports
//! as a number, a range or `*`). Written independently of [`super::super::private_hosts`].

use std::net::IpAddr;

use url::{Host, Url};

/// Whether Spin allows `url` for a component with this single entry. `None` if the entry is invalid.
pub(super) fn opens(entry: &str, url: &Url) -> Option<bool> {
    let (scheme, rest) = entry.trim().split_once("://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        // An IPv6 address or network without a port, in brackets or bare.
        _ if network(rest).is_some() => (rest, ""),
        Some((_, port)) if port.ends_with(']') => (rest, ""),
        Some((host, port)) => (host, port),
        None => (rest, ""),
    };
    let scheme_fits = match scheme {
        "*" => true,
        scheme if !scheme.is_empty() && scheme.chars().all(char::is_alphabetic) => {
            scheme == url.scheme()
        }
        _ => return None,
    };
    Some(scheme_fits & port_fits(scheme, port, url)? & host_fits(host, &url.host()?)?)
}

fn port_fits(scheme: &str, port: &str, url: &Url) -> Option<bool> {
    let own = u32::from(url.port_or_known_default().unwrap_or(0));
    let number = |text: &str| text.parse::<u16>().ok().map(u32::from);
    Some(match port {
        "*" => true,
        "" => match scheme {
            "http" => own == 80,
            "https" => own == 443,
            _ => return None,
        },
        range if range.contains("..") => {
            let (from, to) = range.split_once("..")?;
            number(from)? <= own && own < number(to)?
        }
        port => number(port)? == own,
    })
}

fn host_fits(entry: &str, host: &Host<&str>) -> Option<bool> {
    if entry == "*" {
        return Some(true);
    }
    if let Some((network, prefix)) = network(entry) {
        let address = match host {
            Host::Domain(_) => return Some(false),
            Host::Ipv4(address) => IpAddr::from(*address),
            Host::Ipv6(address) => IpAddr::from(*address),
        };
        let (own, other) = (bits(network), bits(address));
        return Some(own.len() == other.len() && own[..prefix] == other[..prefix]);
    }
    if let Some(domain) = entry.strip_prefix("*.") {
        let Host::Domain(host) = host else { return Some(false) };
        return Some(host.ends_with(&format!(".{}", domain.to_ascii_lowercase())));
    }
    Some(Host::parse(entry).ok()?.to_string() == host.to_string())
}

fn network(text: &str) -> Option<(IpAddr, usize)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let longest = bits(address).len();
    let prefix = prefix.map_or(Some(longest), |prefix| prefix.parse().ok())?;
    (prefix <= longest).then_some((address, prefix))
}

/// The bits of an address.
fn bits(address: IpAddr) -> Vec<bool> {
    let bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
}
