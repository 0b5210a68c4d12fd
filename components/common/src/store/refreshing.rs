//! Tells whether the refresh of a token is done, for callers that wait outside the broker.
//!
//! Each query is one `select`. This module must not open a ciphertext or take the write lock, because a
//! thousand callers may wait at once.

use super::read_row;
use crate::error::Result;
use crate::platform::sqlite::Value;

/// The refresh of a credential's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshing {
    /// The integration.
    pub integration_id: String,
    /// The version of the credential that is being refreshed.
    pub version: i64,
}

impl Refreshing {
    /// Whether a retry makes sense now: there is a newer version, the refresh has stopped, or the integration
    /// was deleted.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn is_over(&self) -> Result<bool> {
        let sql = "select 1 from credentials where integration_id = ?1 and version = ?2
                   and attempt is not null and lease_until >= unixepoch('subsec') * 1000";
        let values = [Value::text(self.integration_id.as_str()), Value::integer(self.version)];
        Ok(read_row(sql, values).await?.is_none())
    }
}
