//! Checks what an admin enters for a manifest, parameters and credentials, before the values are used.
//!
//! No finding ever contains the value of a credential field, whether it is secret or not.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use nexus_printable::pointer::below;
use nexus_printable::{RULE, is_printable};
use regex_lite::Regex;
use serde_json::{Map, Value};

pub use crate::choice::{awaits_choice, find_url, pins_before_flow, pins_now};
use crate::finding::Finding;
use crate::model::{KeyEnd, Manifest, Param, ParamSource};
use crate::pattern;
pub use crate::pins::{
    LOGIN_URL, Pins, base_url, hosts, pins, read_host, resolve_url, token_urls, verify_url,
};

const PARAM_MAX: usize = 253;
const CREDENTIAL_MAX: usize = 4096;
/// The maximum length of a private key or a file, in bytes.
const FILE_MAX: usize = 16 * 1024;

/// The rules for one field's value.
struct Field<'a> {
    name: &'a str,
    pattern: Option<&'a str>,
    /// The pattern, compiled for the first value.
    compiled: OnceCell<Result<Regex, String>>,
    /// The allowed values. Empty if a pattern decides.
    choices: &'a [String],
    /// Whether the value must be a single label of a host name.
    in_host: bool,
    /// Whether the value must be a whole host name.
    is_whole_host: bool,
    /// The domains of a host that the token response names.
    within: &'a [String],
    /// Whether people can read the value later, because it is not secret.
    is_shown: bool,
    /// Whether the value may have several lines.
    has_lines: bool,
    /// The maximum length, in bytes.
    max: usize,
}

impl<'a> Field<'a> {
    fn of(param: &'a Param, in_host: bool) -> Self {
        let (pattern, choices) = (param.pattern.as_deref(), param.choices.as_slice());
        Self {
            name: &param.name,
            pattern,
            compiled: OnceCell::new(),
            choices,
            in_host: in_host && choices.is_empty() && !param.whole_host && param.within.is_empty(),
            is_whole_host: param.whole_host,
            within: &param.within,
            is_shown: true,
            has_lines: false,
            max: PARAM_MAX,
        }
    }
}

/// Checks the parameters that an admin entered for a connection. Every parameter of the manifest must be
/// present, and no other. Each must be a string of at most 253 bytes that matches its pattern or is one of
/// its choices. A parameter in a host must also be a single label, or a choice. An admin does not enter
/// parameters that the OAuth flow supplies ([`flow_params`]). To name one of them is an error.
///
/// # Errors
/// One finding for each problem, at `/params/{name}`.
pub fn check_params(
    manifest: &Manifest,
    values: &Map<String, Value>,
) -> Result<BTreeMap<String, String>, Vec<Finding>> {
    let in_hosts = crate::pins::host_names(manifest);
    let fields: Vec<Field<'_>> = manifest
        .params
        .iter()
        .filter(|param| param.from.is_none())
        .map(|param| Field::of(param, in_hosts.contains(&param.name.as_str())))
        .collect();
    check_fields("/params", &fields, values)
}

/// Checks one value of the parameter `name`, as [`check_params`] does.
///
/// # Errors
/// A finding at `/params/{name}`: the parameter does not exist or is not entered by an admin, or the value is
/// invalid.
pub fn check_param(manifest: &Manifest, name: &str, value: &str) -> Result<(), Finding> {
    let pointer = below("/params", &nexus_printable::shortened(name));
    let known = manifest.params.iter().find(|param| param.name == name && param.from.is_none());
    let Some(param) = known else {
        return Err(Finding::new(pointer, "unknown_field", "the manifest has no such parameter"));
    };
    let in_host = crate::pins::host_names(manifest).contains(&name);
    check_value(&Field::of(param, in_host), Some(&Value::from(value)))
        .map(drop)
        .map_err(|(rule, detail)| Finding::new(pointer, rule, detail))
}

