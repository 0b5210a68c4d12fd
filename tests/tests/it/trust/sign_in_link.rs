//! The link with which a person who has lost every passkey signs in again, and attacks on it.
//!
//! The link is an invitation for one person. `people` tests what is true for every invitation.

use serde_json::{Value, json};

use super::oidc::{Scene, is_signed_in};
use super::people::{cookie, joined, link, me, post, sign_in, start, with};
use crate::kit::app::{Answer, App, until};

const INVITATIONS: &str = "/api/people/invitations";

/// Ann, an ADMIN, and Bob, a MANAGER. Both sign in here.
struct Cast {
    app: App,
    ann: String,
    bob: String,
    bob_id: String,
}

impl Cast {
    async fn new() -> Self {
        let app = start().await;
        let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
        let bob = joined(&app, &ann, "MANAGER", "Bob").await;
        let bob_id = id_of(&app, &bob).await;
        Self { app, ann, bob, bob_id }
    }

    /// Requests a link for the person `id`.
    async fn ask(&self, by: &str, id: &str) -> Answer {
        let body = json!({ "person_id": id });
        with(self.app.post(INVITATIONS), by).json(&body).send().await
    }

    /// The secret of a new link for Bob.
    async fn link_for_bob(&self, by: &str) -> String {
        secret(&self.ask(by, &self.bob_id).await)
    }

    async fn accept(&self, secret: &str) -> Answer {
        post(&self.app, "/sign-in/invitation", json!({ "invitation": secret })).await
    }

    async fn show(&self, secret: &str) -> Answer {
        post(&self.app, "/sign-in/invitation/show", json!({ "invitation": secret })).await
    }

    /// Checks that the link signs nobody in and shows nothing.
    async fn is_gone(&self, secret: &str, what: &str) {
        let refused = self.accept(secret).await;
        assert_eq!((refused.status.as_u16(), refused.header("set-cookie")), (410, ""), "{what}");
        let shown = self.show(secret).await;
        assert!(!shown.text.contains("Bob"), "{what}: {shown:?}");
        shown.problem(410, "gone");
    }

    /// Changes a person as Ann.
    async fn put(&self, id: &str, body: Value) {
        let path = format!("/api/people/{id}");
        let changed = with(self.app.put(&path), &self.ann).json(&body).send().await;
        assert_eq!(changed.status, 200, "{changed:?}");
    }

    /// Stops something as Ann, and returns the path of the stop.
    async fn stop(&self, body: Value) -> String {
        let stopped = with(self.app.post("/api/panic"), &self.ann).json(&body).send().await;
        assert_eq!(stopped.status, 201, "{stopped:?}");
        format!("/api/panic/{}", stopped.json()["id"].as_str().unwrap())
    }

    async fn lift(&self, stop: &str) {
        assert_eq!(with(self.app.delete(stop), &self.ann).send().await.status, 204);
    }
}

async fn id_of(app: &App, cookie: &str) -> String {
    me(app, cookie).await.json()["person"].as_str().unwrap().to_owned()
}

