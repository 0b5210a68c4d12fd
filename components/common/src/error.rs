//! The error type of all components. It is independent of HTTP: `http::problem` maps it to a response.
//!
//! Details name the rule and the value that broke it. They must never hold a secret.

use serde::{Deserialize, Serialize};

/// A result whose error can be shown to the caller.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One member of a request that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The member, as a JSON pointer (RFC 6901): `/credentials/api_key`.
    pub pointer: String,
    /// The rule, and the value unless it may be secret.
    pub detail: String,
}

impl FieldError {
    /// The member at `pointer` breaks the rule that `detail` describes.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// The reason why a request failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The request has no token.
    MissingToken,
    /// The token was rejected, for this reason.
    InvalidToken(String),
    /// The token is past its `exp`.
    TokenExpired,
    /// The token is valid, but its role may not do this.
    Forbidden(String),
    /// The request has a session cookie, but does not come from a page of this application.
    CrossSite(String),
    /// An ADMIN has stopped the caller, the integration or the workspace.
    Stopped(String),
    /// There were too many requests of this kind in this minute. Holds the limit in words.
    RateLimited {
        /// The limit, in words.
        detail: String,
        /// The limit per minute.
        limit: u32,
        /// The limit is lifted in this many seconds.
        retry_after: u64,
    },
    /// The caller's workspace has no such resource.
    NotFound(String),
    /// The resource existed once, and exists no longer: a link that was used or has expired.
    Gone(String),
    /// The path exists, but not with this method. Holds the methods that it has.
    MethodNotAllowed(&'static str),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The body did not arrive in time. Holds a description.
    RequestTimeout(String),
    /// The request body is incomplete or not well-formed (a malformed chunk).
    BrokenBody,
    /// The request comes from this application itself.
    LoopDetected,
    /// The request asks for another protocol (WebSocket).
    UpgradeUnsupported,
    /// A limit of concurrent calls is reached. Holds the limit and its value.
    TooManyCalls(String),
    /// The content type of the body is not `application/json`.
    UnsupportedMediaType(String),
    /// Members of the request break rules.
    Invalid(Vec<FieldError>),
    /// The name already belongs to the integration `existing_id`.
    NameTaken {
        /// The name, as the request has it.
        name: String,
        /// The integration that has it.
        existing_id: String,
    },
    /// The request conflicts with the current state.
    Conflict {
        /// `manifest_exists`, `manifest_in_use`, `changed_meanwhile`, `not_oauth`, …
        code: &'static str,
        /// A description.
        detail: String,
    },
    /// The workspace has reached a quota of the deployment.
    QuotaExceeded {
        /// The variable that sets the quota.
        variable: &'static str,
        /// The quota, and what to do.
        detail: String,
    },
    /// The `If-Match` of the request names a version that is not the current one.
    VersionMismatch {
        /// The `If-Match`, as the request has it.
        asked: String,
        /// The current version.
        found: i64,
    },
    /// A change would send the stored credential to other hosts than it was entered for.
    CredentialsRequired(String),
    /// The workspace has no OAuth app for this manifest.
    OauthClientMissing {
        /// The manifest.
        manifest_id: String,
        /// The redirect URI to register at the provider.
        redirect_uri: String,
    },
    /// The callback does not belong to an authorization that can be finished.
    FlowInvalid(String),
    /// The integration is switched off.
    IntegrationInactive(String),
    /// A policy or the manifest denies this call. Holds the rule.
    PolicyDenied(String),
    /// The connection works again only after a person authorizes it at the provider.
    ReauthorizationRequired(String),
    /// The credential reaches several sites or accounts, and nobody has chosen one of them yet.
    ChoiceAwaited,
    /// The token is being refreshed, and the refresh takes longer than a call waits.
    RefreshPending {
        /// In at most this many seconds the refresh is done, or can be tried again.
        retry_after: u64,
    },
    /// Another component did not respond, because the runtime has no capacity for it now or it failed.
    Unavailable {
        /// The component and the cause. Only the log has them.
        detail: String,
    },
    /// Other connections use the tokens that would be revoked at the provider.
    GrantShared(String),
    /// The provider does not accept the credential.
    CredentialRefused(String),
    /// The provider accepts the credential, and lists nothing that a connection could be made to.
    NothingFound(String),
    /// The provider is down, responds with an error, or responds with something that is not its API.
    Provider(String),
    /// The provider did not send its whole response in time.
    ProviderTimeout(String),
    /// The egress guard rejects calls to this host.
    EgressDenied(String),
    /// Storage is busy, full or unreachable. A retry may help.
    Storage {
        /// The cause. Only the log has it.
        detail: String,
    },
    /// The issuer's keys cannot be fetched, and the token's key is not cached.
    KeysUnavailable {
        /// The keys are fetched again in this many seconds.
        retry_after: u64,
    },
    /// A change was sent to the database, and the answer was lost. It may have been made or not.
    Unconfirmed {
        /// Why there was no answer. Only the log has it.
        detail: String,
    },
    /// The database on a server has the schema of an earlier version of the application.
    SchemaBehind {
        /// The schema of the database.
        found: i64,
        /// The schema that this version needs.
        known: i64,
    },
    /// A newer version of the application has migrated the database.
    DatabaseNewer {
        /// The schema of the database.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// A variable of the deployment is malformed.
    Misconfigured {
        /// The name of the variable.
        variable: String,
        /// The rule that the variable breaks. Never its value.
        rule: String,
    },
    /// Stored data cannot be read: it was changed outside the application, or its key is missing.
    Unreadable(String),
    /// Another component rejected the request with this problem document.
    Passed(Box<Problem>),
    /// An error in the application. The detail goes to the log.
    Internal(String),
}

impl Error {
    /// One member, at `pointer`, breaks a rule.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// The caller's workspace has no `kind` with the id or name `id`.
    pub fn no_such(kind: &str, id: &str) -> Self {
        let shown = nexus_printable::shortened(id);
        Self::NotFound(format!("there is no {kind} {shown:?} in this workspace"))
    }

    /// The application has nothing at `path`.
    pub fn nothing_at(path: &str) -> Self {
        Self::NotFound(format!("there is nothing at {path}"))
    }

    /// This error, for a step before the change that the request asks for. Such a step writes when an agent was last seen, or
    /// counts a request. The caller may repeat the request, whether or not those rows were written.
    #[must_use]
    pub fn before_change(self) -> Self {
        match self {
            Self::Unconfirmed { detail } => Self::Storage { detail },
            error => error,
        }
    }

    /// Whether the change that the request asked for may have been made.
    pub fn may_have_changed(&self) -> bool {
        match self {
            Self::Unconfirmed { .. } => true,
            Self::Passed(problem) => problem.code == "write_unconfirmed",
            _ => false,
        }
    }

    /// `name` already belongs to the integration `existing_id`.
    pub fn name_taken(name: &str, existing_id: &str) -> Self {
        Self::NameTaken { name: name.to_owned(), existing_id: existing_id.to_owned() }
    }

    /// The variable `variable` breaks `rule`.
    pub fn misconfigured(variable: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Misconfigured { variable: variable.into(), rule: rule.into() }
    }
}

/// An RFC 9457 problem document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The reason phrase of the status.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The description of what happened to this request.
    pub detail: String,
    /// The stable name of the kind of problem, in snake_case.
    pub code: String,
    /// The id of the request, as in `x-request-id`.
    pub request_id: String,
    /// Members that break rules.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// For `name_taken`: the integration that has the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub existing_id: Option<String>,
    /// For `oauth_client_missing`: the redirect URI to register at the provider.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redirect_uri: Option<String>,
    /// For `misconfigured` and `quota_exceeded`: the variable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub variable: Option<String>,
    /// The page where a person can fix the problem.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
}
