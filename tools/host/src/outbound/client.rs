//! The pooled HTTP client: HTTP/1.1, and HTTP/2 where TLS negotiates it. It follows no redirects, and does
//! not know the rights of components. `block_networks` is the same for all components, so [`Connector`],
//! which makes every connection in the pool, enforces it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;
use wasmtime_wasi_http::{Error, WasiBody};

use super::blocked_networks::BlockedNetworks;
use crate::cli::{ALL_HOSTS, Resolution};

tokio::task_local! {
    /// How long this request may wait for its connection. The pool has no other way to receive this value.
    static CONNECT_TIMEOUT: Duration;
}

/// Cheap to clone: all clones share the pool.
#[derive(Clone)]
pub(crate) struct Client(Pool<HttpsConnector<Connector>, WasiBody>);

impl Client {
    /// Trusts the roots of the web (Mozilla's list, compiled in), and those in the PEM file that
    /// `SSL_CERT_FILE` names, which is required behind a proxy that intercepts TLS.
    /// The hosts of `resolved` have these addresses, whatever the DNS says.
    pub(crate) fn new(
        blocked: BlockedNetworks,
        resolved: &[Resolution],
        nodelay: bool,
    ) -> Result<Self> {
        let resolved = resolved.iter().map(|one| (one.host.clone(), one.address)).collect();
        let network = Arc::new(Network { blocked, resolved });
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = std::env::var_os("SSL_CERT_FILE") {
            let name = || format!("SSL_CERT_FILE: cannot use {}", Path::new(&path).display());
            for root in CertificateDer::pem_file_iter(&path).with_context(name)? {
                roots.add(root.with_context(name)?).with_context(name)?;
            }
        }
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(
                ClientConfig::builder().with_root_certificates(roots).with_no_client_auth(),
            )
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(Connector { network, nodelay });
        Ok(Self(
            Pool::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .build(connector),
        ))
    }

    /// Sends the request, and resolves when the head of the response has arrived.
    pub(crate) async fn send(
        &self,
        request: Request<WasiBody>,
        connect_timeout: Duration,
        first_byte_timeout: Duration,
    ) -> Result<Response<Incoming>, Error> {
        let answer = CONNECT_TIMEOUT.scope(connect_timeout, self.0.request(request));
        match tokio::time::timeout(first_byte_timeout, answer).await {
            Ok(answer) => answer.map_err(|error| classify(&error)),
            Err(_) => Err(Error::ConnectionReadTimeout),
        }
    }
}

/// The reason why a connection failed.
#[derive(Debug, Clone, Copy)]
enum ConnectError {
    Uri,
    Lookup,
    Blocked,
    Refused,
    Timeout,
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ConnectError {}

/// Where connections go.
struct Network {
    blocked: BlockedNetworks,
    /// Addresses in place of those of the DNS, by host.
    resolved: BTreeMap<String, SocketAddr>,
}

/// Opens TCP connections, only to addresses that are not blocked.
#[derive(Clone)]
struct Connector {
    network: Arc<Network>,
    nodelay: bool,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Read here, where the request is polled, because the pool may drive the future in another task.
        let timeout =
            CONNECT_TIMEOUT.try_with(|timeout| *timeout).unwrap_or(super::DEFAULT_TIMEOUT);
        let Self { network, nodelay } = self.clone();
        Box::pin(async move {
            let connecting = tokio::time::timeout(timeout, network.connect(&uri)).await;
            let stream = connecting.map_err(|_| ConnectError::Timeout)??;
            // This fails only if the socket is already closed, which the first write will report.
            let _ = stream.set_nodelay(nodelay);
            Ok(TokioIo::new(stream))
        })
    }
}

impl Network {
    async fn connect(&self, uri: &Uri) -> Result<TcpStream, ConnectError> {
        let mut addresses = self.addresses(uri).await?;
        let found = addresses.len();
        addresses.retain(|address| !self.blocked.contain(address.ip()));
        if addresses.is_empty() && found > 0 {
            return Err(ConnectError::Blocked);
        }
        // Connects to these addresses, because a second lookup may return others.
        TcpStream::connect(&*addresses).await.map_err(|_| ConnectError::Refused)
    }

    async fn addresses(&self, uri: &Uri) -> Result<Vec<SocketAddr>, ConnectError> {
        let host = uri.host().ok_or(ConnectError::Uri)?;
        let is_https = uri.scheme_str() == Some("https");
        let all = self.resolved.get(ALL_HOSTS).filter(|_| is_https);
        if let Some(address) = self.resolved.get(&host.to_ascii_lowercase()).or(all) {
            return Ok(vec![*address]);
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let default = if is_https { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        let found = tokio::net::lookup_host((host, port)).await;
        Ok(found.map_err(|_| ConnectError::Lookup)?.collect())
    }
}

/// Converts an error of the pool to an error that the guest can receive.
fn classify(error: &(dyn std::error::Error + 'static)) -> Error {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<ConnectError>() {
            return match error {
                ConnectError::Uri => Error::HttpRequestUriInvalid,
                ConnectError::Lookup => Error::DnsError {
                    rcode: Some("address not available".to_owned()),
                    info_code: Some(0),
                },
                ConnectError::Blocked => Error::DestinationIpProhibited,
                ConnectError::Refused => Error::ConnectionRefused,
                ConnectError::Timeout => Error::ConnectionTimeout,
            };
        }
        if is_tls(error) {
            return Error::TlsProtocolError;
        }
        next = error.source();
    }
    Error::HttpProtocolError
}

/// Whether this is a TLS error, however many `io::Error`s wrap it.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}
