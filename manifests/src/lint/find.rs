//! Rules for the call that finds parameters after connecting.

use serde_json::Value;

use super::Lint;
use super::parts::pointer;
use crate::model::{Inject, Manifest};
use crate::template;

/// Reports `find_without_parameter`, `find_without_secret`, `pointer_form`, `only_equals`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let Some(find) = &manifest.find else { return };
    let detail = "no parameter reads its value from this call: add `\"from\": {\"found\": …}`, or remove `find`";
    let is_used = manifest.found_params().next().is_some();
    lint.unless(is_used, "/find", "find_without_parameter", detail);
    let detail = "each entry of `inject` with a secret names a parameter from this call, so the call has no credential";
    let has_secret = manifest.inject.iter().any(|inject| is_early_secret(manifest, inject));
    lint.unless(has_secret, "/find", "find_without_secret", detail);
    if !find.list.is_empty() {
        pointer(lint, "/find/list", Some(&find.list));
    }
    pointer(lint, "/find/label", find.label.as_deref());
    if let Some(only) = &find.only {
        pointer(lint, "/find/only/pointer", Some(&only.pointer));
        let ok = matches!(only.equals, Value::String(_) | Value::Number(_) | Value::Bool(_));
        let detail = "must be a string, a number or a boolean";
        lint.unless(ok, "/find/only/equals", "only_equals", detail);
    }
}

/// Whether the entry has a secret, and no parameter that is still to be found.
fn is_early_secret(manifest: &Manifest, inject: &Inject) -> bool {
    let names: Vec<&str> = inject
        .templates()
        .into_iter()
        .flat_map(|text| template::names(text).unwrap_or_default())
        .collect();
    let is_secret = |name: &&str| *name == "access_token" || manifest.has_secret_field(name);
    let is_found = |name: &&str| manifest.found_params().any(|(param, _)| param.name == *name);
    names.iter().any(is_secret) && !names.iter().any(is_found)
}
