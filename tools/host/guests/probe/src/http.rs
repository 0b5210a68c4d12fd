//! Incoming and outgoing requests.

use bytes::Bytes;
use futures::SinkExt;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use spin_sdk::http::body::stream;
use spin_sdk::http::{BoxBody, FullBody, HeaderMap, Request, Response, box_body, send};
use spin_sdk::wasip3::http::types::{ErrorCode, RequestOptions};
use spin_sdk::wasip3::http_compat::RequestOptionsExtension;

use crate::{Answer, system};

/// Method, URI and headers as they arrived.
pub(crate) fn echo(request: &Request) -> Value {
    json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "headers": headers(request.headers()),
    })
}

fn headers(headers: &HeaderMap) -> Value {
    let header = |(name, value): (&spin_sdk::http::HeaderName, &spin_sdk::http::HeaderValue)| {
        json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())])
    };
    headers.iter().map(header).collect()
}

/// Sends `{url, method, headers, body, timeouts: {connect, first_byte, between_bytes}}` (in milliseconds),
/// and reports the response.
pub(crate) async fn fetch(order: Value) -> Value {
    match try_fetch(&order).await {
        Ok(value) => value,
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

async fn try_fetch(order: &Value) -> Result<Value, ErrorCode> {
    let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
    let mut request = spin_sdk::http::Request::new(FullBody::new(Bytes::from(text("body"))));
    *request.uri_mut() = text("url").parse().map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    if let Some(method) = order["method"].as_str() {
        *request.method_mut() = method.parse().map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    }
    for header in order["headers"].as_array().into_iter().flatten() {
        let part = |index: usize| header[index].as_str().unwrap_or_default();
        let name: spin_sdk::http::HeaderName = part(0).parse().unwrap();
        request.headers_mut().append(name, part(1).parse().unwrap());
    }
    if let Some(options) = options(&order["timeouts"]) {
        request.extensions_mut().insert(RequestOptionsExtension(options));
    }
    let response = send(request).await?;
    let (status, headers) = (response.status().as_u16(), headers(response.headers()));
    let body = response.into_body().collect().await?.to_bytes();
    let body = String::from_utf8_lossy(&body);
    Ok(json!({ "status": status, "headers": headers, "body": body, "instance": system::id() }))
}

fn options(timeouts: &Value) -> Option<RequestOptions> {
    let nanos = |name: &str| timeouts[name].as_u64().map(|millis| millis * 1_000_000);
    timeouts.as_object()?;
    let options = RequestOptions::new();
    options.set_connect_timeout(nanos("connect")).ok()?;
    options.set_first_byte_timeout(nanos("first_byte")).ok()?;
    options.set_between_bytes_timeout(nanos("between_bytes")).ok()?;
    Some(options)
}

/// Passes the request to the URL in its query, and the response back, both as streams.
pub(crate) async fn forward(request: Request) -> Answer {
    let url = request.uri().query().unwrap_or_default().to_owned();
    let (parts, body) = request.into_parts();
    let mut out = spin_sdk::http::Request::new(body);
    *out.method_mut() = parts.method;
    *out.uri_mut() = url.parse().map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    let (mut parts, body) = send(out).await?.into_parts();
    for name in ["connection", "keep-alive", "transfer-encoding"] {
        parts.headers.remove(name);
    }
    Ok(Response::from_parts(parts, box_body(body)))
}

/// Reads the body to its end, and reports its length.
pub(crate) async fn count(request: Request) -> Value {
    let mut body = request.into_body();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Err(error) => return json!({ "bytes": bytes, "error": format!("{error:?}") }),
        }
    }
    json!({ "bytes": bytes })
}

/// Responds with this number of bytes, in chunks.
pub(crate) fn bytes(count: &str) -> Answer {
    let mut left: usize = count.parse().unwrap_or_default();
    let (mut chunks, body) = stream::<Bytes>();
    spin_sdk::wasip3::spawn(async move {
        let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
        while left > 0 {
            let next = chunk.slice(..left.min(chunk.len()));
            left -= next.len();
            if chunks.send(next).await.is_err() {
                break;
            }
        }
    });
    Ok(Response::new(box_body(body)))
}

/// Responds with a header of this name.
pub(crate) fn header(name: &str) -> Answer {
    let body: BoxBody = box_body(FullBody::new(Bytes::from_static(b"ok")));
    let response = Response::builder().header(name, "x").body(body);
    response.map_err(|error| ErrorCode::InternalError(Some(error.to_string())))
}

/// Responds immediately, and fetches afterwards.
pub(crate) fn linger(order: Value) -> Answer {
    spin_sdk::wasip3::spawn(async move {
        let seen = fetch(order).await;
        println!("lingered: {}", seen["body"].as_str().unwrap_or("failed"));
    });
    crate::json(json!("answered"))
}
