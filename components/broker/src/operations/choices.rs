//! `choices`: what a stored credential can be connected to, and the choice of one of these entries.
//!
//! The provider is asked each time, so that nothing is chosen which it does not offer to this credential now.

use nexus_common::broker::{Choice, Choices, Stored};
use nexus_common::store::require_integration_not_stopped;
use nexus_common::{Error, Result};
use nexus_vault::credential::Usable;

use crate::oauth::{self, IntegrationContext};
use crate::operations::check::is_sent_where_it_was;
use crate::provider::find::{self, Entry};

/// Lists the entries.
///
/// # Errors
/// [`Error::Stopped`], [`Error::NotFound`], [`Error::Conflict`] (`nothing_to_choose`), [`Error::CredentialsRequired`], and
/// the errors of [`find::entries`].
pub(crate) async fn list(stored: &Stored, request_id: &str) -> Result<Choices> {
    let (usable, entries) = offered(stored, request_id).await?;
    let manifest = &usable.sourced.manifest;
    let chosen = find::chosen(manifest, &usable.params);
    let chosen = chosen.and_then(|value| find::earlier_position(&entries, value));
    let item = |(index, entry): (usize, Entry)| Choice {
        chosen: chosen == Some(index),
        value: entry.value,
        label: entry.label,
    };
    let items = entries.into_iter().enumerate().map(item).collect();
    Ok(Choices { label: find::label(manifest).to_owned(), items })
}

/// The stored credential, connected to the entry with the value `choice`.
///
/// # Errors
/// As [`list`], and [`Error::Invalid`] for a value that the provider does not offer.
pub(super) async fn choose(stored: &Stored, choice: &str, request_id: &str) -> Result<Usable> {
    let (mut usable, mut entries) = offered(stored, request_id).await?;
    let index = find::position(&entries, choice).ok_or_else(|| {
        let detail = "the provider does not offer this value. GET …/choices lists the values";
        Error::invalid("/choice", detail)
    })?;
    find::connect(&mut usable, entries.swap_remove(index))?;
    Ok(usable)
}

async fn offered(stored: &Stored, request_id: &str) -> Result<(Usable, Vec<Entry>)> {
    let context = IntegrationContext::of(stored, request_id);
    require_integration_not_stopped(context.key, None).await?;
    let usable = oauth::live_for_check(&context).await?;
    if usable.sourced.manifest.find.is_none() {
        let detail =
            format!("{} has nothing to choose: its provider lists nothing", context.key.id);
        return Err(Error::Conflict { code: "nothing_to_choose", detail });
    }
    if !is_sent_where_it_was(&usable) {
        let detail = "the manifest now sends the credential to other hosts than it was entered for: connect again";
        return Err(Error::CredentialsRequired(detail.into()));
    }
    let entries = find::entries(&usable).await?;
    Ok((usable, entries))
}
