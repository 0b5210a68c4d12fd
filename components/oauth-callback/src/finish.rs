//! Finishes a flow: consumes it once, has the broker exchange the code, and writes the result in one
//! transaction.
//!
//! Parameters of the query must not be trusted before `state` has matched. Without `state`, the page may show
//! only the error code.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::StatusCode;
use nexus_common::broker::{DueRevocations, Exchange, FinishAuthorization, Revoke, Stored};
use nexus_common::domain::Health;
use nexus_common::http::{Inbound, RequestId, Respond, flow_cookie};
use nexus_common::platform::http::within_or_beside;
use nexus_common::rpc::{Client, Component};
use nexus_common::secret::SecretJson;
use nexus_common::store::{Flow, Integrations, consume_flow};
use nexus_common::{Error, Result, encoding};
use serde_json::json;

/// The maximum length of a value in the callback's query, in bytes.
const MAX: usize = 8 * 1024;

/// How long the page waits for the revocation of tokens that were given up.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long new tokens are tried to be stored while the database cannot be written.
const STORE_WITHIN: Duration = Duration::from_secs(10);

/// The outcome of a flow, for a person and for the window that opened this one.
pub(crate) struct Outcome {
    /// The HTTP status of the page.
    pub(crate) status: StatusCode,
    /// `connected`, `denied`, `failed`.
    pub(crate) outcome: &'static str,
    /// A stable code. Empty if the flow did not fail.
    pub(crate) code: String,
    /// A sentence that says what happened.
    pub(crate) title: String,
    /// A sentence that says what to do next.
    pub(crate) advice: String,
    /// More detail: the provider's message or ours.
    pub(crate) detail: String,
    /// The id of the integration.
    pub(crate) integration_id: String,
}

impl Outcome {
    fn connected(flow: &Flow, label: Option<&str>) -> Self {
        Self {
            status: StatusCode::OK,
            outcome: "connected",
            code: String::new(),
            title: label.map_or("Connected".to_owned(), |label| format!("Connected: {label}")),
            advice: "You can close this window.".to_owned(),
            detail: String::new(),
            integration_id: flow.integration_id.clone(),
        }
    }

    /// The outcome for tokens that a person has still to choose something for.
    fn to_choose(flow: &Flow) -> Self {
        Self {
            title: "One more step: choose what to connect".to_owned(),
            advice: "The provider offers several. Go back to Integration Nexus, open the integration, and choose \
                     one."
                .to_owned(),
            ..Self::connected(flow, None)
        }
    }

    fn denied(flow: &Flow, words: String) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            outcome: "denied",
            code: "access_denied".to_owned(),
            title: "Permission was denied at the provider".to_owned(),
            advice: "Nothing was changed. Close this window. To connect the provider, start again."
                .to_owned(),
            detail: words,
            integration_id: flow.integration_id.clone(),
        }
    }

    fn failed(flow: Option<&Flow>, status: StatusCode, code: &str, detail: String) -> Self {
        Self::failed_with(flow, status, code, words(code), detail)
    }

    fn failed_with(
        flow: Option<&Flow>,
        status: StatusCode,
        code: &str,
        (title, advice): (&str, &str),
        detail: String,
    ) -> Self {
        Self {
            status,
            outcome: "failed",
            code: code.to_owned(),
            title: title.to_owned(),
            advice: advice.to_owned(),
            detail,
            integration_id: flow.map(|flow| flow.integration_id.clone()).unwrap_or_default(),
        }
    }

    /// The outcome for an error.
    pub(crate) fn of(error: &Error, request_id: &str, flow: Option<&Flow>) -> Self {
        let problem = error.problem(request_id);
        let status = match problem.code.as_str() {
            "flow_invalid" => StatusCode::BAD_REQUEST,
            "account_mismatch" | "stopped" | "invalid_token" => StatusCode::FORBIDDEN,
            "not_found" | "changed_meanwhile" => StatusCode::CONFLICT,
            "provider_timeout" => StatusCode::GATEWAY_TIMEOUT,
            "credential_refused" | "provider_error" | "egress_denied" => StatusCode::BAD_GATEWAY,
            _ => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        };
        Self::failed(flow, status, &problem.code, problem.detail)
    }
}

