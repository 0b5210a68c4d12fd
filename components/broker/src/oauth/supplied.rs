//! Reads the parameters that a provider supplies while tokens are obtained: in the token response, and in the query of the
//! callback.
//!
//! This module must not put a value that a provider sent into an error.

use std::collections::BTreeMap;

use nexus_manifests::{Manifest, params};

use super::token::Tokens;
use crate::provider::screen::Screen;

/// The parameters that the provider supplied. `callback` has the value of a query parameter of the callback.
///
/// # Errors
/// Says which parameter is missing, breaks its rule or contains a secret, without the value.
pub(super) fn read(
    manifest: &Manifest,
    tokens: &Tokens,
    callback: &dyn Fn(&str) -> Option<String>,
    screen: &Screen,
) -> Result<BTreeMap<String, String>, String> {
    let found = params::flow_params(manifest, tokens.answer.expose(), callback);
    let found = found.map_err(|findings| {
        findings.into_iter().next().map(|finding| finding.detail).unwrap_or_default()
    })?;
    match found.iter().find(|(_, value)| screen.holds(value)) {
        Some((name, _)) => Err(format!("the value of {name} contains a secret")),
        None => Ok(found),
    }
}
