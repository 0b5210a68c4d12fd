//! The ids of manifests.

/// The start of the id of a workspace's own manifest.
pub const OWN: &str = "custom-";

/// Whether `id` names a workspace's own manifest, and not a built-in one.
#[must_use]
pub fn is_own(id: &str) -> bool {
    id.starts_with(OWN)
}
