//! Verifies a token (RFC 7519) as RFC 8725 requires.
//!
//! The token must not decide how it is verified. The key decides the algorithm.

use std::collections::HashSet;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_simple::claims::Audiences;
use jwt_simple::prelude::{Duration, VerificationOptions};
use jwt_simple::{Error as JwtFailure, JWTError};
use nexus_common::auth::{Caller, CallerKind, LEEWAY, MAX_TOKEN, Proof, Role, Via};
use nexus_common::domain::Basis;
use nexus_common::platform::clock;
use nexus_common::store::{OutsideIdentity, OutsidePerson};
use nexus_common::{Error, Result, id};
use serde_json::Value;

use crate::claims::{self, Claims};
use crate::config::{self, Config};
use crate::entry;
use crate::first_seen::{self, Seen};
use crate::issuers::{Issuer, Keys};
use crate::key::Claims as Verified;
use crate::object::{self, Object};

/// Header members with which a token could choose its own key, or change its meaning.
const REFUSED_HEADERS: [&str; 5] = ["crit", "jwk", "jku", "x5u", "x5c"];

/// Verifies `token` against the current time.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::KeysUnavailable`],
/// [`Error::Misconfigured`].
pub(crate) async fn verify(token: &str) -> Result<Proof> {
    let header = Header::of(token)?;
    let named = named_issuer(token)?;
    let config = config::get().await?;
    config.types.check(header.typ.as_deref())?;
    let entries = config.entries_of(&named);
    // Entries of one issuer have the same keys.
    let key = match entries.first().map(|entry| &entry.keys) {
        None => return Err(unknown_issuer(&named)),
        Some(Keys::Secret(key)) => Rc::clone(key),
        Some(Keys::Published(jwks)) => jwks.key(header.kid.as_deref(), &header.algorithm).await?,
    };
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([named.clone()])),
        time_tolerance: Some(Duration::from_secs(LEEWAY)),
        max_token_length: Some(MAX_TOKEN),
        // The type is checked above. Setting it here turns off the library's own rule.
        required_signature_type: header.typ,
        ..Default::default()
    };
    let verified = key.verify(token, options).map_err(|error| refusal(&error))?;
    let expires_at = verified.expires_at.map(|at| at.as_secs());
    let missing = || Error::InvalidToken("the claim `exp` is missing".into());
    let (issued_at, expires_at) =
        (verified.issued_at.map(|at| at.as_secs()), expires_at.ok_or_else(missing)?);
    let claims = all_claims(verified);
    check_bearer(&claims)?;
    let entry = entry::of_access_token(&entries, &claims, config.own_audience.as_deref())?;
    proof(&config, entry, &claims, (issued_at, expires_at))
}

/// The claim `iss` of a token that is not verified, to find the issuer's keys.
///
/// # Errors
/// [`Error::InvalidToken`] if it is missing or not a string.
pub(crate) fn named_issuer(token: &str) -> Result<String> {
    let malformed =
        || Error::InvalidToken("the token is not a JWT, or a claim has the wrong type".into());
    let encoded = token.split('.').nth(1).ok_or_else(malformed)?;
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| malformed())?;
    let Object(claims) = serde_json::from_slice(&bytes).map_err(|error| {
        object::twice(&error).map_or_else(malformed, |name| duplicate("claim", &name))
    })?;
    match claims.get("iss") {
        Some(Value::String(issuer)) => Ok(issuer.clone()),
        _ => Err(Error::InvalidToken(
            "the issuer is unknown. The claim `iss` is missing or not a string".into(),
        )),
    }
}

fn unknown_issuer(named: &str) -> Error {
    let shown = nexus_printable::shortened(named);
    Error::InvalidToken(format!(
        "the issuer {shown:?} (`iss`) is not accepted. Get a token from an issuer that this deployment trusts"
    ))
}

/// All claims by their names, also those for which the library has members of its own.
pub(crate) fn all_claims(verified: Verified) -> Claims {
    let Object(mut claims) = verified.custom;
    let audiences = verified.audiences.map(|audiences| match audiences {
        Audiences::AsString(text) => Value::String(text),
        Audiences::AsSet(texts) => texts.into_iter().map(Value::String).collect(),
    });
    let texts = [("iss", verified.issuer), ("sub", verified.subject), ("jti", verified.jwt_id)];
    let texts = texts.into_iter().map(|(name, text)| (name, text.map(Value::String)));
    for (name, value) in texts.chain([("aud", audiences)]) {
        if let Some(value) = value {
            claims.insert(name.to_owned(), value);
        }
    }
    claims
}

