//! How tokens are verified: the variables for it, and the rules they must meet.
//!
//! It must not read any other variable.

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

/// The variables, in the order in which they are taken.
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

/// How tokens are verified.
pub(crate) struct Config {
    /// The keys.
    pub(crate) keys: Keys,
    /// `iss`, exactly.
    pub(crate) issuer: String,
    /// One of `aud`, exactly.
    pub(crate) audience: String,
    /// Which claim holds the workspace: a name, else a dotted path.
    pub(crate) workspace_claim: String,
    /// Which claim holds the role, or several.
    pub(crate) role_claim: String,
    /// Which kinds of token are accepted.
    pub(crate) types: Types,
    /// How long one may last.
    pub(crate) lifetime: Lifetime,
}

/// The keys that tokens are verified with.
pub(crate) enum Keys {
    /// HS256 and the UTF-8 bytes of `jwt_secret`, for every token.
    Secret(Rc<Key>),
    /// The RS256, ES256 and EdDSA keys that the issuer publishes.
    Issuer(Jwks),
}

/// Whether there is anything to verify tokens with.
///
/// # Errors
/// [`Error::Misconfigured`]; [`Error::KeysUnavailable`] where the issuer never gave any keys and does
/// not now.
pub(crate) async fn ready() -> Result<()> {
    match &get().await?.keys {
        Keys::Secret(_) => Ok(()),
        Keys::Issuer(jwks) => jwks.ready().await,
    }
}

/// How tokens are verified; read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn get() -> Result<Rc<Config>> {
    once(&CONFIG, read()).await
}

async fn read() -> Result<Config> {
    // One place to wait at: each await of its own would be a copy of the code behind it.
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
                "is set beside `jwt_jwks_origin`: exactly one of the two must be",
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

/// Where the issuer publishes its keys.
fn jwks_url(origin: &str, path: Option<&str>) -> Result<String> {
    let origin = Origin::parse(origin)
        .ok_or_else(|| Error::misconfigured("jwt_jwks_origin", Origin::RULE))?;
    let path = path.unwrap_or("/.well-known/jwks.json");
    let clean = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    let url = format!("{origin}{path}");
    if !path.starts_with('/') || !clean || url.parse::<Uri>().is_err() {
        return Err(Error::misconfigured(
            "jwt_jwks_path",
            "must be a path that begins with / in ASCII, with a query at most",
        ));
    }
    Ok(url)
}
