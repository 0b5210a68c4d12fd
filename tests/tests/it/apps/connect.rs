//! From a registration to a call, and to the end of the app.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::app::{App, Call};
use crate::kit::person::{
    CALLBACK, EVERYTHING, Person, Program, parameter, post, submit, text, token_of, with_client,
};
use crate::kit::token;

/// The items of a list.
async fn listed(call: Call<'_>) -> Value {
    call.send().await.json()["items"].clone()
}

/// Whether `/mcp` accepts a token.
pub(super) async fn is_let_in(app: &App, token: &str) -> bool {
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let answer = app.post("/mcp").bearer(token).json(&ping).send().await;
    assert!([200, 401].contains(&answer.status.as_u16()), "{answer:?}");
    answer.status == 200
}

#[tokio::test]
async fn a_program_that_knows_the_url_alone_finds_its_way() {
    let app = App::start().await;
    let answer = app.post("/mcp").json(&json!({})).send().await;
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(challenge.contains("/.well-known/oauth-protected-resource/mcp"), "{challenge}");
    let resource = app.get("/.well-known/oauth-protected-resource/mcp").send().await.json();
    assert_eq!(resource["authorization_servers"], json!(["http://127.0.0.1:1"]));
    assert_eq!(resource["scopes_supported"], json!(["integrations:read", "integrations:call"]));
    for path in ["", "/mcp"] {
        let path = format!("/.well-known/oauth-authorization-server{path}");
        let answer = app.get(&path).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let server = answer.json();
        assert_eq!(server["issuer"], "http://127.0.0.1:1");
        assert_eq!(server["authorization_endpoint"], "http://127.0.0.1:1/oauth/authorize");
        assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(server["authorization_response_iss_parameter_supported"], true);
        assert_eq!(server["client_id_metadata_document_supported"], true);
    }
    let other = app.get("/.well-known/oauth-authorization-server/other").send().await;
    other.problem(404, "not_found");
}

/// A program in a browser sends its requests from a page of another origin.
#[tokio::test]
async fn a_program_in_a_browser_gets_in() {
    let app = App::start().await;
    for (path, method) in [
        ("/oauth/token", "POST"),
        ("/oauth/register", "POST"),
        ("/oauth/revoke", "POST"),
        ("/.well-known/oauth-authorization-server", "GET"),
        ("/.well-known/oauth-protected-resource/mcp", "GET"),
    ] {
        // `App::call` is not used, because a preflight request is not a call of the API.
        let response = reqwest::Client::new()
            .request(Method::OPTIONS, format!("{}{path}", app.url))
            .header("origin", "https://page.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "mcp-protocol-version")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 204, "{path}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("access-control-allow-origin"), "*");
        assert_eq!(header("access-control-allow-methods"), method);
        assert!(header("access-control-allow-headers").contains("mcp-protocol-version"));
        let answer = app.call(method.parse().unwrap(), path).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let answer = app.get("/oauth/authorize").send().await;
    assert_eq!(answer.header("access-control-allow-origin"), "", "{answer:?}");
}

#[tokio::test]
async fn a_person_who_is_not_signed_in_comes_back_to_exactly_this_request() {
    let (app, program, _) = with_client("ADMIN").await;
    let path = program.request(&[]);
    let answer = app.get(&path).send().await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let location = answer.header("location");
    assert!(location.starts_with("/sign-in?return_to="), "{location}");
    let back = parameter(&format!("http://x{location}"), "return_to").unwrap();
    assert_eq!(back, path);
    // A document is not fetched before the person has signed in.
    let document = program.request(&[("client_id", "https://app.example.com/client.json")]);
    assert_eq!(app.get(&document).send().await.status, 303);
}

#[tokio::test]
async fn a_person_connects_an_app_and_ends_it() {
    let (app, program, person) = with_client("MANAGER").await;
    let page = program.ask(&app, &person, &[]).await;
    for words in ["Connect Claude?", "Not verified", "app.example.com", "acme", "ann"] {
        assert!(page.text.contains(words), "{words}: {page:?}");
    }
    let answer = submit(&app, &person, &token_of(&page), EVERYTHING).await;
    let location = answer.header("location");
    assert!(location.starts_with(CALLBACK), "{location}");
    assert_eq!(parameter(location, "state").unwrap(), "a state & more");
    assert_eq!(parameter(location, "iss").unwrap(), "http://127.0.0.1:1");
    let code = parameter(location, "code").unwrap();
    let answer = program.exchange(&app, &code, &[]).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "integrations:read integrations:call offline_access");
    let seconds = tokens["expires_in"].as_i64().unwrap();
    assert!((3590..=3600).contains(&seconds), "{seconds}");
    let access = text(&tokens, "access_token");
    assert!(access.starts_with("nxt_"));
    assert!(is_let_in(&app, &access).await);

    let as_person = || {
        let call = app.get("/api/connected-apps").header("cookie", &person.header());
        call.header("sec-fetch-site", "same-origin")
    };
    let own = listed(as_person()).await;
    assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
    assert_eq!(own[0]["name"], "Claude (ann)");
    assert_eq!(own[0]["client_id"], program.id.as_str());
    assert_eq!((&own[0]["read_only"], &own[0]["integrations"]), (&json!(false), &Value::Null));
    // Another person does not see the app and cannot end it. An ADMIN can.
    let other = Person::sign_in(&app, "bob", "MANAGER");
    let call = app.get("/api/connected-apps").header("cookie", &other.header());
    let seen = listed(call.header("sec-fetch-site", "same-origin")).await;
    assert_eq!(seen, json!([]));
    let path = format!("/api/connected-apps/{}", text(&own[0], "id"));
    let call = app.delete(&path).header("cookie", &other.header());
    call.header("sec-fetch-site", "same-origin").send().await.problem(404, "not_found");
    assert_eq!(listed(app.get("/api/connected-apps").as_admin()).await, own);
    assert_eq!(listed(app.get("/api/connected-apps").as_role("ADMIN", "other")).await, json!([]));
    app.delete(&path).as_role("ADMIN", "other").send().await.problem(404, "not_found");
    assert!(is_let_in(&app, &access).await);

    let call = app.delete(&path).header("cookie", &person.header());
    assert_eq!(call.header("sec-fetch-site", "same-origin").send().await.status, 204);
    assert!(!is_let_in(&app, &access).await, "an ended app is let in");
    let refresh = text(&tokens, "refresh_token");
    let answer = program.refresh(&app, &refresh, &[]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_grant")));
    assert_eq!(listed(as_person()).await, json!([]));
    let record = app.get("/api/audit").as_admin().send().await.text;
    assert!(record.contains("\"app.connect\"") && record.contains("\"app.end\""), "{record}");
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_app() {
    let (app, program, person) = with_client("ADMIN").await;
    let first = program.connect(&app, &person, EVERYTHING).await;
    let answer = program.refresh(&app, &text(&first, "refresh_token"), &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let second = answer.json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert!(is_let_in(&app, &text(&second, "access_token")).await);
    assert_eq!(app.count("app_grants"), 1);
    // A refresh that asks for more than the person agreed to is rejected.
    let refresh = text(&second, "refresh_token");
    for (name, value, code) in [
        ("scope", "admin", "invalid_scope"),
        ("resource", "https://other.example/mcp", "invalid_target"),
        ("client_id", "nxc_other", "invalid_grant"),
    ] {
        let answer = program.refresh(&app, &refresh, &[(name, value)]).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]),
            (400, &json!(code)),
            "{name}"
        );
    }
    assert_eq!(program.refresh(&app, &refresh, &[]).await.status, 200);
}

