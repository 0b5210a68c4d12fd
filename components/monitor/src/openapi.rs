//! `GET /api/openapi.json`: the description of this API, made when this component was built.

use http::StatusCode;
use nexus_common::Result;
use nexus_common::http::{Inbound, json_response, unless_known};
use nexus_common::platform::http::Response;

const DOCUMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json"));
const TAG: &str = concat!("\"", include_str!(concat!(env!("OUT_DIR"), "/openapi.sha256")), "\"");

/// The document, for anybody.
///
/// # Errors
/// None.
pub(crate) fn show(inbound: &Inbound) -> Result<Response> {
    unless_known(inbound, TAG, || Ok(json_response(StatusCode::OK, DOCUMENT)))
}
