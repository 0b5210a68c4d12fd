//! How providers compare a redirect URI with a registered one, other than as strings.

use url::{Host, Url};

/// Whether `uri` is `registered` or below it: the same scheme, host and port, and the same or a deeper path.
pub(crate) fn is_below(registered: &str, uri: &str) -> bool {
    let (Ok(registered), Ok(uri)) = (Url::parse(registered), Url::parse(uri)) else {
        return false;
    };
    registered.origin() == uri.origin() && path_below(&registered, &uri)
}

/// The same with two exceptions of GitHub's: the host may be a subdomain of the registered one, and a
/// loopback address may have any port.
pub(crate) fn is_below_or_subdomain(registered: &str, uri: &str) -> bool {
    let (Ok(registered), Ok(uri)) = (Url::parse(registered), Url::parse(uri)) else {
        return false;
    };
    let host = match (registered.host(), uri.host()) {
        (Some(Host::Domain(registered)), Some(Host::Domain(host))) => {
            host == registered
                || host.strip_suffix(registered).is_some_and(|sub| sub.ends_with('.'))
        }
        (registered, host) => registered == host,
    };
    let loopback = match uri.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let port = loopback || registered.port_or_known_default() == uri.port_or_known_default();
    registered.scheme() == uri.scheme() && host && port && path_below(&registered, &uri)
}

fn path_below(registered: &Url, uri: &Url) -> bool {
    let own = registered.path().trim_end_matches('/');
    match uri.path().strip_prefix(own) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_is_the_same_origin_and_the_same_or_a_deeper_path() {
        let registered = "https://example.com/path";
        for good in ["https://example.com/path", "https://example.com/path/sub?x=1"] {
            assert!(is_below(registered, good), "{good}");
        }
        for bad in [
            "https://example.com/pathological",
            "https://example.com/",
            "http://example.com/path",
            "https://example.com:8443/path",
            "https://oauth.example.com/path",
            "https://example.com/path/../other",
            "nothing",
        ] {
            assert!(!is_below(registered, bad), "{bad}");
        }
    }

    /// The table of <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#redirect-urls>
    #[test]
    fn github_allows_subdomains_and_any_port_on_loopback() {
        let registered = "http://example.com/path";
        for good in [
            "http://example.com/path",
            "http://example.com/path/subdir/other",
            "http://oauth.example.com/path",
            "http://oauth.example.com/path/subdir/other",
        ] {
            assert!(is_below_or_subdomain(registered, good), "{good}");
        }
        for bad in [
            "http://example.com/bar",
            "http://example.com/",
            "http://example.com:8080/path",
            "http://oauth.example.com:8080/path",
            "http://example.org",
            "http://notexample.com/path",
        ] {
            assert!(!is_below_or_subdomain(registered, bad), "{bad}");
        }
        assert!(is_below_or_subdomain("http://127.0.0.1/path", "http://127.0.0.1:1234/path"));
    }
}
