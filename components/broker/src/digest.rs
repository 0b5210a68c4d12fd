//! Keyed digests of secrets, by which the same secret is known again without being opened.
//!
//! The key is random, made once for a database, and sealed in it: who has the database alone can
//! neither make a digest nor try secrets against one. It must not leave this module.

use std::rc::Rc;

use hmac::Mac;
use nexus_common::kept::{Once, once};
use nexus_common::{Result, encoding};

use crate::data_key::DataKey;

/// The key belongs to no workspace: the same secret is the same secret in two of them.
const ID: &str = "token_digests";
/// Bytes of a digest that are kept: enough that no two secrets meet.
const LENGTH: usize = 16;

/// Makes digests.
pub(crate) struct Digester(DataKey);

thread_local! {
    static DIGESTER: Once<Digester> = const { Once::new(None) };
}

/// The digester of this database; read once per instance. Who is about to hold tokens that nobody
/// else has asks for it before: later it cannot fail.
///
/// # Errors
/// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
pub(crate) async fn digester() -> Result<Rc<Digester>> {
    once(&DIGESTER, async { DataKey::stored(ID).await.map(Digester) }).await
}

impl Digester {
    /// The digest of `secret`, in hexadecimal.
    pub(crate) fn digest(&self, secret: &str) -> String {
        let Some(mac) = self.0.mac(secret.as_bytes()) else { return String::new() };
        let mut hex = encoding::to_hex(&mac.finalize().into_bytes());
        hex.truncate(2 * LENGTH);
        hex
    }
}
