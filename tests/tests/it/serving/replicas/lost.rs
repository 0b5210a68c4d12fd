//! Requests to the database, or the answers to them, are lost at a bad moment.

use serde_json::json;

use super::{COMMIT, Replicas, call, connected, create, introduced, with_first};
use crate::kit::app::{App, TICK_SECRET, until};
use crate::kit::line::Line;
use crate::kit::person::{EVERYTHING, Person, Program, text};

/// How a commit gets no answer: it arrives, or it does not.
const LOSSES: [fn(&Line); 2] =
    [|line| line.lose_answer_to(COMMIT), |line| line.lose_request_with(COMMIT)];

/// Sets the version of the database's schema, and returns the one before.
fn set_schema(app: &App, schema: i64) -> i64 {
    let database = app.database();
    let found = database.query_row("pragma user_version", [], |row| row.get(0)).unwrap();
    database.execute_batch(&format!("pragma user_version = {schema}")).unwrap();
    found
}

/// The integration is deleted during the sign-in, so the new tokens go to the outbox, which is their only copy.
#[tokio::test]
async fn tokens_that_a_callback_gives_up_are_revoked_though_the_commit_gets_no_answer() {
    for lose in LOSSES {
        let Some(replicas) = Replicas::start().await else { return };
        let (pair, second, _servers, lines, _dir) = introduced(replicas).await;
        let flow = pair.begin_with(json!({})).await;
        let back = flow.consent().await;
        pair.provider.hold_token_answers();
        let delete = async {
            pair.provider.wait_for_held(1).await.unwrap();
            let deleted = second.delete("/api/integrations/primary").as_admin().send().await;
            assert!(deleted.status.is_success(), "{deleted:?}");
            lose(&lines[0]);
            pair.provider.release_token_answers();
        };
        let (page, ()) = tokio::join!(flow.come_back(&pair.app, &back), delete);
        let code = page.header("x-nexus-error");
        assert_eq!(
            (page.status.as_u16(), code, lines[0].lost()),
            (409, "not_found", 1),
            "{page:?}"
        );
        until("the tokens are revoked", async || {
            let tick = second.post("/api/tick").bearer(TICK_SECRET).send().await;
            assert!(tick.status.is_success(), "{tick:?}");
            pair.provider.live_tokens().is_empty().then_some(())
        })
        .await;
        assert_eq!(pair.provider.stats().exchanges, 1);
    }
}

/// The tokens of a finished sign-in are stored, and none of them is revoked.
#[tokio::test]
async fn tokens_that_a_callback_stores_are_kept_though_the_commit_gets_no_answer() {
    for lose in LOSSES {
        let Some(replicas) = Replicas::start().await else { return };
        let (pair, second, _servers, lines, _dir) = introduced(replicas).await;
        let flow = pair.begin_with(json!({})).await;
        let back = flow.consent().await;
        pair.provider.hold_token_answers();
        let lose = async {
            pair.provider.wait_for_held(1).await.unwrap();
            lose(&lines[0]);
            pair.provider.release_token_answers();
        };
        let (page, ()) = tokio::join!(flow.come_back(&pair.app, &back), lose);
        assert_eq!((page.status.as_u16(), lines[0].lost()), (200, 1), "{page:?}");
        assert_eq!(call(&second).await.status, 200);
        assert_eq!((pair.app.count("outbox"), pair.provider.live_tokens().len()), (0, 2));
        let events = "select count(*) from events where kind = 'integration.connected'";
        let connected: i64 = pair.app.database().query_row(events, [], |row| row.get(0)).unwrap();
        assert_eq!(connected, 1);
    }
}

/// A later version migrates the database between a commit and the look whether it was made. The later version keeps what
/// was written.
#[tokio::test]
async fn a_commit_is_confirmed_though_the_database_was_migrated_meanwhile() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    lines[0].lose_answer_and_hold(COMMIT);
    let migrate = async {
        until("the answer is lost", async || (lines[0].lost() == 1).then_some(())).await;
        let known = set_schema(&app, 999);
        lines[0].release();
        known
    };
    let (created, known) = tokio::join!(create(&app, &manifest, "Second"), migrate);
    set_schema(&app, known);
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(app.count("integrations"), 2);
}

