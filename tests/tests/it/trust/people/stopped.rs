//! The effects of an emergency stop, and who can still sign in.

use serde_json::{Value, json};

use super::{connected, invite, link, me, post, sign_in, start, with};
use crate::kit::stream::Stream;
use crate::kit::token;

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
    // The owner of the machine can lift the stop, even if no ADMIN is signed in.
    let owner = sign_in(&app, &link("acme", "ADMIN", "Owner").await).await;
    with(app.get("/api/integrations"), &owner).send().await.problem(403, "stopped");
    let stops = with(app.get("/api/panic"), &owner).send().await.json();
    let path = format!("/api/panic/{}", stops["items"][0]["id"].as_str().unwrap());
    assert_eq!(with(app.delete(&path), &owner).send().await.status, 204);
    assert_eq!(accept().await.status, 200);

    // A person who is stopped by name cannot sign in by a link.
    let owner_id = me(&app, &owner).await.json()["person"].clone();
    let stop = json!({"scope": "person", "id": owner_id, "reason": "a drill"});
    assert_eq!(with(app.post("/api/panic"), &ann).json(&stop).send().await.status, 201);
    let again = link("acme", "ADMIN", "Owner").await;
    let refused = post(&app, "/sign-in/link", json!({ "link": again })).await;
    refused.problem(403, "stopped");
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
    let stream = Stream::open(&app, &upstream, &token::of("AGENT", "acme")).await;
    let body = json!({"scope": "integration", "id": "up", "reason": "a drill"});
    let stopped = app.post("/api/panic").as_admin().json(&body).send().await;
    assert_eq!(stopped.status, 201, "{stopped:?}");
    stream.is_cut().await;
}
