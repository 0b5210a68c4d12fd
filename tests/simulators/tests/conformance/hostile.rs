//! Every misbehaviour, as a client sees it.

use std::sync::Arc;
use std::time::Duration;

use nexus_simulators::client::Answer;
use nexus_simulators::{Kind, Misbehaviour, Simulator, TokenState};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::oauth::{Back, CALLBACK, VERIFIER, basic, encode, send, start, text};
use crate::strict::{CLIENT, SECRET, ask, code, connect, exchange, refresh};

/// Gets a code, and a token response with this misbehaviour.
async fn spoiled(hostile: &Simulator, misbehaviour: Misbehaviour) -> Answer {
    let value = code(hostile).await;
    hostile.misbehave(misbehaviour).unwrap();
    let answer = exchange(hostile, &value).await;
    hostile.behave();
    answer
}

#[tokio::test]
async fn only_the_hostile_one_does() {
    let strict = start(Kind::Strict).await;
    assert!(strict.misbehave(Misbehaviour::NoIssuer).is_err());
    let hostile = start(Kind::Hostile).await;
    let (_, token) = connect(&hostile).await;
    assert_eq!(refresh(&hostile, &token).await.status, 200);
    assert_eq!(refresh(&hostile, &token).await.status, 400);
}

#[tokio::test]
async fn the_callback_lies_about_its_issuer_or_says_nothing() {
    let hostile = start(Kind::Hostile).await;
    hostile.misbehave(Misbehaviour::WrongIssuer).unwrap();
    let back = Back::of(&ask(&hostile, &[]).await);
    assert!(back.get("code").is_some());
    assert_ne!(back.get("iss").unwrap(), hostile.origin());
    hostile.misbehave(Misbehaviour::NoIssuer).unwrap();
    assert_eq!(Back::of(&ask(&hostile, &[]).await).get("iss"), None);
    hostile.deny_next();
    assert_eq!(Back::of(&ask(&hostile, &[]).await).get("iss"), None);
}

#[tokio::test]
async fn an_error_leaves_the_code_unused() {
    let hostile = start(Kind::Hostile).await;
    let value = code(&hostile).await;
    hostile.misbehave(Misbehaviour::HtmlError(502)).unwrap();
    let html = exchange(&hostile, &value).await;
    assert_eq!(html.status, 502);
    assert!(html.header("content-type").unwrap().starts_with("text/html"));
    hostile.misbehave(Misbehaviour::ErrorWith200).unwrap();
    let odd = exchange(&hostile, &value).await;
    assert_eq!((odd.status, text(&odd, "error")), (200, "invalid_grant".into()));
    hostile.misbehave(Misbehaviour::Redirect("https://elsewhere.example/".into())).unwrap();
    let redirect = exchange(&hostile, &value).await;
    assert_eq!(redirect.status, 307);
    assert_eq!(redirect.header("location"), Some("https://elsewhere.example/"));
    hostile.misbehave(Misbehaviour::EchoSecrets).unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", value.as_str()),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    let echo = send(&hostile, "/token", &[], &form).await.unwrap();
    assert_eq!(echo.status, 400);
    for secret in [SECRET, value.as_str(), VERIFIER] {
        assert!(text(&echo, "error_description").contains(secret));
    }
    let header = exchange(&hostile, &value).await;
    assert!(header.text().contains(&basic(CLIENT, SECRET)));
    assert!(header.text().contains(&format!("{CLIENT}:{SECRET}")));
    hostile.behave();
    assert_eq!(exchange(&hostile, &value).await.status, 200);
}

