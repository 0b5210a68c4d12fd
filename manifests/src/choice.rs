//! The call that finds parameters after connecting, and the time until one of its entries is chosen.
//!
//! Nothing that a response says may decide where this call, or a refresh or a revocation before the choice, is sent.

use std::collections::BTreeMap;

use url::Url;

use crate::finding::Finding;
use crate::model::{Manifest, Param, ParamSource, Verify};
use crate::pins::{Pins, pins, resolve_url, revoke_origins, token_origins};

/// The URL of `find`, with the parameters that are known before that call. `None` if the manifest does not have the call. Its
/// host gets the credential anyway, and is known before anything is chosen, so no response can move it.
///
/// # Errors
/// A finding at `/find/url`, with the rule `host_not_listed` for another host.
pub fn find_url(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Option<Url>, Finding> {
    let Some(find) = &manifest.find else { return Ok(None) };
    let mut entered = params.clone();
    let is_found = |name: &str| manifest.found_params().any(|(param, _)| param.name == name);
    entered.retain(|name, _| !is_found(name));
    let url = resolve_url("/find/url", &find.url, &entered)?;
    let origin = url.origin().ascii_serialization();
    let mut known = token_origins(manifest, &entered)?;
    let (scheme, _) = manifest.api.base_url.split_once("://").unwrap_or(("https", ""));
    let mut hosts: Vec<String> =
        manifest.api.hosts.iter().map(|host| format!("{scheme}://{host}")).collect();
    if let Verify::Request { base_url: Some(base_url), .. } = &manifest.verify {
        hosts.push(base_url.clone());
    }
    // A host that is still to be found does not expand yet.
    let resolved = hosts.iter().filter_map(|host| resolve_url("/find/url", host, &entered).ok());
    known.extend(resolved.map(|url| url.origin().ascii_serialization()));
    if known.contains(&origin) {
        return Ok(Some(url));
    }
    let detail = format!(
        "`{origin}` must be a host that gets the credential anyway: {}",
        known.join(" or ")
    );
    Err(Finding::new("/find/url", "host_not_listed", detail))
}

/// Whether the entry that a connection with these parameters is made to is not chosen yet.
#[must_use]
pub fn awaits_choice(manifest: &Manifest, params: &BTreeMap<String, String>) -> bool {
    manifest.found_params().any(|(param, _)| !params.contains_key(&param.name))
}

/// The pins before the provider has supplied its parameters, of a connection with these parameters. The hosts of the API
/// are pinned when they are known ([`pins`]), because their URLs cannot be made before. Until then, `verify` is the host of
/// the call that finds them, if there is one.
///
/// # Errors
/// As [`pins`] and [`find_url`].
pub fn pins_before_flow(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Pins, Finding> {
    let is_known =
        |param: &Param| param.from.as_ref().is_none_or(ParamSource::is_entered_with_credential);
    if manifest.params.iter().all(is_known) {
        return pins(manifest, params);
    }
    let find = find_url(manifest, params)?;
    let verify = find.iter().map(|url| url.origin().ascii_serialization()).collect();
    let (token, revoke) = (token_origins(manifest, params)?, revoke_origins(manifest, params)?);
    Ok(Pins { api: Vec::new(), verify, token, revoke, inject: manifest.inject.clone() })
}

/// The pins of a stored connection with these parameters: [`pins`], or [`pins_before_flow`] while a choice is awaited.
///
/// # Errors
/// As [`pins`].
pub fn pins_now(manifest: &Manifest, params: &BTreeMap<String, String>) -> Result<Pins, Finding> {
    match awaits_choice(manifest, params) {
        true => pins_before_flow(manifest, params),
        false => pins(manifest, params),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::lint::tests::{changed, found, found_host, manifest, named_host, with};
    use crate::params::EntryRules;

    fn found_params(
        manifest: &Manifest,
        entry: &Value,
    ) -> Result<BTreeMap<String, String>, Vec<Finding>> {
        EntryRules::of(manifest).params(entry)
    }

    fn params(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_call_goes_to_a_host_that_gets_the_credential_anyway() {
        let url = |json: &Value, values: &[(&str, &str)]| {
            find_url(&manifest(json), &params(values)).map(|url| url.unwrap().to_string())
        };
        let at = |url: &str| with(&found(), "/find/url", json!(url));
        assert_eq!(url(&found(), &[]).unwrap(), "https://slack.com/api/sites");
        assert_eq!(url(&found(), &[("site", "T1")]).unwrap(), "https://slack.com/api/sites");
        for moved in ["https://evil.example/x", "https://a.slack.com/x", "https://slack.com:444/x"]
        {
            assert_eq!(url(&at(moved), &[]).unwrap_err().rule, "host_not_listed", "{moved}");
        }
        // Nor does a value that was found before name the host of the next call.
        let itself = with(&found_host(), "/find/url", json!("https://{host}/x"));
        assert!(url(&itself, &[("host", "acme.slack.com")]).is_err());
        let verified = changed(
            &found_host(),
            r#"{"/verify/base_url":"https://id.acme.example","/find/url":"https://id.acme.example/x"}"#,
        );
        assert_eq!(url(&verified, &[]).unwrap(), "https://id.acme.example/x");
    }

    #[test]
    fn a_host_of_the_token_response_is_pinned_after_the_flow() {
        let manifest = manifest(&named_host());
        let before = pins_before_flow(&manifest, &params(&[])).unwrap();
        assert!(before.api.is_empty() && before.verify.is_empty());
        assert_eq!(
            (before.token[0].as_str(), before.revoke[0].as_str()),
            ("https://slack.com", "https://slack.com")
        );
        assert!(pins(&manifest, &params(&[])).is_err());
        let after = pins(&manifest, &params(&[("host", "acme.slack.com")])).unwrap();
        assert_eq!(after.api, ["https://acme.slack.com"]);
        assert_eq!((&after.token, &after.revoke), (&before.token, &before.revoke));
        // A row that somebody has changed expands to no host outside the domains.
        for value in ["evil.example", "slack.com.evil.example", "10.0.0.1", "a/b"] {
            assert!(pins(&manifest, &params(&[("host", value)])).is_err(), "{value}");
        }
    }

    #[test]
    fn a_host_is_pinned_when_it_is_chosen() {
        let manifest = manifest(&found_host());
        assert!(awaits_choice(&manifest, &params(&[])));
        let before = pins_now(&manifest, &params(&[])).unwrap();
        assert!(before.api.is_empty());
        assert_eq!(
            (&before.token, &before.verify),
            (&before.verify, &vec!["https://slack.com".to_owned()])
        );
        let entry = json!({"id": 7, "host": "https://acme.slack.com/"});
        let values = found_params(&manifest, &entry).unwrap();
        assert_eq!(values, params(&[("host", "acme.slack.com")]));
        assert!(!awaits_choice(&manifest, &values));
        assert_eq!(pins_now(&manifest, &values).unwrap().api, ["https://acme.slack.com"]);
    }

    #[test]
    fn a_response_names_nothing_outside_the_manifest() {
        for host in [
            "evil.example",
            "slack.com.evil.example",
            "evilslack.com",
            "acme.slack.com@evil.example",
            "acme.slack.com:8443",
            "https://acme.slack.com/x",
            "http://acme.slack.com",
            "",
        ] {
            let refused = found_params(&manifest(&found_host()), &json!({"host": host}));
            assert_eq!(refused.unwrap_err()[0].pointer, "/params/host", "{host}");
        }
        let label = changed(
            &found(),
            r#"{"/api/base_url":"https://{site}.slack.com","/api/hosts/0":"{site}.slack.com",
               "/params/0/pattern":"[a-z]+","/params/0/example":"acme"}"#,
        );
        for site in ["evil.example/", "a.b", "a/", "a@", "a#", "a?", "a:1", "A", " a", "a\n", ""] {
            assert!(found_params(&manifest(&label), &json!({"id": site})).is_err(), "{site:?}");
        }
        // A pattern that is too loose for a host does not help.
        let loose = with(&label, "/params/0/pattern", json!(".*"));
        let refused = found_params(&manifest(&loose), &json!({"id": "evil.example"}));
        assert_eq!(refused.unwrap_err()[0].rule, "host_label");
        for entry in [json!({}), json!({"id": null}), json!({"id": ["a"]}), json!("a"), json!(7)] {
            assert!(found_params(&manifest(&label), &entry).is_err(), "{entry}");
        }
    }
}