fn secret(made: &Answer) -> String {
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["url"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned()
}

#[tokio::test]
async fn exactly_the_person_signs_in_again_once() {
    let cast = Cast::new().await;
    let app = &cast.app;
    let secret = cast.link_for_bob(&cast.ann).await;
    let listed = with(app.get(INVITATIONS), &cast.ann).send().await;
    let items = listed.json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(
        (&items[0]["person_id"], &items[0]["name"], &items[0]["role"]),
        (&json!(cast.bob_id), &json!("Bob"), &json!("MANAGER"))
    );
    assert!(!listed.text.contains(&secret));
    let shown = json!({"workspace": "acme", "person_id": cast.bob_id, "role": "MANAGER",
        "name": "Bob", "email": null});
    assert_eq!(cast.show(&secret).await.json(), shown);
    // The holder of the link cannot choose a name.
    let named = json!({"invitation": secret, "name": "Mallory"});
    let refused = post(app, "/sign-in/invitation", named).await;
    assert_eq!((refused.status.as_u16(), refused.header("set-cookie")), (422, ""), "{refused:?}");

    let (one, two) = tokio::join!(cast.accept(&secret), cast.accept(&secret));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    let again = cookie(if one.status == 200 { &one } else { &two });
    let shown = me(app, &again).await.json();
    assert_eq!(
        (&shown["person"], &shown["name"], &shown["role"]),
        (&json!(cast.bob_id), &json!("Bob"), &json!("MANAGER"))
    );
    cast.is_gone(&secret, "used").await;
    assert_eq!(app.count("people"), 2);
    assert_eq!(app.count("invitations"), 0);

    // The audit record has the maker and the user of the link. The list of sessions has the method.
    let people = with(app.get("/api/people"), &cast.ann).send().await.json();
    let people = people["items"].as_array().unwrap();
    let bob = people.iter().find(|one| one["id"] == cast.bob_id.as_str()).unwrap();
    let methods: Vec<_> =
        bob["sessions"].as_array().unwrap().iter().map(|one| &one["method"]).collect();
    assert_eq!(methods, ["invitation", "sign_in_link"], "{bob}");
    let audit = with(app.get("/api/audit"), &cast.ann).send().await.json();
    let records = audit["items"].as_array().unwrap();
    let find = |action: &str, is_it: &dyn Fn(&Value) -> bool| {
        let found = records.iter().find(|one| one["action"] == action && is_it(one));
        found.unwrap_or_else(|| panic!("{action}: {audit}")).clone()
    };
    let made = find("person.sign_in_link", &|one| one["target"] == cast.bob_id.as_str());
    assert_eq!(made["actor"], id_of(app, &cast.ann).await, "{made}");
    assert_eq!(made["detail"], json!({"invitation": items[0]["id"]}));
    let used = find("person.sign_in", &|one| one["detail"]["method"] == "sign_in_link");
    assert_eq!(
        (&used["target"], &used["actor"]),
        (&json!(cast.bob_id), &json!(cast.bob_id)),
        "{used}"
    );
    assert!(!audit.to_string().contains(&secret));
}

#[tokio::test]
async fn a_new_link_replaces_the_earlier_one_and_a_deleted_one_is_dead() {
    let cast = Cast::new().await;
    let first = cast.link_for_bob(&cast.ann).await;
    // The link of another person stays valid.
    let eve = joined(&cast.app, &cast.ann, "MANAGER", "Eve").await;
    let eves = secret(&cast.ask(&cast.ann, &id_of(&cast.app, &eve).await).await);
    let second = cast.ask(&cast.ann, &cast.bob_id).await;
    cast.is_gone(&first, "replaced").await;
    let path = format!("{INVITATIONS}/{}", second.json()["id"].as_str().unwrap());
    with(cast.app.delete(&path), &cast.bob).send().await.problem(403, "forbidden");
    cast.app.delete(&path).as_role("ADMIN", "beta").send().await.problem(404, "not_found");
    assert_eq!(with(cast.app.delete(&path), &cast.ann).send().await.status, 204);
    cast.is_gone(&secret(&second), "deleted").await;
    let again = cookie(&cast.accept(&eves).await);
    assert_eq!(me(&cast.app, &again).await.json()["name"], "Eve");
    let audit = with(cast.app.get("/api/audit"), &cast.ann).send().await.json();
    let deleted = json!({"person": cast.bob_id});
    let is_it =
        |one: &Value| one["action"] == "person.invitation_delete" && one["detail"] == deleted;
    assert!(audit["items"].as_array().unwrap().iter().any(is_it), "{audit}");

    let expired = cast.link_for_bob(&cast.ann).await;
    let sql = "update invitations set expires_at = unixepoch() * 1000";
    assert_eq!(cast.app.database().execute(sql, []).unwrap(), 1);
    cast.is_gone(&expired, "expired").await;
}

#[tokio::test]
async fn only_an_admin_of_the_workspace_makes_a_link() {
    let cast = Cast::new().await;
    let (app, ann) = (&cast.app, cast.ann.as_str());
    let ann_id = id_of(app, ann).await;
    for id in [&cast.bob_id, &ann_id] {
        cast.ask(&cast.bob, id).await.problem(403, "forbidden");
    }
    let bot = with(app.post("/api/agents"), ann).json(&json!({"name": "Bot"})).send().await.json();
    let path = format!("/api/agents/{}/keys", bot["id"].as_str().unwrap());
    let key = with(app.post(&path), ann).json(&json!({})).send().await.json()["key"].clone();
    let body = json!({ "person_id": ann_id });
    let by_key = app.post(INVITATIONS).bearer(key.as_str().unwrap()).json(&body).send().await;
    by_key.problem(403, "forbidden");
    for role in ["AGENT", "MANAGER"] {
        let call = app.post(INVITATIONS).as_role(role, "acme").json(&body);
        call.send().await.problem(403, "forbidden");
    }
    // The people of another workspace are not found.
    let elsewhere = app.post(INVITATIONS).as_role("ADMIN", "beta").json(&body).send().await;
    elsewhere.problem(404, "not_found");
    for id in ["per_01J00000000000000000000000", "x", "", "' or 1 = 1 --"] {
        cast.ask(ann, id).await.problem(404, "not_found");
    }
    for (wrong, pointer) in [
        (json!({"role": "ADMIN"}), "/role"),
        (json!({"name": "Mallory"}), "/name"),
        (json!({"email": "mallory@acme.example"}), "/email"),
        (json!({"role": "no role", "name": "Bob"}), "/name"),
    ] {
        let mut body = wrong.clone();
        body["person_id"] = json!(cast.bob_id);
        let refused = with(app.post(INVITATIONS), ann).json(&body).send().await;
        let problem = refused.problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), wrong.as_object().unwrap().len(), "{problem}");
        let error = errors.iter().find(|error| error["pointer"] == pointer);
        assert!(error.unwrap().to_string().contains("`person_id`"), "{problem}");
    }
    for neither in [json!({}), json!({"name": "Bob"}), json!({"person_id": null})] {
        let refused = with(app.post(INVITATIONS), ann).json(&neither).send().await;
        refused.problem(422, "invalid");
    }
    assert_eq!(app.count("invitations"), 0);
}

