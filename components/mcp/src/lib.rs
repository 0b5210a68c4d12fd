//! `/mcp`: agents' calls over the Model Context Protocol (Streamable HTTP, without sessions), and the
//! document that names the issuer of the tokens (RFC 9728).
//!
//! This component must not open a ciphertext, and must not allow a call that the proxy would deny. The broker
//! decides for both.
#![forbid(unsafe_code)]

mod arguments;
mod call;
mod definitions;
mod describe;
mod message;
mod metadata;
mod tool;
mod tools;

use http::{Method, StatusCode, header};
use nexus_common::auth::{Agent, Role};
use nexus_common::http::{
    Inbound, Respond, empty, json_response, open_to_pages, serve_clients, set,
};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, access, component, config};
use serde_json::{Value, json};

use definitions::definitions;
use message::{Era, Failure, Message, Payload, Read};
use tool::Context;

/// The maximum size of a message, in bytes.
const MAX: usize = 1024 * 1024;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let path = inbound.path().to_owned();
    if let Some(rest) = path.strip_prefix("/.well-known/oauth-protected-resource") {
        let show = async |inbound| metadata::show(&inbound, rest).await;
        return Ok(open_to_pages(inbound, "GET", show).await);
    }
    if !has_allowed_origin(&inbound).await? {
        let why = "requests from pages of other origins are not allowed (header Origin)";
        let body = message::error(&Value::Null, -32_600, why, None);
        return Ok(json_response(StatusCode::FORBIDDEN, body.to_string()));
    }
    // Some clients are configured with a slash at the end, and clients do not follow a redirect with a body.
    if !matches!(inbound.path(), "/mcp" | "/mcp/") {
        return Err(Error::nothing_at(inbound.path()));
    }
    if inbound.method() != Method::POST {
        // There is no server stream to GET and no session to DELETE.
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
    let context = Context { agent: &agent, request_id: &request_id };
    let answers = match message::read(&body, &headers) {
        Payload::One(read) => match respond_to(read, &context).await {
            Some(Err(failure)) => return Ok(failure.respond()),
            answer => answer.and_then(Result::ok),
        },
        // The messages are handled one after the other, because the concurrent calls of an agent are limited.
        Payload::Batch(all) => {
            let mut answers = Vec::new();
            for read in all {
                let answer = respond_to(read, &context).await;
                answers.extend(answer.map(|answer| answer.unwrap_or_else(|failure| failure.body)));
            }
            (!answers.is_empty()).then_some(Value::Array(answers))
        }
    };
    Ok(match answers {
        Some(answers) => json_response(StatusCode::OK, answers.to_string()),
        // No message needs a response.
        None => empty(StatusCode::ACCEPTED),
    })
}

/// The response to a message. `None` if it needs no response.
async fn respond_to(read: Read, context: &Context<'_>) -> Option<Result<Value, Failure>> {
    match read {
        Ok(None) => None,
        Ok(Some(message)) => {
            Some(answer(&message, context).await.map(|result| message.answer(result)))
        }
        Err(failure) => Some(Err(failure)),
    }
}

/// The result of a request.
async fn answer(message: &Message, context: &Context<'_>) -> Result<Value, Failure> {
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
        ("tools/call", _) => tools::call(context, message).await,
        (method, _) => Err(message.no_method(method)),
    }
}

/// Whether the request has our own origin or no `Origin` header. Any other origin could be an attack by DNS
/// rebinding.
async fn has_allowed_origin(inbound: &Inbound) -> Result<bool> {
    let mut origins = inbound.headers().get_all(header::ORIGIN).iter();
    let own = config::public_url().await?;
    Ok(origins.all(|origin| origin.as_bytes() == own.as_str().as_bytes()))
}

/// The response to an authentication error. A 401 has the URL of the metadata document (RFC 9728, 5.1).
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
