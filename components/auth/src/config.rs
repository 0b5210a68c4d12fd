//! The variables for the verification of tokens, with their rules.
//!
//! This module must not read any other variable.

use std::rc::Rc;

use nexus_common::config::{self, ISSUERS, JWT_ISSUER, ROLE_CLAIM, WORKSPACE_CLAIM, check_secret};
use nexus_common::kept::{Once, once};
use nexus_common::origin::Origin;
use nexus_common::platform::variables;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};

use crate::claims::{AudienceRule, ClaimName, RoleRule, Several, WorkspaceRule};
use crate::issuers::{self, Issuer, Keys, SECRET_VARIABLE};
use crate::jwks::{Jwks, Source, is_keys_url};
use crate::key::Key;
use crate::lifetime::Lifetime;
use crate::types::Types;

/// The variables, in the order in which `read` uses them.
const VARIABLES: [&str; 12] = [
    SECRET_VARIABLE,
    "jwt_jwks_origin",
    "jwt_jwks_path",
    JWT_ISSUER,
    "jwt_audience",
    "jwt_workspace_claim",
    "jwt_role_claim",
    "jwt_types",
    "jwt_max_lifetime",
    ISSUERS,
    "sign_in_secret",
    "oidc_issuer",
];

thread_local! {
    static CONFIG: Once<Config> = const { Once::new(None) };
}

/// The configuration of the verification of tokens.
pub(crate) struct Config {
    /// The trusted issuers, in the order in which they are tried.
    pub(crate) issuers: Vec<Issuer>,
    /// The audience that is accepted from every issuer: the URL of the MCP endpoint. `None` if `public_url` is
    /// malformed.
    pub(crate) own_audience: Option<String>,
    /// The types of token that are accepted.
    pub(crate) types: Types,
    /// The maximum lifetime of a token.
    pub(crate) lifetime: Lifetime,
}

impl Config {
    /// The entries of an issuer, in their order.
    pub(crate) fn entries_of(&self, issuer: &str) -> Vec<&Issuer> {
        self.issuers.iter().filter(|entry| entry.name == issuer).collect()
    }
}

/// Checks that there are keys to verify tokens. One issuer that responds is enough, because an issuer that does
/// not must not take the others with it.
///
/// # Errors
/// [`Error::Misconfigured`], or [`Error::KeysUnavailable`] if no keys were ever fetched from any
/// issuer and the fetches now fail.
pub(crate) async fn ready() -> Result<()> {
    let mut last = Ok(());
    for issuer in &get().await?.issuers {
        last = match &issuer.keys {
            Keys::Secret(_) => Ok(()),
            Keys::Published(jwks) => jwks.ready().await,
        };
        if last.is_ok() {
            break;
        }
    }
    last
}

/// The configuration. It is read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn get() -> Result<Rc<Config>> {
    once(&CONFIG, read()).await
}

async fn read() -> Result<Config> {
    // There is only one `await` for all variables, because each `await` would add a copy of the code behind it.
    let mut values = [const { None }; VARIABLES.len()];
    for (value, name) in values.iter_mut().zip(VARIABLES) {
        *value = variables::get(name).await;
    }
    let own_audience = config::public_url().await.ok().map(|url| format!("{url}/mcp"));
    let [
        secret,
        origin,
        path,
        issuer,
        audience,
        workspace_claim,
        role_claim,
        types,
        lifetime,
        list,
        sign_in_secret,
        oidc_issuer,
    ] = values;
    let names_issuer = [&secret, &origin, &issuer, &audience].iter().any(|value| value.is_some());
    let signs_in_here = sign_in_secret.is_some() || oidc_issuer.is_some();
    let secret = secret_key(secret);
    let issuers = match list {
        Some(list) => issuers::parse(&list, &secret)?,
        // People sign in here, and agents have keys: no other issuer is needed.
        None if !names_issuer && signs_in_here => Vec::new(),
        None => {
            let claims = [workspace_claim, role_claim];
            let keys = single_keys(secret?, origin.as_deref(), path.as_deref())?;
            vec![single_issuer(keys, issuer, audience, &claims)?]
        }
    };
    Ok(Config {
        issuers,
        own_audience,
        types: Types::parse(types.as_deref())?,
        lifetime: Lifetime::parse(lifetime.as_deref())?,
    })
}

/// The one issuer that the single variables describe. `claims`: those of the workspace and of the role.
fn single_issuer(
    keys: Keys,
    name: Option<String>,
    audience: Option<String>,
    [workspace, role]: &[Option<String>; 2],
) -> Result<Issuer> {
    let workspace = workspace.as_deref().unwrap_or(WORKSPACE_CLAIM);
    let role = role.as_deref().unwrap_or(ROLE_CLAIM);
    Ok(Issuer {
        keys,
        name: name.ok_or_else(|| missing(JWT_ISSUER))?,
        audience: AudienceRule {
            claim: Some("aud"),
            accepted: vec![audience.ok_or_else(|| missing("jwt_audience"))?],
        },
        workspace: WorkspaceRule::Claim(claim_of("jwt_workspace_claim", workspace)?),
        role: RoleRule {
            claim: Some(claim_of("jwt_role_claim", role)?),
            map: None,
            several: Several::Least,
            default: None,
        },
        subject: claim_of("sub", "sub")?,
    })
}

fn missing(name: &str) -> Error {
    Error::misconfigured(name, "must be set, unless `issuers` is set")
}

fn claim_of(variable: &str, name: &str) -> Result<ClaimName> {
    let rule = "must be the name of a claim, a path with dots, or a JSON pointer";
    ClaimName::parse(name).ok_or_else(|| Error::misconfigured(variable, rule))
}

/// The HS256 key of `jwt_secret`.
fn secret_key(secret: Option<String>) -> Result<Option<Rc<Key>>> {
    let Some(secret) = secret.map(Secret::new) else { return Ok(None) };
    check_secret(SECRET_VARIABLE, &secret)?;
    Ok(Some(Rc::new(Key::of_secret(&secret))))
}

/// The keys of the one issuer that the single variables describe.
fn single_keys(secret: Option<Rc<Key>>, origin: Option<&str>, path: Option<&str>) -> Result<Keys> {
    match (secret, origin) {
        (Some(_), Some(_)) => Err(Error::misconfigured(
            SECRET_VARIABLE,
            "is set together with `jwt_jwks_origin`. Set exactly one of the two",
        )),
        (None, None) => {
            Err(Error::misconfigured(SECRET_VARIABLE, "or `jwt_jwks_origin` must be set"))
        }
        (Some(secret), None) => Ok(Keys::Secret(secret)),
        (None, Some(origin)) => {
            let source = Source::Document(jwks_url(origin, path)?);
            Ok(Keys::Published(Jwks::shared(source, "jwt_jwks_origin")))
        }
    }
}

/// The URL at which the issuer publishes its keys.
fn jwks_url(origin: &str, path: Option<&str>) -> Result<String> {
    let origin = Origin::parse(origin)
        .ok_or_else(|| Error::misconfigured("jwt_jwks_origin", Origin::RULE))?;
    let path = path.unwrap_or("/.well-known/jwks.json");
    let url = format!("{origin}{path}");
    if !path.starts_with('/') || !is_keys_url(&url) {
        return Err(Error::misconfigured(
            "jwt_jwks_path",
            "must be an ASCII path that starts with /. It may have a query",
        ));
    }
    Ok(url)
}
