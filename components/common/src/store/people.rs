//! The people of a workspace.
//!
//! The last active ADMIN of a workspace stays one: each change that could lower or switch off an ADMIN is
//! checked under the write lock. This module must not decide who may do what.

use serde_json::json;

use super::{RequestContext, Transaction, read, read_row, write_relaxed};
use crate::domain::{AccountStatus, Basis, Caller, CallerKind, PersonSource, Role, Via};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value};
use crate::request_id::RequestId;

/// How long after their last token or sign-in an ADMIN of an issuer or identity provider counts as one, in
/// milliseconds: 30 days.
const OUTSIDE_ADMIN_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The people of one workspace.
pub struct People<'a> {
    workspace: &'a str,
}

/// A person who signs in here.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id: `per_…`.
    pub id: String,
    /// The workspace.
    pub workspace: String,
    /// The name.
    pub name: String,
    /// The address, if it is known.
    pub email: Option<String>,
    /// The role.
    pub role: Role,
    /// Where the person comes from.
    pub source: PersonSource,
    /// The subject at the issuer, for a person of an issuer or identity provider.
    pub subject: Option<String>,
    /// Whether the person may sign in.
    pub status: AccountStatus,
}

impl Person {
    pub(super) fn of(row: &Row) -> Result<Self> {
        let role = Role::parse(row.get("role")?);
        Ok(Self {
            id: row.text("id")?,
            workspace: row.text("workspace")?,
            name: row.text("name")?,
            email: row.text_or_null("email")?,
            role: role.ok_or_else(|| Error::Unreadable("the role of a person".into()))?,
            source: row.get("source")?,
            subject: row.text_or_null("subject")?,
            status: row.get("status")?,
        })
    }

    /// Checks that the person may sign in: an ADMIN has not switched the person off.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require_active(&self) -> Result<()> {
        match self.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::Disabled => Err(Error::Forbidden(
                "an ADMIN has switched you off. Ask an ADMIN of your workspace".into(),
            )),
        }
    }

    /// Checks that the person signs in here, and not by what an identity provider says each time.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require_local(&self) -> Result<()> {
        match self.source {
            PersonSource::Local => Ok(()),
            PersonSource::Oidc | PersonSource::Issuer => Err(Error::Forbidden(
                "your identity provider gives you your role, so a passkey cannot sign you in. Sign in there"
                    .into(),
            )),
        }
    }

    /// The subject that records name: the issuer's, or the id.
    #[must_use]
    pub fn actor(&self) -> &str {
        self.subject.as_deref().unwrap_or(&self.id)
    }

    /// The person as the caller of a sign-in, for records.
    #[must_use]
    pub fn as_caller(&self) -> Caller {
        Caller {
            workspace: self.workspace.clone(),
            subject: self.actor().to_owned(),
            kind: CallerKind::Person,
            role: Some(self.role),
            role_source: None,
            expires_at: 0,
            via: Via::Session,
            basis: Basis { person: Some(self.id.clone()), ..Basis::default() },
        }
    }

    /// Records what a sign-in has changed about a person who was known `before` it.
    async fn record_change(
        &self,
        before: Option<&Self>,
        (tx, method): (&Transaction, &str),
        request_id: &RequestId,
    ) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let role = (before.role != self.role).then(|| self.role.name());
        let status = (before.status != self.status).then_some(self.status);
        if role.is_none() && status.is_none() {
            return Ok(());
        }
        let caller = self.as_caller();
        let by = RequestContext { caller: &caller, request_id };
        let detail = json!({"role": role, "status": status, "method": method});
        tx.audit(&by.entry("person.update", &self.id, detail)).await
    }
}

pub(super) const COLUMNS: &str =
    "p.id, p.workspace, p.name, p.email, p.role, p.source, p.subject, p.status";