/// The title and the advice for a code.
fn words(code: &str) -> (&'static str, &'static str) {
    match code {
        "flow_invalid" => (
            "This sign-in cannot be finished",
            "Go back to the window where you are signed in to Integration Nexus, and connect again \
             from there.",
        ),
        "account_mismatch" => (
            "Another account was connected",
            "Nothing was changed. Sign in to the provider with the account that was connected \
             before, or allow another account in Integration Nexus.",
        ),
        "not_found" | "changed_meanwhile" => (
            "The integration was changed or deleted during this sign-in",
            "The new tokens are being revoked at the provider. Check the integration, and connect \
             again if needed.",
        ),
        "stopped" | "invalid_token" => (
            "This connection was stopped during the sign-in",
            "Nothing was changed. Ask an ADMIN of your workspace.",
        ),
        "oauth_client_missing" => (
            "The OAuth app is missing",
            "Ask an administrator to set up the OAuth app again. Then connect again.",
        ),
        "nothing_found" => (
            "The account has nothing to connect",
            "Give the account access at the provider, or sign in there with another account. Then connect again.",
        ),
        "credential_refused" => (
            "The provider rejected the sign-in",
            "Check the OAuth app's settings (client id, secret, redirect URI) and connect again.",
        ),
        "internal"
        | "storage_unavailable"
        | "write_unconfirmed"
        | "unavailable"
        | "schema_behind"
        | "database_newer" => (
            "Integration Nexus could not store the connection",
            "Look at the integration. If it is not connected, wait a minute and connect again.",
        ),
        _ => ("The provider did not respond as expected", "Wait a minute and connect again."),
    }
}

/// The title and the advice for an error of the authorization endpoint (RFC 6749, 4.1.2.1).
fn words_of_provider(error: &str) -> (&'static str, &'static str) {
    match error {
        "invalid_scope" => (
            "The provider rejected a scope",
            "Choose other scopes for this integration, or allow them in the settings of the OAuth \
             app at the provider. Then connect again.",
        ),
        "unauthorized_client"
        | "invalid_client"
        | "invalid_request"
        | "redirect_uri_mismatch"
        | "unsupported_response_type" => (
            "The provider rejected the OAuth app",
            "Compare the OAuth app at the provider with the one in Integration Nexus: client id, \
             redirect URI, kind of app. Then connect again.",
        ),
        "temporarily_unavailable" | "server_error" => words("provider_error"),
        _ => (
            "The provider rejected the sign-in",
            "The provider's message is below. Follow it, then connect again.",
        ),
    }
}

/// Finishes the flow of this browser.
///
/// # Errors
/// Errors before the flow is found. Later errors are outcomes.
pub(crate) async fn run(inbound: &Inbound, manifest_id: Option<&str>) -> Result<Outcome> {
    let query = query(inbound)?;
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    let no_flow = || Error::FlowInvalid("this browser has no sign-in in progress".into());
    let cookie = flow_cookie(inbound).await?.ok_or_else(no_flow)?;
    if get("state").is_empty() {
        // Some providers omit `state` if they do not know the app. Then nothing proves that the request comes
        // from the provider, so no flow is consumed, and the page shows only the error code.
        return match get("error") {
            error if is_code(error) => Ok(refused(None, error, "")),
            _ => Err(no_flow()),
        };
    }
    let flow = consume_flow(get("state"), &cookie).await?.ok_or_else(|| {
        Error::FlowInvalid("it is already finished, or was started in another browser".into())
    })?;
    if flow.expired {
        let words = "the sign-in took longer than ten minutes".to_owned();
        return Ok(Outcome::failed(Some(&flow), StatusCode::BAD_REQUEST, "flow_invalid", words));
    }
    if !get("error").is_empty() {
        return Ok(refused(Some(&flow), get("error"), get("error_description")));
    }
    if let Err(refused) = flow.require_standing().await {
        return Ok(Outcome::of(&refused, &inbound.request_id, Some(&flow)));
    }
    match exchange(inbound, &flow, &query, manifest_id).await {
        Ok(outcome) => Ok(outcome),
        Err(error) => Ok(Outcome::of(&error, &inbound.request_id, Some(&flow))),
    }
}

/// Whether `error` has the form of a code, and not of a sentence.
fn is_code(error: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=64).contains(&error.len()) && error.bytes().all(is_part)
}

