//! A software authenticator, and the browser in front of it (Web Authentication, Level 3). It behaves
//! honestly, except for the changes of a test. The browser tests use Chromium's own authenticator.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use rsa::pkcs1v15::SigningKey as RsaKey;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The user is present, and was verified.
pub(crate) const PRESENT: u8 = 0x01;
pub(crate) const VERIFIED: u8 = 0x04;
/// The passkey may be copied to other devices, and was copied.
pub(crate) const MAY_BE_COPIED: u8 = 0x08;
pub(crate) const COPIED: u8 = 0x10;
const HAS_KEY: u8 = 0x40;

/// A private key.
pub(crate) enum Key {
    Es256(p256::ecdsa::SigningKey),
    EdDsa(ed25519_compact::KeyPair),
    Rs256(Box<RsaKey<rsa::sha2::Sha256>>),
}

impl Key {
    pub(crate) fn es256(number: u8) -> Self {
        Self::Es256(p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap())
    }

    pub(crate) fn eddsa(number: u8) -> Self {
        let seed = ed25519_compact::Seed::new([number; 32]);
        Self::EdDsa(ed25519_compact::KeyPair::from_seed(seed))
    }

    pub(crate) fn rs256() -> Self {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        Self::Rs256(Box::new(RsaKey::new(key)))
    }

    const fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => -7,
            Self::EdDsa(_) => -8,
            Self::Rs256(_) => -257,
        }
    }

    /// The public key (RFC 9052, 7).
    fn cose(&self) -> Vec<u8> {
        let int = |number: i64| Cbor::Integer(number.into());
        let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        let pairs = match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                vec![(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(x)), (-3, bytes(y))]
            }
            Self::EdDsa(pair) => {
                vec![(1, int(1)), (3, int(-8)), (-1, int(6)), (-2, bytes(pair.pk.as_slice()))]
            }
            Self::Rs256(key) => {
                let key: &rsa::RsaPrivateKey = (**key).as_ref();
                let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
                vec![(1, int(3)), (3, int(-257)), (-1, bytes(&n)), (-2, bytes(&e))]
            }
        };
        cbor(&Cbor::Map(pairs.into_iter().map(|(label, value)| (int(label), value)).collect()))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::signature::Signer::sign(key, message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::EdDsa(pair) => pair.sk.sign(message, None).to_vec(),
            Self::Rs256(key) => key.sign(message).to_vec(),
        }
    }
}

/// An authenticator with one passkey, and its browser.
pub(crate) struct Authenticator {
    pub(crate) key: Key,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) user_handle: Vec<u8>,
    /// The flags, without those that depend on the kind of response.
    pub(crate) flags: u8,
    /// The signature counter. 0 for an authenticator that does not count.
    pub(crate) count: u32,
    pub(crate) aaguid: [u8; 16],
    pub(crate) origin: String,
    pub(crate) domain: String,
    pub(crate) is_framed: bool,
    /// The type in the browser's data, if it is not the honest one.
    pub(crate) kind: Option<&'static str>,
    /// The challenge, if it is not the one in the options.
    pub(crate) challenge: Option<String>,
}

impl Authenticator {
    /// An honest authenticator that copies its passkeys to other devices and does not count, as most do.
    pub(crate) fn new(key: Key, number: u8) -> Self {
        Self {
            key,
            credential_id: vec![number; 32],
            user_handle: Vec::new(),
            flags: PRESENT | VERIFIED | MAY_BE_COPIED | COPIED,
            count: 0,
            aaguid: [0; 16],
            origin: super::URL.to_owned(),
            domain: "localhost".to_owned(),
            is_framed: false,
            kind: None,
            challenge: None,
        }
    }

    /// `navigator.credentials.create`, as JSON.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let asked = options["pubKeyCredParams"].as_array().unwrap();
        assert!(asked.iter().any(|one| one["alg"] == self.key.algorithm()), "{options}");
        self.user_handle = decode(&options["user"]["id"]);
        let mut data = self.data(HAS_KEY);
        data.extend(self.aaguid);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.key.cose());
        let text = |text: &str| Cbor::Text(text.to_owned());
        let attestation = cbor(&Cbor::Map(vec![
            (text("fmt"), text("none")),
            (text("attStmt"), Cbor::Map(Vec::new())),
            (text("authData"), Cbor::Bytes(data)),
        ]));
        let client = self.client_data("webauthn.create", options);
        self.credential(json!({
            "clientDataJSON": encode(&client), "attestationObject": encode(&attestation),
            "transports": ["hybrid", "internal", "something-new"],
        }))
    }

    /// `navigator.credentials.get`, as JSON.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let (data, client) = (self.data(0), self.client_data("webauthn.get", options));
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        self.credential(json!({
            "clientDataJSON": encode(&client), "authenticatorData": encode(&data),
            "signature": encode(&self.key.sign(&signed)), "userHandle": encode(&self.user_handle),
        }))
    }

    fn credential(&self, response: Value) -> Value {
        let id = encode(&self.credential_id);
        json!({"id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response})
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&self.domain).to_vec();
        data.push(self.flags | more);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn client_data(&self, honest: &str, options: &Value) -> Vec<u8> {
        let challenge = self.challenge.clone().map_or(options["challenge"].clone(), Value::from);
        json!({"type": self.kind.unwrap_or(honest), "challenge": challenge, "origin": self.origin,
            "crossOrigin": self.is_framed})
        .to_string()
        .into_bytes()
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
