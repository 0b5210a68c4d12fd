//! The requests of a manifest: how a credential is verified, and how it is revoked.
//!
//! The variants of the enums are distinguished by their members, not by a tag. Each is read through a form
//! that has every member, so that an error names the member that is wrong, missing or unexpected.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::form::{ensure_absent, require_member, through_form};
use super::oauth2::{ClientAuth, Success};
use super::sign::Sign;

/// The call that tells whether a credential is live, or the reason why there is no such call.
///
/// A credential is live if the response is 2xx (and meets `success`, if given) or matches `live_on`. It is
/// refused if the response is 401, or another 4xx about the credential (not 404, 405, 408, 425, 429, nor a
/// response that matches `trouble_on`). Any other response says nothing about the credential.
#[allow(clippy::large_enum_variant, reason = "a manifest has one, and nearly always the large one")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
#[serde(untagged)]
pub enum Verify {
    /// A cheap call without side effects, sent with the credential injected.
    Request {
        /// An upper-case method.
        method: String,
        /// A template that is appended to the base URL. It starts with `/` and may have a query.
        path: String,
        /// A template used in place of `api.base_url`, for providers that identify the account at a host that
        /// agents do not need.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base_url: Option<String>,
        /// Headers in addition to the injected ones and `api.headers`. They override `api.headers`. Not
        /// templates.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// A JSON body, such as a GraphQL query. It is sent unchanged and is not a template.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        json: Option<Value>,
        /// A form body, in place of `json`. Its values are templates of parameters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<BTreeMap<String, String>>,
        /// 4xx responses that prove the credential live although the call is refused: for example a 403 that
        /// distinguishes a key without the permission for this call from a dead key.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        live_on: Vec<Sign>,
        /// 4xx responses that say nothing about the credential: for example a rate limit reported as 400 or
        /// 403.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        trouble_on: Vec<Sign>,
        /// How a success is recognized where a 2xx status alone is not enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        success: Option<Success>,
        /// Where the response identifies the credential's account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Account>,
        /// The response for a live credential, as the provider's page documents it: members and types of the page, and
        /// invented values. `success` and `account` must fit it. Tests answer with it. The application does not hold the
        /// examples of built-in manifests.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        example: Option<Value>,
    },
    /// The provider has no such call.
    Unsupported {
        /// The reason, for people.
        unsupported: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyForm {
    method: Option<String>,
    path: Option<String>,
    base_url: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    json: Option<Value>,
    form: Option<BTreeMap<String, String>>,
    live_on: Option<Vec<Sign>>,
    trouble_on: Option<Vec<Sign>>,
    success: Option<Success>,
    account: Option<Account>,
    example: Option<Value>,
    unsupported: Option<String>,
}

impl<'de> Deserialize<'de> for Verify {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        through_form::<VerifyForm, Self, D>(deserializer)
    }
}

impl TryFrom<VerifyForm> for Verify {
    type Error = String;

    fn try_from(form: VerifyForm) -> Result<Self, String> {
        let Some(unsupported) = form.unsupported else {
            return Ok(Self::Request {
                method: require_member(form.method, "method")?,
                path: require_member(form.path, "path")?,
                base_url: form.base_url,
                headers: form.headers.unwrap_or_default(),
                json: form.json,
                form: form.form,
                live_on: form.live_on.unwrap_or_default(),
                trouble_on: form.trouble_on.unwrap_or_default(),
                success: form.success,
                account: form.account,
                example: form.example,
            });
        };
        let with = "together with `unsupported`";
        ensure_absent(&form.method, "method", with)?;
        ensure_absent(&form.path, "path", with)?;
        ensure_absent(&form.base_url, "base_url", with)?;
        ensure_absent(&form.headers, "headers", with)?;
        ensure_absent(&form.json, "json", with)?;
        ensure_absent(&form.form, "form", with)?;
        ensure_absent(&form.live_on, "live_on", with)?;
        ensure_absent(&form.trouble_on, "trouble_on", with)?;
        ensure_absent(&form.success, "success", with)?;
        ensure_absent(&form.account, "account", with)?;
        ensure_absent(&form.example, "example", with)?;
        Ok(Self::Unsupported { unsupported })
    }
}

/// The account of a credential: JSON pointers (RFC 6901) into the response of `verify`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The provider's identifier for the account: stable, a string or a number.
    pub id: String,
    /// The name that people use for the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The parameter whose value identifies the account, for providers where the value at `id` is the same
    /// for several accounts. The value at `id` must still be present. The parameter must be one that the
    /// OAuth flow supplies (`from`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
}

