//! `GET /api/openapi.json`: the OpenAPI document, which is composed when this component is built.

use http::StatusCode;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use nexus_common::http::{Inbound, json_response, unless_known};
use nexus_common::platform::http::Response;
use nexus_common::{Error, Result};

/// The compressed document. Without compression it would be a sixth of the component.
const DOCUMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.zlib"));
const TAG: &str = concat!("\"", include_str!(concat!(env!("OUT_DIR"), "/openapi.sha256")), "\"");

/// The document. It needs no token.
///
/// # Errors
/// [`Error::Internal`] if the embedded document is broken.
pub(crate) fn show(inbound: &Inbound) -> Result<Response> {
    unless_known(inbound, TAG, || {
        let document = decompress_to_vec_zlib(DOCUMENT)
            .map_err(|error| Error::Internal(format!("the OpenAPI document: {error}")))?;
        Ok(json_response(StatusCode::OK, document))
    })
}
