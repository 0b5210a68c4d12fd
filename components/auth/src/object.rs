//! A JSON object without duplicate members, at any depth.
//!
//! If two members have the same name, one reader uses the first and another the last (RFC 8259, 4; RFC 7519,
//! 4), so that an earlier check of the token may have seen another `sub`. So duplicates are rejected.
//!
//! This module must not know the members or what they mean.

use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The members of an object.
#[derive(Debug, Default)]
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
                members(map).map(Object)
            }
        }
        input.deserialize_map(Members)
    }
}

/// The name of the duplicate member, if that is the reason of `error`. It is cut after 64 characters.
pub(crate) fn twice(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let name = text.strip_prefix(TWICE)?;
    Some(nexus_printable::shortened(name.split('`').next()?))
}

/// The start of the error for a duplicate. It is the same as in serde's own types, which have some of the
/// members of a token.
const TWICE: &str = "duplicate field `";

fn members<'de, A: MapAccess<'de>>(mut map: A) -> Result<Map<String, Value>, A::Error> {
    let mut members = Map::new();
    while let Some((name, Once(value))) = map.next_entry::<String, Once>()? {
        if members.contains_key(&name) {
            return Err(de::Error::custom(format_args!("{TWICE}{name}`")));
        }
        members.insert(name, value);
    }
    Ok(members)
}

/// A JSON value without duplicate members.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Once;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Once, E> {
                Ok(Once(Value::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_string<E>(self, value: String) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Once, A::Error> {
                let mut items = Vec::new();
                while let Some(Once(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Once(items.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Once, A::Error> {
                members(map).map(|members| Once(members.into()))
            }
        }
        input.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_member_is_named_at_any_depth() {
        for (text, name) in [
            (r#"{"a":1,"a":1}"#, "a"),
            (r#"{"a":1,"\u0061":2}"#, "a"),
            (r#"{"a":{"b":[{"c":1,"c":2}]}}"#, "c"),
        ] {
            let error = serde_json::from_str::<Object>(text).unwrap_err();
            assert_eq!(twice(&error).as_deref(), Some(name), "{text}");
        }
        let error = serde_json::from_str::<Object>("[]").unwrap_err();
        assert_eq!(twice(&error), None);
    }

    #[test]
    fn other_json_is_read_unchanged() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,1.5,"x",{"a":{}}],"b":{"a":""}}"#;
        let read: Object = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(read.0), serde_json::from_str::<Value>(text).unwrap());
    }
}
