//! <https://developers.google.com/identity/protocols/oauth2/web-server>

use nexus_simulators::client::Answer;
use nexus_simulators::{Kind, Simulator, TokenState};

use crate::get;
use crate::oauth::{Back, CALLBACK, VERIFIER, basic, browse, challenge, error, post, start, text};

const READ: &str = "https://www.googleapis.com/auth/drive.readonly";

async fn ask(google: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, _) = Kind::Google.default_client().unwrap();
    let mut query = vec![
        ("client_id", id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "s"),
        ("access_type", "offline"),
    ];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    browse(google, "/o/oauth2/v2/auth", &query).await
}

async fn token(google: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, secret) = Kind::Google.default_client().unwrap();
    let mut form = vec![("client_id", id), ("client_secret", secret)];
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    post(google, "/token", &[], &form).await
}

async fn exchange(google: &Simulator, code: &str) -> Answer {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    token(google, &form).await
}

async fn connect(google: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let answer = exchange(google, &Back::of(&ask(google, changes).await).code()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn refresh(google: &Simulator, value: &str) -> Answer {
    token(google, &[("grant_type", "refresh_token"), ("refresh_token", value)]).await
}

fn has_refresh(answer: &Answer) -> bool {
    answer.json().get("refresh_token").is_some()
}

#[tokio::test]
async fn a_refresh_token_comes_offline_and_with_the_first_consent_only() {
    let google = start(Kind::Google).await;
    assert!(!has_refresh(&connect(&google, &[("access_type", "")]).await));
    google.set_account("2", "grace@example.com");
    assert!(has_refresh(&connect(&google, &[]).await));
    assert!(!has_refresh(&connect(&google, &[]).await));
    assert!(!has_refresh(&connect(&google, &[("prompt", "select_account")]).await));
    assert!(has_refresh(&connect(&google, &[("prompt", "consent")]).await));
    assert!(has_refresh(&connect(&google, &[("prompt", "select_account consent")]).await));
    // The first consent of another user is a first consent, and so is one after everything was revoked.
    google.set_account("3", "edsger@example.com");
    let third = connect(&google, &[]).await;
    assert!(has_refresh(&third));
    let access = text(&third, "access_token");
    assert_eq!(post(&google, "/revoke", &[], &[("token", &access)]).await.status, 200);
    assert!(has_refresh(&connect(&google, &[]).await));
}

#[tokio::test]
async fn refreshing_keeps_the_refresh_token() {
    let google = start(Kind::Google).await;
    let first = connect(&google, &[]).await;
    let token = text(&first, "refresh_token");
    assert_eq!(first.json()["expires_in"], 3_599);
    google.advance_clock(3_600);
    assert_eq!(google.token_state(&text(&first, "access_token")), TokenState::Expired);
    for _ in 0..2 {
        let answer = refresh(&google, &token).await;
        assert_eq!(answer.status, 200);
        assert!(!has_refresh(&answer));
        assert_eq!(text(&answer, "scope"), "openid email");
        let me = get(&google, "/oauth2/v3/userinfo", &text(&answer, "access_token")).await;
        assert_eq!(text(&me, "email"), "ada@example.com");
    }
}

#[tokio::test]
async fn one_revocation_ends_the_whole_grant() {
    let google = start(Kind::Google).await;
    let (id, secret) = ("other.apps.googleusercontent.com", "GOCSPX-other");
    google.register_client(id, secret, &[CALLBACK]);
    let first = connect(&google, &[]).await;
    let second = connect(&google, &[("prompt", "consent"), ("scope", READ)]).await;
    let back = Back::of(&ask(&google, &[("client_id", id)]).await);
    let form = [
        ("client_id", id),
        ("client_secret", secret),
        ("grant_type", "authorization_code"),
        ("code", &back.code()),
        ("redirect_uri", CALLBACK),
    ];
    let bystander = text(&token(&google, &form).await, "refresh_token");
    google.fail_revocations(1);
    let access = text(&first, "access_token");
    assert_eq!(post(&google, "/revoke", &[], &[("token", &access)]).await.status, 500);
    assert_eq!(post(&google, "/revoke", &[], &[("token", &access)]).await.status, 200);
    for answer in [&first, &second] {
        for name in ["access_token", "refresh_token"] {
            assert_eq!(google.token_state(&text(answer, name)), TokenState::Revoked);
        }
    }
    assert_eq!(google.token_state(&bystander), TokenState::Live);
    let again = post(&google, "/revoke", &[], &[("token", &access)]).await;
    assert_eq!(error(&again), (400, "invalid_token".into()));
    let dead = refresh(&google, &text(&first, "refresh_token")).await;
    assert_eq!(error(&dead), (400, "invalid_grant".into()));
    assert_eq!(text(&dead, "error_description"), "Token has been expired or revoked.");
    assert_eq!(browse(&google, "/revoke", &[("token", &bystander)]).await.status, 404);
    let in_query = post(&google, &format!("/revoke?token={bystander}"), &[], &[]).await;
    assert_eq!(in_query.status, 200);
    assert_eq!(google.stats().revocations, 2);
}

#[tokio::test]
async fn scopes_add_up_where_that_is_asked_for() {
    let google = start(Kind::Google).await;
    connect(&google, &[]).await;
    let alone = connect(&google, &[("scope", READ)]).await;
    assert_eq!(text(&alone, "scope"), READ);
    let all = connect(&google, &[("scope", "profile"), ("include_granted_scopes", "true")]).await;
    assert_eq!(text(&all, "scope"), format!("openid email {READ} profile"));
}

#[tokio::test]
async fn the_authorization_page_refuses_by_a_page() {
    let google = start(Kind::Google).await;
    for (change, status, title) in [
        (("client_id", "nobody"), 401, "invalid_client"),
        (("client_id", ""), 400, "invalid_request"),
        (("redirect_uri", "https://client.example/callback/"), 400, "redirect_uri_mismatch"),
        (("redirect_uri", ""), 400, "invalid_request"),
        (("response_type", ""), 400, "invalid_request"),
        (("scope", ""), 400, "invalid_request"),
        (("access_type", "sometimes"), 400, "invalid_request"),
        (("prompt", "please"), 400, "invalid_request"),
    ] {
        let answer = ask(&google, &[change]).await;
        assert_eq!((answer.status, answer.header("location")), (status, None), "{change:?}");
        assert!(answer.text().contains(title), "{change:?}");
    }
    google.deny_next();
    let back = Back::of(&ask(&google, &[]).await);
    assert_eq!((back.get("error"), back.get("state")), (Some("access_denied"), Some("s")));
}

#[tokio::test]
async fn errors_of_the_token_endpoint() {
    let google = start(Kind::Google).await;
    let code = Back::of(&ask(&google, &[]).await).code();
    // A code has a slash: it is percent-encoded in the callback.
    assert!(code.starts_with("4/"));
    let good =
        [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    for (change, status, name) in [
        (("client_id", "nobody"), 401, "invalid_client"),
        (("client_secret", "wrong"), 401, "invalid_client"),
        (("client_id", ""), 400, "invalid_request"),
        (("code", ""), 400, "invalid_request"),
        (("code", "4/never"), 400, "invalid_grant"),
        (("redirect_uri", ""), 400, "invalid_request"),
        (("redirect_uri", "https://client.example/other"), 400, "redirect_uri_mismatch"),
        (("grant_type", ""), 400, "invalid_request"),
        (("grant_type", "password"), 400, "unsupported_grant_type"),
    ] {
        let mut form = good.to_vec();
        form.retain(|(name, _)| *name != change.0);
        form.push(change);
        let answer = token(&google, &form).await;
        assert_eq!(error(&answer), (status, name.to_owned()), "{change:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(exchange(&google, &code).await.status, 200);
    assert_eq!(error(&exchange(&google, &code).await), (400, "invalid_grant".into()));
    assert_eq!(error(&refresh(&google, "1//0never").await), (400, "invalid_grant".into()));
    let late = Back::of(&ask(&google, &[]).await).code();
    google.advance_clock(601);
    assert_eq!(error(&exchange(&google, &late).await), (400, "invalid_grant".into()));
    // Basic is accepted, and PKCE is checked if it is used.
    let (id, secret) = Kind::Google.default_client().unwrap();
    let challenge = challenge();
    let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let code = Back::of(&ask(&google, &pkce).await).code();
    assert_eq!(error(&exchange(&google, &code).await), (400, "invalid_grant".into()));
    let form = [good[0], ("code", &code), good[2], ("code_verifier", VERIFIER)];
    let authorization = basic(id, secret);
    let answer = post(&google, "/token", &[("authorization", &authorization)], &form).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn userinfo_tells_what_the_scopes_allow() {
    let google = start(Kind::Google).await;
    google.set_account("77", "grace@example.com");
    let drive = text(&connect(&google, &[("scope", READ)]).await, "access_token");
    let me = get(&google, "/oauth2/v3/userinfo", &drive).await.json();
    assert_eq!(me, serde_json::json!({"sub": "77"}));
    let refused = get(&google, "/oauth2/v3/userinfo", "ya29.none").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().contains("invalid_token"));
}
