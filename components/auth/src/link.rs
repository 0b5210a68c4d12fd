//! Verifies a link from the machine: a token that the owner of the host signed with `sign_in_secret`.
//!
//! Nobody but the host and this component has the secret, and it signs nothing else. A link counts once, for ten
//! minutes at most.

use std::collections::HashSet;

use jwt_simple::prelude::{Duration, VerificationOptions};
use nexus_common::auth::{LEEWAY, LinkProof, MAX_TOKEN, Role, session_hash};
use nexus_common::config::{self, check_secret};
use nexus_common::platform::{clock, variables};
use nexus_common::secret::Secret;
use nexus_common::store::use_once;
use nexus_common::{Error, Result};
use serde_json::Value;

use crate::claims::printable;
use crate::key::Key;
use crate::token::refusal;

const VARIABLE: &str = "sign_in_secret";
/// The `typ` and the `iss` of a link.
const TYPE: &str = "nexus-link+jwt";
const ISSUER: &str = "machine";
/// The maximum lifetime of a link, in seconds.
const MOST_SECONDS: u64 = 600;

/// Verifies the link `token`, and uses it up.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn use_up(token: &str) -> Result<LinkProof> {
    let secret = variables::get(VARIABLE).await.map(Secret::new);
    let secret = secret.ok_or_else(|| {
        Error::InvalidToken("links from the machine are off: `sign_in_secret` is not set".into())
    })?;
    check_secret(VARIABLE, &secret)?;
    let public_url = config::public_url().await?;
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([ISSUER.to_owned()])),
        allowed_audiences: Some(HashSet::from([public_url.as_str().to_owned()])),
        time_tolerance: Some(Duration::from_secs(LEEWAY)),
        max_token_length: Some(MAX_TOKEN),
        required_signature_type: Some(TYPE.to_owned()),
        ..Default::default()
    };
    let claims = Key::of_secret(&secret).verify(token, options).map_err(|error| refusal(&error))?;
    let custom = &claims.custom.0;
    let text = |name: &str| match custom.get(name).and_then(Value::as_str) {
        Some(value) => printable(&name, name, value),
        None => Err(Error::InvalidToken(format!("the claim `{name}` is missing or not a string"))),
    };
    let role = text("role").map(|role| Role::parse(&role));
    let role = role?.filter(|role| *role >= Role::Manager);
    let role =
        role.ok_or_else(|| Error::InvalidToken("the link has no role of a person".into()))?;
    let expires_at = claims.expires_at.map_or(0, |at| at.as_secs());
    let now = clock::now_ms() / 1000;
    if expires_at > now + MOST_SECONDS + LEEWAY {
        return Err(Error::InvalidToken("the link is valid for too long. Make a new one".into()));
    }
    let proof = LinkProof { workspace: text("workspace")?, name: text("name")?, role };
    let id = claims.jwt_id.filter(|id| id.len() >= 16);
    let id = id.ok_or_else(|| Error::InvalidToken("the link has no `jti`".into()))?;
    let until = i64::try_from((expires_at + 2 * LEEWAY) * 1000).unwrap_or(i64::MAX);
    match use_once(session_hash(&format!("link {id}")), until).await? {
        true => Ok(proof),
        false => Err(Error::InvalidToken("the link was used before. Make a new one".into())),
    }
}
