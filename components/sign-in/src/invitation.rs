//! Accepts an invitation, once: the person who has the link joins the workspace with the role in it, or signs in
//! again as the person in it.

use http::StatusCode;
use nexus_common::auth::{SecretKind, count_wrong, require_same_origin, session_hash};
use nexus_common::http::{Inbound, client_address, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{Admits, People, Transaction, find_invitation};
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

/// The method of an invitation that made a new person.
const JOINED: &str = "invitation";
/// The method of an invitation with which a person signed in again.
const AGAIN: &str = "sign_in_link";

/// Shows the workspace of an invitation, and the person's name and role. It stays valid.
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
    let workspace = found.workspace;
    let (person_id, role, name, email) = match found.admits {
        Admits::New { role, name, email } => (None, role, name, email),
        Admits::Again(id) => {
            let person = People::of(&workspace).find(&id).await?;
            (Some(id), person.role, Some(person.name), person.email)
        }
    };
    let body = json!({"workspace": workspace, "person_id": person_id, "role": role.name(),
        "name": name, "email": email});
    Ok(json_response(StatusCode::OK, body.to_string()))
}

/// Joins the workspace and signs in, or signs in again.
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
    let people = People::of(&found.workspace);
    let (person_id, method) = match found.admits {
        Admits::Again(_) if typed.is_some() => {
            let rule = "must be absent: the link is for a person who has a name";
            return Err(Error::invalid("/name", rule));
        }
        Admits::Again(id) => (id, AGAIN),
        Admits::New { role, name, email } => {
            let name = typed.or(name.as_deref()).or(email.as_deref());
            let rule = "must have 1 to 100 characters";
            let name = name.ok_or_else(|| Error::invalid("/name", rule))?;
            let new_id = id::person(clock::now_ms());
            people.insert_local(&tx, &new_id, (name, email.as_deref()), role).await?;
            (new_id, JOINED)
        }
    };
    let person = people.find_in(&tx, &person_id).await?;
    session::begin(tx, &person, method, &request_id).await
}

/// The error for a secret that no invitation has. It is counted.
async fn gone(address: Option<String>) -> Error {
    let why = "the link was used or deleted, has expired, or was made by a person who is not an ADMIN any longer, \
               or its person is switched off. Ask for a new one";
    let counted = count_wrong(SecretKind::Link, address).await;
    counted.err().unwrap_or_else(|| Error::Gone(why.into()))
}
