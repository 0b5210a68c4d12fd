//! The rights of callers, and attacks.
//!
//! - `answers`: each role's errors
//! - `audit`: the audit record
//! - `auth`: tokens and roles
//! - `broker`: an attack on the broker
//! - `canary`: one secret, searched for everywhere
//! - `egress`: the egress guard
//! - `identities`: an outside subject stays the same, whatever its role
//! - `jwks`: an issuer's own keys
//! - `limits`: limits per minute
//! - `midway`: a stop in the middle of work
//! - `oidc`: the sign-in at an identity provider
//! - `passkeys`: passkeys, and what an attacker meets
//! - `people`: sign-in, roles, sessions and emergency stops
//! - `return_to`: the page to which a person returns after a sign-in
//! - `rights`: `spin.toml` and the table of rights
//! - `sign_in_link`: how a person who has lost every passkey signs in again
//! - `stops`: the uses of a credential that an emergency stop prevents

mod answers;
mod audit;
mod auth;
pub(crate) mod broker;
mod canary;
mod egress;
mod identities;
pub(crate) mod jwks;
mod limits;
mod midway;
mod oidc;
mod passkeys;
pub(crate) mod people;
mod return_to;
mod rights;
mod sign_in_link;
mod stops;
