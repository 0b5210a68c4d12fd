//! The receipts of tokens that are given up, before the provider is asked.
//!
//! This module must not write the state `revoked`. Only `operations::outbox` does, after the provider has responded.

use std::collections::BTreeMap;

use nexus_common::Error;
use nexus_common::domain::{OutboxEntry, Receipt, TokenState};
use nexus_common::log::Line;
use nexus_manifests::{AuthMethod, Manifest, Revoke, template};
use nexus_vault::credential::{Usable, secret_fields};

/// The receipts for a provider that has no revocation request. `None` if it has one.
pub(crate) fn without_call(manifest: &Manifest, params: &str) -> Option<Vec<Receipt>> {
    let (state, why, manage_url) = match &manifest.revoke {
        Revoke::NotRevocable { not_revocable, manage_url } => {
            (TokenState::NotRevocable, not_revocable, Some(manage_url))
        }
        Revoke::Unsupported { unsupported, manage_url } => {
            (TokenState::Unsupported, unsupported, manage_url.as_ref())
        }
        Revoke::Rfc7009 { .. } | Revoke::Request { .. } => return None,
    };
    let words = match manage_url {
        Some(url) => format!("{why}: {}", with_params(url, params)),
        None => why.clone(),
    };
    let tokens: Vec<&str> = match manifest.auth_method {
        AuthMethod::Oauth2 => vec!["access_token", "refresh_token"],
        _ => secret_fields(manifest).collect(),
    };
    Some(tokens.into_iter().map(|token| receipt(token, state, &words)).collect())
}

/// `url` with the parameters of this connection. If they do not fit, `url` as it is.
fn with_params(url: &str, params: &str) -> String {
    let params: BTreeMap<String, String> = serde_json::from_str(params).unwrap_or_default();
    let expanded = template::expand_url(url, &|name| params.get(name).cloned());
    expanded.unwrap_or_else(|_| url.to_owned())
}

/// Why a revocation request cannot be built, in words for people.
pub(super) fn failure_words(error: &Error) -> String {
    match error {
        Error::OauthClientMissing { .. } => {
            "the OAuth app that it was connected with no longer exists: revoke it at the provider"
                .to_owned()
        }
        other => {
            Line::error("a revocation request cannot be built").why(other);
            "the stored data does not fit the manifest's revocation request: revoke it at the \
             provider"
                .to_owned()
        }
    }
}

/// A receipt for each token of the credential. It is `pending` if an outbox entry revokes the token.
pub(crate) fn receipts(
    usable: &Usable,
    entries: &[OutboxEntry],
    failed: Vec<Receipt>,
) -> Vec<Receipt> {
    let mut receipts: Vec<Receipt> = entries
        .iter()
        .map(|entry| Receipt {
            entry_id: Some(entry.id.clone()),
            ..receipt(
                &entry.token,
                TokenState::Pending,
                "the revocation is being sent to the provider",
            )
        })
        .collect();
    receipts.extend(failed);
    let ends_grant = entries.iter().any(|entry| entry.ends_grant);
    let unmade = receipts.iter().find(|receipt| receipt.state == TokenState::Failed).cloned();
    for token in ["refresh_token", "access_token"] {
        let held = usable.credential.fields.contains_key(token);
        if held && !receipts.iter().any(|receipt| receipt.token == token) {
            receipts.push(match &unmade {
                _ if ends_grant => receipt(token, TokenState::Pending, "is revoked with the grant"),
                Some(unmade) => receipt(token, TokenState::Failed, &unmade.detail),
                None => receipt(
                    token,
                    TokenState::Unsupported,
                    "the provider has no request that revokes it",
                ),
            });
        }
    }
    receipts.extend(entered(usable));
    receipts
}

/// A receipt for each entered secret of a login. It outlives its tokens, and only a person can revoke it.
fn entered(usable: &Usable) -> Vec<Receipt> {
    let manifest = &usable.sourced.manifest;
    let Some(login) = &manifest.login else { return Vec::new() };
    let words = match &login.manage_url {
        Some(url) => {
            let url = template::expand_url(url, &|name| usable.params.get(name).cloned());
            format!("is still valid: revoke it at the provider: {}", url.unwrap_or_default())
        }
        None => "is still valid: revoke it at the provider".to_owned(),
    };
    let names = secret_fields(manifest);
    names.map(|name| receipt(name, TokenState::NotRevocable, &words)).collect()
}

pub(crate) fn receipt(token: &str, state: TokenState, detail: &str) -> Receipt {
    let (token, detail) = (token.to_owned(), detail.to_owned());
    Receipt { token, state, detail, entry_id: None }
}
