//! `/api/people/invitations`: one-time links with which people join the workspace.

use http::StatusCode;
use nexus_common::auth::{Role, new_session_secret, session_hash};
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{
    NewInvitation, RequestContext, delete_invitation, insert_invitation, open_invitations,
};
use nexus_common::{Error, FieldError, Result, access, config, id};
use nexus_printable::{RULE, is_printable};
use serde::Deserialize;
use serde_json::json;

use crate::people::role_of_person;

/// `POST /api/people/invitations`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvitationIn {
    /// The person's address.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    email: Option<String>,
    /// The person's name.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    name: Option<String>,
    /// `ADMIN` or `MANAGER`.
    role: String,
}

impl InvitationIn {
    fn check(&self) -> Result<Role> {
        let mut errors = Vec::new();
        for (pointer, text, most) in [("/email", &self.email, 254), ("/name", &self.name, 100)] {
            let Some(text) = text else { continue };
            let length = text.trim().chars().count();
            if !(1..=most).contains(&length) || !is_printable(text) {
                errors.push(FieldError::new(
                    pointer,
                    format!("must have 1 to {most} characters, and {RULE}"),
                ));
            }
        }
        if self.email.as_deref().is_some_and(|email| !email.trim().contains('@')) {
            errors.push(FieldError::new("/email", "must be an e-mail address"));
        }
        let role = role_of_person(&self.role);
        match (errors.is_empty(), role) {
            (true, role) => role,
            (false, Err(Error::Invalid(more))) => {
                errors.extend(more);
                Err(Error::Invalid(errors))
            }
            (false, _) => Err(Error::Invalid(errors)),
        }
    }
}

/// `GET /api/people/invitations`.
///
/// # Errors
/// 401, 403.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "person.list").await?;
    inbound.query(&[])?;
    Ok(json_response(StatusCode::OK, open_invitations(&caller.workspace).await?))
}

/// `POST /api/people/invitations`. The link is in this response and nowhere else.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn create(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "person.invite").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: InvitationIn = inbound.json().await?;
    let role = input.check()?;
    let secret = new_session_secret();
    let invitation_id = id::invitation(clock::now_ms());
    let new = NewInvitation {
        id: &invitation_id,
        secret_hash: session_hash(secret.expose()),
        workspace: &caller.workspace,
        role,
        name: input.name.as_deref().map(str::trim),
        email: input.email.as_deref().map(str::trim),
    };
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let expires_at = insert_invitation(&new, &by).await?;
    // Behind the `#`, the secret is sent to no server, and is in no log.
    let url = format!("{}/sign-in#invitation={}", config::public_url().await?, secret.expose());
    let body = json!({"id": invitation_id, "url": url, "expires_at": expires_at});
    Ok(json_response(StatusCode::CREATED, body.to_string()))
}

/// `DELETE /api/people/invitations/{id}`.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "person.invitation_delete").await?;
    inbound.query(&[])?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    delete_invitation(&caller.workspace, id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
