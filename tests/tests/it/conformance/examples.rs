//! The responses that providers document: `verify.example` and `oauth2.token_response.example` of a manifest. The application
//! does not hold those of built-in manifests, so they are read from the files.

use serde_json::{Value, json};

use crate::kit::programs::repo;

/// The documented responses of a provider, as far as its manifest has them.
#[derive(Debug, Default)]
pub(super) struct Examples {
    pub(super) verify: Option<Value>,
    pub(super) token: Option<Value>,
}

impl Examples {
    pub(super) fn of(manifest: &Value, id: &str) -> Self {
        let file = std::fs::read_to_string(repo().join(format!("manifests/{id}.json")));
        let file: Value = file.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        let at =
            |pointer: &str| manifest.pointer(pointer).or_else(|| file.pointer(pointer)).cloned();
        Self { verify: at("/verify/example"), token: at("/oauth2/token_response/example") }
    }
}

/// `value` in the form of the documented one: a number or a text, a list or a text.
pub(super) fn like(documented: Option<&Value>, value: Value) -> Value {
    /// The end of the year 2998, in seconds.
    const LATER: i64 = 32_472_144_000;
    match (documented, &value) {
        (Some(Value::String(_)), Value::Number(number)) => number.to_string().into(),
        // A time since the epoch, in seconds or milliseconds.
        (Some(Value::Number(at)), Value::String(text)) if text.starts_with("2999-") => {
            let is_milliseconds = at.as_f64().is_some_and(|at| at > 1e11);
            json!(if is_milliseconds { LATER * 1000 } else { LATER })
        }
        (Some(Value::Array(_)), Value::String(text)) => {
            text.split([' ', ',', ';', '+', '|']).filter(|word| !word.is_empty()).collect()
        }
        _ => value,
    }
}

#[test]
fn a_value_takes_the_form_of_the_documented_one() {
    for (documented, value, expected) in [
        (json!("3600"), json!(7), json!("7")),
        (json!(3600), json!(7), json!(7)),
        (json!(["a"]), json!("b c"), json!(["b", "c"])),
        (json!("a"), json!("b c"), json!("b c")),
        (json!(1_700_000_000), json!("2999-01-01T00:00:00Z"), json!(32_472_144_000_i64)),
        (
            json!(1_700_000_000_000_i64),
            json!("2999-01-01T00:00:00Z"),
            json!(32_472_144_000_000_i64),
        ),
    ] {
        assert_eq!(like(Some(&documented), value.clone()), expected, "{documented} {value}");
        assert_eq!(like(None, value.clone()), value);
    }
}
