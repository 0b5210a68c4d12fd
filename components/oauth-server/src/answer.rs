//! Answers for programs: JSON, and errors as OAuth has them (RFC 6749, 5.2). An error must not repeat a secret.

use http::{StatusCode, header};
use nexus_common::http::{json_response, set};
use nexus_common::platform::http::Response;
use nexus_common::{Error, Result};
use serde_json::json;

/// An error that a program reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OauthError {
    /// `invalid_grant`, …
    pub(crate) code: &'static str,
    /// The message: the event, and the next step for the reader.
    pub(crate) why: String,
}

impl OauthError {
    /// An error with a code of RFC 6749, 7591 or 8707.
    pub(crate) fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }

    /// The response.
    pub(crate) fn respond(&self) -> Response {
        let status = match self.code {
            "temporarily_unavailable" => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({"error": self.code, "error_description": self.why});
        let mut response = json_response(status, body.to_string());
        if status == StatusCode::TOO_MANY_REQUESTS {
            set(&mut response, header::RETRY_AFTER, "600");
        }
        response
    }
}

/// A failure of a request: an error of OAuth, or another one.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The program is told so.
    Oauth(OauthError),
    /// An error of the application.
    Other(Error),
}

impl From<OauthError> for Failure {
    fn from(error: OauthError) -> Self {
        Self::Oauth(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// The response, with an error of OAuth as one.
///
/// # Errors
/// Errors of the application.
pub(crate) fn answered(result: Result<Response, Failure>) -> Result<Response> {
    match result {
        Ok(response) => Ok(response),
        Err(Failure::Oauth(error)) => Ok(error.respond()),
        Err(Failure::Other(error)) => Err(error),
    }
}
