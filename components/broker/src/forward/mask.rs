//! Secrets in what a provider answers, overwritten by as many `*`: whole, or cut in two by the chunks
//! in which they come.
//!
//! It holds back no more than what may be the beginning of a secret, so that what comes bit by bit
//! goes on bit by bit.

use std::collections::BTreeSet;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::HeaderValue;
use memchr::{memchr, memmem};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::{Zeroize, Zeroizing};

/// Shorter secrets are not looked for: they would be found where they are not.
const SHORTEST: usize = 6;

/// The forms in which a provider may echo secrets.
pub(super) struct Needles(Vec<Zeroizing<Vec<u8>>>);

/// What is overwritten in one body.
pub(super) struct Mask {
    needles: Rc<Needles>,
    held: Vec<u8>,
}

impl Drop for Mask {
    fn drop(&mut self) {
        self.held.zeroize();
    }
}

impl Needles {
    /// Those of `secrets`.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut needles = BTreeSet::new();
        for secret in secrets.filter(|secret| secret.len() >= SHORTEST) {
            let json = serde_json::to_string(secret).unwrap_or_default();
            let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
            let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
            let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            needles.extend([
                json.replace('/', "\\/"),
                json,
                lower_escapes(&percent),
                percent,
                lower_escapes(&form),
                form,
                // The padding is no secret.
                STANDARD_NO_PAD.encode(secret),
                URL_SAFE_NO_PAD.encode(secret),
                secret.to_owned(),
            ]);
        }
        let needles = needles.into_iter().map(|needle| Zeroizing::new(needle.into_bytes()));
        let mut needles: Vec<_> = needles.collect();
        // One that is the beginning of another comes after it.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Self(needles)
    }

    /// A header's value.
    pub(super) fn header(&self, value: &mut HeaderValue) {
        if self.0.iter().all(|needle| memmem::find(value.as_bytes(), needle).is_none()) {
            return;
        }
        let mut bytes = value.as_bytes().to_vec();
        self.overwrite(&mut bytes);
        *value = HeaderValue::from_bytes(&bytes).unwrap_or(HeaderValue::from_static("*"));
    }

    fn may_begin_in(&self, chunk: &[u8]) -> bool {
        self.0.iter().any(|needle| memmem::find(chunk, needle).is_some())
            || self.beginning_at_end(chunk) > 0
    }

    fn overwrite(&self, buffer: &mut [u8]) {
        for needle in &self.0 {
            let mut from = 0;
            while let Some(at) = buffer.get(from..).and_then(|rest| memmem::find(rest, needle)) {
                let end = from + at + needle.len();
                if let Some(found) = buffer.get_mut(from + at..end) {
                    found.fill(b'*');
                }
                from = end;
            }
        }
    }

    /// How many bytes at the end of `buffer` are the beginning of a secret, at most.
    fn beginning_at_end(&self, buffer: &[u8]) -> usize {
        let longest = |needle: &Zeroizing<Vec<u8>>| {
            let first = *needle.first()?;
            let mut from = buffer.len().saturating_sub(needle.len() - 1);
            while let Some(at) = buffer.get(from..).and_then(|rest| memchr(first, rest)) {
                let tail = buffer.get(from + at..)?;
                if needle.starts_with(tail) {
                    return Some(tail.len());
                }
                from += at + 1;
            }
            None
        };
        self.0.iter().filter_map(longest).max().unwrap_or(0)
    }
}

impl Mask {
    /// A mask of these.
    pub(super) fn new(needles: &Rc<Needles>) -> Self {
        Self { needles: Rc::clone(needles), held: Vec::new() }
    }

    /// The next chunk, with what was held back of the one before.
    pub(super) fn push(&mut self, chunk: Bytes) -> Bytes {
        if self.held.is_empty() && !self.needles.may_begin_in(&chunk) {
            return chunk;
        }
        let mut buffer = std::mem::take(&mut self.held);
        buffer.extend_from_slice(&chunk);
        self.needles.overwrite(&mut buffer);
        let keep = self.needles.beginning_at_end(&buffer);
        self.held = buffer.split_off(buffer.len().saturating_sub(keep));
        Bytes::from(buffer)
    }

    /// What was held back, when nothing more comes.
    pub(super) fn finish(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.held))
    }
}

/// Percent-escapes in lower case, everything else as it is.
fn lower_escapes(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut escape = 0_u8;
    for c in text.chars() {
        escape = if c == '%' { 3 } else { escape };
        lower.push(if escape > 0 { c.to_ascii_lowercase() } else { c });
        escape = escape.saturating_sub(1);
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk_live_a+b/c=d\"";

    fn masked(chunks: &[&[u8]]) -> Vec<u8> {
        let mut mask = Mask::new(&Rc::new(Needles::new([SECRET, "short"].into_iter())));
        let mut out = Vec::new();
        for chunk in chunks {
            out.extend_from_slice(&mask.push(Bytes::copy_from_slice(chunk)));
        }
        out.extend_from_slice(&mask.finish());
        out
    }

    #[test]
    fn a_secret_is_overwritten_in_any_dress_wherever_it_is_cut() {
        for dress in [
            SECRET.to_owned(),
            "sk_live_a+b/c=d\\\"".to_owned(),
            "sk_live_a+b\\/c=d\\\"".to_owned(),
            "sk%5Flive%5Fa%2Bb%2Fc%3Dd%22".to_owned(),
            "sk%5flive%5fa%2bb%2fc%3dd%22".to_owned(),
            "sk_live_a%2Bb%2Fc%3Dd%22".to_owned(),
            STANDARD_NO_PAD.encode(SECRET),
            URL_SAFE_NO_PAD.encode(SECRET),
        ] {
            let text = format!("before {dress} after {dress}");
            let expected = text.replace(&dress, &"*".repeat(dress.len()));
            for cut in 0..text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                let found = masked(&[first, second]);
                assert_eq!(String::from_utf8(found).unwrap(), expected, "cut at {cut}");
            }
            let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(String::from_utf8(masked(&bytes)).unwrap(), expected);
        }
    }

    #[test]
    fn nothing_else_is_touched_or_held_back() {
        let needles = Rc::new(Needles::new([SECRET].into_iter()));
        let mut mask = Mask::new(&needles);
        let event = Bytes::from_static(b"data: {\"text\":\"hello short\"}\n\n");
        assert_eq!(mask.push(event.clone()), event);
        assert!(mask.finish().is_empty());
        assert_eq!(mask.push(Bytes::from_static(b"x sk_li")), Bytes::from_static(b"x "));
        assert_eq!(mask.push(Bytes::from_static(b"ke it")), Bytes::from_static(b"sk_like it"));
        let url = "https://x/?key=sk_live_a%2Bb%2Fc%3Dd%22&y";
        let mut value = HeaderValue::from_str(url).unwrap();
        needles.header(&mut value);
        assert_eq!(value, "https://x/?key=************************&y");
    }
}
