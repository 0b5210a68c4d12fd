//! The integrations that an agent may use, as the agent sees them. This module must not show anything that
//! the agent may not use.

use serde_json::json;

use super::read;
use crate::domain::Caller;
use crate::encoding::{from_hex, to_hex};
use crate::error::Result;
use crate::id;
use crate::origin::Origin;
use crate::platform::sqlite::{Row, Value};
use crate::wire;

/// The connected and active integrations whose policy names `caller`, as JSON objects
/// `{id,slug,name,manifest_id,account,base_url,policy}`, sorted by name. For a connected app, only those that
/// its person agreed to.
pub struct Usable<'a> {
    /// The agent.
    pub caller: &'a Caller,
    /// The origin at the start of each `base_url`.
    pub public_url: &'a Origin,
}

/// A page of integrations.
pub struct UsablePage {
    /// A JSON array.
    pub items: String,
    /// The cursor of the next page. `None` if this is the last page.
    pub next: Option<String>,
}

impl UsablePage {
    /// A page with `items`, a JSON array without its `]`. `after` is the name of the last item, if there are
    /// more.
    fn of(items: String, after: Option<&str>) -> Self {
        Self { items: items + "]", next: after.map(|name| to_hex(name.as_bytes())) }
    }
}

/// The maximum number of integrations in a page.
pub const USABLE_MOST: u32 = 1000;

/// The maximum size of a page with more than one integration, in bytes. Policies may be long.
const MOST_BYTES: usize = 1 << 20;

/// The number of rows that are read at once. It limits the rows in memory that do not fit into the page.
const AT_ONCE: u32 = 100;

impl Usable<'_> {
    /// The page of at most `limit` integrations after `cursor`, which comes from the previous page. The page
    /// is shorter if it would be larger than a megabyte.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a cursor that does not come from a page, [`crate::Error::Storage`].
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
            // One row more than the page shows whether there is a next page.
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

    /// The integration with this id or slug.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn find(&self, id_or_slug: &str) -> Result<Option<String>> {
        let rows = self.rows(("(id = ?4 or slug = ?4)", id_or_slug), 1).await?;
        Ok(rows.into_iter().next().map(|(item, _)| item))
    }

    /// The integrations that meet a condition on `?4`, each with the name by which it is sorted.
    async fn rows(
        &self,
        (which, value): (&str, &str),
        limit: u32,
    ) -> Result<Vec<(String, String)>> {
        let sql = format!(
            "select json_object('id', id, 'slug', slug, 'name', name, 'manifest_id', manifest_id,
               'account', json(doc -> 'account'), 'base_url', ?3 || '/api/proxy/' || slug,
               'policy', json(policy)) as item, name_key
             from integrations
             where workspace = ?1 and status = 'active' and health <> 'pending' and {which}
               and exists(select 1 from json_each(policy, '$.agents') where value in ('*', ?2, ?5))
               and (?6 is null or id in (select value from json_each(?6)))
               and (?7 is null
                 or exists(select 1 from json_each(policy, '$.agents') where value in ('*', ?7)))
             order by name_key limit {limit}"
        );
        // An id names the agent with that id alone, as in `policy`.
        let subject = Some(self.caller.subject.as_str()).filter(|text| !id::is_of_account(text));
        let limits = self.caller.basis.limits.as_ref();
        let chosen = limits.and_then(|limits| limits.integrations.as_ref());
        let values = [
            Value::text(self.caller.workspace.as_str()),
            Value::from(subject),
            Value::text(self.public_url.as_str()),
            Value::text(value),
            Value::from(self.caller.agent_id()),
            Value::from(chosen.map(|ids| json!(ids).to_string())),
            Value::from(limits.and_then(|limits| limits.person_subject.as_deref())),
        ];
        let rows = read(&sql, values).await?;
        let pair = |row: &Row| Ok((row.text("item")?, row.text("name_key")?));
        rows.iter().map(pair).collect()
    }
}
