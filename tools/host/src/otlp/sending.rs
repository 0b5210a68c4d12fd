//! One request to the collector, and what the log says about it: a line when sending begins to fail, and one when it works
//! again.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as Exporting};
use tokio::runtime::Handle;

use crate::log::{info, warn};
use crate::outbound::Client;
use crate::outbound::blocked_networks::BlockedNetworks;

/// How much of a collector's response is read, in bytes. It is empty, or a short message.
const MAX_RESPONSE: usize = 64 * 1024;

/// Why the last request failed before there was a response.
pub(super) type Failure = Arc<Mutex<Option<String>>>;

/// Sends requests to the collector. Its connections are not those of the components, and may go to any address.
pub(super) struct Collector {
    client: Client,
    timeout: Duration,
    /// The thread that sends is not one of the runtime.
    runtime: Handle,
    failure: Failure,
}

impl Collector {
    pub(super) fn new(timeout: Duration) -> Result<Self> {
        Ok(Self {
            client: Client::new(BlockedNetworks::default(), &[], true)?,
            timeout,
            runtime: Handle::current(),
            failure: Failure::default(),
        })
    }

    pub(super) fn failure(&self) -> Failure {
        self.failure.clone()
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

#[wasmtime_wasi::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, timeout) = (self.client.clone(), self.timeout);
        // A timer begins in the runtime, so within the task.
        let sent = self.runtime.spawn(async move {
            tokio::time::timeout(timeout, exchange(client, request, timeout)).await
        });
        let answered = match sent.await {
            Ok(Ok(answered)) => answered,
            Ok(Err(_)) => Err("the collector did not answer in time".into()),
            Err(_) => Err("the program stops".into()),
        };
        let failure = answered.as_ref().err().map(ToString::to_string);
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        answered
    }
}

async fn exchange(
    client: Client,
    request: Request<Bytes>,
    timeout: Duration,
) -> Result<Response<Bytes>, HttpError> {
    let request =
        request.map(|body| Full::new(body).map_err(|never| match never {}).boxed_unsync());
    let (head, body) = client.send(request, timeout, timeout).await?.into_parts();
    let body = Limited::new(body, MAX_RESPONSE).collect().await?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// An exporter that says in the log when it begins to fail and when it works again.
#[derive(Debug)]
pub(super) struct Reported {
    exporter: SpanExporter,
    failure: Failure,
    fails: AtomicBool,
}

impl Reported {
    pub(super) fn new(exporter: SpanExporter, failure: Failure) -> Self {
        Self { exporter, failure, fails: AtomicBool::new(false) }
    }

    fn report(&self, result: &OTelSdkResult) {
        let fails = result.is_err();
        if self.fails.swap(fails, Ordering::Relaxed) == fails {
            return;
        }
        match result {
            Ok(()) => info("traces are sent again"),
            Err(error) => {
                let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
                let why = failure.unwrap_or_else(|| error.to_string());
                warn(None, "traces are not sent", &why);
            }
        }
    }
}

impl Exporting for Reported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        self.report(&result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
