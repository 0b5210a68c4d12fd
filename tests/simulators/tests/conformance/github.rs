//! <https://docs.github.com/en/rest/users/users>, <https://docs.github.com/en/rest/credentials/revoke>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, told};

const AGENT: (&str, &str) = ("user-agent", "conformance");

#[tokio::test]
async fn a_token_reads_its_user_whatever_its_permissions() {
    let github = Simulator::start(Kind::Github, 0).await.unwrap();
    github.restrict_key("github_pat_restricted");
    for scheme in ["Bearer", "token"] {
        for token in [Kind::Github.default_key(), "github_pat_restricted"] {
            let authorization = format!("{scheme} {token}");
            let headers = [("authorization", authorization.as_str()), AGENT];
            let user = ask(&github, "GET", "/user", &headers, "").await;
            assert_eq!(told(&user, "/login"), (200, json!("octocat")));
            assert_eq!(user.header("x-ratelimit-limit"), Some("5000"));
            let repository = ask(&github, "GET", "/repos/octocat/hello-world", &headers, "").await;
            let expected = if token == "github_pat_restricted" { 403 } else { 200 };
            assert_eq!(repository.status, expected);
        }
    }
}

#[tokio::test]
async fn refusals() {
    let github = Simulator::start(Kind::Github, 0).await.unwrap();
    let good = format!("Bearer {}", Kind::Github.default_key());
    for (headers, status, message) in [
        (vec![AGENT], 401, "Requires authentication"),
        (vec![AGENT, ("authorization", "Bearer ghp_wrong")], 401, "Bad credentials"),
        (vec![AGENT, ("authorization", "Basic ghp_wrong")], 401, "Bad credentials"),
    ] {
        let answer = ask(&github, "GET", "/user", &headers, "").await;
        assert_eq!(told(&answer, "/message"), (status, json!(message)));
        assert_eq!(answer.json()["status"], status.to_string());
    }
    let nameless = ask(&github, "GET", "/user", &[("authorization", &good)], "").await;
    assert_eq!(nameless.status, 403);
}

#[tokio::test]
async fn a_token_can_be_revoked_without_authentication() {
    let github = Simulator::start(Kind::Github, 0).await.unwrap();
    let token = Kind::Github.default_key();
    let body = json!({"credentials": [token, "ghp_unknown"]}).to_string();
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), AGENT];
    let path = "/credentials/revoke";
    assert_eq!(ask(&github, "POST", path, &headers, &body).await.status, 403);
    assert_eq!(ask(&github, "POST", path, &[AGENT], r#"{"credentials":[]}"#).await.status, 422);
    assert!(github.accepts(token));
    assert_eq!(ask(&github, "POST", path, &[AGENT], &body).await.status, 202);
    assert!(!github.accepts(token));
    assert_eq!(ask(&github, "GET", "/user", &headers, "").await.status, 401);
}
