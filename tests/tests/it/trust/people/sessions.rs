//! Sessions, and the page of the sign-in.

use serde_json::json;

use super::{URL, connected, link, me, sign_in, start, with};

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
    // A session is never accepted for agents' calls, nor as a token.
    for path in ["/api/proxy", "/api/proxy/up/x", "/mcp"] {
        let call = with(app.call(reqwest::Method::POST, path), &cookie);
        let answer = call.json(&json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).send().await;
        assert!([401, 405].contains(&answer.status.as_u16()), "{path}: {answer:?}");
        assert_eq!(with(app.get("/api/proxy/up/x"), &cookie).send().await.status, 401);
    }
    for path in ["/api/me", "/api/integrations", "/api/proxy"] {
        assert_eq!(app.get(path).bearer(value).send().await.status, 401, "{path}");
    }
    // A token in the request takes precedence over the cookie.
    let both = app.get("/api/me").header("cookie", &cookie).as_role("MANAGER", "beta").send().await;
    assert_eq!(both.json()["workspace"], "beta");
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
    // The owner of the machine can sign anybody in.
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
        // These routes never accept a session: agents' calls, and the tick.
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
