//! The key ring. The first key seals, and every key opens.
//!
//! A key must not leave this module. It is used only to derive the key of one ciphertext.

use std::collections::BTreeMap;
use std::rc::Rc;

use hkdf::Hkdf;
use nexus_common::kept::{Once, once};
use nexus_common::secret::Secret;
use nexus_common::{Error, Result, config, encoding};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::rows::key_fingerprints::{self, KnownKey};

const VARIABLE: &str = "encryption_keys";

/// The keys, the one that seals first.
pub struct KeyRing(Vec<Key>);

/// One encryption key.
pub struct Key {
    /// The key's id, which ciphertexts contain: 1–32 of `[a-z0-9_-]`.
    pub id: String,
    bytes: Zeroizing<[u8; 32]>,
}

thread_local! {
    static RING: Once<KeyRing> = const { Once::new(None) };
}

/// The key ring, parsed and compared with the stored fingerprints. It is read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`].
pub async fn ring() -> Result<Rc<KeyRing>> {
    let read = async {
        let text = Secret::new(config::required(VARIABLE).await?);
        let ring = KeyRing::parse(text.expose())?;
        ring.compare_fingerprints().await?;
        Ok(ring)
    };
    once(&RING, read).await
}

impl KeyRing {
    /// Parses `k2:BASE64(32 bytes),k1:…`.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] with the position of the key, never its text.
    fn parse(text: &str) -> Result<Self> {
        let broken = |position: usize, rule: &str| {
            Error::misconfigured(VARIABLE, format!("key {}: {rule}", position + 1))
        };
        let mut keys: Vec<Key> = Vec::new();
        for (position, entry) in text.split(',').enumerate() {
            let (id, encoded) = entry
                .trim()
                .split_once(':')
                .ok_or_else(|| broken(position, "must be `id:base64`"))?;
            let is_id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
            if !(1..=32).contains(&id.len()) || !id.bytes().all(is_id) {
                return Err(broken(position, "its id must be 1 to 32 of a-z, 0-9, _ and -"));
            }
            if keys.iter().any(|key| key.id == id) {
                return Err(broken(position, "duplicate id"));
            }
            let decoded = encoding::from_base64(encoded.trim()).map(Zeroizing::new);
            let bytes = decoded
                .and_then(|decoded| <[u8; 32]>::try_from(decoded.as_slice()).ok())
                .ok_or_else(|| broken(position, "must be 32 bytes in base64"))?;
            if config::is_monotonous(&bytes) {
                return Err(broken(position, config::MONOTONOUS));
            }
            keys.push(Key { id: id.to_owned(), bytes: Zeroizing::new(bytes) });
        }
        Ok(Self(keys))
    }

    /// The key that seals.
    ///
    /// # Errors
    /// None in practice: a parsed ring has a key.
    pub fn sealing(&self) -> Result<&Key> {
        self.0.first().ok_or_else(|| Error::misconfigured(VARIABLE, "must have a key"))
    }

    /// The key with `id`.
    pub fn find(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }

    /// All ids, the sealing key's first.
    pub fn ids(&self) -> Vec<String> {
        self.0.iter().map(|key| key.id.clone()).collect()
    }

    /// Compares each key with the fingerprint under its id. Different bytes under a known id would make all
    /// earlier ciphertexts unreadable, so they are rejected before anything is sealed with them.
    async fn compare_fingerprints(&self) -> Result<()> {
        let known = key_fingerprints::all().await?;
        // All known keys are compared before the fingerprint of a new one is stored.
        for key in &self.0 {
            if let Some(known) = known.get(&key.id) {
                key.require_fingerprint(&known.fingerprint)?;
            }
        }
        self.require_no_newer(&known)?;
        // The sealing key comes last, because it is the newest.
        for key in self.0.iter().rev().filter(|key| !known.contains_key(&key.id)) {
            let stored = key_fingerprints::store(&key.id, &*key.fingerprint()).await?;
            key.require_fingerprint(&stored)?;
        }
        Ok(())
    }

    /// Checks that no other process seals with a newer key, which this ring does not have. Another process may have
    /// begun to since the ring was read.
    ///
    /// # Errors
    /// [`Error::Misconfigured`], [`Error::Storage`].
    pub async fn require_newest(&self) -> Result<()> {
        self.require_no_newer(&key_fingerprints::all().await?)
    }

