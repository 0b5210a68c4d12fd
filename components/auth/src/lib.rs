//! Verifies tokens: the one component that has their keys and their rules.
//!
//! Only other components reach it. It must not decide what a caller may do, and it is not told what the caller
//! asks for: a request holds a token and nothing else.
#![forbid(unsafe_code)]

mod config;
mod jwks;
mod key;
mod key_set;
mod lifetime;
mod object;
mod token;
mod types;

use nexus_common::auth::{Prove, Ready};
use nexus_common::http::{Inbound, serve};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Nothing, Operation, Request};
use nexus_common::{Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, operate).await
}

async fn operate(inbound: Inbound) -> Result<Response> {
    let request = Request::new(inbound);
    match request.operation() {
        Prove::NAME => {
            request.serve_openly::<Prove>(async |sent, _| token::verify(&sent.token).await).await
        }
        Ready::NAME => {
            request
                .serve_openly::<Ready>(async |_, _| config::ready().await.map(|()| Nothing {}))
                .await
        }
        _ => Err(request.unknown()),
    }
}
