//! The path of a call: which paths are rejected, and how a server may read the others.
//!
//! This module must not rewrite the path: an accepted path is sent byte for byte. So a rule has to hold for
//! every server that may receive the path. A server may decode it once or three times. It may split it at an
//! encoded slash or not. It may drop `;…`, spaces or dots at the end of a segment, or a format such as
//! `.json` at the end of the path.

use std::borrow::Cow;

use crate::error::{Error, Result};

/// How often a path may be decoded: by a gateway, by a framework, and by a handler.
const DECODINGS: usize = 3;

/// File extensions by which frameworks choose a format. To such a framework, `/keys.json` is `/keys`.
const FORMATS: [&str; 12] =
    ["json", "xml", "html", "htm", "csv", "txt", "yaml", "yml", "js", "rss", "atom", "jsonp"];

/// The segments of a path, as one kind of server reads them.
pub type Reading = Vec<String>;

/// A path below a base URL, with all its readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPath {
    whole: Reading,
    exact: Vec<Reading>,
    lenient: Vec<Reading>,
    is_clean: bool,
}

impl CallPath {
    /// Reads `path`. It is empty or starts with `/`, has no query, and is percent-encoded as it is sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a segment with which a provider could leave the base URL. Decoded zero
    /// to three times, it holds a control character, a backslash, an overlong UTF-8 sequence or `%u` with
    /// four digits, or a server may read it as `.` or `..` (as it may read `..;`, `..%20`, or dots beside an
    /// encoded slash).
    pub fn read(path: &str) -> Result<Self> {
        let segments: Vec<Segment<'_>> = match path.strip_prefix('/').unwrap_or(path) {
            "" => Vec::new(),
            below => below.split('/').map(Segment::read).collect::<Result<_>>()?,
        };
        Ok(match segments.iter().all(Segment::has_one_reading) {
            true => Self::with_one_reading(&segments),
            false => Self::with_all_readings(path, &segments),
        })
    }

    /// The path of `segments`, each of which all servers read in one way, but for its case.
    fn with_one_reading(segments: &[Segment<'_>]) -> Self {
        let whole: Reading = whole(segments);
        let lenient = whole.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        Self { exact: vec![whole.clone()], lenient: vec![lenient], is_clean: true, whole }
    }

    /// The path `path`, which has these `segments`, as each kind of server reads it.
    fn with_all_readings(path: &str, segments: &[Segment<'_>]) -> Self {
        let whole = whole(segments);
        let mut exact = vec![whole.clone()];
        keep(&mut exact, split(segments, 1, |part| Some(part.to_owned())));
        let bare = |part: &str| Some(trimmed(part).to_owned()).filter(|part| !part.is_empty());
        keep(&mut exact, split(segments, DECODINGS, bare));
        let lenient = lenient(path, segments);
        let is_clean = segments.iter().all(Segment::is_clean);
        Self { whole, exact, lenient, is_clean }
    }

    /// The segments of the path, each decoded once.
    pub fn whole(&self) -> &[String] {
        &self.whole
    }

    /// The readings for an allow rule, which must cover all of them. A reading that it does not cover may be
    /// another path to the provider.
    pub fn exact(&self) -> &[Reading] {
        &self.exact
    }

    /// The readings for a deny rule, which applies if it covers one of them. They are in lower case, without
    /// empty segments, without `;…`, and without spaces or dots at the end.
    pub fn lenient(&self) -> &[Reading] {
        &self.lenient
    }

    /// Whether no segment, decoded zero to three times, is empty or holds a `;`, `?` or `#`. Servers differ
    /// most in these. If a policy has rules, a path that is not clean is rejected.
    pub fn is_clean(&self) -> bool {
        self.is_clean
    }

    /// The path of a URL that does not come from an agent, in the form of a lenient reading.
    pub fn plain(path: &str) -> Reading {
        let segments: Vec<Segment<'_>> = path.split('/').map(Segment::of).collect();
        split(&segments, 1, plain)
    }
}

/// Whether a segment of a pattern matches a segment of a lenient reading. `is_last` is whether the segment is
/// the last of the path, which may end in a format.
pub fn is_same(pattern: &str, segment: &str, is_last: bool) -> bool {
    let pattern = trimmed(pattern);
    let same = |one: &str, other: &str| match one.is_ascii() && other.is_ascii() {
        true => one.eq_ignore_ascii_case(other),
        false => folded(one) == folded(other),
    };
    same(pattern, segment) || (is_last && same(without_format(pattern), without_format(segment)))
}

/// A segment in all its decoded forms.
struct Segment<'a> {
    /// The segment as it is sent, decoded once, decoded twice, and so on until decoding changes nothing.
    forms: Vec<Cow<'a, [u8]>>,
}

