//! Signs in an answer, other than a 401, that the credential is dead: Slack says `token_revoked` in a 200,
//! others answer 400, 403 or 404.
//!
//! A sign is a reason to ask the provider's `verify` request, at most once a minute. It must not decide
//! anything by itself: most such answers are about the call.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use nexus_common::broker::Stored;
use nexus_common::log::Line;
use nexus_common::platform::http::spawn;
use nexus_manifests::{Manifest, Success, Verify};

use super::links;
use crate::check;

/// Largest answer that is held against the manifest, in bytes.
const SMALL: usize = 64 * 1024;

/// Looks at an answer while it passes.
pub(super) struct Witness {
    stored: Stored,
    request_id: String,
    /// What success is, and what has passed; `None` where the body says nothing.
    seen: Option<(Success, BytesMut)>,
}

impl Witness {
    /// For the answer with `headers` to a call with the credential of `stored`.
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

    /// Sees a chunk of the body, as the provider sent it.
    pub(super) fn see(&mut self, chunk: &Bytes) {
        if let Some((_, seen)) = &mut self.seen {
            match seen.len() + chunk.len() <= SMALL {
                true => seen.extend_from_slice(chunk),
                false => self.seen = None,
            }
        }
    }

    /// The body has ended: where it does not say success, the credential is looked into.
    pub(super) fn judge(self) {
        let Some((success, seen)) = &self.seen else { return };
        let json = serde_json::from_slice(seen);
        if json.is_ok_and(|json| success.holds(&json) == Some(false)) {
            look_into_it(&self.stored, &self.request_id);
        }
    }
}

/// Whether a status may say that a token is dead although it is not 401.
pub(super) fn may_say_so(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
}

/// Finds out whether the credential is dead, beside the call: its answer does not wait for that.
pub(super) fn look_into_it(stored: &Stored, request_id: &str) {
    let (stored, request_id) = (stored.clone(), request_id.to_owned());
    spawn(async move {
        if let Err(error) = check::once_a_minute(&stored, &request_id).await {
            Line::error("check after a call").with("request_id", &request_id).why(&error);
        }
    });
}
