//! The forms of one secret that are searched for: plain, in hexadecimal, within base64, or as a whole value.
//!
//! A needle is compared unit by unit with the readings of a text. This module must not write a secret in any
//! form other than the one in which it is stored.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use zeroize::Zeroizing;

use super::spelling::{Reading, Stop, Text, Unit, begins_escape};

/// The minimum length of a secret that is searched for anywhere, in bytes.
const DISTINCT: usize = 8;
/// The maximum number of line breaks or separators between two characters of a needle.
const MOST_BETWEEN: u8 = 2;
/// The characters of JSON numbers.
const OF_NUMBERS: &[u8] = b"0123456789+-.eE";

/// A condition on the character beside a secret.
struct Edge {
    bytes: &'static [u8],
    /// Whether the character must be one of `bytes`, or must not be one.
    is_one_of: bool,
    /// Whether the end of the text also meets the condition.
    or_end: bool,
}

impl Edge {
    const fn one_of(bytes: &'static [u8], or_end: bool) -> Self {
        Self { bytes, is_one_of: true, or_end }
    }

    const fn none_of(bytes: &'static [u8], or_end: bool) -> Self {
        Self { bytes, is_one_of: false, or_end }
    }

    fn allows(&self, unit: Unit) -> bool {
        match unit {
            Unit::Byte(byte) => self.bytes.contains(&byte) == self.is_one_of,
            Unit::Char(_) => !self.is_one_of,
            Unit::Nothing => false,
        }
    }
}

/// The conditions before and after a secret.
pub(super) struct Around {
    open: &'static [Edge],
    close: &'static [Edge],
}

/// The places where a secret is a whole value: between quotes and not a member's name, in an element, or
/// after the `=` of a form, a URL or a cookie.
static VALUES: [Around; 4] = [
    Around {
        open: &[Edge::one_of(b"\"", false)],
        close: &[Edge::one_of(b"\"", false), Edge::none_of(b":", true)],
    },
    Around { open: &[Edge::one_of(b"'", false)], close: &[Edge::one_of(b"'", false)] },
    Around { open: &[Edge::one_of(b">", false)], close: &[Edge::one_of(b"<", false)] },
    Around {
        open: &[Edge::one_of(b"=", false)],
        close: &[Edge::one_of(b"&;,\"'<>#) \t\r\n", true)],
    },
];

/// The characters before or after digits that show that the digits are not a JSON number.
static NO_NUMBERS: [Around; 2] = [
    Around { open: &[Edge::none_of(b":[, \t\r\n0123456789+-.eE", false)], close: &[] },
    Around { open: &[], close: &[Edge::none_of(b",]} \t\r\n0123456789+-.eE", false)] },
];

