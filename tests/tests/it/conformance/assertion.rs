//! The JWT that a login signs with an entered private key. It is verified by another implementation of RSA than the one
//! that signs it.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::Verifier as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::sample::matching;
use super::shape::{fill, list, map, put, text};
use crate::kit::app::App;
use crate::kit::process::is_spin;

/// A key pair that is registered at a provider.
pub(super) struct Registered {
    private: RsaPrivateKey,
    public: RsaPublicKey,
    manifest: Value,
}

impl Registered {
    /// The key pair of a manifest whose login signs, with 2048 bits.
    pub(super) fn of(manifest: &Value) -> Option<Self> {
        manifest.pointer("/login/assertion")?;
        Some(Self::with_bits(manifest, 2048))
    }

    pub(super) fn with_bits(manifest: &Value, bits: usize) -> Self {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).unwrap();
        let public = private.to_public_key();
        Self { private, public, manifest: manifest.clone() }
    }

    /// The private key in PEM: PKCS#1, which GitHub gives, or PKCS#8.
    pub(super) fn pem(&self) -> String {
        if text(&self.manifest, "/family") == "github" {
            return self.private.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
        }
        self.private.to_pkcs8_pem(LineEnding::CRLF).unwrap().to_string()
    }

    /// The value that is entered for a field with a format, and the fields that it stands for.
    pub(super) fn entered(&self, field: &Value, seed: &str) -> (String, BTreeMap<String, String>) {
        let name = text(field, "/name");
        let key = text(&self.manifest, "/login/assertion/key");
        if text(field, "/format") != "json" {
            let pem = self.pem();
            return (pem.clone(), [(name.to_owned(), pem)].into());
        }
        // A trap: what a file says beside its members counts for nothing.
        let mut file = json!({"token_uri": "https://evil.example/token", "auth_uri": "https://evil.example/auth"});
        let mut stored = BTreeMap::new();
        for member in list(field, "/members") {
            let name = text(member, "/name");
            let value = match member["pattern"].as_str() {
                _ if name == key => self.pem(),
                pattern => matching(pattern.unwrap_or(r"\S+"), &format!("{seed} {name}")),
            };
            put(&mut file, text(member, "/pointer"), value.clone().into());
            stored.insert(name.to_owned(), value);
        }
        (file.to_string(), stored)
    }

    /// Whether the key pair has signed this token.
    pub(super) fn has_signed(&self, token: &str) -> bool {
        let Some((signed, signature)) = token.rsplit_once('.') else { return false };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let Ok(signature) = Signature::try_from(signature.as_slice()) else { return false };
        let key = VerifyingKey::<rsa::sha2::Sha256>::new(self.public.clone());
        key.verify(signed.as_bytes(), &signature).is_ok()
    }

    /// Compares a token with the manifest.
    pub(super) fn check(
        &self,
        token: &str,
        values: &BTreeMap<String, String>,
    ) -> Result<(), String> {
        if !self.has_signed(token) {
            return Err("the assertion is not signed with the registered key".to_owned());
        }
        let part = |number: usize| -> Map<String, Value> {
            let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        let own = |pointer: &str| format!("/login/assertion{pointer}");
        let mut values = values.clone();
        let der = self.public.to_public_key_der().unwrap();
        values.insert("key_sha256".into(), STANDARD.encode(Sha256::digest(der.as_bytes())));
        let mut header = json!({"alg": text(&self.manifest, &own("/algorithm")), "typ": "JWT"});
        let key_id = text(&self.manifest, &own("/key_id"));
        if !key_id.is_empty() {
            header["kid"] = fill(key_id, &values).into();
        }
        if Value::Object(part(0)) != header {
            return Err(format!("the header is {:?}, not {header}", part(0)));
        }
        let mut claims = part(1);
        let mut time = |name: &str| claims.remove(name).and_then(|time| time.as_i64()).unwrap_or(0);
        let (issued, expires) = (time("iat"), time("exp"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let lifetime = self.manifest.pointer(&own("/lifetime_seconds")).and_then(Value::as_i64);
        if !(now - 3600..=now).contains(&issued) || Some(expires - issued) != lifetime {
            return Err(format!("issued at {issued} until {expires}, and it is {now}"));
        }
        let expected: Map<String, Value> = map(&self.manifest, &own("/claims"))
            .into_iter()
            .map(|(name, template)| (name, fill(&template, &values).into()))
            .collect();
        if claims == expected { Ok(()) } else { Err(format!("the claims are {claims:?}")) }
    }
}

/// Each key or file that cannot sign is rejected with the place and the rule, and no part of it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_sign_is_rejected_without_showing_it() {
    if is_spin() {
        return;
    }
    let app = App::start().await;
    let manifest = app.get("/api/manifests/github-app").as_admin().send().await.json();
    let good = Registered::with_bits(&manifest, 2048).pem();
    let weak = Registered::with_bits(&manifest, 1024).pem();
    let lines: Vec<&str> = good.trim().lines().collect();
    let middle = lines[5];
    let cut = good.replace(middle, "");
    let encrypted = good.replace(
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n",
    );
    let enter = async |manifest_id: &str, params: Value, credentials: Value| {
        let body = json!({"manifest_id": manifest_id, "name": "X", "params": params, "credentials": credentials});
        app.post("/api/integrations").as_admin().json(&body).send().await
    };
    let app_params = || json!({"client_id_of_app": "Iv23liAbC", "installation_id": "1"});
    for (key, rule) in [
        (weak.as_str(), "has 1024 bits"),
        (&cut, "not a complete RSA private key"),
        (&encrypted, "without a passphrase"),
        (
            "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
            "must be a private key in PEM",
        ),
        ("a password", "must be a private key in PEM"),
    ] {
        let answer = enter("github-app", app_params(), json!({"private_key": key})).await;
        let problem = answer.problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], "/credentials/private_key", "{problem}");
        assert!(error["detail"].as_str().unwrap().contains(rule), "{rule}: {problem}");
        assert!(!problem.to_string().contains(lines[4]), "a part of the key in {problem}");
    }

    let file = |kind: &str, key: &str| {
        json!({"type": kind, "client_email": "nexus@acme.iam.gserviceaccount.com", "private_key_id": "0123abcd",
            "private_key": key, "token_uri": "https://evil.example/token"})
        .to_string()
    };
    let scopes = || json!({"scopes": "https://www.googleapis.com/auth/drive.readonly"});
    for (entered, rule) in [
        (good.clone(), "is not JSON"),
        (file("authorized_user", &good), "the value at `/type`"),
        (file("service_account", &weak), "the private key in the file has 1024 bits"),
        (file("service_account", "x"), "the private key in the file must be"),
        (
            file("service_account", &good).replace("private_key_id", "other"),
            "no text at `/private_key_id`",
        ),
    ] {
        let answer = enter("google-service-account", scopes(), json!({"key_file": entered})).await;
        let problem = answer.problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], "/credentials/key_file", "{problem}");
        assert!(error["detail"].as_str().unwrap().contains(rule), "{rule}: {problem}");
        assert!(!problem.to_string().contains(lines[4]), "a part of the key in {problem}");
    }
    assert_eq!(app.count("integrations"), 0);
    assert!(!app.log().contains(lines[4]), "a part of a key in the log");
}
