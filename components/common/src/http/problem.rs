//! Maps errors to HTTP responses (RFC 9457). No other module does.

use http::{HeaderName, StatusCode, header};

use super::{set, typed};
use crate::error::{Error, FieldError, Problem};
use crate::log::Line;
use crate::metrics;
use crate::platform::http::Response;

/// The header with the code of an error that is ours, not the provider's.
pub const ERROR_CODE: &str = "x-nexus-error";

/// Turns an error into a response.
pub trait Respond {
    /// The problem document of this error.
    fn problem(&self, request_id: &str) -> Problem;
    /// The response of this error. Also logs what an operator must know.
    fn respond(&self, request_id: &str) -> Response {
        self.respond_with(&self.problem(request_id))
    }
    /// As [`Self::respond`], with the problem document that [`Self::problem`] has made.
    fn respond_with(&self, problem: &Problem) -> Response;
    /// Logs this error, which stopped the step `step` but not the request.
    fn log_beside(&self, request_id: &str, step: &str);
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

    fn respond_with(&self, problem: &Problem) -> Response {
        log(self, &problem.request_id);
        if !matches!(self, Self::Passed(_)) {
            // A problem that another component passed on was counted there.
            metrics::note_error(&problem.code);
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let body = serde_json::to_vec(problem).unwrap_or_default();
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
            Self::RateLimited { limit, retry_after, .. } => {
                // draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it.
                let (policy, left) = (HeaderName::from_static("ratelimit-policy"), "ratelimit");
                set(&mut response, header::RETRY_AFTER, &retry_after.to_string());
                set(&mut response, policy, &format!("\"minute\";q={limit};w=60"));
                let left = HeaderName::from_static(left);
                set(&mut response, left, &format!("\"minute\";r=0;t={retry_after}"));
            }
            Self::LoopDetected | Self::UpgradeUnsupported => {
                set(&mut response, HeaderName::from_static(ERROR_CODE), &problem.code);
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

    fn log_beside(&self, request_id: &str, step: &str) {
        let detail = hidden(self).map_or_else(|| self.problem(request_id).detail, str::to_owned);
        Line::error(step).with("request_id", &request_id).with("why", &detail).write();
    }
}

/// Logs the errors that an operator must know of. The lines hold no value of a request.
fn log(error: &Error, request_id: &str) {
    if let Some(detail) = hidden(error) {
        Line::error("request").with("request_id", &request_id).with("why", &detail).write();
    }
    if let Error::Misconfigured { variable, rule } = error {
        let line = Line::error("misconfigured").with("request_id", &request_id);
        line.with("variable", variable).with("why", rule).write();
    }
}

/// The detail of an error that may only appear in the log.
fn hidden(error: &Error) -> Option<&str> {
    match error {
        Error::Storage { detail }
        | Error::Unconfirmed { detail }
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
            "the request has no token. Send `Authorization: Bearer <JWT>`".into(),
        ),
        Error::InvalidToken(why) => (S::UNAUTHORIZED, "invalid_token", why.clone()),
        Error::TokenExpired => {
            (S::UNAUTHORIZED, "token_expired", "the token has expired (`exp`). Sign in again".into())
        }
        Error::Forbidden(why) => (S::FORBIDDEN, "forbidden", why.clone()),
        Error::CrossSite(why) => (S::FORBIDDEN, "cross_site", why.clone()),
        Error::Stopped(why) => (S::FORBIDDEN, "stopped", why.clone()),
        Error::RateLimited { detail, .. } => {
            (S::TOO_MANY_REQUESTS, "rate_limited", detail.clone())
        }
        Error::NotFound(what) => (S::NOT_FOUND, "not_found", what.clone()),
        Error::Gone(why) => (S::GONE, "gone", why.clone()),
        Error::MethodNotAllowed(allow) => (
            S::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            format!("this path does not allow this method. Use {allow}"),
        ),
        Error::TooLarge(limit) => (
            S::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the body is larger than {limit} bytes. Send a smaller one"),
        ),
        Error::RequestTimeout(why) => (S::REQUEST_TIMEOUT, "request_timeout", why.clone()),
        Error::BrokenBody => (
            S::BAD_REQUEST,
            "broken_body",
            "the request body is incomplete, or one of its chunks is malformed (RFC 9112, 7.1). \
             Send the request again"
                .into(),
        ),
        Error::UpgradeUnsupported => (
            S::NOT_IMPLEMENTED,
            "upgrade_unsupported",
            "WebSocket connections (RFC 6455) are not supported. Use the provider's HTTP API; the \
             proxy passes on streams of server-sent events as they arrive"
                .into(),
        ),
        Error::LoopDetected => (
            S::LOOP_DETECTED,
            "loop_detected",
            "this request comes from Integration Nexus itself: the base URL of an integration leads \
             back to it, which would be an endless loop. Change the integration's base URL"
                .into(),
        ),
        Error::TooManyCalls(why) => (S::TOO_MANY_REQUESTS, "too_many_calls", why.clone()),
        Error::UnsupportedMediaType(found) => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("the content type must be application/json, but it is {found}"),
        ),
        Error::Invalid(errors) => (S::UNPROCESSABLE_ENTITY, "invalid", summary(errors)),
        Error::NameTaken { name, existing_id } => (
            S::CONFLICT,
            "name_taken",
            format!(
                "the name {name:?} is already taken by {existing_id} (case is ignored). Use another name"
            ),
        ),
        Error::Conflict { code, detail } => (S::CONFLICT, code, detail.clone()),
        Error::QuotaExceeded { detail, .. } => (S::CONFLICT, "quota_exceeded", detail.clone()),
        Error::VersionMismatch { asked, found } => (
            S::PRECONDITION_FAILED,
            "version_mismatch",
            format!(
                "`If-Match` is {asked}, but the integration has version {found}. Read it again and \
                 repeat the change"
            ),
        ),
        Error::CredentialsRequired(why) => {
            (S::UNPROCESSABLE_ENTITY, "credentials_required", why.clone())
        }
        Error::OauthClientMissing { manifest_id, redirect_uri } => (
            S::UNPROCESSABLE_ENTITY,
            "oauth_client_missing",
            format!(
                "{manifest_id} has no OAuth app. Register one at the provider with the redirect URI \
                 {redirect_uri}, then save it with PUT /api/oauth-clients/{manifest_id} (ADMIN)"
            ),
        ),
        Error::FlowInvalid(why) => (S::BAD_REQUEST, "flow_invalid", why.clone()),
        Error::IntegrationInactive(why) => (S::CONFLICT, "integration_inactive", why.clone()),
        Error::PolicyDenied(why) => (S::FORBIDDEN, "policy_denied", why.clone()),
        Error::ReauthorizationRequired(why) => {
            (S::CONFLICT, "reauthorization_required", why.clone())
        }
        Error::ChoiceAwaited => (
            S::CONFLICT,
            "reauthorization_required",
            "nobody has chosen yet what it is connected to".into(),
        ),
        Error::RefreshPending { retry_after } => (
            S::SERVICE_UNAVAILABLE,
            "refresh_pending",
            format!(
                "the token is being refreshed, and the provider has not responded yet. Try again \
                 in {retry_after} s"
            ),
        ),
        Error::Unavailable { .. } => (
            S::SERVICE_UNAVAILABLE,
            "unavailable",
            "a component of the application did not respond: it is overloaded, or it failed. Try \
             again in a second"
                .into(),
        ),
        Error::GrantShared(why) => (S::CONFLICT, "grant_shared", why.clone()),
        Error::CredentialRefused(why) => {
            (S::UNPROCESSABLE_ENTITY, "credential_refused", why.clone())
        }
        Error::NothingFound(why) => (S::UNPROCESSABLE_ENTITY, "nothing_found", why.clone()),
        Error::Provider(why) => (S::BAD_GATEWAY, "provider_error", why.clone()),
        Error::ProviderTimeout(why) => (S::GATEWAY_TIMEOUT, "provider_timeout", why.clone()),
        Error::EgressDenied(why) => (S::BAD_GATEWAY, "egress_denied", why.clone()),
        Error::Storage { .. } => (
            S::SERVICE_UNAVAILABLE,
            "storage_unavailable",
            "storage is busy, full or unreachable; nothing was changed. Try again".into(),
        ),
        Error::Unconfirmed { .. } => (
            S::SERVICE_UNAVAILABLE,
            "write_unconfirmed",
            "the database did not confirm the change, which may have been made or not. Read what is there before you \
             try again"
                .into(),
        ),
        Error::KeysUnavailable { .. } => (
            S::SERVICE_UNAVAILABLE,
            "jwks_unavailable",
            "the issuer's keys cannot be fetched, and the token's key is not cached. Try again later"
                .into(),
        ),
        Error::DatabaseNewer { found, known } => (
            S::SERVICE_UNAVAILABLE,
            "database_newer",
            format!(
                "the database has schema {found}, but this version of the application knows only up \
                 to {known}. Update the application"
            ),
        ),
        Error::SchemaBehind { found, known } => (
            S::SERVICE_UNAVAILABLE,
            "schema_behind",
            format!(
                "the database has schema {found}, and this version of the application needs {known}. Migrate the \
                 database with `nexus migrate`"
            ),
        ),
        Error::Misconfigured { variable, rule } => {
            (S::INTERNAL_SERVER_ERROR, "misconfigured", format!("the variable `{variable}` {rule}"))
        }
        Error::Unreadable(_) => (
            S::INTERNAL_SERVER_ERROR,
            "credential_unreadable",
            "the stored credential cannot be opened: it was changed outside the application, or its \
             encryption key is missing"
                .into(),
        ),
        Error::Passed(_) | Error::Internal(_) => (
            S::INTERNAL_SERVER_ERROR,
            "internal",
            "an internal error; the log has the details".into(),
        ),
    }
}

fn summary(errors: &[FieldError]) -> String {
    match errors {
        [one] if one.pointer.is_empty() => one.detail.clone(),
        [one] => format!("{}: {}", one.pointer, one.detail),
        many => format!("{} members of the request are invalid. See `errors`", many.len()),
    }
}
