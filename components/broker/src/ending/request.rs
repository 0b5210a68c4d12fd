//! Builds the request that revokes one token: the standard one (RFC 7009), or the provider's own.
//!
//! This module must not send or seal a request.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, Method, header};
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use nexus_manifests::{
    BodySign, ClientAuth, Revoke, RevokeAuth, RevokeRequest, Sign, Success, params, template,
};
use nexus_vault::credential::{self, ClientRef, Usable};
use nexus_vault::oauth_app::Client;
use nexus_vault::plaintext;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use url::Url;

use super::parts::Parts;
use super::proof::Proof;
use crate::provider::call::{
    self, form_body, header_name, header_value, inject_headers, require_method,
};

/// A revocation request with all its secrets: the plaintext of an outbox entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// The method, in upper case.
    pub(crate) method: String,
    /// The URL, with all placeholders replaced.
    #[serde(with = "plaintext")]
    pub(crate) url: Secret,
    /// The origins to which the request is pinned.
    pub(crate) pinned: Vec<String>,
    /// Header names and values.
    #[serde(with = "plaintext")]
    pub(crate) headers: BTreeMap<String, Secret>,
    /// Content type and body.
    #[serde(default, with = "plaintext")]
    pub(crate) body: Option<(String, Secret)>,
    /// The sign of success that is required beside a 2xx.
    pub(crate) success: Option<Success>,
    /// Signs that the token was already invalid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gone_on: Vec<Sign>,
    /// A request that shows whether the token is invalid, if the provider answers 401 and no sign is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<Proof>,
    /// The time after which the request is not tried again, because the token has expired by then, in milliseconds since the
    /// Unix epoch by the database's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<i64>,
    /// The secrets to remove from the provider's words before they leave the broker.
    #[serde(with = "plaintext")]
    pub(crate) secrets: Vec<Secret>,
    /// The OAuth app whose secret is in the request, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made_with: Option<MadeWith>,
}

impl Call {
    /// The parts of the request.
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts {
            method: &self.method,
            url: &self.url,
            headers: &self.headers,
            body: self.body.as_ref(),
        }
    }
}

/// The OAuth app whose secret is in a revocation request, with all that is needed to find the app again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MadeWith {
    /// The manifest of the connection.
    pub(crate) manifest_id: String,
    /// The SHA-256 of its document.
    pub(crate) manifest_hash: String,
    /// The parameters of the connection.
    pub(crate) params: BTreeMap<String, String>,
    /// The app.
    pub(crate) client: ClientRef,
    /// The app's secret at the time of the plan.
    #[serde(with = "plaintext")]
    pub(crate) secret: Secret,
}

/// The request that revokes `token`.
pub(super) fn resolve(usable: &Usable, client: Option<&Client>, token: &str) -> Result<Call> {
    let value = usable.credential.fields.get(token);
    let value = value.ok_or_else(|| Error::Internal(format!("the credential has no {token}")))?;
    let mut call = match &usable.sourced.manifest.revoke {
        Revoke::Rfc7009 { rfc7009, .. } => {
            let url = params::resolve_url("/revoke/rfc7009/url", &rfc7009.url, &usable.params)
                .map_err(credential::broken)?;
            let client = require_client(rfc7009.client_auth != ClientAuth::None, client, usable)?;
            standard(url, rfc7009.client_auth, client, token, value)?
        }
        Revoke::Request { request, .. } => {
            let by_client =
                matches!(request.auth, RevokeAuth::ClientBasic | RevokeAuth::ClientBearer);
            let client = require_client(by_client, client, usable)?;
            OwnRequest { request, usable, client, token, value }.to_call()?
        }
        _ => return Err(Error::Internal("the manifest has no revocation request".into())),
    };
    call.pinned.clone_from(&usable.credential.pins.revoke);
    call.secrets = call::secrets(usable);
    call.secrets.extend(client.map(|client| client.secret.clone()));
    let made_with = usable.credential.client.as_ref().zip(client);
    call.made_with = made_with.map(|(made_with, client)| MadeWith {
        manifest_id: usable.sourced.manifest.id.clone(),
        manifest_hash: usable.sourced.hash.clone(),
        params: usable.params.clone(),
        client: made_with.clone(),
        secret: client.secret.clone(),
    });
    Ok(call)
}

/// The client. It must exist if it authenticates the request, because otherwise the provider's response would
/// say nothing about the token.
fn require_client<'a>(
    is_needed: bool,
    client: Option<&'a Client>,
    usable: &Usable,
) -> Result<Option<&'a Client>> {
    match (is_needed, client) {
        (true, None) => Err(Error::OauthClientMissing {
            manifest_id: usable.sourced.manifest.id.clone(),
            redirect_uri: String::new(),
        }),
        (_, client) => Ok(client),
    }
}

