//! `GET /api/manifests` and `GET /api/manifests/{id}`.

use http::{StatusCode, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::http::{Inbound, json_response, set};
use nexus_common::platform::http::{Response, full};
use nexus_common::store::Manifests;
use nexus_common::{Error, Result};
use nexus_manifests::{Manifest, catalog};
use serde_json::{Value, json};

const METHODS: [&str; 4] = ["api_key", "basic", "oauth2", "oauth2_client_credentials"];

/// Which summaries a list shows.
#[derive(Default)]
struct Filter {
    q: Option<String>,
    category: Option<String>,
    auth_method: Option<String>,
}

/// The summaries, built-in ones first, each part by name.
///
/// # Errors
/// 401, 403, 422 for a filter that does not exist.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = Caller::at_least(Role::Manager, inbound).await?;
    let filter = Filter::of(inbound)?;
    let mut items = Vec::new();
    for entry in catalog::all() {
        let summary = serde_json::from_str(entry.summary)
            .map_err(|error| Error::Internal(format!("summary of {}: {error}", entry.id)))?;
        if filter.shows(&summary) {
            items.push(summary);
        }
    }
    for own in Manifests::of(&caller.workspace).all().await? {
        // One document that cannot be read must not hide all the others.
        match Manifests::document(&own.hash).await.and_then(|document| parse(&document)) {
            Ok(manifest) => {
                let summary = summarise(&manifest);
                if filter.shows(&summary) {
                    items.push(summary);
                }
            }
            Err(error) => eprintln!("error manifest={} is left out: {error:?}", own.id),
        }
    }
    let body = json!({ "items": items }).to_string();
    let tag = format!("\"{}\"", Manifests::digest(body.as_bytes()));
    Ok(tagged(inbound, body.into_bytes(), &tag))
}

/// A whole manifest; its entity tag is the hash of its document.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn one(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = Caller::at_least(Role::Manager, inbound).await?;
    inbound.query(&[])?;
    let (body, hash) = match catalog::find(id) {
        Some(entry) => (entry.json.as_bytes().to_vec(), entry.sha256.to_owned()),
        None => match Manifests::of(&caller.workspace).hash(id).await? {
            Some(hash) => (Manifests::document(&hash).await?, hash),
            None => {
                let shown: String = id.chars().take(64).collect();
                return Err(Error::NotFound(format!("there is no manifest {shown:?}")));
            }
        },
    };
    Ok(tagged(inbound, body, &format!("\"{hash}\"")))
}

/// `body` with its entity tag, or 304 where the client has it (RFC 9110, 13.1.2).
fn tagged(inbound: &Inbound, body: Vec<u8>, tag: &str) -> Response {
    let mut response = if inbound.header(&header::IF_NONE_MATCH) == Some(tag) {
        let mut response = Response::new(full(""));
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        json_response(StatusCode::OK, body)
    };
    set(&mut response, header::ETAG, tag);
    set(&mut response, header::CACHE_CONTROL, "private, no-cache");
    response
}

/// A stored document as a manifest.
fn parse(document: &[u8]) -> Result<Manifest> {
    nexus_manifests::parse(&String::from_utf8_lossy(document))
        .map_err(|error| Error::Unreadable(format!("a stored manifest: {error}")))
}

/// An item of the list, as the table of the built-in ones has it.
fn summarise(manifest: &Manifest) -> Value {
    json!({
        "id": manifest.id, "name": manifest.name, "family": manifest.family,
        "categories": manifest.categories, "description": manifest.description,
        "docs_url": manifest.docs_url, "brand": manifest.brand,
        "auth_method": manifest.auth_method,
    })
}

impl Filter {
    fn of(inbound: &Inbound) -> Result<Self> {
        let mut filter = Self::default();
        for (name, value) in inbound.query(&["q", "category", "auth_method"])? {
            match name.as_str() {
                "q" => filter.q = Some(value.to_lowercase()),
                "category" => filter.category = Some(value),
                _ if METHODS.contains(&value.as_str()) => filter.auth_method = Some(value),
                _ => {
                    let detail = format!("must be one of {}, is {value:?}", METHODS.join(", "));
                    return Err(Error::invalid("?auth_method", detail));
                }
            }
        }
        Ok(filter)
    }

    fn shows(&self, summary: &Value) -> bool {
        let text = |member: &str| summary.get(member).and_then(Value::as_str).unwrap_or_default();
        let has = |member: &str, q: &str| text(member).to_lowercase().contains(q);
        let found = |q: &String| ["name", "id", "description"].iter().any(|member| has(member, q));
        let categories = summary.get("categories").and_then(Value::as_array);
        let filed = |category: &String| {
            categories.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(category)))
        };
        self.q.as_ref().is_none_or(found)
            && self.category.as_ref().is_none_or(filed)
            && self.auth_method.as_ref().is_none_or(|method| text("auth_method") == method)
    }
}

/// The answer to a manifest that was saved.
pub(crate) fn saved(status: StatusCode, manifest: &Value, hash: &str) -> Response {
    let mut response = json_response(status, manifest.to_string());
    set(&mut response, header::ETAG, &format!("\"{hash}\""));
    response
}
