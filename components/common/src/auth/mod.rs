//! Who is calling: JSON Web Tokens (RFC 7519), verified as RFC 8725 asks.
//!
//! It must not read anything but headers: path parameters and client addresses can be made up by the
//! client. The algorithm follows the key, never the token.

mod agent;
mod jwks;
mod key;
mod key_set;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use jwt_simple::prelude::{Duration, HS256Key, VerificationOptions};
use jwt_simple::{Error as JwtFailure, JWTError};
use serde_json::{Map, Value};

use crate::config;
use crate::error::{Error, Result};
use crate::http::Inbound;
use crate::platform::clock;
use crate::secret::Secret;
pub use agent::{Agent, is_jwt};
use jwks::Jwks;
use key::{Claims, Key};

/// Largest token, in bytes.
const MAX_TOKEN: usize = 16 * 1024;
/// Clock difference tolerated, in seconds.
const LEEWAY: u64 = 30;
/// Header members that would let a token choose the key it is verified with, or change its meaning.
const REFUSED_HEADERS: [&str; 5] = ["crit", "jwk", "jku", "x5u", "x5c"];

/// For how long a signature that was good is remembered, in seconds; a key that its issuer withdraws
/// is good for as long.
const SEEN_FOR: u64 = 60;
/// Most tokens that an instance remembers.
const SEEN_MAX: usize = 64;

thread_local! {
    /// Tokens whose signature was good a moment ago: they prove the same as before.
    static SEEN: RefCell<HashMap<String, Seen>> = RefCell::new(HashMap::new());
}

/// Whom a token has proved.
struct Seen {
    caller: Caller,
    /// In seconds since the Unix epoch.
    until: u64,
}

impl Seen {
    fn still(&self, now: u64) -> Option<Caller> {
        (now < self.until).then(|| self.caller.clone())
    }
}

/// How tokens are verified.
pub struct AuthConfig {
    /// The keys.
    pub keys: Keys,
    /// `iss`, exactly.
    pub issuer: String,
    /// One of `aud`, exactly.
    pub audience: String,
    /// Which claim holds the workspace: a name, else a dotted path.
    pub workspace_claim: String,
    /// Which claim holds the role, or several.
    pub role_claim: String,
}

/// The keys that tokens are verified with.
pub struct Keys(Source);

enum Source {
    One(Rc<Key>),
    Issuer(Jwks),
}

impl Keys {
    /// HS256 and the UTF-8 bytes of `secret`, for every token.
    pub fn secret(secret: &Secret) -> Self {
        let key = HS256Key::from_bytes(secret.expose().as_bytes());
        Self(Source::One(Rc::new(Key::Hs256(key))))
    }

    /// The RS256, ES256 and EdDSA keys of the JWKS document at `url`.
    pub fn published_at(url: String) -> Self {
        Self(Source::Issuer(Jwks::at(url)))
    }

    /// Whether there are any.
    ///
    /// # Errors
    /// [`Error::KeysUnavailable`] where the issuer never gave any and does not now.
    pub async fn ready(&self) -> Result<()> {
        match &self.0 {
            Source::One(_) => Ok(()),
            Source::Issuer(jwks) => jwks.ready().await,
        }
    }
}

/// What a caller may do, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Calls providers through the proxy and MCP; nothing else.
    Agent,
    /// All but OAuth clients, own manifests and the audit export.
    Manager,
    /// All.
    Admin,
}

/// A verified caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The workspace to which everything is bound: 1–128 printable characters.
    pub workspace: String,
    /// Who: 1–128 printable characters.
    pub subject: String,
    /// What they may do; nothing where the token names no role that is known.
    pub role: Option<Role>,
}

impl Caller {
    /// The caller of `inbound`.
    ///
    /// # Errors
    /// 401 as an [`Error`]; [`Error::Misconfigured`].
    pub async fn of(inbound: &Inbound) -> Result<Self> {
        Self::proved_by(bearer(inbound)?).await
    }

    /// The caller that `token` proves. A signature that was good is not computed anew within a
    /// minute, while the token lasts: agents send the same one again and again.
    async fn proved_by(token: &str) -> Result<Self> {
        let now = clock::now_ms() / 1000;
        if let Some(caller) = SEEN.with_borrow(|seen| seen.get(token)?.still(now)) {
            return Ok(caller);
        }
        let config = config::auth().await?;
        let (caller, expires_at) = config.verify(token).await?;
        SEEN.with_borrow_mut(|seen| {
            if seen.len() >= SEEN_MAX {
                seen.clear();
            }
            let until = expires_at.saturating_add(LEEWAY).min(now + SEEN_FOR);
            seen.insert(token.to_owned(), Seen { caller: caller.clone(), until });
        });
        Ok(caller)
    }

