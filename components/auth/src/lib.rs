//! Verifies who is calling: the one component that has the keys and the rules for every kind of proof.
//!
//! A proof is a JWT of an outside issuer, a key of an agent, an access token of ours, or a session of a browser. Only other components
//! reach this one. It must not decide what a caller may do, and it is not told what the caller asks for: a
//! request holds a proof and nothing else.
#![forbid(unsafe_code)]

mod access_token;
mod agent_key;
mod agent_token;
mod claims;
mod config;
mod first_seen;
mod identity;
mod issuers;
mod jwks;
mod key;
mod key_set;
mod lifetime;
mod link;
mod object;
mod session;
mod token;
mod types;

use nexus_common::auth::{Evidence, KeyKind, Proof, Prove, Ready, UseLink};
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
            request.serve_openly::<Prove>(async |evidence, _| verify(&evidence).await).await
        }
        UseLink::NAME => {
            request.serve_openly::<UseLink>(async |sent, _| link::use_up(&sent.link).await).await
        }
        Ready::NAME => {
            request
                .serve_openly::<Ready>(async |_, _| config::ready().await.map(|()| Nothing {}))
                .await
        }
        _ => Err(request.unknown()),
    }
}

/// Whom `evidence` proves.
async fn verify(evidence: &Evidence) -> Result<Proof> {
    match evidence {
        Evidence::Session(cookie) => session::verify(cookie).await,
        Evidence::Bearer(text) => match KeyKind::of(text) {
            Some(KeyKind::Agent) => agent_key::verify(text).await,
            Some(KeyKind::AccessToken) => access_token::verify(text).await,
            Some(KeyKind::RefreshToken) => Err(access_token::refresh_token()),
            None => token::verify(text).await,
        },
    }
}
