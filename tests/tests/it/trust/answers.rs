//! The error that each role gets for an existing id, an unknown id, and an id of another workspace. The last
//! two must be equal.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::token;

/// A call to an integration, and the response that an ADMIN gets for an existing one.
struct Case {
    method: Method,
    rest: &'static str,
    body: Option<Value>,
    /// The status and, if it is a problem, its code.
    known: (u16, &'static str),
}

fn cases() -> Vec<Case> {
    let case = |method: Method, rest, body, known| Case { method, rest, body, known };
    vec![
        case(Method::GET, "", None, (200, "")),
        case(Method::PUT, "", Some(json!({"name": "Renamed"})), (200, "")),
        case(Method::PUT, "", Some(json!({"nam": "Renamed"})), (422, "invalid")),
        case(Method::PUT, "", Some(json!({"status": "off"})), (422, "invalid")),
        case(Method::PUT, "", Some(json!({"name": "Second"})), (409, "name_taken")),
        case(
            Method::PUT,
            "",
            Some(json!({"credentials": {"api_key": "sk_test_wrong0000000000000000"}})),
            (422, "credential_refused"),
        ),
        case(Method::POST, "/authorize", Some(json!({})), (409, "not_oauth")),
        case(Method::POST, "/check", None, (200, "")),
        case(Method::GET, "/usage", None, (200, "")),
        case(Method::GET, "/usage?from=yesterday", None, (422, "invalid")),
        case(Method::GET, "/calls", None, (200, "")),
        case(Method::GET, "/calls?status=ok", None, (422, "invalid")),
        case(Method::GET, "/events?limit=0", None, (422, "invalid")),
        case(Method::PATCH, "", None, (405, "method_not_allowed")),
        case(Method::GET, "/nothing", None, (404, "not_found")),
        // This case is the last one, because it deletes the integration.
        case(Method::DELETE, "", None, (200, "")),
    ]
}

#[tokio::test]
async fn each_role_at_each_kind_of_id() {
    let (app, _provider) = App::with_stripe("sk_test_right0000000000000000").await;
    let connect = async |workspace: &str, name: &str| -> String {
        let body = json!({"manifest_id": "openai", "name": name, "verify": false,
            "credentials": {"api_key": "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz"}});
        let call = app.post("/api/integrations").as_role("ADMIN", workspace).json(&body);
        let answer = call.send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let known = {
        let shown = app.get("/api/integrations/stripe").as_admin().send().await.json();
        shown["id"].as_str().unwrap().to_owned()
    };
    connect("acme", "Second").await;
    let foreign = connect("globex", "Theirs").await;
    let unknown = "int_01HZZZZZZZZZZZZZZZZZZZZZZZ".to_owned();
    let mut claims = token::claims("ADMIN", "acme");
    claims["exp"] = (token::now() - 3600).into();
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let expired = token::sign(&header, &claims, token::SECRET);
    let (agent, unknown_role) = (token::of("AGENT", "acme"), token::of("NOBODY", "acme"));
    for case in cases() {
        let path = |id: &str| format!("/api/integrations/{id}{}", case.rest);
        let send = async |id: &str, token: Option<&str>| {
            let mut call = app.call(case.method.clone(), &path(id));
            if let Some(token) = token {
                call = call.bearer(token);
            }
            if let Some(body) = &case.body {
                call = call.json(body);
            }
            call.send().await
        };
        let says = |answer: &Answer| {
            let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
            (answer.status.as_u16(), code)
        };
        let at = |id: &str, who: &str| format!("{} {} as {who}", case.method, path(id));
        let (status, code) = case.known;
        // Everyone gets the same error for a path that is not a call of the API.
        let no_call = code == "method_not_allowed" || case.rest == "/nothing";
        for id in [&unknown, &foreign, &known] {
            for (who, token, expected) in [
                ("nobody", None, (401, "missing_token")),
                ("nobody", Some("nonsense"), (401, "invalid_token")),
                ("nobody", Some(expired.as_str()), (401, "token_expired")),
                ("AGENT", Some(agent.as_str()), (403, "forbidden")),
                ("NOBODY", Some(unknown_role.as_str()), (403, "forbidden")),
            ] {
                let answer = send(id, token).await;
                let (found, expected) = (says(&answer), (expected.0, expected.1.to_owned()));
                let ok = found == expected || (no_call && found == (status, code.to_owned()));
                assert!(ok, "{}: {answer:?}", at(id, who));
            }
        }
        for role in ["MANAGER", "ADMIN"] {
            let token = token::of(role, "acme");
            let absent = says(&send(&unknown, Some(&token)).await);
            let theirs = says(&send(&foreign, Some(&token)).await);
            assert_eq!(absent, theirs, "{}: another workspace's shows", at(&foreign, role));
            let not_there = match (case.rest, code) {
                (rest, "invalid") if rest.contains('?') => (422, "invalid"),
                (_, "method_not_allowed") => (405, "method_not_allowed"),
                _ => (404, "not_found"),
            };
            assert_eq!(absent, (not_there.0, not_there.1.to_owned()), "{}", at(&unknown, role));
            if case.method == Method::DELETE && role == "MANAGER" {
                continue;
            }
            let answer = send(&known, Some(&token)).await;
            assert_eq!(
                says(&answer),
                (status, code.to_owned()),
                "{}: {answer:?}",
                at(&known, role)
            );
        }
    }
}
