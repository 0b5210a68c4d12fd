//! Attempts to get a token, or a token with more access than a person agreed to.

use reqwest::Method;
use serde_json::json;

use crate::apps::connect::is_let_in;
use crate::kit::app::{App, until};
use crate::kit::person::{
    CALLBACK, EVERYTHING, Person, Program, VERIFIER, parameter, submit, text, token_of, with_client,
};

/// Checks that `/oauth/token` rejects the request with this error.
fn refused(answer: &crate::kit::app::Answer, code: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["error"], code, "{answer:?}");
}

#[tokio::test]
async fn a_code_counts_once_and_a_second_use_ends_what_came_of_it() {
    let (app, program, person) = with_client("ADMIN").await;
    let code = program.agreed(&app, &person, EVERYTHING).await;
    let tokens = program.exchange(&app, &code, &[]).await.json();
    let access = text(&tokens, "access_token");
    assert!(is_let_in(&app, &access).await);
    refused(&program.exchange(&app, &code, &[]).await, "invalid_grant");
    assert!(!is_let_in(&app, &access).await, "a token of a code that was used twice");
    refused(&program.refresh(&app, &text(&tokens, "refresh_token"), &[]).await, "invalid_grant");
    assert_eq!(app.count("app_grants"), 0);
}

#[tokio::test]
async fn a_code_used_twice_at_once_gives_one_token_at_most() {
    let (app, program, person) = with_client("ADMIN").await;
    let code = program.agreed(&app, &person, EVERYTHING).await;
    let both = [program.exchange(&app, &code, &[]), program.exchange(&app, &code, &[])];
    let answers = futures::future::join_all(both).await;
    let given = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(given.count(), 1, "{answers:?}");
    assert_eq!(app.count("app_grants"), 0);
}

