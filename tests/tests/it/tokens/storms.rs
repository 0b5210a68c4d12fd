//! Many concurrent requests, and killed processes. The state of the tokens must stay true. A module with this name has the machine for
//! itself (`cargo xtask test`).

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use nexus_simulators::{Behaviour, Kind};
use serde_json::json;

use crate::kit::app::until;
use crate::kit::servers;
use crate::tokens::oauth::Pair;

/// The process is killed at 50 points of a refresh. A stored token works, and a lost one is reported.
#[tokio::test]
async fn a_process_killed_while_it_refreshes_leaves_a_true_state() {
    let mut pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let version = |pair: &Pair| -> i64 {
        let sql = "select version from credentials";
        pair.app.database().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for round in 0..50_u64 {
        pair.expire();
        let before = version(&pair);
        {
            let checks = join_all((0..4).map(|_| pair.check_or_nothing()));
            // This is not a wait. It is the moment of the kill, from before the first step to after the last.
            let moment = std::time::Duration::from_micros(700 * (round * 7 % 50));
            let _ = tokio::time::timeout(moment, checks).await;
        }
        pair = pair.restart().await;
        let written = version(&pair) > before;
        // The lease of the killed attempt expires.
        pair.app.database().execute("update credentials set lease_until = null", []).unwrap();
        let found = pair.check().await.json();
        let state = found["health"]["state"].as_str().unwrap();
        match state {
            "healthy" => assert!(!pair.provider.live_tokens().is_empty(), "{round}"),
            "reauthorize" => {
                assert!(!written, "{round}: what was written was lost: {found}");
                assert!(pair.provider.live_tokens().is_empty(), "{round}: {found}");
                pair.again(json!({})).await.finish(&pair.app).await;
            }
            other => panic!("{round}: {other}: {found}"),
        }
    }
}

/// A lease can expire although its holder lives, for example while the database cannot be reached. The request that
/// takes it over must not send the refresh token that the holder has already used: the provider would revoke all.
#[tokio::test]
async fn a_holder_whose_lease_has_expired_is_not_overtaken_while_it_stores_its_tokens() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.expire();
    pair.provider.hold_token_answers();
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").send();
    let take_over = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let database = pair.app.database();
        let holder = || -> Option<String> {
            let sql = "select attempt from credentials";
            database.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let first = holder();
        until("another request has the lease", async || {
            // The holder renews the lease, so it may have to expire more than once.
            let sql = "update credentials set lease_until = unixepoch('subsec') * 1000 - 1
                       where attempt = ?1";
            database.execute(sql, [&first]).unwrap();
            (holder() != first).then_some(())
        })
        .await;
        pair.provider.release_token_answers();
    };
    let (one, two, ()) = tokio::join!(call(), call(), take_over);
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200), "{one:?} {two:?}");
    let asked = pair.provider.requests().iter().filter(|one| one.path == "/token").count();
    assert_eq!((asked, pair.provider.stats().refreshes), (2, 1), "the code, and one refresh");
    assert_eq!(pair.provider.live_tokens().len(), 2);
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}

/// A person has consented, the provider has given tokens, and the database fails for a moment.
#[tokio::test]
async fn tokens_of_a_new_connection_survive_a_database_that_fails_for_a_moment() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin_with(json!({})).await;
    let back = flow.consent().await;
    pair.provider.hold_token_answers();
    let fail_once = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let database = pair.app.database();
        let fail = "create trigger fails before insert on credentials begin
                      select raise(abort, 'it fails');
                    end";
        database.execute_batch(fail).unwrap();
        pair.provider.release_token_answers();
        until("the database has failed", async || {
            pair.app.log().contains("new tokens are not stored yet").then_some(())
        })
        .await;
        database.execute_batch("drop trigger fails").unwrap();
    };
    let (page, ()) = tokio::join!(flow.come_back(&pair.app, &back), fail_once);
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(pair.get().await["health"]["state"], "healthy");
    assert_eq!((pair.provider.live_tokens().len(), pair.app.count("outbox")), (2, 0));
}

/// The database rejects the row of a new connection, and would reject it again.
#[tokio::test]
async fn tokens_of_a_new_connection_that_the_schema_rejects_are_revoked_at_once() {
    let pair = Pair::start(Kind::Strict).await;
    let flow = pair.begin_with(json!({})).await;
    let back = flow.consent().await;
    let reject = "create trigger rejects before insert on credentials begin
                    select raise(abort, 'CHECK constraint failed: test');
                  end";
    pair.app.database().execute_batch(reject).unwrap();
    let page = flow.come_back(&pair.app, &back).await;
    assert_eq!((page.status.as_u16(), page.header("x-nexus-error")), (500, "internal"), "{page:?}");
    assert!(page.text.contains("could not store the connection"), "{page:?}");
    assert!(!pair.app.log().contains("new tokens are not stored yet"), "it was tried again");
    until("the tokens are revoked", async || pair.provider.live_tokens().is_empty().then_some(()))
        .await;
    assert_eq!(pair.app.count("outbox"), 0);
}

