//! When the issuer is asked, and what still works while it does not respond.

use futures::future::join_all;
use serde_json::{Value, json};

use super::issuer::Issuer;
use super::keys;
use super::{MINUTE, admin, app, later, refused, status};
use crate::kit::app::{App, TICK_SECRET};

#[tokio::test]
async fn a_hundred_first_requests_ask_once_and_all_get_in() {
    let key = keys::p256(1);
    let issuer = Issuer::start(&[key.jwk("k")]).await;
    let app = app(&issuer).await;
    let token = key.token("k", &admin());
    let statuses = join_all((0..100).map(|_| status(&app, &token))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(issuer.asked().len(), 1);
}

#[tokio::test]
async fn a_hundred_unknown_kids_ask_once_a_minute() {
    let key = keys::p256(1);
    let issuer = Issuer::start(&[key.jwk("k")]).await;
    let app = app(&issuer).await;
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);

    let flood = async |app: &crate::kit::app::App| {
        let tokens: Vec<_> =
            (0..100).map(|n| key.token(&format!("unknown-{n}"), &admin())).collect();
        let statuses = join_all(tokens.iter().map(|token| status(app, token))).await;
        assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    };
    flood(&app).await;
    assert_eq!(issuer.asked().len(), 1, "within the minute of the first");
    let app = later(app, MINUTE).await;
    flood(&app).await;
    assert_eq!(issuer.asked().len(), 2);
    flood(&app).await;
    assert_eq!(issuer.asked().len(), 2);
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);
}

#[tokio::test]
async fn a_new_key_is_fetched_when_its_first_token_comes() {
    let (old, new) = (keys::p256(1), keys::ed25519(2));
    let issuer = Issuer::start(&[old.jwk("old")]).await;
    let app = app(&issuer).await;
    assert_eq!(status(&app, &old.token("old", &admin())).await, 200);
    issuer.publish(&[old.jwk("old"), new.jwk("new")]);
    refused(&app, "within the minute", &new.token("new", &admin())).await;
    let app = later(app, MINUTE).await;
    assert_eq!(status(&app, &old.token("old", &admin())).await, 200);
    assert_eq!(issuer.asked().len(), 1, "a known key asks nobody");
    let token = new.token("new", &admin());
    let statuses = join_all((0..50).map(|_| status(&app, &token))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(issuer.asked().len(), 2);
}

/// Two processes on one store share the keys of the issuer and the turns in which they are fetched.
#[tokio::test]
async fn of_two_processes_one_asks_for_both_when_the_issuer_has_a_new_key() {
    let (old, new) = (keys::p256(1), keys::ed25519(2));
    let issuer = Issuer::start(&[old.jwk("old")]).await;
    let first = app(&issuer).await;
    let second = first.beside().await;
    for app in [&first, &second] {
        assert_eq!(status(app, &old.token("old", &admin())).await, 200);
    }
    assert_eq!(issuer.asked().len(), 1);
    drop(second);
    issuer.publish(&[old.jwk("old"), new.jwk("new")]);
    let first = later(first, MINUTE).await;
    let second = first.beside().await;
    let token = new.token("new", &admin());
    let calls = (0..40).map(|n| status(if n % 2 == 0 { &first } else { &second }, &token));
    let statuses = join_all(calls).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(issuer.asked().len(), 2);
}

#[tokio::test]
async fn a_key_that_was_taken_out_is_refused_after_ten_minutes() {
    let (gone, stays) = (keys::p256(1), keys::p256(2));
    let issuer = Issuer::start(&[gone.jwk("gone"), stays.jwk("stays")]).await;
    let app = app(&issuer).await;
    assert_eq!(status(&app, &gone.token("gone", &admin())).await, 200);
    issuer.publish(&[stays.jwk("stays")]);
    let app = later(app, 9 * MINUTE).await;
    assert_eq!(status(&app, &gone.token("gone", &admin())).await, 200);
    let app = later(app, MINUTE).await;
    refused(&app, "taken out", &gone.token("gone", &admin())).await;
    assert_eq!(status(&app, &stays.token("stays", &admin())).await, 200);
    // A request with the key that stays also fetches the document.
    issuer.publish(&[]);
    let app = later(app, 10 * MINUTE).await;
    refused(&app, "the last one", &stays.token("stays", &admin())).await;
    assert_eq!(issuer.asked().len(), 3);
}

#[tokio::test]
async fn a_key_that_was_replaced_under_its_name_is_refused_too() {
    let (old, new) = (keys::p256(1), keys::p256(2));
    let issuer = Issuer::start(&[old.jwk("k")]).await;
    let app = app(&issuer).await;
    assert_eq!(status(&app, &old.token("k", &admin())).await, 200);
    issuer.publish(&[new.jwk("k")]);
    let app = later(app, 10 * MINUTE).await;
    refused(&app, "replaced", &old.token("k", &admin())).await;
    assert_eq!(status(&app, &new.token("k", &admin())).await, 200);
}

#[tokio::test]
async fn while_the_issuer_is_dead_known_keys_go_on() {
    let key = keys::p256(1);
    let mut issuer = Issuer::start(&[key.jwk("k")]).await;
    let app = app(&issuer).await;
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);
    issuer.stop().await;
    let app = later(app, 60 * MINUTE).await;
    let token = key.token("k", &admin());
    let statuses = join_all((0..20).map(|_| status(&app, &token))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let unknown = key.token("never-seen", &admin());
    let answer = app.get("/api/integrations").bearer(&unknown).send().await;
    answer.problem(503, "jwks_unavailable");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    // The error also passes through a component that calls another one.
    let path = "/api/integrations/int_00000000000000000000000000";
    let answer = app.delete(path).bearer(&unknown).send().await;
    answer.problem(503, "jwks_unavailable");
    assert!(!answer.header("retry-after").is_empty());
    app.delete(path).bearer(&token).send().await.problem(404, "not_found");
    let tried = app.log().matches("no keys from `jwt_jwks_origin`").count();
    assert_eq!(tried, 1, "{}", app.log());
}

#[tokio::test]
async fn an_issuer_that_was_dead_from_the_start_is_asked_again_soon() {
    let key = keys::p256(1);
    let mut dead = Issuer::start(&[]).await;
    dead.stop().await;
    let app = app(&dead).await;
    let token = key.token("k", &admin());
    let answer = app.get("/api/integrations").bearer(&token).send().await;
    answer.problem(503, "jwks_unavailable");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&seconds), "{seconds}");
    // Everyone learns that nobody can sign in. A caller with the tick secret also learns why.
    let ill = app.get("/api/health").send().await;
    assert_eq!((ill.status.as_u16(), &ill.json()["status"]), (503, &json!("failing")));
    let told = app.get("/api/health").bearer(TICK_SECRET).send().await.json();
    assert!(told["failures"][0].as_str().unwrap().contains("jwks_unavailable"), "{told}");
}

