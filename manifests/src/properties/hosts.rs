//! Entries of `private_hosts` allow what Spin allows for them and nothing more. Without an entry, no URL that
//! the guard lets through names an address, this machine, a private network or a part of Spin.

use std::net::IpAddr;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use url::{Host, Url};

use super::spin;
use crate::guard::{OwnHosts, PrivateHosts, check_url};

const HOSTS: [&str; 44] = [
    "10.1.2.3",
    "10.1.2.4",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "169.254.169.254",
    "192.168.0.1",
    "8.8.8.8",
    "0",
    "[::1]",
    "[fd12::1]",
    "[fe80::1]",
    "[::ffff:127.0.0.1]",
    "[2606:4700::1111]",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "intranet",
    "git.corp.example",
    "corp.example",
    "Git.Corp.Example",
    "evilcorp.example",
    "corp.example.",
    "x.internal",
    "x.local",
    "self",
    "self.alt",
    "SELF.ALT.",
    "broker.spin.internal",
    "Broker.Spin.Internal.",
    "spin.internal",
    "a.b.spin.internal",
    "x.alt",
    "broker%2Espin%2Einternal",
    "%31%30.1.2.3",
    "1.2.3.4.5",
    "xn--a",
    "api.stripe.com",
    "nexus.example.com",
    "nexus.example.com.",
    "x@self.alt",
];

const ENTRY_HOSTS: [&str; 24] = [
    "*",
    "*.",
    "*.corp.example",
    "*.Corp.example",
    "*.internal",
    "*.spin.internal",
    "*.alt",
    "*.example.",
    "*.*.example",
    "10.0.0.0/8",
    "10.1.2.3/31",
    "10.1.2.3/0",
    "127.0.0.1/33",
    "::1",
    "::1/128",
    "fd00::/8",
    "::/0",
    "[::1]",
    "[fd00::]/8",
    "fe80::1%1",
    "::ffff:127.0.0.0/104",
    "0.0.0.0/1",
    "a/b",
    "",
];

const PORTS: [&str; 18] = [
    "",
    ":",
    ":80",
    ":443",
    ":8080",
    ":8443",
    ":0",
    ":65535",
    ":65536",
    ":*",
    ":80..90",
    ":90..80",
    ":80..80",
    ":0..65535",
    ":+80",
    ":080",
    ":80/",
    ":x",
];

const SCHEMES: [&str; 9] = ["http", "https", "*", "HTTP", "ftp", "", "ws", "http*", "postgres"];

fn entry() -> impl Strategy<Value = String> {
    let host = prop_oneof![select(&HOSTS[..]), select(&ENTRY_HOSTS[..])].prop_map(str::to_owned);
    let domain = select(&HOSTS[..]).prop_map(|host| format!("*.{host}"));
    let host = prop_oneof![4 => host, 1 => domain, 1 => "[0-9a-f:./\\[\\]*]{0,16}"];
    let whole = (
        select(&SCHEMES[..]),
        host,
        select(&PORTS[..]),
        select(&["", "", "", "/", "/x", " ", ",http://*"][..]),
    )
        .prop_map(|(scheme, host, port, end)| format!("{scheme}://{host}{port}{end}"));
    prop_oneof![8 => whole, 1 => any::<String>()]
}

fn url() -> impl Strategy<Value = Url> {
    let v4 = any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string());
    let v6 = any::<u128>().prop_map(|bits| format!("[{}]", std::net::Ipv6Addr::from_bits(bits)));
    let number = any::<u32>().prop_map(|bits| format!("{bits:#x}"));
    let mapped =
        any::<u32>().prop_map(|bits| format!("[::ffff:{}]", std::net::Ipv4Addr::from_bits(bits)));
    let below = (select(&["a", "a.b", "1", "%61", "x-"][..]), select(&HOSTS[..]))
        .prop_map(|(a, b)| format!("{a}.{b}"));
    let host = prop_oneof![
        8 => select(&HOSTS[..]).prop_map(str::to_owned), 3 => below, 1 => v4, 1 => v6, 1 => number, 1 => mapped,
        1 => "[a-z0-9.%x]{1,12}",
    ];
    let scheme = select(&["http", "https", "https", "ftp", "ws", "foo"][..]);
    let user = prop_oneof![8 => Just(""), 1 => Just("u@"), 1 => Just(":p@")];
    (scheme, user, host, select(&PORTS[..]))
        .prop_filter_map("not a URL", |(scheme, user, host, port)| {
            Url::parse(&format!("{scheme}://{user}{host}{port}/x")).ok()
        })
}

