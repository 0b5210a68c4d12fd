//! Arguments of `call_api` of any kind: what is built of them is one request to the integration that was
//! named, and nothing panics.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const HUB: &str = "https://nexus.example.com/api/proxy/acme";

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
    fn a_path_leads_below_its_own_integration(path in path()) {
        let arguments = json!({"path": path});
        if let Ok(place) = place(arguments.as_object().unwrap(), HUB) {
            let below = &place.path;
            prop_assert!(below.is_empty() || below.starts_with('/'), "{below}");
            prop_assert!(!below.contains(['?', '#']), "{below}");
            prop_assert!(below.bytes().chain(place.query.bytes()).all(|b| b.is_ascii_graphic()), "{below}");
            let uri = format!("http://broker.spin.internal/v1/forward/w/acme{below}?{}", place.query);
            let uri = uri.parse::<http::Uri>();
            let passed = uri.as_ref().ok().and_then(|uri| uri.path().strip_prefix("/v1/forward/w/acme"));
            prop_assert_eq!(passed, Some(below.as_str()), "{:?}", uri);
            let ours = HUB.trim_end_matches("acme");
            prop_assert!(!below.starts_with(&format!("/{ours}")), "another integration: {below}");
        }
    }

    #[test]
    fn a_query_is_read_back_as_it_was_given(query_value in any_value()) {
        if let Ok(text) = query(Some(&query_value)) {
            prop_assert!(text.bytes().all(|b| b.is_ascii_graphic() && !b"#\"<>".contains(&b)), "{text}");
            let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            let members = query_value.as_object().cloned().unwrap_or_default();
            let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let given: Vec<_> = members.iter().flat_map(|(name, value)| match value {
                Value::Array(all) => all.iter().map(|value| (name.clone(), one(value))).collect(),
                value => vec![(name.clone(), one(value))],
            }).collect();
            prop_assert_eq!(pairs, given);
        }
    }

    #[test]
    fn headers_and_bodies_of_any_kind_are_taken_or_refused(
        header_value in any_value(), body_value in prop::option::of(any_value()),
        form_value in prop::option::of(any_value()), method_value in any_value(), name in "(?i)get|delete|PATCH|TRACE|\u{17f}",
    ) {
        let headers = headers(Some(&header_value));
        if let Ok(headers) = &headers {
            prop_assert!(!headers.contains_key(header::CONTENT_LENGTH));
        }
        let mut arguments = Map::new();
        arguments.extend(body_value.map(|value| ("body".to_owned(), value)));
        arguments.extend(form_value.map(|value| ("form".to_owned(), value)));
        let mut headers = headers.unwrap_or_default();
        let sent = body(&arguments, &mut headers);
        prop_assert!(!sent.is_ok_and(|sent| !sent.is_empty()) || headers.contains_key(header::CONTENT_TYPE));
        arguments.insert("method".into(), method_value);
        let _ = method(&arguments);
        arguments.insert("method".into(), name.clone().into());
        let known = ["GET", "DELETE", "PATCH"];
        prop_assert_eq!(method(&arguments).is_ok(), known.iter().any(|own| name.eq_ignore_ascii_case(own)));
    }

    #[test]
    fn any_answer_can_be_told(
        bytes in vec(any::<u8>(), 0..60), json in any_value(), is_cut: bool, status in 100_u16..600,
    ) {
        let headers = HeaderMap::new();
        for bytes in [bytes, json.to_string().into_bytes()] {
            let answered = Answered { status, headers: &headers, bytes: &bytes, is_cut, url: HUB.into() };
            let said = answered.told();
            prop_assert_eq!(said.is_error, status >= 400);
            let start = format!("HTTP {status}");
            prop_assert!(said.text.starts_with(&start));
        }
    }
}
