//! Property tests: paths in every spelling, against three models of servers. If one server would route the
//! call to a path that a rule denies, or to a path that no rule allows, the call must be denied.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::servers::{GATEWAYS, SERVERS, Server, through};
use super::{CallMethod, CallPath};
use crate::policy::{Effect, Policy, PolicyAgent, PolicyCall, Rule, denies};

/// The names of an API's resources.
const NAMES: [&str; 8] = ["v1", "keys", "a", "b.c", "keys.json", "\u{dc}ber", "a b", "x-y_z"];
/// Separators between two segments.
const BETWEEN: [&str; 12] =
    ["/", "/", "/", "//", "%2f", "%2F", "%252f", "%25252F", ";x=y/", ";x%2fy/", "/;/", "%2f/"];
/// Text before and after a name.
const AROUND: [&str; 26] = [
    "", "", "", "", ";a=b", ";", "%3b", "%253bx", ".", "%2e", "%20", "%2520", "%3f", "%3Fx=y",
    "%23", "%253f", ".json", "%2Ejson", ".XML", "%", "%5", "+", "%c0", "%00", "\\", "%5c",
];
/// Segments that are not ordinary names.
const STRANGE: [&str; 24] = [
    "",
    ".",
    "..",
    "...",
    "..;",
    "..;x=y",
    "%2e%2e",
    ".%252E",
    "..%20",
    "%20..",
    "..%3f",
    "..%23x",
    "..%2f",
    "%c0%ae%c0%ae",
    "%u002e",
    "%e2%84%aaeys",
    "%C5%BF",
    "%5c..",
    "..%5c",
    "%20",
    "%25",
    "%2525",
    "%E9",
    "..%253bx",
];

/// One character, percent-encoded `times` times.
fn spelled(c: char, times: u8, is_upper: bool) -> String {
    if times == 0 && c.is_ascii_graphic() {
        return c.to_string();
    }
    let mut bytes = [0; 4];
    let escape = |byte: u8| {
        let percent = format!("%{}", "25".repeat(usize::from(times.saturating_sub(1))));
        if is_upper { format!("{percent}{byte:02X}") } else { format!("{percent}{byte:02x}") }
    };
    c.encode_utf8(&mut bytes).bytes().map(escape).collect()
}

/// A name in one of its spellings, with text from [`AROUND`] before and after it.
fn spelling(name: &'static str) -> impl Strategy<Value = String> {
    let times = prop_oneof![6 => Just(0_u8), 2 => Just(1), 1 => Just(2), 1 => Just(3)];
    let each = vec((times, any::<bool>(), prop::bool::weighted(0.1)), name.chars().count());
    let around = prop_oneof![3 => Just(""), 1 => select(&AROUND[..])];
    (around.clone(), each, around).prop_map(move |(before, each, behind)| {
        let mut text = before.to_owned();
        for (c, (times, is_upper, other_case)) in name.chars().zip(each) {
            let other =
                if c.is_uppercase() { c.to_lowercase().next() } else { c.to_uppercase().next() };
            let c = other.filter(|_| other_case).unwrap_or(c);
            text.push_str(&spelled(c, times, is_upper));
        }
        text + behind
    })
}

/// A path to `names`, in some spelling.
fn spelled_path(names: Vec<&'static str>) -> impl Strategy<Value = String> {
    let segments: Vec<_> = names.into_iter().map(spelling).collect();
    let count = segments.len();
    let end =
        prop_oneof![4 => Just(""), 1 => select(&["/", "//", ";x", "%2f", "/%20", "%3fx/y"][..])];
    (segments, vec(select(&BETWEEN[..]), count), end).prop_map(|(segments, between, end)| {
        let mut path = String::new();
        for (at, (segment, between)) in segments.iter().zip(between).enumerate() {
            path.push_str(if at == 0 { "/" } else { between });
            path.push_str(segment);
        }
        path + end
    })
}

/// A path made of pieces that servers read differently.
fn strange_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => select(&NAMES[..]).prop_flat_map(spelling),
        2 => select(&STRANGE[..]).prop_map(str::to_owned),
        1 => select(&AROUND[..]).prop_map(str::to_owned),
    ];
    vec((select(&BETWEEN[..]), piece), 0..5).prop_map(|pieces| {
        let mut path: String =
            pieces.iter().map(|(between, piece)| format!("{between}{piece}")).collect();
        if !path.is_empty() && !path.starts_with('/') {
            path.insert(0, '/');
        }
        path
    })
}

fn names() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(&NAMES[..]), 1..4)
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![names().prop_flat_map(spelled_path), strange_path()]
}

