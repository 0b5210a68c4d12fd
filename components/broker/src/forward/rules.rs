//! Which calls are refused: by the integration's policy, by the manifest's `api.deny`, and always
//! those to the endpoints by which a connection is made and ended.

use nexus_common::auth::Role;
use nexus_common::policy::{PolicyCall, matches};
use nexus_manifests::{Manifest, Revoke, template};
use percent_encoding::percent_decode_str;
use url::Url;

use super::Target;
use super::opened::Opened;

/// Why `call` of somebody with `role` is refused, naming the rule; `None` where it is let through.
/// `target` is where it would go.
pub(super) fn refusal(
    opened: &Opened,
    call: &PolicyCall<'_>,
    role: Option<Role>,
    target: &Target<'_>,
) -> Option<String> {
    let (manifest, policy) = (&opened.usable.sourced.manifest, &opened.policy);
    let path = || format!("/{}", call.segments.join("/"));
    let host = target.host.url.host_str().unwrap_or_default();
    if opened.own_urls.have(host, &target.path) {
        return Some("this is how the connection itself is made or ended".to_owned());
    }
    if let Some(why) = policy.refusal(call) {
        return Some(why);
    }
    if role > Some(Role::Agent) {
        return None;
    }
    let plain = normal(call.segments.iter().flat_map(|segment| segment.split('/')));
    let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
    let denied = manifest.api.deny.iter().enumerate().find(|(_, deny)| {
        let same = |pattern: &str, segment: &str| pattern.eq_ignore_ascii_case(segment);
        (deny.method == "*" || deny.method == call.method) && matches(&deny.path, &plain, same)
    });
    let (index, deny) = denied?;
    if policy.names(call.method, &deny.path) || policy.names(call.method, &path()) {
        return None;
    }
    Some(format!("the manifest's api.deny[{index}] ({} {}): {}", deny.method, deny.path, deny.why))
}

/// What a lenient server may read in a path: empty segments and what stands after `;` left out.
fn normal<'a>(segments: impl Iterator<Item = &'a str>) -> Vec<String> {
    segments
        .map(|segment| segment.split(';').next().unwrap_or_default().to_ascii_lowercase())
        .filter(|segment| !segment.is_empty())
        .collect()
}

/// The authorization, token and revocation URLs of a manifest.
pub(super) struct OwnUrls(Vec<OwnUrl>);

struct OwnUrl {
    /// Lower-case; where a parameter stands in it, what comes after that: a parameter may be several
    /// labels.
    host: String,
    host_is_end: bool,
    segments: Vec<String>,
}

/// What stands where a template has a place holder.
const HOLE: &str = "x-any-x";

impl OwnUrls {
    /// Those of `manifest`.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let oauth2 = manifest.oauth2.as_ref();
        let authorize = oauth2.and_then(|oauth2| oauth2.authorization_url.as_deref());
        let token = oauth2.map(|oauth2| oauth2.token_url.as_str());
        let revoke = match &manifest.revoke {
            Revoke::Rfc7009 { rfc7009, .. } => Some(rfc7009.url.as_str()),
            Revoke::Request { request, .. } => Some(request.url.as_str()),
            Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => None,
        };
        let all = authorize.into_iter().chain(token).chain(revoke);
        Self(all.filter_map(OwnUrl::of).collect())
    }

    /// Whether the raw `path` on `host` is one of them, in any spelling, whatever stands in their
    /// place holders.
    pub(super) fn have(&self, host: &str, path: &str) -> bool {
        let mut found = None;
        self.0.iter().filter(|own| own.is_host(host)).any(|own| {
            let path = found.get_or_insert_with(|| segments(path));
            own.segments.len() == path.len()
                && own
                    .segments
                    .iter()
                    .zip(path.iter())
                    .all(|(own, found)| own.contains(HOLE) || own == found)
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
        Some(Self { host, host_is_end, segments: segments(url.path()) })
    }

    fn is_host(&self, host: &str) -> bool {
        match self.host_is_end {
            true => host.to_ascii_lowercase().ends_with(&self.host),
            false => host.eq_ignore_ascii_case(&self.host),
        }
    }
}

fn segments(path: &str) -> Vec<String> {
    let decode = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let decoded: Vec<String> = path.split('/').map(decode).collect();
    normal(decoded.iter().flat_map(|segment| segment.split('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoints_of_the_connection_itself_are_known_in_any_spelling() {
        for (template, url, same) in [
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke?x", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com//api/AUTH.revoke/", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth%2Erevoke", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api%2fauth.revoke;a", true),
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
