//! The sandbox's OAuth side against the page in `providers/sandbox.rs`. The tests of `strict` cover the parts
//! that they share.

use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Kind, Simulator, TokenState};

use crate::get;
use crate::oauth::{Back, CALLBACK, VERIFIER, basic, browse, challenge, error, post, start, text};

async fn ask(sandbox: &Simulator, scope: &str) -> Back {
    let (id, _) = Kind::Sandbox.default_client().unwrap();
    let challenge = challenge();
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", CALLBACK),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    if !scope.is_empty() {
        query.push(("scope", scope));
    }
    Back::of(&browse(sandbox, "/oauth/authorize", &query).await)
}

async fn token(sandbox: &Simulator, path: &str, form: &[(&str, &str)]) -> Answer {
    let (id, secret) = Kind::Sandbox.default_client().unwrap();
    post(sandbox, path, &[("authorization", &basic(id, secret))], form).await
}

async fn connect(sandbox: &Simulator, scope: &str) -> Answer {
    let code = ask(sandbox, scope).await.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = token(sandbox, "/oauth/token", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn say(sandbox: &Simulator, token: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    client::send(sandbox.port(), "POST", "/v1/messages", &headers, br#"{"text":"hi"}"#)
        .await
        .unwrap()
}

#[tokio::test]
async fn either_kind_of_credential_reads_the_account() {
    let sandbox = start(Kind::Sandbox).await;
    sandbox.set_account("acct_9", "Ninth Inc.");
    let answer = connect(&sandbox, "").await;
    assert_eq!(answer.json()["expires_in"], 300);
    assert_eq!(text(&answer, "scope"), "messages:read messages:write");
    let access = text(&answer, "access_token");
    assert_eq!(text(&get(&sandbox, "/v1/me", &access).await, "id"), "acct_9");
    assert_eq!(
        text(&get(&sandbox, "/v1/me", Kind::Sandbox.default_key()).await, "id"),
        "acct_sandbox_1"
    );
    assert_eq!(text(&say(&sandbox, &access).await, "from"), "Ninth Inc.");
    // Only the token endpoint accepts a refresh token.
    assert_eq!(get(&sandbox, "/v1/me", &text(&answer, "refresh_token")).await.status, 401);
}

#[tokio::test]
async fn scopes_and_keys_limit_what_a_token_may() {
    let sandbox = start(Kind::Sandbox).await;
    assert_eq!(ask(&sandbox, "messages:read everything").await.get("error"), Some("invalid_scope"));
    let reader = text(&connect(&sandbox, "messages:read").await, "access_token");
    assert_eq!(get(&sandbox, "/v1/messages", &reader).await.status, 200);
    assert_eq!(say(&sandbox, &reader).await.status, 403);
    let writer = text(&connect(&sandbox, "messages:write").await, "access_token");
    assert_eq!(get(&sandbox, "/v1/messages", &writer).await.status, 403);
    assert_eq!(say(&sandbox, &writer).await.status, 201);
    let authorization = format!("Bearer {writer}");
    let headers = [("authorization", authorization.as_str())];
    let mint = client::send(sandbox.port(), "POST", "/v1/keys", &headers, b"").await.unwrap();
    assert_eq!(mint.status, 403);
}

#[tokio::test]
async fn tokens_expire_rotate_and_are_revoked() {
    let sandbox = start(Kind::Sandbox).await;
    let first = connect(&sandbox, "").await;
    let (access, old) = (text(&first, "access_token"), text(&first, "refresh_token"));
    sandbox.advance_clock(301);
    let expired = get(&sandbox, "/v1/me", &access).await;
    assert_eq!(expired.status, 401);
    assert!(expired.header("www-authenticate").unwrap().contains("invalid_token"));
    let form = [("grant_type", "refresh_token"), ("refresh_token", old.as_str())];
    let second = token(&sandbox, "/oauth/token", &form).await;
    assert_eq!(get(&sandbox, "/v1/me", &text(&second, "access_token")).await.status, 200);
    let new = text(&second, "refresh_token");
    assert_eq!(token(&sandbox, "/oauth/revoke", &[("token", &new)]).await.status, 200);
    assert_eq!(sandbox.token_state(&text(&second, "access_token")), TokenState::Revoked);
    let form = [("grant_type", "refresh_token"), ("refresh_token", new.as_str())];
    let dead = token(&sandbox, "/oauth/token", &form).await;
    assert_eq!(error(&dead), (400, "invalid_grant".into()));
    // The key of the account stays valid.
    assert_eq!(get(&sandbox, "/v1/me", Kind::Sandbox.default_key()).await.status, 200);
}
