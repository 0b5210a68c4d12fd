//! Sends the browser on: to sign in, or back to the program with the answer.
//!
//! This module must be given only redirect URIs that are the client's own.

use http::{StatusCode, header};
use nexus_common::http::{empty, set};
use nexus_common::platform::http::Response;
use nexus_common::{Result, config};

use crate::answer::OauthError;
use crate::redirect;

/// Sends the browser to `uri`.
pub(crate) fn to(uri: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    set(&mut response, header::LOCATION, uri);
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    response
}

/// Sends the browser back to the program with an error (RFC 6749, 4.1.2.1, and RFC 9207).
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn refuse(
    redirect_uri: &str,
    state: Option<&str>,
    error: &OauthError,
) -> Result<Response> {
    let issuer = config::public_url().await?;
    Ok(to(&redirect::with(
        redirect_uri,
        &[
            ("error", Some(error.code)),
            ("error_description", Some(&error.why)),
            ("state", state),
            ("iss", Some(issuer.as_str())),
        ],
    )))
}
