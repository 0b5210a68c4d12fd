//! Values that match a pattern: always the same for the same seed.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The length of a repetition that a pattern leaves open.
const OPEN: u32 = 24;

/// A text that matches `pattern`. Different seeds give different texts, as far as the pattern allows.
pub(super) fn matching(pattern: &str, seed: &str) -> String {
    let hir = regex_syntax::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    let mut random = Random(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }));
    let mut text = String::new();
    write(&hir, &mut random, &mut text);
    text
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn write(hir: &Hir, random: &mut Random, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).unwrap()),
        HirKind::Class(class) => text.push(one_of(class, random)),
        HirKind::Capture(capture) => write(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, text)),
        HirKind::Alternation(parts) => write(&parts[0], random, text),
        HirKind::Repetition(repetition) => {
            let open = match repetition.sub.kind() {
                HirKind::Class(_) => OPEN,
                _ => 1,
            };
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repetition.min.max(open).min(most) {
                write(&repetition.sub, random, text);
            }
        }
    }
}

/// A letter or digit of the class; any other ASCII character only where it has none.
fn one_of(class: &Class, random: &mut Random) -> char {
    let has = |c: char| match class {
        Class::Unicode(class) => class.iter().any(|range| range.start() <= c && c <= range.end()),
        Class::Bytes(class) => {
            class.iter().any(|range| range.start() <= c as u8 && c as u8 <= range.end())
        }
    };
    let ascii = || ('!'..='~').filter(|c| has(*c));
    let plain: Vec<char> = ascii().filter(char::is_ascii_alphanumeric).collect();
    let all: Vec<char> = if plain.is_empty() { ascii().collect() } else { plain };
    all[random.below(all.len())]
}

#[test]
fn a_sample_matches_its_pattern() {
    assert_eq!(matching("abc", "x"), "abc");
    assert_eq!(matching("[a-f]{3}-?", "x").len(), 4);
    assert_ne!(matching(r"\S+", "x"), matching(r"\S+", "y"));
    assert!(matching(r"(?:sk|rk)_[A-Za-z0-9]{20,}", "x").starts_with("sk_"));
}