/// How a credential is revoked at the provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
#[serde(untagged)]
pub enum Revoke {
    /// The standard endpoint (RFC 7009 section 2.1).
    Rfc7009 {
        /// The tokens to revoke: `access_token`, `refresh_token`.
        tokens: Vec<String>,
        /// The extent of one revocation.
        effect: RevokeEffect,
        /// The evidence for `effect: "token"`: the `https` URL of the page of the provider's documentation
        /// that says that this call revokes this one token (and tokens derived from it), and no other token
        /// of the same account and client. Without it `token` is not trusted: RFC 7009, 2.1 lets a server
        /// revoke the whole grant, so the revocation waits until it cannot affect a connection in use. In a
        /// workspace's own manifest it counts only after an ADMIN has confirmed it (`?believe_effect=true`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect_source: Option<String>,
        /// The endpoint.
        rfc7009: Rfc7009,
    },
    /// A revocation call that the provider defines itself.
    Request {
        /// The tokens to revoke: `access_token`, `refresh_token`, or names of secret credential fields.
        tokens: Vec<String>,
        /// The extent of one revocation.
        effect: RevokeEffect,
        /// The evidence for `effect: "token"`: the `https` URL of the page of the provider's documentation
        /// that says that this call revokes this one token (and tokens derived from it), and no other token
        /// of the same account and client. Without it `token` is not trusted: RFC 7009, 2.1 lets a server
        /// revoke the whole grant, so the revocation waits until it cannot affect a connection in use. In a
        /// workspace's own manifest it counts only after an ADMIN has confirmed it (`?believe_effect=true`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect_source: Option<String>,
        /// The call.
        request: Box<RevokeRequest>,
    },
    /// The provider has no way to revoke the credential.
    Unsupported {
        /// The reason, for people.
        unsupported: String,
        /// The provider's page where a person can see the credential or the connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manage_url: Option<String>,
    },
    /// Only a person can revoke the credential, at the provider.
    NotRevocable {
        /// The reason, for people.
        not_revocable: String,
        /// The provider's page where a person can revoke it.
        manage_url: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeForm {
    tokens: Option<Vec<String>>,
    effect: Option<RevokeEffect>,
    effect_source: Option<String>,
    rfc7009: Option<Rfc7009>,
    request: Option<RevokeRequest>,
    unsupported: Option<String>,
    not_revocable: Option<String>,
    manage_url: Option<String>,
}

impl<'de> Deserialize<'de> for Revoke {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        through_form::<RevokeForm, Self, D>(deserializer)
    }
}

impl TryFrom<RevokeForm> for Revoke {
    type Error = String;

    fn try_from(form: RevokeForm) -> Result<Self, String> {
        let RevokeForm {
            tokens,
            effect,
            effect_source,
            rfc7009,
            request,
            unsupported,
            not_revocable,
            manage_url,
        } = form;
        match (rfc7009, request, unsupported, not_revocable) {
            (Some(rfc7009), None, None, None) => {
                ensure_absent(&manage_url, "manage_url", "together with `rfc7009`")?;
                let (tokens, effect) =
                    (require_member(tokens, "tokens")?, require_member(effect, "effect")?);
                Ok(Self::Rfc7009 { tokens, effect, effect_source, rfc7009 })
            }
            (None, Some(request), None, None) => {
                ensure_absent(&manage_url, "manage_url", "together with `request`")?;
                let (tokens, effect) =
                    (require_member(tokens, "tokens")?, require_member(effect, "effect")?);
                Ok(Self::Request { tokens, effect, effect_source, request: Box::new(request) })
            }
            (None, None, Some(unsupported), None) => {
                ensure_absent(&tokens, "tokens", "together with `unsupported`")?;
                ensure_absent(&effect, "effect", "together with `unsupported`")?;
                ensure_absent(&effect_source, "effect_source", "together with `unsupported`")?;
                Ok(Self::Unsupported { unsupported, manage_url })
            }
            (None, None, None, Some(not_revocable)) => {
                ensure_absent(&tokens, "tokens", "together with `not_revocable`")?;
                ensure_absent(&effect, "effect", "together with `not_revocable`")?;
                ensure_absent(&effect_source, "effect_source", "together with `not_revocable`")?;
                Ok(Self::NotRevocable {
                    not_revocable,
                    manage_url: require_member(manage_url, "manage_url")?,
                })
            }
            _ => {
                Err("exactly one of `rfc7009`, `request`, `unsupported`, `not_revocable` is needed"
                    .to_owned())
            }
        }
    }
}

impl Revoke {
    /// The extent of one revocation, and the page that documents it. `None` if no call revokes anything.
    #[must_use]
    pub fn effect(&self) -> Option<(RevokeEffect, Option<&str>)> {
        match self {
            Self::Rfc7009 { effect, effect_source, .. }
            | Self::Request { effect, effect_source, .. } => {
                Some((*effect, effect_source.as_deref()))
            }
            Self::Unsupported { .. } | Self::NotRevocable { .. } => None,
        }
    }

    /// Whether the manifest claims, with a source, that one call revokes one token and nothing else.
    #[must_use]
    pub fn claims_token_alone(&self) -> bool {
        matches!(self.effect(), Some((RevokeEffect::Token, Some(_))))
    }
}

/// The extent of one revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevokeEffect {
    /// The token that was sent, and at most the tokens that belong to it: the access tokens of a refresh
    /// token, or the other half of its pair. Trusted only with `effect_source`.
    Token,
    /// The whole grant of this user to this client, including its other connections.
    Grant,
}

/// A token revocation endpoint (RFC 7009 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rfc7009 {
    /// A template of parameters.
    pub url: String,
    /// How the client authenticates at the endpoint.
    pub client_auth: ClientAuth,
}

/// A revocation call that the provider defines itself, made once for each of `tokens`, in their order.
/// Templates: parameters, `token` (the one to revoke), `access_token`, `client_id`, `client_secret`,
/// credential fields.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// An upper-case method.
    pub method: String,
    /// A template. Secrets are allowed only after the host, and are percent-encoded.
    pub url: String,
    /// How the call authenticates.
    pub auth: RevokeAuth,
    /// Headers in addition to the authentication, such as a required API version. Not templates.
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
    /// Responses that say that the provider does not know the token, or no longer knows it. Then the token
    /// counts as revoked, as in RFC 7009, 2.2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_on: Vec<Sign>,
}

/// How a revocation call authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevokeAuth {
    /// With the token that it revokes, injected as in any call.
    Token,
    /// `Authorization: Basic` with `client_id` and `client_secret`.
    ClientBasic,
    /// `Authorization: Bearer` with `client_secret`, where that is an API key of the client.
    ClientBearer,
    /// By the content of its URL or body.
    None,
}
