//! Where the facts of a manifest come from, and until when they hold.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A page of the provider's documentation, or pages that were read on the same day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Source {
    /// The address of a page.
    Page(String),
    /// The pages that were read on one day.
    Read(ReadOn),
}

/// Pages, and the day on which they were read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadOn {
    /// The day, `YYYY-MM-DD`.
    pub read: String,
    /// The addresses of the pages.
    pub pages: Vec<String>,
}

/// The announced end of a way to connect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// The last day on which it works, `YYYY-MM-DD`.
    pub on: String,
    /// The way to connect that ends, and its replacement.
    pub why: String,
    /// The provider's page that says so.
    pub source: String,
}

impl Source {
    /// The addresses of the pages.
    #[must_use]
    pub fn pages(&self) -> &[String] {
        match self {
            Self::Page(page) => std::slice::from_ref(page),
            Self::Read(ReadOn { pages, .. }) => pages,
        }
    }
}

/// Whether `text` is a day, `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |digits: usize, range: std::ops::RangeInclusive<u16>| {
        parts.next().is_some_and(|part| {
            part.len() == digits
                && part.bytes().all(|b| b.is_ascii_digit())
                && part.parse().is_ok_and(|number| range.contains(&number))
        })
    };
    number(4, 2000..=2999) && number(2, 1..=12) && number(2, 1..=31) && parts.next().is_none()
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sources;

        impl<'de> Visitor<'de> for Sources {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a URL or an object with `read` and `pages`")
            }

            fn visit_str<E: serde::de::Error>(self, page: &str) -> Result<Source, E> {
                Ok(Source::Page(page.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                ReadOn::deserialize(MapAccessDeserializer::new(map)).map(Source::Read)
            }
        }

        deserializer.deserialize_any(Sources)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_source_is_a_page_or_the_pages_of_a_day() {
        for (source, pages) in [
            (json!("https://a.example/"), 1),
            (
                json!({"read": "2026-11-29", "pages": ["https://a.example/", "https://b.example/"]}),
                2,
            ),
        ] {
            let parsed: Source = serde_json::from_value(source.clone()).unwrap();
            assert_eq!(parsed.pages().len(), pages);
            assert_eq!(serde_json::to_value(&parsed).unwrap(), source);
        }
        let refused = serde_json::from_str::<Source>(r#"{"read":"2026-11-29"}"#).unwrap_err();
        assert!(refused.to_string().contains("pages"), "{refused}");
    }

    #[test]
    fn days() {
        assert!(is_day("2026-11-29"));
        for text in
            ["", "2026-11", "2026-13-01", "2026-1-1", "29-11-2026", "2026-11-29-1", "2026-00-01"]
        {
            assert!(!is_day(text), "{text}");
        }
    }
}
