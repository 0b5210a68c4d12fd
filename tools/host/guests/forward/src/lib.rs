//! Passes each call on to one upstream and does nothing else: the baseline for the proxy.
//!
//! The upstream is the origin in the variable `upstream`; the path is passed on unchanged.

use spin_sdk::http::FullBody;
use spin_sdk::http::{BoxBody, IntoResponse, Request, Response, box_body, send};
use spin_sdk::{http_service, variables};

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    match forward(request).await {
        Some(response) => response,
        None => {
            let mut response: Response<BoxBody> = Response::new(box_body(FullBody::new("".into())));
            *response.status_mut() = http::StatusCode::BAD_GATEWAY;
            response
        }
    }
}

async fn forward(mut request: Request) -> Option<Response<BoxBody>> {
    let upstream = variables::get("upstream").await.ok()?;
    let path = request.uri().path_and_query()?.as_str();
    *request.uri_mut() = format!("{upstream}{path}").parse().ok()?;
    request.headers_mut().remove(http::header::HOST);
    Some(send(request).await.ok()?.map(box_body))
}
