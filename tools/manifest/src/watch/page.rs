//! One page: how it is fetched, and what of it is compared.

use std::collections::BTreeMap;
use std::time::Duration;

use nexus_manifests::guard::{OwnHosts, check_url};
use nexus_printable::shown;
use sha2::{Digest as _, Sha256};
use ureq::Agent;
use ureq::http::header;
use url::{Host, Url};

/// How long a page may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The largest page that is read, in bytes.
const MAX_PAGE: u64 = 8 * 1024 * 1024;
/// The most redirects that are followed.
const MAX_MOVES: usize = 5;
/// The width of the text. The white space is joined afterwards, so that it does not matter.
const WIDTH: usize = 400;
/// A page with scripts and fewer words than this is filled by its scripts.
const FEW_WORDS: usize = 20;
/// The longest part of a sentence that is shown, in characters.
const MAX_SENTENCE: usize = 240;

/// The beginnings of words that announce an end.
const ENDINGS: [&str; 11] = [
    "deprecat",
    "discontinu",
    "end of life",
    "end-of-life",
    "legacy",
    "no longer",
    "retire",
    "shut down",
    "sunset",
    "will be removed",
    "will stop",
];

/// What came of the attempt to read a page.
pub(super) enum Fetched {
    Read(Page),
    /// It answered with a status that is not a success.
    Status(u16),
    /// It answered with a page that scripts fill. Its text would never change.
    WithoutText,
    /// Nothing answered.
    Unreachable(String),
}

/// A page that was read.
pub(super) struct Page {
    /// The SHA-256 of its readable text, in hexadecimal.
    pub(super) digest: String,
    /// Where it is now, if it has moved for good (301, 308).
    pub(super) moved_to: Option<String>,
    /// Where it was read, if that is another address for now (302, 303, 307): the page of a language, or a sign-in.
    pub(super) found_at: Option<String>,
    /// The sentences with each of the words that announce an end.
    pub(super) endings: BTreeMap<&'static str, Vec<String>>,
}

/// Reads pages.
pub(super) struct Reader {
    agent: Agent,
    loopback: bool,
}

impl Reader {
    pub(super) fn new(loopback: bool) -> Self {
        let config =
            Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
        Self { agent: config.max_redirects(0).build().into(), loopback }
    }

    /// Reads a page. Each address on the way must be public https.
    pub(super) fn fetch(&self, address: &str) -> Fetched {
        let address = &raw(address);
        let mut at = address.to_owned();
        let mut moved_to = None;
        let mut is_for_good = true;
        for _ in 0..=MAX_MOVES {
            match self.step(&at) {
                Ok(Step::Done(fetched)) => {
                    let found_at = (at != *address && moved_to.as_ref() != Some(&at)).then_some(at);
                    return fetched.at(moved_to, found_at);
                }
                Ok(Step::To { next, permanent }) => {
                    // What comes after a redirect for now may be another page tomorrow.
                    is_for_good &= permanent;
                    moved_to = if is_for_good { Some(next.clone()) } else { moved_to };
                    at = next;
                }
                // The reason may quote the server, and goes to a terminal.
                Err(why) => return Fetched::Unreachable(shown(&why)),
            }
        }
        Fetched::Unreachable(format!("more than {MAX_MOVES} redirects"))
    }

    fn step(&self, address: &str) -> Result<Step, String> {
        let url = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        let is_here = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            _ => false,
        };
        let is_allowed = |_: &Url| self.loopback && is_here;
        check_url(&url, &OwnHosts::default(), &is_allowed)
            .map_err(|refusal| refusal.to_string())?;
        let request = self.agent.get(url.as_str());
        let request = request.header(header::USER_AGENT, "integration-nexus-manifest-watch");
        let response = request.header(header::ACCEPT, "text/html, text/*, */*;q=0.5").call();
        let response = response.map_err(|error| error.to_string())?;
        let (head, body) = response.into_parts();
        let text = |name: header::HeaderName| {
            let value = head.headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let status = head.status.as_u16();
        if let (300..=399, Ok(next)) = (status, url.join(&text(header::LOCATION)))
            && next != url
        {
            return Ok(Step::To { next: next.into(), permanent: matches!(status, 301 | 308) });
        }
        if !(200..=299).contains(&status) {
            return Ok(Step::Done(Fetched::Status(status)));
        }
        let body = body.into_with_config().limit(MAX_PAGE).read_to_vec();
        let body = body.map_err(|error| error.to_string())?;
        Ok(Step::Done(Page::of(&text(header::CONTENT_TYPE), &body)))
    }
}

enum Step {
    Done(Fetched),
    To { next: String, permanent: bool },
}

impl Fetched {
    fn at(self, moved_to: Option<String>, found_at: Option<String>) -> Self {
        match self {
            Self::Read(page) => Self::Read(Page { moved_to, found_at, ..page }),
            other => other,
        }
    }
}

