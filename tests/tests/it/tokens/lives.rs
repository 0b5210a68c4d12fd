//! What need not wait does not: a call with a token that lives, and a refresh beside a lease whose holder is gone.

use std::sync::Mutex;

use nexus_simulators::Kind;
use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;

use crate::kit::app::{App, until};
use crate::kit::upstream::Reply;
use crate::tokens::alive::{GOOD, Provider};
use crate::tokens::oauth::{Pair, machine};

/// The token endpoint is in trouble, and the database does not take that either.
#[tokio::test]
async fn a_call_goes_out_with_a_token_that_lives_though_the_failed_refresh_is_not_stored() {
    let provider = Provider::start(json!({})).await;
    assert_eq!(provider.connect(None, "").await.status, 200);
    provider.set("update credentials set refresh_at = 1");
    let fail = "create trigger fails before update on credentials
                when old.attempt is not null and new.attempt is null begin
                  select raise(abort, 'it fails');
                end";
    provider.app.database().execute_batch(fail).unwrap();
    provider.answers(Box::new(|_| Reply::new(503, "content-type: text/plain\r\n", "trouble")));
    let answer = provider.call().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let asked = provider.upstream.seen().iter().filter(|seen| seen.target() == "/token").count();
    assert_eq!(asked, 2, "the code, and one refresh");
    assert!(provider.app.log().contains("the failure of a refresh is not stored"));
    provider.app.database().execute_batch("drop trigger fails").unwrap();
    provider.expire();
    provider.answers(Box::new(|_| Reply::new(200, "content-type: application/json\r\n", GOOD)));
    assert_eq!(provider.call().await.status, 200);
}

/// The provider takes longer for a new token than a call waits. The refresh goes on without the call.
#[tokio::test]
async fn a_call_goes_out_with_a_token_that_lives_while_its_refresh_takes_long() {
    let oauth2 = json!({"refresh": {"rotates": true, "wait_seconds": 1}});
    let provider = Provider::start(oauth2).await;
    assert_eq!(provider.connect(None, "").await.status, 200);
    provider.set("update credentials set refresh_at = 1");
    let (held, receiver) = unbounded_channel();
    let receiver = Mutex::new(Some(receiver));
    provider.answers(Box::new(move |_| {
        let head = b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n".to_vec();
        Reply::Stream(head, receiver.lock().unwrap().take().unwrap())
    }));
    let answer = provider.call().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let version = || -> i64 {
        let sql = "select version from credentials";
        provider.app.database().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(version(), 1);
    held.send(format!("content-length: {}\r\n\r\n{GOOD}", GOOD.len()).into_bytes()).unwrap();
    drop(held);
    until("the new token is stored", async || (version() == 2).then_some(())).await;
    assert_eq!(provider.call().await.status, 200);
}

/// Counts in the table `leases` how often attempts take or renew a lease.
pub(crate) fn count_leases(app: &App) {
    app.database()
        .execute_batch(
            "create table leases (attempt text);
             create trigger lease_is_counted after update of lease_until on credentials
             when new.attempt is not null begin
               insert into leases values (new.attempt);
             end;",
        )
        .unwrap();
}

/// Gives the credential an attempt that is gone, whose lease has ended `ago` milliseconds ago.
pub(crate) fn set_gone(app: &App, ago: i64) {
    let sql = "update credentials set refresh_at = 1, expires_at = 1, attempt = 'gone',
                 lease_until = unixepoch('subsec') * 1000 - ?1";
    let database = app.database();
    database.execute(sql, [ago]).unwrap();
    database.execute("delete from leases", []).unwrap();
}

/// How often a lease is at least taken or renewed if its holder before is waited for: first, during the wait and after it.
pub(crate) const WITH_WAIT: i64 = 3;

#[tokio::test]
async fn only_a_lease_that_ended_a_moment_ago_is_waited_for() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    count_leases(&pair.app);
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
    for (ago, waits) in [(60 * 60 * 1000, false), (1000, true)] {
        set_gone(&pair.app, ago);
        let answer = call().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let has_waited = pair.app.count("leases") >= WITH_WAIT;
        assert_eq!(has_waited, waits, "the lease ended {ago} ms ago");
    }
    assert_eq!(pair.provider.stats().refreshes, 2);
}

/// A request with client credentials uses up nothing, so there is nothing to wait for.
#[tokio::test]
async fn no_lease_of_client_credentials_is_waited_for() {
    let pair = Pair::start(Kind::Strict).await;
    let body = machine(&pair).await;
    let created = pair.app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(created.status, 201, "{created:?}");
    count_leases(&pair.app);
    set_gone(&pair.app, 1000);
    let call = pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme");
    let answer = call.send().await;
    let has_waited = pair.app.count("leases") >= WITH_WAIT;
    assert_eq!((answer.status.as_u16(), has_waited), (200, false), "{answer:?}");
    assert!(pair.app.count("leases") > 0);
}
