//! A host that a credential may be sent to.

use nexus_common::{Error, Result};
use url::Url;

/// A host of a provider.
pub(super) struct Host {
    /// The origin, as in the pins: scheme, name and port.
    pub(super) origin: String,
    /// The origin as a URL, for the egress guard.
    pub(super) url: Url,
}

impl Host {
    /// The host of `origin`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] for a text that is not a URL.
    pub(super) fn of(origin: String) -> Result<Self> {
        let url =
            Url::parse(&origin).map_err(|_| Error::Unreadable(format!("the origin {origin:?}")))?;
        Ok(Self { origin, url })
    }

    /// The name, with the port unless it is the default port of the scheme.
    pub(super) fn name(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, name)| name)
    }

    /// Whether a URL with this scheme and authority is on this host.
    pub(super) fn is(&self, scheme: &str, authority: &str) -> bool {
        let own_port = if self.url.scheme() == "https" { ":443" } else { ":80" };
        let name = authority.strip_suffix(own_port).unwrap_or(authority);
        self.url.scheme().eq_ignore_ascii_case(scheme) && self.name().eq_ignore_ascii_case(name)
    }
}
