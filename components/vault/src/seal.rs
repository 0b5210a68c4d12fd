//! Seals and opens ciphertexts: AES-256-GCM, with a key that is derived for each ciphertext.
//!
//! The format is `1 | len, key id | salt (32) | nonce (12) | ciphertext and tag (16)`. The associated data
//! binds a ciphertext to its place, so it must not open in another row, workspace or field.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use nexus_common::platform::clock;
use nexus_common::{Error, Result};
use zeroize::Zeroizing;

use crate::keys::{Key, KeyRing};

const VERSION: u8 = 1;
const INFO: &[u8] = b"nexus/seal/v1";
const SALT: usize = 32;
const NONCE: usize = 12;

/// The place that a ciphertext belongs to.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// `credential`, `client`, `flow`, `outbox` or `data_key`.
    pub kind: &'a str,
    /// The workspace.
    pub workspace: &'a str,
    /// The id of the row.
    pub row: &'a str,
    /// The column.
    pub field: &'a str,
}

impl Place<'_> {
    /// The parts of the place, each after its length, so that two different places never have the same bytes.
    fn associated_data(&self, key_id: &str) -> Vec<u8> {
        let parts = [key_id, self.kind, self.workspace, self.row, self.field];
        let mut data = vec![VERSION];
        for part in parts {
            data.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            data.extend(part.as_bytes());
        }
        data
    }
}

/// Seals `plaintext` for `place` with the ring's first key. Returns the ciphertext and the key's id.
///
/// # Errors
/// [`Error::Internal`] if the cipher fails (a plaintext of more than 64 GiB).
pub fn seal(ring: &KeyRing, place: Place<'_>, plaintext: &[u8]) -> Result<(Vec<u8>, String)> {
    let salt: [u8; SALT] = clock::random_bytes();
    let nonce: [u8; NONCE] = clock::random_bytes();
    let key = ring.sealing()?;
    Ok((seal_with(key, place, plaintext, &salt, &nonce)?, key.id.clone()))
}

fn seal_with(
    key: &Key,
    place: Place<'_>,
    plaintext: &[u8],
    salt: &[u8; SALT],
    nonce: &[u8; NONCE],
) -> Result<Vec<u8>> {
    let aad = place.associated_data(&key.id);
    let sealed = cipher(key, salt)?
        .encrypt(&Nonce::from(*nonce), Payload { msg: plaintext, aad: &aad })
        .map_err(|_| Error::Internal("sealing failed".into()))?;
    let id_length = u8::try_from(key.id.len()).map_err(|_| Error::Internal("key id".into()))?;
    let head = [&[VERSION, id_length], key.id.as_bytes(), salt, nonce];
    Ok([head.concat(), sealed].concat())
}

/// Opens a ciphertext that was sealed for `place`.
///
/// # Errors
/// [`Error::Unreadable`] for another version, a missing key, another place, or changed bytes. The log has the
/// reason. The caller learns only that the ciphertext cannot be opened.
pub fn open(ring: &KeyRing, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable =
        |why: &str| Error::Unreadable(format!("{} of {}: {why}", place.kind, place.row));
    let parts = Parts::read(sealed).ok_or_else(|| unreadable("the format is unknown"))?;
    let key = ring
        .find(parts.key_id)
        .ok_or_else(|| unreadable(&format!("the key {:?} is not in the ring", parts.key_id)))?;
    let aad = place.associated_data(&key.id);
    cipher(key, parts.salt)?
        .decrypt(&Nonce::from(*parts.nonce), Payload { msg: parts.body, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| unreadable("the bytes, the key or the place do not match"))
}

struct Parts<'a> {
    key_id: &'a str,
    salt: &'a [u8],
    nonce: &'a [u8; NONCE],
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(sealed: &'a [u8]) -> Option<Self> {
        let (version, rest) = sealed.split_first()?;
        if *version != VERSION {
            return None;
        }
        let (length, rest) = rest.split_first()?;
        let (key_id, rest) = rest.split_at_checked(usize::from(*length))?;
        let (salt, rest) = rest.split_at_checked(SALT)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>()?;
        Some(Self { key_id: std::str::from_utf8(key_id).ok()?, salt, nonce, body })
    }
}

fn cipher(key: &Key, salt: &[u8]) -> Result<Aes256Gcm> {
    let derived = key.derive(salt, INFO);
    Aes256Gcm::new_from_slice(&*derived).map_err(|_| Error::Internal("key length".into()))
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> =
        Place { kind: "credential", workspace: "w", row: "int_1", field: "sealed" };

    fn sealed(ring: &KeyRing) -> Vec<u8> {
        seal_with(ring.sealing().unwrap(), PLACE, b"secret", &[1; SALT], &[2; NONCE]).unwrap()
    }

    #[test]
    fn a_ciphertext_opens_in_its_place_even_after_a_key_rotation() {
        let sealed = sealed(&KeyRing::of(&[("k1", 1)]));
        let rotated = KeyRing::of(&[("k2", 2), ("k1", 1)]);
        assert_eq!(&**open(&rotated, PLACE, &sealed).unwrap(), b"secret");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn a_ciphertext_opens_in_no_other_place() {
        let ring = KeyRing::of(&[("k1", 1)]);
        let sealed = sealed(&ring);
        for place in [
            Place { kind: "client", ..PLACE },
            Place { workspace: "v", ..PLACE },
            Place { row: "int_2", ..PLACE },
            Place { field: "hint", ..PLACE },
            // The same letters, split at another position.
            Place { workspace: "wi", row: "nt_1", ..PLACE },
        ] {
            assert!(matches!(open(&ring, place, &sealed), Err(Error::Unreadable(_))));
        }
    }

    #[test]
    fn a_ciphertext_with_a_changed_byte_does_not_open() {
        let ring = KeyRing::of(&[("k1", 1), ("k0", 1)]);
        let sealed = sealed(&ring);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(open(&ring, PLACE, &changed).is_err(), "byte {index}");
            assert!(open(&ring, PLACE, &sealed[..index]).is_err(), "cut at {index}");
        }
    }

    #[test]
    fn a_key_id_cannot_be_renamed() {
        // Two ids have the same bytes. The ciphertext names its id, and the id is authenticated.
        let sealed = sealed(&KeyRing::of(&[("k1", 1)]));
        let mut renamed = sealed.clone();
        renamed[3] = b'9';
        assert!(open(&KeyRing::of(&[("k9", 1)]), PLACE, &renamed).is_err());
    }
}