#[tokio::test]
async fn a_code_that_is_too_old_is_refused() {
    let (app, program, person) = with_client("ADMIN").await;
    let code = program.agreed(&app, &person, EVERYTHING).await;
    app.database().execute("update app_codes set created_at = created_at - 60000", []).unwrap();
    refused(&program.exchange(&app, &code, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn a_stolen_code_is_of_no_use_without_the_rest() {
    let (app, program, person) = with_client("ADMIN").await;
    let other = Program::register(&app).await;
    let code = program.agreed(&app, &person, EVERYTHING).await;
    let short = &VERIFIER[..42];
    let wrong = VERIFIER.replace('a', "b");
    for (name, value, error) in [
        ("code_verifier", "", "invalid_request"),
        ("code_verifier", short, "invalid_grant"),
        ("code_verifier", wrong.as_str(), "invalid_grant"),
        ("redirect_uri", "", "invalid_request"),
        ("redirect_uri", "https://app.example.com/cb/", "invalid_grant"),
        ("client_id", other.id.as_str(), "invalid_grant"),
        ("client_id", "", "invalid_request"),
        ("resource", "https://other.example/mcp", "invalid_target"),
        ("code", "x", "invalid_grant"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        let answer = program.exchange(&app, &code, &[(name, value)]).await;
        refused(&answer, error);
        assert!(!answer.text.contains(&code), "{answer:?}");
    }
    let answer = app.post("/oauth/token").json(&json!({"grant_type": "authorization_code"}));
    refused(&answer.send().await, "invalid_request");
    let twice = format!("grant_type=authorization_code&code={code}&code={code}");
    let call = app.post("/oauth/token").body("application/x-www-form-urlencoded", twice);
    refused(&call.send().await, "invalid_request");
    assert_eq!(program.exchange(&app, &code, &[]).await.status, 200);
}

/// The browser brings an error to the program only if the redirect URI belongs to the program.
#[tokio::test]
async fn a_request_that_is_not_right_is_not_shown_to_the_person() {
    let (app, program, person) = with_client("ADMIN").await;
    let long = "x".repeat(3000);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", VERIFIER, "invalid_request"),
        ("resource", "https://other.example/mcp", "invalid_target"),
        ("resource", "http://127.0.0.1:1/mcp/x", "invalid_target"),
        ("resource", "http://127.0.0.1:1@other.example/mcp", "invalid_target"),
        ("resource", "http://127.0.0.1:11/mcp", "invalid_target"),
        ("scope", "admin", "invalid_scope"),
        ("state", long.as_str(), "invalid_request"),
    ] {
        let answer = program.ask(&app, &person, &[(name, value)]).await;
        let location = answer.header("location");
        assert!(location.starts_with(CALLBACK), "{name}={value}: {answer:?}");
        assert_eq!(parameter(location, "error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(parameter(location, "iss").as_deref(), Some("http://127.0.0.1:1"));
        // Anyone can register a redirect URI, so a browser without a session is not sent there.
        for cookie in ["", "nexus-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let path = program.request(&[(name, value)]);
            let answer = app.get(&path).header("cookie", cookie).send().await;
            let location = answer.header("location");
            assert_eq!(answer.status, 303, "{name}={value}: {answer:?}");
            let back = parameter(&format!("http://x{location}"), "return_to");
            assert!(location.starts_with("/sign-in?return_to=%2Foauth"), "{location}");
            assert_eq!(back.as_deref(), Some(path.as_str()));
        }
    }
    for (name, value) in [
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/cb"),
        ("redirect_uri", "https://app.example.com/cb/../evil"),
        ("redirect_uri", "https://app.example.com/cb?x=1"),
        ("redirect_uri", "https://app.example.com.evil.example/cb"),
        ("redirect_uri", "javascript:alert(1)"),
        ("client_id", ""),
        ("client_id", "nxc_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("client_id", "<script>alert(1)</script>"),
    ] {
        for answer in [
            program.ask(&app, &person, &[(name, value)]).await,
            app.get(&program.request(&[(name, value)])).send().await,
        ] {
            assert_eq!(answer.status, 400, "{name}={value}: {answer:?}");
            assert_eq!(answer.header("location"), "", "{name}={value}");
            assert!(!answer.text.contains("<script"), "{answer:?}");
        }
    }
    assert_eq!(app.count("app_requests"), 0);
}

/// The broker goes to public hosts only, whatever `private_hosts` allows for integrations.
#[tokio::test]
async fn a_client_whose_document_is_inside_is_not_asked() {
    let app = crate::kit::app::Options::default()
        .var("private_hosts", "http://127.0.0.0/8:*,https://127.0.0.0/8:*,https://10.0.0.1:443")
        .start()
        .await
        .unwrap();
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    for id in [
        "https://127.0.0.1/client.json",
        "https://10.0.0.1/client.json",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/client.json",
        "https://0x7f000001/client.json",
        "https://localhost/client.json",
        "https://broker.spin.internal/v1/health",
        "https://db.internal/client.json",
        "https://10.0.0.1.nip.io/client.json",
        "https://public.example.com:8443/client.json",
        "https://host./client.json",
        "http://127.0.0.1/client.json",
        "https://user@example.com/client.json",
    ] {
        let answer = program.ask(&app, &person, &[("client_id", id)]).await;
        assert_eq!(answer.status, 400, "{id}: {answer:?}");
        assert!(answer.text.contains("cannot be connected"), "{id}: {answer:?}");
        assert_eq!(answer.header("location"), "");
    }
    let kept: i64 = app
        .database()
        .query_row("select count(*) from app_clients where id like 'http%'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 0);
}

/// A copy of a document is used while it is fresh. Its redirect URIs are compared like any others.
#[tokio::test]
async fn a_client_by_its_document_is_shown_with_its_host() {
    let (app, _, person) = with_client("ADMIN").await;
    let id = "https://client.example.com/oauth.json";
    let metadata = json!({"name": "Editor", "redirect_uris": ["http://127.0.0.1/cb"],
        "may_refresh": true});
    app.database()
        .execute(
            "insert into app_clients (id, metadata, created_at, fresh_until) values (?1, ?2, 1, ?3)",
            (id, metadata.to_string(), i64::MAX / 2),
        )
        .unwrap();
    let program = Program { id: id.to_owned() };
    let page = program.ask(&app, &person, &[("redirect_uri", "http://127.0.0.1:4711/cb")]).await;
    for words in ["Connect Editor?", "client.example.com <strong>not verified", "this computer"] {
        assert!(page.text.contains(words), "{words}: {page:?}");
    }
    let page = program.ask(&app, &person, &[]).await;
    assert_eq!((page.status.as_u16(), page.header("location")), (400, ""), "{page:?}");
}

#[tokio::test]
async fn the_page_cannot_be_framed_and_has_no_script() {
    let (app, program, person) = with_client("ADMIN").await;
    let wrong = program.ask(&app, &person, &[("redirect_uri", "https://evil.example/")]).await;
    for page in [program.ask(&app, &person, &[]).await, wrong] {
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("access-control-allow-origin"), "");
        assert!(!page.text.contains("<script") && !page.text.contains(" style="), "{page:?}");
    }
    assert!(app.get("/oauth/page.css").send().await.header("content-type").starts_with("text/css"));
}

/// The names that a client or an admin chose are shown as plain text.
#[tokio::test]
async fn a_name_is_never_a_part_of_the_page() {
    let app = App::start().await;
    let name = "<img src=x onerror=alert(1)>\"'&";
    let body = json!({"client_name": name, "redirect_uris": [CALLBACK]});
    let answer = app.post("/oauth/register").json(&body).send().await;
    let program = Program { id: text(&answer.json(), "client_id") };
    let person = Person::sign_in(&app, "<b>ann</b>", "ADMIN");
    let page = program.ask(&app, &person, &[]).await;
    assert!(page.text.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"), "{page:?}");
    assert!(!page.text.contains("<img") && !page.text.contains("<b>"), "{page:?}");
}

#[tokio::test]
async fn another_site_cannot_agree_for_a_person() {
    let (app, program, person) = with_client("ADMIN").await;
    let other = Person::sign_in(&app, "bob", "ADMIN");
    let token = token_of(&program.ask(&app, &person, &[]).await);
    let body = format!("token={token}&{EVERYTHING}");
    let form = "application/x-www-form-urlencoded";
    let cookie = person.header();
    for (headers, status) in [
        (vec![("sec-fetch-site", "cross-site"), ("cookie", cookie.as_str())], 403),
        (vec![("sec-fetch-site", "same-site"), ("cookie", cookie.as_str())], 403),
        (vec![("sec-fetch-site", "none"), ("cookie", cookie.as_str())], 403),
        (vec![("origin", "https://evil.example"), ("cookie", cookie.as_str())], 403),
        (vec![("origin", "null"), ("cookie", cookie.as_str())], 403),
        (vec![("cookie", cookie.as_str())], 403),
        (vec![("sec-fetch-site", "same-origin")], 401),
    ] {
        let mut call = app.post("/oauth/authorize");
        for (name, value) in &headers {
            call = call.header(name, value);
        }
        let answer = call.body(form, body.clone()).send().await;
        assert_eq!(answer.status, status, "{headers:?}: {answer:?}");
        assert_eq!(answer.header("location"), "");
    }
    // A token of an issuer, even of an ADMIN, is not a person in a browser.
    let call = app.post("/oauth/authorize").as_admin().body(form, body.clone());
    assert_eq!(call.send().await.status, 403);
    // The token in the form belongs to one session, and counts once.
    let answer = submit(&app, &other, &token, EVERYTHING).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (400, ""), "{answer:?}");
    for wrong in ["", "x", &"x".repeat(43)] {
        assert_eq!(submit(&app, &person, wrong, EVERYTHING).await.status, 400, "{wrong}");
    }
    assert_eq!(app.count("agents"), 0);
    assert_eq!(submit(&app, &person, &token, EVERYTHING).await.status, 303);
    assert_eq!(submit(&app, &person, &token, EVERYTHING).await.status, 400);
    assert_eq!(app.count("agents"), 1);
    assert_eq!(app.call(Method::PUT, "/oauth/authorize").send().await.status, 405);
}

#[tokio::test]
async fn a_person_who_does_not_agree_is_asked_nothing_more() {
    let (app, program, person) = with_client("ADMIN").await;
    let token = token_of(&program.ask(&app, &person, &[]).await);
    let answer = submit(&app, &person, &token, "decision=deny").await;
    let location = answer.header("location");
    assert_eq!(parameter(location, "error").as_deref(), Some("access_denied"), "{answer:?}");
    assert_eq!(parameter(location, "state").as_deref(), Some("a state & more"));
    assert_eq!(submit(&app, &person, &token, EVERYTHING).await.status, 400);
    assert_eq!(app.count("agents"), 0);
    // An incomplete form does not use up the token.
    let token = token_of(&program.ask(&app, &person, &[]).await);
    for form in [
        "",
        "decision=allow",
        "decision=allow&access=admin&which=all&days=30",
        "decision=allow&access=call&which=all&days=9999",
        "decision=allow&access=call&which=chosen&days=30",
        "decision=allow&access=call&which=chosen&days=30&integration=int_of_another",
    ] {
        assert_eq!(submit(&app, &person, &token, form).await.status, 400, "{form}");
    }
    assert_eq!(submit(&app, &person, &token, EVERYTHING).await.status, 303);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_app() {
    let (app, program, person) = with_client("ADMIN").await;
    let first = program.connect(&app, &person, EVERYTHING).await;
    let stolen = text(&first, "refresh_token");
    let second = program.refresh(&app, &stolen, &[]).await.json();
    refused(&program.refresh(&app, &stolen, &[]).await, "invalid_grant");
    refused(&program.refresh(&app, &text(&second, "refresh_token"), &[]).await, "invalid_grant");
    for tokens in [first, second] {
        assert!(!is_let_in(&app, &text(&tokens, "access_token")).await);
    }
    let record = app.get("/api/audit").as_admin().send().await.text;
    assert!(record.contains("a refresh token was used twice"), "{record}");
}

#[tokio::test]
async fn a_token_that_is_not_right_is_refused() {
    let (app, program, person) = with_client("ADMIN").await;
    let tokens = program.connect(&app, &person, EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    assert!(!is_let_in(&app, &refresh).await, "a refresh token is let in");
    assert!(!is_let_in(&app, &access[..access.len() - 1]).await);
    assert!(!is_let_in(&app, &access.replace("nxt_", "nxa_")).await);
    refused(&program.refresh(&app, &access, &[]).await, "invalid_grant");
    assert!(is_let_in(&app, &access).await);
    // The token is for another address, such as the previous address of this application.
    let set = |resource: &str| {
        app.database().execute("update app_grants set resource = ?1", [resource]).unwrap();
    };
    let renewed = program.refresh(&app, &refresh, &[]).await.json();
    set("https://other.example/mcp");
    assert!(!is_let_in(&app, &text(&renewed, "access_token")).await);
    set("http://127.0.0.1:1/mcp");
    assert!(is_let_in(&app, &text(&renewed, "access_token")).await);
    // The token has expired.
    app.database()
        .execute("update app_tokens set expires_at = 1 where kind = 'access'", [])
        .unwrap();
    assert!(!is_let_in(&app, &text(&renewed, "access_token")).await);
}

#[tokio::test]
async fn no_secret_of_the_server_is_stored_or_logged() {
    let (app, program, person) = with_client("ADMIN").await;
    let page = program.ask(&app, &person, &[]).await;
    let form = token_of(&page);
    let answer = submit(&app, &person, &form, EVERYTHING).await;
    let code = parameter(answer.header("location"), "code").unwrap();
    let tokens = program.exchange(&app, &code, &[]).await.json();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    assert!(is_let_in(&app, &access).await);
    let secret = |token: &str| token.split('_').nth(2).unwrap().to_owned();
    let secrets = [form, code, secret(&access), secret(&refresh), person.cookie.clone()];
    for secret in &secrets {
        app.ensure_not_stored(secret);
    }
    let log = app.log();
    assert!(secrets.iter().all(|secret| !log.contains(secret.as_str())), "{log}");
}

/// Every change that ends access takes effect with the next call, on every instance.
#[tokio::test]
async fn an_app_stops_when_it_or_its_person_is_switched_off() {
    let (app, program, person) = with_client("MANAGER").await;
    let set = |sql: &str| app.database().execute(sql, []).unwrap();
    let tokens = program.connect(&app, &person, EVERYTHING).await;
    let access = text(&tokens, "access_token");
    for (off, on) in [
        ("update people set status = 'disabled'", "update people set status = 'active'"),
        ("update agents set status = 'disabled'", "update agents set status = 'active'"),
        // The person may no longer do what they agreed to.
        ("update people set role = 'AGENT'", "update people set role = 'MANAGER'"),
    ] {
        assert!(is_let_in(&app, &access).await, "{on}");
        set(off);
        assert!(!is_let_in(&app, &access).await, "{off}");
        set(on);
    }
    set("update people set status = 'disabled'");
    let refresh = text(&tokens, "refresh_token");
    refused(&program.refresh(&app, &refresh, &[]).await, "invalid_grant");
    set("update people set status = 'active'");
    assert_eq!(program.refresh(&app, &refresh, &[]).await.status, 200);
    // A sign-out ends the person's session. It does not end the apps that they connected.
    set("delete from sessions");
    until("the app goes on", async || is_let_in(&app, &access).await.then_some(())).await;
}
