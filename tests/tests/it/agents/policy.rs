//! Runs `tests/policy-cases.json` call by call. The proxy must decide as the admin UI predicts. The UI's own
//! test reads the same file.

use serde_json::{Value, json};

use crate::agents::proxy::ours;
use crate::kit::app::App;
use crate::kit::programs::repo;
use crate::kit::upstream::{KEY, Upstream};

/// The text in the error for a word of the file.
fn words(because: &str) -> &'static str {
    match because {
        "agents" => "policy.agents does not name",
        "rule" => "denies",
        "no_allow" => "no allow rule in policy.rules matches",
        "unclean" => "must not contain an empty segment, `;`",
        "manifest" => "api.deny[",
        "query" => "api.deny_query[",
        "type" => "api.body_types",
        "connection" => "the connection itself",
        other => panic!("the file has no word {other:?}"),
    }
}

#[tokio::test]
async fn calls_end_as_the_file_says() {
    let file = std::fs::read_to_string(repo().join("tests/policy-cases.json")).unwrap();
    let groups: Vec<Value> = serde_json::from_str(&file).unwrap();
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["deny"] = json!([
        {"method": "POST", "path": "/keys/*", "why": "Mints a key"},
        {"method": "DELETE", "path": "/tokens/**", "why": "Ends sessions"},
    ]);
    manifest["api"]["deny_query"] = json!([
        {"name": "rest_route", "why": "Selects another route"},
        {"method": "GET", "path": "/env/**", "name": "expand", "values": ["secrets"], "why": "Shows secrets"},
    ]);
    manifest["api"]["body_types"] = json!(["application/json", "image/*"]);
    manifest["revoke"] = json!({"tokens": ["key"], "effect": "token", "request":
        {"method": "DELETE", "url": format!("http://{}/base/me/key", upstream.host), "auth": "token"}});
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);

    for group in &groups {
        let body = json!({"policy": group["policy"]});
        let answer = app.put("/api/integrations/up").as_admin().json(&body).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        upstream.forget();
        for case in group["cases"].as_array().unwrap() {
            let [method, path, expected] = [0, 1, 2].map(|at| case[at].as_str().unwrap());
            let call = app.call(method.parse().unwrap(), &format!("/api/proxy/up{path}"));
            let call = match case[3].as_str() {
                Some(content_type) => call.header("content-type", content_type),
                None => call,
            };
            let answer = call.as_role("AGENT", "acme").send().await;
            let case = format!("{}: {case}", group["what"]);
            if expected == "allowed" {
                assert_eq!(answer.status, 200, "{case}: {answer:?}");
                assert_eq!(upstream.one().line, format!("{method} /base{path} HTTP/1.1"));
            } else if method == "HEAD" {
                // Its response has no body to read the reason from.
                assert_eq!(
                    (answer.status.as_u16(), answer.header("x-nexus-error")),
                    (403, "policy_denied")
                );
                assert!(upstream.seen().is_empty(), "{case}");
            } else {
                let problem = ours(&answer, 403, "policy_denied");
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains(words(expected)), "{case}: {detail}");
                assert!(upstream.seen().is_empty(), "{case}");
            }
        }
    }
}
