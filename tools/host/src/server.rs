//! Listens, passes requests from clients to the application, and shuts down in order.
//!
//! Its only decision about a request is which component handles it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::header::{CONNECTION, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::Instant;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::app::App;
use crate::application::Application;
use crate::bodies::{RequestBody, ResponseBody};
use crate::cli::{Listen, Serve};
use crate::connection::{Stream, Work};
use crate::connections::{Connections, Kind, RESERVE};
use crate::log::{Line, warn};
use crate::otlp::Exporter;
use crate::outbound::{Chain, Hop};
use crate::place::Place;
use crate::request::{answer, strip};
use crate::spans::{self, Span};

/// The number of concurrent client requests; further requests wait. Requests between components are not
/// counted, because they would wait for each other. Requests that wait for their client are not counted,
/// either.
const MAX_REQUESTS: usize = 1024;

/// Requests for the application's health have separate places, so that they are answered when all others are
/// taken.
const HEALTH: [&str; 2] = ["/api/health", "/.well-known/spin/health"];

/// Concurrent requests of one HTTP/2 connection: the minimum that RFC 9113, 5.1.2 recommends.
const MAX_STREAMS: u32 = 100;

/// How much of each HTTP/2 response is buffered while its client has no room for it, in bytes.
const MAX_UNREAD: usize = 64 * 1024;

/// The delay after a failed accept, which most likely means that no file descriptors are left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// The delay while the limit of connections is reached.
const ROOM_AGAIN: Duration = Duration::from_millis(2);

/// The maximum size of a request's head, in bytes.
const MAX_HEAD: usize = 256 * 1024;

/// Runs a program that serves.
///
/// # Errors
/// Those of `work`.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(work);
    // Remaining tasks had their time to finish.
    runtime.shutdown_background();
    done
}

/// The application, listening.
pub struct Server {
    listeners: (TcpListener, Option<TcpListener>),
    address: SocketAddr,
    door: Door,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
    stopping: watch::Sender<bool>,
    exporter: Option<Exporter>,
    answer: Duration,
    grace: Duration,
}

impl Server {
    /// Loads the application, and listens. Nothing is answered before [`Server::serve`].
    ///
    /// # Errors
    /// The application does not fit this host, a required variable is missing, a variable about traces is wrong, or the
    /// address is in use.
    pub async fn start(application: &Application, options: &Serve) -> Result<Self> {
        // Before anything else, so that a signal never reaches the default handler.
        let stop = Box::pin(stop_signal(options.exit_on_stdin_close)?);
        let (stopping, stopped) = watch::channel(false);
        let exporter = Exporter::from_environment()?;
        let tracer = exporter.as_ref().map(Exporter::tracer);
        let app = App::load(application, options, stopped, tracer).await?;
        let Listen { address, on_both_loopbacks } = options.listen;
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}; choose another address with --listen")
        })?;
        let address = listener.local_addr()?;
        let _ = app.address.set(address);
        let second = match on_both_loopbacks {
            true => TcpListener::bind((Ipv6Addr::LOCALHOST, address.port())).await.ok(),
            false => None,
        };
        let door = Door {
            app,
            free: Arc::new(Semaphore::new(MAX_REQUESTS)),
            free_for_health: Arc::new(Semaphore::new(RESERVE)),
            connections: Connections::new(),
            nodelay: !options.no_nodelay,
        };
        Ok(Self {
            listeners: (listener, second),
            address,
            door,
            stop,
            stopping,
            exporter,
            answer: Duration::from_secs(options.answer_timeout.get()),
            grace: Duration::from_secs(options.grace),
        })
    }

    /// The address that the server listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A way to send requests to the application from inside this program.
    #[must_use]
    pub fn inside(&self) -> Inside {
        Inside(self.door.app.clone())
    }

    /// Serves until the program receives a signal to stop. Then requests in progress have their time to end.
    ///
    /// # Errors
    /// None at present.
    pub async fn serve(self) -> Result<()> {
        let Self { listeners: (listener, second), door, stop, stopping, .. } = self;
        let Self { exporter, answer, grace, .. } = self;
        let connections = GracefulShutdown::new();
        tokio::spawn(door.connections.clone().enforce_limits_forever(answer));
        tokio::select! {
            () = accept(&listener, &door, &connections) => {}
            () = accept_if_any(second.as_ref(), &door, &connections) => {}
            () = stop => {}
        }
        drop((listener, second));
        let finish = async {
            connections.shutdown().await;
            end(&door.app, &stopping).await;
        };
        if tokio::time::timeout(grace, finish).await.is_err() {
            let why = format_args!("they did not finish within {} s", grace.as_secs());
            warn(None, "stopped with requests in flight", &why);
        }
        close(exporter).await;
        Ok(())
    }

    /// Stops an application that has served nobody but this program.
    pub async fn close(self) {
        let _ = tokio::time::timeout(self.grace, end(&self.door.app, &self.stopping)).await;
        close(self.exporter).await;
    }
}

/// Tells the guests to end, and waits: they may continue after their last response.
async fn end(app: &App, stopping: &watch::Sender<bool>) {
    let _ = stopping.send(true);
    app.population.empty().await;
}

/// Sends the spans that are left.
async fn close(exporter: Option<Exporter>) {
    if let Some(exporter) = exporter {
        exporter.close().await;
    }
}

/// Sends requests to the application from inside this program, past the limits of connections.
#[derive(Clone)]
pub struct Inside(Arc<App>);

