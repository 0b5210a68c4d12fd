//! Property tests of the parsers for queries, headers, cookies and variables. Any text is accepted or
//! rejected. An accepted text has one normal form, which is accepted too.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::http::is_flow_cookie;
use crate::origin::Origin;
use crate::proxy_domain::{AtHost, ProxyDomain};
use crate::request_id::is_well_formed;
use crate::{Error, id, wire};

/// Authorities: names, addresses and ports of any kind.
fn authority() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        "[a-zA-Z0-9_-]{1,8}(\\.[a-zA-Z0-9_-]{0,8}){0,3}",
        any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string()),
        any::<u128>().prop_map(|bits| format!("[{}]", std::net::Ipv6Addr::from_bits(bits))),
        select(
            &[
                "localhost",
                "LOCALHOST",
                "127.0.0.1",
                "127.1",
                "[::1]",
                "[::ffff:1.2.3.4]",
                "0x7f.1",
                "b\u{fc}cher.example",
                "",
                "a@b",
                "*"
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    let port = prop_oneof![
        3 => Just(String::new()), 3 => any::<u16>().prop_map(|port| format!(":{port}")),
        1 => "[:0-9+ a]{0,4}",
    ];
    (host, port).prop_map(|(host, port)| host + &port)
}

/// Texts, some of which are numbers.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        (0..200_u32).prop_map(|number| number.to_string()),
        "[-+ 0-9a-fx\u{661}]{0,25}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn a_page_follows_its_parameters_or_is_an_error(limit in number(), cursor in number()) {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let asked: Option<u32> = limit.parse().ok().filter(|limit| (1..=100).contains(limit));
        match wire::limit(&limit) {
            Ok(taken) => prop_assert_eq!((Some(taken), is_digits(&limit)), (asked, true)),
            Err(error) => {
                prop_assert!(matches!(error, Error::Invalid(_)));
                prop_assert!(asked.is_none() || !is_digits(&limit) || limit.len() > 18, "{limit}");
            }
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match wire::page(&[pair("limit", "7"), pair("cursor", &cursor), pair("x", "y")]) {
            Ok(page) => {
                let taken = page.cursor.unwrap();
                prop_assert!(is_digits(&cursor), "{cursor}");
                prop_assert_eq!((page.limit, Some(taken)), (7, cursor.parse().ok()));
                // A cursor that we return is accepted.
                let next = wire::page(&[pair("cursor", &taken.to_string())]).unwrap();
                prop_assert_eq!(next.cursor, Some(taken));
            }
            Err(error) => {
                prop_assert!(matches!(error, Error::Invalid(_)));
                prop_assert!(!is_digits(&cursor) || cursor.len() > 18, "{cursor}");
            }
        }
    }

    #[test]
    fn a_request_id_needs_no_escape_in_a_header_or_a_log(
        text in prop_oneof!["[a-zA-Z0-9._\\-\r\n\" ]{0,140}", any::<String>()],
    ) {
        if is_well_formed(&text) {
            prop_assert!(http::HeaderValue::from_str(&text).is_ok_and(|value| value == text.as_str()));
            prop_assert_eq!(serde_json::to_string(&text).unwrap(), format!("\"{text}\""));
            prop_assert!((1..=128).contains(&text.len()));
        }
        prop_assert!(is_well_formed("req_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
    }

    #[test]
    fn only_a_well_formed_flow_cookie_is_accepted(
        text in prop_oneof!["[a-zA-Z0-9_\\-]{40,46}", any::<String>()],
        own in "[a-zA-Z0-9_\\-]{43}", change in ".",
    ) {
        if is_flow_cookie(&text) {
            let is_plain = |byte: u8| byte.is_ascii_graphic() && !b";=,\"\\".contains(&byte);
            prop_assert!(text.len() == 43 && text.bytes().all(is_plain), "{text}");
        }
        prop_assert!(is_flow_cookie(&own));
        let longer = format!("{own}{change}");
        prop_assert!(!is_flow_cookie(&longer) && !is_flow_cookie(&own[1..]));
    }

    #[test]
    fn an_origin_has_one_form(
        scheme in select(&["https://", "http://", "HTTPS://", "ftp://", "https:/", ""][..]),
        authority in authority(), end in select(&["", "", "/", "//", "/x", "?", "#"][..]),
    ) {
        let text = format!("{scheme}{authority}{end}");
        if let Some(origin) = Origin::parse(&text) {
            prop_assert_eq!(Origin::parse(origin.as_str()), Some(origin.clone()), "{}", text);
            prop_assert_eq!(origin.as_str().to_ascii_lowercase(), origin.as_str());
            let slashed = format!("{origin}/");
            prop_assert_eq!(Origin::parse(&slashed), Some(origin.clone()));
            // The host is built from its parts, and a URL with this host has this authority.
            let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
            let scheme = if origin.is_https() { "https" } else { "http" };
            prop_assert_eq!(format!("{scheme}://{}{port}", origin.host()), origin.as_str());
            let uri: http::Uri = format!("{origin}/x").parse().unwrap();
            prop_assert_eq!(uri.authority().unwrap().as_str(), format!("{}{port}", origin.host()));
            let host = origin.host();
            let is_loopback = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
            prop_assert!(origin.is_https() || is_loopback, "{text}");
        }
    }

    #[test]
    fn no_text_makes_an_origin_or_a_domain_panic(text in any::<String>()) {
        let _ = Origin::parse(&text);
        let _ = ProxyDomain::parse(&text);
        let domain = ProxyDomain::parse("nexus.example.com").unwrap();
        let _ = domain.integration(&text);
        let _ = domain.integration(&format!("{text}.nexus.example.com"));
    }

    #[test]
    fn the_address_of_an_integration_is_read_back(
        name in any::<String>(), workspace in prop_oneof!["[a-zA-Z0-9_ -]{1,12}", any::<String>()],
        is_upper: bool, port in prop::option::of(1_u16..),
    ) {
        let slug = id::slug(&name);
        prop_assert_eq!(id::slug(&slug), slug.clone());
        prop_assert!(!slug.contains("--") && !slug.starts_with('-') && slug.len() <= 48);
        let label = ProxyDomain::label(&workspace);
        prop_assert_eq!(ProxyDomain::label(&label), label.clone());
        if !label.is_empty() {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let public_url = Origin::parse(&format!("https://nexus.example.com{port}")).unwrap();
            let domain = ProxyDomain::parse("nexus.example.com").unwrap();
            let at = AtHost { slug, workspace: label };
            let address = domain.address(&at, &public_url);
            let (_, authority) = address.split_once("://").unwrap();
            let authority = if is_upper { authority.to_ascii_uppercase() } else { authority.to_owned() };
            prop_assert_eq!(domain.integration(&authority), Some(at), "{}", authority);
        }
    }

    #[test]
    fn a_host_of_the_domain_names_one_integration_and_no_other_host_does(
        labels in vec("[a-zA-Z0-9-]{0,6}", 1..4),
        end in select(&["nexus.example.com", "Nexus.Example.com:3000", "evil.example",
            "evilnexus.example.com", "nexus.example.com."][..]),
    ) {
        let domain = ProxyDomain::parse("nexus.example.com").unwrap();
        let authority = format!("{}.{end}", labels.join("."));
        if let Some(at) = domain.integration(&authority) {
            prop_assert_eq!(labels.len(), 1);
            let is_ours = end.to_ascii_lowercase().starts_with("nexus.example.com");
            prop_assert!(is_ours && !end.ends_with('.'), "{authority}");
            prop_assert_eq!(format!("{}--{}", at.slug, at.workspace), labels[0].to_ascii_lowercase());
            prop_assert!(!at.slug.contains("--"));
        }
    }
}
