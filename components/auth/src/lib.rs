//! Verifies who is calling: the one component that has the keys and the rules for every kind of proof.
//!
//! A proof is a JWT of an outside issuer or of an agent, a key of an agent, an access token of ours, or a session
//! of a browser. Only other components reach this one. It must not decide what a caller may do, and it is not told
//! what the caller asks for: a request holds a proof and the address of the client. It keeps the counts of the
//! limits per minute of those components that may not use the key-value store.
#![forbid(unsafe_code)]

mod access_token;
mod agent;
mod agent_key;
mod agent_token;
mod claims;
mod config;
mod entry;
mod first_seen;
mod id_token;
mod identity;
mod issuers;
mod jwks;
mod key;
mod key_set;
mod lifetime;
mod link;
mod object;
mod passkey;
mod session;
mod token;
mod types;
mod wrong;

use nexus_common::auth::{
    BeginPasskey, Count, CountWrong, Counted, Counting, Evidence, KeyKind, PasskeyBegin, Presented,
    Proof, Prove, ReadIdToken, ReadNewPasskey, Ready, SentNewPasskey, SentPasskey, SignedLink,
    UseLink, UsePasskey, WrongSecret,
};
use nexus_common::http::{Inbound, serve};
use nexus_common::limits::{Ledger, StoreLedger};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Nothing, Operation, Request};
use nexus_common::{Result, component, id};
use wrong::Kind;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, operate).await
}

async fn operate(inbound: Inbound) -> Result<Response> {
    let request = Request::new(inbound, None);
    match request.operation() {
        Prove::NAME => {
            request.serve_openly::<Prove>(async |presented, _| verify(&presented).await).await
        }
        UseLink::NAME => {
            let use_up = async |sent: SignedLink| {
                let used = link::use_up(&sent.link).await;
                wrong::counted(used, Kind::Link, sent.address.as_deref()).await
            };
            request.serve_openly::<UseLink>(async |sent, _| use_up(sent).await).await
        }
        Count::NAME => {
            request.serve_openly::<Count>(async |counting, _| count(&counting).await).await
        }
        CountWrong::NAME => {
            let count = async |sent: WrongSecret| {
                let counted = wrong::count(sent.kind.into(), sent.address.as_deref()).await;
                counted.map(|()| Nothing {})
            };
            request.serve_openly::<CountWrong>(async |sent, _| count(sent).await).await
        }
        ReadIdToken::NAME => {
            request.serve_openly::<ReadIdToken>(async |sent, _| id_token::read(&sent).await).await
        }
        BeginPasskey::NAME => {
            let begin = async |begin: PasskeyBegin| passkey::begin(&begin.purpose).await;
            request.serve_openly::<BeginPasskey>(async |sent, _| begin(sent).await).await
        }
        UsePasskey::NAME => {
            let use_up = async |sent: SentPasskey, request_id: &str| {
                let used = passkey::use_up(&sent, request_id).await;
                wrong::counted(used, Kind::Passkey, sent.address.as_deref()).await
            };
            request.serve_openly::<UsePasskey>(use_up).await
        }
        ReadNewPasskey::NAME => {
            let read = async |sent: SentNewPasskey| passkey::read_new(&sent).await;
            request.serve_openly::<ReadNewPasskey>(async |sent, _| read(sent).await).await
        }
        Ready::NAME => {
            request
                .serve_openly::<Ready>(async |_, _| config::ready().await.map(|()| Nothing {}))
                .await
        }
        _ => Err(request.unknown()),
    }
}

/// The caller whom the evidence in `presented` proves. A wrong proof is counted.
async fn verify(presented: &Presented) -> Result<Proof> {
    let (kind, proved) = match &presented.evidence {
        Evidence::Session(cookie) => (Kind::Session, session::verify(cookie).await),
        Evidence::Bearer(text) => match KeyKind::of(text) {
            Some(KeyKind::Agent) => (Kind::AgentKey, agent_key::verify(text).await),
            Some(KeyKind::AccessToken) => (Kind::AccessToken, access_token::verify(text).await),
            Some(KeyKind::RefreshToken) => (Kind::AccessToken, Err(access_token::refresh_token())),
            None => match token::named_issuer(text) {
                Ok(id) if id.starts_with(id::AGENT) => {
                    (Kind::Token, agent_token::verify(text, &id).await)
                }
                _ => (Kind::Token, token::verify(text).await),
            },
        },
    };
    wrong::counted(proved, kind, presented.address.as_deref()).await
}

async fn count(counting: &Counting) -> Result<Counted> {
    let Counting { subject, minute, calls } = counting;
    let sum = match calls {
        0 => StoreLedger::sum(subject, *minute).await?,
        calls => StoreLedger::add(subject, *minute, *calls).await?,
    };
    Ok(Counted { sum })
}
