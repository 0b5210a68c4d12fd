//! The end of tokens: the revocation requests of a credential, and the connections that would end with a token.
//!
//! It must not send a request, nor refresh a token: the operations do.

pub(crate) mod in_use;
pub(crate) mod plan;
