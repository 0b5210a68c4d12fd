//! The form of secrets in a plaintext that is sealed: plain texts, as a [`Secret`] does not serialise itself.
//!
//! A field names this module: `#[serde(with = "plaintext")]`. Such a type must go nowhere but into a ciphertext.

use std::collections::BTreeMap;

use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// Secrets in a shape that JSON has.
pub trait Secrets: Sized {
    /// Writes the secrets as plain texts.
    ///
    /// # Errors
    /// The errors of `serializer`.
    fn expose_to<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads secrets from plain texts.
    ///
    /// # Errors
    /// The errors of `deserializer`.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Writes the secrets of a field as plain texts.
///
/// # Errors
/// The errors of `serializer`.
pub fn serialize<T: Secrets, S: Serializer>(secrets: &T, serializer: S) -> Result<S::Ok, S::Error> {
    secrets.expose_to(serializer)
}

/// Reads the secrets of a field.
///
/// # Errors
/// The errors of `deserializer`.
pub fn deserialize<'de, T: Secrets, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A plaintext as JSON, ready to be sealed. `name` says what it is, for the error.
///
/// # Errors
/// [`Error::Internal`] if the plaintext cannot be written as JSON.
pub fn to_json(plaintext: &impl Serialize, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    serde_json::to_vec(plaintext)
        .map(Zeroizing::new)
        .map_err(|_| Error::Internal(format!("{name} cannot be encoded")))
}

impl Secrets for Secret {
    fn expose_to<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl<T: Secrets> Secrets for Option<T> {
    fn expose_to<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Exposed).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Read<T>>::deserialize(deserializer)?.map(|Read(secrets)| secrets))
    }
}

impl<T: Secrets> Secrets for Vec<T> {
    fn expose_to<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Exposed))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Vec::<Read<T>>::deserialize(deserializer)?;
        Ok(read.into_iter().map(|Read(secrets)| secrets).collect())
    }
}

/// Secrets by a name that is not secret.
impl<T: Secrets> Secrets for BTreeMap<String, T> {
    fn expose_to<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, secrets)| (name, Exposed(secrets))))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = BTreeMap::<String, Read<T>>::deserialize(deserializer)?;
        Ok(read.into_iter().map(|(name, Read(secrets))| (name, secrets)).collect())
    }
}

/// Secrets after a text that is not secret.
impl<T: Secrets> Secrets for (String, T) {
    fn expose_to<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.0, Exposed(&self.1)).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, Read(secrets)) = <(String, Read<T>)>::deserialize(deserializer)?;
        Ok((text, secrets))
    }
}

struct Exposed<'a, T>(&'a T);

impl<T: Secrets> Serialize for Exposed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.expose_to(serializer)
    }
}

struct Read<T>(T);

impl<'de, T: Secrets> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Plain {
        #[serde(with = "super")]
        one: Secret,
        #[serde(with = "super")]
        many: Vec<Secret>,
        #[serde(with = "super")]
        named: BTreeMap<String, Secret>,
        #[serde(with = "super")]
        body: Option<(String, Secret)>,
        #[serde(default, with = "super")]
        none: Option<Secret>,
    }

    #[test]
    fn secrets_are_plain_texts_in_the_plaintext() {
        let text =
            r#"{"one":"a","many":["b","c"],"named":{"n":"d"},"body":["json","e"],"none":null}"#;
        let plain: Plain = serde_json::from_str(text).unwrap();
        assert_eq!(plain.named["n"].expose(), "d");
        assert_eq!(plain.body.as_ref().map(|(kind, _)| kind.as_str()), Some("json"));
        assert_eq!(&**to_json(&plain, "the test").unwrap(), text.as_bytes());
        let without = text.replace(",\"none\":null", "");
        assert!(serde_json::from_str::<Plain>(&without).unwrap().none.is_none());
        for wrong in ["\"a\"", "\"c\"", "\"d\"", "\"e\""] {
            assert!(serde_json::from_str::<Plain>(&text.replace(wrong, "1")).is_err(), "{wrong}");
        }
    }
}
