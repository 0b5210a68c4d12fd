//! The headers of an agent's call on its way up, and of the answer on its way back.

use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use nexus_common::auth::is_jwt;
use nexus_common::http::{LOOP, LOOP_ID, strip};
use nexus_manifests::{Inject, Manifest};

use super::mask::Needles;

/// What says where a request came from, or what it really means, and is not the agent's to say.
const NOT_UP: [&str; 30] = [
    "authorization",
    "cookie",
    "expect",
    "forwarded",
    "via",
    // The form of an answer is not the agent's to choose: in most of them the mask would be blind.
    "accept-charset",
    "a-im",
    "x-real-ip",
    "x-forwarded",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "client-ip",
    "x-http-method",
    "x-http-method-override",
    "x-http-verb",
    "x-method",
    "x-method-override",
    "x-original-method",
    "x-original-path",
    "x-original-uri",
    "x-original-url",
    "x-override-url",
    "x-rewrite-path",
    "x-rewrite-uri",
    "x-rewrite-url",
    "traceparent",
    "tracestate",
];

/// Whether a header is the agent's to send. One with a `_` is not: CGI reads it as the one with a `-`.
fn goes_up(name: &str) -> bool {
    !NOT_UP.contains(&name)
        && !name.contains('_')
        && !["x-forwarded-", "x-nexus-", "x-envoy-"].iter().any(|prefix| name.starts_with(prefix))
}

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

/// Smallest part of something that is asked for, in bytes: longer than a secret in any spelling that
/// somebody would write.
const LEAST_PART: u64 = 256 * 1024;

/// The caller's headers as they go up; the credential's are not among them yet.
pub(super) fn up(headers: &mut HeaderMap, manifest: &Manifest, inject: &[Inject]) {
    // Its value was read as a method of the call.
    let declared = manifest.api.method_override.iter().flat_map(|declared| &declared.headers);
    let declared: Vec<&String> = declared.collect();
    strip(headers, |name| {
        let is_declared = declared.iter().any(|own| own.eq_ignore_ascii_case(name));
        !(goes_up(name) || is_declared)
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
    // What is masked must be readable, and whole.
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if !manifest.api.ranges || !asks_for_much(headers) {
        headers.remove(header::RANGE);
        headers.remove(header::IF_RANGE);
    }
}

/// Whether what `Range` asks for (RFC 9110, 14.2) is one part, so large that a secret cannot be read
/// piece by piece: each end of a part is masked, and no part has both ends within one secret.
fn asks_for_much(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(header::RANGE).iter();
    let (Some(value), None) = (all.next(), all.next()) else { return false };
    let range = value.to_str().ok().and_then(|text| text.strip_prefix("bytes=")?.split_once('-'));
    let Some((first, last)) = range else { return false };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => last.saturating_sub(first) >= LEAST_PART,
        (Ok(_), Err(_)) => last.is_empty(),
        (Err(_), Ok(length)) => first.is_empty() && length >= LEAST_PART,
        (Err(_), Err(_)) => false,
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

/// Whether an answer has no body whatever its headers say (RFC 9110, 6.4.1); of a 204 they say nothing then (8.6).
pub(super) fn has_no_body(head: &mut Parts, method: &Method) -> bool {
    if head.status == StatusCode::NO_CONTENT {
        head.headers.remove(header::CONTENT_LENGTH);
    }
    *method == Method::HEAD
        || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Whether a body is a stream of events, of which nothing waits for the next.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    ["text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"]
        .iter()
        .any(|stream| kind.eq_ignore_ascii_case(stream))
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

/// Types that are not looked into: what they hold is compressed or drawn, so that no secret could be
/// seen in it. Everything else is, `application/octet-stream` and an unknown type too.
const BINARY: [&str; 22] = [
    "application/epub+zip",
    "application/gzip",
    "application/java-archive",
    "application/msword",
    "application/pdf",
    "application/vnd.android.package-archive",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.rar",
    "application/wasm",
    "application/x-7z-compressed",
    "application/x-bzip",
    "application/x-bzip2",
    "application/x-gzip",
    "application/x-rar-compressed",
    "application/x-xz",
    "application/x-zip-compressed",
    "application/zip",
    "application/zstd",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// Whether the body of an answer with these headers is looked into.
pub(super) fn is_readable(headers: &HeaderMap) -> bool {
    if crate::coding::is_coded(headers) {
        return false;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_media = ["image/", "audio/", "video/", "font/"].iter().any(|one| kind.starts_with(one));
    let is_text = kind.ends_with("+xml") || kind.ends_with("+json");
    is_text || !(is_media || BINARY.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_asked_for_where_it_is_one_and_large() {
        for (ranges, holds) in [
            (&["bytes=0-"][..], true),
            (&["bytes=500000-"], true),
            (&["bytes=0-524287"], true),
            (&["bytes=-524288"], true),
            (&["bytes=0-1"], false),
            (&["bytes=0-262143"], false),
            (&["bytes=-5"], false),
            (&["bytes=0-524287,600000-600004"], false),
            (&["bytes=0-", "bytes=0-4"], false),
            (&["bytes=9-0"], false),
            (&["bytes=x-524288"], false),
            (&["items=0-524288"], false),
            (&["bytes=-"], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for range in ranges {
                headers.append(header::RANGE, HeaderValue::from_static(range));
            }
            assert_eq!(asks_for_much(&headers), holds, "{ranges:?}");
        }
    }

    #[test]
    fn every_type_is_looked_into_but_binary_ones() {
        for (kind, holds) in [
            ("", true),
            ("application/octet-stream", true),
            ("application/x-unheard-of", true),
            ("text/plain; charset=utf-16", true),
            ("application/x-tar", true),
            ("application/x-protobuf", true),
            ("image/svg+xml", true),
            ("IMAGE/SVG+XML; charset=utf-8", true),
            ("image/png", false),
            ("Image/PNG; x=text/plain", false),
            ("video/mp4", false),
            ("application/zip", false),
            ("application/pdf", false),
            ("application/zip-of-text", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(is_readable(&headers), holds, "{kind}");
        }
    }
}
