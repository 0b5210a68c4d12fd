//! Links of the operator's tool.

use serde_json::{Value, json};

use super::{URL, joined, link, me, post, sign_in, start, with};
use crate::kit::link::SECRET;
use crate::kit::token;

#[tokio::test]
async fn the_owner_of_the_machine_signs_in_by_a_link_that_counts_once() {
    let app = start().await;
    let link_text = link("acme", "ADMIN", "Ann").await;
    let first = sign_in(&app, &link_text).await;
    let shown = me(&app, &first).await.json();
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("ADMIN")));
    assert_eq!((&shown["name"], &shown["via"]), (&json!("Ann"), &json!("session")));
    assert_eq!(shown["may"]["manage_people"], true);
    post(&app, "/sign-in/link", json!({ "link": link_text })).await.problem(401, "invalid_token");

    // The same name is the same person the next day, in another session.
    let second = sign_in(&app, &link("acme", "MANAGER", "Ann").await).await;
    assert_ne!(first, second);
    let again = me(&app, &second).await.json();
    assert_eq!((&again["person"], &again["role"]), (&shown["person"], &json!("MANAGER")));
    assert_eq!(me(&app, &first).await.json()["role"], "MANAGER", "the role counts at once");
    assert_eq!(app.count("people"), 1);
    let audit = app.get("/api/audit").as_admin().send().await.text;
    assert!(audit.contains("person.sign_in") && !audit.contains(first.split('=').nth(1).unwrap()));
}

#[tokio::test]
async fn a_link_that_is_not_the_machines_is_rejected() {
    let app = start().await;
    let now = token::now();
    let claims = |changes: Value| {
        let mut claims = json!({"iss": "machine", "aud": URL, "iat": now, "exp": now + 600,
            "jti": "0123456789abcdef", "workspace": "acme", "role": "ADMIN", "name": "Eve"});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let header = json!({"alg": "HS256", "typ": "nexus-link+jwt"});
    let signed = |changes: Value, secret: &str| token::sign(&header, &claims(changes), secret);
    for (what, wrong) in [
        ("another secret", signed(json!({}), "another-secret-0123456789abcdef-xyz")),
        ("the token secret", signed(json!({}), token::SECRET)),
        ("no signature", format!("{}.", signed(json!({}), SECRET).rsplit_once('.').unwrap().0)),
        (
            "another type",
            token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims(json!({})), SECRET),
        ),
        ("another address", signed(json!({"aud": "https://elsewhere.example"}), SECRET)),
        ("another issuer", signed(json!({"iss": token::ISSUER}), SECRET)),
        ("too long", signed(json!({"exp": now + 3_600}), SECRET)),
        ("an agent", signed(json!({"role": "AGENT"}), SECRET)),
        ("no id", signed(json!({"jti": "short"}), SECRET)),
        ("a name that hides", signed(json!({"name": "A\u{202e}nn"}), SECRET)),
        ("a token of an ADMIN", token::of("ADMIN", "acme")),
    ] {
        let answer = post(&app, "/sign-in/link", json!({ "link": wrong })).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        assert_eq!(answer.header("set-cookie"), "", "{what}");
    }
    let expired = signed(json!({"exp": now - 60}), SECRET);
    post(&app, "/sign-in/link", json!({ "link": expired })).await.problem(401, "token_expired");
    // A link is not a bearer token.
    let good = signed(json!({}), SECRET);
    assert_eq!(app.get("/api/me").bearer(&good).send().await.status, 401);
    // Login CSRF: a page of another site cannot sign a browser in.
    for site in ["cross-site", "same-site", "none"] {
        let call = app.post("/sign-in/link").header("sec-fetch-site", site);
        call.json(&json!({ "link": good })).send().await.problem(403, "cross_site");
    }
    let call = app.post("/sign-in/link").header("origin", "https://evil.example");
    call.json(&json!({ "link": good })).send().await.problem(403, "cross_site");
    // None of these attempts has used up the link.
    let cookie = sign_in(&app, &good).await;
    assert_eq!(me(&app, &cookie).await.json()["name"], "Eve");
    assert_eq!(app.count("people"), 1);
}

#[tokio::test]
async fn a_link_from_the_machine_never_leads_to_somebody_who_took_the_name() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let mallory = joined(&app, &ann, "MANAGER", "Owner").await;
    let mallory_is = async || me(&app, &mallory).await.json();
    let taken = mallory_is().await["person"].clone();
    let owner = sign_in(&app, &link("acme", "ADMIN", "Owner").await).await;
    let shown = me(&app, &owner).await.json();
    assert_eq!((&shown["name"], &shown["role"]), (&json!("Owner"), &json!("ADMIN")));
    assert_ne!(shown["person"], taken);
    assert_eq!(mallory_is().await["role"], "MANAGER", "the open session of the other one");
    assert_eq!(app.count("people"), 3);

    // A link does not switch on a person who is switched off.
    let path = format!("/api/people/{}", taken.as_str().unwrap());
    let off = with(app.put(&path), &ann).json(&json!({"status": "disabled"})).send().await;
    assert_eq!(off.status, 200, "{off:?}");
    let again = sign_in(&app, &link("acme", "MANAGER", "Owner").await).await;
    assert_eq!(me(&app, &again).await.json()["person"], shown["person"], "the machine's own");
    let listed = with(app.get("/api/people"), &ann).send().await.json();
    let items = listed["items"].as_array().unwrap();
    let found = items.iter().find(|one| one["id"] == taken).unwrap();
    assert_eq!((&found["status"], &found["role"]), (&json!("disabled"), &json!("MANAGER")));
    assert_eq!(items.len(), 3, "{listed}");

    // The audit record has the change that a link made.
    let audit = app.get("/api/audit").as_admin().send().await.json();
    let records = audit["items"].as_array().unwrap();
    let changed = records
        .iter()
        .find(|one| one["action"] == "person.update" && one["target"] == shown["person"]);
    let changed = changed.unwrap_or_else(|| panic!("{audit}"));
    assert_eq!(
        (&changed["detail"]["role"], &changed["detail"]["method"]),
        (&json!("MANAGER"), &json!("link"))
    );
    assert!(!records.iter().any(|one| one["target"] == taken && one["detail"]["method"] == "link"));
}
