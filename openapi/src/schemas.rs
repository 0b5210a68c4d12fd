//! The JSON of requests and responses, except manifests.
//!
//! The requests are those of `nexus_common::wire`. An integration is the column `doc` of the migrations.

mod agents;
mod apps;
mod audit;
mod calls;
mod listing;
mod people;
mod registry;

use serde_json::{Map, Value, json};

use crate::component;
pub(crate) use calls::CALL_OUTCOMES;

/// All schemas, by name.
pub(crate) fn all() -> Map<String, Value> {
    let groups = [
        requests(),
        integrations(),
        oauth(),
        created(),
        pages(),
        listing::all(),
        agents::all(),
        apps::all(),
        registry::all(),
        people::all(),
        audit::all(),
        calls::all(),
        service(),
    ];
    groups.into_iter().filter_map(|group| group.as_object().cloned()).flatten().collect()
}

/// An object with exactly these members, all of them required.
fn object(members: Value) -> Value {
    let names: Vec<String> = members.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    partial(&names.iter().map(String::as_str).collect::<Vec<_>>(), members)
}

/// An object with no members other than these, of which those in `required` are required.
fn partial(required: &[&str], members: Value) -> Value {
    let mut schema =
        json!({"type": "object", "properties": members, "additionalProperties": false});
    if let (Value::Object(schema), false) = (&mut schema, required.is_empty()) {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn array(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn page(item: &str) -> Value {
    object(json!({
        "items": {"type": "array", "maxItems": 100, "items": component("schemas", item)},
        "next_cursor": {"type": ["string", "null"], "description": "`cursor` of the next page"},
    }))
}

fn texts(max: u16) -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": max});
    json!({"type": "object", "additionalProperties": text})
}

/// Unprintable characters, as part of a character class of a pattern: control characters and invisible ones.
fn unprintable() -> String {
    // Dialects of patterns differ in their escapes beyond four digits, and all of them accept the character
    // itself.
    let written = |c: char| match u32::from(c) {
        code @ ..=0xffff => format!("\\u{code:04x}"),
        _ => c.to_string(),
    };
    let ranges = nexus_printable::INVISIBLE.map(|(first, last)| match first == last {
        true => written(first),
        false => format!("{}-{}", written(first), written(last)),
    });
    format!("\\u0000-\\u001f\\u007f-\\u009f{}", ranges.concat())
}

/// Printable characters, at most `max` of them.
fn printable(max: u16) -> Value {
    let pattern = format!("^[^{}]*$", unprintable());
    json!({"type": "string", "minLength": 1, "maxLength": max, "pattern": pattern})
}

fn described(mut schema: Value, words: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("description".into(), words.into());
    }
    schema
}

fn hash() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{64}$"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn time() -> Value {
    component("schemas", "Time")
}

fn time_or_null() -> Value {
    json!({"anyOf": [time(), {"type": "null"}]})
}

fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