#[tokio::test]
async fn a_program_revokes_its_tokens() {
    let (app, program, person) = with_client("ADMIN").await;
    let tokens = program.connect(&app, &person, EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let revoke = async |token: &str, client: &str| {
        post(&app, "/oauth/revoke", [("token", token), ("client_id", client)].into_iter()).await
    };
    // A revocation of an unknown token succeeds (RFC 7009, 2.2).
    let mut mistyped = access.clone().into_bytes();
    mistyped[20] = if mistyped[20] == b'a' { b'b' } else { b'a' };
    for unknown in ["x", "nxt_x", &String::from_utf8(mistyped).unwrap()] {
        assert_eq!(revoke(unknown, &program.id).await.status, 200, "{unknown}");
    }
    assert_eq!(revoke(&access, "nxc_other").await.json()["error"], "invalid_client");
    assert!(is_let_in(&app, &access).await);
    assert_eq!(revoke(&access, &program.id).await.status, 200);
    assert!(!is_let_in(&app, &access).await, "a revoked token is let in");
    let renewed = program.refresh(&app, &refresh, &[]).await.json();
    assert!(is_let_in(&app, &text(&renewed, "access_token")).await);
    assert_eq!(revoke(&text(&renewed, "refresh_token"), "").await.status, 200);
    assert!(!is_let_in(&app, &text(&renewed, "access_token")).await);
    assert_eq!((app.count("app_grants"), app.count("app_tokens")), (0, 0));
}

#[tokio::test]
async fn an_app_without_a_refresh_token_is_over_in_an_hour() {
    let app = App::start().await;
    let body = json!({"redirect_uris": [CALLBACK]});
    let answer = app.post("/oauth/register").json(&body).send().await;
    let program = Program { id: text(&answer.json(), "client_id") };
    let person = Person::sign_in(&app, "ann", "ADMIN");
    let page = program.ask(&app, &person, &[]).await;
    assert!(page.text.contains("one hour"), "{page:?}");
    let tokens = program.connect(&app, &person, EVERYTHING).await;
    assert_eq!(tokens["refresh_token"], Value::Null);
    let lasts: i64 = app
        .database()
        .query_row("select expires_at - created_at from app_grants", [], |row| row.get(0))
        .unwrap();
    assert_eq!(lasts, 3_600_000);
    // With `offline_access`, the same program gets a refresh token.
    let page = program.ask(&app, &person, &[("scope", "integrations:read offline_access")]).await;
    assert!(!page.text.contains("value=\"call\""), "it asked only to read: {page:?}");
    let form = "decision=allow&access=call&which=all&days=1";
    let answer = submit(&app, &person, &token_of(&page), form).await;
    let code = parameter(answer.header("location"), "code").unwrap();
    let tokens = program.exchange(&app, &code, &[]).await.json();
    assert!(text(&tokens, "refresh_token").starts_with("nxr_"));
    assert_eq!(tokens["scope"], "integrations:read offline_access");
}

#[tokio::test]
async fn a_token_of_an_issuer_is_still_a_way_in() {
    let app = App::start().await;
    assert!(is_let_in(&app, &token::of("AGENT", "acme")).await);
}