/// The new values of a person. A member that is `None` stays as it is.
#[derive(Default)]
pub struct PersonChange {
    /// The role.
    pub role: Option<Role>,
    /// Whether the person may sign in.
    pub status: Option<AccountStatus>,
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
             where p.workspace = ?1 and (?2 is null or p.id < ?2) order by p.id desc limit ?3"
        );
        let values = [Value::text(self.workspace), Value::from(cursor), Value::from(limit + 1)];
        let rows = read(&sql, values).await?;
        let shown = rows.len().min(limit as usize);
        let (page, rest) = rows.split_at_checked(shown).unwrap_or((&rows, &[]));
        let items: Vec<&str> = page.iter().map(|row| row.get("item")).collect::<Result<_, _>>()?;
        let next = match (page.last(), rest) {
            (Some(last), [_, ..]) => json!(last.get::<&str>("id")?).to_string(),
            _ => "null".to_owned(),
        };
        Ok(format!("{{\"items\":[{}],\"next_cursor\":{next}}}", items.join(",")))
    }

    /// The person `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(&self, id: &str) -> Result<Person> {
        let sql = format!("select {COLUMNS} from people p where p.workspace = ?1 and p.id = ?2");
        let row = read_row(&sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Person::of(&row.ok_or_else(|| not_found(id))?)
    }

    /// The person `id`, inside a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find_in(&self, tx: &Transaction, id: &str) -> Result<Person> {
        self.known_in(tx, id).await?.ok_or_else(|| not_found(id))
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

    /// Writes a person who was invited.
    ///
    /// # Errors
    /// [`Error::Storage`].
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
    /// [`Error::Storage`].
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

    /// Writes or updates a person whom the identity provider has just vouched for. Returns the person.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn save_oidc(
        &self,
        tx: &Transaction,
        (issuer, subject): (&str, &str),
        (name, email): (&str, Option<&str>),
        (role, request_id): (Role, &RequestId),
    ) -> Result<Person> {
        let id = id::outside_person(self.workspace, issuer, subject);
        let before = self.known_in(tx, &id).await?;
        let sql = format!(
            "insert into people as p (id, workspace, name, email, role, source, issuer, subject,
               created_at, last_seen_at)
             values (?1, ?2, ?3, ?4, ?5, 'oidc', ?6, ?7, ?8, ?8)
             on conflict do update set name = excluded.name, email = excluded.email,
               role = excluded.role, source = 'oidc', last_seen_at = excluded.last_seen_at
             returning {}",
            COLUMNS.replace("p.", "")
        );
        let values = [
            Value::text(id),
            Value::text(self.workspace),
            Value::text(name),
            Value::from(email),
            Value::text(role.name()),
            Value::text(issuer),
            Value::text(subject),
            Value::integer(tx.now_ms),
        ];
        let row = tx.row(&sql, values).await?;
        let row = row.ok_or_else(|| Error::Internal("an insert returned no row".into()))?;
        let person = Person::of(&row)?;
        person.record_change(before.as_ref(), (tx, "oidc"), request_id).await?;
        Ok(person)
    }

    /// Writes a person who was invited, and who signs in at the identity provider. The invitation gives the role,
    /// which admins can change. An ADMIN stays one.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn insert_invited(
        &self,
        tx: &Transaction,
        (issuer, subject): (&str, &str),
        (name, email): (&str, Option<&str>),
        (role, request_id): (Role, &RequestId),
    ) -> Result<Person> {
        let id = id::outside_person(self.workspace, issuer, subject);
        let before = self.known_in(tx, &id).await?;
        let sql = "insert into people (id, workspace, name, email, role, source, issuer, subject,
                     created_at, last_seen_at)
                   values (?1, ?2, ?3, ?4, ?5, 'local', ?6, ?7, ?8, ?8)
                   on conflict do update set name = excluded.name, email = excluded.email,
                     role = iif(source = 'local' and role = 'ADMIN', role, excluded.role),
                     source = 'local', last_seen_at = excluded.last_seen_at";
        let values = [
            Value::text(id.as_str()),
            Value::text(self.workspace),
            Value::text(name),
            Value::from(email),
            Value::text(role.name()),
            Value::text(issuer),
            Value::text(subject),
            Value::integer(tx.now_ms),
        ];
        tx.query(sql, values).await?;
        let person = self.find_in(tx, &id).await?;
        person.record_change(before.as_ref(), (tx, "invitation"), request_id).await?;
        Ok(person)
    }

    /// Applies `change` to the person `id`, and returns the API's JSON. Sessions of a person who is switched
    /// off end.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] (`role_managed_elsewhere`, `last_admin`), [`Error::Storage`].
    pub async fn change(
        &self,
        id: &str,
        change: &PersonChange,
        by: &RequestContext<'_>,
    ) -> Result<String> {
        let tx = Transaction::begin().await?;
        let sql = format!("select {COLUMNS} from people p where p.workspace = ?1 and p.id = ?2");
        let key = || [Value::text(self.workspace), Value::text(id)];
        let row = tx.row(&sql, key()).await?.ok_or_else(|| not_found(id))?;
        let person = Person::of(&row)?;
        if change.role.is_some_and(|role| role != person.role)
            && person.source != PersonSource::Local
        {
            let detail = "the role comes from the identity provider, and can be changed there only";
            return Err(Error::Conflict { code: "role_managed_elsewhere", detail: detail.into() });
        }
        let stays_admin = change.role.unwrap_or(person.role) == Role::Admin
            && change.status.unwrap_or(person.status) == AccountStatus::Active;
        let is_admin = person.role == Role::Admin && person.status == AccountStatus::Active;
        if is_admin && !stays_admin && !self.has_other_admin(&tx, id).await? {
            let detail =
                "this is the last active ADMIN of the workspace. Make another person ADMIN first";
            return Err(Error::Conflict { code: "last_admin", detail: detail.into() });
        }
        let sql = "update people set role = coalesce(?3, role), status = coalesce(?4, status)
                   where workspace = ?1 and id = ?2";
        let values = [
            Value::from(change.role.map(Role::name)),
            Value::from(change.status.map(AccountStatus::as_str)),
        ];
        tx.query(sql, key().into_iter().chain(values)).await?;
        if change.status == Some(AccountStatus::Disabled) {
            let sql = "delete from sessions where workspace = ?1 and person_id = ?2";
            tx.query(sql, key()).await?;
        }
        let detail = json!({"role": change.role.map(Role::name), "status": change.status});
        tx.audit(&by.entry("person.update", id, detail)).await?;
        let sql =
            format!("select {DOC} as item from people p where p.workspace = ?1 and p.id = ?2");
        let row = tx.row(&sql, key()).await?.ok_or_else(|| not_found(id))?;
        let doc = row.into_text()?;
        tx.commit().await?;
        Ok(doc)
    }

    /// Whether another person is an active ADMIN. The row of an outside person has the role of the last token
    /// or sign-in, which the issuer may have taken away since. So an outside person counts for a month.
    async fn has_other_admin(&self, tx: &Transaction, id: &str) -> Result<bool> {
        let sql = "select 1 from people where workspace = ?1 and id <> ?2 and role = 'ADMIN'
                   and status = 'active' and (source = 'local' or last_seen_at > ?3) limit 1";
        let seen_since = tx.now_ms - OUTSIDE_ADMIN_MS;
        let values = [Value::text(self.workspace), Value::text(id), Value::integer(seen_since)];
        Ok(tx.row(sql, values).await?.is_some())
    }
}