/// The form in which a secret is searched for.
enum Form {
    /// The plain secret, with the conditions around it.
    Plain(&'static Around),
    /// Two hexadecimal digits per byte, in upper or lower case.
    Hex,
    /// Base64 or base64url, without this many bytes at the beginning, which share a character with the bytes
    /// before the secret.
    Base64(usize),
    /// The whole text.
    Whole { in_bodies: bool },
}

static NOTHING: Around = Around { open: &[], close: &[] };

/// A secret that overlaps itself by more bytes than this is recognized by its beginning. To search for the
/// whole secret at each position where it could begin would take quadratic time.
const OVERLAP: usize = 16;
/// The maximum number of positions with an escape that are tried for one beginning.
const MOST_WAYS: usize = 4096;

/// The number of bytes that are enough to recognize `secret`: up to where a prefix overlaps itself by more
/// than [`OVERLAP`] bytes (the failure function of Knuth, Morris and Pratt).
fn enough(secret: &[u8]) -> usize {
    let mut borders = vec![0; secret.len()];
    for end in 1..secret.len() {
        let mut border = borders.get(end - 1).copied().unwrap_or(0);
        while border > 0 && secret.get(border) != secret.get(end) {
            border = borders.get(border - 1).copied().unwrap_or(0);
        }
        border += usize::from(secret.get(border) == secret.get(end));
        if border > OVERLAP {
            return end + 1;
        }
        if let Some(own) = borders.get_mut(end) {
            *own = border;
        }
    }
    secret.len()
}

/// One form of one secret.
pub(super) struct Needle {
    secret: Rc<Zeroizing<Vec<u8>>>,
    form: Form,
    /// The number of bytes that are enough to recognize the secret. These are all bytes unless it repeats
    /// itself.
    enough: usize,
}

/// How a needle matches a unit.
enum Step {
    /// The unit matches, and the needle continues with this element.
    To(usize),
    /// The unit may occur between two elements.
    Between,
    /// The unit does not match.
    No,
}

/// The result of following a needle through a text.
#[derive(Default)]
pub(super) struct Traced {
    /// The range of the secret.
    pub(super) whole: Option<Range<usize>>,
    /// The number of matched elements, if the text ended within the needle.
    pub(super) cut: Option<usize>,
}

/// The state of one way through the readings of a text.
#[derive(Clone, Copy)]
struct Way {
    at: usize,
    pos: usize,
    from: usize,
    to: usize,
    between: u8,
}

impl Needle {
    /// All forms of `secret`.
    pub(super) fn of(secret: &str) -> Vec<Self> {
        let bytes = Rc::new(Zeroizing::new(secret.as_bytes().to_vec()));
        let is_short = secret.len() < DISTINCT;
        let may_be_number = secret.bytes().all(|byte| OF_NUMBERS.contains(&byte));
        let mut forms = Vec::new();
        if is_short || may_be_number {
            let in_bodies = serde_json::from_str::<serde::de::IgnoredAny>(secret).is_err();
            forms.extend(VALUES.iter().map(Form::Plain));
            forms.push(Form::Whole { in_bodies: in_bodies && !may_be_number });
        }
        if !is_short {
            match may_be_number {
                true => forms.extend(NO_NUMBERS.iter().map(Form::Plain)),
                false => forms.push(Form::Plain(&NOTHING)),
            }
            forms.extend([Form::Hex, Form::Base64(0), Form::Base64(1), Form::Base64(2)]);
        }
        let enough = enough(secret.as_bytes());
        let needle = |form| Self { secret: Rc::clone(&bytes), form, enough };
        if secret.is_empty() { Vec::new() } else { forms.into_iter().map(needle).collect() }
    }

    /// Whether the needle is searched for only at the beginning of a text.
    pub(super) const fn is_whole(&self) -> bool {
        matches!(self.form, Form::Whole { .. })
    }

    /// Whether the needle is searched for in bodies too, and not only in headers.
    pub(super) const fn is_for_bodies(&self) -> bool {
        !matches!(self.form, Form::Whole { in_bodies: false })
    }

    /// The number of elements that hold six bytes of the secret. `None` if a part of the needle proves
    /// nothing.
    pub(super) const fn window(&self) -> Option<usize> {
        match self.form {
            Form::Plain(around) if around.open.is_empty() && around.close.is_empty() => Some(6),
            Form::Plain(_) | Form::Whole { .. } => None,
            Form::Hex => Some(12),
            Form::Base64(_) => Some(8),
        }
    }

    /// The number of elements.
    pub(super) fn len(&self) -> usize {
        match &self.form {
            Form::Plain(around) => self.secret.len() + around.open.len() + around.close.len(),
            Form::Whole { .. } => self.secret.len() + 1,
            Form::Hex => self.secret.len() * 2,
            Form::Base64(skipped) => ((self.secret.len() - skipped) * 8).div_ceil(6),
        }
    }

    /// The number of elements that are enough to recognize the secret. `None` if all are needed.
    pub(super) fn enough(&self) -> Option<usize> {
        let elements = match &self.form {
            Form::Plain(around) => around.open.len() + self.enough,
            Form::Whole { .. } => return None,
            Form::Hex => self.enough * 2,
            Form::Base64(_) => (self.enough * 8).div_ceil(6),
        };
        (self.enough < self.secret.len()).then_some(elements)
    }

