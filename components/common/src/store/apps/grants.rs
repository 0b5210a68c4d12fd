//! The agreements of people: one grant for each connected app. A grant is ended with its agent.

use serde_json::json;

use crate::domain::AgentKind;
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value};
use crate::store::read::page_by_id;
use crate::store::{Agents, NewAgent, RequestContext, Transaction};

/// How long an app may take from a person's agreement to its first token, in milliseconds. After that, the
/// app is deleted.
const FIRST_TOKEN_MS: i64 = 10 * 60 * 1000;
/// The largest number after a name.
const LARGEST: i64 = 1_000_000_000;

/// A person's agreement.
pub struct NewGrant<'a> {
    /// The agent that the app becomes: `agt_…`.
    pub agent_id: &'a str,
    /// A name for the agent. It gets a number if another agent has it.
    pub name: &'a str,
    /// The client.
    pub client_id: &'a str,
    /// The person who agrees.
    pub person_id: &'a str,
    /// How policies name the person, if the policies limit the person.
    pub person_subject: Option<&'a str>,
    /// The integrations that the app may use. `None`: all.
    pub integrations: Option<&'a [String]>,
    /// Whether the app may only read.
    pub is_read_only: bool,
    /// Whether the app gets refresh tokens.
    pub may_refresh: bool,
    /// The scope of the tokens.
    pub scope: &'a str,
    /// The purpose of the tokens.
    pub resource: &'a str,
    /// For how long, in milliseconds.
    pub lifetime_ms: i64,
}

/// A stored grant.
pub struct StoredGrant {
    /// The agent.
    pub agent_id: String,
    /// The workspace.
    pub workspace: String,
    /// The client.
    pub client_id: String,
    /// Whether the app gets refresh tokens.
    pub may_refresh: bool,
    /// The scope of the tokens.
    pub scope: String,
    /// The purpose of the tokens.
    pub resource: String,
    /// When the grant expires, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

impl StoredGrant {
    pub(super) const COLUMNS: &str = "g.agent_id, g.workspace, g.client_id as grant_client, \
        g.may_refresh, g.scope, g.resource, g.expires_at as grant_expires_at";

    pub(super) fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            agent_id: row.text("agent_id")?,
            workspace: row.text("workspace")?,
            client_id: row.text("grant_client")?,
            may_refresh: row.get("may_refresh")?,
            scope: row.text("scope")?,
            resource: row.text("resource")?,
            expires_at: row.get("grant_expires_at")?,
        })
    }
}

