//! Whom a token proves: the one component that has the keys of tokens, and their rules.
//!
//! Reachable from other components only. It must not decide what a caller may do, nor learn what they
//! ask for: it is sent a token and nothing else.
#![forbid(unsafe_code)]

mod config;
mod jwks;
mod key;
mod key_set;
mod lifetime;
mod object;
mod token;
mod types;

use http::{Method, StatusCode};
use nexus_common::auth::{Refusal, bearer};
use nexus_common::http::{Inbound, json_response, serve};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};
use serde::Serialize;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, answer).await
}

async fn answer(inbound: Inbound) -> Result<Response> {
    match (inbound.method(), inbound.path()) {
        (&Method::GET, "/v1/proof") => {
            let proof = async { token::verify(bearer(&inbound)?).await };
            verdict(proof.await)
        }
        (&Method::GET, "/v1/ready") => verdict(config::ready().await),
        (_, path) => Err(Error::NotFound(format!("there is nothing at {path}"))),
    }
}

/// 200, whatever the verdict is: only a fault of ours is an error here.
fn verdict<T: Serialize>(result: Result<T>) -> Result<Response> {
    let verdict = result.map_err(Refusal::from);
    let body = serde_json::to_vec(&verdict).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(json_response(StatusCode::OK, body))
}