/// Reads the parameters that an OAuth flow supplies: from the token response, and from the query parameters
/// of the callback. Each is checked like an entered parameter. A number is read as its digits. They are
/// stored with the entered parameters, and replace those that an earlier flow supplied.
///
/// # Errors
/// One finding for each parameter that is missing or does not match, at `/params/{name}`, without the value.
pub fn flow_params(
    manifest: &Manifest,
    answer: &Value,
    callback: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, Vec<Finding>> {
    let mut fields = Vec::new();
    let mut values = Map::new();
    for param in &manifest.params {
        let value = match &param.from {
            None | Some(ParamSource::Found(_) | ParamSource::Credential(_)) => continue,
            Some(ParamSource::TokenResponse(pointer)) => text_at(answer, pointer),
            Some(ParamSource::Callback(name)) => callback(name).map(Value::String),
        };
        fields.push(Field::of(param, false));
        values.extend(value.map(|value| (param.name.clone(), value)));
    }
    check_fields("/params", &fields, &values)
}

/// The rules of the parameters that an entry of the response to `find` supplies. A response may have hundreds of entries,
/// so each pattern is compiled once.
pub struct EntryRules<'a> {
    fields: Vec<Field<'a>>,
    /// The JSON pointer of each field's value, in an entry.
    pointers: Vec<&'a str>,
}

impl<'a> EntryRules<'a> {
    /// The rules of `manifest`.
    #[must_use]
    pub fn of(manifest: &'a Manifest) -> Self {
        let in_hosts = crate::pins::host_names(manifest);
        let field = |(param, pointer): (&'a Param, &'a str)| {
            (Field::of(param, in_hosts.contains(&param.name.as_str())), pointer)
        };
        let (fields, pointers) = manifest.found_params().map(field).unzip();
        Self { fields, pointers }
    }

    /// Reads the parameters that an entry of the response to `find` supplies. Each is checked like an entered parameter: it
    /// matches its pattern, is one of its choices, or is a host within its domains, and one label of a host if it stands in
    /// one. A number is read as its digits.
    ///
    /// # Errors
    /// One finding for each parameter that is missing or does not match, at `/params/{name}`, without the value.
    pub fn params(&self, entry: &Value) -> Result<BTreeMap<String, String>, Vec<Finding>> {
        let value = |(field, pointer): (&Field<'_>, &&str)| {
            text_at(entry, pointer).map(|value| (field.name.to_owned(), value))
        };
        let values: Map<String, Value> =
            self.fields.iter().zip(&self.pointers).filter_map(value).collect();
        check_fields("/params", &self.fields, &values)
    }
}

