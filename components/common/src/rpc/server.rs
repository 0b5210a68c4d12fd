//! The serving side of an operation.
//!
//! This module must not know the end user. The calling component has verified the token.

use http::{HeaderName, Method, StatusCode, header};

use super::{CALLER, Component, Entry, Operation, Refusal};
use crate::config;
use crate::error::{Error, Result};
use crate::http::{Inbound, json_response};
use crate::platform::http::Response;

/// A request for an operation.
pub struct Request {
    inbound: Inbound,
    operation: String,
}

impl Request {
    /// A request with the name of the operation in its path, `/v1/{operation}`. Only the operation `forwarding`
    /// has a path below its name: that of the call.
    #[must_use]
    pub fn new(inbound: Inbound, forwarding: Option<Entry>) -> Self {
        let operation = match inbound.segments("/v1").as_slice() {
            [name] => (*name).to_owned(),
            [name, ..] if forwarding.is_some_and(|entry| *name == entry.name) => (*name).to_owned(),
            _ => String::new(),
        };
        Self { inbound, operation }
    }

    /// The name of the operation. Empty if the path has none.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Refuses a request without the secret that only components have.
    ///
    /// # Errors
    /// [`Error::MissingToken`], [`Error::InvalidToken`], [`Error::Misconfigured`].
    pub async fn require_secret(&self) -> Result<()> {
        let secret = config::broker_secret().await?;
        let mut values = self.inbound.headers().get_all(header::AUTHORIZATION).iter();
        let sent = values.next().ok_or(Error::MissingToken)?.as_bytes();
        let sent = sent.strip_prefix(b"Bearer ").unwrap_or_default();
        match values.next().is_none() && secret.matches(sent) {
            true => Ok(()),
            false => Err(Error::InvalidToken("this is not the broker secret".into())),
        }
    }

    /// The error for an operation that the server does not have.
    #[must_use]
    pub fn unknown(&self) -> Error {
        Error::NotFound(format!("there is no operation {:?}", self.operation))
    }

    /// The request itself, for an operation whose body is not JSON. It must come from one of `callers`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn from_one_of(self, callers: &[Component]) -> Result<Inbound> {
        self.require_caller(callers)?;
        Ok(self.inbound)
    }

    fn require_caller(&self, callers: &[Component]) -> Result<()> {
        let name = self.inbound.header(&HeaderName::from_static(CALLER)).unwrap_or_default();
        match Component::parse(name).is_some_and(|caller| callers.contains(&caller)) {
            true => Ok(()),
            false => Err(Error::Forbidden(format!("{name:?} may not call {}", self.operation))),
        }
    }

    /// Serves `O` to a component that may call it. The caller is checked before the body is read.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::MethodNotAllowed`], [`Error::Invalid`]. A refusal of the operation is a
    /// response.
    pub async fn serve<O: Operation>(
        self,
        operate: impl AsyncFnOnce(O::Request, &str) -> Result<O::Response>,
    ) -> Result<Response> {
        self.require_caller(O::CALLERS)?;
        self.serve_openly::<O>(operate).await
    }

    /// Serves `O` to every component.
    ///
    /// # Errors
    /// As [`Self::serve`], without [`Error::Forbidden`].
    pub async fn serve_openly<O: Operation>(
        self,
        operate: impl AsyncFnOnce(O::Request, &str) -> Result<O::Response>,
    ) -> Result<Response> {
        if self.inbound.method() != Method::POST {
            return Err(Error::MethodNotAllowed("POST"));
        }
        let request_id = self.inbound.request_id.clone();
        let request: O::Request = self.inbound.json().await?;
        match operate(request, request_id.own()).await {
            Ok(response) => {
                let body = serde_json::to_vec(&response);
                let body = body.map_err(|error| Error::Internal(error.to_string()))?;
                Ok(json_response(StatusCode::OK, body))
            }
            Err(error) => Ok(O::Refusal::respond(error, &request_id)),
        }
    }
}
