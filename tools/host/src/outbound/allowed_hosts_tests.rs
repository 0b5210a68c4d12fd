//! The grammar of `allowed_outbound_hosts`, case by case.

use std::collections::{BTreeMap, HashMap};

use super::*;
use crate::manifest::Variable;

fn variables(text: &str) -> Variables {
    let declared: BTreeMap<String, Variable> = toml::from_str(text).unwrap();
    Variables::resolve(&declared, |_| None, &HashMap::new()).unwrap()
}

fn parse(entry: &str) -> Result<AllowedHosts> {
    let components = ["list".to_owned(), "broker".to_owned()];
    AllowedHosts::parse(&[entry.to_owned()], &variables(""), components.iter())
}

fn allows(entry: &str, uri: &str) -> bool {
    parse(entry).unwrap().allow(&uri.parse().unwrap())
}

#[test]
fn scheme_host_and_port_must_all_match() {
    assert!(allows("https://example.com", "https://example.com/path?q"));
    assert!(allows("https://example.com", "https://EXAMPLE.com:443/"));
    assert!(allows("https://example.com/", "https://example.com"));
    assert!(allows("http://example.com:8080", "http://example.com:8080"));
    assert!(!allows("https://example.com", "http://example.com"));
    assert!(!allows("https://example.com", "https://example.com:8443"));
    assert!(!allows("https://example.com", "https://www.example.com"));
    assert!(!allows("https://example.com", "https://example.com.evil.test"));
    assert!(!allows("https://example.com", "https://example.com@evil.test/"));
}

#[test]
fn a_normal_host_is_what_the_url_standard_makes_of_it() {
    for host in ["api.example.com", "broker.spin.internal", "a-b.example", "1.example", "localhost"]
    {
        for scheme in ["http", "https"] {
            assert!(is_normal(scheme, host), "{host}");
            let url = url::Url::parse(&format!("{scheme}://{host}/")).unwrap();
            let expected = (
                url.scheme().to_owned(),
                Host::parse(url.host_str().unwrap()).unwrap(),
                url.port_or_known_default(),
            );
            let uri = format!("{scheme}://{host}/path").parse().unwrap();
            assert_eq!(target(&uri), Some(expected), "{host}");
        }
    }
    let others = [
        "",
        "API.example",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "a.0x7f",
        "xn--a.example",
        "a..b",
        "a.",
        "a_b",
        "ä.example",
    ];
    for host in others {
        assert!(!is_normal("https", host), "{host}");
    }
    assert!(!is_normal("ftp", "example.com") && !is_normal("HTTPS", "example.com"));
}

#[test]
fn wildcards() {
    assert!(allows("*://*:*", "http://anything.test:1"));
    assert!(allows("https://*:443", "https://broker.spin.internal"));
    assert!(allows("https://*.example.com", "https://a.b.example.com"));
    assert!(!allows("https://*.example.com", "https://example.com"));
    assert!(!allows("https://*.example.com", "https://notexample.com"));
    assert!(allows("*://example.com:*", "http://example.com:9"));
}

#[test]
fn port_ranges_exclude_their_end() {
    assert!(allows("http://h.test:8000..8003", "http://h.test:8002"));
    assert!(!allows("http://h.test:8000..8003", "http://h.test:8003"));
}

#[test]
fn networks_match_addresses_in_any_spelling_and_no_names() {
    assert!(allows("http://127.0.0.0/8:*", "http://127.1.2.3:4567"));
    assert!(allows("http://127.0.0.0/8:*", "http://0x7f000001:80"));
    assert!(!allows("http://127.0.0.0/8:*", "http://128.0.0.1:80"));
    assert!(!allows("http://127.0.0.0/8:*", "http://localhost:80"));
    assert!(allows("http://::1/128:*", "http://[::1]:80"));
    assert!(allows("http://[::1]", "http://[::1]:80"));
    assert!(allows("http://0.0.0.0/0:*", "http://10.0.0.1"));
}

#[test]
fn a_wildcard_component_covers_existing_components() {
    assert!(allows("http://*.spin.internal", "http://broker.spin.internal"));
    assert!(!allows("http://*.spin.internal", "http://other.spin.internal"));
}

#[test]
fn self_is_not_a_host_name() {
    assert!(parse("http://self").unwrap().allow_self());
    assert!(parse("https://*:443").unwrap().allow_self());
    assert!(!allows("http://self", "http://self"));
    assert!(!parse("http://example.com").unwrap().allow_self());
}

#[test]
fn an_entry_outside_the_grammar_is_an_error() {
    for entry in [
        "",
        "*",
        "example.com",
        "https://*.*.com",
        "https://a*",
        "http://h.test/path",
        "ftp://h.test",
    ] {
        assert!(parse(entry).is_err(), "{entry:?}");
    }
}

#[test]
fn a_template_may_expand_to_an_empty_string_but_not_to_a_list() {
    let entries = ["{{ hosts }}".to_owned()];
    let parse = |text: &str| AllowedHosts::parse(&entries, &variables(text), [].iter());
    assert!(parse("hosts = { default = '' }").unwrap().0.is_empty());
    assert_eq!(parse("hosts = { default = 'http://a.test' }").unwrap().0.len(), 1);
    assert!(parse("hosts = { default = 'http://a.test http://b.test' }").is_err());
}
