//! Filters headers: those of an agent's call before they go to the provider, and those of the response before
//! they go to the agent. The agent's token must not go to the provider, and a header of the provider must not
//! act on the application's own origin.

use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use nexus_common::auth::is_jwt;
use nexus_common::http::{LOOP, LOOP_ID, strip};
use nexus_manifests::{Inject, Manifest};

use crate::provider::mask::Needles;

/// Headers of a request that name its origin or change its meaning. An agent may not send them.
const NOT_UP: [&str; 31] = [
    "authorization",
    "cookie",
    "expect",
    "forwarded",
    "via",
    // An agent may not choose the form of a response, because the mask cannot read most forms.
    "accept-charset",
    "a-im",
    // A server of the AT Protocol sends the call on, with a token of the account, to the service that this names.
    "atproto-proxy",
    // Weaviate sends its own key of Databricks to the server that this names.
    "x-databricks-endpoint",
    // A server of Frappe answers for the site that this names, whatever the host.
    "x-frappe-site-name",
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
];

/// Headers by which a traced program names its trace, and adds to it. They say something about the inside of the program,
/// and a provider has no use for them.
const OF_TRACES: [&str; 9] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "newrelic",
    "sentry-trace",
    "uber-trace-id",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
];

/// Whether an agent may send this header. A header with `_` is rejected, because CGI reads it as the one with
/// `-`.
fn goes_up(name: &str) -> bool {
    const PREFIXES: [&str; 5] = ["x-forwarded-", "x-nexus-", "x-envoy-", "x-b3-", "x-datadog-"];
    // Weaviate sends its own keys of model providers to the server that `X-Openai-Baseurl` and the like name.
    let names_a_server = name.ends_with("-baseurl");
    !NOT_UP.contains(&name)
        && !OF_TRACES.contains(&name)
        && !names_a_server
        && !name.contains('_')
        && !PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Headers with which a provider controls a browser. Here they would act on the application's own origin.
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

/// The minimum size of a part that an agent may request, in bytes. It is longer than a secret in any spelling
/// that a provider would use.
const LEAST_PART: u64 = 256 * 1024;

/// Turns the caller's headers into those for the provider, without the credential.
pub(super) fn up(headers: &mut HeaderMap, manifest: &Manifest, inject: &[Inject]) {
    // A declared header may go up, because its value was read as a method of the call.
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
        if name == header::ACCEPT && headers.get_all(header::ACCEPT).iter().all(|own| own == "*/*")
        {
            // HTTP libraries add this by themselves. An agent that asks for a type gets it.
            headers.remove(header::ACCEPT);
        }
        headers.entry(name).or_insert(value);
    }
    let agent = concat!("integration-nexus/", env!("CARGO_PKG_VERSION"));
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(agent));
    headers.insert(LOOP, HeaderValue::from_static(LOOP_ID));
    // The mask can read only a body without a coding, and only large parts.
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if !manifest.api.ranges || !is_large_range(headers) {
        headers.remove(header::RANGE);
        headers.remove(header::IF_RANGE);
    }
}

/// Whether `Range` (RFC 9110, 14.2) requests one part that is so large that a secret cannot be read piece by
/// piece. The ends of a part are masked, and a large part cannot have both ends within one secret.
fn is_large_range(headers: &HeaderMap) -> bool {
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

/// The names of the headers for the credential.
pub(super) fn injected(inject: &[Inject]) -> impl Iterator<Item = &str> {
    inject.iter().filter_map(|inject| match inject {
        Inject::Header { name, .. } => Some(name.as_str()),
        Inject::Basic { .. } => Some("authorization"),
        Inject::Query { .. } | Inject::Path { .. } => None,
    })
}

/// Whether a header for the credential has another token, beside the one that authenticated the caller.
pub(super) fn has_another_token(headers: &HeaderMap, inject: &[Inject]) -> bool {
    injected(inject).filter(|name| *name != "authorization").any(|name| {
        headers
            .get_all(name)
            .iter()
            .any(|value| value.to_str().is_ok_and(|text| is_jwt(text.trim())))
    })
}

/// Whether a response has no body, whatever its headers say (RFC 9110, 6.4.1). Removes the content length of
/// a 204 (8.6).
pub(super) fn has_no_body(head: &mut Parts, method: &Method) -> bool {
    if head.status == StatusCode::NO_CONTENT {
        head.headers.remove(header::CONTENT_LENGTH);
    }
    *method == Method::HEAD
        || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Whether a body is a stream of events. Each event is passed on at once.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    ["text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"]
        .iter()
        .any(|stream| kind.eq_ignore_ascii_case(stream))
}

/// Turns the provider's headers into those for the agent.
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

/// Content types that the mask does not search. Their content is compressed or binary, so a secret could not
/// be found in it. All other types are searched, even `application/octet-stream` and unknown types.
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

/// Whether the mask searches the body of a response with these headers.
pub(super) fn is_readable(headers: &HeaderMap) -> bool {
    if crate::provider::coding::is_coded(headers) {
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
    fn a_header_that_leads_elsewhere_does_not_go_up() {
        for (name, holds) in [
            ("atproto-proxy", false),
            ("x-openai-baseurl", false),
            ("x-databricks-endpoint", false),
            ("x-frappe-site-name", false),
            ("x-openai-api-key", true),
            ("x-forwarded-host", false),
            ("x-original-url", false),
            ("cookie", false),
            ("traceparent", false),
            ("x_real_ip", false),
            ("atproto-accept-labelers", true),
            ("content-type", true),
        ] {
            assert_eq!(goes_up(name), holds, "{name}");
        }
    }

    #[test]
    fn a_range_is_accepted_if_it_is_one_large_part() {
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
            assert_eq!(is_large_range(&headers), holds, "{ranges:?}");
        }
    }

    #[test]
    fn all_types_except_binary_ones_are_searched() {
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
