//! A refresh beside a later version of the application, which migrates the database. The process that refreshes is of
//! the earlier version then.

use nexus_simulators::Kind;

use crate::kit::app::{Answer, App};
use crate::tokens::oauth::Pair;

/// Says that the database has this schema, and returns the one that it had.
fn set_schema(app: &App, schema: i64) -> i64 {
    let database = app.database();
    let found = database.query_row("pragma user_version", [], |row| row.get(0)).unwrap();
    database.execute_batch(&format!("pragma user_version = {schema}")).unwrap();
    found
}

async fn call(pair: &Pair) -> Answer {
    pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send().await
}

/// A rotating provider accepts no other refresh token than the one that it has just given.
#[tokio::test]
async fn tokens_are_stored_although_the_database_was_migrated_meanwhile() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.expire();
    pair.provider.hold_token_answers();
    let migrate = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let known = set_schema(&pair.app, 999);
        pair.provider.release_token_answers();
        known
    };
    // The response depends on which instances know the database already.
    let (_, known) = tokio::join!(call(&pair), migrate);
    set_schema(&pair.app, known);
    let answer = call(&pair).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((pair.provider.stats().refreshes, pair.provider.live_tokens().len()), (1, 2));
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}

#[tokio::test]
async fn an_earlier_version_begins_no_refresh_and_leaves_it_to_the_later_one() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    // The instances know the database.
    assert_eq!(call(&pair).await.status, 200);
    pair.expire();
    let known = set_schema(&pair.app, 999);
    call(&pair).await.problem(503, "database_newer");
    assert_eq!(pair.provider.stats().refreshes, 0);
    let held = "select count(*) from credentials where attempt is not null or lease_until > 0";
    let held: i64 = pair.app.database().query_row(held, [], |row| row.get(0)).unwrap();
    assert_eq!(held, 0, "the later version would have to wait");
    set_schema(&pair.app, known);
    assert_eq!(call(&pair).await.status, 200);
    assert_eq!(pair.provider.stats().refreshes, 1);
}
