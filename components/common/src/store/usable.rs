//! What agents may use, as it is shown to them.

use super::read;
use crate::auth::Caller;
use crate::encoding::{from_hex, to_hex};
use crate::error::Result;
use crate::origin::Origin;
use crate::platform::sqlite::{Value, text};
use crate::wire;

/// The connected and active integrations whose policy names `caller`, as JSON objects
/// `{id,slug,name,manifest_id,account,base_url,policy}` by name.
pub struct Usable<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// Where their `base_url` begins.
    pub public_url: &'a Origin,
}

/// A page of them.
pub struct UsablePage {
    /// A JSON array.
    pub items: String,
    /// What the next page is asked for with; `None` where this is the last.
    pub next: Option<String>,
}

impl UsablePage {
    /// Of the beginning of an array; `after`: the name of its last, where there are more.
    fn of(items: String, after: Option<&str>) -> Self {
        Self { items: items + "]", next: after.map(|name| to_hex(name.as_bytes())) }
    }
}

/// Most of them in a page.
pub const USABLE_MOST: u32 = 1000;

/// Most bytes of a page of several: policies may be long.
const MOST_BYTES: usize = 1 << 20;

/// Rows that are read at once: no more is held of what a page has no room for.
const AT_ONCE: u32 = 100;

impl Usable<'_> {
    /// The page of at most `limit` after `cursor`, which an earlier page gave. It has fewer where more would
    /// be over a megabyte.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a cursor that no page gave, [`crate::Error::Storage`].
    pub async fn page(&self, limit: u32, cursor: Option<&str>) -> Result<UsablePage> {
        let after = match cursor {
            Some(cursor) => {
                from_hex(cursor).filter(|name| !name.is_empty()).ok_or_else(wire::no_cursor)?
            }
            None => Vec::new(),
        };
        let mut after = String::from_utf8_lossy(&after).into_owned();
        let mut items = String::from("[");
        let mut left = limit;
        loop {
            // One more than is shown: it tells whether there is a next page.
            let wanted = left.min(AT_ONCE);
            let rows = self.rows(("name_key > ?4", &after), wanted.saturating_add(1)).await?;
            let is_last = rows.len() <= wanted as usize;
            for (item, name) in rows.into_iter().take(wanted as usize) {
                let is_first = items.len() == 1;
                if !is_first && items.len() + item.len() > MOST_BYTES {
                    return Ok(UsablePage::of(items, Some(&after)));
                }
                items.push_str(if is_first { "" } else { "," });
                items.push_str(&item);
                after = name;
                left -= 1;
            }
            if is_last || left == 0 {
                return Ok(UsablePage::of(items, (!is_last).then_some(after.as_str())));
            }
        }
    }

    /// The one with this id or slug.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn find(&self, id_or_slug: &str) -> Result<Option<String>> {
        let rows = self.rows(("(id = ?4 or slug = ?4)", id_or_slug), 1).await?;
        Ok(rows.into_iter().next().map(|(item, _)| item))
    }

    /// Those that meet a condition on `?4`, each with the name it is sorted by.
    async fn rows(
        &self,
        (which, value): (&str, &str),
        limit: u32,
    ) -> Result<Vec<(String, String)>> {
        let sql = format!(
            "select json_object('id', id, 'slug', slug, 'name', name, 'manifest_id', manifest_id,
               'account', json(doc -> 'account'), 'base_url', ?3 || '/api/proxy/' || slug,
               'policy', json(policy)), name_key
             from integrations
             where workspace = ?1 and status = 'active' and health <> 'pending' and {which}
               and exists(select 1 from json_each(policy, '$.agents') where value in ('*', ?2))
             order by name_key limit {limit}"
        );
        let values = [
            Value::text(self.caller.workspace.as_str()),
            Value::text(self.caller.subject.as_str()),
            Value::text(self.public_url.as_str()),
            Value::text(value),
        ];
        let rows = read(&sql, values).await?;
        let pair = |row| (text(row, 0).to_owned(), text(row, 1).to_owned());
        Ok(rows.iter().map(pair).collect())
    }
}
