//! Property tests: in any JSON by several writers, cut anywhere, each link must lead to the proxy, the proxy
//! must lead to the original target, and all other bytes must stay the same.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use super::super::target::{parts, without_base};
use super::*;

const HUB: &str = "https://nexus.example.com/api/proxy/acme";

/// The base paths that a manifest may have.
const BASES: [&str; 4] = ["", "/v1", "/api/v10", "/v3/company/12"];

/// Texts before the path of a URL.
const STARTS: [&str; 16] = [
    "https://api.acme.com",
    "https://api.acme.com",
    "https://api.acme.com",
    "https://files.acme.com",
    "HTTPS://API.acme.com",
    "https://api.acme.com:443",
    "https://api.acme.com:8443",
    "http://api.acme.com",
    "https://api.acme.com.evil.example",
    "https://api.acme.com@evil.example",
    "https://a:b@api.acme.com",
    "https://evil.example/https://api.acme.com",
    "see https://api.acme.com",
    "https://api.acme.co",
    "https://nexus.example.com/api/proxy/acme",
    "",
];

/// Pieces of paths.
const PIECES: [&str; 30] = [
    "/v1",
    "/v1",
    "/api",
    "/v10",
    "/v3",
    "/company",
    "/12",
    "/x",
    "/%C3%BC",
    "/%2e%2e",
    "/..",
    "/.",
    "/..;a",
    "//",
    "/",
    "%2f..",
    "?page=2&a=%22",
    "#f",
    "\\",
    "\"",
    "\u{fc}",
    " ",
    "\n",
    "/<b>",
    ";a=b",
    "/https:/",
    "/https://api.acme.com/v1",
    ":80",
    "@",
    "1",
];

fn links(base_path: &str) -> Links {
    let roots = Roots {
        origins: vec!["https://api.acme.com".into(), "https://files.acme.com".into()],
        base_path: base_path.into(),
    };
    Links { hub: HUB.into(), roots: roots.into(), is_for_json: true }
}

fn base() -> impl Strategy<Value = &'static str> {
    select(&BASES[..])
}

fn url() -> impl Strategy<Value = String> {
    let own = prop_oneof![Just(""), base()];
    (select(&STARTS[..]), own, vec(select(&PIECES[..]), 0..5))
        .prop_map(|(start, own, pieces)| format!("{start}{own}{}", pieces.concat()))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => url(), 1 => any::<String>(), 1 => "[\\\\\"a-z/:]{0,12}"]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON as a writer writes it: without white space, with white space, or by two writers that escape more than
/// they must.
fn written(json: &Value, writer: u8) -> String {
    let close = json.to_string();
    match writer {
        0 => close,
        1 => serde_json::to_string_pretty(json).unwrap(),
        2 => close.replace('/', "\\/"),
        _ => close
            .chars()
            .map(|c| match c {
                '&' | '<' | '>' => format!("\\u{:04x}", u32::from(c)),
                c if c.is_ascii() => c.to_string(),
                c => c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04X}"))
                    .collect(),
            })
            .collect(),
    }
}

fn changed(links: &Links, text: &[u8], cuts: &[Index]) -> Vec<u8> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    at.sort_unstable();
    at.push(text.len());
    let mut json = JsonLinks::new(links.clone());
    let (mut out, mut from) = (Vec::new(), 0);
    for to in at {
        out.extend_from_slice(&json.push(&text[from..to]));
        from = to;
    }
    out.extend_from_slice(&json.finish());
    out
}

/// All strings in their order in the text, each with whether it is the name of a member.
fn strings(json: &Value, found: &mut Vec<(String, bool)>) {
    match json {
        Value::String(text) => found.push((text.clone(), false)),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            found.push((name.clone(), true));
            strings(member, found);
        }),
        _ => {}
    }
}

/// A JSON text without its strings, and its strings.
fn split_strings(text: &str) -> (String, Vec<String>) {
    let (mut around, mut strings, mut rest) = (String::new(), vec![], text);
    while let Some(at) = rest.find('"') {
        around.push_str(&rest[..=at]);
        let mut all = serde_json::Deserializer::from_str(&rest[at..]).into_iter::<String>();
        strings.push(all.next().unwrap().unwrap());
        rest = &rest[at + all.byte_offset()..];
    }
    (around + rest, strings)
}