#[tokio::test]
async fn health_asks_an_issuer_only_where_it_never_gave_a_document() {
    let key = keys::p256(1);
    let mut issuer = Issuer::start(&[key.jwk("k")]).await;
    let app = app(&issuer).await;
    let well = async |app: &App| app.get("/api/health").send().await.status == 200;
    assert!(well(&app).await && well(&app).await);
    assert_eq!(issuer.asked().len(), 1);
    issuer.stop().await;
    // The published keys stay valid.
    let app = later(app, 60 * MINUTE).await;
    assert!(well(&app).await);
    assert!(!app.log().contains("no keys from"), "{}", app.log());
}

#[tokio::test]
async fn cached_keys_of_another_issuer_are_not_used() {
    let key = keys::p256(1);
    let first = Issuer::start(&[key.jwk("k")]).await;
    let app = app(&first).await;
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);
    let second = Issuer::start(&[keys::p256(2).jwk("k")]).await;
    let dir = app.kill().await;
    let app = super::trusting(&second).dir(dir).start().await.unwrap();
    refused(&app, "the first issuer's", &key.token("k", &admin())).await;
    assert_eq!(status(&app, &keys::p256(2).token("k", &admin())).await, 200);
    assert_eq!((first.asked().len(), second.asked().len()), (1, 1));
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_is_written_anew() {
    let key = keys::p256(1);
    let issuer = Issuer::start(&[key.jwk("k")]).await;
    let app = app(&issuer).await;
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);
    let store = app.key_value();
    let keys = store.keys("jwks:");
    let [name] = keys.as_slice() else { panic!("{keys:?}") };
    store.set(name, b"{\"keys\":");
    let app = app.restart().await;
    assert_eq!(status(&app, &key.token("k", &admin())).await, 200);
    let bytes = store.get(name).unwrap();
    let entry: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(entry["ended"], true, "{entry}");
}
