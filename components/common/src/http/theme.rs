//! The theme that a person has chosen by hand in the admin UI, for the pages that a component makes.
//!
//! The UI keeps the choice in a cookie, which anything on this host may have written. So a theme is one of a few words,
//! and no text of the cookie gets into a page.

use super::Inbound;
use super::cookie::value_of;

/// The name of the cookie. `static/theme.ts` writes it. It is not a secret.
const COOKIE: &str = "nexus-theme";

/// The theme of a page. The style sheet of the page does the rest, by the attribute of its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The browser's own setting decides.
    System,
    /// Light, whatever the browser's setting is.
    Light,
    /// Dark, whatever the browser's setting is.
    Dark,
}

impl Theme {
    /// The theme that was chosen in the browser of a request.
    #[must_use]
    pub fn of(inbound: &Inbound) -> Self {
        Self::named(value_of(inbound, COOKIE).unwrap_or_default())
    }

    fn named(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The attribute of the `html` element, after a space. Empty if the browser's setting decides.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => " data-theme=\"light\"",
            Self::Dark => " data-theme=\"dark\"",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_one_of_two_words() {
        let attribute = |word: &str| Theme::named(word).attribute();
        assert_eq!(
            [attribute("light"), attribute("dark")],
            [" data-theme=\"light\"", " data-theme=\"dark\""]
        );
        for word in ["", "system", "Dark", "dark\" onload=\"x", "dark "] {
            assert_eq!(attribute(word), "", "{word}");
        }
    }
}
