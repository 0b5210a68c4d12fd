//! The egress guard: the last check of a URL before a request is sent to it.
//!
//! The grant `https://*:443` would let this component reach `https://broker.spin.internal`, because Spin
//! routes requests to components by host name before it opens a socket. No request to a provider may skip
//! this check.

use std::rc::Rc;

use nexus_common::kept::{Once, once};
use nexus_common::{Error, Result, config};
use nexus_manifests::guard::{self, check_url};
use url::Url;

/// The guard with the hosts of this deployment.
pub(crate) struct Guard(guard::Guard);

thread_local! {
    static GUARD: Once<Guard> = const { Once::new(None) };
}

/// The guard of this deployment. It is read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn guard() -> Result<Rc<Guard>> {
    let read = async {
        let hosts = config::hosts().await?;
        let public_url = hosts.public_url.as_str();
        guard::Guard::of(public_url, &hosts.own, &hosts.private, &hosts.private_workspaces)
            .map(Guard)
            .map_err(|(variable, rule)| Error::misconfigured(variable, rule))
    };
    once(&GUARD, read).await
}

impl Guard {
    /// Whether `url` belongs to the application itself.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        self.0.own.cover(url)
    }

    /// Rejects a URL that is not public. An unverified client chooses the URL, so `private_hosts` does not
    /// apply.
    ///
    /// # Errors
    /// [`Error::EgressDenied`].
    pub(crate) fn check_public(&self, url: &Url) -> Result<()> {
        check_url(url, &self.0.own, &|_| false)
            .map_err(|refusal| Error::EgressDenied(refusal.to_string()))
    }

    /// Rejects a URL to which no credential of `workspace` may be sent.
    ///
    /// # Errors
    /// [`Error::EgressDenied`].
    pub(crate) fn check(&self, workspace: &str, url: &Url) -> Result<()> {
        self.0.check(workspace, url).map_err(|refusal| Error::EgressDenied(refusal.to_string()))
    }
}
