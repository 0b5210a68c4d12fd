//! Reads the spellings of a character in a text: plain, or with the escapes of JSON, of URLs and forms, of
//! HTML and XML, and of mail, even one within another.
//!
//! All readings are returned, because a text does not say which escapes its reader will decode. This module
//! must not know any secret.

/// The maximum depth of escapes within one another: `%25252F`, or JSON in JSON in JSON.
const LEVELS: u8 = 3;

/// The meaning of one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A byte or an ASCII character.
    Byte(u8),
    /// A character beyond ASCII.
    Char(char),
    /// No character: a soft line break of quoted-printable (RFC 2045, 6.7).
    Nothing,
}

/// One reading of the text at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) unit: Unit,
    /// The position after it.
    pub(super) next: usize,
}

/// All readings of the text at a position.
#[derive(Debug, Default)]
pub(super) struct Readings {
    pub(super) all: Vec<Reading>,
    /// Whether the text ends within an escape, so that more text may give more readings.
    pub(super) is_cut: bool,
}

impl Readings {
    fn add(&mut self, unit: Unit, next: usize) {
        let reading = Reading { unit, next };
        if !self.all.contains(&reading) {
            self.all.push(reading);
        }
    }

    fn add_code(&mut self, code: u32, next: usize) {
        match (u8::try_from(code), char::from_u32(code)) {
            (Ok(byte), _) if byte.is_ascii() => self.add(Unit::Byte(byte), next),
            (_, Some(c)) => self.add(Unit::Char(c), next),
            (_, None) => {}
        }
    }

    /// The positions after each reading as the byte `wanted`.
    fn ends_of(&self, wanted: u8) -> impl Iterator<Item = usize> {
        let wanted = Unit::Byte(wanted);
        self.all.iter().filter(move |reading| reading.unit == wanted).map(|reading| reading.next)
    }
}

/// Why a position has no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends here.
    End,
    /// The bytes here are not a character of this width.
    Other,
}

/// Whether an escape may begin with `byte`.
pub(super) const fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&' | b'=' | b'+')
}

/// A text from a position on, in characters of one width.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    bytes: &'a [u8],
    start: usize,
    /// The bytes of a character: 2 in UTF-16 and 4 in UTF-32, in either byte order. Only the zero bytes
    /// between two characters are checked, because both byte orders have those.
    width: usize,
}

impl<'a> Text<'a> {
    pub(super) const fn new(bytes: &'a [u8], start: usize, width: usize) -> Self {
        Self { bytes, start, width }
    }

    /// The byte at `pos`.
    pub(super) fn at(&self, pos: usize) -> Result<u8, Stop> {
        if self.width > 1 && pos > self.start {
            let end = pos.min(self.bytes.len());
            let between = self.bytes.get(pos.saturating_sub(self.width - 1)..end);
            if between.unwrap_or_default().iter().any(|byte| *byte != 0) {
                return Err(Stop::Other);
            }
        }
        self.bytes.get(pos).copied().ok_or(Stop::End)
    }

    /// The position of the character after the one at `pos`.
    pub(super) const fn after(&self, pos: usize) -> usize {
        pos + self.width
    }

    /// The end of the character before the one at `pos`, without the zero bytes after it.
    pub(super) const fn end_before(&self, pos: usize) -> usize {
        pos + 1 - self.width
    }

    /// All readings of the text at `pos`.
    pub(super) fn readings(&self, pos: usize) -> Readings {
        self.read(pos, LEVELS)
    }

    fn read(&self, pos: usize, level: u8) -> Readings {
        let mut out = Readings::default();
        match self.at(pos) {
            Ok(byte) if level == 0 || !begins_escape(byte) => {
                out.add(Unit::Byte(byte), self.after(pos));
            }
            Ok(_) => {
                let below = self.read(pos, level - 1);
                out.is_cut = below.is_cut;
                for Reading { unit, next } in below.all {
                    out.add(unit, next);
                    if let Unit::Byte(begin) = unit {
                        self.escape(begin, next, level - 1, &mut out);
                    }
                }
            }
            Err(Stop::End) => out.is_cut = true,
            Err(Stop::Other) => {}
        }
        out
    }

