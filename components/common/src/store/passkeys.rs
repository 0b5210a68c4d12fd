//! Passkeys: public keys of the authenticators of people who sign in here.
//!
//! The database has no private key, so a reader of it cannot sign in. This module must not verify a signature,
//! which only `auth` does.

use serde_json::json;

use super::people::{COLUMNS, Person};
use super::{RequestContext, Transaction, read, read_row};
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};

/// How many passkeys a person may have.
pub const MOST_PASSKEYS: i64 = 20;

/// The passkeys of one person.
pub struct Passkeys<'a> {
    workspace: &'a str,
    person_id: &'a str,
}

/// A new passkey.
pub struct NewPasskey<'a> {
    /// The id: `pky_…`.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
    /// The id by which the authenticator knows it.
    pub credential_id: &'a [u8],
    /// The COSE key.
    pub public_key: &'a [u8],
    /// The COSE algorithm.
    pub algorithm: i32,
    /// How often the authenticator has signed. 0 if it does not count.
    pub sign_count: u32,
    /// Whether the authenticator may copy it to other devices.
    pub is_backup_eligible: bool,
    /// Whether the authenticator has copied it to other devices.
    pub is_backed_up: bool,
    /// How browsers reach the authenticator, as a JSON list.
    pub transports: &'a str,
}

/// A passkey, to verify what its authenticator signed.
pub struct StoredPasskey {
    /// The id: `pky_…`.
    pub id: String,
    /// The person.
    pub person: Person,
    /// The COSE key.
    pub public_key: Vec<u8>,
    /// The COSE algorithm.
    pub algorithm: i32,
    /// Whether the authenticator may copy it to other devices.
    pub is_backup_eligible: bool,
}

/// How an authenticator and a browser know a passkey.
pub struct Credential {
    /// The id by which the authenticator knows it.
    pub id: Vec<u8>,
    /// How browsers reach the authenticator, as a JSON list.
    pub transports: String,
}

/// The result of [`Transaction::use_passkey`].
#[derive(Debug, PartialEq, Eq)]
pub enum PasskeyUse {
    /// The use is written.
    Done,
    /// The passkey was removed meanwhile.
    Removed,
    /// The authenticator has signed as often as at its last use, or less often: there may be a copy of it.
    WentBack {
        /// How often it had signed at its last use.
        last: i64,
    },
}

/// The API's JSON of a passkey, from the row `k`.
const DOC: &str = "json_object(
    'id', k.id, 'name', k.name, 'backed_up', json(iif(k.backed_up, 'true', 'false')),
    'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', k.created_at / 1000.0, 'unixepoch'),
    'last_used_at', strftime('%Y-%m-%dT%H:%M:%fZ', k.last_used_at / 1000.0, 'unixepoch'))";

impl<'a> Passkeys<'a> {
    /// The passkeys of a person.
    #[must_use]
    pub fn of(workspace: &'a str, person_id: &'a str) -> Self {
        Self { workspace, person_id }
    }

    fn key(&self) -> [Value; 2] {
        [Value::text(self.workspace), Value::text(self.person_id)]
    }

