//! The operations of the component `auth`, which verifies proofs.
//!
//! The operations need neither a secret nor the name of their caller. A result cannot be passed on as a right,
//! because each component asks `auth` itself. The callers in the table are therefore not enforced. This module
//! must not take anything but a well-formed response for a proof.

use std::time::Duration;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    BegunPasskey, Caller, PasskeyBegin, PasskeyProof, PasskeyPurpose, ReadPasskey, Role,
    SentNewPasskey, SentPasskey, has_passkeys,
};
use crate::error::{Error, Result};
use crate::http::{QUESTION, RequestId, Respond, again_while_unavailable, json_response};
use crate::limits::{Minute, SubjectName};
use crate::platform::http::Response;
use crate::rpc::{self, Nothing, call_openly, operations};

/// Longer than `auth` waits for the issuer of the keys, so that its response arrives.
const TIME_LIMIT: Duration = Duration::from_secs(20);

operations! {
    /// All operations of `auth`.
    AUTH_OPERATIONS at Auth;

    /// Verifies a token, a key or a session.
    Prove("prove", "verifies a token, a key or a session") for [Agents, Catalog, Create, Delete, History, List, Mcp, OauthServer, People, Proxy, SignIn, Status, Update, Upkeep]:
        Presented => Proof, or Refusal;
    /// Verifies a link from the machine, and uses it up.
    UseLink("use-link", "verifies a link from the machine, and uses it up") for [SignIn]:
        SignedLink => LinkProof, or Refusal;
    /// Counts calls of a subject in a minute.
    Count("count", "counts requests to the control plane in a minute") for [Agents, Catalog, Create, Delete, History, List, OauthServer, People, Status, Update, Upkeep]:
        Counting => Counted, or Refusal;
    /// Counts a wrong secret that another component looked up.
    CountWrong("count-wrong", "counts a wrong secret") for [OauthServer, SignIn]:
        WrongSecret => Nothing, or Refusal;
    /// Verifies an id token of the identity provider.
    ReadIdToken("read-id-token", "verifies an id token of the identity provider") for [SignIn]:
        SentIdToken => IdProof, or Refusal;
    /// Makes a challenge for an authenticator.
    BeginPasskey("begin-passkey", "makes a challenge for an authenticator") for [People, SignIn]:
        PasskeyBegin => BegunPasskey, or Refusal;
    /// Verifies what an authenticator signed, and uses it up.
    UsePasskey("use-passkey", "verifies what an authenticator signed, and uses it up") for [SignIn]:
        SentPasskey => PasskeyProof, or Refusal;
    /// Verifies a new passkey, and uses its challenge up.
    ReadNewPasskey("read-new-passkey", "verifies a new passkey") for [People]:
        SentNewPasskey => ReadPasskey, or Refusal;
    /// Checks that there are keys to verify tokens.
    Ready("ready", "says whether tokens can be verified") for [Status]: Nothing => Nothing, or Refusal;
}

/// The evidence that a client sent to prove its identity.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A token or key.
    Bearer(String),
    /// The value of the session cookie.
    Session(String),
}

impl Evidence {
    /// The key of the evidence in a cache. The kind is a part of it, so that the value of a cookie that is sent
    /// as a bearer token is never taken for the cookie.
    pub(super) fn cache_key(&self) -> String {
        match self {
            Self::Bearer(text) => ["bearer ", text].concat(),
            Self::Session(text) => ["session ", text].concat(),
        }
    }

    /// The text that the client sent.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Bearer(text) | Self::Session(text) => text,
        }
    }
}

/// A proof, and where it comes from.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// The proof.
    pub evidence: Evidence,
    /// The address of the client, for the limit of wrong proofs.
    pub address: Option<String>,
}

/// Calls of a subject in a minute.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// The subject.
    pub subject: SubjectName,
    /// The minute.
    pub minute: Minute,
    /// The number of new calls. With 0, the sum is only read.
    pub calls: u32,
}

/// The sum of a subject's calls in a minute.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The sum.
    pub sum: i64,
}

/// A kind of secret that another component looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// The secret of an invitation.
    Link,
    /// An authorization code.
    Code,
    /// An access token or a refresh token.
    AppToken,
}

/// A wrong secret.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongSecret {
    /// The purpose that the secret would have.
    pub kind: SecretKind,
    /// The address of the client.
    pub address: Option<String>,
}

