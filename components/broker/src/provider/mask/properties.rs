//! Property tests: for any secret, any writer and any cuts, a reader that undoes the writer's escapes must
//! not find eight bytes of the secret. `PROPTEST_CASES=1000000 cargo test -p nexus-broker mask::properties`
//! runs more cases.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// The number of consecutive bytes of a secret that must not be left.
const WINDOW: usize = 8;

/// How a writer spells one character.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Itself,
    Json,
    JsonLower,
    JsonUpper,
    JavaScript,
    Octal,
    Percent,
    PercentLower,
    PercentTwice,
    PercentInJson,
    Decimal,
    Hexadecimal,
    Named,
    HtmlInHtml,
    HtmlInJson,
    JsonInJson,
    JsonInForm,
    Mail,
}

const SPELLINGS: [Spelling; 18] = [
    Spelling::Itself,
    Spelling::Json,
    Spelling::JsonLower,
    Spelling::JsonUpper,
    Spelling::JavaScript,
    Spelling::Octal,
    Spelling::Percent,
    Spelling::PercentLower,
    Spelling::PercentTwice,
    Spelling::PercentInJson,
    Spelling::Decimal,
    Spelling::Hexadecimal,
    Spelling::Named,
    Spelling::HtmlInHtml,
    Spelling::HtmlInJson,
    Spelling::JsonInJson,
    Spelling::JsonInForm,
    Spelling::Mail,
];

impl Spelling {
    fn of(self, c: char) -> String {
        let code = u32::from(c);
        let plain = c.to_string();
        match self {
            Self::Itself => plain,
            Self::Json if "/\"\\".contains(c) => format!("\\{c}"),
            Self::Json => plain,
            Self::JsonLower => format!("\\u{code:04x}"),
            Self::JsonUpper => format!("\\u{code:04X}"),
            Self::JavaScript => format!("\\x{code:02x}"),
            Self::Octal => format!("\\{code:03o}"),
            Self::Percent => format!("%{code:02X}"),
            Self::PercentLower => format!("%{code:02x}"),
            Self::PercentTwice => format!("%25{code:02X}"),
            Self::PercentInJson => format!("\\u0025{code:02X}"),
            Self::Decimal => format!("&#{code};"),
            Self::Hexadecimal => format!("&#x{code:X};"),
            Self::Named => spelling::NAMES
                .iter()
                .find(|(_, byte)| u32::from(*byte) == code)
                .map_or(plain, |(name, _)| format!("&{name};")),
            Self::HtmlInHtml => format!("&amp;#{code};"),
            Self::HtmlInJson => format!("\\u0026#{code};"),
            Self::JsonInJson => format!("\\\\u{code:04x}"),
            Self::JsonInForm => format!("%5Cu{code:04x}"),
            Self::Mail => format!("={code:02X}"),
        }
    }
}

/// A writer of whole texts.
#[derive(Clone, Copy, Debug)]
enum Writer {
    Base64,
    Base64NoPad,
    UrlSafe,
    UrlSafeNoPad,
    Hex,
    UpperHex,
    HexWithColons,
    Utf16Little,
    Utf16Big,
}

const WRITERS: [Writer; 9] = [
    Writer::Base64,
    Writer::Base64NoPad,
    Writer::UrlSafe,
    Writer::UrlSafeNoPad,
    Writer::Hex,
    Writer::UpperHex,
    Writer::HexWithColons,
    Writer::Utf16Little,
    Writer::Utf16Big,
];

impl Writer {
    fn write(self, plain: &str) -> Vec<u8> {
        let hex = |form: fn(u8) -> String, between: &str| {
            plain.bytes().map(form).collect::<Vec<_>>().join(between).into_bytes()
        };
        let wide = |form: fn(u16) -> [u8; 2]| plain.encode_utf16().flat_map(form).collect();
        match self {
            Self::Base64 => STANDARD.encode(plain).into_bytes(),
            Self::Base64NoPad => STANDARD_NO_PAD.encode(plain).into_bytes(),
            Self::UrlSafe => URL_SAFE.encode(plain).into_bytes(),
            Self::UrlSafeNoPad => URL_SAFE_NO_PAD.encode(plain).into_bytes(),
            Self::Hex => hex(|byte| format!("{byte:02x}"), ""),
            Self::UpperHex => hex(|byte| format!("{byte:02X}"), ""),
            Self::HexWithColons => hex(|byte| format!("{byte:02X}"), ":"),
            Self::Utf16Little => wide(u16::to_le_bytes),
            Self::Utf16Big => wide(u16::to_be_bytes),
        }
    }
}

