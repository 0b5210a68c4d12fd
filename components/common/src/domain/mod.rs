//! The types of the domain, which operations, rows and JSON share: callers, integrations, their health, sealed
//! credentials, the states of revoked tokens, events.
//!
//! The API, the database and the components spell each word in the same way, and only here. This module must
//! not read or write anything.

mod agent_kind;
mod basis;
mod call_key;
mod call_outcome;
mod caller;
mod event_kind;
mod given_up;
mod health;
mod key;
pub mod manifest_id;
mod page;
mod sealed;
mod sort_key;
mod status;
mod token_state;
mod words;

pub use nexus_auth_method::AuthMethod;

pub use agent_kind::{AccountStatus, AgentKind, PersonSource, StopScope};
pub use basis::{Basis, CredentialRow, GrantLimits};
pub use call_key::CallKey;
pub use call_outcome::CallOutcome;
pub use caller::{Caller, CallerKind, Role, Via};
pub use event_kind::EventKind;
pub use given_up::{GivenUp, Grace, OutboxEntry, Receipt};
pub use health::Health;
pub use key::IntegrationKey;
pub use page::Page;
pub use sealed::{Account, Connected, Exchanged, RegisteredClient, SealedCredential};
pub use sort_key::{Order, SortKey};
pub use status::Status;
pub use token_state::TokenState;
pub(crate) use words::words;
