//! Watches responses other than a 401 for signs that the credential is no longer valid: Slack sends
//! `token_revoked` with a 200, and other providers respond with 400, 403 or 404.
//!
//! A sign is only a reason to send the manifest's `verify` request, at most once a minute. This module must
//! not change the health by itself, because most such responses are about the call.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use nexus_common::broker::Stored;
use nexus_common::log::Line;
use nexus_common::platform::beside::spawn;
use nexus_manifests::{Manifest, Success, Verify};

use super::links;
use crate::operations::check;

/// The maximum size of a response that is compared with the manifest, in bytes.
const SMALL: usize = 64 * 1024;

/// Reads a response while it is passed on.
pub(super) struct Witness {
    stored: Stored,
    request_id: String,
    /// The sign of success, and the bytes so far. `None` if the body cannot show success.
    seen: Option<(Success, BytesMut)>,
}

impl Witness {
    /// A witness of the response with `headers`, to a call with the credential of `stored`.
    pub(super) fn of(
        manifest: &Manifest,
        headers: &HeaderMap,
        stored: &Stored,
        request_id: &str,
    ) -> Self {
        let success = match &manifest.verify {
            Verify::Request { success, .. } if links::is_json(headers) => success.clone(),
            _ => None,
        };
        Self {
            stored: stored.clone(),
            request_id: request_id.to_owned(),
            seen: success.map(|success| (success, BytesMut::new())),
        }
    }

    /// Takes a chunk of the body, as the provider sent it.
    pub(super) fn see(&mut self, chunk: &Bytes) {
        if let Some((_, seen)) = &mut self.seen {
            match seen.len() + chunk.len() <= SMALL {
                true => seen.extend_from_slice(chunk),
                false => self.seen = None,
            }
        }
    }

    /// Ends the body. If it does not show success, the credential is checked.
    pub(super) fn judge(self) {
        let Some((success, seen)) = &self.seen else { return };
        let json = serde_json::from_slice(seen);
        if json.is_ok_and(|json| success.holds(&json) == Some(false)) {
            look_into_it(&self.stored, &self.request_id);
        }
    }
}

/// Whether a status other than 401 may mean that the token is no longer valid.
pub(super) fn may_say_so(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
}

/// Checks the credential in the background. The response to the call does not wait for that.
pub(super) fn look_into_it(stored: &Stored, request_id: &str) {
    let (stored, request_id) = (stored.clone(), request_id.to_owned());
    spawn(async move {
        if let Err(error) = check::once_a_minute(&stored, &request_id).await {
            Line::error("check after a call").with("request_id", &request_id).why(&error);
        }
    });
}
