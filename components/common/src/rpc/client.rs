//! The calling side of an operation.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};

use super::{Body as _, CALLER, Component, Operation};
use crate::config;
use crate::error::{Error, Result};
use crate::http::{PASSED_ID, RequestId, answered, request_to};
use crate::platform::http::{call, full};

/// Longer than the broker's own deadlines, so that its response arrives.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// The largest response, in bytes.
const MAX_RESPONSE: usize = 256 * 1024;

/// The broker, as one component calls it while it handles one request.
pub struct Client {
    caller: Component,
    request_id: RequestId,
}

impl Client {
    /// The broker for `caller`, which handles the request `request_id`.
    #[must_use]
    pub fn new(caller: Component, request_id: &RequestId) -> Self {
        Self { caller, request_id: request_id.clone() }
    }

    /// Calls the operation `O`.
    ///
    /// # Errors
    /// The operation's refusal. [`Error::Unavailable`] if the server does not respond.
    pub async fn call<O: Operation>(&self, request: &O::Request) -> Result<O::Response> {
        let secret = config::broker_secret().await?;
        let proof = [
            (header::AUTHORIZATION.as_str(), format!("Bearer {}", secret.expose())),
            (CALLER, self.caller.name().to_owned()),
            (PASSED_ID, self.request_id.passed_on()),
        ];
        let response = send((O::SERVER, O::NAME), to_json::<O>(request)?, &proof, TIME_LIMIT).await;
        read::<O>(response?)
    }
}

/// Calls an operation that needs neither the secret nor the name of its caller.
///
/// # Errors
/// As [`Client::call`].
pub(crate) async fn call_openly<O: Operation>(
    request: &O::Request,
    time_limit: Duration,
) -> Result<O::Response> {
    read::<O>(send((O::SERVER, O::NAME), to_json::<O>(request)?, &[], time_limit).await?)
}

fn fault(operation: &str, why: &dyn Display) -> Error {
    Error::Internal(format!("the operation {operation}: {why}"))
}

fn to_json<O: Operation>(request: &O::Request) -> Result<Vec<u8>> {
    request.to_json().map_err(|error| fault(O::NAME, &error))
}

/// Sends a request. This function is not generic, so that the code that waits is compiled once for all
/// operations.
async fn send(
    (server, operation): (Component, &'static str),
    body: Vec<u8>,
    proof: &[(&'static str, String)],
    time_limit: Duration,
) -> Result<(StatusCode, Bytes)> {
    let length = HeaderValue::from(body.len());
    let path = format!("/v1/{operation}");
    let mut request = request_to(server.name(), Method::POST, &path, full(body))?;
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LENGTH, length);
    for (name, value) in proof {
        let value = HeaderValue::from_str(value).map_err(|error| fault(operation, &error))?;
        headers.insert(*name, value);
    }
    let response = answered(server.name(), call(request, time_limit, MAX_RESPONSE).await)?;
    Ok((response.status(), response.into_body()))
}

fn read<O: Operation>((status, body): (StatusCode, Bytes)) -> Result<O::Response> {
    if status.is_success() {
        let response = serde_json::from_slice(&body);
        return response.map_err(|_| fault(O::NAME, &"the body is not a response"));
    }
    let refusal: O::Refusal = serde_json::from_slice(&body).map_err(|_| fault(O::NAME, &status))?;
    Err(refusal.into())
}
