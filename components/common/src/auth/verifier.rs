//! The way to the component `auth`: what it says of a token.
//!
//! It must not take anything but a well-formed verdict for a proof.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Caller;
use crate::error::{Error, Result};
use crate::http::{QUESTION, Respond, again_while_unavailable, answered, request_to};
use crate::platform::http::{call, full};

/// Longer than the issuer of the keys is waited for, so that the verdict is heard.
const LIMIT: Duration = Duration::from_secs(20);
const MAX_ANSWER: usize = 16 * 1024;

/// Whom a token proves.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proof {
    /// Who.
    pub caller: Caller,
    /// The token's `exp`, in seconds since the Unix epoch.
    pub expires_at: u64,
}

/// Why there is no proof: those of [`Error`] that `auth` can meet.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// [`Error::InvalidToken`].
    Invalid(String),
    /// [`Error::TokenExpired`].
    Expired,
    /// [`Error::KeysUnavailable`]: in how many seconds they are fetched again.
    KeysUnavailable(u64),
    /// [`Error::Misconfigured`]: which variable, which rule.
    Misconfigured(String, String),
    /// [`Error::Storage`].
    Storage(String),
    /// [`Error::Internal`].
    Internal(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidToken(why) => Self::Invalid(why),
            Error::TokenExpired => Self::Expired,
            Error::KeysUnavailable { retry_after } => Self::KeysUnavailable(retry_after),
            Error::Misconfigured { variable, rule } => Self::Misconfigured(variable, rule),
            Error::Storage { detail } => Self::Storage(detail),
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
            Refusal::Misconfigured(variable, rule) => Self::Misconfigured { variable, rule },
            Refusal::Storage(detail) => Self::Storage { detail },
            Refusal::Internal(detail) => Self::Internal(detail),
        }
    }
}

/// Whom `token` proves.
///
/// # Errors
/// A [`Refusal`] as an [`Error`]; [`Error::Unavailable`] where `auth` does not answer.
pub(super) async fn verify(token: &str) -> Result<Proof> {
    read(&ask("/v1/proof", token).await?)
}

/// Whether there is anything to verify tokens with.
///
/// # Errors
/// [`Error::Misconfigured`]; [`Error::KeysUnavailable`] where the issuer never gave any keys and does
/// not now.
pub async fn ready() -> Result<()> {
    read(&ask("/v1/ready", "").await?)
}

async fn ask(path: &str, token: &str) -> Result<Bytes> {
    let value = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| Error::InvalidToken("the token is not a JWT".into()))?;
    // To ask changes nothing: where the runtime has no room for `auth` now, it has in a moment.
    let answer = again_while_unavailable(QUESTION, async || {
        let mut request = request_to("auth", Method::GET, path, full(""))?;
        request.headers_mut().insert(header::AUTHORIZATION, value.clone());
        answered("auth", call(request, LIMIT, MAX_ANSWER).await)
    });
    let answer = answer.await?;
    match answer.status() {
        StatusCode::OK => Ok(answer.into_body()),
        status => Err(Error::Internal(format!("auth answered {status}"))),
    }
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T> {
    let verdict: Result<T, Refusal> = serde_json::from_slice(answer)
        .map_err(|_| Error::Internal("auth did not answer with a verdict".into()))?;
    Ok(verdict?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn as_sent<T: Serialize>(verdict: Result<T, Refusal>) -> Vec<u8> {
        serde_json::to_vec(&verdict).unwrap()
    }

    #[test]
    fn a_proof_arrives_as_it_was_sent() {
        for role in [None, Some(Role::Agent), Some(Role::Manager), Some(Role::Admin)] {
            let (workspace, subject) = ("acme".to_owned(), "ann".to_owned());
            let caller = Caller { workspace, subject, role, expires_at: 7 };
            let sent = as_sent(Ok(Proof { caller: caller.clone(), expires_at: 7 }));
            let proof: Proof = read(&sent).unwrap();
            assert_eq!((proof.caller, proof.expires_at), (caller, 7));
        }
    }

    #[test]
    fn each_refusal_stays_what_it_is() {
        for error in [
            Error::InvalidToken("no".into()),
            Error::TokenExpired,
            Error::KeysUnavailable { retry_after: 9 },
            Error::misconfigured("jwt_secret", "must be set"),
            Error::Storage { detail: "locked".into() },
            Error::Internal("broken".into()),
        ] {
            let sent = as_sent::<Proof>(Err(Refusal::from(error.clone())));
            assert_eq!(read::<Proof>(&sent).unwrap_err(), error);
        }
    }

    #[test]
    fn nothing_else_is_a_proof() {
        let whole = as_sent(Ok(Proof {
            caller: Caller {
                workspace: "acme".into(),
                subject: "ann".into(),
                role: None,
                expires_at: 7,
            },
            expires_at: 7,
        }));
        let cut = (0..whole.len()).map(|end| whole.get(..end).unwrap().to_vec());
        let others = ["null", "{}", r#"{"Ok":null}"#, r#"{"Ok":{}}"#, r#"{"Err":{}}"#, "<html>"];
        for answer in cut.chain(others.map(|text| text.as_bytes().to_vec())) {
            let error = read::<Proof>(&answer).unwrap_err();
            assert!(matches!(error, Error::Internal(_)), "{error:?}");
        }
    }
}
