//! What a check of a connection must find when its provider fails.

use std::sync::Arc;

use serde_json::json;

use super::failures::Failure;
use super::shape::list;
use super::vendor::{Kind, Vendor};
use crate::kit::app::App;

/// The health that a check must find when the verify request meets this failure.
pub(super) fn health(failure: Failure, vendor: &Vendor) -> &'static str {
    let is_shown =
        |place: &str, status: u16| list(&vendor.manifest, place).any(|sign| *sign == json!(status));
    match failure {
        Failure::Gzip | Failure::WrongContentType => "healthy",
        Failure::Forbidden if is_shown("/verify/live_on", 403) => "healthy",
        Failure::Forbidden if is_shown("/verify/trouble_on", 403) => "failing",
        Failure::Forbidden | Failure::Unauthorized if vendor.refreshes() => "failing",
        Failure::Forbidden | Failure::Unauthorized => "reauthorize",
        Failure::TooMany | Failure::Broken | Failure::Html | Failure::Silent => "failing",
    }
}

/// Checks every connection while its provider is silent. All wait at the same time, for the time limit of a check.
pub(super) async fn time_outs(app: &App, vendors: &[Arc<Vendor>]) -> Vec<String> {
    let waiting = vendors.iter().filter(|vendor| vendor.verifies()).map(async |vendor| {
        vendor.state().failure = Some((Kind::Verify, Failure::Silent));
        let path = format!("/api/integrations/{}/check", vendor.id);
        let answer = app.post(&path).as_admin().send().await;
        vendor.state().failure = None;
        vendor.let_go();
        let state = answer.json()["health"]["state"].as_str().unwrap_or_default().to_owned();
        (state != "failing").then(|| format!("{}: a silent provider: {answer:?}", vendor.id))
    });
    futures::future::join_all(waiting).await.into_iter().flatten().collect()
}
