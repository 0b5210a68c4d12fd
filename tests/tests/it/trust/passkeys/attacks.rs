//! Wrong responses of an authenticator, and persons who must not be signed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::authenticator::{
    Authenticator, COPIED, Key, MAY_BE_COPIED, PRESENT, VERIFIED, decode, encode,
};
use super::{Browser, is_signed_in, options, start, with_passkey};
use crate::kit::app::{Answer, App};

const OPTIONS: &str = "/sign-in/passkey/options";
const SIGN_IN: &str = "/sign-in/passkey";

fn refused(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 401, "{what}: {answer:?}");
    answer.problem(401, "invalid_token");
    assert!(!is_signed_in(answer), "{what}: {answer:?}");
}

#[tokio::test]
async fn a_response_counts_once_and_for_the_browser_that_asked() {
    let app = start().await;
    let (_, mut ann) = with_passkey(&app, "acme", "Ann", 1).await;
    let mut browser = Browser::default();
    let asked = browser.ask(&app, OPTIONS).await;
    let body = json!({"credential": ann.get(&asked)});
    let mut other = Browser::default();
    refused("no cookie", &other.post(&app, SIGN_IN, &body).await);
    assert_ne!(other.ask(&app, OPTIONS).await["challenge"], asked["challenge"]);
    refused("another browser", &other.clone().post(&app, SIGN_IN, &body).await);
    // The cookie of one browser with the challenge of another, and an invented cookie.
    let cookie = browser.cookies["nexus-passkey"].clone();
    let (id, rest) = cookie.split_once('.').unwrap();
    let (expires_at, random) = rest.split_once('.').unwrap();
    let later = expires_at.parse::<i64>().unwrap() + 86_400_000;
    for changed in [
        format!("{id}.{later}.{random}"),
        format!("{}.{rest}", id.parse::<i64>().unwrap() + 1),
        format!("{id}.{expires_at}.{}", "A".repeat(43)),
        format!("{cookie}.x"),
        "x".to_owned(),
        "1.2".repeat(100),
    ] {
        let mut forged = Browser::default();
        forged.cookies.insert("nexus-passkey".into(), changed.clone());
        refused(&changed, &forged.post(&app, SIGN_IN, &body).await);
    }
    // Two concurrent requests with one response: one of them succeeds.
    let (mut one, mut two) = (browser.clone(), browser.clone());
    let (first, second) =
        tokio::join!(one.post(&app, SIGN_IN, &body), two.post(&app, SIGN_IN, &body));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401], "{first:?} {second:?}");
    refused("replayed", &browser.post(&app, SIGN_IN, &body).await);
}

#[tokio::test]
async fn a_challenge_expires_after_five_minutes() {
    let app = start().await;
    let (_, mut ann) = with_passkey(&app, "acme", "Ann", 1).await;
    let mut browser = Browser::default();
    browser.ask(&app, OPTIONS).await;
    // Someone with the deployment's key can make a cookie of any age.
    let cookie = browser.cookies["nexus-passkey"].clone();
    let parts: Vec<&str> = cookie.split('.').collect();
    let key: Vec<u8> = app
        .database()
        .query_row("select key from challenge_keys where id = ?1", [parts[0]], |row| row.get(0))
        .unwrap();
    let now: i64 = parts[1].parse().unwrap();
    for (age, status) in [(299_000, 200), (301_000, 401)] {
        let cookie = format!("{}.{}.{}", parts[0], now - age, parts[2]);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        for part in ["sign_in", "", "", "localhost", &cookie] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let challenge = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let body = json!({"credential": ann.get(&json!({ "challenge": challenge }))});
        browser.cookies.insert("nexus-passkey".into(), cookie);
        let answer = browser.clone().post(&app, SIGN_IN, &body).await;
        assert_eq!(answer.status, status, "{age}: {answer:?}");
    }
    // After a day, challenges are made with another key. Challenges of the previous key stay valid.
    let mut before = Browser::default();
    let asked = before.ask(&app, OPTIONS).await;
    let age = "update challenge_keys set created_at = created_at - 86400000";
    app.database().execute(age, []).unwrap();
    let mut after = Browser::default();
    let newer = after.ask(&app, OPTIONS).await;
    let id =
        |browser: &Browser| browser.cookies["nexus-passkey"].split('.').next().unwrap().to_owned();
    assert_ne!(id(&before), id(&after));
    for (browser, asked) in [(&mut before, asked), (&mut after, newer)] {
        let body = json!({"credential": ann.get(&asked)});
        assert_eq!(browser.post(&app, SIGN_IN, &body).await.status, 200);
    }
    assert_eq!(app.count("challenge_keys"), 2);
}

