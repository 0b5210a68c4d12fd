//! Which entry of `issuers` counts for a token, if an issuer has several.
//!
//! The entries are told apart by the audiences that they accept. A client can choose the audience that all of
//! them accept, the URL of the MCP endpoint, so that audience must never choose a workspace, and must never give
//! a role that another entry would not. This module must not verify anything.

use nexus_common::auth::Role;
use nexus_common::config::ISSUERS;
use nexus_common::{Error, Result};

use crate::claims::{self, Claims, holds};
use crate::identity::{self, Identity};
use crate::issuers::Issuer;

/// The entry that counts for an access token: the first one whose own rule accepts the audience. A token for the
/// MCP endpoint (`own`) that no rule accepts gets the least powerful role of all entries, which must agree on
/// the workspace and the subject.
///
/// # Errors
/// [`Error::InvalidToken`].
pub(crate) fn of_access_token<'a>(
    entries: &[&'a Issuer],
    claims: &Claims,
    own: Option<&str>,
) -> Result<&'a Issuer> {
    if let Some(entry) = entries.iter().find(|entry| entry.audience.accepts(claims)) {
        return Ok(entry);
    }
    if !own.is_some_and(|own| holds(claims, "aud", |text| text == own)) {
        let mut compared: Vec<_> =
            entries.iter().map(|entry| format!("`{}`", entry.audience.compared())).collect();
        compared.sort_unstable();
        compared.dedup();
        return Err(Error::InvalidToken(format!(
            "the audience of the token is not accepted (claim {}). Get a token for this application",
            compared.join(", ")
        )));
    }
    let whose = |entry: &Issuer| {
        let subject = claims::subject(&entry.subject, claims);
        Some((entry.workspace.of(claims).ok()?, subject.ok()?))
    };
    let mut all = entries.iter().map(|entry| whose(entry));
    let first = all.next();
    if all.any(|other| Some(other) != first) {
        return Err(Error::InvalidToken(
            "the audience of the token does not say which entry of `issuers` counts, and the entries of its issuer \
             name different workspaces or subjects. Get a token that one of them accepts, or ask the operators \
             to add the audience to `audiences` of one of them"
                .into(),
        ));
    }
    let least = entries.iter().min_by_key(|entry| entry.role.of(claims));
    least.copied().ok_or_else(|| Error::Internal("an issuer has no entry".into()))
}

/// The identity that an id token for the client `client_id` has: by the first entry that names the client among its
/// audiences. Without such an entry, the members on which all entries agree count, and the id token names no workspace if
/// the entries name different ones. `None` without entries.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::Misconfigured`].
pub(crate) fn of_id_token(
    entries: &[&Issuer],
    claims: &Claims,
    client_id: &str,
) -> Result<Option<Identity>> {
    let named =
        entries.iter().find(|entry| entry.audience.accepted.iter().any(|one| one == client_id));
    if let Some(entry) = named {
        return identity::read(entry, claims).map(Some);
    }
    let read = entries.iter().map(|entry| identity::read(entry, claims));
    let mut all = read.collect::<Result<Vec<_>>>()?.into_iter();
    let Some(first) = all.next() else { return Ok(None) };
    all.try_fold(first, both).map(Some)
}

/// The values on which two entries agree.
fn both(one: Identity, other: Identity) -> Result<Identity> {
    if one.subject != other.subject {
        return Err(Error::misconfigured(
            ISSUERS,
            "must identify people by one claim (`subject_claim`) in all entries of `oidc_issuer`, or one of them \
             must have `oidc_client_id` in `audiences`",
        ));
    }
    let role: Option<Role> = one.role.min(other.role);
    Ok(match one.workspace == other.workspace {
        true => Identity { role, ..one },
        // Then an invitation or the person's own row decides.
        false => Identity { workspace: None, role: None, ..one },
    })
}
