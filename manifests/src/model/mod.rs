//! The shape of a manifest: everything in which providers differ, as data.
//!
//! These types are the single source: `schema.json` is generated from them, and `build.rs` checks the files
//! with them. They define what parses; [`crate::lint`] defines what is *allowed*. No type here ever holds the
//! value of a secret, only the names and the places of secrets.

mod field;
mod find;
mod form;
mod inject;
mod login;
mod needs;
mod oauth2;
mod requests;
mod sign;
mod source;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use field::{CredentialField, FieldFormat, FileMember};
pub use find::{Find, Only};
pub use inject::{Inject, around_key};
pub use login::{Assertion, Login, LoginRequest, LoginResponse, SigningAlgorithm};
pub use needs::{Needs, Registration};
pub use nexus_auth_method::AuthMethod;
pub use oauth2::{
    ClientAuth, FlowNames, KnownScope, OAuth2, Refresh, Scopes, Success, TokenRequest,
    TokenResponse,
};
pub use requests::{Account, Revoke, RevokeAuth, RevokeEffect, RevokeRequest, Rfc7009, Verify};
pub use sign::{BodySign, Sign};
pub(crate) use source::is_day;
pub use source::{Ends, ReadOn, Source};

/// One provider, and one way to authenticate to it.
///
/// Members that a workspace's own manifest may leave out have a default. A built-in manifest must have them
/// all; [`crate::lint::check`] enforces this.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The manifest's id. Built-in: `[a-z0-9-]{1,64}`, not starting with `custom-`. A workspace's own:
    /// `custom-[a-z0-9-]{1,57}`.
    pub id: String,
    /// The name that people use: `Slack`, `Stripe`.
    #[serde(default)]
    pub name: String,
    /// The group of one vendor's manifests (`google-calendar` and `google-drive` are in `google`).
    #[serde(default)]
    pub family: String,
    /// Lower-case words to browse by: `communication`, `payments`.
    #[serde(default)]
    pub categories: Vec<String>,
    /// One sentence that says what an agent can do with the provider.
    #[serde(default)]
    pub description: String,
    /// The provider's API documentation, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs_url: String,
    /// How the catalogue shows the provider.
    #[serde(default)]
    pub brand: Brand,
    /// How a caller authenticates to the provider.
    pub auth_method: AuthMethod,
    /// Values that are not secret and differ per connection, such as a subdomain.
    #[serde(default)]
    pub params: Vec<Param>,
    /// The fields of the credential that the admin enters. Empty for `oauth2`.
    #[serde(default)]
    pub credentials: Vec<CredentialField>,
    /// Where the credential is placed in each request.
    pub inject: Vec<Inject>,
    /// Present exactly for the two OAuth methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<OAuth2>,
    /// Present exactly for the method `login`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// The part of the provider's API that agents may reach.
    pub api: Api,
    /// The call that finds parameters with a new credential, such as the sites that it may reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<Find>,
    /// The call that tells whether a credential is live.
    pub verify: Verify,
    /// How a credential is revoked at the provider.
    pub revoke: Revoke,
    /// When and why this way to connect ends, if the provider has announced that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// The pages of the provider's own documentation that are the source of these facts. In a built-in manifest,
    /// each is below the day on which it was read.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// How the catalogue shows a provider. Both members may be empty in a workspace's own manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// `#RRGGBB`.
    #[serde(default)]
    pub color: String,
    /// The name of one of the UI's icons, `[a-z0-9-]{1,64}`. For an unknown name, the UI shows the provider's
    /// initial.
    #[serde(default)]
    pub icon: String,
}

impl Manifest {
    /// The fields of a stored credential: their names, and whether they are secret. The members of a file stand in
    /// place of the file.
    pub fn fields(&self) -> impl Iterator<Item = (&str, bool)> {
        self.credentials.iter().flat_map(CredentialField::stored)
    }

