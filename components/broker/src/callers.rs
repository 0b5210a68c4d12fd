//! Which component may ask for which operation. The table is the one in ARCHITECTURE.md.
//!
//! It must not learn who the end user is: the component that acts has verified the token.

use http::{HeaderName, header};
use nexus_common::broker::CALLER;
use nexus_common::config;
use nexus_common::http::Inbound;
use nexus_common::{Error, Result};

/// Operation, and the components that may ask for it.
const TABLE: [(&str, &[&str]); 14] = [
    ("verify", &["create", "update"]),
    ("seal", &["create", "update"]),
    ("seal-client", &["catalog"]),
    ("authorize-url", &["create"]),
    ("exchange", &["oauth-callback"]),
    ("check", &["monitor"]),
    ("refresh", &["monitor"]),
    ("revoke", &["update", "delete", "oauth-callback"]),
    ("tick", &["monitor"]),
    ("health", &["monitor"]),
    ("sign-heads", &["monitor"]),
    ("verify-heads", &["monitor"]),
    ("describe", &["mcp"]),
    ("forward", &["proxy", "mcp"]),
];

/// Lets a call through that carries the broker secret and names a caller with a right to
/// `operation`.
///
/// # Errors
/// [`Error::InvalidToken`] without the secret, [`Error::Forbidden`] outside the caller's row,
/// [`Error::NotFound`] for an operation that does not exist, [`Error::Misconfigured`].
pub(crate) async fn authorise(inbound: &Inbound, operation: &str) -> Result<()> {
    let secret = config::broker_secret().await?;
    let mut values = inbound.headers().get_all(header::AUTHORIZATION).iter();
    let sent = values.next().ok_or(Error::MissingToken)?.as_bytes();
    let sent = sent.strip_prefix(b"Bearer ").unwrap_or_default();
    if values.next().is_some() || !secret.matches(sent) {
        return Err(Error::InvalidToken("this is not the broker secret".into()));
    }
    let (_, callers) = TABLE
        .iter()
        .find(|(known, _)| *known == operation)
        .ok_or_else(|| Error::NotFound(format!("there is no operation {operation:?}")))?;
    let caller = inbound.header(&HeaderName::from_static(CALLER)).unwrap_or_default();
    if callers.contains(&caller) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("{operation} is not for {caller:?}")))
}
