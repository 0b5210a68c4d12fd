//! People: the link from the machine, invitations, roles, sessions, and emergency stops.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::kit::link::{self, SECRET};
use crate::kit::token;
use crate::kit::upstream::{Reply, Upstream};

/// The address of the application in these tests, which need not be where it listens.
const URL: &str = "http://127.0.0.1:1";

pub(super) async fn start() -> App {
    Options::default().var("sign_in_secret", SECRET).start().await.unwrap()
}

/// The token in a link of the operator's tool.
pub(super) async fn link(workspace: &str, role: &str, name: &str) -> String {
    let text = link::link(URL, workspace, role, name).await;
    let (page, token) = text.split_once("#link=").expect("a link");
    assert_eq!(page, format!("{URL}/sign-in"));
    token.to_owned()
}

/// Uses a link, and returns the cookie.
pub(super) async fn sign_in(app: &App, link: &str) -> String {
    let answer = post(app, "/sign-in/link", json!({ "link": link })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    cookie(&answer)
}

pub(super) fn cookie(answer: &crate::kit::app::Answer) -> String {
    let set = answer.header("set-cookie");
    for part in ["nexus-session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    set.split(';').next().unwrap().to_owned()
}

/// A post from a page of the application.
pub(super) async fn post(app: &App, path: &str, body: Value) -> crate::kit::app::Answer {
    app.post(path).header("sec-fetch-site", "same-origin").json(&body).send().await
}

/// A request with the session.
pub(super) fn with<'a>(call: crate::kit::app::Call<'a>, cookie: &str) -> crate::kit::app::Call<'a> {
    call.header("cookie", cookie).header("sec-fetch-site", "same-origin")
}

pub(super) async fn me(app: &App, cookie: &str) -> crate::kit::app::Answer {
    with(app.get("/api/me"), cookie).send().await
}

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

    // The same name is the same person the next day, in a session of its own.
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
    // A link is not a token.
    let good = signed(json!({}), SECRET);
    assert_eq!(app.get("/api/me").bearer(&good).send().await.status, 401);
    // Login CSRF: another site cannot sign a browser in.
    for site in ["cross-site", "same-site", "none"] {
        let call = app.post("/sign-in/link").header("sec-fetch-site", site);
        call.json(&json!({ "link": good })).send().await.problem(403, "cross_site");
    }
    let call = app.post("/sign-in/link").header("origin", "https://evil.example");
    call.json(&json!({ "link": good })).send().await.problem(403, "cross_site");
    // None of that has used the link up.
    let cookie = sign_in(&app, &good).await;
    assert_eq!(me(&app, &cookie).await.json()["name"], "Eve");
    assert_eq!(app.count("people"), 1);
}

