//! The call after connecting that finds parameters.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A GET request with the new credential, whose response lists what a connection can be made to: sites, tenants,
/// accounts. Of one entry, the parameters are read at once. Of several, a person chooses one before the connection can
/// be used. A parameter reads its value from the entry with `"from": {"found": "/id"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// A template of entered parameters. Its host gets the credential anyway: it is one of `api.hosts`, the host of
    /// `verify`, or that of `oauth2.token_url`. The request has the headers of `api.headers` and the credential. An entry
    /// of `inject` that names a parameter from this call is left out.
    pub url: String,
    /// A JSON pointer (RFC 6901) to the list of entries, or to the only entry. Empty for the whole response.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub list: String,
    /// A JSON pointer into an entry, to the name that people know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Which entries are offered. Absent for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
}

/// Entries with a certain value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Only {
    /// A JSON pointer (RFC 6901) into an entry.
    pub pointer: String,
    /// The value there: a string, a number or a boolean.
    pub equals: Value,
}

impl Find {
    /// The offered entries of a response. `None` if the response has no list, and no entry, where it should be.
    #[must_use]
    pub fn entries<'a>(&self, answer: &'a Value) -> Option<Vec<&'a Value>> {
        let is_offered = |entry: &&Value| {
            let only = self.only.as_ref();
            only.is_none_or(|only| entry.pointer(&only.pointer) == Some(&only.equals))
        };
        match answer.pointer(&self.list)? {
            Value::Array(entries) => Some(entries.iter().filter(is_offered).collect()),
            entry @ Value::Object(_) => Some([entry].into_iter().filter(is_offered).collect()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_are_a_list_or_one_object() {
        let find = |json: Value| serde_json::from_value::<Find>(json).unwrap();
        let answer = json!({"accounts": [{"id": 1, "product": "a"}, {"id": 2, "product": "b"}]});
        let all = find(json!({"url": "https://a.example/x", "list": "/accounts"}));
        assert_eq!(all.entries(&answer).unwrap().len(), 2);
        let some = find(json!({"url": "https://a.example/x", "list": "/accounts",
            "only": {"pointer": "/product", "equals": "b"}}));
        assert_eq!(some.entries(&answer).unwrap(), [&answer["accounts"][1]]);
        let whole = find(json!({"url": "https://a.example/x"}));
        assert_eq!(whole.entries(&answer).unwrap(), [&answer]);
        assert_eq!(whole.entries(&json!([1, 2])).unwrap().len(), 2);
        assert_eq!(all.entries(&json!({})), None);
        assert_eq!(all.entries(&json!({"accounts": "none"})), None);
    }
}