#[tokio::test]
async fn members_are_missing_or_odd() {
    let hostile = start(Kind::Hostile).await;
    for (misbehaviour, name, expected) in [
        (Misbehaviour::ExpiresInMissing, "expires_in", Value::Null),
        (Misbehaviour::ExpiresIn(json!("3600")), "expires_in", json!("3600")),
        (Misbehaviour::ExpiresIn(json!(0)), "expires_in", json!(0)),
        (Misbehaviour::ExpiresIn(json!(-1)), "expires_in", json!(-1)),
        (Misbehaviour::ExpiresIn(json!(u64::MAX)), "expires_in", json!(u64::MAX)),
        (Misbehaviour::ExpiresIn(json!(12.5)), "expires_in", json!(12.5)),
        (Misbehaviour::ScopeArray, "scope", json!(["profile", "mail"])),
        (Misbehaviour::ScopeMissing, "scope", Value::Null),
        (Misbehaviour::TokenTypeMissing, "token_type", Value::Null),
        (Misbehaviour::TokenType(json!("mac")), "token_type", json!("mac")),
        (Misbehaviour::AccessTokenMissing, "access_token", Value::Null),
    ] {
        let answer = spoiled(&hostile, misbehaviour.clone()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()[name], expected, "{misbehaviour:?}");
        // The rest is unchanged, and the issued tokens are live.
        let refresh = text(&answer, "refresh_token");
        assert_eq!(hostile.token_state(&refresh), TokenState::Live, "{misbehaviour:?}");
    }
}

#[tokio::test]
async fn the_body_is_another_than_it_should_be() {
    let hostile = start(Kind::Hostile).await;
    let huge = spoiled(&hostile, Misbehaviour::Huge(10_000_000)).await;
    assert!(huge.body.len() > 10_000_000 && huge.json()["access_token"].is_string());

    let twice = spoiled(&hostile, Misbehaviour::DuplicateMembers).await.text();
    assert_eq!(twice.matches("\"access_token\":").count(), 2);
    assert_eq!(twice.matches("\"expires_in\":").count(), 2);

    let form = spoiled(&hostile, Misbehaviour::FormEncoded).await;
    assert_eq!(form.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(form.text().contains("access_token=strict-access-"));
    assert!(form.text().contains("scope=profile+mail"));
}

/// The bytes of a response to a refresh, until the server closes the connection or `limit` has passed.
async fn raw(hostile: &Simulator, token: &str, limit: Duration) -> (String, bool) {
    let body = encode(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
    let request = format!(
        "POST /token HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        basic(CLIENT, SECRET),
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", hostile.port())).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let closed = tokio::time::timeout(limit, stream.read_to_end(&mut bytes)).await.is_ok();
    (String::from_utf8_lossy(&bytes).into_owned(), closed)
}

#[tokio::test]
async fn the_answer_stops_half_way_or_never_ends() {
    let hostile = start(Kind::Hostile).await;
    let (_, token) = connect(&hostile).await;
    hostile.misbehave(Misbehaviour::StopHalfWay).unwrap();
    let (text, closed) = raw(&hostile, &token, Duration::from_secs(5)).await;
    assert!(closed);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head.to_lowercase().split_once("content-length: ").unwrap().1.to_owned();
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    assert!(body.starts_with('{') && body.len() == length / 2, "{body} of {length}");
    assert_eq!(hostile.token_state(&token), TokenState::Revoked);

    hostile.behave();
    let (_, token) = connect(&hostile).await;
    hostile.misbehave(Misbehaviour::Drip).unwrap();
    let (text, closed) = raw(&hostile, &token, Duration::from_millis(450)).await;
    assert!(!closed);
    assert!(text.matches("\r\n.\r\n").count() >= 2, "{text}");
}

#[tokio::test]
async fn silence_lasts_until_it_is_ended() {
    let hostile = Arc::new(start(Kind::Hostile).await);
    let (_, token) = connect(&hostile).await;
    hostile.misbehave(Misbehaviour::Silence).unwrap();
    let call = {
        let hostile = Arc::clone(&hostile);
        tokio::spawn(async move { refresh(&hostile, &token).await })
    };
    hostile.wait_for_held(1).await.unwrap();
    assert!(!call.is_finished());
    hostile.behave();
    assert_eq!(call.await.unwrap().status, 200);
}
