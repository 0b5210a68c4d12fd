//! The order of a list of integrations.

use super::words;

words! {
    /// The value by which integrations are sorted. Integrations with the same value are sorted by their ids.
    SortKey {
        /// When the integration was added, which is the order of the ids.
        Created = "created",
        /// When a person last changed the integration.
        Updated = "updated",
        /// When an agent last called it. An integration that was never used was used longest ago.
        Used = "used",
        /// The name, case-folded.
        Name = "name",
        /// The id of the manifest.
        Provider = "provider",
        /// The status: `active`, then `inactive`.
        Status = "status",
        /// The health: `healthy`, `unknown`, `pending`, `failing`, then `reauthorize`.
        Health = "health",
        /// When the credential expires. One that does not expire comes last.
        Expires = "expires",
    }
}

/// The order of a list of integrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The value that is compared.
    pub key: SortKey,
    /// Whether the greatest value comes first.
    pub is_descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { key: SortKey::Created, is_descending: true }
    }
}

impl Order {
    /// The order that `text` names: a word of [`SortKey`], after `-` if the greatest value comes first.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (is_descending, word) = match text.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, text),
        };
        SortKey::from_word(word).map(|key| Self { key, is_descending })
    }
}