impl Inside {
    /// Sends a request without a body, and reads the response whole.
    ///
    /// # Errors
    /// No component has the path, or the body of the response ends too early.
    pub async fn send(&self, request: Request<()>) -> Result<Response<Bytes>> {
        let matched = self.0.router.route(request.uri().path());
        let matched =
            matched.with_context(|| format!("nothing serves {}", request.uri().path()))?;
        let mut span = spans::of_request(self.0.tracer(), request.method(), request.headers());
        span.set_route(request.method(), &matched.raw_route);
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let hop = first_hop(&span);
        let response = self.0.call(&matched, request.map(|()| body), client, hop).await;
        span.set_served(response.status());
        drop(span);
        let (head, body) = response.into_parts();
        let body = body.collect().await.context("the response ended too early")?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// The way of a client's request.
fn first_hop(span: &Span) -> Hop {
    Hop { depth: 0, parent: span.as_parent() }
}

/// Resolves on SIGINT, on SIGTERM and, if requested, at the end of stdin.
fn stop_signal(with_stdin: bool) -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (closed, stdin) = oneshot::channel();
    if with_stdin {
        // Not tokio's stdin, because a blocking read would outlast the shutdown of the runtime.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = closed.send(());
        });
    } else {
        std::mem::forget(closed);
    }
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = stdin => {}
        }
    })
}

/// Accepts on `listener`. Without one, waits for ever.
async fn accept_if_any(
    listener: Option<&TcpListener>,
    door: &Door,
    connections: &GracefulShutdown,
) {
    match listener {
        Some(listener) => accept(listener, door, connections).await,
        None => std::future::pending().await,
    }
}

async fn accept(listener: &TcpListener, door: &Door, connections: &GracefulShutdown) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                let kind = door.room().await;
                door.connect(stream, client, kind, connections);
            }
            Err(error) => {
                warn(None, "a connection cannot be accepted", &error);
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Door {
    app: Arc<App>,
    free: Arc<Semaphore>,
    free_for_health: Arc<Semaphore>,
    connections: Connections,
    nodelay: bool,
}

impl Door {
    /// Waits until there is room for a connection.
    async fn room(&self) -> Kind {
        loop {
            if let Some(kind) = self.connections.room(Instant::now()) {
                return kind;
            }
            tokio::time::sleep(ROOM_AGAIN).await;
        }
    }

    fn connect(
        &self,
        stream: TcpStream,
        client: SocketAddr,
        kind: Kind,
        connections: &GracefulShutdown,
    ) {
        // Without this option, a chunked response waits 40 ms for the client's acknowledgement.
        let _ = stream.set_nodelay(self.nodelay);
        let door = self.clone();
        let open = self.connections.open(kind);
        let of_requests = open.connection.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let shares = request.version() >= Version::HTTP_2;
            let (door, busy) = (door.clone(), of_requests.begin(shares));
            async move {
                let response = door.answer(request, client, kind, &busy.work).await;
                Ok::<_, Infallible>(ResponseBody::answer(response, busy))
            }
        });
        let stream = Stream { stream, connection: open.connection.clone() };
        let mut builder = Builder::new(TokioExecutor::new());
        // `connection` enforces the time limit for a head, because hyper's own limit starts at the previous
        // response.
        builder.http1().max_buf_size(MAX_HEAD).header_read_timeout(None);
        let http2 = &mut builder.http2();
        http2.timer(TokioTimer::new());
        http2.max_concurrent_streams(MAX_STREAMS).max_send_buf_size(MAX_UNREAD);
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A client that disconnects is not an error.
            tokio::select! {
                _ = connection => {}
                () = open.connection.close_requested() => {}
            }
        });
    }

    async fn answer(
        &self,
        mut request: Request<Incoming>,
        client: SocketAddr,
        kind: Kind,
        work: &Arc<Work>,
    ) -> Response<WasiBody> {
        let path = request.uri().path().to_owned();
        let mut line = Line::new(request.method(), &path);
        let mut span = spans::of_request(self.app.tracer(), request.method(), request.headers());
        line.in_trace(span.trace_id());
        strip(&mut request);
        let is_health = HEALTH.contains(&path.as_str());
        let mut response = if kind == Kind::Reserved && !is_health {
            too_many_connections()
        } else if let Some(reserved) = path.strip_prefix("/.well-known/spin/") {
            match reserved {
                "health" => answer(StatusCode::OK, "OK"),
                _ => answer(StatusCode::NOT_FOUND, ""),
            }
        } else if let Some(matched) = self.app.router.route(&path) {
            line.to(&matched.component);
            span.set_route(request.method(), &matched.raw_route);
            let free = if is_health { &self.free_for_health } else { &self.free };
            let place = Place::take(free).await;
            let place = work.place.get_or_init(|| place);
            let request = request.map(|body| match body.is_end_stream() {
                true => body.map_err(Error::from).boxed_unsync(),
                false => RequestBody::new(body, work.clone(), place.clone()).boxed_unsync(),
            });
            self.app.call(&matched, request, client, first_hop(&span)).await
        } else {
            answer(StatusCode::NOT_FOUND, "")
        };
        if kind == Kind::Reserved {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        span.set_served(response.status());
        line.end(response.status());
        response
    }
}

/// The response on a connection beyond the limit.
fn too_many_connections() -> Response<WasiBody> {
    let body = "Too many connections. Try again in a second.\n";
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, body);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
