//! The requests of a script, one line of JSON each. `{"do":"stop_app"}` is answered with `{"ok":true}`, with
//! the members that the request names, or with `{"ok":false,"error":"…"}`.

use serde::Deserialize;

/// A request.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Kills the application.
    StopApp,
    /// Starts the application again on the same port with the same data.
    StartApp,
    /// Restarts the application with these variables, on the same port with the same data.
    Configure { variables: std::collections::BTreeMap<String, String> },
    /// Returns `token`, a token of `role` that expires in `seconds` (600), with `workspace` (`acme`) and
    /// `subject` (`user-1`). `claims` replaces or adds claims. A claim that is null is removed.
    Token {
        role: String,
        seconds: Option<i64>,
        workspace: Option<String>,
        subject: Option<String>,
        #[serde(default)]
        claims: serde_json::Map<String, serde_json::Value>,
    },
    /// Returns `url`, a link of the operator's tool that signs `name` in once.
    SignInLink { role: String, name: String },
    /// The identity provider gives the person `name` another role, as a sign-in there does.
    ProvidedRole { name: String, role: String },
    /// From now on the provider accepts `key` too.
    AcceptKey { key: String },
    /// The provider revokes `key`, or the default key.
    RevokeKey { key: Option<String> },
    /// The provider rejects `key` for lack of a permission.
    RestrictKey { key: String },
    /// Sets what the provider's authorization endpoint does.
    Consent {
        #[serde(rename = "as")]
        decision: Decision,
    },
    /// This account consents from now on.
    Account { id: String, label: String },
    /// The account may reach these spaces from now on, by id. The manifest of the provider's OAuth side finds them, and
    /// is connected to one of them.
    Spaces { spaces: std::collections::BTreeMap<String, String> },
    /// The provider grants only these scopes from now on.
    GrantOnly { scopes: Vec<String> },
    /// Sets how the provider responds. `hang` lasts until the next behaviour is set. A script that waits for
    /// `wait_for_requests` in between needs no clock.
    Provider { behaves: Behaves },
    /// The provider responds to every request with this status.
    ProviderStatus { status: u16 },
    /// Waits until the provider has received `count` requests since the start, at most 10 seconds.
    WaitForRequests { count: usize },
    /// Returns `requests`, the `{method,path}` of every request that the provider has received.
    Requests,
    /// The provider's token endpoint holds its responses back.
    HoldTokens,
    /// Waits until the token endpoint holds back `count` responses, at most 10 seconds.
    WaitForHeld { count: usize },
    /// The token endpoint sends the responses, and holds no more back.
    ReleaseTokens,
    /// The provider serves the next `count` token requests, but its responses are lost.
    DropTokenAnswers { count: u32 },
    /// The next `count` revocations fail.
    FailRevocations { count: u32 },
    /// The user removes the app at the provider.
    RevokeGrants,
    /// Returns `tokens`, the number of valid tokens at the provider.
    LiveTokens,
    /// The access tokens expire, at the provider and in the application.
    ExpireTokens,
    /// Makes all authorizations that were begun so old that they have expired.
    AgeFlows,
    /// The next attempt of each revocation that waits is due.
    DueRevocations,
    /// `agent` has called the integration with this id, about `calls` times on each of the last `days` days.
    PastUse { integration: String, agent: String, days: u8, calls: u16 },
    /// Runs the tick. Returns its counts in `done`.
    Tick,
    /// Prints a line, whether the test passes or not.
    Say { text: String },
}

/// The behaviour of the provider's authorization endpoint.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decision {
    Allow,
    Deny,
    Page,
}

/// How the provider responds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Behaves {
    Ok,
    Down,
    Hang,
    Html,
    InvalidJson,
}
