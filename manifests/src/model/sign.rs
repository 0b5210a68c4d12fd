//! How a provider's response is recognized if success does not decide.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// How a response is recognized: by its status alone, or by its status and a value in its JSON body.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Sign {
    /// A status, whatever the body contains. Not 200, and not 401, which every provider uses for a refusal.
    Status(u16),
    /// A status together with a value in the body.
    Body(BodySign),
}

/// A status, and a value in the body.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BodySign {
    /// The status.
    pub status: u16,
    /// A JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// The value at `pointer`: a string, a number or a boolean.
    pub equals: Value,
}

impl Sign {
    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Status(status) | Self::Body(BodySign { status, .. }) => *status,
        }
    }

    /// Whether a response with this status and body matches.
    #[must_use]
    pub fn matches(&self, status: u16, body: &Value) -> bool {
        let body_fits = match self {
            Self::Status(_) => true,
            Self::Body(sign) => body.pointer(&sign.pointer) == Some(&sign.equals),
        };
        status == self.status() && body_fits
    }
}

impl<'de> Deserialize<'de> for Sign {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Signs;

        impl<'de> Visitor<'de> for Signs {
            type Value = Sign;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status or an object with `status`, `pointer` and `equals`")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Sign, E> {
                u16::try_from(number)
                    .map(Sign::Status)
                    .map_err(|_| E::custom(format!("{number} is not an HTTP status")))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sign, A::Error> {
                BodySign::deserialize(MapAccessDeserializer::new(map)).map(Sign::Body)
            }
        }

        deserializer.deserialize_any(Signs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sign_is_a_status_or_a_status_with_a_body_value() {
        let body = json!({"name": "restricted"});
        let word = json!({"status": 401, "pointer": "/name", "equals": "restricted"});
        for (sign, status, shown) in [
            (json!(403), 403, true),
            (json!(403), 401, false),
            (word.clone(), 401, true),
            (word.clone(), 403, false),
            (json!({"status": 401, "pointer": "/name", "equals": "invalid"}), 401, false),
            (json!({"status": 401, "pointer": "/code", "equals": "restricted"}), 401, false),
        ] {
            let parsed: Sign = serde_json::from_value(sign.clone()).unwrap();
            assert_eq!(parsed.matches(status, &body), shown, "{sign} and {status}");
            assert_eq!(serde_json::to_value(&parsed).unwrap(), sign);
        }
        let refused = |sign: &str| serde_json::from_str::<Sign>(sign).unwrap_err().to_string();
        assert!(refused("\"403\"").contains("a status or an object"));
        assert!(refused("70000").contains("is not an HTTP status"));
        assert!(refused(r#"{"status":401,"pointer":"/a"}"#).contains("equals"));
        assert!(refused(r#"{"status":401,"pointer":"/a","equals":1,"is":2}"#).contains("`is`"));
    }
}
