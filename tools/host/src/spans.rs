//! Spans of OpenTelemetry: what the host does for a request, and how long it takes.
//!
//! Names are those of Spin. A span has the method, the route as the manifest writes it, the status, the component, the
//! host of an outgoing request, and the kind of an error. It must not have anything else of a message: no path, no
//! query, no header and no body, because each of them may hold a credential. Without a tracer, a span is an empty
//! value, and making one allocates nothing.

use http::header::HeaderMap;
use http::{Method, StatusCode, Uri};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer as _,
};
use opentelemetry::{Context, KeyValue, StringValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, Span as SdkSpan};
use wasmtime_wasi_http::Error;

/// The parent of a span. A span without one begins a trace.
pub(crate) type Parent = Option<SpanContext>;

/// Makes spans.
pub(crate) struct Tracer(SdkTracer);

impl Tracer {
    pub(crate) fn new(tracer: SdkTracer) -> Self {
        Self(tracer)
    }

    fn start(&self, builder: SpanBuilder, parent: Parent) -> Span {
        let context = match parent {
            Some(parent) => Context::new().with_remote_span_context(parent),
            None => Context::new(),
        };
        Span(Some(Box::new(self.0.build_with_context(builder, &context))))
    }
}

/// A span in progress, or nothing if there are no traces. It ends when it is dropped.
#[derive(Default)]
pub(crate) struct Span(Option<Box<SdkSpan>>);

impl Span {
    /// The parent for the spans inside this one.
    pub(crate) fn as_parent(&self) -> Parent {
        self.0.as_ref().map(|span| span.span_context().clone())
    }

    /// The id of the trace, if the span is sent.
    pub(crate) fn trace_id(&self) -> Option<String> {
        let context = self.0.as_ref()?.span_context();
        context.is_sampled().then(|| context.trace_id().to_string())
    }

    /// Sets the route that a client's request matched, as the manifest writes it.
    pub(crate) fn set_route(&mut self, method: &Method, route: &str) {
        if let Some(span) = &mut self.0 {
            span.update_name(format!("{} {route}", name_of(method)));
            span.set_attribute(KeyValue::new("http.route", route.to_owned()));
        }
    }

    /// Sets the status of the response that was sent to a client. Only 5xx is our failure.
    pub(crate) fn set_served(&mut self, status: StatusCode) {
        self.set_status(status, status.is_server_error());
    }

    /// Sets the result of a request that a component sent. 4xx is a failure of the one who asked.
    pub(crate) fn set_received(&mut self, result: Result<StatusCode, &Error>) {
        match result {
            Ok(status) => {
                self.set_status(status, status.is_client_error() || status.is_server_error());
            }
            Err(error) => self.set_failed(kind(error)),
        }
    }

    fn set_status(&mut self, status: StatusCode, failed: bool) {
        let Some(span) = &mut self.0 else { return };
        let code = i64::from(status.as_u16());
        span.set_attribute(KeyValue::new("http.response.status_code", code));
        if failed {
            self.set_failed(status.as_str().to_owned());
        }
    }

    /// Sets the kind of an error. It must be a word of ours, because messages of errors may quote what was sent.
    pub(crate) fn set_failed(&mut self, kind: impl Into<StringValue>) {
        let Some(span) = &mut self.0 else { return };
        let kind: StringValue = kind.into();
        span.set_attribute(KeyValue::new("error.type", kind));
        span.set_status(Status::error(""));
    }
}

/// The span of a client's request, from its head until the head of its response. It continues the trace that the header
/// `traceparent` names, as on Spin.
pub(crate) fn of_request(tracer: Option<&Tracer>, method: &Method, headers: &HeaderMap) -> Span {
    let Some(tracer) = tracer else { return Span::default() };
    let builder = SpanBuilder::from_name(name_of(method))
        .with_kind(SpanKind::Server)
        .with_attributes([KeyValue::new("http.request.method", known(method))]);
    tracer.start(builder, remote_parent(headers))
}

/// The span of the component `id` while it makes a response.
pub(crate) fn of_component(tracer: Option<&Tracer>, id: &str, parent: Parent) -> Span {
    let Some(tracer) = tracer else { return Span::default() };
    let builder = SpanBuilder::from_name(format!("execute_wasm_component {id}"))
        .with_kind(SpanKind::Internal)
        .with_attributes([KeyValue::new("component_id", id.to_owned())]);
    tracer.start(builder, parent)
}