    /// All passkeys as JSON, `{"items":[…]}`, oldest first.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn all(&self) -> Result<String> {
        let sql = format!(
            "select {DOC} as item from passkeys k where k.workspace = ?1 and k.person_id = ?2 order by k.id"
        );
        let rows = read(&sql, self.key()).await?;
        let items: Vec<&str> = rows.iter().map(|row| row.get("item")).collect::<Result<_, _>>()?;
        Ok(format!("{{\"items\":[{}]}}", items.join(",")))
    }

    /// How authenticators know the person's passkeys.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn credentials(&self) -> Result<Vec<Credential>> {
        let sql = "select credential_id, transports from passkeys where workspace = ?1 and person_id = ?2";
        let rows = read(sql, self.key()).await?;
        let credential = |row: &Row| {
            let id = row.get::<&[u8]>("credential_id")?.to_vec();
            Ok(Credential { id, transports: row.text("transports")? })
        };
        rows.iter().map(credential).collect()
    }

    /// Writes a new passkey, and returns the API's JSON.
    ///
    /// # Errors
    /// [`Error::Conflict`] (`too_many_passkeys`, `passkey_exists`), [`Error::Storage`].
    pub async fn insert(&self, new: &NewPasskey<'_>, by: &RequestContext<'_>) -> Result<String> {
        let tx = Transaction::begin().await?;
        if self.count(&tx).await? >= MOST_PASSKEYS {
            let detail = format!("you may have at most {MOST_PASSKEYS} passkeys. Remove one first");
            return Err(Error::Conflict { code: "too_many_passkeys", detail });
        }
        let sql = format!(
            "insert into passkeys as k (id, workspace, person_id, name, credential_id, public_key, algorithm,
               sign_count, backup_eligible, backed_up, transports, created_at)
             values (?3, ?1, ?2, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             on conflict (credential_id) do nothing returning {} as item",
            DOC.replace("k.", "")
        );
        let values = [
            Value::text(new.id),
            Value::text(new.name),
            Value::from(new.credential_id),
            Value::from(new.public_key),
            Value::integer(i64::from(new.algorithm)),
            Value::integer(i64::from(new.sign_count)),
            Value::integer(i64::from(new.is_backup_eligible)),
            Value::integer(i64::from(new.is_backed_up)),
            Value::text(new.transports),
            Value::integer(tx.now_ms),
        ];
        let row = tx.row(&sql, self.key().into_iter().chain(values)).await?;
        let doc = row.ok_or_else(|| {
            let detail = "this passkey is known here already. Use another authenticator".into();
            Error::Conflict { code: "passkey_exists", detail }
        })?;
        let doc = doc.into_text()?;
        let detail = json!({"passkey": new.id, "name": new.name});
        tx.audit(&by.entry("person.passkey_create", self.person_id, detail)).await?;
        tx.commit().await?;
        Ok(doc)
    }

    /// Gives the passkey `id` another name, and returns the API's JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn rename(&self, id: &str, name: &str, by: &RequestContext<'_>) -> Result<String> {
        let tx = Transaction::begin().await?;
        let sql = format!(
            "update passkeys as k set name = ?4 where workspace = ?1 and person_id = ?2 and id = ?3
             returning {} as item",
            DOC.replace("k.", "")
        );
        let values = self.key().into_iter().chain([Value::text(id), Value::text(name)]);
        let doc = tx.row(&sql, values).await?.ok_or_else(|| not_found(id))?.into_text()?;
        let detail = json!({"passkey": id, "name": name});
        tx.audit(&by.entry("person.passkey_rename", self.person_id, detail)).await?;
        tx.commit().await?;
        Ok(doc)
    }

    /// Removes the passkey `id`. The last one stays if the person cannot sign in at the identity provider.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`last_passkey`), [`Error::Storage`].
    pub async fn delete(&self, id: &str, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "delete from passkeys where workspace = ?1 and person_id = ?2 and id = ?3 returning name";
        let row = tx.row(sql, self.key().into_iter().chain([Value::text(id)])).await?;
        let name = row.ok_or_else(|| not_found(id))?.text("name")?;
        if self.count(&tx).await? == 0 && !self.has_identity(&tx).await? {
            let detail = "this is your last passkey, and your only way to sign in again. Add another one first";
            return Err(Error::Conflict { code: "last_passkey", detail: detail.into() });
        }
        let detail = json!({"passkey": id, "name": name});
        tx.audit(&by.entry("person.passkey_delete", self.person_id, detail)).await?;
        tx.commit().await
    }

    /// Removes all passkeys of the person, and ends all sessions: a device is lost. Returns how many passkeys
    /// there were.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn delete_all(&self, by: &RequestContext<'_>) -> Result<usize> {
        let tx = Transaction::begin().await?;
        let sql = "delete from passkeys where workspace = ?1 and person_id = ?2 returning 1";
        let deleted = tx.query(sql, self.key()).await?.len();
        let sql = "delete from sessions where workspace = ?1 and person_id = ?2 returning 1";
        let ended = tx.query(sql, self.key()).await?.len();
        let detail = json!({"passkeys": deleted, "sessions": ended});
        tx.audit(&by.entry("person.passkeys_delete", self.person_id, detail)).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// How many passkeys the person has.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn count(&self, tx: &Transaction) -> Result<i64> {
        let sql = "select count(*) as count from passkeys where workspace = ?1 and person_id = ?2";
        super::count(tx.row(sql, self.key()).await?)
    }

    /// Whether the identity provider knows the person, who can sign in there.
    async fn has_identity(&self, tx: &Transaction) -> Result<bool> {
        let sql = "select 1 from people where workspace = ?1 and id = ?2 and subject is not null";
        Ok(tx.row(sql, self.key()).await?.is_some())
    }
}

/// The passkey that an authenticator knows by `credential_id`.
///
/// # Errors
/// [`Error::Storage`].
pub async fn find_passkey(credential_id: &[u8]) -> Result<Option<StoredPasskey>> {
    let sql = format!(
        "select k.id as passkey_id, k.public_key, k.algorithm, k.backup_eligible, {COLUMNS}
         from passkeys k join people p on p.id = k.person_id and p.workspace = k.workspace
         where k.credential_id = ?1"
    );
    let Some(row) = read_row(&sql, [Value::from(credential_id)]).await? else { return Ok(None) };
    let algorithm = i32::try_from(row.get::<i64>("algorithm")?);
    Ok(Some(StoredPasskey {
        id: row.text("passkey_id")?,
        person: Person::of(&row)?,
        public_key: row.get::<&[u8]>("public_key")?.to_vec(),
        algorithm: algorithm.map_err(|_| Error::Unreadable("the algorithm of a passkey".into()))?,
        is_backup_eligible: row.get("backup_eligible")?,
    }))
}

impl Transaction {
    /// Writes that a passkey was used, unless its counter says that there is a copy of its authenticator
    /// (WebAuthn, 6.1.1). Two zeros mean that the authenticator does not count.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn use_passkey(
        &self,
        id: &str,
        sign_count: u32,
        is_backed_up: bool,
    ) -> Result<PasskeyUse> {
        let row = self.row("select sign_count from passkeys where id = ?1", [Value::text(id)]);
        let Some(row) = row.await? else { return Ok(PasskeyUse::Removed) };
        let (last, now) = (row.get::<i64>("sign_count")?, i64::from(sign_count));
        if now <= last && (now, last) != (0, 0) {
            return Ok(PasskeyUse::WentBack { last });
        }
        let sql =
            "update passkeys set sign_count = ?2, backed_up = ?3, last_used_at = ?4 where id = ?1";
        let values = [
            Value::text(id),
            Value::integer(now),
            Value::integer(i64::from(is_backed_up)),
            Value::integer(self.now_ms),
        ];
        self.query(sql, values).await?;
        Ok(PasskeyUse::Done)
    }
}

fn not_found(id: &str) -> Error {
    let shown = nexus_printable::shortened(id);
    Error::NotFound(format!("you have no passkey {shown:?}"))
}
