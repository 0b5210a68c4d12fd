//! The shape of a manifest: everything a provider can differ in, as data.
//!
//! These types are the truth: `schema.json` is generated from them, `build.rs` checks the files
//! with them. They say what parses; what is *allowed* is said by [`crate::lint`]. No type here
//! ever holds a secret's value, only the names and the places of secrets.

mod form;
mod oauth2;
mod requests;
mod sign;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use oauth2::{
    ClientAuth, KnownScope, OAuth2, Refresh, Scopes, Success, TokenRequest, TokenResponse,
};
pub use requests::{
    Account, Inject, Revoke, RevokeAuth, RevokeEffect, RevokeRequest, Rfc7009, Verify,
};
pub use sign::{BodySign, Sign};

/// One provider, and one way to authenticate to it.
///
/// Members that a workspace's own manifest may leave out have a default; a built-in manifest must
/// have them all, which [`crate::lint::check`] sees to.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Built in: `[a-z0-9-]{1,64}`, not starting with `custom-`. A workspace's own:
    /// `custom-[a-z0-9-]{1,57}`.
    pub id: String,
    /// What people call it: `Slack`, `Stripe`.
    #[serde(default)]
    pub name: String,
    /// Groups the manifests of one vendor (`google-calendar` and `google-drive` are `google`).
    #[serde(default)]
    pub family: String,
    /// Lower-case words to browse by: `communication`, `payments`.
    #[serde(default)]
    pub categories: Vec<String>,
    /// One sentence: what an agent can do with it.
    #[serde(default)]
    pub description: String,
    /// The provider's API documentation, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs_url: String,
    /// How the catalogue shows it.
    #[serde(default)]
    pub brand: Brand,
    /// How a caller proves itself to the provider.
    pub auth_method: AuthMethod,
    /// What is not secret and differs per connection, such as a subdomain.
    #[serde(default)]
    pub params: Vec<Param>,
    /// What the admin enters. Empty for `oauth2`.
    #[serde(default)]
    pub credentials: Vec<CredentialField>,
    /// Where the credential goes in each request.
    pub inject: Vec<Inject>,
    /// Present exactly for the two OAuth methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<OAuth2>,
    /// What agents may reach.
    pub api: Api,
    /// The call that tells whether a credential is live.
    pub verify: Verify,
    /// How a credential is ended at the provider.
    pub revoke: Revoke,
    /// The provider's own documentation pages that the facts above are from.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// How the catalogue shows a provider. Both members may be empty in a workspace's own manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// `#RRGGBB`.
    pub color: String,
    /// The name of an icon that the UI has, `[a-z0-9-]{1,64}`; an unknown one shows the initial.
    pub icon: String,
}

/// How a caller proves itself to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A long-lived key that an admin pastes.
    ApiKey,
    /// User name and password, or what a provider accepts in their place (RFC 7617).
    Basic,
    /// The authorization code grant (RFC 6749 section 4.1).
    Oauth2,
    /// The client credentials grant (RFC 6749 section 4.4): the admin enters `client_id` and
    /// `client_secret`.
    Oauth2ClientCredentials,
}

impl Manifest {
    /// Whether `name` is a parameter that people enter, rather than one a flow finds.
    #[must_use]
    pub fn is_entered(&self, name: &str) -> bool {
        self.params.iter().any(|param| param.name == name && param.from.is_none())
    }
}

impl AuthMethod {
    /// The name as it stands in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
            Self::Oauth2 => "oauth2",
            Self::Oauth2ClientCredentials => "oauth2_client_credentials",
        }
    }

    /// Whether the `oauth2` member belongs to this method.
    #[must_use]
    pub const fn is_oauth2(self) -> bool {
        matches!(self, Self::Oauth2 | Self::Oauth2ClientCredentials)
    }
}