#[tokio::test]
async fn a_link_counts_only_while_the_person_and_the_maker_are_active() {
    let cast = Cast::new().await;
    let cleo = sign_in(&cast.app, &link("acme", "ADMIN", "Cleo").await).await;
    let cleo_id = id_of(&cast.app, &cleo).await;
    let link = cast.link_for_bob(&cleo).await;
    for (id, off, on) in [
        (&cast.bob_id, json!({"status": "disabled"}), json!({"status": "active"})),
        (&cleo_id, json!({"status": "disabled"}), json!({"status": "active"})),
        (&cleo_id, json!({"role": "MANAGER"}), json!({"role": "ADMIN"})),
    ] {
        cast.put(id, off.clone()).await;
        cast.is_gone(&link, &format!("{id} {off}")).await;
        cast.put(id, on).await;
    }
    for id in [&cast.bob_id, &cleo_id] {
        let stop = cast.stop(json!({"scope": "person", "id": id, "reason": "a drill"})).await;
        cast.is_gone(&link, &format!("{id} is stopped")).await;
        cast.lift(&stop).await;
    }
    let stop = cast.stop(json!({"scope": "workspace", "reason": "a drill"})).await;
    let refused = cast.accept(&link).await;
    assert_eq!(refused.header("set-cookie"), "");
    refused.problem(403, "stopped");
    cast.lift(&stop).await;

    // None of these attempts has used up the link. The person gets their current role.
    cast.put(&cast.bob_id, json!({"role": "ADMIN"})).await;
    let again = cookie(&cast.accept(&link).await);
    let shown = me(&cast.app, &again).await.json();
    assert_eq!((&shown["person"], &shown["role"]), (&json!(cast.bob_id), &json!("ADMIN")));

    // No link is made for a person who could not use it.
    cast.put(&cast.bob_id, json!({"status": "disabled"})).await;
    cast.ask(&cast.ann, &cast.bob_id).await.problem(409, "person_inactive");
    cast.put(&cast.bob_id, json!({"status": "active"})).await;
    let stop = cast.stop(json!({"scope": "person", "id": cast.bob_id, "reason": "a drill"})).await;
    cast.ask(&cast.ann, &cast.bob_id).await.problem(409, "person_inactive");
    cast.lift(&stop).await;

    // The person signs in at the identity provider, or is deleted.
    let link = cast.link_for_bob(&cast.ann).await;
    let database = cast.app.database();
    let provider = "update people set issuer = 'https://id.example', subject = ?2 where id = ?1";
    database.execute(provider, [Some(cast.bob_id.as_str()), Some("u-1")]).unwrap();
    cast.is_gone(&link, "at the provider").await;
    database.execute(provider, [Some(cast.bob_id.as_str()), None]).unwrap();
    assert_eq!(cast.show(&link).await.status, 200);
    database.execute_batch("pragma foreign_keys = 1").unwrap();
    database.execute("delete from people where id = ?1", [&cast.bob_id]).unwrap();
    cast.is_gone(&link, "deleted").await;
    assert_eq!(cast.app.count("invitations"), 0);
}

