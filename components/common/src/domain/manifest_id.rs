//! The ids of manifests.

/// The start of the id of a workspace's own manifest.
pub const OWN: &str = "custom-";

/// Whether `id` names a workspace's own manifest, and not a built-in one.
#[must_use]
pub fn is_own(id: &str) -> bool {
    id.starts_with(OWN)
}

/// The name of a provider in labels of metrics: a workspace's own manifests are all `custom`, because anybody can add
/// them.
#[must_use]
pub fn provider_label(id: &str) -> &str {
    if is_own(id) { "custom" } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_manifests_share_a_label() {
        let labels = ["slack", "custom-slack", "custom-1"].map(provider_label);
        assert_eq!(labels, ["slack", "custom", "custom"]);
    }
}