/// A link from the machine, as a browser sent it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedLink {
    /// The token in the link.
    pub link: String,
    /// The address of the client, for the limit of wrong proofs.
    pub address: Option<String>,
}

/// The person whom the owner of the machine lets in.
#[derive(Debug, Serialize, Deserialize)]
pub struct LinkProof {
    /// The workspace.
    pub workspace: String,
    /// The person's name.
    pub name: String,
    /// The person's role.
    pub role: Role,
}

/// An id token, as the identity provider sent it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentIdToken {
    /// The id token.
    pub id_token: String,
    /// The nonce of the request that it answers.
    pub nonce: String,
}

/// The person whom the identity provider has signed in.
#[derive(Debug, Serialize, Deserialize)]
pub struct IdProof {
    /// The issuer.
    pub issuer: String,
    /// The subject at the issuer.
    pub subject: String,
    /// The workspace, if a claim names it.
    pub workspace: Option<String>,
    /// The role, if a claim gives one.
    pub role: Option<Role>,
    /// The person's name.
    pub name: String,
    /// The person's address, if the issuer has verified it.
    pub email: Option<String>,
}

/// Verifies an id token that answers a request with `nonce`.
///
/// # Errors
/// A [`Refusal`] as an [`Error`]. [`Error::Unavailable`] if `auth` does not respond.
pub async fn read_id_token(id_token: String, nonce: String) -> Result<IdProof> {
    let sent = SentIdToken { id_token, nonce };
    // The question changes nothing.
    again_while_unavailable(QUESTION, async || call_openly::<ReadIdToken>(&sent, TIME_LIMIT).await)
        .await
}

/// Verifies `link`, and uses it up.
///
/// # Errors
/// A [`Refusal`] as an [`Error`]. [`Error::Unavailable`] if `auth` does not respond.
pub async fn use_link(link: String, address: Option<String>) -> Result<LinkProof> {
    call_openly::<UseLink>(&SignedLink { link, address }, TIME_LIMIT).await
}

/// Counts a wrong secret of a client with `address`.
///
/// # Errors
/// [`Error::RateLimited`] if the client has sent too many. A [`Refusal`] as an [`Error`].
pub async fn count_wrong(kind: SecretKind, address: Option<String>) -> Result<()> {
    call_openly::<CountWrong>(&WrongSecret { kind, address }, TIME_LIMIT).await.map(drop)
}

/// The answer to a browser for `purpose`.
///
/// # Errors
/// [`Error::Conflict`] (`passkeys_unavailable`), a refusal of `auth`. [`Error::Unavailable`] if `auth` does not
/// respond.
pub async fn begin_passkey(purpose: PasskeyPurpose) -> Result<BegunPasskey> {
    if !has_passkeys().await? {
        let detail = "browsers keep passkeys for a domain name, but `public_url` has an IP address. Use a name \
                      in `public_url`, such as `localhost`";
        return Err(Error::Conflict { code: "passkeys_unavailable", detail: detail.into() });
    }
    let begin = PasskeyBegin { purpose };
    again_while_unavailable(QUESTION, async || {
        call_openly::<BeginPasskey>(&begin, TIME_LIMIT).await
    })
    .await
}

/// The person whose passkey signed. The signature is used up.
///
/// # Errors
/// A refusal of `auth` as an [`Error`]. [`Error::Unavailable`] if `auth` does not respond.
pub async fn use_passkey(sent: &SentPasskey) -> Result<PasskeyProof> {
    call_openly::<UsePasskey>(sent, TIME_LIMIT).await
}

/// Verifies a new passkey, and uses its challenge up.
///
/// # Errors
/// As [`use_passkey`].
pub async fn read_new_passkey(sent: &SentNewPasskey) -> Result<ReadPasskey> {
    call_openly::<ReadNewPasskey>(sent, TIME_LIMIT).await
}

/// Adds calls to those of the minute, and returns the sum.
///
/// # Errors
/// A [`Refusal`] as an [`Error`].
pub(super) async fn count(counting: &Counting) -> Result<Counted> {
    call_openly::<Count>(counting, TIME_LIMIT).await.map_err(Error::before_change)
}