/// Reads the parameters that stand at the end of a field of the entered credential. Each is checked like an entered
/// parameter.
///
/// # Errors
/// One finding for each that is missing or does not match, at `/credentials/{field}`, without the value.
pub fn credential_params(
    manifest: &Manifest,
    fields: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<Finding>> {
    let in_hosts = crate::pins::host_names(manifest);
    let mut values = BTreeMap::new();
    let mut findings = Vec::new();
    for param in &manifest.params {
        let Some(ParamSource::Credential(KeyEnd { field, after })) = &param.from else { continue };
        let end = fields.get(field).and_then(|value| value.rsplit_once(after.as_str()));
        let end = end.map(|(_, end)| Value::from(end));
        let rules = Field::of(param, in_hosts.contains(&param.name.as_str()));
        match check_value(&rules, end.as_ref()) {
            Ok(value) => {
                values.insert(param.name.clone(), value.to_owned());
            }
            Err((rule, detail)) => {
                let detail = format!("its end after the last `{after}` {detail}");
                findings.push(Finding::new(below("/credentials", field), rule, detail));
            }
        }
    }
    if findings.is_empty() { Ok(values) } else { Err(findings) }
}

/// The value at a place in a response. A number is its digits.
fn text_at(json: &Value, pointer: &str) -> Option<Value> {
    match json.pointer(pointer)? {
        Value::Number(number) => Some(Value::String(number.to_string())),
        other => Some(other.clone()),
    }
}

/// Checks the credential that an admin entered. Every field of the manifest must be present, and no other.
/// Each must be a string of 1 to 4096 bytes (a key or a file: 16,384) that matches its pattern, if it has one. The
/// members of a file are not read here.
///
/// # Errors
/// One finding for each problem, at `/credentials/{name}`, without the value.
pub fn check_credentials(
    manifest: &Manifest,
    values: &Map<String, Value>,
) -> Result<BTreeMap<String, String>, Vec<Finding>> {
    let fields: Vec<Field<'_>> = manifest
        .credentials
        .iter()
        .map(|field| Field {
            name: &field.name,
            pattern: field.pattern.as_deref(),
            compiled: OnceCell::new(),
            choices: &[],
            in_host: false,
            is_whole_host: false,
            within: &[],
            is_shown: !field.secret,
            has_lines: !field.format.is_text(),
            max: if field.format.is_text() { CREDENTIAL_MAX } else { FILE_MAX },
        })
        .collect();
    check_fields("/credentials", &fields, values)
}

fn check_fields(
    pointer: &str,
    fields: &[Field<'_>],
    values: &Map<String, Value>,
) -> Result<BTreeMap<String, String>, Vec<Finding>> {
    let mut findings = Vec::new();
    let known: Vec<&str> = fields.iter().map(|field| field.name).take(20).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let unknown = values.keys().filter(|name| fields.iter().all(|field| field.name != **name));
    // Ten are enough: the response must not grow with the request.
    for name in unknown.take(10) {
        // The name may be a misplaced secret, so it is shortened, and no pointer is followed into it.
        let shown = nexus_printable::shortened(name);
        let detail = format!("unknown field; the manifest has: {known}");
        findings.push(Finding::new(below(pointer, &shown), "unknown_field", detail));
    }
    let mut checked = BTreeMap::new();
    for field in fields {
        match check_value(field, values.get(field.name)) {
            Ok(value) => {
                checked.insert(field.name.to_owned(), value.to_owned());
            }
            Err((rule, detail)) => {
                findings.push(Finding::new(below(pointer, field.name), rule, detail));
            }
        }
    }
    if findings.is_empty() { Ok(checked) } else { Err(findings) }
}

fn check_value<'v>(
    field: &Field<'_>,
    value: Option<&'v Value>,
) -> Result<&'v str, (&'static str, String)> {
    let value = match value {
        Some(Value::String(value)) => value.as_str(),
        Some(_) => return Err(("not_a_string", "must be a string".to_owned())),
        None => return Err(("missing_field", "is required".to_owned())),
    };
    let max = field.max;
    if value.is_empty() || value.len() > max {
        let length = value.len();
        return Err(("length", format!("has {length} bytes; it must have 1 to {max}")));
    }
    // A file ends with the end of a line.
    let value = if field.has_lines { value.trim() } else { value };
    if value.trim() != value {
        return Err(("white_space", "begins or ends with white space; remove it".to_owned()));
    }
    let is_end_of_line = |c: char| field.has_lines && matches!(c, '\n' | '\r' | '\t');
    if value.chars().any(|c| c.is_control() && !is_end_of_line(c)) {
        return Err(("control_character", "contains a control character".to_owned()));
    }
    if field.is_shown && !is_printable(value) {
        return Err(("control_character", RULE.to_owned()));
    }
    if let Some(pattern) = field.pattern {
        let regex = field.compiled.get_or_init(|| pattern::compile(pattern)).as_ref();
        let regex = regex.map_err(|error| ("pattern_invalid", error.clone()))?;
        if !regex.is_match(value) {
            return Err(("pattern", format!("does not match the pattern `{pattern}`")));
        }
    }
    if !field.choices.is_empty() && !field.choices.iter().any(|choice| choice == value) {
        return Err(("choice", format!("must be one of {}", field.choices.join(", "))));
    }
    if !field.within.is_empty() {
        let detail = || format!("is not a host within {}", field.within.join(", "));
        return pattern::host_within(value, field.within).ok_or_else(|| ("host_domain", detail()));
    }
    if field.is_whole_host && !pattern::is_host_name(value) {
        let detail = "must be a host name such as `forum.acme.com`, in lower case, without `https://`, port and path";
        return Err(("host_name", detail.to_owned()));
    }
    if field.in_host && !pattern::is_label(value) {
        let detail = "is part of a host name: it must be one label, `[a-z0-9-]{1,63}`".to_owned();
        return Err(("host_label", detail));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lint::tests::{api_key, basic, chosen, manifest, named_host, self_hosted, with};

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn outcome(result: Result<BTreeMap<String, String>, Vec<Finding>>) -> Vec<(String, String)> {
        match result {
            Ok(_) => vec![],
            Err(findings) => findings.into_iter().map(|f| (f.pointer, f.rule.to_owned())).collect(),
        }
    }

    #[test]
    fn parameters_are_checked_one_by_one() {
        let zendesk = manifest(&basic());
        for (values, expected) in [
            (json!({"subdomain":"acme"}), None),
            (json!({}), Some(("/params/subdomain", "missing_field"))),
            (json!({"subdomain":7}), Some(("/params/subdomain", "not_a_string"))),
            (json!({"subdomain":null}), Some(("/params/subdomain", "not_a_string"))),
            (json!({"subdomain":""}), Some(("/params/subdomain", "length"))),
            (json!({"subdomain":"a".repeat(254)}), Some(("/params/subdomain", "length"))),
            (json!({"subdomain":" acme"}), Some(("/params/subdomain", "white_space"))),
            (json!({"subdomain":"acme\n"}), Some(("/params/subdomain", "white_space"))),
            (json!({"subdomain":"ac\u{7}me"}), Some(("/params/subdomain", "control_character"))),
            (json!({"subdomain":"ac\u{200b}me"}), Some(("/params/subdomain", "control_character"))),
            (json!({"subdomain":"acme.evil"}), Some(("/params/subdomain", "pattern"))),
            (json!({"subdomain":"acme/"}), Some(("/params/subdomain", "pattern"))),
            (json!({"subdomain":"a".repeat(64)}), Some(("/params/subdomain", "pattern"))),
            (json!({"subdomain":"acme","x/y":"1"}), Some(("/params/x~1y", "unknown_field"))),
        ] {
            let expected: Vec<(String, String)> =
                expected.into_iter().map(|(p, r)| (p.to_owned(), r.to_owned())).collect();
            assert_eq!(
                outcome(check_params(&zendesk, &object(values.clone()))),
                expected,
                "{values}"
            );
        }
    }

    #[test]
    fn flow_parameters_are_checked_and_cannot_be_entered() {
        let param = |name: &str, from: Value| {
            json!({"name": name, "label": "L", "pattern": "[a-z_]*[0-9]+", "example": "a_1",
                "from": from})
        };
        let params = json!([
            param("account", json!({"token_response": "/who/id"})),
            param("realm", json!({"callback": "realmId"})),
        ]);
        let manifest = manifest(&with(&crate::lint::tests::oauth2(), "/params", params));
        let none = |_: &str| None;
        let realm = |name: &str| (name == "realmId").then(|| "77".to_owned());
        let names = flow_params(&manifest, &json!({"who": {"id": "acct_1"}}), &realm).unwrap();
        assert_eq!(names["account"], "acct_1");
        assert_eq!(names["realm"], "77");
        let numbers = flow_params(&manifest, &json!({"who": {"id": 42}}), &realm).unwrap();
        assert_eq!(numbers["account"], "42");
        for (answer, callback, rule) in [
            (json!({}), &realm as &dyn Fn(&str) -> Option<String>, "missing_field"),
            (json!({"who": {"id": "acct/1"}}), &realm, "pattern"),
            (json!({"who": {"id": null}}), &realm, "not_a_string"),
            (json!({"who": {"id": {}}}), &realm, "not_a_string"),
        ] {
            let expected = vec![("/params/account".to_owned(), rule.to_owned())];
            assert_eq!(outcome(flow_params(&manifest, &answer, callback)), expected, "{answer}");
        }
        let expected = vec![("/params/realm".to_owned(), "missing_field".to_owned())];
        assert_eq!(outcome(flow_params(&manifest, &json!({"who": {"id": 1}}), &none)), expected);
        // Nobody enters these parameters, and none is missing without them.
        assert_eq!(outcome(check_params(&manifest, &object(json!({})))), []);
        let entered = object(json!({"account": "acct_2"}));
        let expected = vec![("/params/account".to_owned(), "unknown_field".to_owned())];
        assert_eq!(outcome(check_params(&manifest, &entered)), expected);
    }

    #[test]
    fn the_end_of_a_key_is_a_parameter() {
        let param = json!([{"name": "site", "label": "L", "pattern": "[a-z]{2}[0-9]+", "example": "us1",
            "from": {"credential": {"field": "api_key", "after": "-"}}}]);
        let json = with(&api_key(), "/params", param);
        let json = with(&json, "/api/base_url", json!("https://{site}.acme.example"));
        let manifest = manifest(&with(&json, "/api/hosts", json!(["{site}.acme.example"])));
        let read = |key: &str| {
            let fields = BTreeMap::from([("api_key".to_owned(), key.to_owned())]);
            credential_params(&manifest, &fields)
        };
        assert_eq!(read("hunter-2-us19").unwrap()["site"], "us19");
        for key in [
            "hunter",
            "hunter-",
            "hunter-US19",
            "hunter-us19.evil.example",
            "hunter-us19/",
            "-us19 ",
        ] {
            let found = read(key).unwrap_err();
            assert_eq!(found[0].pointer, "/credentials/api_key", "{key}");
            assert!(
                !found[0].to_string().contains("hunter") && !found[0].to_string().contains("evil")
            );
        }
        // Nobody enters it.
        assert!(check_params(&manifest, &object(json!({}))).is_ok());
        let entered = check_params(&manifest, &object(json!({"site": "us1"})));
        assert_eq!(entered.unwrap_err()[0].rule, "unknown_field");
    }

    #[test]
    fn a_host_parameter_is_one_label_whatever_its_pattern_says() {
        let loose = manifest(&with(&basic(), "/params/0/pattern", json!(".*")));
        let values = object(json!({"subdomain":"a.b"}));
        let expected = vec![("/params/subdomain".to_owned(), "host_label".to_owned())];
        assert_eq!(outcome(check_params(&loose, &values)), expected);
    }

    #[test]
    fn a_value_must_be_one_of_the_choices() {
        let chosen = manifest(&chosen());
        assert!(check_params(&chosen, &object(json!({"site":"us3.acme.example"}))).is_ok());
        for value in ["acme.com", "us3", "api.acme.eu", "ACME.eu"] {
            let expected = vec![("/params/site".to_owned(), "choice".to_owned())];
            assert_eq!(outcome(check_params(&chosen, &object(json!({"site":value})))), expected);
        }
    }

    #[test]
    fn a_host_of_the_token_response_lies_within_its_domains() {
        let manifest = manifest(&named_host());
        let read = |value: &str| {
            flow_params(&manifest, &json!({"api_domain": value}), &|_| None)
                .map(|found| found["host"].clone())
        };
        assert_eq!(read("https://acme.slack.com").unwrap(), "acme.slack.com");
        for value in [
            "https://slack.com.evil.example",
            "https://evil.example",
            "http://acme.slack.com",
            "10.0.0.1",
        ] {
            let found = read(value).unwrap_err();
            assert_eq!(
                (found[0].pointer.as_str(), found[0].rule),
                ("/params/host", "host_domain"),
                "{value}"
            );
            assert!(!found[0].detail.contains("evil"), "{}", found[0]);
        }
    }

    #[test]
    fn a_whole_host_is_a_host_name() {
        let manifest = manifest(&self_hosted());
        assert!(check_params(&manifest, &object(json!({"host":"forum.acme.com"}))).is_ok());
        for value in
            ["forum", "https://forum.acme.com", "forum.acme.com:443", "10.0.0.1", "Forum.acme.com"]
        {
            let expected = vec![("/params/host".to_owned(), "host_name".to_owned())];
            assert_eq!(outcome(check_params(&manifest, &object(json!({"host":value})))), expected);
        }
    }

    #[test]
    fn no_finding_contains_a_credential() {
        let with_pattern = with(&api_key(), "/credentials/0/pattern", json!("sk_[a-z]+"));
        let manifest = manifest(&with_pattern);
        assert!(check_credentials(&manifest, &object(json!({"api_key":"sk_abc"}))).is_ok());
        for (value, rule) in [
            (json!("hunter2"), "pattern"),
            (json!("sk_hunter\u{0}"), "control_character"),
            (json!(" sk_hunter"), "white_space"),
            (json!("hunter".repeat(1000)), "length"),
            (json!({"hunter":1}), "not_a_string"),
            (json!(""), "length"),
        ] {
            let findings =
                check_credentials(&manifest, &object(json!({"api_key":value}))).unwrap_err();
            assert_eq!(findings.len(), 1);
            assert_eq!(
                (findings[0].pointer.as_str(), findings[0].rule),
                ("/credentials/api_key", rule)
            );
            assert!(!findings[0].to_string().contains("hunter"), "{}", findings[0]);
        }
    }
}
