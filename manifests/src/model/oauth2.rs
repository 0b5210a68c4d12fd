//! The OAuth 2.0 part of a manifest, and how a response reports success.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A provider's OAuth 2.0 endpoints (RFC 6749 section 3) and its deviations from the standard.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// The URL that the browser is sent to (RFC 6749 section 3.1). Absent for client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    /// The URL at which codes and refresh tokens are exchanged (RFC 6749 section 3.2).
    pub token_url: String,
    /// The provider's page where a person registers the OAuth app. A built-in manifest with a browser flow has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register_url: Option<String>,
    /// The values to choose or enter on that page besides the redirect URI: the kind of app, permissions that are set
    /// there and not requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register_note: Option<String>,
    /// The URL at which this application registers its own OAuth app (RFC 7591 section 3.1), where the provider lets
    /// everybody do that, as servers of the Model Context Protocol do. A template of parameters. The app is registered
    /// with the first connection of a workspace, unless an ADMIN has entered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_url: Option<String>,
    /// Whether the provider takes the URL of a metadata document as client id (OAuth Client ID Metadata Document), which
    /// this application serves. Then no OAuth app is needed, if the application is reached by https. Needs the
    /// `client_auth` `none`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub client_metadata: bool,
    /// The issuer that the callback's `iss` must equal (RFC 9207); null where the provider sends no `iss`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whether PKCE with S256 is used (RFC 7636; RFC 9700, 2.1.1). A server that does not support PKCE
    /// ignores it (RFC 6749, 3.1). Set `false` for a server that rejects it. Built-in manifests must set this
    /// member.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// How the client authenticates at the token endpoint (RFC 6749 section 2.3.1).
    pub client_auth: ClientAuth,
    /// The format of the token request's body.
    #[serde(default)]
    pub token_request: TokenRequest,
    /// The separator between the scopes of a request, and of a response unless `token_response` says
    /// otherwise. The standard is a space.
    #[serde(default = "space")]
    pub scope_separator: String,
    /// The provider's names for parameters of the flow, where they are not those of the standard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<FlowNames>,
    /// The scopes that are requested, and those that may be.
    #[serde(default)]
    pub scopes: Scopes,
    /// Parameters added to the authorization request. Templates: parameters and `client_id`.
    #[serde(default)]
    pub authorize_params: BTreeMap<String, String>,
    /// Parameters added to every token request. Templates: parameters, `client_id`, `client_secret`.
    #[serde(default)]
    pub token_params: BTreeMap<String, String>,
    /// Headers that the provider requires on every token request in addition to the authentication and the
    /// content type, such as `Accept` or an API version. Not templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_headers: BTreeMap<String, String>,
    /// Where the members of the token response are (RFC 6749 section 5.1).
    #[serde(default)]
    pub token_response: TokenResponse,
    /// How a success is recognized where a 2xx status alone is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Success>,
    /// How tokens are refreshed (RFC 6749 section 6). Absent where the provider issues no refresh tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Refresh>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn is_false(value: &bool) -> bool {
    !*value
}

fn yes() -> bool {
    true
}

fn space() -> String {
    " ".to_owned()
}

/// The provider's names for parameters of the flow, by the names of RFC 6749 and RFC 7636. A parameter whose name is null
/// is not sent. The names in the token response are pointers in `token_response`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowNames {
    /// The authorization request: `client_id`, `redirect_uri`, `response_type` and `scope`. `response_type` may be null.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize: BTreeMap<String, Option<String>>,
    /// The query parameter of the callback that has the authorization code, where that is not `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Every token request: `grant_type`, `code`, `redirect_uri`, `code_verifier`, `refresh_token`, `scope`, and, if they
    /// are in the body, `client_id` and `client_secret`. `grant_type` and `redirect_uri` may be null.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token: BTreeMap<String, Option<String>>,
}

/// The name of a parameter in one kind of request. `None` if it is not sent.
fn named<'a>(
    names: Option<&'a BTreeMap<String, Option<String>>>,
    standard: &'a str,
) -> Option<&'a str> {
    match names.and_then(|names| names.get(standard)) {
        Some(own) => own.as_deref(),
        None => Some(standard),
    }
}

impl OAuth2 {
    /// The provider's name for a parameter of the authorization request. `None` if it is not sent.
    #[must_use]
    pub fn authorize_name<'a>(&'a self, standard: &'a str) -> Option<&'a str> {
        named(self.names.as_ref().map(|names| &names.authorize), standard)
    }

    /// The provider's name for a parameter of a token request. `None` if it is not sent.
    #[must_use]
    pub fn token_name<'a>(&'a self, standard: &'a str) -> Option<&'a str> {
        named(self.names.as_ref().map(|names| &names.token), standard)
    }

    /// The query parameter of the callback that has the authorization code.
    #[must_use]
    pub fn code_name(&self) -> &str {
        self.names.as_ref().and_then(|names| names.code.as_deref()).unwrap_or("code")
    }
}

/// How a client authenticates (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `client_id` and `client_secret` in the body.
    Post,
    /// `Authorization: Basic`.
    Basic,
    /// No authentication. At the token endpoint, the app is a public client, which sends its `client_id` alone and
    /// needs PKCE (RFC 7636). At a revocation endpoint, the token alone is sent.
    None,
}

