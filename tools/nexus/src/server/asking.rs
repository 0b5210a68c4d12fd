//! How the commands ask over HTTP. A redirect is not followed, because what answers elsewhere is not what was asked.

use std::time::Duration;

use ureq::Agent;

/// The way to what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By the proxy that the environment names (`HTTPS_PROXY`).
    Environment,
    /// Directly, because it is on this machine.
    Direct,
}

/// An agent whose requests take at most `timeout`, and for which no status is an error.
pub(super) fn agent(timeout: Duration, way: Way) -> Agent {
    let config = Agent::config_builder().timeout_global(Some(timeout)).http_status_as_error(false);
    let config = config.max_redirects(0);
    match way {
        Way::Environment => config.build().into(),
        Way::Direct => config.proxy(None).build().into(),
    }
}
