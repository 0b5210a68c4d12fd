//! <https://docs.stripe.com/connect/oauth-reference>

use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Kind, Simulator, TokenState};

use crate::get;
use crate::oauth::{Back, CALLBACK, basic, browse, error, post, start, text};

async fn ask(stripe: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, _) = Kind::StripeConnect.default_client().unwrap();
    let mut query = vec![
        ("client_id", id),
        ("response_type", "code"),
        ("scope", "read_write"),
        ("state", "s"),
        ("redirect_uri", CALLBACK),
    ];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    browse(stripe, "/oauth/authorize", &query).await
}

async fn token(stripe: &Simulator, form: &[(&str, &str)]) -> Answer {
    let (_, secret) = Kind::StripeConnect.default_client().unwrap();
    let mut form = form.to_vec();
    form.push(("client_secret", secret));
    post(stripe, "/oauth/token", &[], &form).await
}

async fn exchange(stripe: &Simulator, code: &str) -> Answer {
    token(stripe, &[("grant_type", "authorization_code"), ("code", code)]).await
}

async fn connect(stripe: &Simulator) -> Answer {
    let answer = exchange(stripe, &Back::of(&ask(stripe, &[]).await).code()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn deauthorize(stripe: &Simulator, key: &str, form: &[(&str, &str)]) -> Answer {
    let authorization = format!("Bearer {key}");
    post(stripe, "/oauth/deauthorize", &[("authorization", &authorization)], form).await
}

#[tokio::test]
async fn a_connection_names_the_account_and_what_it_may_do() {
    let stripe = start(Kind::StripeConnect).await;
    stripe.set_account("acct_7", "Shop 7");
    let back = Back::of(&ask(&stripe, &[]).await);
    assert_eq!((back.get("scope"), back.get("state")), (Some("read_write"), Some("s")));
    let answer = exchange(&stripe, &back.code()).await;
    let body = answer.json();
    assert_eq!(
        (&body["stripe_user_id"], &body["scope"], &body["livemode"], &body["token_type"]),
        (&"acct_7".into(), &"read_write".into(), &false.into(), &"bearer".into())
    );
    assert!(text(&answer, "stripe_publishable_key").starts_with("pk_test_"));
    assert!(body.get("expires_in").is_none());
    let access = text(&answer, "access_token");
    stripe.advance_clock(10 * 365 * 86_400);
    assert_eq!(text(&get(&stripe, "/v1/account", &access).await, "id"), "acct_7");
    // The platform's key with the account's name works too.
    let (_, secret) = Kind::StripeConnect.default_client().unwrap();
    let authorization = format!("Bearer {secret}");
    let named = |account: &'static str| {
        let headers =
            [("authorization", authorization.clone()), ("stripe-account", account.to_owned())];
        let port = stripe.port();
        async move {
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            client::send(port, "GET", "/v1/account", &headers, b"").await.unwrap()
        }
    };
    assert_eq!(text(&named("acct_7").await, "id"), "acct_7");
    assert_eq!(named("acct_8").await.status, 403);
    let default = Back::of(&ask(&stripe, &[("scope", ""), ("redirect_uri", "")]).await);
    assert_eq!(default.get("scope"), Some("read_only"));
}

#[tokio::test]
async fn errors_of_the_authorization_page() {
    let stripe = start(Kind::StripeConnect).await;
    for change in [
        [("client_id", "ca_nobody")],
        [("client_id", "")],
        [("redirect_uri", "https://client.example/callback/deeper")],
    ] {
        let answer = ask(&stripe, &change).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{change:?}");
    }
    for (change, code) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "everything"), "invalid_scope"),
    ] {
        assert_eq!(Back::of(&ask(&stripe, &[change]).await).get("error"), Some(code));
    }
    stripe.deny_next();
    let back = Back::of(&ask(&stripe, &[]).await);
    assert_eq!(back.get("error"), Some("access_denied"));
    assert_eq!(back.get("error_description"), Some("The user denied your request"));
}

