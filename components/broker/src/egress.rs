//! The egress guard: the last look at a URL before anything is sent there.
//!
//! `https://*:443` would let this component reach `https://broker.spin.internal`: components are
//! chained by host name before any socket is opened.

use std::rc::Rc;

use nexus_common::kept::{Once, once};
use nexus_common::platform::variables;
use nexus_common::{Error, Result, config};
use nexus_manifests::guard::{OwnHosts, PrivateHosts, check_url};
use url::Url;

/// What the guard must know of the deployment.
pub(crate) struct Guard {
    own_hosts: OwnHosts,
    private_hosts: PrivateHosts,
}

thread_local! {
    static GUARD: Once<Guard> = const { Once::new(None) };
}

/// The guard of this deployment; read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn guard() -> Result<Rc<Guard>> {
    once(&GUARD, Guard::read()).await
}

impl Guard {
    async fn read() -> Result<Self> {
        let public_url = config::public_url().await?;
        let own_hosts = config::own_hosts().await;
        let own_hosts = OwnHosts::parse(public_url.as_str(), &own_hosts)
            .map_err(|_| Error::misconfigured("own_hosts", OwnHosts::RULE))?;
        let entry = variables::get("private_hosts").await.unwrap_or_default();
        let workspaces = variables::get("private_hosts_workspaces").await.unwrap_or_default();
        let private_hosts = PrivateHosts::parse(&entry)
            .map_err(|_| Error::misconfigured("private_hosts", PrivateHosts::RULE))?
            .for_workspaces(&workspaces);
        Ok(Self { own_hosts, private_hosts })
    }

    /// Whether `url` is one of the application itself.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        self.own_hosts.cover(url)
    }

    /// Refuses what no credential of `workspace` may ever be sent to.
    ///
    /// # Errors
    /// [`Error::EgressDenied`].
    pub(crate) fn check(&self, workspace: &str, url: &Url) -> Result<()> {
        check_url(url, &self.own_hosts, &|url| self.private_hosts.cover(workspace, url))
            .map_err(|refusal| Error::EgressDenied(refusal.to_string()))
    }
}
