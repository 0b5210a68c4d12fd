//! Texts that people and logs are shown: which characters a name may have (only characters that a reader can
//! see), values in the log, and JSON pointers.
//!
//! `bot` and `bot` with a zero-width space are different names that look the same, and a text with a
//! direction mark is read in another order than it is compared (Unicode Technical Report 36, 2). So names
//! must not have such characters, and they are removed from other texts before the texts are shown.
//!
//! This crate must not know what the names belong to, and must not depend on another crate.
#![forbid(unsafe_code)]

pub mod pointer;

/// Invisible characters, as inclusive ranges: general category Cf (format: zero width, direction marks,
/// tags), Zl and Zp (line and paragraph separator), and other characters with the property
/// `Default_Ignorable_Code_Point` (fillers, selectors). Source: Unicode 17.0, `DerivedGeneralCategory.txt`
/// and `DerivedCoreProperties.txt`. The list leaves out U+FE00 to U+FE0F, the selectors with which many emoji
/// end.
pub const INVISIBLE: [(char, char); 24] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The rule of [`is_printable`], for error messages.
pub const RULE: &str = "must not contain control characters or invisible characters (zero width, direction marks, line separators)";

/// Whether a reader can see every character of `text`. It must not have a control character (general category
/// Cc) or an [`INVISIBLE`] character.
#[must_use]
pub fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || is_invisible(c))
}

/// `text` for display. Control characters and line separators become spaces. Other invisible characters are
/// removed.
#[must_use]
pub fn shown(text: &str) -> String {
    let visible = text.chars().filter_map(|c| match c {
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => Some(' '),
        c => (!is_invisible(c)).then_some(c),
    });
    visible.collect()
}

/// The first 64 characters of `text`, for an error message about a value that somebody else chose.
#[must_use]
pub fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

fn is_invisible(c: char) -> bool {
    c >= '\u{ad}' && INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// A value for a line of the log (logfmt). A value of letters, digits and `-_.:/@+,*` stays as it is. Any
/// other value is quoted and escaped, so that it is a single value on a single line.
#[must_use]
pub fn logged(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+,*".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_not_printable() {
        for c in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2028}',
            '\u{2029}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{3164}',
            '\u{feff}',
            '\u{fff9}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
        ] {
            assert!(!is_printable(&format!("bo{c}t")), "U+{:04X}", u32::from(c));
        }
        for text in
            ["", "bot", "b\u{fc}cher", "\u{2764}\u{fe0f} Slack", "\u{65e5}\u{672c} \u{1f980}"]
        {
            assert!(is_printable(text), "{text}");
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn the_ranges_are_sorted_and_do_not_overlap() {
        assert!(INVISIBLE.iter().all(|(first, last)| first <= last));
        assert!(INVISIBLE.is_sorted_by(|one, next| one.1 < next.0));
    }

    #[test]
    fn a_shown_text_is_one_line_in_reading_order() {
        assert_eq!(shown("a\r\nb\u{2028}c\u{202e}d\u{200b}"), "a  b cd");
    }

    #[test]
    fn a_logged_value_is_a_single_value_on_a_single_line() {
        for (value, expected) in [
            ("req_01J", "req_01J"),
            ("https://a.example:443/x", "https://a.example:443/x"),
            ("", "\"\""),
            ("two words", "\"two words\""),
            ("a=b", "\"a=b\""),
            ("say \"x\"\nlevel=error", "\"say \\\"x\\\"\\nlevel=error\""),
        ] {
            assert_eq!(logged(value), expected);
        }
    }
}
