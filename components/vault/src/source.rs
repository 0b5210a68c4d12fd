//! Finds manifests: in the built-in table, or among the workspace's own documents. It must not return a
//! document of another workspace as the current version of an id.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_common::kept::Recent;
use nexus_common::store::Manifests;
use nexus_common::{Error, FieldError, Result};
use nexus_manifests::{Manifest, catalog::find, parse};

/// A manifest and the SHA-256 of its document.
#[derive(Clone)]
pub struct Sourced {
    /// The manifest.
    pub manifest: Rc<Manifest>,
    /// The SHA-256 of the document, which is its version.
    pub hash: String,
}

thread_local! {
    /// Parsed documents by their SHA-256. A document never changes.
    static PARSED: RefCell<Recent<String, Rc<Manifest>>> = RefCell::default();
}

/// The current version of manifest `id`, for a new connection.
///
/// # Errors
/// [`Error::Invalid`] if the workspace has no manifest with this id, [`Error::Storage`].
pub async fn current(workspace: &str, id: &str) -> Result<Sourced> {
    if let Some(sourced) = built_in(id)? {
        return Ok(sourced);
    }
    match Manifests::of(workspace).hash(id).await? {
        Some(hash) => own(hash).await,
        None => {
            let shown = nexus_printable::shortened(id);
            let detail = format!("there is no manifest {shown:?}: GET /api/manifests lists them");
            Err(Error::Invalid(vec![FieldError::new("/manifest_id", detail)]))
        }
    }
}

/// The manifest of a stored integration. A workspace's own manifest is returned in the version that the
/// integration was made with. A built-in one is returned as it is now, and its pins are compared with the
/// sealed ones.
///
/// # Errors
/// [`Error::Unreadable`] if the document is missing, [`Error::Storage`].
pub async fn of_stored(id: &str, hash: &str) -> Result<Sourced> {
    match built_in(id)? {
        Some(sourced) => Ok(sourced),
        None => own(hash.to_owned()).await,
    }
}

fn built_in(id: &str) -> Result<Option<Sourced>> {
    let Some(entry) = find(id) else { return Ok(None) };
    if let Some(kept) = kept(entry.sha256) {
        return Ok(Some(kept));
    }
    let manifest =
        entry.manifest().map_err(|error| Error::Internal(format!("manifest {id}: {error}")))?;
    Ok(Some(keep(entry.sha256.to_owned(), manifest)))
}

async fn own(hash: String) -> Result<Sourced> {
    if let Some(kept) = kept(&hash) {
        return Ok(kept);
    }
    let document = Manifests::document(&hash).await?;
    let text = String::from_utf8_lossy(&document);
    let manifest =
        parse(&text).map_err(|error| Error::Unreadable(format!("manifest {hash}: {error}")))?;
    Ok(keep(hash, manifest))
}

fn kept(hash: &str) -> Option<Sourced> {
    let manifest = PARSED.with_borrow_mut(|parsed| parsed.get(hash).cloned())?;
    Some(Sourced { manifest, hash: hash.to_owned() })
}

fn keep(hash: String, manifest: Manifest) -> Sourced {
    let manifest = Rc::new(manifest);
    PARSED.with_borrow_mut(|parsed| parsed.insert(hash.clone(), Rc::clone(&manifest)));
    Sourced { manifest, hash }
}
