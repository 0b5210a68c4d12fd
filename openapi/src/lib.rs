//! The OpenAPI 3.1 description of the application, composed once when the component `status` is built.
//!
//! Each call is one expression in `paths`. Everything that calls have in common (who may call, what can go
//! wrong, which headers are returned) is in `operation`, `answer` and `problems`. The schema of a manifest is
//! the committed `manifests/schema.json`, which is never repeated here. The document must describe what the
//! application does, not what it will do: the tests compare every response with it.
#![forbid(unsafe_code)]
// The document is nested `json!`, which recurses for each member.
#![recursion_limit = "256"]

mod answer;
mod manifest;
mod operation;
mod parameters;
mod paths;
mod problems;
mod schemas;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use operation::Operation;
use problems::Problem;

/// The introduction, for readers who do not have the repository.
const ABOUT: &str = "\
Admins connect third-party services once. Then a workspace's agents call them without ever holding a \
credential. No call returns a credential.\n\n\
Every resource belongs to the workspace of the token; the id of another workspace's resource is a 404. \
Members and parameters that are not described here are rejected with 422, never ignored. Bodies are JSON \
of at most 64 KiB, with at most 16 levels of nesting.\n\n\
Errors are problem documents (RFC 9457) with a stable `code`. A path that is not described here \
responds with 404 `not_found`, and any other method with 405 `method_not_allowed` and `Allow`. `HEAD` is \
`GET` without the body. Every response has `x-request-id`: that of the request if it is 1 to 128 of \
`A-Z a-z 0-9 - _ .`, otherwise a new one.";

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths = Map::new();
    let mut problems: BTreeSet<Problem> = BTreeSet::new();
    // Responses for paths and methods that the document does not describe.
    problems.extend([problems::NOT_FOUND, problems::METHOD_NOT_ALLOWED]);
    for (path, method, operation) in paths::all() {
        let Operation { value, problems: its, .. } = operation;
        problems.extend(its);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Value::Object(item) = item {
            item.insert(method.to_owned(), value);
        }
    }
    let mut schemas = schemas::all();
    schemas.extend(manifest::schemas());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Integration Nexus",
            "summary": "Third-party services for agents that never hold a credential",
            "description": ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This deployment"}],
        "tags": paths::tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters::all(),
            "headers": answer::headers(),
            "responses": problems.iter().map(Problem::response).collect::<Map<_, _>>(),
            "securitySchemes": operation::security_schemes(),
        },
    })
}

/// A reference to the component `name` of this kind.
fn component(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

#[cfg(test)]
mod tests;
