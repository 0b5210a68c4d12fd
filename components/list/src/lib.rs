//! The front of `/api/integrations`: handles `GET`, and forwards other requests to the component that acts.
//!
//! This component must not vouch for a caller: the component that acts verifies the token again. It has no
//! broker secret.
#![forbid(unsafe_code)]

use http::{Method, StatusCode, header};
use nexus_common::auth::Role;
use nexus_common::domain::{Health, Order, SortKey, Status};
use nexus_common::http::{Inbound, forward, json_response, large_json, serve_clients, set};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::store::{DeletedQuery, Integrations, ListQuery};
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
        [_, "calls" | "events" | "usage" | "receipts"] => match method {
            Method::GET => forward(inbound, "history").await,
            _ => Err(Error::MethodNotAllowed("GET")),
        },
        _ => Err(Error::nothing_at(inbound.path())),
    }
}

async fn page(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Manager, "integration.list").await?;
    let integrations = Integrations::of(&caller.workspace);
    let asked = inbound.query(&KNOWN)?;
    if is_about_deleted(&asked)? {
        let page = integrations.deleted_page(&deleted_query(asked)?).await?;
        return Ok(large_json(&inbound, page));
    }
    let (query, has_counts) = list_query(asked)?;
    let mut page = integrations.page(&query).await?;
    if has_counts {
        let counts = integrations.counts().await?;
        page.truncate(page.len() - 1);
        page.push_str(&format!(",\"counts\":{counts}}}"));
    }
    Ok(large_json(&inbound, page))
}

async fn show(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.read").await?;
    inbound.query(&[])?;
    let found = Integrations::of(&caller.workspace).find(id).await?;
    let mut response = json_response(StatusCode::OK, found.doc);
    set(&mut response, header::ETAG, &format!("\"{}\"", found.version));
    Ok(response)
}

/// The parameters of the list.
const KNOWN: [&str; 9] =
    ["status", "manifest", "health", "q", "sort", "counts", "deleted", "limit", "cursor"];

/// The query as decoded pairs.
type Pairs = Vec<(String, String)>;

fn is_about_deleted(asked: &[(String, String)]) -> Result<bool> {
    let deleted = asked.iter().find(|(name, _)| name == "deleted");
    deleted.map_or(Ok(false), |(name, value)| wire::choice(name, value))
}

/// The deleted integrations that the query selects.
fn deleted_query(asked: Pairs) -> Result<DeletedQuery> {
    let mut query = DeletedQuery { limit: 50, ..DeletedQuery::default() };
    for (name, value) in asked {
        match name.as_str() {
            "deleted" => {}
            "limit" => query.limit = wire::limit(&value)?,
            "cursor" => query.cursor = Some(value),
            "manifest" => query.manifest = Some(wire::typed("manifest", value)?),
            "q" => query.q = Some(wire::typed("q", value)?),
            _ => {
                let detail = "does not apply to deleted integrations. Leave it out";
                return Err(Error::invalid(format!("?{name}"), detail));
            }
        }
    }
    Ok(query)
}

/// The integrations that the query selects, and whether it asks for the counts of the workspace.
fn list_query(asked: Pairs) -> Result<(ListQuery, bool)> {
    let mut query = ListQuery { limit: 50, ..ListQuery::default() };
    let mut has_counts = false;
    for (name, value) in asked {
        match name.as_str() {
            "limit" => query.limit = wire::limit(&value)?,
            "cursor" => query.cursor = Some(value),
            "sort" => query.order = order(&value)?,
            "deleted" => {}
            "counts" => has_counts = wire::choice(&name, &value)?,
            "status" => query.status = Some(word(&name, &value, Status::from_word, Status::WORDS)?),
            "health" => query.health = Some(word(&name, &value, Health::from_word, Health::WORDS)?),
            "manifest" => query.manifest = Some(wire::typed("manifest", value)?),
            _ => query.q = Some(wire::typed("q", value)?),
        }
    }
    Ok((query, has_counts))
}

fn order(value: &str) -> Result<Order> {
    Order::parse(value).ok_or_else(|| {
        let known = SortKey::WORDS.join(", ");
        let detail = format!("must be one of {known}, or one of them after -, but is {value:?}");
        Error::invalid("?sort", detail)
    })
}

fn word<T>(name: &str, value: &str, read: fn(&str) -> Option<T>, known: &[&str]) -> Result<T> {
    read(value).ok_or_else(|| {
        let detail = format!("must be one of {}, but is {value:?}", known.join(", "));
        Error::invalid(format!("?{name}"), detail)
    })
}
