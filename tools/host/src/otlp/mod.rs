//! Sends spans to a collector by OTLP over HTTP (protobuf), as the variables of the environment say that Spin reads too.
//!
//! A request must not wait for the collector: a thread of its own sends what waits in a queue, and drops spans if the
//! queue is full.

mod sending;
mod settings;

use std::time::Duration;

use anyhow::{Context as _, Result};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::log::warn;
use crate::spans::Tracer;
use sending::{Collector, Reported};

/// How long a stop waits for the collector.
const LAST: Duration = Duration::from_secs(3);

/// The name of the service, if no variable names it.
const NAME: &str = "nexus";

/// Sends the spans that its tracers make.
pub(crate) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// Reads the variables. `None`: none of them asks for traces.
    ///
    /// # Errors
    /// A value is wrong, or the certificates that `SSL_CERT_FILE` names cannot be read.
    pub(crate) fn from_environment() -> Result<Option<Self>> {
        let Some(settings) = settings::read(|name| std::env::var_os(name))? else {
            return Ok(None);
        };
        let collector = Collector::new(settings.timeout)?;
        let failure = collector.failure();
        // It reads the same variables, which have been checked.
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .build()
            .context("the exporter of traces cannot be made")?;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource(settings.service))
            .with_batch_exporter(Reported::new(exporter, failure));
        Ok(Some(Self(provider.build())))
    }

    /// A tracer, whose spans are sent.
    pub(crate) fn tracer(&self) -> Tracer {
        Tracer::new(self.0.tracer(NAME))
    }

    /// Sends the spans that are left, for a few seconds at most.
    pub(crate) async fn close(self) {
        let closing = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST));
        if !matches!(closing.await, Ok(Ok(()))) {
            let why = format_args!("the collector did not take them within {} s", LAST.as_secs());
            warn(None, "the last spans were not sent", &why);
        }
    }
}

/// What all spans say about this process. A later value replaces an earlier one.
fn resource(service: Option<String>) -> Resource {
    let resource = Resource::builder_empty()
        .with_service_name(NAME)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_detectors(&[
            Box::new(TelemetryResourceDetector),
            Box::new(EnvResourceDetector::new()),
        ]);
    match service {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}