    /// Checks that the ring has each newer key. Without it, this process could not open the ciphertexts of that key, would
    /// take the application's own keys for lost, and would replace them for all processes.
    fn require_no_newer(&self, known: &BTreeMap<String, KnownKey>) -> Result<()> {
        let first = &self.sealing()?.id;
        // A first key that was not seen before is the newest.
        let Some(sealing) = known.get(first) else { return Ok(()) };
        let is_newer = |key: &KnownKey| key.seals && key.seen_at >= sealing.seen_at;
        let missing = known.iter().find(|(id, key)| is_newer(key) && self.find(id).is_none());
        let Some((missing, _)) = missing else { return Ok(()) };
        let rule = format!(
            "has no key with the id {missing:?}, which is newer than {first:?} and has sealed stored data: give every \
             process the same keys. If that key is lost, put a new one with a new id in front"
        );
        Err(Error::misconfigured(VARIABLE, rule))
    }
}

impl Key {
    /// Derives the key of one ciphertext (RFC 5869) from this key, the ciphertext's salt, and the purpose
    /// `info`.
    pub fn derive(&self, salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        // Expanding fails only for more than 255 blocks. This is one block.
        let _ = Hkdf::<Sha256>::new(Some(salt), &*self.bytes).expand(info, &mut *derived);
        derived
    }

    fn fingerprint(&self) -> Zeroizing<[u8; 32]> {
        self.derive(b"nexus/fingerprint", b"nexus/fingerprint/v1")
    }

    fn require_fingerprint(&self, known: &[u8]) -> Result<()> {
        if bool::from(self.fingerprint().ct_eq(known)) {
            return Ok(());
        }
        let rule = format!(
            "has different bytes for the id {:?} than before: use a new id for a new key",
            self.id
        );
        Err(Error::misconfigured(VARIABLE, rule))
    }
}

#[cfg(test)]
impl KeyRing {
    /// A ring for tests, from ids and the byte that fills each key.
    pub fn of(keys: &[(&str, u8)]) -> Self {
        let key = |(id, byte): &(&str, u8)| Key {
            id: (*id).to_owned(),
            bytes: Zeroizing::new([*byte; 32]),
        };
        Self(keys.iter().map(key).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_without_a_newer_key_that_seals_is_rejected() {
        let known = |keys: &[(&str, i64, bool)]| -> BTreeMap<String, KnownKey> {
            let one = |(id, seen_at, seals): &(&str, i64, bool)| {
                let (fingerprint, seen_at, seals) = (Vec::new(), *seen_at, *seals);
                ((*id).to_owned(), KnownKey { fingerprint, seen_at, seals })
            };
            keys.iter().map(one).collect()
        };
        let rotated = known(&[("k1", 1, false), ("k2", 2, true)]);
        for (ring, known, fits) in [
            // A process that has not got the new key yet.
            (KeyRing::of(&[("k1", 1)]), &rotated, false),
            // It has it, and does not seal with it yet.
            (KeyRing::of(&[("k1", 1), ("k2", 2)]), &rotated, true),
            // The old key was removed.
            (KeyRing::of(&[("k2", 2)]), &rotated, true),
            // The newer key is lost, and there is a newest one.
            (KeyRing::of(&[("k3", 3), ("k1", 1)]), &rotated, true),
            // The newer key was taken back before it sealed anything.
            (KeyRing::of(&[("k1", 1)]), &known(&[("k1", 1, true), ("k2", 2, false)]), true),
        ] {
            let checked = ring.require_no_newer(known);
            assert_eq!(checked.is_ok(), fits, "{:?}: {checked:?}", ring.ids());
        }
    }

    #[test]
    fn the_error_for_a_malformed_ring_names_the_rule_and_no_key() {
        let bytes: Vec<u8> = (0..32).collect();
        let key = encoding::to_base64(&bytes);
        let short = encoding::to_base64(bytes.get(..31).unwrap());
        let zeros = encoding::to_base64(&[0; 32]);
        for (text, rule) in [
            (String::new(), "must be `id:base64`"),
            (key.clone(), "must be `id:base64`"),
            (format!("K1:{key}"), "its id must be"),
            (format!("k1:{short}"), "must be 32 bytes"),
            (format!("k1:{zeros}"), "random"),
            (format!("k1:{key},k2:{zeros}"), "key 2: must not repeat"),
            (format!("k1:{key},k1:{key}"), "duplicate id"),
            (format!("k1:{key},"), "must be `id:base64`"),
        ] {
            let Err(Error::Misconfigured { rule: said, .. }) = KeyRing::parse(&text) else {
                panic!("{text}");
            };
            assert!(said.contains(rule), "{said}");
            assert!(!said.contains(&key) && !said.contains(&short));
        }
        assert_eq!(KeyRing::parse(&format!("k2:{key}, k1:{key}")).unwrap().ids(), ["k2", "k1"]);
    }
}