impl<'a> Segment<'a> {
    fn of(raw: &'a str) -> Self {
        let mut forms = vec![Cow::Borrowed(raw.as_bytes())];
        while forms.len() <= DECODINGS {
            let Some(last) = forms.last().filter(|last| last.contains(&b'%')) else { break };
            let decoded: Vec<u8> = percent_encoding::percent_decode(last).collect();
            if decoded == **last {
                break;
            }
            forms.push(Cow::Owned(decoded));
        }
        Self { forms }
    }

    fn read(raw: &'a str) -> Result<Self> {
        let segment = Self::of(raw);
        match segment.forms.iter().find_map(|form| fault(form)) {
            None => Ok(segment),
            Some(what) => {
                let shown = nexus_printable::shortened(raw);
                Err(Error::invalid("path", format!("the segment {shown:?} {what}")))
            }
        }
    }

    fn decoded(&self, times: usize) -> &[u8] {
        let at = times.min(self.forms.len().saturating_sub(1));
        self.forms.get(at).map_or(&[], |form| form)
    }

    /// Whether all servers read the segment in one way, but for its case: it is sent with letters, digits, `-`, `_` and `~`
    /// only, and with dots between them.
    fn has_one_reading(&self) -> bool {
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
        let is_part = |part: &[u8]| !part.is_empty() && part.iter().all(is_plain);
        let [sent] = self.forms.as_slice() else { return false };
        sent.split(|byte| *byte == b'.').all(is_part)
    }

    fn is_clean(&self) -> bool {
        let is_clean = |form: &Cow<'_, [u8]>| {
            let mut parts = form.split(|byte| *byte == b'/');
            parts.all(|part| !part.is_empty())
                && !form.iter().any(|byte| matches!(byte, b';' | b'?' | b'#'))
        };
        self.forms.iter().all(is_clean)
    }
}

/// The segments, each decoded once.
fn whole(segments: &[Segment<'_>]) -> Reading {
    segments.iter().map(|segment| lossy(segment.decoded(1)).into_owned()).collect()
}

/// Why a segment in this form is rejected, if it is.
fn fault(form: &[u8]) -> Option<&'static str> {
    if form.iter().any(u8::is_ascii_control) {
        return Some("decodes to a control character");
    }
    if form.contains(&b'\\') {
        return Some("decodes to a backslash");
    }
    if form.split(|byte| *byte == b'/').any(leads_away) {
        return Some("decodes to a `.` or `..` segment");
    }
    let is_overlong =
        |pair: &[u8]| matches!(pair, [0xc0 | 0xc1, _] | [0xe0, 0x80..=0x9f] | [0xf0, 0x80..=0x8f]);
    if form.windows(2).any(is_overlong) {
        return Some("decodes to an overlong UTF-8 sequence");
    }
    let is_wide = |six: &[u8]| matches!(six, [b'%', b'u' | b'U', digits @ ..] if digits.iter().all(u8::is_ascii_hexdigit));
    form.windows(6).any(is_wide).then_some("holds `%u`, which is not a URL escape")
}

/// Whether a server may read a part as `.` or `..`. Some servers drop spaces, dots between spaces, and
/// everything after `;`, `?` or `#`. A name of three dots or more is an ordinary name.
fn leads_away(part: &[u8]) -> bool {
    let part = part.split(|byte| matches!(byte, b';' | b'?' | b'#')).next().unwrap_or_default();
    let has_spaces = part.contains(&b' ');
    let dots = part.iter().filter(|byte| **byte == b'.').count();
    let only_dots = dots > 0 && part.iter().all(|byte| matches!(byte, b'.' | b' '));
    only_dots && (dots <= 2 || has_spaces)
}

