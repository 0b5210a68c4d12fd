//! The types of token that are accepted as access tokens: the variable `jwt_types`.
//!
//! An issuer does not sign only access tokens. With the same keys, and often for the same audience, it signs
//! logout tokens, security events, introspection responses and proofs of possession. The `typ` of the header
//! is the type of a token (RFC 8725, 3.11). A token of another type must not be accepted as an access token.

use nexus_common::{Error, Result};

const VARIABLE: &str = "jwt_types";
/// The default: the general type (RFC 7519, 5.1) and the type of access tokens (RFC 9068, 2.1).
const DEFAULT: &str = "JWT,at+jwt";

/// The accepted types, each in the form of [`normal`].
pub(crate) struct Types(Vec<String>);

impl Types {
    /// Parses the variable, whose types are separated by commas.
    ///
    /// # Errors
    /// [`Error::Misconfigured`].
    pub(crate) fn parse(text: Option<&str>) -> Result<Self> {
        let types: Vec<String> = text.unwrap_or(DEFAULT).split(',').map(normal).collect();
        let is_type = |name: &String| {
            (1..=127).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+/".contains(&b))
        };
        match types.iter().all(is_type) {
            true => Ok(Self(types)),
            false => Err(Error::misconfigured(
                VARIABLE,
                "must be media types separated by commas, such as `JWT,at+jwt`",
            )),
        }
    }

    /// Checks the `typ` of a token's header. A token without a `typ` is a plain JWT.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] with the accepted types.
    pub(crate) fn check(&self, typ: Option<&str>) -> Result<()> {
        let name = normal(typ.unwrap_or("JWT"));
        if self.0.contains(&name) {
            return Ok(());
        }
        let accepted = self.0.join(", ");
        Err(Error::InvalidToken(match typ {
            Some(typ) => {
                let shown = nexus_printable::shortened(typ);
                format!(
                    "the token's `typ` is {shown:?}, but the accepted types (`jwt_types`) are: {accepted}. \
                     Send an access token"
                )
            }
            None => format!(
                "the token has no `typ`, but the accepted types (`jwt_types`) are: {accepted}. Send an \
                 access token"
            ),
        }))
    }
}

/// A type in lower case, without the optional prefix `application/` (RFC 7515, 4.1.9).
fn normal(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    match name.strip_prefix("application/") {
        Some(rest) if !rest.contains('/') => rest.to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_compared_without_its_case_and_prefix() {
        let types = Types::parse(None).unwrap();
        for typ in [
            None,
            Some("JWT"),
            Some("jwt"),
            Some("at+JWT"),
            Some("application/at+jwt"),
            Some("Application/JWT"),
        ] {
            assert!(types.check(typ).is_ok(), "{typ:?}");
        }
        for typ in [
            "logout+jwt",
            "application/logout+jwt",
            "secevent+jwt",
            "id_token+jwt",
            "dpop+jwt",
            "application/application/jwt",
            "text/jwt",
            "at+jwt;x=1",
            "",
        ] {
            let Err(Error::InvalidToken(why)) = types.check(Some(typ)) else { panic!("{typ}") };
            assert!(why.contains("jwt_types") && why.contains("at+jwt"), "{why}");
        }
    }

    #[test]
    fn an_operator_can_require_access_tokens() {
        let types = Types::parse(Some(" application/at+jwt ")).unwrap();
        assert!(types.check(Some("at+jwt")).is_ok());
        assert!(types.check(Some("JWT")).is_err());
        assert!(types.check(None).is_err());
        for wrong in ["JWT,,at+jwt", "JWT at+jwt", "\"JWT\""] {
            assert!(Types::parse(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
