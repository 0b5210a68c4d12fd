//! Host names that belong to a private network or to Spin, or that encode an IP address.
//!
//! This module must not resolve names. A public-looking name whose DNS record leads into a private network is
//! blocked only by the runtime's `block_networks`.

/// Top-level domains and zones in which no public provider exists: reserved names (RFC 2606, 6761, 6762,
/// 7686, 8375, 9476; ICANN's `internal`), names that were never delegated, and the defaults of routers and
/// clusters.
const ZONES: [&str; 24] = [
    "internal",
    "local",
    "localdomain",
    "lan",
    "home",
    "home.arpa",
    "corp",
    "intranet",
    "intra",
    "private",
    "priv",
    "office",
    "domain",
    "workgroup",
    "dhcp",
    "mshome",
    "svc",
    "consul",
    "kube",
    "onion",
    "i2p",
    "test",
    "invalid",
    "in-addr.arpa",
];

/// Domains in which a name encodes an IP address (`10.0.0.1.nip.io`), or leads to this machine.
const ADDRESSES: [&str; 19] = [
    "nip.io",
    "sslip.io",
    "xip.io",
    "xip.name",
    "traefik.me",
    "plex.direct",
    "backname.io",
    "ipq.co",
    "1u.ms",
    "rbndr.us",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "fuf.me",
    "local.gd",
    "localho.st",
    "lacolhost.com",
    "localhost.direct",
    "smackaho.st",
];

/// Whether `host` (lower-case, without a trailing dot) is a private zone or is below one.
pub(crate) fn is_private(host: &str) -> bool {
    ZONES.iter().any(|zone| is_within(host, zone))
}

/// Whether `host` (lower-case, without a trailing dot) encodes an address.
pub(crate) fn encodes_address(host: &str) -> bool {
    ADDRESSES.iter().any(|domain| is_within(host, domain))
}

/// Whether Spin answers requests to `host` (lower-case, without a trailing dot) itself.
pub(crate) fn is_spin_name(host: &str) -> bool {
    host == "self" || ["alt", "spin.internal"].iter().any(|zone| is_within(host, zone))
}

fn is_within(host: &str, zone: &str) -> bool {
    host.strip_suffix(zone).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_labels_are_compared() {
        for (host, private, address) in [
            ("api.default.svc", true, false),
            ("router.lan", true, false),
            ("nas.home.arpa", true, false),
            ("vault.service.consul", true, false),
            ("abc.onion", true, false),
            ("corp", true, false),
            ("10.0.0.1.nip.io", false, true),
            ("10-0-0-1.sslip.io", false, true),
            ("app.lvh.me", false, true),
            ("planet.example", false, false),
            ("api.home.com", false, false),
            ("turnip.io", false, false),
            ("nip.io.example", false, false),
            ("local.example", false, false),
        ] {
            assert_eq!((is_private(host), encodes_address(host)), (private, address), "{host}");
        }
    }
}
