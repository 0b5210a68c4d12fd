//! What an instance keeps from one request to the next: what is read once, and what it has met lately.
//!
//! An instance serves many requests, several at once. Nothing of one request may be kept here, only
//! what is the same for all that ask for it.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::rc::Rc;
use std::thread::LocalKey;

use crate::error::Result;

/// Most entries of a [`Recent`].
const MOST: usize = 64;

/// A value that is made when it is first asked for.
pub type Once<T> = RefCell<Option<Rc<T>>>;

/// What `kept` holds; first what `make` gives. An error is not kept: it is tried again.
///
/// # Errors
/// Those of `make`.
pub async fn once<T>(
    kept: &'static LocalKey<Once<T>>,
    make: impl Future<Output = Result<T>>,
) -> Result<Rc<T>> {
    if let Some(value) = kept.with_borrow(Clone::clone) {
        return Ok(value);
    }
    let value = Rc::new(make.await?);
    kept.set(Some(Rc::clone(&value)));
    Ok(value)
}

/// The entries met lately: at most 64, all of which go when there would be more.
pub struct Recent<K, V>(HashMap<K, V>);

impl<K: Eq + Hash, V> Recent<K, V> {
    /// The value of `key`.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// The value of `key`, to be changed.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }

    /// Forgets all but those for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|key, value| keep(key, value));
    }

    /// Keeps `value` in place of what `key` had.
    pub fn insert(&mut self, key: K, value: V) {
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            self.0.clear();
        }
        self.0.insert(key, value);
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_more_than_so_many_and_a_known_one_needs_no_room() {
        let mut recent = Recent::default();
        for key in 0..MOST {
            recent.insert(key, "first");
        }
        recent.insert(0, "second");
        assert_eq!((recent.get(&0), recent.get(&1)), (Some(&"second"), Some(&"first")));
        recent.insert(MOST, "third");
        assert_eq!((recent.get(&0), recent.get(&MOST)), (None, Some(&"third")));
        recent.insert(0, "fourth");
        recent.retain(|key, _| *key == 0);
        assert_eq!((recent.get(&0), recent.get(&MOST)), (Some(&"fourth"), None));
    }
}
