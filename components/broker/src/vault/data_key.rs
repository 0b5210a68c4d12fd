//! Random keys of the application itself, sealed in the database that they are used for.
//!
//! They outlive the encryption keys that seal them, because `tick` seals them again. A key must not leave the
//! module that requests it.

use hmac::{Hmac, KeyInit, Mac};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::sqlite::Value;
use nexus_common::store::{Transaction, read_row};
use nexus_common::{Error, Result};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::vault::keys;
use crate::vault::seal::{self, Place};

/// Data keys belong to no workspace.
const WORKSPACE: &str = "";

/// A key of 32 random bytes.
pub(crate) struct DataKey(Zeroizing<[u8; 32]>);

/// The place of a data key's ciphertext.
pub(crate) fn place<'a>(workspace: &'a str, id: &'a str) -> Place<'a> {
    Place { kind: "data_key", workspace, row: id, field: "sealed" }
}

impl DataKey {
    /// The key `id` of this database. It is created if it does not exist.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
    pub(crate) async fn stored(id: &str) -> Result<Self> {
        let ring = keys::ring().await?;
        let key = || [Value::text(WORKSPACE), Value::text(id)];
        let open = |sealed: &[u8]| {
            let plain = seal::open(&ring, place(WORKSPACE, id), sealed)?;
            let bytes = <[u8; 32]>::try_from(plain.as_slice());
            bytes.map(Zeroizing::new).map_err(|_| Error::Unreadable("a data key's length".into()))
        };
        let sql = "select sealed from data_keys where workspace = ?1 and id = ?2";
        let row = read_row(sql, key()).await?;
        if let Some(sealed) = row.as_ref().and_then(|row| row.get::<&[u8]>(0)) {
            match open(sealed) {
                Ok(bytes) => return Ok(Self(bytes)),
                // The encryption key is missing, and with it the credentials that it sealed. A new data key
                // is made.
                Err(Error::Unreadable(why)) => {
                    let line = Line::error("a data key cannot be opened, and is replaced");
                    line.with("id", &id).with("why", &why).write();
                }
                Err(other) => return Err(other),
            }
        }
        let bytes = Zeroizing::new(clock::random_bytes::<32>());
        let (sealed, key_id) = seal::seal(&ring, place(WORKSPACE, id), &*bytes)?;
        let tx = Transaction::begin().await?;
        // Another instance may have created it meanwhile.
        let found = tx.row(sql, key()).await?;
        let theirs = found.as_ref().and_then(|row| row.get::<&[u8]>(0)).map(open);
        if let Some(Ok(theirs)) = theirs {
            return Ok(Self(theirs));
        }
        tx.query(
            "insert or replace into data_keys (workspace, id, sealed, key_id)
             values (?1, ?2, ?3, ?4)",
            key().into_iter().chain([Value::from(sealed), Value::text(key_id)]),
        )
        .await?;
        tx.commit().await?;
        Ok(Self(bytes))
    }

    /// The HMAC-SHA256 of `text` under this key (RFC 2104).
    pub(crate) fn mac(&self, text: &[u8]) -> Option<Hmac<Sha256>> {
        // A key of any length is accepted.
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).ok()?;
        mac.update(text);
        Some(mac)
    }
}
