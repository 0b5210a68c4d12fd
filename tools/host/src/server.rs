//! Listens, takes requests from clients to the application, and stops in good order.
//!
//! It decides nothing about a request but which component gets it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, oneshot, watch};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::app::App;
use crate::cli::Up;
use crate::connection::{Busy, Coming, Connections, Open, Place, Stream};
use crate::log::Line;
use crate::request::{answer, strip};

/// What is in flight may take this long once we stop.
const GRACE: Duration = Duration::from_secs(10);

/// Requests of clients at the same time; more wait. Those between components are not counted: they
/// would wait for each other; nor those whose client is waited for.
const MAX_REQUESTS: usize = 1024;

/// After an accept that failed (no more file descriptors, most likely).
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// While there are as many connections as there may be.
const ROOM_AGAIN: Duration = Duration::from_millis(2);

/// Largest head of a request, in bytes.
const MAX_HEAD: usize = 256 * 1024;

/// Serves until it is told to stop.
pub(crate) async fn run(options: &Up) -> Result<()> {
    // Before anything else, so that no signal finds the default handler.
    let stop = stop_signal(options.exit_on_stdin_close)?;
    let (stopping, stopped) = watch::channel(false);
    let app = App::load(options, stopped).await?;
    let address = options.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose another with --listen"))?;
    let address = listener.local_addr()?;
    let _ = app.address.set(address);
    // Nobody reads it: not a reason to stop.
    let _ = announce(address);

    let connections = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(MAX_REQUESTS));
    let server = Server { app: app.clone(), free, connections: Connections::new() };
    tokio::select! {
        () = accept(&listener, &server, &connections) => {}
        () = stop => {}
    }
    drop(listener);
    let finish = async {
        connections.shutdown().await;
        // Guests may go on after their last answer.
        let _ = stopping.send(true);
        app.population.empty().await;
    };
    if tokio::time::timeout(GRACE, finish).await.is_err() {
        eprintln!("stopped with requests in flight after {} s", GRACE.as_secs());
    }
    Ok(())
}

fn announce(address: SocketAddr) -> std::io::Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "Serving http://{address}")?;
    stdout.flush()
}

/// Resolves on SIGINT, on SIGTERM, and, if asked for, at the end of stdin.
fn stop_signal(with_stdin: bool) -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (closed, stdin) = oneshot::channel();
    if with_stdin {
        // Not tokio's stdin: a read that blocks would outlive the runtime's patience.
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

async fn accept(listener: &TcpListener, server: &Server, connections: &GracefulShutdown) {
    loop {
        while !server.connections.have_room() {
            tokio::time::sleep(ROOM_AGAIN).await;
        }
        match listener.accept().await {
            Ok((stream, client)) => server.connect(stream, client, connections),
            Err(error) => {
                eprintln!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

#[derive(Clone)]
struct Server {
    app: Arc<App>,
    free: Arc<Semaphore>,
    connections: Connections,
}

impl Server {
    fn connect(&self, stream: TcpStream, client: SocketAddr, connections: &GracefulShutdown) {
        // Without it a chunked answer waits 40 ms for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let server = self.clone();
        let open = self.connections.open();
        let of_requests = open.connection.clone();
        let service = service_fn(move |request| {
            let (server, busy) = (server.clone(), of_requests.begin());
            async move { Ok::<_, Infallible>(server.answer(request, client, busy).await) }
        });
        let stream = Stream { stream, connection: open.connection.clone() };
        let mut builder = Builder::new(TokioExecutor::new());
        // How long a head may take is seen to by `connection`: hyper's own limit counts from the
        // answer before.
        builder.http1().max_buf_size(MAX_HEAD).header_read_timeout(None);
        builder.http2().timer(TokioTimer::new());
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            let Open { connection: state, .. } = &open;
            // A client that leaves is no event.
            tokio::select! {
                _ = connection => {}
                () = state.is_over() => {}
            }
        });
    }

    async fn answer(
        &self,
        mut request: Request<Incoming>,
        client: SocketAddr,
        busy: Busy,
    ) -> Response<Held> {
        let path = request.uri().path().to_owned();
        let mut line = Line::new(request.method(), &path);
        strip(&mut request);
        let response = if let Some(reserved) = path.strip_prefix("/.well-known/spin/") {
            match reserved {
                "health" => Held::free(answer(StatusCode::OK, "OK")),
                _ => Held::free(answer(StatusCode::NOT_FOUND, "")),
            }
        } else if let Some(matched) = self.app.router.route(&path) {
            line.to(&matched.component);
            let place = Place::take(&self.free).await;
            let request = request.map(|body| match body.is_end_stream() {
                true => body.map_err(Error::from).boxed_unsync(),
                false => Coming::new(body, place.clone()).boxed_unsync(),
            });
            let response = self.app.call(&matched, request, client, 0).await;
            response.map(|body| Held { body, _busy: None, _place: Some(place) })
        } else {
            Held::free(answer(StatusCode::NOT_FOUND, ""))
        };
        line.end(response.status());
        response.map(|held| Held { _busy: Some(busy), ..held })
    }
}

/// A body that holds its place among the requests until it is sent or dropped.
struct Held {
    body: WasiBody,
    _busy: Option<Busy>,
    _place: Option<Arc<Place>>,
}

impl Held {
    fn free(response: Response<WasiBody>) -> Response<Self> {
        response.map(|body| Self { body, _busy: None, _place: None })
    }
}

impl Body for Held {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
