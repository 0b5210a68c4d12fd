//! The requests of a manifest: where a credential goes, how it is verified, how it is revoked.
//!
//! The enums are told apart by their members, not by a tag. Each is read through a form that has
//! every member, so that an error names the member that is wrong, missing or too much.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::form::{need, refuse, through_form};
use super::oauth2::{ClientAuth, Success};
use super::sign::Sign;

/// Where a credential goes in a request to the provider. Values are templates: parameters,
/// credential fields, and for OAuth `access_token` and `client_id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Inject {
    /// A request header.
    Header {
        /// Never hop-by-hop, `host`, `content-*` or `x-nexus-*`.
        name: String,
        /// A template, such as `Bearer {api_key}`.
        value: String,
    },
    /// A query parameter.
    Query {
        /// The parameter's name.
        name: String,
        /// A template; percent-encoded after expansion.
        value: String,
    },
    /// `Authorization: Basic` (RFC 7617).
    Basic {
        /// A template.
        username: String,
        /// A template; may be empty.
        password: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InjectForm {
    r#in: String,
    name: Option<String>,
    value: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

impl<'de> Deserialize<'de> for Inject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        through_form::<InjectForm, Self, D>(deserializer)
    }
}

impl TryFrom<InjectForm> for Inject {
    type Error = String;

    fn try_from(form: InjectForm) -> Result<Self, String> {
        let InjectForm { r#in, name, value, username, password } = form;
        let inject = match r#in.as_str() {
            "header" => Self::Header { name: need(name, "name")?, value: need(value, "value")? },
            "query" => Self::Query { name: need(name, "name")?, value: need(value, "value")? },
            "basic" => {
                refuse(&name, "name", "`in` is `basic`")?;
                refuse(&value, "value", "`in` is `basic`")?;
                return Ok(Self::Basic {
                    username: need(username, "username")?,
                    password: need(password, "password")?,
                });
            }
            other => {
                return Err(format!("`in` is `{other}`, must be `header`, `query` or `basic`"));
            }
        };
        refuse(&username, "username", "`in` is not `basic`")?;
        refuse(&password, "password", "`in` is not `basic`")?;
        Ok(inject)
    }
}

/// The call that tells whether a credential is live, or why there is none.
///
/// A 2xx answer (and `success`, where given) is a live credential; an answer of `live_on` too.
/// 401, and any other 4xx that is about the credential (not 404, 405, 408, 425, 429, nor an answer
/// of `trouble_on`), is a refusal. The rest says nothing.
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
        /// A template, appended to the base URL; starts with `/`, may have a query.
        path: String,
        /// A template used in place of `api.base_url`: for providers that tell who you are at a
        /// host that agents have no business with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base_url: Option<String>,
        /// Headers beside the injected ones and `api.headers`, which they replace; not templates.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// A JSON body, such as a GraphQL query; sent as it stands, not a template.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        json: Option<Value>,
        /// A form body, in place of `json`; its values are templates of parameters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<BTreeMap<String, String>>,
        /// 4xx answers that prove the credential live although the call is refused: 403 where a
        /// key without the permission for this call is told apart from a dead one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        live_on: Vec<Sign>,
        /// 4xx answers that say nothing about the credential: a rate limit told by 400 or 403.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        trouble_on: Vec<Sign>,
        /// What success is where a 2xx alone does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        success: Option<Success>,
        /// Where the answer says whose credential it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Account>,
    },
    /// The provider has no such call.
    Unsupported {
        /// Why, for people.
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
                method: need(form.method, "method")?,
                path: need(form.path, "path")?,
                base_url: form.base_url,
                headers: form.headers.unwrap_or_default(),
                json: form.json,
                form: form.form,
                live_on: form.live_on.unwrap_or_default(),
                trouble_on: form.trouble_on.unwrap_or_default(),
                success: form.success,
                account: form.account,
            });
        };
        let with = "`unsupported` is there";
        refuse(&form.method, "method", with)?;
        refuse(&form.path, "path", with)?;
        refuse(&form.base_url, "base_url", with)?;
        refuse(&form.headers, "headers", with)?;
        refuse(&form.json, "json", with)?;
        refuse(&form.form, "form", with)?;
        refuse(&form.live_on, "live_on", with)?;
        refuse(&form.trouble_on, "trouble_on", with)?;
        refuse(&form.success, "success", with)?;
        refuse(&form.account, "account", with)?;
        Ok(Self::Unsupported { unsupported })
    }
}

/// Whose credential it is: JSON pointers (RFC 6901) into the answer of `verify`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What the provider calls the account: stable, a string or a number.
    pub id: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The parameter whose value is the account, where what `id` points at is the same for several;
    /// `id` must be there all the same. One that the flow finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
}

