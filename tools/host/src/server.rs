//! Listens, passes requests from clients to the application, and shuts down in order.
//!
//! Its only decision about a request is which component handles it.

use std::convert::Infallible;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use http::header::{CONNECTION, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::BodyExt;
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
use crate::bodies::{RequestBody, ResponseBody};
use crate::cli::{Listen, Up};
use crate::connection::{Stream, Work};
use crate::connections::{Connections, Kind, RESERVE};
use crate::log::{Line, warn};
use crate::place::Place;
use crate::request::{answer, strip};

/// How long requests in flight may continue during a shutdown.
const GRACE: Duration = Duration::from_secs(10);

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

/// Serves until it receives a signal to stop.
pub(crate) async fn run(options: &Up) -> Result<()> {
    // Before anything else, so that a signal never reaches the default handler.
    let stop = stop_signal(options.exit_on_stdin_close)?;
    let (stopping, stopped) = watch::channel(false);
    let app = App::load(options, stopped).await?;
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
    // A missing reader is not a reason to stop.
    let _ = announce(address);

    let connections = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(MAX_REQUESTS));
    let free_for_health = Arc::new(Semaphore::new(RESERVE));
    let nodelay = !options.no_nodelay;
    let server = Server {
        app: app.clone(),
        free,
        free_for_health,
        connections: Connections::new(),
        nodelay,
    };
    let answer = Duration::from_secs(options.answer_timeout.get());
    tokio::spawn(server.connections.clone().enforce_limits_forever(answer));
    tokio::select! {
        () = accept(&listener, &server, &connections) => {}
        () = accept_if_any(second.as_ref(), &server, &connections) => {}
        () = stop => {}
    }
    drop((listener, second));
    let finish = async {
        connections.shutdown().await;
        // Guests may continue after their last response.
        let _ = stopping.send(true);
        app.population.empty().await;
    };
    if tokio::time::timeout(GRACE, finish).await.is_err() {
        let why = format_args!("they did not finish within {} s", GRACE.as_secs());
        warn(None, "stopped with requests in flight", &why);
    }
    Ok(())
}

fn announce(address: SocketAddr) -> std::io::Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "Serving http://{address}")?;
    stdout.flush()
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
    server: &Server,
    connections: &GracefulShutdown,
) {
    match listener {
        Some(listener) => accept(listener, server, connections).await,
        None => std::future::pending().await,
    }
}

async fn accept(listener: &TcpListener, server: &Server, connections: &GracefulShutdown) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                let kind = server.room().await;
                server.connect(stream, client, kind, connections);
            }
            Err(error) => {
                warn(None, "a connection cannot be accepted", &error);
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

#[derive(Clone)]
struct Server {
    app: Arc<App>,
    free: Arc<Semaphore>,
    free_for_health: Arc<Semaphore>,
    connections: Connections,
    nodelay: bool,
}

impl Server {
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
        let server = self.clone();
        let open = self.connections.open(kind);
        let of_requests = open.connection.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let shares = request.version() >= Version::HTTP_2;
            let (server, busy) = (server.clone(), of_requests.begin(shares));
            async move {
                let response = server.answer(request, client, kind, &busy.work).await;
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
            let free = if is_health { &self.free_for_health } else { &self.free };
            let place = Place::take(free).await;
            let place = work.place.get_or_init(|| place);
            let request = request.map(|body| match body.is_end_stream() {
                true => body.map_err(Error::from).boxed_unsync(),
                false => RequestBody::new(body, work.clone(), place.clone()).boxed_unsync(),
            });
            self.app.call(&matched, request, client, 0).await
        } else {
            answer(StatusCode::NOT_FOUND, "")
        };
        if kind == Kind::Reserved {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
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
