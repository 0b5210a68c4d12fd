//! Verifies a token that an agent signed with its own private key (the shape of RFC 7523).
//!
//! Only the agent's registered public keys count, and only for its own id. A token lasts five minutes at most and
//! counts once. A token of an outside issuer never comes here: no outside issuer can be named like an agent.

use std::collections::HashSet;

use jwt_simple::prelude::{Duration, VerificationOptions};
use nexus_common::auth::{LEEWAY, MAX_TOKEN, Proof, Via, session_hash};
use nexus_common::domain::CredentialRow;
use nexus_common::platform::clock;
use nexus_common::store::{find_key, use_once};
use nexus_common::{Error, Result, config};

use crate::agent::{FoundAgent, require_not_expired};
use crate::key::Key;
use crate::object::Object;
use crate::token::{Header, check_bearer, refusal};

/// The maximum time from now to the `exp` of a token, in seconds.
const MOST_SECONDS: u64 = 300;
/// The length of a `jti`, in bytes.
const JTI: std::ops::RangeInclusive<usize> = 8..=200;

/// Whom the token proves, if the agent `agent_id` has signed it.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::Storage`].
pub(crate) async fn verify(token: &str, agent_id: &str) -> Result<Proof> {
    let header = Header::of(token)?;
    if header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(invalid("the `typ` of a token that an agent signs must be JWT"));
    }
    let kid = header.kid.as_deref().ok_or_else(|| invalid("the token has no `kid`"))?;
    let unknown = || invalid("the `kid` is not a public key of this agent");
    let found = find_key(kid).await?.filter(|key| key.agent_id == agent_id).ok_or_else(unknown)?;
    require_not_expired(found.expires_at)?;
    let now = clock::now_ms();
    let jwk: Object = serde_json::from_str(found.public_key.as_deref().ok_or_else(unknown)?)
        .map_err(|_| Error::Unreadable("a public key".into()))?;
    let key = Key::of_jwk(&jwk.0).ok_or_else(unknown)?;
    let public_url = config::public_url().await?;
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([agent_id.to_owned()])),
        required_subject: Some(agent_id.to_owned()),
        allowed_audiences: Some(HashSet::from([
            public_url.as_str().to_owned(),
            format!("{}/mcp", public_url.as_str()),
        ])),
        time_tolerance: Some(Duration::from_secs(LEEWAY)),
        max_token_length: Some(MAX_TOKEN),
        required_signature_type: header.typ,
        ..Default::default()
    };
    let claims = key.verify(token, options).map_err(|error| refusal(&error))?;
    check_bearer(&claims.custom.0)?;
    let expires_at = claims.expires_at.map(|at| at.as_secs());
    let expires_at = expires_at.ok_or_else(|| invalid("the claim `exp` is missing"))?;
    if expires_at > now / 1000 + MOST_SECONDS + LEEWAY {
        return Err(invalid("the claim `exp` is more than five minutes ahead"));
    }
    let jti = claims.jwt_id.filter(|jti| JTI.contains(&jti.len()));
    let jti = jti.ok_or_else(|| invalid("the claim `jti` must have 8 to 200 characters"))?;
    let until = i64::try_from((expires_at + 2 * LEEWAY) * 1000).unwrap_or(i64::MAX);
    if !use_once(session_hash(&format!("jti {agent_id} {jti}")), until).await? {
        return Err(invalid("the token was used before (`jti`). Sign a new one for each request"));
    }
    let agent = FoundAgent {
        workspace: found.workspace,
        id: agent_id.to_owned(),
        via: Via::SignedToken,
        credential: CredentialRow::AgentKey(kid.to_owned()),
        limits: None,
    };
    let caller = agent.caller(expires_at);
    Ok(Proof { caller, expires_at, is_reusable: false })
}

fn invalid(why: &str) -> Error {
    Error::InvalidToken(why.to_owned())
}
