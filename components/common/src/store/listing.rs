//! The list of a workspace's integrations: filters, orders, pages and counts.
//!
//! No order may read more rows than its page has: each has an index of the migrations. Pages are found by key, so they
//! stay stable while rows are added and deleted.

use super::cursor;
use super::integrations::{Integrations, SHOWN};
use super::read::{and_each, page_by};
use super::{aggregated, read_row};
use crate::domain::{Health, Order, SortKey, Status};
use crate::error::Result;
use crate::id;
use crate::platform::sqlite::{Row, Value};
use crate::wire;

/// Selects the integrations of a page. Every filter is optional.
#[derive(Debug, Default)]
pub struct ListQuery {
    /// Integrations with exactly this status.
    pub status: Option<Status>,
    /// Integrations of exactly this manifest.
    pub manifest: Option<String>,
    /// Integrations with exactly this health.
    pub health: Option<Health>,
    /// Integrations with this text in their name. Case is ignored.
    pub q: Option<String>,
    /// The order.
    pub order: Order,
    /// The `next_cursor` of the previous page, of the same order.
    pub cursor: Option<String>,
    /// The maximum number of integrations.
    pub limit: u32,
}

impl ListQuery {
    /// The condition that leaves drafts out, unless the query is about them. Where another index has the
    /// order or a filter, the `+` keeps SQLite from the index of the newest.
    fn which(&self, is_by_id: bool) -> String {
        let is_elsewhere =
            self.status.is_some() || self.health.is_some() || self.manifest.is_some();
        let plus = if is_by_id && !is_elsewhere { "" } else { "+" };
        match self.health {
            // Drafts, and those that wait for a choice.
            Some(Health::Pending) => "true".to_owned(),
            _ => format!("{plus}is_draft = 0"),
        }
    }

    /// Whether a filter gives all integrations the same value of `key`.
    fn is_fixed(&self, key: SortKey) -> bool {
        match key {
            SortKey::Status => self.status.is_some(),
            SortKey::Health => self.health.is_some(),
            SortKey::Provider => self.manifest.is_some(),
            _ => false,
        }
    }
}

/// The last integration of the previous page.
struct Cursor {
    id: String,
    /// The value by which the list is sorted. `None` if the list is sorted by the id.
    place: Option<Value>,
}

impl Integrations<'_> {
    /// A page as JSON, `{"items":[…],"next_cursor":…}`, in the order of the query.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if the cursor is not one of this order, [`crate::Error::Storage`].
    pub async fn page(&self, query: &ListQuery) -> Result<String> {
        let mut values = vec![Value::text(self.workspace())];
        let filters = filters(query, &mut values);
        let cursor = query.cursor.as_deref().map(|text| read_cursor(query.order.key, text));
        let cursor = cursor.transpose()?;
        if query.order == Order::default() {
            return newest(query, cursor, &filters, values).await;
        }
        let Order { key, is_descending } = query.order;
        let column = column_of(key);
        let (compared, direction) = if is_descending { ("<", "desc") } else { (">", "asc") };
        // Where all have the same value, the ids alone decide, and SQLite must see that.
        let is_by_id = key == SortKey::Created || query.is_fixed(key);
        let which = query.which(is_by_id);
        let from = cursor.map_or(String::new(), |Cursor { id, place }| {
            values.push(Value::text(id));
            let id = values.len();
            let Some(place) = place.filter(|_| !is_by_id) else {
                return format!(" and id {compared} +?{id}");
            };
            values.push(place);
            format!(" and ({column}, id) {compared} (+?{}, +?{id})", values.len())
        });
        let order = match is_by_id {
            true => format!("id {direction}"),
            false => format!("{column} {direction}, id {direction}"),
        };
        let sql = format!(
            "select id, {SHOWN} as item, cast({column} as text) as place from integrations
             where workspace = +?1 and {which}{from}{filters} order by {order}"
        );
        page_by(&sql, values, query.limit, |last| write_cursor(key, last)).await
    }

    /// How many integrations the workspace has, as JSON: `{"total","attention","by_status":{…},"by_health":{…},
    /// "by_manifest":{…}}`. `attention` counts those that a person must repair or choose for. Drafts are counted in `by_health` only.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn counts(&self) -> Result<String> {
        let sum = |condition: &str| format!("coalesce(sum(count) filter (where {condition}), 0)");
        let no_draft = "state <> 'pending'";
        let by_status = Status::WORDS
            .iter()
            .map(|word| format!("'{word}', {}", sum(&format!("{no_draft} and status = '{word}'"))));
        let by_health = Health::WORDS.iter().map(|word| match *word {
            // An integration that waits for a choice is pending too.
            "pending" => format!("'pending', {}", sum("state in ('pending', 'choose')")),
            word => format!("'{word}', {}", sum(&format!("state = '{word}'"))),
        });
        let sql = format!(
            "select json_object('total', {total}, 'attention', {attention},
               'by_status', json_object({by_status}), 'by_health', json_object({by_health}),
               'by_manifest', json((select json_group_object(manifest_id, number) from (
                 select manifest_id, sum(count) as number from integration_counts
                 where workspace = ?1 and {no_draft} group by manifest_id))))
             from integration_counts where workspace = ?1",
            total = sum(no_draft),
            attention = sum("state in ('failing', 'reauthorize', 'choose')"),
            by_status = by_status.collect::<Vec<_>>().join(", "),
            by_health = by_health.collect::<Vec<_>>().join(", "),
        );
        let row = read_row(&sql, [Value::text(self.workspace())]).await?;
        Ok(aggregated(row)?.into_text()?)
    }
}