    /// The elements that belong to the secret.
    fn body(&self) -> Range<usize> {
        match &self.form {
            Form::Plain(around) => around.open.len()..around.open.len() + self.secret.len(),
            Form::Whole { .. } => 0..self.secret.len(),
            Form::Hex | Form::Base64(_) => 0..self.len(),
        }
    }

    /// Whether the element `at` may be `byte`.
    pub(super) fn may_be(&self, at: usize, byte: u8) -> bool {
        matches!(self.step(at, Unit::Byte(byte)), Step::To(_))
    }

    /// Whether `byte` may occur before the element `at`.
    pub(super) fn may_come_before(&self, at: usize, byte: u8) -> bool {
        matches!(self.step(at, Unit::Byte(byte)), Step::Between)
    }

    fn step(&self, at: usize, unit: Unit) -> Step {
        let next = |holds: bool| if holds { Step::To(at + 1) } else { Step::No };
        match (&self.form, unit) {
            (_, Unit::Nothing) => Step::Between,
            (Form::Plain(around), unit) => {
                let body = self.body();
                if let Some(edge) = around.open.get(at) {
                    return next(edge.allows(unit));
                }
                if at >= body.end {
                    return next(around.close.get(at - body.end).is_some_and(|e| e.allows(unit)));
                }
                self.plain(at, at - body.start, unit)
            }
            (Form::Whole { .. }, Unit::Byte(b' ' | b'\r' | b'\n')) if at == self.secret.len() => {
                Step::Between
            }
            (Form::Whole { .. }, unit) => self.plain(at, at, unit),
            (Form::Hex, Unit::Byte(byte)) => {
                let Some(own) = self.secret.get(at / 2) else { return Step::No };
                let nibble = if at.is_multiple_of(2) { own >> 4 } else { own & 15 };
                match char::from(byte).to_digit(16) {
                    Some(digit) => next(digit == u32::from(nibble)),
                    None if at.is_multiple_of(2) && b" :-\r\n".contains(&byte) => Step::Between,
                    None => Step::No,
                }
            }
            // Lines of at most 76 characters (RFC 2045, 6.8).
            (Form::Base64(_), Unit::Byte(b'\r' | b'\n')) => Step::Between,
            (Form::Base64(skipped), Unit::Byte(byte)) => {
                let Some((wanted, mask)) = self.sextet(*skipped, at) else { return Step::No };
                next(sextet_of(byte).is_some_and(|found| found & mask == wanted & mask))
            }
            (Form::Hex | Form::Base64(_), Unit::Char(_)) => Step::No,
        }
    }

    /// Matches `unit` with the byte `index` of the secret, or with the character that begins there.
    fn plain(&self, at: usize, index: usize, unit: Unit) -> Step {
        let Some(rest) = self.secret.get(index..).filter(|rest| !rest.is_empty()) else {
            return Step::No;
        };
        let character = match unit {
            Unit::Byte(byte) if rest.first() == Some(&byte) => return Step::To(at + 1),
            Unit::Byte(byte) if byte.is_ascii() => return Step::No,
            // The byte may be a character in ISO 8859-1.
            Unit::Byte(byte) => char::from(byte),
            Unit::Char(character) => character,
            Unit::Nothing => return Step::Between,
        };
        let mut encoded = [0; 4];
        let encoded = character.encode_utf8(&mut encoded).as_bytes();
        if rest.starts_with(encoded) { Step::To(at + encoded.len()) } else { Step::No }
    }

    /// The six bits of the base64 character `at`, and a mask of the bits that belong to the secret.
    fn sextet(&self, skipped: usize, at: usize) -> Option<(u8, u8)> {
        let bytes = self.secret.get(skipped..)?;
        let (byte, shift) = (at * 6 / 8, at * 6 % 8);
        let pair = [*bytes.get(byte)?, bytes.get(byte + 1).copied().unwrap_or(0)];
        let wanted = (u16::from_be_bytes(pair) >> (10 - shift)) & 0x3f;
        let known = (bytes.len() * 8 - at * 6).min(6);
        Some((u8::try_from(wanted).unwrap_or(0), (0x3f_u8 << (6 - known)) & 0x3f))
    }

