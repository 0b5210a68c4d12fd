//! Requests to providers, and how their responses are read.
//!
//! It must not store anything, nor follow a redirect.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod coding;
pub(crate) mod egress;
pub(crate) mod mask;
pub(crate) mod screen;
pub(crate) mod verify;
