//! Reads the members of JSON objects more strictly than serde: an object is not an array, and a missing member
//! is not `null`.

use serde::{Deserialize, Deserializer};

/// The default of a member that is true if it is missing.
pub(crate) fn yes() -> bool {
    true
}

/// Reads a member that may be missing but not `null`.
///
/// # Errors
/// The errors of `T`, one of which is for `null`.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(input).map(Some)
}

/// Reads these types from objects only. By default, serde would also read the members from an array, in
/// order.
macro_rules! from_objects {
    ($($name:ident),+) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                struct Members;
                impl<'de> serde::de::Visitor<'de> for Members {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A>(self, map: A) -> Result<$name, A::Error>
                    where
                        A: serde::de::MapAccess<'de>,
                    {
                        $name::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }
                input.deserialize_map(Members)
            }
        }
    )+};
}

pub(crate) use from_objects;
