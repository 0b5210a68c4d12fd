//! The rules that a manifest must meet beyond having the right shape.
//!
//! `build.rs` checks the built-in files. The catalogue checks each manifest that a workspace saves. Each rule
//! has a stable name, and `tests.rs` breaks each rule alone. The linter must not resolve a host name or send
//! a request.

mod auth;
mod examples;
mod find;
mod flow_names;
mod login;
mod names;
mod parts;
mod reads;
mod requests;
mod templates;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod urls;

use std::collections::BTreeMap;

use url::Url;

use crate::finding::Finding;
use crate::guard::OwnHosts;
use crate::model::Manifest;

/// Where a manifest comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Packed into the application.
    BuiltIn,
    /// A workspace's own manifest, `custom-…`.
    Workspace,
}

/// Checks every rule. `private_hosts` lists the hosts that a workspace's own manifest may reach in addition
/// to public https. A built-in manifest may reach public https only, whatever `private_hosts` says.
///
/// Returns one finding for each broken rule, with the place in the manifest.
#[must_use]
pub fn check(
    manifest: &Manifest,
    origin: Origin,
    private_hosts: &dyn Fn(&Url) -> bool,
) -> Vec<Finding> {
    check_with(manifest, origin, &OwnHosts::default(), private_hosts)
}

/// Like [`check`], and also rejects URLs on the application's `own_hosts`.
#[must_use]
pub fn check_with(
    manifest: &Manifest,
    origin: Origin,
    own_hosts: &OwnHosts,
    private_hosts: &dyn Fn(&Url) -> bool,
) -> Vec<Finding> {
    let examples =
        manifest.params.iter().map(|param| (param.name.clone(), param.example.clone())).collect();
    let mut lint = Lint { manifest, origin, own_hosts, private_hosts, examples, findings: vec![] };
    text::check(&mut lint);
    names::check(&mut lint);
    templates::check(&mut lint);
    urls::check(&mut lint);
    auth::check(&mut lint);
    flow_names::check(&mut lint);
    login::check(&mut lint);
    requests::check(&mut lint);
    find::check(&mut lint);
    examples::check(&mut lint);
    lint.findings
}

/// A manifest that is being checked, and the findings so far.
struct Lint<'a> {
    manifest: &'a Manifest,
    origin: Origin,
    own_hosts: &'a OwnHosts,
    private_hosts: &'a dyn Fn(&Url) -> bool,
    /// The parameters' examples, used to expand URL templates.
    examples: BTreeMap<String, String>,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn add(&mut self, pointer: impl Into<String>, rule: &'static str, detail: impl Into<String>) {
        self.findings.push(Finding::new(pointer, rule, detail));
    }

    fn unless(&mut self, ok: bool, pointer: &str, rule: &'static str, detail: impl Into<String>) {
        if !ok {
            self.add(pointer, rule, detail);
        }
    }
}

/// `[a-z0-9-]{1,max}`.
fn is_slug(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