/// How a credential is ended at the provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
#[serde(untagged)]
pub enum Revoke {
    /// The standard endpoint (RFC 7009 section 2.1).
    Rfc7009 {
        /// Which tokens: `access_token`, `refresh_token`.
        tokens: Vec<String>,
        /// What one call ends.
        effect: RevokeEffect,
        /// The provider's documentation that says so, where `effect` is `token`: the `https` URL of
        /// the page on which the provider says that this call ends this one token (and what was
        /// made of it), and no other of the same account and client. Without it `token` is not
        /// believed: RFC 7009, 2.1 lets a server end the whole grant, so the token waits until no
        /// connection in use may end with it. Of a workspace's own manifest it counts where an
        /// ADMIN has confirmed it (`?believe_effect=true`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect_source: Option<String>,
        /// The endpoint.
        rfc7009: Rfc7009,
    },
    /// A call of the provider's own.
    Request {
        /// Which tokens: `access_token`, `refresh_token`, or names of secret credential fields.
        tokens: Vec<String>,
        /// What one call ends.
        effect: RevokeEffect,
        /// The provider's documentation that says so, where `effect` is `token`: the `https` URL of
        /// the page on which the provider says that this call ends this one token (and what was
        /// made of it), and no other of the same account and client. Without it `token` is not
        /// believed: RFC 7009, 2.1 lets a server end the whole grant, so the token waits until no
        /// connection in use may end with it. Of a workspace's own manifest it counts where an
        /// ADMIN has confirmed it (`?believe_effect=true`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect_source: Option<String>,
        /// The call.
        request: Box<RevokeRequest>,
    },
    /// The provider has no way at all.
    Unsupported {
        /// Why, for people.
        unsupported: String,
        /// Where a person can see what there is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manage_url: Option<String>,
    },
    /// Only a person can, at the provider.
    NotRevocable {
        /// Why, for people.
        not_revocable: String,
        /// Where.
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
                refuse(&manage_url, "manage_url", "`rfc7009` is there")?;
                let (tokens, effect) = (need(tokens, "tokens")?, need(effect, "effect")?);
                Ok(Self::Rfc7009 { tokens, effect, effect_source, rfc7009 })
            }
            (None, Some(request), None, None) => {
                refuse(&manage_url, "manage_url", "`request` is there")?;
                let (tokens, effect) = (need(tokens, "tokens")?, need(effect, "effect")?);
                Ok(Self::Request { tokens, effect, effect_source, request: Box::new(request) })
            }
            (None, None, Some(unsupported), None) => {
                refuse(&tokens, "tokens", "`unsupported` is there")?;
                refuse(&effect, "effect", "`unsupported` is there")?;
                refuse(&effect_source, "effect_source", "`unsupported` is there")?;
                Ok(Self::Unsupported { unsupported, manage_url })
            }
            (None, None, None, Some(not_revocable)) => {
                refuse(&tokens, "tokens", "`not_revocable` is there")?;
                refuse(&effect, "effect", "`not_revocable` is there")?;
                refuse(&effect_source, "effect_source", "`not_revocable` is there")?;
                Ok(Self::NotRevocable {
                    not_revocable,
                    manage_url: need(manage_url, "manage_url")?,
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
    /// What one call ends, and where the provider says so; `None` where no call ends anything.
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

    /// Whether it says with a source that one call ends one token and nothing beside it.
    #[must_use]
    pub fn claims_token_alone(&self) -> bool {
        matches!(self.effect(), Some((RevokeEffect::Token, Some(_))))
    }
}

/// What one revocation call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevokeEffect {
    /// The token that was sent, and at most those that belong to it: the access tokens of a refresh
    /// token, or the other half of its pair. Believed with `effect_source` only.
    Token,
    /// The whole grant of this user to this client, its other connections included.
    Grant,
}

/// A token revocation endpoint (RFC 7009 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rfc7009 {
    /// A template of parameters.
    pub url: String,
    /// How the client proves itself there.
    pub client_auth: ClientAuth,
}

/// A revocation call of the provider's own, made once for each of `tokens`, in their order.
/// Templates: parameters, `token` (the one being revoked), `access_token`, `client_id`,
/// `client_secret`, credential fields.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// An upper-case method.
    pub method: String,
    /// A template; secrets only after the host, percent-encoded.
    pub url: String,
    /// How the call proves itself.
    pub auth: RevokeAuth,
    /// Headers beside the authentication, such as a required API version; not templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// A form body; its values are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<BTreeMap<String, String>>,
    /// A JSON body, in place of `form`; its strings are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// What success is where a 2xx alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Success>,
    /// What says that the provider does not know the token, or no longer: it has ended, as RFC 7009,
    /// 2.2 has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_on: Vec<Sign>,
}

/// How a revocation call proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevokeAuth {
    /// With the token that it revokes: injected as in any call.
    Token,
    /// `Authorization: Basic` with `client_id` and `client_secret`.
    ClientBasic,
    /// `Authorization: Bearer` with `client_secret`, where that is an API key of the client.
    ClientBearer,
    /// By what its URL or body says.
    None,
}
