//! Secrets in memory. They are printed as `[redacted]`, and are zeroised when dropped. They are serialised only in a
//! request to the broker, and in a plaintext that the vault seals (its module `plaintext`).
//!
//! Code that needs the bytes calls `expose`, or names `expose_to` or `plaintext` for a field, so that a search for
//! these words finds every use.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A secret text.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret with the text `text`.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text of the secret.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the secret equals `other`. The time of the comparison depends only on the lengths.
    pub fn matches(&self, other: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(other).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A JSON value that holds secrets: the `credentials` of a request.
#[derive(Clone, Default)]
pub struct SecretJson(Value);

impl SecretJson {
    /// A secret with the value `value`.
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// The value of the secret.
    pub fn expose(&self) -> &Value {
        &self.0
    }
}

/// Serialises a secret into a request for the broker. A field asks for that by name.
///
/// # Errors
/// The errors of `serializer`.
pub(crate) fn expose_to<S: Serializer>(
    secret: &SecretJson,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.expose().serialize(serializer)
}

impl<'de> Deserialize<'de> for SecretJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }
}

impl fmt::Debug for SecretJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for SecretJson {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_is_redacted() {
        let json: SecretJson = serde_json::from_str(r#"{"api_key":"sk_test_1"}"#).unwrap();
        assert_eq!(
            format!("{:?} {json:?}", Secret::new("sk_test_1".into())),
            "[redacted] [redacted]"
        );
    }

    #[test]
    fn a_prefix_does_not_match() {
        let secret = Secret::new("0123456789".into());
        assert!(secret.matches(b"0123456789"));
        assert!(!secret.matches(b"012345678"));
        assert!(!secret.matches(b""));
    }
}
