//! Random keys of the application itself, sealed in the database that they are used for.
//!
//! They outlive the encryption keys that seal them, because `tick` seals them again. A key must not leave the
//! module that requests it.

use hmac::{Hmac, KeyInit, Mac};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::{Error, Result};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keys;
use crate::rows::data_keys::{self, WORKSPACE};
use crate::seal::{self, Place};

/// A key of 32 random bytes.
pub struct DataKey(Zeroizing<[u8; 32]>);

/// The place of a data key's ciphertext.
pub fn place<'a>(workspace: &'a str, id: &'a str) -> Place<'a> {
    Place { kind: "data_key", workspace, row: id, field: "sealed" }
}

impl DataKey {
    /// The key `id` of this database. It is created if it does not exist.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
    pub async fn stored(id: &str) -> Result<Self> {
        let ring = keys::ring().await?;
        let open = |sealed: &[u8]| {
            let plain = seal::open(&ring, place(WORKSPACE, id), sealed)?;
            let bytes = <[u8; 32]>::try_from(plain.as_slice());
            bytes.map(Zeroizing::new).map_err(|_| Error::Unreadable("a data key's length".into()))
        };
        let found = data_keys::find(id).await?;
        if let Some(sealed) = &found {
            match open(sealed) {
                Ok(bytes) => return Ok(Self(bytes)),
                // The encryption key is missing, and with it the credentials that it sealed. A new data key
                // is made, unless another process has the encryption key.
                Err(Error::Unreadable(why)) => {
                    ring.require_newest().await?;
                    let line = Line::error("a data key cannot be opened, and is replaced");
                    line.with("id", &id).with("why", &why).write();
                }
                Err(other) => return Err(other),
            }
        }
        let bytes = Zeroizing::new(clock::random_bytes::<32>());
        let sealed = seal::seal(&ring, place(WORKSPACE, id), &*bytes)?;
        match data_keys::store_in_place(id, sealed, found.as_deref()).await? {
            Some(theirs) => open(&theirs).map(Self),
            None => Ok(Self(bytes)),
        }
    }

    /// The HMAC-SHA256 of `text` under this key (RFC 2104).
    pub fn mac(&self, text: &[u8]) -> Option<Hmac<Sha256>> {
        // A key of any length is accepted.
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).ok()?;
        mac.update(text);
        Some(mac)
    }
}
