//! Requests that guests send: the check of `allowed_outbound_hosts`, calls to another component in this
//! process ("chaining"), and requests to the network.
//!
//! Nothing is sent before the check. The check uses the URI that the guest gave. `block_networks` is checked
//! later, for each address of a new connection. A chained request makes no connection; a request to `self`
//! does.

pub(crate) mod allowed_hosts;
pub(crate) mod blocked_networks;
mod body;
mod client;
pub(crate) mod depths;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::HOST;
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

pub(crate) use client::Client;

use allowed_hosts::AllowedHosts;
use depths::Depths;

use crate::log::warn;
use crate::routes::chaining_host;
use crate::spans::{self, Parent, Tracer};

/// The timeout of each of the three phases, if the guest sets none. The same as Spin's.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// The maximum number of components between a client and the last component.
const MAX_DEPTH: usize = 32;

/// The response to a request that was passed to another component.
pub(crate) type Chained = Pin<Box<dyn Future<Output = Result<Response<WasiBody>, Error>> + Send>>;

/// The way of a request to a component.
pub(crate) struct Hop {
    /// How many components it has passed through.
    pub(crate) depth: usize,
    /// The span that it belongs to.
    pub(crate) parent: Parent,
}

/// The application, as far as the requests of its components need it.
pub(crate) trait Chain: Send + Sync {
    /// Passes a request from one component to another.
    fn chain(self: Arc<Self>, component: String, request: Request<WasiBody>, hop: Hop) -> Chained;

    /// Sends requests to the network.
    fn client(&self) -> &Client;

    /// The address that we listen on, once we listen.
    fn address(&self) -> Option<SocketAddr>;

    /// Makes the spans, if there are traces.
    fn tracer(&self) -> Option<&Tracer>;
}

/// Sends the requests of one instance.
pub(crate) struct Sender {
    app: Arc<dyn Chain>,
    /// The name of the component, for the log.
    component: Arc<str>,
    allowed_hosts: Arc<AllowedHosts>,
    depths: Depths,
    /// The span of the request on whose behalf the guest is about to send another.
    caller: Parent,
}

type Exchange = (Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl Sender {
    pub(crate) fn new(
        app: Arc<dyn Chain>,
        component: Arc<str>,
        allowed_hosts: Arc<AllowedHosts>,
        depths: Depths,
    ) -> Self {
        Self { app, component, allowed_hosts, depths, caller: None }
    }

    /// Sets the span that the next request belongs to.
    pub(crate) fn set_caller(&mut self, caller: Parent) {
        self.caller = caller;
    }

    /// Rejects a request that is not allowed, and directs a request to `self` at our own address.
    fn check(&self, request: &mut Request<WasiBody>) -> Result<(), Error> {
        let uri = request.uri();
        let to_self = uri.authority().is_none_or(|to| matches!(to.host(), "" | "self.alt"));
        let allowed = match to_self {
            true => self.allowed_hosts.allow_self(),
            false => self.allowed_hosts.allow(uri),
        };
        if !allowed {
            let scheme = uri.scheme_str().unwrap_or("http");
            let host = uri.authority().map_or("self", |authority| authority.host());
            let what = format!("denied a request to {scheme}://{host}");
            warn(Some(&self.component), &what, &"it is not in allowed_outbound_hosts");
            return Err(Error::HttpRequestDenied);
        }
        if to_self {
            let address = self.app.address().ok_or(Error::HttpRequestUriInvalid)?;
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            let uri: Result<Uri, _> = format!("http://{address}{path}").parse();
            *request.uri_mut() = uri.map_err(|_| Error::HttpRequestUriInvalid)?;
        }
        request.headers_mut().remove(HOST);
        Ok(())
    }
}

impl WasiHttpHooks for Sender {
    // The client sets the header from the URI. A chained request has none, as in Spin.
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Exchange, Error>> + Send> {
        let (app, component) = (self.app.clone(), self.component.clone());
        let depth = self.depths.deepest() + 1;
        let caller = self.caller.take();
        let mut span = spans::of_outgoing(app.tracer(), request.method(), request.uri(), caller);
        let checked = self.check(&mut request);
        Box::new(async move {
            let between = options.and_then(|o| o.between_bytes_timeout).unwrap_or(DEFAULT_TIMEOUT);
            let hop = Hop { depth, parent: span.as_parent() };
            let answered = match checked {
                Ok(()) => send(app, &component, hop, request, options).await,
                Err(error) => Err(error),
            };
            span.set_received(answered.as_ref().map(Response::status));
            drop(span);
            let response = answered?;
            let response =
                response.map(|body| body::TimeoutBody::new(body, between).boxed_unsync());
            let io: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((response, io))
        })
    }
}

async fn send(
    app: Arc<dyn Chain>,
    component: &str,
    hop: Hop,
    request: Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Result<Response<WasiBody>, Error> {
    if let Some(target) = chaining_target(request.uri()) {
        if hop.depth > MAX_DEPTH {
            let why =
                format_args!("it passed through {MAX_DEPTH} components, which indicates a loop");
            warn(Some(component), "a request was stopped", &why);
            return Err(Error::LoopDetected);
        }
        return app.chain(target, request, hop).await;
    }
    let options = options.unwrap_or_default();
    let host = request.uri().host().unwrap_or_default().to_owned();
    let answer = app.client().send(
        request,
        options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT),
        options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT),
    );
    let answer = answer.await.inspect_err(|error| match error {
        Error::DestinationIpProhibited => {
            let why = "its address is in block_networks";
            warn(Some(component), &format!("denied a request to {host}"), &why);
        }
        error => warn(Some(component), &format!("a request to {host} failed"), error),
    })?;
    Ok(answer.map(|body| body.map_err(Error::from).boxed_unsync()))
}

/// The component that a URI such as `http://list.spin.internal/` names.
fn chaining_target(uri: &Uri) -> Option<String> {
    chaining_host(uri.authority()?.host())
}
