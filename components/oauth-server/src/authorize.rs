//! `GET /oauth/authorize`: checks a program's request, and asks the person who is signed in.
//!
//! Nothing is answered at a redirect URI that is not the client's own. This module must not decide for the
//! person.

use http::StatusCode;
use nexus_common::auth::{Caller, new_session_secret, require_within_limit, session_hash};
use nexus_common::http::{Inbound, Respond, Theme};
use nexus_common::platform::http::Response;
use nexus_common::store::{AppClient, AppRequest, Offering, People, save_app_request};
use nexus_common::{Error, Result, config};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answer::OauthError;
use crate::back::{refuse, to};
use crate::form::Form;
use crate::page::{self, Consent};
use crate::person::SignedIn;
use crate::{client, redirect, scope};

/// The maximum length of `state`, in bytes.
const MAX_STATE: usize = 2048;
/// The length of an S256 challenge.
const CHALLENGE: usize = 43;

/// Why a request is not shown to a person.
enum Refused {
    /// The person is told so: the redirect URI cannot be trusted.
    Person(StatusCode, String),
    /// The program is told so, at its redirect URI.
    Program { redirect_uri: String, state: Option<String>, error: OauthError },
}

/// The page that asks the person, or the way to sign in, or an error.
///
/// # Errors
/// [`Error::Storage`], [`Error::Stopped`], [`Error::RateLimited`], [`Error::Misconfigured`].
pub(crate) async fn show(inbound: &Inbound) -> Result<Response> {
    let person = Caller::of_page(inbound).await?.and_then(SignedIn::of);
    if let Some(person) = &person {
        // Each page is written down, and may make the broker fetch a document.
        require_within_limit(&person.caller).await?;
    }
    let form = Form::of_query(inbound.raw_query());
    // A document is fetched only for a person who is signed in, so that nobody else makes the broker call.
    let is_document = form.get("client_id").ok().flatten().is_some_and(client::is_document);
    if person.is_none() && is_document {
        return Ok(to_sign_in(inbound));
    }
    let theme = Theme::of(inbound);
    match (checked(inbound, &form).await, person) {
        (Ok((client, asked)), Some(person)) => ask(theme, &person, &client, &asked).await,
        // Anybody can register a redirect URI. So nobody is sent there before they have signed in, not even with
        // an error (RFC 9700, 4.11.2).
        (Ok(_) | Err(Refused::Program { .. }), None) => Ok(to_sign_in(inbound)),
        (Err(refused), _) => refused.respond(theme).await,
    }
}

/// The characters to encode in a query. A query may have the others unencoded (RFC 3986, 3.4), and `%` begins an escape.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'?')
    .remove(b'%');

/// Sends the browser to sign in. From there it comes back to exactly this request. The sign-in takes nothing but the
/// characters of a URL, and browsers send a few others too.
fn to_sign_in(inbound: &Inbound) -> Response {
    let query = utf8_percent_encode(inbound.raw_query(), QUERY);
    let back = format!("{}?{query}", inbound.path());
    let back = utf8_percent_encode(&back, NON_ALPHANUMERIC);
    to(&format!("/sign-in?return_to={back}"))
}

impl Refused {
    async fn respond(&self, theme: Theme) -> Result<Response> {
        match self {
            Self::Person(status, why) => Ok(page::problem(theme, *status, why)),
            Self::Program { redirect_uri, state, error } => {
                refuse(redirect_uri, state.as_deref(), error).await
            }
        }
    }

    fn person(error: &OauthError) -> Self {
        Self::Person(StatusCode::BAD_REQUEST, error.why.clone())
    }
}

