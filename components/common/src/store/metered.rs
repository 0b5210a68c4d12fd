//! What `GET /api/metrics` reads from rows that exist for other reasons. This module must not return an id or a name.

use super::read;
use crate::error::Result;
use crate::platform::sqlite::{Row, Value};

/// The owner of the rows that are read.
#[derive(Debug, Clone, Copy)]
pub enum MeteredScope<'a> {
    /// Those of all workspaces.
    Deployment,
    /// Those of one workspace.
    Workspace(&'a str),
}

/// A number of rows with the same words.
pub struct Metered<const N: usize> {
    /// The words, in the order in which the function that returns them names them.
    pub words: [String; N],
    /// The number of rows, or a time in seconds.
    pub value: i64,
}

impl<const N: usize> Metered<N> {
    fn of(row: &Row, columns: [&str; N]) -> Result<Self> {
        let mut words = [const { String::new() }; N];
        for (word, column) in words.iter_mut().zip(columns) {
            *word = row.text(column)?;
        }
        Ok(Self { words, value: row.get("value")? })
    }
}

impl MeteredScope<'_> {
    /// The scope as a parameter: null for all workspaces.
    fn value(self) -> Value {
        Value::from(match self {
            Self::Deployment => None,
            Self::Workspace(workspace) => Some(workspace),
        })
    }

    /// How many integrations there are by manifest, status and health. A workspace's own manifests are counted
    /// together, as `custom-`.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn integrations(self) -> Result<Vec<Metered<3>>> {
        let of = match self {
            Self::Deployment => "?1 is null",
            Self::Workspace(_) => "workspace = ?1",
        };
        let sql = format!(
            "select iif(manifest_id glob 'custom-*', 'custom-', manifest_id) as manifest, status, health,
               count(*) as value
             from integrations where {of} group by 1, 2, 3"
        );
        let rows = read(&sql, [self.value()]).await?;
        rows.iter().map(|row| Metered::of(row, ["manifest", "status", "health"])).collect()
    }

    /// How many tokens are in the outbox by state: `due`, `retrying` (it was tried before) or `kept` (a connection
    /// uses it). Second, the age of the oldest of each state, in seconds.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn outbox(self) -> Result<(Vec<Metered<1>>, Vec<Metered<1>>)> {
        let sql = "select iif(kept_at is not null and next_at > unixepoch() * 1000, 'kept', iif(attempts > 0, 'retrying', 'due')) as state,
                     count(*) as value, max(0, unixepoch() - min(created_at) / 1000) as age
                   from outbox where ?1 is null or workspace = ?1 group by 1";
        let rows = read(sql, [self.value()]).await?;
        let ages = rows
            .iter()
            .map(|row| Ok(Metered { words: [row.text("state")?], value: row.get("age")? }));
        let ages = ages.collect::<Result<_>>()?;
        let depths = rows.iter().map(|row| Metered::of(row, ["state"])).collect::<Result<_>>()?;
        Ok((depths, ages))
    }

    /// How many emergency stops are in force by scope.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn stops(self) -> Result<Vec<Metered<1>>> {
        let sql = "select scope, count(*) as value from stops where ?1 is null or workspace = ?1 group by 1";
        let rows = read(sql, [self.value()]).await?;
        rows.iter().map(|row| Metered::of(row, ["scope"])).collect()
    }
}