#[tokio::test]
async fn a_wrong_response_signs_nobody_in() {
    let app = options().var("wrong_proofs_per_minute", "1000").start().await.unwrap();
    let (_, mut ann) = with_passkey(&app, "acme", "Ann", 1).await;
    let (_, bob) = with_passkey(&app, "acme", "Bob", 2).await;
    type Change = Box<dyn Fn(&mut Authenticator)>;
    let attempts: [(&str, Change); 17] = [
        ("another origin", Box::new(|own| own.origin = "https://evil.example".into())),
        ("another port", Box::new(|own| own.origin = "http://localhost:2".into())),
        ("https", Box::new(|own| own.origin = "https://localhost:1".into())),
        (
            "an origin that begins like ours",
            Box::new(|own| own.origin = format!("{}.evil.example", super::URL)),
        ),
        ("a frame of another site", Box::new(|own| own.is_framed = true)),
        ("another domain", Box::new(|own| own.domain = "evil.example".into())),
        ("nobody verified", Box::new(|own| own.flags &= !VERIFIED)),
        ("nobody there", Box::new(|own| own.flags &= !PRESENT)),
        ("a copy where none may be", Box::new(|own| own.flags &= !MAY_BE_COPIED)),
        ("no longer to be copied", Box::new(|own| own.flags &= !(MAY_BE_COPIED | COPIED))),
        ("a registration", Box::new(|own| own.kind = Some("webauthn.create"))),
        ("a payment", Box::new(|own| own.kind = Some("payment.get"))),
        ("another challenge", Box::new(|own| own.challenge = Some(encode(&[7; 32])))),
        ("an empty challenge", Box::new(|own| own.challenge = Some(String::new()))),
        ("another key", Box::new(|own| own.key = Key::es256(9))),
        ("a key of another kind", Box::new(|own| own.key = Key::eddsa(1))),
        ("an unknown passkey", Box::new(|own| own.credential_id = vec![9; 32])),
    ];
    for (what, change) in attempts {
        let mut changed = Authenticator::new(Key::es256(1), 1);
        changed.user_handle.clone_from(&ann.user_handle);
        change(&mut changed);
        refused(what, &Browser::default().sign_in(&app, &mut changed).await);
    }
    // Bob's passkey with Ann's id, and Ann's id with Bob's signature.
    let mut handle = Authenticator::new(Key::es256(2), 2);
    handle.user_handle.clone_from(&ann.user_handle);
    refused("another person", &Browser::default().sign_in(&app, &mut handle).await);
    let mut theirs = Authenticator::new(Key::es256(2), 1);
    theirs.user_handle.clone_from(&bob.user_handle);
    refused("another's id", &Browser::default().sign_in(&app, &mut theirs).await);

    type Edit = Box<dyn Fn(&mut Value)>;
    let flip = |name: &'static str, index: usize| -> Edit {
        Box::new(move |credential| {
            let mut bytes = decode(&credential["response"][name]);
            let index = index.min(bytes.len() - 1);
            bytes[index] ^= 0x04;
            credential["response"][name] = encode(&bytes).into();
        })
    };
    let set = |name: &'static str, value: Value| -> Edit {
        Box::new(move |credential| credential["response"][name] = value.clone())
    };
    let mut edits: Vec<(&str, Edit)> = vec![
        ("the counter is changed", flip("authenticatorData", 36)),
        ("a flag is changed", flip("authenticatorData", 32)),
        ("the signature is changed", flip("signature", 40)),
        ("the browser's data are changed", flip("clientDataJSON", 60)),
        ("no user", set("userHandle", Value::Null)),
        (
            "the id alone is another",
            Box::new(|credential| credential["rawId"] = encode(&[2; 32]).into()),
        ),
        ("no id", Box::new(|credential| credential["rawId"] = Value::Null)),
        ("no response", Box::new(|credential| credential["response"] = Value::Null)),
        ("nothing", Box::new(|credential| *credential = json!({}))),
    ];
    for name in ["clientDataJSON", "authenticatorData", "signature", "userHandle"] {
        for value in [json!(""), json!("*"), json!(5), json!("AAAA")] {
            edits.push((name, set(name, value)));
        }
    }
    for (what, edit) in edits {
        let mut browser = Browser::default();
        let asked = browser.ask(&app, OPTIONS).await;
        let mut credential = ann.get(&asked);
        edit(&mut credential);
        let body = json!({ "credential": credential });
        refused(what, &browser.post(&app, SIGN_IN, &body).await);
    }
    let sessions = "select count(*) from sessions where method = 'passkey'";
    let sessions: i64 = app.database().query_row(sessions, [], |row| row.get(0)).unwrap();
    assert_eq!(sessions, 0);
    assert_eq!(Browser::default().sign_in(&app, &mut ann).await.status, 200);
}

