//! How people come in: by an invitation, by a link from the machine, and through the identity provider.

use super::{COLUMNS, People, Person};
use crate::domain::{PersonSource, Role};
use crate::error::Result;
use crate::id;
use crate::platform::sqlite::Value;
use crate::request_id::RequestId;
use crate::store::{Transaction, returned};

impl People<'_> {
    /// Writes a person who was invited.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn insert_local(
        &self,
        tx: &Transaction,
        id: &str,
        (name, email): (&str, Option<&str>),
        role: Role,
    ) -> Result<()> {
        let sql = "insert into people (id, workspace, name, email, role, source, created_at, last_seen_at)
                   values (?1, ?2, ?3, ?4, ?5, 'local', ?6, ?6)";
        let values = [
            Value::text(id),
            Value::text(self.workspace),
            Value::text(name),
            Value::from(email),
            Value::text(role.name()),
            Value::integer(tx.now_ms),
        ];
        tx.query(sql, values).await.map(drop)
    }

    /// The person whom the owner of the machine lets in, by name. A new one is written. One whom an earlier link
    /// made gets the role, and is switched on. Everybody else chose their name themselves, or their provider did,
    /// so a name never leads to their rows.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn admit_by_machine(
        &self,
        tx: &Transaction,
        new_id: &str,
        (name, role): (&str, Role),
        request_id: &RequestId,
    ) -> Result<Person> {
        let sql = format!(
            "select {COLUMNS} from people p where p.workspace = ?1 and p.by_machine = 1 and p.name = ?2
             order by p.id limit 1"
        );
        let row = tx.row(&sql, [Value::text(self.workspace), Value::text(name)]).await?;
        let before = row.as_ref().map(Person::of).transpose()?;
        let id = before.as_ref().map_or(new_id, |person| person.id.as_str());
        let sql =
            "insert into people (id, workspace, name, role, source, by_machine, created_at, last_seen_at)
             values (?1, ?2, ?3, ?4, 'local', 1, ?5, ?5)
             on conflict do update set role = excluded.role, status = 'active'";
        let values = [
            Value::text(id),
            Value::text(self.workspace),
            Value::text(name),
            Value::text(role.name()),
            Value::integer(tx.now_ms),
        ];
        tx.query(sql, values).await?;
        let person = self.find_in(tx, id).await?;
        person.record_change(before.as_ref(), (tx, "link"), request_id).await?;
        Ok(person)
    }

    /// Writes or updates a person who signs in at the identity provider. Returns the person. With
    /// [`PersonSource::Oidc`], the claims give the role. With [`PersonSource::Local`], an invitation does: admins can
    /// change the role later, and an ADMIN stays one.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn save_outside(
        &self,
        tx: &Transaction,
        (issuer, subject): (&str, &str),
        (name, email): (&str, Option<&str>),
        (role, source): (Role, PersonSource),
        request_id: &RequestId,
    ) -> Result<Person> {
        let id = id::outside_person(self.workspace, issuer, subject);
        let before = self.known_in(tx, &id).await?;
        let (method, new_role) = match source {
            PersonSource::Oidc => ("oidc", "excluded.role"),
            _ => (
                "invitation",
                "iif(p.source = 'local' and p.role = 'ADMIN', p.role, excluded.role)",
            ),
        };
        let sql = format!(
            "insert into people as p (id, workspace, name, email, role, source, issuer, subject,
               created_at, last_seen_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             on conflict do update set name = excluded.name, email = excluded.email,
               role = {new_role}, source = excluded.source, last_seen_at = excluded.last_seen_at
             returning {}",
            COLUMNS.replace("p.", "")
        );
        let values = [
            Value::text(id),
            Value::text(self.workspace),
            Value::text(name),
            Value::from(email),
            Value::text(role.name()),
            Value::from(source),
            Value::text(issuer),
            Value::text(subject),
            Value::integer(tx.now_ms),
        ];
        let row = tx.row(&sql, values).await?;
        let person = Person::of(&returned(row)?)?;
        person.record_change(before.as_ref(), (tx, method), request_id).await?;
        Ok(person)
    }
}

impl Transaction {
    /// The person of an issuer's `subject` whose role is decided here, in any workspace: one who was invited. If
    /// there are several, the one who was seen last.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn find_invited(&self, issuer: &str, subject: &str) -> Result<Option<Person>> {
        let sql = format!(
            "select {COLUMNS} from people p where p.issuer = ?1 and p.subject = ?2 and p.source = 'local'
             order by p.last_seen_at desc, p.id limit 1"
        );
        let row = self.row(&sql, [Value::text(issuer), Value::text(subject)]).await?;
        row.as_ref().map(Person::of).transpose()
    }
}
