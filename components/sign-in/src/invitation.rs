//! Accepts an invitation: the person who has the link joins the workspace with the role in it, once.

use http::StatusCode;
use nexus_common::auth::{SecretKind, count_wrong, require_same_origin, session_hash};
use nexus_common::http::{Inbound, client_address, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{Invitation, People, Transaction, find_invitation};
use nexus_common::{Error, Result, id};
use nexus_printable::{RULE, is_printable};
use serde::Deserialize;
use serde_json::json;

use crate::session;

/// `POST /sign-in/invitation/show`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShowIn {
    /// The secret in the link.
    invitation: String,
}

/// `POST /sign-in/invitation`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptIn {
    /// The secret in the link.
    invitation: String,
    /// The person's name, if the invitation has none.
    #[serde(default)]
    name: Option<String>,
}

/// Shows the workspace and the role of an invitation. It stays valid.
///
/// # Errors
/// 403, 410, 422.
pub(crate) async fn show(inbound: Inbound) -> Result<Response> {
    require_same_origin(&inbound).await?;
    inbound.query(&[])?;
    let address = client_address(&inbound).await?;
    let ShowIn { invitation } = inbound.json().await?;
    let Some(found) = find_invitation(session_hash(&invitation)).await? else {
        return Err(gone(address).await);
    };
    let Invitation { workspace, role, name, email, .. } = found;
    let body = json!({"workspace": workspace, "role": role.name(), "name": name, "email": email});
    Ok(json_response(StatusCode::OK, body.to_string()))
}

/// Joins the workspace, and signs in.
///
/// # Errors
/// 403, 410, 422.
pub(crate) async fn accept(inbound: Inbound) -> Result<Response> {
    require_same_origin(&inbound).await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let address = client_address(&inbound).await?;
    let input: AcceptIn = inbound.json().await?;
    let typed = input.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if typed.is_some_and(|name| name.chars().count() > 100 || !is_printable(name)) {
        return Err(Error::invalid(
            "/name",
            format!("must have at most 100 characters, and {RULE}"),
        ));
    }
    let hash = session_hash(&input.invitation);
    // Anyone can send a secret, so the write lock is taken only for a known one.
    if find_invitation(hash).await?.is_none() {
        return Err(gone(address).await);
    }
    let tx = Transaction::begin().await?;
    let Some(found) = tx.use_invitation(hash).await? else {
        drop(tx);
        return Err(gone(address).await);
    };
    let name = typed.or(found.name.as_deref()).or(found.email.as_deref());
    let name = name.ok_or_else(|| Error::invalid("/name", "must have 1 to 100 characters"))?;
    let person_id = id::person(clock::now_ms());
    let people = People::of(&found.workspace);
    people.insert_local(&tx, &person_id, (name, found.email.as_deref()), found.role).await?;
    let person = people.find_in(&tx, &person_id).await?;
    session::begin(tx, &person, "invitation", &request_id).await
}

/// The error for a secret that no invitation has. It is counted.
async fn gone(address: Option<String>) -> Error {
    let why = "the invitation was used or deleted, has expired, or was made by a person who is not an ADMIN any \
               longer. Ask for a new one";
    let counted = count_wrong(SecretKind::Link, address).await;
    counted.err().unwrap_or_else(|| Error::Gone(why.into()))
}
