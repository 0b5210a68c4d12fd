//! The end of tokens: the revocation requests of a credential, and the connections that would end with a token.
//!
//! This module must not send a request or refresh a token. The operations do both.

pub(crate) mod in_use;
pub(crate) mod parts;
pub(crate) mod plan;
pub(crate) mod proof;
pub(crate) mod receipts;
pub(crate) mod request;
