//! Finds the target of a call: the pinned host, and the path below the manifest's `base_url`.
//!
//! Three spellings have the same target. The first is the path below the base URL. The second has the base
//! URL's own path, or the end of it, in front: some SDKs add it. The third is a whole URL of the provider, as
//! in the links of its responses. The rest of the path is sent byte for byte, and policies see the same
//! bytes. This module must not send a call to a host that is not pinned.

use http::{HeaderMap, Uri};
use nexus_common::forward::HOST;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use nexus_manifests::Inject;
use nexus_vault::credential::Usable;

use super::host::Host;
use super::opened::Opened;
use super::query;
use crate::provider::call::{in_path, inject_headers};
use crate::provider::egress;

/// The target of a call, without the query.
pub(super) struct Target<'a> {
    /// A pinned host.
    pub(super) host: &'a Host,
    /// The path, byte for byte: empty, or starting with `/`.
    pub(super) path: String,
    /// The part of the path below the base URL: empty, or starting with `/`.
    pub(super) below: &'a str,
}

impl<'a> Target<'a> {
    /// The target for `path`, which is empty or starts with `/`. `host_name` is the host that the agent names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a host that the manifest does not have, and for a whole URL on a pinned host
    /// that is not below the base URL's path.
    pub(super) fn of(opened: &'a Opened, path: &'a str, host_name: Option<&str>) -> Result<Self> {
        let chosen = host_name.map(|name| host_named(opened, name.trim())).transpose()?;
        let (host, below) = match whole_url(opened, path)? {
            Some((host, _)) if chosen.is_some_and(|chosen| !std::ptr::eq(chosen, host)) => {
                let rule = "must name the same host as the URL in the path";
                return Err(Error::invalid(HOST, rule));
            }
            Some(found) => found,
            None => (chosen.unwrap_or(&opened.base), without_base(&opened.base_path, path)),
        };
        Ok(Self { host, path: format!("{}{below}", opened.base_path), below })
    }

    /// Returns the URI to send to, and adds the credential to the headers.
    ///
    /// # Errors
    /// [`Error::EgressDenied`]. [`Error::ReauthorizationRequired`] if the credential was not entered for this
    /// origin.
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
        // A separate URL takes the query parameter of the credential, so that the agent's query stays as it
        // is.
        let mut own = url.clone();
        for (name, value) in inject_headers(usable, &mut own)? {
            headers.insert(name, value);
        }
        let parts = [query.as_str(), own.query().unwrap_or_default()];
        let query = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        let (base, below) = self.path.split_at(self.path.len() - self.below.len());
        let path = in_path(usable, base, below)?;
        let text = match query.as_str() {
            "" => Secret::new(format!("{origin}{}", path.expose())),
            query => Secret::new(format!("{origin}{}?{query}", path.expose())),
        };
        let invalid = |why| Error::invalid("path", why);
        let uri: Uri = text
            .expose()
            .parse()
            .map_err(|_| invalid("has a character that a URI must not contain"))?;
        match uri.authority().is_some_and(|authority| authority.as_str() == self.host.name()) {
            true => Ok(uri),
            false => Err(invalid("must not change the host of the call")),
        }
    }
}

fn host_named<'a>(opened: &'a Opened, name: &str) -> Result<&'a Host> {
    let chosen = opened.hosts.iter().find(|host| host.name().eq_ignore_ascii_case(name));
    chosen.ok_or_else(|| {
        let known: Vec<&str> = opened.hosts.iter().map(Host::name).collect();
        let known = known.join(", ");
        Error::invalid(HOST, format!("{name:?} is not a host of the manifest: use {known}"))
    })
}

/// The pinned host and the path below the base URL, if `path` is `/` followed by a whole URL on such a host.
/// `None` for a URL on another host: that is an ordinary path, because some APIs take a URL there.
fn whole_url<'a>(opened: &'a Opened, path: &'a str) -> Result<Option<(&'a Host, &'a str)>> {
    let Some((scheme, authority, path)) = parts(path) else { return Ok(None) };
    let Some(host) = opened.hosts.iter().find(|host| host.is(scheme, authority)) else {
        return Ok(None);
    };
    match below(&opened.base_path, path) {
        Some(below) => Ok(Some((host, below))),
        None => {
            let base = format!("{}{}", host.origin, opened.base_path);
            Err(Error::invalid("path", format!("has a URL that is not below {base}")))
        }
    }
}

/// Scheme, authority and path of `/https://api.example.com/v1/x`. Some clients and gateways turn the two
/// slashes into one.
pub(super) fn parts(path: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = path.strip_prefix('/')?.split_once(":/")?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let is_scheme = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (is_scheme && !authority.is_empty()).then_some((scheme, authority, path))
}

/// The part of `path` below `base`, which has no slash at its end. `None` if `path` is not below `base`.
pub(super) fn below<'a>(base: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(base).filter(|below| below.is_empty() || below.starts_with('/'))
}

/// The path without its beginning, if that is the end of `base`: `/v0/x` is `/x` below `/v0`, and `/v10/x` is
/// `/x` below `/api/v10`. Only whole segments count.
pub(super) fn without_base<'a>(base: &str, path: &'a str) -> &'a str {
    // The longest end that fits is removed, so the whole base comes first.
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
    fn a_base_path_is_not_repeated() {
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
    fn a_whole_url_is_split() {
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
