//! Does what the path of a request says, and responds with what it observed. It contains no tests.

mod http;
mod store;
mod system;

use bytes::Bytes;
use http_body_util::BodyExt;
use spin_sdk::http::{BoxBody, FullBody, IntoResponse, Request, Response, box_body};
use spin_sdk::http_service;
use spin_sdk::wasip3::http::types::ErrorCode;

type Answer = Result<Response<BoxBody>, ErrorCode>;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let (verb, rest) = path.split_once('/').unwrap_or((&path, ""));
    match verb {
        "echo" => json(http::echo(&request)),
        "fetch" => json(http::fetch(body(request).await?).await),
        "forward" => http::forward(request).await,
        "count" => json(http::count(request).await),
        "bytes" => http::bytes(rest),
        "header" => http::header(rest),
        "linger" => http::linger(body(request).await?),
        "sql" => json(store::sql(rest, body(request).await?).await),
        "kv" => json(store::key_value(rest, body(request).await?).await),
        "wasi-kv" => json(store::wasi_key_value(rest, body(request).await?).await),
        "variable" => json(system::variable(rest).await),
        "environment" => json(system::environment()),
        "file" => json(system::file(rest)),
        "write" => json(system::write(rest)),
        "socket" => json(system::socket(rest)),
        "print" => json(system::print(rest)),
        "log" => json(system::log(rest)),
        "instance" => json(system::instance()),
        "burn" => json(system::burn(rest)),
        "panic" => panic!("as requested"),
        _ => Err(ErrorCode::DestinationNotFound),
    }
}

/// The JSON in a request's body; null if there is none.
async fn body(request: Request) -> Result<serde_json::Value, ErrorCode> {
    let bytes = request.into_body().collect().await?.to_bytes();
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

fn json(value: serde_json::Value) -> Answer {
    let bytes = Bytes::from(value.to_string());
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("content-length", bytes.len())
        .body(box_body(FullBody::new(bytes)));
    response.map_err(|error| ErrorCode::InternalError(Some(error.to_string())))
}
