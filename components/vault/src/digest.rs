//! Keyed digests of secrets. They show that two secrets are equal without opening them.
//!
//! The key is random, made once for a database, and sealed in it. An attacker who has only the database can
//! neither compute a digest nor test secrets against one. The key must not leave this module.

use std::rc::Rc;

use hmac::Mac;
use nexus_common::kept::{Once, once};
use nexus_common::{Result, encoding};

use crate::data_key::DataKey;

/// The id of the key, which belongs to no workspace: a secret has the same digest in every workspace.
const ID: &str = "token_digests";
/// The number of bytes that are kept of a digest, enough to avoid collisions.
const LENGTH: usize = 16;

/// Computes digests.
pub struct Digester(DataKey);

thread_local! {
    static DIGESTER: Once<Digester> = const { Once::new(None) };
}

/// The digester of this database. It is read once per instance. Code that will hold the only copy of new
/// tokens calls this first, so that it cannot fail later.
///
/// # Errors
/// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
pub async fn digester() -> Result<Rc<Digester>> {
    once(&DIGESTER, async { DataKey::stored(ID).await.map(Digester) }).await
}

impl Digester {
    /// The digest of `secret`, in hexadecimal.
    pub fn digest(&self, secret: &str) -> String {
        let Some(mac) = self.0.mac(secret.as_bytes()) else { return String::new() };
        let mut hex = encoding::to_hex(&mac.finalize().into_bytes());
        hex.truncate(2 * LENGTH);
        hex
    }
}
