//! The endpoints that authorize or revoke a connection itself. An agent must not call them, in any spelling.

use nexus_common::call::{CallPath, Reading, is_same};
use nexus_manifests::{Inject, Manifest, Revoke, params, template};
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
        Self::with_key(all, &manifest.inject)
    }

    /// The URLs of `templates`. If a segment of the path holds the key, callers write paths without it, so each URL counts
    /// without such a segment too.
    fn with_key<'a>(templates: impl Iterator<Item = &'a str>, inject: &[Inject]) -> Self {
        let keys = inject.iter().filter_map(|entry| match entry {
            Inject::Path { value, .. } => filled(value),
            _ => None,
        });
        let keys: Reading = keys.flat_map(|key| CallPath::plain(&format!("/{key}"))).collect();
        let mut urls: Vec<OwnUrl> = templates.filter_map(OwnUrl::of).collect();
        let shorter: Vec<OwnUrl> = urls.iter().flat_map(|url| url.without(&keys)).collect();
        urls.extend(shorter);
        Self(urls)
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

/// A template with a hole for each placeholder.
fn filled(template: &str) -> Option<String> {
    template::expand(template, &|_| Some(HOLE.to_owned())).ok()
}

impl OwnUrl {
    fn of(template: &str) -> Option<Self> {
        let expanded = filled(template)?;
        let url = Url::parse(&expanded).ok()?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let (host, host_is_end) = match host.rsplit_once(HOLE) {
            Some((_, end)) => (end.to_owned(), true),
            None => (host, false),
        };
        Some(Self { host, host_is_end, segments: CallPath::plain(url.path()) })
    }

    /// The same URL without one of its segments, for each segment that is one of `keys`.
    fn without<'a>(&'a self, keys: &'a Reading) -> impl Iterator<Item = Self> + 'a {
        let is_key = move |(_, segment): &(usize, &String)| keys.contains(segment);
        self.segments.iter().enumerate().filter(is_key).map(move |(at, _)| {
            let others = self.segments.iter().enumerate().filter(|(other, _)| *other != at);
            let segments = others.map(|(_, segment)| segment.clone()).collect();
            Self { host: self.host.clone(), host_is_end: self.host_is_end, segments }
        })
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

    #[test]
    fn the_endpoints_are_recognized_in_a_path_without_the_key() {
        for (key, template, url, same) in [
            ("bot{bot_token}", "https://x.com/bot{token}/logOut", "https://x.com/logout", true),
            (
                "bot{bot_token}",
                "https://x.com/bot{bot_token}/logOut",
                "https://x.com/logOut/",
                true,
            ),
            (
                "bot{bot_token}",
                "https://x.com/bot{token}/logOut",
                "https://x.com/bot1/logOut",
                true,
            ),
            ("bot{bot_token}", "https://x.com/v1/bot{token}/end", "https://x.com/v1/end", true),
            ("bot{bot_token}", "https://x.com/bot{token}/logOut", "https://x.com/getMe", false),
            ("bot{bot_token}", "https://x.com/{token}/logOut", "https://x.com/logOut", false),
            ("{bot_token}", "https://x.com/{token}/logOut", "https://x.com/logOut", true),
            ("{bot_token}", "https://x.com/v1/{bot_token}/end", "https://x.com/v1/end", true),
            ("{bot_token}", "https://x.com/v1/{bot_token}/end", "https://x.com/v1", false),
        ] {
            let inject = [Inject::Path { value: key.to_owned(), below: Vec::new() }];
            let own = OwnUrls::with_key([template].into_iter(), &inject);
            let url = Url::parse(url).unwrap();
            let found = own.have(url.host_str().unwrap(), url.path());
            assert_eq!(found, same, "{key} {template} {url}");
        }
    }
}
