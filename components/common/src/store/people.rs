//! The people of a workspace.
//!
//! `entry` lets people in, `change` has the changes by ADMINs, and `seen` notes people of outside issuers. This
//! module must not decide who may do what.

mod change;
mod entry;
mod person;
mod seen;

use super::read::page_by_id;
use super::{Transaction, read_row};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::Value;
pub use change::PersonChange;
pub(super) use person::COLUMNS;
pub use person::Person;
pub use seen::{OutsidePerson, note_outside_people};

/// The people of one workspace.
pub struct People<'a> {
    workspace: &'a str,
}

/// The API's JSON of a person, from the row `p`.
const DOC: &str = "json_object(
    'id', p.id, 'name', p.name, 'email', p.email, 'role', p.role, 'source', p.source,
    'status', p.status, 'issuer', p.issuer,
    'passkeys', (select count(*) from passkeys k where k.person_id = p.id),
    'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', p.created_at / 1000.0, 'unixepoch'),
    'last_seen_at', strftime('%Y-%m-%dT%H:%M:%fZ', p.last_seen_at / 1000.0, 'unixepoch'),
    'sessions', json((select json_group_array(json_object('id', s.id, 'method', s.method,
       'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', s.created_at / 1000.0, 'unixepoch'),
       'used_at', strftime('%Y-%m-%dT%H:%M:%fZ', s.used_at / 1000.0, 'unixepoch')))
     from (select * from sessions where person_id = p.id order by created_at) s)))";

impl<'a> People<'a> {
    /// The people of `workspace`.
    #[must_use]
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// A page as JSON, `{"items":[…],"next_cursor":…}`, newest id first. `cursor` is the id of the last person
    /// of the previous page.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn page(&self, limit: u32, cursor: Option<&str>) -> Result<String> {
        let sql = format!(
            "select {DOC} as item, p.id from people p
             where p.workspace = ?1 and (?2 is null or p.id < ?2) order by p.id desc"
        );
        let values = [Value::text(self.workspace), Value::from(cursor)];
        page_by_id(&sql, values.into(), limit).await
    }

    /// The person `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(&self, id: &str) -> Result<Person> {
        let sql = format!("select {COLUMNS} from people p where p.workspace = ?1 and p.id = ?2");
        let row = read_row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Person::of(&row.ok_or_else(|| Error::no_such("person", id))?)
    }

    /// The person `id`, inside a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find_in(&self, tx: &Transaction, id: &str) -> Result<Person> {
        self.known_in(tx, id).await?.ok_or_else(|| Error::no_such("person", id))
    }

    async fn known_in(&self, tx: &Transaction, id: &str) -> Result<Option<Person>> {
        let sql = format!("select {COLUMNS} from people p where p.workspace = ?1 and p.id = ?2");
        let row = tx.row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        row.as_ref().map(Person::of).transpose()
    }

    /// The person of an issuer's `subject`, if that person was seen before.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn of_identity(&self, issuer: &str, subject: &str) -> Result<Option<Person>> {
        let sql = format!("select {COLUMNS} from people p where p.workspace = ?1 and p.id = ?2");
        let id = id::outside_person(self.workspace, issuer, subject);
        let row = read_row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        row.as_ref().map(Person::of).transpose()
    }
}