/// 200 deletes. Half of the revocations fail, and the process is killed twice.
#[tokio::test]
async fn every_token_of_two_hundred_deletes_ends_with_a_true_receipt() {
    const COUNT: usize = 200;
    // All connections have one account, and each is revoked alone.
    let mut pair = Pair::believed().await;
    let mut ids = Vec::new();
    for number in 0..COUNT {
        let name = format!("Connection {number}");
        pair.begin_with(json!({"name": name})).await.finish(&pair.app).await;
        let slug = format!("/api/integrations/connection-{number}");
        let shown = pair.app.get(&slug).as_admin().send().await.json();
        ids.push(shown["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(pair.provider.live_tokens().len(), 2 * COUNT);
    let mut ciphertexts = pair.ciphertexts("credentials");
    assert_eq!(ciphertexts.len(), COUNT);
    pair.provider.fail_revocations(u32::try_from(COUNT).unwrap());
    for part in 1..=2 {
        {
            let deletes = ids.iter().take(part * 80).map(|id| pair.delete_or_nothing(id));
            // This is the moment of the kill, not a synchronisation.
            let moment = std::time::Duration::from_millis(250);
            let _ = tokio::time::timeout(moment, join_all(deletes)).await;
        }
        pair = pair.restart().await;
        ciphertexts.extend(pair.ciphertexts("outbox"));
    }
    // With many writers on a slow disk, a request may get a 503 that says to retry.
    for _ in 0..5 {
        join_all(ids.iter().map(|id| pair.delete_or_nothing(id))).await;
        if pair.app.count("integrations") == 0 {
            break;
        }
    }
    assert_eq!(pair.app.count("integrations"), 0);
    let mut ticks = 0;
    while pair.app.count("outbox") > 0 {
        ciphertexts.extend(pair.ciphertexts("outbox"));
        pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
        pair.app.tick().await;
        ticks += 1;
        assert!(ticks < 100, "{} entries are left", pair.app.count("outbox"));
    }
    assert!(pair.provider.live_tokens().is_empty());
    for id in &ids {
        let path = format!("/api/integrations/{id}/events?limit=100");
        let events = pair.app.get(&path).as_admin().send().await.json();
        let items = events["items"].as_array().unwrap();
        let ended: BTreeSet<_> = items
            .iter()
            .filter(|event| event["kind"] == "integration.revocation")
            .map(|event| {
                assert_eq!(event["detail"]["state"], "revoked", "{event}");
                event["detail"]["token"].as_str().unwrap()
            })
            .collect();
        assert_eq!(ended, BTreeSet::from(["access_token", "refresh_token"]), "{events}");
    }
    // The files contain no part of a token, sealed or not.
    pair.app.tick().await;
    if servers::everywhere() {
        // A libSQL server keeps old pages, with ciphertexts in them. SECURITY.md says so.
        return;
    }
    for name in ["sqlite_db.db", "sqlite_db.db-wal", "sqlite_db.db-journal"] {
        let Ok(file) = std::fs::read(pair.app.dir.path().join(".spin").join(name)) else {
            continue;
        };
        for ciphertext in &ciphertexts {
            // Salt and nonce are random, so 24 bytes identify a ciphertext.
            let part = &ciphertext[ciphertext.len() - 24..];
            let found = memchr::memmem::find(&file, part);
            assert!(found.is_none(), "a ciphertext is left in {name}");
        }
    }
}

/// Many concurrent calls find one token expired, in an application that has just started. There are more
/// agents than one agent may have concurrent calls. `cargo xtask bench` does the same with 1,000 calls and
/// release components. The speed of unoptimised components depends on the machine.
#[tokio::test]
async fn one_of_many_cold_calls_refreshes_and_all_are_answered() {
    const COUNT: usize = 400;
    let mut pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.expire();
    pair = pair.restart().await;
    pair.provider.clear_requests();
    let call = || pair.app.get("/api/proxy/primary/userinfo").as_role("AGENT", "acme").try_send();
    let answers = join_all((0..COUNT).map(|_| call())).await;
    let mut told = BTreeMap::new();
    for answer in answers {
        let told_one = match answer {
            Ok(answer) => (answer.status.as_u16(), answer.header("x-nexus-error").to_owned()),
            Err(error) => (0, format!("{error:#}")),
        };
        *told.entry(told_one).or_insert(0) += 1;
    }
    assert_eq!(told, BTreeMap::from([((200, String::new()), COUNT)]));
    assert_eq!(pair.provider.stats().refreshes, 1);
}

/// Rejected checks do not stop a refresh. While the provider issues new tokens, no person is asked to connect
/// again. Of many concurrent checks, one requests a token.
#[tokio::test]
async fn many_refusals_at_once_are_few_refreshes() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.provider.set_behaviour(Behaviour::Status(401)).await.unwrap();
    pair.provider.clear_requests();
    for _ in 0..10 {
        for answer in join_all((0..100).map(|_| pair.check())).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    }
    let asked = pair.provider.requests();
    let refreshes = asked.iter().filter(|request| request.path == "/token").count();
    assert!(refreshes < 10, "{refreshes}");
    assert_eq!(pair.get().await["health"]["state"], "failing");
    pair.provider.release().await.unwrap();
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
}

#[tokio::test]
async fn many_that_need_the_same_expired_token_refresh_once() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.expire();
    let answers = join_all((0..500).map(|_| pair.check())).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["health"]["state"], "healthy", "{answer:?}");
    }
    assert_eq!(pair.provider.stats().refreshes, 1);
    assert_eq!(pair.get().await["version"], 1, "admins changed nothing");
}
