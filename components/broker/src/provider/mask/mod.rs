//! Masks secrets in a provider's response: overwrites each with as many `*`, in any known spelling, and even
//! if chunks cut it in two.
//!
//! This is a safety net for providers that echo a request. A secret in an unknown form is not
//! masked. SECURITY.md names the known forms. This module must hold back only bytes that may be the beginning
//! of a secret, so that a stream stays a stream. It must not copy a chunk that cannot contain a secret.

mod filter;
mod needle;
#[cfg(test)]
mod properties;
mod spelling;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::rc::Rc;

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroize;

use filter::Filter;
use needle::Needle;
use spelling::Text;

/// The maximum length of an escape of one character that the beginning of a part may cut in two, in bytes.
const LONGEST_ESCAPE: usize = 12;

/// The forms in which a provider may show secrets.
pub(crate) struct Needles {
    /// The needles that may occur anywhere.
    anywhere: Vec<Needle>,
    /// The needles that must be a whole body or a whole header.
    whole: Vec<Needle>,
    filter: Filter,
}

/// The mask of one body.
pub(crate) struct Mask {
    needles: Rc<Needles>,
    /// The bytes that may be the beginning of a secret.
    held: Vec<u8>,
    /// The parts of `held` that are the end of another secret, or a whole secret.
    covered: Vec<Range<usize>>,
    /// How many bytes of `held` were passed on already, as `*`. They are the end of a whole secret, and may
    /// begin another.
    sent: usize,
    /// Whether any byte was passed on.
    has_begun: bool,
    is_part: bool,
}

/// The position of a text in the response.
#[derive(Clone, Copy, Default)]
struct Place {
    is_header: bool,
    /// Whether the body is a part (206). A part may begin and end within a secret.
    is_part: bool,
    is_begin: bool,
    is_end: bool,
}

/// The secrets that were found in a text.
struct FoundSecrets {
    /// For each secret, the position where its needle begins, and the range of the secret.
    secrets: Vec<(usize, Range<usize>)>,
    /// The position from which the text may be the beginning of a secret.
    hold: usize,
}

impl Drop for Mask {
    fn drop(&mut self) {
        self.held.zeroize();
    }
}

