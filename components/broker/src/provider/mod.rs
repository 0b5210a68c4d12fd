//! Sends requests to providers, and reads their responses.
//!
//! This module must not store anything, and must not follow a redirect.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod coding;
pub(crate) mod egress;
pub(crate) mod entered_host;
pub(crate) mod find;
pub(crate) mod mask;
mod reads;
pub(crate) mod screen;
pub(crate) mod verify;

pub(crate) use reads::reads;

/// The content type of a form body.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The message about a response that does not fit the manifest. `why` must not have a value of the response.
pub(crate) fn unfit(why: &str) -> String {
    format!("the provider's response does not fit: {why}")
}
