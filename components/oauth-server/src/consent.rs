//! `POST /oauth/authorize`: the person has decided. Agreement makes an agent of the kind `connected_app`.
//!
//! The form must come from our own page, with a token that the session was given and that counts once. This
//! module must not take anything of the request itself from the form.

use http::StatusCode;
use nexus_common::auth::{Caller, new_session_secret, session_hash};
use nexus_common::http::{Inbound, RequestId, Respond, Theme};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{
    AppRequest, NewCode, NewGrant, Offering, People, RequestContext, Transaction,
};
use nexus_common::{Error, Result, config, id};

use crate::answer::{Failure, OauthError};
use crate::back::{refuse, to};
use crate::form::Form;
use crate::page::{self, DAYS};
use crate::person::SignedIn;
use crate::{redirect, scope, token};

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The longest name of a person that is a part of an agent's name, in characters.
const LONGEST_NAME: usize = 30;

/// The choice of the person.
struct Choice {
    is_read_only: bool,
    /// `None`: all integrations.
    integrations: Option<Vec<String>>,
    lifetime_ms: i64,
}

/// Sends the browser back to the program, with a code or an error.
///
/// # Errors
/// [`Error::Storage`], [`Error::Misconfigured`].
pub(crate) async fn decide(inbound: Inbound) -> Result<Response> {
    let (theme, request_id) = (Theme::of(&inbound), inbound.request_id.clone());
    match answer(inbound, &request_id).await {
        Ok(response) => Ok(response),
        Err(Failure::Oauth(error)) => Ok(page::problem(theme, StatusCode::BAD_REQUEST, &error.why)),
        Err(Failure::Other(error)) => {
            let problem = error.problem(&request_id);
            match StatusCode::from_u16(problem.status) {
                Ok(status) if status.is_client_error() => {
                    Ok(page::problem(theme, status, &problem.detail))
                }
                _ => Err(error),
            }
        }
    }
}

async fn answer(inbound: Inbound, request_id: &RequestId) -> Result<Response, Failure> {
    let person = SignedIn::of(Caller::of(&inbound).await?).ok_or_else(|| {
        Error::Forbidden("only a person who is signed in can connect an app. Sign in first".into())
    })?;
    let form = Form::of_body(inbound).await?;
    let hash = session_hash(form.require("token")?);
    let is_agreed = match form.require("decision")? {
        "allow" => true,
        "deny" => false,
        _ => return Err(OauthError::new("invalid_request", "choose Connect or Cancel").into()),
    };
    if !is_agreed {
        let tx = Transaction::begin().await?;
        let asked = taken(&tx, hash, &person).await?;
        tx.commit().await?;
        let error = OauthError::new("access_denied", "the person did not agree");
        return Ok(refuse(&asked.redirect_uri, asked.state.as_deref(), &error).await?);
    }
    let choice = choice(&form, &person).await?;
    let who = People::of(&person.caller.workspace).find(&person.person_id).await?;
    let (code, agent_id) = (new_session_secret(), id::agent(clock::now_ms()));
    let tx = Transaction::begin().await?;
    let asked = taken(&tx, hash, &person).await?;
    let owner: String = who.name.chars().take(LONGEST_NAME).collect();
    let is_read_only = choice.is_read_only || asked.is_read_only;
    let grant = NewGrant {
        agent_id: &agent_id,
        name: &format!("{} ({owner})", asked.client_name),
        client_id: &asked.client_id,
        person_id: &person.person_id,
        person_subject: person.limited_as(),
        integrations: choice.integrations.as_deref(),
        is_read_only,
        may_refresh: asked.may_refresh,
        scope: &scope::granted(is_read_only, asked.may_refresh),
        resource: &asked.resource,
        // Without refresh tokens, nothing is left after the first access token.
        lifetime_ms: match asked.may_refresh {
            true => choice.lifetime_ms,
            false => token::ACCESS_MS,
        },
    };
    tx.insert_grant(&grant, &RequestContext { caller: &person.caller, request_id }).await?;
    tx.note_agreement(&asked.client_id).await?;
    tx.insert_code(&NewCode {
        hash: session_hash(code.expose()),
        agent_id: &agent_id,
        client_id: &asked.client_id,
        redirect_uri: &asked.redirect_uri,
        challenge: &asked.challenge,
    })
    .await?;
    tx.commit().await?;
    let issuer = config::public_url().await?;
    Ok(to(&redirect::with(
        &asked.redirect_uri,
        &[
            ("code", Some(code.expose())),
            ("state", asked.state.as_deref()),
            ("iss", Some(issuer.as_str())),
        ],
    )))
}

async fn taken(tx: &Transaction, hash: [u8; 32], person: &SignedIn) -> Result<AppRequest, Failure> {
    let asked = tx.take_app_request(hash, &person.session_id).await?;
    asked.ok_or_else(|| {
        let why = "this page was answered before, or is too old. Connect again from the app";
        OauthError::new("invalid_request", why).into()
    })
}

async fn choice(form: &Form, person: &SignedIn) -> Result<Choice, Failure> {
    let invalid = |why: &str| Failure::from(OauthError::new("invalid_request", why));
    let is_read_only = match form.require("access")? {
        "read" => true,
        "call" => false,
        _ => return Err(invalid("choose what the app may do")),
    };
    let days = form.require("days")?.parse::<i64>().ok();
    let days = days.filter(|days| DAYS.iter().any(|(known, _)| known == days));
    let lifetime_ms = days.ok_or_else(|| invalid("choose for how long"))? * DAY_MS;
    let integrations = match form.require("which")? {
        "all" => None,
        "chosen" => {
            let workspace = person.caller.workspace.as_str();
            let offered = Offering { workspace, person_subject: person.limited_as() }.all().await?;
            let is_offered = |id: &&str| offered.iter().any(|one| one.id == **id);
            let chosen: Vec<_> = form.all("integration").collect();
            if chosen.is_empty() || !chosen.iter().all(is_offered) {
                return Err(invalid("choose at least one integration. Go back, and choose again"));
            }
            Some(chosen.into_iter().map(str::to_owned).collect())
        }
        _ => return Err(invalid("choose which integrations the app may use")),
    };
    Ok(Choice { is_read_only, integrations, lifetime_ms })
}
