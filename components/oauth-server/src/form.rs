//! Form-encoded parameters. A parameter that counts must not be sent twice (RFC 6749, 3.1).

use http::header;
use nexus_common::Result;
use nexus_common::http::Inbound;

use crate::answer::{Failure, OauthError};

/// The maximum size of a form, in bytes.
const MAX: usize = 32 * 1024;

/// The parameters of a request.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The parameters of a query.
    pub(crate) fn of_query(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The parameters of a body.
    ///
    /// # Errors
    /// `invalid_request` for another content type, and the errors of the body.
    pub(crate) async fn of_body(inbound: Inbound) -> Result<Self, Failure> {
        let content_type = inbound.header(&header::CONTENT_TYPE).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let why = "send the parameters as application/x-www-form-urlencoded";
            return Err(OauthError::new("invalid_request", why).into());
        }
        let body = inbound.bytes(MAX).await?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }

    /// The value of a parameter. `None` if it is missing or empty.
    ///
    /// # Errors
    /// `invalid_request` for a duplicate.
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, OauthError> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            let why = format!("duplicate parameter {name}. Send it once");
            return Err(OauthError::new("invalid_request", why));
        }
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request`.
    pub(crate) fn require<'a>(&'a self, name: &'a str) -> Result<&'a str, OauthError> {
        let missing = || OauthError::new("invalid_request", format!("missing parameter {name}"));
        self.get(name)?.ok_or_else(missing)
    }

    /// All values of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}