impl Transaction {
    /// Writes the agent of a connected app and its grant. Apps whose grant has expired, or that never fetched
    /// a token, are deleted.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn insert_grant(&self, new: &NewGrant<'_>, by: &RequestContext<'_>) -> Result<()> {
        self.forget_apps().await?;
        let workspace = by.caller.workspace.as_str();
        let name = self.free_agent_name(workspace, new.name).await?;
        let agent = NewAgent {
            id: new.agent_id,
            name: &name,
            description: "",
            owner: Some(new.person_id),
            kind: AgentKind::ConnectedApp,
        };
        Agents::of(workspace).insert(self, &agent, by).await?;
        let sql = "insert into app_grants (agent_id, workspace, client_id, person_id, person_subject,
                     integrations, is_read_only, may_refresh, scope, resource, created_at, expires_at)
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11 + ?12)";
        let values = [
            Value::text(new.agent_id),
            Value::text(workspace),
            Value::text(new.client_id),
            Value::text(new.person_id),
            Value::from(new.person_subject),
            Value::from(new.integrations.map(|ids| json!(ids).to_string())),
            Value::integer(i64::from(new.is_read_only)),
            Value::integer(i64::from(new.may_refresh)),
            Value::text(new.scope),
            Value::text(new.resource),
            Value::integer(self.now_ms),
            Value::integer(new.lifetime_ms),
        ];
        self.query(sql, values).await?;
        let detail = json!({"client": new.client_id, "integrations": new.integrations,
            "read_only": new.is_read_only, "seconds": new.lifetime_ms / 1000});
        self.audit(&by.entry("app.connect", new.agent_id, detail)).await
    }

    /// Ends a connected app with all its tokens. `why` goes into the record. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn end_app(
        &self,
        agent_id: &str,
        why: &str,
        by: &RequestContext<'_>,
    ) -> Result<bool> {
        let sql = "delete from agents where workspace = ?1 and id = ?2 and kind = 'connected_app'
                   returning name";
        let key = [Value::text(by.caller.workspace.as_str()), Value::text(agent_id)];
        let Some(row) = self.row(sql, key).await? else { return Ok(false) };
        let detail = json!({"name": row.text("name")?, "why": why});
        self.audit(&by.entry("app.end", agent_id, detail)).await?;
        Ok(true)
    }

    async fn forget_apps(&self) -> Result<()> {
        let sql = "delete from agents where id in (
                     select g.agent_id from app_grants g where g.expires_at <= ?1
                       or (g.created_at <= ?1 - ?2
                         and exists(select 1 from app_codes c
                           where c.agent_id = g.agent_id and c.used_at is null)))";
        let values = [Value::integer(self.now_ms), Value::integer(FIRST_TOKEN_MS)];
        self.query(sql, values).await?;
        let sql = "delete from app_codes where created_at <= ?1 - 86400000";
        self.query(sql, [Value::integer(self.now_ms)]).await.map(drop)
    }

    /// `name`, with a number if an agent of the workspace has it.
    async fn free_agent_name(&self, workspace: &str, name: &str) -> Result<String> {
        let sql = "select max(iif(name_key = ?2, 1,
                     min(?3, cast(substr(name_key, length(?2) + 2) as integer)))) as number
                   from agents where workspace = ?1
                     and (name_key = ?2 or substr(name_key, 1, length(?2) + 1) = ?2 || ' ')";
        let values = [Value::text(workspace), Value::text(id::fold(name)), Value::integer(LARGEST)];
        let row = self.row(sql, values).await?;
        let number = row.map(|row| row.get::<Option<i64>>("number")).transpose()?.flatten();
        Ok(match number {
            None => name.to_owned(),
            Some(number) => format!("{name} {}", number.max(1) + 1),
        })
    }
}

/// The API's JSON of a connected app, from its agent `a` and its grant `g`.
const DOC: &str = "json_object(
    'id', a.id, 'name', a.name, 'client_id', g.client_id, 'status', a.status,
    'person', json_object('id', p.id, 'name', p.name),
    'integrations', json(g.integrations),
    'read_only', json(iif(g.is_read_only, 'true', 'false')),
    'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', g.created_at / 1000.0, 'unixepoch'),
    'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', g.expires_at / 1000.0, 'unixepoch'),
    'last_used_at', strftime('%Y-%m-%dT%H:%M:%fZ', a.last_used_at / 1000.0, 'unixepoch'))";

const FROM: &str =
    "agents a join app_grants g on g.agent_id = a.id join people p on p.id = g.person_id";

/// The connected apps of a workspace.
pub struct ConnectedApps<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// Whose apps: the id of a person. `None`: everybody's.
    pub person_id: Option<&'a str>,
}

impl ConnectedApps<'_> {
    /// A page as JSON, `{"items":[…],"next_cursor":…}`, newest id first. `cursor` is the id of the last app of
    /// the previous page.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn page(&self, limit: u32, cursor: Option<&str>) -> Result<String> {
        let sql = format!(
            "select {DOC} as item, a.id from {FROM}
             where g.workspace = ?1 and (?2 is null or g.person_id = ?2)
               and g.expires_at > unixepoch('subsec') * 1000 and (?3 is null or a.id < ?3)
             order by a.id desc"
        );
        let values =
            [Value::text(self.workspace), Value::from(self.person_id), Value::from(cursor)];
        page_by_id(&sql, values.into(), limit).await
    }

    /// Ends a connected app.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn end(&self, id: &str, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "select 1 from app_grants
                   where workspace = ?1 and agent_id = ?2 and (?3 is null or person_id = ?3)";
        let values = [Value::text(self.workspace), Value::text(id), Value::from(self.person_id)];
        let is_there = tx.row(sql, values).await?.is_some();
        if !is_there || !tx.end_app(id, "a person ended it", by).await? {
            return Err(Error::no_such("connected app", id));
        }
        tx.commit().await
    }
}
