//! What an attempt leaves in the log, in the metrics and in the words for people. This module must not decide anything.

use nexus_common::Error;
use nexus_common::domain::manifest_id::provider_label;
use nexus_common::log::Line;
use nexus_common::metrics::{self, Family};
use nexus_common::store::{Renewal, write_counts_soon};

use super::IntegrationContext;
use crate::oauth::refusal::TokenFailure;

/// The result of a renewal. A lease that another attempt has taken is logged. After a failure the next renewal may
/// succeed.
pub(super) fn logged(
    context: &IntegrationContext<'_>,
    renewal: nexus_common::Result<Renewal>,
) -> Renewal {
    let line = || {
        let line = Line::error("the lease of a refresh was not renewed");
        line.with("request_id", &context.request_id).with("integration", &context.key.id)
    };
    match renewal {
        Ok(Renewal::Lost) => {
            line().with("why", &"another attempt has taken it").write();
            Renewal::Lost
        }
        Ok(renewal) => renewal,
        Err(error) => {
            line().why(&error);
            Renewal::Busy
        }
    }
}

/// Counts the provider's answer to an attempt for the metrics.
pub(super) fn count_answer(manifest_id: &str, answer: Result<(), &TokenFailure>) {
    let outcome = answer.map_or_else(outcome, |()| "refreshed");
    metrics::note(Family::Refreshes, &[provider_label(manifest_id), outcome], 1);
    write_counts_soon();
}

/// The word of a failure in the metrics.
const fn outcome(failure: &TokenFailure) -> &'static str {
    match failure {
        TokenFailure::Grant(_) => "rejected",
        TokenFailure::Client(_) => "client_rejected",
        TokenFailure::Trouble(_) => "failed",
    }
}

/// A failure that does not concern the refresh token, in words for people.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why) => {
            why.clone()
        }
        Error::OauthClientMissing { manifest_id, .. } => {
            format!("the OAuth app of {manifest_id}, with which it was connected, no longer exists")
        }
        _ => "the token could not be refreshed".to_owned(),
    }
}
