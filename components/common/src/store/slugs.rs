//! The slugs of integrations: chosen by the caller, or made from the name. They never change.

use super::Transaction;
use super::integrations::{Integrations, NewIntegration};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value};

impl Integrations<'_> {
    /// The slug of a new integration.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the caller chose one that is taken, [`Error::Storage`].
    pub(super) async fn slug_for(
        &self,
        tx: &Transaction,
        new: &NewIntegration<'_>,
    ) -> Result<String> {
        let Some(slug) = new.slug else { return self.free_slug(tx, new.name).await };
        if self.has_slug(tx, slug).await? { Err(slug_taken(slug)) } else { Ok(slug.to_owned()) }
    }

    /// Whether an integration has this slug.
    async fn has_slug(&self, tx: &Transaction, slug: &str) -> Result<bool> {
        let sql = "select 1 from integrations where workspace = ?1 and slug = ?2";
        let row = tx.row(sql, [Value::text(self.workspace()), Value::text(slug)]).await?;
        Ok(row.is_some())
    }

    /// The slug of `name`. If another integration has that slug, a number from 2 on is added. The search runs
    /// under the write lock, and its time does not depend on the number of equal slugs.
    async fn free_slug(&self, tx: &Transaction, name: &str) -> Result<String> {
        let base = id::slug(name);
        if !self.has_slug(tx, &base).await? {
            return Ok(base);
        }
        let values = || [Value::text(self.workspace()), Value::text(base.as_str())];
        // If no integration was deleted, this number is the lowest free one.
        let after_all = format!("select count(*) + 2 as number from {NUMBERED}");
        let slug = Self::numbered(&base, tx.row(&after_all, values()).await?)?;
        if !self.has_slug(tx, &slug).await? {
            return Ok(slug);
        }
        let least = format!(
            "with taken (number) as materialized (
               select cast(substr(slug, length(?2) + 2) as integer) from {NUMBERED})
             select min(number) + 1 as number from (select 1 as number union all select number from taken)
             where number + 1 not in (select number from taken)"
        );
        Self::numbered(&base, tx.row(&least, values()).await?)
    }

    fn numbered(base: &str, row: Option<Row>) -> Result<String> {
        let row = row.ok_or_else(|| Error::Internal("there is no free slug".into()))?;
        let number: i64 = row.get("number")?;
        Ok(format!("{base}-{number}"))
    }
}

/// The error for a slug that another integration has.
pub(super) fn slug_taken(slug: &str) -> Error {
    let detail = format!("another integration has the slug {slug:?}. Use another one");
    Error::invalid("/slug", detail)
}

/// The integrations of workspace `?1` whose slug is `?2`, a `-`, and a number of up to nine digits. `.` is
/// the character after `-`, so the slugs that start with `?2-` are between the two.
const NUMBERED: &str = "integrations
    where workspace = ?1 and slug > ?2 || '-' and slug < ?2 || '.'
      and substr(slug, length(?2) + 2) glob '[1-9]*'
      and substr(slug, length(?2) + 2) not glob '*[^0-9]*' and length(slug) < length(?2) + 11";
