//! Responds with 200 and a `content-length` and does nothing else: a baseline of the benchmarks.

use bytes::Bytes;
use spin_sdk::http::{FullBody, IntoResponse, Request, Response};
use spin_sdk::http_service;

#[http_service]
async fn handle(_request: Request) -> impl IntoResponse {
    Response::builder().header("content-length", "2").body(FullBody::new(Bytes::from_static(b"ok")))
}
