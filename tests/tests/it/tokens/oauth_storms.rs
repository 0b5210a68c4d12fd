//! Many at once, and a process that is killed: what must be true of tokens all the same.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use nexus_simulators::{Behaviour, Kind};
use serde_json::json;

use crate::kit::servers;
use crate::tokens::oauth::Pair;

/// Killed at any point of a refresh, 50 times: what was written works, what was lost says so.
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
            // Not for waiting: the point at which it dies, from before the first step to after the
            // last.
            let moment = std::time::Duration::from_micros(700 * (round * 7 % 50));
            let _ = tokio::time::timeout(moment, checks).await;
        }
        pair = pair.restart().await;
        let written = version(&pair) > before;
        // The killed attempt's lease runs out.
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

/// 200 deletes, half of the calls fail, the process is killed twice.
#[tokio::test]
async fn every_token_of_two_hundred_deletes_ends_with_a_true_receipt() {
    const COUNT: usize = 200;
    // One account has them all, and each ends alone.
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
            // The moment of its death is not a synchronisation.
            let moment = std::time::Duration::from_millis(250);
            let _ = tokio::time::timeout(moment, join_all(deletes)).await;
        }
        pair = pair.restart().await;
        ciphertexts.extend(pair.ciphertexts("outbox"));
    }
    // A crowd of writers on a slow disk gets a 503, which says to try again.
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
        pair.tick().await;
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
    // Nothing of a token is left in the files, sealed or not.
    pair.tick().await;
    if servers::everywhere() {
        // A libSQL server keeps old pages, with ciphertexts in them: SECURITY.md.
        return;
    }
    for name in ["sqlite_db.db", "sqlite_db.db-wal", "sqlite_db.db-journal"] {
        let Ok(file) = std::fs::read(pair.app.dir.path().join(".spin").join(name)) else {
            continue;
        };
        for ciphertext in &ciphertexts {
            // Salt and nonce are random: 24 bytes are enough to know one by.
            let part = &ciphertext[ciphertext.len() - 24..];
            let found = memchr::memmem::find(&file, part);
            assert!(found.is_none(), "a ciphertext is left in {name}");
        }
    }
}

/// Many agents at once find one token expired, in an application that has just been started: more than one
/// agent may have at work. `cargo xtask bench` does the same with 1,000 and the components as shipped; how
/// many unoptimised components answer in time is a matter of the machine.
#[tokio::test]
async fn of_many_cold_calls_one_refreshes_and_all_are_answered() {
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

/// Whatever the check of a credential is told, a refresh goes on: while the provider gives new tokens, no
/// person is asked, and of many checks at once one asks for a token.
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