#[tokio::test]
async fn a_response_to_one_kind_of_request_is_not_one_to_another() {
    let app = start().await;
    let (mut ann, mut own) = with_passkey(&app, "acme", "Ann", 1).await;
    let (mut bob, _) = with_passkey(&app, "acme", "Bob", 2).await;
    // The challenge of a registration is signed to sign in. The cookie has the other name.
    let asked = ann.ask(&app, "/api/me/passkeys/options").await;
    let mut browser = Browser::default();
    browser.cookies.insert("nexus-passkey".into(), ann.cookies["nexus-new-passkey"].clone());
    let body = json!({"credential": own.get(&asked)});
    refused("to register", &browser.post(&app, SIGN_IN, &body).await);
    // The new credential itself is used to sign in.
    let mut fresh = Authenticator::new(Key::es256(5), 5);
    let body = json!({"credential": fresh.create(&asked)});
    refused("a new credential", &browser.post(&app, SIGN_IN, &body).await);
    // The challenge of a sign-in is used to register.
    let mut browser = Browser::default();
    let mut asked_to_sign_in = browser.ask(&app, OPTIONS).await;
    asked_to_sign_in["user"] = asked["user"].clone();
    asked_to_sign_in["pubKeyCredParams"] = asked["pubKeyCredParams"].clone();
    let body = json!({"credential": fresh.create(&asked_to_sign_in)});
    let mut confused = ann.clone();
    confused.cookies.insert("nexus-new-passkey".into(), browser.cookies["nexus-passkey"].clone());
    let path = "/api/me/passkeys";
    confused.post(&app, path, &body).await.problem(422, "invalid");
    // Bob's challenge in Ann's session would add Bob's passkey to Ann.
    let asked_bob = bob.ask(&app, "/api/me/passkeys/options").await;
    let mut confused = ann.clone();
    confused.cookies.insert("nexus-new-passkey".into(), bob.cookies["nexus-new-passkey"].clone());
    let body = json!({"credential": fresh.create(&asked_bob)});
    confused.post(&app, path, &body).await.problem(422, "invalid");
    assert_eq!(ann.passkeys(&app).await.len(), 1);

    type Change = Box<dyn Fn(&mut Authenticator)>;
    let attempts: [(&str, Change); 7] = [
        ("another origin", Box::new(|own| own.origin = "https://evil.example".into())),
        ("another domain", Box::new(|own| own.domain = "evil.example".into())),
        ("nobody verified", Box::new(|own| own.flags &= !VERIFIED)),
        ("nobody there", Box::new(|own| own.flags &= !PRESENT)),
        ("a frame of another site", Box::new(|own| own.is_framed = true)),
        ("a sign-in", Box::new(|own| own.kind = Some("webauthn.get"))),
        ("another challenge", Box::new(|own| own.challenge = Some(encode(&[7; 32])))),
    ];
    for (what, change) in attempts {
        let mut changed = Authenticator::new(Key::es256(6), 6);
        change(&mut changed);
        let asked = ann.ask(&app, "/api/me/passkeys/options").await;
        let body = json!({"credential": changed.create(&asked)});
        let answer = ann.post(&app, path, &body).await;
        assert_eq!(answer.problem(422, "invalid")["errors"][0]["pointer"], "/credential", "{what}");
    }
    // A registration is accepted once.
    let asked = ann.ask(&app, "/api/me/passkeys/options").await;
    let mut twice = ann.clone();
    let body = json!({"credential": fresh.create(&asked)});
    assert_eq!(ann.post(&app, path, &body).await.status, 201);
    twice.post(&app, path, &body).await.problem(422, "invalid");
}

