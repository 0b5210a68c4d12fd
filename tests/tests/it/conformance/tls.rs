//! A server that is every host: it has a certificate for each name that it is asked for, signed by a root of its own.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::vendor::Vendor;
use crate::kit::upstream::{Reply, Seen, receive};

/// The server.
pub(super) struct Hosts {
    pub(super) address: SocketAddr,
    /// The file with the root certificate.
    pub(super) root: PathBuf,
    shared: Arc<Shared>,
    _folder: TempDir,
}

#[derive(Default)]
struct Shared {
    vendors: OnceLock<Vec<Arc<Vendor>>>,
    strays: Mutex<Vec<String>>,
    /// Documents for everybody, by host and target.
    documents: Mutex<HashMap<String, (u16, Value)>>,
}

impl Hosts {
    pub(super) async fn start() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root.pem");
        std::fs::write(&root, params.self_signed(&key).unwrap().pem()).unwrap();
        let names = Names {
            issuer: Issuer::new(params, key),
            key: KeyPair::generate().unwrap(),
            made: Mutex::default(),
        };
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(names));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared: Arc<Shared> = Arc::default();
        let served = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&served)));
            }
        });
        Self { address, root, shared, _folder: folder }
    }

    /// Answers as these providers from now on.
    pub(super) fn serve(&self, vendors: &[Arc<Vendor>]) {
        assert!(self.shared.vendors.set(vendors.to_vec()).is_ok());
    }

    /// Answers with a document at `place`, which is host and target, whoever asks.
    pub(super) fn publish(&self, place: &str, document: Value) {
        self.fail(place, 200, document);
    }

    /// Answers requests for `place` with this status and `body`.
    pub(super) fn fail(&self, place: &str, status: u16, body: Value) {
        self.shared.documents.lock().unwrap().insert(place.to_owned(), (status, body));
    }

    /// The requests that had no provider's secret.
    pub(super) fn strays(&self) -> Vec<String> {
        self.shared.strays.lock().unwrap().clone()
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, shared: Arc<Shared>) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let named = stream.get_ref().1.server_name().unwrap_or_default().to_owned();
    let mut stream = BufReader::new(stream);
    while let Some(request) = receive(&mut stream).await {
        let bytes = match shared.answer(&named, &request) {
            Reply::Bytes(bytes) => bytes,
            Reply::Stream(_, mut pieces) => {
                // Nothing is sent until the test lets go.
                while pieces.recv().await.is_some() {}
                return;
            }
        };
        let stream = stream.get_mut();
        // Without `flush`, encrypted bytes may stay in the buffer of TLS until the next write.
        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

impl Shared {
    fn answer(&self, named: &str, request: &Seen) -> Reply {
        let host = request.all("host").first().copied().unwrap_or_default().to_owned();
        let place = format!("{host}{}", request.target());
        if let (true, Some((status, document))) =
            (host == named, self.documents.lock().unwrap().get(&place))
        {
            return Reply::json(*status, document);
        }
        let vendors = self.vendors.get().map_or(&[][..], Vec::as_slice);
        let is_meant = |vendor: &&Arc<Vendor>| {
            vendor.is_meant(request) || vendor.is_registration(&host, request)
        };
        match vendors.iter().find(is_meant) {
            Some(vendor) if host == named => vendor.answer(&host, request),
            _ => {
                self.strays.lock().unwrap().push(format!("{named}: {} for {host}", request.line));
                Reply::new(404, "", "nobody's secret")
            }
        }
    }
}

/// Certificates by name.
struct Names {
    issuer: Issuer<'static, KeyPair>,
    /// The key of all certificates but the root.
    key: KeyPair,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut made = self.made.lock().unwrap();
        let make = || {
            let params = CertificateParams::new(vec![name.clone()]).unwrap();
            let certificate = params.signed_by(&self.key, &self.issuer).unwrap();
            let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
            let key = any_supported_type(&key).unwrap();
            Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key))
        };
        Some(Arc::clone(made.entry(name.clone()).or_insert_with(make)))
    }
}