/// The format of the body of a token request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenRequest {
    /// `application/x-www-form-urlencoded`, the standard.
    #[default]
    Form,
    /// `application/json` with the same members.
    Json,
}

/// The scopes of a provider (RFC 6749 section 3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scopes {
    /// The scopes that are requested if the admin chooses none. If the list is empty, the request has no
    /// `scope`.
    #[serde(default)]
    pub default: Vec<String>,
    /// The scopes that the form offers. The admin may enter others.
    #[serde(default)]
    pub known: Vec<KnownScope>,
    /// Scopes that the provider never lists among the granted scopes, so that they do not count as missing
    /// (Microsoft's `offline_access`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreported: Vec<String>,
}

/// A scope that the form offers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownScope {
    /// The scope, as the provider spells it.
    pub name: String,
    /// The calls or data that the scope permits, in a few words.
    pub description: String,
}

/// Where the members of the token response are: JSON pointers (RFC 6901).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// The refresh token, if the response has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The lifetime in seconds: a number, or a number in a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<String>,
    /// The time at which the access token expires, for a provider that sends a time instead of a lifetime:
    /// seconds or milliseconds since the Unix epoch, as a number or in a string, or RFC 3339. If a response
    /// has both, the lifetime is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The granted scopes: a string to split at the separator, or an array. If this member is absent, or the
    /// response has no scopes, all requested scopes were granted (RFC 6749 section 5.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The separator between the scopes of a response, where it differs from the separator of a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_separator: Option<String>,
    /// The response as the provider's page documents it, where it is unusual: members and types of the page, and invented
    /// values. The pointers and `success` must fit it. Tests answer with it. The application does not hold the examples of
    /// built-in manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

impl Default for TokenResponse {
    /// The members of RFC 6749 section 5.1.
    fn default() -> Self {
        Self {
            access_token: "/access_token".to_owned(),
            refresh_token: Some("/refresh_token".to_owned()),
            expires_in: Some("/expires_in".to_owned()),
            expires_at: None,
            scope: Some("/scope".to_owned()),
            scope_separator: None,
            example: None,
        }
    }
}

/// How tokens are refreshed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// A template of parameters: the URL of the refresh request, where it is not `token_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether each refresh returns a new refresh token and invalidates the old one. This informs operators: after
    /// an older backup is restored, a person may have to connect again. A refresh is the same in both cases: it stores
    /// the refresh token of the response, or keeps the old one if the response has none.
    #[serde(default)]
    pub rotates: bool,
    /// The values of the provider's `error`, in addition to `invalid_grant`, that mean the refresh token is
    /// no longer valid and a person must connect again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_grant: Vec<String>,
    /// Parameters added to the refresh request. Templates: parameters, `client_id`, `client_secret`,
    /// `access_token`, `refresh_token`, and `redirect_uri`, the one of the authorization request, for
    /// providers that require it again.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// How long a call waits for a refresh in progress, in seconds: 1 to 60, default 10. Set a longer time
    /// for a provider whose token endpoint is known to be slow. The refresh itself continues after that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u16>,
}

/// The sign of success that a response must have besides a 2xx status.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// A JSON pointer (RFC 6901) into the response.
    pub pointer: String,
    /// The value that must be there: a string, a number, a boolean, or null. A missing value also matches
    /// null. If this member is absent, any value except null matches.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// A JSON pointer to the provider's own description of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Keeps a member that is `null` distinct from a missing member.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Success {
    /// Whether `answer` reports success; `None` if it says neither.
    #[must_use]
    pub fn holds(&self, answer: &Value) -> Option<bool> {
        match (answer.pointer(&self.pointer), &self.equals) {
            (None | Some(Value::Null), Some(Value::Null)) => Some(true),
            (None, _) | (Some(Value::Null), None) => None,
            (Some(_), None) => Some(true),
            (Some(found), Some(expected)) => Some(found == expected),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn success_failure_and_no_answer_are_distinguished() {
        let answer = json!({"ok": true, "id": "a", "errors": null, "deep": [{"n": 1}]});
        for (rule, expected) in [
            (json!({"pointer": "/ok", "equals": true}), Some(true)),
            (json!({"pointer": "/ok", "equals": false}), Some(false)),
            (json!({"pointer": "/ok", "equals": null}), Some(false)),
            (json!({"pointer": "/deep/0/n", "equals": 1}), Some(true)),
            (json!({"pointer": "/none", "equals": true}), None),
            (json!({"pointer": "/errors", "equals": null}), Some(true)),
            (json!({"pointer": "/none", "equals": null}), Some(true)),
            (json!({"pointer": "/errors", "equals": true}), Some(false)),
            (json!({"pointer": "/id"}), Some(true)),
            (json!({"pointer": "/errors"}), None),
            (json!({"pointer": "/none"}), None),
        ] {
            let success: Success = serde_json::from_value(rule.clone()).unwrap();
            assert_eq!(success.holds(&answer), expected, "{rule}");
            assert_eq!(serde_json::to_value(&success).unwrap(), rule);
        }
    }
}
