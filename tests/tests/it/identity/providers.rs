//! Runs each entry and token of `tokens.json` at an application that trusts all those issuers at once.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::trusting;
use crate::kit::app::{App, until};
use crate::kit::programs::repo;
use crate::kit::token::{self, SECRET, now};
use crate::trust::jwks::issuer::{Answer, Issuer};
use crate::trust::jwks::keys;

const PUBLIC_URL: &str = "https://nexus.acme.example";

/// The cases. Each has issuers of its own: the name of an issuer contains a path of the case.
fn cases(origin: &str) -> Vec<Value> {
    let text = repo().join("tests/tests/it/identity/tokens.json");
    let text = std::fs::read_to_string(text).unwrap().replace("{public_url}", PUBLIC_URL);
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let moved = |(number, mut case): (usize, Value)| {
        let there = format!("{origin}/{number}/");
        let rename = |value: &mut Value| {
            if let Some(rest) = value.as_str().and_then(|text| text.strip_prefix("https://")) {
                *value = format!("{there}{rest}").into();
            }
        };
        rename(&mut case["claims"]["iss"]);
        for entry in entries_mut(&mut case) {
            rename(&mut entry["issuer"]);
            if entry.get("jwks_uri").is_some() {
                rename(&mut entry["jwks_uri"]);
            }
        }
        for claim in case["claims"].as_object_mut().unwrap().values_mut() {
            let shift = claim.as_str().and_then(|text| text.strip_prefix(['+', '-']));
            if let Some(seconds) = shift.and_then(|text| text.parse::<u64>().ok()) {
                let is_past = claim.as_str().unwrap().starts_with('-');
                *claim = if is_past { now() - seconds } else { now() + seconds }.into();
            }
        }
        case
    };
    cases.into_iter().enumerate().map(moved).collect()
}

/// The entries of a case, in order.
fn entries_mut(case: &mut Value) -> Vec<&mut Value> {
    let mut all = Vec::new();
    let members = case.as_object_mut().unwrap();
    let mut entry = None;
    for (name, value) in members {
        match (name.as_str(), value) {
            ("before", Value::Array(list)) => all.extend(list.iter_mut()),
            ("before", value) => all.push(value),
            ("entry", value) => entry = Some(value),
            _ => {}
        }
    }
    all.extend(entry);
    all
}

/// A token with the claims of a case, signed with the issuer's key of the algorithm.
fn signed(case: &Value) -> String {
    let (mut header, claims) = (case["header"].clone(), &case["claims"]);
    match header["alg"].as_str().unwrap() {
        "HS256" => token::sign(&header, claims, SECRET),
        "ES256" => {
            header["kid"] = "ec".into();
            keys::p256(1).sign(&header, claims)
        }
        _ => {
            header["kid"] = "rsa".into();
            keys::rsa().sign(&header, claims)
        }
    }
}

/// The workspace and the role with which the caller of a token is stored, and whether it is an agent.
async fn stored(app: &App, issuer: &str, subject: &str) -> (String, String) {
    let sql = "select workspace, role from people where issuer = ?1 and subject = ?2
               union all
               select workspace, 'AGENT' from agents where issuer = ?1 and subject = ?2";
    until(&format!("{subject} of {issuer} is stored"), async || {
        let found = app.database().query_row(sql, [issuer, subject], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        found.ok()
    })
    .await
}

#[tokio::test]
async fn the_tokens_of_each_provider_are_read_as_documented() {
    let issuer = Issuer::start(&[keys::rsa().jwk("rsa"), keys::p256(1).jwk("ec")]).await;
    let mut cases = cases(&issuer.origin());
    let mut list = Vec::new();
    for case in &mut cases {
        for entry in entries_mut(case) {
            let name = entry["issuer"].as_str().unwrap();
            if entry["discovery"] == true {
                let path = name.strip_prefix(&issuer.origin()).unwrap().trim_end_matches('/');
                let document =
                    json!({"issuer": name, "jwks_uri": format!("{}/keys", issuer.origin())});
                let answer = Answer::of("200 OK", "application/json", &document.to_string());
                issuer.route(&format!("{path}/.well-known/openid-configuration"), answer);
            }
            list.push(entry.clone());
        }
    }
    let app = trusting(&list.into()).var("public_url", PUBLIC_URL).start().await.unwrap();
    let mut providers = HashSet::new();
    for case in &cases {
        let (provider, name) = (case["provider"].as_str().unwrap(), case["name"].as_str().unwrap());
        let what = format!("{provider}: {name}");
        let answer = app.get("/api/integrations").bearer(&signed(case)).send().await;
        let expected = &case["expect"];
        match expected["refused"].as_str() {
            None => {
                let role = expected["role"].as_str().unwrap();
                let status = if role == "AGENT" { 403 } else { 200 };
                assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
                let issuer = case["claims"]["iss"].as_str().unwrap();
                let found = stored(&app, issuer, expected["subject"].as_str().unwrap()).await;
                let wanted = (expected["workspace"].as_str().unwrap().to_owned(), role.to_owned());
                assert_eq!(found, wanted, "{what}");
            }
            Some("role") => {
                let problem = answer.problem(403, "forbidden");
                let detail = problem["detail"].as_str().unwrap();
                let claim = case["entry"]["role_claim"].as_str().unwrap();
                assert!(detail.contains("has none"), "{what}: {detail}");
                assert!(detail.contains(&format!("`{claim}`")), "{what}: {detail}");
            }
            Some(rule) => {
                let problem = answer.problem(401, "invalid_token");
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains(rule), "{what}: {detail}");
            }
        }
        providers.insert(provider);
    }
    assert_eq!((cases.len(), providers.len()), (56, 8));
}
