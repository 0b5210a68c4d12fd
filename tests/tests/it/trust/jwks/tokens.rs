//! Every token that must be rejected although the issuer's document is valid.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::issuer::Issuer;
use super::keys::{self, Key};
use super::{admin, app, refused, status, trusting};
use crate::kit::token::now;

/// A key of each accepted kind, published as `rsa`, `p256` and `ed`.
fn three() -> [(&'static str, Key); 3] {
    [("rsa", keys::rsa()), ("p256", keys::p256(1)), ("ed", keys::ed25519(1))]
}

async fn issuer() -> Issuer {
    let jwks: Vec<Value> = three().iter().map(|(kid, key)| key.jwk(kid)).collect();
    Issuer::start(&jwks).await
}

/// The claims of an ADMIN with members replaced; `null` removes one.
fn with(changes: Value) -> Value {
    let mut claims = admin();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

#[tokio::test]
async fn rs256_es256_and_eddsa_are_accepted_by_every_component() {
    let issuer = issuer().await;
    let app = app(&issuer).await;
    for (kid, key) in three() {
        let token = key.token(kid, &admin());
        assert_eq!(status(&app, &token).await, 200, "{kid}");
        // Other components accept the token too, with the document that the first one fetched.
        let answer = app.get("/api/manifests").bearer(&token).send().await;
        assert_eq!(answer.status.as_u16(), 200, "{kid}: {answer:?}");
        let unknown = "/api/integrations/int_00000000000000000000000000";
        app.delete(unknown).bearer(&token).send().await.problem(404, "not_found");
        // Without a `kid`, the only key of the algorithm is used.
        let token = key.sign(&json!({"alg": key.algorithm()}), &admin());
        assert_eq!(status(&app, &token).await, 200, "{kid} without kid");
    }
    assert_eq!(issuer.asked(), ["/.well-known/jwks.json"]);
}

#[tokio::test]
async fn the_path_of_the_document_can_be_another() {
    let key = keys::p256(1);
    let issuer = Issuer::start(&[key.jwk("k")]).await;
    let path = "/discovery/v2.0/keys?p=sign-in";
    let app = trusting(&issuer).var("jwt_jwks_path", path).start().await.unwrap();
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);
    assert_eq!(issuer.asked(), [path]);
}

#[tokio::test]
async fn registered_claims_are_checked_for_each_kind_of_key() {
    let issuer = issuer().await;
    let app = app(&issuer).await;
    for (kid, key) in three() {
        for (what, changes) in [
            ("another iss", json!({"iss": "https://other.test"})),
            ("iss longer", json!({"iss": "https://issuer.test/"})),
            ("iss a list", json!({"iss": ["https://issuer.test"]})),
            ("no iss", json!({"iss": null})),
            ("another aud", json!({"aud": "other"})),
            ("aud in another case", json!({"aud": "NEXUS-TEST"})),
            ("no aud", json!({"aud": null})),
            ("aud empty", json!({"aud": []})),
            ("no exp", json!({"exp": null})),
            ("exp as text", json!({"exp": (now() + 600).to_string()})),
            ("exp negative", json!({"exp": -1})),
            ("exp a list", json!({"exp": [now() + 600]})),
            ("nbf ahead", json!({"nbf": now() + 90})),
            ("iat ahead", json!({"iat": now() + 90})),
            ("no workspace", json!({"workspace_id": null})),
            ("no sub", json!({"sub": null})),
        ] {
            let token = key.token(kid, &with(changes));
            refused(&app, &format!("{kid}: {what}"), &token).await;
        }
        for exp in [json!(now() - 31), json!(0), json!(-1.5)] {
            let answer =
                app.get("/api/integrations").bearer(&key.token(kid, &with(json!({"exp": exp}))));
            answer.send().await.problem(401, "token_expired");
        }
        let list = with(json!({"aud": ["other", "nexus-test"], "exp": now() - 15}));
        assert_eq!(status(&app, &key.token(kid, &list)).await, 200, "{kid}: leeway, list of aud");
    }
}

#[tokio::test]
async fn the_algorithm_follows_the_key() {
    let issuer = issuer().await;
    let app = app(&issuer).await;
    let claims = admin();
    for (kid, key) in three() {
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            let unsigned = keys::unsigned(&json!({"alg": alg, "kid": kid}), &claims);
            refused(&app, alg, &format!("{unsigned}.")).await;
            refused(&app, alg, &unsigned).await;
            let signed = key.sign(&json!({"alg": alg, "kid": kid}), &claims);
            refused(&app, alg, &signed).await;
        }
        // The signature is made with the key's own algorithm, but the header names another one.
        for alg in
            ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES256K", "EdDSA", "HS256"]
        {
            if alg != key.algorithm() {
                refused(&app, alg, &key.sign(&json!({"alg": alg, "kid": kid}), &claims)).await;
            }
        }
        refused(&app, "no alg", &key.sign(&json!({"kid": kid}), &claims)).await;
        // The public key is used as an HMAC secret.
        for secret in key.public_bytes() {
            for alg in ["HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"] {
                for header in [json!({"alg": alg, "kid": kid}), json!({"alg": alg})] {
                    refused(&app, alg, &keys::hmac(&header, &claims, &secret)).await;
                }
            }
        }
        // A key of another kind, with this key's `kid`.
        for (other, another) in three() {
            if other != kid {
                let token = another.token(kid, &claims);
                refused(&app, &format!("{other} as {kid}"), &token).await;
                let header = json!({"alg": key.algorithm(), "kid": kid});
                refused(&app, &format!("{other} for {kid}"), &another.sign(&header, &claims)).await;
            }
        }
    }
    // The RSA key is used with other algorithms than its document says.
    for alg in ["RS384", "RS512", "PS256"] {
        for named in [alg, "RS256"] {
            let unsigned = keys::unsigned(&json!({"alg": named, "kid": "rsa"}), &claims);
            let signature = keys::rsa().rsa_signature(alg, unsigned.as_bytes());
            let token = format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature));
            refused(&app, &format!("{alg} named {named}"), &token).await;
        }
    }
}