/// `written` after the mask, cut into chunks at `cuts`.
fn left(secret: &str, written: &[u8], cuts: &[Index]) -> Vec<u8> {
    let needles = Rc::new(Needles::new([secret].into_iter()));
    let mut mask = Mask::new(&needles, false);
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(written.len() + 1)).collect();
    ends.sort_unstable();
    let (mut out, mut from) = (Vec::new(), 0);
    for end in ends.into_iter().chain([written.len()]) {
        out.extend_from_slice(&mask.push(Bytes::copy_from_slice(&written[from..end])));
        from = end;
    }
    out.extend_from_slice(&mask.finish());
    assert_eq!(out.len(), written.len());
    out
}

/// Whether `left` still has the spelling of any eight bytes of the secret. `ends` are the positions in
/// `written` where each character's spelling ends.
fn shows(written: &[u8], left: &[u8], ends: &[usize]) -> bool {
    let spelled = ends.windows(WINDOW + 1).map(|ends| ends[0]..ends[WINDOW]);
    spelled.into_iter().any(|range| written[range.clone()] == left[range])
}

fn secrets() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{8,40}",
        "[A-Za-z0-9]{8,40}",
        "[a-z]{2}_[A-Za-z0-9+/]{10,40}={0,2}",
        "[+/=&<>'\"\\\\%#;u0-9]{8,24}",
        "[0-9]{8,20}",
    ]
}

proptest! {
    #[test]
    fn no_window_of_a_secret_is_left_in_any_spelling(
        secret in secrets(),
        spellings in vec(select(&SPELLINGS[..]), 1..40),
        before in "[ -~]{0,12}",
        after in "[ -~]{0,12}",
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let mut written = format!("{before}\"");
        let mut ends = vec![written.len()];
        for (c, spelling) in secret.chars().zip(spellings.iter().cycle()) {
            written.push_str(&spelling.of(c));
            ends.push(written.len());
        }
        written.push_str(&format!("\"{after}"));
        let left = left(&secret, written.as_bytes(), &cuts);
        prop_assert!(
            !shows(written.as_bytes(), &left, &ends),
            "{written}\n{}", String::from_utf8_lossy(&left)
        );
    }

    #[test]
    fn no_window_of_a_secret_is_left_in_another_coding(
        secret in secrets(),
        writer in select(&WRITERS[..]),
        before in "[ -~]{0,12}",
        after in "[ -~]{0,12}",
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let plain = format!("{before}\"{secret}\"{after}");
        let written = writer.write(&plain);
        let left = left(&secret, &written, &cuts);
        // A window is left if all characters of its coding are left. Characters that hold only a part of a
        // byte do not count.
        let (of, per) = match writer {
            Writer::Hex | Writer::UpperHex | Writer::Utf16Little | Writer::Utf16Big => (1, 2),
            Writer::HexWithColons => (1, 3),
            _ => (3, 4),
        };
        let from = before.len() + 1;
        for start in from..=from + secret.len() - WINDOW {
            let first = (start * per).div_ceil(of);
            let last = ((start + WINDOW) * per / of).min(written.len());
            prop_assert!(
                written[first..last] != left[first..last],
                "{plain}\n{}\n{}", String::from_utf8_lossy(&written), String::from_utf8_lossy(&left)
            );
        }
    }

    #[test]
    fn a_text_without_the_secret_is_left_as_it_is(
        secret in "[a-z]{2}_[A-Za-z0-9+/]{10,40}={0,2}",
        text in prop_oneof![
            vec(any::<u8>(), 0..400),
            "[ -~\\n]{0,400}".prop_map(String::into_bytes),
            "([a-z0-9]|\\\\\\\\|\\\\u00[0-9a-f]{2}|%[0-9A-F]{2}|&(amp;)?#[0-9]{2};|[=+/ ]){0,120}"
                .prop_map(String::into_bytes),
        ],
        cuts in vec(any::<Index>(), 0..6),
    ) {
        prop_assert_eq!(left(&secret, &text, &cuts), text);
    }

    #[test]
    fn the_cuts_do_not_change_the_masked_text(
        secret in "[ab\\\\&%=]{7,9}[ab]",
        text in "([ab\\\\&%=]|amp;|25|\\\\u0026){0,60}",
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let once = left(&secret, text.as_bytes(), &[]);
        prop_assert_eq!(left(&secret, text.as_bytes(), &cuts), once);
    }
}
