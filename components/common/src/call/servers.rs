//! Models of three servers that read paths differently, for tests. They follow the servers' documentation and
//! must not use [`super::path`]. One follows RFC 3986 to the letter. One is a WSGI server (PEP 3333), whose
//! `PATH_INFO` is decoded before it is split. One works like Spring MVC behind Tomcat: it removes `;…`, then
//! decodes, then cleans the path.
//!
//! Each server may be behind gateways, which decode the path and read it again.

/// How a server reads paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// Splits the path, then decodes each segment once. Case matters.
    Rfc3986,
    /// Decodes the whole path once, then splits it. Drops empty segments.
    Wsgi,
    /// Removes `;…` from each segment, decodes, splits, and drops empty segments. Ignores spaces around
    /// names, dots after them, case, and a format at the end of the path.
    Spring,
}

pub(crate) const SERVERS: [Server; 3] = [Server::Rfc3986, Server::Wsgi, Server::Spring];

/// The maximum number of gateways before a server. With the server's own decoding, a path is decoded three
/// times.
pub(crate) const GATEWAYS: usize = 2;

/// The path that `gateways` in a row pass on.
pub(crate) fn through(gateways: usize, path: &str) -> Vec<u8> {
    let mut path = path.as_bytes().to_vec();
    for _ in 0..gateways {
        path = decode(&path);
        // The next reader takes the rest for a query or a fragment.
        let end = path.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(path.len());
        path.truncate(end);
    }
    path
}

impl Server {
    /// The segments to which a path is routed. `None` if a segment is `.` or `..`, which leaves the path.
    pub(crate) fn route(self, path: &[u8]) -> Option<Vec<String>> {
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let segments: Vec<Vec<u8>> = match self {
            _ if path.is_empty() => vec![],
            Self::Rfc3986 => path.split(|byte| *byte == b'/').map(decode).collect(),
            Self::Wsgi => split(&decode(path)),
            Self::Spring => {
                let bare = |segment: &[u8]| {
                    segment.split(|byte| *byte == b';').next().unwrap_or_default().to_vec()
                };
                let bare: Vec<_> = path.split(|byte| *byte == b'/').map(bare).collect();
                split(&decode(&bare.join(&b'/')))
            }
        };
        let segments: Vec<String> =
            segments.iter().map(|segment| String::from_utf8_lossy(segment).into_owned()).collect();
        let is_dots = |segment: &String| {
            let segment = if self == Self::Spring { segment.trim_matches(' ') } else { segment };
            // On Windows, a backslash separates segments like a slash.
            segment.split('\\').any(|part| matches!(part, "." | ".."))
        };
        (!segments.iter().any(is_dots)).then(|| self.comparable(segments))
    }

    /// The segments in the form in which the server compares them.
    fn comparable(self, segments: Vec<String>) -> Vec<String> {
        match self {
            Self::Spring => {
                segments.iter().map(|one| folded(one)).filter(|one| !one.is_empty()).collect()
            }
            _ => segments,
        }
    }

    /// Whether the route `pattern` of the server matches these segments. `*` matches one segment, and `**`
    /// matches zero or more segments at the end.
    pub(crate) fn covers(self, pattern: &str, route: &[String]) -> bool {
        let pattern: Vec<String> = pattern.split('/').skip(1).map(str::to_owned).collect();
        let pattern = match pattern.as_slice() {
            [only] if only.is_empty() => vec![],
            _ => self.comparable(pattern),
        };
        self.is_covered(&pattern, route)
    }

    fn is_covered(self, pattern: &[String], route: &[String]) -> bool {
        match (pattern, route) {
            ([], []) => true,
            ([all], _) if all == "**" => true,
            ([one, pattern @ ..], [segment, route @ ..]) => {
                let same = one == "*"
                    || one == segment
                    || (self == Self::Spring && route.is_empty() && name(one) == name(segment));
                same && self.is_covered(pattern, route)
            }
            _ => false,
        }
    }
}

fn split(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|byte| *byte == b'/').filter(|one| !one.is_empty()).map(<[u8]>::to_vec).collect()
}

fn folded(segment: &str) -> String {
    let bare = segment.trim_matches(' ').trim_end_matches([' ', '.']);
    bare.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// A segment without the format at its end.
fn name(segment: &str) -> &str {
    let ends = [".json", ".xml", ".html", ".csv"];
    ends.iter()
        .find_map(|end| segment.strip_suffix(end))
        .filter(|n| !n.is_empty())
        .unwrap_or(segment)
}

/// Percent-decodes (RFC 3986, 2.1). Text that is not an escape stays as it is.
fn decode(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    let (mut decoded, mut at) = (vec![], 0);
    while let Some(byte) = text.get(at) {
        match (*byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap());
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    decoded
}

#[test]
fn the_servers_read_paths_differently() {
    let route = |server: Server, gateways, path: &str| {
        server.route(&through(gateways, path)).map(|route| route.join("|"))
    };
    for (path, gateways, rfc3986, wsgi, spring) in [
        ("/v1/keys", 0, "v1|keys", "v1|keys", "v1|keys"),
        ("/v1//Keys/", 0, "v1||Keys|", "v1|Keys", "v1|keys"),
        ("/v1%2fkeys;a=b", 0, "v1/keys;a=b", "v1|keys;a=b", "v1|keys"),
        ("/v1;x%2fy/keys.", 0, "v1;x/y|keys.", "v1;x|y|keys.", "v1|keys"),
        ("/v1/%256beys", 0, "v1|%6beys", "v1|%6beys", "v1|%6beys"),
        ("/v1/%256beys%3Fx", 1, "v1|keys", "v1|keys", "v1|keys"),
        ("/v1/keys%3Bx", 0, "v1|keys;x", "v1|keys;x", "v1|keys;x"),
        ("/v1/keys%3Bx", 1, "v1|keys;x", "v1|keys;x", "v1|keys"),
        ("", 0, "", "", ""),
        ("/", 0, "", "", ""),
    ] {
        let expected = [rfc3986, wsgi, spring].map(|text| Some(text.to_owned()));
        assert_eq!(SERVERS.map(|server| route(server, gateways, path)), expected, "{path}");
    }
    for (server, path) in [
        (Server::Rfc3986, "/a/%2e%2e"),
        (Server::Wsgi, "/a%2f.."),
        (Server::Spring, "/a/..;x/b"),
        (Server::Spring, "/a/..%20"),
    ] {
        assert_eq!(server.route(path.as_bytes()), None, "{path}");
    }
    let covers = |server: Server, pattern, path: &str| {
        server.covers(pattern, &server.route(path.as_bytes()).unwrap())
    };
    assert!(covers(Server::Spring, "/V1/keys", "/v1/Keys.json"));
    assert!(covers(Server::Wsgi, "/v1/**", "/v1/"));
    assert!(covers(Server::Rfc3986, "/v1/*/b", "/v1/a/b"));
    assert!(!covers(Server::Rfc3986, "/v1/*", "/v1/a/b"));
    assert!(!covers(Server::Rfc3986, "/v1/keys", "/v1/Keys"));
}
