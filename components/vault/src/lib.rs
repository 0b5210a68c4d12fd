//! The vault: the encryption keys, the ciphertexts, and what is inside them.
//!
//! Only the broker depends on this crate (a test checks that), so no other component can name a key or open a
//! ciphertext. The vault makes no HTTP request, and does not decide where a credential goes: the pins inside
//! the ciphertext do. An opened secret is a [`nexus_common::secret::Secret`], so a search for `expose` finds
//! every place that reads one.
#![forbid(unsafe_code)]

pub mod credential;
pub mod data_key;
pub mod digest;
pub mod keys;
pub mod oauth_app;
pub mod plaintext;
pub mod rows;
pub mod seal;
pub mod source;
