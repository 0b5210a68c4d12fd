//! Verifies a token (RFC 7519) as RFC 8725 requires.
//!
//! The token must not decide how it is verified. The key decides the algorithm.

use std::collections::HashSet;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_simple::prelude::{Duration, VerificationOptions};
use jwt_simple::{Error as JwtFailure, JWTError};
use nexus_common::auth::{Caller, CallerKind, LEEWAY, MAX_TOKEN, Proof, Role, Via};
use nexus_common::platform::clock;
use nexus_common::store::{Basis, OutsideIdentity, OutsidePerson};
use nexus_common::{Error, Result, id};
use nexus_printable::{RULE, is_printable};
use serde_json::{Map, Value};

use crate::agent_token;
use crate::config::{self, Config, Keys};
use crate::first_seen::{self, Seen};
use crate::key::Claims;
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
    if let Some(agent_id) =
        unverified_issuer(token).filter(|iss| iss.starts_with(agent_token::PREFIX))
    {
        return agent_token::verify(token, &agent_id, header).await;
    }
    let config = config::get().await?;
    config.types.check(header.typ.as_deref())?;
    let key = match &config.keys {
        Keys::Secret(key) => Rc::clone(key),
        Keys::Issuer(jwks) => jwks.key(header.kid.as_deref(), &header.algorithm).await?,
    };
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([config.issuer.clone()])),
        allowed_audiences: Some(HashSet::from([config.audience.clone()])),
        time_tolerance: Some(Duration::from_secs(LEEWAY)),
        max_token_length: Some(MAX_TOKEN),
        // The type is checked above. Setting it here turns off the library's own rule.
        required_signature_type: header.typ,
        ..Default::default()
    };
    let claims = key.verify(token, options).map_err(|error| refusal(&error))?;
    proof(&config, &claims)
}

/// The claim `iss`, which is not verified yet. It only chooses the keys that may verify the token.
fn unverified_issuer(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let Object(claims) = serde_json::from_slice(&payload).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

fn proof(config: &Config, claims: &Claims) -> Result<Proof> {
    let expires_at = claims.expires_at.map(|at| at.as_secs());
    let missing = || Error::InvalidToken("the claim `exp` is missing".into());
    let expires_at = expires_at.ok_or_else(missing)?;
    let custom = &claims.custom.0;
    check_bearer(custom)?;
    let subject = printable("sub", claims.subject.as_deref())?;
    let workspace = claim(custom, &config.workspace_claim).and_then(Value::as_str);
    let workspace = printable(&config.workspace_claim, workspace)?;
    let role = least_role(claim(custom, &config.role_claim));
    let issued_at = claims.issued_at.map(|at| at.as_secs());
    config.lifetime.check(role, issued_at, expires_at, clock::now_ms() / 1000)?;
    let (kind, basis) = outside(&workspace, &config.issuer, &subject, role);
    let via = Via::IssuerToken;
    let caller = Caller { workspace, subject, kind, role, expires_at, via, basis };
    Ok(Proof { caller, expires_at, is_reusable: true })
}

/// The kind and the rows of a caller for whom an outside issuer vouches. A new one is stored a moment later.
fn outside(
    workspace: &str,
    issuer: &str,
    subject: &str,
    role: Option<Role>,
) -> (CallerKind, Basis) {
    let (workspace, issuer, subject) =
        (workspace.to_owned(), issuer.to_owned(), subject.to_owned());
    let outside = Basis { is_outside: true, ..Basis::default() };
    match role {
        None => (CallerKind::Service, outside),
        Some(Role::Agent) => {
            let id = id::outside_agent(&workspace, &issuer, &subject);
            let agent = OutsideIdentity { workspace, issuer, subject };
            first_seen::note(Seen::Agent(id.clone(), agent));
            (CallerKind::Agent, Basis { agent: Some(id), ..outside })
        }
        Some(role) => {
            let id = id::outside_person(&workspace, &issuer, &subject);
            let person = OutsidePerson { workspace, issuer, subject, role };
            first_seen::note(Seen::Person(id.clone(), person));
            (CallerKind::Person, Basis { person: Some(id), ..outside })
        }
    }
}

/// Rejects a token that is not a bearer token: a token that is bound to a key (RFC 7800, 3.1; RFC 9449, 6.1),
/// and a token about an event (RFC 8417, 2.2, and old logout tokens without a `typ`).
fn check_bearer(custom: &Map<String, Value>) -> Result<()> {
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
    algorithm: String,
}

impl Header {
    /// The header of `token`. Rejects a header with a member that is never accepted.
    fn of(token: &str) -> Result<Self> {
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

/// The claim with exactly this name. If there is none, the name is read as a dotted path.
fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let mut parts = name.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// The role in a string or an array. If there are several known roles, the least powerful one.
fn least_role(value: Option<&Value>) -> Option<Role> {
    match value? {
        Value::String(text) => Role::parse(text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).filter_map(Role::parse).min(),
        _ => None,
    }
}

/// The value of a claim: 1 to 128 printable characters.
///
/// # Errors
/// [`Error::InvalidToken`].
pub(crate) fn printable(name: &str, value: Option<&str>) -> Result<String> {
    let value = value.ok_or_else(|| {
        Error::InvalidToken(format!("the claim `{name}` is missing or not a string"))
    })?;
    let length = value.chars().count();
    if !(1..=128).contains(&length) || !is_printable(value) {
        return Err(Error::InvalidToken(format!(
            "the claim `{name}` must have 1 to 128 printable characters. It {RULE}"
        )));
    }
    Ok(value.to_owned())
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
