//! Reads the arguments of a tool as models and their clients send them: `null` or an empty text for a missing
//! argument, numbers as text, an object or a list as JSON text, and members that no tool has.
//!
//! An argument with a clear meaning is accepted. An ambiguous argument is rejected with an explanation. This
//! module must not know what the arguments are for.

use nexus_common::{Error, Result};
use serde_json::{Map, Value};

use crate::message::shown;

/// The maximum number of ignored arguments that are named.
const NAMED: usize = 8;

/// The arguments of a tool call: those that the tool has, and the names of the others.
pub(crate) struct Arguments {
    given: Map<String, Value>,
    ignored: Vec<String>,
    known: &'static [&'static str],
}

impl Arguments {
    /// Reads the `arguments` of a `tools/call` for a tool that has the arguments `known`. `None` if they are
    /// neither an object nor the JSON text of an object.
    pub(crate) fn read(sent: Option<&Value>, known: &'static [&'static str]) -> Option<Self> {
        let sent = match sent {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(members)) => members.clone(),
            Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
            Some(Value::String(text)) => match json(text)? {
                Value::Object(members) => members,
                _ => return None,
            },
            Some(_) => return None,
        };
        let (given, ignored): (Vec<_>, Vec<_>) =
            sent.into_iter().partition(|(name, _)| known.contains(&name.as_str()));
        let ignored = ignored.into_iter().map(|(name, _)| name).collect();
        Some(Self { given: given.into_iter().collect(), ignored, known })
    }

    /// A note about the arguments that were ignored, if there are any.
    pub(crate) fn note(&self) -> Option<String> {
        let named = self.ignored.iter().take(NAMED).map(|name| shown(name));
        let mut named = named.collect::<Vec<_>>().join(", ");
        if named.is_empty() {
            return None;
        }
        if self.ignored.len() > NAMED {
            named.push_str(&format!(" and {} more", self.ignored.len() - NAMED));
        }
        let known = self.known.join(", ");
        Some(format!("[ignored arguments that this tool does not have: {named}. It has {known}]"))
    }

    /// The argument `name`, if it was given. `null` and an empty text count as missing.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.given.get(name).filter(|value| !value.is_null() && *value != "")
    }

    /// The text `name`, if it was given. A number is converted to text.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is another kind of value.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Error::invalid(name, "must be a string")),
        }
    }

    /// The text `name`, which the tool requires.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is missing, or another kind of value.
    pub(crate) fn required(&self, name: &str) -> Result<String> {
        self.text(name)?.ok_or_else(|| Error::invalid(name, "is required and must be a string"))
    }

    /// The names and values of the argument `name`, in order. It is a list of `{"name", "value"}`, an object
    /// (a list as a value repeats the name), or the JSON text of either. `null` counts as missing.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the value has another form. It names the value.
    pub(crate) fn pairs(&self, name: &str) -> Result<Vec<(String, String)>> {
        let rule = "must be a list of {\"name\", \"value\"}, an object, or the JSON text of either";
        let parsed: Value;
        let value = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::String(text)) => {
                parsed = json(text).ok_or_else(|| Error::invalid(name, rule))?;
                &parsed
            }
            Some(value) => value,
        };
        let mut pairs = Vec::new();
        let listed = match value {
            Value::Array(listed) => listed.as_slice(),
            value => std::slice::from_ref(value),
        };
        for one in listed {
            let members = match one {
                Value::Null => continue,
                Value::Object(members) => members,
                _ => return Err(Error::invalid(name, rule)),
            };
            match (value.is_array(), members.get("name"), members.get("value")) {
                (true, Some(Value::String(key)), Some(value)) => {
                    add(&mut pairs, name, key, value)?;
                }
                _ => {
                    for (key, value) in members {
                        add(&mut pairs, name, key, value)?;
                    }
                }
            }
        }
        Ok(pairs)
    }
}

/// The JSON value of a text, if it is JSON. It is read from bytes, like all other JSON, which halves the
/// code.
pub(crate) fn json(text: &str) -> Option<Value> {
    serde_json::from_slice(text.as_bytes()).ok()
}

