//! The OpenAPI document: what is served, that it has every call, that its examples work.

use nexus_simulators::{Kind, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::app::{App, Call, TICK_SECRET, sandbox};
use crate::kit::contract::document;
use crate::kit::person::Person;
use crate::kit::token;

/// Path, method, and the operation of the two.
fn operations() -> Vec<(&'static str, Method, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((path.as_str(), method.to_uppercase().parse().unwrap(), operation));
        }
    }
    operations
}

/// A call of the operation with the examples of its path.
fn call<'a>(app: &'a App, path: &str, method: &Method, operation: &Value) -> Call<'a> {
    let mut path = path.to_owned();
    for parameter in operation["parameters"].as_array().unwrap() {
        let pointer = parameter["$ref"].as_str().unwrap().trim_start_matches('#');
        let parameter = document().pointer(pointer).unwrap();
        let name = parameter["name"].as_str().unwrap();
        let example = parameter["example"].as_str().unwrap_or_default();
        path = path.replace(&format!("{{{name}}}"), example);
    }
    app.call(method.clone(), &path)
}

/// Calls whose answers are a provider's.
fn is_passed_on(path: &str) -> bool {
    path == "/api/proxy/{id}/{path}"
}

#[tokio::test]
async fn the_document_is_served_to_anybody_and_kept() {
    let app = App::start().await;
    let answer = app.get("/api/openapi.json").send().await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, document().clone()));
    assert!(!answer.text.contains('\n'), "it is not minified");
    let again = app.get("/api/openapi.json").header("if-none-match", answer.header("etag"));
    let again = again.send().await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    app.post("/api/openapi.json").send().await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn every_call_of_the_document_is_there_and_no_other_method() {
    let app = App::start().await;
    for (path, method, operation) in operations() {
        // Before a token is looked at it must be clear that there is such a call.
        let answer = call(&app, path, &method, operation).send().await;
        let expected: &[u16] = match path {
            "/sign-in/options" => &[200],
            // This deployment does not have an identity provider.
            "/sign-in/oidc/sign-out" => &[404],
            _ if path.contains("/callback") => &[400],
            // A page of another site would be rejected first; a program that names no site as well.
            _ if path.starts_with("/sign-in") => &[403],
            _ => &[200, 401],
        };
        assert!(expected.contains(&answer.status.as_u16()), "{method} {path}: {answer:?}");
        // `contract` compares `Allow` with the methods that the document has.
        let others = [Method::TRACE, Method::PATCH, Method::OPTIONS];
        for method in others.into_iter().take(if is_passed_on(path) { 1 } else { 3 }) {
            let answer = call(&app, path, &method, operation).send().await;
            answer.problem(405, "method_not_allowed");
        }
    }
}

#[tokio::test]
async fn roles_are_as_documented() {
    let app = App::start().await;
    let mut admins = 0;
    for (path, method, operation) in operations() {
        let refused: &[&str] = match operation["x-role"].as_str() {
            Some("ADMIN") => &["AGENT", "MANAGER"],
            Some("MANAGER") => &["AGENT"],
            Some("AGENT") => &[],
            Some(other) => panic!("{other}"),
            None => &[],
        };
        admins += usize::from(refused.len() == 2);
        for role in ["AGENT", "MANAGER", "ADMIN"] {
            let answer = call(&app, path, &method, operation).as_role(role, "acme").send().await;
            let denied = answer.status == 403 && answer.text.contains("needs the role");
            assert_eq!(denied, refused.contains(&role), "{method} {path} as {role}: {answer:?}");
        }
    }
    assert!(admins > 0);
}

#[tokio::test]
async fn the_examples_work() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Sandbox, 0).await.unwrap());
    let connect = json!({"manifest_id": "custom-sandbox", "name": "Sandbox",
        "credentials": {"api_key": Kind::Sandbox.default_key()}});
    let begin = json!({"manifest_id": "custom-sandbox-oauth", "name": "Sandbox OAuth"});
    let client = json!({"client_id": "an-app", "client_secret": "and-its-secret"});
    for (method, path, body) in [
        (Method::POST, "/api/manifests", sandbox("sandbox.json", &provider)),
        (Method::POST, "/api/manifests", sandbox("sandbox-oauth.json", &provider)),
        (Method::PUT, "/api/oauth-clients/custom-sandbox-oauth", client),
        (Method::POST, "/api/integrations", connect),
        (Method::POST, "/api/integrations", begin),
    ] {
        let answer = app.call(method, path).as_admin().json(&body).send().await;
        assert!(answer.status.is_success(), "{answer:?}");
    }
    let person = Person::sign_in(&app, "ann", "ADMIN");
    person.has_app(&app, "agt_01J00000000000000000000001");
    // What is made first is there for the rest, and what is deleted is deleted last.
    let order = |method: &Method| ["POST", "GET", "PUT", "DELETE"].iter().position(|m| method == m);
    let mut operations = operations();
    operations.sort_by_key(|(_, method, _)| order(method));
    // The callback is for a browser that has begun: `oauth` has its tests.
    // What a provider makes of a method is its own affair.
    // Agents, people and stops need ids that are made first: `registry` and `people` have their tests.
    let elsewhere = [
        "/callback",
        "/sign-in",
        "/api/agents",
        "/api/people",
        "/api/panic",
        "/api/sessions",
        "/api/me",
    ];
    operations.retain(|(path, method, _)| {
        !elsewhere.iter().any(|other| path.contains(other))
            && (!is_passed_on(path) || method == Method::GET)
    });
    for (path, method, operation) in operations {
        let secret = match operation["security"].to_string().contains("tick_secret") {
            true => TICK_SECRET.to_owned(),
            false => token::of("ADMIN", "acme"),
        };
        let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
        let bodies: Vec<Option<&Value>> = match examples.as_object() {
            Some(examples) => examples.values().map(|example| Some(&example["value"])).collect(),
            None => vec![None],
        };
        assert!(!bodies.is_empty(), "{method} {path} has no example");
        for body in bodies {
            let mut call = call(&app, path, &method, operation).bearer(&secret);
            if let Some(body) = body {
                call = call.json(body);
            }
            let answer = call.send().await;
            assert!(answer.status.is_success(), "{method} {path} {body:?}: {answer:?}");
        }
    }
}