/// The client and its request. The client and the redirect URI come first: before they are known, there is
/// nowhere to send an error.
async fn checked(inbound: &Inbound, form: &Form) -> Result<(AppClient, AppRequest), Refused> {
    let id = form.require("client_id").map_err(|error| Refused::person(&error))?;
    let redirect_uri = form.require("redirect_uri").map_err(|error| Refused::person(&error))?;
    let client = client::find(id, &inbound.request_id).await.map_err(|error| {
        let problem = error.problem(&inbound.request_id);
        let status = match error {
            Error::NotFound(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST),
        };
        Refused::Person(status, problem.detail)
    })?;
    if !client.metadata.redirect_uris.iter().any(|own| redirect::is_same(own, redirect_uri)) {
        let why = format!(
            "the app asks for an answer at {:?}, which is not one of its redirect URIs. Do not go on: \
             somebody may be trying to get into your account",
            nexus_printable::shortened(redirect_uri)
        );
        return Err(Refused::Person(StatusCode::BAD_REQUEST, why));
    }
    let state = form.get("state").ok().flatten();
    let public_url = config::public_url().await.map_err(|error| {
        Refused::Person(StatusCode::INTERNAL_SERVER_ERROR, error.problem("").detail)
    })?;
    let asked = request(form, &client, redirect_uri, |resource| public_url.is_resource(resource));
    let asked = asked.map_err(|error| Refused::Program {
        redirect_uri: redirect_uri.to_owned(),
        state: state.filter(|state| state.len() <= MAX_STATE).map(str::to_owned),
        error,
    })?;
    let resource = match asked.resource.is_empty() {
        true => format!("{public_url}/mcp"),
        false => asked.resource,
    };
    Ok((client, AppRequest { resource, ..asked }))
}

/// The request of the client. `resource` is empty if the client does not name one.
fn request(
    form: &Form,
    client: &AppClient,
    redirect_uri: &str,
    is_ours: impl Fn(&str) -> bool,
) -> Result<AppRequest, OauthError> {
    let invalid = |why: &str| Err(OauthError::new("invalid_request", why));
    let state = form.get("state")?;
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return invalid("`state` is too long");
    }
    if form.require("response_type")? != "code" {
        let why = "`response_type` must be `code`";
        return Err(OauthError::new("unsupported_response_type", why));
    }
    if form.get("code_challenge_method")? != Some("S256") {
        return invalid("`code_challenge_method` must be `S256` (RFC 7636)");
    }
    let challenge = form.require("code_challenge")?;
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if challenge.len() != CHALLENGE || !challenge.bytes().all(is_digit) {
        return invalid("`code_challenge` must be the SHA-256 of the verifier in base64url");
    }
    let resource = form.get("resource")?.unwrap_or_default();
    if !resource.is_empty() && !is_ours(resource) {
        let why = "`resource` must be this application, or its /mcp (RFC 8707)";
        return Err(OauthError::new("invalid_target", why));
    }
    let asked = scope::read(form.get("scope")?)?;
    Ok(AppRequest {
        client_id: client.id.clone(),
        client_name: client.metadata.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        state: state.map(str::to_owned),
        challenge: challenge.to_owned(),
        is_read_only: asked.is_read_only,
        may_refresh: asked.is_offline || client.metadata.may_refresh,
        resource: resource.to_owned(),
    })
}

async fn ask(
    theme: Theme,
    person: &SignedIn,
    client: &AppClient,
    asked: &AppRequest,
) -> Result<Response> {
    let workspace = person.caller.workspace.as_str();
    let offered = Offering { workspace, person_subject: person.limited_as() }.all().await?;
    let who = People::of(workspace).find(&person.person_id).await?;
    let token = new_session_secret();
    save_app_request(session_hash(token.expose()), &person.session_id, asked).await?;
    Ok(page::consent(&Consent {
        theme,
        app: &asked.client_name,
        host: client::host(&client.id),
        place: &redirect::place(&asked.redirect_uri),
        workspace,
        person: &who.name,
        offered: &offered,
        is_read_only: asked.is_read_only,
        may_refresh: asked.may_refresh,
        token: token.expose(),
    }))
}
