//! Who can sign in, and with which role.

use reqwest::Url;
use serde_json::{Value, json};

use super::{CLIENT, CLIENT_SECRET, Scene, URL, is_signed_in, key, parameter, session};

#[tokio::test]
async fn the_claims_of_the_provider_sign_a_person_in() {
    let scene = Scene::new().await;
    let (cookie, url) = scene.begin(json!({})).await;
    assert!(url.as_str().starts_with(&format!("{}/auth?tenant=1&", scene.issuer())), "{url}");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", &format!("{URL}/sign-in/oidc/callback")),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(&url, name), value);
    }
    let random = cookie.split(['=', '.']).nth(2).unwrap();
    assert!(!url.as_str().contains(random), "the cookie is not in a URL");
    let mapped = json!({"workspace_id": "acme", "role": ["staff", "ADMIN"]});
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    scene.provider.forget();
    let back = scene.come_back(&cookie, &scene.good(&url)).await;
    let me = scene.me(&back).await;
    assert_eq!(me["workspace"], "acme", "{me}");
    assert_eq!((&me["role"], &me["name"]), (&json!("ADMIN"), &json!("Ann")));

    // The request for the code.
    let seen = scene.provider.seen();
    let sent = seen.iter().find(|seen| seen.target() == "/token").unwrap();
    let form = String::from_utf8(sent.body.clone()).unwrap();
    let form = Url::parse(&format!("http://x/?{form}")).unwrap();
    assert_eq!(parameter(&form, "grant_type"), "authorization_code");
    assert_eq!(parameter(&form, "code"), "c-1");
    assert!(!form.as_str().contains("client_secret"));
    let encoded = "nexus-client:a+secret%2Fof%2Bthe%3Aclient";
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(encoded);
    assert_eq!(sent.all("authorization"), [format!("Basic {basic}")]);
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(parameter(&form, "code_verifier"));
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash);
    assert_eq!(parameter(&url, "code_challenge"), challenge);

    // The same browser cannot finish twice. Its next sign-in is another session of the same person.
    let twice = scene.come_back(&cookie, &scene.good(&url)).await;
    assert_eq!((twice.status.as_u16(), is_signed_in(&twice)), (400, false), "{twice:?}");
    let lowered = json!({"workspace_id": "acme", "role": "MANAGER"});
    let again = scene.sign_in(lowered, json!({})).await;
    assert_ne!(session(&back), session(&again));
    let lowered = scene.me(&again).await;
    assert_eq!((&lowered["person"], &lowered["role"]), (&me["person"], &json!("MANAGER")));
    assert_eq!(scene.app.count("people"), 1);

    // The provider withdraws the role. The row must not keep it.
    let gone = scene.sign_in(json!({"workspace_id": "acme"}), json!({})).await;
    assert_eq!((gone.status.as_u16(), is_signed_in(&gone)), (403, false), "{gone:?}");

    // The person is switched off here, so a role at the provider does not help.
    let path = format!("/api/people/{}", me["person"].as_str().unwrap());
    let off = scene.app.put(&path).as_admin().json(&json!({"status": "disabled"})).send().await;
    assert_eq!(off.status, 200, "{off:?}");
    let refused = scene.sign_in(mapped, json!({})).await;
    assert_eq!((refused.status.as_u16(), is_signed_in(&refused)), (403, false));
    assert!(refused.text.contains("switched you off"), "{refused:?}");
    let log = scene.app.log();
    assert!(!log.contains(CLIENT_SECRET) && !log.contains(random), "{log}");
}

