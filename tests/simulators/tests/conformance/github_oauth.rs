//! <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>,
//! <https://docs.github.com/en/rest/apps/oauth-applications>

use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Kind, Simulator, TokenState};
use serde_json::json;

use crate::oauth::{Back, CALLBACK, basic, browse, post, start, text};

async fn ask(github: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, _) = Kind::GithubOauth.default_client().unwrap();
    let mut query =
        vec![("client_id", id), ("redirect_uri", CALLBACK), ("scope", "repo gist"), ("state", "s")];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    browse(github, "/login/oauth/authorize", &query).await
}

async fn token(github: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, secret) = Kind::GithubOauth.default_client().unwrap();
    let mut form = vec![("client_id", id), ("client_secret", secret)];
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes);
    post(github, "/login/oauth/access_token", &[("accept", "application/json")], &form).await
}

async fn connect(github: &Simulator) -> Answer {
    let code = Back::of(&ask(github, &[]).await).code();
    let answer = token(github, &[("code", &code), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(answer.status, 200);
    answer
}

async fn user(github: &Simulator, token: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("user-agent", "conformance")];
    client::send(github.port(), "GET", "/user", &headers, b"").await.unwrap()
}

async fn delete(github: &Simulator, what: &str, secret: &str, body: &str) -> Answer {
    let (id, _) = Kind::GithubOauth.default_client().unwrap();
    let authorization = basic(id, secret);
    let headers = [("authorization", authorization.as_str()), ("user-agent", "conformance")];
    let path = format!("/applications/{id}/{what}");
    client::send(github.port(), "DELETE", &path, &headers, body.as_bytes()).await.unwrap()
}

#[tokio::test]
async fn the_answer_is_a_form_unless_json_is_accepted() {
    let github = start(Kind::GithubOauth).await;
    let (id, secret) = Kind::GithubOauth.default_client().unwrap();
    let code = Back::of(&ask(&github, &[]).await).code();
    let form = [("client_id", id), ("client_secret", secret), ("code", code.as_str())];
    let answer = post(&github, "/login/oauth/access_token", &[], &form).await;
    assert!(
        answer.header("content-type").unwrap().starts_with("application/x-www-form-urlencoded")
    );
    let body = answer.text();
    assert!(body.contains("access_token=gho_") && body.contains("scope=repo%2Cgist"), "{body}");
    let again = post(&github, "/login/oauth/access_token", &[], &form).await;
    assert_eq!(again.status, 200);
    assert!(again.text().starts_with("error=bad_verification_code&"), "{}", again.text());

    let json = connect(&github).await;
    assert_eq!(json.header("content-type"), Some("application/json"));
    let body = json.json();
    assert_eq!((&body["scope"], &body["token_type"]), (&"repo,gist".into(), &"bearer".into()));
    assert!(body.get("expires_in").is_none() && body.get("refresh_token").is_none());
    let me = user(&github, &text(&json, "access_token")).await;
    assert_eq!(
        (me.json()["id"].clone(), text(&me, "login")),
        (json!(1_000_001), "octo-simulated".into())
    );
    assert_eq!(me.header("x-oauth-scopes"), Some("repo, gist"));
}

#[tokio::test]
async fn errors_of_the_token_endpoint_are_200() {
    let github = start(Kind::GithubOauth).await;
    let code = Back::of(&ask(&github, &[]).await).code();
    for (changes, error) in [
        (vec![("client_id", "nobody"), ("code", code.as_str())], "incorrect_client_credentials"),
        (vec![("client_secret", "wrong"), ("code", &code)], "incorrect_client_credentials"),
        (vec![("code", "never")], "bad_verification_code"),
        (vec![], "bad_verification_code"),
        (
            vec![("code", &code), ("redirect_uri", "https://client.example/x")],
            "redirect_uri_mismatch",
        ),
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "ghr_x")],
            "unsupported_grant_type",
        ),
    ] {
        let answer = token(&github, &changes).await;
        assert_eq!((answer.status, text(&answer, "error")), (200, error.to_owned()));
        assert!(text(&answer, "error_uri").contains("troubleshooting"));
    }
    github.advance_clock(601);
    assert_eq!(text(&token(&github, &[("code", &code)]).await, "error"), "bad_verification_code");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_goes_to_the_one_that_is() {
    let github = start(Kind::GithubOauth).await;
    let back = Back::of(&ask(&github, &[("redirect_uri", "https://evil.example/callback")]).await);
    assert_eq!(back.get("error"), Some("redirect_uri_mismatch"));
    assert_eq!((back.get("state"), back.get("code")), (Some("s"), None));
    let below = format!("{CALLBACK}/github");
    let answer = ask(&github, &[("redirect_uri", &below)]).await;
    assert!(answer.header("location").unwrap().starts_with(&format!("{below}?code=")));
    assert!(Back::of(&ask(&github, &[("redirect_uri", "")]).await).get("code").is_some());
    assert_eq!(ask(&github, &[("client_id", "nobody")]).await.status, 404);
    github.deny_next();
    assert_eq!(Back::of(&ask(&github, &[]).await).get("error"), Some("access_denied"));
}

