//! The login part of a manifest: how an entered credential is exchanged for a short-lived token, by a request, by a
//! signature with a private key, or by both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::inject::Inject;
use super::oauth2::Success;
use super::sign::Sign;

/// How the application obtains a token with the credential that an admin entered. It obtains a new one whenever the
/// token expires. `inject` places the token in calls as `access_token`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// A JWT that the application signs with an entered private key. The templates of `request` name it `assertion`.
    /// Without `request`, it is the token itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Assertion>,
    /// The request that returns a token. Absent only where the provider accepts the assertion as a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<LoginRequest>,
    /// How long a call waits for a new token that another request is obtaining, in seconds: 1 to 60, default 10. The
    /// request itself continues after that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u16>,
    /// The provider's page where a person revokes the entered credential, which outlives its tokens. A template of
    /// parameters. A built-in manifest has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
}

/// A JWT (RFC 7519) that proves that the caller has the private key (RFC 7523). The application sets `iat`, one minute
/// before the present because of clocks that differ, and `exp`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// The algorithm of the signature.
    pub algorithm: SigningAlgorithm,
    /// The name of the secret field that holds the private key in PEM: PKCS#8, or PKCS#1 (`BEGIN RSA PRIVATE KEY`),
    /// without a passphrase. No template may name this field.
    pub key: String,
    /// A template: the `kid` of the header, where the provider requires one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The claims besides `iat` and `exp`. Templates: parameters, credential fields that are not secret, and
    /// `key_sha256`, the base64 of the SHA-256 of the public key (its `SubjectPublicKeyInfo` in DER). The audience
    /// (`aud`) is fixed by the manifest: it has no template, or is the URL of `request`.
    pub claims: BTreeMap<String, String>,
    /// The time between `iat` and `exp` in seconds: 120 to 3600.
    pub lifetime_seconds: u16,
}

/// An algorithm of RFC 7518 section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, and a key of 2048 to 4096 bits.
    #[serde(rename = "RS256")]
    Rs256,
}

/// The request that returns a token. The templates of `inject`, `form` and `json` may name parameters, credential
/// fields, and `assertion` if there is one.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// GET, POST or PUT.
    pub method: String,
    /// A template of parameters. Its origin is pinned with the credential.
    pub url: String,
    /// Where the entered credential is placed, unless it is in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inject: Vec<Inject>,
    /// Other headers that the provider requires, such as an API version. Not templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// A form body; its values are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<BTreeMap<String, String>>,
    /// A JSON body, in place of `form`; its strings are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// How a success is recognized where a 2xx status alone is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Success>,
    /// Responses that say that the entered credential is not valid, so that a person must enter another. Besides
    /// these, a 401 says so, and an error code of RFC 6749 such as `invalid_client`. Any other failure says nothing
    /// about the credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_on: Vec<Sign>,
    /// Where the response has the token, and how long the token lives.
    #[serde(default)]
    pub token_response: LoginResponse,
}

/// Where the response of the login has its members: JSON pointers (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginResponse {
    /// The token.
    pub access_token: String,
    /// The lifetime in seconds: a number, or a number in a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<String>,
    /// The time at which the token expires: seconds or milliseconds since the Unix epoch, as a number or in a
    /// string, or RFC 3339. If a response has both, the lifetime is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The lifetime in seconds of a token whose response says nothing about it: 60 to 31,536,000. Without it, such a
    /// token is used until the provider rejects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<u32>,
}

impl Default for LoginResponse {
    /// The members of RFC 6749 section 5.1.
    fn default() -> Self {
        Self {
            access_token: "/access_token".to_owned(),
            expires_in: Some("/expires_in".to_owned()),
            expires_at: None,
            lifetime_seconds: None,
        }
    }
}
