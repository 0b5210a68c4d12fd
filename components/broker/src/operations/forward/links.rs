//! Changes links to the provider's API in responses into addresses of the proxy. An SDK follows such a link
//! with the token that it has, which is the agent's token and must not reach the provider.
//!
//! A link is changed only if it is on a pinned host and below the base URL. The part after the base URL stays
//! as it is. This module must not change any other byte of a response.

mod json;
#[cfg(test)]
mod properties;

use std::rc::Rc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use nexus_common::call::CallPath;
use url::Url;

use super::opened::Opened;
use super::roots::Roots;
use super::target::{Target, below, parts};
pub(super) use json::JsonLinks;

/// Headers with digests of a body (RFC 9530, and older ones). They do not match a body with changed links.
const DIGESTS: [&str; 4] = ["content-md5", "digest", "content-digest", "repr-digest"];

/// Headers that lead a client to another place.
const LEADING: [HeaderName; 3] = [header::LOCATION, header::CONTENT_LOCATION, header::LINK];

/// The URLs whose links are changed, and the address that replaces them.
#[derive(Clone)]
pub(super) struct Links {
    /// The address of the integration at the proxy, as the agent spelled it, without a slash at its end.
    hub: Rc<str>,
    roots: Rc<Roots>,
    /// Whether links in JSON are changed too.
    is_for_json: bool,
}

impl Links {
    /// The links of an integration that the agent calls at `hub`. The manifest and the integration can each
    /// exclude links in JSON.
    pub(super) fn of(opened: &Opened, hub: &str) -> Option<Self> {
        let wanted =
            opened.usable.sourced.manifest.api.rewrite_links && opened.policy.rewrite_links;
        (!hub.is_empty()).then(|| Self {
            hub: hub.into(),
            roots: Rc::clone(&opened.roots),
            is_for_json: wanted,
        })
    }

    /// Whether a response with `headers` leads a client to another place.
    pub(super) fn are_in(headers: &HeaderMap) -> bool {
        LEADING.iter().any(|name| headers.contains_key(name))
    }

    /// Changes the links in the headers of a response to a call of `target`. A link to the application itself
    /// (`is_own`) that the provider sent is removed, because a client would follow it with its token.
    pub(super) fn headers(
        &self,
        headers: &mut HeaderMap,
        target: &Target<'_>,
        is_own: &dyn Fn(&Url) -> bool,
    ) {
        let Ok(called) = Url::parse(&format!("{}{}", target.host.origin, target.path)) else {
            return;
        };
        for name in LEADING {
            let header::Entry::Occupied(entry) = headers.entry(&name) else { continue };
            let (_, values) = entry.remove_entry_mult();
            let values: Vec<HeaderValue> = values.collect();
            // Clients differ in which of several locations they use, so all are removed.
            let is_clear = name == header::LINK || values.len() == 1;
            for value in values.iter().filter(|_| is_clear) {
                let text = value.to_str().unwrap_or_default();
                let changed = match name == header::LINK {
                    true => self.in_link(text, &called, is_own),
                    false => self.reference(text, &called, is_own),
                };
                if let Some(value) = changed.and_then(|text| HeaderValue::try_from(text).ok()) {
                    headers.append(&name, value);
                }
            }
        }
    }

    /// Changes a reference (RFC 3986, 4.1) in a response to a call of `called`. `None` if it leads to the
    /// application itself or cannot be read. A relative reference to another place is made absolute, because
    /// relative to the proxy it would lead to the application.
    fn reference(&self, text: &str, called: &Url, is_own: &dyn Fn(&Url) -> bool) -> Option<String> {
        let text = text.trim();
        let url = called.join(text).ok()?;
        if let Some(ours) = self.url(&url) {
            return Some(ours);
        }
        // Only this form has the same meaning for every client and every base.
        let is_absolute = text.contains("://") && Url::parse(text).is_ok_and(|own| own == url);
        match is_own(&url) {
            true => None,
            false if is_absolute => Some(text.to_owned()),
            false => Some(url.into()),
        }
    }