/// Accepts a new invitation of Ann's under a name of one's own, and returns the cookie.
pub(super) async fn joined(app: &App, ann: &str, role: &str, name: &str) -> String {
    let secret = invite(app, ann, role).await;
    let body = json!({"invitation": secret, "name": name});
    let answer = post(app, "/sign-in/invitation", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    cookie(&answer)
}

/// The secret of a new invitation.
async fn invite(app: &App, by: &str, role: &str) -> String {
    let call = with(app.post("/api/people/invitations"), by).json(&json!({ "role": role }));
    let answer = call.send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["url"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned()
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

    // Nor is somebody switched on again who is switched off.
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

    // What a link changed is in the record.
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

#[tokio::test]
async fn a_session_counts_for_our_own_pages_only() {
    let (app, _upstream) = connected().await;
    let cookie = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let value = cookie.split('=').nth(1).unwrap();
    let body = json!({"name": "Bot"});
    for (name, site) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-nothing", "x"),
    ] {
        for call in [
            app.post("/api/agents").json(&body),
            app.post("/api/integrations").json(&json!({})),
            app.put("/api/integrations/up").json(&json!({})),
            app.delete("/api/integrations/up"),
            app.post("/api/people/invitations").json(&json!({"role": "ADMIN"})),
            app.post("/api/panic").json(&json!({"scope": "workspace", "reason": "x"})),
            app.post("/api/sessions/end").json(&json!({})),
            app.get("/api/me"),
        ] {
            let answer = call.header("cookie", &cookie).header(name, site).send().await;
            answer.problem(403, "cross_site");
        }
    }
    let own = app.post("/api/agents").header("cookie", &cookie).header("origin", URL);
    assert_eq!(own.json(&body).send().await.status, 201);
    // Never for agents' calls, nor as a token.
    for path in ["/api/proxy", "/api/proxy/up/x", "/mcp"] {
        let call = with(app.call(reqwest::Method::POST, path), &cookie);
        let answer = call.json(&json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).send().await;
        assert!([401, 405].contains(&answer.status.as_u16()), "{path}: {answer:?}");
        assert_eq!(with(app.get("/api/proxy/up/x"), &cookie).send().await.status, 401);
    }
    for path in ["/api/me", "/api/integrations", "/api/proxy"] {
        assert_eq!(app.get(path).bearer(value).send().await.status, 401, "{path}");
    }
    // A token in the request decides, whatever the cookie says.
    let both = app.get("/api/me").header("cookie", &cookie).as_role("MANAGER", "beta").send().await;
    assert_eq!(both.json()["workspace"], "beta");
}

async fn connected() -> (App, Upstream) {
    let (app, upstream) = (start().await, Upstream::start().await);
    upstream.connect(&app, json!({})).await;
    (app, upstream)
}

#[tokio::test]
async fn a_session_ends_when_it_is_ended_and_when_its_person_is_switched_off() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let bob = sign_in(&app, &link("acme", "ADMIN", "Bob").await).await;
    let bob_again = sign_in(&app, &link("acme", "ADMIN", "Bob").await).await;
    let ended = with(app.post("/api/sessions/end"), &bob).json(&json!({})).send().await;
    assert_eq!(ended.json()["ended"], 1);
    assert!(ended.header("set-cookie").contains("Max-Age=0"), "{ended:?}");
    for _ in 0..5 {
        me(&app, &bob).await.problem(401, "invalid_token");
        assert_eq!(me(&app, &bob_again).await.status, 200);
    }
    let id = me(&app, &bob_again).await.json()["person"].as_str().unwrap().to_owned();
    let path = format!("/api/people/{id}");
    let off = with(app.put(&path), &ann).json(&json!({"status": "disabled"})).send().await;
    assert_eq!(off.json()["status"], "disabled", "{off:?}");
    assert_eq!(me(&app, &bob_again).await.status, 401);
    // The owner of the machine lets in whom they want.
    let back = sign_in(&app, &link("acme", "MANAGER", "Bob").await).await;
    assert_eq!(me(&app, &back).await.json()["role"], "MANAGER");
    for (column, age) in [("used_at", 13 * 3_600_000_i64), ("created_at", 31 * 86_400_000)] {
        let cookie = sign_in(&app, &link("acme", "ADMIN", "Cleo").await).await;
        assert_eq!(me(&app, &cookie).await.status, 200);
        let sql = format!(
            "update sessions set {column} = {column} - {age} where person_id =
            (select id from people where name = 'Cleo')"
        );
        app.database().execute(&sql, []).unwrap();
        assert_eq!(me(&app, &cookie).await.status, 401, "{column}");
    }
}

#[tokio::test]
async fn no_changing_route_takes_a_session_from_another_site() {
    let (app, _upstream) = connected().await;
    let cookie = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let document = app.get("/api/openapi.json").send().await.json();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        // These never take a session: agents' calls, and the tick.
        let takes_none = ["/api/proxy", "/mcp", "/api/tick", "/oauth"];
        if takes_none.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        let filled = path.replace("{id}", "up").replace(['{', '}'], "");
        for method in ["post", "put", "patch", "delete"] {
            if operations.get(method).is_none() {
                continue;
            }
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
                ("x-nothing", "x"),
            ] {
                let method = method.to_uppercase().parse().unwrap();
                let call = app.call(method, &filled).header("cookie", &cookie);
                let answer = call.header(name, value).json(&json!({})).send().await;
                answer.problem(403, "cross_site");
                tried += 1;
            }
        }
    }
    assert!(tried >= 60, "{tried}");
    assert_eq!(app.get("/api/integrations/up").as_admin().send().await.status, 200);
}

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
    // It was not used up by that.
    assert_eq!(accept().await.status, 200);
    assert_eq!(app.count("people"), 3);
}

#[tokio::test]
async fn nobody_signs_in_to_a_stopped_workspace_but_by_a_link_from_the_machine() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let secret = invite(&app, &ann, "ADMIN").await;
    let accept = async || {
        let body = json!({"invitation": secret, "name": "Mallory"});
        post(&app, "/sign-in/invitation", body).await
    };
    let stop = json!({"scope": "workspace", "reason": "a drill"});
    assert_eq!(with(app.post("/api/panic"), &ann).json(&stop).send().await.status, 201);
    let refused = accept().await;
    assert_eq!(refused.header("set-cookie"), "");
    refused.problem(403, "stopped");
    assert_eq!(app.count("people"), 1);
    // The owner of the machine can lift the stop, also when no ADMIN is signed in any longer.
    let owner = sign_in(&app, &link("acme", "ADMIN", "Owner").await).await;
    with(app.get("/api/integrations"), &owner).send().await.problem(403, "stopped");
    let stops = with(app.get("/api/panic"), &owner).send().await.json();
    let path = format!("/api/panic/{}", stops["items"][0]["id"].as_str().unwrap());
    assert_eq!(with(app.delete(&path), &owner).send().await.status, 204);
    assert_eq!(accept().await.status, 200);

    // Whoever is stopped by name does not get in by a link either.
    let owner_id = me(&app, &owner).await.json()["person"].clone();
    let stop = json!({"scope": "person", "id": owner_id, "reason": "a drill"});
    assert_eq!(with(app.post("/api/panic"), &ann).json(&stop).send().await.status, 201);
    let again = link("acme", "ADMIN", "Owner").await;
    let refused = post(&app, "/sign-in/link", json!({ "link": again })).await;
    refused.problem(403, "stopped");
}

