//! `GET /api/manifests` and `GET /api/manifests/{id}`: the built-in manifests and the workspace's own. This
//! module must not show the manifests of another workspace.

use std::borrow::Cow;

use http::{StatusCode, header};
use memchr::memmem::Finder;
use nexus_common::auth::Role;
use nexus_common::encoding::sha256_hex;
use nexus_common::http::{Inbound, json_response, large_json_unless_known, set};
use nexus_common::platform::http::Response;
use nexus_common::store::{Manifests, OwnManifest};
use nexus_common::{Error, Result, access, wire};
use nexus_manifests::{AuthMethod, Manifest, catalog};
use serde_json::{Value, json};

/// Selects the summaries of a list.
#[derive(Default)]
struct Filter {
    /// Finds the words of the search. It is made once, because to prepare a search costs more than one of these short texts.
    q: Option<Finder<'static>>,
    category: Option<String>,
    auth_method: Option<AuthMethod>,
}

/// The summaries: first the built-in manifests, then the workspace's own, each sorted by name.
///
/// # Errors
/// 401, 403, 422 for an unknown filter.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "manifest.list").await?;
    let filter = Filter::of(inbound)?;
    let own = Manifests::of(&caller.workspace).all().await?;
    // The tag is a hash of the inputs, not of the response. The digest stands for the whole table.
    let mut made_of = format!("{} {:?}", catalog::digest(), inbound.raw_query());
    own.iter().for_each(|own| made_of.push_str(&own.hash));
    let hash = sha256_hex(made_of.as_bytes());
    large_json_unless_known(inbound, &hash, || Ok(filter.body(&own)))
}

/// A whole manifest. Its entity tag is the hash of its document.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn one(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "manifest.read").await?;
    inbound.query(&[])?;
    let (body, hash): (Cow<'static, [u8]>, _) = match catalog::find(id) {
        Some(entry) => (entry.json().into_bytes().into(), entry.sha256.to_owned()),
        None => match Manifests::of(&caller.workspace).hash(id).await? {
            Some(hash) => (Manifests::document(&hash).await?.into(), hash),
            None => return Err(Error::no_such("manifest", id)),
        },
    };
    large_json_unless_known(inbound, &hash, || Ok(body.into_owned()))
}

/// Checks that `workspace` has a manifest `id`, built in or its own.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Storage`].
pub(crate) async fn require_manifest(workspace: &str, id: &str) -> Result<()> {
    let exists = catalog::find(id).is_some() || Manifests::of(workspace).hash(id).await?.is_some();
    if exists { Ok(()) } else { Err(Error::no_such("manifest", id)) }
}

/// An item of the list, in the form of the table of built-in manifests.
pub(crate) fn summarise(manifest: &Manifest) -> Value {
    let mut summary = json!({
        "id": manifest.id, "name": manifest.name, "family": manifest.family,
        "categories": manifest.categories, "description": manifest.description,
        "docs_url": manifest.docs_url, "brand": manifest.brand,
        "auth_method": manifest.auth_method,
    });
    if let Some(members) = summary.as_object_mut() {
        let ends = manifest.ends.as_ref().map(|ends| ("ends".to_owned(), json!(ends)));
        let needs = manifest.needs().map(|needs| ("needs".to_owned(), json!(needs)));
        members.extend(ends.into_iter().chain(needs));
    }
    summary
}

/// The authentication method with this name.
fn require_method(name: &str) -> Result<AuthMethod> {
    AuthMethod::from_word(name).ok_or_else(|| {
        let all = AuthMethod::ALL.map(AuthMethod::as_str).join(", ");
        Error::invalid("?auth_method", format!("must be one of {all}, but is {name:?}"))
    })
}

impl Filter {
    fn of(inbound: &Inbound) -> Result<Self> {
        let mut filter = Self::default();
        for (name, value) in inbound.query(&["q", "category", "auth_method"])? {
            match name.as_str() {
                "q" => {
                    let words = wire::typed("q", value)?;
                    filter.q = Some(Finder::new(&words.to_lowercase()).into_owned());
                }
                "category" => filter.category = Some(wire::typed("category", value)?),
                _ => filter.auth_method = Some(require_method(&value)?),
            }
        }
        Ok(filter)
    }

    /// The list of the summaries that match the filter.
    fn body(&self, own: &[OwnManifest]) -> String {
        let built_in = catalog::all()
            .iter()
            .filter(|entry| self.shows(entry.search, entry.categories, Some(entry.auth_method)))
            .map(|entry| entry.summary);
        let own = own.iter().map(|own| own.summary.as_str()).filter(|own| self.shows_own(own));
        let items: Vec<&str> = built_in.chain(own).collect();
        format!("{{\"items\":[{}]}}", items.join(","))
    }

    fn shows(&self, search: &str, categories: &[&str], auth_method: Option<AuthMethod>) -> bool {
        self.q.as_ref().is_none_or(|q| q.find(search.as_bytes()).is_some())
            && self.category.as_ref().is_none_or(|category| categories.contains(&category.as_str()))
            && self.auth_method.is_none_or(|method| auth_method == Some(method))
    }

    fn shows_own(&self, summary: &str) -> bool {
        let summary: Value = serde_json::from_str(summary).unwrap_or_default();
        let text = |member: &str| summary.get(member).and_then(Value::as_str).unwrap_or_default();
        let search = [text("name"), text("id"), text("description")].join("\n").to_lowercase();
        let categories = summary.get("categories").and_then(Value::as_array);
        let categories: Vec<&str> =
            categories.into_iter().flatten().filter_map(Value::as_str).collect();
        self.shows(&search, &categories, AuthMethod::from_word(text("auth_method")))
    }
}

/// The response for a saved manifest.
pub(crate) fn saved(status: StatusCode, manifest: &Value, hash: &str) -> Response {
    let mut response = json_response(status, manifest.to_string());
    set(&mut response, header::ETAG, &format!("\"{hash}\""));
    response
}
