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
    /// Nothing answered.
    Unreachable(String),
}

/// A page that was read.
pub(super) struct Page {
    /// The SHA-256 of its readable text, in hexadecimal.
    pub(super) digest: String,
    /// Where it is now, if that is another address.
    pub(super) moved_to: Option<String>,
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
        for _ in 0..=MAX_MOVES {
            match self.step(&at) {
                Ok(Step::Done(fetched)) => return fetched.moved(address, &at),
                Ok(Step::To(next)) => at = next,
                Err(why) => return Fetched::Unreachable(why),
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
            return Ok(Step::To(next.into()));
        }
        if !(200..=299).contains(&status) {
            return Ok(Step::Done(Fetched::Status(status)));
        }
        let body = body.into_with_config().limit(MAX_PAGE).read_to_vec();
        let body = body.map_err(|error| error.to_string())?;
        Ok(Step::Done(Fetched::Read(Page::of(&text(header::CONTENT_TYPE), &body))))
    }
}

enum Step {
    Done(Fetched),
    To(String),
}

impl Fetched {
    fn moved(self, from: &str, to: &str) -> Self {
        match self {
            Self::Read(page) if from != to => {
                Self::Read(Page { moved_to: Some(to.to_owned()), ..page })
            }
            other => other,
        }
    }
}

impl Page {
    fn of(content_type: &str, body: &[u8]) -> Self {
        let text = readable(content_type, body);
        let digest =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { digest, moved_to: None, endings: endings(&text) }
    }
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
    let is_html = content_type.is_empty() || content_type.contains("html");
    let plain = || String::from_utf8_lossy(body).into_owned();
    let text = if is_html {
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

    #[test]
    fn only_what_a_person_reads_counts() {
        let one = Page::of(
            "text/html; charset=utf-8",
            b"<html><head><style>a{}</style><script>var n=1</script></head><body><p>Send the key.</p></body></html>",
        );
        let other = Page::of(
            "text/html",
            b"<html><head><script>var n=2</script></head><body class='x'><p>Send\n  the <b>key</b>.</p></body></html>",
        );
        assert_eq!(one.digest, other.digest);
        let changed = Page::of("text/html", b"<p>Send the token.</p>");
        assert_ne!(one.digest, changed.digest);
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
        let page = Page::of("text/plain", text.as_bytes());
        let words: Vec<&&str> = page.endings.keys().collect();
        assert_eq!(words, [&"deprecat", &"retire", &"will be removed"]);
        assert_eq!(page.endings["deprecat"], ["Version 1 is deprecated."]);
    }
}
