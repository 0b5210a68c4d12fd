//! How a person manages passkeys, and what an ADMIN sees and can do.

use serde_json::{Value, json};

use super::authenticator::{Authenticator, Key, decode};
use super::{Browser, URL, is_signed_in, options, start, with_passkey};
use crate::kit::app::{App, Options};

#[tokio::test]
async fn a_person_adds_a_passkey_and_signs_in_with_it_next_time() {
    let app = start().await;
    for (number, key) in [Key::es256(1), Key::eddsa(2), Key::rs256()].into_iter().enumerate() {
        let name = format!("Ann {number}");
        let mut browser = Browser::of(&app, "acme", &name).await;
        let me = browser.me(&app).await;
        let mut own = Authenticator::new(key, u8::try_from(number).unwrap() + 1);
        let asked = browser.ask(&app, "/api/me/passkeys/options").await;
        assert_eq!(asked["rp"]["id"], "localhost", "{asked}");
        let selection = json!({"residentKey": "required", "requireResidentKey": true,
            "userVerification": "required"});
        assert_eq!(asked["authenticatorSelection"], selection);
        assert_eq!((&asked["attestation"], &asked["timeout"]), (&json!("none"), &json!(300_000)));
        assert_eq!(decode(&asked["user"]["id"]), me["person"].as_str().unwrap().as_bytes());
        assert_eq!(decode(&asked["challenge"]).len(), 32);
        let body = json!({"name": " Laptop ", "credential": own.create(&asked)});
        let added = browser.post(&app, "/api/me/passkeys", &body).await;
        assert_eq!(added.status, 201, "{added:?}");
        assert_eq!(
            (&added.json()["name"], &added.json()["backed_up"]),
            (&json!("Laptop"), &json!(true))
        );
        assert!(added.header("location").ends_with(added.json()["id"].as_str().unwrap()));
        assert_eq!(browser.passkeys(&app).await, [added.json()]);

        let ended = browser.post(&app, "/api/sessions/end", &json!({})).await;
        assert_eq!(ended.status, 200);
        let mut next = Browser::default();
        let asked = next.ask(&app, "/sign-in/passkey/options").await;
        assert_eq!(asked["allowCredentials"], json!([]), "nothing is told about people");
        assert_eq!(
            (&asked["rpId"], &asked["userVerification"]),
            (&json!("localhost"), &json!("required"))
        );
        let body = json!({"credential": own.get(&asked)});
        let signed_in = next.post(&app, "/sign-in/passkey", &body).await;
        let expected = json!({"workspace": "acme", "name": name, "role": "ADMIN", "passkeys": 1});
        assert_eq!((signed_in.status.as_u16(), signed_in.json()), (200, expected));
        assert_eq!(next.me(&app).await["person"], me["person"]);
        assert!(next.passkeys(&app).await[0]["last_used_at"].is_string());
        assert!(!next.header().contains("nexus-passkey"), "the challenge's cookie is gone");
    }
    let mut ann = Browser::of(&app, "acme", "Ann 0").await;
    let people = ann.get(&app, "/api/people").await.json();
    for person in people["items"].as_array().unwrap() {
        assert_eq!(person["passkeys"], 1, "{person}");
        let sessions = person["sessions"].as_array().unwrap();
        assert!(sessions.iter().any(|session| session["method"] == "passkey"), "{person}");
    }
    let audit = ann.get(&app, "/api/audit").await.text;
    assert!(audit.contains("person.passkey_create") && audit.contains("\"method\":\"passkey\""));
}

