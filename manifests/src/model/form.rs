//! Deserializes types whose variants are distinguished by their members. They are read through a form that
//! has every member, all optional.
//!
//! This module decides nothing. The code that converts a form to its type says which members belong together.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Deserializes a form and converts it to its type. A conversion error is raised inside the object, so that
/// the reported position is in the object and not after it.
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

/// The value of a member that must be present.
pub(super) fn require_member<T>(value: Option<T>, member: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("missing field `{member}`"))
}

/// Checks that a member is absent. `when` says why it must be.
pub(super) fn ensure_absent<T>(value: &Option<T>, member: &str, when: &str) -> Result<(), String> {
    match value {
        Some(_) => Err(format!("field `{member}` is not allowed {when}")),
        None => Ok(()),
    }
}
