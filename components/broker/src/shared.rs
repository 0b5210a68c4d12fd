//! Who else uses what a revocation would end: the same token, or another grant of the same account
//! to the same OAuth app.
//!
//! It compares digests and names, and must not open anything.

use nexus_common::Result;
use nexus_common::platform::sqlite::{Row, Value, text};
use nexus_common::store::read;

/// What a revocation ends, and of which integration.
pub(crate) struct Ends<'a> {
    /// The workspace.
    pub(crate) workspace: &'a str,
    /// The integration that gives it up.
    pub(crate) integration_id: &'a str,
    /// The digest of the token.
    pub(crate) digest: &'a str,
    /// The whole grant, not the token alone.
    pub(crate) grant: bool,
    /// The origin of the token endpoint.
    pub(crate) authorization_server: Option<&'a str>,
    /// The OAuth client.
    pub(crate) client_id: Option<&'a str>,
    /// The account, where it is known.
    pub(crate) account_id: Option<&'a str>,
}

/// Somebody who uses it, or may.
pub(crate) struct User {
    /// The integration.
    pub(crate) id: String,
    /// Its slug; `None` where it is of another workspace.
    pub(crate) slug: Option<String>,
    /// Whether that is known; else one of the two accounts is not.
    pub(crate) is_certain: bool,
}

/// Whoever holds the same token, in any workspace; where the grant ends, also who has the same
/// account by the same client; and, of the same workspace, who may: an account is not known. An
/// integration that is connected again where no account is known has the grant it had.
const SQL: &str = "
    select i.id, iif(i.workspace = ?1, i.slug, null), max(found.certain) as certain from (
        select integration_id as id, 1 as certain from token_digests where digest = ?3
        union all
        select c.integration_id, 1
          from integrations i join credentials c on c.integration_id = i.id
          where ?4 and i.account_id = ?7 and c.client_id = ?6
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
        union all
        select c.integration_id, i.id = ?2 and ?7 is null
          from integrations i join credentials c on c.integration_id = i.id
          where ?4 and i.workspace = ?1 and i.account_id is null and c.client_id = ?6
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
        union all
        select c.integration_id, 0
          from credentials c join integrations i on i.id = c.integration_id
          where ?4 and ?7 is null and i.workspace = ?1 and c.client_id = ?6
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
      ) as found
      join integrations i on i.id = found.id join credentials c on c.integration_id = i.id
      where c.connected_at > ?8
      group by i.id order by certain desc, i.slug limit 100";

impl Ends<'_> {
    /// Who uses it, of those that were connected after `since`, in milliseconds since the Unix
    /// epoch; who is certain to, first.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub(crate) async fn users(&self, since: i64) -> Result<Vec<User>> {
        let values = [
            Value::text(self.workspace),
            Value::text(self.integration_id),
            Value::text(self.digest),
            Value::integer(i64::from(self.grant)),
            Value::from(self.authorization_server),
            Value::from(self.client_id),
            Value::from(self.account_id),
            Value::integer(since),
        ];
        let rows = read(SQL, values).await?;
        let user = |row: &Row| User {
            id: text(row, 0).to_owned(),
            slug: row.get::<&str>(1).map(str::to_owned),
            is_certain: row.get(2).unwrap_or(false),
        };
        Ok(rows.iter().map(user).collect())
    }
}