/// The span of a request that a component sends, to another component or to the network.
pub(crate) fn of_outgoing(
    tracer: Option<&Tracer>,
    method: &Method,
    uri: &Uri,
    parent: Parent,
) -> Span {
    let Some(tracer) = tracer else { return Span::default() };
    let mut attributes = Vec::with_capacity(5);
    attributes.push(KeyValue::new("http.request.method", known(method)));
    if let Some(host) = uri.host() {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        attributes.push(KeyValue::new("server.address", host.to_owned()));
    }
    if let Some(port) = uri.port_u16() {
        attributes.push(KeyValue::new("server.port", i64::from(port)));
    }
    let builder = SpanBuilder::from_name(name_of(method)).with_kind(SpanKind::Client);
    tracer.start(builder.with_attributes(attributes), parent)
}

/// The parent that a client names in `traceparent`. `tracestate` is left out: it is free text of the client, which would
/// be in every span of the trace.
fn remote_parent(headers: &HeaderMap) -> Parent {
    let headers = OnlyTraceparent(headers);
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    let span = context.span();
    let parent = span.span_context();
    parent.is_valid().then(|| parent.clone())
}

struct OnlyTraceparent<'a>(&'a HeaderMap);

impl Extractor for OnlyTraceparent<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        match name {
            "traceparent" => self.0.get(name)?.to_str().ok(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

/// The method, or `_OTHER` for one that HTTP does not define: a client may send any word, and so a secret.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

/// The method in the name of a span.
fn name_of(method: &Method) -> &'static str {
    match known(method) {
        "_OTHER" => "HTTP",
        name => name,
    }
}

/// A word for an error, without the text that the error may carry.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Connect(_)
        | Error::ConnectionRefused
        | Error::DestinationUnavailable
        | Error::DestinationIpUnroutable => "connection_refused",
        Error::ConnectionTerminated | Error::HttpResponseIncomplete => "connection_closed",
        Error::ConnectionTimeout => "connect_timeout",
        Error::ConnectionReadTimeout | Error::HttpResponseTimeout => "read_timeout",
        Error::ConnectionWriteTimeout => "write_timeout",
        Error::DnsTimeout | Error::DnsError { .. } => "dns_error",
        Error::Tls(_)
        | Error::TlsProtocolError
        | Error::TlsCertificateError
        | Error::TlsAlertReceived { .. } => "tls_error",
        Error::HttpRequestDenied => "request_denied",
        Error::DestinationIpProhibited => "address_blocked",
        Error::DestinationNotFound => "component_not_found",
        Error::LoopDetected => "loop_detected",
        _ => "protocol_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn parent_of(header: &'static str) -> Parent {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_static(header));
        headers.insert("tracestate", HeaderValue::from_static("vendor=text"));
        remote_parent(&headers)
    }

    #[test]
    fn a_valid_parent_is_taken_without_its_state() {
        let parent = parent_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
        assert_eq!(parent.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(parent.span_id().to_string(), "b7ad6b7169203331");
        assert!(parent.is_sampled() && parent.is_remote());
        assert_eq!(parent.trace_state().header(), "");
        let dropped = parent_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        assert!(!dropped.unwrap().is_sampled());
    }

    #[test]
    fn an_invalid_parent_is_ignored() {
        for header in [
            "",
            "-",
            "00",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(parent_of(header), None, "{header:?}");
        }
        assert_eq!(remote_parent(&HeaderMap::new()), None);
    }

    #[test]
    fn without_a_tracer_there_is_nothing() {
        let mut span = of_request(None, &Method::GET, &HeaderMap::new());
        span.set_route(&Method::GET, "/api/...");
        span.set_served(StatusCode::OK);
        assert!(span.0.is_none() && span.as_parent().is_none() && span.trace_id().is_none());
    }

    #[test]
    fn a_method_is_one_of_a_few_words() {
        assert_eq!(known(&Method::PATCH), "PATCH");
        let other = Method::from_bytes(b"SECRET").unwrap();
        assert_eq!((known(&other), name_of(&other)), ("_OTHER", "HTTP"));
    }
}
