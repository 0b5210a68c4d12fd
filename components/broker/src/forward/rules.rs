//! Which calls are refused: by the integration's policy, by the manifest's `api.deny`, and always
//! those to the endpoints by which a connection is made and ended.

use nexus_common::auth::Role;
use nexus_common::policy::{PolicyCall, matches};
use nexus_common::wire::Policy;
use nexus_manifests::{Manifest, Revoke, template};
use percent_encoding::percent_decode_str;
use url::Url;

/// Why `call` of somebody with `role` is refused, naming the rule; `None` where it is let through.
/// `url` is where it would go.
pub(super) fn refusal(
    manifest: &Manifest,
    policy: &Policy,
    call: &PolicyCall<'_>,
    role: Option<Role>,
    url: &Url,
) -> Option<String> {
    let path = || format!("/{}", call.segments.join("/"));
    if own_urls(manifest).iter().any(|own| is_at(own, url)) {
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

/// The authorization, token and revocation URLs, as templates.
fn own_urls(manifest: &Manifest) -> Vec<&str> {
    let oauth2 = manifest.oauth2.as_ref();
    let authorize = oauth2.and_then(|oauth2| oauth2.authorization_url.as_deref());
    let token = oauth2.map(|oauth2| oauth2.token_url.as_str());
    let revoke = match &manifest.revoke {
        Revoke::Rfc7009 { rfc7009, .. } => Some(rfc7009.url.as_str()),
        Revoke::Request { request, .. } => Some(request.url.as_str()),
        Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => None,
    };
    authorize.into_iter().chain(token).chain(revoke).collect()
}

/// Whether `url` is the one that `template` becomes, whatever stands in its place holders.
fn is_at(template: &str, url: &Url) -> bool {
    const HOLE: &str = "x-any-x";
    let Ok(expanded) = template::expand(template, &|_| Some(HOLE.to_owned())) else { return false };
    let Ok(own) = Url::parse(&expanded) else { return false };
    let labels = |url: &Url| url.host_str().unwrap_or_default().to_ascii_lowercase();
    let (own_host, host) = (labels(&own), labels(url));
    // A parameter in the host may be several labels: what stands after it decides.
    let same_host = match own_host.rsplit_once(HOLE) {
        Some((_, after)) => host.ends_with(after),
        None => own_host == host,
    };
    let segments = |url: &Url| {
        let decoded: Vec<String> = url
            .path()
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        normal(decoded.iter().flat_map(|segment| segment.split('/')))
    };
    let (own_path, path) = (segments(&own), segments(url));
    same_host
        && own_path.len() == path.len()
        && own_path.iter().zip(&path).all(|(own, found)| own.contains(HOLE) || own == found)
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
            assert_eq!(is_at(template, &Url::parse(url).unwrap()), same, "{template} {url}");
        }
    }
}