    /// Follows the needle through `text`. Its element `at` is compared with the text at `pos`.
    pub(super) fn trace(&self, text: Text<'_>, at: usize, pos: usize, is_end: bool) -> Traced {
        let mut traced = Traced::default();
        let enough = self.enough().unwrap_or(usize::MAX);
        let mut ways = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(Way { at, pos, from: pos, to: pos, between: 0 });
        while let Some(mut way) = next.or_else(|| ways.pop()) {
            next = None;
            if way.at == self.len() {
                traced.found(&way);
                continue;
            }
            match text.at(way.pos) {
                Err(Stop::Other) if way.at >= enough => traced.found(&way),
                Err(Stop::Other) => {}
                Err(Stop::End) if is_end && (self.may_end(way.at) || way.at >= enough) => {
                    traced.found(&way);
                }
                Err(Stop::End) => traced.cut = traced.cut.max(Some(way.at)),
                Ok(byte) if !begins_escape(byte) => {
                    let reading = Reading { unit: Unit::Byte(byte), next: text.after(way.pos) };
                    let is_on = self.advance(&mut way, reading, &text);
                    if !is_on && way.at >= enough {
                        traced.found(&way);
                    }
                    next = is_on.then_some(way);
                }
                Ok(_) if seen.len() >= MOST_WAYS || !seen.insert((way.at, way.pos)) => {
                    if way.at >= enough {
                        traced.found(&way);
                    }
                }
                Ok(_) => {
                    if way.at >= enough {
                        traced.found(&way);
                    }
                    if self.branch(way, text, &mut ways) {
                        traced.cut = traced.cut.max(Some(way.at));
                    }
                }
            }
        }
        traced
    }

    /// Follows each reading of the escape at `way`, and adds the ways that match to `ways`. Returns whether the
    /// escape may continue after the end of the text.
    fn branch(&self, way: Way, text: Text<'_>, ways: &mut Vec<Way>) -> bool {
        let readings = text.readings(way.pos);
        // A complete secret is not held back only because its last character may begin an escape.
        let mut is_cut = readings.is_cut;
        for reading in readings.all {
            let mut other = way;
            if self.advance(&mut other, reading, &text) {
                is_cut &= other.at < self.len() || other.pos != text.after(way.pos);
                ways.push(other);
            }
        }
        is_cut
    }

    fn advance(&self, way: &mut Way, reading: Reading, text: &Text<'_>) -> bool {
        let Reading { unit, next } = reading;
        match self.step(way.at, unit) {
            Step::To(at) => {
                let body = self.body();
                if at == body.start {
                    way.from = next;
                }
                if at <= body.end {
                    way.to = text.end_before(next);
                }
                (way.at, way.pos, way.between) = (at, next, 0);
                true
            }
            Step::Between if way.at > 0 && way.between < MOST_BETWEEN => {
                (way.pos, way.between) = (next, way.between + 1);
                true
            }
            Step::Between | Step::No => false,
        }
    }

    /// Whether the end of the text matches the elements from `at` on.
    fn may_end(&self, at: usize) -> bool {
        match &self.form {
            Form::Plain(around) => {
                let end = self.body().end;
                at >= end && around.close.iter().skip(at - end).all(|edge| edge.or_end)
            }
            Form::Whole { .. } => at == self.secret.len(),
            Form::Hex | Form::Base64(_) => false,
        }
    }
}

impl Traced {
    fn found(&mut self, way: &Way) {
        if self.whole.as_ref().is_none_or(|known| known.end < way.to) {
            self.whole = Some(way.from..way.to);
        }
    }
}

/// The six bits of a character of base64 or base64url (RFC 4648, 4 and 5).
const fn sextet_of(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