#[tokio::test]
async fn a_workspace_keeps_its_last_admin() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let own = me(&app, &ann).await.json()["person"].as_str().unwrap().to_owned();
    let path = |id: &str| format!("/api/people/{id}");
    for change in [json!({"role": "MANAGER"}), json!({"status": "disabled"})] {
        let refused = with(app.put(&path(&own)), &ann).json(&change).send().await;
        refused.problem(409, "last_admin");
    }
    // An ADMIN of an outside issuer counts if a token has shown lately that they still are one.
    assert_eq!(app.get("/api/audit").as_admin().send().await.status, 200);
    crate::kit::app::until("the outside ADMIN appears", async || {
        (app.count("people") == 2).then_some(())
    })
    .await;
    let database = app.database();
    let seen = |days: i64| {
        let sql = "update people set last_seen_at = (unixepoch() - ?1 * 86400) * 1000
                   where source = 'issuer'";
        database.execute(sql, [days]).unwrap();
    };
    seen(31);
    let lower = with(app.put(&path(&own)), &ann).json(&json!({"role": "MANAGER"})).send().await;
    lower.problem(409, "last_admin");
    seen(29);
    let lower = with(app.put(&path(&own)), &ann).json(&json!({"role": "MANAGER"})).send().await;
    assert_eq!(lower.status, 200, "{lower:?}");
    database.execute("delete from people where source = 'issuer'", []).unwrap();
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    // Two ADMINs lower each other at the same time: one stays.
    let bob = sign_in(&app, &link("acme", "ADMIN", "Bob").await).await;
    let other = me(&app, &bob).await.json()["person"].as_str().unwrap().to_owned();
    let (other_path, own_path, lower) = (path(&other), path(&own), json!({"role": "MANAGER"}));
    let (one, two) = tokio::join!(
        with(app.put(&other_path), &ann).json(&lower).send(),
        with(app.put(&own_path), &bob).json(&lower).send()
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert!([[200, 403], [200, 409]].contains(&statuses), "{one:?} {two:?}");
    let admins = "select count(*) from people where role = 'ADMIN' and status = 'active'";
    let left: i64 = app.database().query_row(admins, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_person_of_an_outside_issuer_appears_and_can_be_switched_off() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let call = || app.get("/api/integrations").as_role("MANAGER", "acme");
    assert_eq!(call().send().await.status, 200);
    let person = crate::kit::app::until("the person appears", async || {
        let listed = with(app.get("/api/people"), &ann).send().await.json();
        let items = listed["items"].as_array().unwrap().clone();
        items.into_iter().find(|one| one["source"] == "issuer")
    })
    .await;
    let path = format!("/api/people/{}", person["id"].as_str().unwrap());
    let lower = with(app.put(&path), &ann).json(&json!({"role": "ADMIN"})).send().await;
    lower.problem(409, "role_managed_elsewhere");
    let off = with(app.put(&path), &ann).json(&json!({"status": "disabled"})).send().await;
    assert_eq!(off.status, 200, "{off:?}");
    call().send().await.problem(401, "invalid_token");
}

#[tokio::test]
async fn a_stop_counts_at_once_in_its_scope_and_only_there() {
    let (app, _upstream) = connected().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let agent = async |name: &str| {
        let made = with(app.post("/api/agents"), &ann).json(&json!({ "name": name })).send().await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/agents/{id}/keys");
        let key = with(app.post(&path), &ann).json(&json!({})).send().await.json();
        (id, key["key"].as_str().unwrap().to_owned())
    };
    let ((one, one_key), (_, two_key)) = (agent("one").await, agent("two").await);
    let call =
        async |key: &str| app.get("/api/proxy/up/x").bearer(key).send().await.status.as_u16();
    let up = app.get("/api/integrations/up").as_admin().send().await.json();
    let bob = sign_in(&app, &link("acme", "MANAGER", "Bob").await).await;
    let bob_id = me(&app, &bob).await.json()["person"].as_str().unwrap().to_owned();
    for (scope, id, expected, bobs) in [
        ("agent", json!(one), (403, 200), 200),
        ("person", json!(bob_id), (200, 200), 403),
        ("integration", up["slug"].clone(), (403, 403), 200),
        ("provider", json!("custom-up"), (403, 403), 200),
        ("workspace", Value::Null, (403, 403), 403),
    ] {
        assert_eq!((call(&one_key).await, call(&two_key).await), (200, 200), "{scope}");
        let id_query = id.as_str().map_or(String::new(), |id| format!("&id={id}"));
        let path = format!("/api/panic/preview?scope={scope}{id_query}");
        let preview = with(app.get(&path), &ann).send().await;
        assert_eq!(preview.status, 200, "{preview:?}");
        let body = json!({"scope": scope, "id": id, "reason": "a drill"});
        let stopped = with(app.post("/api/panic"), &ann).json(&body).send().await;
        assert_eq!(stopped.status, 201, "{stopped:?}");
        let stop = stopped.json()["id"].as_str().unwrap().to_owned();
        for _ in 0..5 {
            assert_eq!((call(&one_key).await, call(&two_key).await), expected, "{scope}");
            assert_eq!(me(&app, &bob).await.status.as_u16(), bobs, "{scope}");
        }
        if scope == "workspace" {
            let refused = with(app.get("/api/integrations"), &ann).send().await;
            assert!(
                refused.problem(403, "stopped")["detail"].as_str().unwrap().contains("a drill")
            );
            let shown = me(&app, &ann).await;
            assert_eq!(shown.json()["may"]["stop"], true, "{shown:?}");
            let other = app.get("/api/integrations").as_role("ADMIN", "beta").send().await;
            assert_eq!(other.status, 200, "another workspace goes on");
        }
        let lifted = with(app.delete(&format!("/api/panic/{stop}")), &ann).send().await;
        assert_eq!(lifted.status, 204, "{scope}: {lifted:?}");
    }
    assert_eq!(with(app.get("/api/panic"), &ann).send().await.json()["items"], json!([]));
    let audit = app.get("/api/audit").as_admin().send().await.text;
    assert_eq!(audit.matches("\"panic.stop\"").count(), 5);
    assert_eq!(audit.matches("\"panic.lift\"").count(), 5);
    for (body, status) in [
        (json!({"scope": "agent", "reason": "x"}), 422),
        (json!({"scope": "workspace", "id": "acme", "reason": "x"}), 422),
        (json!({"scope": "agent", "id": "agt_none", "reason": "x"}), 404),
        (json!({"scope": "all", "reason": "x"}), 422),
        (json!({"scope": "workspace", "reason": ""}), 422),
    ] {
        let refused = with(app.post("/api/panic"), &ann).json(&body).send().await;
        assert_eq!(refused.status, status, "{body}: {refused:?}");
    }
    let by_manager = with(app.post("/api/panic"), &bob);
    let by_manager = by_manager.json(&json!({"scope": "workspace", "reason": "x"})).send().await;
    by_manager.problem(403, "forbidden");
}

#[tokio::test]
async fn a_stream_ends_when_its_integration_is_stopped() {
    let (app, upstream) = connected().await;
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let receiver = std::sync::Mutex::new(Some(receiver));
    upstream.answer(move |_| {
        let head = b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\n\r\n".to_vec();
        Reply::Stream(head, receiver.lock().unwrap().take().unwrap())
    });
    let mut stream = reqwest::Client::new()
        .get(format!("{}/api/proxy/up/x", app.url))
        .bearer_auth(token::of("AGENT", "acme"))
        .send()
        .await
        .unwrap();
    sender.send(b"data: 1\n\n".to_vec()).unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let body = json!({"scope": "integration", "id": "up", "reason": "a drill"});
    let stopped = app.post("/api/panic").as_admin().json(&body).send().await;
    assert_eq!(stopped.status, 201, "{stopped:?}");
    let ended = async {
        loop {
            let _ = sender.send(b"data: more\n\n".to_vec());
            tokio::time::sleep(Duration::from_millis(100)).await;
            if !matches!(stream.chunk().await, Ok(Some(_))) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the stream goes on");
}

#[tokio::test]
async fn the_page_is_not_framed_and_loads_nothing_from_elsewhere() {
    let app = start().await;
    let page = app.get("/sign-in").send().await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("img-src 'self'"));
    assert!(page.text.contains("<img src=\"/icon.svg\""), "{page:?}");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    for asset in ["/sign-in/page.js", "/sign-in/page.css"] {
        assert!(page.text.contains(asset));
        assert_eq!(app.get(asset).send().await.status, 200, "{asset}");
    }
    assert!(!page.text.contains("http"), "{page:?}");
    assert_eq!(app.get("/sign-in/elsewhere").send().await.status, 404);
}
