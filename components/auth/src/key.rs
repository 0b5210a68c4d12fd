//! The keys that verify tokens. Each key has one algorithm (RFC 8725, 3.1).
//!
//! This module must not know where a key comes from, and must not read anything of a token before its
//! signature is verified. The library compares the token's `alg` with the key's algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_simple::Error as JwtFailure;
use jwt_simple::prelude::{
    ECDSAP256PublicKeyLike, ES256PublicKey, Ed25519PublicKey, EdDSAPublicKeyLike, HS256Key,
    JWTClaims, MACLike, RS256PublicKey, RSAPublicKeyLike, VerificationOptions,
};
use nexus_common::secret::Secret;
use serde_json::{Map, Value};

use crate::object::Object;

/// The claims of a token, without duplicate members.
pub(crate) type Claims = JWTClaims<Object>;

/// Members of a JWK that only a private or a symmetric key has (RFC 7518, 6).
const PRIVATE: [&str; 2] = ["d", "k"];

/// A key with its algorithm.
#[allow(clippy::large_enum_variant, reason = "there are only a few, and they are rarely moved")]
pub(crate) enum Key {
    /// HMAC with SHA-256.
    Hs256(HS256Key),
    /// RSASSA-PKCS1-v1_5 with SHA-256, a modulus of 2048 to 4096 bits, the exponent 65537.
    Rs256(RS256PublicKey),
    /// ECDSA on P-256 with SHA-256.
    Es256(ES256PublicKey),
    /// Ed25519.
    EdDsa(Ed25519PublicKey),
}

impl Key {
    /// The HS256 key with the UTF-8 bytes of `secret`.
    pub(crate) fn of_secret(secret: &Secret) -> Self {
        Self::Hs256(HS256Key::from_bytes(secret.expose().as_bytes()))
    }

    /// The key of a JWK (RFC 7517, 4). `None` if it cannot verify signatures with one of these algorithms:
    /// another `kty`, `crv`, `use`, `key_ops` or `alg`, a symmetric or private key, a point that is not on
    /// the curve, or a modulus of another size.
    pub(crate) fn of_jwk(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return None;
        }
        let key = match (text("kty")?, text("crv")) {
            ("RSA", _) => {
                Self::Rs256(RS256PublicKey::from_components(&bytes("n")?, &bytes("e")?).ok()?)
            }
            ("EC", Some("P-256")) => {
                Self::Es256(ES256PublicKey::from_bytes(&point(&bytes("x")?, &bytes("y")?)?).ok()?)
            }
            ("OKP", Some("Ed25519")) => {
                Self::EdDsa(Ed25519PublicKey::from_bytes(&bytes("x")?).ok()?)
            }
            _ => return None,
        };
        let signs = jwk.get("use").is_none_or(|usage| usage == "sig");
        let verifies = jwk.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|list| list.iter().any(|item| item == "verify"))
        });
        let fits = jwk.get("alg").is_none_or(|algorithm| algorithm == key.algorithm());
        (signs && verifies && fits).then_some(key)
    }

    /// The key's `alg` (RFC 7518, 3.1; RFC 8037, 3.1).
    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
            Self::Rs256(_) => "RS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    /// Verifies the signature and the registered claims of `token`, and returns its claims.
    pub(crate) fn verify(
        &self,
        token: &str,
        options: VerificationOptions,
    ) -> Result<Claims, JwtFailure> {
        match self {
            Self::Hs256(key) => key.verify_token(token, Some(options)),
            Self::Rs256(key) => key.verify_token(token, Some(options)),
            Self::Es256(key) => key.verify_token(token, Some(options)),
            Self::EdDsa(key) => key.verify_token(token, Some(options)),
        }
    }
}

/// An uncompressed point (SEC 1, 2.3.3) of two coordinates of 32 bytes each.
fn point(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    (x.len() == 32 && y.len() == 32).then(|| [&[4], x, y].concat())
}
