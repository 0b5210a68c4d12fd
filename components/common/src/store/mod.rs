//! SQLite as this application uses it: one kept reader per instance, a new writer per transaction.
//!
//! No HTTP happens inside a transaction. Times in rows are the database's, in milliseconds since
//! the Unix epoch; nothing here may read the instance's clock.

mod events;
mod integrations;
mod manifests;
mod read;
mod schema;
mod write;

pub use events::Event;
pub use integrations::{Found, Integrations, ListQuery, NewIntegration};
pub use manifests::{Manifests, OwnManifest};
pub use read::{read, read_row};
pub use write::Transaction;
