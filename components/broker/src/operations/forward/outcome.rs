//! The words of the metrics for a call: how it ended, and what kind of agent made it.
//!
//! The words are few and fixed. This module must not use a status, a message or a name as a word.

use http::StatusCode;
use nexus_common::Error;
use nexus_common::auth::Caller;
use nexus_common::domain::{CallerKind, Via};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallOutcome {
    /// The provider responded with a status below 400.
    Succeeded,
    /// The provider responded with 4xx.
    ClientError,
    /// The provider responded with 5xx.
    ServerError,
    /// The provider did not respond in time.
    Timeout,
    /// The provider could not be reached, or its response broke off.
    Unreachable,
    /// A policy, the manifest, an emergency stop or the guard of egress denied the call.
    Denied,
    /// A limit rejected the call.
    Limited,
    /// The integration cannot be used until a person has done something.
    Unusable,
    /// The call itself is wrong: an unknown integration, a malformed path, a token that has expired.
    Invalid,
    /// The application failed.
    Failed,
}

impl CallOutcome {
    /// The outcome of a call whose response is the provider's.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            500.. => Self::ServerError,
            400..500 => Self::ClientError,
            _ => Self::Succeeded,
        }
    }

    /// The outcome of a call whose response is an error of ours. `code` is that of its problem.
    pub(super) fn of_error(error: &Error, code: &str) -> Self {
        match code {
            "provider_timeout" => Self::Timeout,
            "provider_error" => Self::Unreachable,
            "policy_denied" | "egress_denied" | "forbidden" | "stopped" => Self::Denied,
            "rate_limited" | "too_many_calls" => Self::Limited,
            "integration_inactive" | "reauthorization_required" | "oauth_client_missing" => {
                Self::Unusable
            }
            "refresh_pending" => Self::Failed,
            _ => match error {
                Error::Storage { .. }
                | Error::Unavailable { .. }
                | Error::KeysUnavailable { .. }
                | Error::DatabaseNewer { .. }
                | Error::SchemaBehind { .. }
                | Error::Unconfirmed { .. }
                | Error::Misconfigured { .. }
                | Error::Unreadable(_)
                | Error::Internal(_) => Self::Failed,
                _ => Self::Invalid,
            },
        }
    }

    /// The word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::Limited => "limited",
            Self::Unusable => "unusable",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
        }
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
