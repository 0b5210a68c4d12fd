//! The domain of the proxy, below which each integration has a host of its own
//! (`https://{slug}--{workspace}.nexus.example.com`), for SDKs that keep only the host of a base URL.
//!
//! A host only names an integration. It must not identify the caller or prove the workspace: the token does.

use std::fmt;

use crate::origin::Origin;

/// A domain whose subdomains name integrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyDomain(String);

/// The integration that a host names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtHost {
    /// The slug of the integration.
    pub slug: String,
    /// The workspace of the integration, as [`ProxyDomain::label`] writes it.
    pub workspace: String,
}

impl fmt::Display for ProxyDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ProxyDomain {
    /// The rule of [`ProxyDomain::parse`], for error messages.
    pub const RULE: &str =
        "must be a domain name in lower case such as nexus.example.com, without scheme and port";

    /// The domain in `text`. `None` if it breaks [`ProxyDomain::RULE`].
    pub fn parse(text: &str) -> Option<Self> {
        let is_label = |label: &str| {
            let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            (1..=63).contains(&label.len()) && label.bytes().all(known)
        };
        (text.len() <= 190 && text.split('.').all(is_label)).then(|| Self(text.to_owned()))
    }

    /// The integration that `authority` (`host` or `host:port`) names. `None` if it is another host.
    pub fn integration(&self, authority: &str) -> Option<AtHost> {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let host = host.to_ascii_lowercase();
        let label = host.strip_suffix(self.0.as_str())?.strip_suffix('.')?;
        // A slug cannot have two hyphens in a row, but a workspace can.
        let (slug, workspace) = label.split_once("--").filter(|_| !label.contains('.'))?;
        let is_whole = !slug.is_empty() && !workspace.is_empty();
        is_whole.then(|| AtHost { slug: slug.to_owned(), workspace: workspace.to_owned() })
    }

    /// A workspace in the form of a host name: in lower case, with a `-` for each character that a host name
    /// cannot have.
    pub fn label(workspace: &str) -> String {
        let known = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        workspace.chars().map(known).collect()
    }

    /// The URL of an integration, with the scheme and the port of `public_url`.
    pub fn address(&self, at: &AtHost, public_url: &Origin) -> String {
        let (scheme, port) =
            (if public_url.is_https() { "https" } else { "http" }, public_url.port());
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}--{}.{}{port}", at.slug, at.workspace, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_an_integration_and_its_workspace() {
        let domain = ProxyDomain::parse("nexus.example.com").unwrap();
        for (authority, expected) in [
            ("stripe--acme.nexus.example.com", Some(("stripe", "acme"))),
            ("Stripe--ACME.Nexus.Example.com:3000", Some(("stripe", "acme"))),
            ("my-stripe-2--acme--eu.nexus.example.com", Some(("my-stripe-2", "acme--eu"))),
            ("nexus.example.com", None),
            ("stripe.nexus.example.com", None),
            ("--acme.nexus.example.com", None),
            ("stripe--.nexus.example.com", None),
            ("a.stripe--acme.nexus.example.com", None),
            ("stripe--acmenexus.example.com", None),
            ("stripe--acme.nexus.example.com.evil.example", None),
            ("stripe--acme.evil.example", None),
        ] {
            let found = domain.integration(authority);
            let found = found.as_ref().map(|at| (at.slug.as_str(), at.workspace.as_str()));
            assert_eq!(found, expected, "{authority}");
        }
        assert_eq!(ProxyDomain::label("Acme GmbH/EU_1"), "acme-gmbh-eu-1");
        for bad in
            ["", "nexus..example", "Nexus.example.com", "https://nexus", "a:3000", "*.a", "a."]
        {
            assert_eq!(ProxyDomain::parse(bad), None, "{bad}");
        }
        let at = domain.integration("stripe--acme.nexus.example.com").unwrap();
        let public_url = Origin::parse("http://127.0.0.1:3000").unwrap();
        assert_eq!(domain.address(&at, &public_url), "http://stripe--acme.nexus.example.com:3000");
    }
}
