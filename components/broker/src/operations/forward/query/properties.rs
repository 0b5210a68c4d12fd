//! Property tests: if one of the modelled servers reads a parameter in a call, behind whatever gateways, then [`Spellings`] finds
//! it. The models follow the servers' documentation, and must not use the functions that are tested.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Spellings, comparable};

/// The parameter that is denied.
const NAME: &str = "rest_route";

/// Pieces of queries and paths.
const PIECES: [&str; 36] = [
    "rest_route",
    "rest_route",
    "rest_route",
    "REST_Route",
    "rest",
    "route",
    "_",
    ".",
    "+",
    "=",
    "=",
    "&",
    "&",
    ";",
    "[",
    "]",
    "[]",
    "%20",
    "%5F",
    "%5f",
    "%26",
    "%3D",
    "%3B",
    "%5B",
    "%5D",
    "%255F",
    "%2526",
    "%253D",
    "%25255F",
    "%u005f",
    "%00",
    "%C3",
    "%",
    "x",
    "/",
    "?",
];

#[derive(Clone, Copy, Debug)]
enum Server {
    /// `$_GET` of PHP: leading spaces are removed, spaces and dots become `_`, and brackets make a list.
    Php,
    /// `parse_qs` of Python before 3.10, which also splits at `;`.
    Python,
    /// Rack, which ignores brackets around a name and splits at `;`.
    Rack,
    /// ASP.NET, which decodes `%u005f` and ignores the case of names.
    AspNet,
}

const SERVERS: [Server; 4] = [Server::Php, Server::Python, Server::Rack, Server::AspNet];

impl Server {
    /// Whether the server reads the parameter in `query`.
    fn reads(self, query: &str) -> bool {
        let separators: &[char] = match self {
            Self::Php | Self::AspNet => &['&'],
            Self::Python | Self::Rack => &['&', ';'],
        };
        query.split(separators).filter(|pair| !pair.is_empty()).any(|pair| {
            let raw = pair.split('=').next().unwrap().replace('+', " ");
            match self {
                Self::Php => php(&decoded(&raw)) == NAME,
                Self::Python => decoded(&raw) == NAME,
                Self::Rack => rack(&decoded(&raw)) == NAME,
                Self::AspNet => decoded(&raw.replace("%u005f", "_")).eq_ignore_ascii_case(NAME),
            }
        })
    }
}

fn php(name: &str) -> String {
    // A name ends at a NUL, as strings of C do.
    let name = name.split('\0').next().unwrap().trim_start_matches(' ');
    let name = match name.split_once('[') {
        Some((before, rest)) if rest.contains(']') => before.to_owned(),
        Some((before, rest)) => format!("{before}_{rest}"),
        None => name.to_owned(),
    };
    name.replace([' ', '.'], "_")
}

fn rack(name: &str) -> &str {
    name.trim_start_matches(['[', ']']).split(['[', ']']).next().unwrap()
}

fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(text).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The query that arrives behind gateways that decode the path, and the query too if `decodes_query`.
fn through(gateways: usize, decodes_query: bool, path: &str, query: &str) -> String {
    let (mut path, mut query) = (path.to_owned(), query.to_owned());
    for _ in 0..gateways {
        path = decoded(&path);
        if decodes_query {
            query = decoded(&query);
        }
        if let Some((before, behind)) = path.clone().split_once('?') {
            query = if query.is_empty() { behind.to_owned() } else { format!("{behind}?{query}") };
            path = before.to_owned();
        }
    }
    query
}

fn text() -> impl Strategy<Value = String> {
    vec(select(PIECES.as_slice()), 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_a_server_reads_is_found(
        path in text(),
        query in text(),
        gateways in 0..3_usize,
        decodes_query in any::<bool>(),
    ) {
        // A path that is sent has no `?`: what follows it is the query.
        let path = format!("/{}", path.replace('?', "%3F"));
        let arrives = through(gateways, decodes_query, &path, &query);
        let found = Spellings::of(&path, &query);
        let is_found = found.parameters().any(|(name, _)| name == comparable(NAME));
        for server in SERVERS {
            prop_assert!(is_found || !server.reads(&arrives), "{server:?} reads {arrives:?}");
        }
    }
}
