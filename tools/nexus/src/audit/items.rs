//! The items of an export, in each form that it may have.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// All items of a stream of JSON values: items, arrays of items, pages.
pub(super) fn items(text: &str) -> Result<Vec<Map<String, Value>>> {
    let mut items = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        collect(value.context("not JSON")?, &mut items)?;
    }
    Ok(items)
}

fn collect(value: Value, items: &mut Vec<Map<String, Value>>) -> Result<()> {
    match value {
        Value::Array(values) => values.into_iter().try_for_each(|value| collect(value, items)),
        Value::Object(mut page) if page.contains_key("items") => {
            collect(page.remove("items").unwrap_or_default(), items)
        }
        Value::Object(item) => {
            items.push(item);
            Ok(())
        }
        other => bail!("{other} is not an audit record"),
    }
}

/// A member of an item that is a text.
pub(super) fn member<'a>(item: &'a Map<String, Value>, name: &str) -> Result<&'a str> {
    let value = item.get(name).and_then(Value::as_str);
    value.with_context(|| format!("`{name}` is missing or is not a string"))
}