impl Needles {
    /// The needles of `secrets`.
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut secrets: Vec<&str> = secrets.collect();
        secrets.sort_unstable();
        secrets.dedup();
        let all = secrets.into_iter().flat_map(Needle::of);
        let (whole, anywhere): (Vec<_>, Vec<_>) = all.partition(Needle::is_whole);
        Self { filter: Filter::new(&anywhere), anywhere, whole }
    }

    /// Whether `text` contains a secret.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let place = Place { is_header: true, is_begin: true, is_end: true, is_part: false };
        !self.find(text.as_bytes(), place).secrets.is_empty()
    }

    /// Masks the value of a header.
    pub(crate) fn header(&self, value: &mut HeaderValue) {
        let place = Place { is_header: true, is_begin: true, is_end: true, is_part: false };
        let FoundSecrets { secrets, .. } = self.find(value.as_bytes(), place);
        if secrets.is_empty() {
            return;
        }
        let mut bytes = value.as_bytes().to_vec();
        secrets.into_iter().for_each(|(_, secret)| overwrite(&mut bytes, secret));
        *value = HeaderValue::from_bytes(&bytes).unwrap_or(HeaderValue::from_static("*"));
    }

    fn find(&self, bytes: &[u8], place: Place) -> FoundSecrets {
        let mut found = FoundSecrets { secrets: Vec::new(), hold: bytes.len() };
        if place.is_begin {
            self.find_at_begin(bytes, place, &mut found);
        }
        if self.anywhere.is_empty() {
            return found;
        }
        let mut from = 0;
        // For each needle, the position before which it need not be searched for again.
        let mut passed = vec![0; self.anywhere.len()];
        while let Some(start) = self.filter.next(bytes, from) {
            from = start + 1;
            for width in widths(bytes, start) {
                for (needle, passed) in self.anywhere.iter().zip(&mut passed) {
                    if start < *passed {
                        continue;
                    }
                    let text = Text::new(bytes, start, *width);
                    let traced = needle.trace(text, 0, start, place.is_end);
                    if let (Some(enough), Some(whole)) = (needle.enough(), &traced.whole) {
                        *passed = whole.end.saturating_sub(enough * LONGEST_ESCAPE);
                    }
                    found.secrets.extend(traced.whole.map(|secret| (start, secret)));
                    match (traced.cut, needle.window()) {
                        (Some(_), _) if !place.is_end => {
                            found.hold = found.hold.min(start);
                            // Bytes that are held back will be searched again.
                            *passed = bytes.len();
                        }
                        (Some(so_far), Some(window)) if place.is_part && so_far >= window => {
                            found.secrets.push((start, start..bytes.len()));
                        }
                        _ => {}
                    }
                }
            }
        }
        found
    }

    /// Finds secrets that can only be at the beginning: a secret that is the whole text, or the rest of a
    /// secret.
    fn find_at_begin(&self, bytes: &[u8], place: Place, found: &mut FoundSecrets) {
        if place.is_part && !place.is_end && bytes.len() < LONGEST_ESCAPE {
            found.hold = 0;
        }
        let whole = self.whole.iter().filter(|one| place.is_header || one.is_for_bodies());
        let whole = whole.map(|one| (one, 0..1, 0..1, 0));
        let parts = self.anywhere.iter().filter(|_| place.is_part).filter_map(|one| {
            let window = one.window()?;
            let last = one.len().saturating_sub(window);
            Some((one, 0..bytes.len().min(LONGEST_ESCAPE), 1..last + 1, window))
        });
        for (needle, starts, elements, window) in whole.chain(parts) {
            for start in starts {
                for (at, width) in elements.clone().flat_map(|at| [1, 2].map(|width| (at, width))) {
                    let text = Text::new(bytes, start, width);
                    let traced = needle.trace(text, at, start, place.is_end);
                    found.secrets.extend(traced.whole.map(|secret| (start, secret)));
                    match traced.cut {
                        Some(_) if !place.is_end => found.hold = 0,
                        Some(so_far) if place.is_part && so_far - at >= window => {
                            found.secrets.push((start, start..bytes.len()));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

impl Mask {
    /// A mask for `needles`. In a part (206), it also overwrites a piece of a secret at the beginning or the
    /// end, if the piece has at least six bytes.
    pub(crate) fn new(needles: &Rc<Needles>, is_part: bool) -> Self {
        let needles = Rc::clone(needles);
        Self { needles, held: Vec::new(), covered: Vec::new(), sent: 0, has_begun: false, is_part }
    }

    /// Takes the next chunk, and returns the bytes that can be passed on.
    pub(crate) fn push(&mut self, chunk: Bytes) -> Bytes {
        if !self.held.is_empty() {
            let mut buffer = std::mem::take(&mut self.held);
            buffer.extend_from_slice(&chunk);
            let found = self.needles.find(&buffer, self.place(false));
            return self.split(buffer, found);
        }
        let found = self.needles.find(&chunk, self.place(false));
        if found.secrets.is_empty() {
            self.has_begun |= found.hold > 0;
            self.held = chunk.get(found.hold..).unwrap_or_default().to_vec();
            return chunk.slice(..found.hold);
        }
        self.split(chunk.to_vec(), found)
    }

    /// Returns the bytes that were held back, at the end of the body.
    pub(crate) fn finish(&mut self) -> Bytes {
        let buffer = std::mem::take(&mut self.held);
        let mut found = self.needles.find(&buffer, self.place(true));
        found.hold = buffer.len();
        self.split(buffer, found)
    }

    /// Masks a whole body.
    pub(crate) fn whole(mut self, body: Bytes) -> Bytes {
        let found = self.needles.find(&body, self.place(true));
        if found.secrets.is_empty() { body } else { self.split(body.to_vec(), found) }
    }

    const fn place(&self, is_end: bool) -> Place {
        Place { is_header: false, is_part: self.is_part, is_begin: !self.has_begun, is_end }
    }

    /// Passes on the bytes before `hold`, and holds back the rest.
    fn split(&mut self, mut buffer: Vec<u8>, found: FoundSecrets) -> Bytes {
        let FoundSecrets { secrets, hold } = found;
        self.held = buffer.get(hold..).unwrap_or_default().to_vec();
        self.has_begun |= hold > 0;
        let covered = std::mem::take(&mut self.covered).into_iter().map(|secret| (true, secret));
        // A secret that begins before `hold` would not be found again.
        let found = secrets.into_iter().map(|(start, secret)| (start < hold, secret));
        let mut end = hold;
        for (is_to_be_kept, secret) in covered.chain(found) {
            if is_to_be_kept && secret.end > hold {
                self.covered.push(secret.start.saturating_sub(hold)..secret.end - hold);
                if secret.start <= hold {
                    end = end.max(secret.end);
                }
            }
            overwrite(&mut buffer, secret);
        }
        let begin = std::mem::replace(&mut self.sent, end - hold);
        if let Some(rest) = buffer.get_mut(end..) {
            rest.zeroize();
        }
        buffer.truncate(end);
        Bytes::from(buffer).slice(begin.min(end)..)
    }
}

/// Overwrites a secret. The zero bytes of wide characters and the ends of lines stay.
fn overwrite(buffer: &mut [u8], secret: Range<usize>) {
    let found = buffer.get_mut(secret).unwrap_or_default();
    found.iter_mut().filter(|byte| !b"\0\r\n".contains(byte)).for_each(|byte| *byte = b'*');
}

/// The possible sizes of a character at `start`, in bytes. A zero byte after it shows a wide character.
fn widths(bytes: &[u8], start: usize) -> &'static [usize] {
    match bytes.get(start + 1) {
        Some(0) => &[2, 4],
        _ => &[1],
    }
}
