//! JSON Web Tokens, as an issuer or an attacker makes them.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The issuer of the tests.
pub(crate) const ISSUER: &str = "https://issuer.test";
/// The audience of the tests.
pub(crate) const AUDIENCE: &str = "nexus-test";
/// The HS256 secret of the tests.
pub(crate) const SECRET: &str = "test-jwt-secret-0123456789abcdefghij";

/// Seconds since the Unix epoch.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The expiry of accepted tokens. It is the same for the whole run, so that two tokens with one role and
/// workspace are equal.
static ENDS: LazyLock<u64> = LazyLock::new(|| now() + 3600);

/// Claims that are accepted.
pub(crate) fn claims(role: &str, workspace: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "user-1", "exp": *ENDS,
        "workspace_id": workspace, "role": role,
    })
}

/// A token that is accepted.
pub(crate) fn of(role: &str, workspace: &str) -> String {
    sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims(role, workspace), SECRET)
}

/// A token with this header and these claims, signed with HMAC-SHA256.
pub(crate) fn sign(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
