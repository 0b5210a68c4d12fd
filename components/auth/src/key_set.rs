//! A JWK set (RFC 7517, 5): which of its keys are used, and which of them a token means.
//!
//! It must not fetch anything. A `kid` may hold any characters: it is compared, and nothing else.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;

use crate::key::Key;

/// Most keys of a document.
const MAX_KEYS: usize = 100;

/// The keys of a document that verify tokens.
#[derive(Default)]
pub(crate) struct KeySet(Vec<(Option<String>, Rc<Key>)>);

/// The document as the issuer publishes it.
#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The keys as they stand in `document`; what is wrong with it where it is no JWK set.
pub(crate) fn parse(document: &[u8]) -> Result<Vec<Value>, &'static str> {
    let document: Document =
        serde_json::from_slice(document).map_err(|_| "the answer is no JSON with `keys`")?;
    if document.keys.len() > MAX_KEYS {
        return Err("the document has more than 100 keys");
    }
    Ok(document.keys)
}

impl KeySet {
    /// Those of `jwks` that verify tokens. Two with the same `kid` are none: which of them is meant
    /// would be up to the order in the document.
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

    /// The key of that `kid`; without one the only key of that algorithm.
    pub(crate) fn find(&self, kid: Option<&str>, algorithm: &str) -> Option<Rc<Key>> {
        let mut fitting = self.0.iter().filter(|(name, key)| match kid {
            Some(kid) => name.as_deref() == Some(kid),
            None => key.algorithm() == algorithm,
        });
        let (_, key) = fitting.next()?;
        fitting.next().is_none().then(|| Rc::clone(key))
    }
}
