//! Sessions, and the page of the sign-in.

use serde_json::json;

use super::{URL, connected, cookie, invite, link, me, post, sign_in, start, with};
use crate::kit::app::until;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

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

#[tokio::test]
async fn a_session_is_renewed_by_use_for_thirty_days_at_most() {
    let app = start().await;
    let cookie = sign_in(&app, &link("acme", "ADMIN", "Ann").await).await;
    let number =
        |sql: &str| -> i64 { app.database().query_row(sql, [], |row| row.get(0)).unwrap() };
    let age = |column: &str, ms: i64| {
        let sql = format!("update sessions set {column} = {column} - {ms}");
        app.database().execute(&sql, []).unwrap();
    };
    // Three times eleven hours are more than twelve, so each use counts.
    for _ in 0..3 {
        age("used_at", 11 * HOUR);
        let before = number("select used_at from sessions");
        until("the session is renewed", async || {
            assert_eq!(me(&app, &cookie).await.status, 200);
            (number("select used_at from sessions") >= before + 11 * HOUR).then_some(())
        })
        .await;
    }
    // A use a moment ago is not written again.
    let before = number("select used_at from sessions");
    assert_eq!(me(&app, &cookie).await.status, 200);
    assert_eq!(number("select used_at from sessions"), before);
    let seconds_left = async || {
        let shown = me(&app, &cookie).await.json();
        let sql = "select unixepoch(?1) - unixepoch()";
        let at = shown["expires_at"].as_str().unwrap();
        app.database().query_row(sql, [at], |row| row.get::<_, i64>(0)).unwrap()
    };
    let left = seconds_left().await;
    assert!((11 * 3600..=12 * 3600).contains(&left), "{left}");
    // Use does not carry it beyond thirty days.
    age("created_at", 30 * DAY - HOUR);
    let left = seconds_left().await;
    assert!((1..=3600).contains(&left), "{left}");
    age("created_at", HOUR);
    me(&app, &cookie).await.problem(401, "invalid_token");
}

/// An attacker may have put a cookie into the browser before the person signs in.
#[tokio::test]
async fn a_sign_in_never_takes_over_the_session_that_a_browser_brings() {
    let app = start().await;
    let admin = sign_in(&app, &link("acme", "ADMIN", "Admin").await).await;
    let of_the_attacker = sign_in(&app, &link("acme", "MANAGER", "Mallory").await).await;
    let made_up = format!("nexus-session={}", "A".repeat(43));
    let mut seen = vec![admin.clone(), of_the_attacker.clone(), made_up.clone()];
    for planted in [&of_the_attacker, &made_up] {
        for path in ["/sign-in/link", "/sign-in/invitation"] {
            let body = match path {
                "/sign-in/link" => json!({"link": link("acme", "ADMIN", "Ann").await}),
                _ => json!({"invitation": invite(&app, &admin, "ADMIN").await, "name": "Ann"}),
            };
            let call = with(app.post(path), planted).json(&body);
            let answer = call.send().await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            let own = cookie(&answer);
            assert!(!seen.contains(&own), "{path}: {own}");
            assert_eq!(me(&app, &own).await.json()["name"], "Ann", "{path}");
            seen.push(own);
            // The attacker has nothing new.
            let theirs = me(&app, &of_the_attacker).await.json();
            assert_eq!((&theirs["name"], &theirs["role"]), (&json!("Mallory"), &json!("MANAGER")));
            me(&app, &made_up).await.problem(401, "invalid_token");
        }
    }
    // The same browser without a cookie gets none from a sign-in that fails.
    let refused = post(&app, "/sign-in/link", json!({"link": "a.b.c"})).await;
    assert_eq!((refused.status.as_u16(), refused.header("set-cookie")), (401, ""));
}
