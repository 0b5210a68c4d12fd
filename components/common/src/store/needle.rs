//! A text that a person looks for, whatever its case is where it is stored.
//!
//! SQLite's `lower` lowers ASCII only. So a text with other letters is looked for in each of the forms that people write.
//! This module must not give any character a meaning of its own.

use crate::id;
use crate::platform::sqlite::Value;

/// A text whose forms are among the values of a statement.
pub(super) struct Needle {
    /// The number of the first form, which is the folded one.
    first: usize,
    /// How many forms there are.
    count: usize,
}

impl Needle {
    /// Adds the forms of `text` to `values`.
    pub(super) fn bind(text: &str, values: &mut Vec<Value>) -> Self {
        let forms = forms(text);
        let needle = Self { first: values.len() + 1, count: forms.len() };
        values.extend(forms.into_iter().map(Value::text));
        needle
    }

    /// The condition that the text is in `text`, an SQL expression that was lowered by SQLite.
    pub(super) fn is_in(&self, text: &str) -> String {
        let ways: Vec<_> = (self.first..self.first + self.count)
            .map(|number| format!("0 < instr({text}, ?{number})"))
            .collect();
        format!("({})", ways.join(" or "))
    }

    /// The condition that the text is in `text`, an SQL expression that was folded ([`id::fold`]).
    pub(super) fn is_in_folded(&self, text: &str) -> String {
        format!("0 < instr({text}, ?{})", self.first)
    }
}

/// The folded form of a text first, then those in which SQLite's `lower` leaves the same text if it was written in lower
/// case, as it was typed, in capitals, and with a capital at the beginning. A text of ASCII has one form.
fn forms(text: &str) -> Vec<String> {
    let folded = id::fold(text);
    let mut letters = folded.chars();
    let titled: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    };
    let written = [text.trim().to_owned(), folded.to_uppercase(), titled];
    let mut forms = vec![folded];
    for form in written.map(|form| form.to_ascii_lowercase()) {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_forms_that_are_left_when_ascii_is_lowered() {
        for (text, expected) in [
            ("Ledger", &["ledger"][..]),
            ("", &[""][..]),
            ("émile", &["émile", "Émile"][..]),
            ("ÉMILE", &["émile", "Émile"][..]),
            ("Übung ÖL", &["übung öl", "Übung Öl", "Übung öl"][..]),
        ] {
            let mut expected: Vec<_> = expected.to_vec();
            let mut found = forms(text);
            assert_eq!(found.first().map(String::as_str), expected.first().copied(), "{text}");
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
        }
    }
}
