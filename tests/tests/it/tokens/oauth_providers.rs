//! Built-in OAuth manifests with only their origins changed, against providers that behave as their
//! documentation says.

use nexus_simulators::{Kind, Simulator, TokenState};
use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options};
use crate::tokens::in_use::introduce_keys;
use crate::tokens::oauth::Pair;

/// Expires the token this many times. Each time it is refreshed once.
async fn refreshed(pair: &Pair, times: u64) {
    for refreshes in 1..=times {
        pair.expire();
        assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
        assert_eq!(pair.provider.stats().refreshes, refreshes);
    }
}

/// The states of the receipts by token.
fn states(deleted: &Answer) -> Vec<(String, String)> {
    let receipts = deleted.json()["revocation"].as_array().unwrap().clone();
    let text = |receipt: &Value, member: &str| receipt[member].as_str().unwrap().to_owned();
    let mut states: Vec<_> =
        receipts.iter().map(|receipt| (text(receipt, "token"), text(receipt, "state"))).collect();
    states.sort();
    states
}

fn all_revoked(deleted: &Answer, tokens: &[&str]) {
    assert_eq!(deleted.status, 200, "{deleted:?}");
    let expected: Vec<_> =
        tokens.iter().map(|token| ((*token).to_owned(), "revoked".to_owned())).collect();
    assert_eq!(states(deleted), expected, "{deleted:?}");
}

fn healthy(integration: &Value, account: &str) {
    assert_eq!(integration["health"]["state"], "healthy", "{integration}");
    assert_eq!(integration["account"]["id"], account, "{integration}");
    assert_eq!(integration["scopes"]["missing"], json!([]), "{integration}");
}

