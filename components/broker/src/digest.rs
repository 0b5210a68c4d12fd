//! Keyed digests of secrets, by which the same secret is known again without being opened.
//!
//! The key is random, made once for a database, and sealed in it: who has the database alone can
//! neither make a digest nor try secrets against one. It must not leave this module.

use std::rc::Rc;

use hmac::{Hmac, KeyInit, Mac};
use nexus_common::kept::{Once, once};
use nexus_common::platform::clock;
use nexus_common::platform::sqlite::Value;
use nexus_common::store::{Transaction, read_row};
use nexus_common::{Error, Result, encoding};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keys;
use crate::seal::{self, Place};

/// It belongs to no workspace: the same secret is the same secret in two of them.
const WORKSPACE: &str = "";
const ID: &str = "token_digests";
/// Bytes of a digest that are kept: enough that no two secrets meet.
const LENGTH: usize = 16;

/// Makes digests.
pub(crate) struct Digester(Zeroizing<[u8; 32]>);

thread_local! {
    static DIGESTER: Once<Digester> = const { Once::new(None) };
}

/// The place of a data key's ciphertext.
pub(crate) fn place<'a>(workspace: &'a str, id: &'a str) -> Place<'a> {
    Place { kind: "data_key", workspace, row: id, field: "sealed" }
}

/// The digester of this database; read once per instance. Who is about to hold tokens that nobody
/// else has asks for it before: later it cannot fail.
///
/// # Errors
/// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
pub(crate) async fn digester() -> Result<Rc<Digester>> {
    once(&DIGESTER, async { stored().await.map(Digester) }).await
}

async fn stored() -> Result<Zeroizing<[u8; 32]>> {
    let ring = keys::ring().await?;
    let key = || [Value::text(WORKSPACE), Value::text(ID)];
    let open = |sealed: &[u8]| {
        let plain = seal::open(&ring, place(WORKSPACE, ID), sealed)?;
        let bytes = <[u8; 32]>::try_from(plain.as_slice());
        bytes.map(Zeroizing::new).map_err(|_| Error::Unreadable("a data key's length".into()))
    };
    let sql = "select sealed from data_keys where workspace = ?1 and id = ?2";
    let row = read_row(sql, key()).await?;
    if let Some(sealed) = row.as_ref().and_then(|row| row.get::<&[u8]>(0)) {
        match open(sealed) {
            Ok(bytes) => return Ok(bytes),
            // What sealed it is gone, and with it the credentials of its time: begun anew.
            Err(Error::Unreadable(why)) => eprintln!("error the key of digests: {why}"),
            Err(other) => return Err(other),
        }
    }
    let bytes = Zeroizing::new(clock::random_bytes::<32>());
    let (sealed, key_id) = seal::seal(&ring, place(WORKSPACE, ID), &*bytes)?;
    let tx = Transaction::begin().await?;
    // Somebody else may have been faster.
    let found = tx.row(sql, key()).await?;
    let theirs = found.as_ref().and_then(|row| row.get::<&[u8]>(0)).map(open);
    if let Some(Ok(theirs)) = theirs {
        return Ok(theirs);
    }
    tx.query(
        "insert or replace into data_keys (workspace, id, sealed, key_id) values (?1, ?2, ?3, ?4)",
        key().into_iter().chain([Value::from(sealed), Value::text(key_id)]),
    )
    .await?;
    tx.commit().await?;
    Ok(bytes)
}

impl Digester {
    /// The digest of `secret`, in hexadecimal.
    pub(crate) fn digest(&self, secret: &str) -> String {
        // A key of any length is accepted.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.0) else { return String::new() };
        mac.update(secret.as_bytes());
        let mut hex = encoding::to_hex(&mac.finalize().into_bytes());
        hex.truncate(2 * LENGTH);
        hex
    }
}
