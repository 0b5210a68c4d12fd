//! Links to the provider's API in its answers, made addresses of the proxy: SDKs follow them with the token
//! that they were given, which is the agent's and must not reach the provider.
//!
//! A link is changed where it is on a pinned host and below the base URL, and nowhere else; what follows the
//! base URL stays as it is. It must not change any other byte of an answer.

mod json;
#[cfg(test)]
mod properties;

use http::{HeaderMap, HeaderValue, header};
use nexus_common::call::CallPath;
use url::Url;

use super::opened::{Host, Opened};
use super::target::{Target, below, parts};
pub(super) use json::JsonLinks;

/// Digests of a body (RFC 9530, and before): they are not those of a body with other links.
const DIGESTS: [&str; 4] = ["content-md5", "digest", "content-digest", "repr-digest"];

/// Where links lead, and where they shall lead.
#[derive(Clone)]
pub(super) struct Links {
    /// The address of the integration at the proxy, as the agent named it; without a slash at its end.
    hub: String,
    /// The pinned origins, that of `base_url` first.
    origins: Vec<String>,
    base_path: String,
}

impl Links {
    /// Those of an integration that the agent calls at `hub`; `None` where the manifest or the integration
    /// wants links left as they are.
    pub(super) fn of(opened: &Opened, hub: &str) -> Option<Self> {
        let wanted =
            opened.usable.sourced.manifest.api.rewrite_links && opened.policy.rewrite_links;
        let others = opened.hosts.iter().filter(|host| host.origin != opened.base.origin);
        let origins = [&opened.base].into_iter().chain(others);
        (wanted && !hub.is_empty()).then(|| Self {
            hub: hub.to_owned(),
            origins: origins.map(|host: &Host| host.origin.clone()).collect(),
            base_path: opened.base_path.clone(),
        })
    }

    /// Changes the links in the headers of an answer to a call of `target`.
    pub(super) fn headers(&self, headers: &mut HeaderMap, target: &Target<'_>) {
        let Ok(called) = Url::parse(&format!("{}{}", target.host.origin, target.path)) else {
            return;
        };
        for name in [header::LOCATION, header::CONTENT_LOCATION] {
            if let Some(value) = headers.get_mut(&name) {
                replace(value, |text| self.reference(text, &called));
            }
        }
        if let header::Entry::Occupied(mut links) = headers.entry(header::LINK) {
            for value in links.iter_mut() {
                replace(value, |text| self.in_link(text, &called));
            }
        }
    }

    /// A reference (RFC 3986, 4.1) in an answer to a call of `called`. One that is relative and leads
    /// elsewhere is made absolute: relative to the proxy it would lead to us.
    fn reference(&self, text: &str, called: &Url) -> Option<String> {
        let url = called.join(text.trim()).ok()?;
        let is_relative = Url::parse(text.trim()).is_err();
        self.url(&url).or_else(|| is_relative.then(|| url.into()))
    }

    /// The targets of a `Link` (RFC 8288, 3).
    fn in_link(&self, text: &str, called: &Url) -> Option<String> {
        let mut changed = String::new();
        let mut rest = text;
        let mut is_quoted = false;
        while let Some(at) = rest.find(['"', '\\', '<']) {
            let (before, found) = rest.split_at_checked(at)?;
            changed.push_str(before);
            let mut taken = 1;
            match found.as_bytes().first()? {
                b'"' => is_quoted = !is_quoted,
                // What it escapes ends no quotation.
                b'\\' if is_quoted => taken = found.chars().take(2).map(char::len_utf8).sum(),
                b'<' if !is_quoted => {
                    let end = found.find('>')?;
                    let target = found.get(1..end)?;
                    let target = self.reference(target, called).unwrap_or_else(|| target.into());
                    changed.push_str(&format!("<{target}>"));
                    rest = found.get(end + 1..)?;
                    continue;
                }
                _ => {}
            }
            changed.push_str(found.get(..taken)?);
            rest = found.get(taken..)?;
        }
        changed.push_str(rest);
        (changed != text).then_some(changed)
    }

    /// The proxy's address of `url`; `None` where it leads elsewhere, or by a path that the proxy rejects.
    fn url(&self, url: &Url) -> Option<String> {
        let has_user = !url.username().is_empty() || url.password().is_some();
        let origin = url.origin().ascii_serialization();
        let at = self.origins.iter().position(|own| *own == origin && !has_user)?;
        let path = below(&self.base_path, url.path())?;
        CallPath::read(path).ok()?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        let hub = &self.hub;
        Some(match at {
            0 if !is_ambiguous(&self.base_path, path) => format!("{hub}{path}{query}{fragment}"),
            // The whole URL, below the integration's name.
            _ => format!("{hub}/{origin}{}{query}{fragment}", url.path()),
        })
    }

    /// The proxy's address in place of an absolute URL that a JSON text holds.
    fn absolute(&self, text: &str) -> Option<String> {
        self.url(&Url::parse(text).ok()?)
    }

    /// Whether JSON of this body can have links in it: each has the name of a pinned host.
    pub(super) fn may_be_in(&self, body: &[u8]) -> bool {
        self.hosts().any(|host| {
            let same = |part: &[u8]| part.eq_ignore_ascii_case(host.as_bytes());
            body.windows(host.len()).any(same)
        })
    }