#[tokio::test]
async fn slack_without_rotation() {
    let pair = Pair::built_in(Kind::Slack, "slack").await;
    pair.provider.set_account("T123", "acme");
    let integration = pair.connect_with(json!({"scopes": ["chat:write", "channels:read"]})).await;
    healthy(&integration, "T123");
    assert_eq!(integration["scopes"]["granted"], json!(["chat:write", "channels:read"]));
    assert_eq!(integration["credential"]["expires_at"], Value::Null);
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
    all_revoked(&pair.delete().await, &["access_token"]);
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn slack_with_rotation() {
    let pair = Pair::built_in(Kind::Slack, "slack").await;
    pair.provider.configure(|options| options.rotation = true);
    pair.connect().await;
    refreshed(&pair, 3).await;
    all_revoked(&pair.delete().await, &["access_token", "refresh_token"]);
    assert!(pair.provider.live_tokens().is_empty(), "{:?}", pair.provider.live_tokens());
}

#[tokio::test]
async fn slack_says_no_with_200() {
    let pair = Pair::built_in(Kind::Slack, "slack").await;
    pair.provider.configure(|options| options.rotation = true);
    pair.connect().await;
    pair.expire();
    pair.provider.revoke_all_grants();
    let answer = pair.check().await.json();
    assert_eq!(answer["health"]["state"], "reauthorize", "{answer}");
    // The tokens no longer exist at the provider. The receipts say so, and no retry follows.
    all_revoked(&pair.delete().await, &["access_token", "refresh_token"]);
    assert_eq!(pair.app.count("outbox"), 0);
}

#[tokio::test]
async fn slack_that_does_not_end_a_token_is_not_believed() {
    let pair = Pair::built_in(Kind::Slack, "slack").await;
    pair.connect().await;
    pair.provider.fail_revocations(1);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    assert_eq!(pair.provider.live_tokens().len(), 1);
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    assert_eq!(pair.app.tick().await["revoked"], 1);
}

#[tokio::test]
async fn google_gives_a_refresh_token_every_time_and_ends_the_whole_grant() {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    pair.provider.set_account("1001", "ada@example.com");
    let integration = pair.connect().await;
    healthy(&integration, "1001");
    assert_eq!(integration["account"]["label"], "ada@example.com");
    // A second consent of the same user yields a refresh token only if the request asks for one.
    pair.again(json!({})).await.finish(&pair.app).await;
    // The replaced token belongs to the same grant, so it is not revoked yet.
    assert_eq!(pair.app.tick().await["revoked"], 0);
    assert_eq!(pair.provider.stats().revocations, 0);
    let events = pair.app.get("/api/integrations/primary/events").as_admin().send().await.json();
    let superseded = events["items"].as_array().unwrap().iter().any(|event| {
        event["kind"] == "integration.revocation" && event["detail"]["state"] == "superseded"
    });
    assert!(superseded, "{events}");
    // A refresh response has no refresh token, so the first one stays.
    refreshed(&pair, 2).await;
    // The replaced refresh token ends with the grant, and gets its own receipt.
    all_revoked(&pair.delete().await, &["access_token", "refresh_token", "refresh_token"]);
    assert_eq!(pair.provider.stats().revocations, 1);
    assert!(pair.provider.live_tokens().is_empty(), "{:?}", pair.provider.live_tokens());
}

#[tokio::test]
async fn github_tells_in_json_where_it_is_asked_to_and_ends_the_token() {
    let pair = Pair::built_in(Kind::GithubOauth, "github-oauth").await;
    pair.provider.set_account("583231", "octocat");
    healthy(&pair.connect().await, "583231");
    all_revoked(&pair.delete().await, &["access_token"]);
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn github_with_tokens_that_expire() {
    let pair = Pair::built_in(Kind::GithubOauth, "github-oauth").await;
    pair.provider.configure(|options| options.rotation = true);
    let integration = pair.connect().await;
    assert!(integration["credential"]["expires_at"].is_string(), "{integration}");
    refreshed(&pair, 1).await;
    pair.expire();
    pair.provider.revoke_all_grants();
    let answer = pair.check().await.json();
    assert_eq!(answer["health"]["state"], "reauthorize", "{answer}");
}

#[tokio::test]
async fn stripe_connect_is_deauthorized() {
    let pair = Pair::built_in(Kind::StripeConnect, "stripe-connect").await;
    pair.provider.set_account("acct_1NexusNexus", "Acme");
    let integration = pair.connect().await;
    healthy(&integration, "acct_1NexusNexus");
    assert_eq!(integration["params"]["stripe_user_id"], "acct_1NexusNexus");
    all_revoked(&pair.delete().await, &["access_token"]);
    assert!(pair.provider.live_tokens().is_empty());
}

#[tokio::test]
async fn microsoft_rolls_its_refresh_token_and_has_no_revocation() {
    let pair = Pair::built_in(Kind::Microsoft, "microsoft-365").await;
    pair.provider.set_account("87d349ed-44d7-43e1-9a83-5f2406dee5bd", "ada@contoso.com");
    let integration = pair.connect_with(json!({"params": {"tenant": "organizations"}})).await;
    healthy(&integration, "87d349ed-44d7-43e1-9a83-5f2406dee5bd");
    refreshed(&pair, 2).await;
    let token = pair.provider.live_tokens().remove(0);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 200);
    for (_, state) in states(&deleted) {
        assert_eq!(state, "unsupported", "{deleted:?}");
    }
    assert_eq!(pair.provider.token_state(&token), TokenState::Live);
}

#[tokio::test]
async fn an_app_of_the_deployment_goes_where_its_parameters_let_it() {
    let variable = json!({
        "slack": {"client_id": "deployed", "client_secret": "deployed-secret-0123456789"},
        "shopify": {"client_id": "shop-app", "client_secret": "shop-secret-0123456789",
            "params": {"shop": "acme"}},
    });
    let start = async |variable: &Value| {
        Options::default().var("oauth_clients", &variable.to_string()).start().await.unwrap()
    };
    let connect = async |app: &App, id: &str, params: Value| {
        let body = json!({"manifest_id": id, "name": format!("{id} {params}"), "params": params});
        app.post("/api/integrations").as_admin().json(&body).send().await
    };
    let app = start(&variable).await;
    let slack = connect(&app, "slack", json!({})).await;
    assert_eq!(slack.status, 201, "{slack:?}");
    let url = slack.json()["authorization_url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://slack.com/oauth/v2/authorize?"), "{url}");
    assert!(url.contains("client_id=deployed"), "{url}");
    assert_eq!(connect(&app, "shopify", json!({"shop": "acme"})).await.status, 201);
    // A connection with another shop would send the secret there.
    let other = connect(&app, "shopify", json!({"shop": "thief"})).await;
    other.problem(422, "oauth_client_missing");
    // The workspace's own app takes precedence.
    let own = json!({"client_id": "own-app", "client_secret": "own-secret-0123456789"});
    let saved = app.put("/api/oauth-clients/slack").as_admin().json(&own).send().await;
    assert_eq!(saved.status, 200, "{saved:?}");
    let again = app.post("/api/integrations/slack/authorize").as_admin().json(&json!({}));
    let url = again.send().await.json()["authorization_url"].as_str().unwrap().to_owned();
    assert!(url.contains("client_id=own-app"), "{url}");
    assert!(!app.log().contains("secret-0123456789"));

    let mut unpinned = variable.clone();
    unpinned["shopify"]["params"] = json!({});
    let app = start(&unpinned).await;
    let refused = connect(&app, "shopify", json!({"shop": "acme"})).await;
    let problem = refused.problem(500, "misconfigured");
    assert!(problem["detail"].as_str().unwrap().contains("oauth_clients"), "{problem}");
    assert!(!refused.text.contains("shop-secret"));
}

