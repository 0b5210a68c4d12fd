//! Requests that many tests send, and whose responses they expect to succeed.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::kit::app::{App, TICK_SECRET};

impl App {
    /// Lets the application do the work that is due. Returns the count of each kind of work.
    pub(crate) async fn tick(&self) -> Value {
        let answer = self.post("/api/tick").bearer(TICK_SECRET).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()
    }

    /// All items of the list at `path`, which an ADMIN reads in pages of `limit`. The path may have a query.
    pub(crate) async fn pages(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        let separator = if path.contains('?') { '&' } else { '?' };
        loop {
            let path = format!("{path}{separator}limit={limit}{cursor}");
            let answer = self.get(&path).as_admin().send().await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
            let page = answer.json();
            let found = page["items"].as_array().unwrap();
            assert!(found.len() <= limit, "{path}: {page}");
            items.extend_from_slice(found);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

/// Stops `scope` as an ADMIN. Returns the path of the stop.
pub(crate) async fn stop(app: &App, scope: &str, id: Option<&str>) -> String {
    let body = json!({"scope": scope, "id": id, "reason": "a drill"});
    let answer = app.post("/api/panic").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/api/panic/{}", answer.json()["id"].as_str().unwrap())
}

/// Lifts the stop at the path `stop`.
pub(crate) async fn lift(app: &App, stop: &str) {
    assert_eq!(app.delete(stop).as_admin().send().await.status, 204);
}