/// The revocation request of RFC 7009, 2.1.
fn standard(
    url: Url,
    client_auth: ClientAuth,
    client: Option<&Client>,
    token: &str,
    value: &Secret,
) -> Result<Call> {
    let member = |name: &str, value: &str| (name.to_owned(), Secret::new(value.to_owned()));
    let mut members = vec![member("token", value.expose()), member("token_type_hint", token)];
    let mut headers = BTreeMap::new();
    match (client_auth, client) {
        (ClientAuth::Basic, Some(client)) => {
            headers.insert("authorization".to_owned(), header_text(&call::basic(client)?)?);
        }
        (ClientAuth::Post, Some(client)) => {
            members.push(member("client_id", &client.id));
            if !client.secret.expose().is_empty() {
                members.push(member("client_secret", client.secret.expose()));
            }
        }
        _ => {}
    }
    let (kind, body) = form_body(&members);
    let body = Some((kind.to_owned(), body));
    Ok(Call {
        method: Method::POST.to_string(),
        url: Secret::new(url.into()),
        headers,
        body,
        pinned: vec![],
        success: None,
        // The standard response is 200 (RFC 7009, 2.2), but some servers respond with this error.
        gone_on: vec![Sign::Body(BodySign {
            status: 400,
            pointer: "/error".to_owned(),
            equals: Json::from("invalid_token"),
        })],
        proof: None,
        expires_at: None,
        secrets: vec![],
        made_with: None,
    })
}

/// The provider's own revocation request, as its manifest describes it.
struct OwnRequest<'a> {
    request: &'a RevokeRequest,
    usable: &'a Usable,
    client: Option<&'a Client>,
    /// The name of the token.
    token: &'a str,
    /// The token.
    value: &'a Secret,
}

impl<'a> OwnRequest<'a> {
    fn to_call(&self) -> Result<Call> {
        let url = template::expand_url(&self.request.url, &|name| self.lookup(name));
        let url = Secret::new(url.map_err(broken)?);
        let mut url = Url::parse(url.expose())
            .map_err(|_| Error::Internal("revoke: malformed URL".into()))?;
        let headers = self.headers(&mut url)?;
        let headers =
            headers.iter().map(|(name, value)| Ok((name.to_string(), header_text(value)?)));
        Ok(Call {
            method: require_method(&self.request.method)?.to_string(),
            url: Secret::new(url.into()),
            headers: headers.collect::<Result<_>>()?,
            body: self.body()?,
            pinned: vec![],
            success: self.request.success.clone(),
            gone_on: self.request.gone_on.clone(),
            proof: None,
            expires_at: None,
            secrets: vec![],
            made_with: None,
        })
    }

    /// The value of the placeholder `name`.
    fn lookup(&self, name: &str) -> Option<&'a str> {
        match (name, self.client) {
            ("token", _) => Some(self.value.expose()),
            ("client_id", Some(client)) => Some(&client.id),
            ("client_secret", Some(client)) => Some(client.secret.expose()),
            _ => self.usable.value(name),
        }
    }

    /// The headers. A credential that is sent in the query is added to `url`.
    fn headers(&self, url: &mut Url) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.request.headers {
            headers.insert(header_name(name)?, header_value(value)?);
        }
        match (self.request.auth, self.client) {
            (RevokeAuth::Token, _) => {
                let mut bearer = self.usable.clone();
                if self.token == "refresh_token" {
                    let fields = &mut bearer.credential.fields;
                    fields.insert("access_token".to_owned(), self.value.clone());
                }
                for (name, value) in inject_headers(&bearer, url)? {
                    headers.insert(name, value);
                }
            }
            (RevokeAuth::ClientBasic, Some(client)) => {
                headers.insert(header::AUTHORIZATION, call::basic(client)?);
            }
            (RevokeAuth::ClientBearer, Some(client)) => {
                let value = Secret::new(format!("Bearer {}", client.secret.expose()));
                headers.insert(header::AUTHORIZATION, header_value(value.expose())?);
            }
            _ => {}
        }
        Ok(headers)
    }

    /// The content type and the body, if the request has one.
    fn body(&self) -> Result<Option<(String, Secret)>> {
        let lookup = |name: &str| self.lookup(name);
        let content =
            call::content(self.request.form.as_ref(), self.request.json.as_ref(), &lookup)?;
        Ok(content.map(|(kind, body)| (kind.to_owned(), body)))
    }
}

fn broken(error: template::TemplateError) -> Error {
    Error::Internal(format!("revoke: {error}"))
}

/// The text of a header, as the plaintext has it.
fn header_text(value: &HeaderValue) -> Result<Secret> {
    let text = value.to_str().map(|text| Secret::new(text.to_owned()));
    text.map_err(|_| Error::Internal("revoke: a header with characters that are not ASCII".into()))
}
