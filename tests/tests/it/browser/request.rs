//! What a script may ask for, a line of JSON each: `{"do":"stop_app"}` is answered by `{"ok":true}`,
//! with more members where it says so, or by `{"ok":false,"error":"…"}`.

use serde::Deserialize;

/// A request.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Ends the application without warning.
    StopApp,
    /// Starts it again, on the same port and with the same data.
    StartApp,
    /// Starts it anew with these variables, on the same port and with the same data.
    Configure { variables: std::collections::BTreeMap<String, String> },
    /// `token`: one of `role`, that ends in so many `seconds` (600), of `workspace` (`acme`) and
    /// `subject` (`user-1`); with these claims besides, or instead where they are null.
    Token {
        role: String,
        seconds: Option<i64>,
        workspace: Option<String>,
        subject: Option<String>,
        #[serde(default)]
        claims: serde_json::Map<String, serde_json::Value>,
    },
    /// `url`: a link from the machine, which signs `name` in once.
    SignInLink { role: String, name: String },
    /// From now on the provider accepts `key` too.
    AcceptKey { key: String },
    /// From now on `key` (the usual one) is one that was accepted once.
    RevokeKey { key: Option<String> },
    /// From now on `key` lacks the permission for what it asks.
    RestrictKey { key: String },
    /// What the provider's authorization endpoint does from now on.
    Consent {
        #[serde(rename = "as")]
        decision: Decision,
    },
    /// From the next consent on it is this account that consents.
    Account { id: String, label: String },
    /// From the next consent on only these scopes are granted.
    GrantOnly { scopes: Vec<String> },
    /// How the provider answers from now on; with `hang` until another behaviour is set. Wait for
    /// `wait_for_requests` in between, and slowness needs no clock.
    Provider { behaves: Behaves },
    /// The provider answers everything with this status from now on.
    ProviderStatus { status: u16 },
    /// Waits until the provider has received so many requests since the start, 10 seconds at most.
    WaitForRequests { count: usize },
    /// `requests`: `{method,path}` of all the provider has received.
    Requests,
    /// The provider's token endpoint holds its answers back.
    HoldTokens,
    /// Waits until it holds back so many, 10 seconds at most.
    WaitForHeld { count: usize },
    /// It sends them, and holds back no more.
    ReleaseTokens,
    /// The next so many token requests are served, and not answered.
    DropTokenAnswers { count: u32 },
    /// The next so many revocations fail.
    FailRevocations { count: u32 },
    /// The user removes the app at the provider.
    RevokeGrants,
    /// `tokens`: how many tokens are live at the provider.
    LiveTokens,
    /// The access tokens' time has come, at the provider and in the application.
    ExpireTokens,
    /// Authorizations begun so far are older than they may be.
    AgeFlows,
    /// The next attempt of each revocation that waits is due.
    DueRevocations,
    /// `agent` has called the integration with this id, about `calls` times on each of the last `days` days.
    PastUse { integration: String, agent: String, days: u8, calls: u16 },
    /// Work that is due is done; `done` has its counts.
    Tick,
    /// Shows people a line, whether the test passes or not.
    Say { text: String },
}

/// What the provider's authorization endpoint does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decision {
    Allow,
    Deny,
    Page,
}

/// How the provider answers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Behaves {
    Ok,
    Down,
    Hang,
    Html,
    InvalidJson,
}
