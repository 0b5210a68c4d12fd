//! `/api/proxy`: the agents' door. What an agent calls below an integration's name goes to its
//! provider, with the credential in it that the agent never sees.
//!
//! It must not open a ciphertext, nor decide by itself whether a call is let through: it proves who
//! calls, and the broker does the rest.
#![forbid(unsafe_code)]

mod list;

use http::{HeaderValue, Method, header};
use nexus_common::auth::{Agent, Role};
use nexus_common::forward::{Forward, ours};
use nexus_common::http::{Inbound, in_time, serve};
use nexus_common::platform::http::{
    Body, Incoming, IncomingBody, Response, boxed, full, whole_or_streamed,
};
use nexus_common::{Error, Result, access, component};
use percent_encoding::percent_decode_str;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, answer).await
}

async fn answer(inbound: Inbound) -> Result<Response> {
    let request_id = inbound.request_id.clone();
    Ok(route(inbound).await.unwrap_or_else(|error| ours(&error, &request_id)))
}

async fn route(inbound: Inbound) -> Result<Response> {
    let path = inbound.path().to_owned();
    let below = path.strip_prefix("/api/proxy").unwrap_or_default();
    let below = below.strip_prefix('/').unwrap_or_default();
    is_a_method(below, &inbound)?;
    let agent = Agent::of(&inbound).await?;
    let request_id = inbound.request_id.clone();
    access::permit(&agent.caller, Role::Agent, "integration.call", &request_id).await?;
    let query = inbound.raw_query().to_owned();
    if below.is_empty() {
        inbound.query(&[])?;
        return list::show(&agent.caller).await;
    }
    if agent.token_is_in(&path) || agent.token_is_in(&query) {
        let why = "the token stands in the URL, which goes on to the provider";
        return Err(Error::InvalidToken(why.into()));
    }
    let (target, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
    let target = percent_decode_str(target).decode_utf8_lossy().into_owned();
    let method = inbound.sent_method().clone();
    let (mut headers, body) = inbound.into_headers_and_body();
    agent.remove_token(&mut headers);
    let body = sized(&mut headers, body).await?;
    let forward = Forward {
        by: "proxy",
        caller: &agent.caller,
        token_in: agent.token_in.as_str(),
        target: &target,
        path: rest,
        query: &query,
        method,
        headers,
        body,
        request_id: &request_id,
    };
    forward.pass_on().await
}

/// Whether the path has the method. An answer to `TRACE` is the request as it arrived, with the
/// credential in it (RFC 9110, 9.3.8).
fn is_a_method(below: &str, inbound: &Inbound) -> Result<()> {
    let (is_one, methods) = match below {
        "" => (*inbound.method() == Method::GET, "GET"),
        _ => (
            !matches!(*inbound.sent_method(), Method::TRACE | Method::CONNECT),
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        ),
    };
    if is_one { Ok(()) } else { Err(Error::MethodNotAllowed(methods)) }
}

/// The body, with a length of 0 where there is none: the broker cannot see whether an upload without
/// a length is still to come.
///
/// # Errors
/// [`Error::RequestTimeout`] where it does not begin.
async fn sized(headers: &mut http::HeaderMap, body: IncomingBody) -> Result<Body> {
    if headers.contains_key(header::CONTENT_LENGTH) {
        return Ok(boxed(body));
    }
    Ok(match in_time(whole_or_streamed(body)).await? {
        Some(body) => body,
        None => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(0));
            full("")
        }
    })
}
