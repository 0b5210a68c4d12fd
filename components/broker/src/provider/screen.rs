//! The screen for a provider's texts before they leave the broker. It shortens a text, and drops it if it
//! contains a secret of the request, in upper or lower case or in a form that the mask of responses knows.
//!
//! No text of a provider may leave the broker in an error, event or log without passing the screen.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use nexus_common::secret::Secret;
use percent_encoding::percent_decode_str;

use crate::provider::mask::Needles;

/// The maximum number of characters of a provider's text that leave the broker.
const CAP: usize = 256;
/// The minimum length of a secret that is searched for, in bytes. A shorter one occurs in texts by chance.
const SHORTEST: usize = 6;

/// The secrets of a request, in the forms in which a provider may echo them.
pub(crate) struct Screen {
    needles: Needles,
    /// The secrets and their base64 forms, in lower case.
    folded: Vec<Secret>,
}

impl Screen {
    /// A screen for `secrets`.
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let secrets: Vec<&str> = secrets.filter(|secret| secret.len() >= SHORTEST).collect();
        let mut folded = Vec::new();
        for secret in &secrets {
            folded.push(secret.to_ascii_lowercase());
            for text in [STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)] {
                folded.push(text.to_ascii_lowercase());
            }
        }
        let folded = folded.into_iter().map(Secret::new).collect();
        Self { needles: Needles::new(secrets.into_iter()), folded }
    }

    /// `text` on one line, without invisible characters, and shortened. `None` if it is empty or contains a
    /// secret, even one that invisible characters interrupt.
    pub(crate) fn pass(&self, text: &str) -> Option<String> {
        let shown = nexus_printable::shown(text);
        if self.holds(text) || self.holds(&shown) {
            return None;
        }
        let capped: String = shown.chars().take(CAP).collect();
        let trimmed = capped.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// Whether `text` contains a secret, as it is or percent-decoded. Case is ignored.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let decoded = Secret::new(percent_decode_str(text).decode_utf8_lossy().into_owned());
        [text, decoded.expose()].into_iter().any(|form| {
            let folded = Secret::new(form.to_ascii_lowercase());
            self.folded.iter().any(|needle| folded.expose().contains(needle.expose()))
        }) || self.needles.holds(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_pass_in_any_encoding() {
        let secret = "sk_live_a+b/c=d";
        let screen = Screen::new([secret].into_iter());
        for text in [
            "Invalid key: sk_live_a+b/c=d".to_owned(),
            "SK_LIVE_A+B/C=D".to_owned(),
            "sk%5flive%5Fa%2Bb%2fc%3Dd".to_owned(),
            format!("basic {}", STANDARD_NO_PAD.encode(secret)),
            format!("x{}y", URL_SAFE_NO_PAD.encode(secret)),
            format!("x {}", STANDARD_NO_PAD.encode(format!("Bearer {secret}"))),
            "sk_live_a&#43;b\\u002fc%253Dd".to_owned(),
            "sk_live\u{200b}_a+b/c=d".to_owned(),
            "sk_\u{2060}live_a+b/\u{ad}c=d".to_owned(),
        ] {
            assert_eq!(screen.pass(&text), None, "{text}");
        }
    }

    #[test]
    fn other_texts_pass_shortened_and_on_one_line() {
        let screen = Screen::new(["sk_live_1"].into_iter());
        assert_eq!(screen.pass("Invalid API key\r\n"), Some("Invalid API key".to_owned()));
        assert_eq!(screen.pass(&"é".repeat(999)).map(|text| text.chars().count()), Some(CAP));
        assert_eq!(screen.pass("  "), None);
        let label = "Acme\u{202e}\u{200b} Inc\u{2028}x";
        assert_eq!(screen.pass(label), Some("Acme Inc x".to_owned()));
        assert_eq!(screen.pass("\u{200b}\u{feff}"), None);
    }
}
