//! Who else uses what a revocation would end: the same token, or another grant of the same account
//! to the same OAuth app.
//!
//! It compares digests and names, and must not open anything.

use nexus_common::platform::sqlite::{Row, Value, text};

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
    /// Its slug.
    pub(crate) slug: String,
    /// Of the same workspace.
    pub(crate) is_here: bool,
    /// Whether that is known; else one of the two accounts is not.
    pub(crate) is_certain: bool,
    /// When it was connected, in milliseconds since the Unix epoch.
    pub(crate) connected_at: i64,
}

impl Ends<'_> {
    /// Whoever holds the same token, in any workspace; where the grant ends, also who has the same
    /// account by the same client; and, of the same workspace, who may: an account is not known yet.
    /// An integration that is connected again where no account is known has the grant it had.
    pub(crate) const SQL: &'static str = "
        select i.id, i.slug, i.workspace = ?1, max(found.certain), c.connected_at from (
            select integration_id as id, 1 as certain from token_digests where digest = ?3
            union all
            select c.integration_id, 1
              from integrations i join credentials c on c.integration_id = i.id
              where ?4 and i.account_id = ?7
                and c.authorization_server = ?5 and c.client_id = ?6
            union all
            select c.integration_id, i.id = ?2 and i.account_id is null and ?7 is null
              from integrations i join credentials c on c.integration_id = i.id
              where ?4 and i.workspace = ?1 and (i.account_id is null or ?7 is null)
                and c.authorization_server = ?5 and c.client_id = ?6
          ) as found
          join integrations i on i.id = found.id join credentials c on c.integration_id = i.id
          group by i.id order by i.slug limit 100";

    /// The values of [`Self::SQL`].
    pub(crate) fn values(&self) -> [Value; 7] {
        [
            Value::text(self.workspace),
            Value::text(self.integration_id),
            Value::text(self.digest),
            Value::integer(i64::from(self.grant)),
            Value::from(self.authorization_server),
            Value::from(self.client_id),
            Value::from(self.account_id),
        ]
    }
}

impl User {
    /// One row of [`Ends::SQL`].
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            id: text(row, 0).to_owned(),
            slug: text(row, 1).to_owned(),
            is_here: row.get(2).unwrap_or(false),
            is_certain: row.get(3).unwrap_or(false),
            connected_at: row.get(4).unwrap_or(0),
        }
    }
}
