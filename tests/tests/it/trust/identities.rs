//! An outside issuer's subject stays the same person or agent, whatever role its token has.

use serde_json::{Value, json};

use crate::kit::app::{App, until};
use crate::kit::token;
use crate::kit::upstream::Upstream;

/// A token of `sub` with `role`.
fn of(sub: &str, role: &str) -> String {
    let mut claims = token::claims(role, "acme");
    claims["sub"] = sub.into();
    token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET)
}

async fn call(app: &App, token: &str) -> u16 {
    app.get("/api/proxy/up/x").bearer(token).send().await.status.as_u16()
}

async fn read(app: &App, token: &str) -> u16 {
    app.get("/api/integrations").bearer(token).send().await.status.as_u16()
}

async fn me(app: &App, token: &str) -> u16 {
    app.get("/api/me").bearer(token).send().await.status.as_u16()
}

/// Waits until the agent or person with `subject` is in the list at `path`, and returns the document.
async fn appears(app: &App, path: &str, member: &str, subject: &str) -> Value {
    until(&format!("{subject} appears"), async || {
        let listed = app.get(path).as_admin().send().await.json();
        listed["items"].as_array().unwrap().iter().find(|one| one[member] == subject).cloned()
    })
    .await
}

async fn agent_of(app: &App, subject: &str) -> String {
    let found = appears(app, "/api/agents", "subject", subject).await;
    format!("/api/agents/{}", found["id"].as_str().unwrap())
}

async fn person_of(app: &App, subject: &str) -> String {
    let found = appears(app, "/api/people", "name", subject).await;
    format!("/api/people/{}", found["id"].as_str().unwrap())
}

async fn switch(app: &App, path: &str, status: &str) {
    let body = json!({ "status": status });
    let changed = app.put(path).as_admin().json(&body).send().await;
    assert_eq!(changed.json()["status"], status, "{changed:?}");
}

/// Stops an agent or a person, runs `meanwhile`, and lifts the stop.
async fn stopped(app: &App, path: &str, meanwhile: impl AsyncFnOnce()) {
    let (list, id) = path.rsplit_once('/').unwrap();
    let scope = if list == "/api/people" { "person" } else { "agent" };
    let body = json!({"scope": scope, "id": id, "reason": "a drill"});
    let stop = app.post("/api/panic").as_admin().json(&body).send().await;
    assert_eq!(stop.status, 201, "{stop:?}");
    meanwhile().await;
    let path = format!("/api/panic/{}", stop.json()["id"].as_str().unwrap());
    assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
}

#[tokio::test]
async fn a_person_who_is_switched_off_does_not_go_on_as_an_agent() {
    let (app, _upstream) = Upstream::connected().await;
    let (agent, manager, none) =
        (of("mallory", "AGENT"), of("mallory", "MANAGER"), of("mallory", "-"));
    let other = of("other", "AGENT");
    assert_eq!(read(&app, &manager).await, 200);
    let person = person_of(&app, "mallory").await;
    // In the first round the agent has no row yet. In the second round it has one.
    for _ in 0..2 {
        switch(&app, &person, "disabled").await;
        assert_eq!((read(&app, &manager).await, call(&app, &agent).await), (401, 401));
        assert_eq!((me(&app, &none).await, call(&app, &other).await), (401, 200));
        switch(&app, &person, "active").await;
        assert_eq!((read(&app, &manager).await, call(&app, &agent).await), (200, 200));
        stopped(&app, &person, async || {
            assert_eq!((read(&app, &manager).await, call(&app, &agent).await), (403, 403));
            assert_eq!((me(&app, &none).await, call(&app, &other).await), (403, 200));
        })
        .await;
        assert_eq!((read(&app, &manager).await, call(&app, &agent).await), (200, 200));
        agent_of(&app, "mallory").await;
    }
}

#[tokio::test]
async fn an_agent_that_is_switched_off_does_not_go_on_as_a_person() {
    let (app, _upstream) = Upstream::connected().await;
    let (agent, manager, none) = (of("robot", "AGENT"), of("robot", "MANAGER"), of("robot", "-"));
    let other = of("other", "MANAGER");
    assert_eq!(call(&app, &agent).await, 200);
    let path = agent_of(&app, "robot").await;
    stopped(&app, &path, async || {
        assert_eq!((call(&app, &agent).await, me(&app, &none).await), (403, 403));
        assert_eq!((read(&app, &manager).await, read(&app, &other).await), (403, 200));
    })
    .await;
    let person = person_of(&app, "robot").await;
    assert_eq!(read(&app, &manager).await, 200);
    // A MANAGER can switch off agents, but must not switch off people by switching off their agents.
    let body = json!({"status": "disabled"});
    let off = app.put(&path).as_role("MANAGER", "acme").json(&body).send().await;
    assert_eq!(off.status, 200, "{off:?}");
    assert_eq!((call(&app, &agent).await, read(&app, &manager).await), (401, 200));
    stopped(&app, &path, async || assert_eq!(read(&app, &manager).await, 403)).await;
    switch(&app, &person, "disabled").await;
    assert_eq!(read(&app, &manager).await, 401);

    // The person has no row yet. The agent's status counts for the person, who appears as switched off.
    let (agent, manager) = (of("unknown", "AGENT"), of("unknown", "MANAGER"));
    assert_eq!(call(&app, &agent).await, 200);
    let path = agent_of(&app, "unknown").await;
    switch(&app, &path, "disabled").await;
    assert_eq!((read(&app, &manager).await, call(&app, &agent).await), (401, 401));
    let found = appears(&app, "/api/people", "name", "unknown").await;
    assert_eq!(found["status"], "disabled", "{found}");
    assert_eq!(read(&app, &manager).await, 401);
    let person = person_of(&app, "unknown").await;
    switch(&app, &person, "active").await;
    assert_eq!((read(&app, &manager).await, call(&app, &agent).await), (200, 401));
}
