//! `block_networks` of the runtime configuration: the addresses that no component can connect to, whatever
//! its `allowed_outbound_hosts` contain and whatever a name resolves to.
//!
//! The decision uses addresses, after a name was looked up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

use super::network::Network;

/// The networks that are blocked for the whole application.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct BlockedNetworks(Vec<Entry>);

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
enum Entry {
    /// All addresses that are not globally reachable, which is more than the private networks.
    Private,
    Network(Network),
}

impl BlockedNetworks {
    /// Whether one of the networks contains this address, or the IPv4 address that this IPv6 address
    /// represents.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let embedded = match address {
            IpAddr::V4(_) => None,
            // Mapped (`::ffff:10.0.0.1`) and compatible (`::10.0.0.1`).
            IpAddr::V6(address) => address.to_ipv4().map(IpAddr::V4),
        };
        self.0.iter().any(|entry| {
            entry.contains(address) || embedded.is_some_and(|address| entry.contains(address))
        })
    }
}

impl Entry {
    fn contains(&self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::Network(network), address) => network.contains(address),
            (Self::Private, IpAddr::V4(address)) => !is_global_v4(address),
            (Self::Private, IpAddr::V6(address)) => !is_global_v6(address),
        }
    }
}

impl TryFrom<String> for Entry {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "private" {
            return Ok(Self::Private);
        }
        Network::parse(&text).map(Self::Network).ok_or_else(|| {
            format!("{text:?} is not a network such as \"10.0.0.0/8\", nor \"private\"")
        })
    }
}

/// IANA's special-purpose registry, as Spin interprets it: multicast is global.
fn is_global_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // The two anycast addresses among the protocol assignments.
        [192, 0, 0, 9 | 10] => false,
        // "This network", and protocol assignments.
        [0, ..] | [192, 0, 0, _] => true,
        // Carrier-grade NAT, and benchmarks.
        [100, 64..=127, ..] | [198, 18 | 19, ..] => true,
        // Reserved addresses, and broadcast.
        [240..=255, ..] => true,
        _ => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
        }
    };
    !special
}

/// The same for IPv6, where only the global scope of multicast is global.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let special = match address.segments() {
        [first @ 0xff00..=0xffff, ..] => first & 0xf != 0xe,
        // Link-local, site-local (deprecated), unique local, documentation.
        [0xfe80..=0xfeff | 0xfc00..=0xfdff, ..] | [0x2001, 0xdb8, ..] => true,
        _ => address.is_loopback() || address.is_unspecified(),
    };
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(entries: &[&str], address: &str) -> bool {
        let entries = entries.iter().map(|entry| Entry::try_from(entry.to_string()).unwrap());
        BlockedNetworks(entries.collect()).contain(address.parse().unwrap())
    }

    #[test]
    fn a_network_is_blocked_in_every_spelling_and_its_neighbours_are_not() {
        let networks = ["1.1.1.1/32", "10.20.30.40/8", "2001:db8:1::/48"];
        for address in ["1.1.1.1", "10.255.0.1", "::ffff:10.0.0.1", "::10.0.0.1", "2001:db8:1::7"] {
            assert!(blocked(&networks, address), "{address}");
        }
        for address in ["1.1.1.2", "11.0.0.1", "::ffff:11.0.0.1", "2001:db8:2::7", "127.0.0.1"] {
            assert!(!blocked(&networks, address), "{address}");
        }
        assert!(blocked(&["0.0.0.0/0"], "8.8.8.8") && !blocked(&[], "127.0.0.1"));
    }

    #[test]
    fn private_blocks_every_address_that_is_not_global() {
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.19.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::192.168.0.1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(blocked(&["private"], address), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.0.9",
            "192.0.1.1",
            "198.20.0.1",
            "224.0.0.1",
            "::ffff:8.8.8.8",
            "2600::1",
            "2001:db9::1",
            "fe00::1",
            "ff0e::1",
        ] {
            assert!(!blocked(&["private"], address), "{address}");
        }
    }

    #[test]
    fn a_network_listed_with_private_is_blocked_even_if_global() {
        assert!(blocked(&["private", "192.0.0.0/24"], "192.0.0.9"));
        assert!(blocked(&["private", "::/0"], "2600::1"));
    }

    #[test]
    fn an_invalid_network_is_an_error() {
        for text in ["", "Private", "1.1.1.1", "1.1.1.1/33", "::1/129", "localhost/8", "1.1.1.1/"] {
            assert!(Entry::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