    /// Whether the caller has at least `role`.
    pub fn may(&self, role: Role) -> bool {
        self.role >= Some(role)
    }

    /// The role as it stands in a token; `none` where it has no known one.
    pub fn role_name(&self) -> &'static str {
        self.role.map_or("none", Role::name)
    }
}

impl Role {
    /// As it stands in a token.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Manager => "MANAGER",
            Self::Admin => "ADMIN",
        }
    }

    /// The role that stands so in a token.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::Manager, Self::Admin].into_iter().find(|role| role.name() == text)
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750, 2.1).
fn bearer(inbound: &Inbound) -> Result<&str> {
    let mut values = inbound.headers().get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Error::MissingToken)?;
    if values.next().is_some() {
        return Err(Error::InvalidToken("two Authorization headers came".into()));
    }
    let text = value.to_str().map_err(|_| Error::InvalidToken("not a Bearer token".into()))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(token.trim())
        }
        _ => Err(Error::InvalidToken("Authorization is not `Bearer <token>`".into())),
    }
}

impl AuthConfig {
    /// Verifies `token` against the current time; returns who it proves, and its `exp` in seconds
    /// since the Unix epoch.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::KeysUnavailable`].
    pub async fn verify(&self, token: &str) -> Result<(Caller, u64)> {
        if token.len() > MAX_TOKEN {
            return Err(Error::InvalidToken(format!("the token is larger than {MAX_TOKEN} bytes")));
        }
        let header = Header::of(token)?;
        let key = match &self.keys.0 {
            Source::One(key) => Rc::clone(key),
            Source::Issuer(jwks) => jwks.key(header.kid.as_deref(), &header.algorithm).await?,
        };
        let options = VerificationOptions {
            allowed_issuers: Some(HashSet::from([self.issuer.clone()])),
            allowed_audiences: Some(HashSet::from([self.audience.clone()])),
            time_tolerance: Some(Duration::from_secs(LEEWAY)),
            max_token_length: Some(MAX_TOKEN),
            ..Default::default()
        };
        let claims = key.verify(token, options).map_err(|error| refusal(&error))?;
        self.caller(&claims)
    }

    fn caller(&self, claims: &Claims) -> Result<(Caller, u64)> {
        let expires_at = claims.expires_at.map(|at| at.as_secs());
        let missing = || Error::InvalidToken("the claim `exp` is missing".into());
        let expires_at = expires_at.ok_or_else(missing)?;
        let subject = printable("sub", claims.subject.as_deref())?;
        let workspace = claim(&claims.custom, &self.workspace_claim).and_then(Value::as_str);
        let workspace = printable(&self.workspace_claim, workspace)?;
        let role = least_role(claim(&claims.custom, &self.role_claim));
        Ok((Caller { workspace, subject, role }, expires_at))
    }
}

/// What a token's header says, to find the key that it means; nothing of it is trusted.
struct Header {
    kid: Option<String>,
    algorithm: String,
}

impl Header {
    /// The header of `token`, unless it holds what is refused before anything is verified.
    fn of(token: &str) -> Result<Self> {
        let invalid = || Error::InvalidToken("the token is not a JWT".into());
        let encoded = token.split('.').next().ok_or_else(invalid)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| invalid())?;
        let header: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
        if let Some(name) = REFUSED_HEADERS.iter().find(|name| header.contains_key(**name)) {
            return Err(Error::InvalidToken(format!("tokens with `{name}` are not accepted")));
        }
        let text = |name: &str| header.get(name).map(|value| value.as_str().ok_or_else(invalid));
        Ok(Self {
            kid: text("kid").transpose()?.map(str::to_owned),
            algorithm: text("alg").transpose()?.unwrap_or_default().to_owned(),
        })
    }
}

/// A claim literally of that name, else the name read as a dotted path.
fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let mut parts = name.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// The role of a string or an array; of several known ones the least.
fn least_role(value: Option<&Value>) -> Option<Role> {
    match value? {
        Value::String(text) => Role::parse(text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).filter_map(Role::parse).min(),
        _ => None,
    }
}

fn printable(name: &str, value: Option<&str>) -> Result<String> {
    let value = value
        .ok_or_else(|| Error::InvalidToken(format!("the claim `{name}` is missing or no text")))?;
    let length = value.chars().count();
    if !(1..=128).contains(&length) || value.chars().any(char::is_control) {
        return Err(Error::InvalidToken(format!(
            "the claim `{name}` must be 1 to 128 printable characters"
        )));
    }
    Ok(value.to_owned())
}

fn refusal(error: &JwtFailure) -> Error {
    match error.downcast_ref::<JWTError>() {
        Some(JWTError::TokenHasExpired) => Error::TokenExpired,
        Some(known) => Error::InvalidToken(known.to_string()),
        None => Error::InvalidToken("the token is not a JWT, or a claim has the wrong type".into()),
    }
}
