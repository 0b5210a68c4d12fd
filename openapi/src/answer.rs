//! A successful response: the schema of its body, its headers, and links to the next calls.

use serde_json::{Map, Value, json};

use crate::component;

/// A response that is not a problem.
pub(crate) struct Answer {
    description: &'static str,
    /// Media types and their schemas.
    content: Map<String, Value>,
    headers: Vec<(&'static str, &'static str)>,
    links: Map<String, Value>,
}

/// The headers of responses, by the names that responses use to refer to them.
pub(crate) fn headers() -> Value {
    let header = |description: &str, schema: Value| json!({"description": description, "required": true, "schema": schema});
    let optional = |description: &str, schema: Value| json!({"description": description, "required": false, "schema": schema});
    json!({
        "request_id": header(
            "The request's id, as in the log",
            json!({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}),
        ),
        "version": header(
            "The version, which counts admins' changes. Use it in `If-Match`",
            json!({"type": "string", "pattern": "^\"[0-9]+\"$"}),
        ),
        "hash": header(
            "The SHA-256 of the content. Use it in `If-None-Match`",
            json!({"type": "string", "pattern": "^\"[0-9a-f]{64}(-gzip)?\"$"}),
        ),
        "location": header(
            "The path of the new resource",
            json!({"type": "string", "pattern": "^/api/[a-z]+(/passkeys)?/[A-Za-z0-9_-]+$"}),
        ),
        "no_store": header("Never cached", json!({"type": "string", "const": "no-store"})),
        "no_cache": header(
            "Cached by the client alone, and revalidated",
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
            "The provider's own request id; if it sends none, the id of the request",
            json!({"type": "string"}),
        ),
        "no_store_private": header(
            "Never cached",
            json!({"type": "string", "const": "no-store, private"}),
        ),
        "sandbox": header(
            "Keeps a provider's page from acting in the application's origin",
            json!({"type": "string", "const": "sandbox; default-src 'none'"}),
        ),
        "flow_cookie": header("Identifies the browser that may finish the flow; parallel flows of a browser share it", flow_cookie()),
        "flow_cookie_by_oauth": {
            "description": "Only if `auth_method` is `oauth2`. Identifies the browser that may finish the flow",
            "required": false,
            "schema": flow_cookie(),
        },
        "error_code": header(
            "The error code, as in `Problem`",
            json!({"type": "string", "pattern": "^[a-z_]+$"}),
        ),
        "rate_limit": optional(
            "What is left in this minute, and in how many seconds the next begins \
             (draft-ietf-httpapi-ratelimit-headers)",
            json!({"type": "string", "pattern": "^\"minute\";r=0;t=[0-9]+$"}),
        ),
        "rate_limit_policy": optional(
            "The limit per minute (draft-ietf-httpapi-ratelimit-headers)",
            json!({"type": "string", "pattern": "^\"minute\";q=[0-9]+;w=60$"}),
        ),
        "retry_after": header(
            "How many seconds to wait before a retry",
            json!({"type": "integer", "minimum": 1}),
        ),
        "retry_after_if_repeatable": optional(
            "How many seconds to wait before a retry. It is missing if the change may have been made (`write_unconfirmed`) and \
             the method is not idempotent (RFC 9110, 9.2.2)",
            json!({"type": "integer", "minimum": 1}),
        ),
    })
}

/// With the prefix `__Host-`, except where `public_url` is a loopback address (RFC 6265bis, 4.1.3.2).
fn flow_cookie() -> Value {
    let pattern = "^(__Host-nexus-flow=[A-Za-z0-9_-]+; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure\
                   |nexus-flow=[A-Za-z0-9_-]+; Path=/; Max-Age=600; HttpOnly; SameSite=Lax)$";
    json!({"type": "string", "pattern": pattern})
}

impl Answer {
    /// JSON of the schema `schema`, which must not be cached.
    pub(crate) fn json(description: &'static str, schema: &str) -> Self {
        Self::empty(description)
            .of("application/json", component("schemas", schema))
            .header("cache-control", "no_store")
    }

    /// JSON of the schema `schema`, which the client may cache and must revalidate.
    pub(crate) fn cacheable(description: &'static str, schema: &str) -> Self {
        Self::empty(description)
            .of("application/json", component("schemas", schema))
            .header("cache-control", "no_cache")
            .header("etag", "hash")
    }

    /// 304: the client's copy is current.
    pub(crate) fn not_modified() -> Self {
        Self::empty("The client's copy is current")
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

    /// A provider's response, passed on.
    pub(crate) fn from_provider(description: &'static str) -> Self {
        let headers = vec![
            ("x-request-id", "provider_request_id"),
            ("cache-control", "no_store_private"),
            ("content-security-policy", "sandbox"),
        ];
        let empty = Self { headers, ..Self::empty(description) };
        empty.of("*/*", json!({}))
    }

    /// Adds this media type and its schema.
    pub(crate) fn of(mut self, media_type: &str, schema: Value) -> Self {
        self.content.insert(media_type.to_owned(), json!({ "schema": schema }));
        self
    }

    /// Adds the header `name`, which is the component `header`.
    pub(crate) fn header(mut self, name: &'static str, header: &'static str) -> Self {
        self.headers.push((name, header));
        self
    }

    /// Adds links to `operations`, which take the parameter `id` from `pointer` in the body.
    pub(crate) fn links_to(mut self, pointer: &str, operations: &[&str]) -> Self {
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
