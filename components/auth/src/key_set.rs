//! A JWK set (RFC 7517, 5): selects its usable keys, and the key for a token.
//!
//! This module must not fetch anything. A `kid` may contain any characters, so it must only be compared.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;

use crate::key::Key;

/// The maximum number of keys in a document.
const MAX_KEYS: usize = 100;

/// The keys of a document that verify tokens.
#[derive(Default)]
pub(crate) struct KeySet(Vec<(Option<String>, Rc<Key>)>);

/// The document as the issuer publishes it.
#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The keys in `document`, as JSON. The error says why it is not a JWK set.
pub(crate) fn parse(document: &[u8]) -> Result<Vec<Value>, &'static str> {
    let document: Document =
        serde_json::from_slice(document).map_err(|_| "the response is not JSON with `keys`")?;
    if document.keys.len() > MAX_KEYS {
        return Err("the document has more than 100 keys");
    }
    Ok(document.keys)
}

impl KeySet {
    /// The keys of `jwks` that can verify tokens. Keys with a duplicate `kid` are ignored, because only the
    /// order in the document could tell them apart.
    pub(crate) fn of(jwks: &[Value]) -> Self {
        let named = |kid: &Value| jwks.iter().filter(|jwk| jwk.get("kid") == Some(kid)).count();
        let usable = jwks.iter().filter_map(|jwk| {
            let kid = match jwk.get("kid") {
                None => None,
                Some(kid) if named(kid) == 1 => Some(kid.as_str()?.to_owned()),
                Some(_) => return None,
            };
            Some((kid, Rc::new(Key::of_jwk(jwk.as_object()?)?)))
        });
        Self(usable.collect())
    }

    /// The key with this `kid`. Without a `kid`, the only key with this algorithm.
    pub(crate) fn find(&self, kid: Option<&str>, algorithm: &str) -> Option<Rc<Key>> {
        let mut fitting = self.0.iter().filter(|(name, key)| match kid {
            Some(kid) => name.as_deref() == Some(kid),
            None => key.algorithm() == algorithm,
        });
        let (_, key) = fitting.next()?;
        fitting.next().is_none().then(|| Rc::clone(key))
    }
}
