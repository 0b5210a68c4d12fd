//! The private holder of everything secret: encryption keys, client secrets, the way out to
//! providers. Sealing and opening credentials happens here and nowhere else.
//!
//! It has no operation that returns a plaintext. Callers name an integration; what its credential
//! is, and where it may be sent, the broker finds out itself.
#![forbid(unsafe_code)]

mod answer;
mod beside;
mod callers;
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

use http::{Method, StatusCode};
use nexus_common::broker::{
    Account, Checked, Denied, Described, NewCredentials, OfWorkspace, Revoke, Sealed, Stored,
};
use nexus_common::http::{Inbound, json_response, serve_component};
use nexus_common::log::Line;
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::store::give_up;
use nexus_common::{Error, Result, component};
use nexus_manifests::params;
use serde::Serialize;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_component(request, operate).await
}

async fn operate(inbound: Inbound) -> Result<Response> {
    let operation = match inbound.segments("/v1").as_slice() {
        ["forward", ..] => "forward".to_owned(),
        [operation] => (*operation).to_owned(),
        _ => String::new(),
    };
    callers::authorise(&inbound, &operation).await?;
    if operation == "forward" {
        return Ok(forward::run(inbound).await);
    }
    if inbound.method() != Method::POST {
        return Err(Error::MethodNotAllowed("POST"));
    }
    let request_id = inbound.request_id.own().to_owned();
    match operation.as_str() {
        "seal" => answer(&seal_new(inbound.json().await?, &request_id).await?),
        "verify" => answer(&verify_new(inbound.json().await?).await?),
        "check" => answer(&check::run(&inbound.json::<Stored>().await?, &request_id).await?),
        "revoke" => match inbound.json().await? {
            Revoke::Plan { stored, force } => {
                forward::forget(&stored.workspace, &stored.integration_id);
                answer(&revoke::plan(&stored, force, &request_id).await?)
            }
            Revoke::Run { stored, kept } => {
                answer(&outbox::run(outbox::Which::Of(&stored, &kept), &request_id).await?)
            }
        },
        "seal-client" => answer(&oauth::seal_client(&inbound.json().await?).await?),
        "authorize-url" => answer(&oauth::begin(&inbound.json().await?).await?),
        "exchange" => answer(&oauth::exchange(&inbound.json().await?).await?),
        "refresh" => answer(&refresh_now(&inbound.json::<Stored>().await?, &request_id).await?),
        "tick" => answer(&tick::run(&request_id).await?),
        "describe" => answer(&describe(&inbound.json::<Stored>().await?).await?),
        "sign-heads" => answer(&heads::sign().await?),
        "verify-heads" => {
            answer(&heads::verify(&inbound.json::<OfWorkspace>().await?.workspace).await?)
        }
        "health" => answer(&health::state().await?),
        other => Err(Error::NotFound(format!("there is no operation {other:?}"))),
    }
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

async fn verify_new(new: NewCredentials) -> Result<Account> {
    verify::run(&credential::prepare(&new).await?.usable).await
}

async fn refresh_now(stored: &Stored, request_id: &str) -> Result<Checked> {
    oauth::live(&oauth::For::of(stored, request_id)).await?;
    Ok(Checked { health: "healthy".into(), detail: None })
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

fn answer<T: Serialize>(value: &T) -> Result<Response> {
    let body = serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(json_response(StatusCode::OK, body))
}
