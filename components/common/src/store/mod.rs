//! SQLite storage: one long-lived reading connection per instance, and a new writing connection per
//! transaction.
//!
//! A transaction must not make HTTP requests. Times in rows come from the database, in milliseconds since the
//! Unix epoch. Code here must not read the instance's clock.

mod audit;
mod calls_at_work;
mod change;
mod checks;
mod clients;
mod connect;
mod denials;
mod documents;
mod events;
mod findings;
mod flows;
mod heads;
mod health;
mod integrations;
mod leases;
mod manifests;
mod outbox;
mod read;
mod schema;
mod shared_grants;
mod usable;
mod usage;
mod write;

use crate::error::{Error, Result};
use crate::platform::sqlite::Row;

pub use audit::{Audit, Entry, RequestContext};
pub use calls_at_work::{CallSums, CallsAtWork, calls_of_others};
pub use change::Change;
pub use checks::{CheckFound, DueCheck, DueWork, take_check_of_minute, take_due_checks};
pub use clients::{OauthClient, OauthClients};
pub use denials::{Denial, close_minutes, write_denials};
pub use documents::forget_documents;
pub use events::{Event, Events, Per, Span, prune};
pub use findings::{Findings, Place};
pub use flows::{FLOW_MS, Flow, NewFlow, consume_flow, forget_flows};
pub use heads::{Head, Heads, thin_heads};
pub use health::{Cause, was_healthy_within};
pub use integrations::{Connection, Found, Integrations, ListQuery, NO_SCOPES, NewIntegration};
pub use leases::{Lease, RefreshState, Refreshing, Renewal};
pub use manifests::{Manifests, NewManifest, OwnManifest};
pub use outbox::{OutboxEntry, give_up};
pub use read::{Page, Version, now_ms, read, read_row, schema_version, version};
pub use shared_grants::{SharedGrant, User, is_held_elsewhere};
pub use usable::{USABLE_MOST, Usable, UsablePage};
pub use usage::{Used, record_usage};
pub use write::{IfFree, Transaction, checkpoint, write, write_if_free, write_relaxed, write_row};

/// The column `count` of an aggregate's row.
fn count(row: Option<Row>) -> Result<i64> {
    let row = row.ok_or_else(|| Error::Internal("an aggregate returned no row".into()))?;
    Ok(row.get("count")?)
}