/// The URL that a client would follow for `text`, if it is on a pinned host and below the base URL.
fn pinned(links: &Links, text: &str) -> Option<Url> {
    let lower = text.to_ascii_lowercase();
    let url = links
        .roots
        .origins
        .iter()
        .any(|own| lower.starts_with(own))
        .then(|| Url::parse(text))?
        .ok()?;
    let is_own =
        links.roots.origins.iter().any(|own| Url::parse(own).unwrap().origin() == url.origin());
    let base = format!("{}/", links.roots.base_path);
    let is_below = format!("{}/", url.path()).starts_with(&base);
    (is_own && is_below && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// The target of a link to the proxy, as [`super::super::target::Target::of`] finds it.
fn led(links: &Links, text: &str) -> Option<String> {
    let text = text.strip_prefix(HUB)?;
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    if let Some((scheme, authority, path)) = parts(path) {
        let origin = format!("{scheme}://{authority}");
        if links.roots.origins.contains(&origin) {
            let below = below(&links.roots.base_path, path)?;
            return Some(format!("{origin}{}{below}{rest}", links.roots.base_path));
        }
    }
    let below = without_base(&links.roots.base_path, path);
    Some(format!("{}{}{below}{rest}", links.roots.origins[0], links.roots.base_path))
}

proptest! {
    #[test]
    fn only_links_change_wherever_the_body_is_cut(
        json in json(), base in base(), writer in 0_u8..4, cuts in vec(any::<Index>(), 0..6),
    ) {
        let links = links(base);
        let text = written(&json, writer);
        let out = String::from_utf8(changed(&links, text.as_bytes(), &cuts)).unwrap();
        let whole = changed(&links, text.as_bytes(), &[]);
        prop_assert_eq!(out.as_bytes(), &whole[..], "the cuts matter: {}", text);
        let ((before, own), (after, new)) = (split_strings(&text), split_strings(&out));
        prop_assert_eq!(before, after);
        prop_assert!(serde_json::from_str::<Value>(&out).is_ok(), "{out}");
        let mut all = vec![];
        strings(&json, &mut all);
        prop_assert!(own.iter().eq(all.iter().map(|(text, _)| text)), "{own:?} {all:?}");
        for ((own, is_name), new) in all.iter().zip(&new) {
            if *is_name {
                prop_assert_eq!(own, new);
                continue;
            }
            match pinned(&links, own).filter(|url| is_let_in(&links, url)) {
                None => prop_assert_eq!(own, new),
                // The new link has the same target, in any spelling.
                Some(url) => {
                    let led = led(&links, new).and_then(|led| Url::parse(&led).ok());
                    prop_assert_eq!(led, Some(url), "{} {}", own, new);
                }
            }
            // A link that still leads to the provider is one that the proxy would reject.
            let left = pinned(&links, new).filter(|url| is_let_in(&links, url));
            prop_assert!(left.is_none(), "{new}");
        }
    }

    #[test]
    fn bytes_that_are_not_json_stay_the_same(
        bytes in vec(prop_oneof![select(&b"\"\\:/[{,h"[..]), any::<u8>()], 0..200), base in base(),
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let links = links(base);
        let out = changed(&links, &bytes, &cuts);
        prop_assert!(out == bytes, "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_link_in_a_header_keeps_its_target(
        text in text(), called in url(), base in base(),
    ) {
        let links = links(base);
        let called = Url::parse(&called).ok();
        if let Some(called) = called.filter(|called| !called.cannot_be_a_base()) {
            // A browser resolves a remaining link against the proxy's own address.
            let own = Url::parse(&format!("{HUB}/x")).unwrap();
            if let Ok(target) = called.join(text.trim()) {
                let is_own = |url: &Url| url.origin() == own.origin();
                let Some(new) = links.reference(&text, &called, &is_own) else {
                    prop_assert!(is_own(&target), "{text}");
                    return Ok(());
                };
                let followed = own.join(&new).unwrap();
                match followed.as_str().starts_with(HUB) {
                    true => prop_assert_eq!(led(&links, &new), Some(target.to_string())),
                    false => prop_assert_eq!(followed, target),
                }
            }
            let _ = links.in_link(&format!("<{text}>; rel=\"{text}\", {text}"), &called, &|_| false);
            let _ = links.in_link(&text, &called, &|_| false);
        }
    }
}

/// Whether the proxy accepts a call of `url`.
fn is_let_in(links: &Links, url: &Url) -> bool {
    below(&links.roots.base_path, url.path()).is_some_and(|below| CallPath::read(below).is_ok())
}
