//! Property tests of `call_api` with arguments of any kind. The result must be one request to the named
//! integration, and nothing may panic.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const HUB: &str = "https://nexus.example.com/api/proxy/acme";

fn arguments(sent: Value) -> Arguments {
    Arguments::read(Some(&sent), &ARGUMENTS).unwrap()
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(&["a", "\r\n", "x: y", "\u{fc}", "\u{0}", "&=%"][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        let name = prop_oneof![
            2 => any::<String>(),
            1 => select(&["content-length", "Content-Type", "host", "", "a b", "x-nexus-host"][..])
                .prop_map(str::to_owned),
        ];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name, inner, 0..4).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    let start = select(
        &[
            "",
            "/",
            "/v1",
            HUB,
            "https://nexus.example.com/api/proxy/other",
            "https://nexus.example.com/api/proxy/acme2",
            "https://api.acme.com",
            "http://x",
            "https://",
        ][..],
    );
    let piece = prop_oneof![
        select(
            &[
                "/x", "?", "#", "%2e", "..", "/", "\\", "\"", "{", "\u{fc}", " ", "\r\n", "&a=b",
                "[", "%"
            ][..]
        )
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    (start, vec(piece, 0..4)).prop_map(|(start, pieces)| format!("{start}{}", pieces.concat()))
}

proptest! {
    #[test]
    fn a_path_stays_below_its_own_integration(path in path()) {
        if let Ok(place) = place(&path, HUB) {
            let below = &place.path;
            prop_assert!(below.is_empty() || below.starts_with('/'), "{below}");
            prop_assert!(!below.contains(['?', '#']), "{below}");
            prop_assert!(below.bytes().chain(place.query.bytes()).all(|b| b.is_ascii_graphic()), "{below}");
            let uri = format!("http://broker.spin.internal/v1/forward/acme{below}?{}", place.query);
            let uri = uri.parse::<http::Uri>();
            let passed = uri.as_ref().ok().and_then(|uri| uri.path().strip_prefix("/v1/forward/acme"));
            prop_assert_eq!(passed, Some(below.as_str()), "{:?}", uri);
            let ours = HUB.trim_end_matches("acme");
            prop_assert!(!below.starts_with(&format!("/{ours}")), "another integration: {below}");
        }
    }

    #[test]
    fn a_query_is_read_back_as_it_was_given(query_value in any_value()) {
        if let Ok(pairs) = arguments(json!({"query": query_value})).pairs("query") {
            let text = encoded_form(&pairs);
            prop_assert!(text.bytes().all(|b| b.is_ascii_graphic() && !b"#\"<>".contains(&b)), "{text}");
            let read: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            prop_assert_eq!(&read, &pairs);
            if let Value::Object(members) = &query_value {
                let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let given: Vec<_> = members.iter().flat_map(|(name, value)| match value {
                    Value::Array(all) => all.iter().map(|value| (name.clone(), value)).collect(),
                    value => vec![(name.clone(), value)],
                }).filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, one(value))).collect();
                prop_assert_eq!(pairs, given);
            }
        }
    }

    #[test]
    fn headers_and_bodies_of_any_kind_are_accepted_or_rejected(
        header_value in any_value(), body_value in prop::option::of(any_value()),
        form_value in prop::option::of(any_value()), method_value in any_value(), name in "(?i)get|delete|PATCH|TRACE|\u{17f}",
    ) {
        let mut members = Map::new();
        members.insert("headers".to_owned(), header_value);
        members.extend(body_value.map(|value| ("body".to_owned(), value)));
        members.extend(form_value.map(|value| ("form".to_owned(), value)));
        members.insert("method".into(), method_value);
        let sent = arguments(members.into());
        let headers = headers(&sent);
        if let Ok(headers) = &headers {
            prop_assert!(!headers.contains_key(header::CONTENT_LENGTH));
        }
        let mut headers = headers.unwrap_or_default();
        let text = body(&sent, &mut headers);
        prop_assert!(!text.is_ok_and(|text| !text.is_empty()) || headers.contains_key(header::CONTENT_TYPE));
        let _ = method(&sent);
        let known = ["GET", "DELETE", "PATCH"];
        let is_known = known.iter().any(|own| name.eq_ignore_ascii_case(own));
        prop_assert_eq!(method(&arguments(json!({"method": name}))).is_ok(), is_known);
    }

    #[test]
    fn any_response_becomes_a_result(
        bytes in vec(any::<u8>(), 0..60), json in any_value(), status in 100_u16..600,
        cut in select(&[None, Some(Cut::Large), Some(Cut::Broken)][..]),
    ) {
        let headers = HeaderMap::new();
        for bytes in [bytes, json.to_string().into_bytes()] {
            let response = ProviderResponse { status, headers: &headers, bytes: &bytes, cut, url: HUB.into() };
            let result = response.to_result();
            prop_assert_eq!(result.is_error, status >= 400 || cut == Some(Cut::Broken));
            prop_assert_eq!(cut.is_some(), result.text.ends_with("[the body is cut off here]"));
            let start = format!("HTTP {status}");
            prop_assert!(result.text.starts_with(&start));
        }
    }
}
