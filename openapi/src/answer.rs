//! What a call answers when it goes well: the body's schema, the headers, the links to what can be
//! done next.

use serde_json::{Map, Value, json};

use crate::component;

/// An answer that is no problem.
pub(crate) struct Answer {
    description: &'static str,
    /// Media types and their schemas.
    content: Map<String, Value>,
    headers: Vec<(&'static str, &'static str)>,
    links: Map<String, Value>,
}

/// The headers of answers, by the names that answers refer to them by.
pub(crate) fn headers() -> Value {
    let header = |description: &str, schema: Value| json!({"description": description, "required": true, "schema": schema});
    json!({
        "request_id": header(
            "The request, as in the log",
            json!({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}),
        ),
        "version": header(
            "The version, which counts admins' changes; for `If-Match`",
            json!({"type": "string", "pattern": "^\"[0-9]+\"$"}),
        ),
        "hash": header(
            "The SHA-256 of what is shown; for `If-None-Match`",
            json!({"type": "string", "pattern": "^\"[0-9a-f]{64}\"$"}),
        ),
        "location": header(
            "Where it is from now on",
            json!({"type": "string", "pattern": "^/api/[a-z]+/[A-Za-z0-9_-]+$"}),
        ),
        "no_store": header("Never kept", json!({"type": "string", "const": "no-store"})),
        "no_cache": header(
            "Kept by the client alone, and asked for again",
            json!({"type": "string", "const": "private, no-cache"}),
        ),
        "allow": header(
            "The methods of the path",
            json!({"type": "string", "pattern": "^[A-Z]+(, [A-Z]+)*$"}),
        ),
        "challenge": header(
            "RFC 6750, section 3",
            json!({"type": "string", "enum": ["Bearer", "Bearer error=\"invalid_token\""]}),
        ),
        "mcp_challenge": header(
            "RFC 9728, section 5.1",
            json!({
                "type": "string",
                "pattern": "^Bearer resource_metadata=\"[^\"]+\"(, error=\"invalid_token\")?$",
            }),
        ),
        "provider_request_id": header(
            "The provider's own, or where it has none the request's",
            json!({"type": "string"}),
        ),
        "kept_by_nobody": header(
            "Never kept",
            json!({"type": "string", "const": "no-store, private"}),
        ),
        "sandbox": header(
            "A page of a provider can do nothing in our origin",
            json!({"type": "string", "const": "sandbox; default-src 'none'"}),
        ),
        "flow_cookie": header("The browser that may finish this; the same for flows beside it", flow_cookie()),
        "flow_cookie_by_oauth": {
            "description": "Where `auth_method` is `oauth2`: the browser that may finish this",
            "required": false,
            "schema": flow_cookie(),
        },
        "error_code": header(
            "What went wrong, as in `Problem`",
            json!({"type": "string", "pattern": "^[a-z_]+$"}),
        ),
        "retry_after": header(
            "When to try again, in seconds",
            json!({"type": "integer", "minimum": 1}),
        ),
    })
}

/// `__Host-` but on a loopback `public_url` (RFC 6265bis, 4.1.3.2).
fn flow_cookie() -> Value {
    let pattern = "^(__Host-nexus-flow=[A-Za-z0-9_-]+; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure\
                   |nexus-flow=[A-Za-z0-9_-]+; Path=/; Max-Age=600; HttpOnly; SameSite=Lax)$";
    json!({"type": "string", "pattern": pattern})
}

impl Answer {
    /// JSON of the schema `schema`, which nobody may keep.
    pub(crate) fn json(description: &'static str, schema: &str) -> Self {
        Self::empty(description)
            .of("application/json", component("schemas", schema))
            .header("cache-control", "no_store")
    }

    /// JSON of the schema `schema`, which the client may keep and ask for again.
    pub(crate) fn kept(description: &'static str, schema: &str) -> Self {
        Self::empty(description)
            .of("application/json", component("schemas", schema))
            .header("cache-control", "no_cache")
            .header("etag", "hash")
    }

    /// 304: the client has it.
    pub(crate) fn not_modified() -> Self {
        Self::empty("The client has it already")
            .header("cache-control", "no_cache")
            .header("etag", "hash")
    }

    /// No body.
    pub(crate) fn empty(description: &'static str) -> Self {
        let headers = vec![("x-request-id", "request_id")];
        Self { description, content: Map::new(), headers, links: Map::new() }
    }

    /// A page for people.
    pub(crate) fn page(description: &'static str) -> Self {
        Self::empty(description)
            .of("text/html", json!({"type": "string"}))
            .header("cache-control", "no_store")
    }

    /// What a provider answered, handed back.
    pub(crate) fn of_provider(description: &'static str) -> Self {
        let headers = vec![
            ("x-request-id", "provider_request_id"),
            ("cache-control", "kept_by_nobody"),
            ("content-security-policy", "sandbox"),
        ];
        let empty = Self { headers, ..Self::empty(description) };
        empty.of("*/*", json!({}))
    }

    /// Or of this media type and schema.
    pub(crate) fn of(mut self, media_type: &str, schema: Value) -> Self {
        self.content.insert(media_type.to_owned(), json!({ "schema": schema }));
        self
    }

    /// With the header `name`, which is the component `header`.
    pub(crate) fn header(mut self, name: &'static str, header: &'static str) -> Self {
        self.headers.push((name, header));
        self
    }

    /// The calls `operations` take the parameter `id` from `pointer` in the body.
    pub(crate) fn leads(mut self, pointer: &str, operations: &[&str]) -> Self {
        for operation in operations {
            let id = format!("$response.body#{pointer}");
            let link = json!({"operationId": operation, "parameters": {"path.id": id}});
            self.links.insert((*operation).to_owned(), link);
        }
        self
    }

    pub(crate) fn value(self) -> Value {
        let headers: Map<_, _> = self
            .headers
            .iter()
            .map(|(name, header)| ((*name).to_owned(), component("headers", header)))
            .collect();
        let mut value = json!({"description": self.description, "headers": headers});
        if let Value::Object(members) = &mut value {
            if !self.content.is_empty() {
                members.insert("content".into(), Value::Object(self.content));
            }
            if !self.links.is_empty() {
                members.insert("links".into(), Value::Object(self.links));
            }
        }
        value
    }
}
