//! The headers of an agent's call on its way up, and of the answer on its way back.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use nexus_common::auth::is_jwt;
use nexus_common::http::{LOOP, LOOP_ID, strip};
use nexus_manifests::{Inject, Manifest};

use super::mask::Needles;

/// What says where a request came from, or what it really means, and is not the agent's to say.
const NOT_UP: [&str; 14] = [
    "authorization",
    "cookie",
    "expect",
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "traceparent",
    "tracestate",
];

/// What a provider would say to a browser of its own, which is not there: the page would be ours.
const NOT_BACK: [&str; 8] = [
    "set-cookie",
    "clear-site-data",
    "strict-transport-security",
    "alt-svc",
    "refresh",
    "nel",
    "report-to",
    "service-worker-allowed",
];

/// The caller's headers as they go up; the credential's are not among them yet.
pub(super) fn up(headers: &mut HeaderMap, manifest: &Manifest, inject: &[Inject]) {
    strip(headers, |name| {
        NOT_UP.contains(&name)
            || ["x-forwarded-", "x-nexus-"].iter().any(|prefix| name.starts_with(prefix))
            || injected(inject).any(|own| own.eq_ignore_ascii_case(name))
    });
    for (name, value) in &manifest.api.headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value))
        else {
            continue;
        };
        headers.entry(name).or_insert(value);
    }
    let agent = concat!("integration-nexus/", env!("CARGO_PKG_VERSION"));
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(agent));
    headers.insert(LOOP, HeaderValue::from_static(LOOP_ID));
    if inject.iter().any(|inject| matches!(inject, Inject::Query { .. })) {
        // Links to other pages may hold the key: they are masked, and for that must be readable.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
}

/// The headers that the credential goes into.
pub(super) fn injected(inject: &[Inject]) -> impl Iterator<Item = &str> {
    inject.iter().filter_map(|inject| match inject {
        Inject::Header { name, .. } => Some(name.as_str()),
        Inject::Basic { .. } => Some("authorization"),
        Inject::Query { .. } => None,
    })
}

/// Whether a token stands where the credential goes, beside the one that proved the caller.
pub(super) fn has_another_token(headers: &HeaderMap, inject: &[Inject]) -> bool {
    injected(inject).filter(|name| *name != "authorization").any(|name| {
        headers
            .get_all(name)
            .iter()
            .any(|value| value.to_str().is_ok_and(|text| is_jwt(text.trim())))
    })
}

/// The provider's headers as they go back.
pub(super) fn back(headers: &mut HeaderMap, needles: &Needles) {
    strip(headers, |name| {
        NOT_BACK.contains(&name)
            || ["access-control-", "x-nexus-", "content-security-policy"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
    });
    for value in headers.values_mut() {
        needles.header(value);
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store, private"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Whether the body of an answer with these headers is text as it stands.
pub(super) fn is_readable(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let encoding = text(header::CONTENT_ENCODING).unwrap_or("identity").trim();
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        return false;
    }
    let Some(kind) = text(header::CONTENT_TYPE) else { return true };
    let kind = kind.to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // What comes in several parts, or is a message within one, has text in it.
    ["text/", "message/", "multipart/"].iter().any(|family| kind.starts_with(family))
        || ["json", "xml", "javascript", "x-www-form-urlencoded", "yaml", "graphql"]
            .iter()
            .any(|part| kind.contains(part))
}
