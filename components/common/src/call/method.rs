//! The HTTP methods that an agent may use.

use std::fmt;

use http::Method;

use crate::error::{Error, Result};

/// The method of an agent's call to a provider. Only these seven are accepted, and only in capitals: many
/// servers read `delete` as `DELETE`, so any other spelling is rejected before a rule looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallMethod {
    /// RFC 9110, 9.3.1.
    Get,
    /// RFC 9110, 9.3.2.
    Head,
    /// RFC 9110, 9.3.3.
    Post,
    /// RFC 9110, 9.3.4.
    Put,
    /// RFC 5789.
    Patch,
    /// RFC 9110, 9.3.5.
    Delete,
    /// RFC 9110, 9.3.7.
    Options,
}

impl CallMethod {
    /// All methods, in the form of the header `Allow`.
    pub const ALLOW: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    /// The method with the name `text`, in exactly this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            _ => return None,
        })
    }

    /// The method of a request.
    ///
    /// # Errors
    /// [`Error::MethodNotAllowed`] for every other method. This includes `TRACE`: its response repeats the
    /// request, with the credential in it (RFC 9110, 9.3.8).
    pub fn require(method: &Method) -> Result<Self> {
        Self::parse(method.as_str()).ok_or(Error::MethodNotAllowed(Self::ALLOW))
    }

    /// Whether a server may do for this method what it does for `denied`. Many servers handle `HEAD` like
    /// `GET` (RFC 9110, 9.3.2).
    pub fn runs(self, denied: &str) -> bool {
        denied == "*" || denied == self.as_str() || (self == Self::Head && denied == "GET")
    }

    /// The name of the method, in capitals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl fmt::Display for CallMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<CallMethod> for Method {
    fn from(method: CallMethod) -> Self {
        match method {
            CallMethod::Get => Self::GET,
            CallMethod::Head => Self::HEAD,
            CallMethod::Post => Self::POST,
            CallMethod::Put => Self::PUT,
            CallMethod::Patch => Self::PATCH,
            CallMethod::Delete => Self::DELETE,
            CallMethod::Options => Self::OPTIONS,
        }
    }
}
