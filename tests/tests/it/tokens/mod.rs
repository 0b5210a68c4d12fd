//! OAuth: tokens are obtained, refreshed, shared and revoked.
//!
//! - `alive`: working connections keep working
//! - `drafts`: an integration before the provider's consent
//! - `findings`: a revocation that ended more than its manifest said
//! - `in_use`: a token in use is not revoked
//! - `kept`: a token that cannot be revoked yet
//! - `lives`: a token that lives is used, and only a holder that may live is waited for
//! - `migrated`: a refresh while the database is migrated
//! - `minted`: tokens that are made with an entered credential
//! - `minted_dead`: a replaced token whose revocation the provider rejects
//! - `minted_ends`: when such a token is revoked, and in which order
//! - `minted_stage`: the provider and the application of these tests
//! - `oauth`: the flow, the refresh, the errors
//! - `oauth_providers`: built-in OAuth manifests
//! - `storms`: many concurrent requests, and killed processes
//! - `receipts`: what the server keeps of deleted integrations
//! - `refresh_model`: every interleaving of a refresh
//! - `servers`: third-party authorization servers
//! - `stopped`: a caller who is stopped while a call waits for a token

mod alive;
mod drafts;
mod findings;
pub(crate) mod in_use;
mod kept;
pub(crate) mod lives;
mod migrated;
mod minted;
mod minted_dead;
mod minted_ends;
mod minted_stage;
pub(crate) mod oauth;
mod oauth_providers;
mod receipts;
mod refresh_model;
mod servers;
mod stopped;
mod storms;