#[tokio::test]
async fn without_a_scope_it_is_what_was_allowed_before() {
    let github = start(Kind::GithubOauth).await;
    connect(&github).await;
    let code = Back::of(&ask(&github, &[("scope", "user")]).await).code();
    assert_eq!(text(&token(&github, &[("code", &code)]).await, "scope"), "user");
    let code = Back::of(&ask(&github, &[("scope", "")]).await).code();
    assert_eq!(text(&token(&github, &[("code", &code)]).await, "scope"), "repo,gist,user");
}

#[tokio::test]
async fn a_token_or_the_whole_grant_is_deleted() {
    let github = start(Kind::GithubOauth).await;
    let (_, secret) = Kind::GithubOauth.default_client().unwrap();
    let tokens: Vec<String> = [
        text(&connect(&github).await, "access_token"),
        text(&connect(&github).await, "access_token"),
        text(&connect(&github).await, "access_token"),
    ]
    .into();
    github.set_account("2", "bystander");
    let bystander = text(&connect(&github).await, "access_token");
    let body = |token: &str| json!({"access_token": token}).to_string();

    assert_eq!(delete(&github, "token", "wrong", &body(&tokens[0])).await.status, 401);
    assert_eq!(delete(&github, "token", secret, "").await.status, 422);
    assert_eq!(delete(&github, "token", secret, r#"{"access_token":1}"#).await.status, 422);
    assert_eq!(delete(&github, "token", secret, &body("gho_never")).await.status, 404);
    github.fail_revocations(1);
    assert_eq!(delete(&github, "token", secret, &body(&tokens[0])).await.status, 500);
    assert_eq!(delete(&github, "token", secret, &body(&tokens[0])).await.status, 204);
    assert_eq!(delete(&github, "token", secret, &body(&tokens[0])).await.status, 404);
    assert_eq!(github.token_state(&tokens[1]), TokenState::Live);

    assert_eq!(delete(&github, "grant", secret, &body(&tokens[1])).await.status, 204);
    assert_eq!(github.token_state(&tokens[2]), TokenState::Revoked);
    assert_eq!(user(&github, &tokens[2]).await.status, 401);
    assert_eq!(delete(&github, "grant", secret, &body(&tokens[2])).await.status, 404);
    assert_eq!(github.live_tokens(), [bystander]);
    assert_eq!(delete(&github, "nothing", secret, &body("x")).await.status, 404);
}

#[tokio::test]
async fn expiring_tokens_end_with_their_refresh() {
    let github = start(Kind::GithubOauth).await;
    github.configure(|options| options.rotation = true);
    let first = connect(&github).await;
    let body = first.json();
    assert_eq!(
        (&body["expires_in"], &body["refresh_token_expires_in"]),
        (&json!(28_800), &json!(15_811_200))
    );
    assert_eq!(body["scope"], "");
    let (access, old) = (text(&first, "access_token"), text(&first, "refresh_token"));
    assert!(access.starts_with("ghu_") && old.starts_with("ghr_"));
    let form = |token| [("grant_type", "refresh_token"), ("refresh_token", token)];
    let second = token(&github, &form(&old)).await;
    assert_eq!(github.token_state(&access), TokenState::Revoked);
    assert_eq!(user(&github, &text(&second, "access_token")).await.status, 200);
    assert_eq!(text(&token(&github, &form(&old)).await, "error"), "bad_refresh_token");
    // The second use does not revoke anything.
    let new = text(&second, "refresh_token");
    let third = token(&github, &form(&new)).await;
    let last = text(&third, "refresh_token");
    github.advance_clock(15_811_201);
    assert_eq!(text(&token(&github, &form(&last)).await, "error"), "bad_refresh_token");
}

#[tokio::test]
async fn the_api_wants_a_user_agent_and_a_token() {
    let github = start(Kind::GithubOauth).await;
    let token = text(&connect(&github).await, "access_token");
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    let answer = client::send(github.port(), "GET", "/user", &headers, b"").await.unwrap();
    assert_eq!(answer.status, 403);
    let wrong = user(&github, "gho_never").await;
    assert_eq!((wrong.status, text(&wrong, "message")), (401, "Bad credentials".into()));
}
