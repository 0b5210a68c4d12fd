//! An instance of a component: its state, and how long it serves. Wasmtime's `ProxyHandler` creates instances
//! and passes requests to them; this module defines the instances and their limits.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use opentelemetry::trace::SpanContext;
use tokio::sync::{OwnedSemaphorePermit, watch};
use wasmtime::component::{GuestTaskId, ResourceTable};
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::component::Component;
use crate::log::warn;
use crate::outbound::depths::Depths;
use crate::outbound::{Chain, Hop, Sender};

/// An instance without requests ends after this time. The same as Spin's.
const IDLE: Duration = Duration::from_secs(1);

/// The state of one instance, used by every interface that it imports.
pub(crate) struct Ctx {
    pub(crate) component: Arc<Component>,
    pub(crate) table: ResourceTable,
    /// The numbers of resources in the table.
    pub(crate) connections: usize,
    pub(crate) stores: usize,
    pub(crate) swaps: usize,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    sender: Sender,
    depths: Depths,
    /// The spans of the requests, by the task that serves each. Empty if there are no traces. A task may go on after its
    /// response, so its span stays until another task has the same id.
    served: BTreeMap<GuestTaskId, SpanContext>,
    _alive: InstanceGuard,
}

impl Ctx {
    /// Says that the next request that the guest sends belongs to the one that one of `tasks` serves: the task that
    /// sends it, and those that called that one.
    pub(crate) fn sends_for(&mut self, tasks: &[GuestTaskId]) {
        let caller = tasks.iter().find_map(|task| self.served.get(task));
        self.sender.set_caller(caller.cloned());
    }
}

impl WasiView for Ctx {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Ctx {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.sender, table: &mut self.table, ctx: &mut self.http }
    }
}

/// The number of instances, so that a stop can wait for their remaining work.
#[derive(Clone, Default)]
pub(crate) struct Population(watch::Sender<usize>);

impl Population {
    /// Resolves when there are no instances.
    pub(crate) async fn empty(&self) {
        // An error would mean that the sender is gone, but we own it.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }

    fn join(&self) -> InstanceGuard {
        self.0.send_modify(|count| *count += 1);
        InstanceGuard(self.clone())
    }
}

struct InstanceGuard(Population);

impl Drop for InstanceGuard {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// The limits on the reuse of instances.
#[derive(Clone, Copy)]
pub(crate) struct Reuse {
    pub(crate) requests: usize,
    pub(crate) concurrent: usize,
}

/// Creates the instances of one component.
pub(crate) struct Factory {
    pub(crate) app: Weak<dyn Chain>,
    pub(crate) component: Arc<Component>,
    pub(crate) service: ServicePre<Ctx>,
    pub(crate) reuse: Reuse,
    pub(crate) population: Population,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl HandlerState for Factory {
    type StoreData = Ctx;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Ctx, Expiration, Worker>> {
        let app =
            self.app.upgrade().ok_or_else(|| wasmtime::format_err!("the host is stopping"))?;
        let wasi = self.component.wasi().map_err(|error| wasmtime::format_err!("{error:#}"))?;
        let depths = Depths::default();
        let ctx = Ctx {
            component: self.component.clone(),
            table: ResourceTable::new(),
            connections: 0,
            stores: 0,
            swaps: 0,
            wasi,
            http: WasiHttpCtx::new(),
            sender: Sender::new(
                app,
                self.component.id.clone(),
                self.component.allowed_hosts.clone(),
                depths.clone(),
            ),
            depths,
            served: BTreeMap::new(),
            _alive: self.population.join(),
        };
        let mut store = Store::new(self.service.engine(), ctx);
        store.epoch_deadline_async_yield_and_update(1);
        let service = self.service.instantiate_async(&mut store).await?;
        let mut stopping = self.stopping.clone();
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: Ctx::http,
            expiration: Expiration {
                sleep: Box::pin(tokio::time::sleep(IDLE)),
                stopping: Box::pin(async move {
                    // An error means that the host is gone, which is also a stop.
                    let _ = stopping.wait_for(|stopping| *stopping).await;
                }),
            },
            state: Worker { component: self.component.id.clone(), reuse: self.reuse },
        })
    }
}

/// Ends an idle instance: after a while, or immediately when the host stops. A request has no time limit, as
/// in Spin without a request timeout.
pub(crate) struct Expiration {
    sleep: Pin<Box<tokio::time::Sleep>>,
    stopping: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        if status != WorkerStatus::Idle {
            return Poll::Pending;
        }
        if self.stopping.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let deadline = (start + IDLE).into();
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(cx)
    }
}

/// A request on its way to an instance. It is on the way until the instance begins with it.
pub(crate) struct Entering {
    pub(crate) hop: Hop,
    /// The right to be on the way.
    pub(crate) room: OwnedSemaphorePermit,
}

/// Counts the requests of one instance.
pub(crate) struct Worker {
    component: Arc<str>,
    reuse: Reuse,
}

impl WorkerState for Worker {
    type StoreData = Ctx;
    type RequestData = Entering;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse.requests {
            ShouldAccept::Never
        } else if concurrent >= self.reuse.concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, Ctx>,
        Entering { hop: Hop { depth, parent }, room }: Entering,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        drop(room);
        // Dropped with the request; it never makes the instance expire.
        let entered = store.data().depths.enter(depth);
        if let Some(parent) = parent {
            store.data_mut().served.insert(task, parent);
        }
        Box::pin(async move {
            let _entered = entered;
            std::future::pending().await
        })
    }

    fn drop(&self, store: Store<Ctx>, result: Result<(), wasmtime::Error>) {
        drop(store);
        if let Err(error) = result {
            warn(Some(&self.component), "an instance failed", &format_args!("{error:#}"));
        }
    }
}
