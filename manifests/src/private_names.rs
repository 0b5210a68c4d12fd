//! Host names that lead into a private network, or stand for an IP address.
//!
//! It must not resolve anything: a name that a private server answers for is found by
//! `block_networks` of the runtime alone.

/// Top-level names and zones that no public provider is below: reserved (RFC 2606, 6761, 6762, 7686,
/// 8375, 9476; ICANN's `internal`), never delegated, or the default of a router or a cluster.
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

/// Domains below which a name is an IP address in words (`10.0.0.1.nip.io`), or this machine's.
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

/// Whether `host` (lower-case, without a dot at its end) is or is below a private zone.
pub(crate) fn is_private(host: &str) -> bool {
    ZONES.iter().any(|zone| is_within(host, zone))
}

/// Whether `host` (lower-case, without a dot at its end) stands for an address.
pub(crate) fn is_an_address(host: &str) -> bool {
    ADDRESSES.iter().any(|domain| is_within(host, domain))
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
            assert_eq!((is_private(host), is_an_address(host)), (private, address), "{host}");
        }
    }
}