    /// Reads an escape that began with `begin` and continues at `pos`. Its letters and digits are plain,
    /// because no writer escapes those. Its other characters may be escaped too.
    fn escape(&self, begin: u8, pos: usize, level: u8, out: &mut Readings) {
        match begin {
            b'\\' => self.backslash(pos, level, out),
            b'%' => match self.at(pos) {
                Ok(b'u' | b'U') => self.code(self.after(pos), 4, out),
                _ => self.octet(pos, out),
            },
            b'&' => self.entity(pos, level, out),
            b'=' => match self.at(pos) {
                Ok(b'\n') => out.add(Unit::Nothing, self.after(pos)),
                Ok(b'\r') => match self.at(self.after(pos)) {
                    Ok(b'\n') => out.add(Unit::Nothing, self.after(self.after(pos))),
                    Err(Stop::End) => out.is_cut = true,
                    _ => {}
                },
                _ => self.octet(pos, out),
            },
            b'+' => out.add(Unit::Byte(b' '), pos),
            _ => {}
        }
    }

    /// Reads an escape of JSON (RFC 8259, section 7) or of a programming language.
    fn backslash(&self, pos: usize, level: u8, out: &mut Readings) {
        let next = self.after(pos);
        match self.at(pos) {
            Ok(b'u') => match self.at(next) {
                Ok(b'{') => self.braces(self.after(next), out),
                _ => self.utf16(next, level, out),
            },
            Ok(b'U') => self.code(next, 8, out),
            Ok(b'x') => match self.at(next) {
                Ok(b'{') => self.braces(self.after(next), out),
                _ => self.octet(next, out),
            },
            Ok(b'n') => out.add(Unit::Byte(b'\n'), next),
            Ok(b'r') => out.add(Unit::Byte(b'\r'), next),
            Ok(b't') => out.add(Unit::Byte(b'\t'), next),
            Ok(b'0'..=b'7') => {
                if let Some((code, end)) = self.number(pos, 8, 3, 3, out) {
                    out.add(Unit::Byte(u8::try_from(code).unwrap_or(0)), end);
                }
            }
            Err(Stop::End) => out.is_cut = true,
            _ => {
                let escaped = self.read(pos, level);
                out.is_cut |= escaped.is_cut;
                for Reading { unit, next } in escaped.all {
                    if matches!(unit, Unit::Byte(byte) if byte.is_ascii_punctuation()) {
                        out.add(unit, next);
                    }
                }
            }
        }
    }

