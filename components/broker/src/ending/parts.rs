//! A request as an outbox entry holds it, and as it is sent. This module must not send it.

use std::collections::BTreeMap;

use http::HeaderMap;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use url::Url;

use crate::provider::FORM;
use crate::provider::call::{Transmission, header_name, header_value, require_method};

/// The parts of a request.
pub(crate) struct Parts<'a> {
    /// The method, in upper case.
    pub(super) method: &'a str,
    /// The URL.
    pub(super) url: &'a Secret,
    /// Header names and values.
    pub(super) headers: &'a BTreeMap<String, Secret>,
    /// Content type and body.
    pub(super) body: Option<&'a (String, Secret)>,
}

impl Parts<'_> {
    /// The request of the workspace, ready to be sent.
    ///
    /// # Errors
    /// [`Error::Internal`] for parts that no request can have.
    pub(crate) fn to_transmission<'w>(&self, workspace: &'w str) -> Result<Transmission<'w>> {
        let url = Url::parse(self.url.expose())
            .map_err(|_| Error::Internal("an entry without a URL".into()))?;
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            headers.insert(header_name(name)?, header_value(value.expose())?);
        }
        let body = self.body.map(|(kind, body)| {
            let kind = if kind == "application/json" { "application/json" } else { FORM };
            (kind, body.clone())
        });
        let method = require_method(self.method)?;
        Ok(Transmission { workspace, method, url, headers, body })
    }
}
