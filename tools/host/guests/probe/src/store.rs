//! SQLite and the key-value stores: runs a list of steps, and reports the result of each.

use serde_json::{Value, json};
use spin_sdk::experimental::wasi::keyvalue::{atomics, store as wasi};
use spin_sdk::key_value::Store;
use spin_sdk::sqlite::wit::sqlite::Connection as Raw;
use spin_sdk::sqlite::{Connection, RowResult, Value as Sql};

/// Runs steps on one connection to the database `label`. `{sql, params}` runs a statement; `{sync: sql,
/// params}` runs it by the synchronous function; `{start: sql}` starts a statement and does not read its
/// result until the end. `"reopen"` opens a new connection; `"changes"` and `"rowid"` call the functions of
/// these names.
pub(crate) async fn sql(label: &str, steps: Value) -> Value {
    let mut results = Vec::new();
    let mut undrained = Vec::new();
    let mut connection = match Raw::open_async(label.to_owned()).await {
        Ok(connection) => connection,
        Err(error) => return json!({ "open": format!("{error:?}") }),
    };
    for step in steps.as_array().into_iter().flatten() {
        let params: Vec<Sql> =
            step["params"].as_array().into_iter().flatten().map(to_sql).collect();
        let result = if let Some(sql) = step["sql"].as_str() {
            match connection.execute_async(sql.to_owned(), params).await {
                Err(error) => json!({ "execute": format!("{error:?}") }),
                Ok((columns, rows, done)) => {
                    let rows = rows.collect().await;
                    match done.await {
                        Ok(()) => json!({ "columns": columns, "rows": to_json(&rows) }),
                        Err(error) => {
                            json!({ "rows": to_json(&rows), "result": format!("{error:?}") })
                        }
                    }
                }
            }
        } else if let Some(sql) = step["sync"].as_str() {
            match connection.execute(sql, &params) {
                Ok(result) => json!({ "columns": result.columns, "rows": to_json(&result.rows) }),
                Err(error) => json!({ "execute": format!("{error:?}") }),
            }
        } else if let Some(sql) = step["start"].as_str() {
            undrained.push(connection.execute_async(sql.to_owned(), params).await);
            json!("started")
        } else {
            match step.as_str() {
                Some("changes") => json!([connection.changes(), connection.changes_async().await]),
                Some("rowid") => json!([
                    connection.last_insert_rowid(),
                    connection.last_insert_rowid_async().await
                ]),
                Some("drop-undrained") => {
                    undrained.clear();
                    json!("dropped")
                }
                Some("reopen") => {
                    drop(connection);
                    connection = match Raw::open(label) {
                        Ok(connection) => connection,
                        Err(error) => return json!({ "open": format!("{error:?}") }),
                    };
                    json!("reopened")
                }
                Some("sdk") => match Connection::open(label).await {
                    Ok(_) => json!("opened"),
                    Err(error) => json!(format!("{error:?}")),
                },
                _ => json!("unknown step"),
            }
        };
        results.push(result);
    }
    Value::Array(results)
}

fn to_sql(value: &Value) -> Sql {
    match value {
        Value::Number(number) if number.is_i64() => Sql::Integer(number.as_i64().unwrap()),
        Value::Number(number) => Sql::Real(number.as_f64().unwrap()),
        Value::String(text) => Sql::Text(text.clone()),
        Value::Array(bytes) => {
            Sql::Blob(bytes.iter().map(|byte| byte.as_u64().unwrap() as u8).collect())
        }
        _ => Sql::Null,
    }
}

fn to_json(rows: &[RowResult]) -> Value {
    let value = |value: &Sql| match value {
        Sql::Integer(value) => json!(value),
        Sql::Real(value) => json!(value),
        Sql::Text(value) => json!(value),
        Sql::Blob(value) => json!(value),
        Sql::Null => Value::Null,
    };
    rows.iter().map(|row| row.values.iter().map(value).collect::<Value>()).collect()
}

/// Runs the steps `["set", key, value]`, `["get", key]`, `["delete", key]`, `["exists", key]`, `["keys"]`.
pub(crate) async fn key_value(label: &str, steps: Value) -> Value {
    let store = match Store::open(label).await {
        Ok(store) => store,
        Err(error) => return json!({ "open": format!("{error:?}") }),
    };
    let mut results = Vec::new();
    for step in steps.as_array().into_iter().flatten() {
        let part = |index: usize| step[index].as_str().unwrap_or_default();
        let result = match part(0) {
            "set" => store.set(part(1), part(2)).await.map(|()| json!("set")),
            "get" => store.get(part(1)).await.map(text),
            "delete" => store.delete(part(1)).await.map(|()| json!("deleted")),
            "exists" => store.exists(part(1)).await.map(Value::from),
            "keys" => store.get_keys().await.collect().await.map(Value::from),
            _ => Ok(json!("unknown step")),
        };
        results.push(result.unwrap_or_else(|error| json!(format!("{error:?}"))));
    }
    Value::Array(results)
}

fn text(value: Option<Vec<u8>>) -> Value {
    value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).into()
}

/// The same steps by `wasi:keyvalue`, and `["increment", key, n]` and `["cas", key, value, meanwhile]`. `cas`
/// swaps the value that it read for `value`, after another writer has written `meanwhile`, if given.
pub(crate) async fn wasi_key_value(label: &str, steps: Value) -> Value {
    let bucket = match wasi::open(label) {
        Ok(bucket) => bucket,
        Err(error) => return json!({ "open": format!("{error:?}") }),
    };
    let mut results = Vec::new();
    for step in steps.as_array().into_iter().flatten() {
        let part = |index: usize| step[index].as_str().unwrap_or_default();
        let result = match part(0) {
            "set" => bucket.set(part(1), part(2).as_bytes()).map(|()| json!("set")),
            "get" => bucket.get(part(1)).map(text),
            "delete" => bucket.delete(part(1)).map(|()| json!("deleted")),
            "exists" => bucket.exists(part(1)).map(Value::from),
            "keys" => bucket.list_keys(None).map(|response| response.keys.into()),
            "cursor" => bucket.list_keys(Some("0")).map(|_| json!("listed")),
            "increment" => {
                let delta = step[2].as_i64().unwrap_or_default();
                atomics::increment(&bucket, part(1), delta).map(Value::from)
            }
            "cas" => swap(&bucket, part(1), part(2), step[3].as_str()),
            _ => Ok(json!("unknown step")),
        };
        results.push(result.unwrap_or_else(|error| json!(format!("{error:?}"))));
    }
    Value::Array(results)
}

fn swap(
    bucket: &wasi::Bucket,
    key: &str,
    value: &str,
    meanwhile: Option<&str>,
) -> Result<Value, wasi::Error> {
    let cas = atomics::Cas::new(bucket, key)?;
    cas.current()?;
    if let Some(meanwhile) = meanwhile {
        bucket.set(key, meanwhile.as_bytes())?;
    }
    match atomics::swap(cas, value.as_bytes()) {
        Ok(()) => Ok(json!("swapped")),
        Err(atomics::CasError::StoreError(error)) => Err(error),
        Err(atomics::CasError::CasFailed(again)) => {
            let seen = text(again.current()?);
            let second = atomics::swap(again, value.as_bytes()).is_ok();
            Ok(json!({ "failed": seen, "second": second }))
        }
    }
}
