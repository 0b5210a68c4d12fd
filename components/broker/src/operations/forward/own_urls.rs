//! The endpoints that authorize or revoke a connection itself. An agent must not call them, in any spelling.

use nexus_common::call::{CallPath, Reading, is_same};
use nexus_manifests::{Manifest, Revoke, params, template};
use url::Url;

/// The authorization, token, registration and revocation URLs of a manifest.
pub(super) struct OwnUrls(Vec<OwnUrl>);

struct OwnUrl {
    /// The host in lower case. If the template has a parameter in the host, only the part after the
    /// parameter, whose value may have several labels.
    host: String,
    host_is_end: bool,
    segments: Reading,
}

/// The text that replaces a placeholder of a template.
const HOLE: &str = "x-any-x";

impl OwnUrls {
    /// The URLs of `manifest`.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let oauth2 = manifest.oauth2.as_ref();
        let authorize = oauth2.and_then(|oauth2| oauth2.authorization_url.as_deref());
        let token = params::token_urls(manifest).map(|(_, url)| url);
        let register = oauth2.and_then(|oauth2| oauth2.registration_url.as_deref());
        let revoke = match &manifest.revoke {
            Revoke::Rfc7009 { rfc7009, .. } => Some(rfc7009.url.as_str()),
            Revoke::Request { request, .. } => Some(request.url.as_str()),
            Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => None,
        };
        let all = authorize.into_iter().chain(token).chain(register).chain(revoke);
        Self(all.filter_map(OwnUrl::of).collect())
    }

    /// Whether a server, however lenient, may read the raw `path` on `host` as one of these URLs, with any
    /// values for their placeholders.
    pub(super) fn have(&self, host: &str, path: &str) -> bool {
        let mut read = None;
        self.0.iter().filter(|own| own.is_host(host)).any(|own| {
            match read.get_or_insert_with(|| CallPath::read(path)) {
                Ok(path) => path.lenient().iter().any(|reading| own.is_path(reading)),
                // An unreadable path may be one of these URLs.
                Err(_) => true,
            }
        })
    }
}

impl OwnUrl {
    fn of(template: &str) -> Option<Self> {
        let expanded = template::expand(template, &|_| Some(HOLE.to_owned())).ok()?;
        let url = Url::parse(&expanded).ok()?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let (host, host_is_end) = match host.rsplit_once(HOLE) {
            Some((_, end)) => (end.to_owned(), true),
            None => (host, false),
        };
        Some(Self { host, host_is_end, segments: CallPath::plain(url.path()) })
    }

    fn is_path(&self, reading: &Reading) -> bool {
        self.segments.len() == reading.len()
            && self.segments.iter().zip(reading).enumerate().all(|(at, (own, found))| {
                own.contains(HOLE) || is_same(own, found, at + 1 == reading.len())
            })
    }

    fn is_host(&self, host: &str) -> bool {
        match self.host_is_end {
            true => host.to_ascii_lowercase().ends_with(&self.host),
            false => host.eq_ignore_ascii_case(&self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn every_endpoint_that_makes_or_ends_a_token_is_one() {
        let manifest = json!({
            "id": "custom-x", "auth_method": "oauth2", "inject": [],
            "api": {"base_url": "https://x.com"},
            "oauth2": {
                "authorization_url": "https://x.com/authorize", "token_url": "https://x.com/token",
                "registration_url": "https://x.com/register", "client_auth": "post",
                "refresh": {"url": "https://x.com/refresh"},
            },
            "verify": {"unsupported": "a test"},
            "revoke": {"tokens": ["access_token"], "effect": "token",
                "rfc7009": {"url": "https://x.com/revoke", "client_auth": "post"}},
        });
        let own = OwnUrls::of(&from_value(manifest).unwrap());
        for path in ["/authorize", "/token", "/register", "/refresh", "/revoke"] {
            assert!(own.have("x.com", path), "{path}");
        }
        assert!(!own.have("x.com", "/me"));
    }

    #[test]
    fn the_endpoints_of_the_connection_itself_are_recognized_in_any_spelling() {
        for (template, url, same) in [
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke?x", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com//api/AUTH.revoke/", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth%2Erevoke", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api%2fauth.revoke;a", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth%252Erevoke", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke.", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke%20", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke%3Fx/y", true),
            ("https://api.x.com/oauth/token", "https://api.x.com/oauth/token.json", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.test", false),
            ("https://slack.com/api/auth.revoke", "https://files.slack.com/api/auth.revoke", false),
            ("https://api.x.com/apps/{client_id}/token", "https://api.x.com/apps/abc/token", true),
            ("https://api.x.com/apps/{client_id}/token", "https://api.x.com/apps/abc", false),
            ("https://{site}.x.com/token", "https://acme.x.com/token", true),
            ("https://{site}.x.com/token", "https://acme.y.com/token", false),
        ] {
            let own = OwnUrls(OwnUrl::of(template).into_iter().collect());
            let url = Url::parse(url).unwrap();
            let found = own.have(url.host_str().unwrap(), url.path());
            assert_eq!(found, same, "{template} {url}");
        }
    }
}
