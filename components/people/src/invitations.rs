//! `/api/people/invitations`: one-time links with which people join the workspace, or sign in again.

use http::StatusCode;
use nexus_common::auth::{Role, new_session_secret, session_hash};
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{
    Admits, NewInvitation, RequestContext, delete_invitation, insert_invitation, open_invitations,
};
use nexus_common::{Error, FieldError, Result, access, config, id};
use nexus_printable::{RULE, is_printable};
use serde::Deserialize;
use serde_json::json;

use crate::people::role_of_person;

/// `POST /api/people/invitations`: for a new person with `role`, or for the person `person_id`.
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
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    role: Option<String>,
    /// The person who signs in again.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    person_id: Option<String>,
}

impl InvitationIn {
    fn check(self) -> Result<Admits> {
        match self.person_id {
            Some(_) => self.again(),
            None => self.new_person(),
        }
    }

    /// The person who signs in again keeps role, name and address.
    fn again(self) -> Result<Admits> {
        let Self { email, name, role, person_id } = self;
        let sent = [("/role", role), ("/name", name), ("/email", email)];
        let errors: Vec<_> = sent
            .into_iter()
            .filter(|(_, member)| member.is_some())
            .map(|(pointer, _)| {
                FieldError::new(pointer, "must be absent if `person_id` is present")
            })
            .collect();
        match person_id {
            Some(id) if errors.is_empty() => Ok(Admits::Again(id)),
            _ => Err(Error::Invalid(errors)),
        }
    }

    fn new_person(self) -> Result<Admits> {
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
        let role = match self.role.as_deref() {
            Some(role) => role_of_person(role),
            None => Err(Error::invalid("/role", "must be present if `person_id` is absent")),
        };
        let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned());
        match (errors.is_empty(), role) {
            (true, role) => Ok(Admits::New {
                role: role?,
                name: trimmed(self.name),
                email: trimmed(self.email),
            }),
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
/// 401, 403, 404, 409 (`signs_in_elsewhere`, `person_inactive`), 422.
pub(crate) async fn create(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "person.invite").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: InvitationIn = inbound.json().await?;
    let admits = input.check()?;
    let secret = new_session_secret();
    let invitation_id = id::invitation(clock::now_ms());
    let new = NewInvitation {
        id: &invitation_id,
        secret_hash: session_hash(secret.expose()),
        workspace: &caller.workspace,
        admits: &admits,
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