#[tokio::test]
async fn errors_of_the_token_endpoint() {
    let stripe = start(Kind::StripeConnect).await;
    stripe.register_client("ca_other", "sk_test_other", &[CALLBACK]);
    let code = Back::of(&ask(&stripe, &[]).await).code();
    let grant = ("grant_type", "authorization_code");
    let keyless = post(&stripe, "/oauth/token", &[], &[grant, ("code", &code)]).await;
    assert_eq!(error(&keyless), (401, "invalid_client".into()));
    let form = [grant, ("code", code.as_str()), ("client_secret", "sk_test_other")];
    let other = post(&stripe, "/oauth/token", &[], &form).await;
    assert_eq!(error(&other), (400, "invalid_grant".into()));
    for (form, code) in [
        (vec![("code", code.as_str())], "invalid_request"),
        (vec![grant], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![grant, ("code", "ac_never")], "invalid_grant"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "rt_never")], "invalid_grant"),
    ] {
        assert_eq!(error(&token(&stripe, &form).await), (400, code.to_owned()), "{form:?}");
    }
    // The key may be sent as for the API.
    let (_, secret) = Kind::StripeConnect.default_client().unwrap();
    let user = basic(secret, "");
    let form = [grant, ("code", code.as_str())];
    let first = post(&stripe, "/oauth/token", &[("authorization", &user)], &form).await;
    assert_eq!(first.status, 200);
    let again = exchange(&stripe, &code).await;
    assert_eq!(error(&again), (400, "invalid_grant".into()));
    assert!(text(&again, "error_description").contains("have been revoked"));
    assert_eq!(stripe.token_state(&text(&first, "access_token")), TokenState::Revoked);
}

#[tokio::test]
async fn refreshing_keeps_the_refresh_token_and_may_ask_for_less() {
    let stripe = start(Kind::StripeConnect).await;
    let refresh = text(&connect(&stripe).await, "refresh_token");
    let form = |scope: &'static str| {
        [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("scope", scope)]
    };
    for (scope, granted) in [("", "read_write"), ("read_only", "read_only")] {
        let answer = token(&stripe, &form(scope)).await;
        assert_eq!((answer.status, text(&answer, "scope")), (200, granted.to_owned()));
        assert_eq!(text(&answer, "refresh_token"), refresh);
    }
    assert_eq!(error(&token(&stripe, &form("more")).await), (400, "invalid_scope".into()));
}

#[tokio::test]
async fn deauthorizing_ends_the_connection_once() {
    let stripe = start(Kind::StripeConnect).await;
    stripe.register_client("ca_other", "sk_test_other", &[CALLBACK]);
    let (id, secret) = Kind::StripeConnect.default_client().unwrap();
    let (first, second) = (connect(&stripe).await, connect(&stripe).await);
    let account = text(&first, "stripe_user_id");
    let form = [("client_id", id), ("stripe_user_id", account.as_str())];

    assert_eq!(post(&stripe, "/oauth/deauthorize", &[], &form).await.status, 401);
    assert_eq!(
        error(&deauthorize(&stripe, "sk_test_other", &form).await),
        (401, "invalid_client".into())
    );
    for missing in [&form[..1], &form[1..]] {
        let answer = deauthorize(&stripe, secret, missing).await;
        assert_eq!(error(&answer), (400, "invalid_request".into()));
    }
    let stranger = [("client_id", id), ("stripe_user_id", "acct_stranger")];
    assert_eq!(
        error(&deauthorize(&stripe, secret, &stranger).await),
        (401, "invalid_client".into())
    );
    stripe.fail_revocations(1);
    assert_eq!(deauthorize(&stripe, secret, &form).await.status, 500);
    assert_eq!(stripe.token_state(&text(&first, "access_token")), TokenState::Live);

    let done = deauthorize(&stripe, secret, &form).await;
    assert_eq!((done.status, text(&done, "stripe_user_id")), (200, account.clone()));
    for answer in [&first, &second] {
        assert_eq!(stripe.token_state(&text(answer, "access_token")), TokenState::Revoked);
        assert_eq!(stripe.token_state(&text(answer, "refresh_token")), TokenState::Revoked);
    }
    assert_eq!(get(&stripe, "/v1/account", &text(&first, "access_token")).await.status, 401);
    assert_eq!(error(&deauthorize(&stripe, secret, &form).await), (401, "invalid_client".into()));
    assert_eq!(stripe.stats().revocations, 1);
}
