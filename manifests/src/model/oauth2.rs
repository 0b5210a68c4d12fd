//! The OAuth 2.0 part of a manifest, and how an answer says success.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A provider's OAuth 2.0 endpoints (RFC 6749 section 3) and its departures from the standard.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// Where the browser is sent (RFC 6749 section 3.1). Absent for client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    /// Where codes and refresh tokens are exchanged (RFC 6749 section 3.2).
    pub token_url: String,
    /// The issuer that the callback's `iss` must equal (RFC 9207); null where the provider sends
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whether PKCE with S256 is used (RFC 7636; RFC 9700, 2.1.1). A server that does not know it ignores it
    /// (RFC 6749, 3.1); false is for one that refuses it. Built-in manifests say which it is.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// How the client proves itself at the token endpoint (RFC 6749 section 2.3.1).
    pub client_auth: ClientAuth,
    /// How the token request's body is written.
    #[serde(default)]
    pub token_request: TokenRequest,
    /// Between the scopes of a request, and of an answer unless `token_response` says otherwise; a
    /// space in the standard.
    #[serde(default = "space")]
    pub scope_separator: String,
    /// What is asked for, and what may be.
    #[serde(default)]
    pub scopes: Scopes,
    /// Added to the authorization request. Templates: parameters and `client_id`.
    #[serde(default)]
    pub authorize_params: BTreeMap<String, String>,
    /// Added to every token request. Templates: parameters, `client_id`, `client_secret`.
    #[serde(default)]
    pub token_params: BTreeMap<String, String>,
    /// Headers of every token request beside the authentication and the content type, where the
    /// provider wants some: `Accept`, or an API version. Not templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_headers: BTreeMap<String, String>,
    /// Where the token answer has what (RFC 6749 section 5.1).
    #[serde(default)]
    pub token_response: TokenResponse,
    /// What success is where a 2xx alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Success>,
    /// How tokens are refreshed (RFC 6749 section 6); absent where the provider issues no refresh
    /// tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Refresh>,
}

fn yes() -> bool {
    true
}

fn space() -> String {
    " ".to_owned()
}

/// How a client proves itself (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `client_id` and `client_secret` in the body.
    Post,
    /// `Authorization: Basic`.
    Basic,
    /// Not at all; only at a revocation endpoint that asks for the token alone.
    None,
}

/// How the body of a token request is written.
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
    /// Asked for where the admin chooses none; where there are none, the request has no `scope`.
    #[serde(default)]
    pub default: Vec<String>,
    /// Offered in the form; others may be typed.
    #[serde(default)]
    pub known: Vec<KnownScope>,
    /// What the provider never names among the scopes it granted, so that it is not missing where it
    /// is not there (Microsoft's `offline_access`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreported: Vec<String>,
}

/// A scope that the form offers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownScope {
    /// As the provider spells it.
    pub name: String,
    /// What it permits, in a few words.
    pub description: String,
}

/// Where the token answer has what: JSON pointers (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// The refresh token, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The lifetime in seconds; a number, or one in a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<String>,
    /// The moment at which the access token ends, where the provider names that and not a lifetime:
    /// seconds or milliseconds since the Unix epoch, as a number or in a string, or RFC 3339. Where the
    /// answer has both, the lifetime counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The granted scopes: a string to split at the separator, or an array. Where it is absent, or
    /// the answer has none, what was asked for was granted (RFC 6749 section 5.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Between the scopes of an answer, where it is not what stands between those of a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_separator: Option<String>,
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
        }
    }
}

/// How tokens are refreshed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// Whether each refresh answers with a new refresh token and ends the old one.
    #[serde(default)]
    pub rotates: bool,
    /// What the provider's `error` is, beside `invalid_grant`, where the refresh token is no longer
    /// good and only a person can connect again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_grant: Vec<String>,
    /// Added to the refresh request. Templates: parameters, `client_id`, `client_secret`,
    /// `access_token`, `refresh_token`, and `redirect_uri`, the one of the authorization request,
    /// for providers that want it again.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// How long a call waits for a refresh that is on its way, in seconds, 1 to 60; ten where it is absent.
    /// More is for a provider whose token endpoint is known to be slow. The refresh itself goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u16>,
}

/// What an answer must say, beside a 2xx status, to be a success.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// A JSON pointer (RFC 6901) into the answer.
    pub pointer: String,
    /// What must be there: a string, a number, a boolean, or null, which is met too where there is
    /// nothing. Left out: anything but null.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// A JSON pointer to the provider's own word for what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// So that a member `null` is not the same as no member.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Success {
    /// Whether `answer` says success; `None` where it does not speak of it.
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
    fn success_is_told_from_its_opposite_and_from_silence() {
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