/// Whether Spin answers requests to this name inside the application: Spin's documents, "Service chaining"
/// and "Self".
fn is_spins(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    let labels: Vec<&str> = lower.split('.').filter(|label| !label.is_empty()).collect();
    matches!(labels.as_slice(), ["self"] | [.., "alt"] | [.., "spin", "internal"])
}

proptest! {
    #[test]
    fn an_entry_allows_exactly_what_spin_allows(entry in entry(), urls in vec(url(), 1..8)) {
        if let Ok(private) = PrivateHosts::parse(&entry) {
            for url in urls.iter().filter(|url| private.covers(url)) {
                prop_assert_eq!(spin::opens(&entry, url), Some(true), "{} and {}", entry, url);
                prop_assert!(!is_spins(url.host_str().unwrap()), "{entry} and {url}");
                prop_assert!(matches!(url.scheme(), "http" | "https"), "{entry} and {url}");
            }
        }
    }

    /// The converse: an entry allows the host that it names.
    #[test]
    fn an_entry_with_a_plain_host_allows_it(
        scheme in select(&["http", "https"][..]), port in 1_u16..,
        host in "[a-z]{1,8}\\.example|10\\.[1-9]\\.[1-9]\\.[1-9]",
    ) {
        let entry = format!("{scheme}://{host}:{port}");
        let url = Url::parse(&entry).unwrap();
        prop_assert!(PrivateHosts::parse(&entry).unwrap().covers(&url));
        prop_assert_eq!(spin::opens(&entry, &url), Some(true));
    }

    #[test]
    fn the_guard_blocks_private_hosts(
        url in url(), own in select(&["nexus.example.com", "git.corp.example"][..]),
    ) {
        let hosts = OwnHosts::parse(&format!("https://{own}"), "").unwrap();
        if check_url(&url, &hosts, &|_| false).is_ok() {
            let host = url.host_str().unwrap();
            prop_assert_eq!(url.scheme(), "https");
            prop_assert_eq!(url.port_or_known_default(), Some(443));
            prop_assert!(url.username().is_empty() && url.password().is_none(), "{url}");
            prop_assert!(matches!(url.host(), Some(Host::Domain(_))), "{url}");
            prop_assert!(host.trim_matches(['[', ']']).parse::<IpAddr>().is_err(), "{url}");
            // A name that `inet_aton` reads as an address (`127.1`, `0x7f.1`) ends in a number.
            let last = host.rsplit('.').next().unwrap();
            let hex = last.strip_prefix("0x").unwrap_or("g");
            prop_assert!(last.parse::<u64>().is_err(), "{url}");
            prop_assert!(!hex.chars().all(|c| c.is_ascii_hexdigit()), "{url}");
            prop_assert!(!is_spins(host), "{url}");
            let labels: Vec<&str> = host.split('.').collect();
            prop_assert!(labels.len() > 1 && labels.iter().all(|label| !label.is_empty()), "{url}");
            prop_assert!(!matches!(last, "localhost" | "local" | "internal"), "{url}");
            prop_assert_ne!(host, own);
        }
    }

    #[test]
    fn no_entry_allows_spin_names_or_user_info(entry in entry(), url in url()) {
        let private = PrivateHosts::parse(&entry).unwrap_or_default();
        for allowed in [true, false] {
            if check_url(&url, &OwnHosts::default(), &|url| allowed || private.covers(url)).is_ok() {
                prop_assert!(!is_spins(url.host_str().unwrap()), "{url}");
                prop_assert!(url.username().is_empty() && url.password().is_none(), "{url}");
            }
        }
    }
}
