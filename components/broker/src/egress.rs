//! The egress guard: the last look at a URL before anything is sent there.
//!
//! `https://*:443` would let this component reach `https://broker.spin.internal`: components are
//! chained by host name before any socket is opened.

use std::rc::Rc;

use nexus_common::kept::{Once, once};
use nexus_common::{Error, Result, config};
use nexus_manifests::guard;
use url::Url;

/// What the guard must know of the deployment.
pub(crate) struct Guard(guard::Guard);

thread_local! {
    static GUARD: Once<Guard> = const { Once::new(None) };
}

/// The guard of this deployment; read once per instance.
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
    /// Whether `url` is one of the application itself.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        self.0.own.cover(url)
    }

    /// Refuses what no credential of `workspace` may ever be sent to.
    ///
    /// # Errors
    /// [`Error::EgressDenied`].
    pub(crate) fn check(&self, workspace: &str, url: &Url) -> Result<()> {
        self.0.check(workspace, url).map_err(|refusal| Error::EgressDenied(refusal.to_string()))
    }
}
