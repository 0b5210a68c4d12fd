//! The private holder of everything secret: encryption keys, client secrets, and the way out to providers.
//! Credentials are sealed and opened here and nowhere else, by the crate `nexus-vault`.
//!
//! No operation returns a plaintext. A caller names an integration. The broker itself finds the credential, and the
//! hosts that it may be sent to.
#![forbid(unsafe_code)]

mod ending;
#[cfg(test)]
mod layers;
mod oauth;
mod operations;
mod provider;

use nexus_common::broker::{
    BeginAuthorization, Check, Describe, Discover, DueRevocations, FORWARD, FetchClientMetadata,
    FinishAuthorization, ListChoices, PlanRevocation, RegisterClient, ReportHealth, Revoke, Seal,
    SealClient, SignHeads, Tick, VerifyHeads,
};
use nexus_common::domain::Receipt;
use nexus_common::http::{Inbound, serve_component};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Operation, Request};
use nexus_common::{Result, component};
use nexus_vault::oauth_app;
use nexus_vault::rows::outbox::OutboxScope;

use operations::{
    check, choices, client_metadata, describe, discover, forward, heads, health, outbox,
    plan_revocation, seal_new, tick,
};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_component(request, operate).await
}

async fn operate(inbound: Inbound) -> Result<Response> {
    let request = Request::new(inbound, Some(FORWARD));
    request.require_secret().await?;
    match request.operation() {
        Seal::NAME => request.serve::<Seal>(seal_new::run).await,
        Check::NAME => {
            request.serve::<Check>(async |stored, id| check::run(&stored, id).await).await
        }
        ListChoices::NAME => {
            request.serve::<ListChoices>(async |stored, id| choices::list(&stored, id).await).await
        }
        PlanRevocation::NAME => request.serve::<PlanRevocation>(plan_revocation::run).await,
        Revoke::NAME => request.serve::<Revoke>(revoke_due).await,
        SealClient::NAME => {
            request.serve::<SealClient>(async |new, _| oauth_app::seal(&new).await).await
        }
        RegisterClient::NAME => {
            request.serve::<RegisterClient>(async |scope, _| oauth::register(&scope).await).await
        }
        BeginAuthorization::NAME => {
            request
                .serve::<BeginAuthorization>(async |request, _| oauth::begin(&request).await)
                .await
        }
        FinishAuthorization::NAME => {
            request
                .serve::<FinishAuthorization>(async |request, _| oauth::exchange(&request).await)
                .await
        }
        Tick::NAME => request.serve::<Tick>(async |_, id| tick::run(id).await).await,
        Describe::NAME => {
            request.serve::<Describe>(async |stored, _| describe::run(&stored).await).await
        }
        Discover::NAME => {
            request.serve::<Discover>(async |asked, _| discover::run(&asked).await).await
        }
        FetchClientMetadata::NAME => {
            request
                .serve::<FetchClientMetadata>(async |asked, _| client_metadata::fetch(&asked).await)
                .await
        }
        SignHeads::NAME => request.serve::<SignHeads>(async |_, _| heads::sign().await).await,
        VerifyHeads::NAME => {
            request
                .serve::<VerifyHeads>(async |scope, _| heads::verify(&scope.workspace).await)
                .await
        }
        ReportHealth::NAME => {
            request.serve::<ReportHealth>(async |_, _| health::state().await).await
        }
        name if name == FORWARD.name => {
            Ok(forward::run(request.from_one_of(FORWARD.callers)?).await)
        }
        _ => Err(request.unknown()),
    }
}

async fn revoke_due(due: DueRevocations, request_id: &str) -> Result<Vec<Receipt>> {
    let (stored, kept) = due.into_parts();
    outbox::run(OutboxScope::Of(&stored, &kept), request_id).await
}