/// The outcome if the provider sent the browser back with an error (RFC 6749, 4.1.2.1).
fn refused(flow: Option<&Flow>, error: &str, description: &str) -> Outcome {
    let capped = |text: &str| nexus_printable::shown(text).chars().take(256).collect::<String>();
    let words = match description {
        "" => capped(error),
        _ => format!("{}: {}", capped(error), capped(description)),
    };
    match (error, flow) {
        (
            "access_denied" | "consent_required" | "login_required" | "user_cancelled_authorize",
            Some(flow),
        ) => Outcome::denied(flow, words),
        _ => {
            let texts = words_of_provider(error);
            Outcome::failed_with(flow, StatusCode::BAD_GATEWAY, "provider_error", texts, words)
        }
    }
}

async fn exchange(
    inbound: &Inbound,
    flow: &Flow,
    query: &BTreeMap<String, String>,
    manifest_id: Option<&str>,
) -> Result<Outcome> {
    let back = Exchange {
        workspace: flow.workspace.clone(),
        integration_id: flow.integration_id.clone(),
        state_hash: flow.state_hash.clone(),
        sealed: encoding::to_base64(&flow.sealed),
        query: SecretJson::new(json!(query)),
        callback: manifest_id.map(str::to_owned),
    };
    let broker = Client::new(Component::OauthCallback, &inbound.request_id);
    let exchanged = broker.call::<FinishAuthorization>(&back).await?;
    let integrations = Integrations::of(&flow.workspace);
    let request_id = inbound.request_id.own();
    let written = integrations.connect(flow, &exchanged, request_id, STORE_WITHIN).await;
    // If the new tokens were stored, only the replaced ones are given up.
    let is_lost = written.is_err() || exchanged.stored.is_none();
    let given_up = if is_lost { &exchanged.lost } else { &exchanged.replaced };
    if !given_up.entries.is_empty() {
        revoke_now(flow, inbound.request_id.clone()).await;
    }
    written?;
    Ok(match (&exchanged.stored, exchanged.refused) {
        (Some(connected), _) if connected.health == Health::Pending => Outcome::to_choose(flow),
        (Some(connected), _) => {
            let account = &connected.account;
            Outcome::connected(flow, account.label.as_deref().or(account.id.as_deref()))
        }
        (None, refused) => {
            let (code, words) = refused.unwrap_or_default();
            let status = match code.as_str() {
                "account_mismatch" => StatusCode::FORBIDDEN,
                "provider_timeout" => StatusCode::GATEWAY_TIMEOUT,
                "nothing_found" => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::BAD_GATEWAY,
            };
            Outcome::failed(Some(flow), status, &code, words)
        }
    })
}

/// Revokes the given-up tokens at the provider now, instead of at the next tick. The page waits only a
/// moment. After that, the work continues in the background, and the outbox retries each revocation that fails.
async fn revoke_now(flow: &Flow, request_id: RequestId) {
    let stored = Stored {
        workspace: flow.workspace.clone(),
        integration_id: flow.integration_id.clone(),
        actor: flow.actor.clone(),
    };
    let work = async move {
        let broker = Client::new(Component::OauthCallback, &request_id);
        if let Err(error) = broker.call::<Revoke>(&DueRevocations::new(stored, Vec::new())).await {
            error.log_beside(request_id.own(), "revoke");
        }
    };
    within_or_beside(PATIENCE, work).await;
}

/// The parameters of an authorization response, which must not be duplicate (RFC 6749, 3.1; RFC 9207, 2).
const OF_OAUTH: [&str; 6] = ["code", "state", "error", "error_description", "error_uri", "iss"];

/// The parameters of the query. Any other duplicate parameter is left out, because it is ambiguous. Most of
/// the others are not used.
fn query(inbound: &Inbound) -> Result<BTreeMap<String, String>> {
    let mut query = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for (name, value) in inbound.any_query() {
        if value.len() > MAX || query.len() >= 50 {
            return Err(Error::FlowInvalid("the provider's response is too large".into()));
        }
        if query.insert(name.clone(), value).is_some() {
            if OF_OAUTH.contains(&name.as_str()) {
                return Err(Error::FlowInvalid(format!(
                    "the provider's response has {name} twice"
                )));
            }
            repeated.insert(name);
        }
    }
    query.retain(|name, _| !repeated.contains(name));
    Ok(query)
}
