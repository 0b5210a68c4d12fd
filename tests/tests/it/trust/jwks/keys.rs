//! Keys of an issuer, and tokens with right and wrong signatures.
//!
//! The signatures are made with the primitives, not with the library that verifies them.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer as _;
use rsa::RsaPrivateKey;
use rsa::rand_core::OsRng;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// A private key.
pub(crate) enum Key {
    Rsa(&'static RsaPrivateKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_compact::KeyPair),
}

/// An RSA key of 2048 bits, always the same within a run.
pub(crate) fn rsa() -> Key {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    Key::Rsa(KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap()))
}

/// An RSA key of 2040 bits, one byte less than the minimum.
pub(crate) fn small_rsa() -> Key {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    Key::Rsa(KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2040).unwrap()))
}

/// The P-256 key with this number.
pub(crate) fn p256(number: u8) -> Key {
    Key::P256(p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap())
}

/// A P-384 key.
pub(crate) fn p384() -> Key {
    Key::P384(p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap())
}

/// The Ed25519 key with this number.
pub(crate) fn ed25519(number: u8) -> Key {
    let seed = ed25519_compact::Seed::new([number; 32]);
    Key::Ed25519(ed25519_compact::KeyPair::from_seed(seed))
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Key {
    /// The public key as an issuer publishes it (RFC 7517), under `kid`.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let mut jwk = match self {
            Self::Rsa(key) => json!({
                "kty": "RSA", "alg": "RS256",
                "n": b64(key.n().to_bytes_be()), "e": b64(key.e().to_bytes_be()),
            }),
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "x": b64(x), "y": b64(y)})
            }
            Self::P384(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(48);
                json!({"kty": "EC", "crv": "P-384", "x": b64(x), "y": b64(y)})
            }
            Self::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": b64(*pair.pk)})
            }
        };
        jwk["use"] = "sig".into();
        jwk["kid"] = kid.into();
        jwk
    }

    /// The `alg` of the key.
    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::P384(_) => "ES384",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// The public key in every form that a verifier could mistake for an HMAC secret.
    pub(crate) fn public_bytes(&self) -> Vec<Vec<u8>> {
        use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
        match self {
            Self::Rsa(key) => {
                let key = key.to_public_key();
                let pem = key.to_public_key_pem(LineEnding::LF).unwrap();
                vec![
                    pem.trim_end().as_bytes().to_vec(),
                    pem.into_bytes(),
                    key.to_public_key_der().unwrap().into_vec(),
                    key.n().to_bytes_be(),
                    b64(key.n().to_bytes_be()).into_bytes(),
                ]
            }
            Self::P256(key) => {
                vec![key.verifying_key().to_sec1_point(false).as_bytes().to_vec()]
            }
            Self::P384(_) => Vec::new(),
            Self::Ed25519(pair) => {
                vec![pair.pk.to_vec(), pair.pk.to_der(), pair.pk.to_pem().into()]
            }
        }
    }

    /// A token with `claims` and the header that belongs to this key.
    pub(crate) fn token(&self, kid: &str, claims: &Value) -> String {
        self.sign(&json!({"alg": self.algorithm(), "typ": "JWT", "kid": kid}), claims)
    }

    /// A token with exactly this header, signed with this key's own algorithm.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = self.signature(signed.as_bytes());
        format!("{signed}.{}", b64(signature))
    }

    /// A signature with this key's own algorithm.
    pub(crate) fn signature(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let key = rsa::pkcs1v15::SigningKey::<rsa::sha2::Sha256>::new((*key).clone());
                key.sign(message).to_vec()
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(pair) => pair.sk.sign(message, None).to_vec(),
        }
    }

    /// A signature by another algorithm for RSA keys.
    pub(crate) fn rsa_signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let Self::Rsa(key) = self else { panic!("no RSA key") };
        let key = (*key).clone();
        match algorithm {
            "RS384" => {
                rsa::pkcs1v15::SigningKey::<rsa::sha2::Sha384>::new(key).sign(message).to_vec()
            }
            "RS512" => {
                rsa::pkcs1v15::SigningKey::<rsa::sha2::Sha512>::new(key).sign(message).to_vec()
            }
            "PS256" => rsa::pss::SigningKey::<rsa::sha2::Sha256>::new(key)
                .sign_with_rng(&mut OsRng, message)
                .to_vec(),
            other => panic!("{other}"),
        }
    }
}

/// Header and claims, encoded.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", b64(header.to_string()), b64(claims.to_string()))
}

/// A token signed with an HMAC of this key.
pub(crate) fn hmac(header: &Value, claims: &Value, key: &[u8]) -> String {
    let signed = unsigned(header, claims);
    let tag = match header["alg"].as_str() {
        Some("HS384") => mac::<Hmac<sha2::Sha384>>(key, &signed),
        Some("HS512") => mac::<Hmac<sha2::Sha512>>(key, &signed),
        _ => mac::<Hmac<sha2::Sha256>>(key, &signed),
    };
    format!("{signed}.{}", b64(tag))
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