/// The conditions of the filters, each after `and`. Their values are added to `values`.
fn filters(query: &ListQuery, values: &mut Vec<Value>) -> String {
    let conditions = [
        ("status = ", query.status.map(Value::from)),
        ("manifest_id = ", query.manifest.as_deref().map(Value::text)),
        ("health_rank = ", query.health.map(|health| Value::integer(rank(health)))),
    ];
    let mut filters = and_each(values, conditions);
    if let Some(q) = query.q.as_deref().map(id::fold) {
        values.push(Value::text(q.replace(' ', "-")));
        values.push(Value::text(q));
        let (dashed, plain) = (values.len() - 1, values.len());
        filters.push_str(&format!(
            " and (0 < instr(name_key, ?{plain}) or 0 < instr(slug, ?{dashed})
               or 0 < instr(manifest_id, ?{dashed})
               or 0 < instr(lower(coalesce(account_label, '')), ?{plain})
               or 0 < instr(lower(coalesce(account_id, '')), ?{plain}))"
        ));
    }
    filters
}

/// The page of the newest integrations, which one statement makes of an index alone.
async fn newest(
    query: &ListQuery,
    cursor: Option<Cursor>,
    filters: &str,
    mut values: Vec<Value>,
) -> Result<String> {
    let (which, limit) = (query.which(true), query.limit);
    let from = cursor.map_or(String::new(), |cursor| {
        values.push(Value::text(cursor.id));
        format!(" and id < +?{}", values.len())
    });
    // The `+` keeps SQLite from looking at the parameter's value while it plans the order, which would
    // make it prepare the statement again each time. A bound limit would have the same cost.
    let sql = format!(
        "select printf('{{\"items\":[%s],\"next_cursor\":%s}}', docs,
           iif(exists(select 1 from integrations
             where workspace = +?1 and {which} and id < last{filters}), '\"' || last || '\"', 'null'))
         from (select group_concat(doc, ',') as docs, min(id) as last from (
           select id, {SHOWN} as doc from integrations
           where workspace = +?1 and {which}{from}{filters} order by id desc limit {limit}))"
    );
    let row = read_row(&sql, values).await?;
    Ok(aggregated(row)?.into_text()?)
}

/// The column of an order. The migrations have an index of the workspace, this column and the id.
fn column_of(key: SortKey) -> &'static str {
    match key {
        SortKey::Created => "id",
        SortKey::Updated => "updated_at",
        SortKey::Used => "used_rank",
        SortKey::Name => "name_key",
        SortKey::Provider => "manifest_id",
        SortKey::Status => "status",
        SortKey::Health => "health_rank",
        SortKey::Expires => "expires_rank",
    }
}

/// The column `health_rank` of an integration with this health.
fn rank(health: Health) -> i64 {
    match health {
        Health::Healthy => 0,
        Health::Unknown => 1,
        Health::Pending => 2,
        Health::Failing => 3,
        Health::Reauthorize => 4,
    }
}

/// The cursor after the row `last`, as JSON. A list that is sorted by the id needs the id only.
fn write_cursor(key: SortKey, last: &Row) -> Result<String> {
    match key {
        SortKey::Created => Ok(format!("\"{}\"", last.get::<&str>("id")?)),
        _ => cursor::write(key.as_str(), last),
    }
}

/// The cursor in `text`, which [`write_cursor`] made for the same order.
fn read_cursor(key: SortKey, text: &str) -> Result<Cursor> {
    if key == SortKey::Created {
        return Ok(Cursor { id: wire::id_cursor("int_", text.to_owned())?, place: None });
    }
    let (id, place) = cursor::read(key.as_str(), text)?;
    let place = match key {
        SortKey::Name | SortKey::Provider | SortKey::Status => Value::text(place),
        _ => Value::integer(place.parse::<i64>().map_err(|_| wire::no_cursor())?),
    };
    Ok(Cursor { id, place: Some(place) })
}
