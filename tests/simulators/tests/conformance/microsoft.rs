//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>,
//! <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>

use nexus_simulators::client::Answer;
use nexus_simulators::{Kind, Simulator, TokenState};
use serde_json::json;

use crate::get;
use crate::oauth::{Back, CALLBACK, VERIFIER, browse, challenge, post, start, text};

async fn ask_at(microsoft: &Simulator, tenant: &str, changes: &[(&str, &str)]) -> Answer {
    let (id, _) = Kind::Microsoft.default_client().unwrap();
    let challenge = challenge();
    let mut query = vec![
        ("client_id", id),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "offline_access User.Read"),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    browse(microsoft, &format!("/{tenant}/oauth2/v2.0/authorize"), &query).await
}

async fn ask(microsoft: &Simulator, changes: &[(&str, &str)]) -> Answer {
    ask_at(microsoft, "common", changes).await
}

async fn token(microsoft: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, secret) = Kind::Microsoft.default_client().unwrap();
    let mut form = vec![("client_id", id), ("client_secret", secret)];
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    post(microsoft, "/organizations/oauth2/v2.0/token", &[], &form).await
}

fn exchange_form(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

async fn connect(microsoft: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let code = Back::of(&ask(microsoft, changes).await).code();
    let answer = token(microsoft, &exchange_form(&code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn refresh(microsoft: &Simulator, value: &str) -> Answer {
    token(microsoft, &[("grant_type", "refresh_token"), ("refresh_token", value)]).await
}

/// The status, the error and the number of AADSTS.
fn refusal(answer: &Answer) -> (u16, String, u64) {
    let body = answer.json();
    let number = body["error_codes"][0].as_u64().unwrap();
    let description = text(answer, "error_description");
    assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
    assert!(body["timestamp"].is_string() && body["trace_id"].is_string());
    assert!(body["correlation_id"].is_string());
    (answer.status, text(answer, "error"), number)
}

#[tokio::test]
async fn a_whole_flow_ends_at_the_account() {
    let microsoft = start(Kind::Microsoft).await;
    microsoft.set_account("user-guid", "grace@contoso.com");
    let answer = connect(&microsoft, &[]).await;
    let body = answer.json();
    assert_eq!((&body["expires_in"], &body["scope"]), (&json!(3_599), &json!("User.Read")));
    let me = get(&microsoft, "/v1.0/me", &text(&answer, "access_token")).await;
    assert_eq!(
        (text(&me, "id"), text(&me, "userPrincipalName")),
        ("user-guid".into(), "grace@contoso.com".into())
    );
    let refused = get(&microsoft, "/v1.0/me", "none").await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["error"]["code"], "InvalidAuthenticationToken");
    microsoft.advance_clock(3_600);
    let late = get(&microsoft, "/v1.0/me", &text(&answer, "access_token")).await;
    assert!(late.json()["error"]["message"].as_str().unwrap().contains("expired"));
}

#[tokio::test]
async fn a_refresh_token_wants_offline_access_and_rolls() {
    let microsoft = start(Kind::Microsoft).await;
    let online = connect(&microsoft, &[("scope", "User.Read")]).await;
    assert!(online.json().get("refresh_token").is_none());
    let first = text(&connect(&microsoft, &[]).await, "refresh_token");
    let second = text(&refresh(&microsoft, &first).await, "refresh_token");
    assert_ne!(first, second);
    // The old token stays valid.
    for token in [&first, &second, &first] {
        assert_eq!(refresh(&microsoft, token).await.status, 200);
    }
    microsoft.advance_clock(90 * 86_400 + 1);
    assert_eq!(refusal(&refresh(&microsoft, &first).await), (400, "invalid_grant".into(), 700_082));
    let revoked = text(&connect(&microsoft, &[]).await, "refresh_token");
    microsoft.revoke_grant(&revoked);
    assert_eq!(
        refusal(&refresh(&microsoft, &revoked).await),
        (400, "invalid_grant".into(), 50_173)
    );
}

#[tokio::test]
async fn there_is_no_endpoint_to_revoke() {
    let microsoft = start(Kind::Microsoft).await;
    let token = text(&connect(&microsoft, &[]).await, "refresh_token");
    for path in ["/common/oauth2/v2.0/revoke", "/revoke", "/common/oauth2/v2.0/logout"] {
        assert_eq!(post(&microsoft, path, &[], &[("token", &token)]).await.status, 404);
    }
    assert_eq!(microsoft.token_state(&token), TokenState::Live);
}

#[tokio::test]
async fn errors_of_the_authorization_page() {
    let microsoft = start(Kind::Microsoft).await;
    for (change, code) in [
        (("client_id", "nobody"), "AADSTS700016"),
        (("client_id", ""), "AADSTS900144"),
        (("redirect_uri", "https://client.example/callback/"), "AADSTS50011"),
        (("redirect_uri", ""), "AADSTS50011"),
    ] {
        let answer = ask(&microsoft, &[change]).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{change:?}");
        assert!(answer.text().contains(code), "{change:?}");
    }
    let nowhere = ask_at(&microsoft, "nowhere.example", &[]).await;
    assert!(nowhere.status == 400 && nowhere.text().contains("AADSTS90002"));
    for (change, code) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", ""), "invalid_request"),
        (("code_challenge_method", "S512"), "invalid_request"),
    ] {
        let back = Back::of(&ask(&microsoft, &[change]).await);
        assert_eq!((back.get("error"), back.get("state")), (Some(code), Some("s")), "{change:?}");
    }
    microsoft.deny_next();
    assert_eq!(Back::of(&ask(&microsoft, &[]).await).get("error"), Some("access_denied"));
}

#[tokio::test]
async fn errors_of_the_token_endpoint() {
    let microsoft = start(Kind::Microsoft).await;
    let code = Back::of(&ask(&microsoft, &[]).await).code();
    for (change, status, error, number) in [
        (("client_id", "nobody"), 400, "unauthorized_client", 700_016),
        (("client_secret", "wrong"), 401, "invalid_client", 7_000_215),
        (("client_secret", ""), 401, "invalid_client", 7_000_218),
        (("client_id", ""), 400, "invalid_request", 900_144),
        (("grant_type", ""), 400, "invalid_request", 900_144),
        (("grant_type", "password"), 400, "unsupported_grant_type", 70_003),
        (("code", ""), 400, "invalid_request", 900_144),
        (("code", "never"), 400, "invalid_grant", 9_002_313),
        (("redirect_uri", ""), 400, "invalid_request", 900_144),
        (("redirect_uri", "https://client.example/other"), 400, "invalid_client", 50_011),
        (("code_verifier", ""), 400, "invalid_grant", 501_481),
        (("code_verifier", "wrong"), 400, "invalid_grant", 501_481),
        (("scope", "Mail.Read"), 400, "invalid_grant", 65_001),
    ] {
        let mut form = exchange_form(&code);
        form.retain(|(name, _)| *name != change.0);
        form.push(change);
        let answer = token(&microsoft, &form).await;
        assert_eq!(refusal(&answer), (status, error.to_owned(), number), "{change:?}");
    }
    // None of these attempts used up the code.
    assert_eq!(token(&microsoft, &exchange_form(&code)).await.status, 200);
    let again = token(&microsoft, &exchange_form(&code)).await;
    assert_eq!(refusal(&again), (400, "invalid_grant".into(), 54_005));
    let late = Back::of(&ask(&microsoft, &[]).await).code();
    microsoft.set_time(4_102_444_800);
    let late = token(&microsoft, &exchange_form(&late)).await;
    assert_eq!(refusal(&late), (400, "invalid_grant".into(), 70_008));
    assert_eq!(text(&late, "timestamp"), "2100-01-01 00:00:00Z");
    let (id, secret) = Kind::Microsoft.default_client().unwrap();
    let form = [("client_id", id), ("client_secret", secret)];
    let nowhere = post(&microsoft, "/nowhere/oauth2/v2.0/token", &[], &form).await;
    assert_eq!(refusal(&nowhere), (400, "invalid_request".into(), 90_002));
}
