//! The one mapping from errors to HTTP (RFC 9457).

use http::{HeaderName, StatusCode, header};

use super::{set, typed};
use crate::error::{Error, FieldError, Problem};
use crate::forward::ERROR;
use crate::log::Line;
use crate::platform::http::Response;

/// Errors as responses.
pub trait Respond {
    /// The problem document of this error.
    fn problem(&self, request_id: &str) -> Problem;
    /// The response of this error.
    fn respond(&self, request_id: &str) -> Response;
    /// The line of the log about this error, which stopped `what` but not the request.
    fn log_beside(&self, request_id: &str, what: &str);
}

impl Respond for Error {
    fn problem(&self, request_id: &str) -> Problem {
        if let Self::Passed(problem) = self {
            return Problem { request_id: request_id.to_owned(), ..(**problem).clone() };
        }
        let (status, code, detail) = describe(self);
        let mut problem = Problem {
            kind: format!("/problems/{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            existing_id: None,
            redirect_uri: None,
            variable: None,
            link: None,
        };
        match self {
            Self::Invalid(errors) => problem.errors.clone_from(errors),
            Self::NameTaken { existing_id, .. } => problem.existing_id = Some(existing_id.clone()),
            Self::OauthClientMissing { redirect_uri, .. } => {
                problem.redirect_uri = Some(redirect_uri.clone());
            }
            Self::Misconfigured { variable, .. } => problem.variable = Some(variable.clone()),
            Self::QuotaExceeded { variable, .. } => {
                problem.variable = Some((*variable).to_owned());
            }
            _ => {}
        }
        problem
    }

    fn respond(&self, request_id: &str) -> Response {
        log(self, request_id);
        let problem = self.problem(request_id);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = typed(status, "application/problem+json", body);
        match self {
            Self::MethodNotAllowed(allow) => set(&mut response, header::ALLOW, allow),
            Self::MissingToken => set(&mut response, header::WWW_AUTHENTICATE, "Bearer"),
            Self::InvalidToken(_) | Self::TokenExpired => {
                set(&mut response, header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
            }
            Self::KeysUnavailable { retry_after } | Self::RefreshPending { retry_after } => {
                set(&mut response, header::RETRY_AFTER, &retry_after.to_string());
            }
            Self::LoopDetected | Self::UpgradeUnsupported => {
                set(&mut response, HeaderName::from_static(ERROR), &problem.code);
            }
            _ if matches!(
                status,
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
            ) =>
            {
                set(&mut response, header::RETRY_AFTER, "1");
            }
            _ => {}
        }
        response
    }

    fn log_beside(&self, request_id: &str, what: &str) {
        let detail = hidden(self).map_or_else(|| self.problem(request_id).detail, str::to_owned);
        Line::error(what).with("request_id", &request_id).with("why", &detail).write();
    }
}

/// Faults that an operator must hear of go to the log; they name no value of a request.
fn log(error: &Error, request_id: &str) {
    if let Some(detail) = hidden(error) {
        Line::error("request").with("request_id", &request_id).with("why", &detail).write();
    }
    if let Error::Misconfigured { variable, rule } = error {
        let line = Line::error("misconfigured").with("request_id", &request_id);
        line.with("variable", variable).with("why", rule).write();
    }
}

/// What only the log may have of an error.
fn hidden(error: &Error) -> Option<&str> {
    match error {
        Error::Storage { detail }
        | Error::Unavailable { detail }
        | Error::Internal(detail)
        | Error::Unreadable(detail) => Some(detail),
        _ => None,
    }
}

fn describe(error: &Error) -> (StatusCode, &'static str, String) {
    use StatusCode as S;
    match error {
        Error::MissingToken => (
            S::UNAUTHORIZED,
            "missing_token",
            "this call needs `Authorization: Bearer <JWT>`".into(),
        ),
        Error::InvalidToken(why) => (S::UNAUTHORIZED, "invalid_token", why.clone()),
        Error::TokenExpired => {
            (S::UNAUTHORIZED, "token_expired", "the token is past its `exp`; sign in again".into())
        }
        Error::Forbidden(why) => (S::FORBIDDEN, "forbidden", why.clone()),
        Error::NotFound(what) => (S::NOT_FOUND, "not_found", what.clone()),
        Error::MethodNotAllowed(allow) => {
            (S::METHOD_NOT_ALLOWED, "method_not_allowed", format!("this path has {allow}"))
        }
        Error::TooLarge(limit) => (
            S::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the body is larger than the {limit} bytes that are accepted"),
        ),
        Error::RequestTimeout(why) => (S::REQUEST_TIMEOUT, "request_timeout", why.clone()),
        Error::BrokenBody => (
            S::BAD_REQUEST,
            "broken_body",
            "the body of the request broke off, or one of its chunks is malformed (RFC 9112, 7.1); \
             send it again, whole"
                .into(),
        ),
        Error::UpgradeUnsupported => (
            S::NOT_IMPLEMENTED,
            "upgrade_unsupported",
            "WebSocket connections (RFC 6455) are not passed on. Use the provider's HTTP API; its \
             streams of server-sent events come through the proxy as they are sent"
                .into(),
        ),
        Error::LoopDetected => (
            S::LOOP_DETECTED,
            "loop_detected",
            "this request was sent by an Integration Nexus: an integration whose base URL leads to \
             one calls it without end, and is refused. Give the integration another base URL"
                .into(),
        ),
        Error::TooManyCalls(why) => (S::TOO_MANY_REQUESTS, "too_many_calls", why.clone()),
        Error::UnsupportedMediaType(found) => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("the content type must be application/json, it is {found}"),
        ),
        Error::Invalid(errors) => (S::UNPROCESSABLE_ENTITY, "invalid", summary(errors)),
        Error::NameTaken { name, existing_id } => (
            S::CONFLICT,
            "name_taken",
            format!("the name {name:?} is taken by {existing_id} (names are compared case-folded)"),
        ),
        Error::Conflict { code, detail } => (S::CONFLICT, code, detail.clone()),
        Error::QuotaExceeded { detail, .. } => (S::CONFLICT, "quota_exceeded", detail.clone()),
        Error::VersionMismatch { asked, found } => (
            S::PRECONDITION_FAILED,
            "version_mismatch",
            format!("`If-Match` is {asked}, the integration has version {found}: read it again"),
        ),
        Error::CredentialsRequired(why) => {
            (S::UNPROCESSABLE_ENTITY, "credentials_required", why.clone())
        }
        Error::OauthClientMissing { manifest_id, redirect_uri } => (
            S::UNPROCESSABLE_ENTITY,
            "oauth_client_missing",
            format!(
                "no OAuth app is set up for {manifest_id}: register one at the provider with the \
                 redirect URI {redirect_uri}, and PUT /api/oauth-clients/{manifest_id} (ADMIN)"
            ),
        ),
        Error::FlowInvalid(why) => (S::BAD_REQUEST, "flow_invalid", why.clone()),
        Error::IntegrationInactive(why) => (S::CONFLICT, "integration_inactive", why.clone()),
        Error::PolicyDenied(why) => (S::FORBIDDEN, "policy_denied", why.clone()),
        Error::ReauthorizationRequired(why) => {
            (S::CONFLICT, "reauthorization_required", why.clone())
        }
        Error::RefreshPending { retry_after } => (
            S::SERVICE_UNAVAILABLE,
            "refresh_pending",
            format!(
                "the token is being refreshed, and the provider has not answered yet: try again \
                 in {retry_after} s"
            ),
        ),
        Error::Unavailable { .. } => (
            S::SERVICE_UNAVAILABLE,
            "unavailable",
            "a part of the application did not answer: it has no room for the request now, or it \
             failed; try again in a second"
                .into(),
        ),
        Error::GrantShared(why) => (S::CONFLICT, "grant_shared", why.clone()),
        Error::CredentialRefused(why) => {
            (S::UNPROCESSABLE_ENTITY, "credential_refused", why.clone())
        }
        Error::Provider(why) => (S::BAD_GATEWAY, "provider_error", why.clone()),
        Error::ProviderTimeout(why) => (S::GATEWAY_TIMEOUT, "provider_timeout", why.clone()),
        Error::EgressDenied(why) => (S::BAD_GATEWAY, "egress_denied", why.clone()),
        Error::Storage { .. } => (
            S::SERVICE_UNAVAILABLE,
            "storage_unavailable",
            "storage is busy, full or out of reach; nothing was changed".into(),
        ),
        Error::KeysUnavailable { .. } => (
            S::SERVICE_UNAVAILABLE,
            "jwks_unavailable",
            "the issuer's keys cannot be fetched now, and the token's key is not known yet".into(),
        ),
        Error::DatabaseNewer { found, known } => (
            S::SERVICE_UNAVAILABLE,
            "database_newer",
            format!("the database has schema {found}, this version knows up to {known}: update it"),
        ),
        Error::Misconfigured { variable, rule } => {
            (S::INTERNAL_SERVER_ERROR, "misconfigured", format!("the variable `{variable}` {rule}"))
        }
        Error::Unreadable(_) => (
            S::INTERNAL_SERVER_ERROR,
            "credential_unreadable",
            "the stored credential cannot be opened: it was changed outside, or its key is gone"
                .into(),
        ),
        Error::Passed(_) | Error::Internal(_) => (
            S::INTERNAL_SERVER_ERROR,
            "internal",
            "a fault of ours; the log has the details".into(),
        ),
    }
}

fn summary(errors: &[FieldError]) -> String {
    match errors {
        [one] if one.pointer.is_empty() => one.detail.clone(),
        [one] => format!("{}: {}", one.pointer, one.detail),
        many => format!("{} members of the request break rules", many.len()),
    }
}
