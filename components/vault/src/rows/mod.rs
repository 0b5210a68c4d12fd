//! The statements that read ciphertexts, one file for each table. All other statements are in
//! [`nexus_common::store`].

pub mod credentials;
pub mod data_keys;
pub mod key_fingerprints;
pub mod oauth_clients;
pub mod outbox;
pub mod reseal;
#[cfg(test)]
mod watched;
