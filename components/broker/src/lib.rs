//! The private holder of everything secret: encryption keys, client secrets, the way out to
//! providers. Sealing and opening credentials happens here and nowhere else.
//!
//! It has no operation that returns a plaintext. Callers name an integration; what its credential
//! is, and where it may be sent, the broker finds out itself.
#![forbid(unsafe_code)]

mod answer;
mod beside;
mod check;
mod coding;
mod credential;
mod data_key;
mod digest;
mod egress;
mod forward;
mod heads;
mod health;
mod keys;
mod oauth;
mod outbox;
mod own_token;
mod provider;
mod renewed;
mod revoke;
mod screen;
mod seal;
mod shared;
mod source;
mod tick;
mod verify;

use nexus_common::broker::{
    self as operations, BeginAuthorization, Denied, Described, DueRevocations, FinishAuthorization,
    NewCredentials, Plan, PlanRevocation, Receipt, RevocationScope, Sealed, Stored,
};
use nexus_common::http::{Inbound, serve_component};
use nexus_common::log::Line;
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::{Operation, Request};
use nexus_common::store::give_up;
use nexus_common::{Result, component};
use nexus_manifests::params;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_component(request, operate).await
}

async fn operate(inbound: Inbound) -> Result<Response> {
    use operations::{
        Check, Describe, Health, Revoke, Seal, SealClient, SignHeads, Tick, VerifyHeads,
    };
    let request = Request::new(inbound);
    request.require_secret().await?;
    match request.operation() {
        Seal::NAME => request.serve::<Seal>(seal_new).await,
        Check::NAME => {
            request.serve::<Check>(async |stored, id| check::run(&stored, id).await).await
        }
        PlanRevocation::NAME => request.serve::<PlanRevocation>(plan_revocation).await,
        Revoke::NAME => request.serve::<Revoke>(revoke_due).await,
        SealClient::NAME => {
            request.serve::<SealClient>(async |new, _| oauth::seal_client(&new).await).await
        }
        BeginAuthorization::NAME => {
            request.serve::<BeginAuthorization>(async |asked, _| oauth::begin(&asked).await).await
        }
        FinishAuthorization::NAME => {
            request.serve::<FinishAuthorization>(async |back, _| oauth::exchange(&back).await).await
        }
        Tick::NAME => request.serve::<Tick>(async |_, id| tick::run(id).await).await,
        Describe::NAME => {
            request.serve::<Describe>(async |stored, _| describe(&stored).await).await
        }
        SignHeads::NAME => request.serve::<SignHeads>(async |_, _| heads::sign().await).await,
        VerifyHeads::NAME => {
            request.serve::<VerifyHeads>(async |of, _| heads::verify(&of.workspace).await).await
        }
        Health::NAME => request.serve::<Health>(async |_, _| health::state().await).await,
        name if name == operations::FORWARD.name => {
            Ok(forward::run(request.from_one_of(operations::FORWARD.callers)?).await)
        }
        _ => Err(request.unknown()),
    }
}

async fn plan_revocation(asked: RevocationScope, request_id: &str) -> Result<Plan> {
    let RevocationScope { stored, force } = asked;
    forward::forget(&stored.workspace, &stored.integration_id);
    revoke::plan(&stored, force, request_id).await
}

async fn revoke_due(due: DueRevocations, request_id: &str) -> Result<Vec<Receipt>> {
    outbox::run(outbox::OutboxScope::Of(&due.stored, &due.kept), request_id).await
}

/// What an agent has to know of an integration's provider.
async fn describe(stored: &Stored) -> Result<Described> {
    let usable = credential::load(&stored.workspace, &stored.integration_id).await?;
    let manifest = &usable.sourced.manifest;
    let base = params::base_url(manifest, &usable.params).map_err(credential::broken)?;
    let hosts = usable.credential.pins.api.iter().filter_map(|pin| pin.split("://").nth(1));
    let deny = manifest.api.deny.iter().map(|deny| Denied {
        method: deny.method.clone(),
        path: deny.path.clone(),
        why: deny.why.clone(),
    });
    Ok(Described {
        provider: manifest.name.clone(),
        description: manifest.description.clone(),
        docs_url: Some(manifest.docs_url.clone()).filter(|url| !url.is_empty()),
        base_url: base.as_str().trim_end_matches('/').to_owned(),
        hosts: hosts.map(str::to_owned).collect(),
        headers: manifest.api.headers.clone(),
        deny: deny.collect(),
    })
}

async fn seal_new(new: NewCredentials, request_id: &str) -> Result<Sealed> {
    let mut prepared = credential::prepare(&new).await?;
    let is_new = !prepared.stored;
    if is_new && new.manifest_id.is_none() {
        let manifest = &prepared.usable.sourced.manifest;
        shared::ask(&new.workspace, &new.integration_id, manifest, new.force).await?;
    }
    let usable = &mut prepared.usable;
    if is_new && usable.sourced.manifest.auth_method.is_oauth2() {
        digest::digester().await?;
        oauth::mint(usable).await?;
    }
    let mut health = "unknown";
    if new.verify && usable.can_be_verified() {
        match verify::run(usable).await {
            Ok(account) => (health, usable.account) = ("healthy", account),
            Err(why) => {
                if is_new {
                    give_up_minted(&new, usable, request_id).await;
                }
                return Err(why);
            }
        }
    }
    let usable = prepared.usable.clone();
    let sealed = credential::seal(&new, prepared, health).await;
    if sealed.is_err() && is_new {
        give_up_minted(&new, &usable, request_id).await;
    }
    sealed
}

/// A token that was obtained for credentials which are not stored must end.
async fn give_up_minted(new: &NewCredentials, usable: &credential::Usable, request_id: &str) {
    let (workspace, id) = (new.workspace.as_str(), new.integration_id.as_str());
    let lost = credential::minted(workspace, id, usable).await;
    if let Err(error) = give_up(workspace, id, (&new.actor, request_id), &lost).await {
        Line::error("a token that nobody ends").with("request_id", &request_id).why(&error);
    }
}
