//! The words of the domain as types: integrations, their health, the states of revoked tokens, events.
//!
//! The API, the database and the components spell each word in the same way, and only here. This module must
//! not read or write anything.

mod agent_kind;
mod call_key;
mod event_kind;
mod health;
mod key;
pub mod manifest_id;
mod status;
mod token_state;
mod words;

pub use agent_kind::{AccountStatus, AgentKind, PersonSource, StopScope};
pub use call_key::CallKey;
pub use event_kind::EventKind;
pub use health::Health;
pub use key::IntegrationKey;
pub use status::Status;
pub use token_state::TokenState;
pub(crate) use words::words;
