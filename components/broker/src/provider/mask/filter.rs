//! Finds the positions where a needle may begin, from two bytes. This skips most of a text. This module must
//! not skip a position where a needle begins in any spelling.

use super::needle::Needle;
use super::spelling::{NAMES, begins_escape};

const ESCAPES: &[u8] = b"\\%&=+";

/// A set of bytes.
#[derive(Clone, Copy, Default)]
struct Bytes([u64; 4]);

impl Bytes {
    fn add(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    fn all(&self) -> impl Iterator<Item = u8> {
        let own = *self;
        (0..=u8::MAX).filter(move |byte| own.has(*byte))
    }
}

/// The pairs of bytes with which a needle may begin, in any spelling.
pub(super) struct Filter {
    /// The first bytes of needles without an escape.
    firsts: Bytes,
    /// Whether a needle begins with a character beyond ASCII.
    has_beyond_ascii: bool,
    /// For each first byte, the bytes that may follow it.
    pairs: Vec<Bytes>,
}

impl Filter {
    pub(super) fn new(needles: &[Needle]) -> Self {
        let pairs = vec![Bytes::default(); 256];
        let mut own = Self { firsts: Bytes::default(), has_beyond_ascii: false, pairs };
        for needle in needles {
            let all = || 0..=u8::MAX;
            let firsts = all().filter(|byte| needle.may_be(0, *byte));
            let mut seconds = Bytes::default();
            // A zero byte is one half of a character in UTF-16.
            let escaped = ESCAPES.iter().copied().chain([0]);
            let plain = all().filter(|b| needle.may_be(1, *b) || needle.may_come_before(1, *b));
            escaped.chain(plain).for_each(|byte| seconds.add(byte));
            for first in firsts {
                own.firsts.add(first);
                own.pair(first, seconds.all());
            }
        }
        own.has_beyond_ascii = own.firsts.all().any(|byte| !byte.is_ascii());
        own.add_escapes();
        own
    }

    fn pair(&mut self, first: u8, seconds: impl Iterator<Item = u8>) {
        if let Some(known) = self.pairs.get_mut(usize::from(first)) {
            seconds.for_each(|second| known.add(second));
        }
    }

    /// Adds the escapes of the first bytes, and the escapes of escapes.
    fn add_escapes(&mut self) {
        let mut escaped = self.firsts;
        ESCAPES.iter().for_each(|byte| escaped.add(*byte));
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
        for byte in escaped.all() {
            let high = digit(byte >> 4);
            let octet = [high as u8, high.to_ascii_uppercase() as u8];
            self.pair(b'%', octet.into_iter());
            self.pair(b'=', octet.into_iter());
            self.pair(b'\\', [b'0' + (byte >> 6)].into_iter());
            if byte.is_ascii_punctuation() {
                self.pair(b'\\', [byte].into_iter());
            }
            let names = NAMES.iter().filter(|(_, named)| *named == byte);
            self.pair(b'&', names.filter_map(|(name, _)| name.bytes().next()));
        }
        for escape in ESCAPES {
            self.pair(*escape, ESCAPES.iter().copied().chain([0]));
        }
        self.pair(b'\\', b"uUx".iter().copied());
        self.pair(b'%', b"uU".iter().copied());
        self.pair(b'&', b"#".iter().copied());
        if self.firsts.has(b' ') {
            self.pair(b'+', 0..=u8::MAX);
        }
    }

    /// The next position from `from` on where a needle may begin.
    pub(super) fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        for (index, pair) in rest.windows(2).enumerate() {
            if let [first, second] = pair
                && self.pairs.get(usize::from(*first)).is_some_and(|known| known.has(*second))
                && self.is_likely(rest, index, *first)
            {
                return Some(from + index);
            }
        }
        let last = rest.last().copied()?;
        let may = self.firsts.has(last) || begins_escape(last);
        may.then_some(from + rest.len() - 1)
    }

    /// Whether an escape may mean the first byte of a needle, or the beginning of another escape. This closer
    /// look saves time in texts with many escapes.
    fn is_likely(&self, bytes: &[u8], at: usize, first: u8) -> bool {
        if self.firsts.has(first) {
            return true;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let (digits, after) = match first {
            b'%' | b'=' => (2, rest.get(1..)),
            b'\\' => {
                let run = rest.iter().take_while(|byte| **byte == b'\\').count();
                match rest.get(run) {
                    Some(b'u') => (4, rest.get(run + 1..)),
                    Some(b'x') => (2, rest.get(run + 1..)),
                    Some(byte) if byte.is_ascii_alphabetic() => return *byte == b'U',
                    Some(byte) if byte.is_ascii_punctuation() => return self.may_mean(*byte),
                    _ => return true,
                }
            }
            _ => return true,
        };
        let digits = after.and_then(|after| after.get(..digits)).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(digits) else { return true };
        match u32::from_str_radix(text, 16) {
            Ok(code @ 0..=0x7f) => self.may_mean(u8::try_from(code).unwrap_or(0)),
            Ok(_) => self.has_beyond_ascii,
            Err(_) => true,
        }
    }

    fn may_mean(&self, byte: u8) -> bool {
        self.firsts.has(byte) || begins_escape(byte)
    }
}
