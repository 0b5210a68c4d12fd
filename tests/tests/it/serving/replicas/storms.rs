//! Many callers at once. A module with this name has the machine for itself (`cargo xtask test`).

use std::time::Duration;

use futures::StreamExt as _;

use super::{Replicas, call, connected};
use crate::kit::app::{Answer, until};
use crate::kit::process::has_an_instance_per_request;

#[tokio::test]
async fn one_of_300_callers_on_two_replicas_refreshes() {
    let Some(replicas) = Replicas::start().await else { return };
    let (pair, second, _servers, lines, _dir) = connected(replicas).await;
    lines.iter().for_each(|line| line.delay(Duration::from_millis(2)));
    pair.expire();
    let calls = (0..300).map(|number| call(if number % 2 == 0 { &pair.app } else { &second }));
    let answers: Vec<Answer> = futures::stream::iter(calls).buffer_unordered(300).collect().await;
    let wrong: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    // Calls for which the runtime or the server had no room got an error that says so, and no other error.
    assert!(wrong.iter().all(|answer| matches!(answer.status.as_u16(), 429 | 503)), "{wrong:?}");
    let is_busy = has_an_instance_per_request();
    assert!(is_busy || wrong.len() < 150, "{} of 300 got no answer: {:?}", wrong.len(), wrong[0]);
    for app in [&pair.app, &second] {
        until("a call with the new token", async || (call(app).await.status == 200).then_some(()))
            .await;
    }
    assert_eq!(pair.provider.stats().refreshes, 1);
    assert_eq!(pair.get().await["health"]["state"], "healthy");
}
