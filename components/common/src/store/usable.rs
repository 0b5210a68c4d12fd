//! What agents may use, as it is shown to them.

use super::read_row;
use crate::error::Result;
use crate::origin::Origin;
use crate::platform::sqlite::{Value, into_text};

/// The connected and active integrations of `workspace` whose policy names `subject`, as a JSON array
/// of `{id,slug,name,manifest_id,account,base_url,policy}` by name; only the one with the id or slug
/// `which`, where that is given.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn usable_by(
    workspace: &str,
    subject: &str,
    public_url: &Origin,
    which: Option<&str>,
) -> Result<String> {
    let sql = "select coalesce(json_group_array(json(item)), '[]') from (
                 select json_object('id', id, 'slug', slug, 'name', name,
                   'manifest_id', manifest_id, 'account', json(doc -> 'account'),
                   'base_url', ?3 || '/api/proxy/' || slug, 'policy', json(policy)) as item
                 from integrations
                 where workspace = ?1 and status = 'active' and health <> 'pending'
                   and (?4 is null or id = ?4 or slug = ?4)
                   and exists(select 1 from json_each(policy, '$.agents')
                     where value in ('*', ?2))
                 order by name_key)";
    let values = [
        Value::text(workspace),
        Value::text(subject),
        Value::text(public_url.as_str()),
        Value::from(which),
    ];
    Ok(read_row(sql, values).await?.map_or_else(|| "[]".to_owned(), into_text))
}
