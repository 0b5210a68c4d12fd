//! The operations that other components may call, one in each file, and the work that the timer starts.
//!
//! An operation decides what happens, and the modules below carry it out. An operation must not return a
//! plaintext.

mod beside;
pub(crate) mod check;
pub(crate) mod choices;
pub(crate) mod client_metadata;
pub(crate) mod describe;
pub(crate) mod discover;
mod entered;
pub(crate) mod forward;
pub(crate) mod heads;
pub(crate) mod health;
pub(crate) mod outbox;
mod own_token;
pub(crate) mod plan_revocation;
mod renewed;
mod revocation;
pub(crate) mod seal_new;
pub(crate) mod tick;
