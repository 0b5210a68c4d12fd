//! The variables for the verification of tokens, with their rules.
//!
//! This module must not read any other variable.

use std::rc::Rc;

use http::Uri;
use nexus_common::config::{ROLE_CLAIM, WORKSPACE_CLAIM, check_secret};
use nexus_common::kept::{Once, once};
use nexus_common::origin::Origin;
use nexus_common::platform::variables;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};

use crate::jwks::Jwks;
use crate::key::Key;
use crate::lifetime::Lifetime;
use crate::types::Types;

/// The variables, in the order in which `read` uses them.
const VARIABLES: [&str; 9] = [
    "jwt_secret",
    "jwt_jwks_origin",
    "jwt_jwks_path",
    "jwt_issuer",
    "jwt_audience",
    "jwt_workspace_claim",
    "jwt_role_claim",
    "jwt_types",
    "jwt_max_lifetime",
];

thread_local! {
    static CONFIG: Once<Config> = const { Once::new(None) };
}

/// The configuration of the verification of tokens.
pub(crate) struct Config {
    /// The keys.
    pub(crate) keys: Keys,
    /// The exact value that `iss` must have.
    pub(crate) issuer: String,
    /// The exact value that `aud` must be or contain.
    pub(crate) audience: String,
    /// The claim that holds the workspace: a name or a dotted path.
    pub(crate) workspace_claim: String,
    /// The claim that holds one or more roles.
    pub(crate) role_claim: String,
    /// The types of token that are accepted.
    pub(crate) types: Types,
    /// The maximum lifetime of a token.
    pub(crate) lifetime: Lifetime,
}

/// The keys that verify tokens.
pub(crate) enum Keys {
    /// One HS256 key for every token: the UTF-8 bytes of `jwt_secret`.
    Secret(Rc<Key>),
    /// The RS256, ES256 and EdDSA keys that the issuer publishes.
    Issuer(Jwks),
}

/// Checks that there are keys to verify tokens.
///
/// # Errors
/// [`Error::Misconfigured`], or [`Error::KeysUnavailable`] if no keys were ever fetched from the
/// issuer and a fetch now fails.
pub(crate) async fn ready() -> Result<()> {
    match &get().await?.keys {
        Keys::Secret(_) => Ok(()),
        Keys::Issuer(jwks) => jwks.ready().await,
    }
}

/// The configuration. It is read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn get() -> Result<Rc<Config>> {
    once(&CONFIG, read()).await
}

async fn read() -> Result<Config> {
    // There is only one `await`, because each `await` would add a copy of the code behind it.
    let mut values = [const { None }; VARIABLES.len()];
    for (value, name) in values.iter_mut().zip(VARIABLES) {
        *value = variables::get(name).await;
    }
    let [secret, jwks, path, issuer, audience, workspace_claim, role_claim, types, lifetime] =
        values;
    let keys = match (secret, jwks) {
        (Some(_), Some(_)) => {
            return Err(Error::misconfigured(
                "jwt_secret",
                "is set together with `jwt_jwks_origin`. Set exactly one of the two",
            ));
        }
        (None, None) => {
            return Err(Error::misconfigured("jwt_secret", "or `jwt_jwks_origin` must be set"));
        }
        (Some(secret), None) => {
            let secret = Secret::new(secret);
            check_secret("jwt_secret", &secret)?;
            Keys::Secret(Rc::new(Key::of_secret(&secret)))
        }
        (None, Some(origin)) => Keys::Issuer(Jwks::at(jwks_url(&origin, path.as_deref())?)),
    };
    let missing = |name: &str| Error::misconfigured(name, "must be set");
    Ok(Config {
        keys,
        issuer: issuer.ok_or_else(|| missing("jwt_issuer"))?,
        audience: audience.ok_or_else(|| missing("jwt_audience"))?,
        workspace_claim: workspace_claim.unwrap_or_else(|| WORKSPACE_CLAIM.to_owned()),
        role_claim: role_claim.unwrap_or_else(|| ROLE_CLAIM.to_owned()),
        types: Types::parse(types.as_deref())?,
        lifetime: Lifetime::parse(lifetime.as_deref())?,
    })
}

/// The URL at which the issuer publishes its keys.
fn jwks_url(origin: &str, path: Option<&str>) -> Result<String> {
    let origin = Origin::parse(origin)
        .ok_or_else(|| Error::misconfigured("jwt_jwks_origin", Origin::RULE))?;
    let path = path.unwrap_or("/.well-known/jwks.json");
    let clean = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    let url = format!("{origin}{path}");
    if !path.starts_with('/') || !clean || url.parse::<Uri>().is_err() {
        return Err(Error::misconfigured(
            "jwt_jwks_path",
            "must be an ASCII path that starts with /. It may have a query",
        ));
    }
    Ok(url)
}
