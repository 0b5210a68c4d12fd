//! `revoke`: what becomes of the tokens of an integration that is deleted.
//!
//! It must not say `revoked` unless the provider said so.

use std::collections::BTreeMap;

use nexus_common::broker::{Receipt, Receipts, Stored};
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::read_row;
use nexus_common::{Error, Result};
use nexus_manifests::{Revoke, template};

use crate::credential::secret_fields;
use crate::source;

/// A receipt per secret field. The credential is not opened: an integration whose key is gone can
/// still be deleted.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NotImplemented`] where the provider has a call to revoke.
pub(crate) async fn plan(stored: &Stored) -> Result<Receipts> {
    let row = read_row(
        "select manifest_id, manifest_hash, params from integrations
         where workspace = ?1 and id = ?2",
        [Value::text(stored.workspace.as_str()), Value::text(stored.integration_id.as_str())],
    )
    .await?
    .ok_or_else(|| Error::NotFound(format!("there is no integration {}", stored.integration_id)))?;
    let manifest = match source::of_stored(text(&row, 0), text(&row, 1)).await {
        Ok(sourced) => sourced.manifest,
        Err(Error::Unreadable(_)) => return Ok(Receipts { receipts: vec![lost()] }),
        Err(other) => return Err(other),
    };
    let (state, why, manage_url) = match &manifest.revoke {
        Revoke::NotRevocable { not_revocable, manage_url } => {
            ("not_revocable", not_revocable, Some(manage_url))
        }
        Revoke::Unsupported { unsupported, manage_url } => {
            ("unsupported", unsupported, manage_url.as_ref())
        }
        _ => {
            let what = "revoking at the provider is not there yet";
            return Err(Error::NotImplemented(what.into()));
        }
    };
    let detail = match manage_url {
        Some(url) => format!("{why}: {}", with_params(url, text(&row, 2))),
        None => why.clone(),
    };
    let receipt = |token: &str| Receipt {
        token: token.to_owned(),
        state: state.to_owned(),
        detail: detail.clone(),
    };
    Ok(Receipts { receipts: secret_fields(&manifest).map(receipt).collect() })
}

/// The page of this connection's own site, where the URL has parameters.
fn with_params(url: &str, params: &str) -> String {
    let params: BTreeMap<String, String> = serde_json::from_str(params).unwrap_or_default();
    let expanded = template::expand_url(url, &|name| params.get(name).cloned());
    expanded.unwrap_or_else(|_| url.to_owned())
}

fn lost() -> Receipt {
    Receipt {
        token: "unknown".to_owned(),
        state: "failed".to_owned(),
        detail: "the manifest is gone, so how to revoke is not known: do it at the provider".into(),
    }
}