fn requests() -> Value {
    let not = unprintable();
    let name = json!({
        "type": "string", "minLength": 1, "maxLength": 100,
        "pattern": format!("^[^{not}]*[^\\s{not}][^{not}]*$"),
        "description": "Unique in the workspace; names are compared without regard to case and white space",
    });
    let mut credentials = texts(16384);
    let mut params = texts(253);
    for (schema, what) in [
        (&mut credentials, "All of the manifest's credential fields, by name"),
        (
            &mut params,
            "The manifest's parameters, by name. Only an ADMIN enters the host of a provider that customers run themselves",
        ),
    ] {
        if let Value::Object(schema) = schema {
            schema.insert("description".into(), json!(what));
        }
    }
    let scopes = json!({
        "type": "array", "items": {"type": "string"},
        "description": "Only for OAuth 2.0, where nobody enters credentials",
    });
    let policy = component("schemas", "PolicyInput");
    json!({
        "IntegrationInput": partial(&["manifest_id", "name"], json!({
            "manifest_id": {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"},
            "name": name, "credentials": credentials, "params": params, "scopes": scopes,
            "policy": policy, "limits": limits_alone(),
            "slug": {
                "type": "string", "maxLength": 48, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
                "description": "Stands for the id in paths, and never changes. If it is missing, it is made from the name",
            },
            "preset": {
                "type": "string", "enum": ["read_only", "no_deletes", "all"],
                "description": "Rules by one word, in place of `policy.rules`. `read_only` allows requests that only \
                    read: GET, HEAD and OPTIONS, and the requests that the manifest lists under `api.reads`. If the \
                    manifest has `api.get_may_write`, GET and HEAD are allowed on the listed paths only. \
                    `no_deletes` denies DELETE. `all` has no rules. The integration stores the rules, not the word",
            },
            "verify": {
                "type": "boolean", "default": true,
                "description": "Whether the credentials are tried at the provider before they are saved",
            },
        })),
        "IntegrationPatch": partial(&[], json!({
            "name": name, "status": component("schemas", "Status"), "credentials": credentials,
            "params": params, "policy": policy, "limits": limits_alone(),
            "choice": {
                "type": "string", "minLength": 1, "maxLength": 253,
                "description": "The `value` of one of the integration's choices. Sent without `credentials` and `params`",
            },
        })),
        "PolicyInput": partial(&[], json!({
            "agents": {
                "type": "array", "maxItems": 100, "items": printable(128), "default": ["*"],
                "description": "Agents by id, by name, or by the subject of an outside issuer's tokens; `*` is everybody. A \
                    word that names one agent becomes its id. A word that names several is 422. A word that names \
                    none is 422 too, unless an outside issuer has tokens for this workspace. Then it stays, as a \
                    subject that was not seen yet",
            },
            "rules": {
                "type": "array", "maxItems": 100, "items": component("schemas", "Rule"), "default": [],
                "description": "`deny` wins. If any `allow` rule exists, a call that matches none of them is denied",
            },
            "rewrite_links": rewrite_links(),
            "limits": limits(),
        })),
        "Rule": partial(&["effect", "methods", "path"], json!({
            "effect": {"type": "string", "enum": ["allow", "deny"]},
            "methods": {
                "type": "array", "minItems": 1, "items": {"type": "string",
                    "pattern": "^(\\*|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$"},
            },
            "path": {
                "type": "string", "maxLength": 500,
                "pattern": "^(/(\\*|[^*/]*))*/(\\*\\*?|[^*/]*)$",
                "description": "`*` is one segment, `**` is the rest",
            },
            "host": {
                "type": "string", "pattern": "^[A-Za-z0-9.:-]+$",
                "description": "One of the manifest's hosts; by default all of them",
            },
            "agents": {
                "type": "array", "minItems": 1, "maxItems": 100, "items": printable(128),
                "description": "The agents that the rule is for, by id, name or subject, which become ids; by default all that \
                    the policy admits. Each must be known",
            },
        })),
        "OwnManifest": {
            "description": "At most 32 KiB",
            "allOf": [component("schemas", "Manifest")],
            "properties": {"id": {"pattern": "^custom-[a-z0-9-]{1,57}$"}},
        },
    })
}

/// The limits, outside a policy.
fn limits_alone() -> Value {
    let mut limits = limits();
    if let Value::Object(limits) = &mut limits {
        let text = "In place of `policy.limits`, where they are stored and shown. The rest of the policy stays";
        limits.insert("description".into(), json!(text));
    }
    limits
}

fn limits() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["calls_per_minute"],
        "description": "The most calls per minute of each agent to this integration. The deployment's limit per \
            agent stays in force",
        "properties": {"calls_per_minute": {"type": "integer", "minimum": 1, "maximum": 1_000_000}},
    })
}

fn rewrite_links() -> Value {
    json!({
        "type": "boolean",
        "description": "Whether links to the provider's API in its responses (`Location`, `Link`, URLs in \
            JSON) are rewritten to addresses of the proxy; the default is `true`",
    })
}

/// `schema` with these optional members added.
fn with_optional(schema: &Value, members: &Value) -> Value {
    let mut schema = schema.clone();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    if let (Some(properties), Some(members)) = (properties, members.as_object()) {
        properties.extend(members.clone());
    }
    schema
}

fn url() -> Value {
    json!({"type": "string", "format": "uri"})
}

fn oauth() -> Value {
    let client_id = json!({"type": "string", "minLength": 1, "maxLength": 4096});
    json!({
        "AuthorizeInput": partial(&[], json!({
            "scopes": {"type": "array", "maxItems": 100, "items": {
                "type": "string", "pattern": "^[!#-\\[\\]-~]{1,256}$",
            }},
            "accept_account_change": {"type": "boolean", "default": false},
        })),
        "Authorization": object(json!({"authorization_url": url()})),
        "ClientDocument": object(json!({
            "client_id": url(), "client_name": {"type": "string"}, "client_uri": url(),
            "redirect_uris": array(url()), "grant_types": array(json!({"type": "string"})),
            "response_types": array(json!({"type": "string"})),
            "token_endpoint_auth_method": {"const": "none"},
        })),
        "DraftInput": partial(&["url"], json!({
            "url": {"type": "string", "format": "uri", "maxLength": 2048,
                "description": "The https address of an MCP server"},
            "authorization_server": {"type": "string", "maxLength": 2048,
                "description": "The authorization server that the server names, to confirm it. Required if it belongs to \
                    another domain than the server"},
        })),
        "ManifestDraft": {
            "type": "object", "required": ["id", "name", "auth_method"],
            "description": "A manifest as `POST /api/manifests` takes it. It may break rules, which that call reports",
        },
        "OauthClientInput": partial(&["client_id"], json!({
            "client_id": printable(4096),
            "client_secret": described(
                printable(4096),
                "Required, unless the manifest says that apps of the provider are public clients",
            ),
            "params": {
                "type": "object", "maxProperties": 20,
                "additionalProperties": {"type": "array", "minItems": 1, "maxItems": 100,
                    "items": {"type": "string", "minLength": 1, "maxLength": 253}},
                "description": "The values of the manifest's parameters that the app may be used with. \
                    Required for a manifest of the workspace's own that has a parameter in the host of its \
                    token or revocation URL",
            },
        })),
        "OauthClientSaved": object(json!({
            "manifest_id": {"type": "string"}, "client_id": client_id, "redirect_uri": url(),
        })),
        "OauthClientList": object(json!({"items": array(object(json!({
            "manifest_id": {"type": "string"}, "client_id": client_id, "redirect_uri": url(),
            "created_at": time(), "updated_at": time(),
        })))})),
    })
}