/// A verified proof.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proof {
    /// The caller.
    pub caller: Caller,
    /// When the proof expires, in seconds since the Unix epoch.
    pub expires_at: u64,
    /// Whether the proof may be remembered for a minute. A token that counts once may not, and neither may a
    /// session, because the person's role can change.
    pub is_reusable: bool,
}

/// The reason why there is no proof: the variants of [`Error`] that `auth` can return.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// [`Error::InvalidToken`].
    Invalid(String),
    /// [`Error::TokenExpired`].
    Expired,
    /// [`Error::KeysUnavailable`]. Holds the seconds until the keys are fetched again.
    KeysUnavailable(u64),
    /// [`Error::RateLimited`].
    RateLimited {
        /// The limit, in words.
        detail: String,
        /// The limit per minute.
        limit: u32,
        /// The limit is lifted in this many seconds.
        retry_after: u64,
    },
    /// [`Error::Misconfigured`]. Holds the variable and the rule.
    Misconfigured(String, String),
    /// [`Error::Storage`].
    Storage(String),
    /// [`Error::Unconfirmed`].
    Unconfirmed(String),
    /// [`Error::SchemaBehind`]. Holds the schema of the database, and the one that is needed.
    SchemaBehind(i64, i64),
    /// [`Error::DatabaseNewer`]. Holds the schema of the database, and the newest one that is known.
    DatabaseNewer(i64, i64),
    /// [`Error::Internal`].
    Internal(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidToken(why) => Self::Invalid(why),
            Error::TokenExpired => Self::Expired,
            Error::KeysUnavailable { retry_after } => Self::KeysUnavailable(retry_after),
            Error::RateLimited { detail, limit, retry_after } => {
                Self::RateLimited { detail, limit, retry_after }
            }
            Error::Misconfigured { variable, rule } => Self::Misconfigured(variable, rule),
            Error::Storage { detail } => Self::Storage(detail),
            Error::Unconfirmed { detail } => Self::Unconfirmed(detail),
            Error::SchemaBehind { found, known } => Self::SchemaBehind(found, known),
            Error::DatabaseNewer { found, known } => Self::DatabaseNewer(found, known),
            Error::Internal(detail) => Self::Internal(detail),
            other => Self::Internal(other.problem("").detail),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(why) => Self::InvalidToken(why),
            Refusal::Expired => Self::TokenExpired,
            Refusal::KeysUnavailable(retry_after) => Self::KeysUnavailable { retry_after },
            Refusal::RateLimited { detail, limit, retry_after } => {
                Self::RateLimited { detail, limit, retry_after }
            }
            Refusal::Misconfigured(variable, rule) => Self::Misconfigured { variable, rule },
            Refusal::Storage(detail) => Self::Storage { detail },
            Refusal::Unconfirmed(detail) => Self::Unconfirmed { detail },
            Refusal::SchemaBehind(found, known) => Self::SchemaBehind { found, known },
            Refusal::DatabaseNewer(found, known) => Self::DatabaseNewer { found, known },
            Refusal::Internal(detail) => Self::Internal(detail),
        }
    }
}

impl rpc::Refusal for Refusal {
    fn respond(error: Error, _: &RequestId) -> Response {
        let body = serde_json::to_vec(&Self::from(error)).unwrap_or_default();
        json_response(StatusCode::UNPROCESSABLE_ENTITY, body)
    }
}

/// The caller that the evidence in `presented` proves.
///
/// # Errors
/// A [`Refusal`] as an [`Error`]. [`Error::Unavailable`] if `auth` does not respond.
pub(super) async fn verify(presented: &Presented) -> Result<Proof> {
    // The question changes nothing. If the runtime has no capacity for `auth` now, it will have some soon.
    let ask = async || call_openly::<Prove>(presented, TIME_LIMIT).await;
    again_while_unavailable(QUESTION, ask).await.map_err(Error::before_change)
}

/// Checks that there are keys to verify tokens.
///
/// # Errors
/// [`Error::Misconfigured`]. [`Error::KeysUnavailable`] if no keys were ever fetched from the issuer, and a fetch
/// now fails.
pub async fn ready() -> Result<()> {
    let ask = async || call_openly::<Ready>(&Nothing {}, TIME_LIMIT).await;
    again_while_unavailable(QUESTION, ask).await.map(drop)
}

#[cfg(test)]
mod tests;
