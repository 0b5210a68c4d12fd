//! `block_networks` of the runtime configuration: the addresses that no component can connect to, whatever
//! its `allowed_outbound_hosts` contain and whatever a name resolves to.
//!
//! The decision uses addresses, after a name was looked up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

/// The networks that are blocked for the whole application.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct BlockedNetworks(Vec<Entry>);

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
enum Entry {
    /// All addresses that are not globally reachable, which is more than the private networks.
    Private,
    Network(IpNet),
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
            (Self::Network(network), address) => network.contains(&address),
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
        text.parse().map(Self::Network).map_err(|_| {
            format!("{text:?} is not a network such as \"10.0.0.0/8\", nor \"private\"")
        })
    }
}

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(first: u16, second: u16, last: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, last), prefix)
}

/// IPv4 networks that are not global: IANA's special-purpose registry, as Spin interprets it. Multicast is
/// global.
const NOT_GLOBAL_V4: [Ipv4Net; 13] = [
    v4(0, 0, 0, 8),       // "This network": RFC 791.
    v4(10, 0, 0, 8),      // Private: RFC 1918.
    v4(100, 64, 0, 10),   // Carrier-grade NAT: RFC 6598.
    v4(127, 0, 0, 8),     // Loopback: RFC 1122.
    v4(169, 254, 0, 16),  // Link-local: RFC 3927.
    v4(172, 16, 0, 12),   // Private: RFC 1918.
    v4(192, 0, 0, 24),    // Protocol assignments: RFC 6890.
    v4(192, 0, 2, 24),    // Documentation: RFC 5737.
    v4(192, 168, 0, 16),  // Private: RFC 1918.
    v4(198, 18, 0, 15),   // Benchmarks: RFC 2544.
    v4(198, 51, 100, 24), // Documentation: RFC 5737.
    v4(203, 0, 113, 24),  // Documentation: RFC 5737.
    v4(240, 0, 0, 4),     // Reserved (RFC 1112), and broadcast (RFC 919).
];

/// Anycast addresses among the protocol assignments: RFC 7723 and RFC 8155.
const GLOBAL_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 0, 9), Ipv4Addr::new(192, 0, 0, 10)];

/// The same for IPv6.
const NOT_GLOBAL_V6: [Ipv6Net; 7] = [
    v6(0, 0, 0, 128),         // Unspecified: RFC 4291.
    v6(0, 0, 1, 128),         // Loopback: RFC 4291.
    v6(0x2001, 0xdb8, 0, 32), // Documentation: RFC 3849.
    v6(0xfc00, 0, 0, 7),      // Unique local: RFC 4193.
    v6(0xfe80, 0, 0, 10),     // Link-local: RFC 4291.
    v6(0xfec0, 0, 0, 10),     // Site-local, deprecated: RFC 3879.
    v6(0xff00, 0, 0, 8),      // Multicast: RFC 4291.
];

fn is_global_v4(address: Ipv4Addr) -> bool {
    GLOBAL_V4.contains(&address) || !NOT_GLOBAL_V4.iter().any(|network| network.contains(&address))
}

/// Of multicast, only the global scope is global (RFC 4291 section 2.7).
fn is_global_v6(address: Ipv6Addr) -> bool {
    let is_global_multicast = matches!(address.segments(), [first, ..] if first & 0xff0f == 0xff0e);
    is_global_multicast || !NOT_GLOBAL_V6.iter().any(|network| network.contains(&address))
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
            // 10.0.0.1 behind a NAT64. Spin does not block it either (docs/spin-notes.md).
            "64:ff9b::a00:1",
        ] {
            assert!(!blocked(&["private"], address), "{address}");
        }
    }

    #[test]
    fn a_network_listed_with_private_is_blocked_even_if_global() {
        assert!(blocked(&["private", "192.0.0.0/24"], "192.0.0.9"));
        assert!(blocked(&["private", "::/0"], "2600::1"));
        assert!(blocked(&["private", "64:ff9b::a00:0/104"], "64:ff9b::a00:1"));
    }

    #[test]
    fn an_invalid_network_is_an_error() {
        for text in ["", "Private", "1.1.1.1", "1.1.1.1/33", "::1/129", "localhost/8", "1.1.1.1/"] {
            assert!(Entry::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
