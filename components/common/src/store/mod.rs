//! SQLite as this application uses it: one kept reader per instance, a new writer per transaction.
//!
//! No HTTP happens inside a transaction. Times in rows are the database's, in milliseconds since
//! the Unix epoch; nothing here may read the instance's clock.

mod audit;
mod change;
mod events;
mod integrations;
mod manifests;
mod read;
mod schema;
mod write;

pub use audit::{Audit, By, Entry, close_minutes, deny};
pub use change::Change;
pub use events::{Event, Events, Span, prune};
pub use integrations::{
    CHECK_AGAIN_MS, Found, Integrations, ListQuery, NewCredential, NewIntegration,
};
pub use manifests::{Manifests, NewManifest, OwnManifest};
pub use read::{Page, read, read_row};
pub use write::{Transaction, checkpoint};
