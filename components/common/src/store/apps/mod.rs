//! Programs that signed themselves in: the tables of our authorization server.
//!
//! A secret is here as its SHA-256 only. This module must not decide who may agree to what.

mod clients;
mod codes;
mod grants;
mod offered;
mod requests;
mod tokens;

pub use clients::{
    AppClient, AppMetadata, find_app_client, register_app_client, save_app_document,
};
pub use codes::{NewCode, StoredCode, find_code};
pub use grants::{ConnectedApps, NewGrant, StoredGrant};
pub use offered::{Offered, Offering};
pub use requests::{AppRequest, save_app_request};
pub use tokens::{
    AppTokenKind, NewAppToken, StoredAccessToken, StoredAppToken, find_access_token,
    find_app_token, find_grant_limits,
};
