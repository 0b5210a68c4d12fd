//! The shape of a manifest: everything in which providers differ, as data.
//!
//! These types are the single source: `schema.json` is generated from them, and `build.rs` checks the files
//! with them. They define what parses; [`crate::lint`] defines what is *allowed*. No type here ever holds the
//! value of a secret, only the names and the places of secrets.

mod api;
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

use serde::{Deserialize, Serialize};

pub use api::{Api, DenyBody, DenyQuery, DenyRule, MethodOverride, ReadCall};
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

const fn is_false(value: &bool) -> bool {
    !*value
}
