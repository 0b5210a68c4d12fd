//! `/api/agents`: the agents of a workspace, their keys, and what each may call.
//!
//! A key is in the response that makes it, and nowhere else. This component must not verify a key, which `auth`
//! does.
#![forbid(unsafe_code)]

mod access;
mod input;
mod keys;

use http::{Method, StatusCode, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::domain::AgentKind;
use nexus_common::http::{Inbound, empty, json_response, serve_clients, set};
use nexus_common::platform::clock;
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::store::{AgentChange, Agents, NewAgent, People, RequestContext, Transaction};
use nexus_common::{Error, Result, access as rights, component, id, wire};

use input::{AgentIn, AgentPatch};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let method = inbound.method().clone();
    let segments: Vec<String> =
        inbound.segments("/api/agents").into_iter().map(str::to_owned).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [] => match method {
            Method::GET => list(&inbound).await,
            Method::POST => create(inbound).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        [id] => match method {
            Method::GET => show(&inbound, id).await,
            Method::PUT => change(inbound, id).await,
            Method::DELETE => delete(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("GET, PUT, DELETE")),
        },
        [id, "access"] => {
            inbound.require_get()?;
            access::show(&inbound, id).await
        }
        [id, "keys"] => {
            inbound.require_post()?;
            keys::create(inbound, id).await
        }
        [id, "keys", key_id] => match method {
            Method::DELETE => keys::delete(&inbound, id, key_id).await,
            _ => Err(Error::MethodNotAllowed("DELETE")),
        },
        _ => Err(Error::nothing_at(inbound.path())),
    }
}

async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = rights::require(inbound, Role::Manager, "agent.list").await?;
    let (mut limit, mut cursor) = (50, None);
    for (name, value) in inbound.query(&["limit", "cursor"])? {
        match name.as_str() {
            "limit" => limit = wire::limit(&value)?,
            _ => cursor = Some(wire::id_cursor("agt_", value)?),
        }
    }
    let page = Agents::of(&caller.workspace).page(limit, cursor.as_deref()).await?;
    Ok(json_response(StatusCode::OK, page))
}

async fn show(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = rights::require(inbound, Role::Manager, "agent.read").await?;
    inbound.query(&[])?;
    Ok(json_response(StatusCode::OK, Agents::of(&caller.workspace).find(id).await?))
}

async fn create(inbound: Inbound) -> Result<Response> {
    let caller = rights::require(&inbound, Role::Manager, "agent.create").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: AgentIn = inbound.json().await?;
    input.check()?;
    let owner = owner(&caller, input.owner.as_deref()).await?;
    let id = id::agent(clock::now_ms());
    let new = NewAgent {
        id: &id,
        name: input.name.trim(),
        description: input.description.trim(),
        owner: owner.as_deref(),
        kind: AgentKind::Registered,
    };
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let tx = Transaction::begin().await?;
    let doc = Agents::of(&caller.workspace).insert(&tx, &new, &by).await?;
    tx.commit().await?;
    let mut response = json_response(StatusCode::CREATED, doc);
    set(&mut response, header::LOCATION, &format!("/api/agents/{id}"));
    Ok(response)
}

async fn change(inbound: Inbound, id: &str) -> Result<Response> {
    let caller = rights::require(&inbound, Role::Manager, "agent.update").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: AgentPatch = inbound.json().await?;
    input.check()?;
    if let Some(owner) = &input.owner {
        require_person(&caller.workspace, owner).await?;
    }
    let change = AgentChange {
        name: input.name.as_deref().map(str::trim),
        description: input.description.as_deref().map(str::trim),
        status: input.status,
        owner: input.owner.as_deref(),
    };
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let tx = Transaction::begin().await?;
    let doc = Agents::of(&caller.workspace).change(&tx, id, &change, &by).await?;
    tx.commit().await?;
    Ok(json_response(StatusCode::OK, doc))
}

async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = rights::require(inbound, Role::Manager, "agent.delete").await?;
    inbound.query(&[])?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Agents::of(&caller.workspace).delete(id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// The person who answers for a new agent: the one that the request names, or the caller.
async fn owner(caller: &Caller, named: Option<&str>) -> Result<Option<String>> {
    match named {
        Some(id) => {
            require_person(&caller.workspace, id).await?;
            Ok(Some(id.to_owned()))
        }
        None => Ok(caller.basis.person.clone()),
    }
}

async fn require_person(workspace: &str, id: &str) -> Result<()> {
    match People::of(workspace).find(id).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound(why)) => Err(Error::invalid("/owner", why)),
        Err(other) => Err(other),
    }
}
