//! The integrations that a person can let an app use.

use crate::error::Result;
use crate::platform::sqlite::Value;
use crate::store::read;

/// How many integrations the form shows.
const MOST: u32 = 200;

/// The owner of the integrations that are offered.
pub struct Offering<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// How policies name the person, if the policies limit the person.
    pub person_subject: Option<&'a str>,
}

/// An integration that is offered.
pub struct Offered {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The manifest.
    pub manifest_id: String,
}

impl Offering<'_> {
    /// The active integrations that the person may use, sorted by name: at most 200.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn all(&self) -> Result<Vec<Offered>> {
        let sql = format!(
            "select id, name, manifest_id from integrations
             where workspace = ?1 and status = 'active' and health <> 'pending'
               and (?2 is null
                 or exists(select 1 from json_each(policy, '$.agents') where value in ('*', ?2)))
             order by name_key limit {MOST}"
        );
        let values = [Value::text(self.workspace), Value::from(self.person_subject)];
        let rows = read(&sql, values).await?;
        let offered = rows.iter().map(|row| {
            let manifest_id = row.text("manifest_id")?;
            Ok(Offered { id: row.text("id")?, name: row.text("name")?, manifest_id })
        });
        offered.collect()
    }
}