    /// Whether a stored credential has a field `name`.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        self.fields().any(|(field, _)| field == name)
    }

    /// Whether a stored credential has a secret field `name`. The members of a file are such fields, and the file is not.
    #[must_use]
    pub fn has_secret_field(&self, name: &str) -> bool {
        self.fields().any(|(field, is_secret)| is_secret && field == name)
    }

    /// The request of a login. `None` without a login, or if its assertion is the token.
    #[must_use]
    pub fn login_request(&self) -> Option<&LoginRequest> {
        self.login.as_ref()?.request.as_ref()
    }

    /// The assertion that a login signs.
    #[must_use]
    pub fn assertion(&self) -> Option<&Assertion> {
        self.login.as_ref()?.assertion.as_ref()
    }

    /// The name of the field that holds a private key, if the login signs with one. It is never sent.
    #[must_use]
    pub fn signing_key(&self) -> Option<&str> {
        self.assertion().map(|assertion| assertion.key.as_str())
    }

    /// Whether the tokens are assertions that the application signs, without a request to the provider.
    #[must_use]
    pub fn signs_tokens(&self) -> bool {
        self.login.as_ref().is_some_and(|login| login.request.is_none())
    }

    /// Whether `name` is a parameter that an admin enters, rather than one that the provider supplies.
    #[must_use]
    pub fn is_entered(&self, name: &str) -> bool {
        self.params.iter().any(|param| param.name == name && param.from.is_none())
    }

    /// The manifest without the examples of responses, which only tests use.
    #[must_use]
    pub fn without_examples(mut self) -> Self {
        if let Verify::Request { example, .. } = &mut self.verify {
            *example = None;
        }
        if let Some(oauth2) = &mut self.oauth2 {
            oauth2.token_response.example = None;
        }
        self
    }

    /// The parameters that the call of `find` supplies, with their places in an entry of its response.
    pub fn found_params(&self) -> impl Iterator<Item = (&Param, &str)> {
        self.params.iter().filter_map(|param| match &param.from {
            Some(ParamSource::Found(pointer)) => Some((param, pointer.as_str())),
            _ => None,
        })
    }
}

/// A value that is not secret and differs per connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// The name in templates: `[a-z][a-z0-9_]{0,63}`.
    pub name: String,
    /// The label in the form.
    pub label: String,
    /// A regular expression for the whole value (`\A(?:…)\z`). For a parameter in a host, it may match
    /// lower-case letters, digits and `-` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The list of allowed values, in place of `pattern`. A parameter with choices may end a host. Then its
    /// values may contain dots: where a provider's sites have domains of their own, the manifest lists them all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether the value is a whole host name, such as `forum.acme.com`, in place of `pattern` and `choices`: for
    /// software that customers run on hosts of their own. It is lower-case, with at least one dot and without a
    /// port, and stands for the whole host of a URL. The egress guard applies to it as to any host.
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole_host: bool,
    /// The domains of the provider within which the host lies, in place of `pattern` and `choices`: for a host that
    /// the token response or the call of `find` names, as a host name or as an `https` URL (`{"token_response":
    /// "/api_domain"}`). The value is the host name, and stands for the whole host of `api` and `verify`. It is pinned
    /// when it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// A value that matches `pattern`, or one of `choices`, or a host name. The form shows it in the empty field.
    pub example: String,
    /// The provider's page that says what to enter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help_url: Option<String>,
    /// Where the value is read. If this is absent, an admin enters the value. A value from the provider is stored
    /// with the connection like an entered one, but nobody can enter it. Of the entries that the call of `find`
    /// returns, a person chooses one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ParamSource>,
}

/// Where the value of a parameter is read that is known only after connecting, such as the number of the connected
/// account. Such a parameter must not be part of anything that is needed earlier: the authorization URL, the token
/// URL and their parameters. If the OAuth flow supplies it, it must not be part of a host either, unless the manifest
/// lists the domains of the host (`within`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParamSource {
    /// A JSON pointer (RFC 6901) into the response that has the token, to a string or a number.
    TokenResponse(String),
    /// The name of a query parameter of the callback. The value comes through the browser, so use it only
    /// where a forged value reaches nothing beyond what the token allows.
    Callback(String),
    /// A JSON pointer (RFC 6901) into the chosen entry of the response to `find`, to a string or a number. The
    /// parameter may stand in `api`, `verify` and `inject` only: tokens are refreshed and revoked before anything is
    /// chosen. In a host, it is a label before a domain of the manifest, one of `choices`, or a host `within` domains.
    /// The first such parameter names the entry: its values must be distinct.
    Found(String),
    /// The end of a field of the entered credential, where a provider writes the site into its keys. The value is not
    /// secret: it is stored and shown like an entered one.
    Credential(KeyEnd),
}

/// The end of a credential field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyEnd {
    /// The name of the field.
    pub field: String,
    /// The text whose last occurrence stands before the value, such as `-` in `…-us19`: 1 to 8 visible ASCII characters.
    pub after: String,
}

impl ParamSource {
    /// Whether the value is known when the credential is entered, and not only after connecting.
    #[must_use]
    pub const fn is_entered_with_credential(&self) -> bool {
        matches!(self, Self::Credential(_))
    }
}

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
/// reads the same parameter from forms, `body_types` must not list them, and `deny_gap` must say what is left.
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
