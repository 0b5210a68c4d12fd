//! A call that waits for a new token is not made if its caller is stopped meanwhile.

use std::sync::Mutex;

use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;

use super::alive::{GOOD, Provider};
use crate::kit::app::until;
use crate::kit::upstream::Reply;

#[tokio::test]
async fn a_call_that_waits_for_a_refresh_is_not_made_after_its_caller_was_stopped() {
    // The token has expired before the call, or the provider rejects it.
    for is_expired in [true, false] {
        let provider = Provider::start(json!({})).await;
        assert_eq!(provider.connect(None, "").await.status, 200);
        let (app, upstream) = (&provider.app, &provider.upstream);
        let made = app.post("/api/agents").as_admin().json(&json!({"name": "Bot"})).send().await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/agents/{id}/keys");
        let key = app.post(&path).as_admin().json(&json!({})).send().await.json();
        if is_expired {
            provider.expire();
        }
        upstream.forget();
        let (held, receiver) = unbounded_channel();
        let receiver = Mutex::new(Some(receiver));
        upstream.answer(move |seen| match seen.target() {
            "/token" => {
                let head = b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n".to_vec();
                Reply::Stream(head, receiver.lock().unwrap().take().unwrap())
            }
            "/things" => Reply::json(if is_expired { 200 } else { 401 }, &json!({})),
            _ => Reply::json(200, &json!({"id": "u1"})),
        });
        let count =
            |target: &str| upstream.seen().iter().filter(|seen| seen.target() == target).count();
        let call = app.get("/api/proxy/up/things").bearer(key["key"].as_str().unwrap()).send();
        let meanwhile = async {
            until("a refresh begins", async || (count("/token") == 1).then_some(())).await;
            let body = json!({"scope": "agent", "id": id, "reason": "a drill"});
            let stopped = app.post("/api/panic").as_admin().json(&body).send().await;
            assert_eq!(stopped.status, 201, "{stopped:?}");
            let answer = format!("content-length: {}\r\n\r\n{GOOD}", GOOD.len());
            held.send(answer.into_bytes()).unwrap();
            drop(held);
        };
        let (answer, ()) = tokio::join!(call, meanwhile);
        answer.problem(403, "stopped");
        assert_eq!(count("/things"), usize::from(!is_expired), "{is_expired}");
    }
}
