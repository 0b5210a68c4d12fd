//! OAuth 2.0 (RFC 6749): the flow that connects an integration, the token endpoint, and the refresh.
//!
//! Client secrets, verifiers and tokens are opened here and nowhere else in the application. No function of
//! this module may depend on a provider's name: the manifest describes the differences between providers.

mod account;
mod assertion;
mod authorize;
mod exchange;
mod login;
mod previous;
mod refresh;
mod refusal;
mod register;
mod scopes;
mod supplied;
mod token;

pub(crate) use assertion::check_key;
pub(crate) use authorize::begin;
pub(crate) use exchange::exchange;
pub(crate) use login::{complete, mint};
pub(crate) use refresh::{
    Found, IntegrationContext, after_judgement, after_refusal, after_refusal_or_refreshing,
    keep_alive, live, live_for_check, live_or_refreshing, pending,
};
pub(crate) use register::register;
