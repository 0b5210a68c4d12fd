//! Sends the revocation request of one outbox entry, and reads what the response says about the token.
//!
//! This module must not say that a token is revoked unless the provider said so: by a success, by a sign that it does not
//! know the token, or by rejecting the token where nothing but the token can be the reason. It must not change the entry.

use std::time::Duration;

use http::StatusCode;
use nexus_common::domain::TokenState;
use nexus_common::log::Line;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use nexus_manifests::Sign;
use nexus_vault::rows::outbox::DueEntry;
use nexus_vault::{keys, seal};

use crate::ending::plan::place;
use crate::ending::proof::Proof;
use crate::ending::request::Call;
use crate::operations::{beside, renewed};
use crate::provider::answer::Answer;
use crate::provider::call::transmit;
use crate::provider::screen::Screen;

/// The time limit of one request, with its response body.
const DEADLINE: Duration = Duration::from_secs(10);
/// The time limit of the request that shows whether a token is valid. The other tokens of the integration wait meanwhile.
const PROOF_DEADLINE: Duration = Duration::from_secs(5);

/// The result of a revocation request.
pub(super) enum RevocationResult {
    /// The final state of the token, and the reason in words.
    Done(TokenState, String),
    /// The token may be valid.
    Failed {
        /// The reason.
        words: String,
        /// When the token expires, in milliseconds since the Unix epoch, if the request is not tried after that.
        expires_at: Option<i64>,
    },
}

impl RevocationResult {
    /// A failure that says nothing about how long the request is tried.
    pub(super) fn failed(words: impl Into<String>) -> Self {
        Self::Failed { words: words.into(), expires_at: None }
    }
}

/// Sends the request of `entry`.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`], and [`Error::Internal`] for a request that cannot be built.
pub(super) async fn send(entry: &DueEntry, request_id: &str) -> Result<RevocationResult> {
    let ring = keys::ring().await?;
    let Ok(plain) = seal::open(&ring, place(&entry.workspace, &entry.id), &entry.sealed) else {
        return Ok(RevocationResult::failed("the entry cannot be opened: its key is missing"));
    };
    let Ok(mut call) = serde_json::from_slice::<Call>(&plain) else {
        return Ok(RevocationResult::failed("the entry cannot be read"));
    };
    renewed::renew(&entry.workspace, &mut call).await?;
    let transmission = call.parts().to_transmission(&entry.workspace)?;
    let judged = match transmit(transmission, &call.pinned, DEADLINE, screen(&call)).await {
        Ok(answer) => match judge(&call, &answer) {
            Judged::Failed(words) if answer.status == StatusCode::UNAUTHORIZED => {
                prove(entry, &call, words, request_id).await?
            }
            judged => judged,
        },
        Err(Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why)) => {
            Judged::Failed(why)
        }
        Err(other) => return Err(other),
    };
    Ok(match judged {
        Judged::Revoked(words) => RevocationResult::Done(TokenState::Revoked, words),
        Judged::Failed(words) => RevocationResult::Failed { words, expires_at: call.expires_at },
    })
}

/// The screen of what a provider says in response to a request about the token of `call`.
fn screen(call: &Call) -> Screen {
    Screen::new(call.secrets.iter().map(Secret::expose))
}

/// What a 401 to the revocation says about the token. `words` are those of the response.
async fn prove(entry: &DueEntry, call: &Call, words: String, request_id: &str) -> Result<Judged> {
    let Some(proof) = &call.proof else { return Ok(Judged::Failed(words)) };
    Ok(match is_shown_invalid(entry, call, proof, request_id).await? {
        true => Judged::Revoked(
            "the provider no longer accepts the token: it answered 401 to the revocation and to the verify request"
                .to_owned(),
        ),
        false => Judged::Failed(format!("{words}. The token may still be valid")),
    })
}

/// Whether the provider rejects the token of `call`, and nothing but the token. It answered 401 to the revocation, which can
/// also mean that the token may not revoke itself. So it must also answer 401 to the verify request, and must accept the
/// connection's present token before and after that: a provider in trouble may reject all tokens. Nothing is sent for a
/// connection that was deleted, stopped or ended.
async fn is_shown_invalid(
    entry: &DueEntry,
    call: &Call,
    proof: &Proof,
    request_id: &str,
) -> Result<bool> {
    let Some(version) = beside::accepted_version(entry, request_id).await else { return Ok(false) };
    let transmission = proof.parts().to_transmission(&entry.workspace)?;
    match transmit(transmission, &proof.pinned, PROOF_DEADLINE, screen(call)).await {
        Ok(answer) => Ok(proof.is_given_by(&answer)
            && beside::is_still_accepted(entry, version, request_id).await),
        Err(error) => {
            let line = Line::warning("the verify request of a replaced token failed");
            line.with("request_id", &request_id).with("outbox", &entry.id).why(&error);
            Ok(false)
        }
    }
}

/// What a response says about the token.
enum Judged {
    /// The token is revoked, or the provider does not know it (any more). Holds the reason in words.
    Revoked(String),
    /// The token may be valid. Holds the reason in words.
    Failed(String),
}

/// Reads the provider's response. Success is a 2xx, and the manifest may require more. If the provider says
/// that it does not know the token (any more), the token counts as revoked.
fn judge(call: &Call, answer: &Answer) -> Judged {
    let status = answer.status.as_u16();
    let json = answer.members();
    // A sign may be a status alone, whatever the body is.
    let body = json.unwrap_or(&serde_json::Value::Null);
    let known_by = |sign: &Sign| sign.matches(status, body);
    if call.gone_on.iter().any(known_by) {
        return Judged::Revoked("the provider no longer knew the token".into());
    }
    let is_success = match &call.success {
        None => answer.status.is_success(),
        Some(success) => {
            answer.status.is_success() && json.is_some_and(|json| success.holds(json) == Some(true))
        }
    };
    let summary = format!("the provider answered {status}");
    if is_success {
        return Judged::Revoked(summary);
    }
    let own = call.success.as_ref().and_then(|success| success.error.as_deref());
    let pointers = own.into_iter().chain(["/error_description", "/error", "/message"]);
    let words = json.and_then(|json| answer.words(json, pointers));
    Judged::Failed(words.map_or_else(|| summary.clone(), |words| format!("{summary}: {words}")))
}