    /// Reads four hexadecimal digits, and four more if the first are the first half of a surrogate pair.
    fn utf16(&self, pos: usize, level: u8, out: &mut Readings) {
        let Some((code, end)) = self.number(pos, 16, 4, 4, out) else { return };
        if !(0xd800..0xdc00).contains(&code) {
            out.add_code(code, end);
            return;
        }
        let second = self.read(end, level);
        out.is_cut |= second.is_cut;
        for begin in second.ends_of(b'\\') {
            match self.at(begin) {
                Ok(b'u') => {
                    if let Some((low, end)) = self.number(self.after(begin), 16, 4, 4, out)
                        && (0xdc00..0xe000).contains(&low)
                    {
                        out.add_code(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), end);
                    }
                }
                Err(Stop::End) => out.is_cut = true,
                _ => {}
            }
        }
    }

    fn braces(&self, pos: usize, out: &mut Readings) {
        if let Some((code, end)) = self.number(pos, 16, 1, 8, out) {
            match self.at(end) {
                Ok(b'}') => out.add_code(code, self.after(end)),
                Err(Stop::End) => out.is_cut = true,
                _ => {}
            }
        }
    }

    fn code(&self, pos: usize, digits: usize, out: &mut Readings) {
        if let Some((code, end)) = self.number(pos, 16, digits, digits, out) {
            out.add_code(code, end);
        }
    }

    /// Reads two hexadecimal digits as a byte.
    fn octet(&self, pos: usize, out: &mut Readings) {
        if let Some((code, end)) = self.number(pos, 16, 2, 2, out) {
            out.add(Unit::Byte(u8::try_from(code).unwrap_or(0)), end);
        }
    }

    /// Reads a number of `least` to `most` digits. Returns the number and the position after it.
    fn number(
        &self,
        mut pos: usize,
        radix: u32,
        least: usize,
        most: usize,
        out: &mut Readings,
    ) -> Option<(u32, usize)> {
        let (mut value, mut digits) = (0_u32, 0);
        while digits < most {
            match self.at(pos).map(|byte| char::from(byte).to_digit(radix)) {
                Ok(Some(digit)) => value = value.wrapping_mul(radix).wrapping_add(digit),
                Err(Stop::End) => {
                    out.is_cut = true;
                    break;
                }
                _ => break,
            }
            (pos, digits) = (self.after(pos), digits + 1);
        }
        (digits >= least).then_some((value, pos))
    }

    /// Reads a character reference of HTML or XML, by number or by name. The semicolon may be missing, as
    /// browsers allow.
    fn entity(&self, pos: usize, level: u8, out: &mut Readings) {
        match self.at(pos) {
            Ok(byte) if byte.is_ascii_alphabetic() => self.named(pos, level, out),
            Err(Stop::End) => out.is_cut = true,
            _ => {
                let sign = self.read(pos, level);
                out.is_cut |= sign.is_cut;
                for begin in sign.ends_of(b'#') {
                    let number = match self.at(begin) {
                        Ok(b'x' | b'X') => self.number(self.after(begin), 16, 1, 8, out),
                        _ => self.number(begin, 10, 1, 8, out),
                    };
                    if let Some((code, end)) = number {
                        out.add_code(code, end);
                        self.semicolon(end, level, out, &mut |out, end| out.add_code(code, end));
                    }
                }
            }
        }
    }

    fn named(&self, pos: usize, level: u8, out: &mut Readings) {
        for (name, byte) in NAMES {
            let mut end = pos;
            let mut letters = name.bytes();
            loop {
                let Some(letter) = letters.next() else {
                    out.add(Unit::Byte(*byte), end);
                    self.semicolon(end, level, out, &mut |out, end| {
                        out.add(Unit::Byte(*byte), end);
                    });
                    break;
                };
                match self.at(end) {
                    Ok(found) if found == letter => end = self.after(end),
                    Err(Stop::End) => {
                        out.is_cut = true;
                        break;
                    }
                    _ => break,
                }
            }
        }
    }

    /// Adds the reading of an entity that ends with a semicolon at `pos`.
    fn semicolon(
        &self,
        pos: usize,
        level: u8,
        out: &mut Readings,
        add: &mut dyn FnMut(&mut Readings, usize),
    ) {
        let found = self.read(pos, level);
        out.is_cut |= found.is_cut;
        for end in found.ends_of(b';') {
            add(out, end);
        }
    }
}

/// The HTML names of ASCII punctuation (HTML Living Standard, 13.5).
pub(super) const NAMES: &[(&str, u8)] = &[
    ("AMP", b'&'),
    ("DiacriticalGrave", b'`'),
    ("GT", b'>'),
    ("Hat", b'^'),
    ("LT", b'<'),
    ("NewLine", b'\n'),
    ("QUOT", b'"'),
    ("Tab", b'\t'),
    ("UnderBar", b'_'),
    ("VerticalLine", b'|'),
    ("amp", b'&'),
    ("apos", b'\''),
    ("ast", b'*'),
    ("bsol", b'\\'),
    ("colon", b':'),
    ("comma", b','),
    ("commat", b'@'),
    ("dollar", b'$'),
    ("equals", b'='),
    ("excl", b'!'),
    ("grave", b'`'),
    ("gt", b'>'),
    ("lbrace", b'{'),
    ("lbrack", b'['),
    ("lcub", b'{'),
    ("lowbar", b'_'),
    ("lpar", b'('),
    ("lsqb", b'['),
    ("lt", b'<'),
    ("midast", b'*'),
    ("num", b'#'),
    ("percnt", b'%'),
    ("period", b'.'),
    ("plus", b'+'),
    ("quest", b'?'),
    ("quot", b'"'),
    ("rbrace", b'}'),
    ("rbrack", b']'),
    ("rcub", b'}'),
    ("rpar", b')'),
    ("rsqb", b']'),
    ("semi", b';'),
    ("sol", b'/'),
    ("verbar", b'|'),
    ("vert", b'|'),
];
