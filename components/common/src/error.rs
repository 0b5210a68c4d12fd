//! The one error type: what went wrong, free of transport. `http::problem` has the one mapping.
//!
//! Details name the rule and the value that broke it; they never hold a secret.

use serde::{Deserialize, Serialize};

use crate::platform::sqlite::DbError;

/// A result whose error a caller can be shown.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One member of a request that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where, as a JSON pointer (RFC 6901): `/credentials/api_key`.
    pub pointer: String,
    /// Which rule, and the value unless it may be secret.
    pub detail: String,
}

impl FieldError {
    /// `detail` about the member at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// No token came with the request.
    MissingToken,
    /// The token does not prove who is calling, and why.
    InvalidToken(String),
    /// The token is past its `exp`.
    TokenExpired,
    /// The caller is known and may not do this.
    Forbidden(String),
    /// There is no such thing in the caller's workspace.
    NotFound(String),
    /// The path exists, not with this method; the methods it has.
    MethodNotAllowed(&'static str),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The body did not come in time; in words.
    RequestTimeout(String),
    /// The body of the request broke off, or is not well-formed (a malformed chunk).
    BrokenBody,
    /// The request comes from this application itself.
    LoopDetected,
    /// The request asks for another protocol: WebSocket.
    UpgradeUnsupported,
    /// As many calls are at work as may be; which limit, and its value.
    TooManyCalls(String),
    /// The content type of the body is not `application/json`.
    UnsupportedMediaType(String),
    /// Members of the request break rules.
    Invalid(Vec<FieldError>),
    /// A name is taken by `existing_id`.
    NameTaken {
        /// The name as it was given.
        name: String,
        /// The integration that has it.
        existing_id: String,
    },
    /// What is asked for does not go with what is there.
    Conflict {
        /// `manifest_exists`, `manifest_in_use`, `changed_meanwhile`, `not_oauth`, …
        code: &'static str,
        /// In words.
        detail: String,
    },
    /// The workspace has as many of something as the deployment allows.
    QuotaExceeded {
        /// The variable that says how many.
        variable: &'static str,
        /// The limit and what to do, in words.
        detail: String,
    },
    /// The `If-Match` of the request names another version than there is.
    VersionMismatch {
        /// What was asked for, as it came.
        asked: String,
        /// The version there is.
        found: i64,
    },
    /// A change would send the stored credential to other hosts than it was entered for.
    CredentialsRequired(String),
    /// Nobody has entered an OAuth app for this manifest.
    OauthClientMissing {
        /// The manifest.
        manifest_id: String,
        /// What is to be registered at the provider.
        redirect_uri: String,
    },
    /// The callback does not belong to an authorization that can be finished.
    FlowInvalid(String),
    /// Somebody has switched the integration off.
    IntegrationInactive(String),
    /// A policy, or the manifest, does not let this call through; which rule.
    PolicyDenied(String),
    /// Only a person can mend the connection, at the provider.
    ReauthorizationRequired(String),
    /// The token is being refreshed, and that takes longer than a call waits.
    RefreshPending {
        /// When it is over or is begun anew at the latest, in seconds from now.
        retry_after: u64,
    },
    /// A component of ours gave no answer: the runtime has no room for it now, or it failed.
    Unavailable {
        /// Which component, and what is known of it; only the log has it.
        detail: String,
    },
    /// What would end at the provider is in use by other connections.
    GrantShared(String),
    /// The provider does not accept the credential.
    CredentialRefused(String),
    /// The provider is down, answers an error, or something that is not its API.
    Provider(String),
    /// The provider did not answer completely in time.
    ProviderTimeout(String),
    /// Calls to this host are refused by the egress guard.
    EgressDenied(String),
    /// Storage is busy, full or out of reach; trying again may help.
    Storage {
        /// What happened; shown to nobody but the log.
        detail: String,
    },
    /// The issuer's keys cannot be fetched, and the one that is needed was never seen.
    KeysUnavailable {
        /// When they are fetched again, in seconds from now.
        retry_after: u64,
    },
    /// The database was written by a newer version.
    DatabaseNewer {
        /// The schema the database has.
        found: i64,
        /// The newest schema this version knows.
        known: i64,
    },
    /// A variable of the deployment is malformed.
    Misconfigured {
        /// Its name.
        variable: String,
        /// The rule it breaks; never its value.
        rule: String,
    },
    /// What is stored cannot be read back: changed outside, or sealed by a key that is gone.
    Unreadable(String),
    /// A component behind this one refused, and said why in a problem document.
    Passed(Box<Problem>),
    /// A fault of ours; the detail goes to the log.
    Internal(String),
}

impl Error {
    /// One broken rule at `pointer`.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// `name` is taken by the integration `existing_id`.
    pub fn name_taken(name: &str, existing_id: &str) -> Self {
        Self::NameTaken { name: name.to_owned(), existing_id: existing_id.to_owned() }
    }

    /// A malformed variable.
    pub fn misconfigured(variable: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Misconfigured { variable: variable.into(), rule: rule.into() }
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        let detail = match error {
            DbError::Busy => "the database stayed locked".to_owned(),
            DbError::Full => "the disk is full".to_owned(),
            DbError::Other(text) => format!("database: {text}"),
        };
        Self::Storage { detail }
    }
}

/// An RFC 9457 problem document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// Stable, snake_case.
    pub code: String,
    /// The request, as in `x-request-id`.
    pub request_id: String,
    /// Members that break rules.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// For `name_taken`: who has the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub existing_id: Option<String>,
    /// For `oauth_client_missing`: what is to be registered at the provider.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redirect_uri: Option<String>,
    /// For `misconfigured` and `quota_exceeded`: which variable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub variable: Option<String>,
    /// Where a person can mend it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
}