/// Programs repeat a request by themselves that gets `Retry-After`. A POST would make its change twice.
#[tokio::test]
async fn a_change_that_nobody_can_confirm_is_not_to_be_repeated_unless_its_method_is_idempotent() {
    let Some(Replicas { apps: [app, second], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let (_provider, manifest) = with_first(&app).await;
    lines[0].lose_answer_and_hold(COMMIT);
    let created = create(&app, &manifest, "Second").await;
    lines[0].release();
    let problem = created.problem(503, "write_unconfirmed");
    assert!(!created.headers.contains_key("retry-after"), "{problem}");
    let made = second.get("/api/integrations/second").as_admin().send().await;
    assert_eq!(made.status, 200, "{made:?}");
    lines[0].lose_answer_and_hold(COMMIT);
    let deleted = app.delete("/api/integrations/second").as_admin().send().await;
    lines[0].release();
    deleted.problem(503, "write_unconfirmed");
    assert_eq!(deleted.header("retry-after"), "1");
    let again = app.delete("/api/integrations/second").as_admin().send().await;
    again.problem(404, "not_found");
}

/// The token has to be refreshed soon, and lives. The database cannot be asked for the state of the refresh, or for the
/// time just before the request to the provider.
#[tokio::test]
async fn a_call_goes_out_with_a_token_that_lives_though_a_refresh_cannot_begin() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, _second, _servers, lines, _dir) = connected(replicas).await;
    assert_eq!(call(&pair.app).await.status, 200);
    let due = "update credentials set refresh_at = 1, expires_at = (unixepoch() + 600) * 1000";
    pair.app.database().execute(due, []).unwrap();
    for (round, after) in [0, 1].into_iter().enumerate() {
        lines[0].lose_answers_to("AS now", after);
        let answer = call(&pair.app).await;
        lines[0].release();
        // A read is repeated once.
        let lost = 2 * (round + 1);
        assert_eq!((answer.status.as_u16(), lines[0].lost()), (200, lost), "{answer:?}");
        assert_eq!(pair.provider.stats().refreshes, 0);
    }
    // The lease of the refresh that could not begin was ended, so the next call does not wait for it.
    assert_eq!(call(&pair.app).await.status, 200);
    assert_eq!(pair.provider.stats().refreshes, 1);
}

/// A later version has migrated the database. An instance of this version must not show or change what it may not
/// understand, and says so.
#[tokio::test]
async fn an_instance_at_work_reads_nothing_from_a_schema_that_it_does_not_know() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, _second, _servers, _lines, _dir) = connected(replicas).await;
    let requests = || {
        [
            pair.app.get("/api/integrations").as_admin(),
            pair.app.get("/api/integrations/primary/events").as_admin(),
            pair.app.get("/api/usage").as_admin(),
            pair.app.get("/api/agents").as_admin(),
            pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme"),
        ]
    };
    for request in requests() {
        assert_eq!(request.send().await.status, 200);
    }
    for (schema, code) in [(999, "database_newer"), (1, "schema_behind")] {
        let known = set_schema(&pair.app, schema);
        for request in requests() {
            request.send().await.problem(503, code);
        }
        set_schema(&pair.app, known);
    }
    for request in requests() {
        assert_eq!(request.send().await.status, 200);
    }
}

/// The browser comes back once. If the answer is lost, nobody knows whether its flow was used up.
#[tokio::test]
async fn a_flow_is_used_once_though_the_commit_gets_no_answer() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, second, _servers, lines, _dir) = introduced(replicas).await;
    let flow = pair.begin_with(json!({})).await;
    let back = flow.consent().await;
    lines[0].lose_answer_to(COMMIT);
    let page = flow.come_back(&pair.app, &back).await;
    assert_eq!((page.status.as_u16(), lines[0].lost()), (200, 1), "{page:?}");
    let again = flow.come_back(&second, &back).await;
    assert_eq!((again.status.as_u16(), again.header("x-nexus-error")), (400, "flow_invalid"));
    assert_eq!(pair.provider.stats().exchanges, 1);
}

/// A program that sends a code or a refresh token a second time ends its app. It must not have to.
#[tokio::test]
async fn an_app_gets_its_tokens_though_the_commit_gets_no_answer() {
    let Some(Replicas { apps: [app, _second], servers: _servers, lines, _dir }) =
        Replicas::start().await
    else {
        return;
    };
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", "ADMIN");
    let code = program.agreed(&app, &person, EVERYTHING).await;
    lines[0].lose_answer_to(COMMIT);
    let tokens = program.exchange(&app, &code, &[]).await;
    assert_eq!((tokens.status.as_u16(), lines[0].lost()), (200, 1), "{tokens:?}");
    lines[0].lose_answer_to(COMMIT);
    let refreshed = program.refresh(&app, &text(&tokens.json(), "refresh_token"), &[]).await;
    assert_eq!((refreshed.status.as_u16(), lines[0].lost()), (200, 2), "{refreshed:?}");
    let token = text(&refreshed.json(), "access_token");
    let listed = app.get("/api/proxy").bearer(&token).send().await;
    assert_eq!(listed.status, 200, "{listed:?}");
}
