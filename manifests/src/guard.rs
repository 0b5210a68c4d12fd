//! The egress guard: it decides which URLs the broker may send to.
//!
//! `https://*:443` in `spin.toml` also allows the host names that Spin routes to its own components before it
//! opens a socket. So the broker asks the guard with the final, parsed URL just before every send. For an
//! agent's call it asks with the origin, which no later step can change. The linter asks for every URL of a
//! manifest. The guard decides by the text of the URL alone. It does not resolve names.

use std::fmt;

use url::{Host, Url};

pub use crate::own_hosts::OwnHosts;
pub use crate::private_hosts::PrivateHosts;
use crate::private_names;

/// The facts of a deployment that the guard needs.
pub struct Guard {
    /// The application's own hosts.
    pub own: OwnHosts,
    /// Private hosts that may be called nevertheless.
    pub private: PrivateHosts,
}

impl Guard {
    /// Reads the variables `own_hosts` (together with the hosts below `proxy_domain`), `private_hosts` and
    /// `private_hosts_workspaces`.
    ///
    /// # Errors
    /// The invalid variable, and the rule that it breaks.
    pub fn of(
        public_url: &str,
        own: &str,
        private: &str,
        private_workspaces: &str,
    ) -> Result<Self, (&'static str, &'static str)> {
        let own = OwnHosts::parse(public_url, own).map_err(|_| ("own_hosts", OwnHosts::RULE))?;
        let private = PrivateHosts::parse(private)
            .map_err(|_| ("private_hosts", PrivateHosts::RULE))?
            .for_workspaces(private_workspaces);
        Ok(Self { own, private })
    }

    /// Checks whether a credential of `workspace` may be sent to `url`.
    ///
    /// # Errors
    /// The reason for the refusal.
    pub fn check(&self, workspace: &str, url: &Url) -> Result<(), Refusal> {
        check_url(url, &self.own, &|url| self.private.cover(workspace, url))
    }
}

/// Why the guard refuses a URL. Each text names the rule and the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Spin's own names: `*.spin.internal`, `self`, and the top-level domain `alt`. Never exempt.
    SpinName(String),
    /// A user name or a password in the URL. Never exempt.
    UserInfo,
    /// A scheme other than https.
    Scheme(String),
    /// The URL has no host.
    NoHost,
    /// An IP address, in any spelling.
    IpLiteral(String),
    /// A host name that ends in a dot.
    TrailingDot(String),
    /// `localhost`, or a name below it.
    Localhost(String),
    /// A host name with a single label.
    SingleLabel(String),
    /// A name in a zone of private networks: `.internal`, `.local`, `.lan`, `.svc`, …
    PrivateSuffix(String),
    /// A name that encodes an IP address: `10.0.0.1.nip.io`.
    AddressName(String),
    /// A port other than 443.
    Port(u16),
    /// A host under which this application is reached. Never exempt.
    OwnHost(String),
}

