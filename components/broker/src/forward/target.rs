//! Where a call goes: the pinned host, and the path below the manifest's `base_url`.
//!
//! Three spellings lead to one target: the path below the base URL; the same with the base URL's own path in
//! front, or the end of it, as SDKs send that bring their own; and a whole URL of the provider, as links in
//! its answers are. What is left of the path is sent byte for byte, and is what policies see.

use http::{HeaderMap, Uri};
use nexus_common::forward::HOST;
use nexus_common::{Error, Result};
use nexus_manifests::Inject;

use super::opened::{Host, Opened};
use super::query;
use crate::credential::Usable;
use crate::egress;
use crate::provider::inject_headers;

/// Where a call goes, without its query.
pub(super) struct Target<'a> {
    /// A pinned host.
    pub(super) host: &'a Host,
    /// Byte for byte; empty, or from its `/` on.
    pub(super) path: String,
    /// What of it is below the base URL: empty, or from its `/` on.
    pub(super) below: &'a str,
}

impl<'a> Target<'a> {
    /// What `path` means, which is empty or begins with a `/`; `asked` is the host that the agent names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a host that the manifest does not have, and for a whole URL on a pinned host
    /// that is not below the base URL's path.
    pub(super) fn of(opened: &'a Opened, path: &'a str, asked: Option<&str>) -> Result<Self> {
        let asked = asked.map(|asked| named(opened, asked.trim())).transpose()?;
        let (host, below) = match whole_url(opened, path)? {
            Some((host, _)) if asked.is_some_and(|asked| !std::ptr::eq(asked, host)) => {
                return Err(Error::invalid(HOST, "it names another host than the URL in the path"));
            }
            Some(found) => found,
            None => (asked.unwrap_or(&opened.base), without_base(&opened.base_path, path)),
        };
        Ok(Self { host, path: format!("{}{below}", opened.base_path), below })
    }

    /// The URI to send to, and the headers with the credential in.
    ///
    /// # Errors
    /// [`Error::EgressDenied`], [`Error::ReauthorizationRequired`] where the credential was not
    /// entered for this origin.
    pub(super) async fn inject(
        &self,
        usable: &Usable,
        query: &str,
        headers: &mut HeaderMap,
    ) -> Result<Uri> {
        let Host { origin, url } = self.host;
        let pins = &usable.credential.pins;
        if !pins.api.contains(origin) {
            let why = "the manifest now calls another host than the credential was entered for";
            return Err(Error::ReauthorizationRequired(why.into()));
        }
        egress::guard().await?.check(&usable.workspace, url)?;
        let mut query = query.to_owned();
        for inject in &pins.inject {
            if let Inject::Query { name, .. } = inject {
                query = query::without_parameter(&query, name);
            }
        }
        // A URL of its own, so that what it does to a query is done to the credential alone.
        let mut own = url.clone();
        for (name, value) in inject_headers(usable, &mut own)? {
            headers.insert(name, value);
        }
        let parts = [query.as_str(), own.query().unwrap_or_default()];
        let query = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        let text = match query.as_str() {
            "" => format!("{origin}{}", self.path),
            query => format!("{origin}{}?{query}", self.path),
        };
        let invalid = |why| Error::invalid("path", why);
        let uri: Uri = text.parse().map_err(|_| invalid("it holds what no URI may"))?;
        match uri.authority().is_some_and(|authority| authority.as_str() == self.host.name()) {
            true => Ok(uri),
            false => Err(invalid("it makes another host")),
        }
    }
}

fn named<'a>(opened: &'a Opened, asked: &str) -> Result<&'a Host> {
    let chosen = opened.hosts.iter().find(|host| host.name().eq_ignore_ascii_case(asked));
    chosen.ok_or_else(|| {
        let known: Vec<&str> = opened.hosts.iter().map(Host::name).collect();
        let known = known.join(", ");
        Error::invalid(HOST, format!("{asked:?} is none of the manifest's: {known}"))
    })
}

/// The pinned host and the path below the base URL, where `path` is `/` and a whole URL on such a host. Of
/// another host's URL `None`: it is a path like any other, as APIs have that take a URL there.
fn whole_url<'a>(opened: &'a Opened, path: &'a str) -> Result<Option<(&'a Host, &'a str)>> {
    let Some((scheme, authority, path)) = parts(path) else { return Ok(None) };
    let Some(host) = opened.hosts.iter().find(|host| host.is(scheme, authority)) else {
        return Ok(None);
    };
    match below(&opened.base_path, path) {
        Some(below) => Ok(Some((host, below))),
        None => {
            let base = format!("{}{}", host.origin, opened.base_path);
            Err(Error::invalid("path", format!("the URL in it is not below {base}")))
        }
    }
}

/// Scheme, authority and path of `/https://api.example.com/v1/x`. Some clients and gateways make one slash
/// of two.
pub(super) fn parts(path: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = path.strip_prefix('/')?.split_once(":/")?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let is_scheme = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (is_scheme && !authority.is_empty()).then_some((scheme, authority, path))
}

/// What of `path` is below `base`, which has no slash at its end; `None` where it is beside it.
pub(super) fn below<'a>(base: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(base).filter(|below| below.is_empty() || below.starts_with('/'))
}

/// The path without the end of `base` that it begins with: `/v0/x` is `/x` below `/v0`, and `/v10/x` is
/// `/x` below `/api/v10`. Whole segments only.
pub(super) fn without_base<'a>(base: &str, path: &'a str) -> &'a str {
    // From the whole base on: the longest end that fits.
    let mut end = base;
    while !end.is_empty() {
        if let Some(below) = below(end, path) {
            return below;
        }
        let next = end.get(1..).and_then(|rest| rest.find('/')).map_or(end.len(), |at| at + 1);
        end = end.get(next..).unwrap_or_default();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_is_not_put_twice() {
        for (base, path, expected) in [
            ("", "/v1/x", "/v1/x"),
            ("", "", ""),
            ("/v0", "/v0/app/table", "/app/table"),
            ("/v0", "/v0", ""),
            ("/v0", "/v0/", "/"),
            ("/v0", "/v00/app", "/v00/app"),
            ("/v0", "/app/v0", "/app/v0"),
            ("/v0", "/v0/v0/app", "/v0/app"),
            ("/v0", "/V0/app", "/V0/app"),
            ("/api/v4", "/api/v4/projects/1", "/projects/1"),
            ("/api/v10", "/v10/channels/1", "/channels/1"),
            ("/api/v10", "/api/channels/1", "/api/channels/1"),
            ("/v3/company/12", "/company/12/query", "/query"),
            ("/v3/company/12", "/v3/company/12/query", "/query"),
        ] {
            assert_eq!(without_base(base, path), expected, "{base} {path}");
        }
    }

    #[test]
    fn a_whole_url_is_taken_apart() {
        for (path, expected) in [
            ("/https://api.acme.com/v1/x", Some(("https", "api.acme.com", "/v1/x"))),
            ("/https:/api.acme.com/v1/x", Some(("https", "api.acme.com", "/v1/x"))),
            ("/HTTP://127.0.0.1:9", Some(("HTTP", "127.0.0.1:9", ""))),
            ("/https:///x", None),
            ("/ftp://api.acme.com/x", None),
            ("/v1/https://api.acme.com/x", None),
            ("/x:/y", None),
            ("/v1/x", None),
            ("", None),
        ] {
            assert_eq!(parts(path), expected, "{path}");
        }
    }
}