impl Page {
    fn of(content_type: &str, body: &[u8]) -> Fetched {
        let text = readable(content_type, body);
        let has_scripts = || String::from_utf8_lossy(body).to_ascii_lowercase().contains("<script");
        if is_html(content_type) && text.split(' ').count() < FEW_WORDS && has_scripts() {
            return Fetched::WithoutText;
        }
        let digest =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Fetched::Read(Self { digest, moved_to: None, found_at: None, endings: endings(&text) })
    }
}

fn is_html(content_type: &str) -> bool {
    content_type.is_empty() || content_type.to_ascii_lowercase().contains("html")
}

/// The address of the text itself, where the page is a file in a repository on GitHub: the page around it changes with every
/// commit.
fn raw(address: &str) -> String {
    let parts =
        address.strip_prefix("https://github.com/").and_then(|rest| rest.split_once("/blob/"));
    match parts {
        Some((repository, file)) if repository.split('/').count() == 2 => {
            format!("https://raw.githubusercontent.com/{repository}/{file}")
        }
        _ => address.to_owned(),
    }
}

/// The text that a person reads, with single spaces. Scripts, styles and addresses of links are not in it.
fn readable(content_type: &str, body: &[u8]) -> String {
    let plain = || String::from_utf8_lossy(body).into_owned();
    let text = if is_html(content_type) {
        let rendered = html2text::config::plain_no_decorate().string_from_read(body, WIDTH);
        rendered.unwrap_or_else(|_| plain())
    } else {
        plain()
    };
    // Lines of tables are drawn with these.
    let drawn = |c: char| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c) || c == '|';
    let words: Vec<&str> = text.split(drawn).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn endings(text: &str) -> BTreeMap<&'static str, Vec<String>> {
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for sentence in text.split_inclusive(['.', '!', '?']) {
        let lower = sentence.to_lowercase();
        for word in ENDINGS.iter().filter(|word| lower.contains(**word)) {
            let short: String = shown(sentence.trim()).chars().take(MAX_SENTENCE).collect();
            found.entry(word).or_default().push(short);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough words for a page that scripts do not fill.
    const WORDS: &str = "Send the key in the header of each request to the address of your site, and keep it where \
                         nobody else can read it.";

    fn page(content_type: &str, body: &str) -> Page {
        match Page::of(content_type, body.as_bytes()) {
            Fetched::Read(page) => page,
            _ => panic!("`{body}` has no text"),
        }
    }

    #[test]
    fn only_what_a_person_reads_counts() {
        let one = page(
            "text/html; charset=utf-8",
            &format!(
                "<html><head><style>a{{}}</style><script nonce=a1>var n=1</script></head><body><p>{WORDS}</p></body></html>"
            ),
        );
        let spaced = WORDS.replace(' ', "\n  ").replace("key", "<b>key</b>");
        let other = page(
            "Text/HTML",
            &format!(
                "<html><head><script nonce=b2>var n=2</script></head><body class=x data-csrf=7><p>{spaced}</p></body></html>"
            ),
        );
        assert_eq!(one.digest, other.digest);
        let changed = page("text/html", &format!("<p>{}</p>", WORDS.replace("key", "token")));
        assert_ne!(one.digest, changed.digest);
    }

    #[test]
    fn a_page_that_scripts_fill_has_no_text() {
        let shell = "<html><body><noscript>Please enable JavaScript.</noscript><div id=app></div><SCRIPT src=a.js></SCRIPT>";
        assert!(matches!(Page::of("text/html", shell.as_bytes()), Fetched::WithoutText));
        assert_eq!(page("text/html", "<p>Short.</p>").endings.len(), 0);
        assert_eq!(page("text/plain", "<script>").endings.len(), 0);
    }

    #[test]
    fn of_a_file_on_github_the_text_itself_is_read() {
        let raw_file = "https://raw.githubusercontent.com/acme/docs/main/a/b.md";
        assert_eq!(raw("https://github.com/acme/docs/blob/main/a/b.md"), raw_file);
        for other in [
            "https://github.com/acme/docs",
            "https://github.com/acme/docs/tree/main/a",
            "https://acme.example/blob/x",
            "https://github.com/acme/blob/main",
        ] {
            assert_eq!(raw(other), other);
        }
    }

    #[test]
    fn words_of_an_ending_are_found_with_their_sentences() {
        let text =
            "Use v2. Version 1 is deprecated. It will be removed and retired on 1 May! Fine.";
        let page = page("text/plain", text);
        let words: Vec<&&str> = page.endings.keys().collect();
        assert_eq!(words, [&"deprecat", &"retire", &"will be removed"]);
        assert_eq!(page.endings["deprecat"], ["Version 1 is deprecated."]);
    }
}