/// How lenient servers may read the path. Before a server there may be gateways, which decode the path, cut
/// it at a `?` or `#`, and pass on the rest.
fn lenient(path: &str, segments: &[Segment<'_>]) -> Vec<Reading> {
    let mut readings = Vec::new();
    // A server that splits the path first, and then decodes a segment once more.
    for decodings in 1..=DECODINGS {
        let whole = segments.iter().filter_map(|s| plain(&lossy(s.decoded(decodings))));
        keep(&mut readings, whole.collect());
    }
    // Some servers drop a name of three dots or more.
    if !path.contains(['%', ';', '?', '#']) && !path.contains("...") {
        return readings;
    }
    // A server that removes nothing.
    let as_is = |part: &str| Some(folded(part)).filter(|part| !part.is_empty());
    for decodings in 1..=DECODINGS {
        let decoded: Vec<_> = segments.iter().map(|s| lossy(s.decoded(decodings))).collect();
        keep(&mut readings, decoded.iter().filter_map(|part| as_is(part)).collect());
        let parts = decoded.iter().flat_map(|segment| segment.split('/'));
        keep(&mut readings, parts.filter_map(as_is).collect());
    }
    let mut passed = path.as_bytes().to_vec();
    for _ in 0..DECODINGS {
        // A server that removes `;…` from a segment before decoding it, or keeps it.
        for end in [None, Some(b';')] {
            let parts: Vec<Vec<u8>> = slashed(&passed)
                .map(|part| decoded(part.split(|b| Some(*b) == end).next()))
                .collect();
            keep(&mut readings, parts.iter().filter_map(|part| tidy(&lossy(part))).collect());
            let parts = parts.iter().flat_map(|part| slashed(part));
            keep(&mut readings, parts.filter_map(|part| tidy(&lossy(part))).collect());
        }
        passed = decoded(Some(&passed));
        passed
            .truncate(passed.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(passed.len()));
        // A server that removes `;…` after decoding.
        keep(&mut readings, slashed(&passed).filter_map(|part| plain(&lossy(part))).collect());
    }
    readings
}

fn slashed(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
}

fn decoded(text: Option<&[u8]>) -> Vec<u8> {
    percent_encoding::percent_decode(text.unwrap_or_default()).collect()
}

/// The parts of all segments up to a `?` or `#`, decoded `decodings` times and split at every slash.
fn split(
    segments: &[Segment<'_>],
    decodings: usize,
    part: impl Fn(&str) -> Option<String>,
) -> Reading {
    let mut reading = Vec::new();
    for segment in segments {
        let text = lossy(segment.decoded(decodings));
        let (path, is_cut) = match text.find(['?', '#']) {
            Some(at) => (text.get(..at).unwrap_or_default(), true),
            None => (&*text, false),
        };
        reading.extend(path.split('/').filter_map(&part));
        if is_cut {
            break;
        }
    }
    reading
}

/// A part up to its `;`, as a lenient server reads it. `None` if the server drops the part.
fn plain(part: &str) -> Option<String> {
    tidy(part.split(';').next().unwrap_or_default())
}

/// A part in lower case, without spaces around it and without dots at its end. `None` if nothing is left.
fn tidy(part: &str) -> Option<String> {
    let part = trimmed(part);
    (!part.is_empty()).then(|| folded(part))
}

/// `text` in lower case. It is converted to capitals first, because some letters share a capital or a small
/// letter with others (`\u{17f}` becomes `S`, `\u{212a}` becomes `k`).
fn folded(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect(),
    }
}

fn trimmed(part: &str) -> &str {
    part.trim_start_matches(' ').trim_end_matches([' ', '.'])
}

fn without_format(segment: &str) -> &str {
    match segment.rsplit_once('.') {
        Some((name, format)) if !name.is_empty() => {
            let is_known = FORMATS.iter().any(|known| known.eq_ignore_ascii_case(format));
            if is_known { name } else { segment }
        }
        _ => segment,
    }
}

fn keep(readings: &mut Vec<Reading>, reading: Reading) {
    if !readings.contains(&reading) {
        readings.push(reading);
    }
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A path that is read the short way has no other reading.
        #[test]
        fn a_path_with_one_reading_has_no_others(path in "(/(\\PC|[A-Za-z0-9._~%;-]){0,6}){0,4}") {
            let below = path.strip_prefix('/');
            let segments: Vec<_> = below.map(|all| all.split('/').map(Segment::of).collect()).unwrap_or_default();
            if segments.iter().all(Segment::has_one_reading) {
                let read = CallPath::with_all_readings(&path, &segments);
                prop_assert_eq!(CallPath::with_one_reading(&segments), read);
            }
        }
    }

    #[test]
    fn a_path_that_could_leave_the_base_url_is_rejected() {
        for path in [
            "/a/../b",
            "/..",
            "/.",
            "/a/.",
            "/%2e%2e/b",
            "/.%2E",
            "/%252e%252e/b",
            "/%25252e%25252e/b",
            "/a%2f..%2fb",
            "/a%252f..%252fb",
            "/..%2f",
            "/a%5cb",
            "/a\\b",
            "/a%255cb",
            "/a%00b",
            "/a%0d%0ab",
            "/a%250ab",
            "/a%7fb",
            "/%2e",
            "/a/%2e%2e%2fb",
            "/x/..;/keys",
            "/x/..;a=b/keys",
            "/..%3B/keys",
            "/..%253b/keys",
            "/%2e%2e;/keys",
            "/.;/keys",
            "/..%20/keys",
            "/%20../keys",
            "/.%20./keys",
            "/...%20/keys",
            "/a%2f..;%2fb",
            "/..%3f/keys",
            "/..%3Fx=y",
            "/a/..%253fx",
            "/a/.%23",
            "/%c0%ae%c0%ae/keys",
            "/%C0%AE./keys",
            "/%e0%80%ae/keys",
            "/%f0%80%80%ae/keys",
            "/a%c1%9cb",
            "/%u002e%u002e/keys",
            "/%25u002e/keys",
        ] {
            assert!(CallPath::read(path).is_err(), "{path}");
        }
    }

    #[test]
    fn paths_that_providers_need_are_accepted() {
        for (path, expected) in [
            ("", vec![]),
            ("/", vec![]),
            ("/v1/charges", vec!["v1", "charges"]),
            ("/v1/", vec!["v1", ""]),
            ("//evil.example", vec!["", "evil.example"]),
            ("/projects/group%2Frepo/x", vec!["projects", "group/repo", "x"]),
            ("/a..b/...", vec!["a..b", "..."]),
            ("/b%C3%BCcher", vec!["b\u{fc}cher"]),
            ("/%E4%BD%A0", vec!["\u{4f60}"]),
            ("/%F0%9F%98%80", vec!["\u{1f600}"]),
            ("/%E9t%E9", vec!["\u{fffd}t\u{fffd}"]),
            ("/100%", vec!["100%"]),
            ("/%user", vec!["%user"]),
            ("/a%2520b", vec!["a%20b"]),
            ("/@evil;x=1:8080", vec!["@evil;x=1:8080"]),
            ("/.well-known/x", vec![".well-known", "x"]),
            ("/..a", vec!["..a"]),
        ] {
            assert_eq!(CallPath::read(path).unwrap().whole(), expected, "{path}");
        }
    }

    /// Each case is a path, its readings for an allow rule, and its readings for a deny rule.
    #[test]
    fn a_path_has_a_reading_for_each_kind_of_server() {
        let text = |readings: &[Reading]| -> Vec<String> {
            readings.iter().map(|reading| format!("/{}", reading.join("/"))).collect()
        };
        for (path, exact, lenient) in [
            ("/v1/Keys", vec!["/v1/Keys"], vec!["/v1/keys"]),
            ("/a%2Fb", vec!["/a/b", "/a/b"], vec!["/a/b", "/a/b"]),
            ("/keys.", vec!["/keys.", "/keys"], vec!["/keys"]),
            ("/keys%20", vec!["/keys ", "/keys"], vec!["/keys"]),
            ("/%25%36%62eys", vec!["/%6beys", "/keys"], vec!["/%6beys", "/keys"]),
            ("/1%3Fa=b/c", vec!["/1?a=b/c", "/1"], vec!["/1?a=b/c", "/1"]),
            ("/a;b=c//d", vec!["/a;b=c//d", "/a;b=c/d"], vec!["/a/d", "/a;b=c/d"]),
            ("/a/%20", vec!["/a/ ", "/a"], vec!["/a"]),
        ] {
            let read = CallPath::read(path).unwrap();
            assert_eq!(text(read.exact()), exact, "{path}");
            let found = text(read.lenient());
            for reading in lenient {
                assert!(found.iter().any(|one| one == reading), "{path}: {reading} in {found:?}");
            }
        }
    }

    #[test]
    fn a_path_that_servers_read_differently_is_not_clean() {
        for (path, is_clean) in [
            ("/v1/charges", true),
            ("/group%2Frepo", true),
            ("/a%20b", true),
            ("/v1/", false),
            ("/%2fadmin", false),
            ("/secret%2f", false),
            ("/a%2f%2fb", false),
            ("/a%252f", false),
            ("/a;b", false),
            ("/a%3bb", false),
            ("/a%253bb", false),
            ("/a%3fb", false),
            ("/a%23", false),
        ] {
            assert_eq!(CallPath::read(path).unwrap().is_clean(), is_clean, "{path}");
        }
    }

    #[test]
    fn a_format_at_the_end_is_not_part_of_the_name() {
        for (pattern, segment, is_last, same) in [
            ("keys", "keys", false, true),
            ("Keys", "keys", false, true),
            ("keys", "keys.json", true, true),
            ("keys.json", "keys", true, true),
            ("keys.xml", "keys.json", true, true),
            ("keys", "keys.json", false, false),
            ("keys", "keys.new", true, false),
            ("auth.revoke", "auth.revoke", true, true),
            ("auth.revoke", "auth.test", true, false),
            (".json", ".json", true, true),
            ("keys.", "keys", true, true),
        ] {
            assert_eq!(is_same(pattern, segment, is_last), same, "{pattern} {segment}");
        }
    }
}
