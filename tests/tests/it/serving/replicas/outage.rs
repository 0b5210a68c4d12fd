//! One of two replicas cannot reach the database for a while.

use super::{Replicas, call, connected};
use crate::kit::app::until;

/// A replica has got new tokens and cannot store them. Its lease expires, and the other replica takes it over. A rotating
/// provider would revoke everything if the other one sent the old refresh token too.
#[tokio::test]
async fn a_replica_that_cannot_store_its_tokens_for_a_while_is_not_overtaken() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, second, _servers, lines, _dir) = connected(replicas).await;
    assert_eq!(call(&second).await.status, 200);
    pair.expire();
    pair.provider.hold_token_answers();
    let outage = async {
        pair.provider.wait_for_held(1).await.unwrap();
        lines[0].cut(true);
        pair.provider.release_token_answers();
        let database = pair.app.database();
        let holder = || -> Option<String> {
            let sql = "select attempt from credentials";
            database.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let first = holder();
        let end = "update credentials set lease_until = unixepoch('subsec') * 1000 - 1";
        database.execute(end, []).unwrap();
        let mend = async {
            until("the second has the lease", async || (holder() != first).then_some(())).await;
            lines[0].cut(false);
        };
        tokio::join!(call(&second), mend).0
    };
    let (_, answer) = tokio::join!(call(&pair.app), outage);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(call(&pair.app).await.status, 200);
    assert_eq!((pair.provider.stats().refreshes, pair.provider.live_tokens().len()), (1, 2));
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}