#[tokio::test]
async fn a_signature_must_be_that_of_this_token_and_whole() {
    let issuer = issuer().await;
    let app = app(&issuer).await;
    for (kid, key) in three() {
        let token = key.token(kid, &admin());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let mut longer = bytes.clone();
        longer.push(0);
        let mut changed = bytes.clone();
        changed[10] ^= 1;
        let padded = [&[0], bytes.as_slice()].concat();
        for (what, bytes) in [
            ("shorter", &bytes[..bytes.len() - 1]),
            ("longer", &longer),
            ("a zero before", &padded),
            ("changed", &changed),
            ("zeros", &vec![0; bytes.len()]),
            ("empty", &[]),
        ] {
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes));
            refused(&app, &format!("{kid}: {what}"), &token).await;
        }
        let other = key.token(kid, &with(json!({"workspace_id": "other"})));
        let (other, _) = other.rsplit_once('.').unwrap();
        refused(&app, "of another token", &format!("{other}.{signature}")).await;
        refused(&app, "four parts", &format!("{token}.x")).await;
        refused(&app, "padding", &format!("{token}=")).await;
    }
    // Other protocols use DER for this signature.
    let Key::P256(key) = keys::p256(1) else { panic!() };
    let unsigned = keys::unsigned(&json!({"alg": "ES256", "kid": "p256"}), &admin());
    let signature: p256::ecdsa::Signature =
        p256::ecdsa::signature::Signer::sign(&key, unsigned.as_bytes());
    let der = URL_SAFE_NO_PAD.encode(signature.to_der().as_bytes());
    refused(&app, "DER", &format!("{unsigned}.{der}")).await;
    // Another key of the same kind.
    refused(&app, "another P-256 key", &keys::p256(2).token("p256", &admin())).await;
    refused(&app, "another Ed25519 key", &keys::ed25519(2).token("ed", &admin())).await;
}

