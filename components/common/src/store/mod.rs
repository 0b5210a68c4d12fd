//! SQLite storage: one long-lived reading connection per instance, and a new writing connection per
//! transaction.
//!
//! A transaction must not make HTTP requests. Times in rows come from the database, in milliseconds since the
//! Unix epoch. Code here must not read the instance's clock.

mod audit;
mod change;
mod clients;
mod connect;
mod denials;
mod documents;
mod events;
mod findings;
mod flows;
mod heads;
mod integrations;
mod manifests;
mod outbox;
mod read;
mod refreshing;
mod schema;
mod usable;
mod write;

pub use audit::{Audit, Entry, RequestContext};
pub use change::Change;
pub use clients::{OauthClient, OauthClients};
pub use denials::{Denial, close_minutes, write_denials};
pub use documents::forget_documents;
pub use events::{Event, Events, Per, Span, prune};
pub use findings::{Findings, Place};
pub use flows::{FLOW_MS, Flow, NewFlow, consume_flow, forget_flows};
pub use heads::{Head, Heads, thin_heads};
pub use integrations::{CHECK_AGAIN_MS, Found, Integrations, ListQuery, NO_SCOPES, NewIntegration};
pub use manifests::{Manifests, NewManifest, OwnManifest};
pub use outbox::{OutboxEntry, give_up};
pub use read::{Page, Version, now_ms, read, read_row, version};
pub use refreshing::Refreshing;
pub use usable::{USABLE_MOST, Usable, UsablePage};
pub use write::{Transaction, checkpoint};