    fn hosts(&self) -> impl Iterator<Item = &str> {
        self.origins.iter().filter_map(|origin| Some(origin.split_once("://")?.1))
    }
}

/// Whether the path below the base begins like the base, or is a whole URL itself: the proxy would take it for
/// that.
fn is_ambiguous(base: &str, path: &str) -> bool {
    if parts(path).is_some() {
        return true;
    }
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let first = first(path);
    !first.is_empty() && base.split('/').any(|part| part == first)
}

/// Whether the links in a body of these headers are looked for: it is JSON, and not compressed.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_plain = text(header::CONTENT_ENCODING)
        .is_none_or(|coding| matches!(coding.trim(), "" | "identity"));
    is_plain && (kind == "application/json" || kind == "text/json" || kind.ends_with("+json"))
}

/// Takes the digests of a body out of `headers`, because its links are other ones now.
pub(super) fn remove_digests(headers: &mut HeaderMap) {
    for name in DIGESTS {
        headers.remove(name);
    }
}

fn replace(value: &mut HeaderValue, change: impl FnOnce(&str) -> Option<String>) {
    let changed = value.to_str().ok().and_then(change);
    if let Some(changed) = changed.and_then(|text| HeaderValue::try_from(text).ok()) {
        *value = changed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn links() -> Links {
        Links {
            hub: "https://nexus.example.com/api/proxy/acme".into(),
            origins: vec!["https://api.acme.com".into(), "https://files.acme.com".into()],
            base_path: "/v1".into(),
        }
    }

    #[test]
    fn a_link_below_the_base_becomes_the_proxys_and_no_other() {
        const HUB: &str = "https://nexus.example.com/api/proxy/acme";
        for (url, expected) in [
            ("https://api.acme.com/v1/x?page=2#f", Some("/x?page=2#f")),
            ("https://API.acme.com:443/v1/x", Some("/x")),
            ("https://api.acme.com/v1", Some("")),
            ("https://api.acme.com/v1?x", Some("?x")),
            ("https://api.acme.com/v1/a%2Fb", Some("/a%2Fb")),
            ("https://api.acme.com/v1/v1/x", Some("/https://api.acme.com/v1/v1/x")),
            ("https://files.acme.com/v1/f", Some("/https://files.acme.com/v1/f")),
            ("https://api.acme.com/v1/y/../x", Some("/x")),
            ("https://api.acme.com/v2/x", None),
            ("https://api.acme.com/v11", None),
            ("https://api.acme.com/v1/../x", None),
            ("https://api.acme.com/v1/%2e%2e/%2e%2e/api/integrations", None),
            ("https://api.acme.com/v1/..%2f..%2fapi", None),
            ("https://api.acme.com/v1/..;/x", None),
            ("http://api.acme.com/v1/x", None),
            ("https://api.acme.com:8443/v1/x", None),
            ("https://api.acme.com.evil.example/v1/x", None),
            ("https://api.acme.com@evil.example/v1/x", None),
            ("https://user@api.acme.com/v1/x", None),
            ("https://evil.example/https://api.acme.com/v1/x", None),
            ("/v1/x", None),
            ("see https://api.acme.com/v1/x", None),
        ] {
            let expected = expected.map(|rest| format!("{HUB}{rest}"));
            assert_eq!(links().absolute(url), expected, "{url}");
        }
    }

    #[test]
    fn references_in_headers_are_those_of_the_call() {
        const HUB: &str = "https://nexus.example.com/api/proxy/acme";
        let called = Url::parse("https://api.acme.com/v1/items/").unwrap();
        for (text, expected) in [
            ("https://api.acme.com/v1/x", Some(format!("{HUB}/x"))),
            ("/v1/x?a", Some(format!("{HUB}/x?a"))),
            ("9", Some(format!("{HUB}/items/9"))),
            ("?page=2", Some(format!("{HUB}/items/?page=2"))),
            ("/login", Some("https://api.acme.com/login".into())),
            ("//evil.example/x", Some("https://evil.example/x".into())),
            ("https://bucket.example.net/f?sig=1", None),
        ] {
            assert_eq!(links().reference(text, &called), expected, "{text}");
        }
        for (text, expected) in [
            (
                r#"<https://api.acme.com/v1/x?page=2>; rel="next", <https://api.acme.com/v1/x?page=9>; rel="last""#,
                Some(format!(r#"<{HUB}/x?page=2>; rel="next", <{HUB}/x?page=9>; rel="last""#)),
            ),
            (
                r#"<https://docs.example>; title="a \"<https://api.acme.com/v1>\" b", </v1/y>; rel=up"#,
                Some(format!(
                    r#"<https://docs.example>; title="a \"<https://api.acme.com/v1>\" b", <{HUB}/y>; rel=up"#
                )),
            ),
            ("<https://other.example/>; rel=next", None),
            ("<https://api.acme.com/v1/x", None),
            ("garbage", None),
        ] {
            assert_eq!(links().in_link(text, &called), expected, "{text}");
        }
    }
}