#[tokio::test]
async fn a_token_cannot_bring_its_key() {
    let issuer = issuer().await;
    let app = app(&issuer).await;
    let thief = Issuer::start(&[keys::p256(66).jwk("p256")]).await;
    for (kid, key) in [("p256", keys::p256(1)), ("p256", keys::p256(66))] {
        for (name, value) in [
            ("crit", json!([])),
            ("crit", json!(["exp"])),
            ("jwk", keys::p256(66).jwk(kid)),
            ("jku", json!(format!("{}/.well-known/jwks.json", thief.origin()))),
            ("x5u", json!(format!("{}/cert.pem", thief.origin()))),
            ("x5c", json!(["MIIB"])),
        ] {
            let token = key.sign(&json!({"alg": "ES256", "kid": kid, name: value}), &admin());
            refused(&app, name, &token).await;
        }
    }
    assert!(thief.asked().is_empty());
    // None of these tokens caused a request to the issuer.
    assert!(issuer.asked().is_empty());
}

#[tokio::test]
async fn a_kid_is_compared_and_nothing_else() {
    let kids = [
        "../../../../etc/passwd",
        "' or '1'='1",
        "x'; drop table integrations; --",
        "jwks:first",
        "manifest/0",
        "\u{0}\n\"\\",
        "%2e%2e%2f",
        "https://evil.test/jwks.json",
        "",
        " ",
        "k\u{f6}y\u{1f511}",
    ];
    let key = keys::p256(1);
    let jwks: Vec<Value> = kids.iter().map(|kid| key.jwk(kid)).collect();
    let issuer = Issuer::start(&jwks).await;
    let app = app(&issuer).await;
    for kid in kids {
        assert_eq!(status(&app, &key.token(kid, &admin())).await, 200, "{kid}");
        refused(&app, kid, &key.token(&format!("{kid}x"), &admin())).await;
    }
    for kid in [json!(1), json!(null), json!(["k"]), json!({"k": 1})] {
        let token = key.sign(&json!({"alg": "ES256", "kid": kid}), &admin());
        refused(&app, &kid.to_string(), &token).await;
    }
    assert_eq!(issuer.asked().len(), 1);
    assert_eq!(app.count("integrations"), 0);
}

#[tokio::test]
async fn size_and_header() {
    let issuer = issuer().await;
    let app = app(&issuer).await;
    let key = keys::p256(1);
    let large = key.token("p256", &with(json!({"pad": "x".repeat(75_000)})));
    assert!(large.len() > 100_000);
    refused(&app, "100 KB", &large).await;
    let good = key.token("p256", &admin());
    let twice = app.get("/api/integrations").bearer(&good).bearer(&good).send().await;
    twice.problem(401, "invalid_token");
    let none = app.get("/api/integrations").send().await;
    none.problem(401, "missing_token");
    assert!(issuer.asked().is_empty());
}

#[tokio::test]
async fn claims_are_found_by_name_first_then_as_a_path() {
    let issuer = issuer().await;
    let app = trusting(&issuer)
        .var("jwt_workspace_claim", "app.workspace")
        .var("jwt_role_claim", "https://acme.test/role")
        .start()
        .await
        .unwrap();
    let key = keys::p256(1);
    let base = json!({"workspace_id": null, "role": null, "https://acme.test/role": ["ADMIN"]});
    let mut claims = with(base);
    claims["app"] = json!({"workspace": "acme"});
    assert_eq!(status(&app, &key.token("p256", &claims)).await, 200);
    claims["app.workspace"] = json!(7);
    refused(&app, "the literal name wins", &key.token("p256", &claims)).await;
}
