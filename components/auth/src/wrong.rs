//! Counts wrong proofs, by the address of the client and the kind of proof.
//!
//! A client that has sent too many wrong proofs gets 429 for each further wrong one. A good proof always counts,
//! because many clients may share an address, and one of them must not lock the others out. This module must not
//! keep a proof.

use std::rc::Rc;

use nexus_common::auth::SecretKind;
use nexus_common::config;
use nexus_common::kept::{Once, once};
use nexus_common::limits::{Limit, StoreLedger, Subject, spend};
use nexus_common::{Error, Result};

const VARIABLE: &str = "wrong_proofs_per_minute";
/// How many times the limit is the limit for all clients together whose address is not known.
const UNKNOWN: u32 = 10;

thread_local! {
    static LIMIT: Once<u32> = const { Once::new(None) };
}

/// A kind of proof.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A session cookie.
    Session,
    /// The key of an agent.
    AgentKey,
    /// An access token or a refresh token of this application.
    AccessToken,
    /// A JWT.
    Token,
    /// A link from the machine, or an invitation.
    Link,
    /// An authorization code.
    Code,
    /// The data that an authenticator signed.
    Passkey,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::AgentKey => "agent_key",
            Self::AccessToken => "access_token",
            Self::Token => "token",
            Self::Link => "link",
            Self::Code => "code",
            Self::Passkey => "passkey",
        }
    }
}

impl From<SecretKind> for Kind {
    fn from(kind: SecretKind) -> Self {
        match kind {
            SecretKind::Link => Self::Link,
            SecretKind::Code => Self::Code,
            SecretKind::AppToken => Self::AccessToken,
        }
    }
}

/// Returns `proved`, and counts it if the proof is wrong. An expired token is not wrong: it was genuine.
///
/// # Errors
/// The error in `proved`. [`Error::RateLimited`] in its place if there were too many.
pub(crate) async fn counted<T>(proved: Result<T>, kind: Kind, address: Option<&str>) -> Result<T> {
    if let Err(Error::InvalidToken(_)) = &proved {
        count(kind, address).await?;
    }
    proved
}

/// Counts a wrong proof.
///
/// # Errors
/// [`Error::RateLimited`] if there were too many, [`Error::Misconfigured`].
pub(crate) async fn count(kind: Kind, address: Option<&str>) -> Result<()> {
    let limit: Rc<u32> = once(&LIMIT, config::per_minute(VARIABLE, 20)).await?;
    let (subject, per_minute) = match address {
        Some(_) => ("wrong proofs of this kind from your address", *limit),
        None => ("wrong proofs of this kind", limit.saturating_mul(UNKNOWN)),
    };
    let limit = Limit { per_minute, subject, set_by: VARIABLE };
    // One client may have any number of addresses. Only wrong proofs are counted, so no good one suffers from
    // another address with which it shares a count.
    let counted = match address {
        Some(address) => Subject::shared("wrong", kind.name(), address),
        None => Subject::new("wrong", &[kind.name(), ""]),
    };
    spend::<StoreLedger>(counted, &limit).await
}