/// A value that is not secret and differs per connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// `[a-z][a-z0-9_]{0,63}`: what templates call it.
    pub name: String,
    /// What the form calls it.
    pub label: String,
    /// A regular expression for the whole value (`\A(?:…)\z`). For a parameter in a host: lower-case
    /// letters, digits and `-` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Every value there is, in place of `pattern`. Only such a parameter may end a host, with dots
    /// in it: where a provider's sites have domains of their own, the manifest names them all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// A value that matches `pattern`, or one of `choices`; shown in the empty field.
    pub example: String,
    /// Where the provider says what to enter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help_url: Option<String>,
    /// Where the OAuth flow finds the value. Absent: an admin enters it. A value that is found is
    /// kept with the connection like one that was entered; nobody can enter or change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ParamSource>,
}

/// Where the OAuth flow finds the value of a parameter that is only known when it has ended, such as
/// the number of the account that was connected. Such a parameter stands in no host and in nothing
/// that is needed before: the authorization URL, the token URL and their parameters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParamSource {
    /// A JSON pointer (RFC 6901) into the answer to the code, to a string or a number.
    TokenResponse(String),
    /// The name of a query parameter of the callback. It comes through the browser: only what the
    /// token is good for anyway may depend on it.
    Callback(String),
}

/// One field of the form in which an admin enters a credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CredentialField {
    /// `[a-z][a-z0-9_]{0,63}`: what templates call it.
    pub name: String,
    /// What the form calls it.
    pub label: String,
    /// Whether the form hides it and a hint of it is kept.
    pub secret: bool,
    /// A regular expression for the whole value (`\A(?:…)\z`): it catches a pasted mistake, and
    /// must not be stricter than the provider's documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Where the provider hands out such a credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help_url: Option<String>,
    /// Shown in the empty field; never a real credential. Need not match `pattern`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// What agents may reach with the credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// A template. What an agent's path is appended to; without a trailing `/`, query or fragment.
    pub base_url: String,
    /// Templates of `host` or `host:port`, reached with the scheme of `base_url`. A port is written
    /// exactly where it is not the scheme's own. `base_url`'s is one of them.
    pub hosts: Vec<String>,
    /// Headers sent with a call unless the caller sent that header: a required API version, say.
    /// Not templates, and none that is injected.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Whether the provider documents that files are downloaded in parts. Then one `Range` of 256 KiB
    /// or more is passed on, and what a part shows of a secret at its ends is masked; else `Range`
    /// and `If-Range` are left out, and the provider answers with the whole.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ranges: bool,
    /// Calls that mint credentials or end sessions.
    #[serde(default)]
    pub deny: Vec<DenyRule>,
    /// Where a request may name another method than its own. What stands there is held against policies
    /// and `deny` like the method itself. In every other place it is not sent, or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method_override: Option<MethodOverride>,
    /// Whether links to this API in an answer (`Location`, `Link`, URLs in JSON) become addresses of the
    /// proxy, so that whoever follows them stays there. `false` where such a URL is sent back to the
    /// provider as an identifier.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub rewrite_links: bool,
    /// What of that kind `deny` cannot name, told to whoever connects: GraphQL calls that share one
    /// path, or that there is no such call at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny_gap: Option<String>,
    /// How long an agent's call waits for the first byte of an answer after it was sent whole, in
    /// seconds: 1 to 600, 120 where it is absent. Only for a provider that documents a longer time
    /// for what it computes before it answers.
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

/// The places in which a provider reads a method that replaces the request's own. Compared without regard
/// to case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MethodOverride {
    /// Query parameters: `_HttpMethod`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
    /// Request headers: `X-HTTP-Method-Override`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
}

const fn is_false(value: &bool) -> bool {
    !*value
}

/// A call refused to agents unless a policy rule names exactly its path. Holds on every one of
/// `hosts`, and without regard to the case of ASCII letters: some providers route that way.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DenyRule {
    /// GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, or `*` for every one.
    pub method: String,
    /// Below `base_url`, on another host below its root; starts with `/`, `*` is a segment, `**` the
    /// rest.
    pub path: String,
    /// The reason, told to the agent.
    pub why: String,
}
