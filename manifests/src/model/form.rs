//! Reading what is told apart by its members: through a form that has every member, optional.
//!
//! It decides nothing: which members go together is said by who turns the form into what it means.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a form and turns it into what it says. An error of that is raised inside the object, so
/// that the reader's position is there and not behind it.
pub(super) fn through_form<'de, F, T, D>(deserializer: D) -> Result<T, D::Error>
where
    F: Deserialize<'de>,
    T: TryFrom<F, Error = String>,
    D: Deserializer<'de>,
{
    struct ThroughForm<F, T>(PhantomData<(F, T)>);

    impl<'de, F: Deserialize<'de>, T: TryFrom<F, Error = String>> Visitor<'de> for ThroughForm<F, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            let form = F::deserialize(MapAccessDeserializer::new(map))?;
            T::try_from(form).map_err(A::Error::custom)
        }
    }

    deserializer.deserialize_map(ThroughForm(PhantomData))
}

/// The member, or an error that it is missing.
pub(super) fn need<T>(value: Option<T>, member: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("missing field `{member}`"))
}

/// An error where a member is there that must not be.
pub(super) fn refuse<T>(value: &Option<T>, member: &str, with: &str) -> Result<(), String> {
    match value {
        Some(_) => Err(format!("field `{member}` does not belong here: {with}")),
        None => Ok(()),
    }
}
