//! The vault: the keys, the ciphertexts, and what is inside them.
//!
//! Only this wing names a key. It must not make a request, nor decide where a credential goes: the pins inside the
//! ciphertext do.

pub(crate) mod credential;
pub(crate) mod data_key;
pub(crate) mod digest;
pub(crate) mod keys;
pub(crate) mod oauth_app;
pub(crate) mod own_token;
pub(crate) mod seal;
