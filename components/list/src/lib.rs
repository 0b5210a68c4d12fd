//! The front of `/api/integrations`: handles `GET`, and forwards other requests to the component that acts.
//!
//! This component must not vouch for a caller: the component that acts verifies the token again. It has no
//! broker secret.
#![forbid(unsafe_code)]

use http::{Method, StatusCode, header};
use nexus_common::auth::Role;
use nexus_common::domain::{Health, Status};
use nexus_common::http::{Inbound, forward, json_response, serve_clients, set};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::store::{Integrations, ListQuery};
use nexus_common::{Error, Result, access, component, wire};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let method = inbound.method().clone();
    match inbound.segments("/api/integrations").as_slice() {
        [] => match method {
            Method::GET => page(inbound).await,
            Method::POST => forward(inbound, "create").await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        [id] => match method {
            Method::GET => show(&inbound, id).await,
            Method::PUT => forward(inbound, "update").await,
            Method::DELETE => forward(inbound, "delete").await,
            _ => Err(Error::MethodNotAllowed("GET, PUT, DELETE")),
        },
        [_, "check"] => match method {
            Method::POST => forward(inbound, "upkeep").await,
            _ => Err(Error::MethodNotAllowed("POST")),
        },
        [_, "authorize"] => match method {
            Method::POST => forward(inbound, "create").await,
            _ => Err(Error::MethodNotAllowed("POST")),
        },
        [_, "choices"] => match method {
            Method::GET => forward(inbound, "upkeep").await,
            _ => Err(Error::MethodNotAllowed("GET")),
        },
        [_, "events" | "usage"] => match method {
            Method::GET => forward(inbound, "history").await,
            _ => Err(Error::MethodNotAllowed("GET")),
        },
        _ => Err(Error::nothing_at(inbound.path())),
    }
}

async fn page(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Manager, "integration.list").await?;
    let query = list_query(&inbound)?;
    let page = Integrations::of(&caller.workspace).page(&query).await?;
    Ok(json_response(StatusCode::OK, page))
}

async fn show(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.read").await?;
    inbound.query(&[])?;
    let found = Integrations::of(&caller.workspace).find(id).await?;
    let mut response = json_response(StatusCode::OK, found.doc);
    set(&mut response, header::ETAG, &format!("\"{}\"", found.version));
    Ok(response)
}

fn list_query(inbound: &Inbound) -> Result<ListQuery> {
    let mut query = ListQuery { limit: 50, ..ListQuery::default() };
    for (name, value) in inbound.query(&["status", "manifest", "health", "q", "limit", "cursor"])? {
        match name.as_str() {
            "limit" => query.limit = wire::limit(&value)?,
            "cursor" => query.cursor = Some(wire::id_cursor("int_", value)?),
            "status" => query.status = Some(word(&name, &value, Status::from_word, Status::WORDS)?),
            "health" => query.health = Some(word(&name, &value, Health::from_word, Health::WORDS)?),
            "manifest" => query.manifest = Some(wire::typed("manifest", value)?),
            _ => query.q = Some(wire::typed("q", value)?),
        }
    }
    Ok(query)
}

fn word<T>(name: &str, value: &str, read: fn(&str) -> Option<T>, known: &[&str]) -> Result<T> {
    read(value).ok_or_else(|| {
        let detail = format!("must be one of {}, but is {value:?}", known.join(", "));
        Error::invalid(format!("?{name}"), detail)
    })
}
