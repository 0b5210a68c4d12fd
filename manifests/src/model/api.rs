//! What agents may reach with a credential, and the calls that they may not make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The part of the provider's API that agents may reach with the credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// A template: the URL that an agent's path is appended to, without a trailing `/`, query or fragment.
    pub base_url: String,
    /// Templates of `host` or `host:port`, reached with the scheme of `base_url`. The port is written only
    /// where it is not the scheme's default. The list contains the host of `base_url`. A workspace's own manifest may
    /// leave it out if that is the only host.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Headers that are sent with a call unless the caller sets them, such as a required API version. They
    /// are not templates, and an injected header must not be among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Whether the provider documents that files can be downloaded in parts. If `true`, one `Range` of 256
    /// KiB or more is passed on, and the part of a secret at the ends of a range is masked. Otherwise `Range`
    /// and `If-Range` are removed, and the provider answers with the whole file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ranges: bool,
    /// Calls that create credentials or end sessions.
    #[serde(default)]
    pub deny: Vec<DenyRule>,
    /// Query parameters with which a call does what `deny` must not allow: one that selects another route
    /// (`rest_route`), or that adds secrets to a response (`decrypt`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny_query: Vec<DenyQuery>,
    /// Members of request bodies with which a call does what `deny` must not allow: one that selects another method
    /// (`cmd`), or that sends results elsewhere (`webhook`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny_body: Vec<DenyBody>,
    /// The content types that agents may send: `application/json`, or all of one kind, `image/*`. Every type if the list is
    /// empty. For a provider that reads from a form what `deny_query` denies in the query.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_types: Vec<String>,
    /// Calls that only read although their method is not GET. The preset `read_only` allows them beside GET, HEAD
    /// and OPTIONS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<ReadCall>,
    /// Whether the provider documents that calls which write can be made with GET. Then the preset `read_only`
    /// allows GET and HEAD on the paths of `reads` only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub get_may_write: bool,
    /// Where a request may name a method that overrides its own. The named method is checked against policies
    /// and `deny` like the request's method. An override in any other place is not sent, or is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method_override: Option<MethodOverride>,
    /// Whether links to this API in a response (`Location`, `Link`, URLs in JSON) are rewritten to addresses
    /// of the proxy, so that a client that follows them stays there. Set `false` where such a URL is sent
    /// back to the provider as an identifier.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub rewrite_links: bool,
    /// A note to the admin who connects the provider: calls of this kind that `deny` cannot name, such as
    /// GraphQL calls that share one path, or that no such call exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny_gap: Option<String>,
    /// How long an agent's call waits for the first byte of the response after the request was sent
    /// completely, in seconds: 1 to 600, default 120. Set it only for a provider that documents a longer
    /// computation before its response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_seconds: Option<u16>,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn is_yes(value: &bool) -> bool {
    *value
}

/// The places where a provider reads a method that overrides the request's own. Names are compared
/// case-insensitively.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MethodOverride {
    /// Names of query parameters: `_HttpMethod`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
    /// Names of request headers: `X-HTTP-Method-Override`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
}

const fn is_false(value: &bool) -> bool {
    !*value
}

/// A call that only reads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadCall {
    /// POST, PUT or PATCH. With `get_may_write`, also GET.
    pub method: String,
    /// One of `hosts`. If it is missing, the host of `base_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The path, as the path of a policy's rule: it starts with `/`; `*` is one segment, and `**` is the rest. It
    /// is compared case-sensitively.
    pub path: String,
}

/// A query parameter that agents may not send. No rule of a policy lifts this, because policies do not see queries.
/// The parameter is found in every spelling that a server may accept: encoded up to three times, repeated, as a list
/// (`name[]`), in another case, after `;`, or behind an encoded `?` in the path. Bodies are not looked at: if a provider
/// reads the same parameter from bodies, `deny_body` must have it too, or `body_types` must not list forms, and `deny_gap`
/// must say what is left.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DenyQuery {
    /// The methods of `DenyRule`. Every method if it is missing.
    #[serde(default = "every_method", skip_serializing_if = "is_every_method")]
    pub method: String,
    /// The paths of `DenyRule`. Every path if it is missing.
    #[serde(default = "every_path", skip_serializing_if = "is_every_path")]
    pub path: String,
    /// The parameter's name, as the provider documents it.
    pub name: String,
    /// The values that are denied, compared case-insensitively with the whole value and with each item of a list that
    /// is separated by commas. Every value if the list is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The reason, which the agent receives.
    pub why: String,
}

/// A member of a request's body that agents may not send: a member of a JSON object, or a parameter of a form. No rule of a
/// policy lifts this, because policies do not see bodies. Members within members are not looked at. Where such a rule holds,
/// agents may send JSON and forms of at most 64 KiB, and nothing else: a body that cannot be read is denied. So do not use it
/// for calls that take files or large bodies.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DenyBody {
    /// The methods of `DenyRule`. Every method if it is missing.
    #[serde(default = "every_method", skip_serializing_if = "is_every_method")]
    pub method: String,
    /// The paths of `DenyRule`. Every path if it is missing.
    #[serde(default = "every_path", skip_serializing_if = "is_every_path")]
    pub path: String,
    /// The member's name, as the provider documents it. It is found in every spelling in which `deny_query` finds a name.
    pub name: String,
    /// The reason, which the agent receives.
    pub why: String,
}

fn every_method() -> String {
    "*".to_owned()
}

fn is_every_method(method: &str) -> bool {
    method == "*"
}

fn every_path() -> String {
    "/**".to_owned()
}

fn is_every_path(path: &str) -> bool {
    path == "/**"
}

/// A call that agents may not make unless a policy rule names exactly its path. The rule applies to every one
/// of `hosts`. ASCII letters are compared case-insensitively, because some providers route that way.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DenyRule {
    /// GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, or `*` for all of them.
    pub method: String,
    /// The path below `base_url`, or on another host below its root. It starts with `/`; `*` is one segment,
    /// and `**` is the rest.
    pub path: String,
    /// The reason, which the agent receives.
    pub why: String,
}
