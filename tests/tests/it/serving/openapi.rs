//! The OpenAPI document: how it is served, that it has every call, and that its examples work.

use std::cmp::Reverse;

use nexus_simulators::{Kind, Simulator};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::kit::app::{App, Call, Options, TICK_SECRET, sandbox};
use crate::kit::contract::document;
use crate::kit::person::Person;

/// The path, the method and the operation.
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

/// A call of the operation, with the examples of its path and query.
fn call<'a>(app: &'a App, path: &str, method: &Method, operation: &Value) -> Call<'a> {
    let (mut path, mut query) = (path.to_owned(), Vec::new());
    for parameter in operation["parameters"].as_array().unwrap() {
        let pointer = parameter["$ref"].as_str().unwrap().trim_start_matches('#');
        let parameter = document().pointer(pointer).unwrap();
        let name = parameter["name"].as_str().unwrap();
        let Some(example) = parameter["example"].as_str() else { continue };
        match parameter["in"].as_str() {
            Some("query") => query.push(format!("{name}={example}")),
            _ => path = path.replace(&format!("{{{name}}}"), example),
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    app.call(method.clone(), &path)
}

/// Calls whose responses come from a provider.
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
        // The application checks that the call exists before it looks at a token.
        let answer = call(&app, path, &method, operation).send().await;
        let expected: &[u16] = match path {
            "/sign-in/options" => &[200],
            _ if path.ends_with("/client.json") => &[200],
            _ if path.contains("/callback") => &[400],
            // A request from a page of another site is rejected first, and so is a request that names no
            // site.
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

/// The calls whose examples cannot be set up. Each has the reason, and the tests that make such a call.
const WITHOUT_EXAMPLES: [(&str, &str, &str); 9] = [
    (
        "get",
        "/api/oauth/callback",
        "only a browser that began a connection comes back: `tokens::oauth`",
    ),
    (
        "get",
        "/api/oauth/callback/{id}",
        "only a browser that began a connection comes back: `tokens::oauth`",
    ),
    (
        "get",
        "/sign-in/oidc/callback",
        "only a browser that began a sign-in comes back: `trust::oidc`",
    ),
    (
        "get",
        "/api/integrations/{id}/choices",
        "the sandbox has nothing to choose: `conformance::choices`",
    ),
    ("post", "/api/manifests/draft", "there is no such server: `conformance::drafts`"),
    ("post", "/sign-in/oidc", "this deployment has no identity provider: `trust::oidc`"),
    ("post", "/sign-in/link", "the machine signs a link, for ten minutes: `trust::people`"),
    ("post", "/sign-in/passkey", "an authenticator signs a challenge: `trust::passkeys`"),
    ("post", "/api/me/passkeys", "an authenticator signs a challenge: `trust::passkeys`"),
];

/// Whether the examples of a call are tried.
fn has_examples(path: &str, method: &Method) -> bool {
    let is_without = |(other, at, _): &(&str, &str, &str)| {
        *at == path && method.as_str().eq_ignore_ascii_case(other)
    };
    // The provider decides about other methods: see `agents::proxy`.
    !WITHOUT_EXAMPLES.iter().any(is_without) && (!is_passed_on(path) || method == Method::GET)
}

/// Inserts rows with the ids of the examples. Returns a signed-in person.
fn have_examples(app: &App) -> Person {
    let ann = Person::sign_in(app, "ann", "ADMIN");
    ann.has_app(app, "agt_01J00000000000000000000001");
    // Any text can be the secret of an invitation.
    let secret =
        Sha256::digest("a-secret").iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let person = &ann.id;
    let rows = format!(
        "insert into people (id, workspace, name, role, source, created_at)
           values ('per_01J00000000000000000000000', 'acme', 'Bob', 'MANAGER', 'local', 1);
         insert into agents (id, workspace, name, name_key, kind, created_at, created_by)
           values ('agt_01J00000000000000000000000', 'acme', 'Example', 'example', 'registered', 1, 'ann');
         insert into agent_keys (id, agent_id, workspace, secret_hash, created_at, created_by)
           values ('0123456789', 'agt_01J00000000000000000000000', 'acme', randomblob(32), 1, 'ann');
         insert into invitations (id, secret_hash, workspace, role, created_by, person_id, created_at, expires_at)
           values ('inv_01J00000000000000000000000', randomblob(32), 'acme', 'MANAGER', 'ann', '{person}', 1,
               unixepoch() * 1000 + 600000),
             ('inv_01J00000000000000000000001', x'{secret}', 'acme', 'MANAGER', 'ann', '{person}', 1,
               unixepoch() * 1000 + 600000);
         insert into passkeys (id, workspace, person_id, name, credential_id, public_key, algorithm, sign_count,
             backup_eligible, backed_up, transports, created_at)
           select 'pky_01J0000000000000000000000' || value, 'acme', '{person}', 'Phone', randomblob(32), x'00', -7, 0,
             1, 1, '[]', 1 from json_each('[0, 1]');
         insert into stops (id, workspace, scope, target, reason, created_at, created_by)
           values ('stp_01J00000000000000000000000', 'acme', 'agent', 'agt_gone', 'a drill', 1, 'ann');
         insert into deletions (id, workspace, slug, name, manifest_id, deleted_at, deleted_by, seq, hash)
           values ('int_01J00000000000000000000000', 'acme', 'old', 'Old', 'custom-sandbox', unixepoch() * 1000,
             'ann', 1, printf('%064d', 1));"
    );
    app.database().execute_batch(&rows).unwrap();
    ann
}

/// The call with the proof that its operation needs.
fn proved<'a>(call: Call<'a>, path: &str, operation: &Value, person: &Person) -> Call<'a> {
    let security = &operation["security"];
    let has = |name: &str| security.to_string().contains(&format!("{name:?}"));
    if has("tick_secret") {
        call.bearer(TICK_SECRET)
    } else if has("session") && !has("token") {
        call.header("cookie", &person.header()).header("sec-fetch-site", "same-origin")
    } else if path.starts_with("/sign-in") {
        call.header("sec-fetch-site", "same-origin")
    } else {
        call.as_admin()
    }
}