    /// Changes the targets of a `Link` (RFC 8288, 3). `None` if one of them must be removed, or is not
    /// closed.
    fn in_link(&self, text: &str, called: &Url, is_own: &dyn Fn(&Url) -> bool) -> Option<String> {
        let mut changed = String::new();
        let mut rest = text;
        let mut is_quoted = false;
        while let Some(at) = rest.find(['"', '\\', '<']) {
            let (before, found) = rest.split_at_checked(at)?;
            changed.push_str(before);
            let mut taken = 1;
            match found.as_bytes().first()? {
                b'"' => is_quoted = !is_quoted,
                // An escaped quotation mark does not end the quotation.
                b'\\' if is_quoted => taken = found.chars().take(2).map(char::len_utf8).sum(),
                b'<' if !is_quoted => {
                    let end = found.find('>')?;
                    let target = found.get(1..end)?;
                    let target = self.reference(target, called, is_own)?;
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
        Some(changed)
    }

    /// The proxy's address of `url`. `None` if `url` leads to another place, or has a path that the proxy
    /// rejects.
    fn url(&self, url: &Url) -> Option<String> {
        let has_user = !url.username().is_empty() || url.password().is_some();
        let origin = url.origin().ascii_serialization();
        let at = self.roots.origins.iter().position(|own| *own == origin && !has_user)?;
        let path = below(&self.roots.base_path, url.path())?;
        CallPath::read(path).ok()?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        let hub = &self.hub;
        Some(match at {
            0 if !is_ambiguous(&self.roots.base_path, path) => {
                format!("{hub}{path}{query}{fragment}")
            }
            // The whole URL follows the integration's name.
            _ => format!("{hub}/{origin}{}{query}{fragment}", url.path()),
        })
    }

    /// The proxy's address for a JSON string that is an absolute URL. The part after the base URL stays as it
    /// is written, because it may be a template (`{?name}`).
    fn absolute(&self, text: &str) -> Option<String> {
        let changed = self.url(&Url::parse(text).ok()?)?;
        Some(self.as_written(text, &changed).unwrap_or(changed))
    }

    /// `changed`, with the part after the base URL as it is in `text`. `None` if a client would read that
    /// differently.
    fn as_written(&self, text: &str, changed: &str) -> Option<String> {
        let origin = self.roots.origins.iter().find(|origin| is_prefix(origin, text))?;
        let below = text.get(origin.len()..)?.strip_prefix(self.roots.base_path.as_str())?;
        let is_below = below.is_empty() || below.starts_with(['/', '?', '#']);
        // Only templates keep their spelling. Other URLs are written in normal form.
        let is_template =
            text.contains('{') && !below.contains("/.") && !below.contains(['%', '\\']);
        let is_plain = is_below && is_template;
        let hub = &self.hub;
        match changed.strip_prefix(&format!("{hub}/{origin}")) {
            _ if !is_plain => None,
            Some(_) => Some(format!("{hub}/{origin}{}{below}", self.roots.base_path)),
            None => Some(format!("{hub}{below}")),
        }
    }

    /// Whether links in JSON are changed.
    pub(super) const fn is_for_json(&self) -> bool {
        self.is_for_json
    }

    /// Whether a JSON body may have links: each link contains the name of a pinned host.
    pub(super) fn may_be_in(&self, body: &[u8]) -> bool {
        self.hosts().any(|host| {
            let same = |part: &[u8]| part.eq_ignore_ascii_case(host.as_bytes());
            body.windows(host.len()).any(same)
        })
    }

    fn hosts(&self) -> impl Iterator<Item = &str> {
        self.roots.origins.iter().filter_map(|origin| Some(origin.split_once("://")?.1))
    }
}

/// Whether the proxy would misread the path below the base, because it begins with a segment of the base or
/// is a whole URL.
fn is_ambiguous(base: &str, path: &str) -> bool {
    if parts(path).is_some() {
        return true;
    }
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let first = first(path);
    !first.is_empty() && base.split('/').any(|part| part == first)
}

/// Whether a body with these headers is searched for links: it is JSON and not compressed.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_plain = text(header::CONTENT_ENCODING)
        .is_none_or(|coding| matches!(coding.trim(), "" | "identity"));
    is_plain && (kind == "application/json" || kind == "text/json" || kind.ends_with("+json"))
}

/// Removes the digests of a body from `headers`, because its links may have changed.
pub(super) fn remove_digests(headers: &mut HeaderMap) {
    for name in DIGESTS {
        headers.remove(name);
    }
}

fn is_prefix(origin: &str, text: &str) -> bool {
    text.get(..origin.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn links() -> Links {
        let roots = Roots {
            origins: vec!["https://api.acme.com".into(), "https://files.acme.com".into()],
            base_path: "/v1".into(),
        };
        Links {
            hub: "https://nexus.example.com/api/proxy/acme".into(),
            roots: roots.into(),
            is_for_json: true,
        }
    }

    #[test]
    fn only_a_link_below_the_base_becomes_an_address_of_the_proxy() {
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
            ("https://api.acme.com/v1/r/{format}{/ref}", Some("/r/{format}{/ref}")),
            ("https://api.acme.com/v1/a{?name,label}", Some("/a{?name,label}")),
            ("https://files.acme.com/v1/a{?name}", Some("/https://files.acme.com/v1/a{?name}")),
            (
                "https://api.acme.com/v1/https://api.acme.com/v1",
                Some("/https://api.acme.com/v1/https://api.acme.com/v1"),
            ),
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
    fn references_in_headers_are_resolved_against_the_call() {
        const HUB: &str = "https://nexus.example.com/api/proxy/acme";
        let called = Url::parse("https://api.acme.com/v1/items/").unwrap();
        let is_own = |url: &Url| {
            url.host_str().is_some_and(|host| host.trim_end_matches('.') == "nexus.example.com")
        };
        for (text, expected) in [
            ("https://api.acme.com/v1/x", Some(format!("{HUB}/x"))),
            ("/v1/x?a", Some(format!("{HUB}/x?a"))),
            ("9", Some(format!("{HUB}/items/9"))),
            ("?page=2", Some(format!("{HUB}/items/?page=2"))),
            ("/login", Some("https://api.acme.com/login".into())),
            ("https:/api/proxy/b", Some("https://api.acme.com/api/proxy/b".into())),
            ("https://nexus.example.com/api/proxy/b/x", None),
            ("https://NEXUS.example.com./api", None),
            ("//nexus.example.com/api", None),
            ("//evil.example/x", Some("https://evil.example/x".into())),
            (
                "https://bucket.example.net/f?sig=1",
                Some("https://bucket.example.net/f?sig=1".into()),
            ),
        ] {
            assert_eq!(links().reference(text, &called, &is_own), expected, "{text}");
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
            (
                "<https://other.example/>; rel=next",
                Some("<https://other.example/>; rel=next".into()),
            ),
            ("<https://api.acme.com/v1/x", None),
            ("</v1/x>; rel=next, <", None),
            ("</v1/x>; rel=next, <https://nexus.example.com/api/audit>; rel=up", None),
            ("garbage", Some("garbage".into())),
        ] {
            assert_eq!(links().in_link(text, &called, &is_own), expected, "{text}");
        }
    }
}
