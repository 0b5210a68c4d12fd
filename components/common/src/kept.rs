//! State that an instance keeps between requests: values that are read once, and small caches.
//!
//! An instance serves many requests, some of them concurrently. State that belongs to one request must not be
//! kept here, only state that is the same for every request.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::future::Future;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::thread::LocalKey;

use lru::LruCache;

use crate::error::Result;

/// The maximum number of entries of a [`Recent`].
const MOST: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// A value that is made when it is first needed.
pub type Once<T> = RefCell<Option<Rc<T>>>;

/// The value in `kept`. The first call makes it with `make`. An error is not kept, so the next call tries
/// again.
///
/// # Errors
/// The errors of `make`.
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

/// A cache of at most 64 entries. When it is full, a new key replaces the least recently used one.
pub struct Recent<K: Eq + Hash, V>(LruCache<K, V>);

impl<K: Eq + Hash, V> Recent<K, V> {
    /// Removes the value of `key`.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.0.pop(key);
    }

    /// The value of `key`.
    pub fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// The mutable value of `key`.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }

    /// Removes all entries for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|key, value| keep(key, value));
    }

    /// Sets the value of `key`.
    pub fn insert(&mut self, key: K, value: V) {
        self.0.put(key, value);
    }
}

impl<K: Eq + Hash, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(LruCache::sparse(MOST))
    }
}

/// The maximum age of an entry of [`Aging`], in milliseconds, if `sweep` is called with each use: ten
/// minutes.
pub const LONGEST_MS: u64 = 10 * 60 * 1000;
/// The interval of the sweeps, in milliseconds.
const SWEEP_MS: u64 = 60 * 1000;

/// A [`Recent`] whose entries have a maximum age, however often they are used. Times are in milliseconds.
pub struct Aging<K: Eq + Hash, V> {
    entries: Recent<K, (u64, V)>,
    swept_at: u64,
}

impl<K: Eq + Hash, V> Aging<K, V> {
    /// The mutable value of `key`.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// Sets the value of `key`, which was made at `now`.
    pub fn insert(&mut self, key: K, value: V, now: u64) {
        self.entries.insert(key, (now, value));
    }

    /// Removes all entries for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.entries.retain(|key, (_, value)| keep(key, value));
    }

    /// Removes the entries that would be older than [`LONGEST_MS`] at the next sweep.
    pub fn sweep(&mut self, now: u64) {
        if now.saturating_sub(self.swept_at) < SWEEP_MS {
            return;
        }
        self.swept_at = now;
        self.entries.retain(|_, (since, _)| now.saturating_sub(*since) < LONGEST_MS - SWEEP_MS);
    }
}

impl<K: Eq + Hash, V> Default for Aging<K, V> {
    fn default() -> Self {
        Self { entries: Recent::default(), swept_at: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_entries_is_limited_and_the_least_used_entry_goes() {
        let mut recent = Recent::default();
        for key in 0..MOST.get() {
            recent.insert(key, "first");
        }
        recent.insert(0, "second");
        // Used, and so not the one that goes.
        assert_eq!(recent.get(&1), Some(&"first"));
        recent.insert(MOST.get(), "third");
        let mut value = |key| recent.get(&key).copied();
        assert_eq!((value(2), value(MOST.get())), (None, Some("third")));
        assert_eq!((value(0), value(1), value(3)), (Some("second"), Some("first"), Some("first")));
        recent.retain(|key, _| *key == 0);
        let mut value = |key| recent.get(&key).copied();
        assert_eq!((value(0), value(MOST.get())), (Some("second"), None));
    }

    #[test]
    fn an_entry_expires_however_often_it_is_used() {
        const BEGUN: u64 = 1_700_000_000_000;
        let mut aging = Aging::default();
        aging.insert("old", 1, BEGUN);
        aging.insert("young", 2, BEGUN + LONGEST_MS / 2);
        // Even an entry that is used every second is not kept for longer than ten minutes.
        let mut last = 0;
        for now in (BEGUN..BEGUN + 2 * LONGEST_MS).step_by(1_000) {
            aging.sweep(now);
            if aging.get_mut("old").is_some() {
                last = now - BEGUN;
            }
            assert_eq!(
                aging.get_mut("young").is_some(),
                now - BEGUN < LONGEST_MS * 3 / 2 - SWEEP_MS
            );
        }
        assert!((LONGEST_MS - 2 * SWEEP_MS..=LONGEST_MS).contains(&last), "{last}");
        // A new value has a new age, and `retain` removes an entry at once.
        aging.insert("old", 3, BEGUN + 2 * LONGEST_MS);
        aging.insert("young", 4, BEGUN + 2 * LONGEST_MS);
        aging.retain(|key, _| *key == "old");
        assert_eq!(aging.get_mut("old"), Some(&mut 3));
        assert_eq!(aging.get_mut("young"), None);
    }
}