#[tokio::test]
async fn an_unknown_person_needs_an_invitation_once() {
    let scene = Scene::new().await;
    let unknown = scene.sign_in(json!({"name": "<b>Eve</b>"}), json!({})).await;
    assert_eq!((unknown.status.as_u16(), is_signed_in(&unknown)), (403, false));
    assert!(unknown.text.contains("Ask an ADMIN"), "{unknown:?}");
    let unverified = json!({"name": "<b>Eve</b>", "email_verified": false});
    let unknown = scene.sign_in(unverified, json!({})).await;
    assert!(unknown.text.contains("&lt;b&gt;Eve") && !unknown.text.contains("<b>"), "{unknown:?}");
    assert_eq!(scene.app.count("people"), 0);

    let invitation = scene.invite("acme", "MANAGER").await;
    let open = json!({ "invitation": invitation });
    // The claim names another workspace than the invitation. The invitation stays open.
    let elsewhere = scene.sign_in(json!({"workspace_id": "beta"}), open.clone()).await;
    assert_eq!((elsewhere.status.as_u16(), is_signed_in(&elsewhere)), (403, false));
    let joined = scene.sign_in(json!({}), open.clone()).await;
    let me = scene.me(&joined).await;
    assert_eq!((&me["workspace"], &me["role"]), (&json!("acme"), &json!("MANAGER")));
    // Another person uses the invitation a second time.
    let twice = scene.sign_in(json!({"sub": "u-2"}), open).await;
    assert_eq!((twice.status.as_u16(), is_signed_in(&twice)), (403, false));
    assert!(twice.text.contains("new one"), "{twice:?}");

    // From then on the person's row decides the role, and an ADMIN can change it.
    let path = format!("/api/people/{}", me["person"].as_str().unwrap());
    let change = scene.app.put(&path).as_admin().json(&json!({"role": "ADMIN"})).send().await;
    assert_eq!(change.status, 200, "{change:?}");
    let next = scene.me(&scene.sign_in(json!({}), json!({})).await).await;
    assert_eq!((&next["person"], &next["role"]), (&me["person"], &json!("ADMIN")));
    let other = scene.sign_in(json!({"workspace_id": "beta"}), json!({})).await;
    assert_eq!((other.status.as_u16(), is_signed_in(&other)), (403, false));
    // An invitation with a lower role does not lower an ADMIN.
    let lower = json!({"invitation": scene.invite("acme", "MANAGER").await});
    assert_eq!(scene.me(&scene.sign_in(json!({}), lower).await).await["role"], "ADMIN");
}

#[tokio::test]
async fn nobody_is_signed_in_while_their_workspace_is_stopped() {
    let scene = Scene::new().await;
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    let open = json!({"invitation": scene.invite("acme", "MANAGER").await});
    let stop = json!({"scope": "workspace", "reason": "a drill"});
    let stopped = scene.app.post("/api/panic").as_admin().json(&stop).send().await;
    assert_eq!(stopped.status, 201, "{stopped:?}");
    for (what, claims, body) in
        [("a role", mapped.clone(), json!({})), ("an invitation", json!({}), open.clone())]
    {
        let refused = scene.sign_in(claims, body).await;
        assert_eq!((refused.status.as_u16(), is_signed_in(&refused)), (403, false), "{what}");
        assert!(refused.text.contains("a drill"), "{what}: {refused:?}");
    }
    let path = format!("/api/panic/{}", stopped.json()["id"].as_str().unwrap());
    assert_eq!(scene.app.delete(&path).as_admin().send().await.status, 204);
    assert!(is_signed_in(&scene.sign_in(json!({}), open).await), "the invitation stayed valid");
    // The role that the claim gives from now on is in the audit record.
    assert!(is_signed_in(&scene.sign_in(mapped, json!({})).await));
    let audit = scene.app.get("/api/audit").as_admin().send().await.json();
    let changed = |one: &Value| {
        one["action"] == "person.update"
            && one["detail"]["method"] == "oidc"
            && one["detail"]["role"] == "ADMIN"
    };
    assert!(audit["items"].as_array().unwrap().iter().any(changed), "{audit}");
}

/// Several customers of one provider. All id tokens are for one client, and no claim names the customer.
#[tokio::test]
async fn the_first_entry_of_the_provider_does_not_decide_for_the_others() {
    let rules = json!({"audience_claim": "client_id", "role_claim": "groups",
        "role_map": {"admins": "ADMIN", "staff": "MANAGER"}});
    let groups = json!({"groups": ["admins"]});
    let customer =
        |workspace: &str, client: &str| json!({"workspace": workspace, "audiences": [client]});
    let entries = [customer("beta", "beta-app"), customer("acme", "acme-app")];
    let scene = Scene::by(&entries, &rules, |options| options).await;
    let refused = scene.sign_in(groups.clone(), json!({})).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    // The invitation decides, and the role in the claim does not count.
    let invitation = scene.invite("acme", "MANAGER").await;
    let admitted = scene.sign_in(groups.clone(), json!({ "invitation": invitation })).await;
    let shown = scene.me(&admitted).await;
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("MANAGER")));

    // The entry that names the client counts.
    let entries = [customer("beta", "beta-app"), customer("acme", CLIENT)];
    let scene = Scene::by(&entries, &rules, |options| options).await;
    let shown = scene.me(&scene.sign_in(groups.clone(), json!({})).await).await;
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("ADMIN")));

    // Several entries of one workspace: the person gets the lowest of their roles.
    let mut people = customer("acme", "acme-app");
    people["role_map"] = json!({"admins": "MANAGER"});
    let entries = [customer("acme", "acme-app"), people];
    let scene = Scene::by(&entries, &rules, |options| options).await;
    let shown = scene.me(&scene.sign_in(groups, json!({})).await).await;
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("MANAGER")));
}