impl Transaction {
    /// The person of an issuer's `subject` whose role is decided here, in any workspace: one who was invited. If
    /// there are several, the one who was seen last.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn find_invited(&self, issuer: &str, subject: &str) -> Result<Option<Person>> {
        let sql = format!(
            "select {COLUMNS} from people p where p.issuer = ?1 and p.subject = ?2 and p.source = 'local'
             order by p.last_seen_at desc, p.id limit 1"
        );
        let row = self.row(&sql, [Value::text(issuer), Value::text(subject)]).await?;
        row.as_ref().map(Person::of).transpose()
    }
}

/// A person of an outside issuer, as a token names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsidePerson {
    /// The workspace.
    pub workspace: String,
    /// The issuer of the token.
    pub issuer: String,
    /// The subject of the token.
    pub subject: String,
    /// The role that the token gives.
    pub role: Role,
}

/// Stores the people of outside issuers that are not stored yet, or whose role has changed, and when they were
/// last seen, to the hour. A person who is first seen after their agent was switched off is switched off as well.
///
/// # Errors
/// [`Error::Storage`].
pub async fn note_outside_people(seen: &[OutsidePerson]) -> Result<()> {
    let rows: Vec<_> = seen
        .iter()
        .map(|OutsidePerson { workspace, issuer, subject, role }| {
            json!([
                id::outside_person(workspace, issuer, subject),
                workspace,
                subject,
                issuer,
                role.name()
            ])
        })
        .collect();
    let rows = Value::text(json!(rows).to_string());
    let is_known = "exists(select 1 from people p where p.id = value ->> 0
        and (p.source <> 'issuer' or p.role = value ->> 4)
        and p.last_seen_at > unixepoch() * 1000 - 3600000)";
    let any = format!("select 1 from json_each(?1) where not {is_known} limit 1");
    if read_row(&any, [rows.clone()]).await?.is_none() {
        return Ok(());
    }
    let sql = format!(
        "insert into people (id, workspace, name, role, source, issuer, subject, status, created_at,
           last_seen_at)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 4, 'issuer', value ->> 3, value ->> 2,
           coalesce((select status from agents where id = 'agt_' || substr(value ->> 0, 5)), 'active'),
           cast(unixepoch('subsec') * 1000 as integer), cast(unixepoch('subsec') * 1000 as integer)
         from json_each(?1) where not {is_known}
         on conflict do update set last_seen_at = excluded.last_seen_at,
           role = iif(source = 'issuer', excluded.role, role)"
    );
    write_relaxed(&sql, [rows]).await.map(drop)
}

fn not_found(id: &str) -> Error {
    let shown = nexus_printable::shortened(id);
    Error::NotFound(format!("there is no person {shown:?} in this workspace"))
}
