//! Invitations.

use serde_json::{Value, json};

use super::{URL, cookie, invite, link, me, post, sign_in, start, with};

#[tokio::test]
async fn an_invitation_lets_one_person_in_once() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let body = json!({"role": "MANAGER", "email": "bob@acme.example"});
    let invited = with(app.post("/api/people/invitations"), &ann).json(&body).send().await;
    assert_eq!(invited.status, 201, "{invited:?}");
    let url = invited.json()["url"].as_str().unwrap().to_owned();
    let secret = url.strip_prefix(&format!("{URL}/sign-in#invitation=")).unwrap().to_owned();
    let shown = post(&app, "/sign-in/invitation/show", json!({ "invitation": secret })).await;
    assert_eq!(shown.json()["role"], "MANAGER", "{shown:?}");
    let listed = with(app.get("/api/people/invitations"), &ann).send().await;
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 1);
    assert!(!listed.text.contains(&secret));

    let accept = json!({"invitation": secret, "name": "Bob"});
    let (one, two) = tokio::join!(
        post(&app, "/sign-in/invitation", accept.clone()),
        post(&app, "/sign-in/invitation", accept.clone())
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    let bob = cookie(if one.status == 200 { &one } else { &two });
    let shown = me(&app, &bob).await.json();
    assert_eq!((&shown["name"], &shown["role"]), (&json!("Bob"), &json!("MANAGER")));
    post(&app, "/sign-in/invitation", accept).await.problem(410, "gone");

    let again = with(app.post("/api/people/invitations"), &ann).json(&json!({"role": "ADMIN"}));
    let again = again.send().await.json();
    let path = format!("/api/people/invitations/{}", again["id"].as_str().unwrap());
    assert_eq!(with(app.delete(&path), &ann).send().await.status, 204);
    let secret = again["url"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned();
    let gone = post(&app, "/sign-in/invitation/show", json!({ "invitation": secret })).await;
    gone.problem(410, "gone");
    for (wrong, pointer) in [
        (json!({"role": "AGENT"}), "/role"),
        (json!({"role": "ADMIN", "email": "no-address"}), "/email"),
        (json!({"role": "ADMIN", "name": ""}), "/name"),
        (json!({"role": "ADMIN", "workspace": "beta"}), "unknown field"),
    ] {
        let refused = with(app.post("/api/people/invitations"), &ann).json(&wrong).send().await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.text.contains(pointer), "{wrong}: {refused:?}");
    }
    let by_manager =
        with(app.post("/api/people/invitations"), &bob).json(&json!({"role": "ADMIN"}));
    by_manager.send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn an_invitation_counts_only_while_its_maker_is_an_admin() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let bob = sign_in(&app, &link("acme", "ADMIN", "Bob").await).await;
    let bob_id = me(&app, &bob).await.json()["person"].as_str().unwrap().to_owned();
    let secret = invite(&app, &bob, "ADMIN").await;
    let accept = async || {
        let body = json!({"invitation": secret, "name": "Mallory"});
        post(&app, "/sign-in/invitation", body).await
    };
    let put = async |body: Value| {
        let path = format!("/api/people/{bob_id}");
        let changed = with(app.put(&path), &ann).json(&body).send().await;
        assert_eq!(changed.status, 200, "{changed:?}");
    };
    let is_gone = async |what: &str| {
        let answer = accept().await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (410, ""), "{what}");
        let shown = json!({ "invitation": secret });
        post(&app, "/sign-in/invitation/show", shown).await.problem(410, "gone");
    };
    put(json!({"status": "disabled"})).await;
    is_gone("switched off").await;
    put(json!({"status": "active", "role": "MANAGER"})).await;
    is_gone("lowered").await;
    put(json!({"role": "ADMIN"})).await;
    let stop = json!({"scope": "person", "id": bob_id, "reason": "a drill"});
    let stop = with(app.post("/api/panic"), &ann).json(&stop).send().await.json()["id"].clone();
    is_gone("stopped").await;
    let path = format!("/api/panic/{}", stop.as_str().unwrap());
    assert_eq!(with(app.delete(&path), &ann).send().await.status, 204);
    // The attempt has not used up the invitation.
    assert_eq!(accept().await.status, 200);
    assert_eq!(app.count("people"), 3);
}