/// Patterns of rules (each with whether the rule allows), and a path.
fn patterns_and_path() -> impl Strategy<Value = (Vec<(bool, String)>, String)> {
    let part = prop_oneof![4 => select(&NAMES[..]), 1 => Just("*")];
    let pattern =
        (any::<bool>(), vec(part, 0..3), any::<bool>()).prop_map(|(allows, parts, is_open)| {
            let mut parts = parts;
            if is_open {
                parts.push("**");
            }
            (allows, format!("/{}", parts.join("/")))
        });
    (vec(pattern, 1..4), path())
}

/// Each server, the number of gateways before it, and the route that it takes for `path`.
fn routes(path: &str) -> impl Iterator<Item = (Server, usize, Option<Vec<String>>)> {
    let ways = (0..=GATEWAYS).flat_map(|gateways| SERVERS.map(|server| (server, gateways)));
    ways.map(move |(server, gateways)| (server, gateways, server.route(&through(gateways, path))))
}

fn policy(rules: &[(bool, String)]) -> Policy {
    let rule = |(allows, path): &(bool, String)| Rule {
        effect: if *allows { Effect::Allow } else { Effect::Deny },
        methods: vec!["*".into()],
        path: path.clone(),
        host: None,
        agents: None,
    };
    Policy { rules: rules.iter().map(rule).collect(), ..Policy::default() }
}

fn is_refused(policy: &Policy, path: &CallPath) -> bool {
    let agent = PolicyAgent { subject: "a", id: None };
    let call = PolicyCall { agent, methods: &[CallMethod::Get], host: "api.acme.com", path };
    policy.refusal(&call).is_some()
}

proptest! {
    #[test]
    fn an_accepted_path_stays_below_the_base_url_on_each_server(path in path()) {
        if CallPath::read(&path).is_ok() {
            for (server, gateways, route) in routes(&path) {
                prop_assert!(route.is_some(), "{server:?} behind {gateways}: {path}");
            }
        }
    }

    #[test]
    fn no_spelling_evades_a_deny_rule(
        (pattern, path) in names().prop_flat_map(|names| {
            let pattern = format!("/{}", names.join("/"));
            (Just(pattern), prop_oneof![3 => spelled_path(names), 1 => strange_path()])
        }),
    ) {
        if let Ok(read) = CallPath::read(&path) {
            for (server, gateways, route) in routes(&path) {
                if route.is_some_and(|route| server.covers(&pattern, &route)) {
                    prop_assert!(denies(&pattern, &read), "{server:?} behind {gateways}: {pattern} {path}");
                    let policy = policy(&[(false, pattern.clone())]);
                    prop_assert!(is_refused(&policy, &read), "{pattern} {path}");
                }
            }
        }
    }

    #[test]
    fn no_spelling_evades_a_deny_rule_with_wildcards((rules, path) in patterns_and_path()) {
        if let Ok(read) = CallPath::read(&path) {
            for (server, gateways, route) in routes(&path) {
                // The `*` of a deny rule matches only a segment that is not empty.
                let Some(route) = route.filter(|route| route.iter().all(|one| !one.is_empty())) else {
                    continue;
                };
                for (_, pattern) in &rules {
                    prop_assert!(
                        denies(pattern, &read) || !server.covers(pattern, &route),
                        "{server:?} behind {gateways}: {pattern} {path}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_allowed_call_reaches_an_allowed_route_on_each_server((rules, path) in patterns_and_path()) {
        let allowed: Vec<_> = rules.iter().filter(|(allows, _)| *allows).collect();
        let read = CallPath::read(&path).ok();
        if let Some(read) = read.filter(|read| !allowed.is_empty() && !is_refused(&policy(&rules), read)) {
            for (server, gateways, route) in routes(&path) {
                let route = route.unwrap_or_default();
                prop_assert!(
                    allowed.iter().any(|(_, pattern)| server.covers(pattern, &route)),
                    "{server:?} behind {gateways}: {rules:?} {read:?}"
                );
            }
        }
    }

    /// A plain path is allowed. Without this, a reader that rejects every path would pass the tests above.
    #[test]
    fn a_plain_path_is_read_as_it_is_and_allowed(names in names()) {
        let plain = |name: &&str| name.bytes().map(|b| match b {
            b' ' | 0x80.. => format!("%{b:02X}"),
            b => char::from(b).to_string(),
        }).collect::<String>();
        let path: Vec<String> = names.iter().map(plain).collect();
        let read = CallPath::read(&format!("/{}", path.join("/"))).unwrap();
        prop_assert_eq!(read.whole(), names.clone());
        let policy = policy(&[(true, format!("/{}", names.join("/")))]);
        prop_assert!(!is_refused(&policy, &read));
    }

    #[test]
    fn no_text_makes_the_reader_panic(path in any::<String>()) {
        let _ = CallPath::read(&path);
        let _ = CallPath::plain(&path);
    }
}
