//! Roles of people, and people of outside issuers.

use serde_json::json;

use super::{link, me, sign_in, start, with};

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
    // An ADMIN of an outside issuer counts if a recent token has shown the role.
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
    // Two ADMINs lower each other's role at the same time. One of them stays ADMIN.
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
async fn nobody_is_made_an_agent_or_given_an_unknown_role() {
    let app = start().await;
    let ann = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let bob = sign_in(&app, &link("acme", "MANAGER", "Bob").await).await;
    let id = me(&app, &bob).await.json()["person"].as_str().unwrap().to_owned();
    for role in ["AGENT", "OWNER", "admin", ""] {
        let body = json!({ "role": role });
        for call in [app.put(&format!("/api/people/{id}")), app.post("/api/people/invitations")] {
            let refused = with(call, &ann).json(&body).send().await;
            let problem = refused.problem(422, "invalid");
            let error = &problem["errors"][0];
            assert_eq!(error["pointer"], "/role", "{problem}");
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.contains("ADMIN or MANAGER") && detail.contains(role), "{problem}");
        }
    }
    assert_eq!(me(&app, &bob).await.json()["role"], "MANAGER");
    let open = with(app.get("/api/people/invitations"), &ann).send().await.json();
    assert_eq!(open["items"], json!([]));
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
    // AGENT is a role of tokens. Only the identity provider can give it to a person.
    let agent = with(app.put(&path), &ann).json(&json!({"role": "AGENT"})).send().await;
    assert!(agent.problem(422, "invalid").to_string().contains("/role"), "{agent:?}");
    let off = with(app.put(&path), &ann).json(&json!({"status": "disabled"})).send().await;
    assert_eq!(off.status, 200, "{off:?}");
    call().send().await.problem(401, "invalid_token");
}
