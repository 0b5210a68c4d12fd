//! `discover`: reads how an MCP server authorizes its clients (RFC 9728, RFC 8414), and drafts a manifest.
//!
//! A person has typed the address, so the requests have no credential and go to public hosts only. This module must not
//! store the draft: a person reads it, and saves it like any other manifest.

use nexus_common::broker::{Discovered, ServerAddress};
use nexus_common::{Error, Result};
use nexus_manifests::draft::McpServer;
use serde_json::{Map, Value};
use url::Url;

use crate::operations::client_metadata::{document, document_if_any};

type Document = Map<String, Value>;

/// Drafts a manifest for the server at an address.
///
/// # Errors
/// [`Error::Invalid`], [`Error::EgressDenied`], [`Error::Provider`].
pub(crate) async fn run(asked: &ServerAddress) -> Result<Discovered> {
    let url = Url::parse(&asked.url).ok().filter(|url| {
        url.scheme() == "https"
            && url.query().is_none()
            && url.fragment().is_none()
            && !has_user(url)
    });
    let url = url.ok_or_else(|| {
        Error::invalid("/url", "must be an https URL without user, query and fragment")
    })?;
    let resource = resource(&url).await?;
    let issuer = match &resource {
        Some(resource) => issuer(resource)?,
        // Before the revision 2025-06-18 of the protocol, the server was its own authorization server.
        None => origin(&url)?,
    };
    let authorization = authorization(&issuer).await?;
    let resource = resource.unwrap_or_default();
    let server = McpServer { url: &url, resource: &resource, authorization: &authorization };
    require_listed(&authorization, server.resource())?;
    let draft = server.draft().map_err(Error::Provider)?;
    Ok(Discovered { authorization_server: issuer.into(), draft })
}

/// Checks that an authorization server that says which resources it serves serves `resource` (RFC 9728 section 4).
fn require_listed(authorization: &Document, resource: &str) -> Result<()> {
    let Some(listed) = authorization.get("protected_resources") else { return Ok(()) };
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    let mut all = listed.as_array().into_iter().flatten().filter_map(Value::as_str);
    if all.any(|one| bare(one) == bare(resource)) {
        return Ok(());
    }
    let detail = "the authorization server that the server names is for other resources: its \
                  `protected_resources` does not list this one";
    Err(Error::Provider(detail.into()))
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn origin(url: &Url) -> Result<Url> {
    url.join("/").map_err(|_| Error::Internal("an https URL without an origin".into()))
}

/// A well-known document of `url`, with the path of `url` behind its own (RFC 8414 section 3.1).
fn well_known(url: &Url, name: &str) -> Url {
    let mut found = url.clone();
    let path = url.path().trim_end_matches('/');
    found.set_path(&format!("/.well-known/{name}{path}"));
    found
}

/// The metadata of the resource. `None` if the server has none. A server that fails may have some, and another
/// authorization server than itself.
async fn resource(url: &Url) -> Result<Option<Document>> {
    let name = "oauth-protected-resource";
    let mut places = vec![well_known(url, name), well_known(&origin(url)?, name)];
    places.dedup();
    for place in places {
        let found = document_if_any(&place, "the metadata of the server").await?;
        let Some(found) = found else { continue };
        // A document about another resource could name a server of somebody else (RFC 9728 section 3.3).
        let named = found.get("resource").and_then(Value::as_str).unwrap_or_default();
        let named = Url::parse(named).ok();
        let is_ours = named.is_some_and(|named| {
            let (own, path) =
                (url.path().trim_end_matches('/'), named.path().trim_end_matches('/'));
            named.origin() == url.origin() && (path.is_empty() || path == own)
        });
        if !is_ours {
            return Err(Error::Provider(
                "the metadata of the server is about another resource".into(),
            ));
        }
        return Ok(Some(found));
    }
    Ok(None)
}

/// The authorization server that the resource names first.
fn issuer(resource: &Document) -> Result<Url> {
    let all = resource.get("authorization_servers").and_then(Value::as_array);
    let first = all.and_then(|all| all.first()).and_then(Value::as_str);
    let url = first.and_then(|first| Url::parse(first).ok()).filter(|url| url.scheme() == "https");
    url.ok_or_else(|| {
        Error::Provider("the server does not name an https authorization server".into())
    })
}

/// The metadata of the authorization server, which must name itself (RFC 8414 section 3.3).
async fn authorization(issuer: &Url) -> Result<Document> {
    let mut appended = issuer.clone();
    let path = issuer.path().trim_end_matches('/');
    appended.set_path(&format!("{path}/.well-known/openid-configuration"));
    let mut places = vec![
        well_known(issuer, "oauth-authorization-server"),
        well_known(issuer, "openid-configuration"),
        appended,
    ];
    // Without a path, the last two are the same.
    places.dedup();
    for place in &places {
        let found = match document(place, "the metadata of the authorization server").await {
            Ok((found, _)) => found,
            Err(Error::Provider(_)) => continue,
            Err(other) => return Err(other),
        };
        let named = found.get("issuer").and_then(Value::as_str).unwrap_or_default();
        if named.trim_end_matches('/') != issuer.as_str().trim_end_matches('/') {
            let detail = "the metadata of the authorization server has another `issuer`";
            return Err(Error::Provider(detail.into()));
        }
        return Ok(found);
    }
    Err(Error::Provider("the authorization server has no metadata document (RFC 8414)".into()))
}