fn account() -> Value {
    json!({
        "anyOf": [object(json!({"id": text_or_null(), "label": text_or_null()})), {"type": "null"}],
        "description": "The credential's account, as the provider reports it",
    })
}

fn integrations() -> Value {
    json!({
        "Time": {
            "type": "string", "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
        },
        "IntegrationId": {"type": "string", "pattern": "^int_[0-9A-HJKMNP-TV-Z]{26}$"},
        "Status": {
            "type": "string", "enum": ["active", "inactive"],
            "description": "Set by an admin: whether agents may use the integration",
        },
        "Policy": partial(&["agents", "rules"], json!({
            "agents": array(json!({"type": "string"})),
            "rules": array(component("schemas", "Rule")),
            "rewrite_links": rewrite_links(),
            "limits": limits(),
        })),
        "Integration": object(json!({
            "id": component("schemas", "IntegrationId"),
            "slug": {
                "type": "string", "pattern": "^[a-z0-9-]{1,64}$",
                "description": "Can be used in place of the id; does not change with the name",
            },
            "manifest_id": {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"},
            "name": {"type": "string"},
            "auth_method": component("schemas", "ManifestAuthMethod"),
            "status": component("schemas", "Status"),
            "health": component("schemas", "IntegrationHealth"),
            "account": account(),
            "params": {"type": "object", "additionalProperties": {"type": "string"}},
            "scopes": object(json!({
                "requested": array(json!({"type": "string"})),
                "granted": array(json!({"type": "string"})),
                "missing": array(json!({"type": "string"})),
            })),
            "credential": {
                "anyOf": [
                    object(json!({
                        "hint": text_or_null(), "expires_at": time_or_null(), "key_id": {"type": "string"},
                    })),
                    {"type": "null"},
                ],
                "description": "What may be shown of the credential; the hint is the last four characters of a long secret",
            },
            "policy": component("schemas", "Policy"),
            "created_at": time(),
            "created_by": {"type": "string", "description": "The subject of a token"},
            "updated_at": time(),
            "last_used_at": time_or_null(),
            "version": {"type": "integer", "minimum": 1, "description": "Counts admins' changes"},
        })),
        "IntegrationHealth": object(json!({
            "state": {
                "type": "string", "enum": ["pending", "unknown", "healthy", "failing", "reauthorize"],
                "description": "The state of the connection at the provider. `pending`: the sign-in was not finished, \
                    or, if there is a credential, a person has still to choose what it is connected to",
            },
            "checked_at": time_or_null(),
            "detail": text_or_null(),
            "next_action": {"enum": ["reconnect", "replace_key", "retry", "choose", null]},
        })),
        "Choices": object(json!({
            "label": {"type": "string", "description": "What is chosen, such as `Site`"},
            "items": array(object(json!({
                "value": {"type": "string", "description": "What `choice` names"},
                "label": {"type": "string", "description": "The name that people know it by"},
                "chosen": {"type": "boolean", "description": "Whether the integration is connected to it"},
            }))),
        })),
    })
}

/// A new integration, and the URL that the browser must open next, if there is one.
fn created() -> Value {
    let one = integrations().get("Integration").cloned().unwrap_or_default();
    json!({"IntegrationCreated": with_optional(&one, &json!({"authorization_url": url()}))})
}

fn pages() -> Value {
    json!({
        "EventPage": page("Event"),
        "Event": object(json!({
            "at": time(),
            "kind": {
                "type": "string", "pattern": "^[a-z]+\\.[a-z_]+$",
                "description": "`integration.` with `created`, `updated`, `connected`, \
                    `reconnected`, `health`, `revocation`, `ended_by_revocation` (the provider \
                    refused it right after another token of its account was revoked) or `deleted`; or \
                    `call.denied`: once per subject, rule, method and minute",
            },
            "actor": {"type": "string", "description": "The subject of a token, or `tick`"},
            "detail": {"type": "object", "description": "Facts; their form depends on the kind"},
            "request_id": {"type": "string"},
        })),
        "WorkspaceUsagePage": page("WorkspaceUsage"),
        "WorkspaceUsage": partial(&["at", "calls", "errors", "bytes"], json!({
            "at": time(),
            "integration_id": {"type": "string", "description": "With `by=integration`; it may be deleted"},
            "agent": {"type": "string", "description": "With `by=agent`"},
            "calls": count(), "errors": count(), "bytes": count(),
        })),
        "UsagePage": page("Usage"),
        "Usage": object(json!({
            "at": time(), "agent": {"type": "string"},
            "calls": count(), "errors": count(), "bytes": count(),
        })),
        "ManifestList": object(json!({"items": array(component("schemas", "ManifestSummary"))})),
        "FindingList": object(json!({"items": array(object(json!({
            "server": {"type": "string", "description": "The origin of the token endpoint"},
            "client_id": {"type": ["string", "null"], "description": "The client id of the OAuth app"},
            "at": {"type": "string", "format": "date-time"},
            "integration_id": {
                "type": "string",
                "description": "The integration whose token was revoked; it may be deleted",
            },
            "detail": {"type": "string", "description": "What the provider said about the other connection"},
        })))})),
        "ManifestSummary": partial(
            &["id", "name", "family", "categories", "description", "brand", "auth_method"],
            json!({
                "id": {"type": "string"}, "name": {"type": "string"}, "family": {"type": "string"},
                "categories": array(json!({"type": "string"})), "description": {"type": "string"},
                "docs_url": {"type": "string"}, "brand": component("schemas", "ManifestBrand"),
                "auth_method": component("schemas", "ManifestAuthMethod"),
                "ends": component("schemas", "ManifestEnds"),
                "needs": described(partial(&[], json!({
                    "registration": {
                        "type": "string", "enum": ["endpoint", "document"],
                        "description": "No OAuth app has to be registered: the application does so at the provider's \
                            endpoint, or is known by the URL of a document, which works only over https",
                    },
                    "paste": {
                        "type": "string", "enum": ["pem", "json"],
                        "description": "A private key, or the content of a JSON file, is entered",
                    },
                    "choice": {
                        "type": "string",
                        "description": "What a person chooses after connecting, if the credential reaches several: `Site`",
                    },
                })), "What connecting asks of a person beyond the authentication method. Missing if that is nothing, \
                    and for own manifests that were saved by an earlier version"),
            }),
        ),
    })
}

fn service() -> Value {
    let problem = object(json!({"variable": {"type": "string"}, "rule": {"type": "string"}}));
    let health = |states: &[&str]| {
        partial(
            &["status"],
            json!({
                "status": {"type": "string", "enum": states},
                "problems": array(problem.clone()),
                "failures": array(json!({"type": "string"})),
                "keys": {
                    "type": "array", "items": {"type": "string"},
                    "description": "The ids of the encryption keys; the first one seals",
                },
                "schema": {"type": ["integer", "null"], "description": "The version of the database schema"},
                "last_tick": {
                    "type": ["string", "null"], "format": "date-time", "description": "When the last tick was completed",
                },
            }),
        )
    };
    json!({
        "Health": health(&["ok"]),
        "Ill": health(&["misconfigured", "failing"]),
        "Ticked": object(json!({
            "checked": count(), "refreshed": count(), "revoked": count(), "resealed": count(),
            "failed": count(), "flows": count(), "pruned": count(),
        })),
        "OpenApi": {"type": "object", "required": ["openapi", "info", "paths", "components"]},
        "Problem": partial(
            &["type", "title", "status", "detail", "code", "request_id"],
            json!({
                "type": {"type": "string", "pattern": "^/problems/[a-z_]+$"},
                "title": {"type": "string", "minLength": 1},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string", "minLength": 1},
                "code": {"type": "string", "pattern": "^[a-z_]+$"},
                "request_id": {"type": "string", "minLength": 1},
                "errors": {
                    "type": "array", "minItems": 1,
                    "items": object(json!({
                        "pointer": {
                            "type": "string",
                            "description": "A JSON pointer (RFC 6901) into the body, or `?name` of a parameter",
                        },
                        "detail": {"type": "string", "minLength": 1},
                    })),
                },
                "existing_id": component("schemas", "IntegrationId"),
                "redirect_uri": {"type": "string", "description": "The URI to register at the provider"},
                "variable": {"type": "string"},
                "link": {
                    "type": "string", "format": "uri",
                    "description": "Where a person can fix the problem",
                },
            }),
        ),
    })
}