#[tokio::test]
async fn a_person_names_and_removes_passkeys_but_not_the_last_one() {
    let app = start().await;
    let (mut ann, mut first) = with_passkey(&app, "acme", "Ann", 1).await;
    let (mut bob, _) = with_passkey(&app, "acme", "Bob", 2).await;
    let mut second = Authenticator::new(Key::eddsa(3), 3);
    second.aaguid = 0xbada5566_a7aa_401f_bd96_45619a55120d_u128.to_be_bytes();
    assert_eq!(ann.add(&app, &mut second).await["name"], "1Password");
    let asked = ann.ask(&app, "/api/me/passkeys/options").await;
    let known: Vec<_> = asked["excludeCredentials"].as_array().unwrap().iter().collect();
    assert_eq!(known.len(), 2, "{asked}");
    assert!(known.iter().any(|one| decode(&one["id"]) == first.credential_id));
    assert_eq!(known[0]["transports"], json!(["hybrid", "internal"]));
    // The same passkey again, and another person's passkey.
    for number in [1, 2] {
        let mut known = Authenticator::new(Key::es256(number), number);
        let asked = ann.ask(&app, "/api/me/passkeys/options").await;
        let body = json!({"credential": known.create(&asked)});
        ann.post(&app, "/api/me/passkeys", &body).await.problem(409, "passkey_exists");
    }
    let all = ann.passkeys(&app).await;
    let path = |one: &Value| format!("/api/me/passkeys/{}", one["id"].as_str().unwrap());
    let renamed = ann.send(app.put(&path(&all[0])).json(&json!({"name": "Phone"}))).await;
    assert_eq!((renamed.status.as_u16(), &renamed.json()["name"]), (200, &json!("Phone")));
    for wrong in ["", "a\u{202e}b", &"x".repeat(101)] {
        let refused = ann.send(app.put(&path(&all[0])).json(&json!({ "name": wrong }))).await;
        refused.problem(422, "invalid");
    }
    // Another person's passkeys do not exist for this person.
    let theirs = path(&bob.passkeys(&app).await[0]);
    ann.send(app.put(&theirs).json(&json!({"name": "x"}))).await.problem(404, "not_found");
    ann.send(app.delete(&theirs)).await.problem(404, "not_found");

    assert_eq!(ann.send(app.delete(&path(&all[1]))).await.status, 204);
    let removed = Browser::default().sign_in(&app, &mut second).await;
    removed.problem(401, "invalid_token");
    ann.send(app.delete(&path(&all[0]))).await.problem(409, "last_passkey");
    assert_eq!(Browser::default().sign_in(&app, &mut first).await.status, 200);
    // A person who can sign in at the identity provider may remove the last passkey.
    let sql = "update people set issuer = 'https://id.example', subject = 'u-1' where name = 'Ann'";
    app.database().execute(sql, []).unwrap();
    assert_eq!(ann.send(app.delete(&path(&all[0]))).await.status, 204);
    let audit = bob.get(&app, "/api/audit").await.text;
    for action in ["person.passkey_create", "person.passkey_rename", "person.passkey_delete"] {
        assert!(audit.contains(action), "{action}");
    }
}

#[tokio::test]
async fn a_person_has_at_most_twenty_passkeys() {
    let app = start().await;
    let (mut ann, _) = with_passkey(&app, "acme", "Ann", 1).await;
    let sql = "insert into passkeys select id || n, workspace, person_id, name, randomblob(32), public_key,
        algorithm, sign_count, backup_eligible, backed_up, transports, created_at, null
        from passkeys, (select value as n from json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]'))";
    assert_eq!(app.database().execute(sql, []).unwrap(), 19);
    let asked = ann.ask(&app, "/api/me/passkeys/options").await;
    let body = json!({"credential": Authenticator::new(Key::es256(9), 9).create(&asked)});
    ann.post(&app, "/api/me/passkeys", &body).await.problem(409, "too_many_passkeys");
}

#[tokio::test]
async fn an_admin_removes_all_passkeys_of_a_person_who_has_lost_a_device() {
    let app = start().await;
    let (mut ann, mut own) = with_passkey(&app, "acme", "Ann", 1).await;
    let (mut bob, mut his) = with_passkey(&app, "acme", "Bob", 2).await;
    let (mut eve, _) = with_passkey(&app, "beta", "Eve", 3).await;
    let id = ann.me(&app).await["person"].as_str().unwrap().to_owned();
    let path = format!("/api/people/{id}/passkeys");
    eve.send(app.delete(&path)).await.problem(404, "not_found");
    app.delete(&path).as_role("MANAGER", "acme").send().await.problem(403, "forbidden");
    assert_eq!(bob.send(app.delete(&path)).await.status, 204);
    assert_eq!(ann.get(&app, "/api/me").await.status, 401, "the sessions end");
    Browser::default().sign_in(&app, &mut own).await.problem(401, "invalid_token");
    assert_eq!(Browser::default().sign_in(&app, &mut his).await.status, 200);
    assert!(bob.get(&app, "/api/audit").await.text.contains("person.passkeys_delete"));
}