/// A replaced key is revoked if the provider has a request for that. Entering the same key again does not
/// revoke it.
#[tokio::test]
async fn a_key_that_is_replaced_ends() {
    let (app, provider) = (App::start().await, Simulator::start(Kind::Sandbox, 0).await.unwrap());
    let (old, new) = ("sandbox-old-key-000000000001", "sandbox-new-key-000000000002");
    provider.accept_key(old);
    provider.accept_key(new);
    introduce_keys(&app, &provider).await;
    let body =
        json!({"manifest_id": "custom-keys", "name": "Keys", "credentials": {"api_key": old}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let put = async |key: &str| {
        let body = json!({"credentials": {"api_key": key}});
        app.put("/api/integrations/keys").as_admin().json(&body).send().await
    };
    assert_eq!(put(old).await.status, 200);
    assert!(provider.accepts(old));
    put("sandbox-wrong-key-000000000003").await.problem(422, "credential_refused");
    assert!(provider.accepts(old), "nothing was replaced");
    assert_eq!(put(new).await.status, 200);
    assert!(provider.accepts(new) && !provider.accepts(old));
    assert_eq!(app.count("outbox"), 0);
    let events = app.get("/api/integrations/keys/events").as_admin().send().await.json();
    assert_eq!(events["items"][0]["kind"], "integration.revocation", "{events}");
    assert_eq!(events["items"][0]["detail"]["state"], "revoked", "{events}");
}

/// Two connections of one account by one app share one grant at Google. Revoking one revokes both.
#[tokio::test]
async fn a_grant_that_two_share_is_not_ended_by_chance() {
    let pair = Pair::built_in(Kind::Google, "gmail").await;
    pair.provider.set_account("1001", "ada@example.com");
    pair.connect().await;
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;

    let refused = pair.delete().await;
    let problem = refused.problem(409, "grant_shared");
    assert!(problem["detail"].as_str().unwrap().contains("second"), "{problem}");
    assert_eq!(pair.app.count("integrations"), 2);
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");

    let call = pair.app.delete("/api/integrations/primary?force=true").as_admin();
    all_revoked(&call.send().await, &["access_token", "refresh_token"]);
    assert!(pair.provider.live_tokens().is_empty());
    let second = pair.app.post("/api/integrations/second/check").as_admin().send().await.json();
    assert_eq!(second["health"]["state"], "reauthorize", "{second}");
}