impl Refusal {
    /// The rule's stable name.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::SpinName(_) => "egress_spin_name",
            Self::UserInfo => "egress_userinfo",
            Self::Scheme(_) => "egress_scheme",
            Self::NoHost => "egress_no_host",
            Self::IpLiteral(_) => "egress_ip_literal",
            Self::TrailingDot(_) => "egress_trailing_dot",
            Self::Localhost(_) => "egress_localhost",
            Self::SingleLabel(_) => "egress_single_label",
            Self::PrivateSuffix(_) => "egress_private_suffix",
            Self::AddressName(_) => "egress_address_name",
            Self::Port(_) => "egress_port",
            Self::OwnHost(_) => "egress_own_host",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpinName(host) => write!(f, "`{host}` is one of Spin's internal names"),
            Self::UserInfo => f.write_str("a URL must not contain a user name or a password"),
            Self::Scheme(scheme) => write!(f, "the scheme is `{scheme}`; it must be `https`"),
            Self::NoHost => f.write_str("the URL has no host"),
            Self::IpLiteral(ip) => write!(f, "`{ip}` is an IP address; use a host name"),
            Self::TrailingDot(host) => write!(f, "the host `{host}` ends in a dot; remove the dot"),
            Self::Localhost(host) => {
                write!(f, "`{host}` is this machine; use the provider's public host name")
            }
            Self::SingleLabel(host) => write!(f, "`{host}` has no domain, or an empty label"),
            Self::PrivateSuffix(host) => write!(f, "`{host}` is a name of a private network"),
            Self::AddressName(host) => {
                write!(f, "`{host}` encodes an IP address; use the provider's own host name")
            }
            Self::Port(port) => write!(f, "the port is {port}; it must be 443"),
            Self::OwnHost(host) => write!(f, "`{host}` is a host of this application"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Decides whether the broker may send to `url`.
///
/// `own` lists the application's own hosts. A URL that `is_private_allowed` covers may have another scheme,
/// an IP address, a private name, or any port. It may never have a Spin name or user info, and it may never
/// lead to the application.
///
/// # Errors
/// The [`Refusal`] of the first rule that is broken.
pub fn check_url(
    url: &Url,
    own: &OwnHosts,
    is_private_allowed: &dyn Fn(&Url) -> bool,
) -> Result<(), Refusal> {
    let written = url.host_str().filter(|host| !host.is_empty()).ok_or(Refusal::NoHost)?;
    let lower = written.to_ascii_lowercase();
    let bare = lower.trim_end_matches('.');
    if private_names::is_spin_name(bare) {
        return Err(Refusal::SpinName(lower));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    if own.cover(url) {
        return Err(Refusal::OwnHost(lower));
    }
    if is_private_allowed(url) {
        return Ok(());
    }
    if url.scheme() != "https" {
        return Err(Refusal::Scheme(url.scheme().to_owned()));
    }
    match url.host() {
        Some(Host::Domain(_)) => {}
        _ => return Err(Refusal::IpLiteral(lower)),
    }
    if bare.len() != lower.len() {
        return Err(Refusal::TrailingDot(lower));
    }
    if bare == "localhost" || bare.ends_with(".localhost") {
        return Err(Refusal::Localhost(lower));
    }
    // These two are reported as private names. Other names of one label are reported as single labels.
    let is_single = !bare.contains('.') && !matches!(bare, "internal" | "local");
    if is_single || bare.split('.').any(str::is_empty) {
        return Err(Refusal::SingleLabel(lower));
    }
    if private_names::is_private(bare) {
        return Err(Refusal::PrivateSuffix(lower));
    }
    if private_names::encodes_address(bare) {
        return Err(Refusal::AddressName(lower));
    }
    match url.port_or_known_default() {
        Some(443) => Ok(()),
        port => Err(Refusal::Port(port.unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> OwnHosts {
        OwnHosts::parse("https://nexus.example.com", "lb.example.com").unwrap()
    }

    fn rule(url: &str, private: &str) -> &'static str {
        let url = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let private = PrivateHosts::parse(private).unwrap();
        match check_url(&url, &own(), &|url| private.covers(url)) {
            Ok(()) => "ok",
            Err(refusal) => refusal.rule(),
        }
    }

    #[test]
    fn only_public_https_is_open() {
        for (url, expected) in [
            ("https://api.stripe.com", "ok"),
            ("https://api.stripe.com:443/v1", "ok"),
            ("https://API.Stripe.COM/v1", "ok"),
            ("https://xn--bcher-kva.example/", "ok"),
            ("https://1.2.3.example.com/", "ok"),
            ("https://internal.example.com/", "ok"),
            ("https://spin.internal.example.com/", "ok"),
            ("https://notspin.internal/", "egress_private_suffix"),
            ("http://api.stripe.com", "egress_scheme"),
            ("ftp://api.stripe.com", "egress_scheme"),
            ("wss://api.stripe.com", "egress_scheme"),
            ("data:text/plain,x", "egress_no_host"),
            ("file:///etc/passwd", "egress_no_host"),
            ("https://broker.spin.internal/", "egress_spin_name"),
            ("https://BROKER.SPIN.INTERNAL./", "egress_spin_name"),
            ("https://broker%2Espin%2Einternal/", "egress_spin_name"),
            ("https://broker.spin.internal:8443/", "egress_spin_name"),
            ("http://broker.spin.internal/", "egress_spin_name"),
            ("foo://BROKER.SPIN.INTERNAL/", "egress_spin_name"),
            ("https://spin.internal", "egress_spin_name"),
            ("https://a.b.spin.internal", "egress_spin_name"),
            ("https://self", "egress_spin_name"),
            ("https://SELF./", "egress_spin_name"),
            ("https://self.alt", "egress_spin_name"),
            ("https://self.alt.", "egress_spin_name"),
            ("https://anything.alt", "egress_spin_name"),
            ("https://localhost", "egress_localhost"),
            ("https://LocalHost:443", "egress_localhost"),
            ("https://a.localhost", "egress_localhost"),
            ("https://localhost.", "egress_trailing_dot"),
            ("https://intranet", "egress_single_label"),
            ("https://.example/", "egress_single_label"),
            ("https://a..example/", "egress_single_label"),
            ("https://x.internal", "egress_private_suffix"),
            ("https://metadata.google.internal", "egress_private_suffix"),
            ("https://x.local", "egress_private_suffix"),
            ("https://local", "egress_private_suffix"),
            ("https://internal", "egress_private_suffix"),
            ("https://127.0.0.1/", "egress_ip_literal"),
            ("https://127.1/", "egress_ip_literal"),
            ("https://2130706433/", "egress_ip_literal"),
            ("https://0x7f.1/", "egress_ip_literal"),
            ("https://0x7f000001/", "egress_ip_literal"),
            ("https://0177.0.0.1/", "egress_ip_literal"),
            ("https://017700000001/", "egress_ip_literal"),
            ("https://127.0.0.1./", "egress_ip_literal"),
            ("https://%31%32%37.0.0.1/", "egress_ip_literal"),
            ("https://169.254.169.254/", "egress_ip_literal"),
            ("https://8.8.8.8/", "egress_ip_literal"),
            ("https://[::1]/", "egress_ip_literal"),
            ("https://[::ffff:127.0.0.1]/", "egress_ip_literal"),
            ("https://[2606:4700::1111]/", "egress_ip_literal"),
            ("https://0/", "egress_ip_literal"),
            ("https://api.stripe.com./", "egress_trailing_dot"),
            ("https://api.stripe.com:8443", "egress_port"),
            ("https://api.stripe.com:80", "egress_port"),
            ("https://user@api.stripe.com", "egress_userinfo"),
            ("https://:pw@api.stripe.com", "egress_userinfo"),
            ("https://api.stripe.com@evil.example", "egress_userinfo"),
            ("https://nexus.example.com/api", "egress_own_host"),
            ("https://NEXUS.example.com:8443/api", "egress_own_host"),
            ("https://nexus.example.com./api", "egress_own_host"),
            ("https://lb.example.com/api", "egress_own_host"),
            ("https://api.default.svc/", "egress_private_suffix"),
            ("https://nas.home.arpa/", "egress_private_suffix"),
            ("https://10.0.0.1.nip.io/", "egress_address_name"),
            ("https://app-7f000001.NIP.io/", "egress_address_name"),
            ("https://10-0-0-1.sslip.io./", "egress_trailing_dot"),
            ("https://other.nexus.example.com/api", "ok"),
        ] {
            assert_eq!(rule(url, ""), expected, "{url}");
        }
    }

    /// A name that Unicode would map to another name (UTS 46) does not parse as a URL, because `url` is built
    /// without that mapping.
    #[test]
    fn a_host_that_is_not_ascii_does_not_parse() {
        for url in [
            "https://bücher.example/",
            "https://broker。spin。internal/",
            "https://ｂroker.spin.internal/",
            "https://%EF%BD%82roker.spin.internal/",
            "https://１２７.０.０.１/",
            "https://ſelf.alt/",
            "https://localhost\u{ad}/",
            "https://api.stripe.com\u{200b}/",
        ] {
            assert_eq!(Url::parse(url), Err(url::ParseError::IdnaError), "{url}");
        }
    }

    #[test]
    fn private_hosts_never_exempt_spin_names_user_info_or_own_hosts() {
        for (url, private, expected) in [
            ("http://127.0.0.1:9/v1", "http://127.0.0.0/8:*", "ok"),
            ("http://2130706433:9/v1", "http://127.0.0.0/8:*", "ok"),
            ("http://128.0.0.1:9/v1", "http://127.0.0.0/8:*", "egress_scheme"),
            ("https://127.0.0.1:9/v1", "http://127.0.0.0/8:*", "egress_ip_literal"),
            ("http://localhost:9/", "http://localhost:*", "ok"),
            ("https://git.corp.local/", "https://*.corp.local", "ok"),
            ("http://u@127.0.0.1:9/", "http://127.0.0.0/8:*", "egress_userinfo"),
            ("https://broker.spin.internal/", "https://*.internal", "egress_spin_name"),
            ("https://nas.lan/", "https://*.lan", "ok"),
            ("https://10.0.0.1.nip.io/", "https://*.nip.io", "ok"),
            ("https://nexus.example.com/", "https://*.example.com", "egress_own_host"),
            ("http://lb.example.com:9/", "http://lb.example.com:9", "egress_own_host"),
        ] {
            assert_eq!(rule(url, private), expected, "{url} with {private}");
        }
        let self_alt = Url::parse("https://self.alt/").unwrap();
        let refused = check_url(&self_alt, &OwnHosts::default(), &|_| true);
        assert_eq!(refused, Err(Refusal::SpinName("self.alt".to_owned())));
    }

    #[test]
    fn a_refusal_names_the_value() {
        let url = Url::parse("https://x.internal/secret").unwrap();
        let text = check_url(&url, &OwnHosts::default(), &|_| false).unwrap_err().to_string();
        assert_eq!(text, "`x.internal` is a name of a private network");
    }
}
