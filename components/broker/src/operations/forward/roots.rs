//! The URLs of an integration's API, to which links in its responses lead.

use super::host::Host;

/// The URLs below which links belong to an integration.
pub(super) struct Roots {
    /// The pinned origins, the one of `base_url` first.
    pub(super) origins: Vec<String>,
    /// The path of `base_url`, without a slash at its end.
    pub(super) base_path: String,
}

impl Roots {
    /// The URLs below `base_path` on `base` and on the other `hosts`.
    pub(super) fn of(base: &Host, base_path: &str, hosts: &[Host]) -> Self {
        let others = hosts.iter().filter(|host| host.origin != base.origin);
        let origins = [base].into_iter().chain(others).map(|host| host.origin.clone());
        Self { origins: origins.collect(), base_path: base_path.to_owned() }
    }
}
