//! The way of a request to an instance of its component.
//!
//! Wasmtime's `ProxyHandler` starts a new instance for each request that finds no instance ready. In a burst that meets a
//! component without instances, these would be hundreds, each of which then opens its own connections. So only a few
//! requests may be on the way at the same time. The others wait a moment, until instances are ready that serve many requests
//! each.
//!
//! This module must not limit the requests that are being served: they may wait for each other.

use std::sync::Arc;

use http::{Request, Response};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::ProxyHandler;

use crate::engine::error;
use crate::instance::{Entering, Factory};
use crate::outbound::Hop;

/// The least number of requests that may be on the way to one component.
const LEAST: usize = 4;

/// The instances of one component, and the way to them.
pub(crate) struct Entrance {
    handler: ProxyHandler<Factory>,
    room: Arc<Semaphore>,
}

impl Entrance {
    /// Creates no instance.
    pub(crate) fn new(factory: Factory) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let room = Arc::new(Semaphore::new(LEAST.max(2 * cores)));
        Self { handler: ProxyHandler::new(factory), room }
    }

    /// Passes a request to an instance.
    pub(crate) async fn handle(
        &self,
        hop: Hop,
        request: Request<WasiBody>,
    ) -> anyhow::Result<Response<WasiBody>> {
        let room = Arc::clone(&self.room).acquire_owned().await?;
        self.handler.handle(Entering { hop, room }, request).await.map_err(error)
    }
}
