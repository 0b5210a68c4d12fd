//! Turns entered values into the fields that are stored: takes the members of a JSON file, and checks a private key.
//!
//! No error may contain a value. The other content of a file is dropped here, zeroised: an address in it, such as a token
//! endpoint, is never used.

use std::collections::BTreeMap;

use nexus_common::secret::{Secret, SecretJson};
use nexus_common::{Error, FieldError, Result};
use nexus_manifests::{CredentialField, FieldFormat, FileMember, Manifest, is_match};
use nexus_printable::is_printable;
use nexus_printable::pointer::below;

use crate::oauth;

/// The maximum length of a member, in bytes.
const MEMBER_MAX: usize = 16 * 1024;

/// The fields to store, from the fields that were entered.
///
/// # Errors
/// [`Error::Invalid`] with the place of each entered field that breaks a rule.
pub(super) fn fields(
    manifest: &Manifest,
    mut entered: BTreeMap<String, Secret>,
) -> Result<BTreeMap<String, Secret>> {
    let mut errors = Vec::new();
    for field in &manifest.credentials {
        let mut fail = |rule: String| {
            errors.push(FieldError::new(below("/credentials", &field.name), rule));
        };
        if field.format == FieldFormat::Json
            && let Some(file) = entered.remove(&field.name)
        {
            match members(field, &file) {
                Ok(members) => entered.extend(members),
                Err(rule) => {
                    fail(rule);
                    continue;
                }
            }
        }
        let has = |key: &&str| {
            field.name == *key || field.members.iter().any(|member| member.name == *key)
        };
        let key = manifest.signing_key().filter(has);
        if let Some(pem) = key.and_then(|key| entered.get(key))
            && let Err(rule) = oauth::check_key(pem)
        {
            fail(match field.format {
                FieldFormat::Json => format!("the private key in the file {rule}"),
                _ => rule,
            });
        }
    }
    if errors.is_empty() { Ok(entered) } else { Err(Error::Invalid(errors)) }
}

/// The members of a file. The error is a rule that the file breaks.
fn members(field: &CredentialField, file: &Secret) -> Result<Vec<(String, Secret)>, String> {
    let json: SecretJson = serde_json::from_str(file.expose())
        .map_err(|_| "is not JSON: paste the whole file".to_owned())?;
    let of = |member: &FileMember| {
        let at = &member.pointer;
        let value = json.expose().pointer(at).and_then(|value| value.as_str());
        let value = value.filter(|value| (1..=MEMBER_MAX).contains(&value.len()));
        let value = value.ok_or_else(|| format!("the file has no text at `{at}`"))?;
        let fits = member.pattern.as_ref().is_none_or(|pattern| is_match(pattern, value));
        if !fits || !member.secret && !is_printable(value) {
            return Err(format!("the value at `{at}` of the file does not have the expected form"));
        }
        Ok((member.name.clone(), Secret::new(value.to_owned())))
    };
    field.members.iter().map(of).collect()
}
