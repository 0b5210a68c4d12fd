//! Says for the metrics how a call ended, and what kind of agent made it.
//!
//! The words are few and fixed. This module must not use a status, a message or a name as a word.

use http::StatusCode;
use nexus_common::Error;
use nexus_common::auth::Caller;
use nexus_common::domain::{CallOutcome, CallerKind, Via};

/// The outcome of a call whose response is the provider's.
pub(super) fn of_status(status: StatusCode) -> CallOutcome {
    match status.as_u16() {
        500.. => CallOutcome::ServerError,
        400..500 => CallOutcome::ClientError,
        _ => CallOutcome::Succeeded,
    }
}

/// The outcome of a call whose response is an error of ours. `code` is that of its problem.
pub(super) fn of_error(error: &Error, code: &str) -> CallOutcome {
    match code {
        "provider_timeout" => CallOutcome::Timeout,
        "provider_error" => CallOutcome::Unreachable,
        "policy_denied" | "egress_denied" | "forbidden" | "stopped" => CallOutcome::Denied,
        "rate_limited" | "too_many_calls" => CallOutcome::Limited,
        "integration_inactive" | "reauthorization_required" | "oauth_client_missing" => {
            CallOutcome::Unusable
        }
        "refresh_pending" => CallOutcome::Failed,
        _ => match error {
            Error::Storage { .. }
            | Error::Unavailable { .. }
            | Error::KeysUnavailable { .. }
            | Error::DatabaseNewer { .. }
            | Error::SchemaBehind { .. }
            | Error::Unconfirmed { .. }
            | Error::Misconfigured { .. }
            | Error::Unreadable(_)
            | Error::Internal(_) => CallOutcome::Failed,
            _ => CallOutcome::Invalid,
        },
    }
}

/// The kind of agent that makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentLabel {
    /// It has a key that was made here, or signs its tokens itself.
    Registered,
    /// A program that a person let in.
    ConnectedApp,
    /// An outside issuer signs its tokens.
    Outside,
    /// A person.
    Person,
}

impl AgentLabel {
    pub(super) fn of(caller: &Caller) -> Self {
        match (caller.via, caller.kind) {
            (Via::AccessToken, _) => Self::ConnectedApp,
            (Via::AgentKey | Via::SignedToken, _) => Self::Registered,
            (Via::Session, _) | (Via::IssuerToken, CallerKind::Person) => Self::Person,
            (Via::IssuerToken, _) => Self::Outside,
        }
    }

    /// The word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::ConnectedApp => "connected_app",
            Self::Outside => "outside",
            Self::Person => "person",
        }
    }
}