/// The identity that the claims of a verified token prove. `entry` is the entry of its issuer.
fn proof(
    config: &Config,
    entry: &Issuer,
    claims: &Claims,
    (issued_at, expires_at): (Option<u64>, u64),
) -> Result<Proof> {
    let subject = claims::subject(&entry.subject, claims)?;
    let workspace = entry.workspace.of(claims)?;
    let role = entry.role.of(claims);
    config.lifetime.check(role, issued_at, expires_at, clock::now_ms() / 1000)?;
    let (kind, basis) = outside(&workspace, &entry.name, &subject, role);
    let via = Via::IssuerToken;
    // An ADMIN may do everything, so no answer explains the role.
    let role_source = (role != Some(Role::Admin)).then(|| entry.role.shown(claims));
    let caller = Caller { workspace, subject, kind, role, role_source, expires_at, via, basis };
    Ok(Proof { caller, expires_at, is_reusable: true })
}

/// The kind and the rows of a caller for whom an outside issuer vouches. A new one is stored a moment later.
fn outside(
    workspace: &str,
    issuer: &str,
    subject: &str,
    role: Option<Role>,
) -> (CallerKind, Basis) {
    let identity = id::outside(workspace, issuer, subject);
    let (workspace, issuer, subject) =
        (workspace.to_owned(), issuer.to_owned(), subject.to_owned());
    let outside = Basis { outside: Some(identity.clone()), ..Basis::default() };
    match role {
        None => (CallerKind::Service, outside),
        Some(Role::Agent) => {
            let id = id::agent_of(&identity);
            let agent = OutsideIdentity { workspace, issuer, subject };
            first_seen::note(Seen::Agent(id.clone(), agent));
            (CallerKind::Agent, Basis { agent: Some(id), ..outside })
        }
        Some(role) => {
            let id = id::person_of(&identity);
            let person = OutsidePerson { workspace, issuer, subject, role };
            first_seen::note(Seen::Person(id.clone(), person));
            (CallerKind::Person, Basis { person: Some(id), ..outside })
        }
    }
}

/// Rejects a token that is not a bearer token: a token that is bound to a key (RFC 7800, 3.1; RFC 9449, 6.1),
/// and a token about an event (RFC 8417, 2.2, and old logout tokens without a `typ`).
pub(crate) fn check_bearer(custom: &Claims) -> Result<()> {
    let why = match (custom.get("cnf"), custom.get("events")) {
        (Some(_), _) => {
            "the token is bound to a key (`cnf`), and proofs of possession are not supported. Send a \
             bearer token"
        }
        (_, Some(Value::Object(_))) => {
            "the token is about an event (`events`). Send an access token"
        }
        _ => return Ok(()),
    };
    Err(Error::InvalidToken(why.into()))
}

/// The header of a token, to find its key. Nothing in it is trusted.
pub(crate) struct Header {
    /// The id of the key.
    pub(crate) kid: Option<String>,
    /// The type of the token.
    pub(crate) typ: Option<String>,
    /// The algorithm, to choose among keys without an id.
    pub(crate) algorithm: String,
}

impl Header {
    /// The header of `token`. Rejects a header with a member that is never accepted.
    pub(crate) fn of(token: &str) -> Result<Self> {
        let invalid = || Error::InvalidToken("the token is not a JWT".into());
        let encoded = token.split('.').next().ok_or_else(invalid)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| invalid())?;
        let Object(header) = serde_json::from_slice(&bytes).map_err(|error| {
            object::twice(&error).map_or_else(invalid, |name| duplicate("header member", &name))
        })?;
        if let Some(name) = REFUSED_HEADERS.iter().find(|name| header.contains_key(**name)) {
            return Err(Error::InvalidToken(format!(
                "tokens with the header member `{name}` are not accepted"
            )));
        }
        let text = |name: &str| header.get(name).map(|value| value.as_str().ok_or_else(invalid));
        Ok(Self {
            kid: text("kid").transpose()?.map(str::to_owned),
            typ: text("typ").transpose()?.map(str::to_owned),
            algorithm: text("alg").transpose()?.unwrap_or_default().to_owned(),
        })
    }
}

/// The error for a token that the library rejects.
pub(crate) fn refusal(error: &JwtFailure) -> Error {
    let twice = error.downcast_ref::<serde_json::Error>().and_then(object::twice);
    match (error.downcast_ref::<JWTError>(), twice) {
        (Some(JWTError::TokenHasExpired), _) => Error::TokenExpired,
        (Some(known), _) => Error::InvalidToken(known.to_string()),
        (None, Some(name)) => duplicate("claim", &name),
        (None, None) => {
            Error::InvalidToken("the token is not a JWT, or a claim has the wrong type".into())
        }
    }
}

fn duplicate(what: &str, name: &str) -> Error {
    Error::InvalidToken(format!("the token has a duplicate {what} {name:?}"))
}