/// Adds the pair or, if `value` is a list, one pair for each item.
fn add(pairs: &mut Vec<(String, String)>, argument: &str, key: &str, value: &Value) -> Result<()> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    for value in values {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => {
                let rule = "must be a string, a number or a boolean";
                return Err(Error::invalid(format!("{argument}/{key}"), rule));
            }
        };
        pairs.push((key.to_owned(), text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KNOWN: &[&str] = &["a", "b"];

    fn read(sent: &Value) -> Arguments {
        Arguments::read(Some(sent), KNOWN).unwrap()
    }

    #[test]
    fn arguments_are_an_object_or_the_text_of_one() {
        for sent in [json!({"a": 1}), json!("{\"a\": 1}"), json!({"a": 1, "b": null})] {
            assert_eq!(read(&sent).text("a").unwrap().as_deref(), Some("1"), "{sent}");
            assert_eq!(read(&sent).text("b").unwrap(), None, "{sent}");
        }
        for sent in [json!(null), json!(""), json!({})] {
            assert!(read(&sent).get("a").is_none(), "{sent}");
        }
        for sent in [json!([]), json!("[]"), json!("x"), json!(1)] {
            assert!(Arguments::read(Some(&sent), KNOWN).is_none(), "{sent}");
        }
    }

    #[test]
    fn a_missing_argument_and_a_wrong_one_have_different_errors() {
        for empty in [json!(null), json!("")] {
            assert_eq!(read(&json!({ "a": empty })).text("a").unwrap(), None);
            let error = format!("{:?}", read(&json!({ "a": empty })).required("a"));
            assert!(error.contains("is required"), "{error}");
        }
        let error = format!("{:?}", read(&json!({"a": {}})).text("a"));
        assert!(error.contains("must be a string"), "{error}");
    }

    #[test]
    fn unknown_arguments_are_named_without_their_values() {
        assert_eq!(read(&json!({"a": 1})).note(), None);
        let note = read(&json!({"a": 1, "toolCallId": "secret"})).note().unwrap();
        assert!(note.contains("toolCallId") && note.contains("It has a, b"), "{note}");
        assert!(!note.contains("secret"), "{note}");
        let many: Map<String, Value> = (0..20).map(|n| (format!("x{n:02}"), json!(n))).collect();
        let note = read(&Value::Object(many)).note().unwrap();
        assert!(note.contains("\"x07\" and 12 more"), "{note}");
    }

    #[test]
    fn pairs_are_read_from_every_form() {
        let expected = [("x", "1"), ("y", "a b"), ("y", "true")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let listed = json!([{"name": "x", "value": 1}, {"name": "y", "value": "a b"}, null,
            {"name": "y", "value": true}, {"name": "z", "value": null}]);
        let object = json!({"x": "1", "y": ["a b", null, true], "z": null});
        for sent in [
            listed.clone(),
            object.clone(),
            json!(listed.to_string()),
            json!(object.to_string()),
            json!([{"x": 1}, {"y": ["a b", true]}]),
        ] {
            assert_eq!(read(&json!({ "a": sent })).pairs("a").unwrap(), expected, "{sent}");
        }
        // `name` and `value` may also be the names of parameters.
        let named = read(&json!({"a": {"name": "n", "value": "v"}})).pairs("a").unwrap();
        assert_eq!(named, [("name".into(), "n".into()), ("value".into(), "v".into())]);
        for (sent, part) in [
            (json!("x=1"), "must be a list of"),
            (json!(1), "must be a list of"),
            (json!(["x"]), "must be a list of"),
            (json!("\"x\""), "must be a list of"),
            (json!({"x": {}}), "a/x"),
            (json!([{"name": "x", "value": {}}]), "a/x"),
            (json!({"x": [[]]}), "a/x"),
        ] {
            let error = format!("{:?}", read(&json!({ "a": sent })).pairs("a"));
            assert!(error.contains(part), "{sent}: {error}");
        }
    }
}