#[tokio::test]
async fn a_person_who_has_lost_every_passkey_signs_in_by_a_link_and_adds_one() {
    let app = start().await;
    let (mut ann, _) = with_passkey(&app, "acme", "Ann", 1).await;
    let (mut bob, mut bobs) = with_passkey(&app, "acme", "Bob", 2).await;
    let id = ann.me(&app).await["person"].clone();
    let path = format!("/api/people/{}/passkeys", id.as_str().unwrap());
    assert_eq!(bob.send(app.delete(&path)).await.status, 204);
    let body = json!({ "person_id": id });
    let made = bob.post(&app, "/api/people/invitations", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let (_, secret) = url.split_once("#invitation=").unwrap();

    let mut again = Browser::default();
    let body = json!({ "invitation": secret });
    let signed_in = again.post(&app, "/sign-in/invitation", &body).await;
    let expected = json!({"workspace": "acme", "name": "Ann", "role": "ADMIN", "passkeys": 0});
    assert_eq!((signed_in.status.as_u16(), signed_in.json()), (200, expected));
    assert_eq!(again.me(&app).await["person"], id);
    let mut new = Authenticator::new(Key::es256(3), 3);
    again.add(&app, &mut new).await;
    let mut next = Browser::default();
    assert_eq!(next.sign_in(&app, &mut new).await.status, 200);
    assert_eq!(next.me(&app).await["person"], id);
    // Bob's passkeys stay.
    assert_eq!(Browser::default().sign_in(&app, &mut bobs).await.status, 200);
}

#[tokio::test]
async fn only_the_browser_of_a_local_person_has_passkeys() {
    let app = start().await;
    let (mut ann, _) = with_passkey(&app, "acme", "Ann", 1).await;
    let id = ann.passkeys(&app).await[0]["id"].as_str().unwrap().to_owned();
    let one = format!("/api/me/passkeys/{id}");
    let body = json!({"credential": {}});
    let calls = || {
        [
            app.get("/api/me/passkeys"),
            app.post("/api/me/passkeys/options"),
            app.post("/api/me/passkeys").json(&body),
            app.put(&one).json(&json!({"name": "x"})),
            app.delete(&one),
        ]
    };
    // A caller with a token of the issuer could otherwise add a passkey that outlives the token.
    for role in ["ADMIN", "MANAGER", "AGENT"] {
        for call in calls() {
            call.as_role(role, "acme").send().await.problem(403, "forbidden");
        }
    }
    for call in calls() {
        call.send().await.problem(401, "missing_token");
    }
    for (name, site) in
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-no", "x")]
    {
        for call in calls() {
            let answer = call.header("cookie", &ann.header()).header(name, site).send().await;
            answer.problem(403, "cross_site");
        }
        for path in ["/sign-in/passkey/options", "/sign-in/passkey"] {
            app.post(path).header(name, site).json(&body).send().await.problem(403, "cross_site");
        }
    }
    // A role from the identity provider counts only while the provider gives it.
    for source in ["oidc", "issuer"] {
        let sql = format!("update people set source = '{source}'");
        app.database().execute(&sql, []).unwrap();
        let answer = ann.send(app.post("/api/me/passkeys/options")).await;
        answer.problem(403, "forbidden");
        ann.post(&app, "/api/me/passkeys", &body).await.problem(403, "forbidden");
    }
    assert_eq!(ann.passkeys(&app).await.len(), 1);
}

#[tokio::test]
async fn an_address_without_a_name_has_no_passkeys() {
    let app = Options::default().start().await.unwrap();
    let shown = app.get("/sign-in/options").send().await.json();
    assert_eq!(shown["passkeys"], false, "{shown}");
    let mut browser = Browser::default();
    let answer = browser.send(app.post("/sign-in/passkey/options")).await;
    answer.problem(409, "passkeys_unavailable");
    let named: App = start().await;
    let shown = named.get("/sign-in/options").send().await.json();
    assert_eq!(shown["passkeys"], true, "{shown}");
}

#[tokio::test]
async fn on_https_the_cookies_belong_to_this_host_alone() {
    let app = options().var("public_url", "https://nexus.example").start().await.unwrap();
    let answer = Browser::default().send(app.post("/sign-in/passkey/options")).await;
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-nexus-passkey="), "{set}");
    for part in ["; Secure", "; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Max-Age=300"] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(answer.json()["public_key"]["rpId"], "nexus.example");
    let on_localhost = start().await;
    let answer = Browser::default().send(on_localhost.post("/sign-in/passkey/options")).await;
    assert!(answer.header("set-cookie").starts_with("nexus-passkey="), "{answer:?} at {URL}");
    assert!(!is_signed_in(&answer));
}
