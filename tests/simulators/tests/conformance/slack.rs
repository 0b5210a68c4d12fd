//! <https://docs.slack.dev/authentication/installing-with-oauth>,
//! <https://docs.slack.dev/reference/methods/oauth.v2.access>,
//! <https://docs.slack.dev/authentication/using-token-rotation>

use std::sync::Arc;

use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Kind, Simulator, TokenState};
use serde_json::Value;

use crate::oauth::{Back, CALLBACK, basic, browse, post, start, text};

async fn ask(slack: &Simulator, changes: &[(&str, &str)]) -> Answer {
    let (id, _) = Kind::Slack.default_client().unwrap();
    let mut query = vec![
        ("client_id", id),
        ("scope", "chat:write,channels:read"),
        ("user_scope", "users:read"),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
    ];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    browse(slack, "/oauth/v2/authorize", &query).await
}

async fn access(slack: &Simulator, form: &[(&str, &str)]) -> Answer {
    let (id, secret) = Kind::Slack.default_client().unwrap();
    post(slack, "/api/oauth.v2.access", &[("authorization", &basic(id, secret))], form).await
}

async fn install(slack: &Simulator) -> Value {
    let code = Back::of(&ask(slack, &[]).await).code();
    let answer = access(slack, &[("code", &code), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["ok"], true, "{}", answer.text());
    answer.json()
}

async fn call(slack: &Simulator, method: &str, token: &str, form: &[(&str, &str)]) -> Value {
    let authorization = format!("Bearer {token}");
    let path = format!("/api/{method}");
    let answer = post(slack, &path, &[("authorization", &authorization)], form).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn an_installation_has_a_bots_and_a_users_token() {
    let slack = start(Kind::Slack).await;
    slack.set_account("T123", "Acme");
    let tokens = install(&slack).await;
    assert!(string(&tokens["access_token"]).starts_with("xoxb-"));
    assert_eq!(
        (&tokens["token_type"], &tokens["scope"]),
        (&"bot".into(), &"chat:write,channels:read".into())
    );
    assert_eq!(tokens["team"], serde_json::json!({"id": "T123", "name": "Acme"}));
    assert!(string(&tokens["authed_user"]["access_token"]).starts_with("xoxp-"));
    assert_eq!(tokens["authed_user"]["scope"], "users:read");
    assert!(tokens.get("refresh_token").is_none() && tokens.get("expires_in").is_none());

    let bot = call(&slack, "auth.test", string(&tokens["access_token"]), &[]).await;
    assert_eq!(
        (&bot["ok"], &bot["team_id"], &bot["team"]),
        (&true.into(), &"T123".into(), &"Acme".into())
    );
    assert!(bot["bot_id"].is_string());
    let user = call(&slack, "auth.test", string(&tokens["authed_user"]["access_token"]), &[]).await;
    assert_eq!(user["user_id"], tokens["authed_user"]["id"]);
    slack.advance_clock(10 * 365 * 86_400);
    assert_eq!(call(&slack, "auth.test", string(&tokens["access_token"]), &[]).await["ok"], true);
}

#[tokio::test]
async fn the_authorization_page_refuses_without_a_redirect() {
    let slack = start(Kind::Slack).await;
    for change in [
        [("client_id", "nobody")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "https://client.example/")],
    ] {
        let answer = ask(&slack, &change).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{change:?}");
    }
    assert_eq!(ask(&slack, &[("scope", ""), ("user_scope", "")]).await.status, 400);
    slack.deny_next();
    let back = Back::of(&ask(&slack, &[]).await);
    assert_eq!((back.get("error"), back.get("state")), (Some("access_denied"), Some("s")));
    // A URI below the registered one is accepted, and so is a request without one.
    let below = format!("{CALLBACK}/slack");
    let answer = ask(&slack, &[("redirect_uri", &below)]).await;
    assert!(answer.header("location").unwrap().starts_with(&below));
    assert!(Back::of(&ask(&slack, &[("redirect_uri", "")]).await).get("code").is_some());
}

#[tokio::test]
async fn errors_are_200_and_named() {
    let slack = start(Kind::Slack).await;
    let (id, secret) = Kind::Slack.default_client().unwrap();
    let code = Back::of(&ask(&slack, &[]).await).code();
    let form = |id, secret, code| {
        [("client_id", id), ("client_secret", secret), ("code", code), ("redirect_uri", CALLBACK)]
    };
    let path = "/api/oauth.v2.access";
    for (form, error) in [
        (form("nobody", secret, &code), "invalid_client_id"),
        (form(id, "wrong", &code), "bad_client_secret"),
        (form(id, secret, "never-given"), "invalid_code"),
        (form(id, secret, ""), "invalid_code"),
    ] {
        let answer = post(&slack, path, &[], &form).await;
        assert_eq!((answer.status, text(&answer, "error")), (200, error.to_owned()));
        assert_eq!(answer.json()["ok"], false);
    }
    for uri in ["", "https://client.example/callback/other"] {
        let answer = access(&slack, &[("code", &code), ("redirect_uri", uri)]).await;
        assert_eq!(text(&answer, "error"), "bad_redirect_uri");
    }
    let odd = access(&slack, &[("grant_type", "password")]).await;
    assert_eq!(text(&odd, "error"), "invalid_grant_type");
    let good = post(&slack, path, &[], &form(id, secret, &code)).await;
    assert_eq!(good.json()["ok"], true);
    let again = access(&slack, &[("code", &code), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(text(&again, "error"), "code_already_used");
    assert_eq!(slack.token_state(&text(&good, "access_token")), TokenState::Live);
    let late = Back::of(&ask(&slack, &[]).await).code();
    slack.advance_clock(601);
    let late = access(&slack, &[("code", &late), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(text(&late, "error"), "invalid_code");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_rotation_tokens_expire_and_refresh_tokens_are_used_once() {
    let slack = Arc::new(start(Kind::Slack).await);
    slack.configure(|options| options.rotation = true);
    let tokens = install(&slack).await;
    let bot = string(&tokens["access_token"]).to_owned();
    assert!(bot.starts_with("xoxe.xoxb-") && tokens["expires_in"] == 43_200);
    let user = &tokens["authed_user"];
    assert!(
        string(&user["access_token"]).starts_with("xoxe.xoxp-") && user["expires_in"] == 43_200
    );
    slack.advance_clock(43_201);
    assert_eq!(call(&slack, "auth.test", &bot, &[]).await["error"], "token_expired");

    let refresh = string(&tokens["refresh_token"]).to_owned();
    assert!(refresh.starts_with("xoxe-"));
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let (slack, refresh) = (Arc::clone(&slack), refresh.clone());
            tokio::spawn(async move {
                let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
                access(&slack, &form).await.json()
            })
        })
        .collect();
    let mut served = Vec::new();
    for call in calls {
        let answer = call.await.unwrap();
        match answer["ok"].as_bool() {
            Some(true) => served.push(answer),
            _ => assert_eq!(answer["error"], "invalid_refresh_token"),
        }
    }
    assert_eq!(served.len(), 1);
    assert_eq!(served[0]["token_type"], "bot");
    // The family stays valid.
    assert_eq!(
        call(&slack, "auth.test", string(&served[0]["access_token"]), &[]).await["ok"],
        true
    );
    let form = [("grant_type", "refresh_token"), ("refresh_token", string(&user["refresh_token"]))];
    let user = access(&slack, &form).await.json();
    assert_eq!(user["token_type"], "user");
    assert_eq!(slack.stats().refreshes, 2);
}

#[tokio::test]
async fn revoking_ends_one_token_and_uninstalling_all() {
    let slack = start(Kind::Slack).await;
    let tokens = install(&slack).await;
    let (bot, user) =
        (string(&tokens["access_token"]), string(&tokens["authed_user"]["access_token"]));
    assert_eq!(call(&slack, "auth.revoke", bot, &[("test", "1")]).await["revoked"], false);
    slack.fail_revocations(1);
    let authorization = format!("Bearer {bot}");
    let failed = post(&slack, "/api/auth.revoke", &[("authorization", &authorization)], &[]).await;
    assert_eq!((failed.status, slack.token_state(bot)), (500, TokenState::Live));
    let revoked = call(&slack, "auth.revoke", bot, &[]).await;
    assert_eq!((&revoked["ok"], &revoked["revoked"]), (&true.into(), &true.into()));
    assert_eq!(call(&slack, "auth.test", bot, &[]).await["error"], "token_revoked");
    assert_eq!(slack.token_state(user), TokenState::Live);
    let (id, secret) = Kind::Slack.default_client().unwrap();
    let mine = [("client_id", id), ("client_secret", secret)];
    assert_eq!(call(&slack, "apps.uninstall", user, &mine).await["ok"], true);
    assert_eq!(slack.live_tokens(), [""; 0]);
}

#[tokio::test]
async fn methods_want_a_token_its_scope_and_their_arguments() {
    let slack = start(Kind::Slack).await;
    let tokens = install(&slack).await;
    let (bot, user) =
        (string(&tokens["access_token"]), string(&tokens["authed_user"]["access_token"]));
    let none = post(&slack, "/api/auth.test", &[], &[]).await;
    assert_eq!((none.status, text(&none, "error")), (200, "not_authed".into()));
    assert_eq!(call(&slack, "auth.test", "xoxb-none", &[]).await["error"], "invalid_auth");
    assert_eq!(call(&slack, "no.such", bot, &[]).await["error"], "unknown_method");
    let in_form = post(&slack, "/api/auth.test", &[], &[("token", bot)]).await;
    assert_eq!(in_form.json()["ok"], true);
    assert_eq!(in_form.header("x-oauth-scopes"), Some("chat:write,channels:read"));

    let lacking = call(&slack, "conversations.list", user, &[]).await;
    assert_eq!(
        (&lacking["error"], &lacking["needed"], &lacking["provided"]),
        (&"missing_scope".into(), &"channels:read".into(), &"users:read".into())
    );
    let channels = call(&slack, "conversations.list", bot, &[]).await;
    let channel = string(&channels["channels"][0]["id"]).to_owned();
    let post = |form: Vec<(&'static str, String)>| {
        let slack = &slack;
        async move {
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            call(slack, "chat.postMessage", bot, &form).await
        }
    };
    assert_eq!(post(vec![("text", "hi".into())]).await["error"], "channel_not_found");
    assert_eq!(post(vec![("channel", channel.clone())]).await["error"], "no_text");
    let sent = post(vec![("channel", channel.clone()), ("text", "hi".into())]).await;
    assert_eq!((&sent["ok"], &sent["message"]["text"]), (&true.into(), &"hi".into()));
    let authorization = format!("Bearer {bot}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json; charset=utf-8"),
    ];
    let body = br##"{"channel":"#general","text":"as JSON"}"##;
    let json = client::send(slack.port(), "POST", "/api/chat.postMessage", &headers, body).await;
    assert_eq!(json.unwrap().json()["ok"], true);
}

#[tokio::test]
async fn a_copied_bot_token_posts_and_reads_threads_page_by_page() {
    let slack = start(Kind::Slack).await;
    let bot = Kind::Slack.default_key();
    assert_eq!(call(&slack, "auth.test", bot, &[]).await["team"], "Simulated Workspace");
    let post = async |text: &'static str, more: &[(&str, &str)]| {
        let form = [&[("channel", "C0SIMULOPS"), ("text", text)], more].concat();
        call(&slack, "chat.postMessage", bot, &form).await
    };
    let parent = string(&post("parent", &[]).await["ts"]).to_owned();
    assert_eq!(post("x", &[("thread_ts", "1.2")]).await["error"], "thread_not_found");
    let replies = async |ts: &str, more: &[(&str, &str)]| {
        let form = [&[("channel", "C0SIMULOPS"), ("ts", ts)], more].concat();
        call(&slack, "conversations.replies", bot, &form).await
    };
    // A message without replies is returned alone.
    let alone = replies(&parent, &[]).await;
    assert_eq!(alone["messages"].as_array().unwrap().len(), 1);
    assert!(alone["messages"][0].get("reply_count").is_none() && alone["has_more"] == false);
    let first = post("first", &[("thread_ts", &parent)]).await;
    assert_eq!(
        (&first["message"]["thread_ts"], &first["ok"]),
        (&parent.clone().into(), &true.into())
    );
    post("second", &[("thread_ts", string(&first["ts"]))]).await;
    post("elsewhere", &[]).await;
    for ts in [parent.as_str(), string(&first["ts"])] {
        let all = replies(ts, &[]).await;
        let texts: Vec<_> =
            all["messages"].as_array().unwrap().iter().map(|m| string(&m["text"])).collect();
        assert_eq!(texts, ["parent", "first", "second"]);
        assert_eq!(
            (&all["messages"][0]["reply_count"], &all["messages"][2]["thread_ts"]),
            (&2.into(), &parent.clone().into())
        );
    }
    let page = replies(&parent, &[("limit", "2")]).await;
    let next = string(&page["response_metadata"]["next_cursor"]);
    assert_eq!((page["messages"].as_array().unwrap().len(), &page["has_more"]), (2, &true.into()));
    let rest = replies(&parent, &[("limit", "2"), ("cursor", next)]).await;
    assert_eq!(
        (&rest["messages"][0]["text"], &rest["has_more"]),
        (&"second".into(), &false.into())
    );
    for (more, error) in [
        (("limit", "0"), "invalid_limit"),
        (("limit", "many"), "invalid_limit"),
        (("cursor", "nonsense"), "invalid_cursor"),
    ] {
        assert_eq!(replies(&parent, &[more]).await["error"], error);
    }
    assert_eq!(replies("1.2", &[]).await["error"], "thread_not_found");
    let nowhere = [("channel", "general"), ("ts", parent.as_str())];
    assert_eq!(
        call(&slack, "conversations.replies", bot, &nowhere).await["error"],
        "channel_not_found"
    );
    let one = call(&slack, "conversations.list", bot, &[("limit", "1")]).await;
    assert!(!string(&one["response_metadata"]["next_cursor"]).is_empty());
    slack.restrict_key(bot);
    assert_eq!(replies(&parent, &[]).await["needed"], "channels:history");
    slack.accept_key(bot);
    assert_eq!(call(&slack, "auth.revoke", bot, &[]).await["revoked"], true);
    assert_eq!(call(&slack, "auth.test", bot, &[]).await["error"], "token_revoked");
}