#[tokio::test]
async fn a_counter_that_goes_back_is_rejected_and_recorded() {
    let app = start().await;
    let mut browser = Browser::of(&app, "acme", "Ann").await;
    let mut own = Authenticator::new(Key::es256(1), 1);
    own.count = 10;
    let id = browser.add(&app, &mut own).await["id"].clone();
    let sign_in = async |own: &mut Authenticator| Browser::default().sign_in(&app, own).await;
    assert_eq!(sign_in(&mut own).await.status, 200);
    for count in [10, 9, 1] {
        own.count = count;
        refused("a copy", &sign_in(&mut own).await);
    }
    // An authenticator with a wrong key cannot cause such a record.
    let mut forged = Authenticator::new(Key::es256(9), 1);
    forged.user_handle.clone_from(&own.user_handle);
    forged.count = 4;
    refused("forged", &sign_in(&mut forged).await);
    own.count = 0;
    refused("no counter any more", &sign_in(&mut own).await);
    let audit = browser.get(&app, "/api/audit").await.json();
    let denied: Vec<_> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["outcome"] == "denied")
        .map(|record| (record["action"].clone(), record["detail"].clone()))
        .collect();
    let detail = |now: u32| {
        let detail =
            json!({"method": "passkey", "passkey": id, "counter": now, "counter_before": 11});
        (json!("person.sign_in"), detail)
    };
    assert_eq!(denied, [detail(0), detail(2), detail(10), detail(11)]);
    own.count = 20;
    assert_eq!(sign_in(&mut own).await.status, 200);
}

#[tokio::test]
async fn a_person_who_may_not_sign_in_is_not_let_in() {
    let app = start().await;
    let (mut ann, mut own) = with_passkey(&app, "acme", "Ann", 1).await;
    let (mut bob, mut his) = with_passkey(&app, "acme", "Bob", 2).await;
    let (_, mut elsewhere) = with_passkey(&app, "beta", "Bob", 3).await;
    let id = bob.me(&app).await["person"].as_str().unwrap().to_owned();
    let sign_in =
        async |app: &App, own: &mut Authenticator| Browser::default().sign_in(app, own).await;
    for status in ["disabled", "active"] {
        let path = format!("/api/people/{id}");
        let change = ann.send(app.put(&path).json(&json!({ "status": status }))).await;
        assert_eq!(change.status, 200, "{change:?}");
        let answer = sign_in(&app, &mut his).await;
        match status {
            "active" => assert_eq!(answer.status, 200),
            _ => {
                answer.problem(403, "forbidden");
                assert!(!is_signed_in(&answer));
            }
        }
    }
    for (scope, target) in [("person", Some(&id)), ("workspace", None)] {
        let mut stop = json!({"scope": scope, "reason": "a test"});
        if let Some(target) = target {
            stop["id"] = json!(target);
        }
        let stopped = ann.post(&app, "/api/panic", &stop).await;
        assert_eq!(stopped.status, 201, "{stopped:?}");
        let answer = sign_in(&app, &mut his).await;
        answer.problem(403, "stopped");
        assert!(!is_signed_in(&answer));
        let other = if scope == "person" { 200 } else { 403 };
        assert_eq!(sign_in(&app, &mut own).await.status, other, "{scope}");
        assert_eq!(sign_in(&app, &mut elsewhere).await.status, 200, "another workspace");
        let path = format!("/api/panic/{}", stopped.json()["id"].as_str().unwrap());
        assert_eq!(ann.send(app.delete(&path)).await.status, 204);
        assert_eq!(sign_in(&app, &mut his).await.status, 200);
    }
    // A passkey signs in to its own workspace.
    let mut browser = Browser::default();
    browser.sign_in(&app, &mut elsewhere).await;
    assert_eq!(browser.me(&app).await["workspace"], "beta");
    // A role from the identity provider counts only while the provider gives it.
    app.database()
        .execute("update people set source = 'oidc' where workspace = 'beta'", [])
        .unwrap();
    sign_in(&app, &mut elsewhere).await.problem(403, "forbidden");
}

#[tokio::test]
async fn wrong_passkeys_of_an_address_are_limited_and_good_ones_are_not() {
    let app = options().var("wrong_proofs_per_minute", "3").start().await.unwrap();
    let (_, mut ann) = with_passkey(&app, "acme", "Ann", 1).await;
    let mut wrong = Authenticator::new(Key::es256(9), 9);
    let mut limited = 0;
    // The attempts lie in at most two minutes, so at least four are in one of them.
    for _ in 0..8 {
        let answer = Browser::default().sign_in(&app, &mut wrong).await;
        limited += usize::from(answer.status == 429);
        assert!(!is_signed_in(&answer));
    }
    assert!(limited > 0);
    assert_eq!(Browser::default().sign_in(&app, &mut ann).await.status, 200);
}
