//! An emergency stop prevents every use of a credential: calls, checks, refreshes and new connections.
//! `people` tests stops of callers.

use nexus_simulators::Kind;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, until};
use crate::kit::shortcuts::{lift, stop};
use crate::kit::upstream::Upstream;
use crate::tokens::oauth::Pair;

async fn tick_when_due(app: &App) -> Value {
    app.database().execute("update credentials set check_at = 1", []).unwrap();
    app.tick().await
}

fn is_stopped(answer: &Answer) {
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(answer.json()["code"], "stopped", "{answer:?}");
    assert!(answer.text.contains("a drill"), "{answer:?}");
}

#[tokio::test]
async fn the_credential_of_what_is_stopped_is_not_used() {
    let (app, upstream) = Upstream::connected().await;
    let key = json!({"credentials": {"key": "another-key-0123456789"}});
    let new = json!({"manifest_id": "custom-up", "name": "Second",
        "credentials": {"key": "another-key-0123456789"}});
    for (scope, id) in
        [("integration", Some("up")), ("provider", Some("custom-up")), ("workspace", None)]
    {
        let stopped = stop(&app, scope, id).await;
        is_stopped(&app.post("/api/integrations/up/check").as_admin().send().await);
        is_stopped(&app.put("/api/integrations/up").as_admin().json(&key).send().await);
        if scope != "integration" {
            is_stopped(&app.post("/api/integrations").as_admin().json(&new).send().await);
        }
        let ticked = tick_when_due(&app).await;
        assert_eq!((&ticked["checked"], &ticked["failed"]), (&json!(0), &json!(0)), "{scope}");
        assert_eq!(upstream.seen().len(), 0, "{scope}: {:?}", upstream.seen());
        lift(&app, &stopped).await;
        let checked = app.post("/api/integrations/up/check").as_admin().send().await;
        assert_eq!(checked.status, 200, "{scope}: {checked:?}");
        assert_eq!(tick_when_due(&app).await["checked"], 1, "{scope}");
        assert_eq!(upstream.seen().len(), 2, "{scope}");
        upstream.forget();
    }
    // Requests that do not use the credential still work: a rule can be narrowed, and access can be removed.
    stop(&app, "integration", Some("up")).await;
    let narrower = json!({"policy": {"agents": []}});
    let changed = app.put("/api/integrations/up").as_admin().json(&narrower).send().await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let deleted = app.delete("/api/integrations/up").as_admin().send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
}

#[tokio::test]
async fn no_token_of_what_is_stopped_is_obtained_or_refreshed() {
    let pair = Pair::start(Kind::Strict).await;
    let app = &pair.app;
    // The stop comes while a flow is in progress at the provider.
    let flow = pair.begin_with(json!({})).await;
    let back = flow.consent().await;
    let stopped = stop(app, "provider", Some("custom-strict")).await;
    let page = flow.come_back(app, &back).await;
    assert_eq!((page.status.as_u16(), page.header("x-nexus-error")), (403, "stopped"), "{page:?}");
    let call = app.post("/api/integrations/primary/authorize").as_admin();
    is_stopped(&call.json(&json!({})).send().await);
    assert_eq!(pair.provider.stats().exchanges, 0);
    lift(app, &stopped).await;

    let flow = pair.again(json!({})).await;
    let back = flow.consent().await;
    let stopped = stop(app, "workspace", None).await;
    let page = flow.come_back(app, &back).await;
    assert_eq!((page.status.as_u16(), page.header("x-nexus-error")), (403, "stopped"), "{page:?}");
    lift(app, &stopped).await;

    // A person who was switched off meanwhile cannot finish a flow.
    until("the ADMIN of the issuer appears", async || (app.count("people") == 1).then_some(()))
        .await;
    let flow = pair.again(json!({})).await;
    let back = flow.consent().await;
    let switch = |status: &str| {
        app.database().execute("update people set status = ?1", [status]).unwrap();
    };
    switch("disabled");
    let page = flow.come_back(app, &back).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert_eq!(pair.provider.stats().exchanges, 0);
    switch("active");
    pair.again(json!({})).await.finish(app).await;
    assert_eq!(pair.provider.stats().exchanges, 1);

    // A refresh token is not used either, whether the integration is active or not.
    for status in ["active", "inactive"] {
        let body = json!({ "status": status });
        let put = app.put("/api/integrations/primary").as_admin().json(&body).send().await;
        assert_eq!(put.status, 200, "{put:?}");
        let before = pair.provider.stats().refreshes;
        let stopped = stop(app, "integration", Some("primary")).await;
        pair.expire();
        let ticked = tick_when_due(app).await;
        assert_eq!((&ticked["refreshed"], &ticked["failed"]), (&json!(0), &json!(0)), "{status}");
        assert_eq!(pair.provider.stats().refreshes, before, "{status}");
        lift(app, &stopped).await;
        tick_when_due(app).await;
        assert_eq!(pair.provider.stats().refreshes, before + 1, "{status}");
    }
}