#[tokio::test]
async fn the_identity_provider_never_signs_anybody_in_as_the_person() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let ask = async |id: &Value| {
        app.post(INVITATIONS).as_admin().json(&json!({ "person_id": id })).send().await
    };
    let bob = json!({"invitation": scene.invite("acme", "MANAGER").await, "name": "Bob"});
    let bob = cookie(&post(app, "/sign-in/invitation", bob).await);
    let bob_id = json!(id_of(app, &bob).await);
    let link = secret(&ask(&bob_id).await);
    let row = || {
        let sql =
            "select json_array(name, email, role, source, issuer, subject, status) from people
                   where id = ?1";
        let row = app.database().query_row(sql, [bob_id.as_str()], |row| row.get::<_, String>(0));
        row.unwrap()
    };
    // The ADMIN of the issuer appears a moment after the first token.
    let people = || {
        let sql = "select count(*) from people where source <> 'issuer'";
        app.database().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = row();
    assert_eq!(people(), 1);
    let open = json!({ "invitation": link });
    for claims in [json!({}), json!({"workspace_id": "acme"}), json!({"workspace_id": "beta"})] {
        let refused = scene.sign_in(claims.clone(), open.clone()).await;
        assert_eq!((refused.status.as_u16(), is_signed_in(&refused)), (403, false), "{claims}");
    }
    assert_eq!((row(), people()), (before.clone(), 1), "nobody is bound or made");
    // A claim with a role signs in its own person, and does not use up the link.
    let mapped =
        scene.sign_in(json!({"workspace_id": "acme", "role": "ADMIN"}), open.clone()).await;
    let eve = scene.me(&mapped).await;
    assert_ne!(eve["person"], bob_id);
    assert_eq!(row(), before);
    let again = cookie(&post(app, "/sign-in/invitation", open).await);
    assert_eq!(me(app, &again).await.json()["person"], bob_id, "the link was not used up");

    // A person who signs in elsewhere does not get a link.
    ask(&eve["person"]).await.problem(409, "signs_in_elsewhere");
    let invited = json!({"invitation": scene.invite("acme", "MANAGER").await});
    let invited = scene.me(&scene.sign_in(json!({"sub": "u-2"}), invited).await).await;
    ask(&invited["person"]).await.problem(409, "signs_in_elsewhere");
    let outside = until("the ADMIN of the issuer appears", async || {
        let listed = app.get("/api/people").as_admin().send().await.json();
        let items = listed["items"].as_array().unwrap().clone();
        items.into_iter().find(|one| one["source"] == "issuer")
    })
    .await;
    ask(&outside["id"]).await.problem(409, "signs_in_elsewhere");
}