#[tokio::test]
async fn the_examples_work() {
    // Browsers keep passkeys for names only.
    let app = Options::default().var("public_url", "http://localhost:1").start().await.unwrap();
    let provider = Simulator::start(Kind::Sandbox, 0).await.unwrap();
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
    let person = have_examples(&app);
    let mut operations = operations();
    for (method, path, why) in WITHOUT_EXAMPLES {
        let is_there = |(at, other, _): &(&str, Method, _)| {
            *at == path && other.as_str().eq_ignore_ascii_case(method)
        };
        assert!(operations.iter().any(is_there), "there is no {method} {path}, of which {why}");
    }
    operations.retain(|(path, method, _)| has_examples(path, method));
    // Creates come first and deletes last, so that the rows exist for the other calls. Rows that belong to
    // other rows are handled before those.
    let order = |method: &Method| ["POST", "GET", "PUT", "DELETE"].iter().position(|m| method == m);
    operations.sort_by_key(|(path, method, _)| (order(method), Reverse(path.matches('/').count())));
    for (path, method, operation) in operations {
        let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
        let bodies: Vec<Option<&Value>> = match examples.as_object() {
            Some(examples) => examples.values().map(|example| Some(&example["value"])).collect(),
            None => vec![None],
        };
        assert!(!bodies.is_empty(), "{method} {path} has no example");
        for body in bodies {
            let mut call = proved(call(&app, path, &method, operation), path, operation, &person);
            if let Some(body) = body {
                call = call.json(body);
            }
            let answer = call.send().await;
            assert!(answer.status.is_success(), "{method} {path} {body:?}: {answer:?}");
        }
    }
}
