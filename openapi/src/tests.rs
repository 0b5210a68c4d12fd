use std::collections::BTreeSet;

use serde_json::Value;

use super::document;

/// Calls `visit` with every value in the document that is the member `name` of an object.
fn each(value: &Value, name: &str, visit: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, name, visit)),
        Value::Object(members) => {
            if let Some(found) = members.get(name) {
                visit(found);
            }
            members.values().for_each(|member| each(member, name, visit));
        }
        _ => {}
    }
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = |(path, item): (&String, &Value)| {
        let path = path.clone();
        let calls = item.as_object().unwrap().clone().into_iter();
        calls.map(move |(method, call)| (format!("{method} {path}"), call)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(each).collect()
}

#[test]
fn references_resolve_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    each(&document, "$ref", &mut |reference| {
        let pointer = reference.as_str().unwrap().strip_prefix('#').expect("of this document");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        used.insert(pointer.to_owned());
    });
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys() {
            // Named by `security`, and for paths and methods that are not described.
            let unused = kind == "securitySchemes" || name == "405.method_not_allowed";
            assert!(
                unused || used.contains(&format!("/components/{kind}/{name}")),
                "{kind} {name}"
            );
        }
    }
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let document = document();
    for (call, operation) in operations(&document) {
        let named: BTreeSet<&str> =
            call.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: BTreeSet<String> = parameters
            .iter()
            .map(|one| {
                let at = one["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
                at.map_or_else(|| one.clone(), |at| document.pointer(at).unwrap().clone())
            })
            .filter(|one| one["in"] == "path")
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(described.iter().map(String::as_str).collect::<BTreeSet<_>>(), named, "{call}");
    }
}

#[test]
fn operation_ids_are_unique_and_links_resolve() {
    let document = document();
    let operations = operations(&document);
    let ids: BTreeSet<_> =
        operations.iter().map(|(_, call)| call["operationId"].clone().to_string()).collect();
    assert_eq!(ids.len(), operations.len());
    each(&document["paths"], "links", &mut |links| {
        for link in links.as_object().unwrap().values() {
            assert!(ids.contains(&link["operationId"].to_string()), "{link}");
        }
    });
}

#[test]
fn every_response_has_a_request_id_and_every_object_is_closed() {
    let document = document();
    for (call, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{call}");
        for (status, response) in responses {
            let reference = response["$ref"].as_str().map(|text| text.trim_start_matches('#'));
            let response = reference.map_or(response, |pointer| document.pointer(pointer).unwrap());
            assert!(response["headers"]["x-request-id"].is_object(), "{call} {status}");
        }
    }
    // The facts of events and of audit records differ by kind. The document describes itself, MCP describes its
    // messages, and `manifests/schema.json` the members of a draft.
    let open = ["detail", "OpenApi", "McpOne", "params", "data", "result", "ManifestDraft"];
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        each(&serde_json::json!({ "schema": schema }), "properties", &mut |properties| {
            for (member, schema) in properties.as_object().unwrap() {
                let closed =
                    schema["type"] != "object" || !schema["additionalProperties"].is_null();
                assert!(closed || open.contains(&member.as_str()), "{name}.{member}");
            }
        });
        let closed = schema["type"] != "object" || schema["additionalProperties"] == false;
        assert!(closed || open.contains(&name.as_str()), "{name}");
    }
}
