//! `/mcp`: the agents' other door, the Model Context Protocol over Streamable HTTP, without sessions;
//! and the document that says where its tokens come from (RFC 9728).
//!
//! It must not open a ciphertext, nor make a call that the proxy would not make: the broker decides
//! about both in the same place.
#![forbid(unsafe_code)]

mod arguments;
mod call;
mod definitions;
mod describe;
mod message;
mod metadata;
mod tools;

use http::{Method, StatusCode, header};
use nexus_common::auth::{Agent, Role};
use nexus_common::http::{Inbound, Respond, empty, json_response, serve_clients, set};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, access, component, config};
use serde_json::{Value, json};

use definitions::definitions;
use message::{Era, Failure, Message, Read, Sent};
use tools::Tools;

/// Largest message, in bytes.
const MAX: usize = 1024 * 1024;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    if let Some(rest) = inbound.path().strip_prefix("/.well-known/oauth-protected-resource") {
        return metadata::show(&inbound, rest).await;
    }
    if !comes_from_here(&inbound).await? {
        let why = "requests of other origins are refused (Origin)";
        let body = message::error(&Value::Null, -32_600, why, None);
        return Ok(json_response(StatusCode::FORBIDDEN, body.to_string()));
    }
    // Clients are told addresses with a slash at the end, and do not follow a redirect with a body.
    if !matches!(inbound.path(), "/mcp" | "/mcp/") {
        return Err(Error::NotFound(format!("there is nothing at {}", inbound.path())));
    }
    if inbound.method() != Method::POST {
        // No stream of the server's own, no session to end.
        return Err(Error::MethodNotAllowed("POST"));
    }
    let agent = match Agent::by_bearer(&inbound).await {
        Ok(agent) => agent,
        Err(error) => return challenge(&error, &inbound.request_id).await,
    };
    let request_id = inbound.request_id.clone();
    access::permit(&agent.caller, Role::Agent, ("integration.call", None), &request_id)?;
    let headers = inbound.headers().clone();
    let body = inbound.bytes(MAX).await?;
    let tools = Tools { agent: &agent, request_id: &request_id };
    let answers = match message::read(&body, &headers) {
        Sent::One(read) => match answered(read, &tools).await {
            Some(Err(failure)) => return Ok(failure.respond()),
            answer => answer.and_then(Result::ok),
        },
        // One after the other: calls at work are limited for each agent.
        Sent::Batch(all) => {
            let mut answers = Vec::new();
            for read in all {
                let answer = answered(read, &tools).await;
                answers.extend(answer.map(|answer| answer.unwrap_or_else(|failure| failure.body)));
            }
            (!answers.is_empty()).then_some(Value::Array(answers))
        }
    };
    Ok(match answers {
        Some(answers) => json_response(StatusCode::OK, answers.to_string()),
        // What needs no answer.
        None => empty(StatusCode::ACCEPTED),
    })
}

/// The answer to what was read; `None` where it needs none.
async fn answered(read: Read, tools: &Tools<'_>) -> Option<Result<Value, Failure>> {
    match read {
        Ok(None) => None,
        Ok(Some(message)) => {
            Some(answer(&message, tools).await.map(|result| message.answer(result)))
        }
        Err(failure) => Some(Err(failure)),
    }
}

/// What a message asks for.
async fn answer(message: &Message, tools: &Tools<'_>) -> Result<Value, Failure> {
    match (message.method.as_str(), message.era) {
        ("initialize", Era::Legacy) => Ok(json!({
            "protocolVersion": message.negotiated(),
            "capabilities": {"tools": {"listChanged": false}},
            "serverInfo": message::server_info(),
            "instructions": tools::INSTRUCTIONS,
        })),
        ("server/discover", Era::Modern) => Ok(json!({
            "supportedVersions": message::VERSIONS,
            "capabilities": {"tools": {}},
            "instructions": tools::INSTRUCTIONS,
            "ttlMs": 3_600_000, "cacheScope": "public",
        })),
        ("ping", _) => Ok(json!({})),
        ("tools/list", Era::Modern) => {
            Ok(json!({"tools": definitions(), "ttlMs": 3_600_000, "cacheScope": "public"}))
        }
        ("tools/list", Era::Legacy) => Ok(json!({ "tools": definitions() })),
        ("tools/call", _) => tools.call(message).await,
        (method, _) => Err(message.no_method(method)),
    }
}

/// Whether a browser sent it from a page of ours, or no browser did (DNS rebinding).
async fn comes_from_here(inbound: &Inbound) -> Result<bool> {
    let mut origins = inbound.headers().get_all(header::ORIGIN).iter();
    let own = config::public_url().await?;
    Ok(origins.all(|origin| origin.as_bytes() == own.as_str().as_bytes()))
}

/// A 401 that says where the document is (RFC 9728, 5.1).
async fn challenge(error: &Error, request_id: &str) -> Result<Response> {
    let mut response = error.respond(request_id);
    if response.status() == StatusCode::UNAUTHORIZED {
        let base = config::public_url().await?;
        let url = format!("{base}/.well-known/oauth-protected-resource/mcp");
        let problem = match error {
            Error::MissingToken => "",
            _ => ", error=\"invalid_token\"",
        };
        let value = format!("Bearer resource_metadata=\"{url}\"{problem}");
        set(&mut response, header::WWW_AUTHENTICATE, &value);
    }
    Ok(response)
}
