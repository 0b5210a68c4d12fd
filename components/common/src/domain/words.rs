//! Enumerations whose values are words of the API and the database.

/// Defines an enumeration with one word per value, which JSON and the database have.
macro_rules! words {
    ($(#[$docs:meta])* $name:ident { $($(#[$value_docs:meta])* $value:ident = $word:literal),+ $(,)? }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$value_docs])* #[serde(rename = $word)] $value,)+
        }

        impl $name {
            /// All words, in the order of the values.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word,)+ }
            }

            /// The value with this word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$value),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::platform::sqlite::Column<'_> for $name {
            fn of(value: &$crate::platform::sqlite::Value) -> Option<Self> {
                <&str>::of(value).and_then(Self::from_word)
            }
        }

        impl From<$name> for $crate::platform::sqlite::Value {
            fn from(value: $name) -> Self {
                Self::text(value.as_str())
            }
        }
    };
}

pub(crate) use words;
