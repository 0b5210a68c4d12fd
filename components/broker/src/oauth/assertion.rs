//! Signs the JWT of a login (RFC 7523, RFC 7515) with the private key that an admin entered.
//!
//! The key is parsed for each signature, and zeroised after it. No error may contain a part of a key, and this module
//! must not send anything.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nexus_common::platform::clock;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use nexus_manifests::{Assertion, SigningAlgorithm, template};
use nexus_vault::credential::Usable;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The sizes of a key, in bits. A longer key would occupy the broker for too long.
const BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// How long before the present `iat` is, in seconds.
const EARLIER: i64 = 60;

/// A signed JWT, and when it expires.
pub(super) struct Signed {
    pub(super) jwt: Secret,
    /// In milliseconds since the Unix epoch.
    pub(super) expires_at: i64,
}

/// A private key.
struct Key(RsaPrivateKey);

impl Key {
    /// Reads a key. The error is a rule that it breaks.
    fn read(pem: &str) -> Result<Self, String> {
        let pem = pem.trim();
        let key = match pem.lines().next().map(str::trim_end) {
            Some("-----BEGIN RSA PRIVATE KEY-----") if !pem.contains("ENCRYPTED") => {
                RsaPrivateKey::from_pkcs1_pem(pem).ok()
            }
            Some("-----BEGIN PRIVATE KEY-----") => RsaPrivateKey::from_pkcs8_pem(pem).ok(),
            _ if pem.contains("ENCRYPTED") => {
                return Err("is encrypted: enter a private key without a passphrase".to_owned());
            }
            _ => {
                return Err("must be a private key in PEM, with its first and its last line \
                            (`-----BEGIN PRIVATE KEY-----`)"
                    .to_owned());
            }
        };
        let key = key.ok_or("is not a complete RSA private key")?;
        let bits = key.n().bits() as usize;
        if !BITS.contains(&bits) {
            let (least, most) = (BITS.start(), BITS.end());
            return Err(format!("has {bits} bits; an RSA key must have {least} to {most}"));
        }
        Ok(Self(key))
    }

    /// The base64 of the SHA-256 of the public key.
    fn fingerprint(&self) -> Result<String> {
        let der = self.0.to_public_key().to_public_key_der();
        let der = der.map_err(|_| Error::Internal("a public key cannot be encoded".into()))?;
        Ok(STANDARD.encode(Sha256::digest(der.as_bytes())))
    }

    /// The signature of `text`. The operation with the key is blinded.
    fn sign(&self, text: &str) -> Result<Vec<u8>> {
        let padding = Pkcs1v15Sign::new::<Sha256>();
        let signature = self.0.sign_with_rng(&mut Runtime, padding, &Sha256::digest(text));
        signature.map_err(|_| Error::Internal("an assertion cannot be signed".into()))
    }
}

/// Checks that a field holds a private key that can sign. The error is a rule that it breaks.
pub(crate) fn check_key(pem: &Secret) -> Result<(), String> {
    Key::read(pem.expose()).map(drop)
}

/// Signs the assertion of `usable`. `now_ms` is the database's time.
pub(super) fn sign(usable: &Usable, assertion: &Assertion, now_ms: i64) -> Result<Signed> {
    let pem = usable.credential.fields.get(&assertion.key);
    let unreadable = |_| Error::Unreadable("the private key".into());
    let key = Key::read(pem.map_or("", Secret::expose)).map_err(unreadable)?;
    let fingerprint = key.fingerprint()?;
    let lookup = |name: &str| match name {
        "key_sha256" => Some(fingerprint.as_str()),
        _ => usable.value(name),
    };
    let expand = |text: &str| {
        template::expand(text, &lookup)
            .map(Value::from)
            .map_err(|error| Error::Internal(format!("assertion: {error}")))
    };
    let algorithm = match assertion.algorithm {
        SigningAlgorithm::Rs256 => "RS256",
    };
    let mut header = Map::new();
    header.insert("alg".into(), algorithm.into());
    header.insert("typ".into(), "JWT".into());
    if let Some(key_id) = &assertion.key_id {
        header.insert("kid".into(), expand(key_id)?);
    }
    let issued_at = now_ms / 1000 - EARLIER;
    let expires_at = issued_at + i64::from(assertion.lifetime_seconds);
    let mut claims = Map::new();
    for (name, text) in &assertion.claims {
        claims.insert(name.clone(), expand(text)?);
    }
    claims.insert("iat".into(), issued_at.into());
    claims.insert("exp".into(), expires_at.into());
    let encode = |part: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(part).to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(&signed)?);
    let jwt = Secret::new(format!("{signed}.{signature}"));
    Ok(Signed { jwt, expires_at: expires_at.saturating_mul(1000) })
}

/// The runtime's secure source of random bytes.
struct Runtime;

impl TryRng for Runtime {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(clock::random_u64() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(clock::random_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let random = clock::random_u64().to_le_bytes();
            chunk.iter_mut().zip(random).for_each(|(byte, value)| *byte = value);
        }
        Ok(())
    }
}

impl TryCryptoRng for Runtime {}
