//! A collector of traces, which keeps what the application sends by OTLP over HTTP.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{Span, status::StatusCode};
use prost::Message as _;

use crate::kit::app::{Options, until};
use crate::kit::upstream::Upstream;

/// The collector.
pub(crate) struct Collector(Upstream);

impl Collector {
    pub(crate) async fn start() -> Self {
        let collector = Upstream::start().await;
        collector.always(200, "content-type: application/x-protobuf\r\n", "");
        Self(collector)
    }

    /// An application whose runtime sends its spans here, without delay. Only traces: Spin also sends metrics and logs
    /// if the variable for all signals is set.
    pub(crate) fn options(&self) -> Options {
        let url = format!("http://{}/v1/traces", self.0.host);
        Options::default()
            .env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &url)
            .env("OTEL_BSP_SCHEDULE_DELAY", "50")
    }

    /// All bytes so far, with the lines and headers of the requests.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for request in self.0.seen() {
            all.extend(format!("{} {:?}\n", request.line, request.headers).into_bytes());
            all.extend(request.body);
        }
        all
    }

    /// All spans so far.
    pub(crate) fn spans(&self) -> Spans {
        let mut spans = Vec::new();
        for request in self.0.seen() {
            assert_eq!(request.line, "POST /v1/traces HTTP/1.1");
            let sent = ExportTraceServiceRequest::decode(request.body.as_slice()).unwrap();
            let scopes = sent.resource_spans.into_iter().flat_map(|one| one.scope_spans);
            spans.extend(scopes.flat_map(|scope| scope.spans));
        }
        Spans(spans)
    }

    /// Waits until the span of the client's request with this `traceparent` is there. The spans inside it, which end
    /// earlier, are there too.
    pub(crate) async fn wait(&self, parent: &Traceparent) -> Spans {
        until(&format!("a span of {parent:?}"), async || {
            let spans = self.spans();
            spans.served(parent).is_some().then_some(spans)
        })
        .await
    }
}

/// Spans in the order of their ends.
pub(crate) struct Spans(Vec<Span>);

impl Spans {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Span> {
        self.0.iter()
    }

    /// The span of a client's request with this `traceparent`.
    pub(crate) fn served(&self, parent: &Traceparent) -> Option<&Span> {
        self.iter().find(|span| span.kind() == SpanKind::Server && parent.is_parent_of(span))
    }

    /// The requests that components sent to `port`.
    pub(crate) fn sent_to(&self, port: u16) -> Vec<&Span> {
        let port = port.to_string();
        let sent = self.iter().filter(|span| span.kind() == SpanKind::Client);
        sent.filter(|span| attribute(span, "server.port") == port).collect()
    }

    /// The span that this one is in.
    pub(crate) fn parent(&self, span: &Span) -> Option<&Span> {
        self.iter().find(|one| one.trace_id == span.trace_id && one.span_id == span.parent_span_id)
    }

    /// The names of a span and of those that it is in, the innermost first.
    pub(crate) fn path(&self, span: &Span) -> Vec<String> {
        let mut names = vec![span.name.clone()];
        let mut inner = span;
        while let Some(outer) = self.parent(inner) {
            names.push(outer.name.clone());
            inner = outer;
        }
        names
    }
}

/// The value of an attribute as text. It is empty if there is none.
pub(crate) fn attribute(span: &Span, key: &str) -> String {
    let value = |one: &KeyValue| match one.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{other:?}"),
    };
    span.attributes.iter().find(|one| one.key == key).map(value).unwrap_or_default()
}

/// Whether the span says that it failed.
pub(crate) fn has_failed(span: &Span) -> bool {
    span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error)
}

/// A `traceparent` of a client.
#[derive(Debug)]
pub(crate) struct Traceparent {
    trace: u128,
    span: u64,
}

impl Traceparent {
    /// One that no other number has.
    pub(crate) fn number(number: u64) -> Self {
        Self { trace: (0x0af7_6519_16cd_43dd << 64) + u128::from(number), span: number }
    }

    /// The value of the header. `sampled`: the client sends spans of this trace itself.
    pub(crate) fn header(&self, sampled: bool) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(sampled))
    }

    /// Whether the span is in this trace, wherever.
    pub(crate) fn has(&self, span: &Span) -> bool {
        span.trace_id == self.trace.to_be_bytes()
    }

    fn is_parent_of(&self, span: &Span) -> bool {
        self.has(span) && span.parent_span_id == self.span.to_be_bytes()
    }
}
